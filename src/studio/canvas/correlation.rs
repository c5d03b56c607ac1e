//! A correlation set drawn: who initializes it, who follows it, and the convoy they form.

use super::paint::{DETAIL, Paint};
use super::view::Scene;
use crate::diagnostic::{Diagnostic, Severity, counted};
use crate::drawing::layout::Node;
use crate::model::edit::DeclarationKind;
use crate::model::{Id, Orchestration, ShapeKind};
use crate::studio::document::Selection;
use crate::studio::theme;
use egui::epaint::CubicBezierShape;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Color32, Context, FontId, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use std::collections::BTreeMap;

/// Says that the pointer or the keyboard is at a set, for this frame and the next.
pub fn point_at_set(ctx: &Context, name: &str) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|d| d.insert_temp(egui::Id::unique("set pointed at"), (name.to_owned(), pass)));
}

/// The set that is pointed at, else the selected one.
fn shown(ui: &Ui, scene: &Scene<'_>) -> Option<String> {
    let found: Option<(String, u64)> = ui.data(|d| d.get_temp(egui::Id::unique("set pointed at")));
    let fresh = found.filter(|(_, pass)| ui.cumulative_pass_nr() <= pass + 1);
    fresh.map(|(name, _)| name).or_else(|| match scene.selection {
        Selection::Declared { kind: DeclarationKind::CorrelationSet, name, .. } => Some(name.clone()),
        Selection::Declared { kind: DeclarationKind::Parameter, name, .. } => {
            scene.orchestration.parameters.iter().find(|p| p.name() == name).and_then(|p| match p.kind {
                crate::model::ParameterKind::CorrelationSet(_) => Some(name.clone()),
                _ => None,
            })
        }
        _ => None,
    })
}

/// The sets of the shapes of one orchestration.
#[derive(Debug, Default)]
pub struct Sets {
    made_for: (String, u64),
    /// True for those a shape initializes, false for those it follows.
    by_shape: BTreeMap<Id, Vec<(String, bool)>>,
    /// Those that go to another orchestration, and the shape that calls or starts it.
    passed: Vec<(String, Id)>,
}

impl Sets {
    fn refresh(&mut self, scene: &Scene<'_>) {
        let now = (scene.key.to_owned(), scene.revision);
        if self.made_for == now {
            return;
        }
        self.by_shape = of_shapes(scene.orchestration);
        self.passed = passed(scene.orchestration);
        self.made_for = now;
    }

    /// Draws marks on the shapes that have sets, and the set one points at or has selected.
    pub fn ui(&mut self, ui: &Ui, paint: &Paint<'_>, rect: Rect, scene: &Scene<'_>) -> Option<Selection> {
        self.refresh(scene);
        let mut chosen = None;
        if paint.view.scaling >= DETAIL {
            let (left, right) = paint.edges();
            let inner = rect.intersect(Rect::from_x_y_ranges(left..=right, rect.y_range()));
            paint.visible(|node| {
                if let Some(sets) = self.by_shape.get(&node.id)
                    && let Some(name) = marker(ui, paint, inner, scene, node, sets)
                {
                    chosen = Some(selection(scene.orchestration, &name));
                }
            });
        }
        let name = shown(ui, scene)?;
        self.draw(paint, rect, scene, &name);
        chosen
    }

    fn draw(&self, paint: &Paint<'_>, rect: Rect, scene: &Scene<'_>, name: &str) {
        let uses = |wanted: bool| -> Vec<&Id> {
            let has =
                |sets: &[(String, bool)]| sets.iter().any(|(set, first)| set == name && *first == wanted);
            self.by_shape.iter().filter(|(_, sets)| has(sets)).map(|(id, _)| id).collect()
        };
        let (first, later) = (uses(true), uses(false));
        let passed: Vec<&Id> = self.passed.iter().filter(|(set, _)| set == name).map(|(_, id)| id).collect();
        let told = convoy(scene.diagnostics, scene.orchestration, &first, &later);
        let color = match &told {
            Some((_, Severity::Warning | Severity::Error)) => paint.t.warn,
            _ => paint.t.scope,
        };
        let node = |id: &Id| paint.layout.visible(id);
        let (left, right) = paint.edges();
        let clip = rect.intersect(Rect::from_x_y_ranges(left..=right, rect.y_range()));
        let painter = paint.painter.with_clip_rect(clip.intersect(paint.painter.clip_rect()));
        for (lane, from) in first.iter().filter_map(|id| node(id)).enumerate() {
            for to in later.iter().filter_map(|id| node(id)).filter(|to| to.id != from.id) {
                link(&painter, paint, from, to, lane, color);
            }
        }
        let parts = [(&first, "initializes", 2.5), (&later, "follows", 1.5), (&passed, "passes on", 1.5)];
        for (ids, words, width) in parts {
            for node in ids.iter().filter_map(|id| node(id)) {
                let head = paint.view * node.head;
                painter.rect_stroke(
                    head.expand(3.0),
                    10.0 * paint.view.scaling,
                    Stroke::new(width, color),
                    StrokeKind::Middle,
                );
                tag(&painter, head.left_top() + vec2(8.0, -3.0), words, color, paint);
            }
        }
        banner(paint, rect, name, [first.len(), later.len(), passed.len()], told.as_ref());
    }
}

fn of_shapes(orchestration: &Orchestration) -> BTreeMap<Id, Vec<(String, bool)>> {
    let mut by_shape = BTreeMap::new();
    for shape in orchestration.shapes() {
        let (first, later) = match &shape.kind {
            ShapeKind::Receive(r) => (&r.initializes, &r.follows),
            ShapeKind::Send(s) => (&s.initializes, &s.follows),
            _ => continue,
        };
        let first = first.iter().map(|set| (set.clone(), true));
        let all: Vec<_> = first.chain(later.iter().map(|set| (set.clone(), false))).collect();
        if !all.is_empty() {
            by_shape.insert(shape.id.clone(), all);
        }
    }
    by_shape
}

fn passed(orchestration: &Orchestration) -> Vec<(String, Id)> {
    let mut passed = Vec::new();
    for shape in orchestration.shapes() {
        let (ShapeKind::Call(call) | ShapeKind::Start(call)) = &shape.kind else { continue };
        passed.extend(call.arguments.iter().map(|argument| (argument.name.clone(), shape.id.clone())));
    }
    passed
}

/// What to select for a set by its name.
fn selection(orchestration: &Orchestration, name: &str) -> Selection {
    let own = orchestration.correlation_sets.iter().any(|c| c.name == name);
    let given = orchestration.parameters.iter().any(|p| p.name() == name);
    let scope = orchestration.shapes().into_iter().find_map(|shape| match &shape.kind {
        ShapeKind::Scope(scope) if scope.correlation_sets.iter().any(|c| c.name == name) => {
            Some(shape.id.clone())
        }
        _ => None,
    });
    let kind = if !own && given { DeclarationKind::Parameter } else { DeclarationKind::CorrelationSet };
    Selection::Declared { scope: scope.filter(|_| !own && !given), kind, name: name.to_owned() }
}

/// The mark of a shape that has sets; gives the set to select when it is clicked.
fn marker(
    ui: &Ui,
    paint: &Paint<'_>,
    inner: Rect,
    scene: &Scene<'_>,
    node: &Node,
    sets: &[(String, bool)],
) -> Option<String> {
    let z = paint.view.scaling;
    let place = paint.view * node.mark();
    let area = place.expand(2.0).intersect(inner);
    if !area.is_positive() {
        return None;
    }
    let id = egui::Id::unique(("sets of", scene.key, node.id.as_str()));
    let response = ui.interact(area, id, Sense::CLICK);
    let words: Vec<String> = sets
        .iter()
        .map(|(set, first)| format!("{} {set}", if *first { "initializes" } else { "follows" }))
        .collect();
    let name = format!("Correlation of {}: {}", node.title, words.join(", "));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.hovered() {
        paint.painter.circle_stroke(place.center(), 8.5 * z, Stroke::new(1.0, paint.t.scope));
    }
    if response.hovered()
        && let Some((set, _)) = sets.first()
    {
        point_at_set(ui.ctx(), set);
        ui.request_repaint();
    }
    let clicked = response.clicked();
    super::widgets::hint(response, words.join("\n"));
    sets.first().filter(|_| clicked).map(|(set, _)| set.clone())
}

/// What the checker says of the convoy that the set forms of the shapes that initialize and follow it.
fn convoy(
    diagnostics: &[Diagnostic],
    orchestration: &Orchestration,
    first: &[&Id],
    later: &[&Id],
) -> Option<(String, Severity)> {
    let parallel = |id: &Id| {
        orchestration.shape(id).is_some_and(|shape| {
            let mut inside = false;
            shape.visit(&mut |s| {
                inside |= matches!(shape.kind, ShapeKind::Parallel(_)) && first.contains(&&s.id)
            });
            inside
        })
    };
    let about = |d: &&Diagnostic| {
        matches!(d.code, "V19" | "V20" | "V21" | "V22")
            && d.place.id.as_ref().is_some_and(|id| first.contains(&id) || parallel(id))
    };
    let found = diagnostics.iter().filter(about).min_by_key(|d| d.severity)?;
    if found.severity == Severity::Information && first.len() < 2 && later.is_empty() {
        // The convoy is of another set of the same shape.
        return None;
    }
    let kind = match (&found.place.id, found.code) {
        (Some(id), "V20" | "V22") if parallel(id) => "Parallel convoy",
        (_, "V19") => "No convoy",
        _ => "Sequential convoy",
    };
    let words = match found.severity {
        Severity::Information => format!("{kind}: {}", found.help),
        _ => format!("{}. {}", found.message, found.help),
    };
    Some((words, found.severity))
}

/// A curve beside the shapes from who initializes to who follows.
fn link(painter: &egui::Painter, paint: &Paint<'_>, from: &Node, to: &Node, lane: usize, color: Color32) {
    let (a, b) = (paint.view * from.head, paint.view * to.head);
    let out = (26.0 + 10.0 * lane as f32) * paint.view.scaling;
    let (start, end) = (a.left_center(), b.left_center() - vec2(6.0 * paint.view.scaling, 0.0));
    let x = start.x.min(end.x) - out;
    let curve = [start, pos2(x, start.y + (end.y - start.y) * 0.25), pos2(x, end.y), end];
    let stroke = Stroke::new((1.6 * paint.view.scaling).max(1.0), color);
    painter.add(CubicBezierShape::from_points_stroke(curve, false, Color32::TRANSPARENT, stroke));
    let s = 6.0 * paint.view.scaling;
    let tip = b.left_center() - vec2(1.0, 0.0);
    let head: Vec<Pos2> = vec![tip, tip + vec2(-s, -s * 0.6), tip + vec2(-s, s * 0.6)];
    painter.add(Shape::convex_polygon(head, color, Stroke::NONE));
}

fn tag(painter: &egui::Painter, at: Pos2, words: &str, color: Color32, paint: &Paint<'_>) {
    let galley =
        painter.layout_no_wrap(words.to_owned(), FontId::new(10.0, theme::semibold()), paint.t.on_brand);
    let place =
        Rect::from_min_size(at - vec2(0.0, galley.size().y / 2.0 + 1.0), galley.size() + vec2(10.0, 2.0));
    painter.rect_filled(place, 7.0, color);
    painter.galley(place.min + vec2(5.0, 1.0), galley, paint.t.on_brand);
}

/// Name, figures and convoy at the bottom of the canvas.
fn banner(
    paint: &Paint<'_>,
    rect: Rect,
    name: &str,
    [first, later, passed]: [usize; 3],
    told: Option<&(String, Severity)>,
) {
    let t = paint.t;
    let width = (rect.width() - 48.0).min(520.0);
    let format = |family, color, size| TextFormat::simple(FontId::new(size, family), color);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width - 24.0;
    job.append(name, 0.0, format(theme::semibold(), t.text, 13.0));
    let on = if passed == 0 { String::new() } else { format!(", passed on by {passed}") };
    let counts = format!("initialized by {}, followed by {later}{on}", counted(first, "shape"));
    job.append(&counts, 10.0, format(egui::FontFamily::Proportional, t.muted, 11.5));
    if let Some((words, severity)) = told {
        let color = if *severity == Severity::Information { t.scope } else { t.warn };
        job.append(&format!("\n{words}"), 0.0, format(egui::FontFamily::Proportional, color, 11.5));
    } else if first > 0 {
        let unused = later == 0 && passed == 0;
        let words = if unused { "\nNothing follows it yet" } else { "\nNo convoy: plain correlation" };
        job.append(words, 0.0, format(egui::FontFamily::Proportional, t.muted, 11.5));
    }
    let galley = paint.painter.layout_job(job);
    let size = galley.size() + vec2(24.0, 14.0);
    let place =
        Rect::from_min_size(pos2(rect.center().x - size.x / 2.0, rect.bottom() - size.y - 12.0), size);
    paint.painter.rect(place, 8.0, t.panel, Stroke::new(1.0, t.line_strong), StrokeKind::Inside);
    paint.painter.galley(place.min + vec2(12.0, 7.0), galley, t.text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings;
    use crate::studio::sample;

    #[test]
    fn a_convoy_is_that_of_the_set_that_is_followed() {
        let app = sample::load("southridge").unwrap();
        let (_, orchestration) = app.orchestration("OrderManagerOrch").unwrap();
        let told = |set: &str| {
            let uses = of_shapes(orchestration);
            let of = |wanted: bool| -> Vec<&Id> {
                let has = |(_, all): &(&Id, &Vec<(String, bool)>)| all.contains(&(set.to_owned(), wanted));
                uses.iter().filter(has).map(|(id, _)| id).collect()
            };
            convoy(&findings::all(&app), orchestration, &of(true), &of(false)).map(|(words, _)| words)
        };
        assert!(told("OrderConvoyCorrelation").unwrap().starts_with("Sequential convoy"));
        assert_eq!(told("OrderCorrelation"), None, "both are initialized by the same Receive");
        assert!(passed(orchestration).iter().any(|(set, _)| set == "OrderCorrelation"));
    }
}
