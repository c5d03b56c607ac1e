//! Messages, variables, types; names, their uses, and what is written with them.

use super::Task;
use super::walk::Walk;
use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use orchestrion::model::edit::Edit;
use orchestrion::model::{CommunicationPattern, ShapeKind};

/// The text of an Expression.
fn text(w: &Walk, shape: &str) -> String {
    let ShapeKind::Expression(code) = w.kind(shape) else { panic!("{shape} is no Expression") };
    code.text
}

pub const TASKS: &[Task] = &[
    Task {
        title: "Declare a message of a type and name it",
        sample: "southridge",
        keys: 3,
        mouse: 3,
        peer: "BizTalk",
        peer_steps: 8,
        walk: |w| {
            const TYPE: &str = "Southridge.SchemaClasses.OrderStatus";
            w.press(Role::Button, "New message").choose("Type", TYPE);
            w.key(Key::F2).text("Farewell").key(Key::Enter);
            let made = w.orchestration().messages.last().unwrap();
            assert_eq!((made.name.as_str(), made.message_type.as_str()), ("Farewell", TYPE));
        },
    },
    Task {
        title: "Declare a number",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::Button, "New variable").choose("Type", "System.Int32");
            assert_eq!(w.orchestration().variables.last().unwrap().variable_type, "System.Int32");
        },
    },
    Task {
        title: "Declare a request-response port type",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::Button, "New port type").choose("Pattern", "Request-response");
            let made = w.module().port_types.last().unwrap();
            assert_eq!(made.pattern, CommunicationPattern::RequestResponse);
            assert!(made.operations[0].response.is_some());
        },
    },
    Task {
        title: "Declare a port type with two operations",
        sample: "hello",
        keys: 0,
        mouse: 2,
        peer: "BizTalk",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::Button, "New port type").press(Role::Button, "Add operation");
            assert_eq!(w.module().port_types.last().unwrap().operations.len(), 2);
        },
    },
    Task {
        title: "Declare a multi-part message type with two parts",
        sample: "hello",
        keys: 0,
        mouse: 2,
        peer: "BizTalk",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::Button, "New multi-part message type").press(Role::Button, "Add part");
            assert_eq!(w.module().multipart_types.last().unwrap().parts.len(), 2);
        },
    },
    Task {
        title: "Declare a correlation type on a property",
        sample: "southridge",
        keys: 0,
        mouse: 3,
        peer: "BizTalk, by its dialog",
        peer_steps: 5,
        walk: |w| {
            w.press(Role::Button, "New correlation type").choose("Add", "OrderPropertySchema.CustID");
            let made = w.module().correlation_types.last().unwrap();
            assert_eq!(made.properties, ["OrderPropertySchema.CustID"]);
        },
    },
    Task {
        title: "Declare a correlation set of a type",
        sample: "southridge",
        keys: 0,
        mouse: 3,
        peer: "BizTalk",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::Button, "New correlation set").choose("Type", "OrderSeqCorrelationType");
            let made = w.orchestration().correlation_sets.last().unwrap();
            assert_eq!(made.correlation_type, "OrderSeqCorrelationType");
        },
    },
    Task {
        title: "Change the type of a message",
        sample: "southridge",
        keys: 0,
        mouse: 3,
        peer: "BizTalk",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::TreeItem, "message CompletionMsg");
            w.choose("Type", "Southridge.SchemaClasses.OrderAck");
            let found = w.orchestration().messages.iter().find(|m| m.name == "CompletionMsg").unwrap();
            assert_eq!(found.message_type, "Southridge.SchemaClasses.OrderAck");
        },
    },
    Task {
        title: "Declare another message like one there is",
        sample: "hello",
        keys: 0,
        mouse: 2,
        peer: "BizTalk, declared anew",
        peer_steps: 5,
        walk: |w| {
            w.right_click(Role::TreeItem, "message Reply").menu("Duplicate");
            let messages = &w.orchestration().messages;
            assert_eq!((messages.len(), messages[2].message_type.as_str()), (3, "Greeting"));
        },
    },
    Task {
        title: "Rename a message used in nine places and more, and undo it",
        sample: "southridge",
        keys: 4,
        mouse: 1,
        peer: "Visual Studio's C# editor",
        peer_steps: 6,
        walk: |w| {
            let before = w.document().app.clone();
            let count = |w: &Walk, name: &str| {
                let module = &w.document().app.modules["OrderManager"];
                format!("{module:?}").matches(&format!("\"{name}\"")).count()
                    + format!("{module:?}").matches(&format!("{name}.")).count()
            };
            let uses = count(w, "NewOrderMgrMsg");
            assert!(uses >= 9, "{uses}");
            w.press(Role::TreeItem, "message NewOrderMgrMsg").key(Key::F2).text("Incoming").key(Key::Enter);
            assert_eq!((count(w, "NewOrderMgrMsg"), count(w, "Incoming")), (0, uses));
            w.ctrl(Key::Z);
            assert_eq!(w.document().app, before);
        },
    },
    Task {
        title: "Find every use of a variable",
        sample: "southridge",
        keys: 1,
        mouse: 1,
        peer: "Visual Studio's C# editor",
        peer_steps: 2,
        walk: |w| {
            w.press(Role::TreeItem, "variable ActivityID").keys_with(Modifiers::SHIFT, Key::F12);
            assert!(w.sees("Close the uses") && w.reads("BAM Start"));
        },
    },
    Task {
        title: "Go from a name in an Expression to its declaration",
        sample: "southridge",
        keys: 0,
        mouse: 2,
        peer: "Visual Studio's C# editor, once the text is open",
        peer_steps: 2,
        walk: |w| {
            w.bring("BAM Start").shape("BAM Start");
            let name = w.rect("Statements").left_top() + vec2(20.0, 10.0);
            w.point_with(Modifiers::COMMAND, name);
            assert_eq!(w.selected(), "ActivityID");
        },
    },
    Task {
        title: "Write a name by completion into a new Expression",
        sample: "hello",
        keys: 3,
        mouse: 1,
        peer: "BizTalk",
        peer_steps: 5,
        walk: |w| {
            let (from, to) = (w.at("Toolbox Expression"), w.at("Insert before Send reply"));
            w.drag(from, to).keys_with(Modifiers::ALT, Key::Enter).text("Req").key(Key::Enter);
            assert_eq!(text(w, "Expression_1"), "Request");
        },
    },
    Task {
        title: "Write the condition of a Loop",
        sample: "hello",
        keys: 2,
        mouse: 1,
        peer: "BizTalk, by its dialog",
        peer_steps: 4,
        walk: |w| {
            let (from, to) = (w.at("Toolbox Loop"), w.at("Insert before Send reply"));
            w.drag(from, to).keys_with(Modifiers::ALT, Key::Enter).text("1 < 2");
            let ShapeKind::Loop(made) = w.kind("Loop_1") else { panic!() };
            assert_eq!(made.condition, "1 < 2");
        },
    },
    Task {
        title: "Mend an error with its quick fix",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "Visual Studio's C# editor",
        peer_steps: 3,
        walk: |w| {
            w.before(|w| {
                let ShapeKind::Receive(receive) = w.kind("Receive request") else { panic!() };
                let kind = ShapeKind::Receive(orchestrion::model::Receive { activate: false, ..receive });
                let (module, shape) = (w.document().module.clone(), w.find("Receive request").id.clone());
                w.edit(Edit::SetKind { module, shape, kind });
                w.keys_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::M);
            });
            // Mends that nothing starts it and that its Receive waits for nothing.
            w.click_first(Role::Button, "Activate on the first Receive");
            assert!(matches!(w.kind("Receive request"), ShapeKind::Receive(r) if r.activate));
        },
    },
];
