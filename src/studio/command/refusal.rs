//! When a command cannot be done, and what to do first.

use super::Command;
use crate::model::{Id, ShapeKind};
use crate::studio::app::{Mode, Studio};
use crate::studio::document::Selection;
use crate::studio::recovery::Keeper;
use crate::studio::run::inspector::OVER;
use crate::studio::tabs::Tab;

impl Command {
    /// True for what changes the application, which stands still while it runs.
    fn edits(self) -> bool {
        let first = Self::ALL.iter().position(|c| *c == Self::Undo);
        let last = Self::ALL.iter().position(|c| *c == Self::NewOrchestration);
        let own = Self::ALL.iter().position(|c| *c == self);
        first <= own && own <= last && !matches!(self, Self::Copy | Self::Undo | Self::Redo)
    }

    /// Text and tooltip for what is selected: what has no branches but catch blocks gets one of those.
    pub fn about_selected(self, studio: &Studio) -> (&'static str, &'static str) {
        let scope = || match &studio.document.selection {
            Selection::Node(id) => {
                studio.document.owner(id).is_some_and(|s| matches!(s.kind, ShapeKind::Scope(_)))
            }
            _ => false,
        };
        match self.about() {
            _ if self == Self::AddBranch && scope() => (
                "Add catch block",
                "Adds a catch block to the Scope: a branch for an exception, its exception handler",
            ),
            (text, tooltip, _) => (text, tooltip),
        }
    }

    /// Whether it can be done now.
    pub fn enabled(self, studio: &Studio) -> bool {
        self.refusal(studio).is_none()
    }

    /// Why it cannot be done now, as what to do first; `None` when it can.
    pub fn refusal(self, studio: &Studio) -> Option<&'static str> {
        let document = &studio.document;
        let running = studio.mode == Mode::Run;
        if running && self.edits() {
            return Some("Go to Design first: the application stands still while it runs");
        }
        let unless = |fine: bool, why: &'static str| (!fine).then_some(why);
        let drawn = || {
            let shown = studio.tabs.on_canvas() && document.orchestration().is_some();
            unless(shown, "Go to an orchestration first")
        };
        let shape = |one: bool| {
            let shape = |id: &Id| document.orchestration().is_some_and(|o| o.shape(id).is_some());
            drawn().or(match &document.selection {
                Selection::Node(id) => unless(shape(id), "Select a shape first"),
                Selection::Nodes(_) if one => Some("Select one shape only"),
                Selection::Nodes(ids) => unless(ids.iter().any(shape), "Select a shape first"),
                _ => Some("Select a shape first"),
            })
        };
        let element = || {
            let node = matches!(document.selection, Selection::Node(_));
            drawn().or(unless(node, "Select a shape or branch first"))
        };
        let run = || unless(running, "Go to Run first");
        match self {
            Self::MoveUp | Self::MoveDown | Self::FlipPort
                if matches!(document.selection, Selection::Port(_)) =>
            {
                unless(studio.port_selected(), "Go to an orchestration first")
            }
            Self::FlipPort => Some("Select a port first"),
            Self::BackToNow | Self::StepForward => {
                run().or(unless(studio.run.past().is_some(), "The present is what is shown"))
            }
            Self::Continue => run().or(unless(studio.run.is_held(), "No breakpoint holds an instance")),
            Self::ToggleBreakpoint | Self::RunTo => run().or_else(|| shape(true)),
            Self::LastChange | Self::Origin | Self::SetVariable => run()
                .or(unless(studio.run.picked_variable().is_some(), "Choose a variable of an instance first"))
                .or(unless(self != Self::SetVariable || !studio.run.is_over(), OVER)),
            Self::CompareRuns => run().or(unless(studio.run.has_forks(), "Fork the run first")),
            Self::ForkHere
            | Self::ForkDelay
            | Self::ForkDrop
            | Self::ForkDuplicate
            | Self::ForkCorrupt
            | Self::ForkChange
            | Self::ForkFail => {
                run().or(unless(studio.run.can_fork(self), "Go to the moment of a message it can change"))
            }
            Self::KeepAsTest => run().or(unless(studio.run.past().is_none(), "Go back to now first")),
            Self::PlayScenarios | Self::Explore => {
                unless(!document.app.scenarios.is_empty(), "Keep a run as a test first")
            }
            Self::SearchOrders => {
                let scenarios = &studio.run.scenarios;
                let ready = scenarios.orders.searches() || scenarios.chosen(&document.app).is_some();
                unless(ready, "Select a scenario on the page Scenarios first")
            }
            Self::WorstCase | Self::HeatTint => {
                unless(studio.run.simulation.results().is_some(), "Start the simulation first")
            }
            Self::SequenceSvg | Self::SequencePng => {
                run().or(unless(studio.run.state.found.sequence.is_some(), "Open the sequence diagram first"))
            }
            Self::StepTurn | Self::StepMoment | Self::Restart | Self::LowerLists => run(),
            command if command.goes_to_problem() && !running => {
                unless(!document.problems.is_empty(), "There are no problems: the application checks clean")
            }
            Self::Fix if running => Some("Go to Design first: the application stands still while it runs"),
            Self::Fix => unless(
                studio.is_wrong(),
                "Nothing is wrong with what is selected: F8 goes to the next problem",
            ),
            Self::StepBack | Self::PreviousProblem => {
                run().or(unless(!studio.run.nothing_happened(), "Nothing has happened yet"))
            }
            command if command.looks_back() => run(),
            Self::NextTab | Self::PreviousTab => unless(studio.tabs.len() > 1, "There is no other tab"),
            Self::CloseTab | Self::SplitTab => unless(!studio.tabs.is_empty(), "No tab is open"),
            Self::ReopenTab => unless(studio.tabs.can_reopen(), "No tab was closed"),
            Self::ExportSvg | Self::ExportPng | Self::CopyPicture
                if matches!(studio.tabs.focused(), Some(Tab::Compare(_))) =>
            {
                Some("A comparison has no picture of its own: go to an orchestration first")
            }
            Self::ExportSvg | Self::ExportPng | Self::CopyPicture => drawn(),
            Self::ExportAnimation => run().or_else(drawn),
            Self::SaveRun | Self::ExportJournal(_) => run(),
            Self::Back => unless(
                studio.visits.can(true, &document.app, studio.tabs.focused()),
                "Nothing was looked at before",
            ),
            Self::Forward => unless(
                studio.visits.can(false, &document.app, studio.tabs.focused()),
                "One has not come back from anything",
            ),
            Self::Recover => unless(
                studio.keeper.as_ref().is_some_and(Keeper::has_found),
                "There is no unsaved work of before",
            ),
            Self::Undo => unless(document.history().undo_label().is_some(), "There is nothing to undo"),
            Self::Redo => unless(document.history().redo_label().is_some(), "There is nothing to redo"),
            Self::Duplicate
                if matches!(document.selection, Selection::Port(_) | Selection::Declared { .. }) =>
            {
                drawn()
            }
            Self::Cut | Self::Copy | Self::Duplicate | Self::Wrap => shape(false),
            Self::Convert => shape(true),
            Self::MoveUp | Self::MoveDown | Self::MoveLeft | Self::MoveRight => {
                shape(false).and_then(|_| element())
            }
            Self::Unwrap | Self::Inward => {
                let holds = || unless(studio.chosen_holds_shapes(), "Select a container with shapes in it");
                shape(true).or_else(holds)
            }
            Self::Outward => {
                let inside = studio.tabs.canvas().focused_on().is_some();
                unless(inside, "The whole orchestration is shown")
            }
            Self::InsertBefore
            | Self::InsertAfter
            | Self::SelectAll
            | Self::Paste
            | Self::PasteDeclared
            | Self::Fit
            | Self::CollapseAll
            | Self::ExpandAll
            | Self::ZoomIn
            | Self::ZoomOut => drawn(),
            Self::InsertInto => {
                drawn().or_else(|| unless(studio.can_insert_into(), "Select a container or a branch first"))
            }
            Self::Delete => {
                let some = document.selection != Selection::Orchestration;
                unless(studio.tabs.on_canvas(), "Go to an orchestration first")
                    .or(unless(some, "Select a shape, port or declaration to delete first"))
            }
            Self::SelectSiblings => element(),
            Self::AddBranch => {
                let can = || studio.can_add_branch();
                drawn().or_else(|| unless(can(), "Select a Decide, Listen, Parallel Actions or Scope first"))
            }
            Self::DeleteOrchestration => unless(studio.tabs.on_canvas(), "Go to an orchestration first"),
            Self::NewPort
            | Self::NewMessage
            | Self::NewVariable
            | Self::NewParameter
            | Self::NewCorrelationSet => {
                unless(document.orchestration().is_some(), "Open an orchestration first")
            }
            _ => None,
        }
    }
}
