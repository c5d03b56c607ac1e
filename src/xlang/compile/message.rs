//! Messages in expressions: parts, fields, properties, XPath.

use super::name::{failed, message_ref, span_of};
use super::types::Type;
use super::{Access, Compiler, Lowered, Used};
use crate::message::{ClassInfo, Name, NodePath, PathStep, Value, ValueType};
use crate::xlang::code::{ContextProperty, Field, MessageRef, Node, Place};
use crate::xlang::problem::{ARGUMENTS, FIELD, IMMUTABLE, PROPERTY, TYPE, UNKNOWN};
use crate::xlang::syntax::{Argument, Expr, ExprKind, Path, Span, Word, join};
use crate::xlang::{PartType, Symbol};
use crate::xml::RootSchema;
use std::sync::Arc;

impl Compiler<'_> {
    /// A message by its name, reported when there is none.
    pub(super) fn message(&mut self, path: &Path) -> Option<MessageRef> {
        let root = path.words.first()?;
        match self.symbols.symbol(&root.text) {
            Some(Symbol::Message { slot, message_type }) => Some(message_ref(root, slot, message_type)),
            Some(_) => {
                self.error(TYPE, root.span, format!("`{}` is not a message", root.text), "Name a message.");
                None
            }
            None => {
                self.unknown_name(&path.words);
                None
            }
        }
    }

    /// `Msg`, `Msg.Part`, `Msg.Field`, `Msg.Part.Field` (section 7.3).
    pub(super) fn message_path(&mut self, target: &MessageRef, words: &[Word]) -> Lowered {
        let span = span_of(words);
        let head = span_of(words.get(..1).unwrap_or_default());
        let Some(second) = words.get(1) else {
            self.uses.read(Used::Message, target.slot, Access::Whole, head);
            return whole(target, span);
        };
        if !target.message_type.multipart {
            return self.part_path(
                target,
                target.message_type.body,
                head,
                words.get(1..).unwrap_or_default(),
            );
        }
        let parts = &target.message_type.parts;
        match parts.iter().position(|(name, _)| name.as_str() == second.text) {
            Some(part) => {
                let head = head.to(second.span);
                self.part_path(target, part, head, words.get(2..).unwrap_or_default())
            }
            None => {
                let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
                let message = format!("the message {} has no part {}", target.name, second.text);
                let help = self.one_of("parts", second, &names);
                self.error(UNKNOWN, second.span, message, help);
                failed(span)
            }
        }
    }

    fn part_path(&mut self, target: &MessageRef, part: usize, head: Span, rest: &[Word]) -> Lowered {
        let Some((_, part_type)) = target.message_type.parts.get(part) else {
            return failed(head);
        };
        match (part_type, rest) {
            (PartType::Schema(schema), [_, ..]) => {
                let schema = Arc::clone(schema);
                self.distinguished(target, part, &schema, head, rest)
            }
            (PartType::Class(class), [field, rest @ ..]) => {
                let class = Arc::clone(class);
                let span = head.to(field.span);
                let Some(at) = class.fields.iter().position(|f| f.name.as_str() == field.text) else {
                    let fields: Vec<&str> = class.fields.iter().map(|f| f.name.as_str()).collect();
                    let message = format!("the class {} has no field {}", class.name, field.text);
                    let help = self.one_of("fields", field, &fields);
                    self.error(FIELD, field.span, message, help);
                    return failed(span);
                };
                self.uses.read(Used::Message, target.slot, Access::Field, span);
                let field = self.class_field(target, part, &class, at);
                self.members(field_value(field, span), rest)
            }
            (part_type, rest) => {
                let value_type = part_value_type(part_type);
                self.uses.read(Used::Message, target.slot, Access::Part(part), head);
                let base = Lowered {
                    node: Node::Part(target.clone(), part),
                    kind: Type::Value(value_type),
                    span: head,
                    place: Some(Place::Part(target.clone(), part)),
                };
                self.members(base, rest)
            }
        }
    }

    fn distinguished(
        &mut self,
        target: &MessageRef,
        part: usize,
        schema: &RootSchema,
        head: Span,
        rest: &[Word],
    ) -> Lowered {
        let longest = (1..=rest.len()).rev().find_map(|length| {
            let dotted = join(rest.get(..length)?);
            Some((length, schema.distinguished.iter().find(|d| d.name == dotted)?))
        });
        let span = head.to(span_of(rest));
        let Some((length, field)) = longest else {
            let dotted = join(rest);
            let names: Vec<&str> = schema.distinguished.iter().map(|d| d.name.as_str()).collect();
            let first = match self.slip(span_of(rest), &dotted, &names) {
                Some(name) => format!("Did you mean {name}? "),
                None if names.is_empty() => "The schema has no distinguished field yet. ".into(),
                None => format!("Distinguished are: {}. ", names.join(", ")),
            };
            let help = format!(
                "{first}Promote {dotted} as a distinguished field in the schema {}, or read it with xpath({}, \"…\").",
                schema.type_name, target.name
            );
            let message = format!("`{dotted}` is not a distinguished field of {}", schema.message_type);
            self.error(FIELD, span_of(rest), message, help);
            return failed(span);
        };
        let promoted = schema.promoted.iter().find(|p| p.path == field.path);
        let read = head.to(span_of(rest.get(..length).unwrap_or_default()));
        self.uses.read(Used::Message, target.slot, Access::Field, read);
        let field = Field {
            message: target.clone(),
            part,
            path: field.path.clone(),
            class_field: None,
            value_type: field.value_type.clone(),
            promoted: promoted.map(|p| (p.property, p.value_type.clone(), None)),
        };
        self.members(field_value(Arc::new(field), read), rest.get(length..).unwrap_or_default())
    }

    fn class_field(&self, target: &MessageRef, part: usize, class: &ClassInfo, at: usize) -> Arc<Field> {
        let field = class.fields.get(at);
        let step = |local: &str| PathStep { local: local.into(), namespace: None, attribute: false };
        let name = field.map_or("", |f| f.name.as_str());
        let promoted = field.and_then(|f| {
            let property = f.promoted?;
            let value_type =
                self.symbols.property(property.as_str()).map_or(f.value_type.clone(), |p| p.value_type);
            Some((property, value_type, f.max_length))
        });
        Arc::new(Field {
            message: target.clone(),
            part,
            path: NodePath { steps: vec![step(&class.root), step(name)] },
            class_field: Some(at),
            value_type: field.map_or(ValueType::Unknown, |f| f.value_type.clone()),
            promoted,
        })
    }

    /// `Msg(Prop)` and `Msg.Part(Prop)`.
    pub(super) fn message_property(
        &mut self,
        target: &MessageRef,
        part: Option<usize>,
        arguments: &[Argument],
        span: Span,
    ) -> Lowered {
        let Some(path) = self.property_argument(target.name.as_str(), arguments, span) else {
            return failed(span);
        };
        let Some(property) = self.context_property(target, part, &path) else {
            return failed(span);
        };
        self.uses.read(Used::Message, target.slot, Access::Property(property.name), span);
        Lowered {
            kind: Type::Value(property.value_type.clone()),
            node: Node::Property(Arc::clone(&property)),
            span,
            place: Some(Place::Property(property)),
        }
    }

    /// `Prop exists Msg`.
    pub(super) fn exists(&mut self, property: &Path, message: &Path, span: Span) -> Lowered {
        let Some(target) = self.message(message) else {
            return failed(span);
        };
        let part = message.words.get(1).and_then(|word| part_at(&target, word));
        let Some(property) = self.context_property(&target, part, property) else {
            return failed(span);
        };
        self.uses.read(Used::Message, target.slot, Access::Property(property.name), span);
        Lowered { node: Node::Exists(property), kind: Type::Value(ValueType::Bool), span, place: None }
    }

    fn context_property(
        &mut self,
        target: &MessageRef,
        part: Option<usize>,
        path: &Path,
    ) -> Option<Arc<ContextProperty>> {
        let info = self.expect_property(path)?;
        let mut field = None;
        let mut typed = false;
        for (at, (_, part_type)) in target.message_type.parts.iter().enumerate() {
            let found = match part_type {
                PartType::Schema(schema) => {
                    typed = true;
                    let promoted = schema.promoted.iter().find(|p| p.property == info.name);
                    promoted.map(|p| {
                        Arc::new(Field {
                            message: target.clone(),
                            part: at,
                            path: p.path.clone(),
                            class_field: None,
                            value_type: info.value_type.clone(),
                            promoted: Some((info.name, info.value_type.clone(), None)),
                        })
                    })
                }
                PartType::Class(class) => {
                    typed = true;
                    let promoted = class.fields.iter().position(|f| f.promoted == Some(info.name));
                    promoted.map(|field| self.class_field(target, at, class, field))
                }
                PartType::Xml | PartType::Value(_) => None,
            };
            field = field.or(found);
        }
        if info.data && typed && field.is_none() {
            let message = format!("no field of the message {} is promoted to {}", target.name, info.name);
            let help =
                format!("Promote a field to {} in the schema of {}.", info.name, target.message_type.name);
            self.error(PROPERTY, path.span(), message, help);
            return None;
        }
        // A part has no context of its own here: its properties lie in that of the message, under the part.
        let name = match part.and_then(|part| target.message_type.parts.get(part)) {
            Some((part, _)) if field.is_none() => Name::new(&format!("{part}/{}", info.name)),
            _ => info.name,
        };
        Some(Arc::new(ContextProperty { message: target.clone(), name, value_type: info.value_type, field }))
    }

    /// The one argument of `Name(Property)`.
    pub(super) fn property_argument(
        &mut self,
        owner: &str,
        arguments: &[Argument],
        span: Span,
    ) -> Option<Path> {
        if let [Argument { value: Expr { kind: ExprKind::Name(path), .. }, .. }] = arguments {
            return Some(path.clone());
        }
        self.error(
            ARGUMENTS,
            span,
            format!("{owner}(…) takes the name of one property"),
            format!("Write {owner}(Schema.Property) with the full name of the property."),
        );
        None
    }

    /// `xpath(msgOrPart, "…")` and `xpath("…")` (section 7.4).
    pub(super) fn xpath(&mut self, arguments: &[Argument], span: Span) -> Lowered {
        let (source, path) = match arguments {
            [path] => (None, path),
            [source, path] => (Some(source), path),
            _ => {
                self.error(
                    ARGUMENTS,
                    span,
                    "xpath takes a message and an expression",
                    "Write xpath(Message1, \"string(/*[local-name()='Order'])\").",
                );
                return failed(span);
            }
        };
        let source = source.map(|s| self.expression(&s.value));
        let path = self.expression(&path.value);
        let kind = Type::Value(xpath_type(path.node.bare()));
        let path = self.assignable(path, &ValueType::String);
        let mut place = None;
        let mut document = None;
        if let Some(source) = source {
            match &source.place {
                Some(Place::Message(target)) => {
                    place = Some((target.clone(), target.message_type.body));
                }
                Some(Place::Part(target, part)) => place = Some((target.clone(), *part)),
                _ if source.kind.is_open() || source.kind.is(&ValueType::Xml) => {}
                _ => {
                    let message = format!("xpath cannot look into {}", source.kind.describe());
                    self.error(TYPE, source.span, message, "Give a message, a part or an XmlDocument.");
                }
            }
            document = Some(match &place {
                Some((target, part)) => Node::Part(target.clone(), *part),
                None => source.node,
            });
        }
        let place = place.map(|(target, part)| Place::XPath(Box::new((target, part, path.clone()))));
        Lowered { node: Node::XPath(Box::new((document, path))), kind, span, place }
    }

    /// The body of an untyped message as the XmlDocument it is.
    pub(super) fn document_of(&self, message: &Lowered) -> Option<Lowered> {
        let Type::Message(target) = &message.kind else {
            return None;
        };
        let [(_, PartType::Xml)] = target.message_type.parts.as_slice() else {
            return None;
        };
        Some(Lowered {
            node: Node::Part(target.clone(), 0),
            kind: Type::Value(ValueType::Xml),
            span: message.span,
            place: Some(Place::Part(target.clone(), 0)),
        })
    }

    pub(super) fn no_field(&mut self, message: &Lowered, word: &Word) -> Lowered {
        let name = message.span.of(self.text);
        self.error(
            FIELD,
            word.span,
            format!("a message has no member {}", word.text),
            format!("Assign {name} to a System.Xml.XmlDocument variable and use that."),
        );
        failed(message.span.to(word.span))
    }

    /// Reports a change of a message outside its construct (CON-5).
    pub(super) fn may_change(&mut self, target: &MessageRef, span: Span) -> bool {
        let allowed = self.changes(target.slot);
        if !allowed {
            self.error(
                IMMUTABLE,
                span,
                format!("the message {} can be changed only where it is constructed", target.name),
                format!(
                    "Assign it in a Message Assignment shape, inside a Construct Message shape that lists {}.",
                    target.name
                ),
            );
        }
        allowed
    }

    pub(super) fn changes(&self, slot: u16) -> bool {
        self.assignment_shape || self.constructed.iter().any(|m| m.slot == slot)
    }
}

pub(super) fn whole(target: &MessageRef, span: Span) -> Lowered {
    Lowered {
        node: Node::Message(target.clone()),
        kind: Type::Message(target.clone()),
        span,
        place: Some(Place::Message(target.clone())),
    }
}

/// Part of a multi-part message named by a word.
pub(super) fn part_at(target: &MessageRef, word: &Word) -> Option<usize> {
    if !target.message_type.multipart {
        return None;
    }
    target.message_type.parts.iter().position(|(name, _)| name.as_str() == word.text)
}

/// Type of a part as a value.
pub(super) fn part_value_type(part: &PartType) -> ValueType {
    match part {
        PartType::Schema(_) | PartType::Xml => ValueType::Xml,
        PartType::Class(class) => ValueType::Named(class.name.as_str().into()),
        PartType::Value(value_type) => value_type.clone(),
    }
}

fn field_value(field: Arc<Field>, span: Span) -> Lowered {
    Lowered {
        kind: Type::Value(field.value_type.clone()),
        node: Node::Field(Arc::clone(&field)),
        span,
        place: Some(Place::Field(field)),
    }
}

/// What an XPath gives, when the text starts with a function that tells.
fn xpath_type(path: &Node) -> ValueType {
    let text = match path {
        Node::Constant(Value::String(text)) => text,
        Node::Concat(parts) => match parts.first() {
            Some(Node::Constant(Value::String(text))) => text,
            _ => return ValueType::Unknown,
        },
        _ => return ValueType::Unknown,
    };
    let Some((function, rest)) = text.trim_start().split_once('(') else {
        return ValueType::Unknown;
    };
    // `count(a) > 1` is another type; leave what follows the function to the run.
    let whole = matches!(path, Node::Concat(_)) || closes_at_end(rest);
    match function.trim_end() {
        _ if !whole => ValueType::Unknown,
        "string" | "concat" | "substring" | "substring-before" | "substring-after" | "normalize-space"
        | "translate" | "local-name" | "namespace-uri" | "name" => ValueType::String,
        "count" | "number" | "sum" | "string-length" | "floor" | "ceiling" | "round" => ValueType::Double,
        "boolean" | "not" | "contains" | "starts-with" | "true" | "false" => ValueType::Bool,
        _ => ValueType::Unknown,
    }
}

/// True when the parenthesis opened before `rest` closes at its end.
fn closes_at_end(rest: &str) -> bool {
    let mut open = 1_u32;
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => open += 1,
            (None, ')') => {
                open -= 1;
                if open == 0 {
                    return rest.get(at + 1..).is_some_and(|after| after.trim().is_empty());
                }
            }
            _ => {}
        }
    }
    false
}
