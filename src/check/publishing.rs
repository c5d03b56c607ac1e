//! V45, V46: what is published to the message box.

use super::subject::Subject;
use crate::diagnostic::Diagnostic;
use crate::model::{Application, Binding, Receive, ShapeKind};
use crate::xml::SchemaSet;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        let ShapeKind::Send(send) = &site.shape.kind else { continue };
        let direct = subject.port(&send.port).is_some_and(|port| port.binding == Binding::MessageBox);
        let message_type = subject.message(site, &send.message).map(|m| m.message_type.as_str());
        let (true, Some(message_type)) = (direct, message_type) else { continue };
        let mut warn = |code, message: String, help: &str| {
            found.push(Diagnostic::warning(code, message, help).at(subject.place(site.shape, "port")));
        };
        let takes = |of: &Subject<'_>, wanted: fn(&Receive) -> bool| {
            of.sites.iter().any(|other| {
                let ShapeKind::Receive(receive) = &other.shape.kind else { return false };
                let direct = of.port(&receive.port).is_some_and(|p| p.binding == Binding::MessageBox);
                let declared = of.message(other, &receive.message).map(|m| m.message_type.as_str());
                direct && wanted(receive) && declared.is_some_and(|t| carries(of, t, subject, message_type))
            })
        };
        if takes(subject, |receive| receive.activate && receive.filter.is_empty()) {
            let message = format!(
                "what `{}` publishes starts another instance of this orchestration, without end",
                site.shape.name
            );
            let help = "filter the activate receive by a property that the published message has not (MBD-4)";
            warn("V45", message, help);
        }
        if !has_filter(subject.application)
            && !others(subject.application, subject.schemas).iter().any(|other| takes(other, |_| true))
        {
            let message =
                format!("nobody in this application subscribes to what `{}` publishes", site.shape.name);
            let help = "give a send port or a receive a filter that takes it; else the send fails (MBD-2)";
            warn("V46", message, help);
        }
    }
}

/// True when a receive of `wanted` takes a message of `sent`.
fn carries(of: &Subject<'_>, wanted: &str, sender: &Subject<'_>, sent: &str) -> bool {
    let untyped = of.untyped(wanted);
    untyped || of.body_type(wanted) == sender.body_type(sent) || {
        let (wanted, sent) = (of.routing_type(wanted), sender.routing_type(sent));
        wanted.is_some() && wanted == sent
    }
}

/// True when a send port or group has a filter, which may well take the message.
fn has_filter(application: &Application) -> bool {
    let bindings = &application.bindings;
    let ports = bindings.send_ports.iter().any(|port| !port.filter.is_empty());
    ports || bindings.send_port_groups.iter().any(|group| !group.filter.is_empty())
}

fn others<'a>(application: &'a Application, schemas: &'a SchemaSet) -> Vec<Subject<'a>> {
    Subject::all(application, schemas)
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    /// Receives on the message box, and publishes there.
    fn published(receive: Shape, change: impl Fn(&mut Application)) -> Vec<&'static str> {
        let mut application = application(vec![receive, send("Publish")]);
        let publish = Port {
            name: "Publish".into(),
            port_type: "SubjectOneWay".into(),
            polarity: Polarity::Uses,
            binding: Binding::MessageBox,
            ..Port::default()
        };
        orchestration(&mut application, "Subject").ports.push(publish);
        change(&mut application);
        codes(&application)
    }

    fn row() -> FilterRow {
        FilterRow { property: "BTS.ReceivePortName".into(), ..FilterRow::default() }
    }

    #[test]
    fn v45_no_endless_chain_of_instances() {
        assert_eq!(published(receive("Box", |r| r.activate = true), |_| {}), ["V45"]);
        let filtered = receive("Box", |r| (r.activate, r.filter) = (true, vec![row()]));
        assert_eq!(published(filtered, |_| {}), [""; 0]);
    }

    #[test]
    fn v46_somebody_subscribes() {
        assert_eq!(published(activate(), |_| {}), ["V46"]);
        let port = |a: &mut Application| {
            a.bindings.send_ports.push(SendPort {
                name: "All".into(),
                filter: vec![row()],
                ..SendPort::default()
            });
        };
        assert_eq!(published(activate(), port), [""; 0]);
        let other = |a: &mut Application| add(a, "Second", vec![receive("Box", |r| r.activate = true)]);
        assert_eq!(published(activate(), other), [""; 0]);
        let another = |a: &mut Application| {
            add(a, "Second", vec![receive("Box", |r| (r.activate, r.message) = (true, "Ack".into()))]);
        };
        assert_eq!(published(activate(), another), ["V46"]);
    }
}
