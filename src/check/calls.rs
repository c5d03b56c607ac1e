//! V23 to V26: Call and Start Orchestration. Number, names and types of arguments are known from compiling.

use super::activation::heads;
use super::subject::{Subject, place};
use crate::diagnostic::Diagnostic;
use crate::model::{Application, Binding, Call, Direction, Orchestration, ParameterKind, Shape, ShapeKind};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for parameter in &subject.orchestration.parameters {
        let data = matches!(parameter.kind, ParameterKind::Message(_) | ParameterKind::Variable(_));
        if !data && parameter.direction != Direction::In {
            let message = format!("the parameter `{}` cannot be {:?}", parameter.name(), parameter.direction);
            let help = "make it In; only messages and variables are passed back (CAL-2)";
            let at = subject.at(parameter.id(), parameter.name(), "direction");
            found.push(Diagnostic::error("V25", message, help).at(at));
        }
    }
    for site in &subject.sites {
        let (call, synchronous) = match &site.shape.kind {
            ShapeKind::Call(call) => (call, true),
            ShapeKind::Start(call) => (call, false),
            _ => continue,
        };
        let Some((_, callee)) = subject.application.orchestration(&call.orchestration) else { continue };
        if synchronous && activates(callee) {
            let message = format!(
                "`{}` calls `{}`, which waits for an activating message",
                site.shape.name, callee.name
            );
            let help = "set Activate to false on its first Receive, or let its message start it";
            found
                .push(Diagnostic::error("V24", message, help).at(subject.place(site.shape, "orchestration")));
        }
        ports(subject, site.shape, call, callee, synchronous, found);
    }
}

fn activates(orchestration: &Orchestration) -> bool {
    let mut first = BTreeSet::new();
    heads(&orchestration.body, &mut first);
    let activates = |shape: &&Shape| matches!(&shape.kind, ShapeKind::Receive(r) if r.activate);
    orchestration.shapes().iter().filter(|shape| first.contains(&shape.id)).any(activates)
}

/// V26.
fn ports(
    subject: &Subject<'_>,
    shape: &Shape,
    call: &Call,
    callee: &Orchestration,
    synchronous: bool,
    found: &mut Vec<Diagnostic>,
) {
    for (argument, parameter) in call.arguments.iter().zip(&callee.parameters) {
        let ParameterKind::Port(expected) = &parameter.kind else { continue };
        let Some(given) = subject.port(&argument.name) else { continue };
        if given.polarity == expected.polarity {
            continue;
        }
        // A port this orchestration was given itself may be direct at its owner.
        let owned = subject.orchestration.ports.iter().any(|port| port.name == given.name);
        let direct =
            matches!(given.binding, Binding::MessageBox | Binding::SelfCorrelating | Binding::Partner(_))
                || !owned;
        let help = if synchronous {
            "pass a port of the same direction; a called orchestration uses the port of its caller"
        } else if !direct {
            "bind the port direct; only a direct port can be turned round by Start"
        } else {
            continue;
        };
        let message = format!("`{}` passes the port `{}` against its direction", shape.name, given.name);
        found.push(Diagnostic::error("V26", message, help).at(subject.place(shape, "arguments")));
    }
}

/// V23.
pub(super) fn check_recursion(application: &Application, found: &mut Vec<Diagnostic>) {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, orchestration) in application.orchestrations() {
        let callees = orchestration.shapes().into_iter().filter_map(|shape| match &shape.kind {
            ShapeKind::Call(call) | ShapeKind::Start(call) => {
                let (module, callee) = application.orchestration(&call.orchestration)?;
                Some(module.qualify(&callee.name))
            }
            _ => None,
        });
        graph.insert(module.qualify(&orchestration.name), callees.collect());
    }
    for (key, module) in &application.modules {
        let Some(orchestration) = &module.orchestration else { continue };
        let start = module.qualify(&orchestration.name);
        let mut reached = BTreeSet::new();
        let mut next: Vec<&String> = graph.get(&start).into_iter().flatten().collect();
        while let Some(name) = next.pop() {
            if reached.insert(name) {
                next.extend(graph.get(name).into_iter().flatten());
            }
        }
        if reached.contains(&start) {
            let message =
                format!("`{start}` calls or starts itself, directly or through another orchestration");
            let help = "use a Loop, or let a message start the next instance";
            let at = place(key, &orchestration.id, &orchestration.name, "");
            found.push(Diagnostic::error("V23", message, help).at(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn invoke(name: &str, arguments: &[&str]) -> Call {
        let argument = |name: &&str| Argument { name: (*name).into(), ..Argument::default() };
        let arguments = arguments.iter().map(argument).collect();
        Call { orchestration: format!("Test.{name}"), arguments, ..Call::default() }
    }

    fn call(name: &str, arguments: &[&str]) -> Shape {
        shape(ShapeKind::Call(invoke(name, arguments)))
    }

    fn start(name: &str, arguments: &[&str]) -> Shape {
        shape(ShapeKind::Start(invoke(name, arguments)))
    }

    #[test]
    fn v23_no_recursion() {
        assert_eq!(codes(&started(vec![start("Subject", &[])])), ["V23"]);
        let mut round = started(vec![call("Second", &[])]);
        add(&mut round, "Second", vec![call("Third", &[])]);
        add(&mut round, "Third", vec![]);
        assert_eq!(codes(&round), [""; 0]);
        orchestration(&mut round, "Third").body.push(start("Second", &[]));
        assert_eq!(codes(&round), ["V23", "V23"], "both of the circle, not who leads into it");
    }

    #[test]
    fn v24_a_callee_does_not_activate() {
        let mut application = started(vec![call("Second", &[])]);
        add(&mut application, "Second", vec![activate()]);
        assert_eq!(codes(&application), ["V24"]);
        orchestration(&mut application, "Subject").body[1] = start("Second", &[]);
        assert_eq!(codes(&application), [""; 0]);
    }

    #[test]
    fn v25_only_data_is_passed_back() {
        let variable = Variable { name: "tries".into(), ..Variable::default() };
        let port = Port { name: "Given".into(), ..Port::default() };
        let add = |kind: ParameterKind| {
            changed(|o| {
                o.parameters.push(Parameter { direction: Direction::Ref, kind: kind.clone() });
            })
        };
        assert_eq!(codes(&add(ParameterKind::Port(port))), ["V25"]);
        assert_eq!(codes(&add(ParameterKind::Variable(variable))), [""; 0]);
    }

    #[test]
    fn v26_ports_keep_their_direction() {
        let with = |shape, given: &str| {
            let mut application = started(vec![shape]);
            add(&mut application, "Second", vec![]);
            let kind = ParameterKind::Port(Port {
                name: "Given".into(),
                polarity: Polarity::Uses,
                ..Port::default()
            });
            orchestration(&mut application, "Second")
                .parameters
                .push(Parameter { direction: Direction::In, kind });
            assert!(application.modules["Subject"].orchestration.as_ref().unwrap().port(given).is_some());
            codes(&application)
        };
        assert_eq!(with(call("Second", &["Out"]), "Out"), [""; 0]);
        assert_eq!(with(call("Second", &["Own"]), "Own"), ["V26"]);
        assert_eq!(with(start("Second", &["Own"]), "Own"), [""; 0]);
        assert_eq!(with(start("Second", &["In"]), "In"), ["V26"]);
    }
}
