//! Two versions side by side: both drawn, what differs marked in both, and a list to go through.

use super::Studio;
use super::canvas::Canvas;
use super::document::{Action, Selection};
use super::theme::{self, Tokens};
use crate::diagnostic::counted;
use crate::model::compare::{self, Change, ChangeKind, Subject};
use crate::model::{Application, Id};
use egui::{
    Align2, Color32, FontId, Panel, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the open application is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Against {
    /// As last saved.
    Saved,
    /// Another folder or file.
    Path(PathBuf),
    /// As it is on disk, changed by another program.
    Disk,
}

impl Against {
    pub fn words(&self) -> String {
        match self {
            Self::Saved => "the saved version".to_owned(),
            Self::Path(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            Self::Disk => "the version on disk".to_owned(),
        }
    }

    /// What stands above the drawing of the other version.
    fn caption(&self) -> &'static str {
        match self {
            Self::Saved => "SAVED",
            Self::Path(_) => "OTHER",
            Self::Disk => "ON DISK",
        }
    }
}

/// Width of a tab below which the list of changes stands under the drawings, in points.
const NARROW: f32 = 640.0;

/// What the tab remembers while it is open.
#[derive(Debug, Default)]
pub struct CompareView {
    /// The older version; `None` until it is read.
    old: Option<Box<Application>>,
    /// Why it could not be read.
    refused: Option<String>,
    changes: Vec<Change>,
    /// Revision `changes` are for.
    compared: Option<u64>,
    /// Module that is shown, and the change that was chosen.
    module: String,
    chosen: Option<usize>,
    before: Canvas,
    after: Canvas,
}

pub fn color(t: &Tokens, kind: ChangeKind) -> Color32 {
    match kind {
        ChangeKind::Added => t.ok,
        ChangeKind::Removed => t.error,
        ChangeKind::Changed => t.warn,
        ChangeKind::Moved => t.construct,
    }
}

fn word(change: &Change) -> &'static str {
    match change.kind {
        ChangeKind::Moved if !change.details.is_empty() => "moved, changed",
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
        ChangeKind::Moved => "moved",
    }
}

impl Studio {
    pub(super) fn show_comparison(
        &mut self,
        ui: &mut Ui,
        key: &str,
        against: &Against,
        view: &mut CompareView,
        actions: &mut Vec<Action>,
    ) {
        let t = Tokens::of(ui);
        ui.painter().rect_filled(ui.max_rect(), 0.0, t.panel);
        self.compare_now(against, view);
        if let Some(why) = &view.refused {
            ui.vertical_centered(|ui| {
                ui.add_space(ui.available_height() * 0.35);
                ui.label(RichText::new("Nothing to compare with").text_style(egui::TextStyle::Heading));
                ui.label(RichText::new(why).color(t.muted));
            });
            return;
        }
        let frame = egui::Frame::new().fill(t.panel).inner_margin(egui::Margin::symmetric(12, 8));
        // Beside two drawings there is no room for it in a narrow tab.
        let changes = match ui.available_width() < NARROW {
            true => Panel::bottom(egui::Id::unique((key, "changes below")))
                .default_size(150.0)
                .size_range(80.0..=320.0),
            false => {
                Panel::right(egui::Id::unique((key, "changes"))).default_size(300.0).size_range(200.0..=520.0)
            }
        };
        changes.frame(frame).show(ui, |ui| list(ui, &against.words(), view, actions));
        let middle = (ui.available_width() - 1.0) / 2.0;
        let area = ui.available_rect_before_wrap();
        let (left, right) = area.split_left_right_at_x(area.left() + middle);
        // Who looks leads: the side under the pointer, else the one that has what was chosen.
        let pointer = ui.input(|i| i.pointer.hover_pos());
        let gone =
            view.chosen.and_then(|at| view.changes.get(at)).is_some_and(|c| c.kind == ChangeKind::Removed);
        let lead = pointer.is_some_and(|at| left.contains(at))
            || gone && !pointer.is_some_and(|at| right.contains(at));
        // The canvas under the pointer is drawn first, so that the other can follow in the same frame.
        for side in if lead { [true, false] } else { [false, true] } {
            let room = if side { left } else { right.with_min_x(right.left() + 1.0) };
            let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(room).id_salt((key, side)));
            inner.set_clip_rect(room.intersect(ui.clip_rect()));
            self.show_side(&mut inner, (key, side.then(|| against.caption())), view, actions);
            let (own, other) = (view_key(key, &view.module, side), view_key(key, &view.module, !side));
            if side == lead {
                let (from, to) =
                    if side { (&view.before, &mut view.after) } else { (&view.after, &mut view.before) };
                let aside = if side { left.min - right.min } else { right.min - left.min };
                to.look_like(&other, from, &own, aside - vec2(if side { -1.0 } else { 1.0 }, 0.0));
            }
        }
        ui.painter().vline(left.right(), area.y_range(), Stroke::new(1.0, t.line));
    }

    /// One of the two drawings; the other version, which has a caption of its own, takes the document's place while it is drawn.
    fn show_side(
        &mut self,
        ui: &mut Ui,
        (key, caption): (&str, Option<&str>),
        view: &mut CompareView,
        actions: &mut Vec<Action>,
    ) {
        let t = Tokens::of(ui);
        let old = caption.is_some();
        let room = ui.max_rect();
        let mut module = view.module.clone();
        let mut selection = Selection::Orchestration;
        let (mut problems, mut unmarked) = (Vec::new(), BTreeMap::new());
        let Some(before) = view.old.as_deref_mut() else { return };
        if old {
            std::mem::swap(&mut self.document.app, before);
            std::mem::swap(&mut self.document.problems, &mut problems);
            std::mem::swap(&mut self.document.marks, &mut unmarked);
        }
        std::mem::swap(&mut self.document.module, &mut module);
        std::mem::swap(&mut self.document.selection, &mut selection);
        let looking = std::mem::replace(&mut self.looking, true);
        let canvas = if old { &mut view.before } else { &mut view.after };
        let mut asked = Vec::new();
        if self.document.orchestration().is_some() {
            self.orchestration(ui, &view_key(key, &view.module, old), canvas, &mut asked);
        } else {
            ui.painter().rect_filled(room, 0.0, t.canvas);
            let words = format!("{} is not in this version", self.document.module);
            ui.painter().text(
                room.center(),
                Align2::CENTER_CENTER,
                words,
                FontId::proportional(13.0),
                t.muted,
            );
        }
        self.looking = looking;
        std::mem::swap(&mut self.document.module, &mut module);
        std::mem::swap(&mut self.document.selection, &mut selection);
        if old {
            std::mem::swap(&mut self.document.app, before);
            std::mem::swap(&mut self.document.problems, &mut problems);
            std::mem::swap(&mut self.document.marks, &mut unmarked);
        }
        marks(ui, &view.changes, view.chosen, (&view.module, old), canvas, &view_key(key, &view.module, old));
        let words = caption.unwrap_or("NOW");
        // Below the way into a container.
        let strip = if canvas.focused_on().is_some() { super::canvas::STRIP } else { 0.0 };
        let at = room.center_top() + vec2(0.0, strip + 10.0);
        let font = FontId::new(10.5, theme::semibold());
        ui.painter().text(at, Align2::CENTER_TOP, words, font, t.faint);
        let clicked = asked.into_iter().find_map(|action| match action {
            Action::Select(Selection::Node(id)) => Some(id),
            _ => None,
        });
        if let Some(id) = clicked {
            view.chosen = view.changes.iter().position(|change| is_of(change, &view.module, &id, old));
            let here = !old && self.document.app.modules.contains_key(&view.module);
            if view.chosen.is_none() && here {
                actions.push(Action::Said("Nothing differs in this shape".to_owned()));
            }
        }
    }

    fn compare_now(&mut self, against: &Against, view: &mut CompareView) {
        if view.old.is_none() && view.refused.is_none() {
            let read = match against {
                Against::Saved => Ok(self.document.saved().clone()),
                Against::Disk => {
                    self.theirs.clone().ok_or_else(|| "Nothing changed on disk since".to_owned())
                }
                Against::Path(path) => super::document::Document::load(path)
                    .map(|(document, _)| document.app)
                    .map_err(|all| all.first().map_or_else(String::new, |first| first.message.clone())),
            };
            match read {
                Ok(app) => view.old = Some(Box::new(app)),
                Err(why) => view.refused = Some(why),
            }
        }
        if *against == Against::Saved && view.old.as_deref().is_some_and(|old| old != self.document.saved()) {
            view.old = Some(Box::new(self.document.saved().clone()));
            (view.compared, view.before) = (None, Canvas::default());
        }
        let Some(old) = view.old.as_deref() else { return };
        if view.compared != Some(self.document.revision) {
            view.compared = Some(self.document.revision);
            view.changes = compare::applications(old, &self.document.app);
            view.chosen = None;
            let differs = |change: &Change| change.module() == Some(view.module.as_str());
            if view.module.is_empty() || !view.changes.iter().any(differs) {
                let first = view.changes.iter().find_map(Change::module).map(str::to_owned);
                let shown = Some(std::mem::take(&mut view.module)).filter(|shown| !shown.is_empty());
                view.module = first.or(shown).unwrap_or_else(|| self.document.module.clone());
            }
        }
    }
}

/// The changes by module, each to click.
fn list(ui: &mut Ui, older: &str, view: &mut CompareView, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let words = match view.changes.len() {
        0 => format!("No differences to {older}"),
        n => format!("{} to {older}", counted(n, "difference")),
    };
    ui.label(RichText::new(words).family(theme::semibold()));
    ui.add_space(6.0);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let mut under: Option<String> = None;
        let mut chosen = view.chosen;
        for (index, change) in view.changes.iter().enumerate() {
            let heading = change.module().map_or_else(|| "Files and bindings".to_owned(), str::to_owned);
            if under.as_ref() != Some(&heading) {
                ui.add_space(8.0);
                let words = RichText::new(heading.to_uppercase()).text_style(theme::caption()).color(t.faint);
                ui.label(words);
                under = Some(heading);
            }
            if row(ui, change, chosen == Some(index)) {
                chosen = Some(index);
                view.chosen = chosen;
                if let Some(module) = change.module() {
                    module.clone_into(&mut view.module);
                }
                if let Subject::Node { old, new, .. } = &change.subject {
                    for (canvas, id) in [(&mut view.before, old), (&mut view.after, new)] {
                        if let Some(id) = id {
                            canvas.reveal(&Selection::Node(id.clone()));
                        }
                    }
                }
            }
            if chosen == Some(index) {
                details(ui, change, actions);
            }
        }
    });
}

fn row(ui: &mut Ui, change: &Change, chosen: bool) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let name = format!("{} {}", change.name, word(change));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, chosen, &name));
    if chosen || response.hovered() || response.has_focus() {
        let fill = t.tint(t.panel, t.selection, if chosen { 0.18 } else { 0.07 });
        ui.painter().rect_filled(rect, 5.0, fill);
    }
    ui.painter().circle_filled(rect.left_center() + vec2(9.0, 0.0), 4.0, color(t, change.kind));
    let kind = ui.painter().layout_no_wrap(word(change).to_owned(), FontId::proportional(11.0), t.muted);
    let room = rect.width() - 28.0 - kind.size().x - 12.0;
    let format = egui::text::TextFormat::simple(FontId::proportional(12.5), t.text);
    let mut job = egui::text::LayoutJob::single_section(change.name.clone(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(rect.left_center() + vec2(20.0, -galley.size().y / 2.0), galley, t.text);
    let at = rect.right_center() - vec2(kind.size().x + 6.0, kind.size().y / 2.0);
    ui.painter().galley(at, kind, t.muted);
    response.clicked()
}

/// What the chosen change is made of, and the way to the thing itself.
fn details(ui: &mut Ui, change: &Change, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    egui::Frame::new().inner_margin(egui::Margin { left: 20, right: 4, top: 2, bottom: 6 }).show(ui, |ui| {
        let text = change.to_string();
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        if change.kind == ChangeKind::Moved || !change.place.is_empty() {
            ui.label(RichText::new(first.get(2..).unwrap_or_default()).small().color(t.muted));
        }
        for line in lines {
            ui.label(RichText::new(line.trim_start_matches("    ")).font(FontId::monospace(11.0)));
        }
        let selection = match &change.subject {
            Subject::Node { new: Some(id), .. } => Some(Selection::Node(id.clone())),
            Subject::Declaration { declaration, name, .. } => Some(Selection::declared(*declaration, name)),
            _ => None,
        };
        if let (Some(selection), Some(module)) =
            (selection.filter(|_| change.kind != ChangeKind::Removed), change.module())
            && ui.small_button("Go to it").clicked()
        {
            actions.push(Action::Go { module: module.to_owned(), selection });
        }
    });
}

/// Each orchestration has a view of its own on each side.
fn view_key(key: &str, module: &str, old: bool) -> String {
    format!("{key} {module} {old}")
}

/// True when a change is about a node of one side.
fn is_of(change: &Change, module: &str, node: &Id, before: bool) -> bool {
    match &change.subject {
        Subject::Node { module: own, old, new } => {
            own == module && if before { old.as_ref() == Some(node) } else { new.as_ref() == Some(node) }
        }
        _ => false,
    }
}

/// Frames around what differs, over the drawing.
fn marks(
    ui: &Ui,
    changes: &[Change],
    chosen: Option<usize>,
    (module, old): (&str, bool),
    canvas: &Canvas,
    key: &str,
) {
    let t = Tokens::of(ui);
    let Some(view) = canvas.transform(key) else { return };
    let painter = ui.painter_at(ui.max_rect());
    for (index, change) in changes.iter().enumerate() {
        let Subject::Node { module: own, old: before, new: after } = &change.subject else { continue };
        let id = if old { before } else { after };
        let place = id.as_ref().filter(|_| own == module).and_then(|id| canvas.layout().place_of(id));
        let Some(place) = place else { continue };
        let rect: Rect = (view * place).expand(3.0);
        let color = color(t, change.kind);
        painter.rect_filled(rect, 9.0, color.gamma_multiply(0.12));
        let width = if chosen == Some(index) { 3.0 } else { 1.5 };
        painter.rect_stroke(rect, 9.0, Stroke::new(width, color), StrokeKind::Outside);
        if view.scaling > 0.5 {
            let font = FontId::new(10.5, theme::semibold());
            let words = painter.layout_no_wrap(word(change).to_owned(), font, t.panel);
            let size = words.size() + vec2(10.0, 2.0);
            // Where the shape goes beyond the edge its word does not.
            let right = rect.right().min(ui.max_rect().right()) - 2.0;
            let tag = Rect::from_min_size(pos2(right - size.x, rect.top() - words.size().y + 2.0), size);
            painter.rect_filled(tag, 4.0, color);
            painter.galley(tag.min + vec2(5.0, 1.0), words, t.panel);
        }
    }
}
