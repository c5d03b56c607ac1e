//! V03 to V07: how an instance starts, and what a receive needs to find its message.

use super::subject::Subject;
use crate::diagnostic::Diagnostic;
use crate::model::edit::Edit;
use crate::model::{Binding, Block, Id, Leg, Receive, Shape, ShapeKind};
use std::collections::BTreeSet;

/// Mends V04, and V05 where that has the same cause.
const ACTIVATE: &str = "Activate on the first Receive";

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut first = BTreeSet::new();
    heads(&subject.orchestration.body, &mut first);
    let activated =
        subject.sites.iter().any(|site| matches!(&site.shape.kind, ShapeKind::Receive(r) if r.activate));
    // What a designer marks as callable may be called by another application.
    let callable = subject.orchestration.invokable == Some(true);
    let idle = !activated && !callable && !is_invoked(subject);
    // What could start it, and how.
    let head = subject.sites.iter().find(|site| idle && first.contains(&site.shape.id) && starts(site.shape));
    let head = head.map(|site| (site.shape, subject.change_receive(site.shape, |r| r.activate = true)));
    for site in &subject.sites {
        let ShapeKind::Receive(receive) = &site.shape.kind else { continue };
        if receive.activate {
            if !first.contains(&site.shape.id) {
                let message = format!("`{}` activates but is not the first shape", site.shape.name);
                let help =
                    "move it to the start, or set Activate to false and let it follow a correlation set";
                let at = subject.place(site.shape, "activate");
                let mut late = Diagnostic::error("V03", message, help).at(at);
                if !receive.follows.is_empty() && receive.filter.is_empty() {
                    let waits = subject.change_receive(site.shape, |r| r.activate = false);
                    late = late.mend("Set Activate to false", vec![waits]);
                }
                found.push(late);
            }
            untyped(subject, site.shape, receive, found);
        } else {
            let starts = head.as_ref().filter(|(shape, _)| shape.id == site.shape.id);
            waits_for_something(subject, site.shape, receive, starts.map(|(_, edit)| edit), found);
        }
    }
    if idle {
        let orchestration = subject.orchestration;
        let message = format!(
            "Nothing starts `{}`: it has no activate receive, and nobody calls it",
            orchestration.name
        );
        let help = "set Activate on its first Receive, or call or start it from another orchestration";
        let at = subject.at(&orchestration.id, &orchestration.name, "");
        let mut nothing = Diagnostic::error("V04", message, help).at(at);
        if let Some((_, activates)) = head {
            nothing = nothing.mend(ACTIVATE, vec![activates]);
        }
        found.push(nothing);
    }
}

/// A receive that could activate.
fn starts(shape: &Shape) -> bool {
    matches!(&shape.kind, ShapeKind::Receive(r) if r.follows.is_empty() && r.leg == Leg::Request)
}

/// Shapes that can be the first to run (RCV-2).
pub(super) fn heads(block: &Block, first: &mut BTreeSet<Id>) {
    let Some(head) = block.first() else { return };
    first.insert(head.id.clone());
    match &head.kind {
        ShapeKind::Group(group) => heads(&group.body, first),
        ShapeKind::Scope(scope) => heads(&scope.body, first),
        ShapeKind::Listen(owner) | ShapeKind::Parallel(owner) => {
            owner.branches.iter().for_each(|branch| heads(&branch.body, first));
        }
        _ => {}
    }
}

/// V05, V06. `starts` makes it the receive that starts an orchestration which nothing else starts.
fn waits_for_something(
    subject: &Subject<'_>,
    shape: &Shape,
    receive: &Receive,
    starts: Option<&Edit>,
    found: &mut Vec<Diagnostic>,
) {
    if !receive.filter.is_empty() {
        let message = format!("`{}` has a filter but does not activate", shape.name);
        let help = "set Activate, or remove the filter; a waiting receive is matched by its correlation set";
        let unfiltered = subject.change_receive(shape, |r| r.filter.clear());
        found.push(
            Diagnostic::error("V06", message, help)
                .at(subject.place(shape, "filter"))
                .mend("Remove the filter", vec![unfiltered]),
        );
    }
    // A port given by the caller may bring its own token; only the caller knows.
    let Some(port) = subject.orchestration.ports.iter().find(|p| p.name == receive.port) else { return };
    // Of an unknown port type, which is reported by itself, nothing can be said.
    let unknown = subject.port_type(port).is_none();
    let own_channel = port.binding == Binding::SelfCorrelating || subject.receives_answer(port) || unknown;
    if receive.follows.is_empty() && !own_channel {
        let message = format!("`{}` neither activates nor follows a correlation set", shape.name);
        let help =
            "follow a set that was initialised before it, set Activate, or bind the port self-correlating";
        let mut lost = Diagnostic::error("V05", message, help).at(subject.place(shape, "follows"));
        if let Some(starts) = starts {
            lost = lost.mend(ACTIVATE, vec![starts.clone()]);
        }
        found.push(lost);
    }
}

/// V07.
fn untyped(subject: &Subject<'_>, shape: &Shape, receive: &Receive, found: &mut Vec<Diagnostic>) {
    let direct = subject.port(&receive.port).is_some_and(|p| p.binding == Binding::MessageBox);
    let Some(site) = subject.sites.iter().find(|site| site.shape.id == shape.id) else { return };
    let message_type = subject.message(site, &receive.message).map(|m| m.message_type.as_str());
    if direct && receive.filter.is_empty() && message_type.is_some_and(|t| subject.untyped(t)) {
        let message = format!("`{}` would take every message in the message box", shape.name);
        let help = "add a filter, or give the message a schema";
        found.push(Diagnostic::error("V07", message, help).at(subject.place(shape, "filter")));
    }
}

/// True when some shape of the application calls or starts this orchestration.
fn is_invoked(subject: &Subject<'_>) -> bool {
    subject.application.orchestrations().flat_map(|(_, o)| o.shapes()).any(|shape| match &shape.kind {
        ShapeKind::Call(call) | ShapeKind::Start(call) => {
            let callee = subject.application.orchestration_for(subject.module, &call.orchestration);
            callee.is_some_and(|(module, _)| std::ptr::eq(module, subject.module))
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    #[test]
    fn v03_the_activate_receive_is_first() {
        assert_eq!(codes(&application(vec![activate()])), [""; 0]);
        assert_eq!(codes(&application(vec![expression("x"), activate()])), ["V03"]);
        let inside = shape(ShapeKind::Group(Group { body: vec![activate()] }));
        assert_eq!(codes(&application(vec![inside])), [""; 0]);
        let in_loop = shape(ShapeKind::Loop(Loop { condition: "true".into(), body: vec![activate()] }));
        assert_eq!(codes(&application(vec![in_loop])), ["V03"]);
    }

    #[test]
    fn v04_something_starts_it() {
        assert_eq!(codes(&application(vec![expression("x")])), ["V04"]);
        let mut called = application(vec![expression("x")]);
        let call = shape(ShapeKind::Start(Call { orchestration: "Test.Subject".into(), ..Call::default() }));
        add(&mut called, "Caller", vec![activate(), call]);
        assert_eq!(codes(&called), [""; 0]);
    }

    #[test]
    fn v05_a_waiting_receive_follows_something() {
        let wait = |port: &str, leg| receive(port, |r| r.leg = leg);
        assert_eq!(codes(&started(vec![wait("In", Leg::Request)])), ["V05"]);
        assert_eq!(codes(&started(vec![wait("Own", Leg::Request)])), [""; 0], "self-correlating");
        let answer = vec![send("Ask"), wait("Ask", Leg::Response)];
        assert_eq!(codes(&started(answer)), [""; 0], "the answer to a request");
    }

    #[test]
    fn v05_is_mended_as_v04_where_nothing_else_starts_it() {
        let waiting = |app: &Application| {
            crate::findings::all(app).into_iter().filter(|p| p.code == "V05").collect::<Vec<_>>()
        };
        let mut idle = application(vec![receive("In", |_| {}), receive("In", |_| {})]);
        let found = waiting(&idle);
        assert_eq!(found.len(), 2);
        assert!(found[1].fixes.is_empty(), "only the first shape can activate");
        found[0].fixes[0].clone().apply(&mut idle).unwrap();
        assert_eq!(codes(&idle), ["V05"], "the second still waits for nothing");
        let started = waiting(&started(vec![receive("In", |_| {})]));
        assert!(started[0].fixes.is_empty(), "another receive starts it already");
    }

    #[test]
    fn v06_only_activation_is_filtered() {
        let filter = vec![FilterRow { property: "BTS.ReceivePortName".into(), ..FilterRow::default() }];
        let waiting = receive("Own", |r| r.filter = filter.clone());
        assert_eq!(codes(&started(vec![waiting])), ["V06"]);
        let activating = receive("In", |r| (r.activate, r.filter) = (true, filter.clone()));
        assert_eq!(codes(&application(vec![activating])), [""; 0]);
    }

    #[test]
    fn v07_not_everything_in_the_box() {
        let body = || vec![receive("Box", |r| (r.activate, r.message) = (true, "Any".into()))];
        assert_eq!(codes(&application(body())), ["V07"]);
        let typed = vec![receive("Box", |r| r.activate = true)];
        assert_eq!(codes(&application(typed)), [""; 0]);
        let mut filtered = body();
        if let ShapeKind::Receive(receive) = &mut filtered[0].kind {
            receive.filter.push(FilterRow { property: "BTS.ReceivePortName".into(), ..FilterRow::default() });
        }
        assert_eq!(codes(&application(filtered)), [""; 0]);
    }
}
