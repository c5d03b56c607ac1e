//! Properties of port types, multi-part message types, role links and of the module.

use super::declarations::message_type;
use super::orchestration::MODIFIERS;
use super::{Editing, title};
use crate::model::edit::{Edit, fresh_id};
use crate::model::{
    CommunicationPattern, Fault, MultipartType, Operation, PartDeclaration, PortType, RoleLink, RoleLinkType,
};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::{RichText, Ui};

pub fn port_type(ui: &mut Ui, editing: &mut Editing<'_>, p: &mut PortType) {
    if let Some(name) = fields::name(ui, "Name", &p.name) {
        p.name = name;
    }
    fields::pick(ui, "Visible to", &mut p.modifier, &MODIFIERS);
    let patterns = [
        (CommunicationPattern::OneWay, "One-way"),
        (CommunicationPattern::RequestResponse, "Request-response"),
    ];
    if fields::pick(ui, "Pattern", &mut p.pattern, &patterns) {
        for operation in &mut p.operations {
            match p.pattern {
                CommunicationPattern::OneWay => {
                    operation.response = None;
                    operation.faults.clear();
                }
                CommunicationPattern::RequestResponse => {
                    operation.response.get_or_insert_with(|| operation.request.clone());
                }
            }
        }
    }
    if fields::heading_with_add(ui, "Operations", "Add operation") {
        let name = format!("Operation_{}", p.operations.len() + 1);
        let response = (p.pattern == CommunicationPattern::RequestResponse).then(String::new);
        let id = fresh_id(editing.module, "operation");
        p.operations.push(Operation { name, id, response, ..Operation::default() });
    }
    let port_type = p.name.clone();
    let mut remove = None;
    for (index, operation) in p.operations.iter_mut().enumerate() {
        ui.push_id(("operation", index), |ui| {
            remove = self::operation(ui, editing, &port_type, operation).then_some(index).or(remove);
        });
        ui.add_space(4.0);
    }
    if let Some(index) = remove {
        p.operations.remove(index);
    }
    fields::comments(ui, &mut p.comments);
}

/// One operation; true when it is to be taken out.
fn operation(ui: &mut Ui, editing: &mut Editing<'_>, port_type: &str, operation: &mut Operation) -> bool {
    let remove = named_head(ui, &operation.name);
    if let Some(name) = fields::name(ui, "Name", &operation.name) {
        let (module, port_type, operation) = (editing.key(), port_type.to_owned(), operation.name.clone());
        editing.edit(Edit::RenameOperation { module, port_type, operation, name });
    }
    let name = operation.name.clone();
    message_type(ui, editing, "Request", &mut operation.request, &format!("{name}Request"));
    if let Some(response) = &mut operation.response {
        message_type(ui, editing, "Response", response, &format!("{name}Response"));
        let mut gone = None;
        for (index, fault) in operation.faults.iter_mut().enumerate() {
            ui.push_id(("fault", index), |ui| {
                if named_head(ui, &format!("fault {}", fault.name)) {
                    gone = Some(index);
                }
                fields::text(ui, "Fault", &mut fault.name);
                message_type(ui, editing, "Fault type", &mut fault.message_type, &fault.name);
            });
        }
        if let Some(index) = gone {
            operation.faults.remove(index);
        }
        if ui.small_button("Add fault").clicked() {
            let name = format!("Fault_{}", operation.faults.len() + 1);
            operation.faults.push(Fault { name, ..Fault::default() });
        }
    }
    remove
}

/// The name of one of several, above its fields; true when it is to be taken out.
fn named_head(ui: &mut Ui, name: &str) -> bool {
    let words = RichText::new(name).text_style(crate::studio::theme::strong());
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let remove = fields::icon_button(ui, Glyph::Close, &format!("Remove {name}")).clicked();
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(words).truncate());
            });
            remove
        })
        .inner
    })
    .inner
}

pub fn multipart(ui: &mut Ui, editing: &mut Editing<'_>, m: &mut MultipartType) {
    if let Some(name) = fields::name(ui, "Name", &m.name) {
        m.name = name;
    }
    fields::pick(ui, "Visible to", &mut m.modifier, &MODIFIERS);
    if fields::heading_with_add(ui, "Parts", "Add part") {
        let name = format!("Part_{}", m.parts.len() + 1);
        m.parts.push(PartDeclaration { name, ..PartDeclaration::default() });
    }
    let (mut remove, mut body) = (None, None);
    for (index, part) in m.parts.iter_mut().enumerate() {
        ui.push_id(("part", index), |ui| {
            if named_head(ui, &part.name) {
                remove = Some(index);
            }
            fields::text(ui, "Part", &mut part.name);
            message_type(ui, editing, "Type", &mut part.part_type, &part.name);
            let mut is_body = part.body;
            if fields::toggle(ui, "Message body part", &mut is_body) && is_body {
                body = Some(index);
            }
        });
        ui.add_space(4.0);
    }
    if let Some(body) = body {
        m.parts.iter_mut().enumerate().for_each(|(i, part)| part.body = i == body);
    }
    if let Some(index) = remove {
        m.parts.remove(index);
    }
    fields::comments(ui, &mut m.comments);
}

pub fn role_link_type(ui: &mut Ui, _editing: &Editing<'_>, r: &mut RoleLinkType) {
    if let Some(name) = fields::name(ui, "Name", &r.name) {
        r.name = name;
    }
    fields::pick(ui, "Visible to", &mut r.modifier, &MODIFIERS);
    for role in &r.roles {
        fields::heading(ui, &role.name);
        for port_type in &role.port_types {
            ui.label(port_type);
        }
    }
}

pub fn role_link(ui: &mut Ui, editing: &mut Editing<'_>, link: &RoleLink) {
    let t = Tokens::of(ui);
    title(ui, Glyph::Link, t.messaging, &link.name, "Role link");
    let mut new = link.clone();
    if let Some(name) = fields::name(ui, "Name", &link.name) {
        new.name = name;
    }
    let types = crate::studio::names::types(
        &editing.document.app,
        editing.module,
        crate::studio::names::role_link_types,
    );
    if let Some(chosen) = fields::choice(ui, "Type", &link.role_link_type, &types, "no role link type") {
        new.role_link_type = chosen;
    }
    fields::text(ui, "Role", &mut new.role);
    fields::toggle(ui, "Initiating role", &mut new.initiating);
    fields::toggle(ui, "Ordered delivery", &mut new.ordered_delivery);
    if new != *link {
        let declaration = crate::model::edit::Declaration::RoleLink(new);
        let edit =
            Edit::Redeclare { module: editing.key(), scope: None, name: link.name.clone(), declaration };
        editing.typing(edit, &format!("role link {}", link.name));
    }
}

/// Namespaces of the module.
pub fn namespace(ui: &mut Ui, editing: &mut Editing<'_>) {
    fields::heading(ui, "Module");
    let module = editing.module;
    if let Some(namespace) = fields::name(ui, "Namespace", &module.namespace) {
        let target_xml_namespace = module.target_xml_namespace.clone();
        editing.edit(Edit::SetNamespace { module: editing.key(), namespace, target_xml_namespace });
    }
    let file = match module.source.as_str() {
        "" => crate::model::files::module_path(&editing.document.module),
        source => source.to_owned(),
    };
    fields::row(ui, "File", |ui| ui.add(egui::Label::new(file).truncate()));
}

/// A module that declares types only.
pub fn module(ui: &mut Ui, editing: &mut Editing<'_>) {
    let t = Tokens::of(ui);
    let name = editing.document.module.clone();
    title(ui, Glyph::Parts, t.expression, &name, "Types without an orchestration");
    namespace(ui, editing);
}
