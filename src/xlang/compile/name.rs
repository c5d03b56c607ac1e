//! Dotted names: a local name first, else a .NET type and its members.

use super::types::Type;
use super::types::is_open;
use super::{Access, Compiler, Lowered, Mend, Stub, Used};
use crate::diagnostic::closest;
use crate::message::{Name, Value, ValueType};
use crate::xlang::code::{Invoke, MemberPlace, MessageRef, Node, Place, Receiver};
use crate::xlang::dotnet::{self, MemberKind};
use crate::xlang::problem::{PROPERTY, TYPE, UNKNOWN};
use crate::xlang::syntax::{Path, Span, Word, join};
use crate::xlang::{PropertyInfo, Symbol};
use std::sync::Arc;

pub(super) fn failed(span: Span) -> Lowered {
    Lowered { node: Node::Constant(Value::Null), kind: Type::Error, span, place: None }
}

pub(super) fn message_ref(
    word: &Word,
    slot: u16,
    message_type: Arc<crate::xlang::MessageType>,
) -> MessageRef {
    MessageRef { slot, name: Name::new(&word.text), message_type }
}

impl Compiler<'_> {
    pub(super) fn name(&mut self, words: &[Word]) -> Lowered {
        let span = span_of(words);
        let Some((root, rest)) = words.split_first() else {
            return failed(span);
        };
        match self.symbols.symbol(&root.text) {
            Some(Symbol::Variable { slot, value_type }) => {
                self.uses.read(Used::Variable, slot, Access::Whole, root.span);
                let base = variable(slot, value_type, root.span);
                self.members(base, rest)
            }
            Some(Symbol::Message { slot, message_type }) => {
                let target = message_ref(root, slot, message_type);
                self.message_path(&target, words)
            }
            Some(other) => {
                let (noun, form) = match other {
                    Symbol::Port { .. } => ("port", "(Microsoft.XLANGs.BaseTypes.Address)"),
                    Symbol::RoleLink { .. } => ("role link", "(Microsoft.XLANGs.BaseTypes.SourceParty)"),
                    _ => ("correlation set", "(Property)"),
                };
                self.error(
                    TYPE,
                    span,
                    format!("the {noun} {} is not a value", root.text),
                    format!("Read one of its properties: {}{form}.", root.text),
                );
                failed(span)
            }
            None => self.static_path(words),
        }
    }

    fn static_path(&mut self, words: &[Word]) -> Lowered {
        let span = span_of(words);
        let dotted = join(words);
        if self.property(words).is_some() {
            let help = format!("Write the message before it: Message1({dotted}).");
            self.error(TYPE, span, format!("the property {dotted} needs a message"), help);
            return failed(span);
        }
        let Some((last, owner)) = words.split_last().filter(|(_, owner)| !owner.is_empty()) else {
            return self.unknown_name(words);
        };
        for (at, word) in words.iter().enumerate().skip(1).rev() {
            let Some(owner) = words.get(..at) else { continue };
            let found = dotnet::find(&join(owner), &word.text, MemberKind::StaticProperty).next();
            if let Some(member) = found {
                let invoke = Invoke {
                    receiver: Receiver::Type(join(owner).into()),
                    member: word.text.clone(),
                    known: Some(member),
                    arguments: Vec::new(),
                    property: true,
                };
                let base = Lowered {
                    node: Node::Invoke(Arc::new(invoke)),
                    kind: Type::Value(member.returns.clone().unwrap_or(ValueType::Unknown)),
                    span: span.to(word.span),
                    place: None,
                };
                return self.members(base, words.get(at + 1..).unwrap_or_default());
            }
        }
        if self.is_slip(words) {
            return self.unknown_name(words);
        }
        let type_name = join(owner);
        self.component(&type_name, &last.text, None);
        let receiver = Receiver::Type(type_name.as_str().into());
        let invoke = Invoke {
            receiver,
            member: last.text.clone(),
            known: None,
            arguments: Vec::new(),
            property: true,
        };
        open(Node::Invoke(Arc::new(invoke)), span)
    }

    /// Plainly a local name that is misspelt or not there, not a type: declared in another scope (SCP-4), one slip and too
    /// short for a namespace, or with a part of a message in scope behind it.
    pub(super) fn is_slip(&self, words: &[Word]) -> bool {
        let Some(root) = words.first() else { return false };
        let names = self.symbols.names();
        if self.symbols.elsewhere(&root.text).is_some() {
            return true;
        }
        if let [_, part, _, ..] = words {
            return names.iter().any(|name| match self.symbols.symbol(name) {
                Some(Symbol::Message { message_type, .. }) if message_type.multipart => {
                    message_type.parts.iter().any(|(own, _)| own.as_str() == part.text)
                }
                _ => false,
            });
        }
        let close = closest(&root.text, names.iter().map(String::as_str));
        // `Logger.Info` beside a variable `logger` is a static class.
        close.is_some_and(|name| !name.eq_ignore_ascii_case(&root.text))
    }

    pub(super) fn unknown_name(&mut self, words: &[Word]) -> Lowered {
        let span = span_of(words.get(..1).unwrap_or_default());
        let root = words.first().map_or("", |w| w.text.as_str());
        let names = self.symbols.names();
        if let Some(place) = self.symbols.elsewhere(root) {
            let message = format!("there is no `{root}` in scope here: it is {place}");
            let help = format!(
                "Use {root} there, or keep what it holds in a variable of the orchestration, which is seen everywhere."
            );
            self.error(UNKNOWN, span, message, help);
            return failed(span_of(words));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let help = match self.slip(span, root, &names) {
            Some(name) => format!("Did you mean {name}?"),
            None => format!(
                "Declare {root} first, as a variable or message of the orchestration; a .NET type is written with its namespace, such as System.String."
            ),
        };
        if words.len() == 1 {
            self.mends.push((span, Mend::Declare(root.to_owned(), ValueType::Unknown)));
        }
        self.error(UNKNOWN, span, format!("there is no `{root}` here"), help);
        failed(span_of(words))
    }

    /// Notes a member that needs a stand-in.
    pub(super) fn component(&mut self, type_name: &str, member: &str, arguments: Option<usize>) {
        let stub = Stub { class: type_name.to_owned(), member: member.to_owned(), arguments };
        if !self.components.contains(&stub) {
            self.components.push(stub);
        }
    }

    pub(super) fn members(&mut self, base: Lowered, words: &[Word]) -> Lowered {
        words.iter().fold(base, |base, word| self.member(base, word))
    }

    /// Property `word` of an object.
    pub(super) fn member(&mut self, base: Lowered, word: &Word) -> Lowered {
        let base = self.operand(base);
        let span = base.span.to(word.span);
        let declared = match &base.kind {
            Type::Error => return failed(span),
            Type::Message(_) => {
                return match self.document_of(&base) {
                    Some(document) => self.member(document, word),
                    None => self.no_field(&base, word),
                };
            }
            kind => kind.value_type(),
        };
        if matches!(base.kind, Type::Null | Type::Void) {
            let message = format!("{} has no member {}", base.kind.describe(), word.text);
            self.error(TYPE, span, message, "Use a variable or message.");
            return failed(span);
        }
        let class = match &declared {
            ValueType::Named(name) => self.symbols.class(name),
            _ => None,
        };
        let mut known = None;
        let value_type = if let Some(class) = &class {
            let Some(field) = class.field(&word.text) else {
                let fields: Vec<&str> = class.fields.iter().map(|f| f.name.as_str()).collect();
                let message = format!("the class {} has no field {}", class.name, word.text);
                let help = self.one_of("fields", word, &fields);
                self.error(UNKNOWN, word.span, message, help);
                return failed(span);
            };
            field.value_type.clone()
        } else {
            known = dotnet::find(declared.name(), &word.text, MemberKind::Property).next();
            match known {
                Some(member) => member.returns.clone().unwrap_or(ValueType::Unknown),
                None => {
                    self.unknown_member(&declared, word, None);
                    ValueType::Unknown
                }
            }
        };
        let member = MemberPlace {
            object: base.node.clone(),
            place: base.place.clone(),
            member: word.text.clone(),
            setter: dotnet::find(declared.name(), &word.text, MemberKind::Setter).next(),
        };
        let receiver = Receiver::Object { node: base.node, place: base.place, declared };
        let invoke =
            Invoke { receiver, member: word.text.clone(), known, arguments: Vec::new(), property: true };
        Lowered {
            node: Node::Invoke(Arc::new(invoke)),
            kind: Type::Value(value_type),
            span,
            place: Some(Place::Member(Arc::new(member))),
        }
    }

    /// A member the built-in surface lacks: a component's, or a slip.
    pub(super) fn unknown_member(&mut self, owner: &ValueType, word: &Word, arguments: Option<usize>) {
        if !is_open(owner) {
            let names = dotnet::names_of(owner.name());
            if let Some(name) = self.slip(word.span, &word.text, &names) {
                let message = format!("`{}` has no known member {}", owner.short_name(), word.text);
                self.warn(UNKNOWN, word.span, message, format!("Did you mean {name}?"));
            }
        }
        if *owner != ValueType::Unknown {
            self.component(owner.name(), &word.text, arguments);
        }
    }

    /// A property by its dotted name. `@__type` stands for a property whose name is a reserved word.
    pub(super) fn property(&self, words: &[Word]) -> Option<PropertyInfo> {
        let dotted = join(words);
        self.symbols.property(&dotted).or_else(|| {
            let (owner, name) = dotted.rsplit_once('.')?;
            let bare = name.strip_prefix("__")?;
            self.symbols.property(&format!("{owner}.{bare}"))
        })
    }

    /// Help for a name that should have been one of a few.
    pub(super) fn one_of(&mut self, noun: &str, word: &Word, names: &[&str]) -> String {
        match self.slip(word.span, &word.text, names) {
            Some(name) => format!("Did you mean {name}? Its {noun} are: {}.", names.join(", ")),
            None => format!("Its {noun} are: {}.", names.join(", ")),
        }
    }

    pub(super) fn expect_property(&mut self, path: &Path) -> Option<PropertyInfo> {
        let found = self.property(&path.words);
        if found.is_none() {
            self.error(
                PROPERTY,
                path.span(),
                format!("there is no property {}", path.dotted()),
                "Check its name, or add it to a property schema.",
            );
        }
        found
    }
}

pub(super) fn variable(slot: u16, value_type: ValueType, span: Span) -> Lowered {
    let place = Some(Place::Variable(slot, value_type.clone()));
    Lowered { node: Node::Variable(slot), kind: Type::Value(value_type), span, place }
}

/// A value whose type the run shows.
pub(super) fn open(node: Node, span: Span) -> Lowered {
    Lowered { node, kind: Type::Value(ValueType::Unknown), span, place: None }
}

pub(super) fn span_of(words: &[Word]) -> Span {
    match (words.first(), words.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::default(),
    }
}
