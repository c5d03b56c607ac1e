//! A message that comes to what no scenario reached, found by sending messages: what is offered has been seen to get there.

use super::{Coverage, Hole, Kind};
use crate::lab::VirtualRun;
use crate::message::{DateTime, TimeSpan};
use crate::model::{Application, Block, Id, Shape, ShapeKind};
use crate::program::{Program, receive_locations};
use crate::xml::{Optional, Wishes};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Virtual time that each message is given: longer waits are waits for something else.
const GIVEN: TimeSpan = TimeSpan(60 * TimeSpan::TICKS_PER_SECOND);
const STEPS: u64 = 5_000;
/// Values tried for a field.
const VALUES: usize = 24;

/// A message that reaches a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub location: String,
    /// A sample message of the application, or the type it was made of.
    pub source: String,
    pub text: String,
    /// What was set in it, for this: `OrderProperties.Status = CANCEL`.
    pub with: Vec<String>,
}

/// One message to try.
struct Candidate {
    source: String,
    text: String,
    with: Vec<String>,
}

/// Looks for one message, sent to the application as it starts, that comes to the hole, with at most `tries` runs.
///
/// # Errors
/// Why none was found, with what to do.
pub fn reach(program: &Arc<Program>, hole: &Hole, tries: usize) -> Result<Offer, String> {
    let application = &program.application;
    let locations: Vec<String> =
        receive_locations(application).into_iter().filter(|l| l.enabled).map(|l| l.name).collect();
    if locations.is_empty() {
        return Err("The application has no receive location to send to. Bind a receiving port.".to_owned());
    }
    let mut tried = 0;
    for candidate in candidates(program, hole) {
        for location in &locations {
            if tried >= tries {
                return Err(why_not(application, hole, tried));
            }
            tried += 1;
            if arrives(program, hole, location, &candidate.text) {
                let Candidate { source, text, with } = candidate;
                return Ok(Offer { location: location.clone(), source, text, with });
            }
        }
    }
    Err(why_not(application, hole, tried))
}

/// Sends a message to a fresh run, and sees whether it came there.
fn arrives(program: &Arc<Program>, hole: &Hole, location: &str, text: &str) -> bool {
    let start = DateTime::from_civil(jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0)).unwrap_or_default();
    let mut run = VirtualRun::with_program(Arc::clone(program), 0, start);
    run.set_step_limit(STEPS);
    run.submit(location, text.as_bytes());
    // What never ends has still come somewhere.
    let _ = run.advance(GIVEN);
    let mut coverage = Coverage::new(program);
    coverage.add(run.run().events());
    coverage.has(hole)
}

/// Sample messages first, then messages made for this: with the values that stand in the conditions on the way.
fn candidates<'a>(program: &'a Program, hole: &'a Hole) -> impl Iterator<Item = Candidate> + 'a {
    let samples = program.application.messages.iter().map(|(name, text)| Candidate {
        source: name.clone(),
        text: text.clone(),
        with: Vec::new(),
    });
    let literals = literals(&program.application, hole);
    let made = program.schemas.roots().flat_map(move |root| {
        let promoted = root.promoted.iter().map(|field| field.property.to_string());
        let distinguished = root.distinguished.iter().map(|field| field.name.to_string());
        let fields: Vec<String> = promoted.chain(distinguished).collect();
        let message_type = root.message_type.to_string();
        let plain = std::iter::once(Vec::new());
        let literals = literals.clone();
        let set = fields.into_iter().flat_map(move |field| {
            literals.clone().into_iter().map(move |value| vec![(field.clone(), value)])
        });
        plain.chain(set).filter_map(move |values| {
            let with = values.iter().map(|(field, value)| format!("{field} = {value}")).collect();
            let wishes = Wishes { optional: Optional::All, values, ..Wishes::default() };
            let text = program.schemas.generate(&message_type, &wishes).ok()?.text;
            Some(Candidate { source: message_type.clone(), text, with })
        })
    });
    samples.chain(made)
}

/// Texts and numbers in the conditions of the hole's orchestration, those on the way to it first; of numbers also those
/// beside them.
fn literals(application: &Application, hole: &Hole) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for (module, orchestration) in application.orchestrations() {
        if module.full_name(&orchestration.name) == hole.service.as_str() {
            let id = hole.shape.map(|shape| Id::new(shape.as_str()));
            let way = id.map(|id| way(&orchestration.body, &id)).unwrap_or_default();
            texts.extend(way);
            texts.extend(orchestration.shapes().into_iter().flat_map(conditions));
        }
    }
    for port in application.bindings.send_ports.iter().filter(|port| port.name == hole.name) {
        texts.extend(port.filter.iter().map(|row| format!("\"{}\"", row.value)));
    }
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for text in texts {
        for literal in literals_of(&text) {
            if known.insert(literal.clone()) {
                found.push(literal);
            }
        }
    }
    found.truncate(VALUES);
    found
}

/// Conditions that decide whether one comes to a shape or branch, outermost first.
fn way(block: &Block, id: &Id) -> Vec<String> {
    for shape in block {
        if shape.id == *id {
            return conditions(shape);
        }
        let branch = shape.blocks().into_iter().find(|(slot, inner)| {
            let own = match slot {
                crate::model::BlockSlot::Branch(own) | crate::model::BlockSlot::Catch(own) => own == id,
                _ => false,
            };
            own || inner.iter().any(|shape| holds(shape, id))
        });
        if let Some((_, inner)) = branch {
            let mut all = conditions(shape);
            all.extend(way(inner, id));
            return all;
        }
    }
    Vec::new()
}

fn holds(shape: &Shape, id: &Id) -> bool {
    let mut found = false;
    shape.visit(&mut |inner| {
        found |= inner.id == *id
            || inner.blocks().iter().any(|(slot, _)| {
                matches!(slot, crate::model::BlockSlot::Branch(own) | crate::model::BlockSlot::Catch(own) if own == id)
            });
    });
    found
}

/// The conditions of a shape itself.
fn conditions(shape: &Shape) -> Vec<String> {
    match &shape.kind {
        ShapeKind::Decide(decide) => decide.branches.iter().map(|branch| branch.condition.clone()).collect(),
        ShapeKind::Loop(of) => vec![of.condition.clone()],
        ShapeKind::Receive(receive) => {
            receive.filter.iter().map(|row| format!("\"{}\"", row.value.trim_matches('"'))).collect()
        }
        _ => Vec::new(),
    }
}

/// Texts in quotes and numbers.
fn literals_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut outside = String::new();
    for (at, part) in text.split('"').enumerate() {
        if at % 2 == 1 {
            found.push(part.to_owned());
        } else {
            outside.push_str(part);
            outside.push(' ');
        }
    }
    let words = outside.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '_'));
    for number in words.filter_map(|word| word.parse::<i64>().ok()) {
        found.extend([number, number.saturating_add(1), number.saturating_sub(1)].map(|n| n.to_string()));
    }
    if outside.contains("true") || outside.contains("false") || outside.contains('!') {
        found.extend(["true".to_owned(), "false".to_owned()]);
    }
    found
}

/// Why no single message came there.
fn why_not(application: &Application, hole: &Hole, tried: usize) -> String {
    let tried = crate::diagnostic::counted(tried, "message");
    let what = match (hole.kind, hole.shape) {
        (Kind::Handler, _) => {
            "It runs when something fails in its scope: let a partner fail, or stop the port it sends through."
        }
        (Kind::Follow, _) => "It takes a second message with the same values, after the first.",
        (Kind::Subscription, None) => "Nothing that is published then passes the port's filter.",
        (_, Some(shape)) if waits(application, hole, shape.as_str()) => {
            "It waits for a second message, an answer or time: send that after the first."
        }
        _ => "What decides there is worked out on the way, not read from the message.",
    };
    format!("{tried} tried, none came there. {what}")
}

/// True for what comes after a receive that does not activate.
fn waits(application: &Application, hole: &Hole, shape: &str) -> bool {
    let own = application
        .orchestrations()
        .find(|(module, orchestration)| module.full_name(&orchestration.name) == hole.service.as_str());
    let Some((_, orchestration)) = own else { return false };
    let shapes = orchestration.shapes();
    let place = shapes.iter().position(|own| own.id.as_str() == shape).unwrap_or(shapes.len());
    shapes.iter().take(place + 1).any(|shape| match &shape.kind {
        ShapeKind::Receive(receive) => !receive.activate,
        ShapeKind::Delay(_) => true,
        _ => false,
    })
}
