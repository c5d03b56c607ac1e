//! The run in the picture of the application: messages on their lines, what ran just now, and how many wait where; all at
//! the moment shown.

use super::layout::{self, Layout};
use crate::engine::preview::{Node, NodeKind, Picture};
use crate::message::{MessageId, Name};
use crate::studio::run::flights::{Hop, Party};
use crate::studio::run::overlay::pill;
use crate::studio::run::state::State;
use crate::studio::theme::{self, Tokens};
use egui::emath::TSTransform;
use egui::epaint::CubicBezierShape;
use egui::{Color32, FontId, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

/// Share of a line at either end that messages leave free.
const ENDS: f32 = 0.14;

/// What the picture shows of a run.
#[derive(Clone, Copy, Debug)]
pub struct Traffic<'a> {
    pub state: &'a State,
    /// Messages stand in the middle of their way in place of travelling.
    pub still: bool,
}

impl Traffic<'_> {
    /// What lies over the card of a node: that it ran just now, and how many of its instances wait.
    pub fn card(&self, painter: &egui::Painter, t: &Tokens, node: &Node, place: Rect, zoom: f32) {
        if node.kind != NodeKind::Orchestration {
            return;
        }
        let service = Name::new(&node.name);
        let glow = self.state.glows(false, service).map(|(_, glow)| glow).fold(0.0, f32::max);
        for (grow, strength) in [(1.0, 0.75), (3.0, 0.22), (5.0, 0.09)] {
            if glow > 0.0 {
                let stroke = Stroke::new(2.0, t.brand.gamma_multiply(glow * strength));
                painter.rect_stroke(place.expand(grow), 8.0 * zoom, stroke, StrokeKind::Middle);
            }
        }
        let waiting = self.waiting(service);
        if waiting > 0 && zoom > 0.32 {
            let font = FontId::new((10.5 * zoom * 2.0).round() / 2.0, theme::semibold());
            let galley = painter.layout_no_wrap(format!("{waiting} waiting"), font, t.on_brand);
            let size = galley.size() + vec2(14.0, 5.0) * zoom;
            let at = place.right_top() - vec2(size.x / 2.0 + 10.0 * zoom, 0.0);
            painter.rect_filled(Rect::from_center_size(at, size), size.y / 2.0, t.warn);
            painter.galley(at - galley.size() / 2.0, galley, t.on_brand);
        }
    }

    /// Instances that wait in an orchestration.
    pub fn waiting(&self, service: Name) -> u32 {
        self.state.waiting.iter().filter(|((of, _), _)| *of == service).map(|(_, count)| count).sum()
    }

    /// Messages on their lines, above everything; gives the one that was clicked.
    pub fn messages(
        &self,
        ui: &Ui,
        rect: Rect,
        (picture, layout, view): (&Picture, &Layout, TSTransform),
    ) -> Option<MessageId> {
        let t = Tokens::of(ui);
        let painter = ui.painter_at(rect);
        let mut clicked = None;
        for ((from, to), train) in &self.state.flights.hops {
            let Some(points) = line(picture, layout, *from, *to) else { continue };
            let way = CubicBezierShape::from_points_stroke(
                points.map(|point| view * point),
                false,
                Color32::TRANSPARENT,
                Stroke::NONE,
            );
            for hop in train {
                let Some((gone, strength)) = self.gone(hop) else { continue };
                let words = hop.words();
                let z = view.scaling.clamp(0.7, 1.1);
                // Beside the cards at both ends, not over their names.
                let gone = ENDS + gone * (1.0 - 2.0 * ENDS);
                let Some(body) = pill(&painter, t, z, rect, way.sample(gone), (&words, strength)) else {
                    continue;
                };
                let id = ui.scope_id().with(("hop", hop.message, from.1, to.1));
                let response = ui.interact(body.intersect(rect), id, Sense::click());
                let name = format!("Message {words} from {} to {}", from.1, to.1);
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                if response.clicked() {
                    clicked = Some(hop.message);
                }
                response.on_hover_text(format!("{words}\nClick to see who got it and why"));
            }
        }
        clicked
    }

    /// How far messages are on their way, and how strongly they are seen; `None` before they leave.
    fn gone(&self, hop: &Hop) -> Option<(f32, f32)> {
        let (now, playing) = (self.state.play, self.state.clock.playing);
        if !playing && hop.born >= now {
            // What a single step did, while the clock stands.
            return Some((0.5, 1.0));
        }
        let gone = hop.progress(now)?;
        Some((if self.still { 0.5 } else { gone as f32 }, hop.strength(now) as f32))
    }
}

/// The line that messages go along, from who sends them: an answer goes back on the line of its request.
fn line(picture: &Picture, layout: &Layout, from: Party, to: Party) -> Option<[Pos2; 4]> {
    let node = |(kind, name): Party| picture.find(kind, name.as_str());
    let (from, to) = (node(from)?, node(to)?);
    let along = |a: usize, b: usize| picture.links.iter().find(move |link| link.from == a && link.to == b);
    match (along(from, to), along(to, from).filter(|link| link.two_way)) {
        (Some(link), _) => layout::curve(layout, link),
        (None, Some(link)) => layout::curve(layout, link).map(|[a, b, c, d]| [d, c, b, a]),
        (None, None) => None,
    }
}
