//! Time: the buttons that go back and forward, a ruler, what came from outside and went there, and a lane for every instance with its
//! states, messages and errors.

use super::player::Command;
use super::{RunMode, Unit};
use crate::engine::{Event, InstanceId};
use crate::journal::Clock;
use crate::message::TimeSpan;
use crate::studio::command;
use crate::studio::keymap;
use crate::studio::run::atlas::service_words;
use crate::studio::table::BAR;
use crate::studio::theme::Tokens;
use egui::{Align, Button, Color32, FontId, Layout, Rect, RichText, Sense, Ui, pos2, vec2};
use outside::ruler;
use std::ops::Range;
pub use timeline::Timeline;
use timeline::{Lane, Stand};

mod outside;
mod timeline;

const LANE: f32 = 14.0;
/// Room for the names of the lanes.
const NAMES: f32 = 132.0;

pub fn ui(ui: &mut Ui, run: &mut RunMode) {
    // What is less than a lane at the end is the panel's, too.
    ui.set_min_height(ui.available_height());
    buttons(ui, run);
    run.time.refresh(&run.state);
    if run.time.shown.is_empty() {
        let lanes = if run.state.broken.is_empty() { " Every instance gets a lane here." } else { "" };
        crate::studio::panels::fields::note(ui, format!("{}{lanes}", run.state.nothing_yet()));
        return;
    }
    ruler(ui, run);
    lanes(ui, run);
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
        let some = !run.nothing_happened();
        if small(ui, C::StepBack, some) {
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
        if small(ui, C::PreviousProblem, some) {
            run.to_problem(false);
        }
        if small(ui, C::NextProblem, run.state.past.is_some()) {
            run.to_problem(true);
        }
        if run.state.past.is_some() && small(ui, C::BackToNow, true) {
            run.tell(Command::Now);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let zooms =
                [("All", "Show all time", 0.0), ("+", "Zoom time in", 0.5), ("−", "Zoom time out", 2.0)];
            let room = ui.available_width() >= 96.0;
            for (words, name, factor) in zooms.into_iter().filter(|_| room) {
                let response = ui.add(Button::new(RichText::new(words).size(12.0)).min_size(vec2(24.0, 0.0)));
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
                if response.on_hover_text(name).clicked() {
                    zoom(run, (factor > 0.0).then_some(factor));
                }
            }
            if let Some(seq) = run.state.past {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let words = format!("Looking back at {}, event {seq}", Clock(run.state.clock.elapsed));
                    ui.add(egui::Label::new(RichText::new(words).size(12.0).color(t.brand)).truncate());
                });
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

/// The first lane that is shown, and the one after the last: the selected one stays in sight while new ones come; looking
/// back, somebody who lived then is in sight.
fn in_sight(ui: &Ui, run: &mut RunMode, rect: Rect) -> (usize, usize) {
    let (chosen, past) = (run.selected(), run.state.past);
    let now = run.state.clock.elapsed.0;
    let lives =
        |id: &InstanceId| run.time.lanes.get(id).is_some_and(|lane| past.is_none() || lane.lives(now));
    let mut places = run.time.shown.iter();
    let at = places.position(|id| Some(*id) == chosen && lives(id));
    let at = at.or_else(|| run.time.shown.iter().position(lives).filter(|_| past.is_some()));
    if run.time.followed != (at, past) {
        run.time.followed = (at, past);
        run.time.view.tail = at.is_none();
        run.time.view.cursor = at;
        run.time.view.keep_in_sight();
    }
    run.time.view.scroll(ui, egui::Id::unique("timeline"), rect, LANE, run.time.shown.len())
}

fn lanes(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    let rect = rect.with_max_x(rect.right() - BAR);
    let (first, after) = in_sight(ui, run, rect);
    let shown = Clock(run.state.clock.elapsed).to_string();
    let (from, span) = window(run);
    let body = Rect::from_min_max(rect.left_top() + vec2(NAMES, 0.0), rect.right_bottom());
    let x = |tick: i64| {
        let share = (tick - from) as f64 / span.max(1) as f64;
        body.left() + body.width() * share.clamp(-0.01, 1.01) as f32
    };
    let clip = ui.painter_at(rect.intersect(ui.clip_rect()));
    let inside = clip.with_clip_rect(body.intersect(clip.clip_rect()));
    let end = run.state.journal.back().map_or(0, |event| event.at.since(run.state.start).0);
    let end = end.max(run.state.clock.elapsed.0);
    let lanes = run.time.shown.get(first..after).unwrap_or_default();
    let name = |id: &InstanceId| {
        run.time.lanes.get(id).map(|lane| format!("{} {id}", service_words(lane.service))).unwrap_or_default()
    };
    response.widget_info(|| egui::WidgetInfo {
        current_text_value: Some(lanes.iter().map(name).collect::<Vec<_>>().join(", ")),
        ..egui::WidgetInfo::labeled(egui::Role::Slider, true, format!("Timeline at {shown}"))
    });
    for (i, id) in lanes.iter().enumerate() {
        let top = rect.top() + i as f32 * LANE;
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), LANE));
        let Some(lane) = run.time.lanes.get(id) else { continue };
        let chosen = run.selected() == Some(*id);
        if chosen {
            clip.rect_filled(row, 3.0, t.tint(t.panel, t.selection, 0.10));
        }
        let color = if chosen { t.text } else { t.muted };
        let mut job = egui::text::LayoutJob::single_section(
            name(id),
            egui::text::TextFormat::simple(FontId::proportional(11.0), color),
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(NAMES - 12.0);
        let galley = clip.layout_job(job);
        clip.galley(pos2(row.left() + 4.0, row.center().y - galley.size().y / 2.0), galley, color);
        strip(&inside, t, lane, row, end, &x);
    }
    let head = x(run.state.clock.elapsed.0);
    inside.vline(head, rect.y_range(), (if run.state.past.is_some() { 2.0 } else { 1.0 }, t.brand));
    hand(ui, run, &response, (body, first..after));
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
fn hand(ui: &Ui, run: &mut RunMode, response: &egui::Response, (body, lanes): (Rect, Range<usize>)) {
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
        let place = lanes.start + ((at.y - response.rect.top()) / LANE).max(0.0) as usize;
        let id = run.time.shown.get(place).copied().filter(|_| lanes.contains(&place));
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
