use super::{InstanceId, TransmissionId};
use crate::message::{Message, MessageId, Name};
use crate::xlang::LogLevel;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the engine asks of its driver. The driver performs it and feeds what comes back as inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Hand a message to an adapter; answer with `Transmitted`, `TransmitFailed` or `Responded`.
    Transmit(Transmission),
    /// Hand the response to the caller of a two-way receive location; there is nothing to answer.
    Reply(Reply),
    /// An entry for the event log.
    Log { level: LogLevel, source: String, text: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transmission {
    pub id: TransmissionId,
    /// Physical send port.
    pub port: Name,
    /// Adapter, e.g. `FILE`.
    pub transport: String,
    pub address: String,
    /// Bytes after the send pipeline.
    pub body: Arc<[u8]>,
    /// The message as published; its context feeds file name macros.
    pub message: Arc<Message>,
    /// GUID form of the message id, for `%MessageID%`; stable over a restart.
    pub message_guid: uuid::Uuid,
    /// True for solicit-response: answer with `Responded`.
    pub two_way: bool,
    /// Adapter properties of the transport, by name.
    pub properties: Vec<(String, String)>,
}

/// What a two-way receive location answers (RX-13).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Service instance that the request made; its `Created` event came with the request.
    pub to: InstanceId,
    pub location: Name,
    /// Bytes after the send pipeline, or a SOAP fault.
    pub body: Arc<[u8]>,
    /// There is no response: the request or the response failed.
    pub fault: bool,
}

impl Transmission {
    pub fn message_id(&self) -> MessageId {
        self.message.id
    }
}
