//! V23, V24, V26: Call and Start Orchestration.

use super::activation::heads;
use super::subject::{Subject, place};
use crate::diagnostic::Diagnostic;
use crate::model::edit::{Edit, OrchestrationProperties};
use crate::model::{
    Application, Binding, Call, Module, Orchestration, ParameterKind, Shape, ShapeKind, TypeModifier, files,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        let (call, synchronous) = match &site.shape.kind {
            ShapeKind::Call(call) => (call, true),
            ShapeKind::Start(call) => (call, false),
            _ => continue,
        };
        let Some((module, callee)) =
            subject.application.orchestration_for(subject.module, &call.orchestration)
        else {
            continue;
        };
        invisible(subject, site.shape, module, callee, found);
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

/// V24: projects see each other's public orchestrations only (CAL-6).
fn invisible(
    subject: &Subject<'_>,
    shape: &Shape,
    module: &Module,
    callee: &Orchestration,
    found: &mut Vec<Diagnostic>,
) {
    let modules = &subject.application.modules;
    let Some((key, _)) = modules.iter().find(|(_, other)| std::ptr::eq(*other, module)) else { return };
    let (own, theirs) = (project(subject.application, subject.key), project(subject.application, key));
    if callee.modifier == TypeModifier::Public || own.is_none() || theirs.is_none() || own == theirs {
        return;
    }
    let message = format!("`{}` uses `{}`, which other projects do not see", shape.name, callee.name);
    let mut properties = OrchestrationProperties::of(callee);
    properties.modifier = TypeModifier::Public;
    let shown = Edit::SetOrchestration { module: key.clone(), properties };
    found.push(
        Diagnostic::error("V24", message, "set the Type Modifier of the orchestration to Public")
            .at(subject.place(shape, "orchestration"))
            .mend("Make the orchestration Public", vec![shown]),
    );
}

/// The assembly whose project holds the module.
fn project<'a>(application: &'a Application, module: &str) -> Option<&'a str> {
    let path = files::module_path(module);
    let mut projects = application.settings.projects.iter();
    projects.find(|project| project.types.contains_key(&path)).map(|project| project.assembly.as_str())
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
                let (module, callee) = application.orchestration_for(module, &call.orchestration)?;
                Some(module.full_name(&callee.name))
            }
            _ => None,
        });
        graph.insert(module.full_name(&orchestration.name), callees.collect());
    }
    for (key, module) in &application.modules {
        let Some(orchestration) = &module.orchestration else { continue };
        let start = module.full_name(&orchestration.name);
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
    fn v24_another_project_sees_public_orchestrations_only() {
        let with = |modifier: TypeModifier, projects: &[&[&str]]| {
            let mut application = started(vec![call("Second", &[])]);
            add(&mut application, "Second", vec![]);
            orchestration(&mut application, "Second").modifier = modifier;
            let holds = |modules: &&[&str]| Project {
                assembly: modules.concat(),
                types: modules.iter().map(|m| (files::module_path(m), String::new())).collect(),
                ..Project::default()
            };
            application.settings.projects = projects.iter().map(holds).collect();
            codes(&application)
        };
        let apart: &[&[&str]] = &[&["Subject"], &["Second"]];
        assert_eq!(with(TypeModifier::Internal, apart), ["V24"]);
        assert_eq!(with(TypeModifier::Public, apart), [""; 0]);
        assert_eq!(with(TypeModifier::Private, &[&["Subject", "Second"]]), [""; 0], "one project");
        assert_eq!(with(TypeModifier::Private, &[]), [""; 0], "no projects are told");
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
