//! Pictures of the editors: `ORCHESTRION_PICTURES=folder cargo test --test studio editors_gallery`; `ORCHESTRION_ONLY`
//! names those wanted.

use super::harness;
use egui::Theme;
use orchestrion::model::{Application, Settings};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::editors::ports::Item;
use orchestrion::studio::tabs::Tab;
use orchestrion::studio::{Studio, sample};
use std::path::Path;

const LONG: &str = "ThePortThatTakesWhateverTheOldServicingSystemOfTheNorthWesternRegionSendsInTheNight";

/// The sample with very long names, and one with nothing in it.
fn applications() -> Vec<(&'static str, Application)> {
    let plain = sample::load("southridge").unwrap();
    let mut long = plain.clone();
    for (at, port) in long.bindings.receive_ports.iter_mut().enumerate() {
        port.name = format!("{LONG}{at}");
        port.description = LONG.repeat(3);
        port.locations.iter_mut().for_each(|l| l.address = format!("{LONG}/{LONG}/*.xml"));
    }
    let empty = Application {
        settings: Settings { name: "Empty".into(), ..Settings::default() },
        ..Application::default()
    };
    vec![("typical", plain), ("long", long), ("empty", empty)]
}

fn tabs(app: &Application) -> Vec<(&'static str, Tab)> {
    let first = |keys: Option<&String>| keys.cloned().unwrap_or_default();
    let mut tabs =
        vec![("application", Tab::Application), ("ports", Tab::Ports), ("settings", Tab::Settings)];
    if app.modules.contains_key("OrderManager") {
        tabs.push(("schema", Tab::Schema("schemas/Order.xsd".into())));
        tabs.push((
            "message",
            Tab::Message(first(app.messages.keys().find(|k| k.ends_with("/new-order.xml")))),
        ));
        tabs.push(("map", Tab::Map("CSR_OrderRequest_To_Order".into())));
        tabs.push(("policy", Tab::Policy(first(app.policies.keys().next()))));
    }
    tabs
}

#[test]
fn editors_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    let only = std::env::var("ORCHESTRION_ONLY").unwrap_or_default();
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, kind) in [([1480.0, 920.0], "large"), ([1024.0, 640.0], "small")] {
            for (data, app) in applications() {
                for (what, tab) in tabs(&app) {
                    let file = format!("editor-{what}-{data}-{name}-{kind}.png");
                    if !only.split(',').all(|part| file.contains(part)) {
                        continue;
                    }
                    let mut window = harness(Studio::new(Document::new(app.clone(), None)), theme, size);
                    window.run_steps(2);
                    if what == "ports" && data == "typical" && kind == "large" {
                        let port = Item::SendPort("Provisioning-SP".into());
                        window.state_mut().editors.ports.chosen = Some(port);
                    }
                    window.state_mut().tabs.open(tab, false);
                    window.run_steps(4);
                    window.render().unwrap().save(Path::new(&folder).join(file)).unwrap();
                }
            }
            let file = format!("editor-preview-{name}-{kind}.png");
            if only.split(',').all(|part| file.contains(part)) {
                let studio = Studio::new(Document::new(sample::load("southridge").unwrap(), None));
                let mut window = harness(studio, theme, size);
                window.run_steps(2);
                window.state_mut().document.select(Selection::Port("StagePort".into()));
                window.run_steps(3);
                window.render().unwrap().save(Path::new(&folder).join(file)).unwrap();
            }
        }
    }
}
