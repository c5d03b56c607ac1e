//! What has happened on the way to a shape: on every path, or at least on some.

use super::subject::Subject;
use super::tokens::succeeded;
use crate::model::{Block, Scope, Shape, ShapeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Something that has happened to a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// A correlation set was initialised.
    Initialized(String),
    /// A message was constructed.
    Constructed(String),
    /// A variable was assigned.
    Assigned(String),
    /// A request came in on a port.
    Requested(String),
    /// A port was given its address, or a role link its party.
    Addressed(String),
}

/// The facts at one point.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// On every path.
    pub always: BTreeSet<Fact>,
    /// On some path, earlier rounds of a loop included.
    pub maybe: BTreeSet<Fact>,
    /// No path leads here: it is behind a Throw or Terminate.
    pub dead: bool,
    /// What a transaction has made happen if it committed, by its identifier.
    pub committed: BTreeMap<String, BTreeSet<Fact>>,
}

impl Known {
    pub fn starting_with(facts: impl IntoIterator<Item = Fact>) -> Self {
        let always: BTreeSet<_> = facts.into_iter().collect();
        Self { maybe: always.clone(), always, ..Self::default() }
    }

    /// True when it happened on every path that leads here, given that the transactions committed.
    pub fn holds(&self, fact: &Fact, transactions: &[&str]) -> bool {
        let mut made = transactions.iter().filter_map(|name| self.committed.get(*name));
        self.always.contains(fact) || made.any(|facts| facts.contains(fact))
    }

    fn add(&mut self, facts: Vec<Fact>) {
        self.maybe.extend(facts.iter().cloned());
        self.always.extend(facts);
    }

    fn forget(&mut self, gone: &BTreeSet<Fact>) {
        self.always.retain(|fact| !gone.contains(fact));
        self.maybe.retain(|fact| !gone.contains(fact));
    }

    /// Where one of several paths leads.
    fn one_of(paths: Vec<Known>) -> Known {
        let maybe = paths.iter().flat_map(|path| path.maybe.iter().cloned()).collect();
        let committed = paths.iter().flat_map(|path| path.committed.clone()).collect();
        let mut live = paths.into_iter().filter(|path| !path.dead);
        let Some(first) = live.next() else {
            return Known { maybe, committed, dead: true, ..Known::default() };
        };
        let always = live.fold(first.always, |all, path| all.intersection(&path.always).cloned().collect());
        Known { always, maybe, committed, dead: false }
    }

    /// Where several paths lead that all run.
    fn all_of(paths: Vec<Known>) -> Known {
        let mut joined = Known::default();
        for path in paths {
            joined.always.extend(path.always);
            joined.maybe.extend(path.maybe);
            joined.dead |= path.dead;
            joined.committed.extend(path.committed);
        }
        joined
    }
}

/// A rule over what is known at each shape that can be reached.
pub(super) trait Rule {
    /// What a shape makes happen.
    fn makes(&self, shape: &Shape) -> Vec<Fact>;
    /// Sees a shape with what is known before it.
    fn check(&mut self, shape: &Shape, known: &Known);
}

/// Walks the body from `start`, then the compensation; gives what is known at the end of the body.
pub(super) fn walk(subject: &Subject<'_>, start: Known, rule: &mut dyn Rule) -> Known {
    let mut walk = Walk { rule, silent: false };
    let end = walk.block(&subject.orchestration.body, start);
    if let Some(compensation) = &subject.orchestration.compensation {
        walk.block(compensation, Known { dead: false, ..end.clone() });
    }
    end
}

struct Walk<'a> {
    rule: &'a mut dyn Rule,
    /// In a first round through a loop, which only tells what a later round may find.
    silent: bool,
}

impl Walk<'_> {
    fn block(&mut self, shapes: &Block, known: Known) -> Known {
        shapes.iter().fold(known, |known, shape| self.step(shape, known))
    }

    fn step(&mut self, shape: &Shape, mut known: Known) -> Known {
        if known.dead {
            return known;
        }
        if !self.silent {
            self.rule.check(shape, &known);
        }
        let made = self.rule.makes(shape);
        if let ShapeKind::Construct(construct) = &shape.kind {
            // What a Construct makes is there after it.
            known = self.block(&construct.body, known);
            known.add(made);
            return known;
        }
        known.add(made);
        match &shape.kind {
            ShapeKind::Group(group) => self.block(&group.body, known),
            ShapeKind::Decide(owner) if !owner.branches.is_empty() => {
                let branches = owner.branches.iter().map(|branch| {
                    let mut known = known.clone();
                    for transaction in succeeded(&branch.condition) {
                        let made = known.committed.get(transaction).into_iter().flatten().cloned().collect();
                        known.add(made);
                    }
                    self.block(&branch.body, known)
                });
                Known::one_of(branches.collect())
            }
            ShapeKind::Listen(owner) if !owner.branches.is_empty() => {
                Known::one_of(owner.branches.iter().map(|b| self.block(&b.body, known.clone())).collect())
            }
            ShapeKind::Parallel(owner) if !owner.branches.is_empty() => {
                Known::all_of(owner.branches.iter().map(|b| self.block(&b.body, known.clone())).collect())
            }
            ShapeKind::Loop(body) => {
                let mut again = known.clone();
                let silent = std::mem::replace(&mut self.silent, true);
                let round = self.block(&body.body, known.clone());
                again.maybe.extend(round.maybe);
                self.silent = silent;
                known.maybe.extend(again.maybe.iter().cloned());
                known.committed.extend(round.committed);
                if !silent {
                    self.block(&body.body, again);
                }
                known
            }
            ShapeKind::Scope(scope) => self.scope(scope, known),
            ShapeKind::Throw(_) | ShapeKind::Terminate(_) => Known { dead: true, ..known },
            _ => known,
        }
    }

    fn scope(&mut self, scope: &Scope, mut known: Known) -> Known {
        // Each run of a scope has its own locals (LOP-2).
        let sets = scope.correlation_sets.iter().map(|set| Fact::Initialized(set.name.clone()));
        let messages = scope.messages.iter().map(|message| Fact::Constructed(message.name.clone()));
        let variables = scope.variables.iter().map(|variable| Fact::Assigned(variable.name.clone()));
        let local: BTreeSet<Fact> = sets.chain(messages).chain(variables).collect();
        known.forget(&local);
        let body = self.block(&scope.body, known.clone());
        let caught = Known { maybe: body.maybe.clone(), committed: body.committed.clone(), ..known.clone() };
        let after = Known { dead: false, ..body.clone() };
        let mut ends = vec![body];
        for catch in &scope.catches {
            ends.push(self.block(&catch.body, caught.clone()));
        }
        if let Some(compensation) = &scope.compensation {
            self.block(&compensation.body, after);
        }
        let body_made = ends.first().map(|body| body.always.clone()).unwrap_or_default();
        let mut end = Known::one_of(ends);
        end.forget(&local);
        if !scope.transaction_id.is_empty() {
            end.committed.insert(scope.transaction_id.clone(), &body_made - &local);
        }
        end
    }
}
