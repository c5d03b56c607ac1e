//! The application as one picture: who talks to whom, made from the subscriptions.

pub mod layout;
pub mod traffic;

use super::ports::Item;
use super::{Ask, Editing};
use crate::engine::preview::{Fit, Link, LinkKind, Node, NodeKind, Picture};
use crate::studio::canvas::camera::zoomed;
use crate::studio::icons::{self, Glyph};
use crate::studio::panels::fields;
use crate::studio::tabs::Tab;
use crate::studio::theme::{self, Tokens};
use egui::emath::TSTransform;
use egui::epaint::CubicBezierShape;
use egui::{
    Align2, Color32, FontId, Key, PointerButton, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};
use layout::Layout;
use traffic::Traffic;

#[derive(Debug, Default)]
pub struct State {
    layout: Layout,
    made_for: Option<u64>,
    view: Option<TSTransform>,
    /// Node the pointer or the keyboard was at in the last frame.
    at: Option<usize>,
    /// Gives the keyboard to a node in the next frame.
    focus: Option<usize>,
}

/// Zoom below which cards show their name only.
const SMALL: f32 = 0.55;

/// The picture; with the run in it while one is shown.
pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State, traffic: Option<Traffic<'_>>) {
    let t = Tokens::of(ui);
    let picture = std::sync::Arc::clone(&editing.document.picture);
    if state.made_for != Some(editing.document.checked()) {
        state.layout = layout::layout(&picture);
        state.made_for = Some(editing.document.checked());
        state.at = None;
    }
    let (rect, ground) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    ground.widget_info(|| WidgetInfo::labeled(egui::Role::Canvas, true, "Application"));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, t.canvas);
    if picture.nodes.is_empty() {
        let words = "Nothing to see yet: draw an orchestration, or add a port under Ports";
        painter.text(rect.center(), Align2::CENTER_CENTER, words, FontId::proportional(13.0), t.muted);
        return;
    }
    let view = move_view(ui, state, rect, &ground);
    let near = state.at.map(|node| picture.around(node));
    let lit = |link: &Link| state.at.is_none_or(|node| link.from == node || link.to == node);
    frame(&painter, t, state, view, rect);
    let pointer = ui.input(|i| i.pointer.hover_pos()).filter(|p| rect.contains(*p));
    let mut hovered: Option<&Link> = None;
    for pass in [false, true] {
        for link in picture.links.iter().filter(|l| lit(l) == pass) {
            let Some(points) = layout::curve(&state.layout, link) else { continue };
            let points = points.map(|p| view * p);
            draw_link(&painter, t, link, points, view.scaling, pass && state.at.is_some(), pass);
            if state.at.is_none() && pointer.is_some_and(|p| touches(points, p)) {
                hovered = Some(link);
            }
        }
    }
    let (mut at, mut reveal) = (None, None);
    for (number, (node, card)) in picture.nodes.iter().zip(&state.layout.cards).enumerate() {
        let place = view * *card;
        let id = ui.scope_id().with(("node", number));
        let seen = place.intersects(rect);
        let response = ui.interact(if seen { place.intersect(rect) } else { place }, id, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, called(node)));
        ui.accesskit_node_builder(id, |own| own.set_description(words(node)));
        if state.focus == Some(number) {
            response.request_focus();
            state.focus = None;
            reveal = Some(*card);
        }
        if response.gained_focus() {
            reveal = Some(*card);
        }
        if response.hovered() || response.has_focus() {
            at = Some(number);
        }
        if response.has_focus() {
            ui.memory_mut(|m| m.set_focus_lock_filter(id, arrows()));
            if let Some(next) = step(ui, &state.layout, number) {
                state.focus = Some(next);
            }
        }
        if response.clicked() {
            go(editing, node);
        }
        if seen {
            let dim = near.as_ref().is_some_and(|near| !near.contains(&number));
            draw_card(&painter, t, node, place, view.scaling, dim, state.at == Some(number));
            if let Some(traffic) = traffic.filter(|_| !dim) {
                traffic.card(&painter, t, node, place, view.scaling);
            }
        }
        if response.hovered() {
            response.on_hover_ui(|ui| about(ui, &picture, number));
        }
    }
    if let Some(traffic) = traffic {
        let room = rect.with_max_y(rect.bottom() - CORNER);
        let clicked = traffic.messages(ui, room, (&picture, &state.layout, view));
        editing.asks.extend(clicked.map(Ask::Why));
    }
    if let Some(card) = reveal {
        show(state, rect, card);
    }
    if at != state.at {
        state.at = at;
        ui.request_repaint();
    }
    if let Some(link) = hovered.filter(|_| at.is_none()) {
        ground.on_hover_ui_at_pointer(|ui| about_link(ui, &picture, link));
    }
    corner(ui, editing, state, rect);
}

fn arrows() -> egui::EventFilter {
    egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() }
}

/// Pans, zooms, and gives the view of this frame.
fn move_view(ui: &Ui, state: &mut State, rect: Rect, ground: &egui::Response) -> TSTransform {
    let mut view = state.view.unwrap_or_else(|| fitted(&state.layout, rect, READABLE));
    if ground.dragged_by(PointerButton::Primary) || ground.dragged_by(PointerButton::Middle) {
        view.translation += ground.drag_delta();
    }
    if ui.rect_contains_pointer(rect)
        && let Some(pointer) = ui.input(|i| i.pointer.hover_pos())
    {
        let factor = ui.input(|i| i.zoom_delta());
        if factor == 1.0 {
            view.translation += ui.input(|i| i.smooth_scroll_delta());
        } else {
            view = zoomed(view, factor, pointer);
        }
    }
    let moved = state.view.is_some() || view != fitted(&state.layout, rect, READABLE);
    state.view = moved.then_some(view);
    view
}

/// All of its width, and of its height as much as there is room for: then from the top. Not smaller than `least`.
fn fitted(layout: &Layout, rect: Rect, least: f32) -> TSTransform {
    let Some(bounds) = layout.bounds else { return TSTransform::IDENTITY };
    let room = Rect::from_min_max(rect.min + vec2(24.0, 20.0), rect.max - vec2(24.0, 52.0));
    let (wide, tall) = (room.width() / bounds.width(), room.height() / bounds.height());
    let scale = if tall < least { wide } else { wide.min(tall) }.clamp(least.min(wide), 1.0);
    let mut by = room.center() - bounds.center().to_vec2() * scale;
    if bounds.width() * scale > room.width() {
        by.x = room.left() - bounds.left() * scale;
    }
    if bounds.height() * scale > room.height() {
        by.y = room.top() - bounds.top() * scale;
    }
    TSTransform::new(by.to_vec2(), scale)
}

/// All of it, however small.
fn whole(layout: &Layout, rect: Rect) -> TSTransform {
    let tall = layout.bounds.map_or(1.0, |bounds| (rect.height() - 72.0) / bounds.height());
    fitted(layout, rect, tall.clamp(0.05, 1.0))
}

/// Scale from which on every card is read; the first view is smaller only where the window is too narrow for that.
const READABLE: f32 = 0.8;

/// Moves the view so that a card is in it.
fn show(state: &mut State, rect: Rect, card: Rect) {
    let mut view = state.view.unwrap_or_else(|| fitted(&state.layout, rect, READABLE));
    let (place, room) = (view * card, rect.shrink(24.0));
    let pull = |low: f32, high: f32, from: f32, to: f32| {
        if from < low {
            low - from
        } else if to > high {
            high - to
        } else {
            0.0
        }
    };
    let by = vec2(
        pull(room.left(), room.right(), place.left(), place.right()),
        pull(room.top(), room.bottom(), place.top(), place.bottom()),
    );
    if by != Vec2::ZERO {
        view.translation += by;
        state.view = Some(view);
    }
}

/// The card that an arrow key leads to: the nearest in that direction.
fn step(ui: &Ui, layout: &Layout, from: usize) -> Option<usize> {
    let way = ui.input(|i| {
        let pressed = |key| i.key_pressed(key);
        [
            (Key::ArrowLeft, vec2(-1.0, 0.0)),
            (Key::ArrowRight, vec2(1.0, 0.0)),
            (Key::ArrowUp, vec2(0.0, -1.0)),
            (Key::ArrowDown, vec2(0.0, 1.0)),
        ]
        .into_iter()
        .find_map(|(key, way)| pressed(key).then_some(way))
    })?;
    let start = layout.cards.get(from)?.center();
    let mut best: Option<(f32, usize)> = None;
    for (number, card) in layout.cards.iter().enumerate().filter(|(n, _)| *n != from) {
        let by = card.center() - start;
        let (along, across) = (by.dot(way), by.dot(way.rot90()).abs());
        if along > 1.0 && best.is_none_or(|(far, _)| along + across * 2.0 < far) {
            best = Some((along + across * 2.0, number));
        }
    }
    best.map(|(_, number)| number)
}

fn color(t: &Tokens, kind: NodeKind) -> Color32 {
    match kind {
        NodeKind::ReceiveLocation | NodeKind::ReceivePort => t.messaging,
        NodeKind::Orchestration => t.call,
        NodeKind::SendPort | NodeKind::SendPortGroup => t.scope,
    }
}

fn glyph(kind: NodeKind) -> Glyph {
    match kind {
        NodeKind::ReceiveLocation => Glyph::Envelope,
        NodeKind::ReceivePort => Glyph::Receive,
        NodeKind::Orchestration => Glyph::Flow,
        NodeKind::SendPort => Glyph::Send,
        NodeKind::SendPortGroup => Glyph::Group,
    }
}

fn what(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::ReceiveLocation => "Receive location",
        NodeKind::ReceivePort => "Receive port",
        NodeKind::Orchestration => "Orchestration",
        NodeKind::SendPort => "Send port",
        NodeKind::SendPortGroup => "Send port group",
    }
}

fn called(node: &Node) -> String {
    format!("{} {}", what(node.kind), node.short())
}

/// Opens what a node stands for.
fn go(editing: &mut Editing<'_>, node: &Node) {
    let app = &editing.document.app;
    let bound = match node.kind {
        NodeKind::Orchestration => {
            editing.asks.push(Ask::Open(Tab::Orchestration(node.home.clone())));
            return;
        }
        NodeKind::ReceiveLocation => Item::ReceivePort(node.home.clone()),
        NodeKind::ReceivePort => Item::ReceivePort(node.name.clone()),
        NodeKind::SendPort => Item::SendPort(node.name.clone()),
        NodeKind::SendPortGroup => Item::Group(node.name.clone()),
    };
    if bound.exists(app) {
        editing.asks.push(Ask::Choose(bound));
        return;
    }
    // A port that deployment makes belongs to a logical port: `Orchestration.Port`.
    let name = if node.kind == NodeKind::ReceiveLocation { &node.home } else { &node.name };
    let Some((service, port)) = name.rsplit_once('.') else { return };
    let found = app.modules.iter().find(|(_, m)| {
        m.orchestration.as_ref().is_some_and(|o| m.full_name(&o.name) == service && o.port(port).is_some())
    });
    if let Some((module, _)) = found {
        let selection = crate::studio::document::Selection::Port(port.to_owned());
        editing.asks.push(Ask::Go(module.clone(), selection));
    }
}

/// Titles of the columns and the message box.
fn frame(painter: &egui::Painter, t: &Tokens, state: &State, view: TSTransform, rect: Rect) {
    let size = (10.5 * view.scaling).clamp(8.0, 12.0);
    for (at, words) in &state.layout.titles {
        let font = FontId::new((size * 2.0).round() / 2.0, theme::semibold());
        painter.text(view * *at, Align2::CENTER_CENTER, words.to_uppercase(), font, t.muted);
    }
    let Some(place) = state.layout.message_box else { return };
    let place = view * place;
    painter.rect(place, 8.0 * view.scaling, t.surface, Stroke::new(1.0, t.line), StrokeKind::Inside);
    let font = FontId::new((11.0 * view.scaling).clamp(7.0, 13.0).round(), theme::semibold());
    let galley = painter.layout_no_wrap("MESSAGE BOX".to_owned(), font, t.muted);
    // In the middle of what is seen of it.
    let at = place.intersect(rect).center() + vec2(galley.size().y / 2.0, -galley.size().x / 2.0);
    let words = egui::epaint::TextShape::new(at, galley, t.muted).with_angle(std::f32::consts::FRAC_PI_2);
    painter.add(words);
}

fn draw_link(
    painter: &egui::Painter,
    t: &Tokens,
    link: &Link,
    points: [Pos2; 4],
    zoom: f32,
    strong: bool,
    shown: bool,
) {
    let kind = match link.kind {
        LinkKind::Belongs => t.line_strong,
        LinkKind::Message if link.fit == Fit::Yes => t.messaging,
        LinkKind::Message => t.expression,
        LinkKind::Failure => t.error,
        LinkKind::Call | LinkKind::Start => t.call,
    };
    let alpha = match (strong, shown, link.fit) {
        (true, ..) => 1.0,
        (_, false, _) => 0.10,
        (_, _, Fit::Yes) => 0.55,
        _ => 0.32,
    };
    let width = if strong { 2.0 } else { 1.2 } * zoom.clamp(0.6, 1.3);
    let stroke = Stroke::new(width, kind.gamma_multiply(alpha));
    let curve = CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke);
    if link.kind == LinkKind::Start || (link.kind == LinkKind::Message && link.fit == Fit::Maybe) {
        let flat = curve.flatten(Some(0.5));
        painter.extend(egui::Shape::dashed_line(&flat, stroke, 6.0 * zoom.max(0.5), 4.0 * zoom.max(0.5)));
    } else {
        painter.add(curve);
    }
    if link.kind != LinkKind::Belongs {
        head(painter, points[2], points[3], zoom, stroke.color);
        if link.two_way {
            head(painter, points[1], points[0], zoom, stroke.color);
        }
    }
}

/// An arrow head that comes from a direction.
fn head(painter: &egui::Painter, from: Pos2, tip: Pos2, zoom: f32, color: Color32) {
    let back = (from - tip).normalized() * 8.0 * zoom.clamp(0.5, 1.3);
    let side = back.rot90() * 0.42;
    let points = vec![tip, tip + back + side, tip + back - side];
    painter.add(egui::Shape::convex_polygon(points, color, Stroke::NONE));
}

fn touches(points: [Pos2; 4], at: Pos2) -> bool {
    let curve = CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, Stroke::NONE);
    let around = curve.logical_bounding_rect().expand(6.0);
    around.contains(at) && (0_u8..=40).any(|step| curve.sample(f32::from(step) / 40.0).distance(at) < 6.0)
}

fn draw_card(
    painter: &egui::Painter,
    t: &Tokens,
    node: &Node,
    place: Rect,
    zoom: f32,
    dim: bool,
    strong: bool,
) {
    let fade = |c: Color32| if dim { c.gamma_multiply(0.35) } else { c };
    let tint = color(t, node.kind);
    let border = if strong { t.selection } else { t.line_strong };
    let radius = 8.0 * zoom;
    let fill = if dim { t.tint(t.canvas, t.card, 0.5) } else { t.card };
    painter.rect(
        place,
        radius,
        fill,
        Stroke::new(if strong { 1.5 } else { 1.0 }, fade(border)),
        StrokeKind::Inside,
    );
    let side = place.height() * 0.62;
    let chip = Rect::from_center_size(
        pos2(place.left() + 8.0 * zoom + side / 2.0, place.center().y),
        Vec2::splat(side),
    );
    icons::chip(
        painter,
        glyph(node.kind),
        chip,
        t.card,
        fade(if node.off { t.muted } else { tint }),
        (6.0 * zoom).into_radius(),
    );
    if zoom < 0.28 {
        return;
    }
    let left = chip.right() + 8.0 * zoom;
    let width = place.right() - left - 8.0 * zoom;
    let half = |size: f32| (size * zoom * 2.0).round() / 2.0;
    let small = zoom < SMALL;
    let name = cut(painter, node.short(), FontId::new(half(12.5).max(6.5), theme::semibold()), width);
    // Two lines in the middle of the card.
    let margin = (place.height() / zoom - 32.0).max(0.0) / 2.0 * zoom;
    let y = if small { place.center().y - name.size().y / 2.0 } else { place.top() + margin };
    painter.galley(pos2(left, y), name, fade(if node.off { t.muted } else { t.text }));
    if !small {
        let about = cut(painter, &words(node), FontId::proportional(half(10.5)), width);
        painter.galley(pos2(left, place.bottom() - margin - about.size().y), about, fade(t.muted));
    }
}

/// What is said below the name.
fn words(node: &Node) -> String {
    if node.off { format!("{} · off", node.about) } else { node.about.clone() }
}

fn cut(painter: &egui::Painter, text: &str, font: FontId, width: f32) -> std::sync::Arc<egui::Galley> {
    let format = egui::text::TextFormat::simple(font, Color32::PLACEHOLDER);
    let mut job = egui::text::LayoutJob::single_section(text.to_owned(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
    painter.layout_job(job)
}

trait IntoRadius {
    fn into_radius(self) -> egui::CornerRadius;
}

impl IntoRadius for f32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few points")]
    fn into_radius(self) -> egui::CornerRadius {
        egui::CornerRadius::same(self.clamp(0.0, 40.0) as u8)
    }
}

/// What goes in and out at a node, in words.
fn about(ui: &mut Ui, picture: &Picture, number: usize) {
    let Some(node) = picture.nodes.get(number) else { return };
    let t = Tokens::of(ui);
    ui.set_max_width(420.0);
    ui.label(RichText::new(node.short()).text_style(theme::strong()));
    ui.label(RichText::new(format!("{} · {}", what(node.kind), node.about)).small().color(t.muted));
    if node.off {
        ui.label(RichText::new("Not started: nothing goes through it").small().color(t.warn));
    }
    let mut lines = |title: &str, links: Vec<(&Link, usize)>| {
        let links: Vec<_> = links.into_iter().filter(|(l, _)| l.kind != LinkKind::Belongs).collect();
        if links.is_empty() {
            return;
        }
        fields::heading(ui, title);
        for (link, other) in links.iter().take(FEW) {
            let name = picture.nodes.get(*other).map_or("", Node::short);
            ui.label(RichText::new(name).family(theme::medium()));
            if !link.messages.is_empty() {
                let messages = RichText::new(link.messages.join(", ")).small().color(t.muted);
                ui.add(egui::Label::new(messages).truncate());
            }
        }
        if links.len() > FEW {
            ui.label(RichText::new(format!("and {} more", links.len() - FEW)).small().color(t.muted));
        }
    };
    lines("Gets from", picture.links.iter().filter(|l| l.to == number).map(|l| (l, l.from)).collect());
    lines("Sends to", picture.links.iter().filter(|l| l.from == number).map(|l| (l, l.to)).collect());
}

/// Neighbours told of a card in each direction, so that what is told leaves the picture in sight.
const FEW: usize = 5;

fn about_link(ui: &mut Ui, picture: &Picture, link: &Link) {
    let t = Tokens::of(ui);
    ui.set_max_width(420.0);
    let name = |node: usize| picture.nodes.get(node).map_or("", Node::short);
    ui.label(RichText::new(format!("{} → {}", name(link.from), name(link.to))).text_style(theme::strong()));
    for message in &link.messages {
        ui.label(RichText::new(message).small().color(t.muted));
    }
    if link.two_way {
        ui.label(RichText::new("An answer comes back").small().color(t.muted));
    }
}

/// Height of what lies over the picture at its lower edge.
const CORNER: f32 = 46.0;

/// What lies over the picture at its lower edge: the way to the ports, what the lines mean, and the whole view.
fn corner(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State, rect: Rect) {
    let t = Tokens::of(ui);
    let bar = Rect::from_min_max(
        pos2(rect.left() + 12.0, rect.bottom() - CORNER + 8.0),
        rect.right_bottom() - vec2(12.0, 8.0),
    );
    // The picture goes on beneath.
    let ground = bar.expand2(vec2(12.0, 8.0)).intersect(rect);
    ui.painter_at(rect).rect_filled(ground, 0.0, t.panel);
    ui.painter_at(rect).hline(ground.x_range(), ground.top(), Stroke::new(1.0, t.line));
    let mut over = ui.new_child(egui::UiBuilder::new().max_rect(bar));
    over.horizontal_centered(|ui| {
        if ui.button("Ports").on_hover_text("Edit ports, groups, pipelines and hosts").clicked() {
            editing.asks.push(Ask::Open(Tab::Ports));
        }
        if ui.button("Show all").on_hover_text("The whole application in view").clicked() {
            state.view = Some(whole(&state.layout, rect));
        }
        if ui.available_width() > 420.0 {
            ui.add_space(8.0);
            for (color, words) in [
                (t.messaging, "goes there"),
                (t.expression, "may go there"),
                (t.call, "calls or starts"),
                (t.error, "failed messages"),
            ] {
                let (place, _) = ui.allocate_exact_size(vec2(16.0, 12.0), Sense::hover());
                ui.painter().hline(place.x_range(), place.center().y, Stroke::new(2.0, color));
                ui.label(RichText::new(words).small().color(t.muted));
            }
        }
    });
}
