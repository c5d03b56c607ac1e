use crate::diagnostic::counted;
use crate::message::{DateTime, Value, ValueType};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, MathematicalOps, RoundingStrategy};

/// A function of the map editor. An argument that has no value counts as empty text; if none has one, the
/// function gives nothing and the target is not written.
#[derive(Debug)]
pub struct Functoid {
    pub name: &'static str,
    /// Fewest and most arguments.
    pub arguments: (usize, usize),
    /// What it gives, for the user.
    pub summary: &'static str,
    run: Rule,
}

/// How a functoid computes.
#[derive(Debug)]
enum Rule {
    Text(fn(&[&str]) -> Option<String>),
    /// Empty text when an argument is not a number, as in BizTalk.
    Number(fn(&[Decimal]) -> Option<Decimal>),
    /// As `Number`, by floating point.
    Real(fn(&[f64]) -> Option<f64>),
    Logic(fn(&[&str]) -> bool),
    /// Sees which arguments have a value.
    Presence(fn(&[Option<String>]) -> bool),
    Now(&'static str),
}

const ANY: usize = usize::MAX;

/// All functoids, by category.
pub const FUNCTIONS: &[Functoid] = &[
    text("Concatenate", (1, ANY), "All arguments in a row", |a| Some(a.concat())),
    text("Uppercase", (1, 1), "Text in capitals", |a| Some(first(a).to_uppercase())),
    text("Lowercase", (1, 1), "Text in small letters", |a| Some(first(a).to_lowercase())),
    text("StringTrimLeft", (1, 1), "Text without blanks in front", |a| Some(first(a).trim_start().into())),
    text("StringTrimRight", (1, 1), "Text without blanks at the end", |a| Some(first(a).trim_end().into())),
    text("Left", (2, 2), "First n characters", |a| Some(first(a).chars().take(count(a, 1)?).collect())),
    text("Right", (2, 2), "Last n characters", |a| {
        let length = first(a).chars().count();
        Some(first(a).chars().skip(length.saturating_sub(count(a, 1)?)).collect())
    }),
    text("Extract", (3, 3), "Characters from one position to another, counted from 1", |a| {
        let (from, to) = (count(a, 1)?.max(1), count(a, 2)?);
        Some(first(a).chars().take(to).skip(from - 1).collect())
    }),
    text("Find", (2, 2), "Position of a text in another, counted from 1; 0 when it is not there", |a| {
        let (before, _) = first(a).split_once(second(a)).unzip();
        Some(before.map_or(0, |b| b.chars().count() + 1).to_string())
    }),
    text("Length", (1, 1), "Number of characters", |a| Some(first(a).chars().count().to_string())),
    text("Replace", (3, 3), "Text with one part replaced by another", |a| {
        let with = a.get(2)?;
        Some(if second(a).is_empty() { first(a).into() } else { first(a).replace(second(a), with) })
    }),
    number("Add", (2, ANY), "Sum", |a| a.iter().try_fold(Decimal::ZERO, |sum, n| sum.checked_add(*n))),
    number("Subtract", (2, ANY), "First less the others", |a| fold(a, Decimal::checked_sub)),
    number("Multiply", (2, ANY), "Product", |a| fold(a, Decimal::checked_mul)),
    number("Divide", (2, 2), "First over second", |a| fold(a, Decimal::checked_div)),
    number("Modulo", (2, 2), "Rest of first over second", |a| fold(a, Decimal::checked_rem)),
    number("Integer", (1, 1), "Whole part", |a| Some(a.first()?.trunc())),
    number("AbsoluteValue", (1, 1), "Without sign", |a| Some(a.first()?.abs())),
    number("Round", (1, 2), "Rounded to n places", |a| {
        let places = a.get(1).map_or(Some(0), |n| u32::try_from(*n).ok())?;
        Some(a.first()?.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven))
    }),
    number("Minimum", (1, ANY), "Smallest", |a| a.iter().min().copied()),
    number("Maximum", (1, ANY), "Largest", |a| a.iter().max().copied()),
    logic("Equal", (2, 2), "Both are the same number or text", |a| compare(a).is_eq()),
    logic("NotEqual", (2, 2), "The two differ", |a| compare(a).is_ne()),
    logic("GreaterThan", (2, 2), "First is more than second", |a| compare(a).is_gt()),
    logic("GreaterThanOrEqual", (2, 2), "First is at least second", |a| compare(a).is_ge()),
    logic("LessThan", (2, 2), "First is less than second", |a| compare(a).is_lt()),
    logic("LessThanOrEqual", (2, 2), "First is at most second", |a| compare(a).is_le()),
    logic("And", (1, ANY), "All are true", |a| a.iter().all(|t| truth(t))),
    logic("Or", (1, ANY), "One is true", |a| a.iter().any(|t| truth(t))),
    logic("Not", (1, 1), "It is not true", |a| !truth(first(a))),
    logic("IsNumeric", (1, 1), "It is a number", |a| numeric(first(a)).is_some()),
    logic("IsString", (1, 1), "It is a text with at least one character", |a| !first(a).is_empty()),
    logic("IsDate", (1, 1), "It is a date", |a| date(first(a)).is_some()),
    number("SquareRoot", (1, 1), "Square root", |a| a.first()?.sqrt()),
    text("AddDays", (2, 2), "Date so many days later", |a| {
        let days = numeric(second(a))?.to_i64()?;
        let later = date(first(a))?.civil().checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
        Some(later.strftime("%Y-%m-%d").to_string())
    }),
    text("CharacterFromASCII", (1, 1), "Character of a code", |a| {
        let code = numeric(first(a)).and_then(|n| n.to_u32()).and_then(char::from_u32);
        Some(code.map(String::from).unwrap_or_default())
    }),
    text("ASCIIFromCharacter", (1, 1), "Code of the first character", |a| {
        Some(first(a).chars().next().map(|c| u32::from(c).to_string()).unwrap_or_default())
    }),
    text("Hexadecimal", (1, 1), "Whole number to base 16", |a| {
        Some(numeric(first(a)).and_then(|n| n.to_i64()).map(|n| format!("{n:X}")).unwrap_or_default())
    }),
    text("Octal", (1, 1), "Whole number to base 8", |a| {
        Some(numeric(first(a)).and_then(|n| n.to_i64()).map(|n| format!("{n:o}")).unwrap_or_default())
    }),
    real("ArcTangent", (1, 1), "Arc tangent, in radians", |a| a.first().map(|x| x.atan())),
    real("Cosine", (1, 1), "Cosine of radians", |a| a.first().map(|x| x.cos())),
    real("Sine", (1, 1), "Sine of radians", |a| a.first().map(|x| x.sin())),
    real("Tangent", (1, 1), "Tangent of radians", |a| a.first().map(|x| x.tan())),
    real("NaturalExponent", (1, 1), "e to a power", |a| a.first().map(|x| x.exp())),
    real("NaturalLogarithm", (1, 1), "Logarithm to base e", |a| a.first().map(|x| x.ln())),
    real("TenToPower", (1, 1), "10 to a power", |a| a.first().map(|x| 10_f64.powf(*x))),
    real("CommonLogarithm", (1, 1), "Logarithm to base 10", |a| a.first().map(|x| x.log10())),
    real("Power", (2, 2), "First to the power of second", |a| Some(a.first()?.powf(*a.get(1)?))),
    real("Logarithm", (2, 2), "Logarithm of first to base second", |a| Some(a.first()?.log(*a.get(1)?))),
    Functoid {
        name: "Existence",
        arguments: (1, 1),
        summary: "The source node is there",
        run: Rule::Presence(|a| a.iter().all(Option::is_some)),
    },
    text("ValueMapping", (2, 2), "Second when the first is true; otherwise nothing", |a| {
        truth(first(a)).then(|| second(a).to_owned())
    }),
    now("CurrentDateTime", "Date and time", "%Y-%m-%dT%H:%M:%S"),
    now("CurrentDate", "Date", "%Y-%m-%d"),
    now("CurrentTime", "Time of day", "%H:%M:%S"),
];

const fn text(
    name: &'static str,
    arguments: (usize, usize),
    summary: &'static str,
    run: fn(&[&str]) -> Option<String>,
) -> Functoid {
    Functoid { name, arguments, summary, run: Rule::Text(run) }
}

const fn number(
    name: &'static str,
    arguments: (usize, usize),
    summary: &'static str,
    run: fn(&[Decimal]) -> Option<Decimal>,
) -> Functoid {
    Functoid { name, arguments, summary, run: Rule::Number(run) }
}

const fn real(
    name: &'static str,
    arguments: (usize, usize),
    summary: &'static str,
    run: fn(&[f64]) -> Option<f64>,
) -> Functoid {
    Functoid { name, arguments, summary, run: Rule::Real(run) }
}

const fn logic(
    name: &'static str,
    arguments: (usize, usize),
    summary: &'static str,
    run: fn(&[&str]) -> bool,
) -> Functoid {
    Functoid { name, arguments, summary, run: Rule::Logic(run) }
}

const fn now(name: &'static str, summary: &'static str, format: &'static str) -> Functoid {
    Functoid { name, arguments: (0, 0), summary, run: Rule::Now(format) }
}

/// A functoid by name; `String` in front, as in BizTalk's own names, may be left out.
pub fn find(name: &str) -> Option<&'static Functoid> {
    let exact = FUNCTIONS.iter().find(|f| f.name == name);
    exact.or_else(|| {
        let short = name.strip_prefix("String").or_else(|| name.strip_prefix("Logical"))?;
        FUNCTIONS.iter().find(|f| f.name == short)
    })
}

impl Functoid {
    /// What is wrong with a number of arguments.
    pub fn arity_problem(&self, given: usize) -> Option<String> {
        let (least, most) = self.arguments;
        let wanted = match (least, most) {
            _ if (least..=most).contains(&given) => return None,
            (least, ANY) => format!("at least {}", counted(least, "argument")),
            (least, most) if least == most => counted(least, "argument"),
            (least, most) => format!("{least} to {}", counted(most, "argument")),
        };
        Some(format!("functoid {} takes {wanted}, not {given}", self.name))
    }

    /// Calls it; `None` writes nothing.
    pub fn call(&self, arguments: &[Option<String>], now: DateTime) -> Option<String> {
        let texts: Vec<&str> = arguments.iter().map(|a| a.as_deref().unwrap_or_default()).collect();
        match self.run {
            Rule::Presence(run) => Some(run(arguments).to_string()),
            Rule::Now(format) => Some(now.civil().strftime(format).to_string()),
            _ if arguments.iter().all(Option::is_none) => None,
            Rule::Text(run) => run(&texts),
            Rule::Logic(run) => Some(run(&texts).to_string()),
            Rule::Number(run) => {
                let numbers: Option<Vec<Decimal>> = texts.iter().map(|t| numeric(t)).collect();
                let result = numbers.and_then(|n| run(&n));
                Some(result.map(|n| n.normalize().to_string()).unwrap_or_default())
            }
            Rule::Real(run) => {
                let numbers: Option<Vec<f64>> = texts.iter().map(|t| t.trim().parse().ok()).collect();
                let result = numbers.and_then(|n| run(&n)).filter(|n| n.is_finite());
                Some(result.map(fifteen_digits).unwrap_or_default())
            }
        }
    }
}

fn first<'a>(arguments: &[&'a str]) -> &'a str {
    arguments.first().copied().unwrap_or_default()
}

fn second<'a>(arguments: &[&'a str]) -> &'a str {
    arguments.get(1).copied().unwrap_or_default()
}

fn count(arguments: &[&str], at: usize) -> Option<usize> {
    arguments.get(at)?.trim().parse().ok()
}

/// A number as BizTalk reads it: commas between digits do not count.
pub fn numeric(text: &str) -> Option<Decimal> {
    let text = text.trim();
    match text.contains(',') {
        true if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
            text.replace(',', "").parse().ok()
        }
        _ => text.parse().or_else(|_| Decimal::from_scientific(text)).ok(),
    }
}

/// `true` and every number above zero.
pub fn truth(text: &str) -> bool {
    let text = text.trim();
    text.eq_ignore_ascii_case("true") || numeric(text).is_some_and(|n| n > Decimal::ZERO)
}

fn date(text: &str) -> Option<DateTime> {
    match Value::from_xml(text.trim(), &ValueType::DateTime) {
        Ok(Value::DateTime(date)) => Some(date),
        _ => None,
    }
}

/// A floating point number with the 15 digits that .NET shows.
fn fifteen_digits(number: f64) -> String {
    format!("{number:.14e}").parse::<f64>().unwrap_or(number).to_string()
}

fn compare(arguments: &[&str]) -> std::cmp::Ordering {
    let (a, b) = (first(arguments), second(arguments));
    match (numeric(a), numeric(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

fn fold(numbers: &[Decimal], step: fn(Decimal, Decimal) -> Option<Decimal>) -> Option<Decimal> {
    let (first, rest) = numbers.split_first()?;
    rest.iter().try_fold(*first, |result, n| step(result, *n))
}
