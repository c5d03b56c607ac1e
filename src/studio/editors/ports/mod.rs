//! The physical side of the application: receive ports with their locations, send ports, groups, parties,
//! pipelines and hosts. Every change is one step to undo.

mod groups;
mod pipelines;
mod receive;
mod send;

use super::list;
use super::{Editing, settings};
use crate::diagnostic::{Diagnostic, capital};
use crate::engine::preview::{Endpoint, Fit, NodeKind, Picture, RowKind};
use crate::message::Name;
use crate::model::edit::{Edit, Part, Physical, PhysicalKind};
use crate::model::{
    Application, Host, Party, Pipeline, PortBinding, ReceiveLocation, ReceivePort, SendPort, SendPortGroup,
    Transport,
};
use crate::studio::document::Action;
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{Frame, Margin, Panel, RichText, ScrollArea, Ui};

/// What is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    ReceivePort(String),
    SendPort(String),
    Group(String),
    Party(String),
    Pipeline(String),
    Host(String),
}

#[derive(Debug, Default)]
pub struct State {
    pub chosen: Option<Item>,
    filter: String,
}

/// The kinds, in the order of the list: title, singular, glyph.
const KINDS: [(&str, &str, Glyph); 6] = [
    ("Receive ports", "receive port", Glyph::Receive),
    ("Send ports", "send port", Glyph::Send),
    ("Send port groups", "send port group", Glyph::Group),
    ("Parties", "party", Glyph::Link),
    ("Pipelines", "pipeline", Glyph::Parallel),
    ("Hosts", "host", Glyph::Scope),
];

impl Item {
    fn kind(&self) -> usize {
        match self {
            Self::ReceivePort(_) => 0,
            Self::SendPort(_) => 1,
            Self::Group(_) => 2,
            Self::Party(_) => 3,
            Self::Pipeline(_) => 4,
            Self::Host(_) => 5,
        }
    }

    fn of(kind: usize, name: String) -> Self {
        match kind {
            0 => Self::ReceivePort(name),
            1 => Self::SendPort(name),
            2 => Self::Group(name),
            3 => Self::Party(name),
            4 => Self::Pipeline(name),
            _ => Self::Host(name),
        }
    }

    /// What it is, in words and as a picture.
    pub fn about(&self) -> (&'static str, Glyph) {
        KINDS.get(self.kind()).map_or(("", Glyph::Port), |(_, singular, glyph)| (*singular, *glyph))
    }

    pub fn name(&self) -> &str {
        match self {
            Self::ReceivePort(name)
            | Self::SendPort(name)
            | Self::Group(name)
            | Self::Party(name)
            | Self::Pipeline(name)
            | Self::Host(name) => name,
        }
    }

    /// What it is, in words.
    pub fn singular(&self) -> &'static str {
        KINDS.get(self.kind()).map_or("", |(_, singular, _)| singular)
    }

    /// The physical port or group that a logical port of an orchestration is bound to.
    pub fn bound(app: &Application, orchestration: &str, port: &str) -> Option<Self> {
        let binding = app.bindings.service(orchestration)?.ports.get(port)?;
        Some(match binding.clone() {
            PortBinding::ReceivePort(name) => Self::ReceivePort(name),
            PortBinding::SendPort(name) => Self::SendPort(name),
            PortBinding::SendPortGroup(name) => Self::Group(name),
        })
    }

    /// The first one of this name, of whatever kind.
    pub fn named(app: &Application, name: &str) -> Option<Self> {
        let items = |kind| all(app, kind).into_iter().map(move |(name, _)| Self::of(kind, name));
        (0..KINDS.len()).flat_map(items).find(|item| item.name() == name)
    }

    pub fn exists(&self, app: &Application) -> bool {
        all(app, self.kind()).iter().any(|(name, _)| name == self.name())
    }
}

/// Names of a kind, with what is said beside them.
fn all(app: &Application, kind: usize) -> Vec<(String, String)> {
    let bindings = &app.bindings;
    match kind {
        0 => bindings.receive_ports.iter().map(|p| (p.name.clone(), first_location(p))).collect(),
        1 => bindings.send_ports.iter().map(|p| (p.name.clone(), transport_words(p))).collect(),
        2 => bindings.send_port_groups.iter().map(|g| (g.name.clone(), g.ports.join(", "))).collect(),
        3 => bindings.parties.iter().map(|p| (p.name.clone(), p.send_ports.join(", "))).collect(),
        4 => {
            let way = |p: &Pipeline| if p.send { "send" } else { "receive" }.to_owned();
            app.settings.pipelines.iter().map(|p| (p.name.clone(), way(p))).collect()
        }
        _ => app.settings.hosts.iter().map(|h| (h.name.clone(), h.group.clone())).collect(),
    }
}

fn first_location(port: &ReceivePort) -> String {
    port.locations
        .first()
        .map_or_else(|| "no location".to_owned(), |l| format!("{} {}", l.transport, l.address))
}

fn transport_words(port: &SendPort) -> String {
    match &port.primary {
        _ if port.dynamic => "dynamic".to_owned(),
        Some(transport) => format!("{} {}", transport.transport, transport.address),
        None => "no address".to_owned(),
    }
}

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State) {
    let t = Tokens::of(ui);
    let app = &editing.document.app;
    if state.chosen.as_ref().is_none_or(|item| !item.exists(app)) {
        let first = (0..KINDS.len()).find_map(|kind| Some((kind, all(app, kind).into_iter().next()?.0)));
        state.chosen = first.map(|(kind, name)| Item::of(kind, name));
    }
    let frame = Frame::new().fill(t.panel).inner_margin(Margin::symmetric(10, 6));
    let room = ui.available_width();
    let wide = (room * 0.3).min(280.0).max(room * 0.19).clamp(180.0, 360.0);
    Panel::left(ui.scope_id().with("ports list"))
        .frame(frame)
        .default_size(wide)
        .size_range(150.0..=420.0)
        .show(ui, |ui| index(ui, editing, state));
    egui::CentralPanel::default()
        .frame(Frame::new().fill(t.panel).inner_margin(Margin::symmetric(20, 8)))
        .show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.set_max_width((ui.available_width() - 8.0).min(list::FORM));
                ui.spacing_mut().item_spacing = egui::vec2(6.0, 5.0);
                match state.chosen.clone() {
                    Some(item) => form(ui, editing, state, &item),
                    None => empty(ui, editing, state),
                }
                ui.add_space(24.0);
            });
        });
}

fn index(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State) {
    let field =
        egui::TextEdit::singleline(&mut state.filter).hint_text("Find a port").desired_width(f32::INFINITY);
    ui.add(field).accessible_name("Find a port");
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.set_max_width(ui.available_width() - 4.0);
        let wanted = state.filter.trim().to_lowercase();
        for (kind, (title, singular, glyph)) in KINDS.iter().enumerate() {
            if fields::heading_with_add(ui, title, &format!("New {singular}")) {
                create(editing, state, kind);
            }
            let items = all(&editing.document.app, kind);
            for (name, about) in items.iter().filter(|(name, about)| {
                wanted.is_empty()
                    || name.to_lowercase().contains(&wanted)
                    || about.to_lowercase().contains(&wanted)
            }) {
                let item = Item::of(kind, name.clone());
                let selected = state.chosen.as_ref() == Some(&item);
                if list::row(ui, *glyph, name, about, selected, singular) {
                    state.chosen = Some(item);
                }
            }
            if items.is_empty() {
                fields::note(ui, "None yet");
            }
        }
    });
}

fn empty(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State) {
    let t = Tokens::of(ui);
    ui.add_space(40.0);
    ui.heading("No physical ports yet");
    ui.label(RichText::new("A receive port takes messages in through its locations; a send port passes them on. Logical ports with Specify later are bound to them.").color(t.muted));
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        for kind in [0, 1] {
            let words = KINDS.get(kind).map_or("", |k| k.1);
            if ui.button(format!("New {words}")).clicked() {
                create(editing, state, kind);
            }
        }
    });
}

fn create(editing: &mut Editing<'_>, state: &mut State, kind: usize) {
    let (item, edit) = made(&editing.document.app, kind);
    editing.edit(edit);
    state.chosen = Some(item);
}

/// What makes one more of each kind and shows it, with what that is called.
pub fn fresh(app: &Application) -> impl Iterator<Item = (String, Vec<Action>)> {
    (0..KINDS.len()).map(|kind| {
        let (item, edit) = made(app, kind);
        (edit.label(), vec![Action::edit(edit), Action::Choose(item)])
    })
}

/// One more of a kind, as one step.
fn made(app: &Application, kind: usize) -> (Item, Edit) {
    let singular = KINDS.get(kind).map_or("item", |k| k.1);
    let name = list::fresh(singular, |name| all(app, kind).iter().any(|(known, _)| known == name));
    let edit = match kind {
        0 => physical(fresh_port(&name, true, false)),
        1 => physical(fresh_port(&name, false, false)),
        2 => physical(Physical::SendPortGroup(SendPortGroup { name: name.clone(), ..Default::default() })),
        3 => physical(Physical::Party(Party { name: name.clone(), ..Default::default() })),
        4 => {
            let mut settings = app.settings.clone();
            settings.pipelines.push(Pipeline { name: name.clone(), ..Default::default() });
            Edit::Set(Part::Settings(settings))
        }
        _ => {
            let mut settings = app.settings.clone();
            settings.hosts.push(Host { name: name.clone(), ..Default::default() });
            Edit::Set(Part::Settings(settings))
        }
    };
    let label = format!("New {singular}");
    (Item::of(kind, name), Edit::Batch { label, edits: vec![edit] })
}

/// A receive port or send port with a folder of its own name.
pub fn fresh_port(name: &str, receives: bool, two_way: bool) -> Physical {
    if receives {
        let location = ReceiveLocation {
            name: format!("{name}_Location"),
            transport: "FILE".into(),
            address: format!("{name}/*.xml"),
            receive_pipeline: "XMLReceive".into(),
            enabled: true,
            ..Default::default()
        };
        let locations = vec![location];
        return Physical::ReceivePort(ReceivePort {
            name: name.to_owned(),
            two_way,
            locations,
            ..Default::default()
        });
    }
    let primary = Transport {
        transport: "FILE".into(),
        address: format!("{name}/%MessageID%.xml"),
        ..Default::default()
    };
    Physical::SendPort(Box::new(SendPort {
        name: name.to_owned(),
        two_way,
        send_pipeline: "XMLTransmit".into(),
        primary: Some(primary),
        priority: 5,
        ..Default::default()
    }))
}

fn physical(element: Physical) -> Edit {
    Edit::SetPhysical { replaces: None, element }
}

fn delete(item: &Item, app: &Application) -> Edit {
    let of = |kind, name: &String| Edit::DeletePhysical { kind, name: name.clone() };
    let mut settings = app.settings.clone();
    match item {
        Item::ReceivePort(name) => of(PhysicalKind::ReceivePort, name),
        Item::SendPort(name) => of(PhysicalKind::SendPort, name),
        Item::Group(name) => of(PhysicalKind::SendPortGroup, name),
        Item::Party(name) => of(PhysicalKind::Party, name),
        Item::Pipeline(name) => {
            settings.pipelines.retain(|p| p.name != *name);
            Edit::Set(Part::Settings(settings))
        }
        Item::Host(name) => {
            settings.hosts.retain(|h| h.name != *name);
            Edit::Set(Part::Settings(settings))
        }
    }
}

/// The same under another name.
fn duplicate(item: &Item, app: &Application, name: &str) -> Option<Edit> {
    let bindings = &app.bindings;
    let mut settings = app.settings.clone();
    Some(match item {
        Item::ReceivePort(old) => {
            let mut port = bindings.receive_port(old)?.clone();
            for location in &mut port.locations {
                location.name = location.name.replace(old.as_str(), name);
                if !location.name.contains(name) {
                    location.name = format!("{} of {name}", location.name);
                }
            }
            physical(Physical::ReceivePort(ReceivePort { name: name.to_owned(), ..port }))
        }
        Item::SendPort(old) => {
            let port = SendPort { name: name.to_owned(), ..bindings.send_port(old)?.clone() };
            physical(Physical::SendPort(Box::new(port)))
        }
        Item::Group(old) => {
            let group = bindings.send_port_groups.iter().find(|g| g.name == *old)?.clone();
            physical(Physical::SendPortGroup(SendPortGroup { name: name.to_owned(), ..group }))
        }
        Item::Party(old) => {
            let party = bindings.parties.iter().find(|p| p.name == *old)?.clone();
            physical(Physical::Party(Party { name: name.to_owned(), ..party }))
        }
        Item::Pipeline(old) => {
            let pipeline = settings.pipelines.iter().find(|p| p.name == *old)?.clone();
            settings.pipelines.push(Pipeline { name: name.to_owned(), ..pipeline });
            Edit::Set(Part::Settings(settings))
        }
        Item::Host(old) => {
            let host = settings.hosts.iter().find(|h| h.name == *old)?.clone();
            settings.hosts.push(Host { name: name.to_owned(), ..host });
            Edit::Set(Part::Settings(settings))
        }
    })
}

fn form(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State, item: &Item) {
    let t = Tokens::of(ui);
    let (singular, glyph) = item.about();
    let color = match item {
        Item::ReceivePort(_) => t.messaging,
        Item::SendPort(_) | Item::Group(_) => t.scope,
        _ => t.construct,
    };
    let words = capital(singular);
    let (mut remove, mut copy) = (false, false);
    list::head(ui, glyph, color, item.name(), &words, |ui| {
        remove = ui.button("Delete").on_hover_text(format!("Deletes this {singular}")).clicked();
        copy = ui.button("Duplicate").on_hover_text("The same under another name").clicked();
    });
    let app = &editing.document.app;
    if copy {
        let name = (2_u32..)
            .map(|n| format!("{} {n}", item.name()))
            .find(|name| !Item::of(item.kind(), name.clone()).exists(app));
        if let Some(name) = name
            && let Some(edit) = duplicate(item, app, &name)
        {
            editing.batch(format!("Duplicate {}", item.name()), vec![edit]);
            state.chosen = Some(Item::of(item.kind(), name));
            return;
        }
    }
    if remove {
        let edit = delete(item, app);
        editing.batch(format!("Delete {}", item.name()), vec![edit]);
        return;
    }
    let found: Vec<&Diagnostic> = editing.document.problems.iter().filter(|p| about(p, item, app)).collect();
    if let Some(mend) = list::findings(ui, &found) {
        editing.mend(mend);
    }
    ui.push_id(item.name(), |ui| match item {
        Item::ReceivePort(name) => receive::ui(ui, editing, state, name),
        Item::SendPort(name) => send::ui(ui, editing, state, name),
        Item::Group(name) => groups::group(ui, editing, state, name),
        Item::Party(name) => groups::party(ui, editing, state, name),
        Item::Pipeline(name) => pipelines::ui(ui, editing, state, name),
        Item::Host(name) => settings::host(ui, editing, name, |new| state.chosen = Some(Item::Host(new))),
    });
}

/// A finding about an item: in the bindings, or at a shape or port that names it or a location of it.
fn about(problem: &Diagnostic, item: &Item, app: &Application) -> bool {
    let named = |name: &str| problem.message.contains(&format!("`{name}`"));
    let mut locations = match item {
        Item::ReceivePort(name) => app.bindings.receive_port(name).map(|p| p.locations.iter()),
        _ => None,
    }
    .into_iter()
    .flatten();
    let own = problem.place.module.is_none() && problem.place.name == item.name();
    own || named(item.name()) || locations.any(|location| named(&location.name))
}

/// The name of an item. A new one is given back when nothing else has it.
fn name(ui: &mut Ui, editing: &Editing<'_>, item: &Item) -> Option<String> {
    let new = fields::name(ui, "Name", item.name())?;
    let taken = Item::of(item.kind(), new.clone()).exists(&editing.document.app);
    (!new.is_empty() && !taken).then_some(new)
}

/// Sends a changed element. What is typed without leaving the element is one step.
fn send_change(editing: &mut Editing<'_>, state: &mut State, old: &Item, element: Physical) {
    let new = Item::of(old.kind(), element.name().to_owned());
    let edit = Edit::SetPhysical { replaces: Some(old.name().to_owned()), element };
    if new == *old {
        editing.typing(edit, format!("physical {}", old.name()));
    } else {
        editing.edit(edit);
        state.chosen = Some(new);
    }
}

/// Hosts to choose from.
fn hosts(app: &Application) -> Vec<String> {
    app.settings.hosts.iter().map(|h| h.name.clone()).collect()
}

/// Pipelines of one direction.
fn pipelines_of(app: &Application, send: bool) -> Vec<String> {
    let standard = if send { ["XMLTransmit", "PassThruTransmit"] } else { ["XMLReceive", "PassThruReceive"] };
    let own = app.settings.pipelines.iter().filter(|p| p.send == send).map(|p| p.name.clone());
    standard.map(str::to_owned).into_iter().chain(own).collect()
}

fn maps_of(app: &Application) -> Vec<String> {
    app.maps.keys().cloned().collect()
}

/// Who talks to this port, in words: what its messages are taken by, and what it takes.
fn traffic(ui: &mut Ui, app: &Application, picture: &Picture, kind: NodeKind, name: &str) {
    let t = Tokens::of(ui);
    let preview = &picture.preview;
    let key = Name::new(name);
    let own = match kind {
        NodeKind::ReceivePort => Endpoint::ReceivePort(key),
        NodeKind::SendPort => Endpoint::SendPort(key),
        _ => Endpoint::SendPortGroup(key),
    };
    let line = |ui: &mut Ui, text: String, hover: String| {
        let label = ui.add(egui::Label::new(RichText::new(text).color(t.text)).wrap());
        if !hover.is_empty() {
            label.on_hover_text(RichText::new(hover).monospace());
        }
    };
    if kind != NodeKind::ReceivePort {
        fields::heading(ui, "Subscribes to");
        let mut any = false;
        for (number, row) in preview.rows_of(own).filter(|(_, row)| row.kind == RowKind::Port) {
            any = true;
            for group in &row.groups {
                line(ui, crate::engine::preview::group_words(group), row.text());
            }
            let mut from: Vec<String> = Vec::new();
            for (publication, delivery) in preview.taken_by(number) {
                let when = if delivery.fit == Fit::Yes || delivery.when.is_empty() {
                    String::new()
                } else {
                    format!(", when {}", delivery.when)
                };
                let words = format!("{} from {}{when}", publication.what, publication.by.short());
                if !from.contains(&words) {
                    from.push(words);
                }
            }
            fields::heading(ui, "Gets now");
            for words in &from {
                line(ui, words.clone(), String::new());
            }
            if from.is_empty() {
                fields::note(ui, "Nothing in this application is sent to it by itself");
            }
        }
        let groups = app.bindings.send_port_groups.iter();
        for group in
            groups.filter(|group| kind == NodeKind::SendPort && group.ports.iter().any(|p| p == name))
        {
            line(ui, format!("Gets what the group {} gets", group.name), String::new());
        }
        if !any {
            fields::note(ui, "Not enlisted: it has no subscription, and what is sent to it finds nobody");
        }
        return;
    }
    fields::heading(ui, "Who takes what comes in");
    let mut takers: Vec<(String, String)> = Vec::new();
    for publication in preview.publications.iter().filter(|p| p.by == own) {
        for delivery in &publication.deliveries {
            let Some(row) = preview.rows.get(delivery.row) else { continue };
            let when = if delivery.when.is_empty() || delivery.fit == Fit::Yes {
                String::new()
            } else {
                format!(", when {}", delivery.when)
            };
            let whom = row.of.short();
            let words = match row.kind {
                RowKind::Activation => format!("{whom} is started by"),
                RowKind::Follow => format!("{whom}, where an instance waits, gets"),
                _ => format!("{whom} gets"),
            };
            let what =
                if publication.what == "Whatever comes in" { "whatever comes in" } else { &publication.what };
            let entry = (format!("{words} {what}{when}"), row.text());
            if !takers.contains(&entry) {
                takers.push(entry);
            }
        }
    }
    for (words, hover) in &takers {
        line(ui, words.clone(), hover.clone());
    }
    if takers.is_empty() {
        let here = PortBinding::ReceivePort(name.to_owned());
        let bound = app.bindings.services.iter().any(|service| service.ports.values().any(|to| *to == here));
        let typed = |port: &ReceivePort| {
            port.locations.iter().any(|l| l.receive_pipeline.to_lowercase().ends_with("xmlreceive"))
        };
        let typeless = app.schemas.is_empty()
            && app.settings.classes.is_empty()
            && app.bindings.receive_port(name).is_some_and(typed);
        let words = if bound && typeless {
            "Nobody: XMLReceive takes messages whose type has a schema, and there is none here. What comes in is suspended"
        } else if bound {
            "Nobody yet: an orchestration is bound to it, but no Receive starts or waits there. What comes in is suspended"
        } else {
            "Nobody: bind an orchestration to it, or give a send port a filter. What comes in is suspended"
        };
        ui.label(RichText::new(words).color(t.warn).family(theme::medium()));
    }
}
