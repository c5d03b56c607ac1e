use super::service::{ServiceCompiler, small};
use super::{PortBinding, PortInfo, RoleLinkInfo};
use crate::diagnostic::Place;
use crate::message::Name;
use crate::model::{self, Polarity};
use crate::xlang::Symbol;

impl ServiceCompiler<'_> {
    /// A role link: a port for each port type of its role. One that receives is bound like a "specify later" port, under
    /// the name `Link.PortType`; one that sends goes where the destination party says (RLK-5, RLK-6). As a parameter it
    /// takes the caller's parties and bindings. Gives the place that remembers its parties; the ports follow it.
    pub fn role_link(&mut self, link: &model::RoleLink, parameter: bool) -> Option<u16> {
        let app = self.shared.app;
        let place = Place { name: link.name.clone(), id: Some(link.id.clone()), ..self.root_place() };
        let link_type = app.role_link_type(self.module, &link.role_link_type);
        let role = link_type.and_then(|t| t.roles.iter().find(|r| r.name == link.role));
        let (Some(link_type), Some(role)) = (link_type, role) else {
            self.report(
                "V01",
                format!(
                    "Role link {} names \"{}\" of \"{}\", which is no role of a role link type",
                    link.name, link.role, link.role_link_type
                ),
                "Choose a role link type and one of its roles",
                Place { property: "role", ..place },
            );
            return None;
        };
        let home =
            app.modules.values().find(|m| m.role_link_types.iter().any(|t| std::ptr::eq(t, link_type)));
        let home = home.unwrap_or(self.module);
        let slot = small(self.service.ports.len());
        self.service.ports.push(PortInfo {
            name: Name::new(&link.name),
            port_type: Name::default(),
            polarity: link.polarity,
            two_way: false,
            operations: Vec::new(),
            binding: PortBinding::Role,
            ordered: false,
            notify: false,
        });
        self.symbols.names.push((link.name.clone(), Symbol::RoleLink { slot }));
        self.role_ports(link, link_type, role, home, link.polarity, parameter);
        let own = slot + 1..small(self.service.ports.len());
        // The other role's port types are the way back, as far as the drawing uses them.
        let peer = link_type.roles.iter().find(|other| other.name != role.name).filter(|_| !parameter);
        let back = match link.polarity {
            Polarity::Uses => Polarity::Implements,
            Polarity::Implements => Polarity::Uses,
        };
        if let Some(peer) = peer {
            let used = self.used(link);
            let used = |name: &&String| used.contains(&role_port(&link.name, name));
            let port_types = peer.port_types.iter().filter(used).cloned().collect();
            let used = model::Role { name: peer.name.clone(), port_types, ..model::Role::default() };
            self.role_ports(link, link_type, &used, home, back, parameter);
        }
        self.service.role_links.push(RoleLinkInfo {
            slot,
            name: Name::new(&link.name),
            type_name: Name::new(&home.qualify(&link_type.name)),
            role: Name::new(&role.name),
            initiating: link.initiating,
            peer: Name::new(peer.map_or("", |peer| &peer.name)),
            peer_ports: own.end..small(self.service.ports.len()),
            ports: own,
        });
        Some(slot)
    }

    /// A port for each port type of a role.
    fn role_ports(
        &mut self,
        link: &model::RoleLink,
        link_type: &model::RoleLinkType,
        role: &model::Role,
        home: &model::Module,
        polarity: Polarity,
        parameter: bool,
    ) {
        let app = self.shared.app;
        let place = Place { name: link.name.clone(), id: Some(link.id.clone()), ..self.root_place() };
        for name in &role.port_types {
            let Some(port_type) = app.port_type(home, name) else {
                self.report(
                    "V01",
                    format!("Role {} of {} has the unknown port type \"{name}\"", role.name, link_type.name),
                    "Choose port types of the application for the role",
                    Place { property: "role", ..place.clone() },
                );
                continue;
            };
            let owner =
                app.modules.values().find(|m| m.port_types.iter().any(|t| std::ptr::eq(t, port_type)));
            let port = model::Port {
                name: role_port(&link.name, &port_type.name),
                id: link.id.clone(),
                port_type: owner.unwrap_or(home).qualify(&port_type.name),
                polarity,
                ordered_delivery: link.ordered_delivery,
                delivery_notification: link.delivery_notification,
                ..model::Port::default()
            };
            let service = app.bindings.service(self.service.name.as_str());
            let bound = service.and_then(|s| s.ports.get(&port.name));
            self.port(&port, |this, two_way, place| match port.polarity {
                Polarity::Uses => PortBinding::Role,
                Polarity::Implements if parameter => PortBinding::Parameter,
                Polarity::Implements => this.bound(&port, bound, two_way, place),
            });
        }
    }

    /// Names of the ports of a role link that shapes receive or send on.
    fn used(&self, link: &model::RoleLink) -> Vec<String> {
        let shapes = self.orchestration.shapes().into_iter();
        let named = shapes.filter_map(|shape| match &shape.kind {
            model::ShapeKind::Receive(own) => Some((&own.port, &own.role_port_type)),
            model::ShapeKind::Send(own) => Some((&own.port, &own.role_port_type)),
            _ => None,
        });
        named.filter(|(port, _)| **port == link.name).map(|(port, of)| role_port(port, of)).collect()
    }
}

/// Name of the port that a role link has for a port type, given with or without its namespace.
pub fn role_port(link: &str, port_type: &str) -> String {
    format!("{link}.{}", port_type.rsplit('.').next().unwrap_or_default())
}
