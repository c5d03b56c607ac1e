//! What the canvas costs: one frame (run and tessellate) at every zoom, layout, an edit, opening. CPU time of the
//! process, as a shared machine disturbs it less than the clock; beside each figure the limit it must keep, and how
//! a frame grows with what exists where the same is in view.
//!
//! `cargo bench --bench canvas` prints the table, then criterion's own statistics;
//! `ORCHESTRION_BENCH=quick` leaves both out for a hundred thousand shapes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use criterion::{BatchSize, Criterion};
use egui::{
    Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Vec2, pos2, vec2,
};
use orchestrion::diagnostic::Severity;
use orchestrion::drawing::layout::{Layout, layout};
use orchestrion::model::edit::Edit;
use orchestrion::model::{Application, Id, Shape, ShapeKind};
use orchestrion::studio::Studio;
use orchestrion::studio::canvas::{Canvas, Scene};
use orchestrion::studio::document::{Document, Selection};
use rustix::time::{ClockId, clock_gettime};
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Duration;

const VIEW: Vec2 = vec2(1600.0, 1000.0);
const ZOOMS: [f32; 8] = [2.0, 1.0, 0.6, 0.5, 0.35, 0.25, 0.15, 0.08];

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// The fastest of several runs in milliseconds: what the work costs when nothing else disturbs the caches.
fn fastest<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..runs {
        let start = cpu();
        black_box(work());
        best = best.min((cpu() - start).as_secs_f64() * 1e3);
    }
    best
}

/// A window of its own that shows one canvas.
struct Window {
    ctx: egui::Context,
    canvas: Canvas,
    app: Application,
    key: String,
    time: f64,
    shown: usize,
    selection: Selection,
    problems: BTreeMap<Id, Severity>,
}

impl Window {
    fn new(shapes: usize, wide: bool) -> Self {
        let ctx = egui::Context::default();
        Studio::setup(&ctx);
        let app = model::application(shapes, wide);
        let key = app.modules.keys().next().unwrap().clone();
        let mut window = Self {
            ctx,
            canvas: Canvas::default(),
            app,
            key,
            time: 0.0,
            shown: 0,
            selection: Selection::Orchestration,
            problems: BTreeMap::new(),
        };
        (0..3).for_each(|_| window.frame());
        window
    }

    /// One frame in which the view moves a little.
    fn frame(&mut self) {
        self.time += 1.0 / 60.0;
        let middle: Pos2 = pos2(VIEW.x / 2.0, VIEW.y / 2.0);
        let wheel = Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, -1.0),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        };
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, VIEW)),
            time: Some(self.time),
            events: vec![Event::PointerMoved(middle), wheel],
            ..RawInput::default()
        };
        let module = &self.app.modules[&self.key];
        let scene = Scene {
            app: &self.app,
            module,
            orchestration: module.orchestration.as_ref().unwrap(),
            revision: 1,
            key: &self.key,
            selection: &self.selection,
            editable: true,
            checked: 1,
            problems: &self.problems,
            port_problems: &BTreeMap::new(),
            diagnostics: &[],
            legal: &|_, _, _| Ok(()),
            kinds: &|_, _| Vec::new(),
            menu: &|_| {},
            run: None,
        };
        let canvas = &mut self.canvas;
        let mut output = self.ctx.run_ui(input, |ui| drop(canvas.ui(ui, &scene)));
        output.textures_delta.clear();
        self.shown = self.ctx.tessellate(output.shapes, output.pixels_per_point).len();
    }

    /// Selects everything, each with a problem.
    fn mark_all(&mut self) {
        let orchestration = self.app.modules[&self.key].orchestration.as_ref().unwrap();
        let ids = orchestration.shapes().into_iter().map(|shape| shape.id.clone());
        self.problems = ids.map(|id| (id, Severity::Warning)).collect();
        self.selection = Selection::of(self.problems.keys().cloned());
    }

    /// What a frame costs at each zoom, and with as much in view as there can be.
    fn figures(&mut self) -> Vec<f64> {
        let mut figures = Vec::new();
        for zoom in ZOOMS {
            self.zoom_to(zoom);
            figures.push(fastest(15, || self.frame()));
        }
        self.fit();
        figures.push(fastest(15, || self.frame()));
        figures
    }

    /// As far out as the whole drawing needs.
    fn fit(&mut self) {
        self.canvas.fit();
        (0..2).for_each(|_| self.frame());
    }

    fn zoom_to(&mut self, zoom: f32) {
        let now = self.canvas.zoom(&self.key);
        self.canvas.zoom_by(&self.key, zoom / now, pos2(VIEW.x / 2.0, VIEW.y / 2.0));
        (0..2).for_each(|_| self.frame());
    }
}

/// Typing in the whole window, with the shape selected one types in.
struct Typing {
    ctx: egui::Context,
    studio: Studio,
    module: String,
    shape: Shape,
    time: f64,
    typed: usize,
}

impl Typing {
    /// In the last Expression, or in the last of all other shapes: the furthest to look for.
    fn new(shapes: usize, expression: bool) -> Self {
        let ctx = egui::Context::default();
        Studio::setup(&ctx);
        let mut document = Document::unchecked(model::application(shapes, false), None);
        let all = document.orchestration().unwrap().shapes();
        let found = |s: &&Shape| matches!(s.kind, ShapeKind::Expression(_)) == expression;
        let shape = all.into_iter().rfind(found);
        let (shape, module) = (shape.unwrap().clone(), document.module.clone());
        document.select(Selection::Node(shape.id.clone()));
        let mut typing = Self { ctx, studio: Studio::new(document), module, shape, time: 0.0, typed: 0 };
        (0..3).for_each(|_| typing.frame());
        typing
    }

    fn frame(&mut self) {
        // Short enough for typing never to pause, which has problems looked for.
        self.time += 0.001;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, VIEW)),
            time: Some(self.time),
            ..RawInput::default()
        };
        let mut output = self.ctx.run_ui(input, |ui| self.studio.ui(ui));
        output.textures_delta.clear();
        black_box(self.ctx.tessellate(output.shapes, output.pixels_per_point).len());
    }

    /// One more letter, and what the window then shows.
    fn key(&mut self) {
        self.typed += 1;
        let (module, shape) = (self.module.clone(), self.shape.id.clone());
        let edit = match &mut self.shape.kind {
            ShapeKind::Expression(code) => {
                code.text = format!("count = count + {};", self.typed);
                Edit::SetKind { module, shape, kind: self.shape.kind.clone() }
            }
            _ => Edit::RenameShape { module, shape, name: format!("Step {}", self.typed) },
        };
        self.studio.document.edit(edit, Some("typing")).unwrap();
        self.frame();
    }
}

/// The orchestration as drawn after `before`.
fn drawn(app: &Application, before: &Layout, closed: &BTreeSet<Id>) -> Layout {
    let (module, orchestration) = app.orchestrations().next().unwrap();
    before.again(app, module, orchestration, closed, None)
}

fn line(what: &str, figures: &[f64], limit: f64, unit: &str) {
    let worst = figures.iter().copied().fold(0.0, f64::max);
    let all: Vec<String> = figures.iter().map(|figure| format!("{figure:7.2}")).collect();
    let verdict = if worst <= limit { "keeps" } else { "MISSES" };
    println!("{what:<34} {} {unit}  worst {worst:6.2}, {verdict} {limit}", all.join(" "));
}

fn main() {
    let quick = std::env::var("ORCHESTRION_BENCH").is_ok_and(|mode| mode == "quick");
    let sizes: &[(usize, f64)] =
        if quick { &[(1_000, 4.0), (10_000, 8.0)] } else { &[(1_000, 4.0), (10_000, 8.0), (100_000, 16.0)] };
    println!("one frame in ms at zoom {ZOOMS:?} and with all of it in view");
    let mut at_one = Vec::new();
    for wide in [false, true] {
        for (shapes, limit) in sizes {
            let mut window = Window::new(*shapes, wide);
            let figures = window.figures();
            if !wide {
                at_one.push(figures[1]);
            }
            let form = if wide { "side by side" } else { "in a row" };
            line(&format!("{shapes} shapes {form}"), &figures, *limit, "ms");
            if wide {
                window.mark_all();
                line(&format!("{shapes} selected, with problems"), &window.figures(), *limit, "ms");
            }
        }
    }
    let growth: Vec<f64> = at_one.iter().map(|figure| figure / at_one[0]).collect();
    line("growth at zoom 1", &growth, 3.0, "times");
    for (shapes, _) in sizes {
        let mut app = model::application(*shapes, false);
        let closed = BTreeSet::new();
        let limit = 20.0 * (*shapes as f64 / 10_000.0).max(1.0);
        let anew = fastest(5, || drawn(&app, &Layout::default(), &closed));
        line(&format!("layout of {shapes} from nothing"), &[anew], limit, "ms");
        let mut before = drawn(&app, &Layout::default(), &closed);
        let again = fastest(9, || {
            model::rename_deep(&mut app);
            before = drawn(&app, &before, &closed);
        });
        line(&format!("layout of {shapes} after an edit"), &[again], limit, "ms");
    }
    for shapes in [1_000, 10_000] {
        let app = model::application(shapes, false);
        let key = app.modules.keys().next().unwrap().clone();
        let id = app.modules[&key].orchestration.as_ref().unwrap().body[1].id.clone();
        let mut document = Document::new(app, None);
        let mut number = 0;
        let figure = fastest(9, || {
            number += 1;
            let edit =
                Edit::RenameShape { module: key.clone(), shape: id.clone(), name: format!("Step {number}") };
            document.edit(edit, Some("name")).unwrap();
        });
        line(&format!("a keystroke in {shapes}"), &[figure], 16.0, "ms");
        for (expression, what) in [(false, "name"), (true, "text")] {
            let mut typing = Typing::new(shapes, expression);
            let figure = fastest(15, || typing.key());
            line(&format!("window at a key in a {what} of {shapes}"), &[figure], 16.0, "ms");
        }
        let mut window = Typing::new(shapes, false);
        let ids = window.studio.document.orchestration().unwrap().shapes();
        let all = Selection::of(ids.into_iter().map(|shape| shape.id.clone()));
        window.studio.document.select(all);
        window.frame();
        let figure = fastest(15, || window.frame());
        line(&format!("window with all of {shapes} selected"), &[figure], 16.0, "ms");
    }
    let opening = fastest(3, || {
        let document = Document::new(model::application(1_000, false), None);
        let window = Window::new(1_000, false);
        (document.problems.len(), window.shown)
    });
    line("opening 1000", &[opening], 300.0, "ms");

    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    for (shapes, _) in sizes {
        let mut window = Window::new(*shapes, true);
        criterion.bench_function(&format!("frame of {shapes}"), |b| b.iter(|| window.frame()));
        let app = model::application(*shapes, false);
        let (module, orchestration) = app.orchestrations().next().unwrap();
        criterion.bench_function(&format!("layout of {shapes}"), |b| {
            b.iter_batched(
                BTreeSet::new,
                |closed| layout(&app, module, orchestration, &closed),
                BatchSize::SmallInput,
            );
        });
    }
    criterion.final_summary();
}
