//! A message that starts an orchestration: what it has to be like, and where it goes in.

use super::ANY_MESSAGE;
use super::example::{declared_type, example, parts};
use super::guess::Guess;
use crate::model::{
    Application, Binding, Filter, FilterOperator, FilterRow, Grouping, Module, Orchestration, Party,
    PortBinding, Receive, ShapeKind,
};
use crate::xml::{Optional, SchemaSet, Wishes};

/// A message that an orchestration starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Receive location to hand it in at.
    pub location: String,
    /// XML, or MIME for a message of several parts.
    pub body: String,
    /// What an adapter would promote: properties that a filter or the orchestration asks for and no field of the
    /// message is promoted to.
    pub properties: Vec<(String, String)>,
}

/// Why there is no sample.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSample {
    #[error("the file declares types only")]
    TypesOnly,
    #[error("it has no activating Receive: another orchestration calls or starts it")]
    Called,
    #[error("its port {0} is bound to that of another orchestration, which starts it")]
    Partner(String),
    #[error("nothing can be submitted to the port {0}")]
    Unbound(String),
    #[error("no example of its message can be made")]
    NoExample,
}

/// Properties that a receive location gives every message.
const STAMPED: [&str; 9] = [
    "BTS.ReceivePortName",
    "BTS.ReceivePortID",
    "BTS.ReceiveLocationName",
    "BTS.InboundTransportType",
    "BTS.InboundTransportLocation",
    "BTS.InterchangeID",
    "BTS.InterchangeSequenceNumber",
    "BTS.MessageID",
    "BTS.ReplyToken",
];

/// Makes a message for the first activating Receive of a module's orchestration, whose ports are bound or simulated.
///
/// # Errors
/// Why nothing that is submitted could start it.
pub fn sample(application: &Application, schemas: &SchemaSet, key: &str) -> Result<Sample, NoSample> {
    let module = application.modules.get(key).ok_or(NoSample::TypesOnly)?;
    let own = module.orchestration.as_ref().ok_or(NoSample::TypesOnly)?;
    let shapes = own.shapes();
    let mut receives = shapes.iter().filter_map(|shape| match &shape.kind {
        ShapeKind::Receive(receive) if receive.activate => Some(receive),
        _ => None,
    });
    let receive = receives.next().ok_or(NoSample::Called)?;
    if let Some(port) = own.port(&receive.port)
        && matches!(port.binding, Binding::Partner(_) | Binding::SelfCorrelating)
    {
        return Err(NoSample::Partner(port.name.clone()));
    }
    let location = location(application, module, own, receive);
    let location = location.ok_or_else(|| NoSample::Unbound(receive.port.clone()))?;
    let guess = Guess::new(application, schemas, module, own);
    let known =
        guess.message_type(&receive.message).filter(|_| !has_parts(application, module, own, receive));
    let root = known.as_ref().and_then(|kind| schemas.root(kind));
    let promoted = |property: &str| {
        root.is_some_and(|root| root.promoted.iter().any(|own| own.property.as_str() == property))
    };
    let mut wishes = Wishes { optional: Optional::All, ..Wishes::default() };
    let mut properties: Vec<(String, String)> = Vec::new();
    for row in first_group(&receive.filter) {
        let value = match row.operator {
            FilterOperator::Equals => row.value.trim().trim_matches('"').to_owned(),
            FilterOperator::Exists => plain_value(schemas, &row.property),
            _ => continue,
        };
        let into = if promoted(&row.property) { &mut wishes.values } else { &mut properties };
        into.push((row.property.clone(), value));
    }
    if own.port(&receive.port).is_none()
        && let Some(party) = sender(application, module, own, receive)
    {
        properties.push(("BTS.SourcePartyID".to_owned(), party));
    }
    let sets = receive.initializes.iter().filter_map(|set| {
        let set = own.correlation_sets.iter().find(|own| own.name == *set)?;
        application.correlation_type(module, &set.correlation_type)
    });
    let correlated: Vec<String> = sets.flat_map(|of| of.properties.clone()).collect();
    for property in guess.read_of(&receive.message).chain(correlated.iter().map(String::as_str)) {
        let Some(declared) = schemas.property(property) else { continue };
        let name = declared.name.as_str();
        let given = properties.iter().any(|(known, _)| known == name);
        let typed = known.is_some() && name == "BTS.MessageType";
        if !given && !typed && !promoted(name) && !STAMPED.contains(&name) {
            properties.push((name.to_owned(), plain_value(schemas, name)));
        }
    }
    let generated = known.as_ref().and_then(|kind| schemas.generate(kind, &wishes).ok());
    let body = match generated {
        Some(instance) => instance.text,
        None => {
            let declared = declared_type(own, &receive.message);
            example(application, schemas, module, &declared).ok_or(NoSample::NoExample)?
        }
    };
    Ok(Sample { location, body, properties })
}

/// A party that sends through the role link of a Receive: one that is enlisted in its type.
fn sender(
    application: &Application,
    module: &Module,
    own: &Orchestration,
    receive: &Receive,
) -> Option<String> {
    let link = own.role_links.iter().find(|link| link.name == receive.port)?;
    let declared = application.role_link_type(module, &link.role_link_type)?;
    let plays = |party: &&Party| {
        let mut types = party.enlistments.iter().map(|own| own.role_link_type.rsplit('.').next());
        types.any(|name| name == Some(declared.name.as_str()))
    };
    application.bindings.parties.iter().find(plays).map(|party| party.name.clone())
}

/// Whether the message of a Receive has more parts than its body.
fn has_parts(application: &Application, module: &Module, own: &Orchestration, receive: &Receive) -> bool {
    let declared = declared_type(own, &receive.message);
    parts(application, module, &declared).len() > 1
}

/// Rows that together let a message in.
fn first_group(filter: &Filter) -> impl Iterator<Item = &FilterRow> {
    let end = filter.iter().position(|row| row.grouping == Grouping::Or).map_or(filter.len(), |at| at + 1);
    filter.iter().take(end)
}

/// A value of a property's type.
fn plain_value(schemas: &SchemaSet, property: &str) -> String {
    let kind = schemas.property(property).map(|declared| &declared.value_type);
    match kind {
        Some(kind) if kind.is_number() => "1".to_owned(),
        Some(crate::message::ValueType::Bool) => "true".to_owned(),
        Some(crate::message::ValueType::DateTime) => "2026-01-01T00:00:00".to_owned(),
        _ => property.rsplit('.').next().unwrap_or(property).to_owned(),
    }
}

/// The receive location that feeds an activating Receive.
fn location(
    application: &Application,
    module: &Module,
    own: &Orchestration,
    receive: &Receive,
) -> Option<String> {
    let full = module.full_name(&own.name);
    let bindings = &application.bindings;
    let bound = |name: &str| bindings.service(&full).and_then(|service| service.ports.get(name));
    let receive_port = |bound: Option<&PortBinding>| match bound {
        Some(PortBinding::ReceivePort(name)) => Some(name.clone()),
        _ => None,
    };
    let port = match own.port(&receive.port) {
        None => {
            let of = receive.role_port_type.rsplit('.').next().unwrap_or_default();
            receive_port(bound(&format!("{}.{of}", receive.port)))?
        }
        Some(port) => match (&port.binding, bound(&port.name)) {
            (Binding::SpecifyNow(_), None) => return Some(format!("{full}.{}", port.name)),
            (Binding::MessageBox, None) => {
                let named = receive.filter.iter().find(|row| row.property == "BTS.ReceivePortName");
                named.map_or_else(|| ANY_MESSAGE.to_owned(), |row| row.value.trim_matches('"').to_owned())
            }
            (_, bound) => receive_port(bound)?,
        },
    };
    Some(bindings.receive_port(&port)?.locations.first()?.name.clone())
}
