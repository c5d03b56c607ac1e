//! The journal in formats of others: CSV, XES event logs for process mining, OpenTelemetry traces.

mod csv;
mod otlp;
mod xes;

pub use self::csv::csv;
pub use otlp::otlp;
pub use xes::xes;

use crate::engine::Event;
use crate::message::{DateTime, Name};
use crate::program::Program;

/// A format of others that a journal can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One line an event, for spreadsheets (RFC 4180).
    Csv,
    /// Event log for process mining (IEEE 1849).
    Xes,
    /// OpenTelemetry traces (OTLP in JSON).
    Otlp,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xes, Self::Otlp];

    /// What its files are called by.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xes => "xes",
            Self::Otlp => "json",
        }
    }

    /// Events of a run that began at `origin`, in this format.
    ///
    /// # Errors
    /// One sentence, when they cannot be written.
    pub fn write<'a>(
        self,
        events: impl IntoIterator<Item = &'a Event>,
        origin: DateTime,
        program: &Program,
    ) -> Result<String, String> {
        Ok(match self {
            Self::Csv => csv(events, origin, program)?,
            Self::Xes => xes(events, program),
            Self::Otlp => otlp(events, origin, program).to_string(),
        })
    }
}

/// A date and time as XML Schema and ISO 8601 write it, UTC.
fn timestamp(at: DateTime) -> String {
    let civil = at.civil();
    format!("{}.{:07}Z", civil.strftime("%Y-%m-%dT%H:%M:%S"), at.0.rem_euclid(10_000_000))
}

/// A shape by its name, as people know it.
fn shape_name(program: &Program, service: Name, shape: Name) -> &str {
    let infos = program.service_by_name(service).map(|service| service.shapes.as_slice()).unwrap_or_default();
    infos.iter().find(|info| info.id == shape).map_or(shape.as_str(), |info| info.name.as_str())
}
