use crate::message::{BTS, Value, format_value};
use crate::model::FilterOperator;
use crate::program::{Group, Predicate};

/// A group in words: `type Order, from receive port In, OrderID is that of OrderCorrelation`. Empty for no predicate.
pub fn group_words(group: &Group) -> String {
    let words: Vec<String> = group.iter().map(predicate_words).collect();
    words.join(", ")
}

/// One predicate in words.
pub fn predicate_words(predicate: &Predicate) -> String {
    let property = predicate.property;
    let text = match &predicate.value {
        Value::String(text) => text.as_str(),
        _ => "",
    };
    let last = |separator| text.rsplit(separator).next().unwrap_or(text);
    let open = text.strip_prefix('‹').and_then(|t| t.strip_suffix('›'));
    if predicate.operator == FilterOperator::Equals {
        let plain = match property {
            p if p == BTS.message_type => Some(format!("type {}", last('#'))),
            p if p == BTS.receive_port_id || p == BTS.receive_port_name => {
                Some(format!("from receive port {text}"))
            }
            p if p == BTS.sp_transport_id || p == BTS.sp_name => {
                Some(format!("addressed to send port {text}"))
            }
            p if p == BTS.sp_group_id => Some(format!("addressed to group {text}")),
            p if p == BTS.partner_service => Some(
                open.map_or_else(|| format!("for partner {}", last('.')), |own| format!("sent to {own}")),
            ),
            p if p == BTS.partner_port && text == "selfCorrelated" => Some("self-correlating".to_owned()),
            p if p == BTS.partner_port => Some(format!("partner port {text}")),
            p if p == BTS.operation => Some(format!("operation {text}")),
            p if p == BTS.correlation_token => Some(format!("answers {}", open.unwrap_or("a request"))),
            _ => None,
        };
        if let Some(plain) = plain {
            return plain;
        }
    }
    let name = property.as_str().rsplit('.').next().unwrap_or_default();
    match (predicate.operator, open) {
        (FilterOperator::Exists, _) if property == BTS.reply_token => "waits for an answer".to_owned(),
        (FilterOperator::Exists, _) if property == BTS.ack_type => "an acknowledgment".to_owned(),
        (FilterOperator::Exists, _) => format!("{name} exists"),
        (_, Some(set)) => format!("{name} is that of {set}"),
        (operator, None) => {
            let value = match &predicate.value {
                Value::String(text) => format!("\"{text}\""),
                other => format_value(other),
            };
            let sign = match operator {
                FilterOperator::Equals => "is",
                FilterOperator::NotEquals => "is not",
                other => other.symbol(),
            };
            format!("{name} {sign} {value}")
        }
    }
}
