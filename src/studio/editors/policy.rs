//! A business rules policy: versions, what they are passed, rules with condition and actions.

use super::{Editing, list};
use crate::diagnostic::Diagnostic;
use crate::model::edit::{Edit, Part};
use crate::model::{PolicyAction, PolicyFact, PolicyParameter, PolicyRule, PolicyState, PolicyVersion};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{RichText, ScrollArea, TextEdit, Ui};

#[derive(Debug, Default)]
pub struct State {
    /// Place of the version shown; `None` is the latest.
    version: Option<usize>,
}

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, name: &str, state: &mut State) {
    let t = Tokens::of(ui);
    let Some(policy) = editing.document.app.policies.get(name) else { return };
    let mut new = policy.clone();
    let latest = policy.latest(None).and_then(|l| policy.versions.iter().position(|v| std::ptr::eq(v, l)));
    let shown = state.version.filter(|at| *at < policy.versions.len()).or(latest);
    let (mut more, mut delete) = (false, false);
    list::head(ui, Glyph::Rules, t.flow, name, "Business rules policy", |ui| {
        delete = super::files::delete_button(ui);
        more = ui.button("New version").on_hover_text("A copy of this version to work on").clicked();
    });
    if delete {
        editing.edit(Edit::Set(Part::Policy(name.to_owned(), None)));
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.set_max_width((ui.available_width() - 8.0).min(760.0));
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 5.0);
        let problems = &editing.document.problems;
        let found: Vec<&Diagnostic> =
            problems.iter().filter(|p| p.place.file.contains(&format!("{name}.rules"))).collect();
        list::findings(ui, &found);
        fields::text(ui, "Description", &mut new.description);
        let names: Vec<(usize, String)> = policy
            .versions
            .iter()
            .enumerate()
            .map(|(at, v)| (at, format!("{}.{} · {:?}", v.major, v.minor, v.state)))
            .collect();
        let options: Vec<(usize, &str)> = names.iter().map(|(at, words)| (*at, words.as_str())).collect();
        let mut at = shown.unwrap_or_default();
        if fields::pick(ui, "Version", &mut at, &options) {
            state.version = Some(at);
        }
        match new.versions.get_mut(at) {
            Some(version) => self::version(ui, version),
            None => fields::note(ui, "No version yet: New version makes the first"),
        }
        ui.add_space(24.0);
    });
    if more {
        let base = shown.and_then(|at| policy.versions.get(at)).cloned().unwrap_or_default();
        let minor = policy.versions.iter().filter(|v| v.major == base.major).map(|v| v.minor + 1).max();
        let (major, minor) = (base.major.max(1), minor.unwrap_or_default());
        new.versions.push(PolicyVersion { major, minor, state: PolicyState::Saved, ..base });
        state.version = Some(new.versions.len() - 1);
    }
    if new != *policy {
        let edit = Edit::Set(Part::Policy(name.to_owned(), Some(new)));
        editing.typing(edit, format!("policy {name}"));
    }
}

fn version(ui: &mut Ui, version: &mut PolicyVersion) {
    let states = [
        (PolicyState::Saved, "Saved: being drawn"),
        (PolicyState::Published, "Published: it does not run"),
        (PolicyState::Deployed, "Deployed: it runs"),
    ];
    fields::pick(ui, "State", &mut version.state, &states);
    let mut removed = None;
    if fields::heading_with_add(ui, "What a call passes", "Add a parameter") {
        version
            .parameters
            .push(PolicyParameter { name: "Parameter".into(), fact_type: "System.String".into() });
    }
    for (at, parameter) in version.parameters.iter_mut().enumerate() {
        ui.push_id(("parameter", at), |ui| {
            if two(ui, "parameter", at, &mut parameter.name, &mut parameter.fact_type) {
                removed = Some(at);
            }
        });
    }
    if let Some(at) = removed.take() {
        version.parameters.remove(at);
    }
    if fields::heading_with_add(ui, "Facts of its own", "Add a fact") {
        version.facts.push(PolicyFact {
            name: "Fact".into(),
            fact_type: "System.Boolean".into(),
            initial_value: None,
        });
    }
    for (at, fact) in version.facts.iter_mut().enumerate() {
        ui.push_id(("fact", at), |ui| {
            if two(ui, "fact", at, &mut fact.name, &mut fact.fact_type) {
                removed = Some(at);
            }
            let mut value = fact.initial_value.clone().unwrap_or_default();
            if fields::text(ui, "Value at first", &mut value) {
                fact.initial_value = (!value.trim().is_empty()).then_some(value);
            }
        });
    }
    if let Some(at) = removed.take() {
        version.facts.remove(at);
    }
    if fields::heading_with_add(ui, "Rules", "Add a rule") {
        version
            .rules
            .push(PolicyRule { name: format!("Rule {}", version.rules.len() + 1), ..PolicyRule::default() });
    }
    for (at, rule) in version.rules.iter_mut().enumerate() {
        ui.push_id(("rule", at), |ui| {
            if self::rule(ui, rule) {
                removed = Some(at);
            }
        });
    }
    if let Some(at) = removed {
        version.rules.remove(at);
    }
}

/// A name and a type in one line; true when it is to go.
fn two(ui: &mut Ui, what: &str, at: usize, name: &mut String, kind: &mut String) -> bool {
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 44.0) / 2.0;
        for (value, part) in [(name, "Name"), (kind, "Type")] {
            let field = TextEdit::singleline(value).hint_text(part).desired_width(width - 8.0);
            fields::live(ui, field).accessible_name(format!("{part} of {what} {}", at + 1));
        }
        fields::icon_button(ui, Glyph::Close, &format!("Remove {what} {}", at + 1)).clicked()
    })
    .inner
}

fn rule(ui: &mut Ui, rule: &mut PolicyRule) -> bool {
    let t = Tokens::of(ui);
    let words = if rule.active { rule.name.clone() } else { format!("{} · off", rule.name) };
    let title =
        RichText::new(words).family(theme::medium()).color(if rule.active { t.text } else { t.muted });
    let mut removed = false;
    egui::CollapsingHeader::new(title).id_salt("rule").icon(list::chevron).default_open(true).show(
        ui,
        |ui| {
            fields::text(ui, "Name", &mut rule.name);
            fields::toggle(ui, "Active", &mut rule.active);
            list::number(ui, "Priority", &mut rule.priority, -1000..=1000, "higher fires first");
            fields::code(ui, "If", &mut rule.condition, 2);
            let mut gone = None;
            for (at, action) in rule.actions.iter_mut().enumerate() {
                ui.push_id(("action", at), |ui| {
                    ui.horizontal(|ui| {
                        let verb = match action {
                            PolicyAction::Set(_) => "Set",
                            PolicyAction::Assert { .. } => "Assert",
                            PolicyAction::Update(_) => "Update",
                            PolicyAction::Retract(_) => "Retract",
                            PolicyAction::Halt => "Halt",
                        };
                        ui.label(RichText::new(verb).small().color(t.muted));
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            if fields::icon_button(ui, Glyph::Close, &format!("Remove action {}", at + 1))
                                .clicked()
                            {
                                gone = Some(at);
                            }
                        });
                    });
                    match action {
                        PolicyAction::Set(code) => drop(fields::code(ui, "Then", code, 2)),
                        PolicyAction::Assert { fact, value } => {
                            fields::text(ui, "Fact", fact);
                            fields::text(ui, "Value", value);
                        }
                        PolicyAction::Update(fact) | PolicyAction::Retract(fact) => {
                            fields::text(ui, "Fact", fact);
                        }
                        PolicyAction::Halt => fields::note(ui, "Ends the run of the policy"),
                    }
                });
            }
            if let Some(at) = gone {
                rule.actions.remove(at);
            }
            ui.horizontal(|ui| {
                ui.menu_button("Add action…", |ui| {
                    let all = [
                        ("Set values", PolicyAction::Set(String::new())),
                        ("Assert a fact", PolicyAction::Assert { fact: String::new(), value: String::new() }),
                        ("Update a fact", PolicyAction::Update(String::new())),
                        ("Retract a fact", PolicyAction::Retract(String::new())),
                        ("Halt", PolicyAction::Halt),
                    ];
                    for (words, action) in all {
                        if ui.button(words).clicked() {
                            rule.actions.push(action);
                            ui.close();
                        }
                    }
                });
                removed = ui.button("Delete rule").clicked();
            });
        },
    );
    removed
}
