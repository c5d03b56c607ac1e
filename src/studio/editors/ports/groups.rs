//! Send port groups (TX-12) and parties (RLK-5).

use super::send::STATES;
use super::{Item, State, name, send_change, traffic};
use crate::engine::preview::NodeKind;
use crate::model::edit::Physical;
use crate::model::{Enlistment, PartyAlias};
use crate::studio::editors::{Editing, list};
use crate::studio::icons::Glyph;
use crate::studio::panels::{fields, properties};
use egui::{TextEdit, Ui};

pub fn group(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State, key: &str) {
    let bindings = &editing.document.app.bindings;
    let Some(group) = bindings.send_port_groups.iter().find(|g| g.name == key) else { return };
    let item = Item::Group(key.to_owned());
    let mut new = group.clone();
    if let Some(name) = name(ui, editing, &item) {
        new.name = name;
    }
    fields::pick(ui, "State", &mut new.state, &STATES);
    fields::text(ui, "Description", &mut new.description);
    let fitting = bindings.send_ports.iter().filter(|p| !p.two_way && !p.dynamic);
    let options: Vec<String> = fitting.map(|p| p.name.clone()).collect();
    list::names(ui, "Members", "send port", &mut new.ports, &options);
    if new.ports.is_empty() {
        list::wrong(ui, "A group without members passes nothing on");
    }
    properties::filter::ui(
        ui,
        &mut new.filter,
        &editing.document.names.properties,
        "Only what is sent to it by name",
    );
    traffic(ui, &editing.document.app, &editing.document.picture, NodeKind::SendPortGroup, key);
    if new != *group {
        send_change(editing, state, &item, Physical::SendPortGroup(new));
    }
}

pub fn party(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State, key: &str) {
    let app = &editing.document.app;
    let Some(party) = app.bindings.parties.iter().find(|p| p.name == key) else { return };
    let item = Item::Party(key.to_owned());
    let mut new = party.clone();
    if let Some(name) = name(ui, editing, &item) {
        new.name = name;
    }
    if fields::heading_with_add(ui, "Known as", "Add an alias") {
        new.aliases.push(PartyAlias { qualifier: "OrganizationName".into(), ..PartyAlias::default() });
    }
    fields::note(
        ui,
        "Who sent a message is found by qualifier and value; its own name is an OrganizationName already",
    );
    let mut removed = None;
    for (at, alias) in new.aliases.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 44.0) / 3.0;
            for (value, what) in
                [(&mut alias.name, "Name"), (&mut alias.qualifier, "Qualifier"), (&mut alias.value, "Value")]
            {
                let field = TextEdit::singleline(value).hint_text(what).desired_width(width - 8.0);
                fields::live(ui, field).accessible_name(format!("{what} of alias {}", at + 1));
            }
            if fields::icon_button(ui, Glyph::Close, &format!("Remove alias {}", at + 1)).clicked() {
                removed = Some(at);
            }
        });
    }
    if let Some(at) = removed {
        new.aliases.remove(at);
    }
    let ports: Vec<String> = app.bindings.send_ports.iter().map(|p| p.name.clone()).collect();
    list::names(ui, "Send ports", "send port", &mut new.send_ports, &ports);
    if fields::heading_with_add(ui, "Roles it plays", "Add a role") {
        new.enlistments.push(Enlistment::default());
    }
    let roles: Vec<String> =
        app.modules.values().flat_map(|m| m.role_link_types.iter().map(|t| m.qualify(&t.name))).collect();
    let mut removed = None;
    for (at, enlistment) in new.enlistments.iter_mut().enumerate() {
        ui.push_id(("enlistment", at), |ui| {
            if let Some(chosen) =
                fields::choice(ui, "Role link type", &enlistment.role_link_type, &roles, "none")
            {
                enlistment.role_link_type = chosen;
            }
            fields::text(ui, "Role", &mut enlistment.role);
            list::pairs(ui, "Port types and send ports", "port type", &mut enlistment.ports);
            if ui.button("Remove role").clicked() {
                removed = Some(at);
            }
        });
    }
    if let Some(at) = removed {
        new.enlistments.remove(at);
    }
    if new != *party {
        send_change(editing, state, &item, Physical::Party(new));
    }
}
