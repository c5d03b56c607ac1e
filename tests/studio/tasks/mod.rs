//! What people do with a designer, done with the real studio, each with its count of keys and mouse.
//! `docs/designer-tasks.md` is made from the tables here; `ORCHESTRION_BLESS=1` writes it anew.

mod binding;
mod declaring;
mod finding;
mod page;
mod reshaping;
mod shapes;
mod walk;

use walk::Walk;

/// One task. The walk starts with the sample open and nothing selected.
pub struct Task {
    pub title: &'static str,
    pub sample: &'static str,
    /// Presses of a key, and texts typed in one go.
    pub keys: usize,
    /// Clicks and drags.
    pub mouse: usize,
    /// The peer that needs the fewest steps, and how many.
    pub peer: &'static str,
    pub peer_steps: usize,
    pub walk: fn(&mut Walk),
}

/// Parts of the page, in its order.
pub const PARTS: [(&str, &[Task]); 5] = [
    ("Shapes", shapes::TASKS),
    ("Structure", reshaping::TASKS),
    ("Declarations", declaring::TASKS),
    ("Ports, bindings and correlation", binding::TASKS),
    ("Finding and seeing", finding::TASKS),
];

/// Walks every task of a part. All that is wrong is told at once.
fn walk_all(tasks: &[Task]) {
    let mut wrong = Vec::new();
    for task in tasks {
        let mut walk = Walk::on(task.sample);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (task.walk)(&mut walk)));
        if let Err(panic) = done {
            let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
            let why = panic.downcast_ref::<String>().cloned().or(words).unwrap_or_default();
            // The harness adds the whole tree of widgets.
            wrong.push(format!("{}: {}", task.title, why.lines().take(4).collect::<Vec<_>>().join(" ")));
        } else if (walk.keys, walk.mouse) != (task.keys, task.mouse) {
            wrong.push(format!("{}: took {} keys and {} mouse", task.title, walk.keys, walk.mouse));
        } else if task.keys + task.mouse > task.peer_steps {
            wrong.push(format!("{}: {} needs {} steps", task.title, task.peer, task.peer_steps));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn shapes_take_no_more_steps_than_with_any_peer() {
    walk_all(shapes::TASKS);
}

#[test]
fn structure_takes_no_more_steps_than_with_any_peer() {
    walk_all(reshaping::TASKS);
}

#[test]
fn declarations_take_no_more_steps_than_with_any_peer() {
    walk_all(declaring::TASKS);
}

#[test]
fn binding_takes_no_more_steps_than_with_any_peer() {
    walk_all(binding::TASKS);
}

#[test]
fn finding_takes_no_more_steps_than_with_any_peer() {
    walk_all(finding::TASKS);
}
