//! What the ids in events mean to people: names of orchestrations, shapes and messages.

use crate::message::{BTS, Message, Name, format_value, short_name};
use crate::model::{Application, Id, ShapeKind};
use std::collections::BTreeMap;

/// A shape, branch or handler as the journal knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub name: String,
    pub kind: &'static str,
    /// Port of a Send or Receive.
    pub port: Option<String>,
    pub sends: bool,
    /// Calls another orchestration: a token inside it shows here.
    pub calls: bool,
    /// For a Listen: the shapes that wait with it.
    pub waits_with: Vec<Id>,
}

/// Names of one loaded application.
#[derive(Clone, Debug, Default)]
pub struct Atlas {
    /// Module key by full name of its orchestration.
    modules: BTreeMap<Name, String>,
    spots: BTreeMap<(Name, Name), Spot>,
}

impl Atlas {
    pub fn of(app: &Application) -> Self {
        let mut atlas = Self::default();
        for (key, module) in &app.modules {
            let Some(orchestration) = &module.orchestration else { continue };
            let service = Name::new(&module.full_name(&orchestration.name));
            atlas.modules.insert(service, key.clone());
            for shape in orchestration.shapes() {
                let (port, sends) = match &shape.kind {
                    ShapeKind::Receive(r) => (Some(r.port.clone()), false),
                    ShapeKind::Send(s) => (Some(s.port.clone()), true),
                    _ => (None, false),
                };
                let mut waits_with = Vec::new();
                if let ShapeKind::Listen(listen) = &shape.kind {
                    waits_with
                        .extend(listen.branches.iter().filter_map(|b| b.body.first()).map(|s| s.id.clone()));
                }
                let kind = shape.kind.label();
                let name = if shape.name.is_empty() { kind.to_owned() } else { shape.name.clone() };
                let calls = matches!(shape.kind, ShapeKind::Call(_));
                let spot = Spot { name, kind, port, sends, calls, waits_with };
                atlas.spots.insert((service, Name::new(shape.id.as_str())), spot);
                for (id, name, kind) in blocks(&shape.kind) {
                    let spot = Spot {
                        name: name.to_owned(),
                        kind,
                        port: None,
                        sends: false,
                        calls: false,
                        waits_with: Vec::new(),
                    };
                    atlas.spots.insert((service, Name::new(id.as_str())), spot);
                }
            }
        }
        atlas
    }

    /// Key of the module that has this orchestration.
    pub fn module(&self, service: Name) -> Option<&str> {
        self.modules.get(&service).map(String::as_str)
    }

    /// Full name of the orchestration in a module.
    pub fn service(&self, module: &str) -> Option<Name> {
        self.modules.iter().find(|(_, key)| *key == module).map(|(name, _)| *name)
    }

    pub fn spot(&self, service: Name, shape: Name) -> Option<&Spot> {
        self.spots.get(&(service, shape))
    }

    /// The name of a shape, or its id when it has none.
    pub fn shape(&self, service: Name, shape: Name) -> &str {
        self.spot(service, shape).map_or(shape.as_str(), |s| &s.name)
    }

    /// The name of the shape with this id in any orchestration.
    pub fn any_shape(&self, shape: Name) -> &str {
        self.spots.iter().find(|((_, id), _)| *id == shape).map_or(shape.as_str(), |(_, s)| &s.name)
    }
}

/// What a shape holds that has an id and a name of its own.
fn blocks(kind: &ShapeKind) -> Vec<(&Id, &str, &'static str)> {
    match kind {
        ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
            b.branches.iter().map(|branch| (&branch.id, branch.name.as_str(), "Branch")).collect()
        }
        ShapeKind::Scope(scope) => {
            let catches = scope.catches.iter().map(|catch| (&catch.id, catch.name.as_str(), "Catch block"));
            let compensation = scope.compensation.iter();
            catches
                .chain(compensation.map(|block| (&block.id, block.name.as_str(), "Compensation")))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Orchestrations are known by their name without `Orch`, as people say it.
pub fn service_words(service: Name) -> &'static str {
    let name = service.as_str().rsplit('.').next().unwrap_or(service.as_str());
    name.strip_suffix("Orch").filter(|n| !n.is_empty()).unwrap_or(name)
}

/// Type of a message without its namespace.
pub fn type_of(message: &Message) -> String {
    if let Some(value) = message.context.get(BTS.message_type) {
        return short_name(&format_value(value)).to_owned();
    }
    let class = message.body_part().and_then(|p| p.body.as_class().map(|c| c.class.root.to_string()));
    let root = || message.body_part().and_then(|p| p.body.root().ok()).map(|(_, root)| root.to_string());
    class.or_else(root).unwrap_or_else(|| "message".to_owned())
}

/// The first two promoted values that are the application's own: `17 / 3`. Empty when there are none.
pub fn key_of(message: &Message) -> String {
    let own = message.context.iter().filter(|p| {
        p.promoted && !["BTS.", "FILE.", "ErrorReport."].iter().any(|own| p.name.as_str().starts_with(own))
    });
    let values: Vec<String> = own.map(|p| format_value(&p.value)).filter(|v| v.len() <= 12).take(2).collect();
    values.join(" / ")
}

/// Type and key, for the pill of a travelling message.
pub fn pill_of(message: &Message) -> String {
    let (kind, key) = (type_of(message), key_of(message));
    if key.is_empty() { kind } else { format!("{kind} {}", key.replace(' ', "")) }
}
