//! Pictures of the canvas alone: `ORCHESTRION_PICTURES=folder cargo test --test studio canvas_gallery`. `ORCHESTRION_LOOK`
//! names one of the looks, when that is enough.

use super::harness;
use egui::{Theme, pos2};
use egui_kittest::Harness;
use orchestrion::model::edit::{BlockRef, Edit, new_shape, toolbox};
use orchestrion::model::{Application, Shape};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::{Studio, sample};
use std::path::Path;

/// One of every kind, with comments and long names here and there.
fn every_kind() -> Application {
    let mut app = sample::load("hello").unwrap();
    let module = app.modules.keys().next().unwrap().clone();
    for (i, kind) in toolbox().into_iter().enumerate() {
        let home = &app.modules[&module];
        let shape = new_shape(home, kind);
        let index = home.orchestration.as_ref().unwrap().body.len();
        let name = if i % 7 == 3 {
            format!("{} with a name that is much longer than any card is wide", shape.name)
        } else {
            shape.name.clone()
        };
        let comments = if i % 4 == 1 {
            "A comment that says why this stands here, in more words than fit".to_owned()
        } else {
            String::new()
        };
        let shape = Shape { name, comments, ..shape };
        let edit = Edit::InsertShape { module: module.clone(), block: BlockRef::Body, index, shape };
        let _ = edit.apply(&mut app);
    }
    app
}

fn all_selected(window: &mut Harness<'_, Studio>) {
    let orchestration = window.state().document.orchestration().unwrap();
    let some = orchestration.body.iter().take(3).map(|s| s.id.clone()).collect::<Vec<_>>();
    window.state_mut().document.select(Selection::of(some));
}

#[test]
fn canvas_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    let folder = Path::new(&folder);
    let only = std::env::var("ORCHESTRION_LOOK").unwrap_or_default();
    let looks = [
        (Theme::Dark, "dark", false, 1.0),
        (Theme::Light, "light", false, 1.0),
        (Theme::Light, "contrast", true, 1.5),
        (Theme::Dark, "contrast_dark", true, 2.0),
    ];
    for (theme, name, contrast, pixels) in looks.into_iter().filter(|look| only.is_empty() || look.1 == only)
    {
        for (size, kind) in [([1680.0, 1050.0], "large"), ([1000.0, 680.0], "small")] {
            if contrast && kind == "large" {
                continue;
            }
            let dressed = |studio: Studio| {
                let mut window = harness(studio, theme, size);
                window.set_pixels_per_point(pixels);
                window.state_mut().preferences.high_contrast = contrast;
                window
            };
            let mut window = dressed(Studio::new(Document::new(every_kind(), None)));
            window.run_steps(3);
            let save = |window: &mut Harness<'_, Studio>, what: &str| {
                window.run_steps(3);
                window
                    .render()
                    .unwrap()
                    .save(folder.join(format!("canvas-{what}-{name}-{kind}.png")))
                    .unwrap();
            };
            let key = window.state().tabs.key().to_owned();
            let middle = pos2(size[0] / 2.0, size[1] / 2.0);
            save(&mut window, "kinds");
            let last = window.state().document.orchestration().unwrap().body.len() - 6;
            let shape = window.state().document.orchestration().unwrap().body[last].id.clone();
            window.state_mut().tabs.canvas_mut().reveal(&Selection::Node(shape));
            save(&mut window, "kinds-below");
            window.state_mut().tabs.canvas_mut().zoom_by(&key, 1.6, middle);
            save(&mut window, "near");
            for (what, factor) in [("half", 0.35), ("far", 0.6), ("flat", 0.5)] {
                window.state_mut().tabs.canvas_mut().zoom_by(&key, factor, middle);
                save(&mut window, what);
            }
            window.state_mut().tabs.canvas_mut().fit();
            all_selected(&mut window);
            save(&mut window, "fit");
            window.state_mut().tabs.canvas_mut().zoom_by(&key, 4.0, pos2(size[0] / 2.0, 60.0));
            window.run_steps(2);
            window.drag_at(pos2(size[0] / 2.0 - 90.0, 200.0));
            window.run_steps(2);
            window.hover_at(pos2(size[0] / 2.0, 420.0));
            save(&mut window, "drag");

            let mut window = dressed(Studio::default());
            window.run_steps(3);
            let key = window.state().tabs.key().to_owned();
            save(&mut window, "southridge");
            let orchestration = window.state().document.orchestration().unwrap().clone();
            window.state_mut().tabs.canvas_mut().collapse_all(&key, &orchestration, true);
            save(&mut window, "collapsed");
            let inside =
                orchestration.shapes().into_iter().find(|s| s.kind.label() == "Loop").map(|s| s.id.clone());
            window.state_mut().tabs.canvas_mut().collapse_all(&key, &orchestration, false);
            window.state_mut().tabs.canvas_mut().focus_on(inside.as_ref());
            save(&mut window, "inside");
        }
    }
}
