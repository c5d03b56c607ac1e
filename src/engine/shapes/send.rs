use super::receive::{SELF_CORRELATED, set_values};
use crate::engine::instance::{ChannelKey, Held, Machine, binding_of, exception, token_of};
use crate::engine::ports::{dynamic_transport, guid_text};
use crate::engine::routing::Outgoing;
use crate::engine::{PersistenceCause, Publisher};
use crate::message::{BTS, ExceptionValue, Message, Name, Value};
use crate::program::{LegKind, PortBinding, Predicate, Program, SendInfo, Service, routing_type};
use crate::xlang::Raised;
use smallvec::smallvec;
use smol_str::SmolStr;
use std::sync::Arc;

impl<'a> Machine<'a, '_> {
    /// Publishes the message with the routing properties of the port's binding; never calls the target
    /// directly (SND-2). A persistence point, except inside an atomic scope, where it is held (SND-4).
    pub fn send(&mut self, service: &'a Service, send: u16) -> Result<(), Raised> {
        let Some(info) = service.sends.get(usize::from(send)) else { return Ok(()) };
        let Some(message) = self.frame().and_then(|f| f.message(info.message)).cloned() else {
            let name = service.messages.get(usize::from(info.message)).map_or("", |m| m.name.as_str());
            return Err(exception(
                "Microsoft.XLANGs.Core.MessageNotInitializedException",
                format!("Use of unconstructed message {name}"),
            ));
        };
        self.instance.dirty = true;
        let held = self.prepare(service, info, message)?;
        if let Some(atomic) = self.atomic_scope() {
            atomic.held.push(held);
            return Ok(());
        }
        if let Err(raised) = self.publish_all([held]) {
            self.forget_made();
            return Err(raised);
        }
        self.persist(PersistenceCause::Send);
        Ok(())
    }

    /// The message as it goes out, with the subscriptions for what comes back.
    fn prepare(
        &mut self,
        service: &'a Service,
        info: &SendInfo,
        message: Arc<Message>,
    ) -> Result<Held, Raised> {
        self.made.clear();
        let prepared = self.outgoing(service, info, message);
        if prepared.is_err() {
            self.forget_made();
        }
        prepared
    }

    /// The subscriptions of a send come with it, or not at all (SUB-9).
    fn forget_made(&mut self) {
        for channel in std::mem::take(&mut self.made) {
            self.unsubscribe(channel);
        }
    }

    fn outgoing(
        &mut self,
        service: &'a Service,
        info: &SendInfo,
        message: Arc<Message>,
    ) -> Result<Held, Raised> {
        let mut message = Arc::unwrap_or_clone(message);
        message.id = self.step.next_message_id();
        strip_routing(&mut message);
        self.program.schemas.promote(&mut message).map_err(|error| {
            exception(
                "Microsoft.XLANGs.Core.PropertyPromotionException",
                format!("The message cannot be promoted: {error}"),
            )
        })?;
        // What a message of a schema's type is published as is what it is declared as, whatever was assigned to it.
        let declared = service.messages.get(usize::from(info.message));
        if let Some(declared) = declared.and_then(|own| routing_type(&own.message_type)) {
            message.context.promote(BTS.message_type, Value::String(declared));
        }
        let Some(port) = service.port(info.port) else {
            return Err(exception("System.InvalidOperationException", "The port does not exist"));
        };
        self.correlate(service, info, &mut message)?;
        let context = &mut message.context;
        context.promote(BTS.operation, Value::string(info.operation.as_str()));
        let (mut expects_reply, mut acknowledgement) = (false, None);
        let publisher = Publisher::Orchestration { instance: self.instance.id, port: port.name };
        if info.leg == LegKind::Request {
            let frame = self.frame();
            let binding =
                frame.map_or(PortBinding::Unbound, |f| binding_of(&self.program.services, f, info.port));
            let state = frame.and_then(|f| f.port(info.port));
            let address = state.and_then(|s| s.address.clone());
            let token = state.and_then(|s| s.token.clone());
            let binding = if binding == PortBinding::Role {
                self.role_target(service, self.frame_id(), info.port, info.operation, &mut message)?
            } else {
                binding
            };
            address_to(self.program, binding, port.name, address, token, &mut message)?;
            if port.two_way {
                let token = self.step.next_token();
                message.context.promote(BTS.reply_token, Value::String(token.clone()));
                let group = smallvec![Predicate::equals(BTS.correlation_token, Value::String(token.clone()))];
                let (thread, frame) = (self.thread, self.frame_id());
                if let Some(frame) = self.frame_mut() {
                    frame.edit_port(info.port, |state| state.requested(thread, token.clone()));
                }
                let key = ChannelKey::Response { frame, port: info.port, token };
                self.subscribe(key, group, port.name, u32::MAX);
                expects_reply = true;
            } else if port.notify {
                let token = self.step.next_token();
                message.context.write(BTS.ack_required, Value::String(token.clone()));
                let owner = self.step.guid_of("instance", self.instance.id.0);
                message.context.write(BTS.ack_owner_id, guid_text(owner));
                let group = smallvec![
                    Predicate::exists(BTS.ack_type),
                    Predicate::equals(BTS.correlation_token, Value::String(token.clone())),
                ];
                let key = ChannelKey::Acknowledgement { token };
                acknowledgement = Some(self.subscribe(key, group, port.name, u32::MAX));
            }
        } else {
            let reply = self.frame().and_then(|f| f.port(info.port)).and_then(|p| p.reply.clone());
            let Some(token) = reply else {
                return Err(exception(
                    "System.InvalidOperationException",
                    format!("Port {} has received no request to answer", port.name),
                ));
            };
            message.context.promote(BTS.correlation_token, Value::String(token));
            message.context.promote(BTS.route_direct, Value::Bool(true));
        }
        let outgoing = Outgoing { message: Arc::new(message), publisher, expects_reply };
        Ok(Held::Send { outgoing, acknowledgement })
    }

    /// Initialises and follows sets on a send: their properties are promoted into the context (COR-11, COR-13).
    fn correlate(
        &mut self,
        service: &'a Service,
        info: &SendInfo,
        message: &mut Message,
    ) -> Result<(), Raised> {
        for set in &info.follows {
            let Some(declared) = service.set(*set) else { continue };
            let known = self.frame().and_then(|f| f.set(*set)).cloned();
            if let Some(known) = &known {
                self.check_values(service, *set, known, &message.context)?;
            }
            for (at, name) in declared.properties.iter().enumerate() {
                let own = message.context.get(*name).cloned();
                let value = own.or_else(|| known.as_ref().and_then(|k| k.get(at).cloned()));
                if let Some(value) = value {
                    message.context.promote(*name, value);
                }
            }
        }
        for set in &info.initializes {
            let Some(declared) = service.set(*set) else { continue };
            if let Ok(values) = set_values(&declared.properties, &message.context) {
                for (name, value) in declared.properties.iter().zip(values.iter().cloned()) {
                    message.context.promote(*name, value);
                }
            }
            self.initialize_set(service, *set, &message.context)?;
        }
        Ok(())
    }
}

/// Stamps what makes the message match the port's target (BND-6).
pub fn address_to(
    program: &Program,
    binding: PortBinding,
    port: Name,
    address: Option<SmolStr>,
    token: Option<SmolStr>,
    message: &mut Message,
) -> Result<(), Raised> {
    let context = &mut message.context;
    match binding {
        PortBinding::MessageBox => {}
        PortBinding::Partner { service, port } => {
            context.promote(BTS.partner_service, Value::string(service.as_str()));
            context.promote(BTS.partner_port, Value::string(port.as_str()));
        }
        PortBinding::SelfCorrelating => {
            let token = address.as_deref().and_then(token_of).map(SmolStr::from).or(token);
            let Some(token) = token else {
                return Err(exception(
                    "System.InvalidOperationException",
                    format!("Port {port} has no address: assign one, or pass the port as a parameter"),
                ));
            };
            context.promote(BTS.partner_port, Value::string(SELF_CORRELATED));
            context.promote(BTS.partner_service, Value::String(token));
        }
        PortBinding::SendPort(index) => {
            let Some(physical) = program.send_port(index) else { return Ok(()) };
            context.promote(BTS.sp_transport_id, Value::string(physical.name.as_str()));
            context.promote(BTS.sp_name, Value::string(physical.name.as_str()));
            if physical.dynamic {
                let Some(address) = address.filter(|a| !a.is_empty()) else {
                    return Err(exception(
                        "Microsoft.XLANGs.Core.AddressNotSetException",
                        format!(
                            "The dynamic port {port} has no address: assign it in an Expression before the send"
                        ),
                    ));
                };
                context.promote(BTS.is_dynamic_send, Value::Bool(true));
                context.promote(BTS.outbound_transport_location, Value::String(address));
                // A handler of the orchestration is to see an address that leads nowhere (SCD-7).
                dynamic_transport(message).map_err(|reason| not_published(&reason))?;
            }
        }
        PortBinding::SendPortGroup(index) => {
            let Some(group) = program.group(index) else { return Ok(()) };
            context.promote(BTS.sp_group_id, Value::string(group.name.as_str()));
        }
        PortBinding::ReceivePort(_) | PortBinding::Role | PortBinding::Unbound | PortBinding::Parameter => {
            return Err(exception(
                "System.InvalidOperationException",
                format!("Port {port} is not bound to anything it could send to"),
            ));
        }
    }
    Ok(())
}

/// Routing properties belong to one publication. A message received and sent on must not keep them, or it
/// would match its own receive again.
pub fn routing_properties() -> [Name; 15] {
    [
        BTS.correlation_token,
        BTS.reply_token,
        BTS.route_direct,
        BTS.partner_service,
        BTS.partner_port,
        BTS.sp_transport_id,
        BTS.sp_group_id,
        BTS.sp_name,
        BTS.sp_id,
        BTS.is_dynamic_send,
        BTS.outbound_transport_location,
        BTS.ack_required,
        BTS.ack_owner_id,
        BTS.receive_port_id,
        BTS.source_party_id,
    ]
}

fn strip_routing(message: &mut Message) {
    let routing = routing_properties();
    // True says that anybody may want an acknowledgement; a token was for the sender of before.
    let required = message.context.get(BTS.ack_required) == Some(&Value::Bool(true));
    message.context.remove_if(|name| routing.contains(&name));
    // What is told of a failed message is not said of one that its handler sends on: it would be handled again.
    message.context.demote_if(|name| name.as_str().starts_with("ErrorReport."));
    if required {
        message.context.write(BTS.ack_required, Value::Bool(true));
    }
}

/// No subscriber, too many for a two-way port, or no way to send at all: the send fails (MBD-5, PAD-6).
pub(super) fn not_published(reason: &str) -> Raised {
    let inner = exception("Microsoft.XLANGs.BaseTypes.PublishMessageException", reason);
    Arc::new(ExceptionValue {
        exception_type: "Microsoft.XLANGs.BaseTypes.PersistenceException".into(),
        message: reason.to_owned(),
        inner: Some(inner),
        ..ExceptionValue::default()
    })
}
