//! What a search found, in words: with the bound it holds within, and never that something is correct.

use super::{Finding, Kind, Verdict};
use crate::diagnostic::{counted, grouped};
use crate::message::TimeSpan;
use std::fmt;

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Endless => "endless",
            Self::Zombie => "zombie",
            Self::Suspended => "suspended",
            Self::RoutingFailure => "routing failure",
            Self::Terminated => "terminated",
            Self::WaitsForEver => "waits for ever",
        })
    }
}

impl Finding {
    /// What goes wrong, in one sentence without its end.
    pub fn text(&self) -> String {
        let subject = self.subject.short();
        match self.kind {
            Kind::Endless => format!("It does not come to rest: {}", self.reason),
            Kind::Zombie => format!("{subject} becomes a zombie: {}", self.reason),
            Kind::Suspended => format!("{subject} is suspended: {}", self.reason),
            Kind::RoutingFailure => format!("Nobody takes {subject}"),
            Kind::Terminated if self.reason.is_empty() => format!("{subject} is terminated"),
            Kind::Terminated => format!("{subject} is terminated: {}", self.reason),
            Kind::WaitsForEver => format!("{subject} waits for something that does not come"),
        }
    }

    /// How one gets there.
    pub fn way_text(&self) -> String {
        let turned = match self.turned {
            0 => "everything in turn".to_owned(),
            count => format!("{count} out of turn"),
        };
        format!("{}, {turned}", counted(self.steps as usize, "step"))
    }
}

impl Verdict {
    /// What the search was, and how far it holds.
    pub fn text(&self) -> String {
        let order = if self.bounds.in_order { "in their order" } else { "in every order" };
        let messages = match self.messages {
            1 => "the message comes at any point".to_owned(),
            count => format!("{count} messages {order}"),
        };
        let operated = match self.operated {
            0 => String::new(),
            count => format!(" and {} of operators", counted(count, "act")),
        };
        let states = || grouped(&self.states.to_string());
        let bound = match (self.all, self.turned) {
            (true, _) => format!("all {} states, {}", states(), counted(self.ends, "end")),
            (false, 0) => format!("the first {} states", states()),
            (false, 1) => format!("{} states: everything in turn", states()),
            (false, turned) => {
                format!("{} states: everything with at most {} out of turn", states(), turned - 1)
            }
        };
        let cut = if self.cut {
            format!(", up to {} s after the run", self.bounds.beyond.0 / TimeSpan::TICKS_PER_SECOND)
        } else {
            String::new()
        };
        format!("{messages}{operated}, {bound}{cut}")
    }

    /// `1 zombie, 2 routing failures`; what also happens in the run itself does not count.
    pub fn found_text(&self) -> String {
        let kinds = [
            (Kind::Endless, "endless loop"),
            (Kind::Zombie, "zombie"),
            (Kind::Suspended, "suspended instance"),
            (Kind::RoutingFailure, "routing failure"),
            (Kind::Terminated, "terminated instance"),
            (Kind::WaitsForEver, "wait without end"),
        ];
        let new = |kind| self.findings.iter().filter(|found| found.kind == kind && !found.usual).count();
        let words: Vec<String> = kinds
            .into_iter()
            .map(|(kind, word)| (new(kind), word))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| match word {
                "wait without end" if count > 1 => format!("{count} waits without end"),
                word => counted(count, word),
            })
            .collect();
        match (words.is_empty(), self.all) {
            (true, true) => "nothing new goes wrong".to_owned(),
            (true, false) => "nothing new found so far".to_owned(),
            (false, _) => words.join(", "),
        }
    }
}
