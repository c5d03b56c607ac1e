use super::message::{part_value_type, whole};
use super::name::{failed, message_ref, variable};
use super::types::{Type, converts};
use super::{Access, Compiler, Lowered, Used};
use crate::message::{Name, Value, ValueType};
use crate::xlang::code::{MessageRef, Node, Place, Step};
use crate::xlang::problem::{ARGUMENTS, SYNTAX, TARGET, TYPE, UNKNOWN};
use crate::xlang::syntax::{Argument, Expr, ExprKind, Path, Span};
use crate::xlang::{PartType, Symbol};

impl Compiler<'_> {
    pub(super) fn assign(&mut self, target: &Expr, value: &Expr, span: Span) -> Option<Step> {
        match &target.kind {
            ExprKind::AllProperties(path) => return self.copy_context(path, value, span),
            ExprKind::Call(callee, outputs) if self.is_transform(callee) => {
                return self.transform(outputs, value, span);
            }
            _ => {}
        }
        let value = self.expression(value);
        let target = self.target(target);
        if target.kind == Type::Error || value.kind == Type::Error {
            self.would_be(target.span, &value.kind);
            self.would_be(value.span, &target.kind);
            if let Some(place) = &target.place {
                self.written(place, target.span);
            }
            return None;
        }
        let Some(place) = target.place.clone() else {
            self.error(
                TARGET,
                target.span,
                "this cannot be assigned",
                "Left of `=` stands a variable, message, part, field, property or xpath(…).",
            );
            return None;
        };
        if value.kind == Type::Void {
            self.error(TYPE, value.span, "this call gives no value", "Call it in a statement of its own.");
            return None;
        }
        let step = match &place {
            Place::Variable(slot, value_type) => {
                let node = self.variable_value(value, value_type);
                Step::Variable(*slot, node)
            }
            Place::Message(message) => {
                let node = self.message_value(message, value);
                Step::Assign(place.clone(), node)
            }
            Place::Part(message, part) => {
                let node = self.part_value(message, *part, value);
                Step::Assign(place.clone(), node)
            }
            Place::XPath(_) => Step::Assign(place.clone(), self.operand(value).node),
            Place::Field(_) | Place::Property(_) | Place::PortProperty(..) | Place::Member(_) => {
                let wanted = target.kind.value_type();
                // Null deletes a property (MSG-6) and empties a field.
                let node = match (&value.kind, &place) {
                    (Type::Null, Place::Property(_) | Place::Field(_)) => value.node,
                    _ => self.assignable(value, &wanted),
                };
                Step::Assign(place.clone(), node)
            }
        };
        self.written(&place, target.span);
        Some(step)
    }

    /// Something to be assigned: lowered without counting as read.
    pub(super) fn target(&mut self, expr: &Expr) -> Lowered {
        if let ExprKind::Name(path) = &expr.kind
            && let Some(root) = path.words.first()
            && path.words.len() == 1
        {
            match self.symbols.symbol(&root.text) {
                Some(Symbol::Variable { slot, value_type }) => return variable(slot, value_type, expr.span),
                Some(Symbol::Message { slot, message_type }) => {
                    return whole(&message_ref(root, slot, message_type), expr.span);
                }
                _ => {}
            }
        }
        let first = self.uses.reads.len();
        let lowered = self.expression(expr);
        // The message must exist, but the field or property is not read; a part is replaced.
        let replaced = matches!(lowered.place, Some(Place::Part(..) | Place::PortProperty(..)));
        if let Some(read) = self.uses.reads.get_mut(first..).and_then(<[_]>::last_mut) {
            match read.access {
                Access::Part(_) | Access::Property(_) if replaced => {
                    self.uses.reads.pop();
                }
                Access::Field | Access::Property(_)
                    if matches!(lowered.place, Some(Place::Field(_) | Place::Property(_))) =>
                {
                    read.access = Access::Whole;
                }
                _ => {}
            }
        }
        lowered
    }

    /// Notes a write, and refuses it where messages are immutable.
    pub(super) fn written(&mut self, place: &Place, span: Span) {
        let (message, access) = match place {
            Place::Variable(slot, _) => {
                self.uses.write(Used::Variable, *slot, Access::Whole, 0, span);
                return;
            }
            Place::PortProperty(slot, property) => {
                let used = if property.ends_with("Party") { Used::RoleLink } else { Used::Port };
                self.uses.write(used, *slot, Access::Property(Name::new(property)), 0, span);
                return;
            }
            Place::Member(member) => {
                // A changed field of an object changes the message the object lies in.
                if let Some(place @ (Place::Field(_) | Place::Part(..) | Place::Message(_))) = &member.place {
                    let place = match place {
                        Place::Part(message, _) | Place::Message(message) => message,
                        Place::Field(field) => &field.message,
                        _ => return,
                    };
                    let message = place.clone();
                    self.may_change(&message, span);
                    self.uses.write(Used::Message, message.slot, Access::Field, 0, span);
                }
                return;
            }
            Place::Message(message) => (message, Access::Whole),
            Place::Part(message, part) => (message, Access::Part(*part)),
            Place::Field(field) => (&field.message, Access::Field),
            Place::Property(property) => (&property.message, Access::Property(property.name)),
            Place::XPath(target) => (&target.0, Access::Field),
        };
        let message = message.clone();
        self.may_change(&message, span);
        self.uses.write(Used::Message, message.slot, access, message.message_type.parts.len(), span);
    }

    fn variable_value(&mut self, value: Lowered, wanted: &ValueType) -> Node {
        // `xmlDocument = Message1` takes the body.
        if let (Type::Message(message), ValueType::Xml) = (&value.kind, wanted)
            && message.message_type.multipart
            && message.message_type.parts.len() > 1
        {
            let help = format!("Name the part: {}.Part.", message.name);
            self.error(TYPE, value.span, format!("`{}` has several parts", message.name), help);
            return value.node;
        }
        self.assignable(value, wanted)
    }

    fn message_value(&mut self, target: &MessageRef, value: Lowered) -> Node {
        if let Type::Message(source) = &value.kind {
            if !same_content(target, source) {
                let message = format!(
                    "`{}` is of type {}, {} of {}",
                    source.name, source.message_type.name, target.name, target.message_type.name
                );
                self.error(TYPE, value.span, message, "Use a Transform shape, or messages of one type.");
            }
            return value.node;
        }
        if value.kind == Type::Null {
            return value.node;
        }
        if target.message_type.parts.len() != 1 {
            let names: Vec<&str> = target.message_type.parts.iter().map(|(n, _)| n.as_str()).collect();
            let message =
                format!("`{}` has several parts and cannot be assigned from one value", target.name);
            self.error(TYPE, value.span, message, format!("Assign each part: {}.", names.join(", ")));
            return value.node;
        }
        self.part_value(target, 0, value)
    }

    /// A value for a part: XML for a schema, an object for a class, text for a `System.String`.
    fn part_value(&mut self, target: &MessageRef, part: usize, value: Lowered) -> Node {
        let Some((_, part_type)) = target.message_type.parts.get(part) else {
            return value.node;
        };
        let wanted = part_value_type(part_type);
        let types = self.symbols.exceptions();
        let accepted = match (&value.kind, part_type) {
            (Type::Null, _) => true,
            (Type::Message(source), part_type) => match source.message_type.parts.as_slice() {
                [(_, source)] => part_fits(part_type, source),
                _ => false,
            },
            (kind, PartType::Xml) => kind.is(&ValueType::String) || converts(kind, &wanted, types),
            (kind, PartType::Class(class)) => {
                let other = matches!(kind, Type::Value(ValueType::Named(name))
                    if *name != class.name.as_str() && self.symbols.class(name).is_some());
                !other && (kind.is(&ValueType::Xml) || converts(kind, &wanted, types))
            }
            // A class message has a form of its own; other objects become XML as they are.
            (Type::Value(ValueType::Named(name)), PartType::Schema(_))
                if self.symbols.class(name).is_some() =>
            {
                false
            }
            (kind, PartType::Schema(_)) => converts(kind, &wanted, types),
            (_, PartType::Value(_)) => return self.assignable(value, &wanted),
        };
        if !accepted {
            let help = match part_type {
                PartType::Class(class) => format!("Assign new {}() and its fields.", class.name),
                _ => {
                    "Load the XML into a System.Xml.XmlDocument variable with LoadXml and assign that.".into()
                }
            };
            let message = format!("{} cannot become the content of {}", value.kind.describe(), target.name);
            self.error(TYPE, value.span, message, help);
        }
        value.node
    }

    fn copy_context(&mut self, target: &Path, value: &Expr, span: Span) -> Option<Step> {
        let ExprKind::AllProperties(source) = &value.kind else {
            self.error(
                SYNTAX,
                value.span,
                "all properties can be copied from a message only",
                format!("Write {}(*) = Message1(*);", target.dotted()),
            );
            return None;
        };
        let (from, to) = (self.message(source), self.message(target));
        let (from, to) = (from?, to?);
        self.uses.read(Used::Message, from.slot, Access::AllProperties, value.span);
        self.uses.read(Used::Message, to.slot, Access::Whole, target.span());
        self.may_change(&to, span);
        self.uses.write(Used::Message, to.slot, Access::AllProperties, 0, target.span());
        Some(Step::CopyContext { from, to })
    }

    fn is_transform(&self, callee: &Expr) -> bool {
        matches!(&callee.kind, ExprKind::Name(path)
            if path.words.len() == 1 && path.dotted() == "transform" && self.symbols.symbol("transform").is_none())
    }

    /// `transform(Out…) = Map(In…);` where the map is a name, `typeof(Map)` or a variable of System.Type.
    fn transform(&mut self, outputs: &[Argument], value: &Expr, span: Span) -> Option<Step> {
        let ExprKind::Call(map, inputs) = &value.kind else {
            self.error(
                SYNTAX,
                value.span,
                "a transform needs a map and its input messages",
                "Write transform(Out) = Namespace.Map(In);",
            );
            return None;
        };
        let map = match &map.kind {
            ExprKind::TypeOf(path) => self.map_name(path)?,
            ExprKind::Name(path) => match path.words.as_slice() {
                [word] if self.symbols.symbol(&word.text).is_some() => self.expression(map).node,
                _ => self.map_name(path)?,
            },
            _ => {
                self.error(TYPE, map.span, "this is not a map", "Write the full name of a map.");
                return None;
            }
        };
        let outputs = self.messages(outputs)?;
        let inputs = self.messages(inputs)?;
        if outputs.is_empty() || inputs.is_empty() {
            let help = "Write transform(Out) = Namespace.Map(In);";
            self.error(ARGUMENTS, span, "a transform needs input and output messages", help);
            return None;
        }
        for (message, at) in &inputs {
            self.uses.read(Used::Message, message.slot, Access::Whole, *at);
        }
        for (message, at) in &outputs {
            self.may_change(message, *at);
            self.uses.write(Used::Message, message.slot, Access::Whole, 0, *at);
        }
        let only = |all: Vec<(MessageRef, Span)>| all.into_iter().map(|(m, _)| m).collect();
        Some(Step::Transform { map, outputs: only(outputs), inputs: only(inputs) })
    }

    fn map_name(&mut self, path: &Path) -> Option<Node> {
        let name = path.dotted();
        if self.symbols.is_map(&name) {
            return Some(Node::Constant(Value::from(name)));
        }
        self.error(
            UNKNOWN,
            path.span(),
            format!("there is no map {name}"),
            "Add the map to the application, or correct its name.",
        );
        None
    }

    fn messages(&mut self, arguments: &[Argument]) -> Option<Vec<(MessageRef, Span)>> {
        let mut all = Vec::new();
        for argument in arguments {
            let lowered = match &argument.value.kind {
                ExprKind::Name(_) => self.target(&argument.value),
                _ => failed(argument.value.span),
            };
            match lowered.kind {
                Type::Message(message) => all.push((message, lowered.span)),
                _ => {
                    self.error(
                        ARGUMENTS,
                        lowered.span,
                        "a transform takes whole messages",
                        "Name a message.",
                    );
                    return None;
                }
            }
        }
        Some(all)
    }
}

/// True when one message may be assigned to the other.
fn same_content(target: &MessageRef, source: &MessageRef) -> bool {
    if target.message_type.name == source.message_type.name {
        return true;
    }
    let (to, from) = (&target.message_type.parts, &source.message_type.parts);
    to.len() == from.len() && to.iter().zip(from).all(|((_, to), (_, from))| part_fits(to, from))
}

fn part_fits(to: &PartType, from: &PartType) -> bool {
    match (to, from) {
        (PartType::Xml, PartType::Schema(_) | PartType::Xml | PartType::Class(_))
        | (PartType::Schema(_) | PartType::Class(_), PartType::Xml) => true,
        (PartType::Schema(to), PartType::Schema(from)) => to.message_type == from.message_type,
        (PartType::Class(to), PartType::Class(from)) => to.name == from.name,
        (PartType::Value(ValueType::Unknown), _) | (_, PartType::Value(ValueType::Unknown)) => true,
        (PartType::Value(to), PartType::Value(from)) => to == from,
        _ => false,
    }
}
