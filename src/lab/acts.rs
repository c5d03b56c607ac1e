//! What drives a virtual run, as data: the same acts give the same run, byte for byte.

use super::scenario::parse_span;
use crate::engine::{InputKind, TransmissionId};
use crate::host::partners::Partners;
use crate::message::{DateTime, TimeSpan};
use crate::model::PartnerControl;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing a driver did. Choices among what was ready are acts too, so a list of acts holds the schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// Time passed up to here.
    Pass(DateTime),
    /// The ready instance at this place ran.
    Turn(u32),
    /// The partners did the next thing that was due.
    Partner,
    /// The engine's timers that were due ran out.
    Tick,
    /// A message that was held up arrived.
    Late,
    /// Something from outside: a message, an operator.
    Input(Box<InputKind>),
    /// Somebody at the controls of a partner.
    Control(Box<(String, PartnerControl)>),
    /// Transmissions to an address fail from now on, or no longer.
    Fail(Box<(String, Option<String>)>),
}

impl Act {
    /// True for what comes from outside, which a fork that goes its own way still meets.
    pub fn is_external(&self) -> bool {
        matches!(self, Self::Input(_) | Self::Control(_) | Self::Fail(_))
    }
}

/// Something done to one input of a run that is otherwise the same: what a fork begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Which input, counted from 0 as they were offered to the engine.
    pub input: u64,
    pub fault: Fault,
}

/// What happens in place of an input, or before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fault {
    /// The message is lost. Only what brings a message can be.
    Drop,
    /// It comes so much later.
    Delay(TimeSpan),
    /// It comes twice.
    Duplicate,
    /// It comes with another text.
    Replace(Arc<[u8]>),
    /// Only its first half comes.
    Corrupt,
    /// Transmissions to this address, where `*` stands for any text, fail from here on.
    FailPort { address: String, error: String },
    /// The same is done to what this input makes a port hand to its adapter: the adapter has taken it, and it does not arrive,
    /// arrives later, twice or as another text.
    Sent { id: TransmissionId, fault: Box<Fault> },
    /// An operator acts just before: suspends an instance, sets a variable, stops a port.
    Before(Box<InputKind>),
}

impl Fault {
    /// True when it can be done to this input.
    pub fn fits(&self, input: &InputKind) -> bool {
        match self {
            Self::FailPort { .. } | Self::Before(_) | Self::Sent { .. } => true,
            Self::Drop | Self::Delay(_) => matches!(
                input,
                InputKind::Received { .. } | InputKind::Publish { .. } | InputKind::Responded { .. }
            ),
            Self::Duplicate => matches!(input, InputKind::Received { .. } | InputKind::Publish { .. }),
            Self::Replace(_) | Self::Corrupt => {
                matches!(input, InputKind::Received { .. } | InputKind::Responded { .. })
            }
        }
    }

    /// One line about it.
    pub fn text(&self) -> String {
        match self {
            Self::Drop => "the message is lost".into(),
            Self::Delay(span) => format!("the message comes {} later", crate::journal::Clock(*span)),
            Self::Duplicate => "the message comes twice".into(),
            Self::Replace(_) => "the message has another text".into(),
            Self::Corrupt => "half of the message is missing".into(),
            Self::FailPort { address, error } => format!("sending to {address} fails: {error}"),
            Self::Sent { fault, .. } => fault.text(),
            Self::Before(_) => "an operator acts".into(),
        }
    }

    /// True for what is done to a message.
    pub fn of_message(&self) -> bool {
        !matches!(self, Self::FailPort { .. } | Self::Before(_) | Self::Sent { .. })
    }
}

/// The first half of a text.
pub(super) fn half(body: &Arc<[u8]>) -> Arc<[u8]> {
    body.get(..body.len() / 2).unwrap_or_default().into()
}

/// The input with another body.
pub(super) fn with_body(input: InputKind, change: impl FnOnce(&Arc<[u8]>) -> Arc<[u8]>) -> InputKind {
    match input {
        InputKind::Received { location, body, properties } => {
            InputKind::Received { location, body: change(&body), properties }
        }
        InputKind::Responded { id, body, properties } => {
            InputKind::Responded { id, body: change(&body), properties }
        }
        other => other,
    }
}

/// Does what somebody at a partner's controls wants; false when there is no such partner, it cannot do that, or a span
/// of time is none.
pub(super) fn control(partners: &mut Partners, name: &str, control: &PartnerControl) -> bool {
    match control {
        PartnerControl::Start => partners.set_running(name, true),
        PartnerControl::Stop => partners.set_running(name, false),
        PartnerControl::Delay(span) => parse_span(span).is_some_and(|span| partners.set_delay(name, span)),
        PartnerControl::DelayBetween(least, most) => parse_span(least)
            .zip(parse_span(most))
            .is_some_and(|(least, most)| partners.set_delay_between(name, least, most)),
        PartnerControl::Takes(takes) => partners.set_takes(name, *takes),
        PartnerControl::Lose(losing) => partners.set_dropping(name, *losing),
        PartnerControl::Corrupt(corrupting) => partners.set_corrupting(name, *corrupting),
        PartnerControl::Answer { when, outcome, times } => partners.set_answers(name, when, outcome, *times),
        PartnerControl::Block(when) => partners.block(name, when),
        PartnerControl::Release => partners.release(name),
        PartnerControl::Fill(text) => partners.fill(name, text),
        PartnerControl::Remember { key, values } => partners.remember(name, key, values),
    }
}
