use super::judge::Part;
use super::token::{Lexeme, Token, tokens};
use super::{Comparison, Constant, FIELDS, Field, Kind, Test};
use crate::diagnostic::{Diagnostic, Place, closest};
use crate::message::{DateTime, TimeSpan};
use std::ops::Range;
use wildmatch::WildMatch;

/// How deep parentheses and `not` may nest.
const DEPTH: u32 = 64;

pub fn parse(text: &str) -> Result<Test, Diagnostic> {
    let mut parser = Parser { tokens: tokens(text), at: 0, end: text.len(), depth: 0 };
    if parser.tokens.is_empty() {
        return Ok(Test::Always);
    }
    let test = parser.any()?;
    match parser.peek() {
        None => Ok(test),
        Some(_) => Err(parser.wrong("a filter ends here", "Join tests by and, or")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    depth: u32,
}

impl Parser {
    fn peek(&self) -> Option<&Lexeme> {
        self.tokens.get(self.at).map(|token| &token.lexeme)
    }

    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |token| token.span.clone())
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn sign(&mut self, signs: &[&str]) -> bool {
        let is = match self.peek() {
            Some(Lexeme::Sign(sign)) => signs.contains(sign),
            Some(Lexeme::Word(word)) => signs.contains(&word.as_str()),
            _ => false,
        };
        self.at += usize::from(is);
        is
    }

    fn wrong(&self, message: &str, help: &str) -> Diagnostic {
        let message = match self.peek() {
            Some(Lexeme::Open) => "a quote is not closed".to_owned(),
            Some(Lexeme::Stray(c)) => format!("`{c}` is no part of a filter"),
            _ => message.to_owned(),
        };
        fault("Q01", self.span(), message, help)
    }

    fn any(&mut self) -> Result<Test, Diagnostic> {
        let mut tests = vec![self.all()?];
        while self.sign(&["or", "||"]) {
            tests.push(self.all()?);
        }
        Ok(one_or(tests, Test::Any))
    }

    fn all(&mut self) -> Result<Test, Diagnostic> {
        let mut tests = vec![self.not()?];
        while self.sign(&["and", "&&"]) {
            tests.push(self.not()?);
        }
        Ok(one_or(tests, Test::All))
    }

    fn not(&mut self) -> Result<Test, Diagnostic> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.wrong("the filter nests too deeply", "Take out parentheses"));
        }
        let test = if self.sign(&["not", "!"]) {
            Test::Not(Box::new(self.not()?))
        } else if self.sign(&["("]) {
            let inner = self.any()?;
            if !self.sign(&[")"]) {
                return Err(self.wrong("a parenthesis is not closed", "Write )"));
            }
            inner
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(test)
    }

    fn test(&mut self) -> Result<Test, Diagnostic> {
        const HELP: &str = "Write a test such as state == suspended, or a text in quotes to look for";
        if let Some(Lexeme::Text(text)) = self.peek() {
            let part = Part::new(text);
            self.at += 1;
            return Ok(Test::Contains(Field::named("text").ok_or_else(|| self.wrong("", HELP))?, part));
        }
        if self.sign(&["exists"]) {
            return Ok(Test::Exists(self.field()?));
        }
        let span = self.span();
        let field = self.field()?;
        if let Some(comparison) = self.comparison() {
            let to = self.span();
            if let Some(other) = self.other_field(field) {
                return Ok(Test::Fields(field, comparison, other));
            }
            let constant = self.constant(field)?;
            return check(field, &span, &constant, to).map(|()| Test::Compare(field, comparison, constant));
        }
        if self.sign(&["contains"]) {
            return Ok(Test::Contains(field, Part::new(&self.pattern()?)));
        }
        if self.sign(&["matches"]) {
            return Ok(Test::Matches(field, WildMatch::new(&self.pattern()?)));
        }
        if self.sign(&["in"]) {
            return self.list(field, &span);
        }
        Ok(Test::Holds(field))
    }

    fn list(&mut self, field: Field, span: &Range<usize>) -> Result<Test, Diagnostic> {
        const HELP: &str = "Write the values in braces: state in {suspended, discarded}";
        if !self.sign(&["{"]) {
            return Err(self.wrong("a list of values is missing", HELP));
        }
        let mut constants = Vec::new();
        loop {
            let to = self.span();
            let constant = self.constant(field)?;
            check(field, span, &constant, to)?;
            constants.push(constant);
            if self.sign(&["}"]) {
                return Ok(Test::OneOf(field, constants));
            }
            if !self.sign(&[","]) {
                return Err(self.wrong("the list of values is not closed", HELP));
            }
        }
    }

    fn field(&mut self) -> Result<Field, Diagnostic> {
        let span = self.span();
        let Some(Lexeme::Word(word)) = self.peek() else {
            return Err(self.wrong("a field is missing", "Write a field such as event, instance or P.Status"));
        };
        let word = word.clone();
        self.at += 1;
        Field::named(&word).ok_or_else(|| {
            let known = FIELDS.iter().map(|info| info.name);
            let tested = self.comparison().is_some() || self.sign(&["contains", "matches", "in"]);
            let text = format!("To look for it anywhere, write it in quotes: \"{word}\"");
            let help = match closest(&word, known) {
                Some(close) if tested => format!("Did you mean {close}?"),
                Some(close) => format!("Did you mean {close}? {text}"),
                None if !tested => text,
                None => {
                    "Fields are such as event, time, instance, service, state, message.type, var.Name, and \
                         properties such as BTS.MessageType"
                        .to_owned()
                }
            };
            fault("Q02", span, format!("there is no field {word}"), &help)
        })
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let all = [
            (Comparison::Equal, ["==", "eq", "="]),
            (Comparison::NotEqual, ["!=", "ne", "!="]),
            (Comparison::LessOrEqual, ["<=", "le", "<="]),
            (Comparison::GreaterOrEqual, [">=", "ge", ">="]),
            (Comparison::Less, ["<", "lt", "<"]),
            (Comparison::Greater, [">", "gt", ">"]),
        ];
        all.into_iter().find(|(_, signs)| self.sign(signs)).map(|(comparison, _)| comparison)
    }

    /// A variable, set or property on the right; other words are texts there.
    fn other_field(&mut self, left: Field) -> Option<Field> {
        let Some(Lexeme::Word(word)) = self.peek() else { return None };
        let listed = FIELDS.iter().any(|info| info.key == left.key && info.values.contains(&word.as_str()));
        let dynamic = word.starts_with("var.") || word.starts_with("set.");
        if listed || !dynamic {
            return None;
        }
        let field = Field::named(word)?;
        self.at += 1;
        Some(field)
    }

    /// A pattern or part of a text.
    fn pattern(&mut self) -> Result<String, Diagnostic> {
        match self.next().map(|token| token.lexeme) {
            Some(Lexeme::Text(text) | Lexeme::Word(text) | Lexeme::Number(text)) => Ok(text),
            Some(Lexeme::Id(id)) => Ok(format!("#{id}")),
            _ => {
                self.at = self.at.saturating_sub(1);
                Err(self.wrong("a text is missing", "Write it in quotes"))
            }
        }
    }

    fn constant(&mut self, field: Field) -> Result<Constant, Diagnostic> {
        const HELP: &str =
            "Write a text in quotes, a number, a time such as 5 min or 2026-01-31, true, false, or #17";
        let span = self.span();
        match self.next().map(|token| token.lexeme) {
            Some(Lexeme::Text(text)) => Ok(Constant::Text(text.into())),
            Some(Lexeme::Id(id)) => Ok(Constant::Id(id)),
            Some(Lexeme::Word(word)) => Ok(match word.as_str() {
                "true" => Constant::Flag(true),
                "false" => Constant::Flag(false),
                word => match word.strip_prefix(['m', 's']).and_then(|digits| digits.parse().ok()) {
                    Some(id) if field.kind == Kind::Id => Constant::Id(id),
                    _ => Constant::Text(word.into()),
                },
            }),
            Some(Lexeme::Number(digits)) => self
                .number(&digits)
                .ok_or_else(|| fault("Q01", span, format!("{digits} is neither a number nor a time"), HELP)),
            _ => {
                self.at = self.at.saturating_sub(1);
                Err(self.wrong("a value is missing", HELP))
            }
        }
    }

    fn number(&mut self, digits: &str) -> Option<Constant> {
        if digits.contains(':') && !digits.contains('-') {
            return clock(digits).map(Constant::Span);
        }
        if digits.trim_start_matches('-').contains('-') {
            return date(digits).map(Constant::Time);
        }
        let mut number: f64 = digits.parse().ok()?;
        let mut ticks = 0.0;
        let mut timed = false;
        // `1 h 30 min`
        while let Some(unit) = self.peek().and_then(|lexeme| match lexeme {
            Lexeme::Word(word) => ticks_of(word),
            _ => None,
        }) {
            self.at += 1;
            timed = true;
            ticks += number * unit;
            let Some(Lexeme::Number(more)) = self.peek() else { break };
            number = more.parse().ok()?;
            self.at += 1;
        }
        if !timed {
            return Some(Constant::Number(number));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float that is too large becomes the longest span"
        )]
        let ticks = ticks as i64;
        Some(Constant::Span(TimeSpan(ticks)))
    }
}

/// Ticks of a unit of time.
fn ticks_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "us" => 10.0,
        "ms" => 10_000.0,
        "s" | "second" | "seconds" => 1e7,
        "min" | "minute" | "minutes" => 6e8,
        "h" | "hour" | "hours" => 3.6e10,
        "d" | "day" | "days" => 8.64e11,
        _ => return None,
    })
}

/// `hh:mm:ss.fff`, as lists show times.
fn clock(text: &str) -> Option<TimeSpan> {
    let mut parts = text.split(':');
    let (hours, minutes) = (parts.next()?.parse::<i64>().ok()?, parts.next()?.parse::<i64>().ok()?);
    let seconds = parts.next().map_or(Some(0.0), |s| s.parse::<f64>().ok())?;
    if parts.next().is_some() || !seconds.is_finite() {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a minute")]
    let ms = (seconds * 1000.0) as i64;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    Some(TimeSpan::from_millis(minutes.checked_mul(60_000)?.checked_add(ms)?))
}

fn date(text: &str) -> Option<DateTime> {
    let text = text.trim_end_matches('Z');
    let civil = text.parse::<jiff::civil::DateTime>().ok();
    let civil = civil.or_else(|| Some(text.parse::<jiff::civil::Date>().ok()?.at(0, 0, 0, 0)));
    DateTime::from_civil(civil?)
}

fn one_or(mut tests: Vec<Test>, join: impl FnOnce(Vec<Test>) -> Test) -> Test {
    match (tests.len(), tests.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            tests.extend(last);
            join(tests)
        }
    }
}

/// A field compares with values of its kind.
fn check(field: Field, _: &Range<usize>, constant: &Constant, span: Range<usize>) -> Result<(), Diagnostic> {
    let (fits, wanted) = match field.kind {
        Kind::Any => (true, ""),
        Kind::Text => (matches!(constant, Constant::Text(_) | Constant::Number(_)), "a text"),
        Kind::Number => (matches!(constant, Constant::Number(_)), "a number"),
        Kind::Id => (matches!(constant, Constant::Id(_) | Constant::Number(_)), "a number such as #17"),
        Kind::Span => (matches!(constant, Constant::Span(_)), "a time such as 5 s or 00:01:30"),
        Kind::Time => (matches!(constant, Constant::Time(_)), "a date such as 2026-01-31T09:00:00"),
        Kind::Flag => (matches!(constant, Constant::Flag(_)), "true or false"),
    };
    if fits {
        return Ok(());
    }
    let name = FIELDS.iter().find(|info| info.key == field.key).map_or("the field", |info| info.name);
    Err(fault("Q03", span, format!("{name} compares with {wanted}"), &format!("Write {wanted}")))
}

fn fault(code: &'static str, span: Range<usize>, message: String, help: &str) -> Diagnostic {
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let span = Some(byte(span.start)..byte(span.end));
    Diagnostic::error(code, message, help).at(Place { property: "filter", span, ..Place::default() })
}
