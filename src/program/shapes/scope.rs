use crate::diagnostic::Place;
use crate::message::Name;
use crate::model::{self, CatchType, Scope, Shape, Transaction, Variable};
use crate::program::ShapeInfo;
use crate::program::op::{ArgumentSlot, CatchInfo, CatchMatch, Op, ScopeInfo, ScopeKind, Touched};
use crate::program::service::{ServiceCompiler, small};
use crate::xlang::Slot;

/// Scope with its catch blocks.
impl ServiceCompiler<'_> {
    pub(super) fn scope(&mut self, shape: &Shape, number: u16, scope: &Scope, declared: Option<&Op>) {
        let visible = self.symbols.names.len();
        let place = self.place(shape, "");
        let init = self.declare(&scope.messages, &scope.variables, &scope.correlation_sets, &place);
        let kind = self.scope_kind(&scope.transaction, self.place(shape, "timeout"));
        let transaction = self.transaction(&scope.transaction_id);
        let at = self.open_scope(Some(number), kind, transaction);
        if let Some(info) = self.service.scopes.get_mut(usize::from(at)) {
            info.synchronized |= scope.synchronized;
        }
        self.open_transactions.push(transaction);
        self.push(Op::EnterScope(at));
        self.push(init);
        self.block(&scope.body, declared);
        self.push(Op::LeaveScope(at));
        let mut exits = vec![self.push(Op::Jump(0))];
        let mut catches = Vec::new();
        for catch in &scope.catches {
            let inner = self.symbols.names.len();
            let (exception, variable, message) = self.caught(shape, catch);
            let target = self.here();
            catches.push(CatchInfo {
                id: Name::new(catch.id.as_str()),
                exception,
                variable,
                message,
                target,
            });
            let catch_number = small(self.service.shapes.len());
            self.service.shapes.push(ShapeInfo {
                id: Name::new(catch.id.as_str()),
                name: catch.name.as_str().into(),
                kind: "Catch Exception",
            });
            self.push(Op::Started(catch_number));
            self.block(&catch.body, None);
            self.push(Op::Completed(catch_number));
            self.push(Op::LeaveCatch(at));
            exits.push(self.push(Op::Jump(0)));
            self.symbols.names.truncate(inner);
        }
        // The compensation block is outside the synchronized domain (SCP-8).
        self.close_scope(at);
        let mut compensation = None;
        if let Some(block) = &scope.compensation {
            compensation = Some(self.here());
            let block_number = small(self.service.shapes.len());
            self.service.shapes.push(ShapeInfo {
                id: Name::new(block.id.as_str()),
                name: block.name.as_str().into(),
                kind: "Compensation",
            });
            self.push(Op::Started(block_number));
            self.block(&block.body, None);
            self.push(Op::Completed(block_number));
            self.push(Op::EndCompensation);
        }
        self.open_transactions.pop();
        // Specific types are tried before general ones whatever the drawn order (CONFLICT 20).
        catches.sort_by_key(|c| match &c.exception {
            CatchMatch::Fault { .. } => 0,
            CatchMatch::Exception(name) => usize::MAX - 1 - self.shared.exceptions.rank(name),
            CatchMatch::General => usize::MAX,
        });
        for exit in exits {
            self.land(exit);
        }
        let end = self.here();
        if let Some(info) = self.service.scopes.get_mut(usize::from(at)) {
            info.catches = catches;
            info.compensation = compensation;
            info.end = end;
        }
        self.symbols.names.truncate(visible);
    }

    /// The transaction of the orchestration is a scope around everything (TX6-1).
    pub(super) fn own_transaction(&mut self, transaction: Option<u16>) -> Option<u16> {
        let orchestration = self.orchestration;
        if orchestration.transaction == Transaction::None {
            return None;
        }
        let place = Place { property: "timeout", name: orchestration.name.clone(), ..self.root_place() };
        let kind = self.scope_kind(&orchestration.transaction, place);
        Some(self.open_scope(None, kind, transaction))
    }

    fn scope_kind(&mut self, transaction: &Transaction, place: Place) -> ScopeKind {
        match transaction {
            Transaction::None => ScopeKind::None,
            Transaction::Atomic(atomic) => ScopeKind::Atomic {
                retry: atomic.retry,
                timeout: (atomic.distributed && atomic.timeout > 0).then_some(atomic.timeout),
            },
            Transaction::LongRunning(long) if long.timeout.trim().is_empty() => {
                ScopeKind::LongRunning { timeout: None }
            }
            Transaction::LongRunning(long) => {
                ScopeKind::LongRunning { timeout: self.code(&long.timeout, Slot::Timeout, place) }
            }
        }
    }

    fn open_scope(&mut self, shape: Option<u16>, kind: ScopeKind, transaction: Option<u16>) -> u16 {
        let at = small(self.service.scopes.len());
        self.touched.push(Touched::default());
        self.service.scopes.push(ScopeInfo {
            shape,
            kind,
            synchronized: matches!(kind, ScopeKind::Atomic { .. }),
            touched: Touched::default(),
            transaction,
            compensation: None,
            catches: Vec::new(),
            end: 0,
        });
        at
    }

    /// All shapes of the scope and its handlers are compiled: what they use is known, and used by what is around.
    pub(super) fn close_scope(&mut self, scope: u16) {
        let Some(touched) = self.touched.pop() else { return };
        if let Some(outer) = self.touched.last_mut() {
            outer.add(&touched);
        }
        if let Some(info) = self.service.scopes.get_mut(usize::from(scope)) {
            info.touched = touched;
        }
    }

    /// Names the own transaction, or one directly inside it (CMP-2).
    pub(super) fn compensate(&mut self, shape: &Shape, target: &str) {
        let own = self.open_transactions.last().copied().flatten();
        let slot = self.symbols.transactions.iter().rposition(|t| t.as_str() == target).map(small);
        if self.slot(shape, "transaction", target, "transaction", slot).is_some() {
            self.push(Op::Compensate(slot.filter(|_| slot != own)));
        }
    }

    pub(super) fn transaction(&mut self, id: &str) -> Option<u16> {
        if id.is_empty() {
            return None;
        }
        self.symbols.transactions.push(Name::new(id));
        Some(small(self.symbols.transactions.len() - 1))
    }

    pub(super) fn caught(
        &mut self,
        shape: &Shape,
        catch: &model::Catch,
    ) -> (CatchMatch, Option<u16>, Option<u16>) {
        match &catch.exception {
            CatchType::General => (CatchMatch::General, None, None),
            CatchType::Exception(name) => {
                let variable = (!catch.variable.is_empty()).then(|| {
                    self.variable(&Variable {
                        name: catch.variable.clone(),
                        variable_type: name.clone(),
                        ..Variable::default()
                    })
                });
                self.writes(variable.map(ArgumentSlot::Variable));
                (CatchMatch::Exception(name.as_str().into()), variable, None)
            }
            CatchType::Fault { port, operation, fault } => {
                let slot = self.symbols.port(port);
                let Some(slot) = self.slot(shape, "catches", port, "port", slot) else {
                    return (CatchMatch::General, None, None);
                };
                let operation_name = Name::new(operation);
                let fault_name = Name::new(fault);
                let fault_type = self
                    .service
                    .operation(slot, operation_name)
                    .and_then(|o| o.faults.iter().find(|(n, _)| *n == fault_name).map(|(_, t)| t.name));
                let message = match fault_type {
                    Some(name) if !catch.variable.is_empty() => {
                        let declared = model::Message {
                            name: catch.variable.clone(),
                            message_type: name.as_str().to_owned(),
                            ..Default::default()
                        };
                        let first = self.service.messages.len();
                        self.declare(&[declared], &[], &[], &self.place(shape, "catches"));
                        (self.service.messages.len() > first).then(|| small(first))
                    }
                    Some(_) => None,
                    None => {
                        self.slot(shape, "catches", fault, "fault message", None);
                        None
                    }
                };
                self.writes(message.map(ArgumentSlot::Message));
                (
                    CatchMatch::Fault { port: slot, operation: operation_name, fault: fault_name },
                    None,
                    message,
                )
            }
        }
    }
}
