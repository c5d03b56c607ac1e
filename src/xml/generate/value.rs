//! Texts of simple types that keep to their facets.

use super::Draw;
use super::pattern::Pattern;
use super::simple::Simple;
use crate::message::ValueType;
use crate::xml::library::without_anchors;
use rust_decimal::Decimal;
use smol_str::SmolStr;
use uppsala::XsdRegex;

/// Candidates that are tried before a type is given up.
const ATTEMPTS: usize = 40;

/// Longest text that a length facet can ask for.
const MAX_TEXT: usize = 100_000;

impl Simple {
    /// A value, named after its node where text is free. `Err` with the nearest one when none was found that all
    /// facets allow.
    pub fn value(&self, name: &str, draw: &mut Draw) -> Result<String, String> {
        let mut first = None;
        for attempt in 0..ATTEMPTS {
            let text = self.candidate(name, draw, attempt);
            if self.allows(&text) {
                return Ok(text);
            }
            first.get_or_insert(text);
        }
        Err(first.unwrap_or_default())
    }

    /// True when no facet forbids a text.
    pub fn allows(&self, text: &str) -> bool {
        let length = match self.base.as_str() {
            _ if self.list => text.split_whitespace().count(),
            "hexBinary" => text.len() / 2,
            "base64Binary" => {
                text.len() / 4 * 3 - text.bytes().filter(|b| *b == b'=').count().min(text.len() / 4 * 3)
            }
            _ => text.chars().count(),
        };
        let long_enough = self.min_length.is_none_or(|min| length >= min);
        let short_enough = self.max_length.is_none_or(|max| length <= max);
        let listed = self.choices.is_empty() || self.choices.iter().any(|c| c.trim() == text.trim());
        long_enough && short_enough && listed && self.matches_patterns(text) && self.in_bounds(text)
    }

    fn matches_patterns(&self, text: &str) -> bool {
        self.patterns.iter().all(|group| {
            group.iter().any(|pattern| {
                XsdRegex::compile(without_anchors(pattern)).is_ok_and(|regex| regex.is_match(text))
            })
        })
    }

    fn in_bounds(&self, text: &str) -> bool {
        let lexical = match self.base.as_str() {
            "duration" => text.contains(|c: char| c.is_ascii_digit()) && !text.ends_with('T'),
            "boolean" => matches!(text, "true" | "false" | "1" | "0"),
            _ => true,
        };
        if !lexical {
            return false;
        }
        if self.is_decimal() {
            let Some(number) = decimal(text) else { return false };
            let digits = number.normalize().mantissa().abs().to_string();
            let integer_digits = number.trunc().normalize().to_string().trim_start_matches('-').len();
            let (low, high) = self.limits();
            return low.is_none_or(|low| number >= low)
                && high.is_none_or(|high| number <= high)
                && self.total_digits.is_none_or(|most| digits.len().max(integer_digits) <= most as usize)
                && self.fraction_digits.is_none_or(|most| number.normalize().scale() <= most);
        }
        let fits = |bound: &Option<(SmolStr, bool)>, lower: bool| {
            let Some((bound, inclusive)) = bound else { return true };
            let order = match (text.parse::<f64>(), bound.parse::<f64>()) {
                (Ok(a), Ok(b)) => a.partial_cmp(&b),
                // Dates of one form sort as texts.
                _ => Some(text.cmp(bound)),
            };
            order.is_some_and(|o| if lower { o.is_gt() } else { o.is_lt() } || (*inclusive && o.is_eq()))
        };
        fits(&self.min, true) && fits(&self.max, false)
    }

    fn candidate(&self, name: &str, draw: &mut Draw, attempt: usize) -> String {
        if !self.choices.is_empty() {
            let at = draw.pick(self.choices.len()) + attempt;
            return self.choices.get(at % self.choices.len()).map(ToString::to_string).unwrap_or_default();
        }
        if self.list {
            let items = self.min_length.unwrap_or(1).clamp(1, MAX_TEXT);
            let item = Self { list: false, min_length: None, max_length: None, ..self.clone() };
            return vec![item.candidate(name, draw, attempt); items].join(" ");
        }
        if let Some(group) = self.patterns.last()
            && let Some(pattern) = group.get((draw.pick(group.len()) + attempt) % group.len())
            && let Some(pattern) = Pattern::parse(pattern)
        {
            // The shortest text first, then longer ones, then by chance.
            let lengths = [0, 1, 2, 4, 8, 16, 32];
            let more = lengths.get(attempt % lengths.len()).copied().unwrap_or_default();
            return if attempt < lengths.len() {
                pattern.sample(draw, more)
            } else {
                pattern.sample(&mut draw.fork(attempt), more)
            };
        }
        self.plain(name, draw, attempt)
    }

    fn plain(&self, name: &str, draw: &mut Draw, attempt: usize) -> String {
        let day = 1 + draw.pick(28);
        let bound = |text: &str| {
            let bounds = [&self.min, &self.max];
            let known = bounds.get(attempt % 3).and_then(|b| b.as_ref());
            known.map_or_else(|| text.to_owned(), |(bound, _)| bound.to_string())
        };
        match self.base.as_str() {
            _ if self.is_decimal() => self.number(draw, attempt),
            "boolean" => ["true", "false"].get(draw.pick(2)).copied().unwrap_or("true").to_owned(),
            "float" | "double" => match attempt {
                0 => (1 + draw.pick(1000)).to_string(),
                _ => self.number(draw, attempt),
            },
            "dateTime" if attempt == 0 => format!("2026-01-{day:02}T08:00:00Z"),
            "dateTime" => bound(&format!("2026-01-{day:02}T08:00:00")),
            "date" => bound(&format!("2026-01-{day:02}")),
            "time" => bound(&format!("{:02}:00:00", 8 + draw.pick(10))),
            "gYear" => bound("2026"),
            "gYearMonth" => bound(&format!("2026-{:02}", 1 + draw.pick(12))),
            "gMonth" => bound(&format!("--{:02}", 1 + draw.pick(12))),
            "gDay" => bound(&format!("---{day:02}")),
            "gMonthDay" => bound(&format!("--01-{day:02}")),
            "duration" => bound(&format!("PT{}H", 1 + draw.pick(24))),
            "hexBinary" => "4F".repeat(self.octets()),
            "base64Binary" => base64_zeros(self.octets()),
            "anyURI" => self.sized(&format!("urn:{}", tame(name)), draw),
            "language" => "en".to_owned(),
            "ID" | "IDREF" | "ENTITY" => format!("id{}", draw.next_id(self.base == "ID")),
            "QName" | "NOTATION" | "Name" | "NCName" | "NMTOKEN" => self.sized(&tame(name), draw),
            _ => self.sized(name, draw),
        }
    }

    fn octets(&self) -> usize {
        self.min_length.unwrap_or(1).max(1).min(self.max_length.unwrap_or(usize::MAX)).min(MAX_TEXT)
    }

    /// Text of an allowed length that begins as `name` does; what is drawn stands at its end.
    fn sized(&self, name: &str, draw: &mut Draw) -> String {
        let number = draw.pick(1000);
        let most = self.max_length.unwrap_or(usize::MAX);
        let tail = if number > 0 && most > 3 { format!("-{number}") } else { String::new() };
        let kept = most.saturating_sub(tail.len());
        let mut text: String = name.chars().take(kept).chain(tail.chars()).take(most).collect();
        let least = self.min_length.unwrap_or(0).min(MAX_TEXT);
        let short = least.saturating_sub(text.chars().count());
        text.extend("x123456789".chars().cycle().take(short));
        text
    }

    fn is_decimal(&self) -> bool {
        matches!(self.base.as_str(), "decimal") || self.is_integer()
    }

    fn is_integer(&self) -> bool {
        matches!(
            self.base.as_str(),
            "integer"
                | "int"
                | "long"
                | "short"
                | "byte"
                | "unsignedInt"
                | "unsignedLong"
                | "unsignedShort"
                | "unsignedByte"
                | "nonNegativeInteger"
                | "positiveInteger"
                | "nonPositiveInteger"
                | "negativeInteger"
        )
    }

    /// Smallest and largest number of the type and its facets.
    fn limits(&self) -> (Option<Decimal>, Option<Decimal>) {
        let (low, high): (Option<i128>, Option<i128>) = match self.base.as_str() {
            "long" => (Some(i64::MIN.into()), Some(i64::MAX.into())),
            "int" => (Some(i32::MIN.into()), Some(i32::MAX.into())),
            "short" => (Some(i16::MIN.into()), Some(i16::MAX.into())),
            "byte" => (Some(i8::MIN.into()), Some(i8::MAX.into())),
            "unsignedLong" => (Some(0), Some(u64::MAX.into())),
            "unsignedInt" => (Some(0), Some(u32::MAX.into())),
            "unsignedShort" => (Some(0), Some(u16::MAX.into())),
            "unsignedByte" => (Some(0), Some(u8::MAX.into())),
            "nonNegativeInteger" => (Some(0), None),
            "positiveInteger" => (Some(1), None),
            "nonPositiveInteger" => (None, Some(0)),
            "negativeInteger" => (None, Some(-1)),
            _ => (None, None),
        };
        let step = self.step();
        let facet = |bound: &Option<(SmolStr, bool)>, away: Decimal| {
            let (text, inclusive) = bound.as_ref()?;
            let number = decimal(text)?;
            if *inclusive { Some(number) } else { number.checked_add(away) }
        };
        let own = |limit: Option<i128>| limit.and_then(|n| Decimal::try_from_i128_with_scale(n, 0).ok());
        let low = own(low).into_iter().chain(facet(&self.min, step)).max();
        let high = own(high).into_iter().chain(facet(&self.max, -step)).min();
        (low, high)
    }

    /// Distance of two neighbours, for bounds that are themselves excluded.
    fn step(&self) -> Decimal {
        let places = if self.is_integer() { 0 } else { self.fraction_digits.unwrap_or(2).min(10) };
        Decimal::new(1, places)
    }

    fn number(&self, draw: &mut Draw, attempt: usize) -> String {
        let (low, high) = self.limits();
        let drawn = Decimal::from(1 + draw.pick(100));
        let within = |n: Decimal| low.is_none_or(|l| n >= l) && high.is_none_or(|h| n <= h);
        let number = match attempt {
            0 if within(drawn) => drawn,
            // A few steps from a bound.
            _ => {
                let steps = self.step() * Decimal::from(draw.pick(10));
                let from_low =
                    low.and_then(|l| Some(l.checked_add(steps)?).filter(|n| within(*n)).or(Some(l)));
                let near = if attempt.is_multiple_of(2) { from_low.or(high) } else { high.or(from_low) };
                near.unwrap_or(Decimal::ONE)
            }
        };
        number.normalize().to_string()
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// A name without the characters that XML names do not take.
fn tame(name: &str) -> String {
    name.replace(|c: char| !c.is_alphanumeric() && c != '_', "_")
}

fn base64_zeros(octets: usize) -> String {
    let text = "AAAA".repeat(octets / 3);
    match octets % 3 {
        1 => text + "AA==",
        2 => text + "AAA=",
        _ => text,
    }
}

/// Text of a value for a node that has a .NET type instead of an XSD one.
pub fn of_value_type(value_type: &ValueType, name: &str, draw: &mut Draw) -> String {
    let base = match value_type {
        ValueType::DateTime => "dateTime",
        ValueType::Bool => "boolean",
        ValueType::TimeSpan => "duration",
        ValueType::Guid => {
            return format!("00000000-0000-0000-0000-{:012}", 1 + draw.pick(1000));
        }
        number if number.is_number() => "unsignedByte",
        _ => "string",
    };
    Simple::built_in(base).value(name, draw).unwrap_or_else(|nearest| nearest)
}
