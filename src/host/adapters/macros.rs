//! Macros in the file names of FILE send ports (TX-16).

use crate::engine::Transmission;
use crate::message::{DateTime, Name, Value, format_value};
use jiff::tz::TimeZone;

/// Context property with the path a message was read from.
pub const RECEIVED_FILE_NAME: &str = "FILE.ReceivedFileName";

/// Replaces the macros of a FILE address. `at` is when the engine asked for the transmission, so a repeat after
/// a restart has the same name. What cannot be resolved stays as it is written (TX-16).
pub fn expand(address: &str, transmission: &Transmission, at: DateTime) -> String {
    let mut text = String::with_capacity(address.len());
    let mut rest = address;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        if let Some((name, tail)) = after.split_once('%')
            && let Some(value) = resolve(name, transmission, at)
        {
            text.push_str(&value.replace(['/', '\\'], "_"));
            rest = tail;
        } else {
            text.push('%');
            rest = after;
        }
    }
    text + rest
}

fn resolve(name: &str, transmission: &Transmission, at: DateTime) -> Option<String> {
    let context = |property: &str| {
        let value = transmission.message.context.get(Name::new(property))?;
        Some(format_value(value)).filter(|text| !text.is_empty())
    };
    let format = |pattern: &str| jiff::fmt::strtime::format(pattern, at.civil()).ok();
    let local = |pattern: &str| {
        let zoned = at.timestamp().to_zoned(TimeZone::system());
        jiff::fmt::strtime::format(pattern, &zoned).ok()
    };
    match name.to_ascii_lowercase().as_str() {
        "messageid" => Some(transmission.message_guid.braced().to_string().to_uppercase()),
        "sourcefilename" => {
            let Value::String(path) = transmission.message.context.get(Name::new(RECEIVED_FILE_NAME))? else {
                return None;
            };
            path.rsplit(['/', '\\']).next().map(str::to_owned)
        }
        "datetime" => format("%Y-%m-%dT%H%M%S"),
        "datetime_bts2000" => format("%Y%m%d%H%M%S%3f"),
        "datetime.tz" => local("%Y-%m-%dT%H%M%S%z"),
        "time" => format("%H%M%S"),
        "time.tz" => local("%H%M%S%z"),
        "sourceparty" => context("BTS.SourcePartyName"),
        "sourcepartyid" => context("BTS.SourcePartyID"),
        "destinationparty" => context("BTS.DestinationPartyName"),
        "destinationpartyid" => context("BTS.DestinationPartyID"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::TransmissionId;
    use crate::message::Message;
    use std::sync::Arc;

    #[test]
    fn macros_name_the_file_and_unresolvable_ones_stay() {
        let mut message = Message::single(Name::new("body"), Arc::default());
        message.context.write(Name::new(RECEIVED_FILE_NAME), "inbox/order 1.xml".into());
        let transmission = Transmission {
            id: TransmissionId(1),
            port: Name::new("Out"),
            transport: "FILE".into(),
            address: String::new(),
            body: Arc::from([]),
            message: Arc::new(message),
            message_guid: uuid::Uuid::from_u128(0xab),
            two_way: false,
            properties: Vec::new(),
        };
        let at = DateTime::from_civil(jiff::civil::date(2026, 3, 2).at(9, 5, 7, 42_000_000)).unwrap();
        let expanded = |address: &str| expand(address, &transmission, at);
        assert_eq!(expanded("out/%MessageID%.xml"), "out/{00000000-0000-0000-0000-0000000000AB}.xml");
        assert_eq!(expanded("out/%SourceFileName%"), "out/order 1.xml");
        assert_eq!(expanded("%datetime%_%time%"), "2026-03-02T090507_090507");
        assert_eq!(expanded("%datetime_bts2000%"), "20260302090507042");
        assert_eq!(expanded("%SourceParty%-%Nothing%-100%"), "%SourceParty%-%Nothing%-100%");
    }
}
