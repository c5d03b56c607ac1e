//! Filters of send ports and groups: XML inside XML.

use crate::biztalk::xml_text::{attribute, children_named};
use crate::message::document::{escape_xml, parse_text};
use crate::model::{Filter, FilterOperator, FilterRow, Grouping};

/// Operators by their code.
const OPERATORS: [FilterOperator; 7] = [
    FilterOperator::Equals,
    FilterOperator::LessThan,
    FilterOperator::LessThanOrEqual,
    FilterOperator::GreaterThan,
    FilterOperator::GreaterThanOrEqual,
    FilterOperator::NotEquals,
    FilterOperator::Exists,
];

/// Reads a filter: statements of a group are joined by And, groups by Or.
///
/// # Errors
/// One sentence, when it is no XML or has an operator that is not known.
pub fn read(text: &str) -> Result<Filter, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Filter::new());
    }
    let tree = parse_text(text).map_err(|error| error.message)?;
    let mut rows = Filter::new();
    for group in tree.document_element().into_iter().flat_map(|root| children_named(&tree, root, "Group")) {
        if let Some(last) = rows.last_mut() {
            last.grouping = Grouping::Or;
        }
        for statement in children_named(&tree, group, "Statement") {
            let code = attribute(&tree, statement, "Operator");
            let operator = code.trim().parse::<usize>().ok().and_then(|code| OPERATORS.get(code).copied());
            let operator =
                operator.ok_or_else(|| format!("it has the operator {code}, which does not exist"))?;
            let value = attribute(&tree, statement, "Value");
            let value = if operator == FilterOperator::Exists { String::new() } else { literal(&value) };
            rows.push(FilterRow {
                property: attribute(&tree, statement, "Property"),
                operator,
                value,
                grouping: Grouping::And,
            });
        }
    }
    if let Some(last) = rows.last_mut() {
        last.grouping = Grouping::And;
    }
    Ok(rows)
}

/// A value of a binding file is text without quotes; numbers and truth values stay as they are.
fn literal(text: &str) -> String {
    let number = text.parse::<i64>().is_ok() && (text == "0" || !text.starts_with('0'));
    if number || matches!(text, "true" | "false") {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Writes a filter; empty for none.
pub fn write(filter: &[FilterRow]) -> String {
    if filter.is_empty() {
        return String::new();
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<Filter>\n  <Group>".to_owned();
    for (at, row) in filter.iter().enumerate() {
        let code = OPERATORS.iter().position(|operator| *operator == row.operator).unwrap_or(0);
        text += &format!("\n    <Statement Property=\"{}\" Operator=\"{code}\"", escape_xml(&row.property));
        if row.operator != FilterOperator::Exists {
            text += &format!(" Value=\"{}\"", escape_xml(&plain(&row.value)));
        }
        text += " />";
        if row.grouping == Grouping::Or && at + 1 < filter.len() {
            text += "\n  </Group>\n  <Group>";
        }
    }
    text + "\n  </Group>\n</Filter>"
}

/// The text of a literal.
fn plain(literal: &str) -> String {
    let inner = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or_else(|| literal.to_owned(), |text| text.replace("\\\"", "\"").replace("\\\\", "\\"))
}
