use crate::message::Name;
use crate::xlang::syntax::Span;
use std::collections::BTreeSet;
use std::ops::Range;

/// What a [`Use`] is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    Variable,
    Message,
    Port,
    RoleLink,
    CorrelationSet,
}

/// Which side of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Whole,
    /// Part of a message, by position.
    Part(usize),
    /// A field, or a node by XPath.
    Field,
    /// A context, port or correlated property; `exists` reads it too.
    Property(Name),
    /// `Msg(*)`.
    AllProperties,
}

/// One place where a text reads or assigns something that has a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub used: Used,
    pub slot: u16,
    pub access: Access,
    /// Bytes of the text.
    pub span: Range<u32>,
    /// A read: the text itself has assigned it before, on every path. A write: every path through the text
    /// makes it. Field and property writes are of a message that exists, so they do not construct it (CON-6).
    pub definite: bool,
}

/// Uses seen so far and what is assigned at this point of the text.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub reads: Vec<Use>,
    pub writes: Vec<Use>,
    assigned: BTreeSet<(Used, u16)>,
    parts: BTreeSet<(u16, usize)>,
    /// After a throw: whatever follows never runs, so everything counts as assigned.
    unreachable: bool,
    branches: u32,
}

/// What was assigned at one point.
#[derive(Clone, Debug)]
pub(super) struct Point {
    assigned: BTreeSet<(Used, u16)>,
    parts: BTreeSet<(u16, usize)>,
    unreachable: bool,
}

impl Uses {
    pub fn read(&mut self, used: Used, slot: u16, access: Access, span: Span) {
        let part_known = matches!(access, Access::Part(part) if self.parts.contains(&(slot, part)));
        let definite = self.unreachable || part_known || self.assigned.contains(&(used, slot));
        self.reads.push(Use { used, slot, access, span: span.start..span.end, definite });
    }

    /// `parts` is the number of parts of a message, so that writing each of them writes it whole.
    pub fn write(&mut self, used: Used, slot: u16, access: Access, parts: usize, span: Span) {
        let definite = self.branches == 0;
        self.writes.push(Use { used, slot, access, span: span.start..span.end, definite });
        match access {
            Access::Whole => {
                self.assigned.insert((used, slot));
            }
            Access::Part(part) => {
                self.parts.insert((slot, part));
                if (0..parts).all(|p| self.parts.contains(&(slot, p))) {
                    self.assigned.insert((used, slot));
                }
            }
            _ => {}
        }
    }

    /// Whether the text assigns a message as a whole or a part of it.
    pub fn has_written(&self, slot: u16) -> bool {
        let constructs = |u: &Use| matches!(u.access, Access::Whole | Access::Part(_));
        self.writes.iter().any(|u| u.used == Used::Message && u.slot == slot && constructs(u))
    }

    pub fn never_returns(&mut self) {
        self.unreachable = true;
    }

    pub fn point(&self) -> Point {
        Point { assigned: self.assigned.clone(), parts: self.parts.clone(), unreachable: self.unreachable }
    }

    /// Starts a part that may not run.
    pub fn enter(&mut self, from: &Point) {
        self.branches += 1;
        self.restore(from.clone());
    }

    pub fn leave(&mut self) -> Point {
        self.branches = self.branches.saturating_sub(1);
        self.point()
    }

    /// Goes on behind branches of which exactly one has run. Writes since `first_write` that all of them made
    /// become definite.
    pub fn join(&mut self, ends: Vec<Point>, first_write: usize) {
        let mut live = ends.into_iter().filter(|p| !p.unreachable);
        let Some(mut joined) = live.next() else {
            self.unreachable = true;
            return;
        };
        for end in live {
            joined.assigned.retain(|a| end.assigned.contains(a));
            joined.parts.retain(|p| end.parts.contains(p));
        }
        self.restore(joined);
        if self.branches == 0 {
            for write in self.writes.iter_mut().skip(first_write) {
                write.definite |= match write.access {
                    Access::Whole => self.assigned.contains(&(write.used, write.slot)),
                    Access::Part(part) => self.parts.contains(&(write.slot, part)),
                    _ => false,
                };
            }
        }
    }

    pub fn restore(&mut self, point: Point) {
        self.assigned = point.assigned;
        self.parts = point.parts;
        self.unreachable = point.unreachable;
    }
}
