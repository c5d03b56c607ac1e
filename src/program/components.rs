use super::compile::Shared;
use super::symbols::ScopeSymbols;
use crate::component::Components;
use crate::diagnostic::{Diagnostic, Place};
use crate::message::ValueType;
use crate::model::edit::{Edit, Part};
use crate::xlang::{Code, Slot, Stub};
use std::collections::{BTreeMap, BTreeSet};

/// Values that mocked members answer, by `Class.Member`.
pub type Mocks = BTreeMap<String, Code>;

/// Compiles the values of `mocks` in `application.ron`, and those of a simulated run for other members.
pub(super) fn compile_mocks(shared: &Shared<'_>, found: &mut Vec<Diagnostic>) -> Mocks {
    let symbols = ScopeSymbols::new(shared);
    let mut mocks = Mocks::new();
    for (member, text) in &shared.app.settings.simulated_answers {
        let compiled = crate::xlang::compile(text, Slot::InitialValue(ValueType::Unknown), &symbols);
        mocks.extend(compiled.code.map(|code| (member.clone(), code)));
    }
    for (member, text) in &shared.app.settings.mocks {
        let place = Place {
            file: "application.ron".to_owned(),
            name: member.clone(),
            property: "mocks",
            ..Place::default()
        };
        let compiled = crate::xlang::compile(text, Slot::InitialValue(ValueType::Unknown), &symbols);
        for mut diagnostic in compiled.diagnostics {
            diagnostic.place = Place { span: diagnostic.place.span, ..place.clone() };
            found.push(diagnostic);
        }
        match compiled.code {
            Some(code) => drop(mocks.insert(member.clone(), code)),
            None if text.trim().is_empty() => found.push(
                Diagnostic::error(
                    "K04",
                    format!("the mock of {member} has no value"),
                    "Write null, or remove it",
                )
                .at(place),
            ),
            None => {}
        }
    }
    mocks
}

/// Says once for each class which members nobody answers for: `K02` when its script lacks them, `K03` when there is
/// no script, nor a value in `mocks`. `scripts` are those of the application; one that does not compile has been reported.
pub(super) fn report_unanswered<'a>(
    components: &Components,
    scripts: &BTreeMap<String, String>,
    mocks: &BTreeMap<String, String>,
    used: impl Iterator<Item = &'a (Stub, Place)>,
    found: &mut Vec<Diagnostic>,
) {
    let mut open: BTreeMap<&str, (&Place, BTreeSet<&Stub>)> = BTreeMap::new();
    for (stub, place) in used {
        let answered = components.function(&stub.class, &stub.member, stub.arguments).is_some()
            || mocks.contains_key(&format!("{}.{}", stub.class, stub.member));
        // What an object stores needs no function.
        let stored = components.is_scripted(&stub.class)
            && (stub.arguments.is_none() || (stub.member == ".ctor" && stub.arguments == Some(0)));
        if !answered && !stored {
            open.entry(&stub.class).or_insert_with(|| (place, BTreeSet::new())).1.insert(stub);
        }
    }
    for (class, (place, stubs)) in open {
        let prefix = format!("{class}.");
        let members = stubs.iter().map(|stub| stub.to_string().replacen(&prefix, "", 1));
        let members = members.collect::<Vec<_>>().join(", ");
        let path = crate::model::files::component_path(class);
        let (diagnostic, title) = match (components.functions(class), scripts.get(class)) {
            (Some(functions), _) => {
                let message =
                    format!("the script of {class} has no function for {members}: such calls are mocked");
                let help = format!("Add them to {path}, which has {}", functions.join(", "));
                (Diagnostic::warning("K02", message, help), "Add the functions")
            }
            (None, Some(_)) => continue,
            (None, None) => {
                let message =
                    format!("{class} is custom code without a script: its members are mocked ({members})");
                let help = format!(
                    "Write {path} with these functions, or give their values as `mocks` in application.ron"
                );
                (Diagnostic::warning("K03", message, help), "Write a script")
            }
        };
        let script = scripts.get(class).cloned().unwrap_or_default() + outline(class, &stubs).as_str();
        let edit = Edit::Set(Part::Component(class.to_owned(), Some(script)));
        found.push(diagnostic.at(place.clone()).mend(title, vec![edit]));
    }
}

/// Functions that answer as a mock does, for a user to fill. A property needs none: objects store what is assigned.
fn outline(class: &str, stubs: &BTreeSet<&Stub>) -> String {
    let short = class.rsplit('.').next().unwrap_or(class);
    let mut text = format!("// {class}\n");
    for stub in stubs {
        let name = if stub.member == ".ctor" { short } else { &stub.member };
        let Some(count) = stub.arguments else { continue };
        let parameters: Vec<String> = (1..=count).map(|n| format!("p{n}")).collect();
        text.push_str(&format!("fn {name}({}) {{\n    ()\n}}\n", parameters.join(", ")));
    }
    text
}
