//! Icons: the glyphs of shapes as the canvas and files draw them, everything else from one icon font.

pub use crate::drawing::Glyph;

use super::command::Command;
use crate::drawing::glyph::Stroke as Piece;
use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2,
};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons as font;

/// Draws `glyph` in `rect` (best square) as the panels show it; `color` is its only colour.
pub fn paint(painter: &Painter, glyph: Glyph, rect: Rect, color: Color32) {
    let icon = match glyph {
        Glyph::Envelope => font::ICON_MAIL,
        Glyph::Link => font::ICON_LINK,
        Glyph::Flow => font::ICON_ACCOUNT_TREE,
        Glyph::Variable => font::ICON_DATA_OBJECT,
        Glyph::Parts => font::ICON_SCHEMA,
        Glyph::Rules => font::ICON_RULE,
        Glyph::Warning => font::ICON_WARNING,
        Glyph::Note => font::ICON_STICKY_NOTE_2,
        Glyph::Plus => font::ICON_ADD,
        Glyph::Close => font::ICON_CLOSE,
        Glyph::Chevron => font::ICON_CHEVRON_RIGHT,
        Glyph::ChevronDown => font::ICON_KEYBOARD_ARROW_DOWN,
        shape => return strokes(painter, shape, rect, color),
    };
    icon_in(painter, icon, rect, color);
}

/// Draws an icon of the font as large as a glyph in the same place.
pub fn icon_in(painter: &Painter, icon: MaterialIcon, rect: Rect, color: Color32) {
    // Icons keep a margin that glyphs do not have.
    let side = rect.width().min(rect.height()) * 1.2;
    let font = FontId::new((side * 2.0).round() / 2.0, icon.font_family());
    let galley = painter.layout_no_wrap(icon.codepoint.to_owned(), font, color);
    // By what is drawn, as the lines of an icon font are not centred on its icons.
    let place = rect.center() - galley.mesh_bounds.center().to_vec2();
    painter.galley(place, galley, color);
}

/// What is on.
pub const CHECK: MaterialIcon = font::ICON_CHECK;

/// The icon of a command in menus and the palette.
pub fn of_command(command: Command) -> Option<MaterialIcon> {
    use Command as C;
    Some(match command {
        C::New => font::ICON_NOTE_ADD,
        C::Open | C::OpenPath => font::ICON_FOLDER_OPEN,
        C::Save => font::ICON_SAVE,
        C::SaveAs => font::ICON_SAVE_AS,
        C::CompareSaved | C::CompareWith => font::ICON_DIFFERENCE,
        C::ExportSvg | C::ExportPng | C::CopyPicture => font::ICON_IMAGE,
        C::Undo => font::ICON_UNDO,
        C::Redo => font::ICON_REDO,
        C::UndoHistory => font::ICON_HISTORY,
        C::Cut => font::ICON_CONTENT_CUT,
        C::Copy => font::ICON_CONTENT_COPY,
        C::Paste => font::ICON_CONTENT_PASTE,
        C::PasteDeclared => font::ICON_CONTENT_PASTE_GO,
        C::Duplicate => font::ICON_STACKS,
        C::Delete => font::ICON_DELETE,
        C::Rename => font::ICON_EDIT,
        C::Properties => font::ICON_TUNE,
        C::SelectAll => font::ICON_SELECT_ALL,
        C::MoveUp => font::ICON_ARROW_UPWARD,
        C::MoveDown => font::ICON_ARROW_DOWNWARD,
        C::MoveLeft => font::ICON_ARROW_BACK,
        C::MoveRight => font::ICON_ARROW_FORWARD,
        C::Convert => font::ICON_SWAP_HORIZ,
        C::InsertBefore => font::ICON_ADD_ROW_ABOVE,
        C::InsertAfter => font::ICON_ADD_ROW_BELOW,
        C::InsertInto => font::ICON_SUBDIRECTORY_ARROW_RIGHT,
        C::AddBranch => font::ICON_CALL_SPLIT,
        C::NewOrchestration => font::ICON_ACCOUNT_TREE,
        C::NewMessage | C::NewMultipartType => font::ICON_MAIL,
        C::NewVariable => font::ICON_DATA_OBJECT,
        C::NewParameter => font::ICON_INPUT,
        C::DeleteOrchestration => font::ICON_DELETE,
        C::NewCorrelationSet | C::NewCorrelationType => font::ICON_LINK,
        C::NewPort | C::NewPortType | C::PortsEditor => font::ICON_CABLE,
        C::Inward => font::ICON_ZOOM_IN_MAP,
        C::Outward => font::ICON_ZOOM_OUT_MAP,
        C::Fit => font::ICON_FIT_SCREEN,
        C::ZoomIn => font::ICON_ZOOM_IN,
        C::ZoomOut => font::ICON_ZOOM_OUT,
        C::CollapseAll => font::ICON_UNFOLD_LESS,
        C::ExpandAll => font::ICON_UNFOLD_MORE,
        C::ApplicationView => font::ICON_HUB,
        C::Configuration | C::Settings => font::ICON_SETTINGS,
        C::Problems => font::ICON_REPORT,
        C::Fix => font::ICON_BUILD,
        C::SidePanels => font::ICON_WIDTH,
        C::LowerLists => font::ICON_BOTTOM_PANEL_CLOSE,
        C::Palette => font::ICON_SEARCH,
        C::SplitTab => font::ICON_VERTICAL_SPLIT,
        C::CloseTab => font::ICON_CLOSE,
        C::ReopenTab => font::ICON_TAB,
        C::Back => font::ICON_ARROW_BACK,
        C::Forward => font::ICON_ARROW_FORWARD,
        C::ThemeSystem => font::ICON_BRIGHTNESS_AUTO,
        C::ThemeDark => font::ICON_DARK_MODE,
        C::ThemeLight => font::ICON_LIGHT_MODE,
        C::HighContrast => font::ICON_CONTRAST,
        C::ReducedMotion => font::ICON_MOTION_PHOTOS_OFF,
        C::Larger => font::ICON_TEXT_INCREASE,
        C::Smaller => font::ICON_TEXT_DECREASE,
        C::Run => font::ICON_PLAY_CIRCLE,
        C::Design => font::ICON_DRAW,
        C::PlayPause => font::ICON_PLAY_PAUSE,
        C::StepForward | C::NextProblem => font::ICON_SKIP_NEXT,
        C::StepBack | C::PreviousProblem => font::ICON_SKIP_PREVIOUS,
        C::Restart => font::ICON_RESTART_ALT,
        C::ToggleBreakpoint => font::ICON_STOP_CIRCLE,
        C::Why => font::ICON_HELP,
        C::Shortcuts => font::ICON_KEYBOARD,
        _ => return None,
    })
}

/// Draws `glyph` in `rect` (best square) as the canvas shows it, line by line.
pub fn strokes(painter: &Painter, glyph: Glyph, rect: Rect, color: Color32) {
    let unit = rect.width().min(rect.height()) / 16.0;
    let place = |at: Pos2| rect.center() + at.to_vec2() * unit;
    let stroke = Stroke::new((1.5 * unit).max(0.8), color);
    for piece in glyph.strokes() {
        match piece {
            Piece::Line(points) => {
                painter.add(Shape::line(points.into_iter().map(place).collect(), stroke));
            }
            Piece::Closed(points) => {
                painter.add(Shape::closed_line(points.into_iter().map(place).collect(), stroke));
            }
            Piece::Frame(frame, radius) => {
                let frame = Rect::from_two_pos(place(frame.min), place(frame.max));
                painter.rect_stroke(frame, radius * unit, stroke, StrokeKind::Middle);
            }
            Piece::Ring(radius) => {
                painter.circle_stroke(rect.center(), radius * unit, stroke);
            }
            Piece::Dot(at, radius) => {
                painter.circle_filled(place(at), radius * unit, color);
            }
            Piece::Letter(letter) => {
                let font = FontId::new(15.0 * unit, super::theme::semibold());
                painter.text(rect.center(), Align2::CENTER_CENTER, letter, font, color);
            }
        }
    }
}

/// A tinted chip with its glyph, as at the left of every shape.
pub fn chip(
    painter: &Painter,
    glyph: Glyph,
    rect: Rect,
    ground: Color32,
    color: Color32,
    radius: CornerRadius,
) {
    painter.rect_filled(rect, radius, ground.lerp_to_gamma(color, 0.18));
    let side = (rect.width().min(rect.height()) * 0.5).clamp(6.0, 40.0);
    strokes(
        painter,
        glyph,
        Rect::from_center_size(rect.center(), Vec2::splat(side.max(15.0_f32.min(rect.width())))),
        color,
    );
}

/// A filled arrow head pointing down with its tip at `tip`.
pub fn arrow_down(painter: &Painter, tip: Pos2, size: f32, color: Color32) {
    let points = vec![tip, pos2(tip.x - size * 0.6, tip.y - size), pos2(tip.x + size * 0.6, tip.y - size)];
    painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
}
