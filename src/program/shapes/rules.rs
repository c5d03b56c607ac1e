use crate::diagnostic::{Diagnostic, closest};
use crate::message::{Name, ValueType};
use crate::model::{self, PartRef, PolicyVersion, Shape};
use crate::program::TypeResolver;
use crate::program::op::{ArgumentSlot, Op, RuleArgument, RulesInfo};
use crate::program::policy::{takes_message, versioned};
use crate::program::service::{ServiceCompiler, small};
use crate::xlang::PartType;

/// Call Rules.
impl ServiceCompiler<'_> {
    /// Arguments are checked against the latest saved version, the latest deployed one runs (RUL-2).
    pub(super) fn call_rules(&mut self, shape: &Shape, number: u16, rules: &model::CallRules) {
        let policies = &self.shared.app.policies;
        let Some(policy) = policies.get(&rules.policy) else {
            let help = match closest(&rules.policy, policies.keys().map(String::as_str)) {
                Some(near) => format!("Did you mean {near}?"),
                None => "Choose a policy, or write one as rules/<Name>.rules.ron".to_owned(),
            };
            let message = if rules.policy.is_empty() {
                format!("{} names no policy yet", shape.name)
            } else {
                format!("{} names the unknown policy {}", shape.name, rules.policy)
            };
            self.report("V01", message, help, self.place(shape, "policy"));
            return;
        };
        let Some(drawn) = policy.latest(rules.version) else {
            self.report(
                "V01",
                format!("`{}` calls a version of {} that does not exist", shape.name, policy.name),
                "Choose another version, or none for the latest",
                self.place(shape, "version"),
            );
            return;
        };
        let Some(arguments) = self.rule_arguments(shape, &rules.parameters, drawn) else { return };
        let running = policy.deployed(rules.version);
        let place = self.place(shape, "policy");
        let mut warn = |message: String, help: &str| {
            self.found.push(Diagnostic::warning("R02", message, help).at(place.clone()));
        };
        match running {
            None => warn(
                format!("No version of {} is deployed: {} raises an exception", policy.name, shape.name),
                "Set the state of a version to Deployed",
            ),
            Some(running) if running.parameters != drawn.parameters => warn(
                format!(
                    "`{}` runs, which takes other parameters than {}",
                    versioned(policy, running),
                    versioned(policy, drawn)
                ),
                "Deploy the version that is drawn, or choose the deployed one",
            ),
            Some(_) => {}
        }
        // A version that takes other parameters cannot be called.
        let running = running.filter(|v| v.parameters == drawn.parameters);
        self.reads(arguments.iter().map(|a| a.from));
        self.writes(arguments.iter().map(|a| a.from));
        let info = RulesInfo {
            shape: number,
            name: Name::new(&policy.name),
            policy: running.and_then(|v| self.shared.policy(&versioned(policy, v))),
            arguments,
        };
        let index = small(self.service.rule_calls.len());
        self.service.rule_calls.push(info);
        self.push(Op::CallRules(index));
    }

    fn rule_arguments(
        &mut self,
        shape: &Shape,
        given: &[PartRef],
        version: &PolicyVersion,
    ) -> Option<Vec<RuleArgument>> {
        if given.len() != version.parameters.len() {
            let names: Vec<&str> = version.parameters.iter().map(|p| p.name.as_str()).collect();
            let message =
                format!("{} passes {} parameters; the policy takes {}", shape.name, given.len(), names.len());
            let help = format!("Pass one for each, in order: {}", names.join(", "));
            self.report("V01", message, help, self.place(shape, "parameters"));
            return None;
        }
        let (mut messages, mut variables) = (0, 0);
        let mut arguments = Vec::new();
        for (given, parameter) in given.iter().zip(&version.parameters) {
            let fits = if takes_message(&parameter.fact_type) {
                messages += 1;
                self.rule_message(shape, given, &parameter.fact_type, messages - 1)?
            } else {
                variables += 1;
                let slot = self.symbols.variable(&given.message);
                let slot = self.slot(shape, "parameters", &given.message, "variable", slot)?;
                let to = ArgumentSlot::Variable(variables - 1);
                let wanted = ValueType::from_name(&parameter.fact_type);
                let known = self.service.variables.get(usize::from(slot)).map(|v| &v.value_type);
                (known == Some(&wanted)).then_some(RuleArgument {
                    from: ArgumentSlot::Variable(slot),
                    part: None,
                    to,
                })
            };
            let Some(argument) = fits else {
                let message = format!(
                    "{} passes {} for {}, which is a {}",
                    shape.name, given.message, parameter.name, parameter.fact_type
                );
                let help = format!("Pass a message part or variable of type {}", parameter.fact_type);
                self.report("V01", message, help, self.place(shape, "parameters"));
                return None;
            };
            arguments.push(argument);
        }
        Some(arguments)
    }

    /// `None` when there is no such message; `Some(None)` when its type is another.
    fn rule_message(
        &mut self,
        shape: &Shape,
        given: &PartRef,
        fact_type: &str,
        to: u16,
    ) -> Option<Option<RuleArgument>> {
        let resolver = TypeResolver { application: self.shared.app, schemas: self.shared.schemas };
        // The policy itself says when its type is unknown.
        let wanted = resolver.message_type(&model::Module::default(), fact_type)?;
        let to = ArgumentSlot::Message(to);
        if wanted.multipart {
            let slot = self.symbols.message(&given.message);
            let slot = self.slot(shape, "parameters", &given.message, "message", slot)?;
            let info = self.service.messages.get(usize::from(slot))?;
            let fits = info.message_type.parts == wanted.parts && given.part.is_empty();
            return Some(fits.then_some(RuleArgument { from: ArgumentSlot::Message(slot), part: None, to }));
        }
        let (slot, part) = *self.part_refs(shape, "parameters", std::slice::from_ref(given))?.first()?;
        let info = self.service.messages.get(usize::from(slot))?;
        let part = part.map_or(info.message_type.body, usize::from);
        let passed = info.message_type.parts.get(part).map(|(_, kind)| kind);
        let wanted = wanted.parts.first().map(|(_, kind)| kind);
        let fits = wanted == Some(&PartType::Xml) || passed == wanted;
        let from = ArgumentSlot::Message(slot);
        Some(fits.then_some(RuleArgument { from, part: Some(small(part)), to }))
    }
}
