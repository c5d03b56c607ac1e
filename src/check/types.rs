//! V41, V42: port types and the message types they carry.

use super::subject::place;
use crate::diagnostic::Diagnostic;
use crate::model::edit::{Declaration, Edit};
use crate::model::{Application, Module, MultipartType, Operation, PortType};
use std::collections::BTreeSet;

pub(super) fn check(application: &Application, found: &mut Vec<Diagnostic>) {
    for (key, module) in &application.modules {
        for port_type in &module.port_types {
            for operation in &port_type.operations {
                faults(key, operation, found);
                visibility(application, key, module, port_type, operation, found);
            }
        }
    }
}

/// V41.
fn faults(key: &str, operation: &Operation, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeSet<&String> = operation.response.iter().collect();
    for fault in &operation.faults {
        if !seen.insert(&fault.message_type) {
            let message = format!(
                "the fault `{}` has the message type of the response or of another fault",
                fault.name
            );
            let help =
                "give each fault of an operation a message type of its own; a catch block tells them by it";
            let at = place(key, &operation.id, &operation.name, "faults");
            found.push(Diagnostic::error("V41", message, help).at(at));
        }
    }
}

/// V42. Schemas and classes are visible everywhere; multi-part types say how far.
fn visibility(
    application: &Application,
    key: &str,
    module: &Module,
    port_type: &PortType,
    operation: &Operation,
    found: &mut Vec<Diagnostic>,
) {
    let used = std::iter::once(&operation.request).chain(&operation.response);
    for name in used.chain(operation.faults.iter().map(|f| &f.message_type)) {
        let Some(declared) = application.multipart_type(module, name) else { continue };
        if declared.modifier < port_type.modifier {
            let message = format!(
                "the {:?} port type `{}` carries the {:?} message type `{name}`",
                port_type.modifier, port_type.name, declared.modifier
            );
            let help = format!("set the Type Modifier of `{name}` to {:?} too", port_type.modifier);
            let at = place(key, &operation.id, &operation.name, "modifier");
            let home = application
                .modules
                .iter()
                .find(|(_, m)| m.multipart_types.iter().any(|t| std::ptr::eq(t, declared)));
            let hidden = Diagnostic::warning("V42", message, help).at(at);
            found.push(match home {
                Some((home, _)) => {
                    let shown = MultipartType { modifier: port_type.modifier, ..declared.clone() };
                    let edit = Edit::Redeclare {
                        module: home.clone(),
                        scope: None,
                        name: declared.name.clone(),
                        declaration: Declaration::MultipartType(shown),
                    };
                    hidden.mend("Show the message type as far as the port type", vec![edit])
                }
                None => hidden,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn two_way(change: impl Fn(&mut Operation)) -> Application {
        let mut application = started(vec![]);
        let module = application.modules.get_mut("Subject").unwrap();
        change(&mut module.port_types[1].operations[0]);
        application
    }

    fn fault(name: &str, message_type: &str) -> Fault {
        Fault { name: name.into(), message_type: message_type.into(), ..Fault::default() }
    }

    #[test]
    fn v41_faults_are_told_by_their_types() {
        let with = |faults: &[Fault]| codes(&two_way(|o| o.faults = faults.to_vec()));
        assert_eq!(with(&[fault("A", "Refusal"), fault("B", "Failure")]), [""; 0]);
        assert_eq!(with(&[fault("A", "Refusal"), fault("B", "Refusal")]), ["V41"]);
        assert_eq!(with(&[fault("A", "AckSchema")]), ["V41"]);
    }

    #[test]
    fn v42_a_port_type_shows_only_what_is_visible() {
        let with = |modifier| {
            let mut application = two_way(|o| o.request = "Parts".into());
            let module = application.modules.get_mut("Subject").unwrap();
            module.multipart_types.push(MultipartType {
                name: "Parts".into(),
                modifier,
                ..Default::default()
            });
            codes(&application)
        };
        assert_eq!(with(TypeModifier::Private), ["V42"]);
        assert_eq!(with(TypeModifier::Internal), [""; 0]);
        assert_eq!(with(TypeModifier::Public), [""; 0]);
    }
}
