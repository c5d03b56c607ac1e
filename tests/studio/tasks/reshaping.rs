//! Wrapping, unwrapping, converting, branches, collapsing.

use super::Task;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use orchestrion::model::ShapeKind;

pub const TASKS: &[Task] = &[
    Task {
        title: "Wrap two shapes in a Scope",
        sample: "hello",
        keys: 2,
        mouse: 2,
        peer: "BizTalk, a scope drawn beside and shapes dragged in, then the empty place deleted",
        peer_steps: 4,
        walk: |w| {
            w.shape("Construct reply").click_with(Modifiers::SHIFT, Role::TreeItem, "Send reply");
            w.key(Key::W).key(Key::Enter);
            assert_eq!(w.kinds(), ["Receive", "Scope"]);
        },
    },
    Task {
        title: "Wrap a shape in a Loop",
        sample: "hello",
        keys: 3,
        mouse: 1,
        peer: "bpmn-js",
        peer_steps: 5,
        walk: |w| {
            w.shape("Send reply").key(Key::W).text("loop").key(Key::Enter);
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Loop"]);
        },
    },
    Task {
        title: "Unwrap a container, keeping what is inside",
        sample: "hello",
        keys: 3,
        mouse: 1,
        peer: "BizTalk, each shape dragged out, then Delete",
        peer_steps: 4,
        walk: |w| {
            w.shape("Send reply").key(Key::W).key(Key::Enter).keys_with(Modifiers::SHIFT, Key::W);
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Send"]);
        },
    },
    Task {
        title: "Close a container",
        sample: "hello",
        keys: 1,
        mouse: 1,
        peer: "bpmn-js, by its menu",
        peer_steps: 3,
        walk: |w| {
            w.shape("Construct reply").key(Key::Minus);
            assert!(!w.sees("Write the greeting"));
        },
    },
    Task {
        title: "Zoom into a container and out again",
        sample: "hello",
        keys: 2,
        mouse: 1,
        peer: "bpmn-js, a collapsed sub-process",
        peer_steps: 3,
        walk: |w| {
            w.shape("Construct reply").ctrl(Key::Enter);
            assert!(!w.sees("Send reply"));
            w.ctrl(Key::Backspace);
            assert!(w.sees("Send reply"));
        },
    },
    Task {
        title: "Add a branch to a Decide from its menu",
        sample: "southridge",
        keys: 0,
        mouse: 2,
        peer: "BizTalk",
        peer_steps: 2,
        walk: |w| {
            let branches = |w: &super::walk::Walk| match w.kind("Check Error Status") {
                ShapeKind::Decide(decide) => decide.branches.len(),
                _ => 0,
            };
            let before = branches(w);
            let id = w.find("Check Error Status").id.clone();
            w.bring(&id);
            w.right_click(Role::TreeItem, "Check Error Status").click(Role::Button, "Add branch");
            assert_eq!(branches(w), before + 1);
        },
    },
];
