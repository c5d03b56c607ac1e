//! V15: Listen and Parallel Actions. That a branch of a Listen starts with a Receive or Delay is known from
//! compiling it.

use super::subject::Subject;
use crate::diagnostic::Diagnostic;
use crate::model::edit::Edit;
use crate::model::{Block, Branch, Shape, ShapeKind};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        let shape = site.shape;
        let (ShapeKind::Listen(owner) | ShapeKind::Parallel(owner)) = &shape.kind else { continue };
        let mut report = |message: String, help: &str, mend: Option<(&str, Vec<Edit>)>| {
            let wrong = Diagnostic::error("V15", message, help).at(subject.place(shape, "branches"));
            found.push(match mend {
                Some((title, edits)) => wrong.mend(title, edits),
                None => wrong,
            });
        };
        if owner.branches.len() < 2 {
            let message = format!("`{}` has {} of at least two branches", shape.name, owner.branches.len());
            let help = "add a branch, or replace it by what is in its only branch";
            let (module, branch) = (subject.key.to_owned(), Branch::default());
            let edit =
                Edit::InsertBranch { module, shape: shape.id.clone(), index: owner.branches.len(), branch };
            let more = std::iter::repeat_n(edit, 2 - owner.branches.len()).collect();
            report(message, help, Some(("Add the missing branches", more)));
        }
        if !matches!(shape.kind, ShapeKind::Listen(_)) {
            continue;
        }
        let first: Vec<_> = owner.branches.iter().filter_map(|branch| head(&branch.body)).collect();
        let activates = |shape: &Shape| matches!(&shape.kind, ShapeKind::Receive(r) if r.activate);
        if first.iter().any(|head| activates(head)) {
            if first.iter().any(|head| matches!(head.kind, ShapeKind::Delay(_))) {
                let message = format!("`{}` both activates and waits for a time", shape.name);
                report(message, "remove the Delay branch: nothing runs yet that could wait", None);
            } else if !first.iter().all(|head| activates(head)) {
                let message = format!("only some branches of `{}` activate", shape.name);
                let help = "set Activate on the first Receive of every branch, or of none";
                let all = first
                    .iter()
                    .all(|head| matches!(&head.kind, ShapeKind::Receive(r) if r.follows.is_empty()));
                let waiting = first.iter().filter(|head| !activates(head));
                let edits = waiting.map(|head| subject.change_receive(head, |r| r.activate = true));
                report(message, help, all.then(|| ("Activate in every branch", edits.collect())));
            }
        }
    }
}

/// The first shape of a block; a Group is only drawn.
fn head(block: &Block) -> Option<&Shape> {
    match block.first() {
        Some(Shape { kind: ShapeKind::Group(group), .. }) => head(&group.body),
        head => head,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn listen(heads: Vec<Shape>) -> Shape {
        shape(ShapeKind::Listen(branches(heads.into_iter().map(|head| vec![head]).collect())))
    }

    fn delay() -> Shape {
        shape(ShapeKind::Delay(Code { text: "0".into() }))
    }

    #[test]
    fn v15_all_branches_activate_or_none() {
        assert_eq!(codes(&application(vec![listen(vec![activate(), activate()])])), [""; 0]);
        assert_eq!(codes(&application(vec![listen(vec![activate(), delay()])])), ["V15"]);
        let waiting = receive("Own", |_| {});
        assert_eq!(codes(&application(vec![listen(vec![activate(), waiting.clone()])])), ["V15"]);
        assert_eq!(codes(&started(vec![listen(vec![waiting, delay()])])), [""; 0]);
    }

    #[test]
    fn v15_two_branches_at_least() {
        assert_eq!(codes(&started(vec![listen(vec![delay()])])), ["V15"]);
        let parallel = |n| shape(ShapeKind::Parallel(branches(vec![vec![]; n])));
        assert_eq!(codes(&started(vec![parallel(1)])), ["V15"]);
        assert_eq!(codes(&started(vec![parallel(2)])), [""; 0]);
    }
}
