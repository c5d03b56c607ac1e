//! Properties of a port: its type, which way it goes, and how it is bound (BND-1 to BND-5).

use super::{Editing, title};
use crate::drawing::ports::{binding_words, direction_words};
use crate::model::edit::{Declaration, DeclarationKind, Edit, Physical};
use crate::model::{
    Binding, CommunicationPattern, DeliveryNotification, DynamicBinding, PartnerPort, Polarity, Port,
    PortBinding, PortSurface, ServiceBinding, SpecifyNow,
};
use crate::studio::document::{Action, Selection};
use crate::studio::editors::ports::{Item, fresh_port};
use crate::studio::icons::Glyph;
use crate::studio::names;
use crate::studio::panels::fields;
use crate::studio::tabs::Tab;
use crate::studio::theme::Tokens;
use egui::{RichText, Ui};

/// The last entry of the list of port types.
const NEW_TYPE: &str = "A new port type";

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, name: &str) {
    let orchestration = editing.orchestration;
    if let Some(port) = orchestration.ports.iter().find(|p| p.name == name) {
        head(ui, editing, port);
        let changed = edit(ui, editing, port, Declaration::Port);
        binding(ui, editing, port);
        physical(ui, editing, port);
        editing.below(ui, &port.id, &["binding"]);
        super::preview::ui(ui, editing, super::preview::Of::Port(name));
        common(ui, editing, port, changed);
        return;
    }
    if orchestration.parameters.iter().any(|parameter| parameter.name() == name) {
        return super::declarations::ui(ui, editing, None, DeclarationKind::Parameter, name);
    }
    if let Some(link) = orchestration.role_links.iter().find(|r| r.name == name) {
        super::types::role_link(ui, editing, link);
    }
}

fn head(ui: &mut Ui, editing: &Editing<'_>, port: &Port) {
    let t = Tokens::of(ui);
    title(ui, Glyph::Port, t.messaging, &port.name, "Port");
    let (words, bound) = binding_words(&editing.document.app, editing.module, editing.orchestration, port);
    ui.label(RichText::new(words).color(if bound { t.muted } else { t.warn }));
}

/// Name, type and direction of what is `declared` as a port or a port parameter.
pub fn edit(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    port: &Port,
    declared: impl Fn(Port) -> Declaration,
) -> Port {
    let mut new = port.clone();
    if let Some(name) = fields::name(ui, "Name", &port.name) {
        new.name = name;
    }
    editing.below(ui, &port.id, &["name"]);
    let types = names::types(&editing.document.app, editing.module, names::port_types);
    match fields::choice_or(ui, "Port type", (&port.port_type, &types, "no port type"), NEW_TYPE) {
        Some(chosen) if chosen == NEW_TYPE => {
            new_type(editing, port, declared);
            return port.clone();
        }
        Some(port_type) => new.port_type = port_type,
        None => {}
    }
    editing.below(ui, &port.id, &["port_type"]);
    let port_type = editing.document.app.port_type(editing.module, &new.port_type);
    let two_way = port_type.is_some_and(|t| t.pattern == CommunicationPattern::RequestResponse);
    let ways = [Polarity::Implements, Polarity::Uses].map(|way| (way, direction_words(way, two_way)));
    fields::pick(ui, "Direction", &mut new.polarity, &ways);
    new
}

/// Gives a port a type of its own.
fn new_type(editing: &mut Editing<'_>, port: &Port, declared: impl Fn(Port) -> Declaration) {
    let Some(Declaration::PortType(made)) = super::fresh(editing.document, DeclarationKind::PortType) else {
        return;
    };
    let (module, name) = (editing.key(), port.name.clone());
    let typed = declared(Port { port_type: made.name.clone(), ..port.clone() });
    let label = format!("Add port type {}", made.name);
    let declaration = Declaration::PortType(made);
    let declare = Edit::Declare { module: module.clone(), scope: None, index: usize::MAX, declaration };
    let retype = Edit::Redeclare { module, scope: None, name, declaration: typed };
    editing.edit(Edit::Batch { label, edits: vec![declare, retype] });
}

/// What only some ports have, then sends whatever changed.
fn common(ui: &mut Ui, editing: &mut Editing<'_>, port: &Port, mut new: Port) {
    fields::heading(ui, "Delivery");
    if port.polarity == Polarity::Implements {
        fields::toggle(ui, "Ordered delivery", &mut new.ordered_delivery);
    } else {
        let kinds =
            [(DeliveryNotification::None, "None"), (DeliveryNotification::Transmitted, "Transmitted")];
        fields::pick(ui, "Notification", &mut new.delivery_notification, &kinds);
        editing.below(ui, &port.id, &["delivery_notification"]);
    }
    fields::heading(ui, "On the canvas");
    let sides = [
        (PortSurface::Left, "Left surface"),
        (PortSurface::Right, "Right surface"),
        (PortSurface::Unbound, "By direction"),
    ];
    fields::pick(ui, "Stands on", &mut new.surface, &sides);
    let mut pinned = new.slot.is_some();
    if fields::toggle(ui, "Keep its order", &mut pinned) {
        let before = editing.orchestration.ports.iter().take_while(|p| p.name != port.name);
        let slot = u32::try_from(before.filter(|p| p.surface == port.surface).count()).unwrap_or(0);
        new.slot = pinned.then_some(slot);
    }
    fields::comments(ui, &mut new.comments);
    if new != *port {
        let key = format!("port {}", port.name);
        let declaration = Declaration::Port(new);
        let edit =
            Edit::Redeclare { module: editing.key(), scope: None, name: port.name.clone(), declaration };
        editing.typing(edit, &key);
    }
    if !port.id.is_empty() {
        editing.besides(ui, &port.id);
    }
}

const KINDS: [(&str, &str); 6] = [
    ("Specify later", "Bound to a receive port, send port or group of the application when it is deployed."),
    ("Specify now", "Its own physical port is made from this address when it is deployed."),
    ("Dynamic", "The orchestration sets the address at run time."),
    (
        "Direct: message box",
        "What comes in by it is subscribed to in the message box; what goes out is published there.",
    ),
    ("Direct: self-correlating", "A private channel: whoever gets this port can answer this very instance."),
    ("Direct: partner", "Both orchestrations choose the same port of one of them."),
];

fn kind_of(binding: &Binding) -> usize {
    match binding {
        Binding::SpecifyLater => 0,
        Binding::SpecifyNow(_) => 1,
        Binding::Dynamic(_) => 2,
        Binding::MessageBox => 3,
        Binding::SelfCorrelating => 4,
        Binding::Partner(_) => 5,
    }
}

fn binding(ui: &mut Ui, editing: &mut Editing<'_>, port: &Port) {
    fields::heading(ui, "Binding");
    let mut new = port.binding.clone();
    let mut kind = kind_of(&new);
    let kinds: Vec<(usize, &str)> = KINDS.iter().enumerate().map(|(i, (words, _))| (i, *words)).collect();
    if fields::pick(ui, "Kind", &mut kind, &kinds) {
        new = match kind {
            1 => Binding::SpecifyNow(fresh_address(port)),
            2 => Binding::Dynamic(DynamicBinding {
                send_pipeline: "XMLTransmit".into(),
                ..DynamicBinding::default()
            }),
            3 => Binding::MessageBox,
            4 => Binding::SelfCorrelating,
            5 => Binding::Partner(PartnerPort {
                orchestration: editing.module.full_name(&editing.orchestration.name),
                port: port.name.clone(),
            }),
            _ => Binding::SpecifyLater,
        };
    }
    if let Some((_, words)) = KINDS.get(kind_of(&new)) {
        fields::note(ui, *words);
    }
    let pipelines = &editing.document.names.pipelines;
    match &mut new {
        Binding::SpecifyNow(now) => {
            let mut adapters = vec!["FILE".to_owned(), "QUEUE".to_owned()];
            if port.polarity == Polarity::Uses {
                adapters.push("SQL".to_owned());
            }
            set(fields::choice(ui, "Adapter", &now.transport, &adapters, "no adapter"), &mut now.transport);
            fields::text(ui, "Address", &mut now.uri);
            if port.polarity == Polarity::Implements {
                let chosen = fields::choice(ui, "Pipeline", &now.receive_pipeline, pipelines, "none");
                set(chosen, &mut now.receive_pipeline);
            } else {
                set(
                    fields::choice(ui, "Pipeline", &now.send_pipeline, pipelines, "none"),
                    &mut now.send_pipeline,
                );
            }
        }
        Binding::Dynamic(dynamic) => {
            let chosen = fields::choice(ui, "Send pipeline", &dynamic.send_pipeline, pipelines, "none");
            set(chosen, &mut dynamic.send_pipeline);
            let chosen = fields::choice(ui, "Receive pipeline", &dynamic.receive_pipeline, pipelines, "none");
            set(chosen, &mut dynamic.receive_pipeline);
        }
        Binding::Partner(partner) => {
            let options = &editing.document.names.orchestrations;
            if let Some(name) = fields::choice(ui, "Orchestration", &partner.orchestration, options, "none") {
                *partner = PartnerPort { orchestration: name, port: String::new() };
            }
            let app = &editing.document.app;
            let ports = app.orchestration(&partner.orchestration).map(|(_, o)| o.ports.iter());
            let ports: Vec<String> = ports.into_iter().flatten().map(|p| p.name.clone()).collect();
            set(fields::choice(ui, "Port", &partner.port, &ports, "no port"), &mut partner.port);
        }
        _ => {}
    }
    if new != port.binding {
        let key = format!("binding {}", port.name);
        let edit = Edit::BindPort { module: editing.key(), port: port.name.clone(), binding: new };
        editing.typing(edit, &key);
    }
}

fn set(chosen: Option<String>, value: &mut String) {
    if let Some(chosen) = chosen {
        *value = chosen;
    }
}

/// Makes a physical port for a logical one, binds it, and shows it among the ports.
fn make(
    editing: &mut Editing<'_>,
    port: &Port,
    (two_way, service, bound): (bool, String, Option<&ServiceBinding>),
) {
    let bindings = &editing.document.app.bindings;
    let receives = port.polarity == Polarity::Implements;
    let taken = |name: &str| bindings.receive_port(name).is_some() || bindings.send_port(name).is_some();
    let numbered = (2_u32..).map(|n| format!("{}{n}", port.name));
    let mut names = std::iter::once(port.name.clone()).chain(numbered);
    let Some(name) = names.find(|name| !taken(name)) else { return };
    let mut element = fresh_port(&name, receives, two_way);
    // Without a schema there is no type that XMLReceive could find.
    if let Physical::ReceivePort(made) = &mut element
        && editing.document.schemas.roots().next().is_none()
    {
        for location in &mut made.locations {
            location.receive_pipeline = "PassThruReceive".into();
        }
    }
    let binding = match receives {
        true => PortBinding::ReceivePort(name.clone()),
        false => PortBinding::SendPort(name.clone()),
    };
    let mut of = bound
        .cloned()
        .unwrap_or_else(|| ServiceBinding { orchestration: service, ..ServiceBinding::default() });
    of.ports.insert(port.name.clone(), binding);
    let replaces = bound.map(|s| s.orchestration.clone());
    let edits = vec![
        Edit::SetPhysical { replaces: None, element },
        Edit::SetPhysical { replaces, element: Physical::Service(of) },
    ];
    let label = format!("New {} {name}", if receives { "receive port" } else { "send port" });
    editing.edit(Edit::Batch { label, edits });
    editing.actions.push(Action::Open(Tab::Ports));
}

/// A folder of the port's own name in the application folder.
fn fresh_address(port: &Port) -> SpecifyNow {
    if port.polarity == Polarity::Implements {
        SpecifyNow {
            transport: "FILE".into(),
            uri: format!("{}/*.xml", port.name),
            receive_pipeline: "XMLReceive".into(),
            ..SpecifyNow::default()
        }
    } else {
        SpecifyNow {
            transport: "FILE".into(),
            uri: format!("{}/%MessageID%.xml", port.name),
            send_pipeline: "XMLTransmit".into(),
            ..SpecifyNow::default()
        }
    }
}

/// The physical port of a "specify later" port.
fn physical(ui: &mut Ui, editing: &mut Editing<'_>, port: &Port) {
    if port.binding != Binding::SpecifyLater {
        return;
    }
    let app = &editing.document.app;
    let service = editing.module.full_name(&editing.orchestration.name);
    let bound = app.bindings.service(&service);
    let two_way = app
        .port_type(editing.module, &port.port_type)
        .is_some_and(|t| t.pattern == CommunicationPattern::RequestResponse);
    let all = app.bindings.candidates(port.polarity, two_way);
    let words = |b: &PortBinding| match b {
        PortBinding::ReceivePort(name) | PortBinding::SendPort(name) => name.clone(),
        PortBinding::SendPortGroup(name) => format!("group {name}"),
    };
    let now = bound.and_then(|s| s.ports.get(&port.name)).map(words).unwrap_or_default();
    let names: Vec<String> = all.iter().map(words).collect();
    let label = if port.polarity == Polarity::Implements { "Receive port" } else { "Send port" };
    let fresh = format!("New {}…", label.to_lowercase());
    let item = Item::bound(app, &service, &port.name);
    let chosen = fields::row(ui, label, |ui| {
        let room = ui.available_width() - if item.is_some() { 26.0 } else { 0.0 };
        let chosen = ui
            .scope(|ui| {
                ui.set_max_width(room);
                fields::combo_or(ui, label, (&now, &names, "not bound"), &fresh)
            })
            .inner;
        if item.is_some() && fields::icon_button(ui, Glyph::Parts, &format!("Open {now} in Ports")).clicked()
        {
            editing.actions.push(Action::Open(Tab::Ports));
        }
        chosen
    });
    let Some(chosen) = chosen else { return };
    if chosen == fresh {
        make(editing, port, (two_way, service, bound));
        return;
    }
    let mut new = bound
        .cloned()
        .unwrap_or_else(|| ServiceBinding { orchestration: service, ..ServiceBinding::default() });
    match all.into_iter().zip(&names).find(|(_, n)| **n == chosen) {
        Some((binding, _)) => new.ports.insert(port.name.clone(), binding),
        None => new.ports.remove(&port.name),
    };
    let replaces = bound.map(|s| s.orchestration.clone());
    editing.edit(Edit::SetPhysical { replaces, element: Physical::Service(new) });
    editing.select(Selection::Port(port.name.clone()));
}
