//! Properties of messages, variables, correlation sets and types; and lists of them.

use super::{Editing, findings, orchestration::MODIFIERS, removable, title, types};
use crate::language::CodeProperty;
use crate::model::edit::{Declaration, DeclarationKind, Edit, fresh_id, fresh_name};
use crate::model::{
    CorrelationSet, CorrelationType, Direction, Id, Message, Parameter, ParameterKind, PortSurface, Variable,
};
use crate::studio::command::Command;
use crate::studio::document::{Action, Document, Selection};
use crate::studio::editors::files;
use crate::studio::icons::Glyph;
use crate::studio::names;
use crate::studio::panels::fields;
use crate::studio::tabs::Tab;
use crate::studio::theme::Tokens;
use egui::Ui;

/// The last entry of lists of message types.
const NEW_SCHEMA: &str = "New schema…";

const VALUE_TYPES: [&str; 14] = [
    "System.String",
    "System.Int32",
    "System.Int64",
    "System.Boolean",
    "System.Decimal",
    "System.Double",
    "System.DateTime",
    "System.TimeSpan",
    "System.Guid",
    "System.Byte",
    "System.Char",
    "System.Object",
    "System.Exception",
    "System.Xml.XmlDocument",
];

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, scope: Option<&Id>, kind: DeclarationKind, name: &str) {
    let Some(now) = names::declaration(editing.document, scope, kind, name) else { return };
    let t = Tokens::of(ui);
    let (glyph, color) = match kind {
        DeclarationKind::Message | DeclarationKind::MultipartType => (Glyph::Envelope, t.construct),
        DeclarationKind::PortType => (Glyph::Port, t.messaging),
        DeclarationKind::CorrelationSet | DeclarationKind::CorrelationType => (Glyph::Link, t.scope),
        _ => (Glyph::Variable, t.expression),
    };
    let label = kind.label();
    let mut what = label.to_owned();
    if let Some(first) = what.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    if let Some(owner) = scope.and_then(|s| editing.orchestration.shape(s)) {
        what = format!("{what} of scope {}", owner.name);
    }
    title(ui, glyph, color, name, &what);
    let mut new = now.clone();
    match &mut new {
        Declaration::Message(m) => message(ui, editing, m),
        Declaration::Variable(v) => variable(ui, editing, scope, v),
        Declaration::CorrelationSet(c) => correlation_set(ui, editing, c),
        Declaration::CorrelationType(c) => correlation_type(ui, editing, c),
        Declaration::PortType(p) => types::port_type(ui, editing, p),
        Declaration::MultipartType(m) => types::multipart(ui, editing, m),
        Declaration::RoleLinkType(r) => types::role_link_type(ui, editing, r),
        Declaration::Parameter(p) => parameter(ui, editing, p),
        Declaration::Port(_) | Declaration::RoleLink(_) | Declaration::WebMessageType(_) => {
            fields::note(ui, "Kept as it came from its file.");
        }
    }
    if new != now {
        let edit = Edit::Redeclare {
            module: editing.key(),
            scope: scope.cloned(),
            name: name.to_owned(),
            declaration: new,
        };
        match std::mem::take(&mut editing.also) {
            also if also.is_empty() => editing.typing(edit, &format!("{label} {name}")),
            mut edits => {
                edits.push(edit);
                // Before the tab that shows what is made.
                let label = format!("New schema for {name}");
                editing.actions.insert(0, Action::edit(Edit::Batch { label, edits }));
            }
        }
    }
    let own = |d: &&crate::diagnostic::Diagnostic| {
        d.place.module.as_deref() == Some(&editing.document.module) && d.place.name == name
    };
    let fix = findings(ui, editing.document.problems.iter().filter(own));
    editing.actions.extend(fix.map(Action::Mend));
    ui.add_space(8.0);
    let find = Command::FindUses;
    if fields::wide_button(ui, find.about().0).on_hover_text(find.about().1).clicked() {
        editing.actions.push(Action::Command(find));
    }
    if fields::wide_button(ui, &format!("Delete {label}")).clicked() {
        let (module, scope) = (editing.key(), scope.cloned());
        editing.edit(Edit::Undeclare { module, scope, kind, name: name.to_owned() });
    }
}

fn message(ui: &mut Ui, editing: &mut Editing<'_>, m: &mut Message) {
    if let Some(name) = fields::name(ui, "Name", &m.name) {
        m.name = name;
    }
    let name = m.name.clone();
    message_type(ui, editing, "Type", &mut m.message_type, &name);
    let schemas = &editing.document.schemas;
    let file = schemas.root_named(&m.message_type).and_then(|root| schemas.file_of(&root.message_type));
    if let Some(file) = file.map(str::to_owned) {
        let short = file.rsplit('/').next().unwrap_or(&file);
        if ui.link(format!("Show schema {short}")).clicked() {
            editing.actions.push(Action::Open(Tab::Schema(file)));
        }
    }
    fields::comments(ui, &mut m.comments);
}

/// A message type of the application; a multi-part type of the same module may be named without its namespace. A new
/// schema for it is named after `owner`.
pub fn message_type(ui: &mut Ui, editing: &mut Editing<'_>, label: &str, value: &mut String, owner: &str) {
    let mut options = editing.document.names.message_types.clone();
    if editing.module.multipart_types.iter().any(|t| t.name == *value) {
        let full = editing.module.qualify(value);
        options.retain(|option| *option != full);
        options.insert(0, value.clone());
    }
    match fields::choice_or(ui, label, (value, &options, "no type"), NEW_SCHEMA) {
        Some(chosen) if chosen == NEW_SCHEMA => {
            let (path, declared, edit) = files::schema_for(editing.document, owner);
            *value = declared;
            editing.also.push(edit);
            editing.actions.push(Action::Open(Tab::Schema(path)));
        }
        Some(chosen) => *value = chosen,
        None => {}
    }
}

fn variable(ui: &mut Ui, editing: &mut Editing<'_>, scope: Option<&Id>, v: &mut Variable) {
    let known = v.name.clone();
    if let Some(name) = fields::name(ui, "Name", &v.name) {
        v.name = name;
    }
    value_type(ui, editing, &mut v.variable_type);
    let mut initial = v.initial_value.clone().unwrap_or_default();
    let property = CodeProperty::InitialValue(known);
    if editing.code(ui, (scope, property), "Initial value", &mut initial, 1) {
        v.initial_value = (!initial.is_empty()).then_some(initial);
    }
    fields::toggle(ui, "Use default constructor", &mut v.use_default_constructor);
    fields::comments(ui, &mut v.comments);
}

fn value_type(ui: &mut Ui, editing: &Editing<'_>, value: &mut String) {
    let mut options: Vec<String> = VALUE_TYPES.iter().map(|t| (*t).to_owned()).collect();
    options.extend(editing.document.app.settings.classes.iter().map(|c| c.name.clone()));
    if !value.is_empty() && !options.contains(value) {
        options.push(value.clone());
    }
    if let Some(chosen) = fields::choice(ui, "Type", value, &options, "no type") {
        *value = chosen;
    }
    if let Some(other) = fields::name(ui, "Other type", value) {
        *value = other;
    }
}

fn correlation_set(ui: &mut Ui, editing: &mut Editing<'_>, c: &mut CorrelationSet) {
    if let Some(name) = fields::name(ui, "Name", &c.name) {
        c.name = name;
    }
    let types = names::types(&editing.document.app, editing.module, names::correlation_types);
    if let Some(chosen) = fields::choice(ui, "Type", &c.correlation_type, &types, "no correlation type") {
        c.correlation_type = chosen;
    }
    if let Some(found) = editing.document.app.correlation_type(editing.module, &c.correlation_type) {
        fields::heading(ui, "Correlates on");
        for property in &found.properties {
            ui.monospace(property);
        }
    } else if types.is_empty() && fields::wide_button(ui, "New correlation type").clicked() {
        let command = crate::studio::command::Command::NewCorrelationType;
        editing.actions.push(crate::studio::document::Action::Command(command));
    }
    fields::comments(ui, &mut c.comments);
    super::preview::ui(ui, editing, super::preview::Of::Set(&c.name));
    uses(ui, editing, &c.name);
}

/// The shapes that initialize or follow a set, or pass it on.
fn uses(ui: &mut Ui, editing: &mut Editing<'_>, set: &str) {
    use crate::model::ShapeKind as S;
    fields::heading(ui, "Used by");
    let mut any = false;
    for shape in editing.orchestration.shapes() {
        let has = |names: &[String]| names.iter().any(|n| n == set);
        let uses = match &shape.kind {
            S::Receive(r) => [(has(&r.initializes), "initializes it"), (has(&r.follows), "follows it")],
            S::Send(s) => [(has(&s.initializes), "initializes it"), (has(&s.follows), "follows it")],
            S::Call(c) | S::Start(c) => {
                [(c.arguments.iter().any(|a| a.name == set), "passes it on"), (false, "")]
            }
            _ => continue,
        };
        for (used, verb) in uses {
            if used {
                any = true;
                if ui.link(format!("{} {verb}", shape.name)).clicked() {
                    let go = crate::studio::document::Action::Go {
                        module: editing.document.module.clone(),
                        selection: Selection::Node(shape.id.clone()),
                    };
                    editing.actions.push(go);
                }
            }
        }
    }
    if !any {
        fields::note(ui, "No shape yet. Select a Receive or Send to attach it.");
    }
}

fn correlation_type(ui: &mut Ui, editing: &Editing<'_>, c: &mut CorrelationType) {
    if let Some(name) = fields::name(ui, "Name", &c.name) {
        c.name = name;
    }
    fields::pick(ui, "Visible to", &mut c.modifier, &MODIFIERS);
    fields::heading(ui, "Properties");
    let mut remove = None;
    for property in &c.properties {
        if removable(ui, property, &format!("Remove {property}")).0 {
            remove = Some(property.clone());
        }
    }
    if let Some(name) = remove {
        c.properties.retain(|p| *p != name);
    }
    let free: Vec<String> =
        editing.document.names.properties.iter().filter(|p| !c.properties.contains(p)).cloned().collect();
    if let Some(chosen) = fields::choice(ui, "Add", "", &free, "choose…") {
        c.properties.push(chosen);
    }
}

fn parameter(ui: &mut Ui, editing: &mut Editing<'_>, p: &mut Parameter) {
    let kinds = [
        (DeclarationKind::Message, "message"),
        (DeclarationKind::Variable, "variable"),
        (DeclarationKind::CorrelationSet, "correlation set"),
        (DeclarationKind::Port, "port"),
        (DeclarationKind::RoleLink, "role link"),
    ];
    let own = DeclarationKind::given(p);
    let mut chosen = own;
    // A role link is not made here.
    let offered = if own == DeclarationKind::RoleLink { kinds.len() } else { kinds.len() - 1 };
    fields::pick(ui, "Kind", &mut chosen, kinds.get(..offered).unwrap_or_default());
    if let Some(kind) = given(editing.document, chosen, p).filter(|_| chosen != own) {
        p.kind = kind;
    }
    let directions = [(Direction::In, "in"), (Direction::Ref, "ref"), (Direction::Out, "out")];
    fields::pick(ui, "Direction", &mut p.direction, &directions);
    match &mut p.kind {
        ParameterKind::Message(m) => message(ui, editing, m),
        ParameterKind::Variable(v) => variable(ui, editing, None, v),
        ParameterKind::CorrelationSet(c) => correlation_set(ui, editing, c),
        ParameterKind::Port(port) => {
            let direction = p.direction;
            let declared =
                |port| Declaration::Parameter(Parameter { direction, kind: ParameterKind::Port(port) });
            *port = super::port::edit(ui, editing, port, declared);
            fields::note(ui, "Bound by the caller.");
        }
        ParameterKind::RoleLink(_) => fields::note(ui, "Bound by the caller."),
    }
}

/// A parameter of another kind in the place of this one.
fn given(document: &Document, kind: DeclarationKind, of: &Parameter) -> Option<ParameterKind> {
    let (name, id) = (of.name().to_owned(), of.id().clone());
    Some(match fresh(document, kind)? {
        Declaration::Message(it) => ParameterKind::Message(Message { name, id, ..it }),
        Declaration::Variable(it) => ParameterKind::Variable(Variable { name, id, ..it }),
        Declaration::CorrelationSet(it) => ParameterKind::CorrelationSet(CorrelationSet { name, id, ..it }),
        Declaration::Port(it) => ParameterKind::Port(crate::model::Port { name, id, ..it }),
        _ => return None,
    })
}

/// The declarations of one kind in a scope, with a way to add and take out.
pub fn list(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    scope: Option<&Id>,
    kind: DeclarationKind,
    heading: &str,
) {
    if fields::heading_with_add(ui, heading, &format!("New {}", kind.label())) {
        let declaration = fresh(editing.document, kind);
        let name = declaration.as_ref().map(|d| d.name().to_owned());
        if let (Some(declaration), Some(name)) = (declaration, name) {
            let (module, scope) = (editing.key(), scope.cloned());
            let index = usize::MAX;
            let edit = Edit::Declare { module, scope: scope.clone(), index, declaration };
            let then = vec![Action::Select(Selection::Declared { scope, kind, name })];
            editing.actions.push(Action::Make { edit, then });
            fields::focus_first(ui);
        }
    }
    for declaration in names::declarations(editing.module, scope, kind) {
        let name = declaration.name().to_owned();
        let (taken, opened) = removable(ui, &name, &format!("Delete {name}"));
        let (module, scope) = (editing.key(), scope.cloned());
        if taken {
            editing.edit(Edit::Undeclare { module, scope: scope.clone(), kind, name: name.clone() });
        }
        if opened {
            editing.select(Selection::Declared { scope, kind, name });
        }
    }
}

/// A new declaration of a kind, named so that nothing clashes and filled in as far as there is one choice.
pub fn fresh(document: &Document, kind: DeclarationKind) -> Option<Declaration> {
    use crate::model::{Operation, PartDeclaration, Port, PortType};
    let module = document.module()?;
    let types = |list| names::types(&document.app, module, list).into_iter().next().unwrap_or_default();
    let message = document.names.message_types.first().cloned().unwrap_or_default();
    // What was declared last is what one most likely means to send.
    let carried = document.orchestration().and_then(|o| o.messages.last()).map(|m| m.message_type.clone());
    let name = |base: &str| fresh_name(module, base);
    let id = |base: &str| fresh_id(module, base);
    Some(match kind {
        DeclarationKind::Port => Declaration::Port(Port {
            name: name("Port"),
            id: id("port"),
            port_type: types(names::port_types),
            // It changes sides with its direction until someone puts it on one.
            surface: PortSurface::Unbound,
            ..Port::default()
        }),
        DeclarationKind::Message => Declaration::Message(Message {
            name: name("Message"),
            id: id("message"),
            message_type: message,
            ..Message::default()
        }),
        DeclarationKind::Variable => Declaration::Variable(Variable {
            name: name("variable"),
            id: id("variable"),
            variable_type: "System.String".to_owned(),
            ..Variable::default()
        }),
        DeclarationKind::CorrelationSet => Declaration::CorrelationSet(CorrelationSet {
            name: name("Correlation"),
            id: id("correlation"),
            correlation_type: types(names::correlation_types),
            ..CorrelationSet::default()
        }),
        DeclarationKind::Parameter => Declaration::Parameter(Parameter {
            direction: Direction::In,
            kind: ParameterKind::Message(Message {
                name: name("Parameter"),
                id: id("parameter"),
                message_type: carried.filter(|carried| !carried.is_empty()).unwrap_or(message),
                ..Message::default()
            }),
        }),
        DeclarationKind::CorrelationType => Declaration::CorrelationType(CorrelationType {
            name: name("CorrelationType"),
            id: id("correlationtype"),
            ..CorrelationType::default()
        }),
        DeclarationKind::PortType => Declaration::PortType(PortType {
            name: name("PortType"),
            id: id("porttype"),
            operations: vec![Operation {
                name: "Operation_1".to_owned(),
                id: id("operation"),
                request: carried.filter(|carried| !carried.is_empty()).unwrap_or(message),
                ..Operation::default()
            }],
            ..PortType::default()
        }),
        DeclarationKind::MultipartType => Declaration::MultipartType(crate::model::MultipartType {
            name: name("MultipartType"),
            id: id("multiparttype"),
            parts: vec![PartDeclaration {
                name: "Body".to_owned(),
                part_type: document.names.message_types.last().cloned().unwrap_or_default(),
                body: true,
                ..PartDeclaration::default()
            }],
            ..crate::model::MultipartType::default()
        }),
        _ => return None,
    })
}
