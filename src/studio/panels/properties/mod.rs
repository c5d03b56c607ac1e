//! Properties of whatever is selected. Every editor works on a copy and sends the difference as an edit.

mod blocks;
mod calls;
mod declarations;
pub mod filter;
mod messaging;
mod orchestration;
mod port;
mod preview;
mod several;
mod shape;
mod types;

pub use declarations::fresh;

use super::fields;
use crate::diagnostic::Diagnostic;
use crate::language::{CodePlace, CodeProperty};
use crate::model::edit::Edit;
use crate::model::{Id, Module, Orchestration, ShapeKind};
use crate::studio::document::{Action, Document, Selection};
use crate::studio::editor::{self, Field};
use crate::studio::editors::list;
use crate::studio::icons::{self, Glyph};
use crate::studio::theme::{self, Tokens};
use crate::studio::ticks;
use egui::{Color32, Rect, RichText, ScrollArea, Ui, Vec2, vec2};

/// What every editor needs.
pub struct Editing<'a> {
    pub document: &'a Document,
    pub module: &'a Module,
    pub orchestration: &'a Orchestration,
    pub actions: &'a mut Vec<Action>,
    /// Properties of what is selected whose findings stand below their fields.
    told: Vec<&'static str>,
    /// What has to be made first, as one step with the edit of what is selected.
    also: Vec<Edit>,
}

impl Editing<'_> {
    /// Key of the open module.
    fn key(&self) -> String {
        self.document.module.clone()
    }

    fn edit(&mut self, edit: Edit) {
        self.actions.push(Action::edit(edit));
    }

    /// What mends a finding.
    fn mend(&mut self, fix: Edit) {
        self.actions.push(Action::Mend(fix));
    }

    /// An edit by typing in `field`: more of it is the same step to undo.
    fn typing(&mut self, edit: Edit, field: &str) {
        self.actions.push(Action::typing(edit, field));
    }

    fn set_kind(&mut self, shape: &Id, kind: ShapeKind, field: &str) {
        let edit = Edit::SetKind { module: self.key(), shape: shape.clone(), kind };
        self.typing(edit, &format!("{shape}.{field}"));
    }

    /// The editor of a text of the open module; true when `value` was changed.
    fn code(
        &mut self,
        ui: &mut Ui,
        (owner, property): (Option<&Id>, CodeProperty),
        label: &str,
        value: &mut String,
        rows: usize,
    ) -> bool {
        let place = CodePlace::new(&self.document.module, owner, property);
        let field = Field { document: self.document, place, label, rows, large: false };
        editor::code(ui, &field, value, self.actions)
    }

    fn select(&mut self, selection: Selection) {
        self.actions.push(Action::Select(selection));
    }

    /// Findings about these properties of what is selected, below the field that stands for them.
    fn below(&mut self, ui: &mut Ui, id: &Id, properties: &[&'static str]) {
        let fix = findings(ui, self.problems(id).filter(|d| properties.contains(&d.place.property)));
        self.actions.extend(fix.map(Action::Mend));
        self.told.extend(properties);
    }

    /// What was found about it that stands below no field.
    fn besides(&mut self, ui: &mut Ui, id: &Id) {
        let fix = findings(ui, self.problems(id).filter(|d| !self.told.contains(&d.place.property)));
        self.actions.extend(fix.map(Action::Mend));
    }

    /// Findings about a shape, branch, block or port of the open module.
    fn problems(&self, id: &Id) -> impl Iterator<Item = &Diagnostic> {
        let module = Some(&self.document.module);
        let here =
            move |d: &&Diagnostic| d.place.module.as_ref() == module && d.place.id.as_ref() == Some(id);
        self.document.problems.iter().filter(here)
    }
}

/// Shows the properties panel.
pub fn ui(ui: &mut Ui, document: &Document, actions: &mut Vec<Action>) {
    let Some(module) = document.module() else {
        title(ui, Glyph::Flow, Tokens::of(ui).muted, "Nothing is open", "");
        return;
    };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 5.0);
        // Room for the scroll bar, so that fields do not move when it comes.
        ui.set_max_width(ui.available_width() - 4.0);
        let missing = Orchestration::default();
        let orchestration = module.orchestration.as_ref();
        let drawn = orchestration.unwrap_or(&missing);
        let mut editing =
            Editing { document, module, orchestration: drawn, actions, told: Vec::new(), also: Vec::new() };
        match &document.selection {
            Selection::Declared { scope, kind, name } => {
                declarations::ui(ui, &mut editing, scope.as_ref(), *kind, name);
            }
            _ if orchestration.is_none() => types::module(ui, &mut editing),
            Selection::Orchestration => orchestration::ui(ui, &mut editing),
            Selection::Node(id) => node(ui, &mut editing, id),
            Selection::Nodes(ids) => several::ui(ui, &mut editing, ids),
            Selection::Port(name) => port::ui(ui, &mut editing, name),
        }
        ui.add_space(16.0);
    });
}

fn node(ui: &mut Ui, editing: &mut Editing<'_>, id: &Id) {
    let Some(owner) = editing.document.owner(id) else {
        if id.as_str() == crate::drawing::ORCHESTRATION_COMPENSATION {
            blocks::orchestration_compensation(ui, editing);
        }
        return;
    };
    if owner.id == *id {
        shape::ui(ui, editing, owner);
    } else {
        blocks::ui(ui, editing, owner, id);
    }
}

/// The head of the panel: chip, name, and what it is.
pub(super) fn title(ui: &mut Ui, glyph: Glyph, color: Color32, name: &str, what: &str) {
    let t = Tokens::of(ui);
    ui.add_space(10.0);
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(32.0), egui::Sense::hover());
        icons::chip(
            ui.painter(),
            glyph,
            Rect::from_center_size(rect.center(), Vec2::splat(30.0)),
            t.panel,
            color,
            7.into(),
        );
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add(egui::Label::new(RichText::new(name).text_style(egui::TextStyle::Heading)).truncate());
            if !what.is_empty() {
                ui.add(egui::Label::new(RichText::new(what).small().color(t.muted)).truncate());
            }
        });
    });
    ui.add_space(2.0);
    ui.separator();
}

/// Findings below the field they are about; gives the way to mend one that was chosen.
#[must_use]
fn findings<'d>(ui: &mut Ui, found: impl Iterator<Item = &'d Diagnostic>) -> Option<Edit> {
    let t = Tokens::of(ui);
    let mut chosen = None;
    for problem in found {
        let color = super::problems::color(t, problem.severity);
        ui.add(egui::Label::new(ticks::paragraph(ui, &problem.message, 11.5, color)).wrap());
        if !problem.help.is_empty() {
            ui.add(egui::Label::new(ticks::paragraph(ui, &problem.help, 11.5, t.muted)).wrap());
        }
        chosen = list::fixes(ui, problem).or(chosen);
    }
    chosen
}

/// A line in a list with a way to take it out; true when that was pressed.
fn removable(ui: &mut Ui, words: &str, remove: &str) -> (bool, bool) {
    let (taken, opened, _) = removable_hovered(ui, words, remove);
    (taken, opened)
}

/// As [`removable`], and whether the pointer is over it.
fn removable_hovered(ui: &mut Ui, words: &str, remove: &str) -> (bool, bool, bool) {
    let t = Tokens::of(ui);
    let (mut taken, mut opened) = (false, false);
    let frame = egui::Frame::new()
        .fill(t.field)
        .corner_radius(6)
        .inner_margin(egui::Margin::symmetric(8, 2))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let room = ui.available_width() - 28.0;
                let label = ui.allocate_ui_with_layout(
                    vec2(room, 22.0),
                    egui::Layout::left_to_right(egui::Align::Center),
                    |ui| {
                        ui.set_min_width(room);
                        let text = RichText::new(words).family(theme::medium());
                        ui.add(egui::Label::new(text).truncate().sense(egui::Sense::click()))
                    },
                );
                opened = label.inner.clicked();
                taken = fields::icon_button(ui, Glyph::Close, remove).clicked();
            });
        });
    let over = ui.rect_contains_pointer(frame.response.rect);
    (taken, opened, over)
}
