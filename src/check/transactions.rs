//! V27 to V32: transactions and synchronised scopes.

use super::subject::{Site, Subject};
use crate::diagnostic::Diagnostic;
use crate::model::edit::Edit;
use crate::model::{BlockSlot, Call, Id, Leg, LongRunning, Polarity, Scope, Shape, ShapeKind, Transaction};
use std::collections::BTreeSet;

/// Most scopes inside each other (SCP-5).
const MOST_LEVELS: usize = 21;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let orchestration = subject.orchestration;
    if orchestration.compensation.is_some() && orchestration.transaction == Transaction::None {
        let message = format!("`{}` has a compensation but is no transaction", orchestration.name);
        let help = "set its Transaction Type to Long Running, or delete the compensation";
        let at = subject.at(&orchestration.id, &orchestration.name, "transaction");
        let transaction = subject.change_orchestration(|o| o.transaction = long_running());
        found.push(
            Diagnostic::error("V29", message, help)
                .at(at)
                .mend("Set the Transaction Type to Long Running", vec![transaction]),
        );
    }
    for site in &subject.sites {
        let shape = site.shape;
        if let ShapeKind::Scope(scope) = &shape.kind {
            blocks(subject, shape, scope, found);
            nesting(subject, site, scope, found);
            if matches!(scope.transaction, Transaction::Atomic(_)) {
                pairs(subject, shape, found);
            }
        }
        if let ShapeKind::Call(call) = &shape.kind {
            called(subject, site, call, found);
        }
        if matches!(shape.kind, ShapeKind::Suspend(_))
            && (site.atomic().is_some() || matches!(orchestration.transaction, Transaction::Atomic(_)))
        {
            let message = format!("`{}` would suspend in an atomic transaction", shape.name);
            let help = "move it out of the atomic scope, or throw an exception there";
            found.push(Diagnostic::error("V31", message, help).at(subject.place(shape, "")));
        }
    }
}

/// V29, V32.
fn blocks(subject: &Subject<'_>, shape: &Shape, scope: &Scope, found: &mut Vec<Diagnostic>) {
    let atomic = matches!(scope.transaction, Transaction::Atomic(_));
    if atomic && !scope.catches.is_empty() {
        let message = format!("the atomic scope `{}` has catch blocks", shape.name);
        let help = "put a scope without transaction inside, and catch there (ATM-6)";
        found.push(Diagnostic::error("V29", message, help).at(subject.place(shape, "catches")));
    }
    if scope.transaction == Transaction::None && scope.compensation.is_some() {
        let message = format!("`{}` has a compensation block but is no transaction", shape.name);
        let help = "set its Transaction Type to Long Running or Atomic, or delete the block";
        let transaction = subject.change_scope(shape, |s| s.transaction = long_running());
        found.push(
            Diagnostic::error("V29", message, help)
                .at(subject.place(shape, "compensation"))
                .mend("Set the Transaction Type to Long Running", vec![transaction]),
        );
    }
    if atomic && scope.synchronized {
        let message = format!("`{}` is atomic, so it is synchronized anyway", shape.name);
        let help = "set Synchronized to false";
        let plain = subject.change_scope(shape, |s| s.synchronized = false);
        found.push(
            Diagnostic::warning("V32", message, help)
                .at(subject.place(shape, "synchronized"))
                .mend("Set Synchronized to false", vec![plain]),
        );
    }
}

/// V27, V28.
fn nesting(subject: &Subject<'_>, site: &Site<'_>, scope: &Scope, found: &mut Vec<Diagnostic>) {
    let shape = site.shape;
    if site.scopes().count() == MOST_LEVELS {
        let message = format!("`{}` is more than {MOST_LEVELS} scopes deep", shape.name);
        let help = "move an inner part to an orchestration of its own and call it";
        found.push(Diagnostic::error("V28", message, help).at(subject.place(shape, "")));
    }
    let transactional = scope.transaction != Transaction::None;
    let bound = transactional && !site.in_compensation();
    let at = || subject.place(shape, "transaction");
    if bound && in_atomic(subject, site) {
        let message = format!("`{}` is a transaction inside an atomic one", shape.name);
        let plain = subject.change_scope(shape, |s| s.transaction = Transaction::None);
        found.push(
            Diagnostic::error("V28", message, "set its Transaction Type to None")
                .at(at())
                .mend("Set the Transaction Type to None", vec![plain]),
        );
    } else if let Some(outer) = synchronized_around(site)
        && (transactional || scope.synchronized)
    {
        let message = format!("`{}` stands in the synchronized scope `{}`", shape.name, outer.name);
        let help = "nothing transactional or synchronized stands in a synchronized scope, and every atomic one is; \
                    take one of the two off";
        let plain = subject.change_scope(shape, |s| {
            (s.transaction, s.synchronized) = (Transaction::None, false);
        });
        found.push(
            Diagnostic::error("V28", message, help).at(at()).mend("Make it a plain Scope", vec![plain]),
        );
    } else if let Some(holder) = plain_parent(subject, site).filter(|_| bound) {
        let message = format!("`{}` is a transaction, but `{holder}` around it is none", shape.name);
        let help = format!("set the Transaction Type of `{holder}` to Long Running");
        found.push(
            Diagnostic::error("V27", message, help)
                .at(at())
                .mend("Make what is around it Long Running", enclosing(subject, site)),
        );
    }
}

/// V28: a called orchestration counts as if it were drawn in place of the Call (SCP-6).
fn called(subject: &Subject<'_>, site: &Site<'_>, call: &Call, found: &mut Vec<Diagnostic>) {
    let Some((_, callee)) = subject.application.orchestration_for(subject.module, &call.orchestration) else {
        return;
    };
    let mut report = |message: String, help: &str| {
        found.push(Diagnostic::error("V28", message, help).at(subject.place(site.shape, "orchestration")));
    };
    let name = &site.shape.name;
    let transactional = callee.transaction != Transaction::None;
    let synchronizes = callee.shapes().into_iter().any(|shape| match &shape.kind {
        ShapeKind::Scope(scope) => scope.synchronized,
        _ => false,
    });
    if transactional && in_atomic(subject, site) {
        let message = format!("`{name}` calls the transaction `{}` inside an atomic one", callee.name);
        report(message, "start it instead, or set its Transaction Type to None (CAL-7)");
    } else if let Some(outer) = synchronized_around(site)
        && (transactional || synchronizes)
    {
        let message = format!("`{name}` calls `{}` in the synchronized scope `{}`", callee.name, outer.name);
        let help = "call an orchestration without transactions and synchronized scopes here, or start it";
        report(message, help);
    }
}

/// The innermost synchronized scope whose domain holds the shape: every atomic one is synchronized (SCP-7), and a
/// compensation block runs outside (SCP-8).
fn synchronized_around<'a>(site: &Site<'a>) -> Option<&'a Shape> {
    let mut around = site.scopes().take_while(|(_, _, slot)| **slot != BlockSlot::Compensation);
    let holds = |scope: &Scope| scope.synchronized || matches!(scope.transaction, Transaction::Atomic(_));
    around.find(|(_, scope, _)| holds(scope)).map(|(shape, _, _)| shape)
}

fn in_atomic(subject: &Subject<'_>, site: &Site<'_>) -> bool {
    site.atomic().is_some() || matches!(subject.orchestration.transaction, Transaction::Atomic(_))
}

/// Name of what is directly around, when it is no transaction.
fn plain_parent<'a>(subject: &Subject<'a>, site: &Site<'a>) -> Option<&'a str> {
    let (parent, name) = match site.scopes().next() {
        Some((shape, scope, _)) => (&scope.transaction, &shape.name),
        None => (&subject.orchestration.transaction, &subject.orchestration.name),
    };
    (*parent == Transaction::None).then_some(name.as_str())
}

/// Edits that make everything around long-running, outermost first.
fn enclosing(subject: &Subject<'_>, site: &Site<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    if subject.orchestration.transaction == Transaction::None {
        edits.push(subject.change_orchestration(|o| o.transaction = long_running()));
    }
    let plain = site.scopes().filter(|(_, scope, _)| scope.transaction == Transaction::None);
    // One edit of the outermost holds everything inside it.
    let plain: Vec<&Shape> = plain.map(|(shape, _, _)| shape).collect();
    let Some(outermost) = plain.last() else { return edits };
    let ids: BTreeSet<&Id> = plain.iter().map(|shape| &shape.id).collect();
    let mut changed = (*outermost).clone();
    long_running_all(&mut changed, &ids);
    edits.push(Edit::SetKind { module: subject.key.to_owned(), shape: changed.id, kind: changed.kind });
    edits
}

/// Makes the scopes of these ids long-running.
fn long_running_all(shape: &mut Shape, ids: &BTreeSet<&Id>) {
    if let ShapeKind::Scope(scope) = &mut shape.kind
        && ids.contains(&shape.id)
    {
        scope.transaction = long_running();
    }
    for (_, block) in shape.blocks_mut() {
        block.iter_mut().for_each(|inner| long_running_all(inner, ids));
    }
}

fn long_running() -> Transaction {
    Transaction::LongRunning(LongRunning::default())
}

/// V30: what an atomic scope sends leaves it only at the commit.
fn pairs(subject: &Subject<'_>, scope: &Shape, found: &mut Vec<Diagnostic>) {
    let mut initialized = BTreeSet::new();
    let mut asked = BTreeSet::new();
    scope.visit(&mut |shape| match &shape.kind {
        ShapeKind::Send(send) => {
            initialized.extend(&send.initializes);
            let port = subject.port(&send.port);
            if port.is_some_and(|p| p.polarity == Polarity::Uses && subject.two_way(p))
                && send.leg == Leg::Request
            {
                asked.insert(&send.port);
            }
        }
        ShapeKind::Receive(receive) => initialized.extend(&receive.initializes),
        _ => {}
    });
    scope.visit(&mut |shape| {
        let ShapeKind::Receive(receive) = &shape.kind else { return };
        let set = receive.follows.iter().find(|set| initialized.contains(set));
        let why = if asked.contains(&receive.port) {
            format!("the answer to a request that leaves `{}` only when it ends", scope.name)
        } else if let Some(set) = set {
            format!("on `{set}`, which `{}` itself initializes", scope.name)
        } else {
            return;
        };
        let message = format!("`{}` waits for ever: {why}", shape.name);
        let help = "move the first or the second of the two out of the atomic scope (ATM-7)";
        found.push(Diagnostic::error("V30", message, help).at(subject.place(shape, "")));
    });
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    /// In a long-running orchestration, started.
    fn within(body: Block) -> Application {
        let mut application = started(body);
        orchestration(&mut application, "Subject").transaction = long_running();
        application
    }

    fn with(transaction: Transaction, body: Block) -> Shape {
        scope(body, |s| s.transaction = transaction.clone())
    }

    #[test]
    fn v27_a_transaction_needs_a_transaction_around_it() {
        for transaction in [atomic(), long_running()] {
            assert_eq!(codes(&started(vec![with(transaction.clone(), vec![])])), ["V27"]);
            assert_eq!(codes(&within(vec![with(transaction.clone(), vec![])])), [""; 0]);
            let plain = with(Transaction::None, vec![with(transaction, vec![])]);
            assert_eq!(codes(&within(vec![plain])), ["V27"]);
        }
    }

    #[test]
    fn v28_a_called_orchestration_counts_as_if_drawn_in_place() {
        let calls = |around: fn(Block) -> Shape, callee: Transaction, whole: Transaction| {
            let call = Call { orchestration: "Test.Second".into(), ..Call::default() };
            let mut application = started(vec![around(vec![shape(ShapeKind::Call(call))])]);
            orchestration(&mut application, "Subject").transaction = whole;
            add(&mut application, "Second", vec![]);
            orchestration(&mut application, "Second").transaction = callee;
            codes(&application)
        };
        let plain = |body| with(Transaction::None, body);
        assert_eq!(calls(plain, Transaction::None, long_running()), [""; 0]);
        assert_eq!(calls(plain, long_running(), long_running()), [""; 0], "a transaction of its own");
        assert_eq!(calls(|body| with(long_running(), body), long_running(), long_running()), [""; 0]);
        assert_eq!(calls(|body| with(atomic(), body), atomic(), long_running()), ["V28"]);
        assert_eq!(calls(|body| with(atomic(), body), Transaction::None, long_running()), [""; 0]);
        let synchronized = |body| scope(body, |s| s.synchronized = true);
        assert_eq!(calls(synchronized, long_running(), long_running()), ["V28"]);
        assert_eq!(calls(synchronized, Transaction::None, long_running()), [""; 0]);
    }

    #[test]
    fn v28_what_may_not_nest() {
        assert_eq!(codes(&within(vec![with(atomic(), vec![with(atomic(), vec![])])])), ["V28"]);
        assert_eq!(codes(&within(vec![with(atomic(), vec![with(Transaction::None, vec![])])])), [""; 0]);
        let synchronized = |body| scope(body, |s| s.synchronized = true);
        assert_eq!(codes(&within(vec![synchronized(vec![synchronized(vec![])])])), ["V28"]);
        assert_eq!(codes(&within(vec![synchronized(vec![]), synchronized(vec![])])), [""; 0]);
        let deep = |levels| (0..levels).fold(vec![], |body, _| vec![with(Transaction::None, body)]);
        assert_eq!(codes(&within(deep(21))), [""; 0]);
        assert_eq!(codes(&within(deep(22))), ["V28"]);
    }

    #[test]
    fn v29_blocks_fit_the_transaction() {
        let caught = |transaction: Transaction| {
            scope(vec![], |s| {
                s.transaction = transaction.clone();
                s.catches.push(catch(CatchType::General, vec![]));
            })
        };
        assert_eq!(codes(&within(vec![caught(atomic())])), ["V29"]);
        assert_eq!(codes(&within(vec![caught(long_running()), caught(Transaction::None)])), [""; 0]);
        let compensated = |transaction: Transaction| {
            scope(vec![], |s| {
                s.transaction = transaction.clone();
                s.compensation = Some(compensation(vec![]));
            })
        };
        assert_eq!(codes(&within(vec![compensated(Transaction::None)])), ["V29"]);
        assert_eq!(codes(&within(vec![compensated(atomic()), compensated(long_running())])), [""; 0]);
        assert_eq!(codes(&changed(|o| o.compensation = Some(vec![]))), ["V29"]);
    }

    #[test]
    fn v30_no_pair_in_an_atomic_scope() {
        let answer = || receive("Ask", |r| r.leg = Leg::Response);
        assert_eq!(codes(&within(vec![with(atomic(), vec![send("Ask"), answer()])])), ["V30"]);
        assert_eq!(codes(&within(vec![with(long_running(), vec![send("Ask"), answer()])])), [""; 0]);
        assert_eq!(codes(&within(vec![send("Ask"), with(atomic(), vec![answer()])])), [""; 0]);
        let initialize = sends("Out", |s| s.initializes = vec!["SubjectKey".into()]);
        let follow = receive("In", |r| r.follows = vec!["SubjectKey".into()]);
        assert_eq!(codes(&within(vec![with(atomic(), vec![initialize.clone(), follow.clone()])])), ["V30"]);
        assert_eq!(codes(&within(vec![initialize, with(atomic(), vec![follow])])), [""; 0]);
    }

    #[test]
    fn v31_no_suspend_in_an_atomic_scope() {
        let suspend = || shape(ShapeKind::Suspend(Code { text: "\"x\"".into() }));
        assert_eq!(codes(&within(vec![with(atomic(), vec![suspend()])])), ["V31"]);
        assert_eq!(codes(&within(vec![with(long_running(), vec![suspend()])])), [""; 0]);
        let after = scope(vec![], |s| {
            s.transaction = atomic();
            s.compensation = Some(compensation(vec![suspend()]));
        });
        assert_eq!(codes(&within(vec![after])), [""; 0], "a compensation runs after the commit");
    }

    #[test]
    fn v32_atomic_is_synchronized_anyway() {
        let twice = scope(vec![], |s| (s.transaction, s.synchronized) = (atomic(), true));
        assert_eq!(codes(&within(vec![twice])), ["V32"]);
        let once = scope(vec![], |s| (s.transaction, s.synchronized) = (long_running(), true));
        assert_eq!(codes(&within(vec![once])), [""; 0]);
    }
}
