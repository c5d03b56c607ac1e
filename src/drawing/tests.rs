//! Layout, hits and wires of real orchestrations, without painting.

use super::hit::Step;
use super::kinds;
use super::layout::{self, Layout, Node};
use crate::model::{Application, Id, files};
use emath::Rect;
use std::collections::BTreeSet;
use std::path::Path;

fn load(sample: &str) -> Application {
    files::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(sample)).unwrap().0
}

fn each(check: impl Fn(&str, &Layout)) {
    for name in ["hello", "southridge"] {
        let app = load(name);
        for (module, orchestration) in app.orchestrations() {
            let laid = layout::layout(&app, module, orchestration, &BTreeSet::new());
            check(&orchestration.name, &laid);
        }
    }
}

fn open(name: &str, collapsed: &[&str]) -> Layout {
    let app = load("southridge");
    let (module, orchestration) = app.orchestration(name).unwrap();
    let ids = orchestration.shapes().into_iter().filter(|s| collapsed.contains(&s.name.as_str()));
    let collapsed: BTreeSet<Id> = ids.map(|s| s.id.clone()).collect();
    layout::layout(&app, module, orchestration, &collapsed)
}

fn node<'a>(layout: &'a Layout, title: &str) -> &'a Node {
    layout.nodes.iter().find(|n| n.title == title).unwrap()
}

#[test]
fn everything_stands_inside_what_holds_it() {
    each(|name, layout| {
        for node in &layout.nodes {
            let Some(parent) = node.parent else { continue };
            let outer = layout.nodes[parent].rect;
            assert!(
                outer.expand(0.01).contains_rect(node.rect),
                "{} leaves its container in {name}",
                node.title
            );
        }
    });
}

#[test]
fn cards_never_overlap() {
    each(|name, layout| {
        let mut all: Vec<(&str, Rect)> =
            layout.nodes.iter().filter(|n| !n.container).map(|n| (n.title.as_str(), n.rect)).collect();
        all.extend(layout.ports.iter().map(|p| (p.name.as_str(), p.rect)));
        for (i, (a, ra)) in all.iter().enumerate() {
            for (b, rb) in &all[i + 1..] {
                assert!(!ra.shrink(0.01).intersects(*rb), "{a} lies on {b} in {name}");
            }
        }
    });
}

#[test]
fn every_block_has_a_slot_before_each_shape_and_one_at_the_end() {
    each(|name, layout| {
        let shapes = layout.nodes.iter().filter(|n| n.shape).count();
        let ends = layout.slots.iter().filter(|s| layout.words(s).contains("end of") || s.empty).count();
        assert_eq!(layout.slots.len(), shapes + ends, "{name}");
    });
}

#[test]
fn a_wire_runs_past_the_cards_in_its_way() {
    let layout = open("OrderBrokerOrch", &[]);
    let order = node(&layout, "Vendor Order");
    let wire = layout.wires.iter().find(|w| w.shape == order.id).unwrap();
    let others: Vec<Rect> =
        layout.nodes.iter().filter(|n| !n.container && n.id != order.id).map(|n| n.rect).collect();
    for (a, b) in wire.points.iter().zip(&wire.points[1..wire.points.len() - 1]) {
        let way = Rect::from_two_pos(*a, *b).expand(1.0);
        assert!(!others.iter().any(|card| card.intersects(way)), "{way:?} crosses a card");
    }
}

#[test]
fn a_closed_container_keeps_its_place_and_hides_its_shapes() {
    let (open, closed) = (open("OrderManagerOrch", &[]), self::open("OrderManagerOrch", &["For Each Stage"]));
    assert!(closed.nodes.len() < open.nodes.len());
    assert_eq!(node(&closed, "For Each Stage").collapsed, Some(true));
    assert!(node(&closed, "For Each Stage").hidden > 10);
    let wires = |l: &Layout| l.wires.len();
    assert_eq!(wires(&open), wires(&closed), "hidden shapes keep their wires, on the closed container");
}

#[test]
fn down_enters_the_first_lane_and_right_changes_lane() {
    let layout = open("OrderBrokerOrch", &[]);
    let go = |from: &str, step: Step| layout.step(&node(&layout, from).id, step).unwrap().title.as_str();
    assert_eq!(go("Listen For Orders", Step::Down), "CSR Order");
    assert_eq!(go("CSR Order", Step::Right), "Vendor Order");
    assert_eq!(go("Vendor Order", Step::Left), "CSR Order");
    assert_eq!(go("Received from Vendor", Step::Down), "TRACE");
    assert_eq!(go("CSR Order", Step::Up), "Listen For Orders");
}

#[test]
fn the_innermost_thing_is_hit() {
    let layout = open("OrderBrokerOrch", &[]);
    let card = node(&layout, "CSR Order");
    assert_eq!(layout.node_at(card.rect.center()).unwrap().id, card.id);
    let outer = node(&layout, "Listen For Orders");
    assert_eq!(layout.node_at(outer.head.center()).unwrap().id, outer.id);
}

#[test]
fn a_constant_time_span_is_said_in_short_words() {
    let cases = [
        ("new System.TimeSpan(0, 0, 5)", Some("5 s")),
        ("new TimeSpan(1, 0, 2, 30);", Some("1 d 2 min 30 s")),
        ("new System.TimeSpan( 0,0,0,0,250 )", Some("250 ms")),
        ("new System.TimeSpan(0, 90, 0)", Some("1 h 30 min")),
        ("System.TimeSpan.FromMinutes(2)", Some("2 min")),
        ("new System.TimeSpan(0, 0, 0)", Some("0 s")),
        ("new System.TimeSpan(0, 0, patience)", None),
        ("new System.TimeSpan(5)", None),
        ("new System.DateTime(2026, 1, 1)", None),
        ("Orchestrion.Configuration.Get(\"Wait\")", None),
    ];
    for (text, said) in cases {
        assert_eq!(kinds::span(text).as_deref(), said, "{text}");
    }
}
