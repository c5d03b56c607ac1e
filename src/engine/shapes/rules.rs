use crate::engine::EventKind;
use crate::engine::instance::{Environment, Frame, Machine, exception};
use crate::message::{Context, ExceptionValue, Message, Part, Value};
use crate::program::{ArgumentSlot, PolicyInfo, RuleAction, RuleArgument, RuleInfo, Service};
use crate::xlang::{Env, Raised};
use std::sync::Arc;

/// How often the rules of one call may fire: rules that set each other off would go on for ever.
const MAX_FIRINGS: u32 = 65_536;

const FAILED: &str = "Microsoft.RuleEngine.PolicyExecutionException";

impl<'a> Machine<'a, '_> {
    /// Call Rules: the policy works on copies, which come back when it has ended. An error leaves everything as
    /// it was and surfaces as an exception (RUL-4).
    pub fn call_rules(&mut self, service: &'a Service, call: u16) -> Result<(), Raised> {
        let Some(call) = service.rule_calls.get(usize::from(call)) else { return Ok(()) };
        let program = self.program;
        let Some(policy) = call.policy.and_then(|p| program.policies.get(usize::from(p))) else {
            return Err(exception(
                FAILED,
                format!("No version of the policy {} that fits is deployed", call.name),
            ));
        };
        self.instance.dirty = true;
        let mut memory = Frame::new(&policy.memory, None);
        for argument in &call.arguments {
            self.pass(service, argument, &mut memory)?;
        }
        let id = self.instance.id;
        let env = Environment::new(self.step, &policy.memory, &mut memory, id);
        Run { policy, env, absent: policy.absent.clone(), agenda: vec![false; policy.rules.len()] }.run()?;
        for argument in &call.arguments {
            self.take_back(service, argument, &memory);
        }
        Ok(())
    }

    fn pass(&mut self, service: &Service, argument: &RuleArgument, memory: &mut Frame) -> Result<(), Raised> {
        let Some(frame) = self.frame() else { return Ok(()) };
        match (argument.from, argument.to) {
            (ArgumentSlot::Variable(from), ArgumentSlot::Variable(to)) => {
                if let (Some(value), Some(place)) =
                    (frame.variable(from), memory.variables.get_mut(usize::from(to)))
                {
                    *place = value.clone();
                }
            }
            (ArgumentSlot::Message(from), ArgumentSlot::Message(to)) => {
                let Some(message) = frame.message(from) else {
                    let name = service.messages.get(usize::from(from)).map_or("", |m| m.name.as_str());
                    return Err(exception(
                        "Microsoft.XLANGs.Core.UnconstructedMessageException",
                        format!("the message {name} is used before it is received or constructed"),
                    ));
                };
                let part = argument.part.and_then(|p| message.parts.get(usize::from(p)));
                let passed = match part {
                    None => Arc::clone(message),
                    Some(part) => Arc::new(Message {
                        context: message.context.clone(),
                        ..Message::single(part.name, Arc::clone(&part.body))
                    }),
                };
                if let Some(place) = memory.messages.get_mut(usize::from(to)) {
                    *place = Some(passed);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A message comes back as a new one without its context (RUL-3).
    fn take_back(&mut self, service: &Service, argument: &RuleArgument, memory: &Frame) {
        match (argument.from, argument.to) {
            (ArgumentSlot::Variable(from), ArgumentSlot::Variable(to)) => {
                let value = memory.variable(to).cloned();
                let place = self.frame_mut().and_then(|f| f.variables.get_mut(usize::from(from)));
                if let (Some(value), Some(place)) = (value, place) {
                    *place = value;
                }
            }
            (ArgumentSlot::Message(from), ArgumentSlot::Message(to)) => {
                let id = self.step.next_message_id();
                let (Some(changed), Some(place)) = (
                    memory.message(to),
                    self.frame_mut().and_then(|f| f.messages.get_mut(usize::from(from))),
                ) else {
                    return;
                };
                let mut message =
                    place.take().map(Arc::unwrap_or_clone).unwrap_or_else(|| Message::clone(changed));
                match (argument.part.and_then(|p| message.parts.get_mut(usize::from(p))), changed.body_part())
                {
                    (Some(part), Some(new)) => *part = Part { name: part.name, body: Arc::clone(&new.body) },
                    _ => message.parts.clone_from(&changed.parts),
                }
                message.id = id;
                message.context = Context::default();
                let message = Arc::new(message);
                *place = Some(Arc::clone(&message));
                let instance = self.instance.id;
                if let Some(variable) = service.messages.get(usize::from(from)).map(|m| m.name) {
                    self.step.emit(EventKind::MessageConstructed { instance, message, variable });
                }
            }
            _ => {}
        }
    }
}

/// One execution: match, take the first rule of the agenda, act, match again what the actions touched.
struct Run<'a, 'e, 's> {
    policy: &'a PolicyInfo,
    env: Environment<'e, 's>,
    absent: Vec<ArgumentSlot>,
    /// Which rules are to fire.
    agenda: Vec<bool>,
}

impl<'a> Run<'a, '_, '_> {
    fn run(&mut self) -> Result<(), Raised> {
        let policy = self.policy;
        for (slot, code) in &policy.initial {
            if let Some(code) = policy.memory.code.get(usize::from(*code)) {
                let value = code.eval(&mut self.env)?;
                self.env.set_variable(*slot, value);
            }
        }
        for at in 0..policy.rules.len() {
            self.evaluate(at)?;
        }
        let mut fired = 0;
        while let Some(at) = self.agenda.iter().position(|waits| *waits) {
            let Some(rule) = policy.rules.get(at) else { break };
            if fired == MAX_FIRINGS {
                return Err(exception(
                    FAILED,
                    format!(
                        "The rules of {} do not come to an end: {} is still to fire after {MAX_FIRINGS}. \
                         Let its condition become false by what it, or the rules it sets off, assert or update.",
                        policy.name, rule.name
                    ),
                ));
            }
            fired += 1;
            self.waits(at, false);
            let instance = self.env.instance;
            self.env.step.emit(EventKind::RuleFired { instance, policy: policy.name, rule: rule.name });
            if !self.act(rule)? {
                break;
            }
        }
        Ok(())
    }

    fn waits(&mut self, at: usize, waits: bool) {
        if let Some(place) = self.agenda.get_mut(at) {
            *place = waits;
        }
    }

    fn evaluate(&mut self, at: usize) -> Result<(), Raised> {
        let Some(rule) = self.policy.rules.get(at) else { return Ok(()) };
        let present = rule.needs.iter().all(|slot| !self.absent.contains(slot));
        let holds = present
            && match rule.condition.and_then(|c| self.policy.memory.code.get(usize::from(c))) {
                Some(code) => {
                    code.eval(&mut self.env).map_err(|e| self.failed(rule, e))? == Value::Bool(true)
                }
                None => true,
            };
        self.waits(at, holds);
        Ok(())
    }

    /// Evaluates again the rules over `slot`.
    fn touched(&mut self, slot: ArgumentSlot) -> Result<(), Raised> {
        for (at, rule) in self.policy.rules.iter().enumerate() {
            if rule.over.contains(&slot) {
                self.evaluate(at)?;
            }
        }
        Ok(())
    }

    /// A fact is there: rules over it are evaluated again, and those that only waited for it.
    fn asserted(&mut self, slot: ArgumentSlot) -> Result<(), Raised> {
        let new = self.absent.contains(&slot);
        self.absent.retain(|s| *s != slot);
        for (at, rule) in self.policy.rules.iter().enumerate() {
            if rule.over.contains(&slot) || (new && rule.needs.contains(&slot)) {
                self.evaluate(at)?;
            }
        }
        Ok(())
    }

    /// False when the rule halts the run.
    fn act(&mut self, rule: &'a RuleInfo) -> Result<bool, Raised> {
        let policy = self.policy;
        let code = |at: u16| policy.memory.code.get(usize::from(at));
        for action in &rule.actions {
            match *action {
                RuleAction::Set(at) => {
                    if let Some(code) = code(at) {
                        code.run(&mut self.env).map_err(|e| self.failed(rule, e))?;
                    }
                }
                RuleAction::Assert { fact, value } => {
                    if let Some(code) = code(value) {
                        let value = code.eval(&mut self.env).map_err(|e| self.failed(rule, e))?;
                        self.env.set_variable(fact, value);
                    }
                    self.asserted(ArgumentSlot::Variable(fact))?;
                }
                RuleAction::Update(slot) => self.touched(slot)?,
                RuleAction::Retract(slot) => {
                    if !self.absent.contains(&slot) {
                        self.absent.push(slot);
                    }
                    for (at, other) in policy.rules.iter().enumerate() {
                        if other.needs.contains(&slot) {
                            self.waits(at, false);
                        }
                    }
                }
                RuleAction::Halt => return Ok(false),
            }
        }
        Ok(true)
    }

    fn failed(&self, rule: &RuleInfo, cause: Raised) -> Raised {
        Arc::new(ExceptionValue {
            exception_type: FAILED.into(),
            message: format!(
                "The rule {} of {} failed: {}: {}",
                rule.name, self.policy.name, cause.exception_type, cause.message
            ),
            inner: Some(cause),
            ..ExceptionValue::default()
        })
    }
}
