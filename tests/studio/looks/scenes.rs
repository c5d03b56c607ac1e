//! Every panel, editor and dialog, each as a state of the window one can bring about.

use super::data::{Amount, KINDS, LONG};
use crate::harness;
use crate::run::Bench;
use crate::window::{Window, command};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::edit::{DeclarationKind as K, Edit, Part};
use orchestrion::model::{Application, Binding, Id, Settings};
use orchestrion::studio::command::Command;
use orchestrion::studio::dialogs::{Answer, FolderDialogs, Purpose};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::editors::ports::Item;
use orchestrion::studio::tabs::Tab;
use orchestrion::studio::{Mode, Studio};
use std::path::{Path, PathBuf};

/// Brings the window about; false when there is no such thing in this application.
type Make = Box<dyn Fn(&mut Window) -> bool>;

pub struct Scene {
    pub name: String,
    pub make: Make,
}

impl Scene {
    fn new(name: &str, make: impl Fn(&mut Window) + 'static) -> Self {
        Self::perhaps(name, move |window| {
            make(window);
            true
        })
    }

    fn perhaps(name: &str, make: impl Fn(&mut Window) -> bool + 'static) -> Self {
        Self { name: name.to_owned(), make: Box::new(make) }
    }
}

/// A desktop that answers every question for a file the same way.
#[derive(Debug)]
struct Desktop(Option<PathBuf>);

impl FolderDialogs for Desktop {
    fn ask(&mut self, _: Purpose, _: Option<&Path>, wake: Box<dyn Fn() + Send>) {
        wake();
    }

    fn answer(&mut self) -> Answer {
        self.0.clone().map_or(Answer::Unavailable, Answer::Chosen)
    }
}

/// A window over an application, with nothing moving.
pub fn window(app: &Application, size: [f32; 2]) -> Window {
    let studio = Studio::new(Document::new(app.clone(), None)).with_dialogs(Desktop(None));
    let mut window = harness(studio, Theme::Dark, size);
    window.state_mut().preferences.reduced_motion = true;
    window.run_steps(3);
    window
}

/// The window as it opens: nothing over it, one tab.
pub fn clear(window: &mut Window) {
    for _ in 0..2 {
        press(window, Modifiers::NONE, Key::Escape);
    }
    window.event(egui::Event::PointerGone);
    let ctx = window.ctx.clone();
    let studio = window.state_mut();
    studio.mode = Mode::Design;
    studio.tabs.canvas_mut().focus_on(None);
    let module = match studio.document.app.modules.contains_key("OrderManager") {
        true => "OrderManager".to_owned(),
        false => studio.document.app.modules.keys().next().cloned().unwrap_or_default(),
    };
    while studio.document.unsaved() {
        studio.run_command(&ctx, Command::Undo);
    }
    while !studio.tabs.is_empty() {
        studio.run_command(&ctx, Command::CloseTab);
    }
    studio.run_command(&ctx, Command::ThemeDark);
    studio.document.show(&module);
    studio.tabs = orchestrion::studio::tabs::Tabs::new(Tab::Orchestration(module));
    studio.document.select(Selection::Orchestration);
    window.run_steps(2);
}

pub fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(2);
}

fn open(window: &mut Window, tab: Tab) {
    window.state_mut().tabs.open(tab, false);
    window.run_steps(3);
}

fn select(window: &mut Window, module: &str, selection: Selection) {
    window.state_mut().document.show(module);
    window.state_mut().tabs.open(Tab::Orchestration(module.to_owned()), false);
    window.run_steps(1);
    window.state_mut().document.select(selection.clone());
    window.state_mut().tabs.canvas_mut().reveal(&selection);
    window.run_steps(2);
}

/// Clicks the first control of this role whose name begins so; false without one.
fn click(window: &mut Window, role: Role, name: &str) -> bool {
    let found = window
        .query_all_by_role(role)
        .find(|n| n.accesskit_node().label().is_some_and(|l| l.starts_with(name)))
        .map(|n| n.click());
    window.run_steps(3);
    found.is_some()
}

fn right_click(window: &mut Window, role: Role, name: &str) -> bool {
    let found = window
        .query_all_by_role(role)
        .find(|n| n.accesskit_node().label().is_some_and(|l| l.starts_with(name)))
        .map(|n| n.click_secondary());
    window.run_steps(3);
    found.is_some()
}

/// Scrolls to the first control of this role whose name begins so.
fn reveal(window: &mut Window, role: Role, name: &str) {
    window
        .query_all_by_role(role)
        .find(|n| n.accesskit_node().label().is_some_and(|l| l.starts_with(name)))
        .inspect(|n| n.scroll_to_me());
    window.run_steps(3);
}

fn first<T: Clone>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next()
}

fn app(window: &Window) -> &Application {
    &window.state().document.app
}

/// Everything of Design mode.
pub fn design() -> Vec<Scene> {
    let mut all = vec![
        Scene::new("window", |_| {}),
        Scene::new("problems", |w| {
            if w.query_by_label("PROBLEMS").is_none() {
                command(w, Command::Problems);
            }
        }),
        Scene::new("no-tab", |w| command(w, Command::CloseTab)),
        Scene::new("recent", |w| {
            command(w, Command::CloseTab);
            for name in ["Orders", "Claims", LONG] {
                let path = PathBuf::from(format!("/home/me/projects/{LONG}/{name}"));
                w.state_mut().preferences.remember(&path, name, None);
            }
            w.run_steps(2);
        }),
        Scene::perhaps("types-only", |w| {
            let types = first(
                app(w).modules.iter().filter(|(_, m)| m.orchestration.is_none()).map(|(k, _)| k.clone()),
            );
            types.map(|key| select(w, &key, Selection::Orchestration)).is_some()
        }),
        Scene::new("split", |w| command(w, Command::SplitTab)),
        Scene::new("tabs", |w| {
            let keys: Vec<_> = app(w).modules.keys().cloned().collect();
            keys.into_iter().for_each(|key| open(w, Tab::Orchestration(key)));
        }),
        Scene::new("settings", |w| {
            command(w, Command::Settings);
            w.run_steps(2);
        }),
        Scene::new("history", |w| {
            command(w, Command::NewVariable);
            command(w, Command::NewPort);
            command(w, Command::UndoHistory);
        }),
        Scene::new("history-closed", |w| command(w, Command::UndoHistory)),
        Scene::new("compare", |w| {
            command(w, Command::NewVariable);
            command(w, Command::CompareSaved);
            click(w, Role::ListItem, "Variable");
        }),
    ];
    all.extend(inside());
    all.extend(selections());
    all.extend(editors());
    all.extend(dialogs());
    all.extend(menus());
    all
}

fn inside() -> Vec<Scene> {
    vec![
        Scene::perhaps("inside", |w| {
            let orchestration = w.state().document.orchestration().unwrap();
            let containers: Vec<_> =
                orchestration.shapes().into_iter().filter(|s| !s.blocks().is_empty()).collect();
            let within = |inner: &str| {
                let mut depth = 0;
                for outer in &containers {
                    outer.visit(&mut |shape| depth += usize::from(shape.id.as_str() == inner));
                }
                depth
            };
            let deepest = containers.iter().max_by_key(|shape| within(shape.id.as_str()));
            let Some(deep) = deepest.map(|shape| shape.id.clone()) else { return false };
            w.state_mut().tabs.canvas_mut().focus_on(Some(&deep));
            w.run_steps(3);
            w.state().tabs.canvas().focused_on().is_some()
        }),
        Scene::perhaps("code", |w| {
            let module = w.state().document.module.clone();
            let orchestration = w.state().document.orchestration().unwrap();
            let shape = orchestration.shapes().into_iter().find(|s| s.kind.label() == "Expression");
            let Some(id) = shape.map(|s| s.id.clone()) else { return false };
            select(w, &module, Selection::Node(id));
            command(w, Command::OpenText);
            true
        }),
        Scene::perhaps("uses", |w| {
            let module = w.state().document.module.clone();
            let orchestration = w.state().document.orchestration().unwrap();
            let Some(name) = orchestration.messages.first().map(|m| m.name.clone()) else { return false };
            select(w, &module, Selection::Declared { scope: None, kind: K::Message, name });
            command(w, Command::FindUses);
            true
        }),
        Scene::new("uses-closed", |w| {
            click(w, Role::Button, "Close the uses");
        }),
        Scene::perhaps("inline-rename", |w| {
            let module = w.state().document.module.clone();
            let Some(id) = w.state().document.orchestration().unwrap().body.first().map(|s| s.id.clone())
            else {
                return false;
            };
            select(w, &module, Selection::Node(id));
            press(w, Modifiers::NONE, Key::F2);
            true
        }),
    ]
}

/// The properties of everything that can be selected, of each kind the first.
fn selections() -> Vec<Scene> {
    fn declared(w: &mut Window, kind: K, nth: usize) -> bool {
        let document = &w.state().document;
        let Some(module) = document.module() else { return false };
        let o = module.orchestration.as_ref();
        let names: Vec<String> = match kind {
            K::PortType => module.port_types.iter().map(|t| t.name.clone()).collect(),
            K::MultipartType => module.multipart_types.iter().map(|t| t.name.clone()).collect(),
            K::CorrelationType => module.correlation_types.iter().map(|t| t.name.clone()).collect(),
            K::RoleLinkType => module.role_link_types.iter().map(|t| t.name.clone()).collect(),
            K::Message => o.iter().flat_map(|o| &o.messages).map(|m| m.name.clone()).collect(),
            K::Variable => o.iter().flat_map(|o| &o.variables).map(|m| m.name.clone()).collect(),
            K::CorrelationSet => o.iter().flat_map(|o| &o.correlation_sets).map(|m| m.name.clone()).collect(),
            K::Parameter => o.iter().flat_map(|o| &o.parameters).map(|m| m.name().to_owned()).collect(),
            _ => Vec::new(),
        };
        let key = document.module.clone();
        let Some(name) = names.get(nth).cloned() else { return false };
        select(w, &key, Selection::Declared { scope: None, kind, name });
        true
    }
    let mut all = vec![Scene::perhaps("several", |w| {
        let body = &w.state().document.orchestration().unwrap().body;
        let some: Vec<Id> = body.iter().take(3).map(|s| s.id.clone()).collect();
        let module = w.state().document.module.clone();
        select(w, &module, Selection::of(some.clone()));
        some.len() > 1
    })];
    for (kind, word) in [
        (K::PortType, "port-type"),
        (K::MultipartType, "multipart-type"),
        (K::CorrelationType, "correlation-type"),
        (K::Message, "message"),
        (K::Variable, "variable"),
        (K::CorrelationSet, "correlation-set"),
    ] {
        all.push(Scene::perhaps(&format!("selected-{word}"), move |w| declared(w, kind, 0)));
    }
    all.push(Scene::perhaps("selected-parameter", |w| {
        let with = app(w)
            .modules
            .iter()
            .find(|(_, m)| m.orchestration.as_ref().is_some_and(|o| !o.parameters.is_empty()));
        let Some(key) = with.map(|(key, _)| key.clone()) else { return false };
        select(w, &key, Selection::Orchestration);
        declared(w, K::Parameter, 0)
    }));
    for nth in 0..7 {
        all.push(Scene::perhaps(&format!("selected-port-{nth}"), move |w| {
            let mut seen: Vec<std::mem::Discriminant<Binding>> = Vec::new();
            let ports = app(w)
                .modules
                .iter()
                .flat_map(|(key, m)| m.orchestration.iter().flat_map(|o| &o.ports).map(move |p| (key, p)));
            let mut kinds: Vec<(String, String)> = Vec::new();
            for (key, port) in ports {
                let kind = std::mem::discriminant(&port.binding);
                if !seen.contains(&kind) {
                    seen.push(kind);
                    kinds.push((key.clone(), port.name.clone()));
                }
            }
            let Some((module, name)) = kinds.get(nth).cloned() else { return false };
            select(w, &module, Selection::Port(name));
            true
        }));
    }
    for nth in 0..40 {
        all.push(Scene::perhaps(&format!("selected-shape-{nth}"), move |w| {
            let Some(kinds) = app(w).modules.get(KINDS) else { return false };
            let orchestration = kinds.orchestration.as_ref().unwrap();
            let Some(id) = orchestration.body.get(nth).map(|s| s.id.clone()) else { return false };
            select(w, KINDS, Selection::Node(id));
            true
        }));
    }
    // Shapes with all that a real orchestration fills in.
    for kind in ["Receive", "Send", "Decide", "Loop", "Listen", "Scope", "Call Orchestration", "Transform"] {
        all.push(Scene::perhaps(&format!("filled-{kind}"), move |w| {
            let found = app(w).modules.iter().filter(|(key, _)| *key != KINDS).find_map(|(key, m)| {
                let shapes = m.orchestration.as_ref()?.shapes();
                Some((key.clone(), shapes.into_iter().find(|s| s.kind.label() == kind)?.id.clone()))
            });
            let Some((module, id)) = found else { return false };
            select(w, &module, Selection::Node(id));
            true
        }));
    }
    all.push(Scene::perhaps("filled-Branch", |w| {
        let orchestration = w.state().document.orchestration().unwrap();
        let branches = orchestration.shapes().into_iter().find_map(|s| s.kind.branches());
        let Some(id) = branches.and_then(|b| b.branches.first()).map(|b| b.id.clone()) else { return false };
        let module = w.state().document.module.clone();
        select(w, &module, Selection::Node(id));
        true
    }));
    all
}

fn editors() -> Vec<Scene> {
    let mut all = vec![
        Scene::new("application", |w| open(w, Tab::Application)),
        Scene::new("configuration", |w| open(w, Tab::Settings)),
        Scene::new("ports", |w| open(w, Tab::Ports)),
        Scene::perhaps("schema", |w| {
            let path = app(w).schemas.keys().find(|p| p.contains("/Order")).cloned();
            path.map(|p| open(w, Tab::Schema(p))).is_some()
        }),
        Scene::perhaps("schema-form", |w| {
            let path = app(w).schemas.keys().find(|p| p.contains("/Order")).cloned();
            let found = path.map(|p| open(w, Tab::Schema(p))).is_some();
            let named = |n: &egui_kittest::Node<'_>| {
                n.accesskit_node().label().is_some_and(|label| label.starts_with('/'))
            };
            let chosen = w.query_all_by_role(Role::TreeItem).filter(named).take(3).last().map(|n| n.click());
            w.run_steps(3);
            found && chosen.is_some()
        }),
        Scene::perhaps("message-editor", |w| {
            let path = app(w).messages.keys().find(|p| p.contains("/new-order")).cloned();
            path.map(|p| open(w, Tab::Message(p))).is_some()
        }),
        Scene::perhaps("script", |w| {
            let class = app(w).components.keys().next().cloned();
            class.map(|class| open(w, Tab::Script(class))).is_some()
        }),
    ];
    for nth in 0..3 {
        all.push(Scene::perhaps(&format!("map-{nth}"), move |w| {
            let name = app(w).maps.keys().nth(nth).cloned();
            name.map(|n| open(w, Tab::Map(n))).is_some()
        }));
    }
    all.push(Scene::perhaps("map-link", |w| {
        let Some(name) = app(w).maps.keys().next().cloned() else { return false };
        open(w, Tab::Map(name));
        click(w, Role::Button, "Constant ")
    }));
    all.push(Scene::perhaps("policy", |w| {
        let name = app(w).policies.keys().next().cloned();
        name.map(|n| open(w, Tab::Policy(n))).is_some()
    }));
    let item = |name: &str, choose: fn(&Application) -> Option<Item>| {
        Scene::perhaps(name, move |w| {
            let Some(item) = choose(app(w)) else { return false };
            w.state_mut().editors.ports.chosen = Some(item);
            open(w, Tab::Ports);
            true
        })
    };
    all.push(item("ports-receive", |app| {
        app.bindings.receive_ports.first().map(|p| Item::ReceivePort(p.name.clone()))
    }));
    all.push(item("ports-send", |app| {
        app.bindings.send_ports.first().map(|p| Item::SendPort(p.name.clone()))
    }));
    all.push(item("ports-send-filter", |app| {
        let with = app.bindings.send_ports.iter().find(|p| !p.filter.is_empty());
        with.map(|p| Item::SendPort(p.name.clone()))
    }));
    all.push(item("ports-group", |app| {
        app.bindings.send_port_groups.first().map(|p| Item::Group(p.name.clone()))
    }));
    all.push(item("ports-party", |app| app.bindings.parties.first().map(|p| Item::Party(p.name.clone()))));
    all.push(item("ports-pipeline", |app| {
        app.settings.pipelines.first().map(|p| Item::Pipeline(p.name.clone()))
    }));
    all.push(item("ports-host", |app| app.settings.hosts.first().map(|p| Item::Host(p.name.clone()))));
    all
}

fn dialogs() -> Vec<Scene> {
    vec![
        Scene::new("search", |w| command(w, Command::Palette)),
        Scene::new("search-typed", |w| {
            command(w, Command::Palette);
            w.get_by_label("Search everything").type_text("order");
            w.run_steps(2);
        }),
        Scene::new("search-nothing", |w| {
            command(w, Command::Palette);
            w.get_by_label("Search everything").type_text("qqqqqqqqqq");
            w.run_steps(2);
        }),
        Scene::new("insert", |w| command(w, Command::InsertAfter)),
        Scene::perhaps("wrap", |w| {
            let Some(id) = w.state().document.orchestration().unwrap().body.first().map(|s| s.id.clone())
            else {
                return false;
            };
            let module = w.state().document.module.clone();
            select(w, &module, Selection::Node(id));
            command(w, Command::Wrap);
            true
        }),
        Scene::new("open-path", |w| command(w, Command::OpenPath)),
        Scene::new("save-path", |w| command(w, Command::SaveAs)),
        Scene::new("export-path", |w| command(w, Command::ExportSvg)),
        Scene::new("export-path-typed", |w| {
            command(w, Command::ExportSvg);
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
            w.get_by_role_and_label(Role::TextInput, "File to draw to").type_text(path);
            w.run_steps(2);
        }),
        Scene::new("compare-path", |w| command(w, Command::CompareWith)),
        Scene::new("confirm", |w| {
            command(w, Command::NewVariable);
            command(w, Command::New);
        }),
        Scene::perhaps("rename", |w| {
            let module = w.state().document.module.clone();
            let orchestration = w.state().document.orchestration().unwrap();
            let Some(name) = orchestration.messages.first().map(|m| m.name.clone()) else { return false };
            select(w, &module, Selection::Declared { scope: None, kind: K::Message, name });
            command(w, Command::Rename);
            true
        }),
        Scene::new("report", |w| {
            command(w, Command::OpenPath);
            let path = format!("/nowhere/{LONG}/orders");
            let label = "Application folder, or a folder, solution, project or .odx of BizTalk";
            w.get_by_role_and_label(Role::TextInput, label).type_text(&path);
            w.run_steps(2);
            press(w, Modifiers::NONE, Key::Enter);
            w.run_steps(2);
        }),
    ]
}

fn menus() -> Vec<Scene> {
    let menu = |title: &'static str| {
        Scene::perhaps(&format!("menu-{title}"), move |w| {
            let found = w
                .query_all_by_role(Role::Button)
                .find(|n| n.accesskit_node().label().as_deref() == Some(title) && n.rect().top() < 40.0);
            let found = found.map(|n| n.click()).is_some();
            w.run_steps(3);
            found
        })
    };
    let mut all: Vec<Scene> =
        ["File", "Edit", "Insert", "View", "Run", "Help"].into_iter().map(menu).collect();
    all.push(Scene::perhaps("menu-of-shape", |w| {
        let Some(name) = w.state().document.orchestration().unwrap().body.first().map(|s| s.name.clone())
        else {
            return false;
        };
        right_click(w, Role::TreeItem, &name)
    }));
    all.push(Scene::perhaps("menu-of-declaration", |w| {
        let orchestration = w.state().document.orchestration().unwrap();
        let Some(name) = orchestration.messages.first().map(|m| m.name.clone()) else { return false };
        let name = format!("message {name}");
        reveal(w, Role::TreeItem, &name);
        right_click(w, Role::TreeItem, &name)
    }));
    all.push(Scene::perhaps("drop-down", |w| {
        let module = w.state().document.module.clone();
        let Some(port) = w.state().document.orchestration().unwrap().ports.first().map(|p| p.name.clone())
        else {
            return false;
        };
        select(w, &module, Selection::Port(port));
        click(w, Role::ComboBox, "Port type")
    }));
    all
}

/// Unsaved work that was found, and files that another program changed: each needs a folder.
pub fn safety(app: &Application, size: [f32; 2]) -> Vec<(&'static str, Window)> {
    let (temp, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut document = Document::new(app.clone(), None);
    document.save(temp.path()).unwrap();
    let kept = |document: &mut Document| {
        let settings = Settings { description: "Changed".into(), ..document.app.settings.clone() };
        document.edit(Edit::Set(Part::Settings(settings)), None).unwrap();
        let mut keeper = orchestrion::studio::recovery::Keeper::new(copies.path()).unwrap();
        keeper.keep(document, 0.0);
        keeper.settle();
        let files = std::fs::read_dir(copies.path()).unwrap().map(|f| f.unwrap().path());
        if let Some(copy) = files.into_iter().find(|p| p.extension().is_some_and(|e| e == "ron")) {
            std::fs::copy(&copy, copies.path().join("1.ron")).unwrap();
            std::fs::copy(&copy, copies.path().join("2.ron")).unwrap();
        }
    };
    kept(&mut document);
    let mut found = window(app, size);
    found.state_mut().recover_from(copies.path());
    found.run_steps(3);
    let mut changed = harness(Studio::new(Document::open(temp.path()).unwrap().0), Theme::Dark, size);
    changed.run_steps(2);
    change(temp.path());
    changed.run_steps(12);
    vec![("recover", found), ("changed-outside", changed)]
}

fn change(folder: &Path) {
    let file = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .find(|p| p.to_string_lossy().ends_with(".orchestration.ron"))
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let at = text.find("name: \"").unwrap() + 7;
    std::fs::write(&file, format!("{}Other{}", &text[..at], &text[at..])).unwrap();
}

/// Run mode of an application, held after some seconds of virtual time; each scene after the one before it.
pub fn running(amount: Amount, app: &Application, size: [f32; 2]) -> Bench<'static> {
    let mut studio = Studio::new(Document::new(app.clone(), None)).with_dialogs(Desktop(None)).running();
    studio.preferences.reduced_motion = true;
    studio.run.hold();
    let mut bench = Bench { window: harness(studio, Theme::Dark, size) };
    bench.window.run_steps(3);
    match amount {
        Amount::Empty => {}
        Amount::Crowded => bench.step_to(9),
        Amount::Typical | Amount::Long => {
            bench.step_to(4);
            bench.until("an instance in the inspector", |w| w.state().run.state.watched.is_some());
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    bench.window.run_steps(6);
    bench
}

/// What one looks at in Run mode.
pub fn run() -> Vec<Scene> {
    let tab = |name: &'static str, tab: &'static str| {
        Scene::perhaps(name, move |w| {
            let found = click(w, Role::Tab, tab);
            std::thread::sleep(std::time::Duration::from_millis(60));
            w.run_steps(3);
            found
        })
    };
    vec![
        Scene::new("run-state", |_| {}),
        tab("run-messages", "Messages"),
        Scene::perhaps("run-message", |w| {
            // The first of the inspector, which stands at the right: others may be out of sight.
            let inspector = w.ctx.content_rect().width() * 0.66;
            let found =
                w.query_all_by_role(Role::ListItem).find(|n| n.rect().left() > inspector).map(|n| n.click());
            w.run_steps(3);
            found.is_some()
        }),
        Scene::perhaps("run-why", |w| {
            let found = click(w, Role::Tab, "Why");
            for _ in 0..100 {
                w.run_steps(1);
                if w.state().run.state.why.is_some() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            w.run_steps(2);
            found
        }),
        tab("run-send", "Send message"),
        tab("run-all-messages", "All messages"),
        tab("run-instances", "Instances"),
        tab("run-subscriptions", "Subscriptions"),
        tab("run-correlation", "Correlation"),
        tab("run-sequence", "Sequence"),
        tab("run-calls", "Calls"),
        tab("run-scenarios", "Scenarios"),
        tab("run-simulation", "Simulation"),
        tab("run-breakpoints", "Breakpoints"),
        tab("run-runs", "Runs"),
        tab("run-journal", "Journal"),
        Scene::new("run-delete", |w| {
            command(w, Command::Restart);
            for _ in 0..100 {
                w.run_steps(1);
                if w.state().run.state.runs.len() > 1 {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            click(w, Role::Tab, "Runs");
            w.run_steps(2);
            click(w, Role::Button, "Delete Run 1");
        }),
        Scene::new("run-none", |w| {
            w.state_mut().run.select(None);
            w.run_steps(3);
        }),
    ]
}
