use super::scope::soap_exception;
use crate::engine::instance::{
    After, Channel, ChannelKey, Frame, Instance, Machine, PortState, Queued, Wait, binding_of, exception,
};
use crate::engine::message_box::Owner;
use crate::engine::{EventKind, Subscriber};
use crate::message::{BTS, Context, ExceptionValue, Message, Name, Value};
use crate::program::{Follower, Group, LegKind, PortBinding, Predicate, Program, ReceiveInfo, Service};
use crate::xlang::Raised;
use smallvec::smallvec;
use std::sync::Arc;

/// Priority of instance subscriptions (CONFLICT 9).
const INSTANCE_PRIORITY: u8 = 5;

/// Value of `BTS.PartnerPort` for self-correlating ports (SCD-5).
pub const SELF_CORRELATED: &str = "selfCorrelated";

impl<'a> Machine<'a, '_> {
    /// Waits for and takes the message of a receive. Waiting makes the instance a dehydration candidate (DEH-1).
    pub fn receive(&mut self, service: &'a Service, receive: u16) -> Result<After, Raised> {
        if !self.arrived(receive) {
            let waits = self
                .instance
                .state
                .threads
                .get(self.thread)
                .is_some_and(|t| t.wait == Wait::Receive(receive));
            if !waits {
                self.ensure_channel(service, receive)?;
                // A message may have been waiting on a channel this receive shares.
                if !self.arrived(receive) {
                    self.set_wait(Wait::Receive(receive));
                    return Ok(After::Wait);
                }
            } else {
                return Ok(After::Wait);
            }
        }
        self.set_wait(Wait::No);
        self.consume(service, receive)?;
        Ok(After::Next)
    }

    /// True when the queue holds a message for the receive.
    pub fn arrived(&mut self, receive: u16) -> bool {
        self.find(receive).is_some()
    }

    /// Place in the queue of the first message for a receive.
    fn find(&self, receive: u16) -> Option<usize> {
        let frame = self.frame()?;
        let service = self.program.service(frame.service)?;
        let info = service.receive(receive)?;
        let frame_id = self.frame_id();
        self.instance.queue.iter().position(|queued| {
            let channel = usize::try_from(queued.channel).ok().and_then(|c| self.instance.channels.get(c));
            channel.is_some_and(|c| serves(&c.key, service, frame, frame_id, receive, info))
        })
    }

    /// Makes the subscription of a receive unless it has one: for a following receive with all its sets
    /// initialised (COR-15), and for a self-correlating port.
    pub fn ensure_channel(&mut self, service: &'a Service, receive: u16) -> Result<(), Raised> {
        let Some(info) = service.receive(receive) else { return Ok(()) };
        if info.activate || info.leg != LegKind::Request {
            return Ok(());
        }
        let Some(frame) = self.frame() else { return Ok(()) };
        let port = service.port(info.port);
        let binding = binding_of(&self.program.services, frame, info.port);
        if binding == PortBinding::SelfCorrelating {
            self.own_token(service, info.port);
            return Ok(());
        }
        let Some(values) = values_of(frame, &info.follows) else {
            return Err(exception(
                "Microsoft.XLANGs.Core.UninitializedCorrelationException",
                format!(
                    "Port {} receives with a correlation set that is not initialized",
                    port.map_or("", |p| p.name.as_str())
                ),
            ));
        };
        self.follow(service, receive, values, binding);
        Ok(())
    }

    /// Adds the channel and subscription of a following receive; equal ones are shared.
    fn follow(&mut self, service: &'a Service, receive: u16, values: Arc<[Value]>, binding: PortBinding) {
        let Some(info) = service.receive(receive) else { return };
        let key = ChannelKey::Follow { kind: info.kind, values };
        if self.instance.channels.iter().any(|c| c.key == key && c.subscription.is_some()) {
            return;
        }
        let ChannelKey::Follow { values, .. } = &key else { return };
        let group = follow_group(service, info, values, binding);
        let port = service.port(info.port).map_or(service.name, |p| p.name);
        self.subscribe(key, group, port, info.kind);
    }

    /// Adds a channel with its subscription.
    pub fn subscribe(&mut self, key: ChannelKey, group: Group, port: Name, kind: u32) -> u32 {
        let place = self.free_channel();
        let channel = u32::try_from(place).unwrap_or(u32::MAX);
        let instance = self.instance.id;
        let groups: Arc<[Group]> = [group].into();
        let owner = Owner::Instance { instance, channel, kind };
        let id = self.step.core.message_box.subscribe(owner, Arc::clone(&groups), INSTANCE_PRIORITY);
        let made = Channel { key, subscription: Some(id) };
        match self.instance.channels.get_mut(place) {
            Some(free) => *free = made,
            None => self.instance.channels.push(made),
        }
        match self.atomic_scope() {
            Some(atomic) => atomic.channels.push(channel),
            None => self.made.push(channel),
        }
        let owner = Subscriber::Instance { instance, port };
        self.step.emit(EventKind::SubscriptionAdded { subscription: id, owner, groups });
        channel
    }

    /// A place for a channel: one that nothing comes through any more, or a new one. A loop of requests needs no more
    /// places than it has open at a time.
    fn free_channel(&self) -> usize {
        let instance = &self.instance;
        let named = |place: usize| {
            let is = |channel: u32| usize::try_from(channel) == Ok(place);
            instance.queue.iter().chain(&instance.consumed).any(|q| is(q.channel))
                || self.step.core.to_self.iter().any(|(channel, _)| is(*channel))
        };
        let free = |(place, channel): (usize, &Channel)| {
            let closed =
                channel.subscription.is_none() && !matches!(channel.key, ChannelKey::Activation { .. });
            (closed && !named(place)).then_some(place)
        };
        instance.channels.iter().enumerate().find_map(free).unwrap_or(instance.channels.len())
    }

    /// Takes a channel's subscription away; what is queued stays.
    pub fn unsubscribe(&mut self, channel: u32) {
        let entry = usize::try_from(channel).ok().and_then(|c| self.instance.channels.get_mut(c));
        if let Some(id) = entry.and_then(|c| c.subscription.take()) {
            self.step.core.message_box.unsubscribe(id);
            self.step.emit(EventKind::SubscriptionRemoved { subscription: id });
        }
    }

    /// Takes the message of a receive from the queue, constructs the message variable (RCV-12), initialises
    /// sets, remembers where the response goes.
    pub fn consume(&mut self, service: &'a Service, receive: u16) -> Result<(), Raised> {
        let Some(at) = self.find(receive) else { return Ok(()) };
        let Some(info) = service.receive(receive) else { return Ok(()) };
        let queued = self.instance.queue.remove(at);
        let message = Arc::clone(&queued.message);
        self.close_answered(&queued);
        if let Some(atomic) = self.atomic_scope() {
            atomic.consumed.push(queued.clone());
        }
        self.instance.consumed.push(queued);
        self.instance.dirty = true;
        let shape = service.shape_id(info.shape);
        let instance = self.instance.id;
        self.step.emit(EventKind::MessageConsumed { instance, message: message.id, shape });
        if info.leg != LegKind::Request {
            undelivered(&message)?;
            self.raise_fault(service, info, &message)?;
        }
        let Some(declared) = service.messages.get(usize::from(info.message)) else { return Ok(()) };
        let message = bind_parts(message, &declared.message_type)?;
        let reply = message.context.get(BTS.reply_token).cloned();
        let Some(frame) = self.frame_mut() else { return Ok(()) };
        if let Some(place) = frame.messages.get_mut(usize::from(info.message)) {
            *place = Some(Arc::clone(&message));
        }
        if info.leg == LegKind::Request
            && service.port(info.port).is_some_and(|p| p.two_way)
            && let Some(Value::String(token)) = reply
        {
            frame.edit_port(info.port, |state: &mut PortState| state.reply = Some(token));
        }
        if !service.role_links.is_empty() {
            self.meet_party(service, info.port, &message);
        }
        for set in &info.initializes {
            match self.frame().and_then(|f| f.set(*set)).filter(|_| info.convoy).cloned() {
                Some(known) => self.check_values(service, *set, &known, &message.context)?,
                None => self.initialize_set(service, *set, &message.context)?,
            }
        }
        Ok(())
    }

    /// What follows a set has its values; with ValidateCorrelations it is an error if not (COR-13, CVY-21).
    pub fn check_values(
        &self,
        service: &Service,
        set: u16,
        known: &[Value],
        context: &Context,
    ) -> Result<(), Raised> {
        let validates = self.program.application.settings.engine.validate_correlations;
        let Some(info) = service.set(set).filter(|_| validates) else { return Ok(()) };
        let differs =
            |(name, value): (&Name, &Value)| context.get(*name).is_some_and(|actual| actual != value);
        let wrong = info.properties.iter().zip(known).find(|pair| differs(*pair));
        let Some((name, value)) = wrong else { return Ok(()) };
        Err(exception(
            "Microsoft.XLANGs.BaseTypes.CorrelationValidationException",
            format!(
                "Correlation set {} holds {} for {name}; the message has {}",
                info.name,
                crate::message::format_value(value),
                context.get(*name).map(crate::message::format_value).unwrap_or_default()
            ),
        ))
    }

    /// A response channel has done its work once it is answered (SUB-7).
    fn close_answered(&mut self, queued: &Queued) {
        let channel = usize::try_from(queued.channel).ok().and_then(|c| self.instance.channels.get(c));
        if channel.is_some_and(|c| matches!(c.key, ChannelKey::Response { .. })) {
            self.unsubscribe(queued.channel);
        }
    }

    /// A fault message arrives in place of the response: its catch block gets it (PT-7).
    fn raise_fault(
        &self,
        service: &Service,
        info: &ReceiveInfo,
        message: &Arc<Message>,
    ) -> Result<(), Raised> {
        let Some(operation) = service.operation(info.port, info.operation) else { return Ok(()) };
        let Some(Value::String(actual)) = message.context.get(BTS.message_type) else { return Ok(()) };
        let fault =
            operation.faults.iter().find(|(_, t)| crate::program::routing_type(t).as_ref() == Some(actual));
        let Some((fault, _)) = fault else { return Ok(()) };
        let port = service.port(info.port).map_or("", |p| p.name.as_str());
        Err(Arc::new(ExceptionValue {
            exception_type: smol_str::format_smolstr!("{port}.{}.{fault}", operation.name),
            message: format!("The partner at {port} answered with the fault {fault}"),
            fault: Some(Arc::clone(message)),
            ..ExceptionValue::default()
        }))
    }

    /// Takes the values of a set from a message's context; every property must be there (COR-10). Makes the
    /// subscriptions of all receives that follow it, at once (COR-15).
    pub fn initialize_set(
        &mut self,
        service: &'a Service,
        set: u16,
        context: &Context,
    ) -> Result<(), Raised> {
        let Some(info) = service.set(set) else { return Ok(()) };
        let values = set_values(&info.properties, context).map_err(|missing| {
            exception(
                "Microsoft.XLANGs.Core.MissingCorrelationPropertyException",
                format!("Correlation set {} needs {missing}, which the message does not have", info.name),
            )
        })?;
        let named = info.properties.iter().copied().zip(values.iter().cloned()).collect();
        if let Some(frame) = self.frame_mut()
            && let Some(place) = frame.sets.get_mut(usize::from(set))
        {
            *place = Some(values);
        }
        let instance = self.instance.id;
        self.step.emit(EventKind::SetInitialized { instance, set: info.name, values: named });
        self.follow_set(service, set);
        Ok(())
    }

    /// Makes the subscriptions of the receives that follow a set, as far as their other sets are initialised.
    pub fn follow_set(&mut self, service: &'a Service, set: u16) {
        for follower in service.followers.get(usize::from(set)).into_iter().flatten() {
            self.follow_from(service, follower);
        }
    }

    fn follow_from(&mut self, owner: &'a Service, follower: &Follower) {
        let Some(frame) = self.frame() else { return };
        let Some(values) = values_of(frame, &follower.sets) else { return };
        let Some(service) = self.program.service(follower.service) else { return };
        let Some(port) = service.receive(follower.receive).map(|r| r.port) else { return };
        let binding = if follower.service == owner.index {
            binding_of(&self.program.services, frame, port)
        } else {
            // The called orchestration does not run yet: only its own bindings are known.
            service.port(port).map_or(PortBinding::Unbound, |p| p.binding)
        };
        if matches!(binding, PortBinding::Parameter | PortBinding::SelfCorrelating) {
            return;
        }
        self.follow(service, follower.receive, values, binding);
    }

    /// Token of an owned self-correlating port; made with its subscriptions when first needed (SCD-1, SCD-5).
    pub fn own_token(&mut self, service: &'a Service, port: u16) {
        if self.frame().and_then(|f| f.port(port)).is_some_and(|p| p.token.is_some()) {
            return;
        }
        let Some(info) = service.port(port) else { return };
        let token = self.step.next_token();
        for operation in &info.operations {
            let group = self_correlating_group(Value::String(token.clone()), operation.name);
            let key = ChannelKey::SelfCorrelating { token: token.clone(), operation: operation.name };
            // Tools find the port by it.
            let receives = |r: &&ReceiveInfo| r.port == port && r.operation == operation.name;
            let kind = service.receives.iter().find(receives).map_or(u32::MAX, |r| r.kind);
            self.subscribe(key, group, info.name, kind);
        }
        if let Some(frame) = self.frame_mut() {
            frame.edit_port(port, |state| state.token = Some(token));
        }
    }
}

/// Row of an operation of a self-correlating port, by the private token of its instance (SCD-5).
pub fn self_correlating_group(token: Value, operation: Name) -> Group {
    smallvec![
        Predicate::equals(BTS.partner_port, Value::string(SELF_CORRELATED)),
        Predicate::equals(BTS.partner_service, token),
        Predicate::equals(BTS.operation, Value::string(operation.as_str())),
    ]
}

/// A negative acknowledgement in place of the response: the request could not be delivered (DN-5, RF-10).
fn undelivered(message: &Arc<Message>) -> Result<(), Raised> {
    if message.context.get(BTS.ack_type) != Some(&Value::string("NACK")) {
        return Ok(());
    }
    Err(soap_exception(message))
}

fn is_direct(service: &Service, port: u16) -> bool {
    service
        .port(port)
        .is_some_and(|p| matches!(p.binding, PortBinding::MessageBox | PortBinding::Partner { .. }))
}

/// True when a channel's messages are for this receive.
fn serves(
    key: &ChannelKey,
    service: &Service,
    frame: &Frame,
    frame_id: u32,
    receive: u16,
    info: &ReceiveInfo,
) -> bool {
    match key {
        ChannelKey::Activation { receive: activated } => {
            info.activate && *activated == receive && frame.caller.is_none()
        }
        ChannelKey::Follow { kind, values } => {
            *kind == info.kind && values_of(frame, correlating(info)).is_some_and(|v| v == *values)
        }
        ChannelKey::SelfCorrelating { token, operation } => {
            info.leg == LegKind::Request
                && *operation == info.operation
                && service.port(info.port).is_some()
                && frame.port(info.port).is_some_and(|p| p.token.as_ref() == Some(token))
        }
        ChannelKey::Response { frame: asking, port, token } => {
            let awaited = |p: &PortState| p.requests.iter().any(|(_, last)| last == token);
            info.leg != LegKind::Request
                && *asking == frame_id
                && *port == info.port
                // On a direct port the answer to an earlier attempt serves as well: it is the same partner (E5).
                && (is_direct(service, info.port) || frame.port(info.port).is_some_and(awaited))
        }
        ChannelKey::Acknowledgement { .. } => false,
    }
}

/// The channels of an instance by which messages reach a receive.
pub fn serving<'i>(
    instance: &'i Instance,
    service: &'i Service,
    frame: u32,
    receive: u16,
) -> impl Iterator<Item = &'i Channel> {
    let found = instance.state.frame(frame).zip(service.receive(receive));
    instance.channels.iter().filter(move |channel| {
        found.is_some_and(|(of, info)| serves(&channel.key, service, of, frame, receive, info))
    })
}

/// Sets by which messages find a receive in its instance: those it follows, or in a parallel convoy those that it
/// or another receive initialises (CVY-21).
pub fn correlating(info: &ReceiveInfo) -> &[u16] {
    if info.activate { &info.initializes } else { &info.follows }
}

/// Values of several sets, one after the other; `None` while one is not initialised.
fn values_of(frame: &Frame, sets: &[u16]) -> Option<Arc<[Value]>> {
    match sets {
        [] => return None,
        [set] => return frame.set(*set).cloned(),
        _ => {}
    }
    let mut values = Vec::new();
    for set in sets {
        values.extend(frame.set(*set)?.iter().cloned());
    }
    Some(values.into())
}

/// Values of a set's properties in a context.
///
/// # Errors
/// The name of the first property that is absent.
pub fn set_values(properties: &[Name], context: &Context) -> Result<Arc<[Value]>, Name> {
    properties.iter().map(|name| context.get(*name).cloned().ok_or(*name)).collect()
}

/// Row of a following receive: what it receives, from where, with which values (SUB-7, E2).
pub fn follow_group(service: &Service, info: &ReceiveInfo, values: &[Value], binding: PortBinding) -> Group {
    let mut group = source_group(service, info, binding);
    let names = correlating(info).iter().filter_map(|s| service.set(*s)).flat_map(|s| s.properties.iter());
    for (name, value) in names.zip(values) {
        if !group.iter().any(|p| p.property == *name) {
            group.push(Predicate::equals(*name, value.clone()));
        }
    }
    group
}

/// Predicates that say what a receive takes and through which port, without correlation or filter.
pub fn source_group(service: &Service, info: &ReceiveInfo, binding: PortBinding) -> Group {
    let mut group = Group::new();
    match binding {
        PortBinding::Partner { service, port } => {
            group.push(Predicate::equals(BTS.partner_service, Value::string(service.as_str())));
            group.push(Predicate::equals(BTS.partner_port, Value::string(port.as_str())));
            group.push(Predicate::equals(BTS.operation, Value::string(info.operation.as_str())));
        }
        PortBinding::ReceivePort(name) => {
            group.push(Predicate::equals(BTS.receive_port_id, Value::string(name.as_str())));
            typed(&mut group, info);
        }
        _ => typed(&mut group, info),
    }
    // The request of a two-way operation asks for an answer; a response of the same type does not.
    if service.port(info.port).is_some_and(|p| p.two_way) {
        group.push(Predicate::exists(BTS.reply_token));
    }
    group
}

fn typed(group: &mut Group, info: &ReceiveInfo) {
    if let Some(message_type) = &info.message_type {
        group.push(Predicate::equals(BTS.message_type, Value::String(message_type.clone())));
    }
}

/// The message under the parts of the declared type: body to body, others by name, then by position.
fn bind_parts(message: Arc<Message>, declared: &crate::xlang::MessageType) -> Result<Arc<Message>, Raised> {
    if !declared.multipart && message.parts.len() == 1 {
        return Ok(message);
    }
    let names: Vec<Name> = declared.parts.iter().map(|(name, _)| *name).collect();
    let same =
        message.body == declared.body && message.parts.iter().map(|p| p.name).eq(names.iter().copied());
    if same {
        return Ok(message);
    }
    message.with_parts(&names, declared.body).map(Arc::new).map_err(|mismatch| {
        exception(
            "Microsoft.XLANGs.Core.WrongBodyPartException",
            format!("The message received does not fit {}: {mismatch}", declared.name),
        )
    })
}

/// Channels of the convoy followers of a fresh instance, from the activating message: later messages of the
/// group find it before it has run (4.4).
pub fn convoy_channels(
    program: &Program,
    service: &Service,
    receive: u16,
    context: &Context,
) -> Vec<(ChannelKey, Group, Name, u32)> {
    let mut followers =
        service.convoys.iter().filter(|c| c.activate == receive).flat_map(|c| &c.followers).peekable();
    if followers.peek().is_none() {
        return Vec::new();
    }
    let mut found: Vec<(ChannelKey, Group, Name, u32)> = Vec::new();
    let frame = Frame::new(service, None);
    for follower in followers {
        let Some(info) = service.receive(*follower) else { continue };
        let mut values = Vec::new();
        let sets = correlating(info).iter().filter_map(|s| service.set(*s));
        if !sets
            .into_iter()
            .all(|s| set_values(&s.properties, context).map(|v| values.extend_from_slice(&v)).is_ok())
        {
            continue;
        }
        let values: Arc<[Value]> = values.into();
        let binding = binding_of(&program.services, &frame, info.port);
        let group = follow_group(service, info, &values, binding);
        let key = ChannelKey::Follow { kind: info.kind, values };
        if !found.iter().any(|(k, ..)| *k == key) {
            found.push((key, group, service.port(info.port).map_or(service.name, |p| p.name), info.kind));
        }
    }
    found
}
