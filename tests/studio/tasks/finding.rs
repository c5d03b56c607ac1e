//! Finding what is there, and seeing it as one likes.

use super::Task;
use super::walk::Walk;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use orchestrion::model::ShapeKind;
use orchestrion::model::edit::Edit;
use orchestrion::studio::editors::ports::Item;
use orchestrion::studio::tabs::Tab;

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn zoom(w: &Walk) -> f32 {
    let tabs = &w.window.state().tabs;
    tabs.canvas().zoom(tabs.key())
}

/// Three shapes deleted, one after the other.
fn three_deletions(w: &mut Walk) {
    for shape in ["Send reply", "Construct reply", "Receive request"] {
        w.shape(shape).key(Key::Delete);
    }
}

pub const TASKS: &[Task] = &[
    Task {
        title: "Go to a shape by its name",
        sample: "southridge",
        keys: 3,
        mouse: 0,
        peer: "bpmn-js",
        peer_steps: 3,
        walk: |w| {
            w.palette("#Notify Ops");
            assert_eq!(w.selected(), "Notify Ops");
        },
    },
    Task {
        title: "Go to a shape by what is written in it",
        sample: "hello",
        keys: 3,
        mouse: 0,
        peer: "Node-RED",
        peer_steps: 3,
        walk: |w| {
            w.palette("=Reply = Request");
            assert_eq!(w.selected(), "Write the greeting");
        },
    },
    Task {
        title: "Go to a message by its name",
        sample: "southridge",
        keys: 3,
        mouse: 0,
        peer: "Visual Studio's C# editor",
        peer_steps: 3,
        walk: |w| {
            w.palette("@CompletionMsg");
            assert_eq!(w.selected(), "CompletionMsg");
        },
    },
    Task {
        title: "Find the schema a field is declared in",
        sample: "southridge",
        keys: 3,
        mouse: 0,
        peer: "Visual Studio, find in files",
        peer_steps: 4,
        walk: |w| {
            w.palette(".ContactPhone");
            assert!(matches!(w.tab(), Tab::Schema(_)), "{:?}", w.tab());
        },
    },
    Task {
        title: "Do something by its name",
        sample: "hello",
        keys: 3,
        mouse: 0,
        peer: "Node-RED",
        peer_steps: 3,
        walk: |w| {
            w.palette(">new orchestration");
            assert_eq!(w.document().module, "Orchestration1");
        },
    },
    Task {
        title: "Open a second orchestration beside the first and go back to it",
        sample: "southridge",
        keys: 1,
        mouse: 1,
        peer: "Visual Studio",
        peer_steps: 2,
        walk: |w| {
            w.press(Role::TreeItem, "Open ActivateOrch");
            assert_eq!(w.document().module, "Activate");
            w.ctrl(Key::Tab);
            assert_eq!(w.document().module, "OrderManager");
        },
    },
    Task {
        title: "See one orchestration twice, side by side",
        sample: "hello",
        keys: 1,
        mouse: 0,
        peer: "Visual Studio Code",
        peer_steps: 1,
        walk: |w| {
            w.ctrl(Key::Backslash);
            assert_eq!(w.window.query_all_by_role(Role::Tab).count(), 2);
        },
    },
    Task {
        title: "Close a tab by mistake and have it back",
        sample: "hello",
        keys: 2,
        mouse: 0,
        peer: "Visual Studio Code",
        peer_steps: 2,
        walk: |w| {
            w.ctrl(Key::W);
            assert_eq!(w.window.query_all_by_role(Role::Tab).count(), 0);
            w.keys_with(CTRL_SHIFT, Key::T);
            assert_eq!(w.window.query_all_by_role(Role::Tab).count(), 1);
        },
    },
    Task {
        title: "See a large orchestration as a whole",
        sample: "southridge",
        keys: 1,
        mouse: 0,
        peer: "bpmn-js",
        peer_steps: 1,
        walk: |w| {
            let before = zoom(w);
            w.ctrl(Key::Num0);
            assert!(zoom(w) < before);
        },
    },
    Task {
        title: "Make the drawing larger",
        sample: "hello",
        keys: 1,
        mouse: 0,
        peer: "bpmn-js",
        peer_steps: 1,
        walk: |w| {
            let before = zoom(w);
            w.ctrl(Key::Plus);
            assert!(zoom(w) > before);
        },
    },
    Task {
        title: "Choose the light theme",
        sample: "hello",
        keys: 3,
        mouse: 0,
        peer: "Visual Studio Code",
        peer_steps: 4,
        walk: |w| {
            w.palette(">theme light");
            assert_eq!(w.window.ctx.theme(), egui::Theme::Light);
        },
    },
    Task {
        title: "Make everything in the window larger",
        sample: "hello",
        keys: 1,
        mouse: 0,
        peer: "Visual Studio Code",
        peer_steps: 1,
        walk: |w| {
            w.keys_with(CTRL_SHIFT, Key::Plus);
            assert!(w.window.ctx.zoom_factor() > 1.05);
        },
    },
    Task {
        title: "Go back to the moment before three changes",
        sample: "hello",
        keys: 1,
        mouse: 1,
        peer: "Node-RED, undone one by one",
        peer_steps: 3,
        walk: |w| {
            w.before(three_deletions);
            assert!(w.body().is_empty());
            w.keys_with(CTRL_SHIFT, Key::H).click(Role::ListItem, "As opened");
            assert_eq!(w.body().len(), 3);
        },
    },
    Task {
        title: "See what changed since it was saved",
        sample: "hello",
        keys: 1,
        mouse: 0,
        peer: "Node-RED, review changes in its deploy menu",
        peer_steps: 2,
        walk: |w| {
            w.before(three_deletions);
            w.keys_with(CTRL_SHIFT, Key::D);
            assert!(w.reads("differences to the saved version"));
        },
    },
    Task {
        title: "Export the drawing as SVG",
        sample: "hello",
        keys: 3,
        mouse: 0,
        peer: "bpmn-js (Camunda Modeler)",
        peer_steps: 3,
        walk: |w| {
            let temp = tempfile::tempdir().unwrap();
            let path = temp.path().join("drawing.svg");
            w.keys_with(CTRL_SHIFT, Key::E).text(path.to_str().unwrap()).key(Key::Enter);
            assert!(std::fs::read_to_string(path).unwrap().contains(">Send reply</text>"));
        },
    },
    Task {
        title: "Give a command other keys",
        sample: "hello",
        keys: 3,
        mouse: 2,
        peer: "Node-RED, its keyboard settings",
        peer_steps: 6,
        walk: |w| {
            w.ctrl(Key::Comma).click(Role::TextInput, "Filter commands").text("new orchestration");
            w.click(Role::Button, "Keys of New orchestration: No keys");
            w.keys_with(Modifiers::COMMAND | Modifiers::ALT, Key::J);
            assert!(w.sees("Keys of New orchestration: Ctrl+Alt+J"));
        },
    },
    Task {
        title: "Go from a problem to its shape",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "bpmn-js (Camunda Modeler)",
        peer_steps: 1,
        walk: |w| {
            let mut line = String::new();
            w.before(|w| {
                let ShapeKind::Send(send) = w.kind("Send reply") else { panic!() };
                let kind = ShapeKind::Send(orchestrion::model::Send { message: String::new(), ..send });
                let (module, shape) = (w.document().module.clone(), w.find("Send reply").id.clone());
                w.edit(Edit::SetKind { module, shape, kind });
                w.keys_with(CTRL_SHIFT, Key::M).settle();
                w.window.run_steps(12);
                let found = w.document().problems.iter().find(|p| p.place.name == "Send reply").unwrap();
                line = format!("{} {}: {}", found.code, found.place, found.message).replace('`', "");
            });
            w.click(Role::ListItem, &line);
            assert_eq!(w.selected(), "Send reply");
        },
    },
    Task {
        title: "See who talks to whom in the whole application, and go to a receive port from there",
        sample: "southridge",
        keys: 1,
        mouse: 1,
        peer: "BizTalk administration console, ports opened one by one",
        peer_steps: 3,
        walk: |w| {
            w.keys_with(CTRL_SHIFT, Key::A).click(Role::Button, "Receive port Order-RP");
            assert_eq!(w.window.state().editors.ports.chosen, Some(Item::ReceivePort("Order-RP".into())));
        },
    },
    Task {
        title: "Come back to what one was led away from",
        sample: "southridge",
        keys: 1,
        mouse: 0,
        peer: "Visual Studio's C# editor",
        peer_steps: 1,
        walk: |w| {
            w.before(|w| {
                w.keys_with(CTRL_SHIFT, Key::A).click(Role::Button, "Receive port Order-RP");
                assert_eq!(w.tab(), Tab::Ports);
            });
            w.ctrl(Key::OpenBracket);
            assert_eq!(w.tab(), Tab::Application);
        },
    },
    Task {
        title: "Run the orchestration and send it a sample message",
        sample: "hello",
        keys: 1,
        mouse: 2,
        peer: "Logic Apps, run with payload",
        peer_steps: 4,
        walk: |w| {
            w.ctrl(Key::Num2);
            w.until(|w| w.sees("Send message"));
            w.click(Role::Tab, "Send message");
            w.until(|w| w.window.query_by_role_and_label(Role::Button, "Send").is_some());
            w.click(Role::Button, "Send");
            w.until(|w| w.reads("Sent: 1 message"));
        },
    },
];
