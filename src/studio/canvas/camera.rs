//! Where the view of an orchestration is: transforms from world to screen.

use super::paint::Sides;
use crate::drawing::layout::{self, Layout, Node};
use crate::model::Id;
use crate::studio::document::Selection;
use egui::emath::TSTransform;
use egui::{Pos2, Rect, Vec2, pos2, vec2};

const ZOOM: std::ops::RangeInclusive<f32> = 0.08..=3.0;
/// How far out a drawing may be seen that needs it to be seen whole.
const FARTHEST: f32 = 0.01;
/// Points that the narrower side of a drawing keeps on screen, however far out.
const NARROWEST: f32 = 64.0;

/// Zooms by `factor` so that the screen point `about` stays where it is.
pub fn zoomed(view: TSTransform, factor: f32, about: Pos2) -> TSTransform {
    zoomed_to(view, factor, about, *ZOOM.start())
}

/// As [`zoomed`], no further out than `least`, see [`least`].
pub fn zoomed_to(view: TSTransform, factor: f32, about: Pos2, least: f32) -> TSTransform {
    let scaling = (view.scaling * factor).clamp(least, *ZOOM.end());
    let ratio = scaling / view.scaling;
    TSTransform::new(about.to_vec2() + (view.translation - about.to_vec2()) * ratio, scaling)
}

/// The scale at which the whole drawing is in view.
fn whole(bounds: Rect, rect: Rect) -> f32 {
    let room = rect.shrink(28.0);
    (room.width() / bounds.width()).min(room.height() / bounds.height())
}

/// How far one can zoom out: so far that a large drawing is in view as a whole, unless it is too long to be seen so.
pub fn least(layout: &Layout, rect: Rect) -> f32 {
    let Some(bounds) = layout.bounds else { return *ZOOM.start() };
    let narrow = NARROWEST / bounds.width().min(bounds.height()).max(1.0);
    whole(bounds, rect).max(narrow).clamp(FARTHEST, *ZOOM.start())
}

/// The whole drawing, or as much of it as [`least`] allows.
pub fn fitted(layout: &Layout, rect: Rect) -> TSTransform {
    let Some(bounds) = layout.bounds else { return TSTransform::IDENTITY };
    let scale = whole(bounds, rect).clamp(least(layout, rect), 1.0);
    TSTransform::new(rect.center().to_vec2() - bounds.center().to_vec2() * scale, scale)
}

/// The first view: as wide as it fits, not smaller than readable, from the top; where many ports reach far above the
/// process, from where that begins.
pub fn opening(layout: &Layout, rect: Rect) -> TSTransform {
    let Some(bounds) = layout.bounds else { return TSTransform::IDENTITY };
    let scale = ((rect.width() - 40.0) / bounds.width()).clamp(0.8, 1.0);
    let begin = layout.begin.y - layout::BEGIN_RADIUS;
    let top = bounds.top().min(begin);
    let top = if (begin - top) * scale < rect.height() / 2.0 { top } else { begin };
    let x = if bounds.width() * scale > rect.width() { layout.begin.x } else { bounds.center().x };
    TSTransform::new(vec2(rect.center().x - x * scale, rect.top() + 32.0 - top * scale), scale)
}

/// Moved back so far that some of the process is in the view: out on the empty ground nothing shows the way.
pub fn kept(layout: &Layout, mut view: TSTransform, rect: Rect) -> TSTransform {
    let Some(process) = layout.process else { return view };
    let shown = view * process;
    let room = rect.shrink2(vec2(64.0, 64.0).min(rect.size() / 3.0));
    view.translation.x += (room.left() - shown.right()).max(0.0) - (shown.left() - room.right()).max(0.0);
    view.translation.y += (room.top() - shown.bottom()).max(0.0) - (shown.top() - room.bottom()).max(0.0);
    view
}

/// True when nothing of the process is in the middle of the view, as when a panel has taken its room.
pub fn hidden(layout: &Layout, view: TSTransform, rect: Rect) -> bool {
    let Some(process) = layout.process else { return false };
    !(view * process).intersects(rect.shrink2(rect.size() * 0.12))
}

/// Brings a thing into view with as little movement as that takes: not at all when it already is in view, else to its
/// edge, or to a third from the top when it is far off. A port stays where its surface has it.
pub fn revealed(layout: &Layout, mut view: TSTransform, rect: Rect, target: &Selection) -> TSTransform {
    let sides = Sides::new(layout, view, rect);
    let (place, port) = match target {
        Selection::Node(id) => (layout.place_of(id), false),
        Selection::Port(name) => (layout.ports.iter().find(|p| p.name == *name).map(|p| sides.card(p)), true),
        _ => return view,
    };
    let Some(place) = place else { return view };
    let shown = view * place;
    let room = rect.shrink2(vec2(24.0, 40.0).min(rect.size() / 3.0));
    let (above, below) = (room.top() - shown.top(), shown.bottom() - room.bottom());
    if above.max(below) > room.height() / 2.0 {
        view.translation.y += room.top() + room.height() * 0.3 - shown.top();
    } else if above > 0.0 {
        view.translation.y += above;
    } else if below > 0.0 {
        view.translation.y -= below.min(shown.top() - room.top());
    }
    if port {
        // One that its surface does not keep in view.
        let (left, right) = (room.left() - shown.left(), shown.right() - room.right());
        if shown.width() <= room.width() && left.max(right) > 24.0 {
            view.translation.x += left.max(0.0) - right.max(0.0);
        }
        return view;
    }
    // Between the port surfaces, which cover what is under them.
    let left = room.left().max(view.mul_pos(pos2(sides.left, 0.0)).x + 16.0);
    let right = room.right().min(view.mul_pos(pos2(sides.right, 0.0)).x - 16.0);
    let wide = shown.width() > right - left;
    if wide && shown.left() <= left && shown.right() >= right {
        return view;
    }
    if wide {
        view.translation.x += (left + right) / 2.0 - shown.center().x;
    } else {
        view.translation.x += (left - shown.left()).max(0.0) - (shown.right() - right).max(0.0);
    }
    view
}

/// The view after a change of the drawing: `held`, or what it was put beside, stays where it was from side to side,
/// and so does from top to bottom all that is above the change. Without it, what is nearest to the middle.
pub fn steady(
    before: &Layout,
    after: &Layout,
    view: TSTransform,
    rect: Rect,
    held: Option<&Id>,
) -> TSTransform {
    let world = view.inverse() * rect;
    let moved = |node: &Node| Some((node.head, after.node(&node.id)?.head.left_top() - node.head.left_top()));
    let seen: Vec<(Rect, Vec2)> =
        before.nodes_in(world).filter(|node| world.intersects(node.head)).filter_map(moved).collect();
    let beside = |id: &Id| {
        let (at, node) = after.indexed(id)?;
        let earlier = after.nodes.get(..at)?.iter().rev().filter(|other| other.parent == node.parent);
        let around = node.parent.and_then(|parent| after.nodes.get(parent));
        let known = earlier.chain(around).find_map(|other| before.node(&other.id));
        before.node(id).or(known)
    };
    let held = held.and_then(beside).filter(|node| world.intersects(node.head)).and_then(moved);
    let distance = |head: Rect| (head.center() - world.center()).length_sq();
    let middle = || seen.iter().copied().min_by(|(a, _), (b, _)| distance(*a).total_cmp(&distance(*b)));
    let across = held.or_else(middle).map_or(0.0, |(_, by)| by.x);
    let down = seen.iter().map(|(_, by)| by.y).min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0);
    TSTransform::new(view.translation - vec2(across, down) * view.scaling, view.scaling)
}

/// How far a shape is from a little above the middle of the view.
pub fn off_middle(layout: &Layout, view: TSTransform, rect: Rect, target: &Selection) -> Option<Vec2> {
    let Selection::Node(id) = target else { return None };
    let at = view * layout.place_of(id)?.center();
    Some(pos2(rect.center().x, rect.top() + rect.height() * 0.4) - at)
}

/// So near the edge of the view what is dragged scrolls it, in points.
pub const EDGE: f32 = 36.0;

/// Scrolls while something is dragged near the edge; points a frame.
pub fn edge_scroll(rect: Rect, pointer: Pos2) -> Vec2 {
    let pull = |low: f32, high: f32, at: f32| {
        if at < low + EDGE {
            (low + EDGE - at) * 0.3
        } else if at > high - EDGE {
            (high - EDGE - at) * 0.3
        } else {
            0.0
        }
    };
    let p = pos2(pull(rect.left(), rect.right(), pointer.x), pull(rect.top(), rect.bottom(), pointer.y));
    p.to_vec2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::layout::layout;
    use crate::model::edit::{BlockRef, Edit, new_shape, toolbox};
    use crate::model::{Application, BlockSlot};
    use crate::studio::sample;
    use std::collections::BTreeSet;

    const ROOM: Rect = Rect { min: Pos2::ZERO, max: Pos2::new(1_000.0, 700.0) };

    fn drawn(app: &Application) -> Layout {
        let (module, orchestration) = app.orchestration("OrderBrokerOrch").unwrap();
        layout(app, module, orchestration, &BTreeSet::new())
    }

    #[test]
    fn some_of_the_process_stays_in_view_however_far_one_goes() {
        let layout = drawn(&sample::load("southridge").unwrap());
        let view = opening(&layout, ROOM);
        assert_eq!(kept(&layout, view, ROOM), view);
        for way in [vec2(9e5, 0.0), vec2(-9e5, 0.0), vec2(0.0, 9e5), vec2(-9e5, -9e5)] {
            let away = TSTransform::new(view.translation + way, view.scaling);
            let back = kept(&layout, away, ROOM) * layout.process.unwrap();
            let seen = back.intersect(ROOM);
            assert!(seen.width() >= 63.0 && seen.height() >= 63.0, "{way}: {seen}");
        }
    }

    #[test]
    fn what_is_in_view_is_not_moved_and_what_is_not_comes_no_further_than_it_must() {
        let app = sample::load("southridge").unwrap();
        let layout = drawn(&app);
        let view = opening(&layout, ROOM);
        let place = |view: TSTransform, id: &Id| view * layout.node(id).unwrap().head;
        let mut moved = 0;
        for node in &layout.nodes {
            let now = revealed(&layout, view, ROOM, &Selection::Node(node.id.clone()));
            let shown = place(now, &node.id);
            assert!(ROOM.y_range().contains(shown.top()), "{} is out of view", node.title);
            moved += usize::from(now != view);
            assert_eq!(
                revealed(&layout, now, ROOM, &Selection::Node(node.id.clone())),
                now,
                "{}",
                node.title
            );
        }
        assert!(moved > 0 && moved < layout.nodes.len(), "{moved}");
    }

    #[test]
    fn the_first_view_shows_where_the_process_begins_however_many_ports_there_are() {
        let mut app = sample::load("southridge").unwrap();
        let all = app.modules.values_mut().filter_map(|module| module.orchestration.as_mut());
        let own = all.into_iter().find(|own| own.name == "OrderBrokerOrch").unwrap();
        for n in 0..60 {
            let id = Id::new(format!("port-{n}"));
            own.ports.push(crate::model::Port { name: format!("Port{n}"), id, ..own.ports[0].clone() });
        }
        let layout = drawn(&app);
        let begin = opening(&layout, ROOM) * layout.begin;
        assert!(ROOM.contains(begin), "{begin:?}");
    }

    #[test]
    fn one_zooms_out_until_all_is_in_view_but_not_to_a_thread() {
        let app = sample::load("southridge").unwrap();
        let mut layout = drawn(&app);
        assert_eq!(least(&layout, ROOM), *ZOOM.start(), "a small drawing needs no more");
        layout.bounds = Some(Rect::from_min_size(Pos2::ZERO, vec2(20_000.0, 30_000.0)));
        let view = fitted(&layout, ROOM);
        assert!(ROOM.contains_rect(view * layout.bounds.unwrap()), "{view:?}");
        assert!(zoomed_to(view, 0.1, ROOM.center(), least(&layout, ROOM)).scaling >= view.scaling - 1e-6);
        layout.bounds = Some(Rect::from_min_size(Pos2::ZERO, vec2(1_000.0, 900_000.0)));
        assert!(fitted(&layout, ROOM).scaling * 1_000.0 >= NARROWEST - 0.1, "one still sees what it is");
    }

    #[test]
    fn a_lane_one_edits_in_stays_under_the_hand() {
        let mut app = sample::load("southridge").unwrap();
        let before = drawn(&app);
        let held = before.nodes.iter().find(|n| n.title == "Received from Vendor").unwrap().clone();
        let view = TSTransform::from_translation(ROOM.center() - held.head.center());
        let owner = before
            .labels
            .iter()
            .find(|l| (l.nodes.0..l.nodes.1).contains(&before.indexed(&held.id).unwrap().0));
        let owner = owner.unwrap();
        // Another lane of the same Listen becomes wider.
        let other = before.labels.iter().find(|l| l.owner == owner.owner && l.id != owner.id).unwrap();
        let key = app
            .modules
            .iter()
            .find(|(_, m)| m.orchestration.as_ref().is_some_and(|o| o.name == "OrderBrokerOrch"));
        let key = key.unwrap().0.clone();
        let kind = toolbox().into_iter().find(|k| k.label() == "Parallel Actions").unwrap();
        let shape = new_shape(&app.modules[&key], kind);
        let block = BlockRef::In(other.owner.clone(), BlockSlot::Branch(other.id.clone()));
        Edit::InsertShape { module: key, block, index: 1, shape }.apply(&mut app).unwrap();
        let after = drawn(&app);
        let now = steady(&before, &after, view, ROOM, Some(&held.id));
        let (old, new) = (view * held.head, now * after.node(&held.id).unwrap().head);
        assert!((old.left() - new.left()).abs() < 0.1, "{old:?} {new:?}");
        assert_ne!(before.node(&held.id).unwrap().head, after.node(&held.id).unwrap().head);
    }
}
