//! Time: the buttons that go back and forward, a ruler, what came from outside and went there, and a lane for every instance with its
//! states, messages and errors.

use super::player::Command;
use super::state::State;
use super::{RunMode, Unit, forks};
use crate::engine::{Event, EventKind, InstanceChange, InstanceId, Publisher};
use crate::journal::{Clock, instance_of, is_problem};
use crate::lab::Fault;
use crate::message::{Name, TimeSpan};
use crate::studio::command;
use crate::studio::keymap;
use crate::studio::run::atlas::{pill_of, service_words, short};
use crate::studio::theme::Tokens;
use egui::{Align, Button, Color32, FontId, Layout, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const LANE: f32 = 14.0;
/// Room for the names of the lanes.
const NAMES: f32 = 132.0;
/// Most lanes; the latest instances have them.
const LANES: usize = 80;
/// Room for the times over the lanes, and for what came from outside.
const RULER: f32 = 15.0;
const ARRIVALS: f32 = 22.0;
/// Least points between two times of the ruler.
const APART: f32 = 84.0;
/// Most messages on the lane that one can take hold of; those nearest to the moment shown.
const HELD: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Running,
    Waiting,
    Dehydrated,
    /// Suspended, or at a breakpoint.
    Held,
}

/// One instance: times in ticks since the start of the run.
#[derive(Debug)]
struct Lane {
    service: Name,
    /// From when it stood how; the last one lasts until `ended`, or until now.
    stands: VecDeque<(i64, Stand)>,
    ended: Option<i64>,
    messages: VecDeque<i64>,
    errors: VecDeque<i64>,
    /// Its last event.
    touched: u64,
    /// It is an orchestration's, or something went wrong with it.
    shows: bool,
}

/// A message that came from outside, or went there.
#[derive(Debug)]
struct Arrival {
    seq: u64,
    at: i64,
    label: String,
    sent: bool,
    /// It reached nobody.
    failed: bool,
}

#[derive(Debug, Default)]
pub struct Timeline {
    /// Run, first and last event that the lanes are made of.
    of: (u64, u64, u64),
    lanes: BTreeMap<InstanceId, Lane>,
    /// Every lane by its last event: those that show, and those that do not.
    latest: BTreeSet<(u64, InstanceId)>,
    hidden: BTreeSet<(u64, InstanceId)>,
    /// The latest of those that show, oldest instance first.
    shown: Vec<InstanceId>,
    arrivals: VecDeque<Arrival>,
    /// Event and time of the message that is dragged along the lane.
    dragged: Option<(u64, i64)>,
    /// Ticks at the left edge and from edge to edge; all there is until one zooms.
    window: Option<(i64, i64)>,
    asked: Option<u64>,
    /// Whose lane was last brought into view.
    followed: Option<InstanceId>,
}

impl Timeline {
    /// Takes in what is new and forgets what the window no longer keeps; all else stays as it is.
    fn refresh(&mut self, state: &State) {
        let seq = |event: Option<&Event>| event.map_or(0, |event| event.seq);
        let of = (state.run, seq(state.journal.front()), seq(state.journal.back()));
        if self.of == of {
            return;
        }
        let (run, first, last) = self.of;
        if run != of.0 {
            self.window = None;
        }
        let goes_on = run == of.0 && first <= of.1 && of.1 <= last + 1 && last <= of.2;
        let mut from = last;
        if !goes_on {
            from = 0;
            self.lanes.clear();
            self.latest.clear();
            self.hidden.clear();
            self.arrivals.clear();
        }
        self.of = of;
        let origin = state.journal.front().map_or(0, |event| event.at.since(state.start).0);
        let from = state.journal.partition_point(|event| event.seq <= from);
        for event in state.journal.range(from..) {
            self.arrive(event, state);
            if let Some(id) = instance_of(&event.kind) {
                self.touch(id, event, state, origin);
            }
        }
        while self.arrivals.front().is_some_and(|arrival| arrival.seq < of.1) {
            self.arrivals.pop_front();
        }
        for lanes in [&mut self.latest, &mut self.hidden] {
            while let Some((_, id)) = lanes.first().copied().filter(|(touched, _)| *touched < of.1) {
                lanes.pop_first();
                self.lanes.remove(&id);
            }
        }
        self.shown = self.latest.iter().rev().take(LANES).map(|(_, id)| *id).collect();
        self.shown.sort_unstable();
    }

    /// Notes what an event says of its instance. Before `origin` nothing needs to be known.
    fn touch(&mut self, id: InstanceId, event: &Event, state: &State, origin: i64) {
        let at = event.at.since(state.start).0;
        let lane = match (self.lanes.entry(id), &event.kind) {
            (Entry::Occupied(known), _) => known.into_mut(),
            (Entry::Vacant(new), EventKind::Instance { service, .. }) => {
                new.insert(Lane::new(*service, state.atlas.module(*service).is_some()))
            }
            (Entry::Vacant(_), _) => return,
        };
        let before = (lane.touched, id);
        let lanes = if lane.shows { &mut self.latest } else { &mut self.hidden };
        lanes.remove(&before);
        lane.touched = event.seq;
        if let EventKind::Instance { change, .. } = &event.kind {
            match stand(change) {
                Some(Some(stand)) => {
                    lane.ended = None;
                    lane.stands.push_back((at, stand));
                    while lane.stands.get(1).is_some_and(|(next, _)| *next < origin) {
                        lane.stands.pop_front();
                    }
                }
                Some(None) => lane.ended = Some(at),
                None => {}
            }
        }
        match &event.kind {
            EventKind::MessageConsumed { .. }
            | EventKind::MessagePublished { publisher: Publisher::Orchestration { .. }, .. } => {
                since(&mut lane.messages, at, origin);
            }
            kind if is_problem(kind) => since(&mut lane.errors, at, origin),
            _ => {}
        }
        // Send ports have a lane when something went wrong with them.
        lane.shows |= !lane.errors.is_empty();
        let lanes = if lane.shows { &mut self.latest } else { &mut self.hidden };
        lanes.insert((event.seq, id));
    }

    /// Notes what came from outside, and what became of it.
    fn arrive(&mut self, event: &Event, state: &State) {
        let at = event.at.since(state.start).0;
        let arrival = |label: String| Arrival { seq: event.seq, at, label, sent: false, failed: false };
        match &event.kind {
            EventKind::MessageReceived { .. } => self.arrivals.push_back(arrival(String::new())),
            EventKind::MessagePublished { message, publisher } => match publisher {
                Publisher::ReceivePort(_) => {
                    if let Some(last) = self.arrivals.back_mut().filter(|last| last.label.is_empty()) {
                        last.label = pill_of(message);
                    }
                }
                Publisher::SendPortReply(_) | Publisher::External => {
                    self.arrivals.push_back(arrival(pill_of(message)));
                }
                Publisher::Orchestration { .. } | Publisher::Acknowledgement(_) => {}
            },
            EventKind::PortAttempt { port, message, .. } => {
                let what = state.flights.label(*message).unwrap_or("Message");
                let label = format!("{what} to {}", short(port.as_str()));
                self.arrivals.push_back(Arrival { sent: true, ..arrival(label) });
            }
            EventKind::RoutingFailed { .. } | EventKind::MessageSuspended { .. } => {
                let last = self.arrivals.iter_mut().rev().find(|arrival| !arrival.sent);
                if let Some(last) = last.filter(|last| last.at == at) {
                    last.failed = true;
                }
            }
            _ => {}
        }
    }
}

impl Lane {
    fn new(service: Name, shows: bool) -> Self {
        let (stands, messages, errors) = Default::default();
        Self { service, stands, ended: None, messages, errors, touched: 0, shows }
    }
}

/// Notes a time, and forgets those before `origin`.
fn since(times: &mut VecDeque<i64>, at: i64, origin: i64) {
    times.push_back(at);
    while times.front().is_some_and(|time| *time < origin) {
        times.pop_front();
    }
}

/// How an instance stands after a change; the inner `None` for one that has ended.
fn stand(change: &InstanceChange) -> Option<Option<Stand>> {
    use InstanceChange as C;
    Some(match change {
        C::Created | C::Ready | C::Active | C::Rehydrated | C::Resumed | C::Continued => Some(Stand::Running),
        C::Waiting { .. } => Some(Stand::Waiting),
        C::Dehydrated => Some(Stand::Dehydrated),
        C::Suspended { .. } | C::InBreakpoint => Some(Stand::Held),
        C::Terminated { .. } | C::Completed | C::Discarded { .. } => None,
        C::PendingOperation { .. } => return None,
    })
}

pub fn ui(ui: &mut Ui, run: &mut RunMode) {
    buttons(ui, run);
    run.time.refresh(&run.state);
    if run.time.shown.is_empty() {
        let words = "Nothing has happened yet. Play, or send a message, and every instance gets a lane here.";
        crate::studio::panels::fields::note(ui, words);
        return;
    }
    ruler(ui, run);
    // New instances come at the end.
    let area = ScrollArea::vertical().id_salt("timeline").auto_shrink(false).stick_to_bottom(true);
    area.show(ui, |ui| lanes(ui, run));
}

fn about(ui: &Ui, command: command::Command) -> String {
    let keys = keymap::words(ui.ctx(), command);
    format!("{}\n{keys}", command.about().1)
}

fn buttons(ui: &mut Ui, run: &mut RunMode) {
    use command::Command as C;
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let small = |ui: &mut Ui, command: C, enabled: bool| {
            let text = RichText::new(command.text()).size(12.0);
            ui.add_enabled(enabled, Button::new(text)).on_hover_text(about(ui, command)).clicked()
        };
        if small(ui, C::StepBack, true) {
            run.stride(false);
        }
        if small(ui, C::StepForward, run.state.past.is_some()) {
            run.stride(true);
        }
        for (unit, words, command) in [
            (Unit::Event, "Event", C::ByEvent),
            (Unit::Shape, "Shape", C::ByShape),
            (Unit::Message, "Message", C::ByMessage),
        ] {
            let text = RichText::new(words).size(12.0);
            let tip = command.about().1;
            if ui.selectable_label(run.unit == unit, text).on_hover_text(tip).clicked() {
                run.unit = unit;
            }
        }
        ui.add_space(4.0);
        if small(ui, C::PreviousProblem, true) {
            run.to_problem(false);
        }
        if small(ui, C::NextProblem, run.state.past.is_some()) {
            run.to_problem(true);
        }
        if let Some(seq) = run.state.past {
            if small(ui, C::BackToNow, true) {
                run.tell(Command::Now);
            }
            let words = format!("Looking back at {}, event {seq}", Clock(run.state.clock.elapsed));
            ui.add(egui::Label::new(RichText::new(words).size(12.0).color(t.brand)).truncate());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.available_width() < 96.0 {
                return;
            }
            for (words, name, factor) in
                [("All", "Show all time", 0.0), ("+", "Zoom time in", 0.5), ("−", "Zoom time out", 2.0)]
            {
                let response = ui.add(Button::new(RichText::new(words).size(12.0)).min_size(vec2(24.0, 0.0)));
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
                if response.on_hover_text(name).clicked() {
                    zoom(run, (factor > 0.0).then_some(factor));
                }
            }
        });
    });
}

/// All time there is, or the part one has zoomed to.
fn window(run: &RunMode) -> (i64, i64) {
    run.time.window.unwrap_or_else(|| {
        let since = |event: &Event| event.at.since(run.state.start).0;
        let first = run.state.journal.front().map_or(0, since);
        let last = run.state.journal.back().map_or(0, since).max(run.state.clock.elapsed.0);
        (first, (last - first).max(TimeSpan::TICKS_PER_SECOND) / 50 * 51)
    })
}

/// Zooms around the moment shown; without a factor all time is shown.
pub fn zoom(run: &mut RunMode, factor: Option<f64>) {
    let around = run.state.clock.elapsed.0;
    run.time.window = factor.map(|factor| zoomed(window(run), around, factor));
}

/// Zooms around a time; from 10 microseconds to 30 years.
fn zoomed((from, span): (i64, i64), around: i64, factor: f64) -> (i64, i64) {
    let wide = ((span as f64 * factor) as i64).clamp(100, TimeSpan::TICKS_PER_SECOND * 946_080_000);
    let share = ((around - from) as f64 / span.max(1) as f64).clamp(0.0, 1.0);
    (around - (wide as f64 * share) as i64, wide)
}

/// Ticks between two times of the ruler, for this many in a point.
fn step(ticks_a_point: f64) -> i64 {
    const SECOND: i64 = TimeSpan::TICKS_PER_SECOND;
    let wanted = ticks_a_point * f64::from(APART);
    // Decimal below a second, then as clocks and calendars count.
    let mut decimal = std::iter::successors(Some(10_i64), |step| step.checked_mul(10));
    let small =
        decimal.by_ref().take_while(|step| *step < SECOND).flat_map(|step| [step, 2 * step, 5 * step]);
    let clock = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200];
    let days = [1, 2, 7, 14, 30, 90, 365, 730, 1_825, 3_650].map(|days: i64| days * 86_400);
    let large = clock.into_iter().chain(days).map(|seconds: i64| seconds * SECOND);
    small.chain(large).find(|step| *step as f64 >= wanted).unwrap_or(36_500 * 86_400 * SECOND)
}

/// A time of the ruler, as exact as its steps are fine.
fn time_words(tick: i64, step: i64) -> String {
    const SECOND: i64 = TimeSpan::TICKS_PER_SECOND;
    let seconds = tick.div_euclid(SECOND);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let before = if days > 0 { format!("{days} d ") } else { String::new() };
    if step >= 86_400 * SECOND {
        format!("{days} d")
    } else if step >= 60 * SECOND {
        format!("{before}{hours:02}:{minutes:02}")
    } else if step >= SECOND {
        format!("{before}{hours:02}:{minutes:02}:{:02}", seconds % 60)
    } else {
        let digits = (1..=6).find(|digits| step % 10_i64.pow(7 - digits) == 0).unwrap_or(6);
        let part = tick.rem_euclid(SECOND) / 10_i64.pow(7 - digits);
        format!("{before}{hours:02}:{minutes:02}:{:02}.{part:0width$}", seconds % 60, width = digits as usize)
    }
}

/// The times, and under them what came from outside and went there: a click goes there, a drag makes it late in a fork.
fn ruler(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), RULER + ARRIVALS), Sense::hover());
    let (from, span) = window(run);
    let body = Rect::from_min_max(rect.left_top() + vec2(NAMES, 0.0), rect.right_bottom() - vec2(8.0, 0.0));
    let x = |tick: i64| body.left() + body.width() * ((tick - from) as f64 / span.max(1) as f64) as f32;
    let painter = ui.painter_at(rect);
    let step = step(span as f64 / f64::from(body.width().max(1.0)));
    let first = from.div_euclid(step) + 1;
    for number in first..first + 64 {
        let tick = number.saturating_mul(step);
        let at = x(tick);
        if at > body.right() {
            break;
        }
        painter.vline(at, rect.top()..=rect.top() + 4.0, (1.0, t.line_strong));
        let words = painter.layout_no_wrap(time_words(tick, step), FontId::monospace(9.5), t.muted);
        if at + 3.0 + words.size().x <= body.right() {
            painter.galley(pos2(at + 3.0, rect.top() + 1.0), words, t.muted);
        }
    }
    let lane = Rect::from_min_max(pos2(rect.left(), rect.top() + RULER), rect.right_bottom());
    painter.rect_filled(
        Rect::from_min_max(pos2(body.left(), lane.top()), lane.right_bottom()),
        3.0,
        t.tint(t.panel, t.text, 0.04),
    );
    let font = FontId::proportional(11.0);
    painter.text(lane.left_center() + vec2(4.0, 0.0), egui::Align2::LEFT_CENTER, "Outside", font, t.muted);
    let head = run.state.clock.elapsed.0;
    let inside = painter.with_clip_rect(body.intersect(painter.clip_rect()));
    inside.vline(x(head), lane.y_range(), (if run.state.past.is_some() { 2.0 } else { 1.0 }, t.brand));
    let end = from.saturating_add(span);
    // In the order of time: those in sight, and of them the nearest to the moment shown.
    let arrivals = &run.time.arrivals;
    let place = |time: i64| arrivals.partition_point(|arrival| arrival.at < time);
    let seen = place(from)..place(end.saturating_add(1));
    let begin = place(head).saturating_sub(HELD / 2).clamp(seen.start, seen.end);
    let near = begin..(begin + HELD).min(seen.end);
    let mut ends = [f32::NEG_INFINITY; 2];
    for arrival in arrivals.range(seen) {
        let at = pos2(x(arrival.at), row(lane, arrival.sent).center().y);
        let [came, sent] = &mut ends;
        let drawn = if arrival.sent { sent } else { came };
        // Where many came at once, one stands for all of them; what failed is always seen.
        if arrival.failed || at.x >= *drawn + 2.0 {
            let color = match (arrival.failed, arrival.sent) {
                (true, _) => t.error,
                (false, true) => t.scope,
                (false, false) => t.messaging,
            };
            envelope(&inside, at, color, 3.6);
            *drawn = at.x;
        }
    }
    for i in near {
        let Some(arrival) = run.time.arrivals.get(i) else { continue };
        let (seq, at) = (arrival.seq, arrival.at);
        let name = if arrival.label.is_empty() { "Message" } else { &arrival.label };
        let how = if arrival.sent { "sent" } else { "came" };
        let words = format!("{name}, {how} at {}", Clock(TimeSpan(at)));
        hold(ui, run, &inside, row(lane, arrival.sent), (seq, at, &words), &x);
    }
    drag(ui, run, &inside, lane, &x, span as f64 / f64::from(body.width().max(1.0)));
}

/// What came is in the upper half of the lane, what was sent in the lower one.
fn row(lane: Rect, sent: bool) -> Rect {
    let (upper, lower) = lane.split_top_bottom_at_fraction(0.5);
    if sent { lower } else { upper }
}

fn envelope(painter: &egui::Painter, at: egui::Pos2, color: Color32, half: f32) {
    let rect = Rect::from_center_size(at, vec2(half * 2.2, half * 1.7));
    painter.rect_filled(rect, 1.5, color);
    let stroke = egui::Stroke::new(1.0, painter.ctx().global_style().visuals.panel_fill);
    painter.line_segment([rect.left_top() + vec2(1.0, 1.0), at], stroke);
    painter.line_segment([rect.right_top() + vec2(-1.0, 1.0), at], stroke);
}

/// One message that can be taken hold of.
fn hold(
    ui: &mut Ui,
    run: &mut RunMode,
    painter: &egui::Painter,
    row: Rect,
    (seq, at, words): (u64, i64, &str),
    x: &impl Fn(i64) -> f32,
) {
    let t = Tokens::of(ui);
    let rect = Rect::from_center_size(pos2(x(at), row.center().y), vec2(12.0, row.height()));
    let response = ui.interact(rect, ui.scope_id().with(("arrival", seq)), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, words));
    if response.hovered() || response.has_focus() || run.time.dragged.is_some_and(|(held, _)| held == seq) {
        envelope(painter, rect.center(), t.brand, 5.5);
    }
    if response.drag_started_by(egui::PointerButton::Primary) {
        run.time.dragged = Some((seq, at));
    }
    if response.clicked() || response.secondary_clicked() {
        run.tell(Command::Seek(seq));
    }
    if response.clicked() {
        run.show_why();
    }
    response.context_menu(|ui| {
        ui.set_min_width(200.0);
        ui.label(RichText::new(words).small().color(t.muted));
        // The engine still has to say what it was.
        let known = run
            .state
            .brought
            .as_ref()
            .is_some_and(|brought| brought.seq <= seq && run.state.past == Some(seq));
        ui.add_enabled_ui(known, |ui| {
            if forks::buttons(ui, run, true) {
                ui.close();
            }
        });
    });
    response.on_hover_text(format!("{words}\nDrag it to let it come later in a fork, right-click for more"));
}

/// The message under way along the lane; let go, the run is forked with it coming then.
fn drag(
    ui: &Ui,
    run: &mut RunMode,
    painter: &egui::Painter,
    lane: Rect,
    x: &impl Fn(i64) -> f32,
    scale: f64,
) {
    let Some((seq, at)) = run.time.dragged else { return };
    let t = Tokens::of(ui);
    let (pointer, down) = ui.input(|input| (input.pointer.latest_pos(), input.pointer.primary_down()));
    let Some(pointer) = pointer else { return };
    let later = TimeSpan((f64::from(pointer.x - x(at)) * scale) as i64);
    let late = later.0 > 0;
    if late {
        let way = [pos2(x(at), lane.center().y), pos2(pointer.x, lane.center().y)];
        painter.line_segment(way, egui::Stroke::new(2.0, t.brand.gamma_multiply(0.5)));
        envelope(painter, pos2(pointer.x, lane.center().y), t.brand, 5.5);
    }
    let words = if late {
        format!("{} later, in a fork", super::player::span_words(later))
    } else {
        "Only later: drag to the right".to_owned()
    };
    egui::Tooltip::always_open(
        ui.ctx().clone(),
        ui.layer_id(),
        egui::Id::unique("later"),
        egui::PopupAnchor::Pointer,
    )
    .show(|ui| ui.label(words));
    if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        run.time.dragged = None;
    } else if !down {
        run.time.dragged = None;
        if late {
            run.fork_at(seq, Fault::Delay(later));
        }
    }
}

fn lanes(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    let height = (run.time.shown.len() as f32 * LANE + 4.0).max(ui.available_height());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click_and_drag());
    let shown = Clock(run.state.clock.elapsed).to_string();
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, format!("Timeline at {shown}")));
    let (from, span) = window(run);
    let body = Rect::from_min_max(rect.left_top() + vec2(NAMES, 0.0), rect.right_bottom() - vec2(8.0, 0.0));
    let x = |tick: i64| {
        let share = (tick - from) as f64 / span.max(1) as f64;
        body.left() + body.width() * share.clamp(-0.01, 1.01) as f32
    };
    let clip = ui.painter_at(rect.intersect(ui.clip_rect()));
    let inside = clip.with_clip_rect(body.intersect(clip.clip_rect()));
    let end = run.state.journal.back().map_or(0, |event| event.at.since(run.state.start).0);
    let end = end.max(run.state.clock.elapsed.0);
    let chosen = run.selected();
    if run.time.followed != chosen {
        let at = run.time.shown.iter().position(|id| Some(*id) == chosen);
        if let Some(at) = at {
            let top = rect.top() + at as f32 * LANE;
            ui.scroll_to_rect(Rect::from_min_size(pos2(rect.left(), top), vec2(1.0, LANE)), None);
        }
        if at.is_some() || chosen.is_none() {
            run.time.followed = chosen;
        }
    }
    for (i, id) in run.time.shown.iter().enumerate() {
        let top = rect.top() + i as f32 * LANE;
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), LANE));
        let Some(lane) = run.time.lanes.get(id).filter(|_| ui.clip_rect().intersects(row)) else { continue };
        let chosen = run.selected() == Some(*id);
        if chosen {
            clip.rect_filled(row, 3.0, t.tint(t.panel, t.selection, 0.10));
        }
        let name = format!("{} {id}", service_words(lane.service));
        let color = if chosen { t.text } else { t.muted };
        let mut job = egui::text::LayoutJob::single_section(
            name,
            egui::text::TextFormat::simple(FontId::proportional(11.0), color),
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(NAMES - 12.0);
        let galley = clip.layout_job(job);
        clip.galley(pos2(row.left() + 4.0, row.center().y - galley.size().y / 2.0), galley, color);
        strip(&inside, t, lane, row, end, &x);
    }
    let head = x(run.state.clock.elapsed.0);
    inside.vline(head, rect.y_range(), (if run.state.past.is_some() { 2.0 } else { 1.0 }, t.brand));
    hand(ui, run, &response, body);
}

/// How an instance stood, its messages and errors. What is too narrow to be seen is not drawn over what is there.
fn strip(painter: &egui::Painter, t: &Tokens, lane: &Lane, row: Rect, end: i64, x: &impl Fn(i64) -> f32) {
    let mut drawn = f32::NEG_INFINITY;
    for (j, (at, stand)) in lane.stands.iter().enumerate() {
        let until = lane.stands.get(j + 1).map(|(at, _)| *at).or(lane.ended).unwrap_or(end);
        let (a, b) = (x(*at), x(until).max(x(*at) + 1.0));
        if b >= drawn + 0.5 || *stand == Stand::Held {
            let bar = Rect::from_x_y_ranges(a..=b, row.top() + 4.0..=row.bottom() - 4.0);
            painter.rect_filled(bar, 1.5, stand_color(t, *stand));
            drawn = b;
        }
    }
    let mut drawn = f32::NEG_INFINITY;
    for at in lane.messages.iter().map(|at| x(*at)) {
        if at >= drawn + 1.0 {
            painter.vline(at, row.top() + 2.0..=row.bottom() - 2.0, (1.0, t.messaging));
            drawn = at;
        }
    }
    let mut drawn = f32::NEG_INFINITY;
    for at in lane.errors.iter().map(|at| x(*at)) {
        if at >= drawn + 1.0 {
            painter.circle_filled(pos2(at, row.center().y), 3.0, t.error);
            drawn = at;
        }
    }
}

/// Click and drag seek; a click on a name chooses the instance; the wheel with Ctrl zooms.
fn hand(ui: &Ui, run: &mut RunMode, response: &egui::Response, body: Rect) {
    let (from, span) = window(run);
    let tick = |x: f32| from + (f64::from((x - body.left()) / body.width().max(1.0)) * span as f64) as i64;
    if let Some(at) = response.hover_pos() {
        let zoom = ui.input(egui::InputState::zoom_delta);
        if zoom != 1.0 {
            run.time.window = Some(zoomed((from, span), tick(at.x), 1.0 / f64::from(zoom)));
        }
        let across = ui.input(|i| i.smooth_scroll_delta.x);
        if across != 0.0 {
            let moved = (f64::from(across / body.width().max(1.0)) * span as f64) as i64;
            run.time.window = Some((from - moved, span));
        }
    }
    if !(response.clicked() || response.dragged()) {
        run.time.asked = None;
        return;
    }
    let Some(at) = response.interact_pointer_pos() else { return };
    if at.x < body.left() {
        let place = ((at.y - response.rect.top()) / LANE).max(0.0) as usize;
        let id = run.time.shown.get(place).copied();
        if let Some(id) = id.filter(|_| response.clicked()) {
            run.select(Some(id));
        }
        return;
    }
    let at = run.state.start.plus(TimeSpan(tick(at.x)));
    let end = run.state.journal.partition_point(|event| event.at <= at).max(1);
    let seq = run.state.journal.get(end - 1).map(|event| event.seq);
    if let Some(seq) = seq.filter(|seq| run.time.asked != Some(*seq)) {
        run.time.asked = Some(seq);
        run.tell(Command::Seek(seq));
    }
}

fn stand_color(t: &Tokens, stand: Stand) -> Color32 {
    match stand {
        Stand::Running => t.ok,
        Stand::Waiting => t.warn.gamma_multiply(0.75),
        Stand::Dehydrated => t.line_strong,
        Stand::Held => t.error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::run::player::{Command, Player, Update};
    use crate::studio::sample;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    /// Updates of a run, one for each quarter of a second at this speed.
    fn updates(speed: f64, count: u32) -> Vec<Update> {
        let (mut player, mut now) = (Player::new(), Instant::now());
        let application = Arc::new(sample::load("southridge").unwrap());
        for command in [Command::Load(application), Command::Speed(speed), Command::Play] {
            player.obey(command, now);
        }
        let mut updates = vec![player.update()];
        for _ in 0..count {
            now += Duration::from_millis(250);
            player.play(now, Duration::from_secs(20));
            updates.push(player.update());
        }
        updates
    }

    fn told(timeline: &Timeline) -> String {
        let arrivals: Vec<u64> = timeline.arrivals.iter().map(|arrival| arrival.seq).collect();
        format!("{:?} {:?} {arrivals:?}", timeline.lanes, timeline.shown)
    }

    #[test]
    fn lanes_that_grow_are_those_made_at_once() {
        let (mut state, mut growing) = (State::default(), Timeline::default());
        for update in updates(2.0, 12) {
            state.absorb(update);
            growing.refresh(&state);
            let mut anew = Timeline::default();
            anew.refresh(&state);
            assert_eq!(told(&growing), told(&anew));
        }
        assert!(!growing.shown.is_empty() && !growing.arrivals.is_empty());
    }

    #[test]
    fn lanes_keep_what_the_window_keeps() {
        let (mut state, mut timeline) = (State::default(), Timeline::default());
        for update in updates(16.0, 40) {
            state.absorb(update);
            timeline.refresh(&state);
        }
        let first = state.journal.front().unwrap().seq;
        assert!(first > 1, "events were dropped");
        assert!(timeline.lanes.values().all(|lane| lane.touched >= first));
        assert!(timeline.shown.len() <= LANES && timeline.arrivals.iter().all(|a| a.seq >= first));
        assert_eq!(timeline.latest.len() + timeline.hidden.len(), timeline.lanes.len());
    }

    /// However fast a run plays, a frame gets so much and no more; what was left out is there once it stands.
    #[test]
    fn a_fast_run_hands_over_little_and_all_of_it_when_it_pauses() {
        let (mut player, mut now) = (Player::new(), Instant::now());
        let application = Arc::new(sample::load("southridge").unwrap());
        for command in [Command::Load(application), Command::Speed(1000.0), Command::Play] {
            player.obey(command, now);
        }
        let mut state = State::default();
        while state.journal.back().is_none_or(|last| last.seq < 40_000) {
            now = now.max(Instant::now()) + Duration::from_millis(250);
            player.play(now, Duration::from_secs(2));
            let update = player.update();
            assert!(update.events.len() <= 4_000, "{}", update.events.len());
            state.absorb(update);
            let seqs: Vec<u64> = state.journal.iter().map(|event| event.seq).collect();
            assert!(seqs.windows(2).all(|w| w[0] + 1 == w[1]), "without a gap");
        }
        assert!(state.journal.len() < 20_000);
        player.obey(Command::Pause, now);
        state.absorb(player.update());
        assert_eq!(state.journal.len(), 20_000);
        let mut timeline = Timeline::default();
        timeline.refresh(&state);
        assert!(!timeline.shown.is_empty());

        // Long before, the window has what happened then; back in the present, what happened last.
        let early = state.journal.front().unwrap().seq / 2;
        player.obey(Command::Seek(early), now);
        state.absorb(player.update());
        let at = state.journal.partition_point(|event| event.seq < early);
        assert!(early > 0 && state.journal[at].seq == early);
        state.absorb(player.update());
        assert_eq!(state.journal[at].seq, early, "nothing is told twice");
        player.obey(Command::Now, now);
        state.absorb(player.update());
        assert_eq!(state.journal.len(), 20_000);
        let last = state.journal.back().unwrap().seq;
        player.obey(Command::Turn, now);
        let step = player.update();
        assert!(!step.anew && step.events.first().unwrap().seq == last + 1, "a step tells what it did");
    }
}
