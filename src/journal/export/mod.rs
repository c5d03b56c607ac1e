//! The journal in formats of others: CSV, XES event logs for process mining, OpenTelemetry traces.

mod csv;
mod otlp;
mod xes;

pub use self::csv::csv;
pub use otlp::otlp;
pub use xes::xes;

use crate::message::{DateTime, Name};
use crate::program::Program;

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
