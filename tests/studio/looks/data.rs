//! Applications to look at: with nothing in them, as they usually are, crowded, and with names longer than any place
//! is wide.

use orchestrion::model::edit::{BlockRef, Edit, new_shape, toolbox};
use orchestrion::model::files::{Tree, decode, encode};
use orchestrion::model::{
    Application, CorrelationType, Message, Module, MultipartType, Orchestration, Party, PartyAlias, Pipeline,
    PipelineComponent, Port, Settings, Shape, Variable,
};
use orchestrion::studio::sample;
use std::collections::BTreeMap;

pub const LONG: &str = "ThatTakesWhateverTheOldServicingSystemOfTheNorthWesternRegionSendsInTheNight";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    Empty,
    Typical,
    Crowded,
    Long,
}

impl Amount {
    pub fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Typical => "typical",
            Self::Crowded => "crowded",
            Self::Long => "long",
        }
    }

    pub fn application(self) -> Application {
        match self {
            Self::Empty => empty(),
            Self::Typical => typical(),
            Self::Crowded => crowded(),
            Self::Long => {
                let app = with_long_files(long(&sample::load("southridge").unwrap()));
                let named = |name: &str| format!("{name}{LONG}");
                with_kinds(with_others(app, named), named)
            }
        }
    }

    /// One that runs.
    pub fn runnable(self) -> Application {
        let plain = sample::load("southridge").unwrap();
        match self {
            Self::Empty => empty(),
            Self::Typical | Self::Crowded => plain,
            Self::Long => with_long_shapes(plain),
        }
    }
}

/// Module that has one shape of every kind.
pub const KINDS: &str = "AllKinds";

fn empty() -> Application {
    let orchestration = Orchestration { name: "First".into(), id: "o1".into(), ..Orchestration::default() };
    let module =
        Module { namespace: "Empty".into(), orchestration: Some(orchestration), ..Module::default() };
    Application {
        settings: Settings { name: "Empty".into(), ..Settings::default() },
        modules: BTreeMap::from([("First".to_owned(), module)]),
        ..Application::default()
    }
}

fn typical() -> Application {
    let named = |name: &str| name.to_owned();
    with_kinds(with_others(sample::load("southridge").unwrap(), named), named)
}

/// What the sample does without: a party, a pipeline of its own, a script, a module of types alone.
fn with_others(mut app: Application, named: impl Fn(&str) -> String) -> Application {
    let alias = PartyAlias {
        qualifier: "OrganizationName".into(),
        value: named("Northwind"),
        ..PartyAlias::default()
    };
    let send_ports = app.bindings.send_ports.iter().take(2).map(|p| p.name.clone()).collect();
    let party = Party { name: named("Northwind"), aliases: vec![alias], send_ports, ..Party::default() };
    app.bindings.parties.push(party);
    let disassembler = PipelineComponent {
        stage: "Disassemble".into(),
        component: "Microsoft.BizTalk.Component.XmlDasmComp".into(),
        ..PipelineComponent::default()
    };
    let pipeline =
        Pipeline { name: named("Orders.Receive"), components: vec![disassembler], ..Pipeline::default() };
    app.settings.pipelines.push(pipeline);
    app.components.insert(named("Orders.Greeter"), "fn Greet(name) {\n    \"Hello \" + name\n}\n".into());
    let types = vec![MultipartType { name: named("Parts"), ..MultipartType::default() }];
    let module = Module { namespace: named("Types"), multipart_types: types, ..Module::default() };
    app.modules.insert("Types".into(), module);
    app
}

/// A module with every kind of shape, each with a name of its own.
fn with_kinds(mut app: Application, named: impl Fn(&str) -> String) -> Application {
    let orchestration = Orchestration { name: named(KINDS), id: "kinds".into(), ..Orchestration::default() };
    let module =
        Module { namespace: "Southridge".into(), orchestration: Some(orchestration), ..Module::default() };
    app.modules.insert(KINDS.to_owned(), module);
    for kind in toolbox() {
        let shape = new_shape(&app.modules[KINDS], kind);
        let shape = Shape { name: named(&shape.name), ..shape };
        let index = app.modules[KINDS].orchestration.as_ref().unwrap().body.len();
        let edit = Edit::InsertShape { module: KINDS.to_owned(), block: BlockRef::Body, index, shape };
        // Some stand in others only.
        let _refused = edit.apply(&mut app);
    }
    app
}

fn crowded() -> Application {
    let mut app = typical();
    for n in 0..48 {
        for at in [0, 1] {
            if let Some(mut port) = app.bindings.receive_ports.get(at).cloned() {
                port.name = format!("{} {n}", port.name);
                port.locations.iter_mut().for_each(|l| l.name = format!("{} {n}", l.name));
                app.bindings.receive_ports.push(port);
            }
            if let Some(mut port) = app.bindings.send_ports.get(at).cloned() {
                port.name = format!("{} {n}", port.name);
                app.bindings.send_ports.push(port);
            }
        }
        app.settings.configuration.insert(format!("Key{n}"), format!("value {n}"));
        let schema = app.schemas.values().next().unwrap().clone();
        app.schemas.insert(format!("schemas/Copy{n}.xsd"), schema);
        let message = app.messages.values().next().unwrap().clone();
        app.messages.insert(format!("messages/copy-{n}.xml"), message);
    }
    let manager = app.modules.get_mut("OrderManager").unwrap();
    let types: Vec<_> = (0..24)
        .map(|n| CorrelationType { name: format!("Correlation{n}"), ..CorrelationType::default() })
        .collect();
    manager.correlation_types.extend(types);
    manager
        .multipart_types
        .extend((0..24).map(|n| MultipartType { name: format!("Parts{n}"), ..MultipartType::default() }));
    let orchestration = manager.orchestration.as_mut().unwrap();
    for n in 0..24 {
        let (port, message) = (orchestration.ports[0].clone(), orchestration.messages[0].clone());
        let id = format!("port_{n}").as_str().into();
        orchestration.ports.push(Port { name: format!("Port{n}"), id, ..port });
        let id = format!("message_{n}").as_str().into();
        orchestration.messages.push(Message { name: format!("Message{n}"), id, ..message });
        let variable = Variable {
            name: format!("counter{n}"),
            variable_type: "System.Int32".into(),
            ..Variable::default()
        };
        orchestration.variables.push(variable);
    }
    app
}

/// Every name made long, and every use of it.
pub fn long(plain: &Application) -> Application {
    let mut names: Vec<String> = Vec::new();
    for module in plain.modules.values() {
        names.extend(module.port_types.iter().map(|t| t.name.clone()));
        names.extend(module.multipart_types.iter().map(|t| t.name.clone()));
        names.extend(module.correlation_types.iter().map(|t| t.name.clone()));
        let Some(orchestration) = &module.orchestration else { continue };
        names.push(orchestration.name.clone());
        names.extend(orchestration.ports.iter().map(|p| p.name.clone()));
        names.extend(orchestration.messages.iter().map(|m| m.name.clone()));
        names.extend(orchestration.variables.iter().map(|v| v.name.clone()));
        names.extend(orchestration.correlation_sets.iter().map(|s| s.name.clone()));
    }
    names.extend(plain.bindings.receive_ports.iter().map(|p| p.name.clone()));
    names.extend(plain.bindings.send_ports.iter().map(|p| p.name.clone()));
    // A name that is a common word would be found where it means something else.
    names.retain(|name| name.len() > 8 && name.chars().skip(1).any(char::is_uppercase));
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    let mut tree: Tree = encode(plain).unwrap();
    for (path, bytes) in &mut tree {
        if path.ends_with(".xsd") || path.ends_with(".xml") {
            continue;
        }
        let mut text = String::from_utf8(bytes.clone()).unwrap();
        for name in &names {
            text = renamed(&text, name);
        }
        *bytes = text.into_bytes();
    }
    let (app, _) = decode(&tree).unwrap();
    let mut app = with_long_shapes(app);
    app.settings.name = format!("Southridge{LONG}");
    app.settings.configuration.insert(format!("Key{LONG}"), LONG.repeat(3));
    app
}

/// Names of shapes, which nothing knows them by: the application still runs.
fn with_long_shapes(mut app: Application) -> Application {
    let keys: Vec<_> = app.modules.keys().cloned().collect();
    for module in keys {
        let shapes: Vec<_> = app.modules[&module]
            .orchestration
            .iter()
            .flat_map(|o| o.shapes())
            .map(|s| (s.id.clone(), s.name.clone()))
            .collect();
        for (shape, name) in shapes {
            let name = format!("{name} that waits for whatever the region sends in the night");
            Edit::RenameShape { module: module.clone(), shape, name }.apply(&mut app).unwrap();
        }
    }
    app
}

/// Long names of files and locations too, which partners and scenarios know by the short ones.
fn with_long_files(mut app: Application) -> Application {
    for (path, text) in std::mem::take(&mut app.schemas) {
        app.schemas.insert(path.replace(".xsd", &format!("{LONG}.xsd")), text);
    }
    for (path, text) in std::mem::take(&mut app.messages) {
        app.messages.insert(path.replace(".xml", &format!("-{LONG}.xml")), text);
    }
    for port in &mut app.bindings.receive_ports {
        port.description = LONG.repeat(3);
        for location in &mut port.locations {
            location.name = format!("{}{LONG}", location.name);
        }
    }
    app
}

/// The text with this name longer wherever it stands as a word.
fn renamed(text: &str, name: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut new = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let whole = !before.ends_with(word) && !after.starts_with(word) && !after.starts_with('-');
        let whole = whole && !before.ends_with('-');
        new.push_str(before);
        new.push_str(name);
        if whole {
            new.push_str(LONG);
        }
        rest = after;
    }
    new.push_str(rest);
    new
}
