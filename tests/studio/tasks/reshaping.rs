//! Wrapping, unwrapping, converting, branches, collapsing.

use super::Task;
use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use orchestrion::model::ShapeKind;

pub const TASKS: &[Task] = &[
    Task {
        title: "Wrap two shapes in a Scope",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk, a scope drawn and both shapes dragged in",
        peer_steps: 3,
        walk: |w| {
            w.shape("Construct reply").click_with(Modifiers::SHIFT, Role::TreeItem, "Send reply");
            let (from, to) = (w.at("Toolbox Scope"), w.row("Send reply"));
            w.drag(from, to);
            assert_eq!(w.kinds(), ["Receive", "Scope"]);
        },
    },
    Task {
        title: "Wrap a shape in a Loop",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "BizTalk, a loop drawn and the shape dragged in",
        peer_steps: 2,
        walk: |w| {
            let (from, to) = (w.at("Toolbox Loop"), w.at("Send reply"));
            w.drag(from, to);
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Loop"]);
            assert_eq!(w.orchestration().shapes().len(), 5);
        },
    },
    Task {
        title: "Wrap a shape in a Scope by keyboard only",
        sample: "hello",
        keys: 3,
        mouse: 0,
        peer: "BizTalk, cut and pasted into a new scope by the context menu's keys",
        peer_steps: 8,
        walk: |w| {
            w.key(Key::End).key(Key::W).key(Key::Enter);
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Scope"]);
        },
    },
    Task {
        title: "Unwrap a container, keeping what is inside",
        sample: "hello",
        keys: 1,
        mouse: 1,
        peer: "BizTalk, the shape dragged out, the container chosen and deleted",
        peer_steps: 3,
        walk: |w| {
            w.before(|w| {
                w.shape("Send reply").key(Key::W).key(Key::Enter).key(Key::Escape);
            });
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Scope"]);
            w.shape("Scope_1").keys_with(Modifiers::SHIFT, Key::W);
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Send"]);
        },
    },
    Task {
        title: "Close a container",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "BizTalk, by its sign",
        peer_steps: 1,
        walk: |w| {
            let sign = w.rect("Construct reply").right_center() - vec2(15.0 * zoom(w), 0.0);
            w.point_with(Modifiers::NONE, sign);
            assert!(!w.sees("Write the greeting"));
        },
    },
    Task {
        title: "Zoom into a container and out again",
        sample: "hello",
        keys: 1,
        mouse: 1,
        peer: "bpmn-js, a collapsed sub-process and its breadcrumbs",
        peer_steps: 2,
        walk: |w| {
            let head = w.at("Construct reply");
            w.window.hover_at(head);
            w.settle();
            w.click(Role::Button, "Zoom into Construct reply");
            assert!(!w.sees("Send reply"));
            w.ctrl(Key::Backspace);
            assert!(w.sees("Send reply"));
        },
    },
    Task {
        title: "Zoom into a container and out again by keyboard only",
        sample: "hello",
        keys: 4,
        mouse: 0,
        peer: "n8n, a sub-workflow opened and left",
        peer_steps: 4,
        walk: |w| {
            w.key(Key::ArrowDown).key(Key::ArrowDown).ctrl(Key::Enter);
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
            w.bring("Check Error Status");
            w.right_click(Role::TreeItem, "Check Error Status").menu("Add branch");
            assert_eq!(branches(w), before + 1);
        },
    },
    Task {
        title: "Make a Send a Receive, keeping its name and message",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "bpmn-js, by its wrench",
        peer_steps: 3,
        walk: |w| {
            w.right_click(Role::TreeItem, "Send reply").menu("Convert to…").menu("Receive");
            let ShapeKind::Receive(receive) = w.kind("Send reply") else { panic!("{:?}", w.kinds()) };
            assert_eq!(receive.message, "Reply");
        },
    },
    Task {
        title: "Wrap all there is in a Scope by keyboard only",
        sample: "hello",
        keys: 3,
        mouse: 0,
        peer: "BizTalk, a scope drawn and three shapes dragged in",
        peer_steps: 4,
        walk: |w| {
            w.ctrl(Key::A).key(Key::W).key(Key::Enter);
            assert_eq!(w.kinds(), ["Scope"]);
        },
    },
    Task {
        title: "Move a shape into another branch by dragging",
        sample: "southridge",
        keys: 0,
        mouse: 1,
        peer: "BizTalk",
        peer_steps: 1,
        walk: |w| {
            w.bring("BAM Error");
            let (from, to) = (w.at("BAM Error"), w.at("Insert at the end of branch Else"));
            w.drag(from, to);
            assert_eq!(branch(w, "Check Error Status", 1), ["BAM End", "BAM Error"]);
        },
    },
    Task {
        title: "Move a shape into the branch beside it by a key",
        sample: "southridge",
        keys: 1,
        mouse: 1,
        peer: "BizTalk, by dragging once it is chosen",
        peer_steps: 2,
        walk: |w| {
            w.bring("BAM Error");
            w.shape("BAM Error").keys_with(Modifiers::ALT, Key::ArrowRight);
            assert!(branch(w, "Check Error Status", 1).contains(&"BAM Error".to_owned()));
        },
    },
    Task {
        title: "Delete a branch with all in it",
        sample: "southridge",
        keys: 1,
        mouse: 1,
        peer: "BizTalk",
        peer_steps: 2,
        walk: |w| {
            w.bring("BAM Error");
            w.shape("Branch error != \"\"").key(Key::Delete);
            let ShapeKind::Decide(decide) = w.kind("Check Error Status") else { panic!() };
            assert_eq!(decide.branches.len(), 1);
        },
    },
    Task {
        title: "Add a catch block to a Scope",
        sample: "southridge",
        keys: 0,
        mouse: 2,
        peer: "BizTalk, by its menu",
        peer_steps: 2,
        walk: |w| {
            w.bring("Send Completion Scope");
            w.right_click(Role::TreeItem, "Send Completion Scope").menu("Add catch block");
            let ShapeKind::Scope(scope) = w.kind("Send Completion Scope") else { panic!() };
            assert_eq!(scope.catches.len(), 2);
        },
    },
    Task {
        title: "Close every container",
        sample: "southridge",
        keys: 3,
        mouse: 0,
        peer: "BizTalk, the three outermost by their signs",
        peer_steps: 3,
        walk: |w| {
            w.palette(">collapse all");
            assert!(!w.sees("TRACE"));
        },
    },
    Task {
        title: "Write a comment on a shape",
        sample: "hello",
        keys: 1,
        mouse: 2,
        peer: "BizTalk, its Description",
        peer_steps: 3,
        walk: |w| {
            w.shape("Send reply").press(Role::MultilineTextInput, "Comments").text("To whoever asked");
            assert_eq!(w.find("Send reply").comments, "To whoever asked");
        },
    },
    Task {
        title: "Insert a Transform into a Construct Message by keyboard only",
        sample: "hello",
        keys: 5,
        mouse: 0,
        peer: "BizTalk, by the context menu's keys",
        peer_steps: 6,
        walk: |w| {
            w.key(Key::ArrowDown).key(Key::ArrowDown).key(Key::I).text("transform").key(Key::Enter);
            let ShapeKind::Construct(construct) = w.kind("Construct reply") else { panic!() };
            let kinds: Vec<_> = construct.body.iter().map(|s| s.kind.label()).collect();
            assert_eq!(kinds, ["Message Assignment", "Transform"]);
        },
    },
    Task {
        title: "Copy a shape into another orchestration",
        sample: "southridge",
        keys: 2,
        mouse: 2,
        peer: "BizTalk",
        peer_steps: 5,
        walk: |w| {
            w.bring("TRACE");
            let text = w.shape("TRACE").copy();
            w.press(Role::TreeItem, "Open ActivateOrch");
            let before = w.orchestration().shapes().len();
            w.paste(&text);
            assert_eq!(
                (w.document().module.as_str(), w.orchestration().shapes().len()),
                ("Activate", before + 1)
            );
        },
    },
];

fn zoom(w: &super::walk::Walk) -> f32 {
    let tabs = &w.window.state().tabs;
    tabs.canvas().zoom(tabs.key())
}

/// Names of the shapes in a branch of a Decide.
fn branch(w: &super::walk::Walk, decide: &str, at: usize) -> Vec<String> {
    let ShapeKind::Decide(decide) = w.kind(decide) else { panic!("no Decide") };
    decide.branches[at].body.iter().map(|s| s.name.clone()).collect()
}
