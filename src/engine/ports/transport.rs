use super::send::PortInstance;
use crate::engine::routing::describe;
use crate::message::{BTS, Message, Value};
use crate::program::{SendPortInfo, TransportInfo};

/// Adapters an address may name; MSMQ is an alias of QUEUE.
const ADAPTERS: [&str; 4] = ["FILE", "QUEUE", "MSMQ", "SQL"];

/// Adapters of BizTalk that only a partner can play, by the scheme of their addresses (DYN-1).
const PLAYED: [(&str, &str); 14] = [
    ("HTTP", "HTTP"),
    ("HTTPS", "HTTP"),
    ("MAILTO", "SMTP"),
    ("FTP", "FTP"),
    ("SFTP", "SFTP"),
    ("MQS", "MQSeries"),
    ("SOAP", "SOAP"),
    ("WSS", "Windows SharePoint Services"),
    ("WSSASYNC", "Windows SharePoint Services"),
    ("SB", "SB-Messaging"),
    ("NET.TCP", "WCF-NetTcp"),
    ("NET.MSMQ", "WCF-NetMsmq"),
    ("NET.PIPE", "WCF-NetNamedPipe"),
    ("MSSQL", "WCF-SQL"),
];

/// Adapter and address of the next or current attempt.
///
/// # Errors
/// When the port has none, or the address of a dynamic port leads to no adapter.
pub fn transport_of(info: &SendPortInfo, instance: &PortInstance) -> Result<TransportInfo, String> {
    match (info.dynamic, instance.backup) {
        (true, _) => dynamic_transport(&instance.message),
        (false, true) => info.backup.clone().ok_or_else(|| "There is no backup transport".to_owned()),
        (false, false) => info.primary.clone().ok_or_else(|| {
            format!("The send port {} has no transport: give it an adapter and an address", info.name)
        }),
    }
}

/// Transport of a dynamic send: the scheme of the address picks the adapter unless the message says it (DYN-1). Retries
/// are those of the message, else the default of a port (DYN-3, TX-5).
///
/// # Errors
/// When there is no address, or no adapter for it.
pub fn dynamic_transport(message: &Message) -> Result<TransportInfo, String> {
    let text = |name| match message.context.get(name) {
        Some(Value::String(text)) => Some(text.to_string()),
        _ => None,
    };
    let number = |name| match message.context.get(name) {
        Some(Value::Int32(number)) => u32::try_from(*number).ok(),
        _ => None,
    };
    let address = text(BTS.outbound_transport_location)
        .ok_or_else(|| format!("No address is set for {}", describe(message)))?;
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_uppercase());
    let played = scheme.as_ref().and_then(|scheme| PLAYED.iter().find(|(own, _)| own == scheme));
    let scheme = played.map(|(_, adapter)| (*adapter).to_owned()).or(scheme);
    let transport = text(BTS.outbound_transport_type).or(scheme).unwrap_or_default();
    let known = PLAYED.iter().any(|(_, adapter)| adapter.eq_ignore_ascii_case(&transport));
    if !known && !ADAPTERS.contains(&transport.as_str()) {
        return Err(format!(
            "There is no adapter for the address {address}: begin it with {}",
            ADAPTERS.map(|a| format!("{}://", a.to_lowercase())).join(", ")
        ));
    }
    Ok(TransportInfo {
        transport,
        address,
        retry_count: number(BTS.retry_count).map_or(3, |count| count.min(1000)),
        retry_interval: number(BTS.retry_interval).map_or(5, |minutes| minutes.min(525_600)),
        window: None,
        notify: false,
        properties: Vec::new(),
    })
}
