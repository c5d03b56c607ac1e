//! The statements of an orchestration: one element, one shape.

use super::read::{Reader, comments, direction, flag, name, text, transaction, value};
use super::tree::Element;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Argument, Block, Branch, Branches, Call, CallRules, Catch, CatchType, Code, Compensate, Compensation,
    Construct, FilterOperator, FilterRow, Group, Grouping, Leg, Loop, PartRef, Receive, Scope, Send, Shape,
    ShapeKind, Throw, Transform,
};

/// What a designer calls the type of a catch-all, and of a Throw that raises what was caught.
pub(super) const GENERAL: &str = "General Exception";

/// The collections of an element that hold statements, in the order they run: a Listen branch keeps the statement that
/// decides apart from what follows.
pub(super) const STATEMENTS: [&str; 5] = [
    "ListenBranch_Statement",
    "ComplexStatement_Statement",
    "Catch_Statement",
    "Compensation_Statement",
    "ServiceBody_Statement",
];

/// The shapes of one collection, in its order.
pub(super) fn block<'a>(reader: &mut Reader<'a>, elements: impl Iterator<Item = &'a Element>) -> Block {
    elements.map(|element| shape(reader, element)).collect()
}

/// The statements inside an element.
fn body<'a>(reader: &mut Reader<'a>, element: &'a Element) -> Block {
    STATEMENTS.iter().flat_map(|link| block(reader, element.linked(link))).collect()
}

pub(super) fn compensation<'a>(reader: &mut Reader<'a>, element: &'a Element) -> Compensation {
    Compensation {
        id: reader.id(element),
        name: name(element),
        body: body(reader, element),
        comments: comments(element),
        report_to_analyst: flag(element, "ReportToAnalyst"),
    }
}

fn shape<'a>(reader: &mut Reader<'a>, element: &'a Element) -> Shape {
    let id = reader.id(element);
    Shape {
        id,
        name: name(element),
        comments: comments(element),
        report_to_analyst: flag(element, "ReportToAnalyst"),
        kind: kind(reader, element),
    }
}

fn kind<'a>(reader: &mut Reader<'a>, element: &'a Element) -> ShapeKind {
    let code = |property| Code { text: value(element, property) };
    match element.kind() {
        "Receive" => ShapeKind::Receive(receive(reader, element)),
        "Send" => ShapeKind::Send(send(reader, element)),
        "Construct" => ShapeKind::Construct(Construct {
            messages: element.linked("Construct_MessageRef").map(|m| value(m, "Ref")).collect(),
            body: body(reader, element),
        }),
        "MessageAssignment" => ShapeKind::MessageAssignment(code("Expression")),
        "Transform" => ShapeKind::Transform(Transform {
            map: value(element, "ClassName"),
            inputs: element.linked("Transform_InputMessagePartRef").map(part).collect(),
            outputs: element.linked("Transform_OutputMessagePartRef").map(part).collect(),
        }),
        "VariableAssignment" => ShapeKind::Expression(code("Expression")),
        "Decision" => ShapeKind::Decide(branches(reader, element)),
        "Delay" => ShapeKind::Delay(code("Timeout")),
        "Listen" => ShapeKind::Listen(branches(reader, element)),
        "Parallel" => ShapeKind::Parallel(branches(reader, element)),
        "While" => {
            ShapeKind::Loop(Loop { condition: value(element, "Expression"), body: body(reader, element) })
        }
        "Scope" => ShapeKind::Scope(scope(reader, element)),
        "Call" => ShapeKind::Call(call(element)),
        "Exec" => ShapeKind::Start(call(element)),
        "CallRules" => ShapeKind::CallRules(call_rules(reader, element)),
        "Throw" => {
            let thrown = value(element, "ThrownReference");
            ShapeKind::Throw(Throw { exception: (!is_general(&thrown)).then_some(thrown) })
        }
        "Compensate" => ShapeKind::Compensate(Compensate { transaction: value(element, "Invokee") }),
        "Suspend" => ShapeKind::Suspend(code("ErrorMessage")),
        "Terminate" => ShapeKind::Terminate(code("ErrorMessage")),
        "Task" => ShapeKind::Group(Group { body: body(reader, element) }),
        unknown => {
            let message =
                format!("shapes of type {unknown} are not known: this one is kept, and does nothing");
            let help = "draw what it does with the shapes at hand before the orchestration runs";
            reader.findings.push(Diagnostic::warning("Z05", message, help).at(reader.place(element, "")));
            ShapeKind::Group(Group { body: body(reader, element) })
        }
    }
}

/// No name, or the designer's words for any exception, which are no name in any language.
fn is_general(type_name: &str) -> bool {
    type_name.is_empty() || type_name == GENERAL || type_name.contains(char::is_whitespace)
}

/// Port or role link, with port type and role of the latter.
fn endpoint(element: &Element) -> (String, String, String) {
    match element.property("ServiceLinkName") {
        Some(link) if element.property("PortName").is_none_or(str::is_empty) => {
            (text(link), value(element, "ServiceLinkPortTypeName"), value(element, "ServiceLinkRoleName"))
        }
        _ => (value(element, "PortName"), String::new(), String::new()),
    }
}

/// The slot of the operation by its name; [`super::legs`] tells localised names from those of faults.
fn leg(element: &Element) -> Leg {
    match element.property("OperationMessageName") {
        None | Some("" | "Request") => Leg::Request,
        Some("Response") => Leg::Response,
        Some(other) => Leg::Fault(text(other)),
    }
}

/// Sets that a statement initialises and follows, in order of declaration.
fn sets(reader: &Reader<'_>, element: &Element) -> (Vec<String>, Vec<String>) {
    let used = reader.sets.get(element.oid()).map(Vec::as_slice).unwrap_or_default();
    let of = |initializes: bool| {
        used.iter().filter(|(first, _)| *first == initializes).map(|(_, set)| (*set).to_owned()).collect()
    };
    (of(true), of(false))
}

fn receive(reader: &mut Reader<'_>, element: &Element) -> Receive {
    let (port, role_port_type, role) = endpoint(element);
    let (initializes, follows) = sets(reader, element);
    let filter = element.of_kind("DNFPredicate").map(|row| filter_row(reader, row)).collect();
    Receive {
        port,
        operation: value(element, "OperationName"),
        leg: leg(element),
        message: value(element, "MessageName"),
        activate: flag(element, "Activate"),
        filter,
        initializes,
        follows,
        role_port_type,
        role,
    }
}

fn filter_row(reader: &mut Reader<'_>, row: &Element) -> FilterRow {
    let operator = match row.property("Operator").unwrap_or_default() {
        "Equals" => FilterOperator::Equals,
        "NotEquals" => FilterOperator::NotEquals,
        "LessThan" => FilterOperator::LessThan,
        "LessThanEqualTo" | "LessThanOrEqualTo" => FilterOperator::LessThanOrEqual,
        "GreaterThan" => FilterOperator::GreaterThan,
        "GreaterThanEqualTo" | "GreaterThanOrEqualTo" => FilterOperator::GreaterThanOrEqual,
        "Exists" => FilterOperator::Exists,
        other => {
            let message = format!("the filter operator `{other}` is not known; the row is read as ==");
            let help = "choose an operator for this row of the filter";
            reader.findings.push(Diagnostic::warning("Z05", message, help).at(reader.place(row, "filter")));
            FilterOperator::Equals
        }
    };
    FilterRow {
        property: value(row, "LHS"),
        operator,
        value: value(row, "RHS"),
        grouping: if row.property("Grouping") == Some("OR") { Grouping::Or } else { Grouping::And },
    }
}

fn send(reader: &Reader<'_>, element: &Element) -> Send {
    let (port, role_port_type, role) = endpoint(element);
    let (initializes, follows) = sets(reader, element);
    Send {
        port,
        operation: value(element, "OperationName"),
        leg: leg(element),
        message: value(element, "MessageName"),
        initializes,
        follows,
        role_port_type,
        role,
    }
}

fn part(element: &Element) -> PartRef {
    PartRef { message: value(element, "MessageRef"), part: value(element, "PartRef") }
}

fn branches<'a>(reader: &mut Reader<'a>, element: &'a Element) -> Branches {
    let branches = element.linked("ReallyComplexStatement_Branch").map(|branch| Branch {
        id: reader.id(branch),
        name: name(branch),
        condition: value(branch, "Expression"),
        body: body(reader, branch),
        comments: comments(branch),
        report_to_analyst: flag(branch, "ReportToAnalyst"),
    });
    Branches { branches: branches.collect() }
}

fn scope<'a>(reader: &mut Reader<'a>, element: &'a Element) -> Scope {
    let (transaction, transaction_id) = transaction(element);
    Scope {
        transaction,
        transaction_id,
        synchronized: flag(element, "IsSynchronized"),
        messages: element.of_kind("MessageDeclaration").map(|m| reader.message(m)).collect(),
        variables: element.of_kind("VariableDeclaration").map(|v| reader.variable(v)).collect(),
        correlation_sets: element.of_kind("CorrelationDeclaration").map(|c| reader.set(c)).collect(),
        body: body(reader, element),
        catches: element.of_kind("Catch").map(|c| catch(reader, c)).collect(),
        compensation: element.of_kind("Compensation").next().map(|c| compensation(reader, c)),
    }
}

fn catch<'a>(reader: &mut Reader<'a>, element: &'a Element) -> Catch {
    Catch {
        id: reader.id(element),
        name: name(element),
        exception: catch_type(reader, element),
        variable: value(element, "ExceptionName"),
        body: body(reader, element),
        comments: comments(element),
        report_to_analyst: flag(element, "ReportToAnalyst"),
    }
}

/// A fault is named as `Port.Operation.Fault`; the flag that should tell never does.
fn catch_type(reader: &Reader<'_>, element: &Element) -> CatchType {
    let name = value(element, "ExceptionType");
    if is_general(&name) {
        return CatchType::General;
    }
    let mut names = name.split('.');
    match (names.next(), names.next(), names.next(), names.next()) {
        (Some(port), Some(operation), Some(fault), None) if reader.ports.contains(port) => CatchType::Fault {
            port: port.to_owned(),
            operation: operation.to_owned(),
            fault: fault.to_owned(),
        },
        _ => CatchType::Exception(name),
    }
}

fn call(element: &Element) -> Call {
    let arguments = element.linked("InvokeStatement_Parameter");
    Call {
        orchestration: value(element, "Invokee"),
        identifier: value(element, "Identifier"),
        arguments: arguments
            .map(|argument| Argument { name: name(argument), direction: direction(argument, "Direction") })
            .collect(),
    }
}

/// A version of -1 is the latest.
fn call_rules(reader: &mut Reader<'_>, element: &Element) -> CallRules {
    let stated = element.property("PolicyVersion").unwrap_or("-1").trim();
    let version = stated.parse::<i64>().ok().and_then(|version| u32::try_from(version).ok());
    if version.is_none() && stated != "-1" {
        let message = format!("`{stated}` is no version of a policy; the latest one is called");
        let help = "choose a version for this Call Rules shape";
        reader.findings.push(Diagnostic::warning("Z05", message, help).at(reader.place(element, "version")));
    }
    let parameters = element.linked("CallRules_RulesParameterRef");
    CallRules {
        policy: value(element, "PolicyName"),
        version,
        parameters: parameters
            .map(|p| PartRef { message: value(p, "Reference"), part: value(p, "PartReference") })
            .collect(),
    }
}
