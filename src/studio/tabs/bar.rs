//! How tabs look: one line of titles over each group, the focused one marked.

use super::{Pane, Tab};
use crate::studio::icons;
use crate::studio::theme::{self, Tokens};
use egui::{
    Color32, CursorIcon, FontId, Id, Rect, Response, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2,
};
use egui_tiles::{TabState, TileId};

pub const HEIGHT: f32 = 32.0;
const ICON: f32 = 14.0;
const CLOSE: f32 = 16.0;
const MARGIN: f32 = 10.0;
/// A longer title is cut; the tooltip has all of it.
const TITLE: f32 = 220.0;

/// What happened to a tab in its bar.
pub struct TabResponse {
    pub response: Response,
    pub closed: bool,
}

/// What is written on a tab.
pub struct Words<'a> {
    pub title: String,
    pub glyph: icons::Glyph,
    pub kind: &'static str,
    pub pane: &'a Pane,
    pub focused: bool,
}

/// One tab: icon, title (in italics while it is a preview) and a button to close it.
pub fn tab(ui: &mut Ui, id: Id, tile: TileId, words: &Words<'_>, state: &TabState) -> TabResponse {
    let t = Tokens::of(ui);
    let shown = state.active || words.focused;
    let ink = if words.focused {
        t.text
    } else if state.active {
        t.tint(t.muted, t.text, 0.5)
    } else {
        t.muted
    };
    let font = FontId::new(12.5, if shown { theme::medium() } else { egui::FontFamily::Proportional });
    let mut format = egui::text::TextFormat::simple(font, ink);
    format.italics = words.pane.preview;
    let mut job = egui::text::LayoutJob::single_section(words.title.clone(), format);
    // In a narrow group a tab still fits in whole.
    let room = ui.clip_rect().width() - (MARGIN + ICON + 6.0 + 4.0 + CLOSE + 6.0) - 4.0;
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.clamp(48.0, TITLE));
    let galley = ui.painter().layout_job(job);
    let width = MARGIN + ICON + 6.0 + galley.size().x + 4.0 + CLOSE + 6.0;
    let (_, rect) = ui.allocate_space(vec2(width, ui.available_height()));
    let response = ui.interact(rect, id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::Default);
    let name = format!("{} {}", words.title, kind_words(&words.pane.tab, words.kind));
    response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), state.active, &name));
    if words.focused {
        let last = egui::Id::unique("tab in view");
        // The arrows of a bar that has just become too long take room from it, a frame later.
        let (before, frames): (u64, u8) = ui.data(|data| data.get_temp(last)).unwrap_or_default();
        let left = if before == tile.0 { frames.saturating_sub(1) } else { 4 };
        ui.data_mut(|data| data.insert_temp(last, (tile.0, left)));
        if left > 0 {
            ui.scroll_to_rect_animation(rect, None, egui::style::ScrollAnimation::none());
            ui.ctx().request_repaint();
        }
    }
    let mut closed = response.middle_clicked();
    if ui.is_rect_visible(rect) && !state.is_being_dragged {
        let fill = if state.active { t.canvas } else { Color32::TRANSPARENT };
        let hovered = response.hovered() || response.has_focus();
        let fill = if hovered && !state.active { t.tint(t.panel, t.text, 0.05) } else { fill };
        let painter = ui.painter();
        painter.rect_filled(rect, 0.0, fill);
        if words.focused {
            let line = Rect::from_min_size(rect.left_top(), vec2(rect.width(), 2.0));
            painter.rect_filled(line, 0.0, t.brand);
        }
        if response.has_focus() {
            let ring = Stroke::new(1.0, t.selection);
            painter.rect_stroke(rect.shrink(1.0), 4.0, ring, egui::StrokeKind::Inside);
        }
        painter.vline(rect.right() - 0.5, rect.y_range().shrink(8.0), Stroke::new(1.0, t.line));
        let icon =
            Rect::from_center_size(rect.left_center() + vec2(MARGIN + ICON / 2.0, 0.0), Vec2::splat(ICON));
        icons::paint(painter, words.glyph, icon, ink);
        let at = rect.left_center() + vec2(MARGIN + ICON + 6.0, -galley.size().y / 2.0);
        painter.galley(at, galley, ink);
    }
    if ui.is_rect_visible(rect) {
        let area =
            Rect::from_center_size(rect.right_center() - vec2(6.0 + CLOSE / 2.0, 0.0), Vec2::splat(CLOSE));
        let button = ui.interact(area, id.with(("close", tile)), Sense::CLICK);
        let name = format!("Close {}", words.title);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if shown || response.hovered() || button.hovered() {
            if button.hovered() {
                ui.painter().rect_filled(area, 4.0, t.tint(t.panel, t.text, 0.12));
            }
            icons::paint(ui.painter(), icons::Glyph::Close, area.shrink(3.0), ink);
        }
        closed |= button.on_hover_text(name).clicked();
    }
    TabResponse { response, closed }
}

fn kind_words(tab: &Tab, kind: &'static str) -> &'static str {
    match tab {
        Tab::Ports | Tab::Settings => "tab",
        _ => kind,
    }
}
