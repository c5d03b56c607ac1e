use super::compile::Shared;
use super::op::ArgumentSlot;
use super::service::{ServiceCompiler, small};
use super::{Service, TypeResolver};
use crate::diagnostic::{Diagnostic, Place, closest};
use crate::message::{Name, ValueType};
use crate::model::{self, Module, Orchestration, Policy, PolicyAction, PolicyRule, PolicyVersion};
use crate::xlang::{Slot, Symbol, Used};
use std::collections::BTreeSet;

/// One version of a policy as it runs (section 1.14).
#[derive(Debug)]
pub struct PolicyInfo {
    /// Name and version: `Discount 1.0`.
    pub name: Name,
    /// Its working memory: messages and variables of a service that has no shapes.
    pub memory: Service,
    pub parameters: Vec<ArgumentSlot>,
    /// Facts with an initial value: slot and code.
    pub initial: Vec<(u16, u16)>,
    /// Facts that are absent until asserted.
    pub absent: Vec<ArgumentSlot>,
    /// Active rules, in the order in which they fire.
    pub rules: Vec<RuleInfo>,
}

#[derive(Debug)]
pub struct RuleInfo {
    pub name: Name,
    /// `None` always holds.
    pub condition: Option<u16>,
    /// What the condition reads: when one of these changes, the rule is evaluated again.
    pub over: Vec<ArgumentSlot>,
    /// What must be in the working memory for it to hold.
    pub needs: Vec<ArgumentSlot>,
    pub actions: Vec<RuleAction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAction {
    Set(u16),
    Assert { fact: u16, value: u16 },
    Update(ArgumentSlot),
    Retract(ArgumentSlot),
    Halt,
}

/// Name by which events and errors tell a version: `Discount 1.0`.
pub(super) fn versioned(policy: &Policy, version: &PolicyVersion) -> String {
    format!("{} {}.{}", policy.name, version.major, version.minor)
}

/// Compiles every version of a policy.
pub(super) fn compile_policy(
    shared: &Shared<'_>,
    policy: &Policy,
    found: &mut Vec<Diagnostic>,
) -> Vec<PolicyInfo> {
    let mut seen = BTreeSet::new();
    policy
        .versions
        .iter()
        .map(|version| {
            let place = Place { file: model::files::policy_path(&policy.name), ..Place::default() };
            if !seen.insert((version.major, version.minor)) {
                found.push(
                    Diagnostic::error(
                        "R01",
                        format!("`{}` is there twice", versioned(policy, version)),
                        "Give each version of a policy a number of its own",
                    )
                    .at(place.clone()),
                );
            }
            let module = Module::default();
            let orchestration =
                Orchestration { name: versioned(policy, version), ..Orchestration::default() };
            let compiler = ServiceCompiler::new(shared, u16::MAX, "", &module, &orchestration, found);
            PolicyCompiler { compiler, version, place }.compile()
        })
        .collect()
}

/// True for a parameter that takes a message; the others take variables.
pub(super) fn takes_message(fact_type: &str) -> bool {
    matches!(ValueType::from_name(fact_type), ValueType::Named(_) | ValueType::Xml | ValueType::Unknown)
}

struct PolicyCompiler<'a> {
    compiler: ServiceCompiler<'a>,
    version: &'a PolicyVersion,
    place: Place,
}

impl PolicyCompiler<'_> {
    fn compile(mut self) -> PolicyInfo {
        let mut names = BTreeSet::new();
        let facts = self.version.facts.iter().map(|f| &f.name);
        for name in self.version.parameters.iter().map(|p| &p.name).chain(facts) {
            if !names.insert(name) {
                self.report("", format!("The name {name} is used twice"), "Rename one of the two");
            }
        }
        let parameters: Vec<ArgumentSlot> =
            self.version.parameters.iter().filter_map(|p| self.parameter(p)).collect();
        let (mut initial, mut absent) = (Vec::new(), Vec::new());
        for fact in &self.version.facts {
            let value_type = ValueType::from_name(&fact.fact_type);
            if matches!(value_type, ValueType::Named(_) | ValueType::Unknown) {
                let help = "Use a .NET value type such as System.Int32 or System.String";
                self.report(
                    "fact_type",
                    format!("The fact {} has no such type: {}", fact.name, fact.fact_type),
                    help,
                );
            }
            let slot = self.variable(&fact.name, &fact.fact_type);
            match &fact.initial_value {
                None => absent.push(ArgumentSlot::Variable(slot)),
                Some(text) => {
                    let code = self.text(&fact.name, "initial_value", text, Slot::InitialValue(value_type)).0;
                    initial.extend(code.map(|code| (slot, code)));
                }
            }
        }
        let mut rules: Vec<&PolicyRule> = self.version.rules.iter().filter(|r| r.active).collect();
        rules.sort_by_key(|r| std::cmp::Reverse(r.priority));
        let rules = rules.into_iter().map(|rule| self.rule(rule)).collect();
        let memory = self.compiler.service;
        PolicyInfo { name: memory.name, memory, parameters, initial, absent, rules }
    }

    fn parameter(&mut self, parameter: &model::PolicyParameter) -> Option<ArgumentSlot> {
        if !takes_message(&parameter.fact_type) {
            return Some(ArgumentSlot::Variable(self.variable(&parameter.name, &parameter.fact_type)));
        }
        let resolver =
            TypeResolver { application: self.compiler.shared.app, schemas: self.compiler.shared.schemas };
        if resolver.message_type(&Module::default(), &parameter.fact_type).is_none() {
            self.report(
                "fact_type",
                format!("The parameter {} has no such type: {}", parameter.name, parameter.fact_type),
                "Use a schema, a multi-part type or class by its full name, or a .NET type such as System.Int32",
            );
            return None;
        }
        let message = model::Message {
            name: parameter.name.clone(),
            message_type: parameter.fact_type.clone(),
            ..model::Message::default()
        };
        self.compiler.message(&message, &self.place.clone()).map(ArgumentSlot::Message)
    }

    fn variable(&mut self, name: &str, fact_type: &str) -> u16 {
        self.compiler.variable(&model::Variable {
            name: name.to_owned(),
            variable_type: fact_type.to_owned(),
            ..model::Variable::default()
        })
    }

    fn rule(&mut self, rule: &PolicyRule) -> RuleInfo {
        let (condition, over) = if rule.condition.trim().is_empty() {
            (None, Vec::new())
        } else {
            self.text(&rule.name, "condition", &rule.condition, Slot::Condition)
        };
        let mut needs = over.clone();
        let mut actions = Vec::new();
        // What the rule asserts itself it does not wait for.
        let mut own = Vec::new();
        for action in &rule.actions {
            let compiled = match action {
                PolicyAction::Set(text) => {
                    let (code, used) = self.text(&rule.name, "actions", text, Slot::MessageAssignment);
                    needs.extend(used.into_iter().filter(|slot| !own.contains(slot)));
                    code.map(RuleAction::Set)
                }
                PolicyAction::Assert { fact, value } => {
                    let asserted = self.assertion(rule, fact, value);
                    if let Some(RuleAction::Assert { fact, .. }) = asserted {
                        own.push(ArgumentSlot::Variable(fact));
                    }
                    asserted
                }
                PolicyAction::Update(name) => self.named(rule, name).map(|slot| {
                    if !own.contains(&slot) {
                        needs.push(slot);
                    }
                    RuleAction::Update(slot)
                }),
                PolicyAction::Retract(name) => self.named(rule, name).map(RuleAction::Retract),
                PolicyAction::Halt => Some(RuleAction::Halt),
            };
            actions.extend(compiled);
        }
        RuleInfo { name: Name::new(&rule.name), condition, over, needs, actions }
    }

    fn assertion(&mut self, rule: &PolicyRule, fact: &str, value: &str) -> Option<RuleAction> {
        let ArgumentSlot::Variable(slot) = self.named(rule, fact)? else {
            let help = "Assert a fact with a value; a message takes part from the start, use Update for it";
            self.report("actions", format!("{} asserts {fact}, which is a message", rule.name), help);
            return None;
        };
        let value_type = self.compiler.service.variables.get(usize::from(slot))?.value_type.clone();
        let (code, _) = self.text(&rule.name, "actions", value, Slot::InitialValue(value_type));
        Some(RuleAction::Assert { fact: slot, value: code? })
    }

    fn named(&mut self, rule: &PolicyRule, name: &str) -> Option<ArgumentSlot> {
        let symbols = &self.compiler.symbols;
        let slot = match symbols.names.iter().rev().find(|(n, _)| n == name).map(|(_, s)| s) {
            Some(Symbol::Message { slot, .. }) => Some(ArgumentSlot::Message(*slot)),
            Some(Symbol::Variable { slot, .. }) => Some(ArgumentSlot::Variable(*slot)),
            _ => None,
        };
        if slot.is_none() {
            let help = match closest(name, symbols.names.iter().map(|(n, _)| n.as_str())) {
                Some(near) => format!("Did you mean {near}?"),
                None => "Name a parameter or fact of this version of the policy".to_owned(),
            };
            self.report("actions", format!("{} names the unknown fact {name}", rule.name), &help);
        }
        slot
    }

    /// Compiles a text of a rule or fact; gives its code and the messages and variables it uses.
    fn text(
        &mut self,
        name: &str,
        property: &'static str,
        text: &str,
        slot: Slot,
    ) -> (Option<u16>, Vec<ArgumentSlot>) {
        let compiled = crate::xlang::compile(text, slot, &self.compiler.symbols);
        for mut diagnostic in compiled.diagnostics {
            let span = diagnostic.place.span;
            diagnostic.place = Place { name: name.to_owned(), property, span, ..self.place.clone() };
            self.compiler.found.push(diagnostic);
        }
        let place = Place { name: name.to_owned(), property, ..self.place.clone() };
        self.compiler.service.stubs.extend(compiled.components.into_iter().map(|stub| (stub, place.clone())));
        let mut used: Vec<ArgumentSlot> = Vec::new();
        for one in compiled.reads.iter().chain(&compiled.writes) {
            let slot = match one.used {
                Used::Message => ArgumentSlot::Message(one.slot),
                Used::Variable => ArgumentSlot::Variable(one.slot),
                _ => continue,
            };
            if !used.contains(&slot) {
                used.push(slot);
            }
        }
        let code = compiled.code.map(|code| {
            self.compiler.service.code.push(code);
            small(self.compiler.service.code.len() - 1)
        });
        (code, used)
    }

    fn report(&mut self, property: &'static str, message: String, help: &str) {
        let name = self.compiler.service.name.to_string();
        let place = Place { name, property, ..self.place.clone() };
        self.compiler.found.push(Diagnostic::error("R01", message, help).at(place));
    }
}
