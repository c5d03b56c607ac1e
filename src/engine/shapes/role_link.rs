use crate::engine::instance::{Machine, Parties, exception};
use crate::message::{BTS, Message, Name, Object, Value};
use crate::program::{PortBinding, RoleLinkInfo, Service};
use crate::xlang::Raised;
use std::collections::BTreeMap;
use std::sync::Arc;

/// .NET type of a party in expressions.
const PARTY: &str = "Microsoft.XLANGs.BaseTypes.Party";

impl<'a> Machine<'a, '_> {
    /// The send port through which the destination party of a role link is reached: the party's enlistment in the role
    /// names it for the port type (RLK-3, RLK-5).
    pub fn role_target(
        &mut self,
        service: &'a Service,
        frame: u32,
        port: u16,
        operation: Name,
        message: &mut Message,
    ) -> Result<PortBinding, Raised> {
        let fail = |text: String| exception("Microsoft.XLANGs.BaseTypes.PersistenceException", text);
        let missing = || fail("The port belongs to no role link".to_owned());
        let info = service.port(port).ok_or_else(missing)?;
        let link = service.role_link_of(port).ok_or_else(missing)?;
        let state = self.instance.state.frame(frame).and_then(|f| f.port(link.slot));
        let destination = state.and_then(|s| s.parties.as_ref()).and_then(|p| p.destination.clone());
        let Some(Value::Object(party)) = destination else {
            return Err(fail(format!(
                "The role link {} has no DestinationParty: assign one before the send (RLK-3)",
                link.name
            )));
        };
        let (name, qualifier) = (member(&party, "Name"), member(&party, "Qualifier"));
        let parties = &self.program.application.bindings.parties;
        let Some(party) = parties.iter().find(|p| p.is_known_as(&name, &qualifier)) else {
            return Err(fail(format!("There is no party {name} ({qualifier}); add it to the bindings")));
        };
        let (port_type, role) = (info.port_type.as_str(), link.role_of(port));
        let found = self
            .step
            .core
            .enlistments
            .iter()
            .filter(|e| {
                // Binding files of older servers name the role alone.
                let same_type = e.role_link_type == link.type_name || e.role_link_type.as_str().is_empty();
                e.party.as_str() == party.name && e.role == role && same_type
            })
            .find_map(|e| {
                let exact = enlisted(&e.ports, &format!("{port_type}.{operation}"));
                exact.or_else(|| enlisted(&e.ports, port_type)).cloned()
            });
        let target = found.and_then(|name| self.program.send_port_by_name(Name::new(&name)));
        let Some((index, _)) = target.filter(|(_, p)| p.two_way == info.two_way) else {
            let ways = if info.two_way { "two-way" } else { "one-way" };
            return Err(fail(format!(
                "{} is not enlisted as {} of {} with a {ways} send port for {port_type}: enlist it first (RLK-5)",
                party.name, role, link.type_name
            )));
        };
        message.context.promote(BTS.destination_party, Value::from(party.name.as_str()));
        Ok(PortBinding::SendPort(index))
    }

    /// A message received through a role link tells who sent it, and to whom links of the same type that do not initiate
    /// answer (RLK-4).
    pub fn meet_party(&mut self, service: &'a Service, port: u16, message: &Message) {
        let Some(link) = service.role_link_of(port) else { return };
        let Some(Value::String(name)) = message.context.get(BTS.source_party_id) else { return };
        let party = party_value(name);
        let Some(frame) = self.frame_mut() else { return };
        let same = |other: &&RoleLinkInfo| other.type_name == link.type_name;
        for other in service.role_links.iter().filter(same) {
            frame.edit_port(other.slot, |state| {
                let parties = state.parties.get_or_insert_default();
                parties.source = Some(party.clone());
                if !other.initiating && parties.destination.is_none() {
                    parties.destination = Some(party.clone());
                }
            });
        }
    }
}

/// The send port of an enlistment for a port type, or for one of its operations, which may be written with its namespace.
fn enlisted<'a>(ports: &'a BTreeMap<String, String>, name: &str) -> Option<&'a String> {
    let ends =
        |key: &String| key.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    ports.iter().find(|(key, _)| ends(key)).map(|(_, port)| port)
}

/// Reads a party of a role link in an expression.
pub fn read_party(parties: &Parties, property: &str) -> Option<Value> {
    if property.ends_with("SourceParty") { parties.source.clone() } else { parties.destination.clone() }
}

/// Assigns the destination party of a role link, once (RLK-3). Who sent is known to the engine only (RLK-4).
///
/// # Errors
/// When it is the source party, is assigned already, or the value is no party.
pub fn assign_party(parties: &mut Parties, link: Name, property: &str, value: Value) -> Result<(), Raised> {
    let fail = |text: String| Err(exception("System.InvalidOperationException", text));
    if property.ends_with("SourceParty") {
        return fail(format!("The SourceParty of {link} cannot be assigned: it is who sent the message"));
    }
    if !matches!(&value, Value::Object(object) if object.type_name == PARTY) {
        return fail(format!("The DestinationParty of {link} needs new {PARTY}(name, qualifier)"));
    }
    if parties.destination.is_some() {
        return fail(format!("The DestinationParty of {link} is set already; it is assigned once"));
    }
    parties.destination = Some(value);
    Ok(())
}

fn member(party: &Object, name: &str) -> String {
    let found = party.members.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| crate::message::format_value(value)).unwrap_or_default()
}

fn party_value(name: &str) -> Value {
    let members =
        vec![("Name".into(), Value::from(name)), ("Qualifier".into(), Value::from(ORGANIZATION_NAME))];
    Value::Object(Arc::new(Object { type_name: PARTY.into(), members }))
}

/// Qualifier of the alias that every party has: its own name.
const ORGANIZATION_NAME: &str = "OrganizationName";
