use super::send::PortInstance;
use super::transport::transport_of;
use crate::engine::core::Step;
use crate::engine::{EventKind, Publisher};
use crate::message::{BTS, Body, Message, Value, escape_xml};
use crate::program::SendPortInfo;
use std::sync::Arc;
use uuid::Uuid;

/// `FailureCode` of a message that could not be delivered.
pub const TRANSMISSION_FAILURE: &str = "0xC0C0167A";

impl Step<'_> {
    /// Publishes the ACK or NACK of a transmission, if somebody still wants it (DN-7, DN-9): for the instance that sent with
    /// delivery notification, by its token; for whoever filters on it when the message says `BTS.AckRequired` or the port
    /// notifies always. A request gets a NACK in place of its response without asking for notifications (DN-5, RF-10).
    pub fn acknowledge(&mut self, info: &SendPortInfo, instance: &PortInstance, error: Option<&str>) {
        let original = &instance.message.context;
        let request = error.and_then(|_| original.get(BTS.reply_token));
        let required = original.get(BTS.ack_required);
        let token = required.filter(|asked| matches!(asked, Value::String(_))).or(request).cloned();
        let transport = if instance.backup { &info.backup } else { &info.primary };
        let anyone = required == Some(&Value::Bool(true))
            || transport.as_ref().is_some_and(|transport| transport.notify);
        // An acknowledgement that is passed on is acknowledged to who waits for it alone: else that would never end.
        if token.is_none() && (!anyone || original.promoted(BTS.ack_type).is_some()) {
            return;
        }
        let guid = self.guid_of("message", instance.message.id.0);
        let address = transport_of(info, instance).map(|t| t.address).unwrap_or_default();
        let body = match error {
            Some(error) => Body::xml(fault(&address, guid, error)),
            None => Body::text(""),
        };
        let mut message = Message::single(Message::body_name(), Arc::new(body));
        message.id = self.next_message_id();
        let context = &mut message.context;
        context.clone_from(original);
        context.demote_all();
        // It asks for nothing itself.
        context.remove(BTS.ack_required);
        context.remove(BTS.reply_token);
        context.promote(BTS.ack_type, Value::string(if error.is_some() { "NACK" } else { "ACK" }));
        context.promote(BTS.ack_id, guid_text(guid));
        if let Some(owner) = original.get(BTS.ack_owner_id) {
            context.promote(BTS.ack_owner_id, owner.clone());
        }
        if let Some(token) = token {
            context.promote(BTS.correlation_token, token);
        }
        context.promote(BTS.ack_outbound_transport_location, Value::from(address.as_str()));
        context.promote(BTS.ack_send_port_name, Value::string(info.name.as_str()));
        context.promote(BTS.ack_send_port_id, Value::string(info.name.as_str()));
        for (from, to) in [
            (BTS.receive_port_id, BTS.ack_receive_port_id),
            (BTS.receive_port_name, BTS.ack_receive_port_name),
            (BTS.inbound_transport_location, BTS.ack_inbound_transport_location),
        ] {
            if let Some(value) = original.get(from) {
                context.promote(to, value.clone());
            }
        }
        if let Some(error) = error {
            context.promote(BTS.ack_failure_code, Value::string(TRANSMISSION_FAILURE));
            context.promote(BTS.ack_failure_category, Value::Int32(0));
            context.write(BTS.ack_description, Value::from(error));
        }
        let id = message.id;
        if self.publish_if_wanted(message, Publisher::Acknowledgement(info.name)) {
            self.emit(EventKind::AckPublished { port: info.name, message: id, negative: error.is_some() });
        }
    }
}

/// A GUID as context properties have it.
pub fn guid_text(guid: Uuid) -> Value {
    Value::from(guid.braced().to_string().to_uppercase().as_str())
}

/// Body of a negative acknowledgement, and of the answer to a request that failed: a SOAP fault (DN-8).
pub fn fault(address: &str, message: Uuid, error: &str) -> String {
    let [address, error] = [address, error].map(escape_xml);
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><soap:Fault>\
         <faultcode>soap:Server</faultcode><faultstring>The message was not delivered</faultstring>\
         <faultactor>{address}</faultactor>\
         <detail><n:NACK xmlns:n=\"http://schema.microsoft.com/BizTalk/2003/NACKMessage.xsd\" Type=\"NACK\">\
         <NAckID>{{{message}}}</NAckID><ErrorCode>{TRANSMISSION_FAILURE}</ErrorCode><ErrorCategory>0</ErrorCategory>\
         <ErrorDescription>{error}</ErrorDescription></n:NACK></detail></soap:Fault></soap:Body></soap:Envelope>"
    )
}
