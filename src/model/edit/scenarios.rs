//! Names of orchestrations and their ports in scenarios.

use crate::model::{Application, Expectation, Observed, ObservedPlace, SetUp, Step, files};
use std::collections::BTreeMap;

/// What a text of a scenario names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// An orchestration: its full name, or a short one of the vocabulary.
    Orchestration,
    /// A logical port of this orchestration, named as above.
    Port(&'a str),
}

type Visit<'v> = dyn FnMut(Named<'_>, &mut String) + 'v;

/// Visits the names in the vocabulary, then in each scenario; `file` is told before each.
pub(super) fn each_name(application: &mut Application, file: &mut dyn FnMut(&str), visit: &mut Visit<'_>) {
    file("scenarios/vocabulary.ron");
    let vocabulary = &mut application.vocabulary;
    vocabulary.names.values_mut().for_each(|full| visit(Named::Orchestration, full));
    for ObservedPlace { from, .. } in vocabulary.places.values_mut() {
        if let Observed::Published { orchestration, port } = from {
            visit(Named::Port(&orchestration.clone()), port);
            visit(Named::Orchestration, orchestration);
        }
    }
    set_up(&mut vocabulary.set_up, visit);
    steps(&mut vocabulary.steps, visit);
    for (stem, scenario) in &mut application.scenarios {
        file(&files::scenario_path(stem));
        set_up(&mut scenario.set_up, visit);
        steps(&mut scenario.steps, visit);
    }
}

fn set_up(set_up: &mut SetUp, visit: &mut Visit<'_>) {
    keys(&mut set_up.orchestrations, visit);
}

fn steps(all: &mut [Step], visit: &mut Visit<'_>) {
    for step in all {
        match step {
            Step::Orchestration(name, _) | Step::Instance(name, ..) | Step::Breakpoint(name, ..) => {
                visit(Named::Orchestration, name);
            }
            Step::Repeat { steps: inner, .. } => steps(inner, visit),
            Step::Expect(expected) => expectation(expected, visit),
            _ => {}
        }
    }
}

fn expectation(expected: &mut Expectation, visit: &mut Visit<'_>) {
    for (orchestration, ports) in &mut expected.subscriptions {
        ports.iter_mut().for_each(|port| visit(Named::Port(orchestration), port));
    }
    keys(&mut expected.subscriptions, visit);
    keys(&mut expected.instances, visit);
    keys(&mut expected.standing_at, visit);
    keys(&mut expected.visited, visit);
    expected.unordered.iter_mut().for_each(|name| visit(Named::Orchestration, name));
}

fn keys<T>(map: &mut BTreeMap<String, T>, visit: &mut Visit<'_>) {
    let renamed = std::mem::take(map).into_iter().map(|(mut name, value)| {
        visit(Named::Orchestration, &mut name);
        (name, value)
    });
    *map = renamed.collect();
}

/// How often each scenario file names the orchestration that `is` knows, or its `port`.
pub fn scenario_uses(
    application: &Application,
    is: &dyn Fn(&str) -> bool,
    port: Option<&str>,
) -> Vec<(String, usize)> {
    let mut copy = Application {
        scenarios: application.scenarios.clone(),
        vocabulary: application.vocabulary.clone(),
        ..Application::default()
    };
    let full =
        |name: &str| application.vocabulary.names.get(name).cloned().unwrap_or_else(|| name.to_owned());
    let files = std::cell::RefCell::new(Vec::<(String, usize)>::new());
    let mut visit = |named: Named<'_>, text: &mut String| {
        let uses = match (named, port) {
            (Named::Orchestration, None) => is(text),
            (Named::Port(owner), Some(port)) => text == port && is(&full(owner)),
            _ => false,
        };
        if let Some((_, count)) = files.borrow_mut().last_mut().filter(|_| uses) {
            *count += 1;
        }
    };
    each_name(&mut copy, &mut |file| files.borrow_mut().push((file.to_owned(), 0)), &mut visit);
    let mut found = files.into_inner();
    found.retain(|(_, count)| *count > 0);
    found
}
