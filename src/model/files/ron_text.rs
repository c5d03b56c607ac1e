use crate::diagnostic::{Diagnostic, Place, closest};
use ron::error::Position;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use ron::{Error, Options};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

/// The format every RON file of an application is written in.
pub const FORMAT: u32 = 1;

/// Deepest nesting of RON values; a Decide in a Decide is 12 deeper. That leaves room for
/// [`MAX_NESTING`](crate::model::edit::MAX_NESTING) shapes and fits a stack of 2 MiB in a debug build.
const DEPTH: usize = 320;

#[derive(Serialize)]
struct Envelope<'a, T> {
    format: u32,
    content: &'a T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened<T> {
    #[serde(rename = "format")]
    _format: u32,
    content: T,
}

/// The first look at a file: only which format it is in.
#[derive(Deserialize)]
struct Header {
    format: u32,
    #[serde(rename = "content")]
    _content: Option<IgnoredAny>,
}

fn options() -> Options {
    Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
        .with_recursion_limit(DEPTH)
}

/// The text of one RON file: `(format: 1, content: …)`, line feeds only, a line feed at the end.
///
/// # Errors
/// `F05` when the content is nested too deeply to be read back.
pub fn to_ron<T: Serialize>(file: &str, content: &T) -> Result<String, Diagnostic> {
    to_ron_lines(file, content, usize::MAX)
}

/// As [`to_ron`]; what is nested deeper than `depth` stands on one line.
///
/// # Errors
/// As [`to_ron`].
pub fn to_ron_lines<T: Serialize>(file: &str, content: &T, depth: usize) -> Result<String, Diagnostic> {
    // Multi-line XLANG/s text stays multi-line, so that it merges and reads by line too.
    let pretty = PrettyConfig::new().new_line("\n").escape_strings(false).depth_limit(depth);
    let envelope = Envelope { format: FORMAT, content };
    let text = options().to_string_pretty(&envelope, pretty).map_err(|error| {
        let help = "nest fewer shapes: move an inner part to an orchestration of its own and call it";
        Diagnostic::error("F05", format!("this cannot be written: {error}"), help).at(in_file(file))
    })?;
    Ok(text + "\n")
}

/// Reads one RON file.
///
/// # Errors
/// `F04` for a format this version does not know, `F05` with line and column for anything else.
pub fn from_ron<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Diagnostic> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Ok(Header { format, .. }) = options().from_str::<Header>(text)
        && format != FORMAT
    {
        return Err(unknown_format(file, text, format));
    }
    options().from_str::<Opened<T>>(text).map(|opened| opened.content).map_err(|error| {
        let place = Place { line: Some(first_text(text, error.span.start)), ..in_file(file) };
        let (message, help) = explain(&error.code);
        Diagnostic::error("F05", message, help).at(place)
    })
}

/// RON reports where it stopped; what it did not understand starts after the blanks there.
fn first_text(text: &str, stopped: Position) -> (u32, u32) {
    let mut rest = text.lines().enumerate().skip(stopped.line.saturating_sub(1)).map(|(number, line)| {
        let skipped = if number + 1 == stopped.line { stopped.col.saturating_sub(1) } else { 0 };
        let blanks = line.chars().skip(skipped).take_while(|c| c.is_whitespace()).count();
        (number + 1, skipped + blanks, line.chars().count())
    });
    let found = rest.find(|(_, at, length)| at < length);
    let (line, col) = found.map_or((stopped.line, stopped.col), |(line, at, _)| (line, at + 1));
    (count(line), count(col))
}

fn unknown_format(file: &str, text: &str, format: u32) -> Diagnostic {
    let line = text.lines().position(|line| line.contains("format")).unwrap_or_default();
    let at = text.lines().nth(line).and_then(|l| l.find("format")).unwrap_or_default();
    let help = if format > FORMAT {
        "open it with the newer Orchestrion that wrote it; the file is left as it is"
    } else {
        "write `format: 1`; no other format was ever released"
    };
    let message = format!("the file is in format {format}; this Orchestrion reads format {FORMAT}");
    let place = Place { line: Some((count(line + 1), count(at + 1))), ..in_file(file) };
    Diagnostic::error("F04", message, help).at(place)
}

fn explain(error: &Error) -> (String, String) {
    match error {
        Error::NoSuchStructField { expected, found, outer } => {
            (format!("unknown property `{found}`{}", of(outer)), choices(found, expected))
        }
        Error::NoSuchEnumVariant { expected, found, outer } => {
            (format!("unknown value `{found}`{}", of(outer)), choices(found, expected))
        }
        Error::MissingStructField { field, outer } => {
            (format!("property `{field}`{} is missing", of(outer)), format!("add `{field}: …,`"))
        }
        Error::DuplicateStructField { field, outer } => (
            format!("property `{field}`{} is written twice", of(outer)),
            "remove one of the two; after a merge, keep the line you want".to_owned(),
        ),
        Error::ExceededRecursionLimit => (
            "the file is nested too deeply".to_owned(),
            "move an inner part to an orchestration of its own and call it".to_owned(),
        ),
        Error::Eof => (
            "the file ends too early".to_owned(),
            "close what is open (`)`, `]` or `\"`), or restore the file from version control".to_owned(),
        ),
        other => (
            format!("this is not valid RON: {other}"),
            "correct the text at this place, or restore the file from version control".to_owned(),
        ),
    }
}

fn of(outer: &Option<String>) -> String {
    outer.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default()
}

fn choices(found: &str, expected: &'static [&'static str]) -> String {
    let list = match expected {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    };
    match closest(found, expected.iter().copied()) {
        Some(name) => format!("did you mean `{name}`? Allowed here: {list}"),
        None => format!("allowed here: {list}"),
    }
}

pub(super) fn in_file(file: &str) -> Place {
    Place { file: file.to_owned(), ..Place::default() }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
