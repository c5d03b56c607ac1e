use crate::model::{
    Application, BlockSlot, CatchType, CorrelationSet, Id, Message, Module, Orchestration, ParameterKind,
    PartRef, Port, RoleLink, Scope, Shape, ShapeKind, Transaction, Variable,
};

/// What a text of a shape refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// XLANG/s text, which may name anything in scope.
    Code,
    /// A port, or the role link in its place.
    Port,
    Message,
    /// A message or variable.
    Data,
    /// Anything that can be passed to an orchestration.
    Argument,
    CorrelationSet,
    Thrown,
    Orchestration,
    Map,
}

/// Visits the references in the properties of one shape, without those of the shapes inside it.
pub(super) fn of_shape(shape: &mut Shape, visit: &mut dyn FnMut(Reference, &mut String)) {
    fn parts(parts: &mut [PartRef], reference: Reference, visit: &mut dyn FnMut(Reference, &mut String)) {
        parts.iter_mut().for_each(|part| visit(reference, &mut part.message));
    }
    match &mut shape.kind {
        ShapeKind::Receive(receive) => {
            visit(Reference::Port, &mut receive.port);
            visit(Reference::Message, &mut receive.message);
            let sets = receive.initializes.iter_mut().chain(&mut receive.follows);
            sets.for_each(|set| visit(Reference::CorrelationSet, set));
        }
        ShapeKind::Send(send) => {
            visit(Reference::Port, &mut send.port);
            visit(Reference::Message, &mut send.message);
            let sets = send.initializes.iter_mut().chain(&mut send.follows);
            sets.for_each(|set| visit(Reference::CorrelationSet, set));
        }
        ShapeKind::Construct(construct) => {
            construct.messages.iter_mut().for_each(|message| visit(Reference::Message, message));
        }
        ShapeKind::Transform(transform) => {
            visit(Reference::Map, &mut transform.map);
            parts(&mut transform.inputs, Reference::Message, visit);
            parts(&mut transform.outputs, Reference::Message, visit);
        }
        ShapeKind::MessageAssignment(code)
        | ShapeKind::Expression(code)
        | ShapeKind::Delay(code)
        | ShapeKind::Suspend(code)
        | ShapeKind::Terminate(code) => visit(Reference::Code, &mut code.text),
        ShapeKind::Decide(owner) | ShapeKind::Listen(owner) | ShapeKind::Parallel(owner) => {
            owner.branches.iter_mut().for_each(|branch| visit(Reference::Code, &mut branch.condition));
        }
        ShapeKind::Loop(body) => visit(Reference::Code, &mut body.condition),
        ShapeKind::Scope(scope) => {
            transaction(&mut scope.transaction, visit);
            variables(&mut scope.variables, visit);
            for catch in &mut scope.catches {
                if let CatchType::Fault { port, .. } = &mut catch.exception {
                    visit(Reference::Port, port);
                }
            }
        }
        ShapeKind::Call(call) | ShapeKind::Start(call) => {
            visit(Reference::Orchestration, &mut call.orchestration);
            call.arguments.iter_mut().for_each(|argument| visit(Reference::Argument, &mut argument.name));
        }
        ShapeKind::CallRules(rules) => parts(&mut rules.parameters, Reference::Data, visit),
        ShapeKind::Throw(throw) => {
            throw.exception.iter_mut().for_each(|thrown| visit(Reference::Thrown, thrown));
        }
        ShapeKind::Compensate(_) | ShapeKind::Group(_) => {}
    }
}

fn transaction(transaction: &mut Transaction, visit: &mut dyn FnMut(Reference, &mut String)) {
    if let Transaction::LongRunning(long_running) = transaction {
        visit(Reference::Code, &mut long_running.timeout);
    }
}

fn variables(variables: &mut [Variable], visit: &mut dyn FnMut(Reference, &mut String)) {
    variables.iter_mut().filter_map(|v| v.initial_value.as_mut()).for_each(|v| visit(Reference::Code, v));
}

/// Visits the references in `shape` and everything inside it.
pub(super) fn within(shape: &mut Shape, visit: &mut dyn FnMut(Reference, &mut String)) {
    of_shape(shape, visit);
    for (_, block) in shape.blocks_mut() {
        block.iter_mut().for_each(|inner| within(inner, visit));
    }
}

/// As [`within`], leaving out where `name` is something a scope or catch block inside declares.
fn within_seeing(shape: &mut Shape, name: &str, visit: &mut dyn FnMut(Reference, &mut String)) {
    if let ShapeKind::Scope(scope) = &shape.kind
        && declares(scope, name)
    {
        return;
    }
    seeing_inside(shape, name, visit);
}

/// As [`within`] for a shape that may itself declare `name`, leaving out where something further in declares it.
pub(super) fn seeing_inside(shape: &mut Shape, name: &str, visit: &mut dyn FnMut(Reference, &mut String)) {
    of_shape(shape, visit);
    let hides: Vec<Id> = match &shape.kind {
        ShapeKind::Scope(scope) => {
            scope.catches.iter().filter(|c| c.variable == name).map(|c| c.id.clone()).collect()
        }
        _ => Vec::new(),
    };
    for (slot, block) in shape.blocks_mut() {
        if !matches!(&slot, BlockSlot::Catch(id) if hides.contains(id)) {
            block.iter_mut().for_each(|inner| within_seeing(inner, name, visit));
        }
    }
}

fn declares(scope: &Scope, name: &str) -> bool {
    scope.messages.iter().any(|m| m.name == name)
        || scope.variables.iter().any(|v| v.name == name)
        || scope.correlation_sets.iter().any(|c| c.name == name)
}

/// As [`of_orchestration`] for what the orchestration itself declares as `name`.
pub(super) fn seeing(
    orchestration: &mut Orchestration,
    name: &str,
    visit: &mut dyn FnMut(Reference, &mut String),
) {
    transaction(&mut orchestration.transaction, visit);
    variables(&mut orchestration.variables, visit);
    let Orchestration { body, compensation, .. } = orchestration;
    let shapes = body.iter_mut().chain(compensation.iter_mut().flatten());
    shapes.for_each(|shape| within_seeing(shape, name, visit));
}

/// Visits every reference of an orchestration's properties, variables and shapes.
pub(super) fn of_orchestration(
    orchestration: &mut Orchestration,
    visit: &mut dyn FnMut(Reference, &mut String),
) {
    transaction(&mut orchestration.transaction, visit);
    variables(&mut orchestration.variables, visit);
    let Orchestration { body, compensation, .. } = orchestration;
    body.iter_mut().chain(compensation.iter_mut().flatten()).for_each(|shape| within(shape, visit));
}

/// Which kind of type a declaration names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeReference {
    Message,
    Port,
    Correlation,
    RoleLink,
}

/// Visits every type name in a module.
pub(super) fn of_types(module: &mut Module, visit: &mut dyn FnMut(TypeReference, &mut String)) {
    fn port(port: &mut Port, visit: &mut dyn FnMut(TypeReference, &mut String)) {
        visit(TypeReference::Port, &mut port.port_type);
    }
    fn link(link: &mut RoleLink, visit: &mut dyn FnMut(TypeReference, &mut String)) {
        visit(TypeReference::RoleLink, &mut link.role_link_type);
    }
    fn message(message: &mut Message, visit: &mut dyn FnMut(TypeReference, &mut String)) {
        visit(TypeReference::Message, &mut message.message_type);
    }
    fn set(set: &mut CorrelationSet, visit: &mut dyn FnMut(TypeReference, &mut String)) {
        visit(TypeReference::Correlation, &mut set.correlation_type);
    }
    for operation in module.port_types.iter_mut().flat_map(|t| &mut t.operations) {
        visit(TypeReference::Message, &mut operation.request);
        operation.response.iter_mut().for_each(|r| visit(TypeReference::Message, r));
        operation.faults.iter_mut().for_each(|f| visit(TypeReference::Message, &mut f.message_type));
    }
    for role in module.role_link_types.iter_mut().flat_map(|t| &mut t.roles) {
        role.port_types.iter_mut().for_each(|t| visit(TypeReference::Port, t));
    }
    let Some(orchestration) = &mut module.orchestration else { return };
    for parameter in &mut orchestration.parameters {
        match &mut parameter.kind {
            ParameterKind::Message(m) => message(m, visit),
            ParameterKind::CorrelationSet(c) => set(c, visit),
            ParameterKind::Port(p) => port(p, visit),
            ParameterKind::RoleLink(r) => link(r, visit),
            ParameterKind::Variable(_) => {}
        }
    }
    orchestration.ports.iter_mut().for_each(|p| port(p, visit));
    orchestration.role_links.iter_mut().for_each(|r| link(r, visit));
    orchestration.messages.iter_mut().for_each(|m| message(m, visit));
    orchestration.correlation_sets.iter_mut().for_each(|c| set(c, visit));
    each_shape(orchestration, &mut |shape| match &mut shape.kind {
        ShapeKind::Scope(scope) => {
            scope.messages.iter_mut().for_each(|m| message(m, visit));
            scope.correlation_sets.iter_mut().for_each(|c| set(c, visit));
        }
        ShapeKind::Receive(r) => visit(TypeReference::Port, &mut r.role_port_type),
        ShapeKind::Send(s) => visit(TypeReference::Port, &mut s.role_port_type),
        _ => {}
    });
}

/// Visits every shape to edit, outer before inner.
pub(super) fn each_shape(orchestration: &mut Orchestration, visit: &mut dyn FnMut(&mut Shape)) {
    fn inner(shape: &mut Shape, visit: &mut dyn FnMut(&mut Shape)) {
        visit(shape);
        for (_, block) in shape.blocks_mut() {
            block.iter_mut().for_each(|shape| inner(shape, visit));
        }
    }
    let Orchestration { body, compensation, .. } = orchestration;
    body.iter_mut().chain(compensation.iter_mut().flatten()).for_each(|shape| inner(shape, visit));
}

/// Visits every logical port of the application, with the key of its module.
pub(super) fn each_port(application: &mut Application, visit: &mut dyn FnMut(&str, &mut Port)) {
    for (key, module) in &mut application.modules {
        let Some(orchestration) = &mut module.orchestration else { continue };
        orchestration.ports.iter_mut().for_each(|port| visit(key, port));
        for parameter in &mut orchestration.parameters {
            if let ParameterKind::Port(port) = &mut parameter.kind {
                visit(key, port);
            }
        }
    }
}
