//! What the frame of the window says of a tab that is no orchestration: facts and uses at the right, a count below.

use super::{fields, properties};
use crate::diagnostic::{Diagnostic, capital, counted};
use crate::language::{Target, UsageKind, usages};
use crate::model::ShapeKind;
use crate::model::edit::DeclarationKind;
use crate::studio::document::{Action, Document, Selection};
use crate::studio::editors::list;
use crate::studio::editors::ports::Item;
use crate::studio::icons::Glyph;
use crate::studio::tabs::Tab;
use crate::studio::theme::Tokens;
use egui::{RichText, ScrollArea, Ui, vec2};
use std::sync::Arc;

/// A place that uses what the tab shows: its name, what it is, and where to go for it.
#[derive(Clone)]
struct Use {
    name: String,
    about: String,
    module: String,
    selection: Selection,
}

/// Shows the right panel; `item` is what the ports editor shows.
pub fn ui(ui: &mut Ui, document: &Document, tab: &Tab, item: Option<&Item>, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let (mut name, glyph, kind) = tab.about(&document.app);
    let mut kind = capital(kind);
    if let (Tab::Ports, Some(item)) = (tab, item) {
        item.name().clone_into(&mut name);
        kind = capital(item.singular());
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 5.0);
        ui.set_max_width(ui.available_width() - 4.0);
        // As on the page itself.
        let color = if glyph == Glyph::Expression { t.expression } else { t.construct };
        properties::title(ui, glyph, color, &name, &kind);
        for (label, value) in facts(document, tab) {
            fields::row(ui, label, |ui| ui.add(egui::Label::new(value).truncate()));
        }
        if let Some((title, nobody)) = uses_words(tab, item) {
            fields::heading(ui, title);
            let uses = known_uses(ui, document, tab, item);
            for used in uses.iter() {
                let glyph = Glyph::Flow;
                if list::row(ui, glyph, &used.name, &used.about, false, "Go to") {
                    let (module, selection) = (used.module.clone(), used.selection.clone());
                    actions.push(Action::Go { module, selection });
                }
            }
            if uses.is_empty() {
                fields::note(ui, nobody);
            }
        }
        let found = problems(document, tab);
        if !found.is_empty() {
            fields::heading(ui, "Problems");
            actions.extend(list::findings(ui, &found).map(Action::Mend));
        }
        if let Tab::Preferences | Tab::Compare(_) = tab {
            let words = RichText::new("Go to an orchestration to see the properties of its shapes.").small();
            ui.add(egui::Label::new(words.color(t.muted)).wrap());
        }
        ui.add_space(16.0);
    });
}

/// The right panel while no tab is open.
pub fn nothing(ui: &mut Ui) {
    ui.add_space(12.0);
    fields::note(ui, "Open an orchestration or a file to see its properties here.");
}

/// What the status line says of the tab.
pub fn status(document: &Document, tab: &Tab) -> String {
    let app = &document.app;
    match tab {
        Tab::Schema(path) => {
            let roots = document.schemas.roots_of(path);
            let (count, promoted) = roots.fold((0, 0), |(n, p), root| (n + 1, p + root.promoted.len()));
            format!("{} · {promoted} promoted", counted(count, "root"))
        }
        Tab::Message(path) => counted(app.messages.get(path).map_or(0, |text| text.lines().count()), "line"),
        Tab::Map(name) => app.maps.get(name).map_or_else(String::new, |map| match &map.drawing {
            Some(drawing) => counted(drawing.pages.iter().map(|page| page.links.len()).sum(), "link"),
            None => counted(map.rules.len(), "rule"),
        }),
        Tab::Policy(name) => counted(app.policies.get(name).map_or(0, |p| p.versions.len()), "version"),
        Tab::Script(class) => {
            counted(app.components.get(class).map_or(0, |text| text.lines().count()), "line")
        }
        Tab::Code(place) => counted(place.text(app).map_or(0, |text| text.lines().count()), "line"),
        Tab::Ports | Tab::Application => {
            let bindings = &app.bindings;
            format!(
                "{} · {}",
                counted(bindings.receive_ports.len(), "receive port"),
                counted(bindings.send_ports.len(), "send port")
            )
        }
        Tab::Settings => counted(app.settings.configuration.len(), "configuration value"),
        Tab::Orchestration(_) | Tab::Preferences | Tab::Compare(_) => String::new(),
    }
}

fn facts(document: &Document, tab: &Tab) -> Vec<(&'static str, String)> {
    let app = &document.app;
    let short = |types: &[String]| {
        let names: Vec<&str> = types.iter().map(|t| t.rsplit('#').next().unwrap_or(t)).collect();
        names.join(", ")
    };
    match tab {
        Tab::Schema(path) => {
            let roots: Vec<&str> = document.schemas.roots_of(path).map(|r| r.root.as_str()).collect();
            let first = document.schemas.roots_of(path).next();
            let namespace = first.map_or_else(String::new, |root| root.namespace.to_string());
            vec![("File", path.clone()), ("Roots", roots.join(", ")), ("Namespace", namespace)]
        }
        Tab::Message(path) => vec![("File", path.clone())],
        Tab::Map(name) => app
            .maps
            .get(name)
            .map_or_else(Vec::new, |map| vec![("From", short(&map.sources)), ("To", short(&map.targets))]),
        Tab::Policy(name) => app.policies.get(name).map_or_else(Vec::new, |policy| {
            let latest = policy.latest(None).map(|v| format!("{}.{}", v.major, v.minor));
            vec![("Latest", latest.unwrap_or_else(|| "no version".to_owned()))]
        }),
        Tab::Script(class) => vec![("Class", class.clone())],
        Tab::Code(place) => vec![(
            "In",
            app.modules.get(&place.module).map_or_else(String::new, |m| {
                m.orchestration.as_ref().map_or_else(|| place.module.clone(), |o| o.name.clone())
            }),
        )],
        Tab::Application | Tab::Settings => {
            let count = |count: usize| count.to_string();
            let drawn = app.modules.values().filter(|m| m.orchestration.is_some()).count();
            let place = document.base.as_ref().or(document.folder.as_ref());
            vec![
                ("Folder", place.map_or_else(|| "not saved yet".to_owned(), |f| f.display().to_string())),
                ("Orchestrations", count(drawn)),
                ("Receive ports", count(app.bindings.receive_ports.len())),
                ("Send ports", count(app.bindings.send_ports.len())),
                ("Schemas", count(app.schemas.len())),
                ("Maps", count(app.maps.len())),
            ]
        }
        _ => Vec::new(),
    }
}

/// The heading above what uses it, and what is said when nothing does.
fn uses_words(tab: &Tab, item: Option<&Item>) -> Option<(&'static str, &'static str)> {
    Some(match tab {
        Tab::Schema(_) => ("Messages of these types", "No orchestration has a message of its types."),
        Tab::Map(_) => ("Used by", "No Transform shape uses it."),
        Tab::Policy(_) => ("Called by", "No Call Rules shape calls it."),
        Tab::Script(_) => ("Used by", "No expression uses it."),
        Tab::Ports => match item? {
            Item::ReceivePort(_) | Item::SendPort(_) | Item::Group(_) => {
                ("Bound to it", "No logical port is bound to it directly.")
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// [`uses`], found once for a state of the application.
fn known_uses(ui: &Ui, document: &Document, tab: &Tab, item: Option<&Item>) -> Arc<Vec<Use>> {
    type Known = (u64, Tab, Option<Item>, Arc<Vec<Use>>);
    let id = egui::Id::unique("uses of the page");
    let known: Option<Known> = ui.data(|d| d.get_temp(id));
    if let Some((revision, of, at, uses)) = known
        && (revision, &of, at.as_ref()) == (document.revision, tab, item)
    {
        return uses;
    }
    let uses = Arc::new(uses(document, tab, item));
    let known: Known = (document.revision, tab.clone(), item.cloned(), Arc::clone(&uses));
    ui.data_mut(|d| d.insert_temp(id, known));
    uses
}

fn uses(document: &Document, tab: &Tab, item: Option<&Item>) -> Vec<Use> {
    let app = &document.app;
    let drawn = || app.modules.iter().filter_map(|(key, m)| Some((key, m, m.orchestration.as_ref()?)));
    match tab {
        Tab::Schema(path) => {
            let types: Vec<&str> =
                document.schemas.roots_of(path).map(|root| root.message_type.as_str()).collect();
            let of = |message_type: &str| {
                let root = document.schemas.root_named(message_type);
                root.is_some_and(|root| types.contains(&root.message_type.as_str()))
            };
            drawn()
                .flat_map(|(key, _, o)| o.messages.iter().map(move |m| (key, o, m)))
                .filter(|(_, _, message)| of(&message.message_type))
                .map(|(key, o, message)| Use {
                    name: message.name.clone(),
                    about: o.name.clone(),
                    module: key.clone(),
                    selection: Selection::Declared {
                        scope: None,
                        kind: DeclarationKind::Message,
                        name: message.name.clone(),
                    },
                })
                .collect()
        }
        Tab::Map(name) => named(document, &Target::Map(name.clone())),
        Tab::Script(class) => named(document, &Target::Component(class.clone())),
        Tab::Policy(policy) => drawn()
            .flat_map(|(key, _, o)| o.shapes().into_iter().map(move |shape| (key, o, shape)))
            .filter(|(_, _, s)| matches!(&s.kind, ShapeKind::CallRules(call) if call.policy == *policy))
            .map(|(key, o, shape)| Use {
                name: shape.name.clone(),
                about: o.name.clone(),
                module: key.clone(),
                selection: Selection::Node(shape.id.clone()),
            })
            .collect(),
        Tab::Ports => drawn()
            .flat_map(|(key, m, o)| o.ports.iter().map(move |port| (key, m, o, port)))
            .filter(|(_, module, o, port)| {
                item.is_some() && Item::bound(app, &module.full_name(&o.name), &port.name).as_ref() == item
            })
            .map(|(key, _, o, port)| Use {
                name: port.name.clone(),
                about: o.name.clone(),
                module: key.clone(),
                selection: Selection::Port(port.name.clone()),
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn named(document: &Document, target: &Target) -> Vec<Use> {
    let found = usages(&document.app, &document.knowledge(), target);
    let mut uses: Vec<Use> = Vec::new();
    for usage in found.iter().filter(|usage| usage.kind != UsageKind::Declares) {
        let Some((module, selection)) = crate::studio::problems::place(&document.app, &usage.place) else {
            continue;
        };
        if uses.iter().all(|known| (&known.module, &known.selection) != (&module, &selection)) {
            let own = document.app.modules.get(&module).and_then(|m| m.orchestration.as_ref());
            let about = own.map_or_else(String::new, |o| o.name.clone());
            uses.push(Use { name: usage.place.name.clone(), about, module, selection });
        }
    }
    uses
}

/// Findings in the file of the tab.
fn problems<'a>(document: &'a Document, tab: &Tab) -> Vec<&'a Diagnostic> {
    let own = |problem: &&Diagnostic| match tab {
        Tab::Schema(path) | Tab::Message(path) => problem.place.file == *path,
        Tab::Map(name) => problem.place.module.is_none() && problem.place.name == *name,
        Tab::Application | Tab::Settings => {
            problem.place.module.is_none() && problem.place.file == crate::model::files::APPLICATION
        }
        _ => false,
    };
    document.problems.iter().filter(own).collect()
}
