use super::{shape_name, timestamp};
use crate::engine::{Event, EventKind, InstanceChange, InstanceId};
use crate::journal::{Detail, event_name, instance_of, message_of};
use crate::message::{escape_xml, format_value};
use crate::program::Program;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Events as an XES event log (IEEE 1849): a trace for each service instance, an event for each thing it did. Shapes have
/// the life-cycle transitions `start` and `complete`; other events are `complete`d at once. What belongs to no instance
/// is left out.
pub fn xes<'a>(events: impl IntoIterator<Item = &'a Event>, program: &Program) -> String {
    let mut traces: BTreeMap<InstanceId, Vec<&Event>> = BTreeMap::new();
    for event in events {
        if let Some(id) = instance_of(&event.kind) {
            traces.entry(id).or_default().push(event);
        }
    }
    let mut text = String::from(HEAD);
    attribute(&mut text, 1, "string", "concept:name", &program.application.settings.name);
    for (id, events) in &traces {
        text.push_str("\t<trace>\n");
        attribute(&mut text, 2, "string", "concept:name", &id.0.to_string());
        let service = events.iter().find_map(|event| match &event.kind {
            EventKind::Instance { service, .. } | EventKind::ShapeStarted { service, .. } => Some(*service),
            _ => None,
        });
        if let Some(service) = service {
            attribute(&mut text, 2, "string", "orchestrion:service", service.as_str());
        }
        let sets = events.iter().filter_map(|event| match &event.kind {
            EventKind::SetInitialized { values, .. } => Some(values),
            _ => None,
        });
        let mut known = Vec::new();
        for (name, value) in sets.flatten() {
            // A key of an attribute list is unique.
            if !known.contains(name) {
                known.push(*name);
                let key = format!("orchestrion:{name}");
                attribute(&mut text, 2, "string", &key, &format_value(value));
            }
        }
        events.iter().for_each(|event| one(&mut text, event, program));
        text.push_str("\t</trace>\n");
    }
    text.push_str("</log>\n");
    text
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <log xes.version=\"1849.2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">\n\
    \t<extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>\n\
    \t<extension name=\"Lifecycle\" prefix=\"lifecycle\" uri=\"http://www.xes-standard.org/lifecycle.xesext\"/>\n\
    \t<extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>\n\
    \t<global scope=\"trace\">\n\t\t<string key=\"concept:name\" value=\"\"/>\n\t</global>\n\
    \t<global scope=\"event\">\n\t\t<string key=\"concept:name\" value=\"\"/>\n\
    \t\t<string key=\"lifecycle:transition\" value=\"complete\"/>\n\
    \t\t<date key=\"time:timestamp\" value=\"2026-01-01T00:00:00.0000000Z\"/>\n\t</global>\n\
    \t<classifier name=\"Activity\" keys=\"concept:name\"/>\n\
    \t<classifier name=\"Activity and life cycle\" keys=\"concept:name lifecycle:transition\"/>\n";

fn one(text: &mut String, event: &Event, program: &Program) {
    let kind = &event.kind;
    let (name, transition) = match kind {
        EventKind::ShapeStarted { service, shape, .. } => (shape_name(program, *service, *shape), "start"),
        EventKind::ShapeCompleted { service, shape, .. } => {
            (shape_name(program, *service, *shape), "complete")
        }
        EventKind::Instance { change, .. } => (
            event_name(kind),
            match change {
                InstanceChange::Created => "schedule",
                InstanceChange::Suspended { .. } => "suspend",
                InstanceChange::Resumed => "resume",
                InstanceChange::Terminated { .. } => "ate_abort",
                _ => "complete",
            },
        ),
        other => (event_name(other), "complete"),
    };
    text.push_str("\t\t<event>\n");
    attribute(text, 3, "string", "concept:name", name);
    attribute(text, 3, "string", "lifecycle:transition", transition);
    attribute(text, 3, "date", "time:timestamp", &timestamp(event.at));
    attribute(text, 3, "int", "orchestrion:seq", &event.seq.to_string());
    attribute(text, 3, "string", "orchestrion:event", event_name(kind));
    if let Some(message) = message_of(kind) {
        attribute(text, 3, "int", "orchestrion:message", &message.0.to_string());
    }
    attribute(text, 3, "string", "orchestrion:detail", &Detail(kind).to_string());
    text.push_str("\t\t</event>\n");
}

fn attribute(text: &mut String, depth: usize, kind: &str, key: &str, value: &str) {
    let value: String = value.chars().filter(|c| crate::message::document::is_xml_char(*c)).collect();
    let value = escape_xml(&value).replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;");
    let _ = writeln!(text, "{}<{kind} key=\"{}\" value=\"{value}\"/>", "\t".repeat(depth), escape_xml(key));
}
