//! V34 to V36: Throw, Catch and Compensate.

use super::subject::{Site, Subject};
use crate::diagnostic::Diagnostic;
use crate::model::{BlockSlot, CatchType, Scope, Shape, ShapeKind, Throw};
use crate::xlang::{ExceptionTypes, is_exception};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        let shape = site.shape;
        match &shape.kind {
            ShapeKind::Throw(throw) if throw.exception.is_none() && !site.in_catch() => {
                let message = format!("`{}` has no exception to throw", shape.name);
                let help =
                    "choose an exception variable; General Exception rethrows, and only in a catch block";
                found.push(Diagnostic::error("V34", message, help).at(subject.place(shape, "exception")));
            }
            ShapeKind::Throw(throw) => thrown(subject, site, throw, found),
            ShapeKind::Scope(scope) => order(subject, shape, scope, found),
            ShapeKind::Compensate(compensate) => target(subject, site, &compensate.transaction, found),
            _ => {}
        }
    }
}

/// V34: what is thrown is an exception (THR-1). That the variable exists is known from compiling.
fn thrown(subject: &Subject<'_>, site: &Site<'_>, throw: &Throw, found: &mut Vec<Diagnostic>) {
    let Some(name) = &throw.exception else { return };
    let Some(thrown) = site.variable_type(subject.orchestration, name) else { return };
    if !is_exception(thrown) {
        let message = format!("`{}` throws `{name}`, which is a {thrown}", site.shape.name);
        let help = "throw a variable whose type derives from System.Exception";
        found.push(Diagnostic::error("V34", message, help).at(subject.place(site.shape, "exception")));
    }
}

/// V35: the engine tries specific types first, whatever the order drawn.
fn order(subject: &Subject<'_>, shape: &Shape, scope: &Scope, found: &mut Vec<Diagnostic>) {
    let types = ExceptionTypes::of(subject.application);
    let breadth = |exception: &CatchType| match exception {
        CatchType::General => usize::MAX,
        CatchType::Exception(name) => usize::MAX - 1 - types.rank(name),
        CatchType::Fault { .. } => 0,
    };
    let covers = |wide: &CatchType, narrow: &CatchType| match (wide, narrow) {
        (CatchType::General, other) => *other != CatchType::General,
        (CatchType::Exception(wide), CatchType::Exception(narrow)) => {
            wide != narrow && types.derives(narrow, wide)
        }
        (CatchType::Exception(wide), CatchType::Fault { .. }) => types.rank(wide) == 0,
        _ => false,
    };
    let late = scope.catches.iter().enumerate().find_map(|(at, narrow)| {
        let before = scope.catches.iter().take(at);
        before.into_iter().find(|wide| covers(&wide.exception, &narrow.exception)).map(|wide| (wide, narrow))
    });
    if let Some((wide, narrow)) = late {
        let message = format!("`{}` of `{}` is tried before `{}`", narrow.name, shape.name, wide.name);
        let help =
            "draw the catch blocks from the specific to the general, the order in which they are tried";
        let sorted = subject.change_scope(shape, |s| s.catches.sort_by_key(|c| breadth(&c.exception)));
        found.push(
            Diagnostic::warning("V35", message, help)
                .at(subject.at(&narrow.id, &narrow.name, ""))
                .mend("Sort the catch blocks", vec![sorted]),
        );
    }
}

/// V36.
fn target(subject: &Subject<'_>, site: &Site<'_>, transaction: &str, found: &mut Vec<Diagnostic>) {
    let shape = site.shape;
    if !site.in_catch() && !site.in_compensation() {
        let message = format!("`{}` stands neither in a catch block nor in a compensation block", shape.name);
        let help = "move it into one; a transaction that goes on is not compensated";
        found.push(Diagnostic::error("V36", message, help).at(subject.place(shape, "")));
        return;
    }
    let handled = |slot: &BlockSlot| matches!(slot, BlockSlot::Catch(_) | BlockSlot::Compensation);
    let owner = site.scopes().find(|(_, _, slot)| handled(slot)).map(|(_, scope, _)| scope);
    let (own, body) = match owner {
        Some(scope) => (&scope.transaction_id, &scope.body),
        None => (&subject.orchestration.transaction_id, &subject.orchestration.body),
    };
    let mut names = vec![own.clone()];
    body.iter().for_each(|inner| children(inner, &mut names));
    names.retain(|name| !name.is_empty());
    if !transaction.is_empty() && !names.iter().any(|name| name == transaction) {
        let message = format!("`{}` cannot compensate `{transaction}` from here", shape.name);
        let help = match names.as_slice() {
            [] => "give the scope or the Call inside a transaction identifier first".to_owned(),
            names => format!("choose this transaction or one directly inside it: {}", names.join(", ")),
        };
        let mut wrong = Diagnostic::error("V36", message, help).at(subject.place(shape, "transaction"));
        if let [only] = names.as_slice() {
            let named = subject.change(shape, |kind| {
                if let ShapeKind::Compensate(compensate) = kind {
                    compensate.transaction.clone_from(only);
                }
            });
            wrong = wrong.mend("Name the only transaction it can compensate", vec![named]);
        }
        found.push(wrong);
    }
}

/// The transactions directly inside: of scopes, and of calls by their identifier.
fn children(shape: &Shape, names: &mut Vec<String>) {
    match &shape.kind {
        ShapeKind::Scope(scope) if !scope.transaction_id.is_empty() => {
            names.push(scope.transaction_id.clone())
        }
        ShapeKind::Call(call) => names.push(call.identifier.clone()),
        _ => {
            shape.blocks().iter().for_each(|(_, block)| block.iter().for_each(|inner| children(inner, names)))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn throw(exception: Option<&str>) -> Shape {
        shape(ShapeKind::Throw(Throw { exception: exception.map(str::to_owned) }))
    }

    fn compensate(transaction: &str) -> Shape {
        shape(ShapeKind::Compensate(Compensate { transaction: transaction.into() }))
    }

    #[test]
    fn v34_rethrow_only_in_a_handler() {
        assert_eq!(codes(&started(vec![throw(None)])), ["V34"]);
        assert_eq!(codes(&started(vec![throw(Some("error"))])), [""; 0]);
        let handled = scope(vec![], |s| s.catches.push(catch(CatchType::General, vec![throw(None)])));
        assert_eq!(codes(&started(vec![handled])), [""; 0]);
    }

    #[test]
    fn v34_only_exceptions_are_thrown() {
        let of = |variable_type: &str| {
            let mut application = started(vec![throw(Some("error"))]);
            let error = Variable {
                name: "error".into(),
                variable_type: variable_type.into(),
                use_default_constructor: true,
                ..Variable::default()
            };
            orchestration(&mut application, "Subject").variables.push(error);
            codes(&application)
        };
        assert_eq!(of("System.String"), ["V34"]);
        assert_eq!(of("System.Exception"), [""; 0]);
        assert_eq!(of("Shop.OutOfStockException"), [""; 0]);
        let caught = scope(vec![], |s| {
            let mut caught = catch(CatchType::Exception("System.Exception".into()), vec![throw(Some("ex"))]);
            caught.variable = "ex".into();
            s.catches.push(caught);
        });
        assert_eq!(codes(&started(vec![caught])), [""; 0]);
    }

    #[test]
    fn v35_catch_blocks_are_tried_from_specific_to_general() {
        let ordered = |types: &[CatchType]| {
            let catches: Vec<_> = types.iter().map(|t| catch(t.clone(), vec![])).collect();
            codes(&started(vec![scope(vec![], |s| s.catches.clone_from(&catches))]))
        };
        let named = |name: &str| CatchType::Exception(name.into());
        assert_eq!(ordered(&[CatchType::General, named("System.TimeoutException")]), ["V35"]);
        assert_eq!(ordered(&[named("System.Exception"), named("System.TimeoutException")]), ["V35"]);
        let declared = |types: [&str; 2]| {
            let catches: Vec<_> = types.iter().map(|t| catch(named(t), vec![])).collect();
            let mut application = started(vec![scope(vec![], |s| s.catches.clone_from(&catches))]);
            let disk = ("Test.DiskException".to_owned(), "System.IO.IOException".to_owned());
            application.settings.exceptions.push(ExceptionType { name: disk.0, base: disk.1 });
            codes(&application)
        };
        assert_eq!(declared(["System.IO.IOException", "Test.DiskException"]), ["V35"]);
        assert_eq!(declared(["Test.DiskException", "System.IO.IOException"]), [""; 0]);
        assert_eq!(declared(["System.ApplicationException", "Test.DiskException"]), [""; 0], "unrelated");
        let sound = [named("System.TimeoutException"), named("System.Exception"), CatchType::General];
        assert_eq!(ordered(&sound), [""; 0]);
    }

    #[test]
    fn v36_compensate_names_this_or_a_child() {
        assert_eq!(codes(&started(vec![compensate("T")])), ["V36"]);
        let outer = |target: &str| {
            let grandchild =
                scope(vec![], |s| (s.transaction, s.transaction_id) = (long_running(), "Grandchild".into()));
            let child = scope(vec![grandchild], |s| {
                (s.transaction, s.transaction_id) = (long_running(), "Child".into())
            });
            let scope = scope(vec![child], |s| {
                (s.transaction, s.transaction_id) = (long_running(), "Own".into());
                s.catches.push(catch(CatchType::General, vec![compensate(target)]));
            });
            let mut application = started(vec![scope]);
            orchestration(&mut application, "Subject").transaction = long_running();
            codes(&application)
        };
        assert_eq!(outer("Own"), [""; 0]);
        assert_eq!(outer("Child"), [""; 0]);
        assert_eq!(outer("Grandchild"), ["V36"]);
        assert_eq!(outer("Nothing"), ["V36"]);
        let alone = scope(vec![], |s| {
            (s.transaction, s.transaction_id) = (long_running(), "Own".into());
            s.catches.push(catch(CatchType::General, vec![compensate("Other")]));
        });
        let mut application = started(vec![alone]);
        orchestration(&mut application, "Subject").transaction = long_running();
        assert_eq!(codes(&application), ["V36"]);
    }
}
