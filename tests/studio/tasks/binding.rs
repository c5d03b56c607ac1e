//! Connecting, binding, correlating; physical ports, schemas, maps and messages.

use super::Task;
use super::walk::Walk;
use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable as _;
use orchestrion::model::edit::Edit;
use orchestrion::model::{Binding, Leg, MapValue, PortSurface, ShapeKind};
use orchestrion::studio::tabs::Tab;

fn bound(w: &Walk, port: &str) -> Binding {
    w.orchestration().port(port).unwrap().binding.clone()
}

fn port_of(w: &Walk, shape: &str) -> String {
    let ShapeKind::Send(send) = w.kind(shape) else { panic!("{shape} is no Send") };
    send.port
}

/// The Send of the sample without its connector.
fn unconnected(w: &mut Walk) {
    let (module, shape) = (w.document().module.clone(), w.find("Send reply").id.clone());
    let nothing = String::new();
    w.edit(Edit::Connect { module, shape, port: nothing.clone(), operation: nothing, leg: Leg::Request });
}

fn sets_of(w: &Walk, shape: &str) -> (Vec<String>, Vec<String>) {
    let ShapeKind::Receive(receive) = w.kind(shape) else { panic!("{shape} is no Receive") };
    (receive.initializes, receive.follows)
}

pub const TASKS: &[Task] = &[
    Task {
        title: "Connect a Send to a port's operation",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "BizTalk",
        peer_steps: 1,
        walk: |w| {
            w.before(unconnected);
            let (from, to) = (w.at("Connect ReplyPort.Greet"), w.at("Send reply"));
            w.drag(from, to);
            assert_eq!(port_of(w, "Send reply"), "ReplyPort");
        },
    },
    Task {
        title: "Connect a Send by dropping it on its port",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "BizTalk, the connector of its operation",
        peer_steps: 1,
        walk: |w| {
            w.before(unconnected);
            let from = w.window.get_by_role_and_label(Role::TreeItem, "Send reply").rect();
            let to = w.window.get_by_role_and_label(Role::TreeItem, "Port ReplyPort").rect();
            let head = vec2(0.0, 12.0);
            w.drag(from.center_top() + head, to.center_top() + head);
            assert_eq!(port_of(w, "Send reply"), "ReplyPort");
        },
    },
    Task {
        title: "Connect a shape by its properties",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk, the Operation property",
        peer_steps: 3,
        walk: |w| {
            w.before(unconnected);
            w.shape("Send reply").choose("Port", "ReplyPort");
            assert_eq!(port_of(w, "Send reply"), "ReplyPort");
        },
    },
    Task {
        title: "Make a port, with its type, for a Send",
        sample: "hello",
        keys: 1,
        mouse: 2,
        peer: "BizTalk, by the wizard, then a connector",
        peer_steps: 8,
        walk: |w| {
            w.shape("Send reply");
            let from = w.at("Connect Send reply to the right");
            let to = w.rect("Port ReplyPort").center_bottom() + vec2(0.0, 120.0);
            w.drag(from, to).key(Key::Enter);
            let made = w.orchestration().ports.last().unwrap().name.clone();
            assert_eq!((w.orchestration().ports.len(), port_of(w, "Send reply")), (3, made));
        },
    },
    Task {
        title: "Make a port from the toolbox",
        sample: "hello",
        keys: 1,
        mouse: 1,
        peer: "BizTalk, by the wizard",
        peer_steps: 6,
        walk: |w| {
            let from = w.at("Toolbox Port");
            let to = w.rect("Port ReplyPort").center_bottom() + vec2(0.0, 120.0);
            w.drag(from, to).key(Key::Enter);
            assert_eq!(w.orchestration().ports.len(), 3);
        },
    },
    Task {
        title: "Move a port to the other port surface",
        sample: "hello",
        keys: 0,
        mouse: 1,
        peer: "BizTalk",
        peer_steps: 1,
        walk: |w| {
            let from = w.rect("Port ReplyPort").center_top() + vec2(0.0, 12.0);
            let to = w.rect("Port RequestPort").center_bottom() + vec2(0.0, 60.0);
            w.drag(from, to);
            assert_eq!(w.orchestration().port("ReplyPort").unwrap().surface, PortSurface::Left);
        },
    },
    Task {
        title: "Bind a port to a physical send port",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk administration console",
        peer_steps: 5,
        walk: |w| {
            let ports = |w: &Walk| w.document().app.bindings.service("Hello.SayHello").unwrap().ports.clone();
            let bound = ports(w);
            w.before(|w| {
                w.shape("Port ReplyPort").choose("Send port", "not bound").key(Key::Escape);
            });
            assert!(!ports(w).contains_key("ReplyPort"));
            w.shape("Port ReplyPort").choose("Send port", "SendGreetings");
            assert_eq!(ports(w), bound);
        },
    },
    Task {
        title: "Give a port an address of its own",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk, Specify now with adapter, address and pipeline",
        peer_steps: 6,
        walk: |w| {
            w.shape("Port ReplyPort").choose("Kind", "Specify now");
            assert!(matches!(bound(w, "ReplyPort"), Binding::SpecifyNow(now) if now.transport == "FILE"));
        },
    },
    Task {
        title: "Bind a port to the message box",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk",
        peer_steps: 5,
        walk: |w| {
            w.shape("Port RequestPort").choose("Kind", "Direct: message box");
            assert_eq!(bound(w, "RequestPort"), Binding::MessageBox);
        },
    },
    Task {
        title: "Make a port self-correlating",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk",
        peer_steps: 5,
        walk: |w| {
            w.shape("Port ReplyPort").choose("Kind", "Direct: self-correlating");
            assert_eq!(bound(w, "ReplyPort"), Binding::SelfCorrelating);
        },
    },
    Task {
        title: "Make a port a partner port others can name",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk",
        peer_steps: 5,
        walk: |w| {
            w.shape("Port ReplyPort").choose("Kind", "Direct: partner");
            assert!(matches!(bound(w, "ReplyPort"), Binding::Partner(p) if p.port == "ReplyPort"));
        },
    },
    Task {
        title: "Make a port dynamic",
        sample: "hello",
        keys: 0,
        mouse: 3,
        peer: "BizTalk, with its pipeline",
        peer_steps: 5,
        walk: |w| {
            w.shape("Port ReplyPort").choose("Kind", "Dynamic");
            assert!(matches!(bound(w, "ReplyPort"), Binding::Dynamic(_)));
        },
    },
    Task {
        title: "See who takes what a port sends",
        sample: "southridge",
        keys: 0,
        mouse: 1,
        peer: "BizTalk administration console, a query for subscriptions once deployed",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::TreeItem, "port StagePort");
            assert!(w.reads("Starts CableOrder1Orch, when Stage is 1"));
        },
    },
    Task {
        title: "Let the first Receive initialize a correlation set",
        sample: "southridge",
        keys: 0,
        mouse: 1,
        peer: "BizTalk, the property with its check boxes",
        peer_steps: 4,
        walk: |w| {
            w.before(|w| {
                let (module, shape) = (w.document().module.clone(), w.find("New Order").id.clone());
                w.edit(Edit::Uncorrelate { module, shape, set: "OrderCorrelation".to_owned() });
            });
            let (from, to) = (w.row("correlation set OrderCorrelation"), w.at("New Order"));
            w.drag(from, to);
            let first = sets_of(w, "New Order").0;
            assert!(first.contains(&"OrderCorrelation".to_owned()), "{first:?}");
        },
    },
    Task {
        title: "Detach a correlation set from a shape",
        sample: "southridge",
        keys: 0,
        mouse: 2,
        peer: "BizTalk, the property with its check boxes",
        peer_steps: 4,
        walk: |w| {
            w.shape("New Order").press(Role::Button, "Detach OrderCorrelation");
            assert_eq!(sets_of(w, "New Order").0, ["OrderConvoyCorrelation"]);
        },
    },
    Task {
        title: "See which shapes initialize and follow a correlation set",
        sample: "southridge",
        keys: 0,
        mouse: 1,
        peer: "BizTalk, every Receive and Send looked at",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::TreeItem, "correlation set OrderConvoyCorrelation");
            assert!(w.reads("New Order initializes it") && w.reads("Order Update follows it"));
        },
    },
    Task {
        title: "Add a row to the filter of an activating Receive",
        sample: "southridge",
        keys: 0,
        mouse: 2,
        peer: "BizTalk, the Filter Expression dialog",
        peer_steps: 4,
        walk: |w| {
            w.shape("New Order").press(Role::Button, "Add a filter row");
            assert!(matches!(w.kind("New Order"), ShapeKind::Receive(r) if r.filter.len() == 3));
        },
    },
    Task {
        title: "Make a receive port with a location",
        sample: "hello",
        keys: 1,
        mouse: 1,
        peer: "BizTalk administration console",
        peer_steps: 7,
        walk: |w| {
            w.keys_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::P)
                .press(Role::Button, "New receive port");
            let made = w.document().app.bindings.receive_ports.last().unwrap();
            assert_eq!((w.document().app.bindings.receive_ports.len(), made.locations.len()), (2, 1));
        },
    },
    Task {
        title: "Make a send port that filters what is published",
        sample: "hello",
        keys: 1,
        mouse: 2,
        peer: "BizTalk administration console",
        peer_steps: 7,
        walk: |w| {
            w.keys_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::P).press(Role::Button, "New send port");
            w.press(Role::Button, "Add a filter row");
            assert_eq!(w.document().app.bindings.send_ports.last().unwrap().filter.len(), 1);
        },
    },
    Task {
        title: "Make a field of a schema a distinguished field",
        sample: "southridge",
        keys: 0,
        mouse: 2,
        peer: "BizTalk, the promotion dialog",
        peer_steps: 7,
        walk: |w| {
            w.press(Role::ListItem, "Open schema Order.xsd")
                .press(Role::Button, "Distinguished /Order/WorkOrder/StartDate");
            let text = &w.document().app.schemas["schemas/Order.xsd"];
            assert!(text.lines().any(|l| l.contains("distinguished=\"true\"") && l.contains("'StartDate'")));
        },
    },
    Task {
        title: "Promote a field of a schema to a property",
        sample: "southridge",
        keys: 0,
        mouse: 3,
        peer: "BizTalk, by quick promotion",
        peer_steps: 5,
        walk: |w| {
            let before = w.document().schemas.properties().count();
            w.press(Role::ListItem, "Open schema Order.xsd")
                .press(Role::Button, "Promote /Order/SourceSystem");
            w.press(Role::Button, "New property SourceSystem");
            assert_eq!(w.document().schemas.properties().count(), before + 1);
        },
    },
    Task {
        title: "Link two fields in a map",
        sample: "southridge",
        keys: 0,
        mouse: 2,
        peer: "BizTalk mapper",
        peer_steps: 2,
        walk: |w| {
            const MAP: &str = "Order_To_SQLUpdateStatus";
            w.press(Role::ListItem, &format!("Open map {MAP}"));
            let links = |w: &Walk| {
                let map = &w.document().app.maps[MAP];
                map.rules.iter().find_map(|r| match &r.value {
                    MapValue::Link(from) => Some((r.to.clone(), from.clone())),
                    _ => None,
                })
            };
            let (target, _) = links(w).unwrap();
            let (from, to) = (w.at("Source /Order/RequestID"), w.at(&format!("Target {target}")));
            w.drag(from, to);
            assert_eq!(links(w).unwrap().1, "/Order/RequestID");
        },
    },
    Task {
        title: "Make a sample message from a schema",
        sample: "southridge",
        keys: 0,
        mouse: 3,
        peer: "BizTalk, generated and opened",
        peer_steps: 3,
        walk: |w| {
            let before = w.document().app.messages.clone();
            w.press(Role::Button, "New sample message").menu("Fill in…").menu("ProvisioningRequest");
            let Tab::Message(path) = w.tab() else { panic!("{:?}", w.tab()) };
            assert!(!before.contains_key(&path));
            let text = &w.document().app.messages[&path];
            assert!(text.contains("ProvisioningRequest"), "{text}");
        },
    },
    Task {
        title: "Change a value of a sample message in its form",
        sample: "southridge",
        keys: 2,
        mouse: 2,
        peer: "Visual Studio's XML editor, the value chosen and written over",
        peer_steps: 4,
        walk: |w| {
            w.press(Role::ListItem, "Open message new-order.xml");
            w.press(Role::TextInput, "City").ctrl(Key::A).text("Harbour");
            assert!(w.document().app.messages["messages/new-order.xml"].contains("<City>Harbour</City>"));
        },
    },
];
