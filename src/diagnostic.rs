//! The one diagnostic type: model rules, expressions, bindings, files and run-time failures all speak it.

use crate::model::edit::Edit;
use crate::model::{Application, Id};
use std::fmt;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
    Information,
}

/// Where a diagnostic points: as much as is known, from the file down to characters of one property.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Path of the file below the application folder, `/`-separated.
    pub file: String,
    /// Line and column, counted from 1, when the file itself could not be read.
    pub line: Option<(u32, u32)>,
    /// Key of the module in [`crate::model::Application::modules`].
    pub module: Option<String>,
    /// Shape, branch or declaration.
    pub id: Option<Id>,
    /// Its name as the user knows it.
    pub name: String,
    /// Property of the shape, e.g. `condition`.
    pub property: &'static str,
    /// Bytes of that property's text.
    pub span: Option<Range<u32>>,
}

/// One finding, with the next step in `help`. Message and help begin like sentences and end without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `V01`… of the rule catalogue, `X…` for expressions, `F…` for files, `S…` for schemas and messages.
    pub code: &'static str,
    pub severity: Severity,
    pub place: Place,
    pub message: String,
    /// What to write or do instead; never empty for errors.
    pub help: String,
    /// Obvious mends, the best first: each one step to undo, whose label says what it does.
    pub fixes: Vec<Edit>,
}

impl Diagnostic {
    pub fn error(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message, help)
    }

    pub fn warning(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message, help)
    }

    pub fn information(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(code, Severity::Information, message, help)
    }

    fn new(
        code: &'static str,
        severity: Severity,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let (message, help) = (sentence(message.into()), sentence(help.into()));
        Self { code, severity, place: Place::default(), message, help, fixes: Vec::new() }
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same finding, placed in the file that the user has: a module of BizTalk's is in its own.
    #[must_use]
    pub fn in_sources(mut self, application: &Application) -> Self {
        let module = self.place.module.as_deref();
        if let Some(source) = module.and_then(|module| application.source(module)) {
            source.clone_into(&mut self.place.file);
        }
        self
    }

    /// Adds an obvious mend: `edits` as one step called `title`. The best comes first.
    #[must_use]
    pub fn mend(mut self, title: &str, edits: Vec<Edit>) -> Self {
        self.fixes.push(Edit::Batch { label: title.to_owned(), edits });
        self
    }
}

/// The text as every finding is worded, whoever wrote it: a capital letter first, unless that is a path's, and no full
/// stop at the end.
fn sentence(mut text: String) -> String {
    if text.ends_with('.') && !text.ends_with("..") {
        text.pop();
    }
    let path = text.split_whitespace().next().is_some_and(|word| word.contains(['/', '\\']));
    if let Some(first) = text.get_mut(..1).filter(|_| !path) {
        first.make_ascii_uppercase();
    }
    text
}

/// `1 port`, `2 ports`: a count with its noun, whose plural ends in `s`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Digits in groups of three: `13,402`.
pub fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// The words with a capital at their beginning.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// `a port`, `an orchestration`: a noun with its article.
pub fn article(what: &str) -> String {
    let vowel = what.starts_with(|c: char| "aeiouAEIOU".contains(c));
    format!("{} {what}", if vowel { "an" } else { "a" })
}

/// The candidate a mistyped `word` most likely means, for "did you mean": at most a third of it differs.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = word.chars().count().div_ceil(3);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut diagonal = i;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let cost = (diagonal + usize::from(x != *y)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = cost;
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.line {
            write!(f, ":{line}:{column}")?;
        }
        if !self.name.is_empty() {
            write!(f, "{}{}", if self.file.is_empty() { "" } else { " › " }, self.name)?;
        }
        if !self.property.is_empty() {
            write!(f, " › {}", self.property)?;
        }
        if let Some(span) = self.span.as_ref().filter(|span| !span.is_empty()) {
            write!(f, " [{}..{}]", span.start, span.end)?;
        }
        Ok(())
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
        };
        write!(f, "{severity}[{}]", self.code)?;
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, " {place}")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_worded_alike() {
        let found = Diagnostic::error("V00", "the port is gone.", "choose another: `Out`.");
        assert_eq!(
            (found.message.as_str(), found.help.as_str()),
            ("The port is gone", "Choose another: `Out`")
        );
        assert_eq!(found.to_string(), "error[V00]: The port is gone\n  help: Choose another: `Out`");
        assert_eq!(sentence("`Out` is gone".into()), "`Out` is gone");
        assert_eq!(sentence("élan…".into()), "élan…");
        assert_eq!(sentence(String::new()), "");
        assert_eq!(
            [counted(0, "port"), counted(1, "port"), counted(2, "port")],
            ["0 ports", "1 port", "2 ports"]
        );
    }

    #[test]
    fn closest_finds_a_slip_and_nothing_far() {
        let fields = ["message", "operation", "port"];
        assert_eq!(closest("mesage", fields), Some("message"));
        assert_eq!(closest("Port", fields), Some("port"));
        assert_eq!(closest("opertaion", fields), Some("operation"));
        assert_eq!(closest("filter", fields), None);
        assert_eq!(closest("", fields), None);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("abc", ""), 3);
    }
}
