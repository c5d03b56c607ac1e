//! What somebody who draws expects of every command: what is selected stays selected, what is sought is found, what is
//! offered says what it does.

use super::harness;
use egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use orchestrion::model::{Id, Scope, ShapeKind};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::tabs::Tab;
use orchestrion::studio::{Studio, sample};

type Window = Harness<'static, Studio>;

fn open(name: &str) -> Window {
    let studio = Studio::new(Document::new(sample::load(name).unwrap(), None));
    let mut window = harness(studio, Theme::Dark, [1280.0, 800.0]);
    window.run_steps(3);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

fn select(window: &mut Window, id: &Id) {
    window.state_mut().document.select(Selection::Node(id.clone()));
    window.run_steps(3);
}

/// Shows the first orchestration with a shape that has what `found` gives.
fn show<T>(window: &mut Window, found: impl Fn(&ShapeKind) -> Option<T>) -> (Id, T) {
    let studio = window.state_mut();
    let hit = studio.document.app.modules.iter().find_map(|(key, module)| {
        let shapes = module.orchestration.as_ref()?.shapes();
        shapes.into_iter().find_map(|s| Some((key.clone(), s.id.clone(), found(&s.kind)?)))
    });
    let (key, id, what) = hit.expect("a sample that has one");
    studio.tabs.open(Tab::Orchestration(key), true);
    studio.tabs.lead(&mut studio.document);
    window.run_steps(3);
    (id, what)
}

#[test]
fn a_refused_command_leaves_the_selection_as_it_was() {
    let mut window = open("southridge");
    let full = |kind: &ShapeKind| match kind {
        ShapeKind::Scope(Scope { catches, body, .. })
            if !body.is_empty() && catches.iter().any(|c| !c.body.is_empty()) =>
        {
            Some(())
        }
        _ => None,
    };
    let (scope, ()) = show(&mut window, full);
    select(&mut window, &scope);
    press(&mut window, Modifiers::SHIFT, Key::W);
    let state = window.state();
    assert_eq!(state.document.selection, Selection::Node(scope), "{}", state.said());
    assert!(state.said().contains("still holds shapes"), "{}", state.said());
    assert!(state.said().ends_with("Move or delete the shapes of its catch block first"), "{}", state.said());

    let decide = |kind: &ShapeKind| match kind {
        ShapeKind::Decide(decide) => decide.branches.last().map(|b| b.id.clone()),
        _ => None,
    };
    let (_, last) = show(&mut window, decide);
    select(&mut window, &last);
    press(&mut window, Modifiers::NONE, Key::Delete);
    let state = window.state();
    assert_eq!(state.document.selection, Selection::Node(last));
    assert!(state.said().ends_with("Delete the whole shape instead"), "{}", state.said());
}
