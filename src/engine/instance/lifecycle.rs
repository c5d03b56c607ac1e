use crate::message::Name;
use serde::{Deserialize, Serialize};

/// State of a service instance (section 5.1). Ended instances leave the engine; the journal keeps their story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    ReadyToRun,
    Active,
    Dehydrated,
    /// A send port instance waits for its service window (TX-8).
    Scheduled,
    /// A send port instance waits between two attempts (TX-7).
    Retrying,
    /// Stopped before a shape by a breakpoint (DBG-5).
    InBreakpoint,
    SuspendedResumable,
    SuspendedNotResumable,
    /// Completed with discarded messages (ZMB-1).
    Discarded,
    Completed,
    Terminated,
}

/// What happens to an instance: engine events and operator actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Happening {
    /// A turn begins.
    Run,
    /// Idle past the threshold (DEH-3).
    Dehydrate,
    /// A message, a timer or an operator needs it in memory (DEH-7).
    Rehydrate,
    /// It is about to run a shape that has a breakpoint.
    Break,
    /// The debugger lets it go on (DBG-7).
    Continue,
    Suspend,
    SuspendForGood,
    Resume,
    /// Resumed to be looked at: it stops where it goes on (DBG-4).
    ResumeInDebug,
    Terminate,
    Complete,
    /// Ends with unconsumed messages.
    Discard,
}

/// The transition table of section 5.2.
///
/// # Errors
/// Names both state and happening when the table has no such transition.
pub fn next(status: Status, happening: Happening) -> Result<Status, String> {
    use Happening as H;
    use Status as S;
    Ok(match (status, happening) {
        (S::ReadyToRun | S::Active | S::Dehydrated, H::Run) => S::Active,
        (S::Active, H::Dehydrate) => S::Dehydrated,
        (S::Dehydrated, H::Rehydrate) => S::Active,
        (S::ReadyToRun | S::Active | S::Dehydrated | S::Scheduled | S::Retrying, H::Suspend) => {
            S::SuspendedResumable
        }
        (S::Active, H::Break) => S::InBreakpoint,
        (S::InBreakpoint, H::Continue) => S::Active,
        (S::InBreakpoint, H::Suspend) => S::SuspendedResumable,
        (S::InBreakpoint, H::Resume) => {
            return Err("Resume is not possible in a breakpoint: use Continue (DBG-7)".into());
        }
        (S::ReadyToRun | S::Active | S::Dehydrated, H::SuspendForGood) => S::SuspendedNotResumable,
        (S::SuspendedResumable, H::Resume) => S::Active,
        (S::SuspendedResumable, H::ResumeInDebug) => S::InBreakpoint,
        (S::Active, H::Complete) => S::Completed,
        (S::Active, H::Discard) => S::Discarded,
        (
            S::ReadyToRun
            | S::Active
            | S::Dehydrated
            | S::Scheduled
            | S::Retrying
            | S::InBreakpoint
            | S::SuspendedResumable
            | S::SuspendedNotResumable
            | S::Discarded,
            H::Terminate,
        ) => S::Terminated,
        _ => return Err(format!("{happening} is not possible in state {status}")),
    })
}

/// Error code of an instance that ended with messages it had not consumed (ZMB-1).
pub const ZOMBIE: &str = "0xC0C01B4C";
/// What the reason of an instance that an exception ended begins with; the exception's type follows.
pub const UNCAUGHT: &str = "Uncaught exception ";

impl Status {
    pub fn is_suspended(self) -> bool {
        matches!(self, Self::SuspendedResumable | Self::SuspendedNotResumable)
    }

    /// The state as tools name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ReadyToRun => "Ready to run",
            Self::Active => "Active",
            Self::Dehydrated => "Dehydrated",
            Self::Scheduled => "Scheduled",
            Self::Retrying => "Retrying",
            Self::InBreakpoint => "In breakpoint",
            Self::SuspendedResumable => "Suspended (resumable)",
            Self::SuspendedNotResumable => "Suspended (not resumable)",
            Self::Discarded => "Completed with discarded messages",
            Self::Completed => "Completed",
            Self::Terminated => "Terminated",
        }
    }

    /// True while messages make it run.
    pub fn runs(self) -> bool {
        matches!(self, Self::ReadyToRun | Self::Active | Self::Dehydrated | Self::Scheduled | Self::Retrying)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.label())
    }
}

impl std::fmt::Display for Happening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Run => "Run",
            Self::Dehydrate => "Dehydrate",
            Self::Rehydrate => "Rehydrate",
            Self::Break => "Break",
            Self::Continue => "Continue",
            Self::Suspend | Self::SuspendForGood => "Suspend",
            Self::Resume => "Resume",
            Self::ResumeInDebug => "Resume in debug",
            Self::Terminate => "Terminate",
            Self::Complete => "Complete",
            Self::Discard => "Discard",
        })
    }
}

/// An operation that waits for the next safe point (CONFLICT 22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {
    Suspend,
    Terminate,
}

impl Pending {
    pub fn name(self) -> Name {
        Name::new(match self {
            Self::Suspend => "Suspend",
            Self::Terminate => "Terminate",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Happening as H, Status as S, next};

    #[test]
    fn only_a_resumable_instance_resumes() {
        assert_eq!(next(S::SuspendedResumable, H::Resume), Ok(S::Active));
        for status in [S::ReadyToRun, S::Active, S::Dehydrated, S::SuspendedNotResumable, S::Discarded] {
            assert!(next(status, H::Resume).is_err(), "{status}");
        }
    }

    /// Given an instance that completed with discarded messages, when Resume is tried, then the table refuses and names
    /// both; Terminate is possible (ZMB-1).
    #[test]
    fn c148_a_zombie_can_only_be_terminated() {
        assert_eq!(next(S::Discarded, H::Terminate), Ok(S::Terminated));
        let refused = next(S::Discarded, H::Resume).unwrap_err();
        assert!(refused.contains("Resume") && refused.contains("discarded"), "{refused}");
    }

    #[test]
    fn nothing_happens_after_the_end() {
        for happening in [H::Run, H::Resume, H::Terminate, H::Suspend, H::Complete] {
            assert!(next(S::Completed, happening).is_err());
            assert!(next(S::Terminated, happening).is_err());
        }
    }
}
