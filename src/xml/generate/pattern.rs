//! Texts that a pattern facet matches.

use super::Draw;
use crate::xml::library::without_anchors;
use std::iter::Peekable;
use std::str::Chars;

/// Characters to choose from, the plainest first.
const PLAIN: &str =
    "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz0123456789-_. /:+@,;#()'!?&%*=$<>[]{}|~^\"\\`\t";

/// Groups may nest this deep.
const MAX_DEPTH: usize = 64;

/// Longest text made of a pattern, in characters.
const MAX_TEXT: usize = 4096;

/// A regular expression of XML Schema, read for making texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    branches: Vec<Vec<Piece>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Piece {
    atom: Atom,
    min: usize,
    /// `usize::MAX` is without bound.
    max: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Atom {
    One(char),
    Set(Set),
    Group(Pattern),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Set {
    negated: bool,
    items: Vec<Item>,
    minus: Option<Box<Set>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Range(char, char),
    /// `d`, `w`, `s`, `i`, `c`, or their opposites as capitals.
    Class(char),
    /// `\p{…}`: the name, and whether it must not hold.
    Property(String, bool),
}

impl Pattern {
    /// Reads a pattern; `None` when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: without_anchors(text).chars().peekable(), depth: 0 };
        let pattern = reader.pattern()?;
        reader.rest.next().is_none().then_some(pattern)
    }

    /// A text that matches: each repetition as short as it may be, plus up to `more` rounds.
    pub fn sample(&self, draw: &mut Draw, more: usize) -> String {
        let mut text = String::new();
        self.write(draw, more, &mut text);
        text
    }

    fn write(&self, draw: &mut Draw, more: usize, text: &mut String) {
        let Some(branch) = self.branches.get(draw.pick(self.branches.len())) else { return };
        for piece in branch {
            let times = piece.min.saturating_add(more).min(piece.max);
            for _ in 0..times {
                if text.len() > MAX_TEXT {
                    return;
                }
                match &piece.atom {
                    Atom::One(c) => text.push(*c),
                    Atom::Set(set) => text.extend(set.choose(draw)),
                    Atom::Group(pattern) => pattern.write(draw, more, text),
                }
            }
        }
    }
}

impl Set {
    fn choose(&self, draw: &mut Draw) -> Option<char> {
        let plain: Vec<char> = PLAIN.chars().filter(|c| self.contains(*c)).collect();
        if let Some(c) = plain.get(draw.pick(plain.len())) {
            return Some(*c);
        }
        self.items.iter().find_map(|item| match item {
            Item::Range(from, _) => Some(*from).filter(|c| self.contains(*c)),
            _ => ('\u{a1}'..'\u{500}').find(|c| self.contains(*c)),
        })
    }

    fn contains(&self, c: char) -> bool {
        let within = self.items.iter().any(|item| item.contains(c));
        within != self.negated && self.minus.as_ref().is_none_or(|minus| !minus.contains(c))
    }
}

impl Item {
    fn contains(&self, c: char) -> bool {
        match self {
            Self::Range(from, to) => (*from..=*to).contains(&c),
            Self::Class(class) => {
                let within = match class.to_ascii_lowercase() {
                    'd' => c.is_ascii_digit(),
                    's' => matches!(c, ' ' | '\t' | '\n' | '\r'),
                    'i' => c.is_alphabetic() || matches!(c, '_' | ':'),
                    'c' => c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.'),
                    _ => c.is_alphanumeric(),
                };
                within != class.is_ascii_uppercase()
            }
            Self::Property(name, negated) => {
                let within = match name.as_str() {
                    "L" => c.is_alphabetic(),
                    "Lu" => c.is_uppercase(),
                    "Ll" => c.is_lowercase(),
                    "N" | "Nd" => c.is_ascii_digit(),
                    "P" | "Po" => c.is_ascii_punctuation(),
                    "Z" | "Zs" => c == ' ',
                    "IsBasicLatin" => c.is_ascii(),
                    _ => c.is_alphabetic(),
                };
                within != *negated
            }
        }
    }
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    depth: usize,
}

impl Reader<'_> {
    fn pattern(&mut self) -> Option<Pattern> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut branches = vec![Vec::new()];
        while let Some(&c) = self.rest.peek() {
            match c {
                '|' => {
                    self.rest.next();
                    branches.push(Vec::new());
                }
                ')' => break,
                _ => {
                    let atom = self.atom()?;
                    let (min, max) = self.quantifier()?;
                    branches.last_mut()?.push(Piece { atom, min, max });
                }
            }
        }
        self.depth -= 1;
        Some(Pattern { branches })
    }

    fn atom(&mut self) -> Option<Atom> {
        Some(match self.rest.next()? {
            '(' => {
                // Groups that capture nothing are not of the language either.
                let mut ahead = self.rest.clone();
                if ahead.next() == Some('?') && ahead.next() == Some(':') {
                    self.rest = ahead;
                }
                let inner = self.pattern()?;
                (self.rest.next()? == ')').then_some(Atom::Group(inner))?
            }
            '[' => Atom::Set(self.set()?),
            '.' => Atom::Set(Set {
                negated: true,
                items: vec![Item::Range('\n', '\n'), Item::Range('\r', '\r')],
                minus: None,
            }),
            '\\' => match self.escape()? {
                Item::Range(c, _) => Atom::One(c),
                item => Atom::Set(Set { items: vec![item], ..Set::default() }),
            },
            '?' | '*' | '+' | '{' => return None,
            c => Atom::One(c),
        })
    }

    fn escape(&mut self) -> Option<Item> {
        let one = |c| Some(Item::Range(c, c));
        match self.rest.next()? {
            'n' => one('\n'),
            'r' => one('\r'),
            't' => one('\t'),
            c @ ('d' | 'w' | 's' | 'i' | 'c' | 'D' | 'W' | 'S' | 'I' | 'C') => Some(Item::Class(c)),
            c @ ('p' | 'P') => {
                (self.rest.next()? == '{').then_some(())?;
                let name: String = self.rest.by_ref().take_while(|c| *c != '}').collect();
                Some(Item::Property(name, c == 'P'))
            }
            c => one(c),
        }
    }

    /// A class, after its `[`.
    fn set(&mut self) -> Option<Set> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut set = Set { negated, ..Set::default() };
        loop {
            let from = match self.rest.next()? {
                ']' if !set.items.is_empty() => break,
                '-' if self.rest.peek() == Some(&'[') => {
                    self.rest.next();
                    set.minus = Some(Box::new(self.set()?));
                    (self.rest.next()? == ']').then_some(())?;
                    break;
                }
                '\\' => match self.escape()? {
                    Item::Range(c, _) => c,
                    item => {
                        set.items.push(item);
                        continue;
                    }
                },
                c => c,
            };
            let mut ahead = self.rest.clone();
            let range = ahead.next() == Some('-') && !matches!(ahead.peek(), Some(']' | '[') | None);
            if !range {
                set.items.push(Item::Range(from, from));
                continue;
            }
            self.rest.next();
            let to = match self.rest.next()? {
                '\\' => match self.escape()? {
                    Item::Range(c, _) => c,
                    _ => return None,
                },
                c => c,
            };
            (from <= to).then_some(())?;
            set.items.push(Item::Range(from, to));
        }
        self.depth -= 1;
        Some(set)
    }

    fn quantifier(&mut self) -> Option<(usize, usize)> {
        let (min, max) = match self.rest.peek() {
            Some('?') => (0, 1),
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('{') => {
                self.rest.next();
                let inside: String = self.rest.by_ref().take_while(|c| *c != '}').collect();
                let (min, max) = match inside.split_once(',') {
                    None => (inside.trim().parse().ok()?, inside.trim().parse().ok()?),
                    Some((min, "")) => (min.trim().parse().ok()?, usize::MAX),
                    Some((min, max)) => (min.trim().parse().ok()?, max.trim().parse().ok()?),
                };
                return (min <= max).then_some((min, max));
            }
            _ => return Some((1, 1)),
        };
        self.rest.next();
        Some((min, max))
    }
}
