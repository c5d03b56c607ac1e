//! One search over everything that has a name: commands, shapes, what is written in them, declarations, schemas,
//! tabs and problems.

use super::command::Command;
use super::document::{Action, Document, Selection};
use super::editing::Where;
use super::editors::ports::Item;
use super::icons::{self, Glyph};
use super::keymap;
use super::panels::explorer;
use super::run::desk::Page;
use super::tabs::Tab;
use super::theme::{self, Tokens};
use super::{Studio, kinds, names, problems, ticks};
use crate::model::edit::{DeclarationKind, insertable};
use crate::model::files;
use crate::model::{Id, Orchestration, Shape, ShapeKind, Vocabulary};
use crate::xml::SchemaNode;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{FontId, Key, Rect, Role, ScrollArea, Sense, TextEdit, Ui, Vec2, WidgetInfo, vec2};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Letters of the longest search: a text pasted into it by mistake is not looked for in every frame.
pub(super) const LONGEST: usize = 200;

/// What an entry is; in the order the groups stand while nothing is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Command,
    Tab,
    Shape,
    Text,
    Declaration,
    Schema,
    Problem,
}

impl Group {
    const ALL: [Self; 7] =
        [Self::Command, Self::Tab, Self::Shape, Self::Text, Self::Declaration, Self::Schema, Self::Problem];

    /// The character that, typed first, searches this group only; its name and its heading.
    fn words(self) -> (char, &'static str, &'static str) {
        match self {
            Self::Command => ('>', "Commands", "Commands"),
            Self::Tab => ('/', "Files", "Files and tabs"),
            Self::Shape => ('#', "Shapes", "Shapes"),
            Self::Text => ('=', "Expressions", "Expressions"),
            Self::Declaration => ('@', "Declarations", "Messages, ports and other declarations"),
            Self::Schema => ('.', "Fields", "Fields and properties"),
            Self::Problem => ('!', "Problems", "Problems"),
        }
    }
}

/// One thing that can be found.
#[derive(Clone, Debug)]
pub struct Entry {
    group: Group,
    glyph: Glyph,
    words: String,
    /// Where it is, or what it does.
    about: String,
    actions: Vec<Action>,
    /// What it is found by too.
    also: &'static str,
    /// Why it cannot be chosen now.
    refusal: Option<&'static str>,
}

impl Entry {
    fn new(group: Group, glyph: Glyph, words: String, about: String, actions: Vec<Action>) -> Self {
        Self { group, glyph, words, about, actions, also: "", refusal: None }
    }

    /// What is called just that comes before what is called something that begins so, then what has a word that does, then
    /// what has it anywhere. Expressions and problems have no names.
    fn called(&self, query: &str) -> u32 {
        let (words, query) = (self.words.to_lowercase(), query.to_lowercase());
        let last = words.rsplit('.').next().unwrap_or_default();
        // A property is known by its name without its namespace too.
        if self.group == Group::Schema && words != last && last == query {
            // What one routes and correlates by before the fields it comes from.
            return EXACT + BEGINS;
        }
        if words == query {
            return EXACT;
        }
        if query.is_empty() || !self.named() {
            return 0;
        }
        let begins_word = |at| {
            let capital = self.words.get(at..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
            capital || words.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric))
        };
        // Of two that are called so as well the shorter is more likely meant.
        let short = u32::try_from(1000_usize.saturating_sub(10 * words.len())).unwrap_or_default();
        match words.match_indices(&query).map(|(at, _)| at).collect::<Vec<_>>().as_slice() {
            [0, ..] => BEGINS + short,
            all if all.iter().any(|at| begins_word(*at)) => WORD + short,
            [_, ..] => HOLDS + short,
            [] if holds(&words, &query) => HOLDS,
            [] => 0,
        }
    }

    fn named(&self) -> bool {
        !matches!(self.group, Group::Text | Group::Problem)
    }
}

/// The open palette.
#[derive(Debug, Default)]
pub struct Palette {
    query: String,
    /// The entry that Enter chooses; none until something is typed or an arrow key is pressed.
    at: Option<usize>,
    focused: bool,
    /// Everything there is, gathered when the palette opens: it stands over the window, so nothing changes.
    entries: Vec<Entry>,
    matcher: Matcher,
    found: Vec<Found>,
    /// The query `found` is for.
    searched: Option<String>,
}

/// An entry that matches, and which of its characters do.
#[derive(Debug)]
struct Found {
    entry: usize,
    lit: Vec<u32>,
}

/// More than any name gets that is not the one typed.
const EXACT: u32 = 100_000;
/// More than anything gets whose name does not begin so.
const BEGINS: u32 = 50_000;
/// More than anything gets that has no word which begins so.
const WORD: u32 = 25_000;
/// More than letters get that stand apart in a name.
const HOLDS: u32 = 12_000;
/// The same for what a command is said to do.
const SAID: u32 = 6_000;

/// True when every word of the query stands in the text.
fn holds(text: &str, query: &str) -> bool {
    let text = text.to_lowercase();
    query.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
}

/// Entries of one group while all groups are shown.
const FEW: usize = 6;
/// Entries shown at most.
const MOST: usize = 80;

impl Palette {
    pub fn new(studio: &Studio, ctx: &egui::Context) -> Self {
        Self { entries: gather(studio, ctx), matcher: Matcher::new(Config::DEFAULT), ..Self::default() }
    }

    fn search(&mut self) {
        if self.searched.as_deref() == Some(&self.query) {
            return;
        }
        self.searched = Some(self.query.clone());
        let query = self.query.trim_start();
        let only = Group::ALL.into_iter().find(|group| query.starts_with(group.words().0));
        let query = if only.is_some() { query.get(1..).unwrap_or_default() } else { query };
        // As it is written by hand.
        let query = &query.replace("...", "…");
        let pattern = Pattern::parse(query.trim(), CaseMatching::Ignore, Normalization::Smart);
        let mut hits: Vec<(Group, u32, Found)> = Vec::new();
        let mut buffer = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            if only.is_some_and(|group| group != entry.group) {
                continue;
            }
            let mut lit = Vec::new();
            let words = Utf32Str::new(&entry.words, &mut buffer);
            let score = pattern.indices(words, &mut self.matcher, &mut lit).map(|score| score * 2);
            let score = score.map(|score| score + entry.called(query.trim()));
            // In a long text letters that stand apart say nothing.
            let score = score.filter(|_| entry.named() || holds(&entry.words, query));
            if score.is_none() {
                lit.clear();
            }
            let said = || holds(entry.also, query).then_some(SAID);
            let score = score.max(said()).or_else(|| holds(&entry.about, query).then_some(1));
            if let Some(score) = score {
                // Why it cannot be done is an answer too, if nothing else is meant.
                let score = if entry.refusal.is_some() { score / 4 } else { score };
                lit.sort_unstable();
                lit.dedup();
                hits.push((entry.group, score, Found { entry: index, lit }));
            }
        }
        // The group of the best hit stands first; within a group the best first, else in the order of the document.
        let best = |group: Group| hits.iter().filter(|h| h.0 == group).map(|h| h.1).max().unwrap_or(0);
        let mut order: Vec<(Group, u32)> = Group::ALL.map(|group| (group, best(group))).into();
        if !query.trim().is_empty() {
            order.sort_by_key(|(group, score)| (std::cmp::Reverse(*score), *group));
        }
        let limit = if only.is_some() { MOST } else { FEW };
        self.found.clear();
        for (group, highest) in order {
            let (mut own, rest): (Vec<_>, Vec<_>) = hits.into_iter().partition(|hit| hit.0 == group);
            hits = rest;
            own.sort_by_key(|(_, score, found)| (std::cmp::Reverse(*score), found.entry));
            // What only belongs to something that is called so makes way for it.
            if only.is_none() && highest >= HOLDS {
                own.retain(|(_, score, _)| *score > 1);
            }
            self.found.extend(own.into_iter().take(limit).map(|(_, _, found)| found));
        }
        self.at = (!query.trim().is_empty() && !self.found.is_empty()).then_some(0);
    }

    /// Shows the palette; gives the actions of what was chosen.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<Vec<Action>> {
        let t = Tokens::of(ui);
        ui.set_width(620.0_f32.min(ui.ctx().content_rect().width() - 80.0));
        let (down, up) = super::panels::fields::list_keys(ui);
        let hint = "Search commands, shapes, expressions, messages, fields, problems";
        let field = TextEdit::singleline(&mut self.query).hint_text(hint).desired_width(f32::INFINITY);
        let field = ui.add(field.char_limit(LONGEST)).accessible_name("Search everything");
        if !std::mem::replace(&mut self.focused, true) {
            crate::studio::panels::fields::begin_typing(ui, &field, &self.query);
        }
        self.search();
        let enter = ui.input(|i| i.key_pressed(Key::Enter));
        let last = self.found.len().checked_sub(1);
        if down {
            self.at = last.map(|last| self.at.map_or(0, |at| (at + 1).min(last)));
        }
        if up {
            self.at = self.at.map(|at| at.saturating_sub(1));
        }
        ui.add_space(6.0);
        self.prefixes(ui);
        let mut chosen = self.at.filter(|_| enter);
        // The window remembers how low it was after a search with few hits; the list takes what it needs again.
        let room = (ui.ctx().content_rect().height() * 0.88 - 130.0).clamp(120.0, 420.0);
        let list =
            ScrollArea::vertical().max_height(room).min_scrolled_height(room).auto_shrink([false, true]);
        list.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let mut group = None;
            for (i, found) in self.found.iter().enumerate() {
                let Some(entry) = self.entries.get(found.entry) else { continue };
                if group != Some(entry.group) {
                    group = Some(entry.group);
                    ui.add_space(6.0);
                    let heading = entry.group.words().2.to_uppercase();
                    ui.label(egui::RichText::new(heading).text_style(theme::caption()).color(t.faint));
                }
                let response = line(ui, entry, found, Some(i) == self.at);
                if Some(i) == self.at && (down || up) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    chosen = Some(i);
                }
            }
            if self.found.is_empty() {
                ui.add_space(8.0);
                ui.label(egui::RichText::new("Nothing is called that").color(t.muted));
            }
        });
        if enter && chosen.is_none() {
            // Enter leaves the field; the next letter belongs into it.
            self.focused = false;
        }
        let entry = self.found.get(chosen?)?.entry;
        Some(self.entries.get(entry)?.actions.clone())
    }

    /// The groups, each with the character that searches it alone.
    fn prefixes(&mut self, ui: &mut Ui) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            ui.spacing_mut().interact_size.y = 20.0;
            for group in Group::ALL {
                let (prefix, short, words) = group.words();
                let on = self.query.trim_start().starts_with(prefix);
                let text = egui::RichText::new(format!("{prefix} {short}")).small();
                let button = ui.add(egui::Button::new(text).small().selected(on));
                let tip = format!("Type {prefix} to search {} only", words.to_lowercase());
                if button.on_hover_text(tip).clicked() {
                    let rest = self.query.trim_start_matches(|c| Group::ALL.iter().any(|g| g.words().0 == c));
                    self.query = if on { rest.to_owned() } else { format!("{prefix}{rest}") };
                    self.focused = false;
                }
            }
        });
    }
}

fn line(ui: &mut Ui, entry: &Entry, found: &Found, selected: bool) -> egui::Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &entry.words));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if selected || response.hovered() {
        let fill = t.tint(t.panel, t.selection, if selected { 0.2 } else { 0.08 });
        ui.painter().rect_filled(rect, 5.0, fill);
    }
    let icon = Rect::from_center_size(rect.left_center() + vec2(14.0, 0.0), Vec2::splat(14.0));
    let command = match entry.actions.as_slice() {
        [Action::Command(command)] => icons::of_command(*command),
        _ => None,
    };
    match command {
        Some(of_font) => icons::icon_in(ui.painter(), of_font, icon, t.muted),
        None => icons::paint(ui.painter(), entry.glyph, icon, t.muted),
    }
    let ink = if entry.refusal.is_some() { t.muted } else { t.text };
    let family = if entry.group == Group::Text { egui::FontFamily::Monospace } else { theme::medium() };
    let mut job = LayoutJob::default();
    for (i, c) in entry.words.chars().enumerate() {
        let lit = u32::try_from(i).is_ok_and(|i| found.lit.binary_search(&i).is_ok());
        let format = TextFormat::simple(FontId::new(12.5, family.clone()), if lit { t.brand } else { ink });
        job.append(c.encode_utf8(&mut [0; 4]), 0.0, format);
    }
    job.wrap = TextWrapping::truncate_at_width(rect.width() * 0.56);
    let words = ui.painter().layout_job(job);
    let at = rect.left_center() + vec2(28.0, -words.size().y / 2.0);
    let used = words.size().x;
    ui.painter().galley(at, words, t.text);
    let format = TextFormat::simple(FontId::proportional(11.5), if selected { t.text } else { t.muted });
    let about = entry.refusal.map_or_else(|| entry.about.clone(), str::to_owned);
    let mut job = LayoutJob::single_section(about.clone(), format);
    job.wrap = TextWrapping::truncate_at_width((rect.width() - used - 52.0).max(24.0));
    let right = ui.painter().layout_job(job);
    let cut = right.elided || used >= rect.width() * 0.55;
    let at = rect.right_center() - vec2(right.size().x + 8.0, right.size().y / 2.0);
    ui.painter().galley(at, right, t.muted);
    if cut { response.on_hover_text(format!("{}\n{about}", entry.words)) } else { response }
}

/// Everything that can be found, group by group.
fn gather(studio: &Studio, ctx: &egui::Context) -> Vec<Entry> {
    let mut all = Vec::new();
    // What was done before stands first: most likely it is done again.
    let again = studio.used.iter().copied();
    let others = Command::ALL.into_iter().filter(|c| *c != Command::Palette && !studio.used.contains(c));
    for command in again.chain(others) {
        let (text, also) = command.about_selected(studio);
        let actions = vec![Action::Command(command)];
        let keys = keymap::words(ctx, command);
        let entry = Entry::new(Group::Command, Glyph::Chevron, text.to_owned(), keys, actions);
        all.push(Entry { refusal: command.refusal(studio), also, ..entry });
    }
    let document = &studio.document;
    if Command::InsertAfter.refusal(studio).is_none()
        && let Some((block, index)) = studio.place(Where::After)
    {
        let mut fitting = insertable(&document.app, &document.module, &block, index);
        kinds::sort(&mut fitting);
        for kind in fitting {
            let (words, about) = (format!("Insert {}", kind.label()), kinds::hint(&kind).to_owned());
            let (glyph, actions) = (kinds::glyph(&kind), studio.insert(&block, index, kind));
            all.push(Entry::new(Group::Command, glyph, words, about, actions));
        }
    }
    if Command::NewOrchestration.refusal(studio).is_none() {
        let made =
            crate::studio::editors::files::fresh(document).map(|(words, made)| (words.to_owned(), made));
        for (words, actions) in made.chain(crate::studio::editors::ports::fresh(&document.app)) {
            all.push(Entry::new(Group::Command, Glyph::Parts, words, String::new(), actions));
        }
    }
    let shown = document.app.modules.get_key_value(&document.module);
    let others = document.app.modules.iter().filter(|(key, _)| **key != document.module);
    for (key, module) in shown.into_iter().chain(others) {
        let tab = Tab::Orchestration(key.clone());
        let (words, glyph, kind) = tab.about(&document.app);
        let kept = if module.source.is_empty() { files::module_path(key) } else { module.source.clone() };
        let actions = vec![Action::Open(tab)];
        all.push(Entry::new(Group::Tab, glyph, words, format!("{kind} · {kept}"), actions));
        if let Some(orchestration) = &module.orchestration {
            shapes(&mut all, key, orchestration);
            locals(&mut all, key, orchestration);
        }
        declarations(&mut all, document, key);
    }
    tabs(&mut all, document);
    physical(&mut all, document);
    fields(&mut all, document);
    found_problems(&mut all, document);
    all
}

fn shapes(all: &mut Vec<Entry>, key: &str, orchestration: &Orchestration) {
    let go = |id: &Id| vec![Action::Go { module: key.to_owned(), selection: Selection::Node(id.clone()) }];
    for shape in orchestration.shapes() {
        let (glyph, kind) = (kinds::glyph(&shape.kind), shape.kind.label());
        let about = format!("{kind} in {}", orchestration.name);
        let actions = go(&shape.id);
        all.push(Entry::new(Group::Shape, glyph, shape.name.clone(), about, actions));
        if let ShapeKind::Scope(scope) = &shape.kind {
            let catches = scope.catches.iter().map(|block| (&block.name, &block.id, "Catch block"));
            let compensation =
                scope.compensation.iter().map(|block| (&block.name, &block.id, "Compensation"));
            for (name, id, kind) in catches.chain(compensation) {
                let about = format!("{kind} of {} in {}", shape.name, orchestration.name);
                all.push(Entry::new(Group::Shape, glyph, name.clone(), about, go(id)));
            }
        }
        for (id, text) in texts(shape) {
            let about = format!("{} in {}", shape.name, orchestration.name);
            let lines = text.lines().map(str::trim).filter(|line| line.len() > 1);
            all.extend(
                lines.map(|line| Entry::new(Group::Text, glyph, line.to_owned(), about.clone(), go(id))),
            );
        }
    }
}

/// Everything else that opens in a tab.
fn tabs(all: &mut Vec<Entry>, document: &Document) {
    let app = &document.app;
    let open = [Tab::Application, Tab::Ports, Tab::Settings].into_iter();
    let every = open
        .chain(app.schemas.keys().cloned().map(Tab::Schema))
        .chain(app.messages.keys().cloned().map(Tab::Message))
        .chain(app.maps.keys().cloned().map(Tab::Map))
        .chain(app.policies.keys().cloned().map(Tab::Policy))
        .chain(app.components.keys().cloned().map(Tab::Script));
    for tab in every {
        let (words, glyph, kind) = tab.about(app);
        let path = match &tab {
            Tab::Schema(path) | Tab::Message(path) => Some(path.clone()),
            Tab::Map(name) => Some(files::map_path(name)),
            Tab::Policy(name) => Some(files::policy_path(name)),
            Tab::Script(class) => Some(files::component_path(class)),
            Tab::Ports => Some(files::BINDINGS.to_owned()),
            Tab::Settings => Some(files::APPLICATION.to_owned()),
            _ => None,
        };
        let about = path.map_or_else(|| kind.to_owned(), |path| format!("{kind} · {path}"));
        all.push(Entry::new(Group::Tab, glyph, words, about, vec![Action::Open(tab)]));
    }
    if app.vocabulary != Vocabulary::default() {
        let (words, about) = ("Vocabulary of the scenarios".to_owned(), files::VOCABULARY.to_owned());
        let actions = vec![Action::Command(Command::Show(Page::Scenarios))];
        all.push(Entry::new(Group::Tab, Glyph::Flow, words, about, actions));
    }
    if !app.partners.is_empty() {
        let about = format!("in Run · {}", files::PARTNERS);
        let actions = vec![Action::Command(Command::Run)];
        all.push(Entry::new(Group::Tab, Glyph::Port, "Simulated partners".to_owned(), about, actions));
    }
    for (stem, scenario) in &app.scenarios {
        let about = format!("scenario · {}", files::scenario_path(stem));
        let actions = vec![Action::Scenario(stem.clone())];
        all.push(Entry::new(Group::Tab, Glyph::Flow, scenario.name.clone(), about, actions));
    }
}

/// What the ports editor shows.
fn physical(all: &mut Vec<Entry>, document: &Document) {
    let bindings = &document.app.bindings;
    let receive = bindings.receive_ports.iter().map(|port| Item::ReceivePort(port.name.clone()));
    let send = bindings.send_ports.iter().map(|port| Item::SendPort(port.name.clone()));
    let groups = bindings.send_port_groups.iter().map(|group| Item::Group(group.name.clone()));
    for item in receive.chain(send).chain(groups) {
        let (kind, glyph) = item.about();
        let actions = vec![Action::Choose(item.clone())];
        all.push(Entry::new(Group::Tab, glyph, item.name().to_owned(), kind.to_owned(), actions));
    }
}

/// Fields of message types and properties that schemas declare.
fn fields(all: &mut Vec<Entry>, document: &Document) {
    fn walk(all: &mut Vec<Entry>, node: &SchemaNode, path: &str, root: &str, open: &[Action]) {
        for child in &node.children {
            let path = format!("{path}/{}{}", if child.attribute { "@" } else { "" }, child.local);
            let glyph = if child.children.is_empty() { Glyph::Variable } else { Glyph::Parts };
            let about = format!("{path} of {root}");
            all.push(Entry::new(Group::Schema, glyph, child.local.to_string(), about, open.to_vec()));
            // Types inside themselves end somewhere.
            if path.matches('/').count() < 12 {
                walk(all, child, &path, root, open);
            }
        }
    }
    for root in document.schemas.roots() {
        let Some(node) = document.schemas.structure(&root.message_type) else { continue };
        let file = document.schemas.file_of(&root.message_type);
        let open: Vec<Action> =
            file.map(|path| Action::Open(Tab::Schema(path.to_owned()))).into_iter().collect();
        walk(all, node, "", &root.root, &open);
    }
    for property in document.schemas.properties() {
        let name = property.name.to_string();
        let local = name.rsplit('.').next().unwrap_or(&name).to_owned();
        let declares = |text: &&String| text.contains(&format!("name=\"{local}\""));
        let found = document.app.schemas.iter().find(|(_, text)| declares(text));
        let actions = found.map(|(path, _)| Action::Open(Tab::Schema(path.clone()))).into_iter().collect();
        let about = "promoted property".to_owned();
        all.push(Entry::new(Group::Schema, Glyph::Link, name, about, actions));
    }
}

/// The XLANG/s texts of a shape, each with what to select for it.
fn texts(shape: &Shape) -> Vec<(&Id, &str)> {
    use ShapeKind as K;
    match &shape.kind {
        K::Expression(c) | K::MessageAssignment(c) | K::Delay(c) | K::Suspend(c) | K::Terminate(c) => {
            vec![(&shape.id, &c.text)]
        }
        K::Loop(l) => vec![(&shape.id, &l.condition)],
        K::Decide(b) => b.branches.iter().map(|b| (&b.id, b.condition.as_str())).collect(),
        _ => Vec::new(),
    }
}

fn declarations(all: &mut Vec<Entry>, document: &Document, key: &str) {
    let Some(module) = document.app.modules.get(key) else { return };
    let owner = module.orchestration.as_ref().map_or(key, |o| &o.name);
    for kind in DeclarationKind::ALL {
        for declaration in names::declarations(module, None, kind) {
            let name = declaration.name().to_owned();
            let glyph = explorer::glyph(kind, &declaration);
            let selection = Selection::declared(kind, &name);
            let go = vec![Action::Go { module: key.to_owned(), selection }];
            let about = format!("{} of {owner}", kind.label());
            all.push(Entry::new(Group::Declaration, glyph, name, about, go.clone()));
            if let crate::model::edit::Declaration::CorrelationType(set) = &declaration {
                all.extend(set.properties.iter().map(|property| {
                    let about = format!("property of {}", set.name);
                    Entry::new(Group::Schema, Glyph::Link, property.to_string(), about, go.clone())
                }));
            }
        }
    }
}

/// What the scopes of an orchestration declare for themselves.
fn locals(all: &mut Vec<Entry>, key: &str, orchestration: &Orchestration) {
    for shape in orchestration.shapes() {
        let ShapeKind::Scope(scope) = &shape.kind else { continue };
        let messages = scope.messages.iter().map(|m| (DeclarationKind::Message, Glyph::Envelope, &m.name));
        let variables = scope.variables.iter().map(|v| (DeclarationKind::Variable, Glyph::Variable, &v.name));
        let sets = &scope.correlation_sets;
        let sets = sets.iter().map(|set| (DeclarationKind::CorrelationSet, Glyph::Link, &set.name));
        for (kind, glyph, name) in messages.chain(variables).chain(sets) {
            let about = format!("{} of the scope {} in {}", kind.label(), shape.name, orchestration.name);
            let selection = Selection::Declared { scope: Some(shape.id.clone()), kind, name: name.clone() };
            let go = vec![Action::Go { module: key.to_owned(), selection }];
            all.push(Entry::new(Group::Declaration, glyph, name.clone(), about, go));
        }
    }
}

fn found_problems(all: &mut Vec<Entry>, document: &Document) {
    for problem in &document.problems {
        let actions = problems::way(document, problem);
        let (words, about) =
            (ticks::plain(&problem.message), format!("{} · {}", problem.code, problem.place.name));
        all.push(Entry::new(Group::Problem, Glyph::Warning, words, about, actions.into_iter().collect()));
    }
}
