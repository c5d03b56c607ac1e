use super::*;
use crate::diagnostic::Diagnostic;
use crate::message::{Value, ValueType};
#[derive(Clone, Debug)]
pub struct Code;
impl Code {
    pub fn run(&self, _: &mut dyn Env) -> Result<(), Raised> {
        Ok(())
    }
    pub fn eval(&self, _: &mut dyn Env) -> Result<Value, Raised> {
        Ok(Value::Null)
    }
}
#[derive(Clone, Debug)]
pub enum Slot {
    Expression,
    MessageAssignment,
    Condition,
    Delay,
    Text,
    Timeout,
    InitialValue(ValueType),
}
pub struct Compiled {
    pub code: Option<Code>,
    pub diagnostics: Vec<Diagnostic>,
}
pub fn compile(_: &str, _: Slot, _: &dyn Symbols) -> Compiled {
    Compiled { code: Some(Code), diagnostics: vec![] }
}
pub fn is_exception_type(_: &str, _: &str) -> bool {
    true
}
pub fn exception_rank(_: &str) -> usize {
    0
}
