//! The whole orchestration in a corner, once it is larger than the view.

use super::paint::Paint;
use egui::{Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

const SIDE: Vec2 = vec2(112.0, 148.0);
const MARGIN: f32 = 12.0;

/// Shows the map; gives the world position the user wants in the middle of the view.
pub fn ui(ui: &Ui, paint: &Paint<'_>, rect: Rect, key: &str) -> Option<Pos2> {
    let area = paint.layout.process?.expand(30.0);
    let shown = (paint.view * area).size();
    let room = rect.size();
    if room.x < SIDE.x * 6.0 || room.y < SIDE.y * 2.0 || (shown.x < room.x * 1.2 && shown.y < room.y * 1.2) {
        return None;
    }
    let scale = (SIDE.x / area.width()).min(SIDE.y / area.height());
    let size = area.size() * scale + Vec2::splat(8.0);
    let right = paint.edges().1.min(rect.right());
    let map = Rect::from_min_size(pos2(right - MARGIN - size.x, rect.bottom() - MARGIN - size.y), size);
    let id = egui::Id::unique(("minimap", key));
    let response = ui.interact(map, id, Sense::CLICK | Sense::DRAG);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Map of the orchestration"));
    let t = paint.t;
    paint.painter.rect(map, 7.0, t.panel, Stroke::new(1.0, t.line), StrokeKind::Inside);
    let place = |r: Rect| {
        let at = |p: Pos2| map.min + vec2(4.0, 4.0) + (p - area.min) * scale;
        Rect::from_min_max(at(r.min), at(r.max))
    };
    for node in &paint.layout.nodes {
        let color = node.category.color(t);
        if node.container {
            let edge = Stroke::new(0.5, color.gamma_multiply(0.35));
            paint.painter.rect_stroke(place(node.rect), 1.0, edge, StrokeKind::Inside);
        } else {
            paint.painter.rect_filled(place(node.rect), 0.5, color.gamma_multiply(0.75));
        }
    }
    let window = place((paint.view.inverse() * rect).intersect(area)).intersect(map);
    paint.painter.rect(
        window,
        3.0,
        t.selection.gamma_multiply(0.10),
        Stroke::new(1.2, t.selection),
        StrokeKind::Inside,
    );
    let pressed = response.clicked() || response.dragged();
    let at = response.interact_pointer_pos().filter(|_| pressed)?;
    Some(area.min + (at - map.min - vec2(4.0, 4.0)) / scale)
}
