//! Breakpoints: before shapes with their conditions, and on what happens; and the banner while something is held.

use super::desk::Page;
use super::player::{Command, EventStop, ShapeStop};
use super::{RunMode, node};
use crate::diagnostic::counted;
use crate::engine::{EventKind, InstanceId};
use crate::filter::Filter;
use crate::journal::{Clock, event_name};
use crate::message::Name;
use crate::model::ShapeKind;
use crate::model::edit::{BlockRef, owner_of};
use crate::studio::command;
use crate::studio::document::{Action, Document, Selection};
use crate::studio::filter_box::FilterBox;
use crate::studio::icons::Glyph;
use crate::studio::keymap;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{Align, Button, Color32, DragValue, Key, Layout, RichText, ScrollArea, Sense, Ui, vec2};

/// What stops a run most often, with its name.
pub const USUAL: [(&str, &str); 3] = [
    ("Routing failures", "event == routing.failed"),
    ("Exceptions", "event == exception.thrown"),
    ("Anything that goes wrong", "problem"),
];

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    let area = ScrollArea::vertical().id_salt("breakpoints").auto_shrink(false);
    area.show(ui, |ui| {
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                shapes(left, run, actions);
                events(right, run);
            }
        });
    });
}

fn shapes(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    fields::heading(ui, "Before shapes");
    if run.state.breakpoints.is_empty() {
        let keys = keymap::words(ui.ctx(), command::Command::ToggleBreakpoint);
        fields::note(
            ui,
            format!("None. Select a shape on the canvas and press {keys}: instances stop before it."),
        );
    }
    for (i, stop) in run.state.breakpoints.clone().iter().enumerate() {
        ui.push_id(("shape", i), |ui| shape(ui, run, stop, actions));
    }
}

fn shape(ui: &mut Ui, run: &mut RunMode, stop: &ShapeStop, actions: &mut Vec<Action>) {
    let (service, shape) = (stop.breakpoint.orchestration, stop.breakpoint.shape);
    let name = run.state.atlas.shape(service, shape).to_owned();
    ui.horizontal(|ui| {
        dot(ui, true);
        if ui
            .add(Button::new(RichText::new(&name).size(12.5)).frame(false))
            .on_hover_text("Show the shape")
            .clicked()
        {
            run.go_to_shape(service, shape, actions);
        }
        let mut filter = stop.filter.clone();
        let mut hits = stop.hits.max(1);
        let hint = "always, or var.count >= 3";
        let width = (ui.available_width() - 110.0).clamp(168.0, 300.0);
        let entered = condition(ui, run, &format!("Condition of {name}"), hint, &mut filter, width);
        let counted = from_hit(ui, &format!("From which hit {name} stops"), &mut hits);
        if entered || counted {
            let breakpoint = stop.breakpoint;
            run.tell(Command::SetCondition { breakpoint, filter, hits });
        }
        seen(ui, stop.seen);
        if fields::icon_button(ui, Glyph::Close, &format!("Remove the breakpoint at {name}")).clicked() {
            run.tell(Command::ToggleBreakpoint { orchestration: service, shape });
        }
    });
}

fn events(ui: &mut Ui, run: &mut RunMode) {
    fields::heading(ui, "When something happens");
    let mut stops: Vec<EventStop> = run.state.stops.to_vec();
    let before = stops.clone();
    ui.horizontal_wrapped(|ui| {
        for (name, filter) in USUAL {
            let mut on = stops.iter().any(|stop| stop.filter == filter);
            if ui.checkbox(&mut on, name).on_hover_text(format!("Stops the run where {filter}")).changed() {
                toggle(&mut stops, filter);
            }
        }
    });
    let mut removed = None;
    for (i, stop) in stops.iter_mut().enumerate() {
        ui.push_id(("event", i), |ui| {
            ui.horizontal(|ui| {
                dot(ui, Filter::parse(&stop.filter).is_ok());
                let words = format!("Event breakpoint {}", i + 1);
                if condition(ui, run, &words, "event == message.published", &mut stop.filter, 220.0) {
                    stop.seen = 0;
                }
                let mut hits = stop.hits.max(1);
                if from_hit(ui, &format!("From which hit event breakpoint {} stops", i + 1), &mut hits) {
                    (stop.hits, stop.seen) = (hits, 0);
                }
                seen(ui, stop.seen);
                if fields::icon_button(ui, Glyph::Close, &format!("Remove event breakpoint {}", i + 1))
                    .clicked()
                {
                    removed = Some(i);
                }
            });
        });
    }
    if let Some(i) = removed {
        stops.remove(i);
    }
    let add = Button::new(RichText::new("Add a filter…").size(12.0));
    let tip = "Stops where a filter holds, such as message.type contains \"Order\"";
    if ui.horizontal(|ui| ui.add(add)).inner.on_hover_text(tip).clicked() {
        stops.push(EventStop::default());
    }
    if stops != before {
        run.tell(Command::SetStops(stops));
    }
}

/// Sets the stop with a filter, or takes it away.
fn toggle(stops: &mut Vec<EventStop>, filter: &str) {
    let before = stops.len();
    stops.retain(|stop| stop.filter != filter);
    if stops.len() == before {
        stops.push(EventStop { filter: filter.to_owned(), hits: 0, seen: 0 });
    }
}

impl RunMode {
    /// Sets the breakpoint before the selected shape, or takes it away. What is to be said where that is another one.
    pub fn toggle_breakpoint(&mut self, document: &Document) -> Option<String> {
        let (orchestration, shape) = self.stopping_place(document)?;
        self.tell(Command::ToggleBreakpoint { orchestration, shape });
        let other = document.selection != node(shape);
        let name = self.state.atlas.shape(orchestration, shape);
        other.then(|| format!("The branches of {name} wait together: a breakpoint stands before {name}"))
    }

    /// Orchestration and shape at which an instance stops for the selected one. What a branch of a Listen waits for waits
    /// together with the other branches: one stops before the Listen.
    fn stopping_place(&self, document: &Document) -> Option<(Name, Name)> {
        let orchestration = self.state.atlas.service(&document.module)?;
        let Selection::Node(id) = &document.selection else { return None };
        let listen = match owner_of(&document.app, &document.module, id) {
            Some((BlockRef::In(around, _), 0)) => document.owner(&around),
            _ => None,
        };
        let listen = listen.filter(|around| matches!(around.kind, ShapeKind::Listen(_)));
        let shape = listen.map_or(id, |listen| &listen.id);
        Some((orchestration, Name::new(shape.as_str())))
    }

    /// Instances that a breakpoint holds.
    pub fn held_instances(&self) -> &[InstanceId] {
        &self.state.held
    }

    /// Shows the shape that an instance came to last.
    pub(super) fn go_to_breakpoint(&self, id: InstanceId, actions: &mut Vec<Action>) {
        let place = self.state.journal.iter().rev().find_map(|event| match event.kind {
            EventKind::BreakpointHit { instance, service, shape } if instance == id => Some((service, shape)),
            _ => None,
        });
        if let Some((service, shape)) = place {
            self.go_to_shape(service, shape, actions);
        }
    }

    /// Runs until an instance comes to the selected shape.
    pub fn run_to(&mut self, document: &Document) {
        if let Some((orchestration, shape)) = self.stopping_place(document) {
            self.tell(Command::RunTo { orchestration, shape });
        }
    }

    /// Something is held by a breakpoint.
    pub fn is_held(&self) -> bool {
        !self.state.held.is_empty() || self.state.halted.is_some()
    }

    /// What is held, loudly.
    pub fn banner(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        banner(ui, self, actions);
    }

    /// Sets one of the usual stops on what happens, or takes it away.
    pub fn toggle_stop(&mut self, filter: &str) {
        let mut stops = self.state.stops.to_vec();
        toggle(&mut stops, filter);
        let on = stops.iter().any(|stop| stop.filter == filter);
        let words = if on { "The run stops" } else { "The run no longer stops" };
        self.state.answer = Some(super::player::Answer::Done(format!("{words} where {filter}")));
        self.tell(Command::SetStops(stops));
        self.show_breakpoints();
    }
}

/// A condition that is being written, and the one it was made for.
#[derive(Debug, Default)]
pub struct Condition {
    field: FilterBox,
    of: String,
}

/// A field for a filter; true when it was left with another one, or Enter was pressed.
fn condition(ui: &mut Ui, run: &mut RunMode, name: &str, hint: &str, text: &mut String, width: f32) -> bool {
    let words = std::mem::take(&mut run.drawer.words);
    let own = run.drawer.conditions.entry(name.to_owned()).or_default();
    if own.of != *text {
        own.field.set(text);
        text.clone_into(&mut own.of);
    }
    own.field.ui(ui, name, hint, width, &words);
    let left = !own.field.typing() && own.field.wrong().is_none() && own.field.filter().text() != *text;
    let taken = left && !ui.input(|input| input.key_pressed(Key::Escape));
    if taken {
        own.field.filter().text().clone_into(text);
    } else if left {
        own.field.set(text);
    }
    if own.field.typing() {
        let asks = own.field.asks;
        run.drawer.place(Page::Breakpoints).filter.asks = asks;
    }
    run.drawer.words = words;
    taken
}

fn from_hit(ui: &mut Ui, name: &str, hits: &mut u32) -> bool {
    let response = ui.add(DragValue::new(hits).range(1..=1_000_000).prefix("hit "));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name));
    let changed = response.changed();
    response.on_hover_text("Stops from so many times on");
    changed
}

fn seen(ui: &mut Ui, seen: u32) {
    if seen > 0 {
        let t = Tokens::of(ui);
        ui.label(RichText::new(format!("{seen}×")).small().color(t.muted))
            .on_hover_text("How often it has held");
    }
}

fn dot(ui: &mut Ui, on: bool) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
    let color = if on { t.error } else { Color32::TRANSPARENT };
    ui.painter().circle(rect.center(), 4.5, color, egui::Stroke::new(1.2, t.error));
}

/// Says what breakpoints hold, and how it goes on.
pub fn banner(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let first = run.state.held.first().copied();
    let mut words = Vec::new();
    if let Some((stop, seq)) = run.state.halted {
        let event = run.state.journal.iter().rev().find(|event| event.seq == seq);
        let what = event.map_or_else(
            || format!("event {seq}"),
            |event| format!("{} at {}", event_name(&event.kind), Clock(event.at.since(run.state.start))),
        );
        let usual = run
            .state
            .stops
            .get(stop)
            .and_then(|stop| USUAL.iter().find(|(_, filter)| *filter == stop.filter));
        let why = usual.map_or_else(String::new, |(name, _)| format!(": {}", name.to_lowercase()));
        words.push(format!("The run is stopped{why}, {what}"));
    }
    let count = run.state.held.len();
    if count > 0 {
        let verb = if count == 1 { "stands" } else { "stand" };
        words.push(format!("{} {verb} at a breakpoint", counted(count, "instance")));
    }
    if run.state.clock.playing {
        words.push("the others go on".to_owned());
    }
    ui.horizontal_centered(|ui| {
        dot(ui, true);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some((_, seq)) = run.state.halted
                && ui.button("Why").on_hover_text("Goes to the event and explains it").clicked()
            {
                run.tell(Command::Seek(seq));
                run.show_why();
            } else if let Some(id) = first
                && ui.button("Show").on_hover_text("Selects the first one").clicked()
            {
                run.go(id, actions);
                run.go_to_breakpoint(id, actions);
            }
            let command = command::Command::Continue;
            let keys = keymap::words(ui.ctx(), command);
            let tip = format!("{}\n{keys}", command.about().1);
            if ui.button(command.text()).on_hover_text(tip).clicked() {
                run.tell(Command::Continue);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let words = RichText::new(words.join(" · ")).family(theme::semibold()).color(t.text);
                ui.add(egui::Label::new(words).truncate());
            });
        });
    });
}
