//! Stand-ins for custom code: a .NET class that an expression names can be written as a script.
//!
//! One class is one file, `components/<Full.Class.Name>.rhai`, in the Rhai language. Its functions are the methods:
//! called on an object, `this` is a map with the object's state; a function named like the class makes an object;
//! `get_<Name>` answers for a property that has no stored value. Values cross as `value` says, and `library` has
//! the functions a script may use beside the language.
//!
//! A script is a function of what it is given: it has no file, network, clock or random source of its own. Time
//! and chance are lent by the engine ([`Lent`]), and steps, call depth and sizes are limited.

mod failure;
mod library;
#[cfg(test)]
mod tests;
mod trace;
mod value;

pub use library::Lent;

use crate::diagnostic::Diagnostic;
use crate::message::Value;
use crate::xlang::Raised;
use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, Scope};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

static ENGINE: LazyLock<Engine> = LazyLock::new(library::engine);

/// The classes of an application that are written as scripts.
#[derive(Default)]
pub struct Components {
    classes: BTreeMap<String, Class>,
}

struct Class {
    text: String,
    script: AST,
    /// Name and number of parameters of each function, in order.
    functions: Vec<(String, usize)>,
}

/// A call of a member of a scripted class.
#[derive(Debug)]
pub struct Request<'a> {
    /// Full class name.
    pub class: &'a str,
    /// Function of the script, as [`Components::function`] gives it.
    pub function: &'a str,
    /// The object; `None` for a static member or a constructor.
    pub object: Option<&'a mut Value>,
    /// Changed where the script sets an `out` argument.
    pub arguments: &'a mut [Value],
}

/// What a call gave beside its effect on object and arguments.
#[derive(Debug, Default)]
pub struct Answer {
    pub value: Value,
    /// What it logged, in order.
    pub log: Vec<String>,
}

impl Components {
    /// Compiles the scripts, given by class name. A class whose script does not compile is left out and reported:
    /// `K01` with line and column.
    pub fn compile(scripts: &BTreeMap<String, String>) -> (Self, Vec<Diagnostic>) {
        let mut classes = BTreeMap::new();
        let mut found = Vec::new();
        for (name, text) in scripts {
            let path = crate::model::files::component_path(name);
            match ENGINE.compile(text) {
                Ok(script) => {
                    let functions = script.iter_functions().map(|f| (f.name.to_owned(), f.params.len()));
                    let mut functions: Vec<_> = functions.collect();
                    functions.sort();
                    classes.insert(name.clone(), Class { text: text.clone(), script, functions });
                }
                Err(error) => found.push(failure::diagnostic(&path, &error)),
            }
        }
        (Self { classes }, found)
    }

    /// Functions of a scripted class as `Name/parameters`; `None` when the class has no script.
    pub fn functions(&self, class: &str) -> Option<Vec<String>> {
        let class = self.classes.get(class)?;
        Some(class.functions.iter().map(|(name, parameters)| format!("{name}/{parameters}")).collect())
    }

    /// Function that stands for a member: the method itself, the class's short name for `.ctor`, `get_Name` for a
    /// property (`arguments` is `None`).
    pub fn function(&self, class: &str, member: &str, arguments: Option<usize>) -> Option<SmolStr> {
        let known = self.classes.get(class)?;
        let (name, parameters) = match (member, arguments) {
            (".ctor", count) => (class.rsplit('.').next().unwrap_or(class).to_owned(), count.unwrap_or(0)),
            (member, Some(count)) => (member.to_owned(), count),
            (member, None) => (format!("get_{member}"), 0),
        };
        known.functions.iter().any(|(n, p)| *n == name && *p == parameters).then(|| name.into())
    }

    /// True when the script of a class asks for configuration values.
    pub fn reads_configuration(&self, class: &str) -> bool {
        self.classes.get(class).is_some_and(|known| known.text.contains("config("))
    }

    pub fn is_scripted(&self, class: &str) -> bool {
        self.classes.contains_key(class)
    }

    /// Runs a function. The object and the arguments change only when it returns.
    ///
    /// # Errors
    /// What the script throws, as an exception of the .NET type it names; `Orchestrion.ExecutionLimitException` when
    /// it exceeds a limit; otherwise the exception that tells the fault, with class, function and line.
    pub fn call(&self, request: Request<'_>, lent: Lent) -> Result<Answer, Raised> {
        let Request { class, function, object, arguments } = request;
        let Some(known) = self.classes.get(class) else { return Ok(Answer::default()) };
        let fail = |error: Box<EvalAltResult>| failure::raised(class, function, *error, None);
        let mut used = lent.clone();
        let done = known.run(&known.script, function, object.as_deref(), arguments, &mut used);
        let (result, this) = done.map_err(|error| {
            let limit = failure::is_limit(&error);
            let line = limit.then(|| known.busiest(function, object.as_deref(), arguments, lent)).flatten();
            failure::raised(class, function, *error, line)
        })?;
        let mut room = value::ROOM;
        let answer = value::from_script(result, class, &mut room).map_err(fail)?;
        for (at, out) in used.out {
            let out = value::from_script(out, class, &mut room).map_err(fail)?;
            if let Some(place) = arguments.get_mut(at) {
                *place = out;
            }
        }
        if let Some(object) = object {
            value::keep_state(object, this, class, &mut room).map_err(fail)?;
        }
        Ok(Answer { value: answer, log: used.log })
    }
}

impl Class {
    /// Runs a function and gives its result and `this`. `lent` holds afterwards what the script did with it, also
    /// when it failed.
    fn run(
        &self,
        script: &AST,
        function: &str,
        object: Option<&Value>,
        arguments: &[Value],
        lent: &mut Lent,
    ) -> Result<(Dynamic, Dynamic), Box<EvalAltResult>> {
        let mut room = value::ROOM;
        let passed: Vec<Dynamic> =
            arguments.iter().map(|v| value::to_script(v, &mut room)).collect::<Result<_, _>>()?;
        let mut this = object.map_or(Ok(Dynamic::UNIT), |o| value::state(o, &mut room))?;
        let shared = Arc::new(Mutex::new(lent.clone()));
        let mut options = CallFnOptions::new().with_tag(Arc::clone(&shared));
        if object.is_some() {
            options = options.bind_this_ptr(&mut this);
        }
        let result = ENGINE.call_fn_with_options(options, &mut Scope::new(), script, function, passed);
        lent.clone_from(&*shared.lock().unwrap_or_else(PoisonError::into_inner));
        Ok((result?, this))
    }

    /// Line of the block that a script which a limit stopped entered most often.
    fn busiest(
        &self,
        function: &str,
        object: Option<&Value>,
        arguments: &[Value],
        mut lent: Lent,
    ) -> Option<i64> {
        let marked = ENGINE.compile(trace::marked(&self.text)).ok()?;
        let _stopped_again = self.run(&marked, function, object, arguments, &mut lent);
        lent.trace.busiest()
    }
}

impl fmt::Debug for Components {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.classes.keys()).finish()
    }
}
