use super::{Endpoint, Fit, Preview, RowKind};
use crate::message::Name;
use crate::model::Application;
use crate::model::PortState;
use crate::program::{Program, SendPortInfo};
use std::sync::Arc;

/// The application as one picture: what there is, from the outside in and out again, and who talks to whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// By kind, in the order of the application.
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    /// Links go by it.
    pub preview: Preview,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub kind: NodeKind,
    /// Full name.
    pub name: String,
    /// One line: adapter and address, or what starts it.
    pub about: String,
    /// Disabled, not enlisted, or not bound.
    pub off: bool,
    /// Key of the module of an orchestration; name of the receive port of a location.
    pub home: String,
    /// Orchestration whose logical port it was made for at deployment, by its full name (BND-2, BND-4).
    pub made_for: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    ReceiveLocation,
    ReceivePort,
    Orchestration,
    SendPort,
    SendPortGroup,
}

/// From one node to another, with every message that goes this way.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub kind: LinkKind,
    pub fit: Fit,
    /// An answer comes back.
    pub two_way: bool,
    /// One line a message: what, and under which condition.
    pub messages: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// A location belongs to a receive port, a send port to a group.
    Belongs,
    /// Through the message box: a row takes what is published.
    Message,
    /// As [`LinkKind::Message`], of messages that failed.
    Failure,
    Call,
    Start,
}

impl Node {
    /// Name without namespace.
    pub fn short(&self) -> &str {
        match self.kind {
            NodeKind::Orchestration => self.name.rsplit('.').next().unwrap_or(&self.name),
            _ if self.made_for.is_empty() => &self.name,
            // A port that deployment makes: `Namespace.Orchestration.Port`.
            _ => self.name.get(self.made_for.rfind('.').map_or(0, |dot| dot + 1)..).unwrap_or(&self.name),
        }
    }
}

impl Picture {
    pub fn of(application: &Application) -> Self {
        Self::of_program(application, &Program::draft(application))
    }

    /// [`Picture::of`], of an application that is compiled already.
    pub fn of_program(application: &Application, program: &Arc<Program>) -> Self {
        let preview = Preview::of_program(application, program);
        let mut picture = Self { nodes: nodes(program, &preview), links: Vec::new(), preview };
        picture.belongings(program);
        picture.messages();
        picture.calls();
        picture.links.sort_by_key(|link| (link.from, link.to, link.kind));
        picture
    }

    pub fn find(&self, kind: NodeKind, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.kind == kind && node.name == name)
    }

    fn endpoint(&self, endpoint: Endpoint) -> Option<usize> {
        let (kind, name) = match endpoint {
            Endpoint::ReceivePort(name) => (NodeKind::ReceivePort, name),
            Endpoint::Orchestration(name) => (NodeKind::Orchestration, name),
            Endpoint::SendPort(name) => (NodeKind::SendPort, name),
            Endpoint::SendPortGroup(name) => (NodeKind::SendPortGroup, name),
        };
        self.find(kind, name.as_str())
    }

    /// Everything that leads to a node and that it leads to: places in [`Picture::nodes`] by their links.
    pub fn around(&self, node: usize) -> Vec<usize> {
        let touching = self.links.iter().filter(|link| link.from == node || link.to == node);
        let mut found: Vec<usize> = touching.flat_map(|link| [link.from, link.to]).collect();
        found.push(node);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn link(&mut self, from: usize, to: usize, kind: LinkKind, fit: Fit, two_way: bool, message: String) {
        let known = self.links.iter_mut().find(|l| l.from == from && l.to == to && l.kind == kind);
        let link = match known {
            Some(link) => link,
            None => {
                self.links.push(Link { from, to, kind, fit, two_way, messages: Vec::new() });
                let Some(link) = self.links.last_mut() else { return };
                link
            }
        };
        link.fit = link.fit.max(fit);
        link.two_way |= two_way;
        if !message.is_empty() && !link.messages.contains(&message) {
            link.messages.push(message);
        }
    }

    fn belongings(&mut self, program: &Program) {
        for location in &program.locations {
            let port = program.receive_ports.get(usize::from(location.port)).map(|p| p.name);
            let from = self.find(NodeKind::ReceiveLocation, location.name.as_str());
            let to = port.and_then(|port| self.find(NodeKind::ReceivePort, port.as_str()));
            if let (Some(from), Some(to)) = (from, to) {
                self.link(from, to, LinkKind::Belongs, Fit::Yes, false, String::new());
            }
        }
        for group in &program.groups {
            let Some(from) = self.find(NodeKind::SendPortGroup, group.name.as_str()) else { continue };
            for port in group.ports.iter().filter_map(|port| program.send_port(*port)) {
                if let Some(to) = self.find(NodeKind::SendPort, port.name.as_str()) {
                    self.link(from, to, LinkKind::Belongs, Fit::Yes, false, String::new());
                }
            }
        }
    }

    fn messages(&mut self) {
        let mut links = Vec::new();
        for publication in &self.preview.publications {
            let Some(from) = self.endpoint(publication.by) else { continue };
            for delivery in &publication.deliveries {
                let row = self.preview.rows.get(delivery.row);
                let Some((row, to)) = row.and_then(|row| Some((row, self.endpoint(row.of)?))) else {
                    continue;
                };
                let mut words = publication.what.clone();
                if !publication.operation.as_str().is_empty() {
                    words = format!("{words} by {}", publication.operation);
                }
                if delivery.fit == Fit::Maybe && !delivery.when.is_empty() {
                    words = format!("{words}, when {}", delivery.when);
                }
                if row.kind == RowKind::Follow {
                    words = format!("{words}, to an instance that waits");
                }
                let kind = if publication.failures { LinkKind::Failure } else { LinkKind::Message };
                links.push((from, to, kind, delivery.fit, publication.expects_reply, words));
            }
        }
        for (from, to, kind, fit, two_way, words) in links {
            self.link(from, to, kind, fit, two_way, words);
        }
    }

    fn calls(&mut self) {
        for call in self.preview.calls.clone() {
            let node = |name: Name| self.find(NodeKind::Orchestration, name.as_str());
            if let (Some(from), Some(to)) = (node(call.from), node(call.to)) {
                let (kind, verb) =
                    if call.waits { (LinkKind::Call, "Calls") } else { (LinkKind::Start, "Starts") };
                let words = self.nodes.get(to).map_or_else(String::new, |n| format!("{verb} {}", n.short()));
                self.link(from, to, kind, Fit::Yes, false, words);
            }
        }
    }
}

fn nodes(program: &Program, preview: &Preview) -> Vec<Node> {
    let mut nodes = Vec::new();
    for location in &program.locations {
        nodes.push(Node {
            kind: NodeKind::ReceiveLocation,
            name: location.name.to_string(),
            about: format!("{} {}", location.transport, location.address),
            off: !location.enabled,
            home: program
                .receive_ports
                .get(usize::from(location.port))
                .map_or_else(String::new, |port| port.name.to_string()),
            made_for: String::new(),
        });
    }
    for (index, port) in (0_u16..).zip(&program.receive_ports) {
        let open = program.locations.iter().filter(|l| l.port == index && l.enabled).count();
        nodes.push(Node {
            kind: NodeKind::ReceivePort,
            name: port.name.to_string(),
            about: if port.two_way { "Request and response" } else { "One-way" }.to_owned(),
            off: open == 0,
            home: String::new(),
            made_for: String::new(),
        });
    }
    for service in &program.services {
        let of = Endpoint::Orchestration(service.name);
        let starts = preview.rows_of(of).find(|(_, row)| row.kind == RowKind::Activation);
        let called = preview.calls.iter().any(|call| call.to == service.name);
        nodes.push(Node {
            kind: NodeKind::Orchestration,
            name: service.name.to_string(),
            about: match (starts, called) {
                (Some((_, row)), _) => row.words(),
                (None, true) => "Run by another orchestration".to_owned(),
                (None, false) => "Nothing starts it".to_owned(),
            },
            off: !matches!(
                service.state,
                crate::model::ServiceState::Started | crate::model::ServiceState::Stopped
            ),
            home: service.module.clone(),
            made_for: String::new(),
        });
    }
    nodes.extend(program.groups.iter().map(|group| Node {
        kind: NodeKind::SendPortGroup,
        name: group.name.to_string(),
        about: crate::diagnostic::counted(group.ports.len(), "send port"),
        off: group.state == PortState::Bound,
        home: String::new(),
        made_for: String::new(),
    }));
    nodes.extend(program.send_ports.iter().map(|port| Node {
        kind: NodeKind::SendPort,
        name: port.name.to_string(),
        about: address(port),
        off: port.state == PortState::Bound,
        home: String::new(),
        made_for: String::new(),
    }));
    for node in nodes.iter_mut().filter(|n| n.kind != NodeKind::Orchestration) {
        let owner = program
            .services
            .iter()
            .map(|s| s.name.as_str())
            .find(|service| node.name.strip_prefix(service).is_some_and(|rest| rest.starts_with('.')));
        node.made_for = owner.unwrap_or_default().to_owned();
    }
    nodes
}

fn address(port: &SendPortInfo) -> String {
    let two_way = if port.two_way { ", answers" } else { "" };
    match &port.primary {
        _ if port.dynamic => format!("Address set at run time{two_way}"),
        Some(transport) => format!("{} {}{two_way}", transport.transport, transport.address),
        None => format!("No address{two_way}"),
    }
}
