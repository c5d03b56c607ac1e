//! The run as a sequence diagram: who sent which message to whom.

use super::super::RunMode;
use super::super::player::Command;
use crate::diagnostic::counted;
use crate::drawing::sequence::{Arrow, Sequence};
use crate::engine::InstanceId;
use crate::message::MessageId;
use crate::studio::command;
use crate::studio::document::Action;
use crate::studio::table::{self, text};
use crate::studio::theme::{self, Tokens};
use egui::{
    Align, FontId, Layout, Painter, Pos2, Rect, RichText, ScrollArea, Sense, Shape, Stroke, Ui, vec2,
};

/// Room for the time of a message, at the left edge of what is in sight.
const TIMES: f32 = 104.0;

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let found = run.found();
    ui.horizontal(|ui| {
        let enabled = run.selected().is_some();
        let words = RichText::new("Selected instance and what belongs to it").size(12.0);
        ui.add_enabled(enabled, egui::Checkbox::new(&mut run.drawer.own_sequence, words));
        for command in [command::Command::SequenceSvg, command::Command::SequencePng] {
            let button = egui::Button::new(RichText::new(command.text()).size(12.0));
            if ui.add_enabled(found.total > 0, button).on_hover_text(command.about().1).clicked() {
                actions.push(Action::Command(command));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let omission = found.sequence.as_ref().map(|drawn| drawn.omission()).unwrap_or_default();
            let words = if omission.is_empty() { counted(found.total, "message") } else { omission };
            ui.add(egui::Label::new(RichText::new(words).small().color(t.muted)).truncate());
        });
    });
    let Some(drawn) = found.sequence.clone().filter(|drawn| !drawn.arrows.is_empty()) else {
        let words = if found.reading {
            "Looking through the messages…"
        } else {
            "No message has gone anywhere by this moment. Play, or send one in Send message."
        };
        table::nothing(ui, words);
        return;
    };
    ScrollArea::both().id_salt("sequence").auto_shrink(false).show_viewport(ui, |ui, view| {
        let size = drawn.size().max(view.size());
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| {
            let words = format!("Sequence diagram, {}", counted(drawn.arrows.len(), "message"));
            egui::WidgetInfo::labeled(egui::Role::Image, true, words)
        });
        let origin = rect.min;
        let opened = keys(ui, run, &response, &drawn);
        // A new arrow, or one that keys have come to, is brought into sight.
        let at = run.drawer.arrow.or(drawn.arrows.len().checked_sub(1));
        let wanted = at.and_then(|row| Some((row, drawn.arrows.get(row)?)));
        if wanted.map(|(_, arrow)| arrow.seq) != run.drawer.arrived {
            run.drawer.arrived = wanted.map(|(_, arrow)| arrow.seq);
            if let Some((row, arrow)) = wanted {
                let way = Rect::from_points(&drawn.way(row, arrow)).expand2(vec2(24.0, 48.0));
                ui.scroll_to_rect(way.translate(origin.to_vec2()), None);
            }
        }
        let painter = ui.painter_at(ui.clip_rect());
        let hovered = response.hover_pos().and_then(|at| drawn.row_at(at.y - origin.y));
        let hot = hovered.or(run.drawer.arrow.filter(|_| response.has_focus()));
        paint(&painter, t, &drawn, origin, view, (hot, run.selected().map(|id| id.0)));
        let arrow = hovered.and_then(|row| drawn.arrows.get(row));
        if let Some(arrow) = arrow {
            let words = format!("{} {}\n{}", MessageId(arrow.message), arrow.label, arrow.time);
            response.clone().on_hover_text(words);
        }
        if let Some(arrow) = opened.and_then(|row| drawn.arrows.get(row)) {
            show(run, &drawn, arrow, actions);
        }
        if !response.clicked() {
            return;
        }
        response.request_focus();
        let at = response.interact_pointer_pos().map(|at| at - origin.to_vec2());
        let head = at.and_then(|at| {
            let heads = (0..drawn.lifelines.len()).find(|line| drawn.head(*line).contains(at));
            heads.and_then(|line| drawn.lifelines.get(line)).and_then(|line| line.instance)
        });
        match (head, arrow) {
            (Some(id), _) => run.go(InstanceId(id), actions),
            (None, Some(arrow)) => {
                run.drawer.arrow = hovered;
                show(run, &drawn, arrow, actions);
            }
            (None, None) => {}
        }
    });
}

/// Arrow keys go from message to message; Enter gives the one to be shown.
fn keys(ui: &Ui, run: &mut RunMode, response: &egui::Response, drawn: &Sequence) -> Option<usize> {
    if !response.has_focus() {
        return None;
    }
    let filter = egui::EventFilter { vertical_arrows: true, ..egui::EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let last = drawn.arrows.len().checked_sub(1)?;
    let key = |key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key));
    let at = run.drawer.arrow;
    if key(egui::Key::ArrowDown) {
        run.drawer.arrow = Some(at.map_or(0, |at| at + 1).min(last));
    } else if key(egui::Key::ArrowUp) {
        run.drawer.arrow = Some(at.map_or(last, |at| at.saturating_sub(1)));
    } else if key(egui::Key::Enter) {
        return at;
    }
    None
}

/// The moment a message arrived, and who took it.
fn show(run: &mut RunMode, drawn: &Sequence, arrow: &Arrow, actions: &mut Vec<Action>) {
    run.tell(Command::Seek(arrow.seq));
    run.drawer.message = Some(MessageId(arrow.message));
    let ends = [arrow.to, arrow.from].map(|end| drawn.lifelines.get(end).and_then(|line| line.instance));
    if let Some(id) = ends.into_iter().flatten().next() {
        run.go(InstanceId(id), actions);
    }
}

/// Draws what is in sight.
fn paint(
    painter: &Painter,
    t: &Tokens,
    drawn: &Sequence,
    origin: Pos2,
    view: Rect,
    (hot, selected): (Option<usize>, Option<u64>),
) {
    let place = |at: Pos2| origin + at.to_vec2();
    for (at, line) in drawn.lifelines.iter().enumerate() {
        let head = drawn.head(at);
        if head.right() < view.left() || head.left() > view.right() {
            continue;
        }
        let own = selected.is_some() && line.instance == selected;
        let stroke = Stroke::new(if own { 2.0 } else { 1.0 }, if own { t.selection } else { t.line_strong });
        painter.line_segment(
            [place(head.center_bottom()), place(egui::pos2(head.center().x, drawn.size().y - 16.0))],
            stroke,
        );
        // Heads stay in sight while one scrolls down.
        let head = head.translate(vec2(0.0, (view.top() - head.top() + 4.0).max(0.0)));
        let head = head.translate(origin.to_vec2());
        painter.rect(
            head,
            8.0,
            t.card,
            (1.0, if own { t.selection } else { t.line }),
            egui::StrokeKind::Inside,
        );
        let bar = Rect::from_min_size(head.left_top() + vec2(0.0, 8.0), vec2(3.0, head.height() - 16.0));
        painter.rect_filled(bar, 1.5, line.category.color(t));
        for (words, font, color, y) in [
            (&line.name, FontId::new(12.5, theme::semibold()), t.text, -8.0),
            (&line.about, FontId::proportional(11.0), t.muted, 9.0),
        ] {
            let galley = painter.layout_job(text(words, font, color, head.width() - 20.0));
            painter.galley(head.center() + vec2(0.0, y) - galley.size() / 2.0, galley, color);
        }
    }
    for (row, arrow) in drawn.arrows.iter().enumerate() {
        let y = drawn.time(row).y;
        // Below the heads that stay.
        if y < view.top() + 56.0 || y > view.bottom() + 20.0 {
            continue;
        }
        line(painter, t, drawn, place, (row, arrow), view, hot == Some(row));
    }
}

fn line(
    painter: &Painter,
    t: &Tokens,
    drawn: &Sequence,
    place: impl Fn(Pos2) -> Pos2,
    (row, arrow): (usize, &Arrow),
    view: Rect,
    hot: bool,
) {
    let color = if arrow.failed { t.error } else { t.messaging };
    let way: Vec<Pos2> = drawn.way(row, arrow).into_iter().map(&place).collect();
    painter.add(Shape::line(way, Stroke::new(if hot { 2.4 } else { 1.4 }, color)));
    let point = drawn.point(row, arrow).map(&place).to_vec();
    painter.add(Shape::convex_polygon(point, color, Stroke::NONE));
    // Label and time stay in sight when a long arrow does not.
    let (mut room, mut at) = drawn.label(row, arrow);
    let ends = Rect::from_points(&drawn.way(row, arrow)).x_range();
    let (left, right) = (ends.min.max(view.left() + TIMES), ends.max.min(view.right()));
    if arrow.from != arrow.to && right - left > 24.0 {
        room = room.min(right - left - 16.0);
        at.x = at.x.min(right - room / 2.0).max(left + room / 2.0);
    }
    let words = if arrow.failed { t.error } else { t.text };
    let galley = painter.layout_job(text(&arrow.label, FontId::proportional(11.0), words, room));
    painter.galley(place(at) - galley.size() / 2.0, galley, words);
    let galley = painter.layout_job(text(&arrow.time, FontId::monospace(10.5), t.muted, 100.0));
    let at = place(egui::pos2(view.left() + 4.0, drawn.time(row).y)) - vec2(0.0, galley.size().y / 2.0);
    painter.rect_filled(Rect::from_min_size(at, galley.size()).expand(3.0), 3.0, t.panel);
    painter.galley(at, galley, t.muted);
}
