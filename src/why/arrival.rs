use super::delivery::{Delivery, explain};
use super::fix::{Draft, Fix};
use super::mend;
use crate::engine::{Event, EventKind, InputKind};
use crate::journal::Run;
use crate::message::Name;
use crate::model::Authentication;
use crate::program::Program;

/// What became of bytes that reached a receive location.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    pub location: Name,
    pub sentence: String,
    /// The messages that were made of them and published.
    pub deliveries: Vec<Delivery>,
    /// What would have let them in; fixes of what was published are in its delivery.
    pub fixes: Vec<Fix>,
}

impl Arrival {
    /// Everything that would have brought them further, the most likely first.
    pub fn all_fixes(&self) -> impl Iterator<Item = &Fix> {
        self.fixes.iter().chain(self.deliveries.iter().flat_map(Delivery::fixes))
    }
}

/// Explains what the receive side did in the step of the event `seq`; `None` when nothing was received in it, or it is
/// not kept.
pub fn arrival(run: &Run, seq: u64) -> Option<Arrival> {
    let InputKind::Received { location, .. } = &run.input_of(seq)?.kind else { return None };
    let retraced = run.retrace(seq, None)?;
    let program = retraced.after.program();
    let deliveries: Vec<Delivery> =
        retraced.trace.routings.iter().map(|routing| explain(&retraced.after, routing)).collect();
    let stopped = retraced.events.iter().find_map(|event| stop(event, *location));
    let (sentence, fixes) = match stopped {
        Some(reason) if deliveries.is_empty() => {
            let fixes = fixes(program, *location, &reason);
            (format!("What arrived at {location} went no further: {reason}."), fixes)
        }
        _ => (deliveries.first().map(|d| d.sentence.clone()).unwrap_or_default(), Vec::new()),
    };
    Some(Arrival { location: *location, sentence, deliveries, fixes })
}

/// Why the bytes went no further.
fn stop(event: &Event, location: Name) -> Option<String> {
    match &event.kind {
        EventKind::OperationRefused { reason } => Some(reason.trim_end_matches('.').to_owned()),
        EventKind::MessageSuspended { reason, .. } => Some(reason.trim_end_matches('.').to_owned()),
        EventKind::Logged { text, .. } if text.starts_with(location.as_str()) => Some(text.clone()),
        _ => None,
    }
}

fn fixes(program: &Program, location: Name, reason: &str) -> Vec<Fix> {
    let Some(info) = program.location(location) else { return Vec::new() };
    let Some(port) = program.receive_ports.get(usize::from(info.port)) else { return Vec::new() };
    let draft = || Draft::new(&program.application);
    let mut found = Vec::new();
    let mut offer = |change: &dyn Fn(&mut Draft) -> Option<()>| {
        let mut draft = draft();
        if change(&mut draft).is_some() {
            found.extend(draft.finish());
        }
    };
    if reason.ends_with("is disabled") {
        offer(&|d| {
            mend::change_location(d, format!("Enable receive location {location}"), location, |l| {
                l.enabled = true
            })
        });
    }
    if reason.ends_with("is outside its schedule") {
        let title = format!("Let receive location {location} receive at all times");
        offer(&|d| mend::change_location(d, title.clone(), location, |l| l.schedule = None));
    }
    if port.authentication != Authentication::None && reason.contains("no known party") {
        offer(&|d| mend::accept_strangers(d, port.name));
    }
    if reason.contains("does not accept") {
        let title = format!("Let receive location {location} accept documents of every schema");
        offer(&|d| {
            mend::change_location(d, title.clone(), location, |l| {
                l.pipeline_properties.remove("DocumentSpecNames");
            })
        });
    }
    if reason.contains("no schema has the message type") {
        let title = format!("Let receive location {location} take messages without a schema");
        offer(&|d| {
            mend::change_location(d, title.clone(), location, |l| {
                l.pipeline_properties.insert("AllowUnrecognizedMessage".into(), "true".into());
            })
        });
    }
    if info.pipeline_properties.contains_key("ValidateDocument") {
        let title = format!("Do not validate what arrives at {location}");
        offer(&|d| {
            mend::change_location(d, title.clone(), location, |l| {
                l.pipeline_properties.remove("ValidateDocument");
            })
        });
    }
    if reason.contains("there is no pipeline") || reason.contains("is not available") {
        offer(&|d| mend::parse(d, location));
    }
    if info.pipeline != "PassThruReceive" {
        let title = format!("Take what arrives at {location} as it is, with PassThruReceive");
        let pipeline = "PassThruReceive";
        offer(&|d| {
            mend::change_location(d, title.clone(), location, |l| {
                pipeline.clone_into(&mut l.receive_pipeline)
            })
        });
    }
    found
}
