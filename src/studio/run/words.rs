//! Subscriptions in words.

use crate::message::short_name;

/// What a subscription waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Type of message, or what else it is.
    pub what: String,
    /// Conditions on the context, one each.
    pub conditions: Vec<String>,
}

/// Reads a subscription row: the engine's own properties become words, the application's stay conditions.
pub fn wanted(row: &str) -> Wanted {
    let alternatives = split(row, " or ");
    if alternatives.len() > 1 {
        let what = format!("any of {} filters", alternatives.len());
        return Wanted { what, conditions: alternatives.into_iter().map(tidy).collect() };
    }
    let mut wanted = Wanted::default();
    let (mut own_address, mut operation) = (false, String::new());
    for predicate in split(row, " and ") {
        let mut parts = predicate.splitn(3, ' ');
        let (property, operator) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let value = parts.next().unwrap_or_default().trim_matches('"');
        match (property, operator) {
            ("BTS.MessageType", "==") => wanted.what = short_name(value).to_owned(),
            ("BTS.PartnerPort", "==") if value == "selfCorrelated" => own_address = true,
            ("BTS.PartnerService", "==") if own_address => {}
            ("BTS.Operation", "==") => value.clone_into(&mut operation),
            ("BTS.AckType", "exists") => wanted.what = "delivery acknowledgement".to_owned(),
            ("BTS.CorrelationToken" | "BTS.EpmRRCorrelationToken", "exists") => {}
            ("BTS.CorrelationToken" | "BTS.EpmRRCorrelationToken", _) if wanted.what.is_empty() => {
                wanted.what = "the answer to its own request".to_owned();
            }
            ("BTS.CorrelationToken" | "BTS.EpmRRCorrelationToken", _) => {}
            _ => wanted.conditions.push(tidy(predicate)),
        }
    }
    if own_address {
        wanted.what = format!("{operation}, sent to this instance alone");
    } else if wanted.what.is_empty() {
        wanted.what = if operation.is_empty() { "any message".to_owned() } else { operation };
    }
    wanted
}

/// `OrderPropertySchema.CustID == "17"` as `CustID = 17`.
fn tidy(predicate: &str) -> String {
    let mut parts = predicate.splitn(3, ' ');
    let property = short_name(parts.next().unwrap_or_default());
    match (parts.next(), parts.next()) {
        (Some("=="), Some(value)) => format!("{property} = {}", value.trim_matches('"')),
        (Some(operator), Some(value)) => format!("{property} {operator} {value}"),
        (Some(operator), None) => format!("{property} {operator}"),
        _ => property.to_owned(),
    }
}

/// Splits outside quotation marks.
fn split<'a>(text: &'a str, by: &str) -> Vec<&'a str> {
    let (mut parts, mut begin, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        if c == '"' {
            quoted = !quoted;
        }
        if !quoted && at >= begin && text.get(at..).is_some_and(|rest| rest.starts_with(by)) {
            parts.extend(text.get(begin..at));
            begin = at + by.len();
        }
    }
    parts.extend(text.get(begin..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_convoy_subscription_names_type_and_values() {
        let row = "BTS.MessageType == \"http://x/Order#OrderMgr\" and Props.CustID == \"17\" and Props.Note == \"a and b\"";
        let wanted = wanted(row);
        assert_eq!(wanted.what, "OrderMgr");
        assert_eq!(wanted.conditions, ["CustID = 17", "Note = a and b"]);
    }

    #[test]
    fn a_self_correlating_subscription_has_no_tokens_in_it() {
        let row = "BTS.PartnerPort == \"selfCorrelated\" and BTS.PartnerService == \"ab12\" and BTS.Operation == \"Completed\"";
        let wanted = wanted(row);
        assert_eq!(wanted.what, "Completed, sent to this instance alone");
        assert!(wanted.conditions.is_empty());
    }

    #[test]
    fn an_acknowledgement_is_called_one() {
        let row = "BTS.AckType exists and BTS.CorrelationToken == \"5e41\"";
        assert_eq!(wanted(row).what, "delivery acknowledgement");
        assert!(wanted(row).conditions.is_empty());
    }
}
