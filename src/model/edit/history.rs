use super::{Edit, EditError, Part};
use crate::model::Application;
use std::collections::VecDeque;

/// What was done and can be undone, newest last.
#[derive(Clone, Debug)]
pub struct History {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    limit: usize,
    /// Number of the state the application is in; every change makes a new one.
    state: u64,
    last: u64,
}

#[derive(Clone, Debug)]
struct Step {
    label: String,
    /// Steps with the same key in a row are one.
    key: Option<String>,
    /// The way to the other side of the step.
    edit: Edit,
    /// State on the other side.
    state: u64,
}

impl Step {
    fn parts(&self) -> &[Part] {
        match &self.edit {
            Edit::Restore(parts) => parts,
            _ => &[],
        }
    }
}

impl Default for History {
    fn default() -> Self {
        Self::new(500)
    }
}

impl History {
    /// Keeps at most `limit` steps.
    pub fn new(limit: usize) -> Self {
        Self { done: VecDeque::new(), undone: Vec::new(), limit, state: 0, last: 0 }
    }

    /// Applies `edit` as a step to undo. Edits in a row with the same `coalesce_key` (typing in one field) are
    /// one step; [`History::seal`] ends the row. An edit that changes nothing is no step.
    ///
    /// # Errors
    /// As [`Edit::apply`]; nothing has changed then.
    pub fn apply(
        &mut self,
        application: &mut Application,
        edit: Edit,
        coalesce_key: Option<&str>,
    ) -> Result<(), EditError> {
        let label = edit.label();
        let inverse = edit.apply(application)?;
        if matches!(&inverse, Edit::Restore(parts) if parts.is_empty()) {
            return Ok(());
        }
        self.undone.clear();
        let before = self.state;
        self.last += 1;
        self.state = self.last;
        if let Some(step) = self.done.back_mut()
            && coalesce_key.is_some()
            && step.key.as_deref() == coalesce_key
            && let (Edit::Restore(first), Edit::Restore(more)) = (&mut step.edit, &inverse)
        {
            // The older way back already knows a part that both changed.
            let missing = more.iter().filter(|part| !first.iter().any(|known| known.covers(part)));
            let missing: Vec<_> = missing.cloned().collect();
            // What only overlaps would be put back as it was at two times.
            if !missing.iter().any(|part| first.iter().any(|known| known.meets(part))) {
                first.extend(missing);
                return Ok(());
            }
        }
        let key = coalesce_key.map(str::to_owned);
        self.done.push_back(Step { label, key, edit: inverse, state: before });
        if self.done.len() > self.limit {
            self.done.pop_front();
        }
        Ok(())
    }

    /// Takes the last step back and returns its label; `None` when there is none.
    ///
    /// # Errors
    /// None as long as the application is changed through this history only.
    pub fn undo(&mut self, application: &mut Application) -> Result<Option<String>, EditError> {
        let Some(step) = self.done.pop_back() else { return Ok(None) };
        let step = self.cross(application, step)?;
        let label = step.label.clone();
        self.undone.push(step);
        Ok(Some(label))
    }

    /// Does the last undone step again and returns its label; `None` when there is none.
    ///
    /// # Errors
    /// As [`History::undo`].
    pub fn redo(&mut self, application: &mut Application) -> Result<Option<String>, EditError> {
        let Some(step) = self.undone.pop() else { return Ok(None) };
        let step = self.cross(application, step)?;
        let label = step.label.clone();
        self.done.push_back(step);
        Ok(Some(label))
    }

    fn cross(&mut self, application: &mut Application, step: Step) -> Result<Step, EditError> {
        let edit = step.edit.apply(application)?;
        let state = std::mem::replace(&mut self.state, step.state);
        Ok(Step { edit, state, key: None, ..step })
    }

    /// Ends a row of coalesced edits, e.g. when the field loses the focus.
    pub fn seal(&mut self) {
        if let Some(step) = self.done.back_mut() {
            step.key = None;
        }
    }

    /// Label of the step that [`History::undo`] would take back.
    pub fn undo_label(&self) -> Option<&str> {
        self.done.back().map(|step| step.label.as_str())
    }

    /// Label of the step that [`History::redo`] would do.
    pub fn redo_label(&self) -> Option<&str> {
        self.undone.last().map(|step| step.label.as_str())
    }

    /// What [`History::undo`] would put back.
    pub fn undo_parts(&self) -> &[Part] {
        self.done.back().map_or(&[], Step::parts)
    }

    /// What [`History::redo`] would put there again.
    pub fn redo_parts(&self) -> &[Part] {
        self.undone.last().map_or(&[], Step::parts)
    }

    /// Labels of the steps that were done, oldest first, and of those undone, next first.
    pub fn labels(&self) -> (Vec<&str>, Vec<&str>) {
        (
            self.done.iter().map(|step| step.label.as_str()).collect(),
            self.undone.iter().rev().map(|step| step.label.as_str()).collect(),
        )
    }

    /// After how many of all steps of [`History::labels`] the application was in `state`, if they lead there.
    pub fn step_of(&self, state: u64) -> Option<usize> {
        let before = self.done.iter().map(|step| step.state);
        let after = self.undone.iter().rev().map(|step| step.state);
        before.chain(std::iter::once(self.state)).chain(after).position(|own| own == state)
    }

    /// A number for the state the application is in: equal numbers mean an equal application. Compare it with
    /// the number at the last save to know whether there is something to save.
    pub fn state(&self) -> u64 {
        self.state
    }
}
