use crate::model::files::{each_id, shape_ids};
use crate::model::{
    Branch, Branches, Call, CallRules, Catch, Code, Compensate, Construct, Group, Id, Loop, Module, Receive,
    Scope, Send, Shape, ShapeKind, Throw, Transform,
};
use std::collections::{BTreeMap, BTreeSet};

/// Every kind a toolbox offers, in BizTalk's order, as it is when dropped; branches still without ids.
pub fn toolbox() -> Vec<ShapeKind> {
    let empty = |names: &[&str]| Branches {
        branches: names.iter().map(|name| Branch { name: (*name).to_owned(), ..Branch::default() }).collect(),
    };
    vec![
        ShapeKind::Group(Group::default()),
        ShapeKind::Send(Send::default()),
        ShapeKind::Receive(Receive::default()),
        ShapeKind::Construct(Construct::default()),
        ShapeKind::Transform(Transform::default()),
        ShapeKind::MessageAssignment(Code::default()),
        ShapeKind::Call(Call::default()),
        ShapeKind::Start(Call::default()),
        ShapeKind::CallRules(CallRules::default()),
        ShapeKind::Expression(Code::default()),
        ShapeKind::Decide(empty(&["", "Else"])),
        ShapeKind::Delay(Code::default()),
        ShapeKind::Listen(empty(&["", ""])),
        ShapeKind::Parallel(empty(&["", ""])),
        ShapeKind::Loop(Loop::default()),
        ShapeKind::Scope(Scope::default()),
        ShapeKind::Throw(Throw::default()),
        ShapeKind::Compensate(Compensate::default()),
        ShapeKind::Suspend(Code::default()),
        ShapeKind::Terminate(Code::default()),
    ]
}

/// A new shape with ids and default names that are free in `module`: `Receive_1`, `Rule_2`.
pub fn new_shape(module: &Module, kind: ShapeKind) -> Shape {
    let mut shape = Shape { kind, ..Shape::default() };
    complete(module, &mut shape);
    shape
}

/// A new branch for `owner`: `Rule_1`, `ListenBranch_1` or `ParallelBranch_1`.
pub fn new_branch(module: &Module, owner: &ShapeKind) -> Branch {
    let mut branch = Branch::default();
    Fresh::of(module).branch(&mut branch, owner);
    branch
}

/// A new General Exception catch block, `CatchException_1`.
pub fn new_catch(module: &Module) -> Catch {
    let mut catch = Catch::default();
    Fresh::of(module).fill(&mut catch.id, &mut catch.name, "CatchException");
    catch
}

/// An id that is free in `module`: `receive_1`, `receive_2`, … for the base `receive`.
pub fn fresh_id(module: &Module, base: &str) -> Id {
    Fresh::of(module).id(base)
}

/// A name that no element of the orchestration has: `Receive_1`, `Receive_2`, … for the base `Receive`.
pub fn fresh_name(module: &Module, base: &str) -> String {
    Fresh::of(module).name(base)
}

/// Fills in empty ids and names of `shape` and everything inside it.
pub(super) fn complete(module: &Module, shape: &mut Shape) {
    // Typing in a shape completes it with every key: what is in use is looked for only when it has to be.
    if is_complete(shape) {
        return;
    }
    let mut fresh = Fresh::of(module);
    fresh.note(shape);
    fresh.shape(shape);
}

/// True when nothing in it waits for an id or a name.
fn is_complete(shape: &Shape) -> bool {
    let mut complete = true;
    shape.visit(&mut |inner| {
        shape_ids(inner, &mut |id, name, required| {
            complete &= !required || !id.is_empty() && !name.is_empty();
        });
    });
    complete
}

pub(super) fn complete_branch(module: &Module, branch: &mut Branch, owner: &ShapeKind) {
    let mut fresh = Fresh::of(module);
    branch.body.iter().for_each(|shape| fresh.note(shape));
    fresh.branch(branch, owner);
}

pub(super) fn complete_catch(module: &Module, catch: &mut Catch) {
    let mut fresh = Fresh::of(module);
    catch.body.iter().for_each(|shape| fresh.note(shape));
    fresh.fill(&mut catch.id, &mut catch.name, "CatchException");
    catch.body.iter_mut().for_each(|shape| fresh.shape(shape));
}

/// As [`complete`], for shapes that go in together.
pub(super) fn complete_all(module: &Module, shapes: &mut [Shape]) {
    let mut fresh = Fresh::of(module);
    shapes.iter().for_each(|shape| fresh.note(shape));
    shapes.iter_mut().for_each(|shape| fresh.shape(shape));
}

/// True for a name as [`new_shape`] gives it.
pub(super) fn is_default_name(shape: &Shape) -> bool {
    let base: String = shape.kind.label().split(' ').collect();
    let number = shape.name.strip_prefix(&base).and_then(|rest| rest.strip_prefix('_'));
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// A name without the number behind it: `Notify` of `Notify_2`. A longer one is part of the name, as in `Order_850`.
fn stem(name: &str) -> &str {
    let numbered = |(_, number): &(&str, &str)| {
        (1..=2).contains(&number.len()) && number.bytes().all(|digit| digit.is_ascii_digit())
    };
    name.rsplit_once('_').filter(numbered).map_or(name, |(stem, _)| stem)
}

/// Gives `shapes` and everything inside them ids of their own, and a number behind a name that is taken.
pub(super) fn renew_all(module: &Module, shapes: &mut [Shape]) {
    fn forget(shape: &mut Shape, fresh: &mut Fresh) {
        let mut clear = |id: &mut Id, name: &mut String| {
            *id = Id::default();
            if fresh.names.contains(name) && !name.is_empty() {
                *name = fresh.name(stem(name));
            }
        };
        clear(&mut shape.id, &mut shape.name);
        if let Some(owner) = shape.kind.branches_mut() {
            owner.branches.iter_mut().for_each(|branch| branch.id = Id::default());
        }
        if let ShapeKind::Scope(scope) = &mut shape.kind {
            scope.messages.iter_mut().for_each(|m| m.id = Id::default());
            scope.variables.iter_mut().for_each(|v| v.id = Id::default());
            scope.correlation_sets.iter_mut().for_each(|c| c.id = Id::default());
            scope.catches.iter_mut().for_each(|catch| clear(&mut catch.id, &mut catch.name));
            scope.compensation.iter_mut().for_each(|block| clear(&mut block.id, &mut block.name));
        }
        for (_, block) in shape.blocks_mut() {
            block.iter_mut().for_each(|inner| forget(inner, fresh));
        }
    }
    let mut fresh = Fresh::of(module);
    for shape in shapes {
        // Each one must also differ from those before it.
        forget(shape, &mut fresh);
        fresh.note(shape);
        fresh.shape(shape);
    }
}

/// The ids and names in use.
struct Fresh {
    ids: BTreeSet<Id>,
    names: BTreeSet<String>,
    /// The next number to try for a base, so that many of one kind take no longer each.
    next: BTreeMap<String, u64>,
}

impl Fresh {
    fn of(module: &Module) -> Self {
        let mut fresh = Self { ids: BTreeSet::new(), names: BTreeSet::new(), next: BTreeMap::new() };
        each_id(module, &mut |id, name, _| {
            fresh.ids.insert(id.clone());
            fresh.names.insert(name.to_owned());
        });
        fresh
    }

    fn note(&mut self, shape: &Shape) {
        shape.visit(&mut |inner| {
            shape_ids(inner, &mut |id, name, _| {
                self.ids.insert(id.clone());
                self.names.insert(name.to_owned());
            });
        });
    }

    fn id(&mut self, base: &str) -> Id {
        let id = self.number(base, |fresh, id| !fresh.ids.contains(&Id::new(id)));
        let id = Id::new(id);
        self.ids.insert(id.clone());
        id
    }

    fn name(&mut self, base: &str) -> String {
        let name = self.number(base, |fresh, name| !fresh.names.contains(name));
        self.names.insert(name.clone());
        name
    }

    fn number(&mut self, base: &str, free: impl Fn(&Self, &str) -> bool) -> String {
        let first = self.next.get(base).copied().unwrap_or(1);
        let found = (first..).map(|n| (n, format!("{base}_{n}"))).find(|(_, text)| free(self, text));
        let (number, text) = found.unwrap_or_default();
        self.next.insert(base.to_owned(), number + 1);
        text
    }

    fn fill(&mut self, id: &mut Id, name: &mut String, base: &str) {
        if id.is_empty() {
            *id = self.id(&base.to_lowercase());
        }
        if name.is_empty() {
            *name = self.name(base);
        }
    }

    fn branch(&mut self, branch: &mut Branch, owner: &ShapeKind) {
        self.fill(&mut branch.id, &mut branch.name, branch_base(owner));
        branch.body.iter_mut().for_each(|shape| self.shape(shape));
    }

    fn shape(&mut self, shape: &mut Shape) {
        let base: String = shape.kind.label().split(' ').collect();
        self.fill(&mut shape.id, &mut shape.name, &base);
        let branch = branch_base(&shape.kind);
        if let Some(owner) = shape.kind.branches_mut() {
            for inner in &mut owner.branches {
                self.fill(&mut inner.id, &mut inner.name, branch);
            }
        }
        if let ShapeKind::Scope(scope) = &mut shape.kind {
            for catch in &mut scope.catches {
                self.fill(&mut catch.id, &mut catch.name, "CatchException");
            }
            if let Some(block) = &mut scope.compensation {
                self.fill(&mut block.id, &mut block.name, "Compensation");
            }
        }
        for (_, block) in shape.blocks_mut() {
            block.iter_mut().for_each(|inner| self.shape(inner));
        }
    }
}

fn branch_base(owner: &ShapeKind) -> &'static str {
    match owner {
        ShapeKind::Listen(_) => "ListenBranch",
        ShapeKind::Parallel(_) => "ParallelBranch",
        _ => "Rule",
    }
}
