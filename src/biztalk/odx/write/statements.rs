//! Shapes into the tree.

use super::Writer;
use super::declarations::direction_name;
use super::element::{fresh, number_name, put, put_flag, replace, set, set_attribute};
use crate::biztalk::odx::read::{direction as read_direction, text, transaction};
use crate::biztalk::odx::shapes::{GENERAL, STATEMENTS};
use crate::biztalk::odx::tree::Element;
use crate::model::{
    Argument, Block, Branch, Call, CallRules, Catch, CatchType, Compensation, Construct, FilterOperator,
    FilterRow, Grouping, Id, IsolationLevel, Leg, PartRef, Receive, Scope, Send, Shape, ShapeKind, Throw,
    Transaction, Transform,
};

/// What the designer calls an element, its comments and whether analysts see it.
fn described(element: &mut Element, report: bool, comments: &str, name: &str) {
    put_flag(element, "ReportToAnalyst", report);
    put(element, "AnalystComments", comments);
    put(element, "Name", name);
}

impl Writer<'_> {
    /// Writes the statements of a block into its owner, which was `origin` in the file.
    pub(super) fn block(&self, owner: &mut Element, origin: Option<&Element>, block: &Block) {
        let (own, links): (&str, &[&str]) = match owner.kind() {
            "ServiceBody" => ("ServiceBody_Statement", &["ServiceBody_Statement"]),
            "Catch" => ("Catch_Statement", &STATEMENTS),
            "Compensation" => ("Compensation_Statement", &STATEMENTS),
            _ => ("ComplexStatement_Statement", &STATEMENTS),
        };
        // As long as the statements are the same ones, each stays in the collection it is in.
        let was = links.iter().flat_map(|link| origin.into_iter().flat_map(|origin| origin.linked(link)));
        let is = block.iter().map(|shape| self.origins.get(&shape.id).copied());
        let kept = was
            .map(std::ptr::from_ref)
            .eq(is.map(|found| found.map_or(std::ptr::null(), std::ptr::from_ref)));
        let mut wanted = Vec::with_capacity(block.len());
        for (nth, shape) in block.iter().enumerate() {
            let waits = matches!(shape.kind, ShapeKind::Receive(_) | ShapeKind::Delay(_));
            let first = owner.kind() == "ListenBranch" && nth == 0 && waits;
            let link = if first { "ListenBranch_Statement" } else { own };
            let known = self.origins.get(&shape.id).filter(|_| kept);
            wanted.push(self.shape(shape, known.map_or(link, |known| known.link())));
        }
        for link in links {
            let of_link = wanted.iter().filter(|element| element.link() == *link).cloned().collect();
            replace(owner, |element| element.link() == *link, of_link);
        }
    }

    fn origin(&self, id: &Id) -> Option<&Element> {
        self.origins.get(id).copied()
    }

    fn shape(&self, shape: &Shape, link: &str) -> Element {
        if self.before.get(&shape.id).is_some_and(|before| *before == shape)
            && let Some(origin) = self.origins.get(&shape.id)
        {
            let mut same = (*origin).clone();
            set_attribute(&mut same, "ParentLink", link);
            return same;
        }
        let mut element = self.start(&shape.id, kind_name(&shape.kind), link);
        match &shape.kind {
            ShapeKind::Receive(receive) => self.receive(&mut element, &shape.id, receive),
            ShapeKind::Send(send) => self.send(&mut element, &shape.id, send),
            ShapeKind::Construct(construct) => self.construct(&mut element, &shape.id, construct),
            ShapeKind::MessageAssignment(code) | ShapeKind::Expression(code) => {
                put(&mut element, "Expression", &code.text);
            }
            ShapeKind::Transform(transform) => self.transform(&mut element, transform),
            ShapeKind::Decide(branches) => self.branches(&mut element, "DecisionBranch", &branches.branches),
            ShapeKind::Listen(branches) => self.branches(&mut element, "ListenBranch", &branches.branches),
            ShapeKind::Parallel(branches) => {
                self.branches(&mut element, "ParallelBranch", &branches.branches)
            }
            ShapeKind::Delay(code) => put(&mut element, "Timeout", &code.text),
            ShapeKind::Suspend(code) | ShapeKind::Terminate(code) => {
                put(&mut element, "ErrorMessage", &code.text);
            }
            ShapeKind::Loop(repeat) => {
                put(&mut element, "Expression", &repeat.condition);
                self.block(&mut element, self.origin(&shape.id), &repeat.body);
            }
            ShapeKind::Scope(scope) => self.scope(&mut element, &shape.id, scope),
            ShapeKind::Call(call) => {
                let identifier = if call.identifier.is_empty() { &shape.name } else { &call.identifier };
                put(&mut element, "Identifier", identifier);
                self.call(&mut element, call);
            }
            ShapeKind::Start(call) => self.call(&mut element, call),
            ShapeKind::CallRules(rules) => self.call_rules(&mut element, rules),
            ShapeKind::Throw(throw) => self.throw(&mut element, &shape.id, throw),
            ShapeKind::Compensate(compensate) => put(&mut element, "Invokee", &compensate.transaction),
            ShapeKind::Group(group) => self.block(&mut element, self.origin(&shape.id), &group.body),
        }
        described(&mut element, shape.report_to_analyst, &shape.comments, &shape.name);
        element
    }

    fn receive(&self, element: &mut Element, id: &Id, receive: &Receive) {
        put_flag(element, "Activate", receive.activate);
        let same = match self.before.get(id).map(|shape| &shape.kind) {
            Some(ShapeKind::Receive(before)) => {
                before.port == receive.port
                    && before.leg == receive.leg
                    && before.operation == receive.operation
            }
            _ => false,
        };
        let at = (receive.role_port_type.as_str(), receive.role.as_str());
        self.endpoint(element, &receive.port, at, &receive.message);
        self.leg(element, (&receive.port, &receive.operation), &receive.leg, same);
        let rows = ("DNFPredicate", "Receive_DNFPredicate");
        self.listed(element, rows, &receive.filter, filter_text, row_text, |element, row, _| {
            put(element, "LHS", &row.property);
            put(element, "RHS", &row.value);
            let or = row.grouping == Grouping::Or;
            if (element.property("Grouping") == Some("OR")) != or {
                set(element, "Grouping", if or { "OR" } else { "AND" });
            }
            let operator = operator_name(row.operator);
            let known =
                element.property("Operator").map(|known| known.replace("ThanOrEqualTo", "ThanEqualTo"));
            if known.as_deref() != Some(operator) {
                set(element, "Operator", operator);
            }
        });
    }

    fn send(&self, element: &mut Element, id: &Id, send: &Send) {
        let same = match self.before.get(id).map(|shape| &shape.kind) {
            Some(ShapeKind::Send(before)) => {
                before.port == send.port && before.leg == send.leg && before.operation == send.operation
            }
            _ => false,
        };
        let at = (send.role_port_type.as_str(), send.role.as_str());
        self.endpoint(element, &send.port, at, &send.message);
        self.leg(element, (&send.port, &send.operation), &send.leg, same);
    }

    /// Port or role link; the port type of a role link says which.
    fn endpoint(&self, element: &mut Element, port: &str, (port_type, role): (&str, &str), message: &str) {
        let linked = !port_type.is_empty() || self.role_links.contains(port);
        put(element, "PortName", if linked { "" } else { port });
        put(element, "MessageName", message);
        put(element, "ServiceLinkName", if linked { port } else { "" });
        put(element, "ServiceLinkPortTypeName", if linked { port_type } else { "" });
        put(element, "ServiceLinkRoleName", if linked { role } else { "" });
    }

    /// The operation and which of its messages; while they are the same, what the file calls the message stays.
    fn leg(&self, element: &mut Element, (port, operation): (&str, &str), leg: &Leg, same: bool) {
        put(element, "OperationName", operation);
        if same {
            return;
        }
        let name = if operation.is_empty() { String::new() } else { self.leg_name(port, operation, leg) };
        put(element, "OperationMessageName", &name);
    }

    fn construct(&self, element: &mut Element, id: &Id, construct: &Construct) {
        let said = |element: &Element| element.property("Ref").unwrap_or_default().to_owned();
        let at = ("MessageRef", "Construct_MessageRef");
        self.listed(element, at, &construct.messages, said, String::clone, |element, name, _| {
            put(element, "Ref", name);
        });
        self.block(element, self.origin(id), &construct.body);
    }

    fn transform(&self, element: &mut Element, transform: &Transform) {
        put(element, "ClassName", &transform.map);
        let lists = [
            ("Transform_InputMessagePartRef", &transform.inputs, 0),
            ("Transform_OutputMessagePartRef", &transform.outputs, transform.inputs.len()),
        ];
        for (link, parts, before) in lists {
            let said = |element: &Element| joined(element, "MessageRef", "PartRef");
            let key = |part: &PartRef| format!("{}.{}", part.message, part.part);
            self.listed(element, ("MessagePartRef", link), parts, said, key, |element, part, number| {
                put(element, "MessageRef", &part.message);
                put(element, "PartRef", &part.part);
                number_name(element, &format!("MessagePartReference_{}", before + number));
            });
        }
    }

    fn branches(&self, element: &mut Element, kind: &'static str, branches: &[Branch]) {
        let wanted = branches.iter().map(|branch| {
            let mut element = self.start(&branch.id, kind, "ReallyComplexStatement_Branch");
            put(&mut element, "Expression", &branch.condition);
            described(&mut element, branch.report_to_analyst, &branch.comments, &branch.name);
            self.block(&mut element, self.origin(&branch.id), &branch.body);
            element
        });
        let wanted = wanted.collect();
        replace(element, |branch| branch.link() == "ReallyComplexStatement_Branch", wanted);
    }

    fn scope(&self, element: &mut Element, id: &Id, scope: &Scope) {
        put_flag(element, "IsSynchronized", scope.synchronized);
        let links = ("Scope_Transaction", "Statement_CLRAttribute");
        self.transaction(element, links, &scope.transaction, &scope.transaction_id);
        self.variables(element, "Scope_VariableDeclaration", &scope.variables);
        self.messages(element, "Scope_MessageDeclaration", &scope.messages);
        self.sets(element, Some(id), &scope.correlation_sets);
        self.block(element, self.origin(id), &scope.body);
        let catches = scope.catches.iter().map(|catch| self.catch(catch)).collect();
        replace(element, |inner| inner.kind() == "Catch", catches);
        let compensation = scope.compensation.iter().map(|own| self.compensation(own, "Scope_Compensation"));
        let compensation = compensation.collect();
        replace(element, |inner| inner.kind() == "Compensation", compensation);
    }

    /// The transaction of a scope or orchestration and, for an atomic one, its settings.
    pub(super) fn transaction(
        &self,
        owner: &mut Element,
        links: (&str, &str),
        wanted: &Transaction,
        name: &str,
    ) {
        if transaction(owner) == (wanted.clone(), name.to_owned()) {
            return;
        }
        let kind = match wanted {
            Transaction::None => "",
            Transaction::LongRunning(_) => "LongRunningTransaction",
            Transaction::Atomic(_) => "AtomicTransaction",
        };
        let make = |owner: &Element, kind: &str, link: &str| {
            let known = owner.of_kind(kind).next().cloned();
            known.unwrap_or_else(|| fresh(kind, &self.fresh_oid(&[owner.oid(), kind]), link))
        };
        let mut own = Vec::new();
        if !kind.is_empty() {
            let mut element = make(owner, kind, links.0);
            if let Transaction::LongRunning(long) = wanted {
                put(&mut element, "Timeout", &long.timeout);
            }
            put(&mut element, "Name", name);
            own.push(element);
            put_flag(owner, "InitializedTransactionType", true);
        }
        replace(owner, |e| matches!(e.kind(), "LongRunningTransaction" | "AtomicTransaction"), own);
        let mut settings = Vec::new();
        if let Transaction::Atomic(atomic) = wanted {
            let mut element = make(owner, "TransactionAttribute", links.1);
            for (name, value) in [("Batch", atomic.batch), ("Retry", atomic.retry)] {
                put_flag(&mut element, name, value);
            }
            put(&mut element, "Timeout", &atomic.timeout.to_string());
            let isolation = match atomic.isolation {
                IsolationLevel::Serializable => "Serializable",
                IsolationLevel::RepeatableRead => "RepeatableRead",
                IsolationLevel::ReadCommitted => "ReadCommitted",
            };
            put(&mut element, "Isolation", isolation);
            settings.push(element);
        }
        replace(owner, |e| e.kind() == "TransactionAttribute", settings);
    }

    fn catch(&self, catch: &Catch) -> Element {
        let mut element = self.start(&catch.id, "Catch", "Scope_Catch");
        let same = self.catches.get(&catch.id).is_some_and(|before| before.exception == catch.exception);
        if !same {
            let exception = match &catch.exception {
                CatchType::General => GENERAL.to_owned(),
                CatchType::Exception(name) => name.clone(),
                CatchType::Fault { port, operation, fault } => format!("{port}.{operation}.{fault}"),
            };
            put(&mut element, "ExceptionType", &exception);
        }
        put(&mut element, "ExceptionName", &catch.variable);
        described(&mut element, catch.report_to_analyst, &catch.comments, &catch.name);
        self.block(&mut element, self.origin(&catch.id), &catch.body);
        element
    }

    pub(super) fn compensation(&self, compensation: &Compensation, link: &str) -> Element {
        let mut element = self.start(&compensation.id, "Compensation", link);
        described(&mut element, compensation.report_to_analyst, &compensation.comments, &compensation.name);
        self.block(&mut element, self.origin(&compensation.id), &compensation.body);
        element
    }

    fn call(&self, element: &mut Element, call: &Call) {
        put(element, "Invokee", &call.orchestration);
        let said = |element: &Element| element.property("Name").unwrap_or_default().to_owned();
        let at = ("Parameter", "InvokeStatement_Parameter");
        self.listed(
            element,
            at,
            &call.arguments,
            said,
            |a| a.name.clone(),
            |element, argument: &Argument, _| {
                let known = element.property("Name").map(text);
                if read_direction(element, "Direction") != argument.direction {
                    set(element, "Direction", direction_name(argument.direction));
                }
                put(element, "Name", &argument.name);
                if known.as_deref() != Some(&argument.name)
                    && let Some(declared) = self.types.get(argument.name.as_str())
                {
                    put(element, "Type", declared);
                }
            },
        );
    }

    fn call_rules(&self, element: &mut Element, rules: &CallRules) {
        put(element, "PolicyName", &rules.policy);
        let known = element.property("PolicyVersion").unwrap_or_default().trim().parse::<i64>().ok();
        let known = known.and_then(|version| u32::try_from(version).ok());
        if known != rules.version {
            let version = rules.version.map_or_else(|| "-1".to_owned(), |version| version.to_string());
            set(element, "PolicyVersion", &version);
        }
        let said = |element: &Element| joined(element, "Reference", "PartReference");
        let key = |part: &PartRef| format!("{}.{}", part.message, part.part);
        let at = ("RulesParameterRef", "CallRules_RulesParameterRef");
        self.listed(element, at, &rules.parameters, said, key, |element, part, number| {
            let changed = said(element) != key(part);
            put(element, "Reference", &part.message);
            put(element, "PartReference", &part.part);
            if changed && let Some(alias) = self.type_of(part) {
                put(element, "Alias", &alias);
            }
            number_name(element, &format!("RulesParameterRef_{number}"));
        });
    }

    fn throw(&self, element: &mut Element, id: &Id, throw: &Throw) {
        let same = matches!(
            self.before.get(id).map(|shape| &shape.kind),
            Some(ShapeKind::Throw(before)) if before == throw
        );
        if !same {
            put(element, "ThrownReference", throw.exception.as_deref().unwrap_or(GENERAL));
        }
    }
}

fn joined(element: &Element, first: &str, second: &str) -> String {
    let of = |name| element.property(name).unwrap_or_default();
    format!("{}.{}", of(first), of(second))
}

fn row_text(row: &FilterRow) -> String {
    format!("{} {} {}", row.property, operator_name(row.operator), row.value)
}

fn filter_text(row: &Element) -> String {
    let of = |name| row.property(name).unwrap_or_default();
    format!("{} {} {}", of("LHS"), of("Operator"), of("RHS"))
}

fn operator_name(operator: FilterOperator) -> &'static str {
    match operator {
        FilterOperator::Equals => "Equals",
        FilterOperator::NotEquals => "NotEquals",
        FilterOperator::LessThan => "LessThan",
        FilterOperator::LessThanOrEqual => "LessThanEqualTo",
        FilterOperator::GreaterThan => "GreaterThan",
        FilterOperator::GreaterThanOrEqual => "GreaterThanEqualTo",
        FilterOperator::Exists => "Exists",
    }
}

fn kind_name(kind: &ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Receive(_) => "Receive",
        ShapeKind::Send(_) => "Send",
        ShapeKind::Construct(_) => "Construct",
        ShapeKind::MessageAssignment(_) => "MessageAssignment",
        ShapeKind::Transform(_) => "Transform",
        ShapeKind::Expression(_) => "VariableAssignment",
        ShapeKind::Decide(_) => "Decision",
        ShapeKind::Delay(_) => "Delay",
        ShapeKind::Listen(_) => "Listen",
        ShapeKind::Parallel(_) => "Parallel",
        ShapeKind::Loop(_) => "While",
        ShapeKind::Scope(_) => "Scope",
        ShapeKind::Call(_) => "Call",
        ShapeKind::Start(_) => "Exec",
        ShapeKind::CallRules(_) => "CallRules",
        ShapeKind::Throw(_) => "Throw",
        ShapeKind::Compensate(_) => "Compensate",
        ShapeKind::Suspend(_) => "Suspend",
        ShapeKind::Terminate(_) => "Terminate",
        ShapeKind::Group(_) => "Task",
    }
}
