//! The orchestration explorer: orchestrations of the application, and what the open one declares (D-9), as a tree that
//! pointer and keys walk alike.

mod rows;

use super::fields;
use crate::diagnostic::counted;
use crate::language::{Target, use_counts};
use crate::model::edit::{Declaration, DeclarationKind as K, Edit, fresh_name};
use crate::model::{Id, ParameterKind};
use crate::studio::canvas::Hand;
use crate::studio::command::Command;
use crate::studio::document::{Action, Ask, Document, Selection};
use crate::studio::editors::list::NARROW;
use crate::studio::icons::{self, Glyph};
use crate::studio::theme::{self, Tokens};
use crate::studio::{canvas, grip, keymap, menus, names};
use egui::{
    Align2, DragAndDrop, EventFilter, FontId, Key, Modifiers, Rect, Response, Sense, TextEdit, TextStyle, Ui,
    Vec2, pos2, vec2,
};
pub use rows::glyph;
use rows::{Content, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const HEIGHT: f32 = 24.0;
const INDENT: f32 = 14.0;
/// From so many shapes on the uses of a name are counted when typing pauses, not with each key.
const LARGE: usize = 1_000;

/// What the tree remembers between frames.
#[derive(Clone, Debug, Default)]
struct State {
    filter: String,
    /// Keys of rows that are not as they are at first.
    turned: BTreeSet<String>,
    /// Row that gets the keyboard in the next frame.
    go: Option<String>,
    made_for: Option<(u64, String, bool)>,
    /// How often each name is used.
    uses: Arc<BTreeMap<String, usize>>,
    rows: Arc<Vec<Row>>,
}

/// True when a filter lets a name through.
pub fn matches(name: &str, filter: &str) -> bool {
    filter.is_empty() || crate::language::rank(name, filter).is_some_and(|rank| rank < 400)
}

/// `drawn` is true while the open orchestration is what has the focus. Gives the filter, and whether it let something
/// through.
pub fn ui(ui: &mut Ui, document: &Document, drawn: bool, actions: &mut Vec<Action>) -> (String, bool) {
    let id = egui::Id::unique("explorer");
    let mut state: State = ui.data(|d| d.get_temp(id)).unwrap_or_default();
    let settled = document.is_checked() || document.size() < LARGE;
    let now = Some((document.revision, document.module.clone(), settled));
    if state.made_for != now {
        let other = state.made_for.as_ref().is_none_or(|(_, module, _)| *module != document.module);
        if settled || other {
            let counts = document.module().map(|module| use_counts(&document.module, module));
            state.uses = Arc::new(counts.unwrap_or_default());
        }
        state.rows = Arc::new(rows::rows(document, &state.uses));
        state.made_for = now;
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.add_space(8.0);
    filter(ui, &mut state);
    let rows = Arc::clone(&state.rows);
    let shown = shown(&rows, &state);
    let mut focus: Option<usize> = None;
    for (at, index) in shown.iter().enumerate() {
        let Some(row) = rows.get(*index) else { continue };
        let response = show(ui, document, row, (&state, drawn), actions);
        if state.go.as_ref() == Some(&row.key) {
            response.request_focus();
            response.scroll_to_me(None);
            state.go = None;
        }
        if response.has_focus() {
            // Another orchestration is not selected by going past it, but keys mean it.
            let elsewhere = matches!(&row.content, Content::Go(module, _) if *module != document.module);
            super::mean(&response, target(document, row).filter(|_| elsewhere));
            let arrows =
                EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|m| m.set_focus_lock_filter(response.id, arrows));
            focus = Some(at);
        }
        let turn = response.clicked() && matches!(row.content, Content::Heading(_));
        let chevron = response.clicked()
            && row.opens
            && ui
                .input(|i| i.pointer.interact_pos())
                .is_some_and(|p| p.x < response.rect.left() + INDENT * row.depth as f32 + 16.0);
        if turn || chevron {
            toggle(&mut state, row);
        } else if response.clicked() {
            response.request_focus();
            if let Some((module, selection)) = selection(document, row) {
                actions.push(Action::Go { module, selection });
            }
        }
        drag(ui, document, row, &response);
    }
    if let Some(at) = focus {
        keys(ui, document, (&rows, &shown, at), &mut state, actions);
    }
    let filter = state.filter.trim().to_owned();
    ui.data_mut(|d| d.insert_temp(id, state));
    (filter, !shown.is_empty())
}

fn filter(ui: &mut Ui, state: &mut State) {
    let field = TextEdit::singleline(&mut state.filter).hint_text("Filter").desired_width(f32::INFINITY);
    let response = ui.add(field).accessible_name("Filter the explorer");
    if response.has_focus() && ui.input(|i| i.key_pressed(Key::Escape)) {
        state.filter.clear();
    }
    let down = response.has_focus() && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowDown));
    if down || response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter)) {
        let first = shown(&state.rows, state).into_iter().filter_map(|i| state.rows.get(i));
        state.go = first.into_iter().find(|row| row.depth > 0).map(|row| row.key.clone());
    }
}

fn is_open(row: &Row, state: &State) -> bool {
    state.turned.contains(&row.key) == row.closed_at_first
}

fn toggle(state: &mut State, row: &Row) {
    if !state.turned.remove(&row.key) {
        state.turned.insert(row.key.clone());
    }
}

/// Indices of the rows in view: those below closed ones are left out, and with a filter what does not match.
fn shown(rows: &[Row], state: &State) -> Vec<usize> {
    let filter = state.filter.trim();
    if filter.is_empty() {
        let mut closed: Option<usize> = None;
        let mut found = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            if closed.is_some_and(|depth| row.depth > depth) {
                continue;
            }
            closed = (row.opens && !is_open(row, state)).then_some(row.depth);
            found.push(index);
        }
        return found;
    }
    let mut found = BTreeSet::new();
    let mut way: Vec<usize> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        way.retain(|above| rows.get(*above).is_some_and(|r| r.depth < row.depth));
        if matches(&row.name, filter) && !matches!(row.content, Content::Heading(_)) {
            found.extend(way.iter().copied());
            found.insert(index);
        }
        way.push(index);
    }
    found.into_iter().collect()
}

/// What a row stands for; `None` for headings.
fn selection(document: &Document, row: &Row) -> Option<(String, Selection)> {
    let module = document.module.clone();
    match &row.content {
        Content::Heading(_) => None,
        Content::Go(module, selection) => Some((module.clone(), selection.clone())),
        Content::Declared { scope, kind } => {
            let target = Target::declared(&module, scope.as_ref(), *kind, &row.name);
            crate::studio::naming::selection_of(&document.app, &target)
        }
        Content::Operation { port_type } => {
            let name = port_type.clone();
            Some((module, Selection::Declared { scope: None, kind: K::PortType, name }))
        }
    }
}

/// What a row names, to find its uses and rename it.
fn target(document: &Document, row: &Row) -> Option<Target> {
    match &row.content {
        Content::Declared { scope, kind } => {
            Some(Target::declared(&document.module, scope.as_ref(), *kind, &row.name))
        }
        Content::Operation { port_type } => Some(Target::Operation {
            module: document.module.clone(),
            port_type: port_type.clone(),
            name: row.name.clone(),
        }),
        Content::Go(module, Selection::Orchestration) => {
            Some(Target::Orchestration { module: module.clone() })
        }
        Content::Go(..) | Content::Heading(_) => None,
    }
}

fn keys(
    ui: &Ui,
    document: &Document,
    (rows, shown, at): (&[Row], &[usize], usize),
    state: &mut State,
    actions: &mut Vec<Action>,
) {
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let row_at = |at: usize| shown.get(at).and_then(|i| rows.get(*i));
    let Some(row) = row_at(at) else { return };
    let open = is_open(row, state);
    let mut to = None;
    if pressed(Key::ArrowDown) {
        to = row_at(at + 1);
    } else if pressed(Key::ArrowUp) {
        to = at.checked_sub(1).and_then(row_at);
    } else if pressed(Key::Home) {
        to = row_at(0);
    } else if pressed(Key::End) {
        to = shown.len().checked_sub(1).and_then(row_at);
    } else if pressed(Key::ArrowRight) {
        if row.opens && !open {
            toggle(state, row);
        } else {
            to = row_at(at + 1).filter(|next| next.depth > row.depth);
        }
    } else if pressed(Key::ArrowLeft) {
        if row.opens && open {
            toggle(state, row);
        } else {
            to = (0..at).rev().filter_map(row_at).find(|above| above.depth < row.depth);
        }
    } else if pressed(Key::Enter) {
        match selection(document, row) {
            Some((module, selection)) => actions.push(Action::Go { module, selection }),
            None => toggle(state, row),
        }
    }
    if let Some(to) = to {
        state.go = Some(to.key.clone());
        if let Some((module, selection)) = selection(document, to)
            && module == document.module
        {
            actions.push(Action::Select(selection));
        }
    }
}

/// A message or correlation set can be dragged onto a shape.
fn drag(ui: &Ui, document: &Document, row: &Row, response: &Response) {
    let Content::Declared { scope, kind } = &row.content else { return };
    let kind = match names::declaration(document, scope.as_ref(), *kind, &row.name) {
        Some(Declaration::Message(_)) => K::Message,
        Some(Declaration::CorrelationSet(_)) => K::CorrelationSet,
        Some(Declaration::Parameter(p)) => match p.kind {
            ParameterKind::Message(_) => K::Message,
            ParameterKind::CorrelationSet(_) => K::CorrelationSet,
            _ => return,
        },
        _ => return,
    };
    if grip::begun(ui).is_some_and(|at| response.interact_rect.contains(at)) {
        DragAndDrop::set_payload(ui.ctx(), Hand::Declared(kind, row.name.clone()));
    }
    if kind == K::CorrelationSet && (response.hovered() || response.has_focus()) {
        canvas::point_at_set(ui.ctx(), &row.name);
    }
}

/// One line; its `+` and menu push their own actions.
fn show(
    ui: &mut Ui,
    document: &Document,
    row: &Row,
    (state, drawn): (&State, bool),
    actions: &mut Vec<Action>,
) -> Response {
    let t = Tokens::of(ui);
    let heading = matches!(row.content, Content::Heading(_));
    if heading {
        ui.add_space(6.0);
    }
    let draggable =
        matches!(row.content, Content::Declared { kind: K::Message | K::CorrelationSet | K::Parameter, .. });
    let sense = if draggable { Sense::click_and_drag() } else { Sense::click() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), sense);
    let selected = match &row.content {
        _ if !drawn => false,
        Content::Heading(_) => false,
        Content::Go(module, Selection::Orchestration) => *module == document.module,
        _ => selection(document, row).is_some_and(|(_, s)| {
            s == document.selection && !matches!(row.content, Content::Operation { .. })
        }),
    };
    let words = if row.kind.is_empty() { row.name.clone() } else { format!("{} {}", row.kind, row.name) };
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::selected(egui::Role::TreeItem, true, selected, &words);
        if row.opens {
            info.value = Some(f64::from(u8::from(is_open(row, state))));
        }
        info
    });
    let hot = response.hovered() || response.has_focus();
    if selected || (hot && !heading) {
        let strength = if selected { 0.16 } else { 0.07 };
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.selection, strength));
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, t.selection.gamma_multiply(0.6));
        ui.painter().rect_stroke(rect, 5.0, stroke, egui::StrokeKind::Inside);
    }
    let left = rect.left() + INDENT * row.depth.saturating_sub(1) as f32;
    if row.opens {
        let open = is_open(row, state) || !state.filter.is_empty();
        let glyph = if open { Glyph::ChevronDown } else { Glyph::Chevron };
        let x = if heading { rect.left() + 5.0 } else { left - 2.0 };
        let at = Rect::from_center_size(pos2(x, rect.center().y), Vec2::splat(7.0));
        icons::paint(ui.painter(), glyph, at, t.muted);
    }
    if heading {
        let font = TextStyle::resolve(&theme::caption(), ui.style());
        let galley = ui.painter().layout_no_wrap(row.name.to_uppercase(), font, t.faint);
        ui.painter().galley(
            pos2(rect.left() + 13.0, rect.center().y - galley.size().y / 2.0),
            galley,
            t.faint,
        );
        if let Content::Heading(Some(command)) = row.content {
            let place = Rect::from_center_size(pos2(rect.right() - 11.0, rect.center().y), Vec2::splat(20.0));
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(place));
            if fields::icon_button(&mut child, Glyph::Plus, command.text()).clicked() {
                actions.push(Action::Command(command));
            }
        }
        return response;
    }
    let icon = Rect::from_center_size(pos2(left + 13.0, rect.center().y), Vec2::splat(12.0));
    icons::paint(ui.painter(), row.glyph, icon, if selected { t.text } else { t.muted });
    let font = if selected { theme::medium() } else { TextStyle::Body.resolve(ui.style()).family };
    let room = rect.right() - left - 32.0;
    // A long name takes what it needs; the tip says what there is no room for.
    let right = elided(ui, &row.about, FontId::proportional(11.0), t.muted, room * 0.2);
    let kept = if row.about.is_empty() || room < NARROW { 0.0 } else { right.size().x + 10.0 };
    let galley = elided(ui, &row.name, FontId::new(12.5, font), t.text, room - kept);
    let used = galley.size().x;
    let at = Align2::LEFT_CENTER.anchor_size(pos2(left + 25.0, rect.center().y), galley.size()).min;
    ui.painter().galley(at, galley, t.text);
    if kept > 0.0 || room - used > 30.0 {
        let right = elided(ui, &row.about, FontId::proportional(11.0), t.muted, room - used - 10.0);
        let at =
            Align2::RIGHT_CENTER.anchor_size(pos2(rect.right() - 6.0, rect.center().y), right.size()).min;
        ui.painter().galley(at, right, t.muted);
    }
    menu(document, row, &response, actions);
    let about = match row.content {
        Content::Go(_, Selection::Orchestration) => {
            row.about.parse().map_or_else(|_| row.about.clone(), |count| counted(count, "shape"))
        }
        _ => row.about.clone(),
    };
    let tip = if about.is_empty() { words } else { format!("{words}: {about}") };
    canvas::hint(response, tip)
}

fn menu(document: &Document, row: &Row, response: &Response, actions: &mut Vec<Action>) {
    if response.secondary_clicked()
        && let Some((_, selection)) = selection(document, row).filter(|(m, _)| *m == document.module)
    {
        actions.push(Action::Select(selection));
    }
    let Some(target) = target(document, row) else { return };
    menus::context(response, |ui| {
        let choose = |ui: &mut Ui, command: Command, words: &str| {
            let keys = keymap::words(ui.ctx(), command);
            let chosen = ui.add(egui::Button::new(words).shortcut_text(keys)).clicked();
            if chosen {
                ui.close();
            }
            chosen
        };
        if choose(ui, Command::Rename, "Rename…") {
            actions.push(Action::Ask(Ask::Rename(target.clone())));
        }
        if choose(ui, Command::FindUses, "Find uses") {
            actions.push(Action::Ask(Ask::Usages(target.clone())));
        }
        if let Content::Go(module, Selection::Orchestration) = &row.content {
            ui.separator();
            if ui.button("Delete").clicked() {
                actions.push(Action::edit(Edit::DeleteModule { module: module.clone() }));
                ui.close();
            }
        }
        if let Content::Declared { scope, kind } = &row.content {
            if ui.button("Duplicate").clicked() {
                actions.extend(duplicate(document, scope.as_ref(), *kind, &row.name));
                ui.close();
            }
            ui.separator();
            if choose(ui, Command::Delete, "Delete") {
                let (module, name) = (document.module.clone(), row.name.clone());
                actions.push(Action::edit(Edit::Undeclare {
                    module,
                    scope: scope.clone(),
                    kind: *kind,
                    name,
                }));
            }
        }
    });
}

/// A second declaration like this one, under a name of its own.
pub fn duplicate(document: &Document, scope: Option<&Id>, kind: K, name: &str) -> Vec<Action> {
    let Some(module) = document.module() else { return Vec::new() };
    let Some(found) = names::declaration(document, scope, kind, name) else { return Vec::new() };
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    let fresh = fresh_name(module, base);
    let declaration = without_ids(crate::language::with_name(found, &fresh));
    let index = names::declarations(module, scope, kind)
        .iter()
        .position(|d| d.name() == name)
        .map_or(usize::MAX, |i| i + 1);
    let edit = Edit::Declare { module: document.module.clone(), scope: scope.cloned(), index, declaration };
    let selection = match kind {
        K::Port | K::RoleLink => Selection::Port(fresh),
        _ => Selection::Declared { scope: scope.cloned(), kind, name: fresh },
    };
    vec![Action::edit(edit), Action::Select(selection)]
}

/// Ids are of one declaration only.
fn without_ids(mut declaration: Declaration) -> Declaration {
    let id = match &mut declaration {
        Declaration::PortType(it) => {
            it.operations.iter_mut().for_each(|operation| operation.id = Id::default());
            &mut it.id
        }
        Declaration::MultipartType(it) => &mut it.id,
        Declaration::CorrelationType(it) => &mut it.id,
        Declaration::RoleLinkType(it) => &mut it.id,
        Declaration::WebMessageType(it) => &mut it.id,
        Declaration::Port(it) => &mut it.id,
        Declaration::RoleLink(it) => &mut it.id,
        Declaration::Message(it) => &mut it.id,
        Declaration::Variable(it) => &mut it.id,
        Declaration::CorrelationSet(it) => &mut it.id,
        Declaration::Parameter(it) => match &mut it.kind {
            ParameterKind::Message(m) => &mut m.id,
            ParameterKind::Variable(v) => &mut v.id,
            ParameterKind::CorrelationSet(c) => &mut c.id,
            ParameterKind::Port(p) => &mut p.id,
            ParameterKind::RoleLink(r) => &mut r.id,
        },
    };
    *id = Id::default();
    declaration
}

fn elided(ui: &Ui, text: &str, font: FontId, color: egui::Color32, width: f32) -> Arc<egui::Galley> {
    let format = egui::text::TextFormat::simple(font, color);
    let mut job = egui::text::LayoutJob::single_section(text.to_owned(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
    ui.painter().layout_job(job)
}
