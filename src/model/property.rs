use serde::{Deserialize, Serialize};

/// Who may see a type outside its module: `internal` is the same application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TypeModifier {
    #[default]
    Private,
    Internal,
    Public,
}

/// Direction of an orchestration parameter or an argument (CAL-2, CAL-3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    #[default]
    In,
    Ref,
    Out,
}

/// Comparison of a subscription or filter predicate (SUB-2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FilterOperator {
    #[default]
    Equals,
    NotEquals,
    LessThan,
    LessThanOrEqual,
    GreaterThan,
    GreaterThanOrEqual,
    Exists,
}

impl FilterOperator {
    /// The sign a user reads and writes.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equals => "==",
            Self::NotEquals => "!=",
            Self::LessThan => "<",
            Self::LessThanOrEqual => "<=",
            Self::GreaterThan => ">",
            Self::GreaterThanOrEqual => ">=",
            Self::Exists => "exists",
        }
    }
}

/// How a filter row joins the next one; `And` binds tighter (RCV-9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grouping {
    #[default]
    And,
    Or,
}

/// One row of a filter: `property operator constant` (RCV-8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterRow {
    /// Full property name, e.g. `BTS.ReceivePortName`.
    pub property: String,
    #[serde(default)]
    pub operator: FilterOperator,
    /// A literal as written: `"ACCEPTED"` with its quotes, `1`, `true`; empty for `exists`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub grouping: Grouping,
}

/// A filter in disjunctive normal form: rows joined by AND form a group, OR separates groups.
pub type Filter = Vec<FilterRow>;

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

pub(crate) fn is_true(value: &bool) -> bool {
    *value
}

pub(crate) fn yes() -> bool {
    true
}
