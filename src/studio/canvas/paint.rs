//! What painting the canvas shares: the transform, text, ground and port surfaces. Less detail the further out the zoom.

use super::motion::Motion;
use crate::diagnostic::Severity;
use crate::drawing::figure::Look;
use crate::drawing::layout::{Layout, Node};
use crate::drawing::ports::{self, PortCard};
use crate::studio::theme::{self, Tokens};
use egui::emath::TSTransform;
use egui::epaint::Shadow;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Galley, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2, pos2,
    vec2,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Below this zoom a drawing is flat blocks of colour, in one mesh.
pub const FLAT: f32 = 0.25;
/// Below this zoom a card is a coloured block without words.
pub const WORDS: f32 = 0.34;
/// Below this zoom a card has only its title.
pub const DETAIL: f32 = 0.55;

#[expect(missing_debug_implementations, reason = "holds a painter")]
pub struct Paint<'a> {
    pub painter: Painter,
    pub t: &'static Tokens,
    pub view: TSTransform,
    /// Visible part of the world.
    pub world: Rect,
    pub layout: &'a Layout,
    pub sides: &'a Sides,
    /// Where things come from after a change.
    pub(in crate::studio) motion: Option<&'a Motion>,
}

/// Inner edges of the two port surfaces in world units, and how far they and their cards moved to stay in view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sides {
    pub left: f32,
    pub right: f32,
    pub left_shift: f32,
    pub right_shift: f32,
    /// How far down each card went, by the name of its port.
    slides: FxHashMap<String, f32>,
}

/// Above the cards that stay in view stands the name of their surface.
const TOP: f32 = 30.0;

impl Sides {
    /// Port surfaces stand beside the process area, but never further out than the edge of the view.
    pub fn new(layout: &Layout, view: TSTransform, rect: Rect) -> Self {
        let Some(area) = layout.process else { return Self::default() };
        let has = |left: bool| layout.ports.iter().any(|p| p.left == left);
        let band = ports::WIDTH + EDGE * 2.0;
        let world = view.inverse() * rect;
        let (left, right) = (area.left() - ports::GUTTER + EDGE, area.right() + ports::GUTTER - EDGE);
        // A narrow view keeps its room for the process area; the ports are a pan away.
        let bands = f32::from(u8::from(has(true)) + u8::from(has(false))) * band;
        let pins = world.width() - bands > world.width() * 0.5;
        let has = |left: bool| pins && has(left);
        let left_shift = if has(true) { (world.left() + band - left).max(0.0) } else { 0.0 };
        let right_shift = if has(false) { (right - world.right() + band).max(0.0) } else { 0.0 };
        let margin = TOP / view.scaling;
        let by = ports::slides(&layout.ports, world.top() + margin, world.bottom() - margin / 2.0);
        let moved = layout.ports.iter().zip(by).filter(|(_, by)| *by != 0.0);
        let slides = moved.map(|(card, by)| (card.name.clone(), by)).collect();
        Self { left: left + left_shift, right: right - right_shift, left_shift, right_shift, slides }
    }

    /// Where a card is shown.
    pub fn card(&self, card: &PortCard) -> Rect {
        card.rect.translate(self.shift(&card.name, card.left))
    }

    /// How far the card of a port is from where the layout has it.
    pub fn shift(&self, port: &str, left: bool) -> Vec2 {
        let x = if left { self.left_shift } else { -self.right_shift };
        vec2(x, self.slides.get(port).copied().unwrap_or_default())
    }
}

/// Room around the cards of a port surface.
pub const EDGE: f32 = 14.0;

/// How a node is marked beyond its kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    pub selected: bool,
    pub hovered: bool,
    pub focused: bool,
    pub dragged: bool,
    pub problem: Option<Severity>,
}

impl Mark {
    pub fn look(self) -> Look {
        Look { hovered: self.hovered, faded: self.dragged }
    }
}

impl Paint<'_> {
    pub fn zoom(&self) -> f32 {
        self.view.scaling
    }

    /// Font sizes go in half points, so that zooming does not fill the glyph atlas.
    pub fn size(&self, points: f32) -> f32 {
        (points * self.zoom() * 2.0).round() / 2.0
    }

    pub fn round(&self, radius: f32) -> CornerRadius {
        CornerRadius::same((radius * self.zoom()).round().clamp(1.0, 40.0) as u8)
    }

    pub fn galley(
        &self,
        text: &str,
        size: f32,
        family: FontFamily,
        color: Color32,
        width: f32,
    ) -> Arc<Galley> {
        let font = FontId::new(self.size(size), family);
        let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, color));
        job.wrap = TextWrapping::truncate_at_width((width * self.zoom()).max(1.0));
        self.painter.layout_job(job)
    }

    /// Text with its left middle at a world position.
    pub fn text(
        &self,
        at: Pos2,
        text: &str,
        size: f32,
        family: FontFamily,
        color: Color32,
        width: f32,
    ) -> f32 {
        let galley = self.galley(text, size, family, color, width);
        let at = self.view * at;
        let width = galley.size().x;
        self.painter.galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, color);
        width / self.zoom()
    }

    pub fn ground(&self, clip: Rect) {
        self.painter.rect_filled(clip, 0.0, self.t.canvas);
    }

    /// The port surfaces, over whatever of the process area is under them.
    pub fn surfaces(&self, clip: Rect) {
        let t = self.t;
        let left = (self.view * pos2(self.sides.left, 0.0)).x;
        let right = (self.view * pos2(self.sides.right, 0.0)).x;
        for (from, to, edge) in [(clip.left(), left, left), (right, clip.right(), right)] {
            if to > from {
                let band = Rect::from_x_y_ranges(from..=to, clip.y_range());
                self.painter.rect_filled(band, 0.0, t.surface);
                self.painter.vline(
                    edge.round(),
                    clip.y_range(),
                    Stroke::new(1.0, t.line.gamma_multiply(0.6)),
                );
            }
        }
    }

    /// The names of the port surfaces, fixed at the top of the view; none where a port stands.
    pub fn surface_names(&self, clip: Rect) {
        let font = FontId::new(10.5, theme::semibold());
        let left = (self.view * pos2(self.sides.left, 0.0)).x;
        let right = (self.view * pos2(self.sides.right, 0.0)).x;
        let galley = self.painter.layout_no_wrap("PORT SURFACE".to_owned(), font, self.t.faint);
        let room = galley.size().x + 28.0;
        let name = |at: Pos2| {
            let place = Rect::from_min_size(at, galley.size()).expand(4.0);
            let taken = |port| (self.view * self.sides.card(port)).intersects(place);
            if !self.layout.ports.iter().any(taken) {
                self.painter.galley(at, Arc::clone(&galley), self.t.faint);
            }
        };
        if left - clip.left() > room {
            name(clip.left_top() + vec2(16.0, 12.0));
        }
        if clip.right() - right > room {
            name(pos2(clip.right() - galley.size().x - 16.0, clip.top() + 12.0));
        }
    }

    /// Inner edges of the port surfaces on screen.
    pub fn edges(&self) -> (f32, f32) {
        ((self.view * pos2(self.sides.left, 0.0)).x, (self.view * pos2(self.sides.right, 0.0)).x)
    }

    pub fn shadow(&self, rect: Rect, radius: CornerRadius) {
        let z = self.zoom();
        if z < DETAIL {
            return;
        }
        let offset = if self.t.dark { [0, 2] } else { [0, 1] };
        let shadow = Shadow { offset, blur: (5.0 * z) as u8, spread: 0, color: self.t.shadow };
        self.painter.add(shadow.as_shape(rect, radius));
    }

    pub fn outline(&self, rect: Rect, mark: Mark, radius: CornerRadius) {
        if mark.selected {
            let stroke = Stroke::new(2.0, self.t.selection);
            self.painter.rect_stroke(rect.expand(1.0), radius, stroke, StrokeKind::Middle);
        }
        if mark.focused {
            let stroke = Stroke::new(1.0, self.t.selection.gamma_multiply(0.6));
            self.painter.rect_stroke(rect.expand(4.0), radius, stroke, StrokeKind::Middle);
        }
    }

    /// Marks a node over what is drawn of it, along its outline.
    pub fn outline_node(&self, node: &Node, mark: Mark) {
        if node.container || self.zoom() < WORDS {
            self.outline(self.view * node.rect, mark, self.round(9.0));
            return;
        }
        let along = |grow: f32, width: f32, color: Color32| {
            let outline = node.silhouette.outline(node.rect.expand(grow / self.zoom()));
            let outline = outline.into_iter().map(|at| self.view * at).collect();
            self.painter.add(egui::Shape::closed_line(outline, Stroke::new(width, color)));
        };
        if mark.selected {
            along(1.0, 2.0, self.t.selection);
        }
        if mark.focused {
            along(4.0, 1.0, self.t.selection.gamma_multiply(0.6));
        }
    }

    pub fn severity(&self, severity: Severity) -> Color32 {
        match severity {
            Severity::Error => self.t.error,
            Severity::Warning => self.t.warn,
            Severity::Information => self.t.selection,
        }
    }

    pub fn badge(&self, at: Pos2, mark: Mark) {
        let Some(severity) = mark.problem else { return };
        let color = self.severity(severity);
        let at = self.view * at;
        let r = (4.0 * self.zoom()).max(2.5);
        self.painter.circle(at, r, color, Stroke::new(1.5, self.t.card));
    }

    /// Calls `draw` for every node in view, where it is just now.
    pub fn visible(&self, mut draw: impl FnMut(&Node)) {
        match self.motion {
            None => self.layout.nodes_in(self.world).for_each(draw),
            Some(motion) => self.layout.nodes_in(self.world).for_each(|node| draw(&motion.moved(node))),
        }
    }

    /// The same, painting with less strength.
    pub fn faint(&self, opacity: f32) -> Paint<'_> {
        let mut painter = self.painter.clone();
        painter.multiply_opacity(opacity);
        Paint { painter, motion: None, ..*self }
    }
}
