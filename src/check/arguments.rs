//! V25: what Call and Start Orchestration pass fits the parameters. Number and names are known from compiling.

use super::addresses::assigns;
use super::flow::{Fact, Known, Rule, walk};
use super::subject::{Site, Subject};
use super::tokens::uses;
use crate::diagnostic::Diagnostic;
use crate::message::ValueType;
use crate::model::edit::Declaration;
use crate::model::{
    Application, Binding, Call, Code, Direction, Module, Parameter, ParameterKind, Polarity, Shape, ShapeKind,
};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for parameter in &subject.orchestration.parameters {
        let data = matches!(parameter.kind, ParameterKind::Message(_) | ParameterKind::Variable(_));
        if !data && parameter.direction != Direction::In {
            let message = format!("the parameter `{}` cannot be {:?}", parameter.name(), parameter.direction);
            let help = "make it In; only messages and variables are passed back (CAL-2)";
            let at = subject.at(parameter.id(), parameter.name(), "direction");
            let given = Parameter { direction: Direction::In, ..parameter.clone() };
            let given = subject.redeclare(parameter.name(), Declaration::Parameter(given));
            found.push(
                Diagnostic::error("V25", message, help).at(at).mend("Make the parameter In", vec![given]),
            );
        }
    }
    for site in &subject.sites {
        if let ShapeKind::Call(call) | ShapeKind::Start(call) = &site.shape.kind {
            directions(subject, site.shape, call, found);
            types(subject, site, call, found);
        }
    }
    let given = subject.orchestration.parameters.iter().filter_map(|p| match &p.kind {
        ParameterKind::Port(_) | ParameterKind::RoleLink(_) => Some(Fact::Addressed(p.name().to_owned())),
        ParameterKind::Variable(variable) if p.direction != Direction::Out => {
            Some(Fact::Assigned(variable.name.clone()))
        }
        _ => None,
    });
    let end = walk(subject, Known::starting_with(given), &mut Values { subject, found });
    outputs(subject, &end, found);
}

/// The arguments say how they are passed as the parameters do.
fn directions(subject: &Subject<'_>, shape: &Shape, call: &Call, found: &mut Vec<Diagnostic>) {
    let Some((_, callee)) = subject.application.orchestration_for(subject.module, &call.orchestration) else {
        return;
    };
    let differs = call.arguments.iter().zip(&callee.parameters).find(|(a, p)| a.direction != p.direction);
    let Some((argument, parameter)) = differs else { return };
    let message = format!(
        "`{}` passes `{}` as {:?}, but the parameter `{}` is {:?}",
        shape.name,
        argument.name,
        argument.direction,
        parameter.name(),
        parameter.direction
    );
    let directions: Vec<Direction> = callee.parameters.iter().map(|p| p.direction).collect();
    let fitted = subject.change(shape, |kind| {
        if let ShapeKind::Call(call) | ShapeKind::Start(call) = kind {
            call.arguments.iter_mut().zip(directions).for_each(|(a, direction)| a.direction = direction);
        }
    });
    found.push(
        Diagnostic::error("V25", message, "give the argument the direction of its parameter")
            .at(subject.place(shape, "arguments"))
            .mend("Take the directions of the parameters", vec![fitted]),
    );
}

/// Arguments and parameters are of the very same type (CAL-9).
fn types(subject: &Subject<'_>, site: &Site<'_>, call: &Call, found: &mut Vec<Diagnostic>) {
    let app = subject.application;
    let Some((module, callee)) = app.orchestration(&call.orchestration) else { return };
    for (argument, parameter) in call.arguments.iter().zip(&callee.parameters) {
        let name = argument.name.as_str();
        let given = match &parameter.kind {
            ParameterKind::Message(_) => subject.message(site, name).map(|m| m.message_type.as_str()),
            ParameterKind::Variable(_) => site.variable_type(subject.orchestration, name),
            ParameterKind::CorrelationSet(_) => subject.set(site, name).map(|s| s.correlation_type.as_str()),
            ParameterKind::Port(_) => subject.port(name).map(|port| port.port_type.as_str()),
            ParameterKind::RoleLink(_) => continue,
        };
        let given = given.and_then(|given| full_type(app, subject.module, parameter, given));
        let wanted = full_type(app, module, parameter, parameter.type_name());
        if let (Some(given), Some(wanted)) = (given, wanted)
            && given != wanted
        {
            let message = format!(
                "`{}` passes `{name}` of type {given}, but the parameter `{}` takes {wanted}",
                site.shape.name,
                parameter.name()
            );
            let help = "pass one of the very same type; a related type is not enough (CAL-9)";
            let at = subject.place(site.shape, "arguments");
            found.push(Diagnostic::error("V25", message, help).at(at));
        }
    }
}

/// True when what has a type in one module can be given for a parameter of another, as far as both types are known.
pub fn argument_fits(
    app: &Application,
    (given, from): (&str, &Module),
    (parameter, to): (&Parameter, &Module),
) -> bool {
    let given = full_type(app, from, parameter, given);
    let wanted = full_type(app, to, parameter, parameter.type_name());
    given.zip(wanted).is_none_or(|(given, wanted)| given == wanted)
}

/// Full name of a type that is named in a module, for a parameter or what is given for it.
fn full_type(app: &Application, module: &Module, parameter: &Parameter, name: &str) -> Option<String> {
    match &parameter.kind {
        ParameterKind::Message(_) => Some(message_type(app, module, name)),
        ParameterKind::Variable(_) => Some(ValueType::from_name(name).name().to_owned()),
        ParameterKind::CorrelationSet(_) => {
            declared(app, module, name, |m| &m.correlation_types, |t| &t.name)
        }
        ParameterKind::Port(_) => declared(app, module, name, |m| &m.port_types, |t| &t.name),
        ParameterKind::RoleLink(_) => None,
    }
}

/// Full name of a message type as seen from a module.
pub(super) fn message_type(app: &Application, module: &Module, name: &str) -> String {
    declared(app, module, name, |m| &m.multipart_types, |t| &t.name).unwrap_or_else(|| name.to_owned())
}

/// Full name of what `name` means in a module: its own type first, then one of any module.
fn declared<T>(
    app: &Application,
    module: &Module,
    name: &str,
    list: impl Fn(&Module) -> &Vec<T>,
    name_of: impl Fn(&T) -> &String,
) -> Option<String> {
    let has = |m: &Module, wanted: &dyn Fn(&str) -> bool| list(m).iter().any(|t| wanted(name_of(t)));
    if has(module, &|own| own == name) {
        return Some(module.qualify(name));
    }
    app.modules.values().any(|m| has(m, &|own| m.qualify(own) == name)).then(|| name.to_owned())
}

/// What is passed in has a value: the address of a dynamic port, the party of a role link (CAL-4).
struct Values<'a, 's> {
    subject: &'a Subject<'s>,
    found: &'a mut Vec<Diagnostic>,
}

impl Rule for Values<'_, '_> {
    fn makes(&self, shape: &Shape) -> Vec<Fact> {
        let addressed = assigns(self.subject, shape).into_iter().map(Fact::Addressed);
        let assigned: Vec<String> = match &shape.kind {
            ShapeKind::Expression(Code { text }) | ShapeKind::MessageAssignment(Code { text }) => {
                uses(text).into_iter().filter(|used| used.assigned).map(|used| used.name.to_owned()).collect()
            }
            ShapeKind::Call(call) => {
                let back = call.arguments.iter().filter(|a| a.direction != Direction::In);
                back.map(|argument| argument.name.clone()).collect()
            }
            ShapeKind::Receive(receive) => vec![receive.message.clone()],
            ShapeKind::Construct(construct) => construct.messages.clone(),
            _ => Vec::new(),
        };
        addressed.chain(assigned.into_iter().map(Fact::Assigned)).collect()
    }

    fn check(&mut self, shape: &Shape, known: &Known) {
        let (ShapeKind::Call(call) | ShapeKind::Start(call)) = &shape.kind else { return };
        for argument in &call.arguments {
            let name = &argument.name;
            let dynamic = self.subject.port(name).is_some_and(|p| matches!(p.binding, Binding::Dynamic(_)));
            let link = self.subject.role_link(name);
            let link = link.is_some_and(|link| link.polarity == Polarity::Uses && link.initiating);
            if (dynamic || link) && !known.always.contains(&Fact::Addressed(name.clone())) {
                let what = if dynamic { "address" } else { "destination party" };
                let message = format!("`{}` passes `{name}` before it has its {what}", shape.name);
                let help = format!("assign the {what} in an Expression before, on every path (CAL-4)");
                let at = self.subject.place(shape, "arguments");
                self.found.push(Diagnostic::error("V25", message, help).at(at));
            }
        }
    }
}

/// An Out parameter has a value when the orchestration ends (CAL-3).
fn outputs(subject: &Subject<'_>, end: &Known, found: &mut Vec<Diagnostic>) {
    for parameter in subject.orchestration.parameters.iter().filter(|p| p.direction == Direction::Out) {
        let data = matches!(parameter.kind, ParameterKind::Message(_) | ParameterKind::Variable(_));
        if data && !end.dead && !end.always.contains(&Fact::Assigned(parameter.name().to_owned())) {
            let message = format!("the Out parameter `{}` is not assigned on every path", parameter.name());
            let help = "assign it before the orchestration ends, or make it In or Ref (CAL-3)";
            let at = subject.at(parameter.id(), parameter.name(), "direction");
            found.push(Diagnostic::error("V25", message, help).at(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    /// `Subject` calls `Second`, which has this parameter, with the argument.
    fn passed(direction: Direction, kind: ParameterKind, argument: (&str, Direction)) -> Vec<&'static str> {
        codes(&passing(direction, kind, argument, vec![]))
    }

    fn passing(
        direction: Direction,
        kind: ParameterKind,
        argument: (&str, Direction),
        before: Block,
    ) -> Application {
        let arguments = vec![Argument { name: argument.0.into(), direction: argument.1 }];
        let call = Call { orchestration: "Test.Second".into(), arguments, ..Call::default() };
        let mut application = started(before.into_iter().chain([shape(ShapeKind::Call(call))]).collect());
        let tries = Variable {
            name: "tries".into(),
            variable_type: "System.Int32".into(),
            initial_value: Some("0".into()),
            ..Variable::default()
        };
        orchestration(&mut application, "Subject").variables.push(tries);
        add(&mut application, "Second", vec![expression("result = 1;")]);
        orchestration(&mut application, "Second").parameters.push(Parameter { direction, kind });
        application
    }

    fn number(variable_type: &str) -> ParameterKind {
        let name = "result".into();
        ParameterKind::Variable(Variable { name, variable_type: variable_type.into(), ..Variable::default() })
    }

    fn message(message_type: &str) -> ParameterKind {
        let message =
            Message { name: "given".into(), message_type: message_type.into(), ..Message::default() };
        ParameterKind::Message(message)
    }

    #[test]
    fn v25_only_data_is_passed_back() {
        let variable = Variable { name: "tries".into(), ..Variable::default() };
        let port = Port { name: "Given".into(), ..Port::default() };
        let add = |kind: ParameterKind| {
            changed(|o| {
                o.parameters.push(Parameter { direction: Direction::Ref, kind: kind.clone() });
            })
        };
        assert_eq!(codes(&add(ParameterKind::Port(port))), ["V25"]);
        assert_eq!(codes(&add(ParameterKind::Variable(variable))), [""; 0]);
    }

    #[test]
    fn v25_an_argument_goes_the_way_of_its_parameter() {
        let int = || number("System.Int32");
        assert_eq!(passed(Direction::Ref, int(), ("tries", Direction::Ref)), [""; 0]);
        assert_eq!(passed(Direction::Ref, int(), ("tries", Direction::In)), ["V25"]);
        assert_eq!(passed(Direction::In, int(), ("tries", Direction::Out)), ["V25"]);
    }

    #[test]
    fn v25_types_are_the_very_same() {
        let given = |kind| passed(Direction::In, kind, ("tries", Direction::In));
        assert_eq!(given(number("int")), [""; 0], "another name of the same type");
        assert_eq!(given(number("System.Int64")), ["V25"]);
        let given = |kind| passed(Direction::In, kind, ("Order", Direction::In));
        assert_eq!(given(message("OrderSchema")), [""; 0]);
        assert_eq!(given(message("System.Xml.XmlDocument")), ["V25"]);
        let set = |correlation_type: &str| {
            let correlation_type = correlation_type.into();
            let name = "Given".into();
            ParameterKind::CorrelationSet(CorrelationSet {
                name,
                correlation_type,
                ..CorrelationSet::default()
            })
        };
        let given = |kind| passed(Direction::In, kind, ("SubjectKey", Direction::In));
        assert_eq!(given(set("Test.SubjectKey_Type")), [""; 0]);
        assert_eq!(given(set("Test.SubjectOther_Type")), ["V25"]);
    }

    #[test]
    fn v25_an_out_parameter_gets_a_value() {
        let ends = |body: Block| {
            let mut application =
                passing(Direction::Out, number("System.Int32"), ("tries", Direction::Out), vec![]);
            orchestration(&mut application, "Second").body = body;
            codes(&application)
        };
        let either = |bodies| shape(ShapeKind::Decide(branches(bodies)));
        assert_eq!(ends(vec![expression("result = 1;")]), [""; 0]);
        assert_eq!(ends(vec![expression("x = 1;")]), ["V25"]);
        assert_eq!(ends(vec![either(vec![vec![expression("result = 1;")], vec![]])]), ["V25"]);
        let stops = shape(ShapeKind::Terminate(Code { text: "\"no\"".into() }));
        assert_eq!(ends(vec![either(vec![vec![expression("result = 1;")], vec![stops]])]), [""; 0]);
    }

    #[test]
    fn v25_a_dynamic_port_is_passed_with_its_address() {
        let with = |before: Block| {
            let port = Port {
                name: "given".into(),
                port_type: "Test.SubjectOneWay".into(),
                polarity: Polarity::Uses,
                ..Port::default()
            };
            let argument = ("Out", Direction::In);
            let mut application = passing(Direction::In, ParameterKind::Port(port), argument, before);
            super::super::fixture::port(&mut application, "Out").binding =
                Binding::Dynamic(DynamicBinding::default());
            codes(&application)
        };
        assert_eq!(with(vec![]), ["V25"]);
        let address = "Out(Microsoft.XLANGs.BaseTypes.Address) = \"FILE://out\";";
        assert_eq!(with(vec![expression(address)]), [""; 0]);
    }
}
