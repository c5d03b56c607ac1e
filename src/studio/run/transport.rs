//! The transport: restart, play, pause, step, speed, and what the clock says.

use super::RunMode;
use super::player::Command;
use crate::journal;
use crate::studio::theme::{self, Tokens};
use egui::{
    Color32, CornerRadius, Rect, Response, RichText, Sense, Shape, Slider, Stroke, StrokeKind, Ui, pos2, vec2,
};

/// Least room that is left for slider, clock and Follow.
const SLIDER: f32 = 252.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Restart,
    Play,
    Pause,
    Turn,
    Moment,
    Follow,
}

pub fn ui(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    let clock = run.state.clock;
    let ready = run.state.broken.is_empty();
    ui.spacing_mut().item_spacing.x = 5.0;
    ui.add_enabled_ui(ready, |ui| {
        let (_, tip, _) = crate::studio::command::Command::Restart.about();
        if button(ui, Sign::Restart, "Restart", tip, false).clicked() {
            run.restart();
        }
        let (sign, name, tip) = if clock.playing {
            (Sign::Pause, "Pause", "Stops the clock")
        } else {
            (Sign::Play, "Play", "Lets virtual time pass")
        };
        if button(ui, sign, name, tip, clock.playing).clicked() {
            run.play_or_pause();
        }
        let tip = "Runs one instance up to its next wait, then pauses";
        if button(ui, Sign::Turn, "Step one turn", tip, false).clicked() {
            run.tell(Command::Turn);
        }
        let tip = "Runs everything of the next moment at which something happens, then pauses";
        if button(ui, Sign::Moment, "Step to the next moment", tip, false).clicked() {
            run.tell(Command::Moment);
        }
        ui.add_space(4.0);
        speed(ui, run);
    });
    ui.add_space(4.0);
    let time = journal::Clock(clock.elapsed).to_string();
    let color = if clock.behind && clock.playing { t.warn } else { t.text };
    let tip = if clock.behind && clock.playing {
        "Virtual time since the start; slower than asked for, as the engine is at its limit"
    } else {
        "Virtual time since the start"
    };
    ui.label(RichText::new(time).monospace().color(color)).on_hover_text(tip);
    let following = !run.unfollow;
    let tip = "Keeps the token of the selected instance in view";
    if button(ui, Sign::Follow, "Follow the token", tip, following).clicked() {
        run.unfollow = following;
    }
}

/// Virtual seconds a wall second that one can choose.
const SPEEDS: [f64; 13] = [0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 400.0, 700.0, 1000.0];

/// Place of the speed nearest to this one.
fn place(speed: f64) -> usize {
    SPEEDS.iter().rposition(|known| *known <= speed * 1.001).unwrap_or_default()
}

/// The next speed up or down.
pub fn next_speed(speed: f64, faster: bool) -> f64 {
    let at = place(speed);
    let next = if faster { at + 1 } else { at.saturating_sub(1) };
    SPEEDS.get(next).or(SPEEDS.last()).copied().unwrap_or(speed)
}

fn speed(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    if ui.available_width() < SLIDER {
        return choices(ui, run);
    }
    let mut at = place(run.state.clock.speed);
    ui.spacing_mut().slider_width = if ui.available_width() > SLIDER + 60.0 { 96.0 } else { 60.0 };
    let slider = Slider::new(&mut at, 0..=SPEEDS.len() - 1).show_value(false).trailing_fill(true);
    let response = ui.add(slider).on_hover_text("Virtual seconds a second");
    let chosen = SPEEDS.get(at).copied().unwrap_or(1.0);
    response.widget_info(|| egui::WidgetInfo::slider(true, chosen, "Speed"));
    if response.changed() {
        run.state.clock.speed = chosen;
        run.tell(Command::Speed(chosen));
    }
    let words = times(run.state.clock.speed);
    let (rect, _) = ui.allocate_exact_size(vec2(42.0, 18.0), Sense::hover());
    let font = egui::FontId::new(12.0, theme::medium());
    ui.painter().text(rect.left_center(), egui::Align2::LEFT_CENTER, words, font, t.muted);
}

fn times(speed: f64) -> String {
    if speed < 1.0 { format!("{speed}×") } else { format!("{speed:.0}×") }
}

/// The same as a menu, where there is no room for the slider.
fn choices(ui: &mut Ui, run: &mut RunMode) {
    let speed = run.state.clock.speed;
    let response = ui.menu_button(times(speed), |ui| {
        for choice in SPEEDS {
            if ui.selectable_label(choice == speed, times(choice)).clicked() {
                run.tell(Command::Speed(choice));
                ui.close();
            }
        }
    });
    response.response.on_hover_text("Virtual seconds a second");
}

fn button(ui: &mut Ui, sign: Sign, name: &str, tip: &str, on: bool) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(32.0, 28.0), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, enabled, on, name));
    let hot = response.hovered() || response.has_focus();
    let quiet = sign == Sign::Follow;
    let (fill, color) = match (on && !quiet, hot) {
        (true, _) => (t.brand, t.on_brand),
        (false, true) => (t.tint(t.field, t.text, 0.1), t.text),
        (false, false) if quiet => (Color32::TRANSPARENT, t.muted),
        (false, false) => (t.field, t.text),
    };
    let color = match (quiet && on, enabled) {
        (_, false) => t.faint,
        (true, _) => t.brand,
        _ => color,
    };
    let edge = if on || quiet { Stroke::NONE } else { Stroke::new(1.0, t.line) };
    ui.painter().rect(rect, CornerRadius::same(7), fill, edge, StrokeKind::Inside);
    draw(ui, sign, rect, color);
    response.on_hover_text(format!("{name}\n{tip}"))
}

fn draw(ui: &Ui, sign: Sign, rect: Rect, color: Color32) {
    let c = rect.center();
    let painter = ui.painter();
    let bar =
        |x: f32| painter.rect_filled(Rect::from_center_size(pos2(c.x + x, c.y), vec2(2.4, 11.0)), 1.0, color);
    let triangle = |x: f32, way: f32| {
        let points = vec![
            pos2(c.x + x - way * 3.6, c.y - 5.5),
            pos2(c.x + x + way * 4.8, c.y),
            pos2(c.x + x - way * 3.6, c.y + 5.5),
        ];
        painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
    };
    match sign {
        Sign::Restart => {
            bar(-5.0);
            triangle(1.5, -1.0);
        }
        Sign::Play => triangle(0.0, 1.0),
        Sign::Pause => {
            bar(-3.0);
            bar(3.0);
        }
        Sign::Turn => {
            triangle(-1.5, 1.0);
            bar(5.0);
        }
        Sign::Moment => {
            triangle(-4.6, 1.0);
            triangle(2.2, 1.0);
            bar(8.6);
        }
        Sign::Follow => {
            painter.circle_stroke(c, 5.5, Stroke::new(1.5, color));
            painter.circle_filled(c, 2.0, color);
        }
    }
}
