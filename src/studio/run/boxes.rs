//! The message box as a strip under the canvas: what was published last, by whom, and who took it.

use super::RunMode;
use super::flights::ease_out;
use crate::message::MessageId;
use crate::studio::theme::{self, Tokens};
use egui::{FontId, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

/// Seconds a new routing takes to come in.
const ENTER: f64 = 0.3;

/// One line; newest at the left. Gives the message that was clicked.
pub fn strip(ui: &mut Ui, run: &RunMode, still: bool) -> Option<MessageId> {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let words = run.state.flights.routes.back().map_or_else(
        || "Message box: nothing published yet".to_owned(),
        |r| format!("Message box: {} from {} to {}", r.label, r.from, r.to.join(", ")),
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
    let painter = ui.painter_at(rect);
    let caption = FontId::new(10.5, theme::semibold());
    let head = painter.layout_no_wrap("MESSAGE BOX".to_owned(), caption, t.faint);
    let middle = rect.center().y;
    painter.galley(pos2(rect.left() + 4.0, middle - head.size().y / 2.0), head.clone(), t.faint);
    let begin = rect.left() + head.size().x + 20.0;
    let room = painter.with_clip_rect(Rect::from_min_max(pos2(begin - 6.0, rect.top()), rect.right_bottom()));
    let (now, playing) = (run.state.play, run.state.clock.playing);
    let shown: Vec<_> = run.state.flights.routes.iter().rev().filter(|r| !playing || now >= r.born).collect();
    if shown.is_empty() {
        let font = FontId::proportional(11.5);
        let words =
            if run.nothing_happened() { "nothing published yet" } else { "nothing published just now" };
        room.text(pos2(begin, middle), egui::Align2::LEFT_CENTER, words, font, t.muted);
        return None;
    }
    let (mut x, mut clicked) = (begin, None);
    for (i, route) in shown.into_iter().enumerate() {
        let here = if playing { ease_out((now - route.born) / ENTER) as f32 } else { 1.0 };
        let strength = here.max(0.15);
        let color = if route.failed { t.error } else { t.brand };
        let font = FontId::new(11.0, theme::semibold());
        let label = room.layout_no_wrap(route.label.clone(), font, color.gamma_multiply(strength));
        let to = match (route.failed, route.to.as_slice()) {
            (true, _) => "no subscriber".to_owned(),
            (false, [one]) => one.clone(),
            (false, []) => "…".to_owned(),
            (false, [one, more @ ..]) => format!("{one} and {} more", more.len()),
        };
        let small = FontId::proportional(11.0);
        let pill = vec2(label.size().x + 18.0, 20.0);
        // The first one is shown even where it has to be cut.
        let most = if i == 0 { rect.right() - begin - pill.x - 8.0 } else { f32::INFINITY };
        let faded = t.muted.gamma_multiply(strength);
        let way = super::inspector::cut(ui, &format!("{} → {to}", route.from), small, faded, most);
        let width = pill.x + 8.0 + way.size().x + 22.0;
        if i == 0 && !still {
            // The newest comes in from the left and moves the others on.
            x -= (1.0 - here) * width;
        }
        if x + width > rect.right() + 14.0 && i > 0 {
            break;
        }
        let body = Rect::from_min_size(pos2(x, middle - pill.y / 2.0), pill);
        let place = body.intersect(Rect::from_min_max(pos2(begin, rect.top()), rect.right_bottom()));
        let response = ui.interact(place, ui.scope_id().with(("route", i, route.message)), Sense::click());
        let words = format!("Routed {} from {} to {to}", route.label, route.from);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &words));
        if response.clicked() {
            clicked = Some(route.message);
        }
        let lit = if response.hovered() || response.has_focus() { 1.0 } else { 0.7 };
        response.on_hover_text(format!("{words}\nClick to see why"));
        let edge = Stroke::new(1.0, color.gamma_multiply(lit * strength));
        room.rect(body, 10.0, color.gamma_multiply(0.08 * strength), edge, StrokeKind::Inside);
        room.galley(body.center() - label.size() / 2.0, label, color);
        room.galley(pos2(body.right() + 8.0, middle - way.size().y / 2.0), way, t.muted);
        x += width;
    }
    clicked
}
