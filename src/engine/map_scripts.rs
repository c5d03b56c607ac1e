//! Code in maps: a scripted component of the map's name, or of the class it calls, answers for it.

use super::core::guid_of;
use crate::component::{Lent, Request};
use crate::message::{DateTime, Value};
use crate::program::Program;
use crate::xml::map::Scripts;
use std::sync::Arc;

/// The components of a program, for the run of one map.
pub struct MapScripts<'a> {
    pub program: &'a Program,
    pub now: DateTime,
    /// Number of the transformation: chance differs from one to the next.
    pub number: u64,
}

impl Scripts for MapScripts<'_> {
    fn call(&mut self, class: &str, function: &str, arguments: &[String]) -> Option<Result<String, String>> {
        let known = self.program.components.function(class, function, Some(arguments.len()))?;
        let mut values: Vec<Value> =
            arguments.iter().map(|text| Value::String(text.as_str().into())).collect();
        self.number = self.number.wrapping_add(1);
        let (seed, _) = guid_of(self.number, class, self.number).as_u64_pair();
        let lent = Lent::new(self.now, seed, Ok(Arc::default()));
        let request = Request { class, function: &known, object: None, arguments: &mut values };
        let answer = self.program.components.call(request, lent);
        Some(answer.map(|answer| answer.value.to_xml()).map_err(|raised| raised.message.to_string()))
    }
}
