//! Time: the buttons that go back and forward, a ruler, what came from outside, and a lane for every instance with its
//! states, messages and errors.

use super::player::Command;
use super::state::State;
use super::{RunMode, Unit, forks};
use crate::engine::{EventKind, InstanceChange, InstanceId, Publisher};
use crate::journal::{Clock, instance_of, is_problem};
use crate::lab::Fault;
use crate::message::{Name, TimeSpan};
use crate::studio::command;
use crate::studio::keymap;
use crate::studio::run::atlas::{pill_of, service_words};
use crate::studio::theme::Tokens;
use egui::{Align, Button, Color32, FontId, Layout, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};
use std::collections::BTreeMap;

const LANE: f32 = 14.0;
/// Room for the names of the lanes.
const NAMES: f32 = 132.0;
/// Most lanes; the latest instances have them.
const LANES: usize = 80;
/// Room for the times over the lanes, and for what came from outside.
const RULER: f32 = 15.0;
const ARRIVALS: f32 = 18.0;
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
    id: InstanceId,
    name: String,
    /// From when it stood how; the last one lasts until `ended`, or until now.
    stands: Vec<(i64, Stand)>,
    ended: Option<i64>,
    messages: Vec<i64>,
    errors: Vec<i64>,
    touched: u64,
}

/// A message from outside.
#[derive(Debug)]
struct Arrival {
    seq: u64,
    at: i64,
    label: String,
    /// It reached nobody.
    failed: bool,
}

#[derive(Debug, Default)]
pub struct Timeline {
    /// Run, first and last event of what the lanes were made of.
    of: (u64, u64, u64),
    lanes: Vec<Lane>,
    arrivals: Vec<Arrival>,
    /// Event and time of the message that is dragged along the lane.
    dragged: Option<(u64, i64)>,
    /// Ticks at the left edge and from edge to edge; all there is until one zooms.
    window: Option<(i64, i64)>,
    asked: Option<u64>,
}

impl Timeline {
    fn refresh(&mut self, state: &State) {
        let seq = |event: Option<&crate::engine::Event>| event.map_or(0, |event| event.seq);
        let of = (state.run, seq(state.journal.front()), seq(state.journal.back()));
        if self.of == of {
            return;
        }
        if self.of.0 != of.0 {
            self.window = None;
        }
        self.of = of;
        let mut lanes: BTreeMap<InstanceId, Lane> = BTreeMap::new();
        self.arrivals.clear();
        for event in &state.journal {
            self.arrive(event, state);
            let Some(id) = instance_of(&event.kind) else { continue };
            let at = event.at.since(state.start).0;
            if let EventKind::Instance { service, change, .. } = &event.kind {
                let lane = lanes.entry(id).or_insert_with(|| lane(id, *service));
                match stand(change) {
                    Some(Some(stand)) => {
                        lane.ended = None;
                        lane.stands.push((at, stand));
                    }
                    Some(None) => lane.ended = Some(at),
                    None => {}
                }
            }
            let Some(lane) = lanes.get_mut(&id) else { continue };
            lane.touched = event.seq;
            match &event.kind {
                EventKind::MessageConsumed { .. }
                | EventKind::MessagePublished { publisher: Publisher::Orchestration { .. }, .. } => {
                    lane.messages.push(at);
                }
                kind if is_problem(kind) => lane.errors.push(at),
                _ => {}
            }
        }
        // Send ports have a lane when something went wrong with them.
        lanes.retain(|_, lane| !lane.errors.is_empty() || state.atlas.module(lane.service()).is_some());
        self.lanes = lanes.into_values().collect();
        self.lanes.sort_by_key(|lane| std::cmp::Reverse(lane.touched));
        self.lanes.truncate(LANES);
        self.lanes.sort_by_key(|lane| lane.id);
    }

    /// Notes what came from outside, and what became of it.
    fn arrive(&mut self, event: &crate::engine::Event, state: &State) {
        let at = event.at.since(state.start).0;
        let arrival = |label: String| Arrival { seq: event.seq, at, label, failed: false };
        match &event.kind {
            EventKind::MessageReceived { .. } => self.arrivals.push(arrival(String::new())),
            EventKind::MessagePublished { message, publisher } => match publisher {
                Publisher::ReceivePort(_) => {
                    if let Some(last) = self.arrivals.last_mut().filter(|last| last.label.is_empty()) {
                        last.label = pill_of(message);
                    }
                }
                Publisher::SendPortReply(_) | Publisher::External => {
                    self.arrivals.push(arrival(pill_of(message)));
                }
                Publisher::Orchestration { .. } | Publisher::Acknowledgement(_) => {}
            },
            EventKind::RoutingFailed { .. } | EventKind::MessageSuspended { .. } => {
                if let Some(last) = self.arrivals.last_mut().filter(|last| last.at == at) {
                    last.failed = true;
                }
            }
            _ => {}
        }
    }
}

fn lane(id: InstanceId, service: Name) -> Lane {
    let (stands, messages, errors) = Default::default();
    Lane { id, name: service.to_string(), stands, ended: None, messages, errors, touched: 0 }
}

impl Lane {
    fn service(&self) -> Name {
        Name::new(&self.name)
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
    if run.time.lanes.is_empty() {
        let words = "Nothing has happened yet. Play, or send a message, and every instance gets a lane here.";
        crate::studio::panels::fields::note(ui, words);
        return;
    }
    ruler(ui, run);
    ScrollArea::vertical().id_salt("timeline").auto_shrink(false).show(ui, |ui| lanes(ui, run));
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
        let since = |event: &crate::engine::Event| event.at.since(run.state.start).0;
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

/// The times, and under them what came from outside: a click goes there, a drag lets it come later in a fork.
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
    painter.text(
        lane.left_center() + vec2(4.0, 0.0),
        egui::Align2::LEFT_CENTER,
        "From outside",
        font,
        t.muted,
    );
    let head = run.state.clock.elapsed.0;
    let inside = painter.with_clip_rect(body.intersect(painter.clip_rect()));
    inside.vline(x(head), lane.y_range(), (if run.state.past.is_some() { 2.0 } else { 1.0 }, t.brand));
    let end = from.saturating_add(span);
    let mut near: Vec<usize> = (0..run.time.arrivals.len())
        .filter(|i| run.time.arrivals.get(*i).is_some_and(|a| (from..=end).contains(&a.at)))
        .collect();
    near.sort_by_key(|i| run.time.arrivals.get(*i).map_or(i64::MAX, |a| (a.at - head).abs()));
    near.truncate(HELD);
    near.sort_unstable();
    let many = run.time.arrivals.iter().filter(|a| (from..=end).contains(&a.at));
    for arrival in many.take(2_000) {
        let at = pos2(x(arrival.at), lane.center().y);
        envelope(&inside, at, if arrival.failed { t.error } else { t.messaging }, 4.0);
    }
    for i in near {
        let Some(arrival) = run.time.arrivals.get(i) else { continue };
        let (seq, at, label) = (arrival.seq, arrival.at, arrival.label.clone());
        hold(ui, run, &inside, lane, (seq, at, &label), &x);
    }
    drag(ui, run, &inside, lane, &x, span as f64 / f64::from(body.width().max(1.0)));
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
    lane: Rect,
    (seq, at, label): (u64, i64, &str),
    x: &impl Fn(i64) -> f32,
) {
    let t = Tokens::of(ui);
    let rect = Rect::from_center_size(pos2(x(at), lane.center().y), vec2(12.0, ARRIVALS));
    let response = ui.interact(rect, ui.scope_id().with(("arrival", seq)), Sense::click_and_drag());
    let name = if label.is_empty() { "Message" } else { label };
    let words = format!("{name}, came at {}", Clock(TimeSpan(at)));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &words));
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
        ui.label(RichText::new(&words).small().color(t.muted));
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
    let height = (run.time.lanes.len() as f32 * LANE + 4.0).max(ui.available_height());
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
    for (i, lane) in run.time.lanes.iter().enumerate() {
        let top = rect.top() + i as f32 * LANE;
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), LANE));
        if !ui.clip_rect().intersects(row) {
            continue;
        }
        let chosen = run.selected() == Some(lane.id);
        if chosen {
            clip.rect_filled(row, 3.0, t.tint(t.panel, t.selection, 0.10));
        }
        let name = format!("{} {}", service_words(lane.service()), lane.id);
        let color = if chosen { t.text } else { t.muted };
        let mut job = egui::text::LayoutJob::single_section(
            name,
            egui::text::TextFormat::simple(FontId::proportional(11.0), color),
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(NAMES - 12.0);
        let galley = clip.layout_job(job);
        clip.galley(pos2(row.left() + 4.0, row.center().y - galley.size().y / 2.0), galley, color);
        let bar = |a: i64, b: i64, color: Color32| {
            let (a, b) = (x(a), x(b).max(x(a) + 1.0));
            let bar = Rect::from_x_y_ranges(a..=b, row.top() + 4.0..=row.bottom() - 4.0);
            inside.rect_filled(bar, 1.5, color);
        };
        for (j, (at, stand)) in lane.stands.iter().enumerate() {
            let until = lane.stands.get(j + 1).map(|(at, _)| *at).or(lane.ended).unwrap_or(end);
            bar(*at, until, stand_color(t, *stand));
        }
        for at in &lane.messages {
            inside.vline(x(*at), row.top() + 2.0..=row.bottom() - 2.0, (1.0, t.messaging));
        }
        for at in &lane.errors {
            inside.circle_filled(pos2(x(*at), row.center().y), 3.0, t.error);
        }
    }
    let head = x(run.state.clock.elapsed.0);
    inside.vline(head, rect.y_range(), (if run.state.past.is_some() { 2.0 } else { 1.0 }, t.brand));
    hand(ui, run, &response, body);
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
        let id = run.time.lanes.get(place).map(|lane| lane.id);
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
