//! Adding, removing, moving, naming.

use super::Task;
use super::walk::Walk;
use egui::accesskit::Role;
use egui::{Key, Modifiers};

const DRAWN: [&str; 3] = ["Receive request", "Construct reply", "Send reply"];

pub const TASKS: &[Task] = &[
    Task {
        title: "Add a Delay between two shapes by keyboard only",
        sample: "hello",
        keys: 4,
        mouse: 0,
        peer: "BizTalk, by the context menu's keys",
        peer_steps: 5,
        walk: |w| {
            w.key(Key::ArrowDown).key(Key::A).text("delay").key(Key::Enter);
            assert_eq!(w.kinds(), ["Receive", "Delay", "Construct Message", "Send"]);
        },
    },
    Task {
        title: "Add an Expression on an edge by dragging",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "BizTalk",
        peer_steps: 1,
        walk: |w| {
            let (from, to) = (w.at("Toolbox Expression"), w.at("Insert before Send reply"));
            w.drag(from, to);
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Expression", "Send"]);
        },
    },
    Task {
        title: "Add a shape on an edge by its +",
        sample: "hello",
        keys: 0,
        mouse: 2,
        peer: "Logic Apps",
        peer_steps: 3,
        walk: |w| {
            w.click(Role::Button, "Insert before Send reply").click(Role::Button, "Expression");
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Expression", "Send"]);
        },
    },
    Task {
        title: "Add a Loop before the first shape by keyboard only",
        sample: "hello",
        keys: 4,
        mouse: 0,
        peer: "BizTalk, by the context menu's keys",
        peer_steps: 5,
        walk: |w| {
            w.key(Key::ArrowDown).key(Key::B).text("loop").key(Key::Enter);
            assert_eq!(w.kinds()[0], "Loop");
        },
    },
    Task {
        title: "Delete a shape from the middle; the edge closes",
        sample: "hello",
        keys: 1,
        mouse: 1,
        peer: "Node-RED",
        peer_steps: 2,
        walk: |w| {
            w.shape("Construct reply").key(Key::Delete);
            assert_eq!(w.body(), ["Receive request", "Send reply"]);
        },
    },
    Task {
        title: "Delete a shape and take it back",
        sample: "hello",
        keys: 2,
        mouse: 1,
        peer: "bpmn-js",
        peer_steps: 3,
        walk: |w| {
            w.shape("Construct reply").key(Key::Delete).ctrl(Key::Z);
            assert_eq!(w.body(), DRAWN);
        },
    },
    Task {
        title: "Rename a shape",
        sample: "hello",
        keys: 2,
        mouse: 1,
        peer: "bpmn-js, by a double click",
        peer_steps: 3,
        walk: |w| {
            w.double_click("Send reply").text("Answer").key(Key::Enter);
            assert_eq!(w.body()[2], "Answer");
        },
    },
    Task {
        title: "Duplicate a shape",
        sample: "hello",
        keys: 1,
        mouse: 1,
        peer: "Logic Apps",
        peer_steps: 2,
        walk: |w| {
            w.shape("Construct reply").ctrl(Key::D);
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Construct Message", "Send"]);
        },
    },
    Task {
        title: "Copy a shape and paste it after another",
        sample: "hello",
        keys: 2,
        mouse: 2,
        peer: "Node-RED",
        peer_steps: 4,
        walk: |w| {
            let text = w.shape("Construct reply").copy();
            w.shape("Send reply").paste(&text);
            assert_eq!(w.kinds(), ["Receive", "Construct Message", "Send", "Construct Message"]);
        },
    },
    Task {
        title: "Move a shape one place up by keyboard only",
        sample: "hello",
        keys: 2,
        mouse: 0,
        peer: "BizTalk, by cut and paste",
        peer_steps: 4,
        walk: |w| {
            w.key(Key::End).keys_with(Modifiers::ALT, Key::ArrowUp);
            assert_eq!(w.body(), ["Receive request", "Send reply", "Construct reply"]);
        },
    },
    Task {
        title: "Move a shape to another place by dragging",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "BizTalk",
        peer_steps: 1,
        walk: |w| {
            let (from, to) = (w.at("Receive request"), w.at("Insert at the end of the orchestration"));
            w.drag(from, to);
            assert_eq!(w.body()[2], "Receive request");
        },
    },
    Task {
        title: "Delete three shapes at once",
        sample: "hello",
        keys: 2,
        mouse: 0,
        peer: "Node-RED",
        peer_steps: 2,
        walk: |w| {
            w.ctrl(Key::A).key(Key::Delete);
            assert!(w.body().is_empty());
        },
    },
    Task {
        title: "Select two shapes that stand apart",
        sample: "hello",
        keys: 0,
        mouse: 2,
        peer: "n8n",
        peer_steps: 2,
        walk: |w| {
            w.shape("Receive request").click_with(Modifiers::COMMAND, Role::TreeItem, "Send reply");
            assert_eq!(w.window.state().document.selection.ids().len(), 2);
        },
    },
    Task {
        title: "Cut two neighbours and paste them back where they were, all taken back after",
        sample: "hello",
        keys: 4,
        mouse: 2,
        peer: "Node-RED, wires apart",
        peer_steps: 6,
        walk: |w| {
            let text =
                w.shape("Construct reply").click_with(Modifiers::SHIFT, Role::TreeItem, "Send reply").cut();
            assert_eq!(w.body(), ["Receive request"]);
            w.paste(&text);
            assert_eq!(w.body(), DRAWN);
            w.ctrl(Key::Z).ctrl(Key::Z);
            assert_eq!(w.body(), DRAWN);
            assert!(!w.window.state().document.unsaved());
        },
    },
    Task {
        title: "Write an Expression into a new shape by keyboard only",
        sample: "hello",
        keys: 6,
        mouse: 0,
        peer: "BizTalk, by the context menu's keys",
        peer_steps: 8,
        walk: |w| {
            w.key(Key::ArrowDown).key(Key::A).text("expr").key(Key::Enter);
            w.keys_with(Modifiers::ALT, Key::Enter);
            w.text("System.Diagnostics.Debug.WriteLine(\"here\");");
            assert!(super::shapes::code(w).contains("WriteLine"), "{}", super::shapes::code(w));
        },
    },
];

/// The text of the first Expression in the body.
pub fn code(w: &Walk) -> String {
    let expression = w.orchestration().body.iter().find_map(|s| match &s.kind {
        orchestrion::model::ShapeKind::Expression(code) => Some(format!("{code:?}")),
        _ => None,
    });
    expression.unwrap_or_default()
}
