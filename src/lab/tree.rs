use super::VirtualRun;
use super::acts::Change;
use crate::diagnostic::Diagnostic;
use crate::engine::Event;
use crate::journal::Run;

/// A run with its forks, and theirs: a tree with names.
#[derive(Debug)]
pub struct RunTree {
    branches: Vec<Branch>,
}

/// One run of the tree.
#[derive(Debug)]
pub struct Branch {
    pub name: String,
    /// The run it was forked from; `None` for the first, and for one whose origin was discarded.
    pub parent: Option<String>,
    /// The event up to which it is as its parent.
    pub from: u64,
    /// What was changed, in words.
    pub what: Vec<String>,
    pub run: VirtualRun,
}

/// Where two runs part.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `seq` of the first event that is not the same.
    pub seq: u64,
    /// `None` when the run has ended there.
    pub left: Option<Event>,
    pub right: Option<Event>,
}

impl RunTree {
    pub fn new(name: &str, run: VirtualRun) -> Self {
        Self {
            branches: vec![Branch { name: name.to_owned(), parent: None, from: 0, what: Vec::new(), run }],
        }
    }

    /// Every run, each after the one it was forked from.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    pub fn branch(&self, name: &str) -> Option<&Branch> {
        self.branches.iter().find(|branch| branch.name == name)
    }

    pub fn branch_mut(&mut self, name: &str) -> Option<&mut Branch> {
        self.branches.iter_mut().find(|branch| branch.name == name)
    }

    /// Forks a run at the event `seq` with these changes; see [`VirtualRun::fork`].
    ///
    /// # Errors
    /// `L10` when there is no such run, the name is empty or taken, or a change names an input that it cannot be done to.
    pub fn fork(
        &mut self,
        of: &str,
        seq: u64,
        changes: &[Change],
        name: &str,
    ) -> Result<&Branch, Diagnostic> {
        let wrong = |message: String, help: &str| Err(Diagnostic::error("L10", message, help));
        if name.trim().is_empty() || self.branch(name).is_some() {
            return wrong(format!("there is a run `{name}` already"), "Give the fork a name of its own");
        }
        let Some(parent) = self.branch(of) else {
            return wrong(format!("there is no run `{of}`"), "Choose one of the tree");
        };
        let inputs: Vec<_> = parent.run.run().inputs().collect();
        for change in changes {
            let input = usize::try_from(change.input).ok().and_then(|at| inputs.get(at));
            // In a fork of a fork numbers and places may differ; what cannot be done there is passed over.
            let known = parent.run.changes().next().is_none() && parent.run.run().forgotten() == 0;
            if known && input.is_none_or(|input| !change.fault.fits(&input.kind)) {
                let help = "Choose an input that brings a message";
                return wrong(
                    format!("nothing came with input {}: {} cannot be", change.input, change.fault.text()),
                    help,
                );
            }
        }
        let run = parent.run.fork(seq, changes);
        let what = changes.iter().map(|change| change.fault.text()).collect();
        self.add(Branch { name: name.to_owned(), parent: Some(of.to_owned()), from: seq, what, run })
    }

    /// Adds a run after those that were forked from the same one.
    ///
    /// # Errors
    /// `L10` when its name is empty or taken.
    pub fn add(&mut self, branch: Branch) -> Result<&Branch, Diagnostic> {
        if branch.name.trim().is_empty() || self.branch(&branch.name).is_some() {
            let message = format!("there is a run `{}` already", branch.name);
            return Err(Diagnostic::error("L10", message, "Give the fork a name of its own"));
        }
        let name = branch.name.clone();
        self.branches.push(branch);
        self.branch(&name).ok_or_else(|| Diagnostic::error("L10", "the fork is not there", "Fork again"))
    }

    /// Gives a run another name; false when there is none, or the name is taken.
    pub fn rename(&mut self, name: &str, to: &str) -> bool {
        if to.trim().is_empty() || self.branch(to).is_some() || self.branch(name).is_none() {
            return false;
        }
        for branch in &mut self.branches {
            if branch.name == name {
                to.clone_into(&mut branch.name);
            }
            if branch.parent.as_deref() == Some(name) {
                branch.parent = Some(to.to_owned());
            }
        }
        true
    }

    /// Drops a run; its forks stay. False for the last one, and when there is none.
    pub fn discard(&mut self, name: &str) -> bool {
        if self.branches.len() < 2 || self.branch(name).is_none() {
            return false;
        }
        self.branches.retain(|branch| branch.name != name);
        for branch in &mut self.branches {
            if branch.parent.as_deref() == Some(name) {
                branch.parent = None;
            }
        }
        true
    }

    /// Where two runs of the tree part; `None` while they are the same, or when one is not there.
    pub fn difference(&self, left: &str, right: &str) -> Option<Difference> {
        first_difference(self.branch(left)?.run.run(), self.branch(right)?.run.run())
    }
}

/// Where the kept records of two runs part; `None` when they are the same.
pub fn first_difference(left: &Run, right: &Run) -> Option<Difference> {
    first_difference_after(left, right, 0)
}

/// As [`first_difference`], of two runs that are known to be the same up to the event `seq`.
pub fn first_difference_after(left: &Run, right: &Run, seq: u64) -> Option<Difference> {
    let from = left.forgotten().max(right.forgotten()).max(seq);
    let (a, b) = (left.events_after(from), right.events_after(from));
    let at = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
    if at >= a.len() && at >= b.len() {
        return None;
    }
    Some(Difference { seq: from + at as u64 + 1, left: a.get(at).cloned(), right: b.get(at).cloned() })
}
