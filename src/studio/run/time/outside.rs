//! The times, and under them the messages from outside and those that went there: dragged along the lane one comes later in
//! a fork.

use super::{NAMES, window};
use crate::journal::Clock;
use crate::lab::Fault;
use crate::message::TimeSpan;
use crate::studio::grip;
use crate::studio::menus;
use crate::studio::run::player::{Command, span_words};
use crate::studio::run::{RunMode, forks};
use crate::studio::table::BAR;
use crate::studio::theme::Tokens;
use egui::{Color32, FontId, Rect, RichText, Sense, Ui, pos2, vec2};
use std::collections::BTreeSet;

/// Room for the times over the lanes, and for what came from outside.
const RULER: f32 = 15.0;
const ARRIVALS: f32 = 22.0;
/// Least points between two times of the ruler.
const APART: f32 = 84.0;
/// Most messages on the lane that one can take hold of by keys: those nearest to the moment shown; and most near the pointer.
const HELD: usize = 60;

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
pub fn ruler(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), RULER + ARRIVALS), Sense::hover());
    let (from, span) = window(run);
    let body = Rect::from_min_max(rect.left_top() + vec2(NAMES, 0.0), rect.right_bottom() - vec2(BAR, 0.0));
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
    let begin = place(head).saturating_sub(HELD / 2).min(seen.end.saturating_sub(HELD)).max(seen.start);
    let mut near: BTreeSet<usize> = (begin..(begin + HELD).min(seen.end)).collect();
    // And those under the pointer, wherever that is or was pressed.
    let points = [ui.input(|i| i.pointer.latest_pos()), grip::begun(ui)];
    for point in points.into_iter().flatten().filter(|point| lane.contains(*point)) {
        let tick =
            |x: f32| from + (f64::from((x - body.left()) / body.width().max(1.0)) * span as f64) as i64;
        near.extend((place(tick(point.x - 8.0))..place(tick(point.x + 8.0))).take(HELD));
    }
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
    let under = ui.interact(lane, ui.scope_id().with("outside"), Sense::DRAG);
    let mut held = vec![(under, None)];
    for i in near {
        let Some(arrival) = run.time.arrivals.get(i) else { continue };
        let (seq, at) = (arrival.seq, arrival.at);
        let name = if arrival.label.is_empty() { "Message" } else { &arrival.label };
        let how = if arrival.sent { "sent" } else { "came" };
        let words = format!("{name}, {how} at {}", Clock(TimeSpan(at)));
        let response = hold(ui, run, &inside, row(lane, arrival.sent), (seq, at, &words), &x);
        held.push((response, Some((seq, at))));
    }
    if let Some(pressed) = grip::begun(ui).filter(|at| lane.contains(*at)) {
        let near = |response: &egui::Response| (response.rect.center().x - pressed.x).abs();
        let own = held.iter().filter(|(response, taken)| taken.is_some() && response.rect.contains(pressed));
        let own = own.min_by(|(a, _), (b, _)| near(a).total_cmp(&near(b)));
        run.time.dragged = own.and_then(|(_, taken)| *taken);
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
) -> egui::Response {
    let t = Tokens::of(ui);
    let rect = Rect::from_center_size(pos2(x(at), row.center().y), vec2(12.0, row.height()));
    let response = ui.interact(rect, ui.scope_id().with(("arrival", seq)), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, words));
    if response.hovered() || response.has_focus() || run.time.dragged.is_some_and(|(held, _)| held == seq) {
        envelope(painter, rect.center(), t.brand, 5.5);
    }
    if response.clicked() || response.secondary_clicked() {
        run.tell(Command::Seek(seq));
    }
    if response.clicked() {
        run.show_why();
    }
    menus::context(&response, |ui| {
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
    response.on_hover_text(format!("{words}\nDrag it to let it come later in a fork, right-click for more"))
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
        format!("{} later, in a fork", span_words(later))
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
