//! Outlines of cards that say the kind of a shape without reading.

use emath::{Pos2, Rect, pos2};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Silhouette {
    #[default]
    Card,
    /// A message goes out: pointed at the right.
    Out,
    /// A message comes in: notched at the left.
    In,
    /// A message is made: a sheet with a folded corner.
    Sheet,
    /// Time passes: round ends.
    Pill,
    /// Statements: almost sharp corners.
    Code,
    /// Something ends or fails: cut corners.
    Octagon,
    /// Another orchestration or policy runs: bars at both sides, see [`Silhouette::bars`].
    Bars,
}

const POINT: f32 = 11.0;
const CUT: f32 = 10.0;
const CORNER: f32 = 8.0;
const BAR: f32 = 5.0;

impl Silhouette {
    /// The outline around `rect`, clockwise from the top left. Every point is seen from the middle.
    pub fn outline(self, rect: Rect) -> Vec<Pos2> {
        let (l, r, t, b) = (rect.left(), rect.right(), rect.top(), rect.bottom());
        let middle = rect.center().y;
        let mut out = Vec::with_capacity(28);
        let c = CORNER.min(rect.height() / 2.0);
        match self {
            Self::Card | Self::Bars => {
                corner(&mut out, pos2(l + c, t + c), c, 180.0);
                corner(&mut out, pos2(r - c, t + c), c, 270.0);
                corner(&mut out, pos2(r - c, b - c), c, 0.0);
                corner(&mut out, pos2(l + c, b - c), c, 90.0);
            }
            Self::Out => {
                corner(&mut out, pos2(l + c, t + c), c, 180.0);
                out.extend([pos2(r - POINT, t), pos2(r, middle), pos2(r - POINT, b)]);
                corner(&mut out, pos2(l + c, b - c), c, 90.0);
            }
            Self::In => {
                out.push(pos2(l, t));
                corner(&mut out, pos2(r - c, t + c), c, 270.0);
                corner(&mut out, pos2(r - c, b - c), c, 0.0);
                out.extend([pos2(l, b), pos2(l + POINT, middle)]);
            }
            Self::Sheet => {
                corner(&mut out, pos2(l + 4.0, t + 4.0), 4.0, 180.0);
                out.extend([pos2(r - CUT, t), pos2(r, t + CUT)]);
                corner(&mut out, pos2(r - 4.0, b - 4.0), 4.0, 0.0);
                corner(&mut out, pos2(l + 4.0, b - 4.0), 4.0, 90.0);
            }
            Self::Pill => {
                let c = (rect.height() / 2.0).min(23.0);
                corner(&mut out, pos2(l + c, t + c), c, 180.0);
                corner(&mut out, pos2(r - c, t + c), c, 270.0);
                corner(&mut out, pos2(r - c, b - c), c, 0.0);
                corner(&mut out, pos2(l + c, b - c), c, 90.0);
            }
            Self::Code => {
                corner(&mut out, pos2(l + 3.0, t + 3.0), 3.0, 180.0);
                corner(&mut out, pos2(r - 3.0, t + 3.0), 3.0, 270.0);
                corner(&mut out, pos2(r - 3.0, b - 3.0), 3.0, 0.0);
                corner(&mut out, pos2(l + 3.0, b - 3.0), 3.0, 90.0);
            }
            Self::Octagon => out.extend([
                pos2(l + CUT, t),
                pos2(r - CUT, t),
                pos2(r, t + CUT),
                pos2(r, b - CUT),
                pos2(r - CUT, b),
                pos2(l + CUT, b),
                pos2(l, b - CUT),
                pos2(l, t + CUT),
            ]),
        }
        out
    }

    /// Lines inside the outline: the bars of a call, the fold of a sheet.
    pub fn bars(self, rect: Rect) -> Vec<[Pos2; 2]> {
        let (r, t, b) = (rect.right(), rect.top(), rect.bottom());
        match self {
            Self::Bars => {
                let bar = |x: f32| [pos2(x, t), pos2(x, b)];
                vec![bar(r - BAR)]
            }
            Self::Sheet => {
                vec![[pos2(r - CUT, t), pos2(r - CUT, t + CUT)], [pos2(r - CUT, t + CUT), pos2(r, t + CUT)]]
            }
            _ => Vec::new(),
        }
    }
}

/// A quarter of a circle from the angle `from`, in degrees, clockwise with y down.
fn corner(out: &mut Vec<Pos2>, center: Pos2, radius: f32, from: f32) {
    out.extend((0_u8..=4).map(|i| {
        let angle = (from + f32::from(i) * 22.5).to_radians();
        pos2(center.x + radius * angle.cos(), center.y + radius * angle.sin())
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use emath::vec2;

    #[test]
    fn outlines_stay_inside_the_card_and_turn_one_way_around_its_middle() {
        let rect = Rect::from_min_size(pos2(10.0, 20.0), vec2(224.0, 46.0));
        for silhouette in [
            Silhouette::Card,
            Silhouette::Out,
            Silhouette::In,
            Silhouette::Sheet,
            Silhouette::Pill,
            Silhouette::Code,
            Silhouette::Octagon,
            Silhouette::Bars,
        ] {
            let outline = silhouette.outline(rect);
            let middle = rect.center();
            for (i, &a) in outline.iter().enumerate() {
                let b = outline[(i + 1) % outline.len()];
                let turn = (a.x - middle.x) * (b.y - middle.y) - (a.y - middle.y) * (b.x - middle.x);
                assert!(rect.expand(0.01).contains(a), "{silhouette:?} leaves its card");
                assert!(turn > -0.5, "{silhouette:?} folds over itself");
            }
        }
    }
}
