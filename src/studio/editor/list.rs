//! The list of completions at the caret.

use super::{List, State, pressed};
use crate::language::{Completion, CompletionKind, Scope, complete};
use crate::studio::theme::{self, Tokens};
use egui::text_edit::TextEditOutput;
use egui::{
    Align, Area, Color32, FontId, Frame, Id, Key, LayerId, Layout, Margin, Modifiers, Order, Rect, RichText,
    ScrollArea, Sense, SurrenderFocusOn, Ui, Vec2, pos2, vec2,
};
use std::ops::Range;
use std::sync::Arc;

const WIDTH: f32 = 400.0;
const ROW: f32 = 22.0;
const ROWS: usize = 9;

/// Keys that are about the list, taken before the text sees them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keys {
    down: usize,
    up: usize,
    accept: bool,
    dismiss: bool,
}

impl Keys {
    pub fn take(ui: &Ui, open: bool, signature: bool) -> Self {
        let mut keys = Self::default();
        let key = |key| pressed(ui, Modifiers::NONE, key);
        if open {
            keys.down = usize::from(key(Key::ArrowDown)) + (ROWS - 1) * usize::from(key(Key::PageDown));
            keys.up = usize::from(key(Key::ArrowUp)) + (ROWS - 1) * usize::from(key(Key::PageUp));
            keys.accept = key(Key::Enter) | key(Key::Tab);
        }
        if open || signature {
            keys.dismiss = key(Key::Escape);
        }
        keys
    }
}

/// Frame of what floats beside a text.
pub fn small_frame(ui: &Ui) -> Frame {
    Frame::popup(ui.style()).inner_margin(Margin::same(6)).fill(Tokens::of(ui).panel)
}

/// Shows the text so that a press on the list does not take the keyboard from it.
pub fn keeping_focus<R>(ui: &mut Ui, id: Id, open: bool, show: impl FnOnce(&mut Ui) -> R) -> R {
    let layer = LayerId::new(Order::Foreground, id.with("list"));
    let pointer = ui.ctx().pointer_interact_pos().and_then(|at| ui.ctx().layer_id_at(at));
    if !open || pointer != Some(layer) {
        return show(ui);
    }
    let usual = ui.ctx().options(|options| options.input_options.surrender_focus_on);
    ui.ctx().options_mut(|options| options.input_options.surrender_focus_on = SurrenderFocusOn::Never);
    let shown = show(ui);
    ui.ctx().options_mut(|options| options.input_options.surrender_focus_on = usual);
    shown
}

/// Opens, narrows, moves in and closes the list; gives what was accepted by key: bytes to replace and the text for
/// them.
pub fn step(
    state: &mut State,
    scope: &Scope<'_>,
    text: &str,
    (before, caret): (&str, usize),
    changed: bool,
    asked: bool,
    keys: Keys,
) -> Option<(Range<usize>, String)> {
    if keys.dismiss {
        if state.list.take().is_none() {
            state.signature = false;
        }
        return None;
    }
    let typed = changed && text.len() > before.len();
    let last = text.get(..caret).and_then(|head| head.chars().next_back());
    let word = last.is_some_and(|c| c == '_' || c.is_alphanumeric());
    let starts = typed && (word || matches!(last, Some('.' | '(')));
    if typed && matches!(last, Some('(' | ',')) {
        state.signature = true;
    }
    let open = state.list.as_ref().map(|list| list.completions.replace.clone());
    let inside = open.as_ref().is_some_and(|replace| {
        caret >= replace.start && (word || last == Some('.') || caret == replace.start)
    });
    if open.is_some() && !inside {
        state.list = None;
    }
    let refresh = inside && (changed || open.is_some_and(|replace| caret != replace.end));
    if asked || starts || refresh {
        let completions = complete(scope, text, caret);
        // A list opens by itself only where a name begins or a member is chosen.
        let wanted = asked || refresh || !completions.replace.is_empty() || matches!(last, Some('.' | '('));
        let some = !completions.entries.is_empty() && wanted;
        let properties = completions.entries.first().is_some_and(|e| e.kind == CompletionKind::Property);
        let some = some && (asked || last != Some('(') || properties);
        state.list = some.then(|| List { completions: Arc::new(completions), at: 0, moved: true });
    }
    let list = state.list.as_mut()?;
    let count = list.completions.entries.len();
    if keys.down + keys.up > 0 && count > 0 {
        let one = keys.down + keys.up == 1;
        list.at = match (keys.down, keys.up) {
            (0, up) if one => (list.at + count - up % count) % count,
            (down, 0) if one => (list.at + down) % count,
            (0, up) => list.at.saturating_sub(up),
            (down, _) => (list.at + down).min(count - 1),
        };
        list.moved = true;
    }
    if keys.accept {
        let chosen = list.completions.entries.get(list.at)?;
        return Some((list.completions.replace.clone(), chosen.insert.clone()));
    }
    None
}

/// Draws the list below the word; gives what was clicked, as [`step`] does.
pub fn show(
    ui: &Ui,
    id: Id,
    state: &mut State,
    output: &TextEditOutput,
    text: &str,
) -> Option<(Range<usize>, String)> {
    let list = state.list.as_mut()?;
    let t = Tokens::of(ui);
    let marks = super::paint::Text { galley: &output.galley, at: output.galley_pos, text };
    let word = marks.rects(&(list.completions.replace.start..list.completions.replace.start));
    let anchor = word.first()?;
    let screen = ui.ctx().content_rect().shrink(4.0);
    let entries = &list.completions.entries;
    let shown = entries.len().min(ROWS);
    let about = entries.get(list.at).map(about_words).unwrap_or_default();
    let about_height = 20.0 + 15.0 * about.iter().map(|line| 1 + line.len() / 62).sum::<usize>() as f32;
    let height = shown as f32 * ROW + about_height;
    let below = anchor.bottom() + 4.0;
    let y = if below + height < screen.bottom() {
        below
    } else {
        (anchor.top() - 8.0 - height).max(screen.top())
    };
    let width = WIDTH.min(screen.width());
    let x = (anchor.left() - 30.0).clamp(screen.left(), (screen.right() - width).max(screen.left()));
    let mut clicked = None;
    let moved = std::mem::take(&mut list.moved);
    let mut at = list.at;
    let frame = Frame::popup(ui.style()).inner_margin(Margin::same(4)).fill(t.panel);
    Area::new(id.with("list")).order(Order::Foreground).fixed_pos(pos2(x, y)).show(ui.ctx(), |ui| {
        frame.show(ui, |ui| {
            ui.set_width(width - 10.0);
            ui.spacing_mut().item_spacing.y = 0.0;
            let mut area = ScrollArea::vertical().max_height(shown as f32 * ROW).auto_shrink([false, true]);
            if moved {
                // The selected row stays in the middle as far as there are rows.
                let first = (at as f32 - (shown / 2) as f32).max(0.0);
                area = area.vertical_scroll_offset(first * ROW);
            }
            area.show_rows(ui, ROW, entries.len(), |ui, rows| {
                for index in rows {
                    let Some(entry) = entries.get(index) else { continue };
                    let response = row(ui, entry, index == at);
                    if response.clicked() {
                        clicked = Some(index);
                    }
                    if response.hovered() && ui.input(|i| i.pointer.is_moving()) {
                        at = index;
                    }
                }
            });
            if !about.is_empty() {
                ui.separator();
                for (i, line) in about.iter().enumerate() {
                    let words = RichText::new(line).size(11.5);
                    let words = if i == 0 {
                        words.monospace().size(11.0).color(t.text)
                    } else {
                        words.color(t.muted)
                    };
                    ui.add(egui::Label::new(words).wrap());
                }
            }
        });
    });
    list.at = at;
    let chosen = entries.get(clicked?)?;
    Some((list.completions.replace.clone(), chosen.insert.clone()))
}

fn about_words(entry: &Completion) -> Vec<String> {
    let mut lines = Vec::new();
    if !entry.detail.is_empty() {
        lines.push(if entry.detail.contains(' ') {
            entry.detail.clone()
        } else {
            format!("{} : {}", entry.label, entry.detail)
        });
    } else if !entry.about.is_empty() {
        lines.push(entry.label.clone());
    }
    lines.extend(entry.about.lines().map(str::to_owned));
    lines
}

fn row(ui: &mut Ui, entry: &Completion, selected: bool) -> egui::Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, selected, &entry.label));
    if selected {
        ui.painter().rect_filled(rect, 4.0, t.tint(t.panel, t.selection, 0.18));
    }
    let (letter, color) = kind(entry.kind, t);
    let chip = Rect::from_center_size(pos2(rect.left() + 12.0, rect.center().y), Vec2::splat(15.0));
    ui.painter().rect_filled(chip, 3.0, t.tint(t.panel, color, 0.22));
    ui.painter().text(
        chip.center(),
        egui::Align2::CENTER_CENTER,
        letter,
        FontId::new(9.5, theme::semibold()),
        color,
    );
    let strong = if entry.absent { t.muted } else { t.text };
    let mut inside = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(Rect::from_min_max(pos2(rect.left() + 24.0, rect.top()), rect.max - vec2(6.0, 0.0)))
            .layout(Layout::left_to_right(Align::Center)),
    );
    let room = inside.available_width();
    let label = RichText::new(&entry.label).monospace().size(12.0).color(strong);
    let label = egui::Label::new(label).truncate().selectable(false);
    let width = (entry.label.chars().count() as f32 * 7.3).min(room);
    inside.add_sized(vec2(width, ROW), label);
    let rest = room - width - 12.0;
    // A signature is told below the list.
    let short = if entry.detail.contains('(') { "" } else { entry.detail.as_str() };
    let short = if entry.absent { "not there yet" } else { short };
    if rest > 40.0 && !short.is_empty() {
        inside.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let words = RichText::new(short).size(11.0).color(t.muted);
            ui.add(egui::Label::new(words).truncate().selectable(false));
        });
    }
    response
}

/// Letter and colour of a kind of name.
fn kind(kind: CompletionKind, t: &Tokens) -> (&'static str, Color32) {
    match kind {
        CompletionKind::Message => ("M", t.construct),
        CompletionKind::Variable => ("V", t.expression),
        CompletionKind::CorrelationSet => ("C", t.scope),
        CompletionKind::Port => ("P", t.messaging),
        CompletionKind::RoleLink => ("R", t.messaging),
        CompletionKind::Part => ("B", t.construct),
        CompletionKind::Field => ("F", t.construct),
        CompletionKind::Property => ("@", t.brand),
        CompletionKind::Method => ("ƒ", t.call),
        CompletionKind::Value => ("=", t.call),
        CompletionKind::Type => ("T", t.flow),
        CompletionKind::Namespace => ("N", t.muted),
        CompletionKind::Orchestration => ("O", t.call),
        CompletionKind::Map => ("X", t.construct),
        CompletionKind::Function => ("ƒ", t.construct),
        CompletionKind::Keyword => ("K", t.muted),
        CompletionKind::Transaction => ("S", t.scope),
    }
}
