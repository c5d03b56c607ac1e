//! What a frame of the window costs while ten thousand instances run, with each of the lists open. The engine works on its
//! own thread meanwhile, as it does for a person; a frame is the CPU time of the window's thread for run and tessellate.
//! `ORCHESTRION_BENCH=quick` runs a thousand instances.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use egui::{Event, Pos2, RawInput, Rect, Vec2, vec2};
use orchestrion::model::{Arrivals, Code, DrawnTime, Load, Loop, Partner, PartnerBehavior, Shape, ShapeKind};
use orchestrion::studio::Studio;
use orchestrion::studio::document::Document;
use orchestrion::studio::run::desk::Page;
use orchestrion::studio::run::player::Command;
use orchestrion::studio::sample;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

const VIEW: Vec2 = vec2(1600.0, 1000.0);
/// What a release must keep.
const FRAME: Duration = Duration::from_millis(16);
const FRAMES: usize = 120;

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// The hello sample, in which every greeting goes round in a loop of short delays, and a partner that sends them.
fn crowd(count: u64) -> orchestrion::model::Application {
    let mut app = sample::load("hello").unwrap();
    let module = app.modules.values_mut().next().unwrap();
    let body = &mut module.orchestration.as_mut().unwrap().body;
    let delay = Shape {
        id: "pause".into(),
        name: "Pause".to_owned(),
        kind: ShapeKind::Delay(Code { text: "new System.TimeSpan(0, 0, 1)".to_owned() }),
        ..Shape::default()
    };
    let round = Shape {
        id: "round".into(),
        name: "Round and round".to_owned(),
        kind: ShapeKind::Loop(Loop { condition: "true".to_owned(), body: vec![delay] }),
        ..Shape::default()
    };
    body.insert(1, round);
    let location = orchestrion::program::receive_locations(&app).remove(0);
    let load = Load {
        to: location.address,
        messages: vec![app.messages.values().next().unwrap().clone()],
        arrivals: Arrivals::Bursts { size: 100, pause: DrawnTime::Fixed(100) },
        count,
        colliding_percent: 0,
        near_percent: 0,
    };
    let name = "Crowd".to_owned();
    app.partners = vec![Partner { name, description: String::new(), behavior: PartnerBehavior::Load(load) }];
    app
}

struct Window {
    ctx: egui::Context,
    studio: Studio,
    time: f64,
}

impl Window {
    /// One frame, as the mouse moves; its cost.
    fn frame(&mut self) -> Duration {
        self.time += 0.033;
        let at = Pos2::new(700.0 + (self.time as f32 * 40.0).sin() * 300.0, 840.0);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, VIEW)),
            time: Some(self.time),
            events: vec![Event::PointerMoved(at)],
            ..RawInput::default()
        };
        let begin = cpu();
        let mut output = self.ctx.run_ui(input, |ui| self.studio.ui(ui));
        let shapes = std::mem::take(&mut output.shapes);
        std::hint::black_box(self.ctx.tessellate(shapes, output.pixels_per_point));
        let took = cpu() - begin;
        output.textures_delta.clear();
        took
    }

    fn alive(&self) -> usize {
        self.studio.run.state.alive
    }

    /// Prints what frames cost with a list open.
    fn measure(&mut self, page: Page) {
        self.studio.run.drawer.show(page);
        let mut frames: Vec<Duration> = Vec::new();
        for _ in 0..FRAMES {
            frames.push(self.frame());
            // The engine gets on meanwhile, and the next frame has something new to show.
            std::thread::sleep(Duration::from_millis(20));
        }
        frames.sort();
        let (median, late) = (frames[FRAMES / 2], frames[FRAMES * 95 / 100]);
        let verdict = if late < FRAME { "ok" } else { "TOO MUCH" };
        let rows = self.studio.run.state.found.total;
        println!(
            "  {page:<14?} median {median:>8.2?}, 95 of 100 within {late:>8.2?}  {verdict}   {rows} rows"
        );
    }
}

fn main() {
    let quick = std::env::var("ORCHESTRION_BENCH").is_ok_and(|mode| mode == "quick");
    let count = if quick { 1_000 } else { 10_000 };
    let ctx = egui::Context::default();
    Studio::setup(&ctx);
    let studio = Studio::new(Document::new(crowd(count), None)).running();
    let mut window = Window { ctx, studio, time: 0.0 };
    let begun = Instant::now();
    window.frame();
    window.studio.run.tell(Command::Speed(64.0));
    while window.alive() < count as usize {
        window.frame();
        std::thread::sleep(Duration::from_millis(5));
        assert!(
            begun.elapsed() < Duration::from_secs(300),
            "{} instances after five minutes",
            window.alive()
        );
    }
    window.studio.run.tell(Command::Speed(1.0));
    let clock = window.studio.run.state.clock;
    println!(
        "{} instances run, {} events so far, playing: {}; limit {FRAME:.0?} a frame",
        window.alive(),
        window.studio.run.state.journal.back().map_or(0, |event| event.seq),
        clock.playing
    );
    let pages = [
        Page::Journal,
        Page::Messages,
        Page::Instances,
        Page::Subscriptions,
        Page::Correlation,
        Page::Sequence,
        Page::Calls,
    ];
    for page in pages {
        window.measure(page);
    }
    // As fast as the engine gets on.
    window.studio.run.tell(Command::Speed(1000.0));
    println!("at 1000 virtual seconds a second");
    window.measure(Page::Journal);
    window.measure(Page::Instances);
}
