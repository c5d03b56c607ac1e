use smol_str::SmolStr;
use std::fmt;

/// A path of child steps from the document, as promotion annotations write it. The first step is the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NodePath {
    pub steps: Vec<PathStep>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathStep {
    pub local: SmolStr,
    /// `None` when the path does not say; then any namespace matches. `Some("")` is no namespace.
    pub namespace: Option<SmolStr>,
    pub attribute: bool,
}

impl NodePath {
    /// Reads `/Order/Header/@id`, or the long form `/*[local-name()='Order' and namespace-uri()='urn:o']/…`.
    /// In the short form a prefix is dropped, as it cannot be resolved.
    ///
    /// # Errors
    /// One sentence, when a step is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.trim();
        let mut steps: Vec<PathStep> = Vec::new();
        while !rest.is_empty() {
            rest = rest.strip_prefix('/').ok_or_else(|| format!("“{text}” should start with “/”"))?;
            if steps.last().is_some_and(|s| s.attribute) {
                return Err(format!("“{text}” has a step below an attribute"));
            }
            let end = end_of_step(rest);
            let (step, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
            steps.push(
                PathStep::parse(step).ok_or_else(|| format!("“{step}” in “{text}” is not a child step"))?,
            );
            rest = tail;
        }
        if steps.is_empty() { Err("the path is empty".into()) } else { Ok(Self { steps }) }
    }

    /// Dotted local names below the root, as an expression names a distinguished field: `Header.Status`.
    pub fn dotted(&self) -> String {
        self.steps.iter().skip(1).map(|s| s.local.as_str()).collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps
            .iter()
            .try_for_each(|step| write!(f, "/{}{}", if step.attribute { "@" } else { "" }, step.local))
    }
}

impl PathStep {
    fn parse(step: &str) -> Option<Self> {
        let (attribute, step) = match step.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, step),
        };
        if let Some(predicate) = step.strip_prefix("*[") {
            let predicate = predicate.strip_suffix(']')?;
            return Some(Self {
                local: argument(predicate, "local-name()")?.into(),
                namespace: argument(predicate, "namespace-uri()").map(SmolStr::from),
                attribute,
            });
        }
        let local = step.rsplit(':').next()?;
        let plain = !local.is_empty() && !local.contains(['[', ']', '*', '(', ')', ' ', '@', '\'', '"']);
        plain.then(|| Self { local: local.into(), namespace: None, attribute })
    }
}

/// Bytes up to the next `/` that is not inside quotes.
fn end_of_step(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if c == '/' => return at,
            None => {}
        }
    }
    text.len()
}

/// The literal in `function = 'literal'`.
fn argument<'a>(predicate: &'a str, function: &str) -> Option<&'a str> {
    let (_, after) = predicate.split_once(function)?;
    let literal = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = literal.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    literal.get(1..)?.split_once(quote).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_name_the_same_nodes() {
        let long = "/*[local-name()='Order' and namespace-uri()='http://o/v1']/*[local-name()='Head' and \
                    namespace-uri()='']/@*[local-name()='id' and namespace-uri()='']";
        let path = NodePath::parse(long).unwrap();
        assert_eq!(path.to_string(), "/Order/Head/@id");
        assert_eq!(path.dotted(), "Head.id");
        assert_eq!(path.steps[0].namespace.as_deref(), Some("http://o/v1"));
        assert_eq!(path.steps[1].namespace.as_deref(), Some(""));
        assert_eq!(NodePath::parse("/o:Order/Head/@id").unwrap().to_string(), "/Order/Head/@id");
    }

    #[test]
    fn other_paths_are_refused_with_the_step() {
        assert!(NodePath::parse("").unwrap_err().contains("empty"));
        assert!(NodePath::parse("Order").unwrap_err().contains("start with"));
        assert!(NodePath::parse("//Order").unwrap_err().contains("child step"));
        assert!(NodePath::parse("/Order/Line[2]").unwrap_err().contains("Line[2]"));
        assert!(NodePath::parse("/Order/@id/Sub").unwrap_err().contains("below an attribute"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[/*@\\[\\]'\"=a-z:()é -]{0,40}") {
            let _ = NodePath::parse(&text);
        }
    }
}
