//! Calls: methods, `new`, and the forms that look like calls.

use super::message::part_at;
use super::name::{failed, message_ref, span_of};
use super::types::{Type, converts};
use super::{Access, Compiler, Lowered, Used};
use crate::message::{ClassInstance, Name, Value, ValueType};
use crate::model::Direction;
use crate::xlang::Symbol;
use crate::xlang::code::{CallArgument, Invoke, MessageRef, Node, Place, Receiver};
use crate::xlang::dotnet::{self, Member, MemberKind, is_exception};
use crate::xlang::problem::{ARGUMENTS, PROPERTY, SHAPE, TYPE, UNKNOWN};
use crate::xlang::syntax::{Argument, Expr, ExprKind, Path, Span, Word, join};
use std::sync::Arc;

/// A typed argument.
struct Passed {
    value: Lowered,
    direction: Direction,
}

impl Compiler<'_> {
    pub(super) fn call(&mut self, callee: &Expr, arguments: &[Argument], span: Span) -> Lowered {
        match &callee.kind {
            ExprKind::Name(path) => self.call_name(path, arguments, span),
            ExprKind::Member(object, word) => {
                let receiver = self.expression(object);
                self.method(receiver, word, arguments, span)
            }
            ExprKind::Error => failed(span),
            _ => {
                self.error(
                    TYPE,
                    callee.span,
                    "this cannot be called",
                    "Write the name of a method before (…).",
                );
                failed(span)
            }
        }
    }

    fn call_name(&mut self, path: &Path, arguments: &[Argument], span: Span) -> Lowered {
        let words = path.words.as_slice();
        let Some(root) = words.first() else {
            return failed(span);
        };
        let symbol = self.symbols.symbol(&root.text);
        match (symbol, words) {
            (Some(Symbol::Message { slot, message_type }), [_]) => {
                let target = message_ref(root, slot, message_type);
                self.message_property(&target, None, arguments, span)
            }
            (Some(Symbol::Message { slot, message_type }), [_, part])
                if part_at(&message_ref(root, slot, Arc::clone(&message_type)), part).is_some() =>
            {
                let target = message_ref(root, slot, message_type);
                let part = part_at(&target, part);
                self.message_property(&target, part, arguments, span)
            }
            (Some(Symbol::Port { slot }), [_]) => self.port_property(Used::Port, slot, root, arguments, span),
            (Some(Symbol::RoleLink { slot }), [_]) => {
                self.port_property(Used::RoleLink, slot, root, arguments, span)
            }
            (Some(Symbol::CorrelationSet { slot, properties }), [_]) => {
                self.correlation_value(slot, &properties, root, arguments, span)
            }
            (Some(Symbol::Variable { .. }), [_]) => {
                let help = format!("Call one of its methods: {}.Method(…).", root.text);
                self.error(TYPE, root.span, format!("the variable {} cannot be called", root.text), help);
                failed(span)
            }
            (None, [_]) => self.call_word(root, arguments, span),
            (Some(_), _) => {
                let Some((method, object)) = words.split_last() else {
                    return failed(span);
                };
                let receiver = self.name(object);
                self.method(receiver, method, arguments, span)
            }
            (None, _) => self.call_static(words, arguments, span),
        }
    }

    /// A bare word before `(`: a function of the language, or an orchestration.
    fn call_word(&mut self, word: &Word, arguments: &[Argument], span: Span) -> Lowered {
        match word.text.as_str() {
            "xpath" => self.xpath(arguments, span),
            "succeeded" => self.succeeded(arguments, span),
            "transform" => {
                self.error(
                    SHAPE,
                    span,
                    "transform stands left of `=`",
                    "Write transform(Out) = Namespace.Map(In); or draw a Transform shape.",
                );
                failed(span)
            }
            name if self.symbols.is_orchestration(name) => self.service_property(name, arguments, span),
            name => {
                self.error(
                    UNKNOWN,
                    word.span,
                    format!("there is no function {name}"),
                    "Functions are xpath, succeeded, transform, typeof, checked and unchecked; methods are written Type.Method(…).",
                );
                failed(span)
            }
        }
    }

    fn succeeded(&mut self, arguments: &[Argument], span: Span) -> Lowered {
        let slot = match arguments {
            [Argument { value: Expr { kind: ExprKind::Name(path), .. }, .. }] => {
                self.symbols.transaction(&path.dotted())
            }
            _ => None,
        };
        match slot {
            Some(slot) => boolean(Node::Succeeded(slot), span),
            None => {
                let help =
                    "Write succeeded(Name) with the Transaction Identifier of a scope or orchestration.";
                self.error(UNKNOWN, span, "succeeded needs the identifier of a transaction", help);
                failed(span)
            }
        }
    }

    fn service_property(&mut self, name: &str, arguments: &[Argument], span: Span) -> Lowered {
        let Some(path) = self.property_argument(name, arguments, span) else {
            return failed(span);
        };
        if path.words.last().is_some_and(|w| w.text == "InstanceId") {
            let kind = Type::Value(ValueType::Guid);
            return Lowered { node: Node::InstanceId, kind, span, place: None };
        }
        let help = format!("Write {name}(Microsoft.XLANGs.BaseTypes.InstanceId).");
        self.error(PROPERTY, span, "an orchestration has the property InstanceId only", help);
        failed(span)
    }

    fn port_property(
        &mut self,
        used: Used,
        slot: u16,
        word: &Word,
        arguments: &[Argument],
        span: Span,
    ) -> Lowered {
        let Some(path) = self.property_argument(&word.text, arguments, span) else {
            return failed(span);
        };
        let dotted = path.dotted().replacen("Microsoft.XLANG.", "Microsoft.XLANGs.", 1);
        let short = dotted.rsplit('.').next().unwrap_or("");
        let value_type = match (used, short) {
            (Used::RoleLink, "SourceParty" | "DestinationParty") => {
                ValueType::Named("Microsoft.XLANGs.BaseTypes.Party".into())
            }
            (Used::Port, "Address" | "TransportType") => ValueType::String,
            (Used::RoleLink, _) => {
                self.error(
                    PROPERTY,
                    path.span(),
                    format!("a role link has no property {dotted}"),
                    "Its properties are Microsoft.XLANGs.BaseTypes.SourceParty and DestinationParty.",
                );
                return failed(span);
            }
            _ => self.property(&path.words).map_or(ValueType::Unknown, |p| p.value_type),
        };
        self.uses.read(used, slot, Access::Property(Name::new(&dotted)), span);
        Lowered {
            node: Node::PortProperty(slot, dotted.as_str().into()),
            kind: Type::Value(value_type),
            span,
            place: Some(Place::PortProperty(slot, dotted.into())),
        }
    }

    fn correlation_value(
        &mut self,
        slot: u16,
        properties: &[Name],
        word: &Word,
        arguments: &[Argument],
        span: Span,
    ) -> Lowered {
        let Some(path) = self.property_argument(&word.text, arguments, span) else {
            return failed(span);
        };
        let Some(info) = self.expect_property(&path) else {
            return failed(span);
        };
        if !properties.contains(&info.name) {
            let names: Vec<&str> = properties.iter().map(|p| p.as_str()).collect();
            let message = format!("the correlation set {} has no property {}", word.text, info.name);
            self.error(PROPERTY, path.span(), message, format!("Its properties are: {}.", names.join(", ")));
            return failed(span);
        }
        self.uses.read(Used::CorrelationSet, slot, Access::Property(info.name), span);
        let kind = Type::Value(info.value_type);
        Lowered { node: Node::CorrelationValue(slot, info.name), kind, span, place: None }
    }

    fn call_static(&mut self, words: &[Word], arguments: &[Argument], span: Span) -> Lowered {
        let Some((method, owner)) = words.split_last() else {
            return failed(span);
        };
        let dotted = join(words);
        if self.symbols.is_orchestration(&dotted) {
            return self.service_property(&dotted, arguments, span);
        }
        let type_name = join(owner);
        if dotnet::find(&type_name, &method.text, MemberKind::StaticMethod).next().is_some() {
            let passed = self.arguments(arguments);
            let receiver = Receiver::Type(type_name.as_str().into());
            return self.invoke(receiver, &type_name, method, MemberKind::StaticMethod, passed, span);
        }
        // `System.DateTime.Now.ToString(…)`: a static property, then a method of its value.
        let property = (1..owner.len()).any(|at| {
            let (Some(owner), Some(word)) = (words.get(..at), words.get(at)) else {
                return false;
            };
            dotnet::find(&join(owner), &word.text, MemberKind::StaticProperty).next().is_some()
        });
        if property {
            let receiver = self.name(owner);
            return self.method(receiver, method, arguments, span);
        }
        if self.is_slip(words) {
            self.unknown_name(words);
            self.arguments(arguments);
            return failed(span);
        }
        let passed = self.arguments(arguments);
        let receiver = Receiver::Type(type_name.as_str().into());
        self.invoke(receiver, &type_name, method, MemberKind::StaticMethod, passed, span)
    }

    fn method(&mut self, receiver: Lowered, method: &Word, arguments: &[Argument], span: Span) -> Lowered {
        if let (Type::Message(target), "AddPart") = (&receiver.kind, method.text.as_str()) {
            let target = target.clone();
            return self.add_part(target, receiver.span, arguments, span);
        }
        let mut receiver = self.operand(receiver);
        if let Some(document) = self.document_of(&receiver) {
            receiver = document;
        }
        match &receiver.kind {
            Type::Error => {
                self.arguments(arguments);
                return failed(span);
            }
            Type::Message(_) => {
                self.arguments(arguments);
                return self.no_field(&receiver, method);
            }
            Type::Null | Type::Void => {
                let message = format!("{} has no method {}", receiver.kind.describe(), method.text);
                self.error(TYPE, receiver.span, message, "Call it on a variable or message.");
                self.arguments(arguments);
                return failed(span);
            }
            Type::Value(_) => {}
        }
        let declared = receiver.kind.value_type();
        let passed = self.arguments(arguments);
        let type_name = declared.name().to_owned();
        let place = receiver.place.filter(|place| self.keeps(place));
        let receiver_span = receiver.span;
        let receiver = Receiver::Object { node: receiver.node, place, declared };
        let changed = matches!(&receiver, Receiver::Object { place: None, .. });
        let found = self.invoke(receiver, &type_name, method, MemberKind::Method, passed, span);
        if changed
            && let Node::Invoke(invoke) = &found.node
            && invoke.known.is_some_and(|m| m.mutates)
            && let Some(target) = self.message_of(invoke)
        {
            self.may_change(&target, receiver_span);
        }
        found
    }

    /// `Msg.AddPart(value, "name")`: in the construct of the message (section 7.4).
    fn add_part(
        &mut self,
        target: MessageRef,
        receiver: Span,
        arguments: &[Argument],
        span: Span,
    ) -> Lowered {
        self.may_change(&target, receiver);
        self.uses.read(Used::Message, target.slot, Access::Whole, receiver);
        let mut passed = self.arguments(arguments).into_iter().map(|p| p.value);
        let (Some(value), Some(name), None) = (passed.next(), passed.next(), passed.next()) else {
            let help = format!("Write {}.AddPart(value, \"name\");", target.name);
            self.error(ARGUMENTS, span, "AddPart takes the content of the part and its name", help);
            return failed(span);
        };
        let value = self.operand(value);
        if matches!(value.kind, Type::Null | Type::Void) {
            let message = format!("a part cannot be {}", value.kind.describe());
            self.error(TYPE, value.span, message, "Give a message, an XML document or a value.");
        }
        let name = self.assignable(name, &ValueType::String);
        let node = Node::AddPart(Box::new((target, value.node, name)));
        Lowered { node, kind: Type::Void, span, place: None }
    }

    /// The message a receiver is a part or field of.
    fn message_of(&self, invoke: &Invoke) -> Option<MessageRef> {
        let Receiver::Object { node, .. } = &invoke.receiver else { return None };
        match node.bare() {
            Node::Part(target, _) => Some(target.clone()),
            Node::Field(field) => Some(field.message.clone()),
            _ => None,
        }
    }

    /// Whether a call may write back here: messages change in their construct only.
    fn keeps(&self, place: &Place) -> bool {
        match place {
            Place::Variable(..) | Place::PortProperty(..) => true,
            Place::Message(target) | Place::Part(target, _) => self.changes(target.slot),
            Place::Field(field) => self.changes(field.message.slot),
            Place::Property(property) => self.changes(property.message.slot),
            Place::XPath(_) => false,
            Place::Member(member) => member.place.as_ref().is_some_and(|p| self.keeps(p)),
        }
    }

    fn arguments(&mut self, arguments: &[Argument]) -> Vec<Passed> {
        arguments
            .iter()
            .map(|argument| {
                let value = match argument.direction {
                    Direction::In => self.expression(&argument.value),
                    Direction::Ref => self.expression(&argument.value),
                    Direction::Out => self.target(&argument.value),
                };
                if argument.direction != Direction::In && value.kind != Type::Error {
                    match value.place.clone() {
                        Some(place) => self.written(&place, value.span),
                        None => self.error(
                            ARGUMENTS,
                            value.span,
                            "ref and out need something that can be assigned",
                            "Give the name of a variable.",
                        ),
                    }
                }
                Passed { value, direction: argument.direction }
            })
            .collect()
    }

    /// Chooses the overload, converts the arguments and makes the call.
    fn invoke(
        &mut self,
        receiver: Receiver,
        type_name: &str,
        method: &Word,
        kind: MemberKind,
        passed: Vec<Passed>,
        span: Span,
    ) -> Lowered {
        let known = self.overload(type_name, &method.text, kind, &passed);
        if known.is_none() {
            if type_name != "System.Object" && dotnet::find(type_name, &method.text, kind).next().is_some() {
                let signatures: Vec<String> =
                    dotnet::find(type_name, &method.text, kind).map(Member::signature).collect();
                let what = if kind == MemberKind::Constructor { "constructor" } else { method.text.as_str() };
                self.warn(
                    ARGUMENTS,
                    span,
                    format!("no built-in {what} takes these arguments; a stand-in answers"),
                    format!("Built in: {}.", signatures.join("; ")),
                );
                self.component(type_name, &method.text, Some(passed.len()));
            } else if let Receiver::Object { declared, .. } = &receiver {
                let declared = declared.clone();
                self.unknown_member(&declared, method, Some(passed.len()));
            } else {
                self.component(type_name, &method.text, Some(passed.len()));
            }
        }
        let arguments = self.convert_arguments(known, passed);
        let value_type = match known {
            Some(member) => match &member.returns {
                Some(_) if kind == MemberKind::Constructor => ValueType::from_name(type_name),
                Some(value_type) => value_type.clone(),
                None => {
                    let invoke =
                        Invoke { receiver, member: method.text.clone(), known, arguments, property: false };
                    let node = Node::Invoke(Arc::new(invoke));
                    return Lowered { node, kind: Type::Void, span, place: None };
                }
            },
            None if kind == MemberKind::Constructor => ValueType::from_name(type_name),
            None => ValueType::Unknown,
        };
        let invoke = Invoke { receiver, member: method.text.clone(), known, arguments, property: false };
        Lowered { node: Node::Invoke(Arc::new(invoke)), kind: Type::Value(value_type), span, place: None }
    }

    /// The built-in overload that fits best: by number, then by type, then by order.
    fn overload(
        &self,
        type_name: &str,
        method: &str,
        kind: MemberKind,
        passed: &[Passed],
    ) -> Option<&'static Member> {
        let fits = |member: &Member| member.accepts(passed.len());
        let score = |member: &Member| {
            passed.iter().enumerate().try_fold(0_usize, |score, (at, p)| {
                let wanted = &member.parameter(at)?.value_type;
                let operand = match &p.value.kind {
                    Type::Message(target) if target.message_type.parts.len() == 1 => {
                        let part = target.message_type.parts.first().map(|(_, part)| part)?;
                        Type::Value(super::message::part_value_type(part))
                    }
                    other => other.clone(),
                };
                if operand.is(wanted) {
                    return Some(score + 3);
                }
                let constant =
                    matches!(&p.value.node, Node::Constant(Value::Int32(_))) && wanted.is_integer();
                (constant || converts(&operand, wanted, self.symbols.exceptions()))
                    .then_some(score + usize::from(*wanted != ValueType::Unknown))
            })
        };
        let candidates: Vec<&'static Member> =
            dotnet::find(type_name, method, kind).filter(|m| fits(m)).collect();
        let best =
            candidates.iter().rev().filter_map(|m| Some((score(m)?, *m))).max_by_key(|(score, _)| *score);
        // The only one of its length is taken even so: its conversions say what is wrong.
        let only = match candidates.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        best.map(|(_, member)| member).or(only)
    }

    fn convert_arguments(
        &mut self,
        known: Option<&'static Member>,
        passed: Vec<Passed>,
    ) -> Vec<CallArgument> {
        let mut arguments = Vec::with_capacity(passed.len());
        for (at, argument) in passed.into_iter().enumerate() {
            let Passed { value, direction } = argument;
            let span = value.span;
            let wanted = known.and_then(|m| m.parameter(at));
            // A message handed to a component may be filled there; some members are there to fill it.
            let fills = wanted.is_some_and(|p| p.fills);
            let fillable = matches!(value.kind, Type::Message(_)) && (known.is_none() || fills);
            if fills {
                match (&value.kind, value.place.clone()) {
                    (Type::Message(target), Some(place)) => {
                        if self.may_change(target, span) {
                            self.written(&place, span);
                        }
                    }
                    _ => self.error(
                        ARGUMENTS,
                        span,
                        "a message is needed here: the call constructs it",
                        "Give the name of a message that the Construct Message shape lists.",
                    ),
                }
            }
            let place =
                value.place.clone().filter(|p| (direction != Direction::In || fillable) && self.keeps(p));
            if value.kind == Type::Void {
                self.error(TYPE, span, "this call gives no value", "Call it in a statement of its own.");
            }
            let node = match wanted {
                Some(parameter) if parameter.direction != direction => {
                    let word = match parameter.direction {
                        Direction::Out => "out",
                        Direction::Ref => "ref",
                        Direction::In => "no ref or out",
                    };
                    self.error(
                        ARGUMENTS,
                        span,
                        format!("the argument {} takes {word}", parameter.name),
                        format!("Write {word} before it."),
                    );
                    value.node
                }
                Some(_) if direction == Direction::Out => Node::Constant(Value::Null),
                Some(parameter) => self.assignable(value, &parameter.value_type),
                None if direction == Direction::Out => Node::Constant(Value::Null),
                None => self.operand(value).node,
            };
            arguments.push(CallArgument { node, direction, place });
        }
        arguments
    }

    pub(super) fn creation(&mut self, path: &Path, arguments: &[Argument], span: Span) -> Lowered {
        let name = path.dotted();
        if let Some(class) = self.symbols.class(&name) {
            if !arguments.is_empty() {
                self.error(
                    ARGUMENTS,
                    span,
                    format!("the class {name} is created without arguments"),
                    format!("Write new {name}() and assign its fields."),
                );
            }
            let kind = Type::Value(ValueType::Named(class.name.as_str().into()));
            let node = Node::Constant(Value::Class(Arc::new(ClassInstance::new(class))));
            return Lowered { node, kind, span, place: None };
        }
        if let ([_], ValueType::Named(_)) = (path.words.as_slice(), ValueType::from_name(&name)) {
            self.error(
                UNKNOWN,
                span_of(&path.words),
                format!("there is no type {name}"),
                "Write the type with its namespace, such as System.Xml.XmlDocument.",
            );
        }
        let passed = self.arguments(arguments);
        let type_name = match ValueType::from_name(&name) {
            ValueType::Named(_) => name.replacen("Microsoft.XLANG.", "Microsoft.XLANGs.", 1),
            known => known.name().to_owned(),
        };
        let table = if is_exception(&type_name) { "System.Exception" } else { &type_name };
        let constructor = Word { text: ".ctor".into(), span };
        let receiver = Receiver::Type(type_name.as_str().into());
        let created = self.invoke(receiver, table, &constructor, MemberKind::Constructor, passed, span);
        Lowered { kind: Type::Value(ValueType::from_name(&type_name)), ..created }
    }

    pub(super) fn type_of(&mut self, path: &Path, span: Span) -> Lowered {
        let name = ValueType::from_name(&path.dotted()).name().to_owned();
        let node = Node::Constant(dotnet::type_object(&name));
        let kind = Type::Value(ValueType::Named("System.Type".into()));
        Lowered { node, kind, span, place: None }
    }
}

fn boolean(node: Node, span: Span) -> Lowered {
    Lowered { node, kind: Type::Value(ValueType::Bool), span, place: None }
}
