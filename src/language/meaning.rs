//! What a name in a text stands for.

use super::docs::{self, Function};
use super::scope::{Declared, DeclaredKind, Scope, Standing};
use super::targets::Target;
use super::words::{Chain, Role, bare, chains};
use crate::message::ValueType;
use crate::model::edit::DeclarationKind;
use crate::xlang::{Member, MemberKind, MessageType, PartType, Symbols, TokenKind, members_of};
use crate::xml::PropertyDeclaration;
use std::ops::Range;

/// What one word of a chain stands for.
#[derive(Debug)]
pub(super) enum Meaning<'s> {
    Declared(&'s Declared),
    Part {
        message: &'s Declared,
        name: String,
        part: &'s PartType,
    },
    Field {
        message: &'s Declared,
        name: String,
        value_type: ValueType,
        promoted: Option<String>,
    },
    ClassField {
        class: String,
        name: String,
        value_type: ValueType,
    },
    Property(&'s PropertyDeclaration),
    /// Property of a port, role link or orchestration.
    PlatformProperty {
        name: String,
        value_type: ValueType,
    },
    /// Overloads of a built-in member.
    Members(Vec<&'static Member>),
    /// A member of a scripted class.
    Script {
        class: String,
        member: String,
        parameters: usize,
    },
    Type(String),
    Orchestration(String),
    Map(String),
    Function(&'static Function),
    Transaction(String),
}

impl Scope<'_> {
    pub(super) fn chains(&self, text: &str) -> Vec<Chain> {
        chains(text, &|names| self.has_properties(names))
    }

    /// What word `at` of `chain` means.
    pub(super) fn meaning(&self, text: &str, chain: &Chain, at: usize) -> Option<Meaning<'_>> {
        let names: Vec<&str> =
            chain.words.iter().map(|w| bare(text.get(w.clone()).unwrap_or_default())).collect();
        let name = *names.get(at)?;
        let dotted = names.get(..=at)?.join(".");
        match &chain.role {
            Role::Transaction => return Some(Meaning::Transaction(name.to_owned())),
            Role::Property(owner) => return self.property(owner.as_deref(), &names.join(".")),
            Role::Type => return self.type_named(&names.join(".")),
            Role::Value => {}
        }
        if at == 0 && chain.receiver.is_none() {
            if let Some(declared) = self.find(name) {
                return Some(Meaning::Declared(declared));
            }
            if chain.called && names.len() == 1 {
                let function = docs::FUNCTIONS.iter().find(|f| f.name == name);
                if let Some(function) = function {
                    return Some(Meaning::Function(function));
                }
            }
        }
        let root = names.first().and_then(|root| self.find(root)).filter(|_| chain.receiver.is_none());
        match root {
            Some(message) if message.kind == DeclaredKind::Message => {
                let message_type = self.message_type(&message.name)?;
                let of_message = in_message(message, message_type, names.get(1..)?, at - 1);
                of_message.or_else(|| self.member(text, chain, at, name))
            }
            Some(_) => self.member(text, chain, at, name),
            None if chain.receiver.is_some() => self.member(text, chain, at, name),
            None => self.global(&names, at, &dotted).or_else(|| {
                // `System.DateTime.Now.Year`
                (at > 1).then(|| self.member(text, chain, at, name)).flatten()
            }),
        }
    }

    /// A dotted name that starts with no local one.
    fn global(&self, names: &[&str], at: usize, dotted: &str) -> Option<Meaning<'_>> {
        if self.symbols.is_orchestration(dotted) {
            return Some(Meaning::Orchestration(dotted.to_owned()));
        }
        if self.symbols.is_map(dotted) {
            return Some(Meaning::Map(dotted.to_owned()));
        }
        if let Some(found) = self.type_named(dotted) {
            return Some(found);
        }
        let (name, owner) = (names.get(at)?, names.get(..at)?.join("."));
        let statics: Vec<&'static Member> = members_of(&owner)
            .into_iter()
            .filter(|m| m.name == *name)
            .filter(|m| matches!(m.kind, MemberKind::StaticMethod | MemberKind::StaticProperty))
            .collect();
        if !statics.is_empty() {
            return Some(Meaning::Members(statics));
        }
        self.script(&owner, name)
    }

    fn script(&self, class: &str, member: &str) -> Option<Meaning<'_>> {
        let functions = self.knowledge.components.get(class)?;
        let getter = format!("get_{member}");
        let (_, parameters) = functions.iter().find(|(n, _)| n == member || *n == getter)?;
        Some(Meaning::Script { class: class.to_owned(), member: member.to_owned(), parameters: *parameters })
    }

    fn type_named(&self, dotted: &str) -> Option<Meaning<'_>> {
        if self.symbols.is_map(dotted) {
            return Some(Meaning::Map(dotted.to_owned()));
        }
        let known = self.symbols.class(dotted).is_some()
            || self.knowledge.components.contains_key(dotted)
            || self.knowledge.pipelines.iter().any(|p| p == dotted)
            || self.knowledge.schemas.root_named(dotted).is_some()
            || !matches!(ValueType::from_name(dotted), ValueType::Named(_)) && dotted.contains('.')
            || self.knowledge.exceptions.names().any(|name| name == dotted)
            || members_of(dotted).iter().any(|m| m.type_name == dotted);
        known.then(|| Meaning::Type(dotted.to_owned()))
    }

    fn property(&self, owner: Option<&str>, dotted: &str) -> Option<Meaning<'_>> {
        if let Some(found) = self.knowledge.schemas.property(dotted) {
            return Some(Meaning::Property(found));
        }
        let kind = owner.and_then(|name| self.find(name)).map(|d| d.kind);
        let value_type = match (kind, dotted.rsplit('.').next()?) {
            (Some(DeclaredKind::Port), "Address" | "TransportType") => ValueType::String,
            (Some(DeclaredKind::RoleLink), "SourceParty" | "DestinationParty") => {
                ValueType::Named("Microsoft.XLANGs.BaseTypes.Party".into())
            }
            (None, "InstanceId") => ValueType::Guid,
            _ => return None,
        };
        Some(Meaning::PlatformProperty { name: dotted.to_owned(), value_type })
    }

    /// A member of what stands before word `at`.
    fn member(&self, text: &str, chain: &Chain, at: usize, name: &str) -> Option<Meaning<'_>> {
        let owner = self.owner_type(text, chain, at)?;
        if let ValueType::Named(class) = &owner
            && let Some(class) = self.symbols.class(class)
            && let Some(field) = class.field(name)
        {
            let (class, value_type) = (class.name.to_string(), field.value_type.clone());
            return Some(Meaning::ClassField { class, name: name.to_owned(), value_type });
        }
        let mut found: Vec<&'static Member> =
            members_of(owner.name()).into_iter().filter(|m| m.name == name && m.is_of_object()).collect();
        if found.iter().any(|m| m.kind != MemberKind::Setter) {
            found.retain(|m| m.kind != MemberKind::Setter);
        }
        if !found.is_empty() {
            return Some(Meaning::Members(found));
        }
        self.script(owner.name(), name)
    }

    /// Type of what stands before word `at` of a chain.
    pub(super) fn owner_type(&self, text: &str, chain: &Chain, at: usize) -> Option<ValueType> {
        let from = chain.receiver.as_ref().or(chain.words.first())?.start;
        let to = match at.checked_sub(1) {
            Some(before) => chain.words.get(before)?.end,
            None => chain.receiver.as_ref()?.end,
        };
        Some(self.type_of(text.get(from..to)?)).filter(|t| *t != ValueType::Unknown)
    }
}

/// A part or field of a message: word `at` of those behind its name.
fn in_message<'s>(
    message: &'s Declared,
    message_type: &'s MessageType,
    words: &[&str],
    at: usize,
) -> Option<Meaning<'s>> {
    let (part, fields, at) = if message_type.multipart {
        let name = *words.first()?;
        let (_, part) = message_type.parts.iter().find(|(part, _)| part.as_str() == name)?;
        if at == 0 {
            return Some(Meaning::Part { message, name: name.to_owned(), part });
        }
        (part, words.get(1..)?, at - 1)
    } else {
        (&message_type.parts.get(message_type.body)?.1, words, at)
    };
    match part {
        PartType::Schema(schema) => {
            // A field of several words is one name: each of its words means it.
            let longest = (at + 1..=fields.len()).rev().find_map(|length| {
                let dotted = fields.get(..length)?.join(".");
                schema.distinguished.iter().find(|d| d.name == dotted)
            })?;
            let promoted = schema.promoted.iter().find(|p| p.path == longest.path);
            Some(Meaning::Field {
                message,
                name: longest.name.to_string(),
                value_type: longest.value_type.clone(),
                promoted: promoted.map(|p| p.property.to_string()),
            })
        }
        PartType::Class(class) if at == 0 => {
            let field = class.field(fields.first()?)?;
            Some(Meaning::Field {
                message,
                name: field.name.to_string(),
                value_type: field.value_type.clone(),
                promoted: field.promoted.map(|p| p.to_string()),
            })
        }
        _ => None,
    }
}

/// What to say about the word under the pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// Bytes of the word.
    pub range: Range<usize>,
    /// As a declaration: `total : System.Int32`, `String Substring(Int32 startIndex)`.
    pub title: String,
    /// What it is and where it comes from, one thing a line.
    pub lines: Vec<String>,
    /// A name whose value a run has: a variable, or a message.
    pub value_of: Option<String>,
}

/// The word at a byte of the text: its chain and place in it.
fn word_at(scope: &Scope<'_>, text: &str, at: usize) -> Option<(Chain, usize)> {
    scope.chains(text).into_iter().find_map(|chain| {
        let word = chain.words.iter().position(|w| w.start <= at && at <= w.end)?;
        Some((chain, word))
    })
}

/// What the word at byte `at` of `text` is; `None` between words and for unknown names.
pub fn hover(scope: &Scope<'_>, text: &str, at: usize) -> Option<Hover> {
    let Some((chain, word)) = word_at(scope, text, at) else { return keyword(text, at) };
    let range = chain.words.get(word)?.clone();
    let meaning = scope.meaning(text, &chain, word)?;
    let mut lines = Vec::new();
    let mut value_of = None;
    let title = match &meaning {
        Meaning::Declared(declared) => {
            lines.push(declared_words(declared));
            lines.extend(standing_words(declared));
            if !declared.comments.is_empty() {
                lines.push(declared.comments.clone());
            }
            if matches!(declared.kind, DeclaredKind::Variable | DeclaredKind::Message) {
                value_of = Some(declared.name.clone());
            }
            format!("{} : {}", declared.name, declared.type_name)
        }
        Meaning::Part { message, name, part } => {
            lines.push(format!("part of the message {}", message.name));
            format!("{name} : {}", part_type_words(part))
        }
        Meaning::Field { message, name, value_type, promoted } => {
            lines.push(format!("distinguished field of {}", message.name));
            lines.extend(promoted.as_ref().map(|p| format!("promoted to {p}")));
            format!("{name} : {}", value_type.name())
        }
        Meaning::ClassField { class, name, value_type } => {
            lines.push(format!("field of {class}"));
            format!("{name} : {}", value_type.name())
        }
        Meaning::Property(property) => {
            let kind =
                if property.data { "data property, of messages that promote it" } else { "context property" };
            lines.push(kind.to_owned());
            format!("{} : {}", property.name, property.value_type.name())
        }
        Meaning::PlatformProperty { name, value_type } => {
            lines.push("property of the platform".to_owned());
            format!("{name} : {}", value_type.name())
        }
        Meaning::Members(members) => {
            let first = members.first()?;
            lines.extend(members.iter().skip(1).map(|m| m.signature()));
            let about = docs::member(&first.type_name, &first.name);
            if !about.is_empty() {
                lines.push(about.to_owned());
            }
            lines.push(format!("member of {}", first.type_name));
            first.signature()
        }
        Meaning::Script { class, member, parameters } => {
            lines.push(format!("function of the script of {class}"));
            let names: Vec<String> = (1..=*parameters).map(|n| format!("p{n}")).collect();
            format!("{member}({})", names.join(", "))
        }
        Meaning::Type(name) => {
            lines.push("type".to_owned());
            name.clone()
        }
        Meaning::Orchestration(name) => {
            lines.push("orchestration; its InstanceId can be read".to_owned());
            name.clone()
        }
        Meaning::Map(name) => {
            lines.push("map".to_owned());
            name.clone()
        }
        Meaning::Function(function) => {
            lines.push(function.about.to_owned());
            function.signature.to_owned()
        }
        Meaning::Transaction(name) => {
            lines.push("identifier of a transaction".to_owned());
            name.clone()
        }
    };
    Some(Hover { range, title, lines, value_of })
}

fn keyword(text: &str, at: usize) -> Option<Hover> {
    let all = super::words::significant(text);
    let token =
        all.iter().find(|t| t.kind == TokenKind::Keyword && t.range.start <= at && at <= t.range.end)?;
    let word = text.get(token.range.clone())?;
    let known = docs::STATEMENT_WORDS.iter().chain(docs::VALUE_WORDS);
    let (_, about) = known.into_iter().find(|(name, _)| *name == word)?;
    let lines = vec![(*about).to_owned()];
    Some(Hover { range: token.range.clone(), title: word.to_owned(), lines, value_of: None })
}

fn declared_words(declared: &Declared) -> String {
    use crate::model::Direction;
    let what = match (&declared.target, declared.direction) {
        (Target::Caught { .. }, _) => "exception object".to_owned(),
        (_, Some(Direction::In)) => format!("{} parameter, in", declared.kind.label()),
        (_, Some(Direction::Ref)) => format!("{} parameter, ref", declared.kind.label()),
        (_, Some(Direction::Out)) => format!("{} parameter, out", declared.kind.label()),
        (_, None) => declared.kind.label().to_owned(),
    };
    if declared.home.is_empty() { what } else { format!("{what} of {}", declared.home) }
}

fn standing_words(declared: &Declared) -> Option<String> {
    let done = if declared.kind == DeclaredKind::Message { "constructed" } else { "initialized" };
    match declared.standing {
        Standing::Ready => None,
        Standing::Here => Some("constructed here".to_owned()),
        Standing::Perhaps => Some(format!("{done} on some paths only")),
        Standing::NotYet => Some(format!("not {done} yet at this point")),
    }
}

pub(super) fn part_type_words(part: &PartType) -> String {
    match part {
        PartType::Schema(schema) => schema.type_name.to_string(),
        PartType::Class(class) => class.name.to_string(),
        PartType::Xml => "System.Xml.XmlDocument".to_owned(),
        PartType::Value(value_type) => value_type.name().to_owned(),
    }
}

/// What the word at byte `at` names, for finding its uses or renaming it; `None` for what the application does not
/// define.
pub fn target(scope: &Scope<'_>, text: &str, at: usize) -> Option<Target> {
    let (chain, word) = word_at(scope, text, at)?;
    target_of(scope, scope.meaning(text, &chain, word)?)
}

/// Where the name at byte `at` is declared.
pub fn definition(scope: &Scope<'_>, text: &str, at: usize) -> Option<Target> {
    target(scope, text, at)
}

pub(super) fn target_of(scope: &Scope<'_>, meaning: Meaning<'_>) -> Option<Target> {
    match meaning {
        Meaning::Declared(declared) => Some(declared.target.clone()),
        Meaning::Part { message, .. } => {
            // A part is declared by the multi-part type.
            let found = scope.app.multipart_type(scope.module, &message.type_name)?;
            let mut homes = scope.app.modules.iter();
            let home = homes.find(|(_, m)| m.multipart_types.iter().any(|t| std::ptr::eq(t, found)));
            home.map(|(key, _)| Target::declared(key, None, DeclarationKind::MultipartType, &found.name))
        }
        Meaning::Field { promoted, .. } => promoted.map(Target::Property),
        Meaning::Property(property) => Some(Target::Property(property.name.to_string())),
        Meaning::Orchestration(name) => {
            let mut modules = scope.app.modules.iter();
            let home = modules.find(|(_, m)| {
                m.orchestration.as_ref().is_some_and(|o| o.name == name || m.full_name(&o.name) == name)
            });
            home.map(|(key, _)| Target::Orchestration { module: key.clone() })
        }
        Meaning::Map(name) => Some(Target::Map(name)),
        Meaning::Script { class, .. } => Some(Target::Component(class)),
        Meaning::Type(name) if scope.knowledge.components.contains_key(&name) => {
            Some(Target::Component(name))
        }
        _ => None,
    }
}
