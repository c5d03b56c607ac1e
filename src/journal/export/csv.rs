use super::{shape_name, timestamp};
use crate::engine::{Event, EventKind};
use crate::journal::{Clock, Detail, event_name, instance_of, message_of};
use crate::message::DateTime;
use crate::program::Program;

/// Events as RFC 4180 CSV with a header line: one line an event. Texts that a spreadsheet would take for a formula are led
/// by an apostrophe.
///
/// # Errors
/// One sentence, when a line cannot be written.
pub fn csv<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    origin: DateTime,
    program: &Program,
) -> Result<String, String> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    let wrong = |error: ::csv::Error| error.to_string();
    let header = ["seq", "time", "elapsed", "event", "instance", "service", "shape", "message", "detail"];
    writer.write_record(header).map_err(wrong)?;
    for event in events {
        let kind = &event.kind;
        let (service, shape) = match kind {
            EventKind::ShapeStarted { service, shape, .. }
            | EventKind::ShapeCompleted { service, shape, .. }
            | EventKind::BreakpointHit { service, shape, .. } => {
                (service.as_str(), shape_name(program, *service, *shape))
            }
            EventKind::Instance { service, .. } => (service.as_str(), ""),
            _ => ("", ""),
        };
        let line = [
            event.seq.to_string(),
            timestamp(event.at),
            Clock(event.at.since(origin)).to_string(),
            event_name(kind).to_owned(),
            instance_of(kind).map(|id| id.0.to_string()).unwrap_or_default(),
            plain(service),
            plain(shape),
            message_of(kind).map(|id| id.0.to_string()).unwrap_or_default(),
            plain(&Detail(kind).to_string()),
        ];
        writer.write_record(&line).map_err(wrong)?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
