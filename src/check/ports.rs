//! V39, V40, V43, V44, V47: what a logical port's properties allow.

use super::flow::{Fact, Known, Rule, walk};
use super::subject::{Site, Subject};
use crate::diagnostic::Diagnostic;
use crate::model::edit::{Declaration, Edit, owner_of};
use crate::model::{
    Application, Binding, BlockSlot, Catch, CatchType, DeliveryNotification, Module, ParameterKind,
    PartnerPort, Polarity, Port, PortType, Scope, Shape, ShapeKind, Transaction, TypeModifier,
};
use crate::xlang::ExceptionTypes;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for port in subject.ports() {
        if port.delivery_notification == DeliveryNotification::Transmitted {
            notification(subject, port, found);
        }
        if let Binding::Partner(partner) = &port.binding {
            partners(subject, port, partner, found);
        }
    }
    // The request of a port that a caller passes may have come in there.
    let given = subject.orchestration.parameters.iter().filter_map(|p| match &p.kind {
        ParameterKind::Port(port) => Some(Fact::Requested(port.name.clone())),
        _ => None,
    });
    walk(subject, Known::starting_with(given), &mut Requests { subject, found });
}

/// V39, V40.
fn notification(subject: &Subject<'_>, port: &Port, found: &mut Vec<Diagnostic>) {
    let direct = matches!(port.binding, Binding::MessageBox | Binding::SelfCorrelating | Binding::Partner(_));
    let why = if direct {
        "it is bound direct, so nothing is transmitted"
    } else if subject.two_way(port) {
        "its response tells of the delivery"
    } else if port.polarity == Polarity::Implements {
        "it only receives"
    } else {
        for site in &subject.sites {
            let sends = matches!(&site.shape.kind, ShapeKind::Send(send) if send.port == port.name);
            if sends && !awaits_delivery(site) {
                unhandled(subject, site, found);
            }
        }
        return;
    };
    let message = format!("the port `{}` asks for a delivery notification, but {why}", port.name);
    let at = subject.at(&port.id, &port.name, "delivery_notification");
    let silent = subject.change_port(port, |p| p.delivery_notification = DeliveryNotification::None);
    found.push(
        Diagnostic::error("V39", message, "set Delivery Notification to None")
            .at(at)
            .mend("Set Delivery Notification to None", vec![silent]),
    );
}

/// What a failed delivery raises (DN-3).
const FAILURE: &str = "Microsoft.XLANGs.BaseTypes.DeliveryFailureException";

/// True when a scope catches what the notification raises. It is awaited where the nearest scope that is not atomic
/// ends, so a scope inside an atomic one does not see it (DN-2, DN-4).
fn awaits_delivery(site: &Site<'_>) -> bool {
    let handles = |catch: &CatchType| match catch {
        CatchType::General => true,
        CatchType::Exception(name) => ExceptionTypes::standard().derives(FAILURE, name),
        CatchType::Fault { .. } => false,
    };
    let scopes: Vec<_> = site.scopes().collect();
    let atomic = |s: &Scope| matches!(s.transaction, Transaction::Atomic(_));
    let outer = scopes.iter().rposition(|(_, scope, _)| atomic(scope)).map_or(0, |at| at + 1);
    scopes.iter().skip(outer).any(|(_, scope, slot)| {
        **slot == BlockSlot::Body && scope.catches.iter().any(|catch| handles(&catch.exception))
    })
}

/// V40.
fn unhandled(subject: &Subject<'_>, site: &Site<'_>, found: &mut Vec<Diagnostic>) {
    let shape = site.shape;
    let message = format!("nothing catches a failed delivery of `{}`", shape.name);
    let help = "put it into a Scope that catches Microsoft.XLANGs.BaseTypes.DeliveryFailureException; around an \
                atomic Scope, as the notification is awaited at its end";
    let mut warning = Diagnostic::warning("V40", message, help).at(subject.place(shape, "port"));
    if site.atomic().is_none()
        && let Some((block, index)) = owner_of(subject.application, subject.key, &shape.id)
    {
        let catch = Catch { exception: CatchType::Exception(FAILURE.into()), ..Catch::default() };
        let scope = Scope { body: vec![shape.clone()], catches: vec![catch], ..Scope::default() };
        let module = || subject.key.to_owned();
        let around = Shape { kind: ShapeKind::Scope(scope), ..Shape::default() };
        warning = warning.mend(
            "Catch the failed delivery in a Scope",
            vec![
                Edit::DeleteShape { module: module(), shape: shape.id.clone() },
                Edit::InsertShape { module: module(), block, index, shape: around },
            ],
        );
    }
    found.push(warning);
}

/// V43, V44. A partner that does not exist is known from compiling.
fn partners(subject: &Subject<'_>, port: &Port, partner: &PartnerPort, found: &mut Vec<Diagnostic>) {
    let Some((module, orchestration)) =
        subject.application.orchestration_for(subject.module, &partner.orchestration)
    else {
        return;
    };
    let Some(other) = orchestration.port(&partner.port) else { return };
    let mut report = |message: String, help: &str, mend: Option<(&str, Edit)>| {
        let at = subject.at(&port.id, &port.name, "binding");
        let unfit = Diagnostic::error("V43", message, help).at(at);
        found.push(match mend {
            Some((title, edit)) => unfit.mend(title, vec![edit]),
            None => unfit,
        });
    };
    let own = subject.port_type(port);
    let theirs = subject.application.port_type(module, &other.port_type);
    let inverse = std::ptr::eq(port, other);
    if let (Some(own), Some(theirs)) = (own, theirs)
        && !std::ptr::eq(own, theirs)
    {
        let message =
            format!("`{}` and its partner port `{}` have different port types", port.name, other.name);
        let full = home(subject.application, theirs).map(|(_, m)| m.full_name(&theirs.name));
        let taken = full.map(|name| subject.change_port(port, |p| p.port_type = name));
        let mend = taken.map(|edit| ("Take the port type of the partner", edit));
        report(message, "give both the same port type (PAD-1)", mend);
    }
    if !inverse && other.polarity == port.polarity {
        let message =
            format!("`{}` and its partner port `{}` have the same direction", port.name, other.name);
        report(message, "one side sends, the other receives (PAD-1)", None);
    }
    if let Some(own) = own.filter(|t| t.modifier == TypeModifier::Private)
        && !std::ptr::eq(module, subject.module)
    {
        let message = format!("the port type of `{}` is Private, so its partner cannot use it", port.name);
        let shown = shared_type(subject.application, own);
        let mend = shown.map(|edit| ("Make the port type Internal", edit));
        report(message, "set the Type Modifier of the port type to Internal or Public (PAD-2)", mend);
    }
    if inverse && subject.two_way(port) {
        recipients(subject, port, found);
    }
}

/// The module that declares a port type, with its key.
pub(super) fn home<'a>(application: &'a Application, port_type: &PortType) -> Option<(&'a str, &'a Module)> {
    let declares = |m: &Module| m.port_types.iter().any(|t| std::ptr::eq(t, port_type));
    application.modules.iter().find(|(_, m)| declares(m)).map(|(key, module)| (key.as_str(), module))
}

/// The edit that lets other modules see a port type.
fn shared_type(application: &Application, port_type: &PortType) -> Option<Edit> {
    let (module, _) = home(application, port_type)?;
    let shown = PortType { modifier: TypeModifier::Internal, ..port_type.clone() };
    let (module, name) = (module.to_owned(), port_type.name.clone());
    Some(Edit::Redeclare { module, scope: None, name, declaration: Declaration::PortType(shown) })
}

/// V44: a request that two may answer.
fn recipients(subject: &Subject<'_>, port: &Port, found: &mut Vec<Diagnostic>) {
    let mut activations = 0;
    let mut open = Vec::new();
    for (module, orchestration) in subject.application.orchestrations() {
        for shape in orchestration.shapes() {
            let ShapeKind::Receive(receive) = &shape.kind else { continue };
            let bound = orchestration.port(&receive.port).map(|p| &p.binding);
            let Some(Binding::Partner(partner)) = bound else { continue };
            let names = subject.application.orchestration_for(subject.module, &partner.orchestration);
            let here = names.is_some_and(|(module, _)| std::ptr::eq(module, subject.module));
            if here && partner.port == port.name && receive.activate {
                activations += 1;
                if receive.filter.is_empty() {
                    open.push(module.full_name(&orchestration.name));
                }
            }
        }
    }
    if activations > 1 && !open.is_empty() {
        let message = format!(
            "a request on `{}` has several recipients: {} takes every one",
            port.name,
            open.join(", ")
        );
        let help = "give the activate receives filters that exclude each other (PAD-6)";
        let at = subject.at(&port.id, &port.name, "binding");
        found.push(Diagnostic::warning("V44", message, help).at(at));
    }
}

/// V47.
struct Requests<'a, 's> {
    subject: &'a Subject<'s>,
    found: &'a mut Vec<Diagnostic>,
}

impl Requests<'_, '_> {
    fn answers(&self, port: &str) -> bool {
        self.subject.port(port).is_some_and(|p| p.polarity == Polarity::Implements && self.subject.two_way(p))
    }
}

impl Rule for Requests<'_, '_> {
    fn makes(&self, shape: &Shape) -> Vec<Fact> {
        match &shape.kind {
            ShapeKind::Receive(receive) if self.answers(&receive.port) => {
                vec![Fact::Requested(receive.port.clone())]
            }
            _ => Vec::new(),
        }
    }

    fn check(&mut self, shape: &Shape, known: &Known) {
        let ShapeKind::Send(send) = &shape.kind else { return };
        if self.answers(&send.port) && !known.always.contains(&Fact::Requested(send.port.clone())) {
            let message =
                format!("`{}` answers on `{}` before a request came in on every path", shape.name, send.port);
            let help = "receive the request on the same port before, on each branch that leads here";
            self.found.push(Diagnostic::error("V47", message, help).at(self.subject.place(shape, "port")));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    #[test]
    fn v39_v40_delivery_notification() {
        let with = |name: &str, body: Block| {
            let mut application = started(body);
            port(&mut application, name).delivery_notification = DeliveryNotification::Transmitted;
            codes(&application)
        };
        for name in ["In", "Ask", "Own"] {
            assert_eq!(with(name, vec![]), ["V39"], "{name}");
        }
        assert_eq!(with("Out", vec![send("Out")]), ["V40"]);
        let caught = scope(vec![send("Out")], |s| s.catches.push(catch(CatchType::General, vec![])));
        assert_eq!(with("Out", vec![caught]), [""; 0]);
        let of = |exception: &str, body: Block| {
            let exception = CatchType::Exception(exception.into());
            scope(body, |s| s.catches.push(catch(exception.clone(), vec![])))
        };
        let failure = "Microsoft.XLANGs.BaseTypes.DeliveryFailureException";
        assert_eq!(with("Out", vec![of(failure, vec![send("Out")])]), [""; 0]);
        assert_eq!(with("Out", vec![of("System.TimeoutException", vec![send("Out")])]), ["V40"]);
        let late = scope(vec![], |s| s.catches.push(catch(CatchType::General, vec![send("Out")])));
        assert_eq!(with("Out", vec![late]), ["V40"], "in the handler itself");
    }

    #[test]
    fn v40_a_scope_inside_an_atomic_one_ends_too_early() {
        let with = |body: Block| {
            let mut application = started(body);
            orchestration(&mut application, "Subject").transaction = long_running();
            port(&mut application, "Out").delivery_notification = DeliveryNotification::Transmitted;
            codes(&application)
        };
        let caught = |body: Block| {
            scope(body, |s| {
                s.transaction = long_running();
                s.catches.push(catch(CatchType::General, vec![]));
            })
        };
        let inner = scope(vec![send("Out")], |s| s.catches.push(catch(CatchType::General, vec![])));
        let within = |body: Block| scope(body, |s| s.transaction = atomic());
        assert_eq!(with(vec![within(vec![inner])]), ["V40"]);
        assert_eq!(with(vec![caught(vec![within(vec![send("Out")])])]), [""; 0]);
    }

    /// `Subject.Out` sends to `Second.In`.
    fn partners(change: impl Fn(&mut Application)) -> Vec<&'static str> {
        let mut application = started(vec![]);
        add(&mut application, "Second", vec![activate()]);
        let partner = PartnerPort { orchestration: "Test.Second".into(), port: "In".into() };
        let own = port(&mut application, "Out");
        (own.binding, own.port_type) = (Binding::Partner(partner), "Test.SecondOneWay".into());
        change(&mut application);
        codes(&application)
    }

    #[test]
    fn v43_partners_fit_each_other() {
        assert_eq!(partners(|_| {}), [""; 0]);
        assert_eq!(partners(|a| port(a, "Out").port_type = "SubjectOneWay".into()), ["V43"]);
        assert_eq!(partners(|a| port(a, "Out").polarity = Polarity::Implements), ["V43"]);
        let private = |a: &mut Application| {
            a.modules.get_mut("Second").unwrap().port_types[0].modifier = TypeModifier::Private;
        };
        assert_eq!(partners(private), ["V43"]);
    }

    #[test]
    fn v44_one_recipient_of_an_inverse_request() {
        let with = |filtered: bool, stages: &[&str]| {
            let mut application = started(vec![]);
            let binding =
                || Binding::Partner(PartnerPort { orchestration: "Test.Subject".into(), port: "Ask".into() });
            port(&mut application, "Ask").binding = binding();
            for stage in stages {
                let row = FilterRow { property: "BTS.ReceivePortName".into(), ..FilterRow::default() };
                let filter = if filtered { vec![row] } else { vec![] };
                add(
                    &mut application,
                    stage,
                    vec![receive("Serve", |r| (r.activate, r.filter) = (true, filter.clone()))],
                );
                let serve = orchestration(&mut application, stage)
                    .ports
                    .iter_mut()
                    .find(|p| p.name == "Serve")
                    .unwrap();
                (serve.binding, serve.port_type) = (binding(), "Test.SubjectTwoWay".into());
            }
            codes(&application)
        };
        assert_eq!(with(false, &["First"]), [""; 0]);
        assert_eq!(with(false, &["First", "Second"]), ["V44"]);
        assert_eq!(with(true, &["First", "Second"]), [""; 0]);
    }

    #[test]
    fn v47_an_answer_follows_a_request() {
        let answer = || sends("Serve", |s| s.leg = Leg::Response);
        assert_eq!(codes(&started(vec![answer()])), ["V47"]);
        let asked = receive("Serve", |r| r.activate = true);
        assert_eq!(codes(&application(vec![asked.clone(), answer()])), [""; 0]);
        let either = branches(vec![vec![asked], vec![activate()]]);
        assert_eq!(codes(&application(vec![shape(ShapeKind::Listen(either)), answer()])), ["V47"]);
    }
}
