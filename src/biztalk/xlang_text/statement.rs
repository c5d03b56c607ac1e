//! Shapes as statements.

use super::node::Node;
use super::out::{Out, Position};
use super::rules::Rules;
use super::service::{SCOPE, declarations, initialisations, transaction, transaction_attribute};
use super::types::referred;
use super::{attribute, quoted};
use std::collections::BTreeMap;

/// Writes the statements of one orchestration.
pub(super) struct Statements<'n> {
    scope: &'n str,
    /// First values of the orchestration's variables, written behind each activating receive.
    initial: Vec<String>,
    /// Correlation sets by the shape that uses them.
    sets: BTreeMap<&'n str, Vec<Used<'n>>>,
    /// Names of messages; other facts of a rules call are variables.
    messages: Vec<&'n str>,
    /// Transactions whose handlers are being written, innermost last.
    handlers: Vec<&'n str>,
    /// What some Compensate names.
    compensated: Vec<&'n str>,
    /// Rules calls so far.
    rules: usize,
}

/// A correlation set at a Receive or Send.
struct Used<'n> {
    set: &'n str,
    initializes: bool,
    /// Of the element that says so.
    number: usize,
}

impl<'n> Statements<'n> {
    pub fn new(service: &Node<'n>, scope: &'n str, initial: Vec<String>) -> Self {
        let (mut sets, mut messages, mut compensated) =
            (BTreeMap::<_, Vec<_>>::new(), Vec::new(), Vec::new());
        for node in service.all() {
            match node.kind() {
                "CorrelationDeclaration" => {
                    for used in node.linked("CorrelationDeclaration_StatementRef") {
                        let (initializes, number) = (used.is("Initializes"), used.number);
                        let used_here = Used { set: node.name(), initializes, number };
                        sets.entry(used.get("Ref")).or_default().push(used_here);
                    }
                }
                "MessageDeclaration" => messages.push(node.name()),
                "Compensate" => compensated.push(node.get("Invokee")),
                _ => {}
            }
        }
        let handlers = Vec::new();
        Self { scope, initial, sets, messages, handlers, compensated, rules: 0 }
    }

    /// The body of the orchestration.
    pub fn body(&mut self, body: &Node<'n>, out: &mut Out) {
        if !body.all().into_iter().any(|node| self.activates(node)) {
            self.initialise(out);
        }
        self.block(body, out);
    }

    fn activates(&self, node: &Node<'n>) -> bool {
        node.kind() == "Receive" && node.is("Activate") && self.finished(node)
    }

    fn initialise(&self, out: &mut Out) {
        for statement in &self.initial {
            out.line(statement);
        }
    }

    /// All statements of a block, in order.
    fn block(&mut self, owner: &Node<'n>, out: &mut Out) {
        for statement in owner.children.iter().filter(|child| child.element.link().ends_with("_Statement")) {
            if !(owner.kind() == "ListenBranch" && statement.element.link() == "ListenBranch_Statement") {
                self.statement(statement, out);
            }
        }
    }

    fn braces(&mut self, owner: &Node<'n>, out: &mut Out) {
        out.open();
        self.block(owner, out);
        out.close("");
    }

    /// One statement. An unfinished shape has no place in the program.
    fn statement(&mut self, of: &Node<'n>, out: &mut Out) {
        if !self.finished(of) {
            return;
        }
        let start = out.here();
        if !matches!(of.kind(), "Task" | "CallRules") {
            position(of, out);
        }
        match of.kind() {
            "Receive" => {
                self.receive(of, out);
                out.line(";");
                if of.is("Activate") {
                    self.initialise(out);
                }
            }
            "Send" => {
                out.put("send ");
                self.exchange(of, out);
                out.line(";");
            }
            "Construct" => self.construct(of, out),
            "Transform" => transform(of, out),
            "MessageAssignment" | "VariableAssignment" => code(of.get("Expression"), out),
            "Decision" => self.decision(of, out),
            "While" => {
                out.line(&format!("while ({})", expression(of.get("Expression"))));
                self.braces(of, out);
            }
            "Listen" => self.listen(of, start, out),
            "Parallel" => {
                out.line("parallel");
                out.open();
                for branch in of.linked("ReallyComplexStatement_Branch") {
                    out.line("task");
                    out.open();
                    let start = out.here();
                    self.block(branch, out);
                    out.note(branch.number, start);
                    out.close("");
                }
                out.close("");
            }
            "Task" => self.block(of, out),
            "CallRules" => {
                self.rules += 1;
                Rules { call: of, number: self.rules, messages: &self.messages }.write(out);
            }
            "Scope" => self.scope(of, out),
            "Throw" => match thrown(of) {
                Some(exception) => out.line(&format!("throw {exception};")),
                None => out.line("throw;"),
            },
            "Compensate" => self.compensate(of, out),
            "Delay" => out.line(&ended(&format!("delay {}", of.get("Timeout")))),
            "Suspend" => out.line(&ended(&format!("suspend {}", text(of)))),
            "Terminate" => out.line(&format!("terminate {};", text(of))),
            "Call" | "Exec" => self.invoke(of, out),
            _ => {}
        }
        out.note(of.number, start);
    }

    /// False while a property is missing without which there is no statement.
    fn finished(&self, of: &Node<'n>) -> bool {
        let has = |name: &str| of.stated(name).is_some();
        match of.kind() {
            "Receive" | "Send" => {
                let linked = has("ServiceLinkName") && has("ServiceLinkPortTypeName");
                (has("PortName") || linked) && has("OperationName") && has("MessageName")
            }
            "Construct" => of.linked("Construct_MessageRef").any(|message| message.stated("Ref").is_some()),
            "Transform" => has("ClassName"),
            "MessageAssignment" | "VariableAssignment" | "While" => has("Expression"),
            "Delay" => has("Timeout"),
            "CallRules" => has("PolicyName"),
            "Call" | "Exec" | "Compensate" => has("Invokee"),
            "Listen" => of.linked("ReallyComplexStatement_Branch").any(|branch| self.waits(branch)),
            _ => true,
        }
    }

    /// `(Port.Operation, Message, initialize Set, Set)`.
    fn exchange(&self, of: &Node<'n>, out: &mut Out) {
        let port = match of.stated("PortName") {
            Some(port) => port.to_owned(),
            None => format!("{}[{}]", of.get("ServiceLinkName"), of.get("ServiceLinkPortTypeName")),
        };
        out.put(&format!("({port}.{}, {}", of.get("OperationName"), of.get("MessageName")));
        for used in self.sets.get(of.element.oid()).into_iter().flatten() {
            out.put(", ");
            let initialize = if used.initializes { "initialize " } else { "" };
            let start = out.here();
            out.put(&format!("{initialize}{}", used.set));
            out.note(used.number, start);
        }
        out.put(")");
    }

    fn receive(&self, of: &Node<'n>, out: &mut Out) {
        if of.is("Activate") {
            out.put("activate ");
            let rows: Vec<&Node<'n>> = of.linked("Receive_DNFPredicate").collect();
            if let Some((last, first)) = rows.split_last() {
                out.put("(");
                for row in first {
                    let join = if row.get("Grouping").eq_ignore_ascii_case("OR") { "||" } else { "&&" };
                    out.put(&format!("{} {join} ", predicate(row)));
                }
                out.put(&format!("{})", predicate(last)));
            }
        }
        out.put("receive ");
        self.exchange(of, out);
    }

    fn construct(&mut self, of: &Node<'n>, out: &mut Out) {
        out.put("construct ");
        for (nth, message) in of.linked("Construct_MessageRef").enumerate() {
            if nth > 0 {
                out.put(", ");
            }
            referred(message, message.get("Ref"), out);
        }
        out.end();
        self.braces(of, out);
    }

    /// The last branch is the else branch; without statements it is left out, as is a rule without a condition.
    fn decision(&mut self, of: &Node<'n>, out: &mut Out) {
        let count = of.linked("ReallyComplexStatement_Branch").count();
        for (nth, branch) in of.linked("ReallyComplexStatement_Branch").enumerate() {
            match branch.stated("Expression") {
                Some(condition) => {
                    out.put(if nth == 0 { "" } else { "else " });
                    out.indent();
                    let start = out.here();
                    out.line(&format!("if ({})", expression(condition)));
                    self.braces(branch, out);
                    out.note(branch.number, start);
                }
                None if branch.children.is_empty() || nth + 1 < count => {}
                None => {
                    out.line("else ");
                    self.braces(branch, out);
                }
            }
        }
    }

    /// The Receive or Delay that a branch of a Listen waits for.
    fn event<'b>(branch: &'b Node<'n>) -> Option<&'b Node<'n>> {
        branch.linked("ListenBranch_Statement").next()
    }

    fn waits(&self, branch: &Node<'n>) -> bool {
        Self::event(branch).is_some_and(|event| self.finished(event))
    }

    /// `at` is where the Listen begins: its branches have no place but that.
    fn listen(&mut self, of: &Node<'n>, at: Position, out: &mut Out) {
        out.line("listen");
        out.open();
        for branch in of.linked("ReallyComplexStatement_Branch") {
            out.place(branch.number, at, at);
            let Some(event) = Self::event(branch).filter(|event| self.finished(event)) else { continue };
            let start = out.here();
            position(event, out);
            if event.kind() == "Delay" {
                out.put(&format!("timeout {}", expression(event.get("Timeout"))));
            } else {
                out.put("until ");
                self.receive(event, out);
            }
            out.note(event.number, start);
            out.end();
            out.open();
            if self.activates(event) {
                self.initialise(out);
            }
            self.block(branch, out);
            out.close("");
        }
        out.close("");
    }

    fn scope(&mut self, of: &Node<'n>, out: &mut Out) {
        let name =
            of.children.iter().find(|child| child.element.link() == "Scope_Transaction").map(Node::name);
        transaction_attribute(of, out);
        out.put("scope");
        if of.is("IsSynchronized") {
            out.put(" synchronized");
        }
        if let Some(transaction) = transaction(of) {
            transaction.write(name.unwrap_or_default(), true, out);
        }
        out.end();
        out.open();
        declarations(of, &SCOPE, self.scope, out);
        out.line("body");
        out.open();
        for statement in initialisations(of.linked(SCOPE.variables), self.scope) {
            out.line(&statement);
        }
        self.block(of, out);
        out.close("");
        self.handlers.extend(name);
        if of.linked("Scope_Catch").next().is_some() {
            out.line("exceptions");
            out.open();
            for catch in of.linked("Scope_Catch") {
                let start = out.here();
                position(catch, out);
                out.line(&catch_clause(catch));
                self.braces(catch, out);
                out.note(catch.number, start);
            }
            out.close("");
        }
        for compensation in of.linked("Scope_Compensation") {
            self.compensation(compensation, out);
        }
        if name.is_some() {
            self.handlers.pop();
        }
        out.close("");
    }

    /// A compensation block of a scope or of the orchestration.
    pub fn compensation(&mut self, of: &Node<'n>, out: &mut Out) {
        let start = out.here();
        position(of, out);
        out.line("compensation ()");
        self.braces(of, out);
        out.note(of.number, start);
    }

    /// Inside the handlers of a transaction it is compensated as it is; another one only if it has succeeded.
    fn compensate(&self, of: &Node<'n>, out: &mut Out) {
        let name = of.get("Invokee");
        let statement = format!("compensate {name} ();");
        if self.handlers.contains(&name) {
            out.line(&statement);
            return;
        }
        out.line(&format!("if (succeeded({name}))"));
        out.open();
        out.line(&statement);
        out.close("");
    }

    fn invoke(&self, of: &Node<'n>, out: &mut Out) {
        let keyword = if of.kind() == "Call" { "call" } else { "exec" };
        out.put(&format!("{keyword} {} (", of.get("Invokee")));
        for (nth, argument) in of.linked("InvokeStatement_Parameter").enumerate() {
            let direction = match argument.get("Direction") {
                "Out" => "out ",
                "Ref" => "ref ",
                _ => "",
            };
            out.put(&format!("{}{direction}{}", if nth > 0 { ", " } else { "" }, argument.name()));
        }
        out.put(")");
        // A call has a name in the program only when something needs to name it.
        let identifier =
            of.stated("Identifier").filter(|name| of.kind() == "Call" && self.compensated.contains(name));
        if let Some(identifier) = identifier {
            out.put(&format!(" {identifier}"));
        }
        out.line(";");
    }
}

/// The attribute that joins a statement to its shape.
pub(super) fn position(of: &Node<'_>, out: &mut Out) {
    out.line(&attribute("DesignerPosition", &quoted(of.element.oid())));
}

/// Code as it was typed, at the level of its statement. A text that ends its last line does so once.
fn code(text: &str, out: &mut Out) {
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    out.line(text);
}

/// A condition or time: where a semicolon was typed behind it there is none in the program.
pub(super) fn expression(text: &str) -> &str {
    text.trim_end().strip_suffix(';').unwrap_or(text)
}

fn ended(statement: &str) -> String {
    let semicolon = if statement.trim_end().ends_with(';') { "" } else { ";" };
    format!("{statement}{semicolon}")
}

/// The message of a Suspend or Terminate.
fn text<'a>(of: &Node<'a>) -> &'a str {
    of.stated("ErrorMessage").unwrap_or("\"\";")
}

fn thrown<'a>(of: &Node<'a>) -> Option<&'a str> {
    of.stated("ThrownReference").filter(|name| *name != GENERAL)
}

/// What the designer calls any exception.
const GENERAL: &str = "General Exception";

fn catch_clause(of: &Node<'_>) -> String {
    match (of.stated("ExceptionType").filter(|name| *name != GENERAL), of.stated("ExceptionName")) {
        (None, _) => "catch".to_owned(),
        (Some(of), None) => format!("catch ({of})"),
        (Some(of), Some(name)) => format!("catch ({of} {name})"),
    }
}

fn predicate(row: &Node<'_>) -> String {
    let property = row.get("LHS");
    let sign = match row.get("Operator") {
        "Exists" => return format!("({property} exists)"),
        "NotEquals" => "!=",
        "LessThan" => "<",
        "LessThanEqualTo" => "<=",
        "GreaterThan" => ">",
        "GreaterThanEqualTo" => ">=",
        _ => "==",
    };
    format!("({property} {sign} {})", row.get("RHS"))
}

fn transform(of: &Node<'_>, out: &mut Out) {
    let list = |link: &'static str, out: &mut Out| {
        for (nth, argument) in of.linked(link).enumerate() {
            let part = argument.stated("PartRef").map(|part| format!(".{part}")).unwrap_or_default();
            if nth > 0 {
                out.put(", ");
            }
            referred(argument, &format!("{}{part}", argument.get("MessageRef")), out);
        }
    };
    out.put("transform (");
    list("Transform_OutputMessagePartRef", out);
    out.put(&format!(") = {} (", of.get("ClassName")));
    list("Transform_InputMessagePartRef", out);
    out.line(");");
}
