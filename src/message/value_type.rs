use super::{DateTime, TimeSpan, Value, ValueType, short_name};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;
use uuid::Uuid;

/// Every type with a value of its own: full .NET name, C# keyword or designer name.
const NAMES: &[(ValueType, &str, &str)] = &[
    (ValueType::Bool, "System.Boolean", "bool"),
    (ValueType::Char, "System.Char", "char"),
    (ValueType::Byte, "System.Byte", "byte"),
    (ValueType::SByte, "System.SByte", "sbyte"),
    (ValueType::Int16, "System.Int16", "short"),
    (ValueType::UInt16, "System.UInt16", "ushort"),
    (ValueType::Int32, "System.Int32", "int"),
    (ValueType::UInt32, "System.UInt32", "uint"),
    (ValueType::Int64, "System.Int64", "long"),
    (ValueType::UInt64, "System.UInt64", "ulong"),
    (ValueType::Single, "System.Single", "float"),
    (ValueType::Double, "System.Double", "double"),
    (ValueType::Decimal, "System.Decimal", "decimal"),
    (ValueType::String, "System.String", "string"),
    (ValueType::DateTime, "System.DateTime", "datetime"),
    (ValueType::TimeSpan, "System.TimeSpan", "timespan"),
    (ValueType::Guid, "System.Guid", "guid"),
    (ValueType::Xml, "System.Xml.XmlDocument", "xmldocument"),
];

impl ValueType {
    /// Reads `System.Int32`, `Int32` or `int`; any other name is a [`ValueType::Named`], an empty one unknown.
    pub fn from_name(name: &str) -> Self {
        let name = name.trim();
        if name.is_empty() {
            return Self::Unknown;
        }
        NAMES
            .iter()
            .find(|(_, full, keyword)| name == *full || name == *keyword || short_name(full) == name)
            .map_or_else(|| Self::Named(name.into()), |(value_type, _, _)| value_type.clone())
    }

    /// Full .NET name, `System.Int32`; `System.Object` when nothing is known.
    pub fn name(&self) -> &str {
        if let Self::Named(name) = self {
            return name;
        }
        NAMES.iter().find(|(value_type, ..)| value_type == self).map_or("System.Object", |(_, full, _)| full)
    }

    /// Name without namespace: `Int32`.
    pub fn short_name(&self) -> &str {
        short_name(self.name())
    }

    /// The types a user may choose for a variable, in the order a list shows them.
    pub fn known() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(value_type, ..)| value_type.clone())
    }

    pub fn is_integer(&self) -> bool {
        matches!(
            self,
            Self::Byte
                | Self::SByte
                | Self::Int16
                | Self::UInt16
                | Self::Int32
                | Self::UInt32
                | Self::Int64
                | Self::UInt64
        )
    }

    pub fn is_number(&self) -> bool {
        self.is_integer() || matches!(self, Self::Single | Self::Double | Self::Decimal)
    }

    /// What an unset variable of this type holds (section 7.1): zero, an empty document, or null.
    pub fn default_value(&self) -> Value {
        match self {
            Self::Bool => Value::Bool(false),
            Self::Char => Value::Char('\0'),
            Self::Byte => Value::Byte(0),
            Self::SByte => Value::SByte(0),
            Self::Int16 => Value::Int16(0),
            Self::UInt16 => Value::UInt16(0),
            Self::Int32 => Value::Int32(0),
            Self::UInt32 => Value::UInt32(0),
            Self::Int64 => Value::Int64(0),
            Self::UInt64 => Value::UInt64(0),
            Self::Single => Value::Single(0.0),
            Self::Double => Value::Double(0.0),
            Self::Decimal => Value::Decimal(Decimal::ZERO),
            Self::DateTime => Value::DateTime(DateTime(0)),
            Self::TimeSpan => Value::TimeSpan(TimeSpan(0)),
            Self::Guid => Value::Guid(Uuid::nil()),
            Self::Xml => Value::Xml(Arc::default()),
            Self::String | Self::Named(_) | Self::Unknown => Value::Null,
        }
    }
}

/// Stored by its full .NET name.
impl Serialize for ValueType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ValueType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_name(&String::deserialize(deserializer)?))
    }
}

impl Value {
    /// Type of the value; `Unknown` for null.
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Null => ValueType::Unknown,
            Self::Bool(_) => ValueType::Bool,
            Self::Char(_) => ValueType::Char,
            Self::Byte(_) => ValueType::Byte,
            Self::SByte(_) => ValueType::SByte,
            Self::Int16(_) => ValueType::Int16,
            Self::UInt16(_) => ValueType::UInt16,
            Self::Int32(_) => ValueType::Int32,
            Self::UInt32(_) => ValueType::UInt32,
            Self::Int64(_) => ValueType::Int64,
            Self::UInt64(_) => ValueType::UInt64,
            Self::Single(_) => ValueType::Single,
            Self::Double(_) => ValueType::Double,
            Self::Decimal(_) => ValueType::Decimal,
            Self::String(_) => ValueType::String,
            Self::DateTime(_) => ValueType::DateTime,
            Self::TimeSpan(_) => ValueType::TimeSpan,
            Self::Guid(_) => ValueType::Guid,
            Self::Xml(_) => ValueType::Xml,
            Self::Message(_) => ValueType::Named("Microsoft.XLANGs.BaseTypes.XLANGMessage".into()),
            Self::Class(instance) => ValueType::Named(instance.class.name.as_str().into()),
            Self::Exception(exception) => ValueType::Named(exception.exception_type.clone()),
            Self::Object(object) => ValueType::Named(object.type_name.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_convert_both_ways() {
        for value_type in ValueType::known() {
            assert_eq!(ValueType::from_name(value_type.name()), value_type);
            assert_eq!(ValueType::from_name(value_type.short_name()), value_type);
        }
        assert_eq!(ValueType::from_name("int"), ValueType::Int32);
        assert_eq!(ValueType::from_name("Shop.Cart"), ValueType::Named("Shop.Cart".into()));
        assert_eq!(ValueType::Named("Shop.Cart".into()).short_name(), "Cart");
    }

    #[test]
    fn unset_variables_hold_the_default_of_their_type() {
        assert_eq!(ValueType::Int32.default_value(), Value::Int32(0));
        assert_eq!(ValueType::String.default_value(), Value::Null);
        for value_type in ValueType::known().filter(|t| *t != ValueType::String) {
            assert_eq!(value_type.default_value().value_type(), value_type);
        }
    }
}
