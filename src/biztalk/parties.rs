//! Trading partners for a project without parties: role links send to whom is enlisted, so somebody is.

use super::example::folder;
use super::simulate::send_port;
use crate::diagnostic::{Diagnostic, counted};
use crate::model::{
    Application, Enlistment, Module, Orchestration, Party, PartyAlias, Polarity, RoleLink, ShapeKind,
};
use crate::xlang::{Flow, flows};
use std::collections::BTreeSet;

/// Name of the party that is made.
pub const PARTY: &str = "Simulated partner";

/// What a role link sends through: role link type, role and port type, by full names.
struct Outward {
    link_type: String,
    role: String,
    port_type: String,
}

/// Enlists a party in every role that orchestrations send to and nobody is enlisted in, with a send port for each of its
/// port types. It is known by every name that a text makes a party of, and by none, which is what a mocked lookup gives.
pub(super) fn enlist(application: &mut Application, all: &[(Module, Orchestration)]) -> Option<Diagnostic> {
    let mut open: Vec<Outward> = Vec::new();
    let mut names: BTreeSet<(String, String)> = BTreeSet::new();
    for (module, orchestration) in all {
        for link in &orchestration.role_links {
            for outward in outward(application, module, link) {
                let enlisted = application.bindings.parties.iter().flat_map(|party| &party.enlistments);
                let known = enlisted
                    .into_iter()
                    .any(|own| own.role_link_type == outward.link_type && own.role == outward.role);
                let same = |other: &Outward| {
                    (&other.link_type, &other.role, &other.port_type)
                        == (&outward.link_type, &outward.role, &outward.port_type)
                };
                if !known && !open.iter().any(same) {
                    open.push(outward);
                }
            }
        }
        if !orchestration.role_links.is_empty() {
            names.extend(named(orchestration));
        }
    }
    if open.is_empty() {
        return None;
    }
    let mut enlistments: Vec<Enlistment> = Vec::new();
    for Outward { link_type, role, port_type } in &open {
        let short = port_type.rsplit('.').next().unwrap_or(port_type);
        let port = format!("{PARTY} as {role}, {short}");
        let at = enlistments.iter().position(|own| own.role_link_type == *link_type && own.role == *role);
        let at = at.unwrap_or_else(|| {
            enlistments.push(Enlistment {
                role_link_type: link_type.clone(),
                role: role.clone(),
                ..Enlistment::default()
            });
            enlistments.len() - 1
        });
        if let Some(own) = enlistments.get_mut(at) {
            own.ports.insert(port_type.clone(), port.clone());
        }
        if application.bindings.send_port(&port).is_none() {
            let address = format!("out/{}/%MessageID%.xml", folder(&port));
            application.bindings.send_ports.push(send_port(&port, "FILE", address));
        }
    }
    let alias = |(value, qualifier): (String, String)| PartyAlias {
        name: qualifier.clone(),
        qualifier,
        value,
        ..PartyAlias::default()
    };
    names.insert((String::new(), "OrganizationName".to_owned()));
    application.bindings.parties.push(Party {
        name: PARTY.to_owned(),
        aliases: names.into_iter().map(alias).collect(),
        enlistments,
        ..Party::default()
    });
    let message = format!("nobody is enlisted in {}: {PARTY} plays them", counted(open.len(), "role"));
    Some(Diagnostic::information(
        "Z13",
        message,
        "add parties to the binding file, or enlist them in the studio",
    ))
}

/// The port types through which a role link sends: of the role it uses, or of those who use the role it implements.
fn outward(application: &Application, module: &Module, link: &RoleLink) -> Vec<Outward> {
    let Some(declared) = application.role_link_type(module, &link.role_link_type) else { return Vec::new() };
    let mut modules = application.modules.values();
    let home = modules.find(|home| home.role_link_types.iter().any(|own| std::ptr::eq(own, declared)));
    let home = home.unwrap_or(module);
    let roles = declared.roles.iter().filter(|role| match link.polarity {
        Polarity::Uses => role.name == link.role,
        Polarity::Implements => role.name != link.role,
    });
    let port_types = roles.flat_map(|role| role.port_types.iter().map(move |own| (role, own)));
    port_types
        .filter_map(|(role, port_type)| {
            let found = application.port_type(home, port_type)?;
            let mut modules = application.modules.values();
            let owner = modules.find(|own| own.port_types.iter().any(|known| std::ptr::eq(known, found)));
            Some(Outward {
                link_type: home.qualify(&declared.name),
                role: role.name.clone(),
                port_type: owner.unwrap_or(home).qualify(&found.name),
            })
        })
        .collect()
}

/// Names and qualifiers of the parties that texts make: `new …Party("Acme", "OrganizationName")`.
fn named(orchestration: &Orchestration) -> Vec<(String, String)> {
    let shapes = orchestration.shapes();
    let texts = shapes.iter().filter_map(|shape| match &shape.kind {
        ShapeKind::Expression(code) => Some(code.text.as_str()),
        _ => None,
    });
    let parties = texts.flat_map(flows).filter_map(|flow| match flow {
        Flow::Party(value, qualifier) => Some((value, qualifier)),
        _ => None,
    });
    parties.collect()
}
