//! A small valid application for the tests of single rules.

use super::{catalogue, rules};
use crate::diagnostic::Diagnostic;
use crate::model::edit::Edit;
use crate::model::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Codes of everything found, in order.
pub fn codes(application: &Application) -> Vec<&'static str> {
    let found = rules(application);
    for diagnostic in &found {
        assert!(!diagnostic.help.is_empty(), "{diagnostic}");
        assert!(diagnostic.place.module.is_some() || !diagnostic.place.file.is_empty(), "{diagnostic}");
        if let Some(id) = &diagnostic.place.id {
            assert!(known(application, id), "{diagnostic} names {id}");
        }
        for fix in &diagnostic.fixes {
            mends(application, diagnostic, fix, &found);
        }
    }
    found.into_iter().map(|d| d.code).collect()
}

/// Applying the fix takes the finding away, and undoing it brings the very application back.
fn mends(application: &Application, diagnostic: &Diagnostic, fix: &Edit, found: &[Diagnostic]) {
    let fix = fix.clone();
    let title = fix.label();
    let told = catalogue::entry(diagnostic.code).unwrap();
    assert!(told.fixes().any(|known| known == title), "`{title}` of {} is not in the catalogue", told.id);
    let like = |all: &[Diagnostic]| {
        let same = |other: &&Diagnostic| other.code == diagnostic.code && other.place == diagnostic.place;
        all.iter().filter(same).count()
    };
    let mut mended = application.clone();
    let back = fix.apply(&mut mended).unwrap_or_else(|refusal| panic!("{title}: {refusal}"));
    let left = rules(&mended);
    assert!(like(&left) < like(found), "{diagnostic} is still there after `{title}`: {left:#?}");
    back.apply(&mut mended).unwrap();
    assert_eq!(mended, *application, "{title}");
    assert_eq!(files::encode(&mended).unwrap(), files::encode(application).unwrap(), "{title}");
}

fn known(application: &Application, id: &Id) -> bool {
    let mut is_known = false;
    for module in application.modules.values() {
        files::each_id(module, &mut |known, _, _| is_known |= known == id);
    }
    is_known
}

pub fn shape(kind: ShapeKind) -> Shape {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Shape { id: format!("s{number}").into(), name: format!("Shape {number}"), kind, ..Shape::default() }
}

pub fn receive(port: &str, change: impl FnOnce(&mut Receive)) -> Shape {
    let mut receive =
        Receive { port: port.into(), operation: "Do".into(), message: "Order".into(), ..Receive::default() };
    change(&mut receive);
    shape(ShapeKind::Receive(receive))
}

/// Activates direct, and publishes a message of the same type, `Own`, which is made by this shape.
pub fn republishing(by: ShapeKind, change: impl FnOnce(&mut Receive)) -> Application {
    let mut application = application(vec![]);
    let subject = orchestration(&mut application, "Subject");
    let own = subject.messages.iter().find(|m| m.name == "Order").unwrap().clone();
    subject.messages.push(Message { name: "Own".into(), id: "own".into(), ..own });
    subject.ports.push(Port {
        name: "Publish".into(),
        port_type: "SubjectOneWay".into(),
        polarity: Polarity::Uses,
        binding: Binding::MessageBox,
        ..Port::default()
    });
    let activate = receive("Box", |receive| {
        receive.activate = true;
        change(receive);
    });
    let construct = Construct { messages: vec!["Own".into()], body: vec![shape(by)] };
    let publish = sends("Publish", |send| send.message = "Own".into());
    subject.body = vec![activate, shape(ShapeKind::Construct(construct)), publish];
    application
}

/// An activate receive of `Order` on `In`.
pub fn activate() -> Shape {
    receive("In", |r| r.activate = true)
}

pub fn sends(port: &str, change: impl FnOnce(&mut Send)) -> Shape {
    let mut send =
        Send { port: port.into(), operation: "Do".into(), message: "Order".into(), ..Send::default() };
    change(&mut send);
    shape(ShapeKind::Send(send))
}

/// Sends `Order` on `port`.
pub fn send(port: &str) -> Shape {
    sends(port, |_| {})
}

pub fn expression(text: &str) -> Shape {
    shape(ShapeKind::Expression(Code { text: text.into() }))
}

pub fn branches(bodies: Vec<Block>) -> Branches {
    let branch = |body| Branch {
        id: shape(ShapeKind::default()).id,
        name: "Branch".into(),
        body,
        ..Branch::default()
    };
    Branches { branches: bodies.into_iter().map(branch).collect() }
}

pub fn scope(body: Block, change: impl FnOnce(&mut Scope)) -> Shape {
    let mut scope = Scope { body, ..Scope::default() };
    change(&mut scope);
    shape(ShapeKind::Scope(scope))
}

pub fn catch(exception: CatchType, body: Block) -> Catch {
    Catch { id: shape(ShapeKind::default()).id, name: "Catch".into(), exception, body, ..Catch::default() }
}

pub fn compensation(body: Block) -> Compensation {
    Compensation {
        id: shape(ShapeKind::default()).id,
        name: "Compensation".into(),
        body,
        ..Compensation::default()
    }
}

pub fn long_running() -> Transaction {
    Transaction::LongRunning(LongRunning::default())
}

pub fn atomic() -> Transaction {
    Transaction::Atomic(Atomic::default())
}

fn module(name: &str, body: Block) -> Module {
    let port = |name: &str, port_type: &str, polarity, binding| Port {
        name: name.into(),
        port_type: port_type.into(),
        polarity,
        binding,
        ..Port::default()
    };
    let message = |name: &str, message_type: &str| Message {
        name: name.into(),
        message_type: message_type.into(),
        ..Message::default()
    };
    let port_type = |name: &str, pattern, response: Option<&str>| PortType {
        name: format!("{name}{}", if response.is_some() { "TwoWay" } else { "OneWay" }),
        modifier: TypeModifier::Internal,
        pattern,
        operations: vec![Operation {
            name: "Do".into(),
            request: "OrderSchema".into(),
            response: response.map(str::to_owned),
            ..Operation::default()
        }],
        ..PortType::default()
    };
    let set = |name: &str| CorrelationSet {
        name: name.into(),
        correlation_type: format!("{name}_Type"),
        ..CorrelationSet::default()
    };
    let correlation_type = |name: &str, properties: &[&str]| CorrelationType {
        name: format!("{name}_Type"),
        properties: properties.iter().map(|p| (*p).to_owned()).collect(),
        ..CorrelationType::default()
    };
    let (one, two) = (format!("{name}OneWay"), format!("{name}TwoWay"));
    Module {
        namespace: "Test".into(),
        port_types: vec![
            port_type(name, CommunicationPattern::OneWay, None),
            port_type(name, CommunicationPattern::RequestResponse, Some("AckSchema")),
        ],
        correlation_types: vec![
            correlation_type(&format!("{name}Key"), &["Orders.Id"]),
            correlation_type(&format!("{name}Other"), &["Orders.Id"]),
        ],
        orchestration: Some(Orchestration {
            name: name.into(),
            ports: vec![
                port("In", &one, Polarity::Implements, Binding::SpecifyLater),
                port("Out", &one, Polarity::Uses, Binding::SpecifyLater),
                port("Box", &one, Polarity::Implements, Binding::MessageBox),
                port("Own", &one, Polarity::Implements, Binding::SelfCorrelating),
                port("Ask", &two, Polarity::Uses, Binding::SpecifyLater),
                port("Serve", &two, Polarity::Implements, Binding::SpecifyLater),
            ],
            messages: vec![
                message("Order", "OrderSchema"),
                message("Ack", "AckSchema"),
                message("Any", "System.Xml.XmlDocument"),
            ],
            correlation_sets: vec![set(&format!("{name}Key")), set(&format!("{name}Other"))],
            body,
            ..Orchestration::default()
        }),
        ..Module::default()
    }
}

/// One orchestration, `Test.Subject`, with ports `In`, `Out`, `Box` (message box), `Own` (self-correlating), `Ask`
/// and `Serve` (two-way), messages `Order`, `Ack`, `Any`, and correlation sets `SubjectKey` and `SubjectOther`.
pub fn application(body: Block) -> Application {
    let mut application = Application::default();
    add(&mut application, "Subject", body);
    application
}

/// Adds such an orchestration under another name.
pub fn add(application: &mut Application, name: &str, body: Block) {
    application.modules.insert(name.into(), module(name, body));
}

/// The application with an activate receive before `body`.
pub fn started(body: Block) -> Application {
    application(std::iter::once(activate()).chain(body).collect())
}

pub fn orchestration<'a>(application: &'a mut Application, name: &str) -> &'a mut Orchestration {
    application.modules.get_mut(name).unwrap().orchestration.as_mut().unwrap()
}

/// The started application with its orchestration changed.
pub fn changed(change: impl FnOnce(&mut Orchestration)) -> Application {
    let mut application = started(vec![]);
    change(orchestration(&mut application, "Subject"));
    application
}

pub fn port<'a>(application: &'a mut Application, name: &str) -> &'a mut Port {
    orchestration(application, "Subject").ports.iter_mut().find(|p| p.name == name).unwrap()
}
