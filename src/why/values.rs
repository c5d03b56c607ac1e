use super::words;
use crate::diagnostic::Place;
use crate::engine::{Evaluation, InstanceId, Told};
use crate::journal::Run;
use crate::message::{Name, Value};
use crate::program::{Program, Source};
use std::ops::Range;
use std::sync::Arc;

/// One run of one expression, with the value of all that stands in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub instance: InstanceId,
    pub service: Name,
    /// Where the expression stands: its shape or branch, and the property.
    pub place: Place,
    pub text: Arc<str>,
    /// In order of evaluation; one that stands in a loop of the text comes once a round. What an `&&` or `||` skipped is
    /// not there.
    pub parts: Vec<Part>,
    /// Value of the whole; `None` for statements, and when an exception left it.
    pub value: Option<Value>,
    /// `seq` of the last event before it.
    pub after: u64,
    pub sentence: String,
}

/// What some bytes of an expression gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub span: Range<u32>,
    pub text: String,
    pub value: Value,
}

/// The expressions that ran in the step of the event `seq`, in order. `traced` is the program of the run as
/// [`Program::traced`] compiles it.
pub fn evaluations(run: &Run, traced: &Arc<Program>, seq: u64) -> Vec<Judgement> {
    let Some(retraced) = run.retrace(seq, Some(traced)) else { return Vec::new() };
    retraced.trace.evaluations.iter().filter_map(|evaluation| judgement(traced, evaluation)).collect()
}

pub(super) fn source<'p>(program: &'p Program, evaluation: &Evaluation) -> Option<&'p Source> {
    program.service_by_name(evaluation.service)?.sources.get(usize::from(evaluation.code))
}

fn judgement(program: &Program, evaluation: &Evaluation) -> Option<Judgement> {
    let source = source(program, evaluation)?;
    let parts: Vec<Part> = evaluation
        .steps
        .iter()
        .filter_map(|step| match step {
            Told::Value(span, value) => Some(Part {
                text: slice(&source.text, span).to_owned(),
                span: span.clone(),
                value: value.clone(),
            }),
            Told::Statement(_) => None,
        })
        .collect();
    let statements = evaluation.steps.iter().any(|step| matches!(step, Told::Statement(_)));
    let whole = source.text.trim();
    let value = parts.last().filter(|part| !statements && part.text == whole).map(|part| part.value.clone());
    let sentence = match &value {
        Some(value) => {
            let known: Vec<String> = leaves(&parts)
                .filter(|part| part.text != whole)
                .map(|part| format!("{} is {}", part.text, words::shown(&part.value)))
                .collect();
            let because =
                if known.is_empty() { String::new() } else { format!(", as {}", words::joined(&known)) };
            format!("{whole} is {}{because}.", words::shown(value))
        }
        None => {
            let known: Vec<String> = leaves(&parts)
                .map(|part| format!("{} is {}", part.text, words::shown(&part.value)))
                .collect();
            if known.is_empty() { format!("{whole} ran.") } else { format!("{}.", words::joined(&known)) }
        }
    };
    Some(Judgement {
        instance: evaluation.instance,
        service: evaluation.service,
        place: source.place.clone(),
        text: Arc::clone(&source.text),
        value,
        after: evaluation.after,
        sentence,
        parts,
    })
}

/// The innermost parts, each text once.
fn leaves(parts: &[Part]) -> impl Iterator<Item = &Part> {
    parts.iter().enumerate().filter_map(move |(at, part)| {
        let holds = |other: &Part| {
            other.span != part.span && other.span.start >= part.span.start && other.span.end <= part.span.end
        };
        let again = parts.iter().skip(at + 1).any(|other| other.span == part.span);
        (!again && !parts.iter().any(holds)).then_some(part)
    })
}

pub(super) fn slice<'t>(text: &'t str, span: &Range<u32>) -> &'t str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}
