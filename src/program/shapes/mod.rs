mod branching;
mod call;
mod construct;
mod messaging;
mod rules;
mod scope;

use super::op::{ArgumentSlot, Op};
use super::service::ServiceCompiler;
use crate::diagnostic::{Place, article};
use crate::model::edit::Edit;
use crate::model::{self, Code, Shape, ShapeKind};
use crate::xlang::Slot;

/// Shapes to operations.
impl ServiceCompiler<'_> {
    pub fn body(&mut self, declared: Op) {
        let orchestration = self.orchestration;
        // A fresh frame has no messages and sets; those just received must stay.
        let declared = match declared {
            Op::Initialize { variables, .. } => Op::Initialize { variables, sets: (0, 0), messages: (0, 0) },
            other => other,
        };
        // Initial values are assigned after the activating receive, or at once when there is none (RCV-3).
        let activates = orchestration.body.iter().any(|shape| {
            let mut found = false;
            shape.visit(&mut |s| found |= matches!(&s.kind, ShapeKind::Receive(r) if r.activate));
            found
        });
        let own = self.transaction(&orchestration.transaction_id);
        self.open_transactions.push(own);
        let around = self.own_transaction(own);
        if let Some(scope) = around {
            self.push(Op::EnterScope(scope));
        }
        if !activates {
            self.service.ops.push(declared.clone());
        }
        self.block(&orchestration.body, activates.then_some(&declared));
        if let Some(scope) = around {
            self.push(Op::LeaveScope(scope));
            self.close_scope(scope);
        }
        self.service.ops.push(Op::End);
        self.service.default_handler = self.here();
        self.service.ops.push(Op::CompensateAndRaise);
        if let Some(block) = &orchestration.compensation {
            self.service.compensation = Some(self.here());
            self.block(block, None);
            self.push(Op::EndCompensation);
        }
    }

    /// A bare number in a Delay is meant as seconds.
    fn offer_time_span(&mut self, shape: &Shape, text: &str) {
        let Ok(seconds) = text.trim().trim_end_matches(';').parse::<u32>() else { return };
        let Some(told) = self.found.pop() else { return };
        let text = format!("new System.TimeSpan(0, 0, {seconds})");
        let kind = ShapeKind::Delay(Code { text });
        let edit = Edit::SetKind { module: self.key.to_owned(), shape: shape.id.clone(), kind };
        self.found.push(told.mend("Write it as a time span", vec![edit]));
    }

    fn block(&mut self, block: &[Shape], declared: Option<&Op>) {
        for shape in block {
            self.shape(shape, declared);
        }
    }

    fn here(&self) -> u32 {
        u32::try_from(self.service.ops.len()).unwrap_or(u32::MAX)
    }

    fn push(&mut self, op: Op) -> usize {
        self.service.ops.push(op);
        self.service.ops.len() - 1
    }

    /// Points a jump made earlier at the next operation.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        if let Some(Op::Jump(target) | Op::Unless { target, .. }) = self.service.ops.get_mut(jump) {
            *target = here;
        }
    }

    fn place(&self, shape: &Shape, property: &'static str) -> Place {
        Place { id: Some(shape.id.clone()), name: shape.name.clone(), property, ..self.root_place() }
    }

    fn shape(&mut self, shape: &Shape, declared: Option<&Op>) {
        // A group is not in the compiled code (GRP-1).
        if let ShapeKind::Group(group) = &shape.kind {
            self.block(&group.body, declared);
            return;
        }
        let number = self.shape_info(shape);
        self.push(Op::Started(number));
        match &shape.kind {
            ShapeKind::Receive(receive) => self.receive(shape, number, receive, declared),
            ShapeKind::Send(send) => self.send(shape, number, send),
            ShapeKind::Construct(construct) => self.construct(shape, construct),
            ShapeKind::MessageAssignment(code) => self.run(shape, code, Slot::MessageAssignment),
            ShapeKind::Transform(transform) => self.transform(shape, number, transform),
            ShapeKind::Expression(code) => self.run(shape, code, Slot::Expression),
            ShapeKind::Decide(branches) => self.decide(shape, branches, declared),
            ShapeKind::Delay(code) => match self.code(&code.text, Slot::Delay, self.place(shape, "text")) {
                Some(code) => drop(self.push(Op::Delay { code, shape: number })),
                None => self.offer_time_span(shape, &code.text),
            },
            ShapeKind::Listen(branches) => self.listen(shape, branches, declared),
            ShapeKind::Loop(body) => {
                let top = self.here();
                let code = self.code(&body.condition, Slot::Condition, self.place(shape, "condition"));
                let exit = code.map(|code| self.push(Op::Unless { code, target: 0 }));
                self.block(&body.body, declared);
                self.push(Op::Jump(top));
                if let Some(exit) = exit {
                    self.land(exit);
                }
            }
            ShapeKind::Scope(scope) => self.scope(shape, number, scope, declared),
            ShapeKind::Call(call) => self.call(shape, number, call, true),
            ShapeKind::Start(call) => self.call(shape, number, call, false),
            ShapeKind::Throw(throw) => {
                let slot = throw.exception.as_deref().map(|name| (name, self.symbols.variable(name)));
                if let Some((name, None)) = slot {
                    self.report(
                        "V34",
                        format!("Throw names `{name}`, which is not a variable in scope"),
                        "Choose a variable of an exception type, or General Exception to rethrow inside a catch block",
                        self.place(shape, "exception"),
                    );
                }
                let slot = slot.and_then(|(_, slot)| slot);
                self.reads(slot.map(ArgumentSlot::Variable));
                self.push(Op::Throw(slot));
            }
            ShapeKind::Suspend(code) => {
                let code = self.message_text(shape, code);
                self.push(Op::Suspend { code, shape: number });
            }
            ShapeKind::Terminate(code) => {
                let code = self.message_text(shape, code);
                self.push(Op::Terminate { code, shape: number });
            }
            ShapeKind::Parallel(branches) => self.parallel(branches, declared),
            ShapeKind::Compensate(compensate) => self.compensate(shape, &compensate.transaction),
            ShapeKind::CallRules(rules) => self.call_rules(shape, number, rules),
            ShapeKind::Group(_) => {}
        }
        self.push(Op::Completed(number));
    }

    fn message_text(&mut self, shape: &Shape, code: &model::Code) -> Option<u16> {
        if code.text.trim().is_empty() {
            return None;
        }
        self.code(&code.text, Slot::Text, self.place(shape, "text"))
    }

    fn run(&mut self, shape: &Shape, code: &model::Code, slot: Slot) {
        if let Some(code) = self.code(&code.text, slot, self.place(shape, "text")) {
            self.push(Op::Run(code));
        }
    }

    /// Slot of a named thing, or a diagnostic that the shape is not fully configured (V01).
    fn slot(
        &mut self,
        shape: &Shape,
        property: &'static str,
        name: &str,
        what: &str,
        slot: Option<u16>,
    ) -> Option<u16> {
        if slot.is_none() {
            let message = if name.is_empty() {
                format!("`{}` has no {what} yet", shape.name)
            } else {
                format!("`{}` names the {what} `{name}`, which is not in scope", shape.name)
            };
            self.report(
                "V01",
                message,
                format!("Choose {} in its properties", article(what)),
                self.place(shape, property),
            );
        }
        slot
    }
}
