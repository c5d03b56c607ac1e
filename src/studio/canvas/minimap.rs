//! The whole orchestration in a corner, once it is larger than the view.

use super::paint::Paint;
use crate::drawing::layout::Layout;
use egui::{
    Color32, ColorImage, Context, Pos2, Rect, Role, Sense, Stroke, StrokeKind, TextureHandle, TextureOptions,
    Ui, Vec2, WidgetInfo, pos2, vec2,
};
use std::hash::{Hash as _, Hasher as _};

const SIDE: Vec2 = vec2(112.0, 148.0);
const MARGIN: f32 = 12.0;
/// A long thin drawing still gets a map one can hit.
const LEAST: f32 = 28.0;

/// The drawing as a small picture, painted anew when something stands elsewhere.
#[derive(Default)]
pub(super) struct Minimap {
    picture: Option<(u64, bool, [usize; 2], TextureHandle)>,
    /// Of what was drawn, where all of it stands.
    stands: Option<(u64, u64)>,
}

impl std::fmt::Debug for Minimap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Minimap")
    }
}

impl Minimap {
    /// Shows the map; gives the world position the user wants in the middle of the view. `drawn` changes with the
    /// drawing.
    pub fn ui(&mut self, ui: &Ui, paint: &Paint<'_>, rect: Rect, key: &str, drawn: u64) -> Option<Pos2> {
        let area = paint.layout.process?.expand(30.0);
        let shown = (paint.view * area).size();
        let room = rect.size();
        if room.x < SIDE.x * 8.0
            || room.y < SIDE.y * 3.0
            || (shown.x < room.x * 1.2 && shown.y < room.y * 1.2)
        {
            return None;
        }
        let scale = (SIDE.x / area.width()).min(SIDE.y / area.height());
        let inner = (area.size() * scale).max(Vec2::splat(LEAST));
        let scale = inner / area.size();
        let size = inner + Vec2::splat(8.0);
        let right = paint.edges().1.min(rect.right());
        let map = Rect::from_min_size(pos2(right - MARGIN - size.x, rect.bottom() - MARGIN - size.y), size);
        let id = egui::Id::unique(("minimap", key));
        let response = ui.interact(map, id, Sense::CLICK | Sense::DRAG);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Map of the orchestration"));
        let t = paint.t;
        paint.painter.rect(map, 7.0, t.panel, Stroke::new(1.0, t.line), StrokeKind::Inside);
        let pixels = (inner * ui.pixels_per_point()).round();
        let picture = self.picture(ui, paint, area, [pixels.x as usize, pixels.y as usize], drawn);
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        paint.painter.image(picture, map.shrink(4.0), whole, Color32::WHITE);
        let place = |r: Rect| {
            let at = |p: Pos2| map.min + vec2(4.0, 4.0) + (p - area.min) * scale;
            Rect::from_min_max(at(r.min), at(r.max))
        };
        let window = place((paint.view.inverse() * rect).intersect(area)).intersect(map);
        // However long the drawing, what one sees of it can be seen.
        let window = Rect::from_center_size(window.center(), window.size().max(Vec2::splat(4.0)));
        let fill = t.selection.gamma_multiply(0.10);
        paint.painter.rect(window, 2.0, fill, Stroke::new(1.2, t.selection), StrokeKind::Inside);
        let pressed = response.clicked() || response.dragged();
        let at = response.interact_pointer_pos().filter(|_| pressed)?;
        Some(area.min + (at - map.min - vec2(4.0, 4.0)) / scale)
    }

    fn picture(
        &mut self,
        ctx: &Context,
        paint: &Paint<'_>,
        area: Rect,
        size: [usize; 2],
        drawn: u64,
    ) -> egui::TextureId {
        // Text may change with every key; the small picture does not show it.
        let stands = self.stands.filter(|(of, _)| *of == drawn).map(|(_, stands)| stands);
        let stands = stands.unwrap_or_else(|| fingerprint(paint.layout));
        self.stands = Some((drawn, stands));
        let now = (stands, paint.t.dark, size);
        if let Some((stands, dark, size, texture)) = &self.picture
            && (*stands, *dark, *size) == now
        {
            return texture.id();
        }
        let image = rasterized(paint, paint.layout, area, size);
        let texture = ctx.load_texture("minimap", image, TextureOptions::LINEAR);
        let id = texture.id();
        self.picture = Some((now.0, now.1, now.2, texture));
        id
    }
}

/// A number that is another one when a node stands elsewhere, or is of another kind.
fn fingerprint(layout: &Layout) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    for node in &layout.nodes {
        for at in [node.rect.min, node.rect.max] {
            (at.x.to_bits(), at.y.to_bits()).hash(&mut hasher);
        }
        (node.category, node.container).hash(&mut hasher);
    }
    hasher.finish()
}

/// One pixel for each pixel of the screen; inner nodes over outer ones.
fn rasterized(paint: &Paint<'_>, layout: &Layout, area: Rect, size: [usize; 2]) -> ColorImage {
    let t = paint.t;
    let mut image = ColorImage::filled(size, t.panel);
    let [width, height] = size;
    let scale = vec2(width as f32, height as f32) / area.size();
    for node in &layout.nodes {
        let color = node.category.color(t);
        let strength = if node.container { 0.12 } else { 0.75 };
        let (min, max) = ((node.rect.min - area.min) * scale, (node.rect.max - area.min) * scale);
        // At least one pixel each, however small.
        let span = |from: f32, to: f32, end: usize| {
            let first = from.max(0.0) as usize;
            first.min(end)..(to.ceil().max(0.0) as usize).max(first + 1).min(end).max(first.min(end))
        };
        let (columns, rows) = (span(min.x, max.x, width), span(min.y, max.y, height));
        for row in rows {
            let line = image.pixels.get_mut(row * width..(row + 1) * width);
            for pixel in line.and_then(|line| line.get_mut(columns.clone())).into_iter().flatten() {
                *pixel = t.tint(t.panel, color, strength);
            }
        }
    }
    image
}
