//! A run as an animated picture: one instance goes through its orchestration, with what happens in a sentence below.

use crate::diagnostic::Diagnostic;
use crate::drawing::animation::{self, Picture};
use crate::drawing::layout::{self, Layout, Node};
use crate::drawing::palette::Tokens;
use crate::drawing::ports::Flow;
use crate::drawing::{picture, svg};
use crate::engine::{Event, EventKind, InstanceChange, InstanceId, Publisher};
use crate::journal::{Clock, Run, instance_of};
use crate::message::{BTS, Message, MessageId, Name, TimeSpan, format_value};
use crate::model::{Application, Id};
use crate::why;
use ecolor::Color32;
use emath::{Pos2, Rect, pos2, vec2};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Width and height of the largest picture, in pixels; a larger drawing is followed by the eye.
const MOST: (f32, f32) = (960.0, 640.0);
/// Smallest scale at which a whole drawing is shown.
const SMALLEST: f32 = 0.55;
/// Height of the sentence below, in pixels.
const FOOT: f32 = 44.0;
/// Most pictures of a film.
const PICTURES: usize = 240;
/// Milliseconds a picture is shown: of a step, of a wait, of the end.
const STEP: u32 = 450;
const WAIT: u32 = 1_100;
const END: u32 = 2_600;

/// The film of an instance of the orchestration of a module, as an animated GIF; without an instance of the first one there
/// was.
///
/// # Errors
/// `L13` when the module has no orchestration or no such instance ran in what the run keeps; `F05` as
/// [`animation::gif`].
pub fn film(
    run: &Run,
    module: &str,
    instance: Option<InstanceId>,
    dark: bool,
) -> Result<Vec<u8>, Diagnostic> {
    let application = &run.engine().program().application;
    let drawn = application.modules.get(module).and_then(|m| Some((m, m.orchestration.as_ref()?)));
    let Some((drawn, orchestration)) = drawn else {
        let help = "Choose a module with an orchestration";
        return Err(Diagnostic::error("L13", format!("{module} has no orchestration to film"), help));
    };
    let service = Name::new(&drawn.full_name(&orchestration.name));
    let first = || run.events().iter().find_map(|event| created(event, service));
    let scenes = instance.or_else(first).map(|id| scenes(run, service, id)).unwrap_or_default();
    if scenes.is_empty() {
        let message = format!("no instance of {} ran in what is kept of the run", orchestration.name);
        return Err(Diagnostic::error("L13", message, "Send a message that starts one, then film it"));
    }
    let tokens = Tokens::for_theme(dark, false);
    let layout = layout::layout(application, drawn, orchestration, &BTreeSet::new());
    let ground = svg::of_layout(&layout, orchestration, tokens);
    let camera = Camera::new(&layout);
    let ([width, _], base) = picture::rgba(&ground, camera.scale)?;
    let mut pictures = Vec::new();
    for scene in &scenes {
        let view = camera.at(&layout, scene.at.as_ref());
        let over = camera.over(&layout, tokens, scene, view);
        let (size, over) = picture::rgba(&over, 1.0)?;
        pictures.push(Picture { pixels: composed(&base, width, view, &over, size, tokens), ms: scene.ms });
    }
    let (w, h) = camera.size;
    animation::gif([w as usize, (h + FOOT) as usize], pictures)
}

fn created(event: &Event, service: Name) -> Option<InstanceId> {
    match &event.kind {
        EventKind::Instance { instance, service: of, change: InstanceChange::Created } if *of == service => {
            Some(*instance)
        }
        _ => None,
    }
}

/// What one picture shows.
#[derive(Clone, Debug, Default)]
struct Scene {
    done: BTreeSet<Id>,
    at: Option<Id>,
    waits: bool,
    failed: bool,
    /// Shape at which a message is on its way, whether it comes in, and what it is called.
    message: Option<(Id, bool, String)>,
    words: String,
    clock: TimeSpan,
    ms: u32,
}

fn scenes(run: &Run, service: Name, id: InstanceId) -> Vec<Scene> {
    let program = run.engine().program();
    let mut labels: BTreeMap<MessageId, String> = BTreeMap::new();
    let (mut now, mut scenes) = (Scene::default(), Vec::new());
    let known = |of: InstanceId| (of == id).then_some(service);
    for event in run.events() {
        if let EventKind::MessagePublished { message, .. } = &event.kind {
            labels.insert(message.id, label(message));
        }
        if instance_of(&event.kind) != Some(id) || scenes.len() >= PICTURES {
            continue;
        }
        let own = |name: &Name| Id::new(name.as_str());
        (now.message, now.ms) = (None, STEP);
        match &event.kind {
            EventKind::ShapeStarted { service: of, shape, .. } if *of == service => {
                now.at = Some(own(shape));
                now.waits = false;
            }
            EventKind::ShapeCompleted { service: of, shape, .. } if *of == service => {
                now.done.insert(own(shape));
                continue;
            }
            EventKind::MessageConsumed { message, shape, .. } => {
                let name = labels.get(message).cloned().unwrap_or_else(|| message.to_string());
                now.message = Some((own(shape), true, name));
                now.waits = false;
            }
            EventKind::MessagePublished { message, publisher: Publisher::Orchestration { .. } } => {
                let shape = now.at.clone();
                now.message = shape.map(|shape| (shape, false, label(message)));
            }
            EventKind::Instance { change, .. } => match change {
                InstanceChange::Waiting { at } => {
                    (now.at, now.waits, now.ms) = (Some(own(at)), true, WAIT);
                }
                InstanceChange::Suspended { .. } => (now.failed, now.ms) = (true, WAIT),
                InstanceChange::Resumed => now.failed = false,
                InstanceChange::Completed
                | InstanceChange::Terminated { .. }
                | InstanceChange::Discarded { .. } => (now.at, now.waits) = (None, false),
                _ => continue,
            },
            EventKind::ExceptionThrown { .. } | EventKind::ExceptionCaught { .. } => {}
            _ => continue,
        }
        now.clock = event.at.since(run.start());
        now.words = why::tell(program, event, known).unwrap_or_default();
        scenes.push(now.clone());
    }
    if let Some(last) = scenes.last_mut() {
        last.ms = END;
    }
    scenes
}

/// Type of a message without its namespace.
fn label(message: &Message) -> String {
    let kind = message.context.get(BTS.message_type).map(format_value);
    let kind = kind.as_deref().map(|kind| kind.rsplit(['#', '.', '/']).next().unwrap_or(kind).to_owned());
    kind.unwrap_or_else(|| message.id.to_string())
}

/// What of the drawing is seen.
struct Camera {
    /// The drawing, in points.
    bounds: Rect,
    /// Pixels a point.
    scale: f32,
    /// Width and height of the part that is seen, in pixels.
    size: (f32, f32),
}

impl Camera {
    fn new(layout: &Layout) -> Self {
        let bounds = svg::bounds(layout);
        let scale = (MOST.0 / bounds.width()).min(MOST.1 / bounds.height()).clamp(SMALLEST, 1.0);
        let all = (bounds.width().ceil() * scale, bounds.height().ceil() * scale);
        Self { bounds, scale, size: (all.0.min(MOST.0).floor(), all.1.min(MOST.1).floor()) }
    }

    /// Left upper corner of what is seen, in pixels of the drawing: the shape is in the middle as far as that goes.
    fn at(&self, layout: &Layout, shape: Option<&Id>) -> Pos2 {
        let node = shape.and_then(|id| layout.visible(id));
        let middle = node.map_or_else(|| self.bounds.center_top(), |node| node.head.center());
        let at = (middle - self.bounds.min) * self.scale - vec2(self.size.0, self.size.1) / 2.0;
        let room = self.bounds.size() * self.scale - vec2(self.size.0, self.size.1);
        // Whole steps, so that the picture does not creep with every shape.
        let stepped = |at: f32, room: f32| ((at / 40.0).round() * 40.0).clamp(0.0, room.max(0.0)).floor();
        pos2(stepped(at.x, room.x), stepped(at.y, room.y))
    }

    /// What moves, as a drawing of the size of a picture.
    fn over(&self, layout: &Layout, t: &Tokens, scene: &Scene, view: Pos2) -> String {
        let (w, h) = (self.size.0, self.size.1 + FOOT);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">"
        );
        let place = |rect: Rect| {
            let at = (rect.min - self.bounds.min) * self.scale - view.to_vec2();
            Rect::from_min_size(at.to_pos2(), rect.size() * self.scale)
        };
        let z = self.scale;
        for node in scene.done.iter().filter_map(|id| layout.node(id)) {
            let head = place(node.head);
            let bar = Rect::from_min_size(
                head.left_top() + vec2(0.0, 8.0 * z),
                vec2(3.0 * z, head.height() - 16.0 * z),
            );
            frame(&mut out, bar, 1.5, (Some(t.ok), None, ""));
        }
        if let Some(node) = scene.at.as_ref().and_then(|id| layout.visible(id)) {
            here(&mut out, place(node.head), node, t, scene, z);
        }
        if let Some((shape, inbound, name)) = &scene.message
            && let Some(node) = layout.visible(shape)
        {
            let wire = layout.wires.iter().find(|w| w.shape == *shape && (w.flow == Flow::In) == *inbound);
            let middle = wire.and_then(|wire| wire.points.get(wire.points.len() / 2)).copied();
            let at = place(Rect::from_center_size(
                middle.unwrap_or_else(|| node.head.center_bottom()),
                vec2(1.0, 1.0),
            ));
            pill(&mut out, at.center(), name, t, self.size);
        }
        let foot = Rect::from_min_size(pos2(0.0, self.size.1), vec2(w, FOOT));
        frame(&mut out, foot, 0.0, (Some(t.panel), None, ""));
        let middle = foot.center().y + 4.5;
        let clock = Clock(scene.clock).to_string();
        let _ = write!(
            out,
            "<text x=\"14\" y=\"{middle}\" font-size=\"12\" font-family=\"JetBrains Mono\" fill=\"{}\">{clock}</text>",
            hex(t.muted)
        );
        let words: String = scene.words.chars().take((w / 7.4) as usize - 16).collect();
        let words = if words.len() < scene.words.len() { format!("{words}…") } else { words };
        let _ = write!(
            out,
            "<text x=\"118\" y=\"{middle}\" font-size=\"13\" fill=\"{}\">{}</text></svg>",
            hex(t.text),
            escaped(&words)
        );
        out
    }
}

/// The shape that runs, waits or failed, with the token.
fn here(out: &mut String, head: Rect, node: &Node, t: &Tokens, scene: &Scene, z: f32) {
    let color = if scene.failed {
        t.error
    } else if scene.waits {
        t.warn
    } else {
        t.brand
    };
    let dash = if scene.waits || scene.failed { " stroke-dasharray=\"6 4\"" } else { "" };
    frame(out, head.expand(2.0), 10.0 * z, (None, Some((2.0, color)), dash));
    let at = head.right_center() - vec2(if node.container { 44.0 * z } else { 0.0 }, 0.0);
    let _ = write!(
        out,
        "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{}\"/>",
        at.x,
        at.y,
        8.0 * z,
        hex(t.brand),
        hex(t.canvas)
    );
}

/// A message on its way.
fn pill(out: &mut String, at: Pos2, name: &str, t: &Tokens, (w, h): (f32, f32)) {
    let width = name.chars().count() as f32 * 6.9 + 24.0;
    let center = pos2(
        at.x.clamp(width / 2.0 + 4.0, (w - width / 2.0 - 4.0).max(width / 2.0 + 4.0)),
        at.y.clamp(14.0, (h - 14.0).max(14.0)),
    );
    let body = Rect::from_center_size(center, vec2(width, 22.0));
    frame(out, body, 11.0, (Some(t.brand), None, ""));
    let _ = write!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"11.5\" font-weight=\"600\" text-anchor=\"middle\" fill=\"{}\">{}</text>",
        center.x,
        center.y + 4.0,
        hex(t.on_brand),
        escaped(name)
    );
}

fn frame(
    out: &mut String,
    rect: Rect,
    radius: f32,
    (fill, stroke, more): (Option<Color32>, Option<(f32, Color32)>, &str),
) {
    let fill = fill.map_or_else(|| "none".to_owned(), hex);
    let stroke = stroke.map_or_else(String::new, |(width, color)| {
        format!(" stroke=\"{}\" stroke-width=\"{width}\"", hex(color))
    });
    let _ = write!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{radius}\" fill=\"{fill}\"{stroke}{more}/>",
        rect.left(),
        rect.top(),
        rect.width().max(0.0),
        rect.height().max(0.0)
    );
}

fn hex(color: Color32) -> String {
    format!("#{:02x}{:02x}{:02x}", color.r(), color.g(), color.b())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The part of the drawing that is seen, with what moves over it; both premultiplied RGBA.
fn composed(base: &[u8], width: usize, view: Pos2, over: &[u8], [w, h]: [usize; 2], t: &Tokens) -> Vec<u8> {
    let (left, top) = (view.x as usize, view.y as usize);
    let none = [t.canvas.r(), t.canvas.g(), t.canvas.b(), 255];
    let mut pixels = Vec::with_capacity(w * h * 4);
    for (i, upper) in over.chunks_exact(4).enumerate() {
        let (x, y) = (i % w.max(1), i / w.max(1));
        let at = ((top + y) * width + left + x) * 4;
        let inside = left + x < width;
        let under = base.get(at..at + 4).filter(|_| inside).unwrap_or(&none);
        let keep = 255 - u16::from(upper.get(3).copied().unwrap_or_default());
        for (a, b) in upper.iter().zip(under).take(3) {
            let mixed = u16::from(*a) + u16::from(*b) * keep / 255;
            pixels.push(u8::try_from(mixed).unwrap_or(u8::MAX));
        }
        pixels.push(255);
    }
    pixels
}

/// The modules that have an orchestration which ran in what is kept.
pub fn filmed(run: &Run) -> Vec<String> {
    let application: &Application = &run.engine().program().application;
    let ran = |key: &String| {
        let module = application.modules.get(key)?;
        let service = Name::new(&module.full_name(&module.orchestration.as_ref()?.name));
        run.events().iter().find_map(|event| created(event, service))
    };
    application.modules.keys().filter(|key| ran(key).is_some()).cloned().collect()
}
