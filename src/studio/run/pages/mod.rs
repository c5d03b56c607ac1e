//! The lists below the canvas: everything that happened, was sent, runs, waits and was held, by filter.

mod calls;
mod correlation;
mod instances;
mod journal;
mod messages;
mod sequence;
mod subscriptions;

pub use journal::says;

use super::desk::{Ask, Found, Grouping, Page, Sort};
use super::player::Command;
use super::{RunMode, scenarios, send, simulation, stops, tab_bar, tree};
use crate::diagnostic::counted;
use crate::engine::InstanceId;
use crate::filter::Filter;
use crate::message::MessageId;
use crate::model::{CorrelationSet, ShapeKind, Variable};
use crate::studio::document::{Action, Document};
use crate::studio::filter_box::{FilterBox, Vocabulary};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::table::View;
use crate::studio::theme::Tokens;
use egui::{Align, Layout, RichText, Ui};
use std::collections::{BTreeMap, BTreeSet};

/// Rows asked for beyond those in sight, so that scrolling finds them there.
const BEYOND: usize = 60;
/// Width of the field of a filter.
const FILTER: f32 = 420.0;

pub const PAGES: [(Page, &str); 12] = [
    (Page::Journal, "Journal"),
    (Page::Messages, "All messages"),
    (Page::Instances, "Instances"),
    (Page::Subscriptions, "Subscriptions"),
    (Page::Correlation, "Correlation"),
    (Page::Sequence, "Sequence"),
    (Page::Calls, "Calls"),
    (Page::Scenarios, "Scenarios"),
    (Page::Simulation, "Simulation"),
    (Page::Send, "Send message"),
    (Page::Breakpoints, "Breakpoints"),
    (Page::Runs, "Runs"),
];

/// Where one is in a list.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) filter: FilterBox,
    view: View,
    /// Run and moment it was scrolled to.
    at: (u64, Option<u64>),
}

/// What the lists below the canvas remember.
#[derive(Debug, Default)]
pub struct Drawer {
    pub page: Page,
    /// Only the names of the lists are shown. Not said yet, it depends on the room there is.
    pub folded: Option<bool>,
    /// Of the theme now shown.
    tokens: Option<&'static Tokens>,
    places: BTreeMap<&'static str, Place>,
    /// What was asked for last.
    asked: Option<Ask>,
    /// The journal shows the selected instance only.
    pub(super) only_selected: bool,
    grouping: Grouping,
    sort: Sort,
    open: BTreeSet<String>,
    message: Option<MessageId>,
    conversation: Option<MessageId>,
    /// The sequence diagram is of the selected instance and what belongs to it.
    pub own_sequence: bool,
    /// The arrow that keys have come to, and the last one that was scrolled to.
    arrow: Option<usize>,
    arrived: Option<u64>,
    /// What was done to many, to take it back.
    undo: Option<(super::desk::Act, Vec<InstanceId>)>,
    /// The row of the selected instance when it was last in sight.
    kept: Option<usize>,
    pub(super) words: Vocabulary,
    /// The conditions of breakpoints that are being written, by the names of their fields.
    pub(super) conditions: BTreeMap<String, stops::Condition>,
    words_of: Option<u64>,
}

impl Drawer {
    pub fn show(&mut self, page: Page) {
        self.page = page;
        self.folded = Some(false);
    }

    /// True while only the names of the lists are shown: from the beginning where the drawing needs the room.
    pub fn is_folded(&self) -> bool {
        self.folded.unwrap_or_default()
    }

    /// Learns how much room there is for drawing and lists together, in points.
    pub fn settle(&mut self, room: f32) {
        /// Lists and drawing are both of use from this height on.
        const BOTH: f32 = 640.0;
        self.folded.get_or_insert(room < BOTH);
    }

    pub fn fold_or_unfold(&mut self) {
        self.folded = Some(!self.is_folded());
    }

    /// Opens the list whose keyboard goes to its filter.
    pub fn focus_filter(&mut self) {
        if matches!(
            self.page,
            Page::Sequence | Page::Scenarios | Page::Simulation | Page::Send | Page::Breakpoints | Page::Runs
        ) {
            self.page = Page::Journal;
        }
        self.folded = Some(false);
        self.place(self.page).filter.focus();
    }

    /// Shows the messages that belong together with one.
    pub fn follow(&mut self, message: MessageId) {
        self.show(Page::Messages);
        self.message = Some(message);
        self.conversation = Some(message);
    }

    /// Puts instances together.
    pub fn group(&mut self, grouping: Grouping) {
        self.grouping = grouping;
        self.open.clear();
    }

    /// Writes the filter of a list.
    pub fn set_filter(&mut self, page: Page, text: &str) {
        self.place(page).filter.set(text);
    }

    /// The filter of a list.
    pub fn filter(&self, page: Page) -> Filter {
        self.places.get(name(page)).map(|place| place.filter.filter().clone()).unwrap_or_default()
    }

    fn tokens(&self) -> &'static Tokens {
        self.tokens.unwrap_or_else(|| Tokens::for_theme(true, false))
    }

    pub(super) fn place(&mut self, page: Page) -> &mut Place {
        self.places.entry(name(page)).or_default()
    }
}

pub fn name(page: Page) -> &'static str {
    PAGES.iter().find(|(own, _)| *own == page).map_or("", |(_, name)| name)
}

/// The open list with its tabs.
pub fn ui(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    ui.set_min_height(ui.available_height());
    run.drawer.tokens = Some(Tokens::of(ui));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (sign, words) = match run.drawer.is_folded() {
            true => (Glyph::Chevron, "Unfold the lists"),
            false => (Glyph::ChevronDown, "Fold the lists"),
        };
        if fields::icon_button(ui, sign, words).clicked() {
            run.drawer.fold_or_unfold();
        }
        // Who folds them wants the name that is on, too, to open its list.
        let shown = (!run.drawer.is_folded()).then_some(run.drawer.page);
        let chosen = tab_bar(ui, shown, &PAGES.map(|(page, name)| (Some(page), name)));
        if let Some(page) = chosen.filter(|_| chosen != shown) {
            run.drawer.show(page);
        }
    });
    if run.drawer.is_folded() {
        return;
    }
    learn(run, document);
    ui.add_space(2.0);
    match run.drawer.page {
        Page::Journal => journal::ui(ui, run, actions),
        Page::Messages => messages::ui(ui, run, actions),
        Page::Instances => instances::ui(ui, run, actions),
        Page::Subscriptions => subscriptions::ui(ui, run, actions),
        Page::Correlation => correlation::ui(ui, run, actions),
        Page::Sequence => sequence::ui(ui, run, actions),
        Page::Calls => calls::ui(ui, run, actions),
        Page::Scenarios => scenarios::ui(ui, run, document, actions),
        Page::Simulation => simulation::ui(ui, run, document, actions),
        Page::Send => send::ui(ui, run, document, actions),
        Page::Breakpoints => stops::ui(ui, run, actions),
        Page::Runs => tree::ui(ui, run),
    }
    ask(ui, run);
}

/// Takes the words of the application into completion.
fn learn(run: &mut RunMode, document: &Document) {
    if run.drawer.words_of != Some(document.revision) {
        run.drawer.words_of = Some(document.revision);
        run.drawer.words.names = fields_of(document);
    }
    if run.state.found.values.is_some() {
        run.drawer.words.values.clone_from(&run.state.found.values);
    }
}

/// The fields that this application adds to the language: variables, correlation sets and properties.
pub fn fields_of(document: &Document) -> Vec<String> {
    let mut names = BTreeSet::new();
    for orchestration in document.app.modules.values().filter_map(|m| m.orchestration.as_ref()) {
        let mut declared = |variables: &[Variable], sets: &[CorrelationSet]| {
            names.extend(variables.iter().map(|v| format!("var.{}", v.name)));
            names.extend(sets.iter().map(|set| format!("set.{}", set.name)));
        };
        declared(&orchestration.variables, &orchestration.correlation_sets);
        for shape in orchestration.shapes() {
            if let ShapeKind::Scope(scope) = &shape.kind {
                declared(&scope.variables, &scope.correlation_sets);
            }
        }
    }
    names.extend(document.schemas.properties().map(|p| p.name.to_string()));
    names
        .extend(["BTS.MessageType", "BTS.Operation", "BTS.ReceivePortName", "BTS.SPName"].map(str::to_owned));
    names.into_iter().collect()
}

/// Tells the engine what is in sight, when that has changed.
fn ask(ui: &Ui, run: &mut RunMode) {
    let page = run.drawer.page;
    let instance = run.selected();
    let only = instance.filter(|_| page == Page::Journal && run.drawer.only_selected);
    let drawer = &mut run.drawer;
    let (message, conversation) = match page {
        Page::Messages => (drawer.message, drawer.conversation),
        // Any message stands for "what belongs together".
        Page::Sequence if drawer.own_sequence => (None, Some(MessageId(0))),
        _ => (None, None),
    };
    let grouped = page == Page::Instances;
    let (grouping, sort) = (if grouped { drawer.grouping } else { Grouping::None }, drawer.sort);
    let open = if grouped { drawer.open.clone() } else { BTreeSet::new() };
    let place = drawer.place(page);
    let mut filter = place.filter.filter().clone();
    if let Some(id) = only {
        let own = format!("instance == {id}");
        let text = if filter.is_empty() { own } else { format!("({}) and {own}", filter.text()) };
        filter = Filter::parse(&text).unwrap_or(filter);
    }
    let seen = place.view.seen.clone();
    let known = drawer.asked.as_ref().map(|ask| ask.rows.clone()).unwrap_or_default();
    // Rows are asked for ahead, and again when one comes near the end of them.
    let inside = known.start <= seen.start && seen.end <= known.end && known.len() < seen.len() + 4 * BEYOND;
    let rows = if inside { known } else { seen.start.saturating_sub(BEYOND)..seen.end.max(40) + BEYOND };
    let values = drawer.place(page).filter.asks;
    let ask = Ask { page, filter, rows, instance, conversation, grouping, open, sort, message, values };
    if drawer.asked.as_ref() != Some(&ask) {
        drawer.asked = Some(ask.clone());
        run.tell(Command::List(Box::new(ask)));
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(30));
    }
}

impl RunMode {
    /// What was found for the open list; of another one nothing.
    pub(super) fn found(&self) -> std::sync::Arc<Found> {
        let found = &self.state.found;
        if found.page == self.drawer.page { std::sync::Arc::clone(found) } else { std::sync::Arc::default() }
    }
}

/// The row above a list: its filter, what `more` adds, and how much there is.
fn tools(
    ui: &mut Ui,
    run: &mut RunMode,
    (hint, unit): (&str, &str),
    more: impl FnOnce(&mut Ui, &mut RunMode),
) {
    let t = Tokens::of(ui);
    let page = run.drawer.page;
    ui.horizontal(|ui| {
        let words = std::mem::take(&mut run.drawer.words);
        let width = FILTER.min(ui.available_width() * 0.45);
        let name = format!("Filter of {}", name(page).to_lowercase());
        if run.drawer.place(page).filter.ui(ui, &name, hint, width, &words) {
            run.drawer.place(page).view.cursor = None;
        }
        run.drawer.words = words;
        more(ui, run);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let found = run.found();
            let filtered = !run.drawer.place(page).filter.filter().is_empty();
            let mut words = counted(found.total, unit);
            if filtered {
                words.push_str(" found");
            }
            if found.reading && found.page == page {
                words.push_str(", reading…");
            }
            ui.add(egui::Label::new(RichText::new(words).small().color(t.muted)).truncate());
        });
    });
    ui.add_space(2.0);
}

/// Scrolls a list in the order of time to the moment shown, when that has moved; in the present to its end.
fn keep_up(run: &mut RunMode, page: Page) {
    let (at, until) = ((run.state.run, run.state.past), run.state.found.until);
    if run.state.found.page != page {
        return;
    }
    let place = run.drawer.place(page);
    if place.at == at {
        return;
    }
    place.at = at;
    if at.1.is_none() {
        place.view.cursor = None;
        place.view.tail = true;
    } else {
        place.view.cursor = until.checked_sub(1);
        place.view.reveal(until.saturating_sub(1));
    }
}

/// Keeps the row of the selected instance in sight while the list around it changes.
fn keep_selected(run: &mut RunMode, page: Page) {
    let selected = run.found().selected;
    if selected == run.drawer.kept {
        return;
    }
    run.drawer.kept = selected;
    let place = run.drawer.place(page);
    place.view.cursor = selected;
    if let Some(row) = selected {
        place.view.reveal(row);
    }
}
