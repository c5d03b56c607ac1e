//! The orchestration explorer: orchestrations of the application, and what the open one declares (D-9).

use super::fields;
use crate::model::Module;
use crate::model::edit::DeclarationKind as K;
use crate::studio::command::Command;
use crate::studio::document::{Action, Document, Selection};
use crate::studio::icons::{self, Glyph};
use crate::studio::names;
use crate::studio::theme::{self, Tokens};
use egui::{Align2, FontId, Rect, Sense, TextStyle, Ui, Vec2, pos2, vec2};

pub fn ui(ui: &mut Ui, document: &Document, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 1.0;
    if fields::heading_with_add(ui, "Orchestrations", Command::NewOrchestration.text()) {
        actions.push(Action::Command(Command::NewOrchestration));
    }
    for (key, module) in &document.app.modules {
        let name = module.orchestration.as_ref().map_or(key, |o| &o.name);
        let selected = *key == document.module;
        let count = module.orchestration.as_ref().map_or(0, |o| o.shapes().len());
        let glyph = if module.orchestration.is_some() { Glyph::Flow } else { Glyph::Parts };
        if item(ui, glyph, name, &count.to_string(), selected, "Open") {
            actions.push(Action::Go { module: key.clone(), selection: Selection::Orchestration });
        }
    }
    let Some(module) = document.module() else { return };
    if let Some(orchestration) = &module.orchestration {
        section(ui, document, module, K::Port, "Ports", Some(Command::NewPort), actions);
        section(ui, document, module, K::Message, "Messages", Some(Command::NewMessage), actions);
        section(ui, document, module, K::Variable, "Variables", Some(Command::NewVariable), actions);
        let new = Some(Command::NewCorrelationSet);
        section(ui, document, module, K::CorrelationSet, "Correlation sets", new, actions);
        if !orchestration.role_links.is_empty() {
            section(ui, document, module, K::RoleLink, "Role links", None, actions);
        }
        if !orchestration.parameters.is_empty() {
            section(ui, document, module, K::Parameter, "Parameters", None, actions);
        }
    }
    section(ui, document, module, K::PortType, "Port types", Some(Command::NewPortType), actions);
    let new = Some(Command::NewCorrelationType);
    section(ui, document, module, K::CorrelationType, "Correlation types", new, actions);
    let new = Some(Command::NewMultipartType);
    section(ui, document, module, K::MultipartType, "Multi-part types", new, actions);
    if !module.role_link_types.is_empty() {
        section(ui, document, module, K::RoleLinkType, "Role link types", None, actions);
    }
}

fn section(
    ui: &mut Ui,
    document: &Document,
    module: &Module,
    kind: K,
    title: &str,
    new: Option<Command>,
    actions: &mut Vec<Action>,
) {
    match new {
        Some(command) => {
            if fields::heading_with_add(ui, title, command.text()) {
                actions.push(Action::Command(command));
            }
        }
        None => fields::heading(ui, title),
    }
    let all = names::declarations(module, None, kind);
    for declaration in &all {
        let name = declaration.name();
        let target = match kind {
            K::Port | K::RoleLink => Selection::Port(name.to_owned()),
            _ => Selection::Declared { scope: None, kind, name: name.to_owned() },
        };
        let selected = document.selection == target;
        if item(ui, glyph(kind), name, &about(declaration), selected, kind.label()) {
            actions.push(Action::Go { module: document.module.clone(), selection: target });
        }
    }
    if all.is_empty() {
        fields::note(ui, "none yet");
    }
}

/// What is said beside a declaration's name.
fn about(declaration: &crate::model::edit::Declaration) -> String {
    use crate::model::edit::Declaration as D;
    let short = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    match declaration {
        D::Port(p) => short(&p.port_type),
        D::RoleLink(r) => short(&r.role),
        D::Message(m) => short(&m.message_type),
        D::Variable(v) => short(&v.variable_type),
        D::CorrelationSet(c) => short(&c.correlation_type),
        D::CorrelationType(c) => {
            let names: Vec<String> = c.properties.iter().map(|p| short(p)).collect();
            names.join(", ")
        }
        D::PortType(p) => p.operations.iter().map(|o| o.name.as_str()).collect::<Vec<_>>().join(", "),
        D::MultipartType(m) => m.parts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

fn glyph(kind: K) -> Glyph {
    match kind {
        K::Port | K::PortType => Glyph::Port,
        K::RoleLink | K::RoleLinkType | K::CorrelationSet | K::CorrelationType => Glyph::Link,
        K::Message => Glyph::Envelope,
        K::MultipartType | K::WebMessageType => Glyph::Parts,
        K::Variable | K::Parameter => Glyph::Variable,
    }
}

/// One line: glyph, name, and something muted at the right; true when clicked.
fn item(ui: &mut Ui, glyph: Glyph, name: &str, about: &str, selected: bool, kind: &str) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let words = format!("{kind} {name}");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, selected, &words));
    if selected || response.hovered() || response.has_focus() {
        let strength = if selected { 0.16 } else { 0.07 };
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.selection, strength));
    }
    let icon = Rect::from_center_size(pos2(rect.left() + 13.0, rect.center().y), Vec2::splat(12.0));
    icons::paint(ui.painter(), glyph, icon, if selected { t.text } else { t.muted });
    let font = if selected { theme::medium() } else { TextStyle::Body.resolve(ui.style()).family };
    let room = rect.width() - 32.0;
    let galley =
        elided(ui, name, FontId::new(12.5, font), t.text, room * if about.is_empty() { 1.0 } else { 0.66 });
    let used = galley.size().x;
    let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 25.0, rect.center().y), galley.size()).min;
    ui.painter().galley(at, galley, t.text);
    let right = elided(ui, about, FontId::proportional(11.0), t.muted, room - used - 10.0);
    let at = Align2::RIGHT_CENTER.anchor_size(pos2(rect.right() - 6.0, rect.center().y), right.size()).min;
    if room - used > 30.0 {
        ui.painter().galley(at, right, t.muted);
    }
    let clicked = response.clicked();
    response.on_hover_text(if about.is_empty() { words } else { format!("{words}: {about}") });
    clicked
}

fn elided(
    ui: &Ui,
    text: &str,
    font: FontId,
    color: egui::Color32,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let format = egui::text::TextFormat::simple(font, color);
    let mut job = egui::text::LayoutJob::single_section(text.to_owned(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
    ui.painter().layout_job(job)
}
