//! What lies over the window for a moment: palette, insert menu, path prompt, confirmation, reports.

use super::app::Studio;
use super::command::Command;
use super::comparison::Against;
use super::dialogs::{Purpose, from_home};
use super::document::{Action, Selection};
use super::editing::Where;
use super::kinds;
use super::leaving::Leave;
use super::opening::Opening;
use super::palette::Palette;
use super::panels::fields;
use super::recovery::Found;
use super::tabs::Tab;
use super::theme::Tokens;
use super::ticks;
use crate::diagnostic::{Diagnostic, counted};
use crate::model::ShapeKind;
use crate::model::compare::{Change, ChangeKind};
use crate::model::edit::{Edit, conversions, insertable, wrappers};
use egui::{Align, Align2, Button, Frame, Key, Layout, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};
use std::path::{Path, PathBuf};

#[derive(Debug, Default)]
pub enum Overlay {
    #[default]
    None,
    /// Everything that has a name, by what one types.
    Palette(Box<Palette>),
    /// Unsaved work of studios that are gone.
    Recover {
        found: Vec<Found>,
    },
    /// A path, where the desktop has no dialog for it.
    AskPath {
        purpose: Purpose,
        path: String,
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
    /// A new name for something, everywhere.
    Rename(Box<super::naming::Renaming>),
    Report {
        title: String,
        all: Vec<Diagnostic>,
    },
    /// An application is read that takes its time; then unsaved work of other studios is offered.
    Opening {
        opening: Opening,
        found: Vec<Found>,
    },
}

/// What a chosen kind of shape is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    Insert(Where),
    Wrap,
    Convert,
    /// A way to mend what is wrong with what is selected.
    Fix,
}

impl Pick {
    fn title(self) -> &'static str {
        match self {
            Self::Insert(Where::Before) => "Insert a shape before",
            Self::Insert(Where::After) => "Insert a shape after",
            Self::Insert(Where::Into) => "Insert a shape into",
            Self::Wrap => "Wrap in",
            Self::Convert => "Convert to",
            Self::Fix => "Fix",
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
    pub fn ask_path(purpose: Purpose, suggested: Option<PathBuf>) -> Self {
        let path = suggested.map(|path| path.display().to_string()).unwrap_or_default();
        Self::AskPath { purpose, path, fresh: true }
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
        // What one types into stays where it is while the list below it grows and shrinks.
        let list = |name: &'static str| {
            let id = egui::Id::unique(name);
            let top = (ctx.content_rect().height() * 0.12).max(24.0);
            Modal::new(id).area(Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, top)))
        };
        let dialog = |name| modal(name).frame(Frame::popup(&ctx.global_style()).inner_margin(16));
        match &mut overlay {
            Overlay::None => return,
            Overlay::Recover { found } => {
                let shown = dialog("recover").show(ctx, |ui| recover(ui, found));
                let mut done = shown.inner.later;
                if let Some((index, take)) = shown.inner.answer
                    && index < found.len()
                {
                    let one = found.remove(index);
                    if take {
                        self.leave(ctx, Leave::Recover(Box::new(one)));
                        done = true;
                    } else if let Some(keeper) = &mut self.keeper {
                        keeper.discard(&one);
                    }
                }
                keep = !(found.is_empty() || shown.should_close() || done);
            }
            Overlay::AskPath { purpose, path, fresh } => {
                let words = match purpose {
                    Purpose::Compare => ("Compare with", "Folder of the other application", "Compare"),
                    Purpose::SaveRun => ("Save run", "File to save the run to", "Save"),
                    Purpose::Journal(_) => ("Export journal", "File to write the journal to", "Export"),
                    Purpose::OpenRun => ("Open run", "File with a saved run", "Open"),
                    Purpose::Gif => ("Export animation", "File to film to", "Export"),
                    Purpose::Png | Purpose::SequencePng => ("Export PNG", "File to draw to", "Export"),
                    _ => ("Export SVG", "File to draw to", "Export"),
                };
                let ending = purpose.extension();
                let unfit = |path: &str| unfit(*purpose, &from_home(path));
                let shown =
                    dialog("ask path").show(ctx, |ui| prompt(ui, words, ending, (path, fresh), unfit));
                keep = !shown.should_close() && shown.inner.is_none();
                let path = from_home(path.trim());
                match purpose {
                    _ if shown.inner != Some(true) => {}
                    Purpose::Gif => self.film_to(ctx, &path),
                    Purpose::SaveRun => self.save_run_to(&path),
                    Purpose::OpenRun => self.open_run(ctx, &path),
                    Purpose::Journal(format) => self.export_journal_to(&path, *format),
                    Purpose::Compare => actions.push(Action::Open(Tab::Compare(Against::Path(path)))),
                    _ => self.export_to(ctx, &path, *purpose),
                }
            }
            Overlay::Palette(palette) => {
                let shown = list("palette").show(ctx, |ui| palette.ui(ui));
                keep = !shown.should_close() && shown.inner.is_none();
                actions.extend(shown.inner.into_iter().flatten());
            }
            Overlay::Pick { what, query, at, fresh } => {
                let entries = self.pick_entries(*what);
                let title = what.title();
                let shown = list("pick").show(ctx, |ui| picker(ui, title, query, at, fresh, entries));
                keep = !shown.should_close() && shown.inner.is_none();
                actions.extend(shown.inner.into_iter().flatten());
            }
            Overlay::OpenPath { path, fresh } => {
                let words = (
                    "Open path",
                    "Application folder, or a folder, solution, project or .odx of BizTalk",
                    "Open",
                );
                let shown =
                    dialog("open path").show(ctx, |ui| prompt(ui, words, None, (path, fresh), |_| None));
                keep = !shown.should_close() && shown.inner.is_none();
                if let Some(true) = shown.inner {
                    let folder = from_home(path.trim());
                    self.leave(ctx, Leave::Open(Some(folder)));
                }
            }
            Overlay::SavePath { path, fresh } => {
                let words = ("Save as", "Folder to save the application to", "Save");
                let shown =
                    dialog("save path").show(ctx, |ui| prompt(ui, words, None, (path, fresh), |_| None));
                keep = !shown.should_close() && shown.inner.is_none();
                match shown.inner {
                    Some(true) => self.saved_as(ctx, &from_home(path.trim())),
                    _ if !keep => self.after_confirm = None,
                    _ => {}
                }
            }
            Overlay::Confirm => {
                let name = self.document.name().to_owned();
                let (unsaved, runs) = (self.document.unsaved(), self.run.state.runs.len());
                let shown = dialog("confirm").show(ctx, |ui| confirm(ui, &name, unsaved, runs));
                keep = !shown.should_close() && shown.inner.is_none();
                if !keep {
                    self.confirmed(ctx, shown.inner.flatten());
                }
            }
            Overlay::Rename(renaming) => {
                let shown = dialog("rename").show(ctx, |ui| self.renaming(ui, renaming, actions));
                keep = !(shown.should_close() || shown.inner);
                if !keep {
                    self.gives_back = renaming.before();
                }
                if let Some(usages) =
                    self.usages.as_mut().filter(|u| shown.inner && u.target == *renaming.target())
                {
                    usages.renamed = Some(renaming.renamed());
                }
            }
            Overlay::Opening { opening, found } => {
                match opening.answer() {
                    Some(read) => {
                        keep = false;
                        self.opened(ctx, opening.path(), read);
                    }
                    None => {
                        let shown = dialog("opening").show(ctx, |ui| opening.ui(ui));
                        keep = !(shown.inner || shown.should_close());
                        if !keep {
                            self.said = Some((format!("{} was not opened", opening.path().display()), false));
                        }
                    }
                }
                if !keep && !self.overlay.is_open() && !found.is_empty() {
                    self.overlay = Overlay::Recover { found: std::mem::take(found) };
                }
            }
            Overlay::Report { title, all } => {
                let shown = dialog("report").show(ctx, |ui| report(ui, title, all));
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
                None => {
                    self.after_confirm = Some(leave);
                    self.run_command(ctx, Command::SaveAs);
                }
            },
            Some(false) => {
                if let Some(keeper) = &mut self.keeper {
                    keeper.done();
                }
                self.left_for(ctx, leave);
            }
            None => {}
        }
    }

    fn pick_entries(&self, what: Pick) -> Vec<Entry> {
        if what == Pick::Fix {
            let entry = |(fix, problem): (&Edit, &Diagnostic)| Entry {
                words: fix.label(),
                about: ticks::plain(&problem.message),
                actions: vec![Action::Mend(fix.clone())],
            };
            return self.fixes().into_iter().map(entry).collect();
        }
        let document = &self.document;
        let mut kinds = match what {
            Pick::Fix => Vec::new(),
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
            Pick::Fix => Vec::new(),
            Pick::Insert(place) => match self.place(place) {
                Some((block, index)) => self.insert(&block, index, kind),
                None => Vec::new(),
            },
            Pick::Wrap => self.wrap_actions(self.chosen_ids(), kind),
            Pick::Convert => self.convert_actions(kind),
        };
        // What one wraps in most often stands first; all else as in the toolbox.
        if what != Pick::Wrap {
            kinds::sort(&mut kinds);
        }
        let entry = |kind: ShapeKind| Entry {
            words: kind.label().to_owned(),
            about: kinds::hint(&kind).to_owned(),
            actions: actions(kind),
        };
        let mut entries: Vec<Entry> = kinds.into_iter().map(entry).collect();
        if matches!(what, Pick::Insert(_)) && Command::AddBranch.enabled(self) {
            let (words, _) = Command::AddBranch.about_selected(self);
            let about = "For another way to go on, or for an exception";
            let actions = vec![Action::Command(Command::AddBranch)];
            entries.push(Entry { words: words.to_owned(), about: about.to_owned(), actions });
        }
        entries
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
    let (down, up) = fields::list_keys(ui);
    let field = TextEdit::singleline(query).hint_text(hint.to_owned()).desired_width(f32::INFINITY);
    let field = ui.add(field.char_limit(super::palette::LONGEST)).accessible_name(hint);
    if std::mem::take(fresh) {
        fields::begin_typing(ui, &field, query);
    }
    if field.changed() {
        *at = 0;
    }
    let mut found: Vec<(usize, Entry)> =
        entries.into_iter().filter_map(|e| Some((rank(&e.words, &e.about, query)?, e))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.truncate(60);
    let enter = ui.input(|i| i.key_pressed(Key::Enter));
    if down {
        *at = (*at + 1).min(found.len().saturating_sub(1));
    }
    if up {
        *at = at.saturating_sub(1);
    }
    ui.add_space(6.0);
    let mut chosen = None;
    ScrollArea::vertical().max_height(360.0).min_scrolled_height(360.0).auto_shrink([false, true]).show(
        ui,
        |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            for (i, (_, entry)) in found.iter().enumerate() {
                let button = Button::new(entry.words.as_str())
                    .right_text(RichText::new(&entry.about).small().color(if i == *at {
                        t.text
                    } else {
                        t.muted
                    }))
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
        },
    );
    // Enter leaves the field; without a hit the next letter belongs into it.
    if enter && found.is_empty() {
        field.request_focus();
    }
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
    ending: Option<&str>,
    (path, fresh): (&mut String, &mut bool),
    unfit: impl Fn(&str) -> Option<(String, bool)>,
) -> Option<bool> {
    ui.set_width(460.0);
    ui.heading(title);
    ui.add_space(6.0);
    let label = ui.label(label);
    let example = ending.map_or_else(|| "/home/me/orders".to_owned(), |e| format!("/home/me/orders.{e}"));
    let field = ui.add(TextEdit::singleline(path).desired_width(f32::INFINITY).hint_text(example));
    let field = field.labelled_by(label.id);
    if std::mem::take(fresh) {
        fields::begin_anew(ui, &field, path);
    }
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    let unfit = unfit(path.trim());
    let ready = !path.trim().is_empty() && unfit.as_ref().is_none_or(|(_, stops)| !stops);
    if let Some((why, _)) = unfit {
        ui.add(egui::Label::new(RichText::new(why).color(Tokens::of(ui).warn)).wrap());
    }
    if entered && !ready {
        field.request_focus();
    }
    match fields::answers(ui, verb, ready, &["Cancel"]) {
        _ if entered && ready => Some(true),
        answer => answer.map(|at| at == 0),
    }
}

/// Why nothing can be read from a path, or written to it; with `false` it can be, and this is what happens then.
fn unfit(purpose: Purpose, at: &Path) -> Option<(String, bool)> {
    if at.as_os_str().is_empty() {
        return None;
    }
    let path = at.display();
    if matches!(purpose, Purpose::Compare | Purpose::OpenRun) {
        return (!at.exists()).then(|| (format!("There is nothing at {path}"), true));
    }
    if at.is_dir() {
        return Some((format!("{path} is a folder: add the name of a file"), true));
    }
    let folder = at.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    if let Some(folder) = folder {
        return Some((format!("There is no folder {}", folder.display()), true));
    }
    let written = purpose.file(at);
    let name = written.file_name().unwrap_or_default().display();
    match (written.is_file(), at.extension().is_some() && written != at) {
        (true, _) => Some((format!("Replaces the file {name} that is there"), false)),
        (false, true) => Some((format!("Is written to {name}"), false)),
        (false, false) => None,
    }
}

/// `Some(Some(true))` saves, `Some(Some(false))` discards, `Some(None)` stays.
fn confirm(ui: &mut Ui, name: &str, unsaved: bool, runs: usize) -> Option<Option<bool>> {
    ui.set_width(380.0);
    let question = if unsaved { "Save the changes to" } else { "End the runs of" };
    ui.add(egui::Label::new(RichText::new(format!("{question} {name}?")).heading()).wrap());
    ui.add_space(4.0);
    if unsaved {
        ui.label("They are lost if you go on without saving.");
    }
    if runs > 1 {
        let words = format!("Its {runs} runs end then. Save run… keeps the one shown.");
        ui.add(egui::Label::new(words).wrap());
    }
    if !unsaved {
        return fields::answers(ui, "End them", true, &["Stay"]).map(|at| (at == 0).then_some(false));
    }
    let answer = fields::answers(ui, "Save", true, &["Discard", "Stay"]);
    answer.map(|at| [Some(true), Some(false), None].get(at).copied().flatten())
}

/// What was answered about unsaved work of studios that are gone.
struct Recovery {
    /// Which one, and whether it is taken over.
    answer: Option<(usize, bool)>,
    later: bool,
}

fn recover(ui: &mut Ui, found: &[Found]) -> Recovery {
    let t = Tokens::of(ui);
    ui.set_width(480.0);
    ui.heading("Unsaved work was found");
    ui.add_space(4.0);
    ui.label(RichText::new("The studio ended before this was saved.").color(t.muted));
    ui.add_space(10.0);
    let mut answer = None;
    for (index, one) in found.iter().enumerate() {
        let place = one.folder.as_ref().map_or_else(|| "never saved".to_owned(), |f| f.display().to_string());
        let what = match &one.changes {
            Some(changes) => told(changes),
            None => {
                let modules = one.app.modules.values().flat_map(|m| &m.orchestration);
                counted(modules.map(|o| o.shapes().len()).sum(), "shape")
            }
        };
        let about = format!("{} · {place}", ago(one.age));
        ui.horizontal(|ui| {
            let room = ui.available_width() - 180.0;
            ui.allocate_ui_with_layout(vec2(room, 26.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(room);
                let name = RichText::new(&one.name).text_style(super::theme::strong());
                ui.add(egui::Label::new(name).truncate());
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                // What is discarded cannot come back.
                let sure = ui.scope_id().with(("discard", &one.name, one.age));
                let asked: bool = ui.data(|data| data.get_temp(sure)).unwrap_or_default();
                if ui.button(if asked { "Really discard" } else { "Discard" }).clicked() {
                    ui.data_mut(|data| data.insert_temp(sure, true));
                    answer = asked.then_some((index, false));
                }
                let recover = ui.add(fields::primary(ui, "Recover"));
                if index == 0 && ui.memory(|m| m.focused().is_none()) {
                    recover.request_focus();
                }
                if recover.on_hover_text("Opens it unsaved; compare it with what is saved").clicked() {
                    answer = Some((index, true));
                }
            });
        });
        for line in [what, about] {
            ui.add(egui::Label::new(RichText::new(line).small().color(t.muted)).truncate());
        }
        if one.outdated {
            ui.label(RichText::new("What is saved there is newer").small().color(t.warn));
        }
        ui.add_space(6.0);
    }
    fields::note(ui, "Later keeps it: File, Unsaved work… asks again.");
    Recovery { answer, later: fields::dismissal(ui, "Later") }
}

/// Differences to what is saved, the first of them by name.
fn told(changes: &[Change]) -> String {
    const NAMED: usize = 3;
    let kind = |kind| match kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
        ChangeKind::Moved => "moved",
    };
    let named: Vec<String> =
        changes.iter().take(NAMED).map(|change| format!("{} {}", change.name, kind(change.kind))).collect();
    match changes.len() {
        0 => "The same as what is saved".to_owned(),
        count => {
            let more = count.saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let place = changes.first().and_then(Change::module).map(|module| format!("{module}: "));
            format!("{}{}{more}", place.unwrap_or_default(), named.join(", "))
        }
    }
}

/// How long ago something was, roughly.
fn ago(age: std::time::Duration) -> String {
    let minutes = age.as_secs() / 60;
    match minutes {
        0 => format!("{} s ago", age.as_secs()),
        1..60 => format!("{minutes} min ago"),
        60..1_440 => format!("{} h ago", minutes / 60),
        _ => format!("{} ago", counted(usize::try_from(minutes / 1_440).unwrap_or(usize::MAX), "day")),
    }
}

fn report(ui: &mut Ui, title: &str, all: &[Diagnostic]) -> bool {
    let t = Tokens::of(ui);
    ui.set_width(560.0);
    ui.add(egui::Label::new(RichText::new(title).heading()).wrap());
    ui.add_space(6.0);
    ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
        for problem in all {
            let place = problem.place.to_string();
            let words = match place.is_empty() {
                true => problem.message.clone(),
                false => format!("{place}: {}", problem.message),
            };
            ui.add(egui::Label::new(ticks::paragraph(ui, &words, 13.0, t.error)).wrap());
            ui.add(egui::Label::new(ticks::paragraph(ui, &problem.help, 13.0, t.muted)).wrap());
            ui.add_space(6.0);
        }
    });
    fields::answers(ui, "Close", true, &[]).is_some()
}
