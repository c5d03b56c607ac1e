//! The functions a script may use beside the language, and the limits it runs under.

use super::failure;
use super::trace::{MARK, Trace};
use super::value::Xml;
use crate::message::{Body, DateTime, TimeSpan, Value, ValueType, XPathResult, format_value};
use crate::xlang::Raised;
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, EvalAltResult, INT, ImmutableString, NativeCallContext, Position};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Steps one call may take.
const STEPS: u64 = 1_000_000;
/// Calls inside calls. Small enough for the stack of any thread of a debug build.
const CALLS: usize = 24;
const EXPRESSION_DEPTH: usize = 32;
const TEXT_BYTES: usize = 4 << 20;
/// Lines one call may log.
const LOG_LINES: usize = 1_000;
/// Items in an array, or entries in a map, all nested ones counted.
const ITEMS: usize = 1_000;

type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// Values by key, or the exception that reading them raises.
pub type Configuration = Result<Arc<BTreeMap<String, String>>, Raised>;

/// What the engine lends a call: time, chance and configuration in, log entries and `out` arguments out.
#[derive(Clone, Debug)]
pub struct Lent {
    pub now: DateTime,
    /// Where the random numbers of the call begin.
    pub seed: u64,
    /// Or why it cannot be read.
    pub configuration: Configuration,
    pub(super) log: Vec<String>,
    pub(super) out: Vec<(usize, Dynamic)>,
    pub(super) trace: Trace,
}

/// A script engine without files, modules, clock and output.
pub fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    // The core package of the language is left out: it can sleep.
    ArithmeticPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicFnPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    engine
        .set_max_operations(STEPS)
        .set_max_call_levels(CALLS)
        .set_max_expr_depths(EXPRESSION_DEPTH, EXPRESSION_DEPTH)
        .set_max_string_size(TEXT_BYTES)
        .set_max_array_size(ITEMS)
        .set_max_map_size(ITEMS)
        .set_max_variables(1_000)
        .set_max_modules(0)
        .set_strict_variables(true);
    for symbol in ["eval", "import", "export", "print", "debug"] {
        engine.disable_symbol(symbol);
    }
    lent(&mut engine);
    texts(&mut engine);
    times(&mut engine);
    decimals(&mut engine);
    xml(&mut engine);
    engine
}

fn with<T>(context: &NativeCallContext<'_>, run: impl FnOnce(&mut Lent) -> T) -> Outcome<T> {
    let lent = context.tag().and_then(|tag| tag.clone().try_cast::<Arc<Mutex<Lent>>>());
    match lent {
        Some(lent) => Ok(run(&mut lent.lock().unwrap_or_else(PoisonError::into_inner))),
        None => Err("this function works inside a call only".into()),
    }
}

fn too_large(what: &str) -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE).into()
}

/// Replacing lets a text grow past every limit that the language itself keeps.
fn texts(engine: &mut Engine) {
    fn replace(text: &mut ImmutableString, find: &str, with: &str) -> Outcome<()> {
        let found = if find.is_empty() { text.chars().count() + 1 } else { text.matches(find).count() };
        if text.len().saturating_add(found.saturating_mul(with.len())) > TEXT_BYTES {
            return Err(too_large("Length of string"));
        }
        *text = text.replace(find, with).into();
        Ok(())
    }
    engine.register_fn("replace", replace);
    engine.register_fn("replace", |text: &mut ImmutableString, find: char, with: &str| {
        replace(text, find.encode_utf8(&mut [0; 4]), with)
    });
}

fn lent(engine: &mut Engine) {
    engine.register_fn("now", |context: NativeCallContext| with(&context, |lent| lent.now));
    engine.register_fn("random", |context: NativeCallContext| {
        with(&context, |lent| {
            // 53 bits fill the fraction of a float.
            #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
            let fraction = (lent.draw() >> 11) as f64 / (1_u64 << 53) as f64;
            fraction
        })
    });
    engine.register_fn("random", |context: NativeCallContext, from: INT, to: INT| {
        let Some(width) = to.checked_sub(from).and_then(|w| u64::try_from(w).ok()).filter(|w| *w > 0) else {
            return Err(thrown("System.ArgumentOutOfRangeException", "random(from, to) needs from < to"));
        };
        with(&context, |lent| from.wrapping_add_unsigned(lent.draw() % width))
    });
    engine.register_fn("new_guid", |context: NativeCallContext| {
        with(&context, |lent| {
            let bits = u128::from(lent.draw()) << 64 | u128::from(lent.draw());
            uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
        })
    });
    engine.register_fn("config", |context: NativeCallContext, key: &str| {
        match with(&context, |lent| lent.configuration.clone())? {
            Ok(values) => Ok(values.get(key).cloned().map_or(Dynamic::UNIT, Dynamic::from)),
            Err(raised) => Err(thrown(&raised.exception_type, &raised.message)),
        }
    });
    engine.register_fn("log", |context: NativeCallContext, text: &str| {
        with(&context, |lent| {
            let bytes: usize = lent.log.iter().map(String::len).sum();
            if lent.log.len() >= LOG_LINES || bytes + text.len() > TEXT_BYTES {
                return Err(too_large("The log of one call"));
            }
            lent.log.push(text.to_owned());
            Ok(())
        })?
    });
    engine.register_fn("out", |context: NativeCallContext, at: INT, value: Dynamic| {
        let at = usize::try_from(at).map_err(|_| {
            thrown("System.ArgumentOutOfRangeException", "out(position, value) counts parameters from 0")
        })?;
        with(&context, |lent| {
            lent.out.retain(|(other, _)| *other != at);
            lent.out.push((at, value));
        })
    });
    engine.register_fn(MARK, |context: NativeCallContext, line: INT| {
        with(&context, |lent| lent.trace.enter(line))
    });
    engine.register_fn("exception", |exception_type: &str, message: &str| {
        failure::exception(exception_type, message)
    });
}

impl Lent {
    pub fn new(now: DateTime, seed: u64, configuration: Configuration) -> Self {
        Self { now, seed, configuration, log: Vec::new(), out: Vec::new(), trace: Trace::default() }
    }

    /// SplitMix64.
    fn draw(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn thrown(exception_type: &str, message: &str) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(failure::exception(exception_type, message), Position::NONE).into()
}

fn overflow() -> Box<EvalAltResult> {
    EvalAltResult::ErrorArithmetic("the result is out of range".to_owned(), Position::NONE).into()
}

/// All comparisons of a type.
macro_rules! compared {
    ($engine:ident, $kind:ty) => {
        $engine
            .register_fn("==", |a: $kind, b: $kind| a == b)
            .register_fn("!=", |a: $kind, b: $kind| a != b)
            .register_fn("<", |a: $kind, b: $kind| a < b)
            .register_fn("<=", |a: $kind, b: $kind| a <= b)
            .register_fn(">", |a: $kind, b: $kind| a > b)
            .register_fn(">=", |a: $kind, b: $kind| a >= b)
    };
}

fn times(engine: &mut Engine) {
    engine.register_type_with_name::<DateTime>("DateTime").register_type_with_name::<TimeSpan>("TimeSpan");
    compared!(engine, DateTime);
    compared!(engine, TimeSpan);
    engine
        .register_fn("to_string", |t: &mut DateTime| format_value(&Value::DateTime(*t)))
        .register_fn("to_string", |s: &mut TimeSpan| format_value(&Value::TimeSpan(*s)))
        .register_fn("date", |text: &str| match Value::from_xml(text, &ValueType::DateTime) {
            Ok(Value::DateTime(time)) => Ok(time),
            _ => Err(thrown(
                "System.FormatException",
                &format!("{text} is not a date; write it as 2026-01-31T12:00:00Z"),
            )),
        })
        .register_fn("-", |a: DateTime, b: DateTime| a.since(b))
        .register_fn("+", |a: DateTime, b: TimeSpan| shifted(a, Some(b.0)))
        .register_fn("-", |a: DateTime, b: TimeSpan| shifted(a, b.0.checked_neg()))
        .register_fn("+", |a: TimeSpan, b: TimeSpan| a.0.checked_add(b.0).map(TimeSpan).ok_or_else(overflow))
        .register_fn("-", |a: TimeSpan, b: TimeSpan| a.0.checked_sub(b.0).map(TimeSpan).ok_or_else(overflow))
        .register_get("year", |t: &mut DateTime| INT::from(t.civil().year()))
        .register_get("month", |t: &mut DateTime| INT::from(t.civil().month()))
        .register_get("day", |t: &mut DateTime| INT::from(t.civil().day()))
        .register_get("hour", |t: &mut DateTime| INT::from(t.civil().hour()))
        .register_get("minute", |t: &mut DateTime| INT::from(t.civil().minute()))
        .register_get("second", |t: &mut DateTime| INT::from(t.civil().second()))
        .register_get("ticks", |t: &mut DateTime| t.0)
        .register_get("ticks", |s: &mut TimeSpan| s.0)
        .register_get("total_seconds", |s: &mut TimeSpan| {
            #[expect(clippy::cast_precision_loss, reason = "as TimeSpan.TotalSeconds")]
            let ticks = s.0 as f64;
            ticks / 1e7
        });
    for (name, seconds) in [("seconds", 1), ("minutes", 60), ("hours", 3_600), ("days", 86_400)] {
        engine.register_fn(name, move |count: INT| {
            count.checked_mul(seconds * TimeSpan::TICKS_PER_SECOND).map(TimeSpan).ok_or_else(overflow)
        });
    }
}

fn shifted(time: DateTime, by: Option<i64>) -> Outcome<DateTime> {
    let ticks = by.and_then(|by| time.0.checked_add(by)).filter(|t| (0..=DateTime::MAX.0).contains(t));
    ticks.map(DateTime).ok_or_else(overflow)
}

/// An operator that may overflow.
type Checked = fn(Decimal, Decimal) -> Option<Decimal>;

fn decimals(engine: &mut Engine) {
    engine.register_type_with_name::<Decimal>("Decimal");
    compared!(engine, Decimal);
    engine
        .register_fn("decimal", |text: &str| {
            text.trim()
                .parse::<Decimal>()
                .map_err(|_| thrown("System.FormatException", &format!("{text} is not a decimal number")))
        })
        .register_fn("decimal", |n: INT| Decimal::from(n))
        .register_fn("decimal", |n: f64| Decimal::try_from(n).map_err(|_| overflow()))
        .register_fn("to_string", |d: &mut Decimal| d.to_string())
        .register_fn("to_float", |d: &mut Decimal| d.to_f64().unwrap_or_default())
        .register_fn("to_int", |d: &mut Decimal| d.trunc().to_i64().ok_or_else(overflow))
        .register_fn("round", |d: Decimal, places: INT| match u32::try_from(places) {
            Ok(places) if places <= 28 => Ok(d.round_dp(places)),
            _ => Err(thrown("System.ArgumentOutOfRangeException", "a decimal has 0 to 28 decimals")),
        })
        .register_fn("-", |d: Decimal| -d);
    let operators: [(&str, Checked); 5] = [
        ("+", Decimal::checked_add),
        ("-", Decimal::checked_sub),
        ("*", Decimal::checked_mul),
        ("/", Decimal::checked_div),
        ("%", Decimal::checked_rem),
    ];
    for (name, run) in operators {
        let compute = move |a: Decimal, b: Decimal| -> Outcome<Decimal> {
            if b.is_zero() && matches!(name, "/" | "%") {
                return Err(thrown("System.DivideByZeroException", "Attempted to divide by zero."));
            }
            run(a, b).ok_or_else(overflow)
        };
        engine
            .register_fn(name, compute)
            .register_fn(name, move |a: Decimal, b: INT| compute(a, b.into()))
            .register_fn(name, move |a: INT, b: Decimal| compute(a.into(), b));
    }
}

fn xml(engine: &mut Engine) {
    engine
        .register_type_with_name::<Xml>("Xml")
        .register_fn("to_string", |xml: &mut Xml| {
            xml.0.to_text().map(|t| t.to_string()).map_err(|e| faulty(&e))
        })
        .register_fn("parse_xml", |text: &str| {
            let body = Body::xml(text);
            body.document().map_err(|e| faulty(&e))?;
            Ok::<_, Box<EvalAltResult>>(Xml(Arc::new(body)))
        })
        .register_fn("xpath", |xml: &mut Xml, path: &str| {
            Ok::<_, Box<EvalAltResult>>(match xml.0.xpath(path).map_err(|e| faulty(&e))? {
                XPathResult::String(text) | XPathResult::Text(text) => text.into(),
                XPathResult::Number(number) => number.into(),
                XPathResult::Bool(flag) => flag.into(),
                XPathResult::Element(element) => Dynamic::from(Xml(Arc::new(element))),
            })
        })
        .register_fn("set", |xml: &mut Xml, path: &str, text: &str| {
            let changed = xml.0.with_xpath_value(path, text).map_err(|e| faulty(&e))?;
            xml.0 = Arc::new(changed);
            Ok::<_, Box<EvalAltResult>>(())
        });
}

fn faulty(error: &crate::message::XmlError) -> Box<EvalAltResult> {
    thrown("System.Xml.XmlException", &error.to_string())
}
