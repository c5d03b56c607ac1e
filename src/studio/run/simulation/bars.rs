//! How long cases took, as bars.

use crate::lab::simulation::{Group, Results, span_words};
use crate::studio::theme::{self, Tokens};
use egui::{Align2, FontId, Rect, Sense, Stroke, Ui, pos2, vec2};

/// Room for the times below the bars.
const FOOT: f32 = 16.0;
/// Room above them, for what the lines are.
const HEAD: f32 = 14.0;

/// Bars in all the room there is, with lines where the median and the 95th percentile are.
pub fn bars(ui: &mut Ui, results: &Results) {
    let t = Tokens::of(ui);
    let size = vec2(ui.available_width(), ui.available_height().max(56.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let said = format!("Histogram of the times of {} cases", results.cases.count());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, said.clone()));
    let (Some(first), Some(last)) = (results.bars.first(), results.bars.last()) else { return };
    let room = Rect::from_min_max(rect.min + vec2(0.0, HEAD), rect.max - vec2(0.0, FOOT));
    let painter = ui.painter_at(rect);
    painter.hline(room.x_range(), room.bottom(), Stroke::new(1.0, t.line));
    let most = results.bars.iter().map(|bar| bar.count).max().unwrap_or(1).max(1);
    let step = room.width() / results.bars.len() as f32;
    let slow = results.cases.p95.map_or(f64::INFINITY, |p95| p95.value);
    let pointer = response.hover_pos();
    for (at, bar) in results.bars.iter().enumerate() {
        let left = room.left() + at as f32 * step;
        let height =
            if bar.count == 0 { 0.0 } else { (bar.count as f32 / most as f32 * room.height()).max(1.5) };
        let column = Rect::from_min_max(
            pos2(left + 1.0, room.bottom() - height),
            pos2((left + step - 1.0).max(left + 2.0), room.bottom()),
        );
        let hot = pointer.is_some_and(|p| p.x >= left && p.x < left + step);
        let color = if bar.from as f64 >= slow { t.error } else { t.messaging };
        painter.rect_filled(column, 2.0, color.gamma_multiply(if hot { 1.0 } else { 0.78 }));
        if hot {
            let until = bar.to.map_or("longer".to_owned(), |to| span_words(to as f64));
            let words = format!("{} to {until}: {}", span_words(bar.from as f64), bar.count);
            response.clone().on_hover_text_at_pointer(words);
        }
    }
    let end = last.to.unwrap_or(last.from + first.to.map_or(1, |to| to - first.from));
    let place = |ms: f64| {
        let share = (ms - first.from as f64) / (end - first.from).max(1) as f64;
        room.left() + room.width() * share.clamp(0.0, 1.0) as f32
    };
    let font = FontId::monospace(10.5);
    marks(&painter, t, &results.cases, room, place);
    let begin = span_words(first.from as f64);
    let close = if last.to.is_some() {
        span_words(end as f64)
    } else {
        format!("{} +", span_words(last.from as f64))
    };
    painter.text(rect.left_bottom(), Align2::LEFT_BOTTOM, begin, font.clone(), t.muted);
    painter.text(rect.right_bottom(), Align2::RIGHT_BOTTOM, close, font, t.muted);
}

fn marks(painter: &egui::Painter, t: &Tokens, cases: &Group, room: Rect, place: impl Fn(f64) -> f32) {
    for (estimate, words, color) in [(cases.p50, "P50", t.text), (cases.p95, "P95", t.error)] {
        let Some(estimate) = estimate else { continue };
        let x = place(estimate.value).min(room.right() - 1.0).max(room.left() + 1.0);
        if let Some(half) = estimate.half {
            let band = place(estimate.value - half)..=place(estimate.value + half);
            let band = Rect::from_x_y_ranges(*band.start()..=*band.end(), room.y_range());
            painter.rect_filled(band, 0.0, color.gamma_multiply(0.10));
        }
        painter.vline(x, room.top()..=room.bottom(), Stroke::new(1.0, color));
        let align = if x > room.right() - 28.0 { Align2::RIGHT_BOTTOM } else { Align2::LEFT_BOTTOM };
        painter.text(pos2(x, room.top()), align, words, FontId::new(10.5, theme::semibold()), color);
    }
}
