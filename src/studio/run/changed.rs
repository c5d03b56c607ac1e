//! What was changed since the run before: marked on the drawing, so that one sees what a new run tries.

use super::atlas::Atlas;
use crate::diagnostic::counted;
use crate::drawing::layout::Node;
use crate::message::Name;
use crate::model::compare::{ChangeKind, Subject, applications};
use crate::model::{Application, Id};
use crate::studio::canvas::paint::Paint;
use crate::studio::theme;
use egui::{FontId, Rect, Stroke, StrokeKind, vec2};
use std::collections::BTreeMap;

/// Shapes, branches and blocks that are not as they were, by orchestration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    of: BTreeMap<Name, BTreeMap<Id, &'static str>>,
}

impl Changed {
    pub fn between(before: &Application, now: &Application, atlas: &Atlas) -> Self {
        let mut of: BTreeMap<Name, BTreeMap<Id, &'static str>> = BTreeMap::new();
        for change in applications(before, now) {
            let Subject::Node { module, new: Some(id), .. } = change.subject else { continue };
            let Some(service) = atlas.service(&module) else { continue };
            let word = match change.kind {
                ChangeKind::Added => "new",
                ChangeKind::Moved => "moved",
                ChangeKind::Changed | ChangeKind::Removed => "changed",
            };
            of.entry(service).or_default().insert(id, word);
        }
        Self { of }
    }

    /// `2 shapes are new or changed`; `None` when none is.
    pub fn words(&self) -> Option<String> {
        let count = self.of.values().map(BTreeMap::len).sum();
        let verb = if count == 1 { "is" } else { "are" };
        (count > 0).then(|| format!("{} {verb} not as in the run before", counted(count, "shape")))
    }

    /// What became of a shape of an orchestration.
    pub fn word(&self, service: Name, id: &Id) -> Option<&'static str> {
        self.of.get(&service)?.get(id).copied()
    }

    pub fn paint(&self, paint: &Paint<'_>, service: Name, seen: impl Fn(&Node) -> Rect) {
        let (t, z) = (paint.t, paint.view.scaling);
        for (id, word) in self.of.get(&service).into_iter().flatten() {
            let Some(node) = paint.layout.visible(id).filter(|node| paint.world.intersects(node.rect)) else {
                continue;
            };
            let head = paint.view * seen(node);
            let radius = paint.round(9.0);
            for (grow, strength) in [(4.0, 0.8), (6.5, 0.25)] {
                let stroke = Stroke::new(1.5, t.construct.gamma_multiply(strength));
                paint.painter.rect_stroke(head.expand(grow), radius, stroke, StrokeKind::Middle);
            }
            if z < 0.32 {
                continue;
            }
            let font = FontId::new((10.5 * z * 2.0).round() / 2.0, theme::semibold());
            let galley = paint.painter.layout_no_wrap((*word).to_owned(), font, t.on_brand);
            let size = galley.size() + vec2(12.0, 4.0) * z;
            let pill = Rect::from_center_size(head.left_bottom() + vec2(size.x / 2.0 + 10.0 * z, 4.0), size);
            paint.painter.rect_filled(pill, size.y / 2.0, t.construct);
            paint.painter.galley(pill.center() - galley.size() / 2.0, galley, t.on_brand);
        }
    }
}
