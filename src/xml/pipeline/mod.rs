//! Pipelines as pure functions: bytes to messages, and a message to bytes (RX-7 to RX-12, TX-2).

mod envelope;
mod mime;
mod receive;
mod send;
mod stages;
#[cfg(test)]
mod tests;

pub use mime::mime;
pub use receive::{FailedDocument, Interchange, receive};
pub use send::{send, send_together};
pub use stages::{document_types, names, reads_parts, resolves_party, verify};

use crate::message::XmlError;
use std::fmt;

/// A pipeline that could not do its work. The message goes to failed-message routing or is suspended (RF-6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineFailure {
    pub kind: FailureKind,
    /// Pipeline component, e.g. `XML disassembler`.
    pub component: &'static str,
    pub message: String,
    /// The next step.
    pub help: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// There is no such pipeline, or it has a component that is not built in.
    Unavailable,
    /// The content is not well-formed XML.
    NotXml,
    /// No schema for the message type, or one the pipeline does not accept (RX-10).
    Unrecognized,
    /// The document is not valid for its schema.
    Invalid,
    /// A field cannot be promoted.
    Promotion,
    /// An envelope has no body, or is not a schema of the application.
    Envelope,
    /// The content is not MIME where it must be, or MIME of a kind that is not decoded.
    Mime,
}

impl FailureKind {
    /// Value of `ErrorReport.FailureCode`: stable, and with the customer bit set so that it is not taken for a
    /// code of BizTalk itself.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unavailable => "0xE0C01601",
            Self::NotXml => "0xE0C01602",
            Self::Unrecognized => "0xE0C01603",
            Self::Invalid => "0xE0C01604",
            Self::Promotion => "0xE0C01605",
            Self::Envelope => "0xE0C01606",
            Self::Mime => "0xE0C01607",
        }
    }
}

impl PipelineFailure {
    fn new(
        kind: FailureKind,
        component: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { kind, component, message: message.into(), help: help.into() }
    }

    fn from_xml(kind: FailureKind, component: &'static str, error: &XmlError) -> Self {
        Self::new(kind, component, error.to_string(), error.help)
    }

    /// Value of `ErrorReport.FailureCode`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for PipelineFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.component, self.message)
    }
}

impl std::error::Error for PipelineFailure {}
