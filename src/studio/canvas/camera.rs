//! Where the view of an orchestration is: transforms from world to screen.

use crate::drawing::layout::{self, Layout};
use crate::drawing::ports;
use crate::studio::document::Selection;
use egui::emath::TSTransform;
use egui::{Pos2, Rect, Vec2, pos2, vec2};

const ZOOM: std::ops::RangeInclusive<f32> = 0.08..=3.0;

/// Zooms by `factor` so that the screen point `about` stays where it is.
pub fn zoomed(view: TSTransform, factor: f32, about: Pos2) -> TSTransform {
    let scaling = (view.scaling * factor).clamp(*ZOOM.start(), *ZOOM.end());
    let ratio = scaling / view.scaling;
    TSTransform::new(about.to_vec2() + (view.translation - about.to_vec2()) * ratio, scaling)
}

/// The whole drawing.
pub fn fitted(layout: &Layout, rect: Rect) -> TSTransform {
    let Some(bounds) = layout.bounds else { return TSTransform::IDENTITY };
    let room = rect.shrink(28.0);
    let scale =
        (room.width() / bounds.width()).min(room.height() / bounds.height()).clamp(*ZOOM.start(), 1.0);
    TSTransform::new(rect.center().to_vec2() - bounds.center().to_vec2() * scale, scale)
}

/// The first view: as wide as it fits, not smaller than readable, from the top.
pub fn opening(layout: &Layout, rect: Rect) -> TSTransform {
    let Some(bounds) = layout.bounds else { return TSTransform::IDENTITY };
    let scale = ((rect.width() - 40.0) / bounds.width()).clamp(0.8, 1.0);
    let top = bounds.top().min(layout.begin.y - layout::BEGIN_RADIUS);
    let x = if bounds.width() * scale > rect.width() { layout.begin.x } else { bounds.center().x };
    TSTransform::new(vec2(rect.center().x - x * scale, rect.top() + 32.0 - top * scale), scale)
}

/// Brings a thing into view: not at all when it already is, else to a third from the top; a wide container by
/// its flow line.
pub fn revealed(layout: &Layout, mut view: TSTransform, rect: Rect, target: &Selection) -> TSTransform {
    let (place, port) = match target {
        Selection::Node(id) => (layout.place_of(id), false),
        Selection::Port(name) => (layout.ports.iter().find(|p| p.name == *name).map(|p| p.rect), true),
        _ => return view,
    };
    let Some(place) = place else { return view };
    let shown = view * place;
    // The port surfaces cover the edges.
    let side = 40.0 + ports::WIDTH * view.scaling;
    let room = rect.shrink2(vec2(side.min(rect.width() / 3.0), 40.0));
    if shown.top() < room.top() || shown.bottom() > room.bottom() {
        view.translation.y += room.top() + room.height() * 0.3 - shown.top();
    }
    let inside = shown.left() >= room.left() && shown.right() <= room.right();
    let covers = shown.left() <= room.left() && shown.right() >= room.right();
    if !port && !inside && !covers {
        view.translation.x += room.center().x - shown.center().x;
    }
    view
}

/// How far a shape is from a little above the middle of the view.
pub fn off_middle(layout: &Layout, view: TSTransform, rect: Rect, target: &Selection) -> Option<Vec2> {
    let Selection::Node(id) = target else { return None };
    let at = view * layout.place_of(id)?.center();
    Some(pos2(rect.center().x, rect.top() + rect.height() * 0.4) - at)
}

/// Scrolls while something is dragged near the edge; points a frame.
pub fn edge_scroll(rect: Rect, pointer: Pos2) -> Vec2 {
    let pull = |low: f32, high: f32, at: f32| {
        if at < low + 36.0 {
            (low + 36.0 - at) * 0.3
        } else if at > high - 36.0 {
            (high - 36.0 - at) * 0.3
        } else {
            0.0
        }
    };
    let p = pos2(pull(rect.left(), rect.right(), pointer.x), pull(rect.top(), rect.bottom(), pointer.y));
    p.to_vec2()
}
