//! Finding what is in view among many things that stand in drawn order.

use emath::Rect;
use std::ops::Range;

/// Things per bounding box.
const CHUNK: usize = 32;

/// Bounding boxes of runs of things. Neighbours in drawn order are neighbours on the drawing, so a run is compact.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    bounds: Vec<Rect>,
    count: usize,
}

impl Index {
    pub fn of(rects: impl Iterator<Item = Rect>) -> Self {
        let mut index = Self::default();
        for rect in rects {
            if index.count.is_multiple_of(CHUNK) {
                index.bounds.push(rect);
            } else if let Some(last) = index.bounds.last_mut() {
                *last = last.union(rect);
            }
            index.count += 1;
        }
        index
    }

    /// Runs that may hold something inside `view`, in order.
    pub fn runs(&self, view: Rect) -> impl Iterator<Item = Range<usize>> {
        let runs = self.bounds.iter().enumerate().filter(move |(_, bounds)| bounds.intersects(view));
        runs.map(|(run, _)| run * CHUNK..((run + 1) * CHUNK).min(self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emath::{pos2, vec2};

    #[test]
    fn everything_in_view_is_in_a_run() {
        let rect = |i: usize| Rect::from_min_size(pos2(0.0, i as f32 * 10.0), vec2(5.0, 5.0));
        let index = Index::of((0..1000).map(rect));
        let view = Rect::from_min_max(pos2(-10.0, 4_000.0), pos2(10.0, 4_100.0));
        let found: Vec<usize> = index.runs(view).flatten().collect();
        assert!((400..=410).all(|i| found.contains(&i)));
        assert!(found.len() <= 2 * CHUNK, "and little else: {}", found.len());
        assert_eq!(Index::default().runs(Rect::EVERYTHING).count(), 0);
        assert_eq!(index.runs(Rect::EVERYTHING).flatten().count(), 1000);
    }
}
