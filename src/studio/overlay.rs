//! What lies over the window for a moment: palette, insert menu, path prompt, confirmation, reports.

use super::actions::Leave;
use super::app::Studio;
use super::command::Command;
use super::document::{Action, Selection};
use super::editing::Where;
use super::theme::Tokens;
use super::{kinds, names};
use crate::diagnostic::Diagnostic;
use crate::model::ShapeKind;
use crate::model::edit::{DeclarationKind, conversions, insertable, wrappers};
use egui::{Button, Key, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};
use std::path::PathBuf;

#[derive(Debug, Default)]
pub enum Overlay {
    #[default]
    None,
    /// Commands, shapes and declarations by what one types.
    Palette {
        query: String,
        at: usize,
        fresh: bool,
    },
    /// A kind of shape to insert, wrap in or convert to, by what one types.
    Pick {
        what: Pick,
        query: String,
        at: usize,
        fresh: bool,
    },
    OpenPath {
        path: String,
        fresh: bool,
    },
    SavePath {
        path: String,
        fresh: bool,
    },
    /// Unsaved work: save, discard or stay.
    Confirm,
    Shortcuts,
    Report {
        title: String,
        all: Vec<Diagnostic>,
    },
}

/// What a chosen kind of shape is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    Insert(Where),
    Wrap,
    Convert,
}

impl Pick {
    fn title(self) -> &'static str {
        match self {
            Self::Insert(Where::Before) => "Insert a shape before",
            Self::Insert(Where::After) => "Insert a shape after",
            Self::Insert(Where::Into) => "Insert a shape into",
            Self::Wrap => "Wrap in",
            Self::Convert => "Convert to",
        }
    }
}

/// One line of the palette.
struct Entry {
    words: String,
    about: String,
    actions: Vec<Action>,
}

impl Overlay {
    pub fn palette() -> Self {
        Self::Palette { query: String::new(), at: 0, fresh: true }
    }

    pub fn pick(what: Pick) -> Self {
        Self::Pick { what, query: String::new(), at: 0, fresh: true }
    }

    pub fn open_path() -> Self {
        Self::OpenPath { path: String::new(), fresh: true }
    }

    pub fn save_path() -> Self {
        Self::SavePath { path: String::new(), fresh: true }
    }

    pub fn is_open(&self) -> bool {
        !matches!(self, Self::None)
    }
}

impl Studio {
    pub(super) fn show_overlay(&mut self, ctx: &egui::Context, actions: &mut Vec<Action>) {
        let mut overlay = std::mem::take(&mut self.overlay);
        let keep;
        let modal = |name: &'static str| Modal::new(egui::Id::unique(name));
        match &mut overlay {
            Overlay::None => return,
            Overlay::Palette { query, at, fresh } => {
                let entries = self.palette_entries(ctx);
                let shown = modal("palette").show(ctx, |ui| {
                    picker(ui, "Search shapes, messages, commands", query, at, fresh, entries)
                });
                keep = !shown.should_close() && shown.inner.is_none();
                actions.extend(shown.inner.into_iter().flatten());
            }
            Overlay::Pick { what, query, at, fresh } => {
                let entries = self.pick_entries(*what);
                let title = what.title();
                let shown = modal("pick").show(ctx, |ui| picker(ui, title, query, at, fresh, entries));
                keep = !shown.should_close() && shown.inner.is_none();
                actions.extend(shown.inner.into_iter().flatten());
            }
            Overlay::OpenPath { path, fresh } => {
                let words = ("Open path", "Folder of the application", "Open");
                let shown = modal("open path").show(ctx, |ui| prompt(ui, words, path, fresh));
                keep = !shown.should_close() && shown.inner.is_none();
                if let Some(true) = shown.inner {
                    let folder = PathBuf::from(path.trim());
                    self.leave(ctx, Leave::Open(Some(folder)));
                }
            }
            Overlay::SavePath { path, fresh } => {
                let words = ("Save as", "Folder to save the application to", "Save");
                let shown = modal("save path").show(ctx, |ui| prompt(ui, words, path, fresh));
                keep = !shown.should_close() && shown.inner.is_none();
                if let Some(true) = shown.inner {
                    self.save_to(&PathBuf::from(path.trim()));
                }
            }
            Overlay::Confirm => {
                let name = self.document.name().to_owned();
                let shown = modal("confirm").show(ctx, |ui| confirm(ui, &name));
                keep = !shown.should_close() && shown.inner.is_none();
                if !keep {
                    self.confirmed(ctx, shown.inner.flatten());
                }
            }
            Overlay::Shortcuts => {
                let shown = modal("shortcuts").show(ctx, shortcuts);
                keep = !(shown.should_close() || shown.inner);
            }
            Overlay::Report { title, all } => {
                let shown = modal("report").show(ctx, |ui| report(ui, title, all));
                keep = !(shown.should_close() || shown.inner);
            }
        }
        if keep && !self.overlay.is_open() {
            self.overlay = overlay;
        }
    }

    /// `Some(true)` saves first, `Some(false)` discards, `None` stays.
    fn confirmed(&mut self, ctx: &egui::Context, save: Option<bool>) {
        let Some(leave) = self.after_confirm.take() else { return };
        match save {
            Some(true) => match self.document.folder.clone() {
                Some(folder) => {
                    self.save_to(&folder);
                    if !self.document.unsaved() {
                        self.left_for(ctx, leave);
                    }
                }
                None => self.run_command(ctx, Command::SaveAs),
            },
            Some(false) => self.left_for(ctx, leave),
            None => {}
        }
    }

    fn palette_entries(&self, ctx: &egui::Context) -> Vec<Entry> {
        let mut all: Vec<Entry> = Command::ALL
            .into_iter()
            .filter(|c| *c != Command::Palette && c.enabled(self))
            .map(|command| Entry {
                words: command.text().to_owned(),
                about: command.shortcut().map_or_else(String::new, |s| ctx.format_shortcut(&s)),
                actions: vec![Action::Command(command)],
            })
            .collect();
        for (key, module) in &self.document.app.modules {
            let go = |selection| vec![Action::Go { module: key.clone(), selection }];
            let Some(orchestration) = &module.orchestration else { continue };
            let name = &orchestration.name;
            let entry = |words: &str, about: String, selection| Entry {
                words: words.to_owned(),
                about,
                actions: go(selection),
            };
            all.push(entry(name, "orchestration".to_owned(), Selection::Orchestration));
            for shape in orchestration.shapes() {
                let about = format!("{} in {name}", shape.kind.label());
                all.push(entry(&shape.name, about, Selection::Node(shape.id.clone())));
            }
            for port in &orchestration.ports {
                all.push(entry(&port.name, format!("port of {name}"), Selection::Port(port.name.clone())));
            }
            for kind in [DeclarationKind::Message, DeclarationKind::Variable, DeclarationKind::CorrelationSet]
            {
                for declaration in names::declarations(module, None, kind) {
                    let target =
                        Selection::Declared { scope: None, kind, name: declaration.name().to_owned() };
                    all.push(entry(declaration.name(), format!("{} of {name}", kind.label()), target));
                }
            }
        }
        all
    }

    fn pick_entries(&self, what: Pick) -> Vec<Entry> {
        let document = &self.document;
        let kinds = match what {
            Pick::Insert(place) => {
                let Some((block, index)) = self.place(place) else { return Vec::new() };
                insertable(&document.app, &document.module, &block, index)
            }
            Pick::Wrap => wrappers(),
            Pick::Convert => match &document.selection {
                Selection::Node(id) => conversions(&document.app, &document.module, id),
                _ => Vec::new(),
            },
        };
        let actions = |kind: ShapeKind| match what {
            Pick::Insert(place) => match self.place(place) {
                Some((block, index)) => self.insert(&block, index, kind),
                None => Vec::new(),
            },
            Pick::Wrap => self.wrap_actions(kind),
            Pick::Convert => self.convert_actions(kind),
        };
        let mut kinds = kinds;
        kinds::sort(&mut kinds);
        let entry = |kind: ShapeKind| Entry {
            words: kind.label().to_owned(),
            about: kinds::hint(&kind).to_owned(),
            actions: actions(kind),
        };
        kinds.into_iter().map(entry).collect()
    }
}

/// A query over entries; gives the actions of the chosen one.
fn picker(
    ui: &mut Ui,
    hint: &str,
    query: &mut String,
    at: &mut usize,
    fresh: &mut bool,
    entries: Vec<Entry>,
) -> Option<Vec<Action>> {
    let t = Tokens::of(ui);
    ui.set_width(520.0);
    let field = TextEdit::singleline(query).hint_text(hint.to_owned()).desired_width(f32::INFINITY);
    let field = ui.add(field).accessible_name(hint);
    if std::mem::take(fresh) {
        field.request_focus();
    }
    if field.changed() {
        *at = 0;
    }
    let mut found: Vec<(usize, Entry)> =
        entries.into_iter().filter_map(|e| Some((rank(&e.words, &e.about, query)?, e))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.truncate(60);
    let (down, up, enter) =
        ui.input(|i| (i.key_pressed(Key::ArrowDown), i.key_pressed(Key::ArrowUp), i.key_pressed(Key::Enter)));
    if down {
        *at = (*at + 1).min(found.len().saturating_sub(1));
    }
    if up {
        *at = at.saturating_sub(1);
    }
    ui.add_space(6.0);
    let mut chosen = None;
    ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (i, (_, entry)) in found.iter().enumerate() {
            let button = Button::new(entry.words.as_str())
                .right_text(RichText::new(&entry.about).small().color(t.muted))
                .truncate()
                .frame_when_inactive(i == *at)
                .selected(i == *at)
                .min_size(vec2(ui.available_width(), 26.0));
            let response = ui.add(button);
            if i == *at && (down || up) {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                chosen = Some(i);
            }
        }
        if found.is_empty() {
            ui.label(RichText::new("Nothing is called that").color(t.muted));
        }
    });
    let index = chosen.or_else(|| enter.then_some(*at))?;
    (index < found.len()).then(|| found.swap_remove(index).1.actions)
}

/// Lower is better; `None` does not match. All letters of the query in order, best at the start.
fn rank(words: &str, about: &str, query: &str) -> Option<usize> {
    let query = query.trim().to_lowercase();
    let words = words.to_lowercase();
    if query.is_empty() {
        return Some(0);
    }
    if let Some(at) = words.find(&query) {
        return Some(at);
    }
    if about.to_lowercase().contains(&query) {
        return Some(200);
    }
    let mut letters = words.chars();
    query.chars().filter(|c| !c.is_whitespace()).all(|c| letters.any(|l| l == c)).then_some(100)
}

/// Asks for a path: `Some(true)` to go, `Some(false)` to leave.
fn prompt(
    ui: &mut Ui,
    (title, label, verb): (&str, &str, &str),
    path: &mut String,
    fresh: &mut bool,
) -> Option<bool> {
    ui.set_width(460.0);
    ui.heading(title);
    ui.add_space(6.0);
    let label = ui.label(label);
    let field = ui.add(TextEdit::singleline(path).desired_width(f32::INFINITY).hint_text("/home/me/orders"));
    let field = field.labelled_by(label.id);
    if std::mem::take(fresh) {
        field.request_focus();
    }
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    ui.add_space(8.0);
    let mut answer = None;
    ui.horizontal(|ui| {
        if ui.add_enabled(!path.trim().is_empty(), Button::new(verb)).clicked() {
            answer = Some(true);
        }
        if ui.button("Cancel").clicked() {
            answer = Some(false);
        }
    });
    if entered && !path.trim().is_empty() { Some(true) } else { answer }
}

/// `Some(Some(true))` saves, `Some(Some(false))` discards, `Some(None)` stays.
fn confirm(ui: &mut Ui, name: &str) -> Option<Option<bool>> {
    ui.set_width(380.0);
    ui.heading(format!("Save the changes to {name}?"));
    ui.add_space(4.0);
    ui.label("They are lost if you go on without saving.");
    ui.add_space(10.0);
    let mut answer = None;
    ui.horizontal(|ui| {
        for (words, means) in [("Save", Some(true)), ("Discard", Some(false)), ("Stay", None)] {
            if ui.button(words).clicked() {
                answer = Some(means);
            }
        }
    });
    answer
}

fn shortcuts(ui: &mut Ui) -> bool {
    let t = Tokens::of(ui);
    ui.set_width(440.0);
    ui.heading("Keyboard shortcuts");
    ui.add_space(6.0);
    let fixed = [
        ("Walk the flow", "Arrow keys, Home, End"),
        ("Open or close a container", "+ and -"),
        ("Edit properties", "Enter"),
        ("Pan", "Drag, middle drag, wheel, Space"),
        ("Zoom about the pointer", "Ctrl wheel, pinch"),
    ];
    ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        egui::Grid::new("keys").num_columns(2).spacing(vec2(24.0, 6.0)).show(ui, |ui| {
            for (what, keys) in fixed {
                ui.label(what);
                ui.label(RichText::new(keys).monospace().color(t.muted));
                ui.end_row();
            }
            for command in Command::ALL {
                if let Some(shortcut) = command.shortcut() {
                    ui.label(command.text());
                    ui.label(RichText::new(ui.ctx().format_shortcut(&shortcut)).monospace().color(t.muted));
                    ui.end_row();
                }
            }
        });
    });
    ui.add_space(8.0);
    ui.button("Close").clicked()
}

fn report(ui: &mut Ui, title: &str, all: &[Diagnostic]) -> bool {
    let t = Tokens::of(ui);
    ui.set_width(560.0);
    ui.heading(title);
    ui.add_space(6.0);
    ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
        for problem in all {
            ui.label(RichText::new(format!("{}: {}", problem.place, problem.message)).color(t.error));
            ui.label(RichText::new(&problem.help).color(t.muted));
            ui.add_space(6.0);
        }
    });
    ui.button("Close").clicked()
}
