//! Properties of the shapes that build messages, call, throw and compensate.

use super::{Editing, removable};
use crate::check;
use crate::model::{
    Argument, Call, CallRules, Compensate, Construct, Module, Parameter, ParameterKind, PartRef, Shape,
    ShapeKind, Throw, Transform,
};
use crate::studio::icons::Glyph;
use crate::studio::names::{self, InScope};
use crate::studio::panels::fields;
use egui::Ui;

pub fn construct(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, construct: &Construct) {
    fields::heading(ui, "Messages constructed");
    let mut new = construct.clone();
    for name in &construct.messages {
        if removable(ui, name, &format!("Remove {name}")).0 {
            new.messages.retain(|m| m != name);
        }
    }
    let scope = names::in_scope(editing.orchestration, Some(&shape.id));
    let free: Vec<String> =
        scope.messages.iter().map(|m| m.name.clone()).filter(|m| !construct.messages.contains(m)).collect();
    if let Some(name) = fields::choice(ui, "Add", "", &free, "choose…") {
        new.messages.push(name);
    }
    if new != *construct {
        editing.set_kind(&shape.id, ShapeKind::Construct(new), "messages");
    }
    editing.below(ui, &shape.id, &["messages"]);
}

pub fn transform(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, transform: &Transform) {
    let mut new = transform.clone();
    let maps = &editing.document.names.maps;
    if let Some(map) = fields::choice(ui, "Map", &transform.map, maps, "no map") {
        // As many messages as the map has sources and targets.
        if let Some(found) = editing.document.app.maps.get(&map) {
            new.inputs.resize_with(found.sources.len(), PartRef::default);
            new.outputs.resize_with(found.targets.len(), PartRef::default);
        }
        new.map = map;
    }
    editing.below(ui, &shape.id, &["map"]);
    let options = parts(editing, shape);
    part_list(ui, "Sources", &mut new.inputs, &options);
    editing.below(ui, &shape.id, &["inputs"]);
    part_list(ui, "Destinations", &mut new.outputs, &options);
    editing.below(ui, &shape.id, &["outputs"]);
    if new != *transform {
        editing.set_kind(&shape.id, ShapeKind::Transform(new), "map");
    }
}

/// Messages, and the parts of multi-part ones, as `Message` or `Message.Part`.
fn parts(editing: &Editing<'_>, shape: &Shape) -> Vec<String> {
    let scope = names::in_scope(editing.orchestration, Some(&shape.id));
    let mut all = Vec::new();
    for message in &scope.messages {
        all.push(message.name.clone());
        if let Some(multi) = editing.document.app.multipart_type(editing.module, &message.message_type) {
            all.extend(multi.parts.iter().map(|p| format!("{}.{}", message.name, p.name)));
        }
    }
    all
}

/// A part as it is shown, `Message` or `Message.Part`.
fn words(part: &PartRef) -> String {
    if part.part.is_empty() { part.message.clone() } else { format!("{}.{}", part.message, part.part) }
}

fn part_ref(words: &str) -> PartRef {
    let (message, part) = words.split_once('.').unwrap_or((words, ""));
    PartRef { message: message.to_owned(), part: part.to_owned() }
}

fn part_list(ui: &mut Ui, title: &str, list: &mut Vec<PartRef>, options: &[String]) {
    if fields::heading_with_add(ui, title, &format!("Add to {}", title.to_lowercase())) {
        list.push(PartRef::default());
    }
    let mut remove = None;
    for (index, part) in list.iter_mut().enumerate() {
        let words = words(part);
        ui.push_id((title, index), |ui| {
            ui.horizontal(|ui| {
                let room = ui.available_width() - 26.0;
                ui.allocate_ui(egui::vec2(room, 26.0), |ui| {
                    ui.set_max_width(room);
                    ui.name_inputs(format!("{title} {}", index + 1), |ui| {
                        if let Some(chosen) = fields::combo(ui, "part", &words, options, "choose…") {
                            *part = part_ref(&chosen);
                        }
                    });
                });
                if fields::icon_button(ui, Glyph::Close, &format!("Remove {title} {}", index + 1)).clicked() {
                    remove = Some(index);
                }
            });
        });
    }
    if let Some(index) = remove {
        list.remove(index);
    }
}

pub fn call(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, call: &Call, waits: bool) {
    let mut new = call.clone();
    let document = editing.document;
    let scope = names::in_scope(editing.orchestration, Some(&shape.id));
    let options = &document.names.orchestrations;
    if let Some(name) = fields::choice(ui, "Orchestration", &call.orchestration, options, "no orchestration")
    {
        new.arguments = arguments(editing, &scope, &name, &call.arguments);
        new.orchestration = name;
    }
    editing.below(ui, &shape.id, &["orchestration"]);
    if waits {
        fields::text(ui, "Identifier", &mut new.identifier);
    }
    let found = document.app.orchestration(&call.orchestration);
    let called = found.map(|(_, o)| o);
    fields::heading(ui, "Arguments");
    for (index, argument) in new.arguments.iter_mut().enumerate() {
        let parameter = called.and_then(|o| o.parameters.get(index));
        let label = parameter.map_or_else(|| format!("Argument {}", index + 1), |p| p.name().to_owned());
        let fits = found.zip(parameter).map(|((module, _), p)| fitting(editing, &scope, (p, module)));
        let fits = fits.filter(|fits| !fits.is_empty());
        let names = fits.unwrap_or_else(|| everything(&scope));
        ui.push_id(("argument", index), |ui| {
            if let Some(name) = fields::choice(ui, &label, &argument.name, &names, "choose…") {
                argument.name = name;
            }
        });
    }
    if new.arguments.is_empty() && called.is_some_and(|o| o.parameters.is_empty()) {
        fields::note(ui, "It takes no arguments.");
    }
    if called.is_some_and(|o| o.parameters.len() != call.arguments.len())
        && fields::wide_button(ui, "Take over its parameters").clicked()
    {
        new.arguments = arguments(editing, &scope, &call.orchestration, &call.arguments);
    }
    editing.below(ui, &shape.id, &["arguments"]);
    if new != *call {
        let kind = if waits { ShapeKind::Call(new) } else { ShapeKind::Start(new) };
        editing.set_kind(&shape.id, kind, "call");
    }
}

/// One argument for each parameter of `name`: the old one at that place, else what has the parameter's name, else an old
/// one that was given to none; only what is of its kind and type. Without any it is left to choose.
fn arguments(editing: &Editing<'_>, scope: &InScope, name: &str, old: &[Argument]) -> Vec<Argument> {
    let Some((module, called)) = editing.document.app.orchestration(name) else { return Vec::new() };
    let mut given: Vec<Argument> = Vec::new();
    for (index, parameter) in called.parameters.iter().enumerate() {
        let fitting = fitting(editing, scope, (parameter, module));
        let fits = |name: &&str| fitting.iter().any(|fitting| fitting == name);
        let free = |name: &&str| given.iter().all(|argument| argument.name != *name);
        let there = old.get(index).map(|argument| argument.name.as_str()).filter(fits);
        let others = old.iter().map(|argument| argument.name.as_str());
        let mut others = std::iter::once(parameter.name()).chain(others).filter(fits);
        let name = there.or_else(|| others.find(free)).unwrap_or_default().to_owned();
        given.push(Argument { name, direction: parameter.direction });
    }
    given
}

/// What is in scope and can be given for a parameter of a module.
fn fitting(editing: &Editing<'_>, scope: &InScope, (parameter, to): (&Parameter, &Module)) -> Vec<String> {
    let (app, from) = (&editing.document.app, editing.module);
    let of = |all: Vec<(&String, &String)>| {
        let fit = |own: &str| check::argument_fits(app, (own, from), (parameter, to));
        all.into_iter().filter(|(_, own)| fit(own)).map(|(name, _)| name.clone()).collect()
    };
    match &parameter.kind {
        ParameterKind::Message(_) => of(scope.messages.iter().map(|m| (&m.name, &m.message_type)).collect()),
        ParameterKind::Variable(_) => {
            of(scope.variables.iter().map(|v| (&v.name, &v.variable_type)).collect())
        }
        ParameterKind::CorrelationSet(_) => {
            of(scope.correlation_sets.iter().map(|c| (&c.name, &c.correlation_type)).collect())
        }
        ParameterKind::Port(_) => of(scope.ports.iter().map(|p| (&p.name, &p.port_type)).collect()),
        ParameterKind::RoleLink(_) => scope.role_links.clone(),
    }
}

fn everything(scope: &InScope) -> Vec<String> {
    let messages = scope.messages.iter().map(|m| &m.name);
    let variables = scope.variables.iter().map(|v| &v.name);
    let sets = scope.correlation_sets.iter().map(|c| &c.name);
    let ports = scope.ports.iter().map(|p| &p.name);
    messages.chain(variables).chain(sets).chain(ports).chain(&scope.role_links).cloned().collect()
}

pub fn rules(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, rules: &CallRules) {
    let mut new = rules.clone();
    let document = editing.document;
    if let Some(name) = fields::choice(ui, "Policy", &rules.policy, &document.names.policies, "no policy") {
        new.version = None;
        new.policy = name;
    }
    editing.below(ui, &shape.id, &["policy"]);
    let policy = document.app.policies.get(&new.policy);
    let mut versions = vec![(None, "latest".to_owned())];
    let mut majors: Vec<u32> = policy.iter().flat_map(|p| &p.versions).map(|v| v.major).collect();
    majors.extend(new.version);
    majors.sort_unstable();
    majors.dedup();
    versions.extend(majors.into_iter().map(|major| (Some(major), format!("latest {major}.x"))));
    let versions: Vec<_> = versions.iter().map(|(version, words)| (*version, words.as_str())).collect();
    fields::pick(ui, "Version", &mut new.version, &versions);
    let version = policy.and_then(|p| p.latest(new.version));
    let taken = version.map_or(0, |v| v.parameters.len());
    if new.policy != rules.policy || new.version != rules.version {
        new.parameters.resize_with(taken, PartRef::default);
    }
    fields::heading(ui, "Parameters");
    let mut options = parts(editing, shape);
    let scope = names::in_scope(editing.orchestration, Some(&shape.id));
    options.extend(scope.variables.iter().map(|v| v.name.clone()));
    for (index, part) in new.parameters.iter_mut().enumerate() {
        let parameter = version.and_then(|v| v.parameters.get(index));
        let label = parameter.map_or_else(|| format!("Parameter {}", index + 1), |p| p.name.clone());
        ui.push_id(("parameter", index), |ui| {
            if let Some(chosen) = fields::choice(ui, &label, &words(part), &options, "choose…") {
                *part = part_ref(&chosen);
            }
        });
    }
    if new.parameters.is_empty() {
        fields::note(ui, "It takes no parameters.");
    }
    if new.parameters.len() != taken && fields::wide_button(ui, "Take over its parameters").clicked() {
        new.parameters.resize_with(taken, PartRef::default);
    }
    editing.below(ui, &shape.id, &["parameters"]);
    if new != *rules {
        editing.set_kind(&shape.id, ShapeKind::CallRules(new), "rules");
    }
}

pub fn throw(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, throw: &Throw) {
    let scope = names::in_scope(editing.orchestration, Some(&shape.id));
    let mut options: Vec<String> = scope
        .variables
        .iter()
        .filter(|v| v.variable_type.contains("Exception"))
        .map(|v| v.name.clone())
        .collect();
    options.extend(caught(editing, shape));
    let now = throw.exception.clone().unwrap_or_default();
    if let Some(name) = fields::choice(ui, "Exception", &now, &options, "General Exception: rethrow") {
        let exception = (!name.is_empty()).then_some(name);
        editing.set_kind(&shape.id, ShapeKind::Throw(Throw { exception }), "exception");
    }
}

/// Names of the exceptions caught around a shape.
fn caught(editing: &Editing<'_>, shape: &Shape) -> Vec<String> {
    let mut names = Vec::new();
    for outer in editing.orchestration.shapes() {
        let ShapeKind::Scope(scope) = &outer.kind else { continue };
        for catch in scope.catches.iter().filter(|c| !c.variable.is_empty()) {
            let mut inside = false;
            catch.body.iter().for_each(|s| s.visit(&mut |s| inside |= s.id == shape.id));
            if inside {
                names.push(catch.variable.clone());
            }
        }
    }
    names
}

pub fn compensate(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, compensate: &Compensate) {
    let transactions = names::in_scope(editing.orchestration, Some(&shape.id)).transactions;
    if let Some(transaction) =
        fields::choice(ui, "Transaction", &compensate.transaction, &transactions, "no transaction")
    {
        editing.set_kind(&shape.id, ShapeKind::Compensate(Compensate { transaction }), "transaction");
    }
}
