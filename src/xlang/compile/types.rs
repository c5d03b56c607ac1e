//! Static types: C#'s implicit conversions and operators.

use super::{Compiler, Conversion, Lowered};
use crate::message::{Value, ValueType};
use crate::xlang::code::{MessageRef, Node};
use crate::xlang::dotnet::{ExceptionTypes, is_exception};
use crate::xlang::problem::TYPE;
use crate::xlang::syntax::BinaryOp;
use crate::xlang::{PartType, eval};

/// Static type of an expression.
#[derive(Clone, Debug)]
pub(super) enum Type {
    /// Of a method without result.
    Void,
    Null,
    Value(ValueType),
    /// A whole message.
    Message(MessageRef),
    /// Already reported.
    Error,
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(a), Self::Value(b)) => a == b,
            (Self::Message(a), Self::Message(b)) => a.message_type == b.message_type,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Type {
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Value(value_type) => value_type.clone(),
            Self::Message(_) => ValueType::Named("Microsoft.XLANGs.BaseTypes.XLANGMessage".into()),
            Self::Void | Self::Null | Self::Error => ValueType::Unknown,
        }
    }

    pub fn is(&self, value_type: &ValueType) -> bool {
        matches!(self, Self::Value(known) if known == value_type)
    }

    /// Nothing is known, so everything is accepted.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Error => true,
            Self::Value(value_type) => is_open(value_type),
            _ => false,
        }
    }

    /// For messages to the user.
    pub fn describe(&self) -> String {
        match self {
            Self::Void => "a call without result".into(),
            Self::Null => "null".into(),
            Self::Value(value_type) => value_type.short_name().to_owned(),
            Self::Message(target) => format!("the message {}", target.name),
            Self::Error => "an error".into(),
        }
    }
}

/// A type whose members and conversions only the run shows.
pub(super) fn is_open(value_type: &ValueType) -> bool {
    match value_type {
        ValueType::Unknown => true,
        ValueType::Named(name) => !is_exception(name),
        _ => false,
    }
}

/// C#'s implicit numeric conversions.
fn widens(from: &ValueType, to: &ValueType) -> bool {
    use ValueType::*;
    let wider: &[ValueType] = match from {
        SByte => &[Int16, Int32, Int64, Single, Double, Decimal],
        Byte => &[Int16, UInt16, Int32, UInt32, Int64, UInt64, Single, Double, Decimal],
        Int16 => &[Int32, Int64, Single, Double, Decimal],
        UInt16 | Char => &[UInt16, Int32, UInt32, Int64, UInt64, Single, Double, Decimal],
        Int32 => &[Int64, Single, Double, Decimal],
        UInt32 => &[Int64, UInt64, Single, Double, Decimal],
        Int64 | UInt64 => &[Single, Double, Decimal],
        Single => &[Double],
        _ => &[],
    };
    wider.contains(to)
}

fn is_reference(value_type: &ValueType) -> bool {
    matches!(value_type, ValueType::String | ValueType::Xml | ValueType::Named(_) | ValueType::Unknown)
}

fn is_xml_name(name: &str) -> bool {
    name.starts_with("System.Xml.Xml")
}

/// True when a value of a type may be stored where another is declared.
pub(super) fn converts(from: &Type, to: &ValueType, types: &ExceptionTypes) -> bool {
    match from {
        Type::Error => true,
        Type::Void => false,
        Type::Null => is_reference(to),
        Type::Message(_) => match to {
            ValueType::Xml | ValueType::Unknown => true,
            ValueType::Named(name) => !is_exception(name),
            _ => false,
        },
        Type::Value(from) if from == to || *from == ValueType::Unknown || *to == ValueType::Unknown => true,
        Type::Value(from) => match (from, to) {
            (_, ValueType::Named(object)) if object == "System.Object" => true,
            (ValueType::Named(object), _) if object == "System.Object" => true,
            (ValueType::Named(from), ValueType::Named(to)) => {
                !(is_exception(from) && is_exception(to)) || types.derives(from, to)
            }
            // An object of custom code becomes the XML it is written as.
            (ValueType::Named(class), ValueType::Xml) => {
                is_xml_name(class) || (is_open(from) && !class.starts_with("System."))
            }
            (ValueType::Xml, ValueType::Named(xml)) => is_xml_name(xml),
            // A component type may convert itself; known values do not turn into components.
            (ValueType::Named(_), _) => is_open(from),
            _ => widens(from, to),
        },
    }
}

/// Result of a binary operator; `None` when the operands do not fit it.
pub(super) fn binary(op: BinaryOp, left: &Type, right: &Type) -> Option<ValueType> {
    use BinaryOp::*;
    if matches!((left, right), (Type::Void, _) | (_, Type::Void)) {
        return None;
    }
    if matches!(op, Equal | NotEqual) {
        return equality(left, right).then_some(ValueType::Bool);
    }
    if op == Add && (left.is(&ValueType::String) || right.is(&ValueType::String)) {
        return Some(ValueType::String);
    }
    let comparison = matches!(op, Less | Greater | LessOrEqual | GreaterOrEqual);
    if left.is_open() || right.is_open() {
        return Some(match op {
            _ if comparison => ValueType::Bool,
            AndAlso | OrElse => ValueType::Bool,
            _ => ValueType::Unknown,
        });
    }
    let (Type::Value(left), Type::Value(right)) = (left, right) else {
        return None;
    };
    let both = |kind: &ValueType| left == kind && right == kind;
    match op {
        AndAlso | OrElse => both(&ValueType::Bool).then_some(ValueType::Bool),
        And | Or | Xor if both(&ValueType::Bool) => Some(ValueType::Bool),
        And | Or | Xor => promoted(left, right).filter(ValueType::is_integer),
        ShiftLeft | ShiftRight => {
            let count = promoted(right, &ValueType::Int32)?;
            (count == ValueType::Int32).then(|| promoted(left, left)).flatten().filter(ValueType::is_integer)
        }
        Subtract if both(&ValueType::DateTime) => Some(ValueType::TimeSpan),
        Add | Subtract if *right == ValueType::TimeSpan => {
            matches!(left, ValueType::DateTime | ValueType::TimeSpan).then(|| left.clone())
        }
        _ if comparison && (both(&ValueType::DateTime) || both(&ValueType::TimeSpan)) => {
            Some(ValueType::Bool)
        }
        _ if comparison => promoted(left, right).map(|_| ValueType::Bool),
        _ => promoted(left, right),
    }
}

fn equality(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Null, Type::Null | Type::Message(_)) | (Type::Message(_), Type::Null) => true,
        (Type::Null, other) | (other, Type::Null) => other.is_open() || is_reference(&other.value_type()),
        (Type::Message(_), _) | (_, Type::Message(_)) => left.is_open() || right.is_open(),
        _ if left.is_open() || right.is_open() || left == right => true,
        (Type::Value(left), Type::Value(right)) => {
            promoted(left, right).is_some()
                || matches!((left, right), (ValueType::Named(_), ValueType::Named(_)))
        }
        _ => false,
    }
}

/// C#'s binary numeric promotion; `None` when there is none.
pub(super) fn promoted(left: &ValueType, right: &ValueType) -> Option<ValueType> {
    use ValueType::*;
    let number = |t: &ValueType| t.is_number() || *t == Char;
    if !number(left) || !number(right) {
        return None;
    }
    let either = |kind: ValueType| *left == kind || *right == kind;
    let small_signed = |t: &ValueType| matches!(t, SByte | Int16 | Int32);
    if either(Decimal) {
        return (!either(Single) && !either(Double)).then_some(Decimal);
    }
    Some(if either(Double) {
        Double
    } else if either(Single) {
        Single
    } else if either(UInt64) {
        let signed = |t: &ValueType| small_signed(t) || *t == Int64;
        return (!signed(left) && !signed(right)).then_some(UInt64);
    } else if either(Int64) {
        Int64
    } else if either(UInt32) {
        if small_signed(left) || small_signed(right) { Int64 } else { UInt32 }
    } else {
        Int32
    })
}

impl Compiler<'_> {
    /// A message of a .NET value or class stands for that value inside expressions.
    pub(super) fn operand(&mut self, lowered: Lowered) -> Lowered {
        let Type::Message(target) = &lowered.kind else {
            return lowered;
        };
        let [(_, part)] = target.message_type.parts.as_slice() else {
            return lowered;
        };
        let value_type = match part {
            PartType::Value(value_type) => value_type.clone(),
            PartType::Class(class) => ValueType::Named(class.name.as_str().into()),
            PartType::Schema(_) | PartType::Xml => return lowered,
        };
        let node = Node::Part(target.clone(), 0);
        self.observed(Lowered { node, kind: Type::Value(value_type), ..lowered })
    }

    /// The value as one of the declared type, converted where that is implicit, else with a diagnostic.
    pub(super) fn assignable(&mut self, value: Lowered, wanted: &ValueType) -> Node {
        let value = self.operand(value);
        if value.kind.is(wanted) || value.kind == Type::Error || *wanted == ValueType::Unknown {
            return value.node;
        }
        if value.kind == Type::Null && is_reference(wanted) {
            return value.node;
        }
        // An integer constant fits every integer type that holds it.
        if let Node::Constant(constant @ Value::Int32(_)) = &value.node
            && wanted.is_integer()
            && let Ok(fitted) = eval::convert(constant.clone(), wanted, Conversion::Cast { checked: true })
        {
            return Node::Constant(fitted);
        }
        if converts(&value.kind, wanted, self.symbols.exceptions()) {
            let node = Node::Convert(Box::new(value.node), wanted.clone(), Conversion::Implicit);
            return self.fold(node, value.span);
        }
        let written = value.span.of(self.text);
        let found = value.kind.value_type();
        let help = match (&found, wanted) {
            (_, ValueType::String) if found == ValueType::Xml => format!("Write {written}.OuterXml."),
            (_, ValueType::String) if value.kind != Type::Void => {
                if let Type::Message(_) = value.kind {
                    "Assign the message to a System.Xml.XmlDocument variable and use its OuterXml.".into()
                } else {
                    format!("Write {written}.ToString().")
                }
            }
            (ValueType::String, ValueType::Xml) => "Call LoadXml on an XmlDocument variable.".into(),
            (ValueType::String, _)
                if wanted.is_number() || matches!(wanted, ValueType::Bool | ValueType::DateTime) =>
            {
                format!("Write System.Convert.To{}({written}).", wanted.short_name())
            }
            _ if found.is_number() && wanted.is_number() => {
                format!("Write a cast: ({})({written}).", wanted.name())
            }
            _ => format!("Give a value of type {}.", wanted.name()),
        };
        let message =
            format!("{} cannot be converted to {} by itself", value.kind.describe(), wanted.short_name());
        self.error(TYPE, value.span, message, help);
        value.node
    }
}
