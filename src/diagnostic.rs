//! The one diagnostic type: model rules, expressions, bindings, files and run-time failures all speak it.

use crate::model::Id;
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

/// One finding, with the next step in `help`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `V01`… of the rule catalogue, `X…` for expressions, `F…` for files, `S…` for schemas and messages.
    pub code: &'static str,
    pub severity: Severity,
    pub place: Place,
    pub message: String,
    /// What to write or do instead; never empty for errors.
    pub help: String,
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
        Self { code, severity, place: Place::default(), message: message.into(), help: help.into() }
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
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
        if let Some(span) = &self.span {
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
        write!(f, "{severity}[{}] {}: {}", self.code, self.place, self.message)?;
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
