//! V27 to V32: transactions and synchronised scopes.

use super::subject::{Site, Subject};
use crate::diagnostic::Diagnostic;
use crate::model::{BlockSlot, Leg, Polarity, Scope, Shape, ShapeKind, Transaction};
use std::collections::BTreeSet;

/// Most scopes inside each other (SCP-5).
const MOST_LEVELS: usize = 21;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let orchestration = subject.orchestration;
    if orchestration.compensation.is_some() && orchestration.transaction == Transaction::None {
        let message = format!("`{}` has a compensation but is no transaction", orchestration.name);
        let help = "set its Transaction Type to Long Running, or delete the compensation";
        let at = subject.at(&orchestration.id, &orchestration.name, "transaction");
        found.push(Diagnostic::error("V29", message, help).at(at));
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
        found.push(Diagnostic::error("V29", message, help).at(subject.place(shape, "compensation")));
    }
    if atomic && scope.synchronized {
        let message = format!("`{}` is atomic, so it is synchronized anyway", shape.name);
        let help = "set Synchronized to false";
        found.push(Diagnostic::warning("V32", message, help).at(subject.place(shape, "synchronized")));
    }
}

/// V27, V28.
fn nesting(subject: &Subject<'_>, site: &Site<'_>, scope: &Scope, found: &mut Vec<Diagnostic>) {
    let shape = site.shape;
    let mut report = |code, property, message: String, help: &str| {
        found.push(Diagnostic::error(code, message, help).at(subject.place(shape, property)));
    };
    if site.scopes().count() == MOST_LEVELS {
        let message = format!("`{}` is more than {MOST_LEVELS} scopes deep", shape.name);
        report("V28", "", message, "move an inner part to an orchestration of its own and call it");
    }
    // A compensation block runs after its scope, so it holds any shape (CMP-5).
    let around: Vec<_> = site.scopes().take_while(|(_, _, slot)| **slot != BlockSlot::Compensation).collect();
    let compensating = site.in_compensation();
    let transactional = scope.transaction != Transaction::None;
    if let Some((outer, _, _)) = around.iter().find(|(_, s, _)| s.synchronized)
        && (transactional || scope.synchronized)
    {
        let message = format!("`{}` stands in the synchronized scope `{}`", shape.name, outer.name);
        let help =
            "nothing transactional or synchronized stands in a synchronized scope; take one of the two off";
        report("V28", "transaction", message, help);
    }
    if !transactional || compensating {
        return;
    }
    let outer_atomic = matches!(subject.orchestration.transaction, Transaction::Atomic(_));
    if outer_atomic || site.atomic().is_some() {
        let message = format!("`{}` is a transaction inside an atomic one", shape.name);
        report("V28", "transaction", message, "set its Transaction Type to None");
    } else {
        let parent = around.first().map_or(&subject.orchestration.transaction, |(_, s, _)| &s.transaction);
        if *parent == Transaction::None {
            let holder = around.first().map_or(&subject.orchestration.name, |(outer, _, _)| &outer.name);
            let message = format!("`{}` is a transaction, but `{holder}` around it is none", shape.name);
            let help = format!("set the Transaction Type of `{holder}` to Long Running");
            report("V27", "transaction", message, &help);
        }
    }
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
