//! Exception types: their hierarchy and members.

use super::{Call, Row};
use crate::message::document::{Found, find, parse_text, subtree};
use crate::message::{Body, ExceptionValue, NodePath, TimeSpan, Value, format_value};
use crate::model::Application;
use crate::xlang::Raised;
use std::borrow::Cow;
use std::sync::Arc;
use uppsala::Document;

const EXCEPTION: &str = "System.Exception";
const BASE_TYPES: &str = "Microsoft.XLANGs.BaseTypes.";

/// Type and base, for every standard exception that does not derive from `System.Exception` directly.
const BASES: &[(&str, &str)] = &[
    ("System.SystemException", EXCEPTION),
    ("System.ApplicationException", EXCEPTION),
    ("System.ArgumentException", "System.SystemException"),
    ("System.ArgumentNullException", "System.ArgumentException"),
    ("System.ArgumentOutOfRangeException", "System.ArgumentException"),
    ("System.ArithmeticException", "System.SystemException"),
    ("System.DivideByZeroException", "System.ArithmeticException"),
    ("System.OverflowException", "System.ArithmeticException"),
    ("System.FormatException", "System.SystemException"),
    ("System.IndexOutOfRangeException", "System.SystemException"),
    ("System.InvalidCastException", "System.SystemException"),
    ("System.InvalidOperationException", "System.SystemException"),
    ("System.ObjectDisposedException", "System.InvalidOperationException"),
    ("System.MemberAccessException", "System.SystemException"),
    ("System.MissingMemberException", "System.MemberAccessException"),
    ("System.NotImplementedException", "System.SystemException"),
    ("System.NotSupportedException", "System.SystemException"),
    ("System.NullReferenceException", "System.SystemException"),
    ("System.OutOfMemoryException", "System.SystemException"),
    ("System.StackOverflowException", "System.SystemException"),
    ("System.TimeoutException", "System.SystemException"),
    ("System.UnauthorizedAccessException", "System.SystemException"),
    ("System.Collections.Generic.KeyNotFoundException", "System.SystemException"),
    ("System.Data.DataException", "System.SystemException"),
    ("System.Data.SqlClient.SqlException", "System.Runtime.InteropServices.ExternalException"),
    ("System.Runtime.InteropServices.ExternalException", "System.SystemException"),
    ("System.Runtime.InteropServices.COMException", "System.Runtime.InteropServices.ExternalException"),
    ("System.Runtime.Serialization.SerializationException", "System.SystemException"),
    ("System.IO.IOException", "System.SystemException"),
    ("System.IO.FileNotFoundException", "System.IO.IOException"),
    ("System.IO.DirectoryNotFoundException", "System.IO.IOException"),
    ("System.IO.EndOfStreamException", "System.IO.IOException"),
    ("System.IO.PathTooLongException", "System.IO.IOException"),
    ("System.Net.WebException", "System.InvalidOperationException"),
    ("System.Net.Sockets.SocketException", "System.Runtime.InteropServices.ExternalException"),
    ("System.Security.SecurityException", "System.SystemException"),
    ("System.ServiceModel.CommunicationException", "System.SystemException"),
    ("System.ServiceModel.FaultException", "System.ServiceModel.CommunicationException"),
    ("System.ServiceModel.EndpointNotFoundException", "System.ServiceModel.CommunicationException"),
    ("System.Transactions.TransactionException", "System.SystemException"),
    ("System.Transactions.TransactionAbortedException", "System.Transactions.TransactionException"),
    ("System.Web.Services.Protocols.SoapException", "System.SystemException"),
    ("System.Web.Services.Protocols.SoapHeaderException", "System.Web.Services.Protocols.SoapException"),
    ("System.Xml.XmlException", "System.SystemException"),
    ("System.Xml.XPath.XPathException", "System.SystemException"),
    ("System.Xml.Schema.XmlSchemaException", "System.SystemException"),
    ("System.Xml.Schema.XmlSchemaValidationException", "System.Xml.Schema.XmlSchemaException"),
    ("Microsoft.XLANGs.BaseTypes.XLANGsException", EXCEPTION),
    ("Microsoft.XLANGs.BaseTypes.CorrelationException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    (
        "Microsoft.XLANGs.BaseTypes.CorrelationValidationException",
        "Microsoft.XLANGs.BaseTypes.CorrelationException",
    ),
    ("Microsoft.XLANGs.BaseTypes.DeliveryFailureException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    ("Microsoft.XLANGs.BaseTypes.ForcedTerminationException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    ("Microsoft.XLANGs.BaseTypes.InvalidPropertyTypeException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    ("Microsoft.XLANGs.BaseTypes.MissingPropertyException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    ("Microsoft.XLANGs.BaseTypes.PersistenceException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    ("Microsoft.XLANGs.BaseTypes.PublishMessageException", "Microsoft.XLANGs.BaseTypes.PersistenceException"),
    ("Microsoft.XLANGs.BaseTypes.RetryTransactionException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    ("Microsoft.XLANGs.BaseTypes.TimeoutException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    ("Microsoft.XLANGs.BaseTypes.TransactionException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    (
        "Microsoft.XLANGs.BaseTypes.UnexpectedMessageTypeException",
        "Microsoft.XLANGs.BaseTypes.XLANGsException",
    ),
    ("Microsoft.XLANGs.Core.UnconstructedMessageException", "Microsoft.XLANGs.BaseTypes.XLANGsException"),
    ("Microsoft.XLANGs.Pipeline.XLANGPipelineManagerException", EXCEPTION),
    ("Orchestrion.ExecutionLimitException", EXCEPTION),
];

pub const ROWS: &[Row] = &[
    (EXCEPTION, "new()", |call| {
        let text = format!("Exception of type '{}' was thrown.", call.type_name);
        Ok(made(&call, text, None))
    }),
    (EXCEPTION, "new(string message)", |call| Ok(made(&call, call.text(0).into_owned(), None))),
    (EXCEPTION, "new(string message, System.Exception inner)", |call| {
        let inner = match call.get(1) {
            Value::Exception(inner) => Some(Arc::clone(inner)),
            _ => None,
        };
        Ok(made(&call, call.text(0).into_owned(), inner))
    }),
    (EXCEPTION, "string Message", |call| read(&call, |e| Value::from(e.message.as_str()))),
    (EXCEPTION, "System.Exception InnerException", |call| {
        read(&call, |e| e.inner.clone().map_or(Value::Null, Value::Exception))
    }),
    (EXCEPTION, "System.Exception GetBaseException()", |call| {
        let Value::Exception(mut root) = call.get(0).clone() else { return Ok(Value::Null) };
        while let Some(inner) = root.inner.clone() {
            root = inner;
        }
        Ok(Value::Exception(root))
    }),
    (EXCEPTION, "string ToString()", |call| Ok(Value::from(format_value(call.get(0))))),
    // There are no frames of code to list; the type and message say as much as can be said.
    (EXCEPTION, "string StackTrace", |call| Ok(Value::from(format_value(call.get(0))))),
    (EXCEPTION, "string Source", |_| Ok(Value::from("Orchestrion"))),
    ("Microsoft.XLANGs.BaseTypes.DeliveryFailureException", "string ErrorDescription", |call| {
        read(&call, |e| Value::from(e.message.as_str()))
    }),
    ("System.Web.Services.Protocols.SoapException", "string Actor", |call| {
        read(&call, |e| {
            fault_element(e, "faultactor").map_or(Value::Null, |tree| Value::from(text_of(&tree)))
        })
    }),
    ("System.Web.Services.Protocols.SoapException", "System.Xml.XmlDocument Detail", |call| {
        read(&call, |e| {
            fault_element(e, "detail")
                .map_or(Value::Null, |tree| Value::Xml(Arc::new(Body::xml(tree.to_xml()))))
        })
    }),
    ("Microsoft.XLANGs.BaseTypes.RetryTransactionException", "timespan DelayFor", |call| {
        read(&call, |e| Value::TimeSpan(e.delay_for.unwrap_or_default()))
    }),
    ("Microsoft.XLANGs.BaseTypes.RetryTransactionException", "set timespan DelayFor", |mut call| {
        if let (Value::Exception(exception), Value::TimeSpan(delay)) = (call.get(0), call.get(1)) {
            let mut changed = ExceptionValue::clone(exception);
            changed.delay_for = Some(TimeSpan(delay.0.max(0)));
            call.set(0, Value::Exception(Arc::new(changed)));
        }
        Ok(Value::Null)
    }),
];

/// An element of the SOAP fault that an exception was made of (DN-8).
fn fault_element(exception: &ExceptionValue, name: &str) -> Option<Document<'static>> {
    let text = exception.fault.as_ref()?.body_part()?.body.to_text().ok()?;
    let tree = parse_text(&text).ok()?;
    let path = NodePath::parse(&format!("/Envelope/Body/Fault/{name}")).ok()?;
    match find(&tree, &path)? {
        Found::Element(id) => Some(subtree(&tree, id)),
        Found::Attribute(..) => None,
    }
}

fn text_of(tree: &Document<'_>) -> String {
    tree.document_element().map(|root| tree.text_content_deep(root)).unwrap_or_default()
}

fn made(call: &Call<'_>, message: String, inner: Option<Raised>) -> Value {
    let exception_type = canonical(call.type_name).as_ref().into();
    Value::Exception(Arc::new(ExceptionValue { exception_type, message, inner, ..ExceptionValue::default() }))
}

fn read(call: &Call<'_>, pick: impl FnOnce(&ExceptionValue) -> Value) -> Result<Value, Raised> {
    match call.get(0) {
        Value::Exception(exception) => Ok(pick(exception)),
        _ => Ok(Value::Null),
    }
}

/// A new exception.
pub fn exception(exception_type: &str, message: impl Into<String>) -> Raised {
    Arc::new(ExceptionValue {
        exception_type: canonical(exception_type).as_ref().into(),
        message: message.into(),
        ..ExceptionValue::default()
    })
}

/// Spellings differ between pages of the product: the XLANGs and Timeout forms are kept.
fn canonical(name: &str) -> Cow<'_, str> {
    let name = match name.strip_prefix("Microsoft.XLANG.") {
        Some(rest) => Cow::Owned(format!("Microsoft.XLANGs.{rest}")),
        None => Cow::Borrowed(name),
    };
    match name.strip_suffix("TimeOutException") {
        Some(space) if space.ends_with('.') => Cow::Owned(format!("{space}TimeoutException")),
        _ => name,
    }
}

/// True for the name of an exception type: it ends in `Exception`, as every one does.
pub fn is_exception(name: &str) -> bool {
    name.ends_with("Exception")
}

/// The exception types of an application: the standard ones, and its own with the bases it declares. An own type
/// that is not declared derives from `System.Exception`.
#[derive(Clone, Debug, Default)]
pub struct ExceptionTypes {
    /// Name and base.
    declared: Vec<(String, String)>,
}

/// Longest chain of bases that is followed: a circle of declarations ends here.
const MOST_BASES: usize = 32;

impl ExceptionTypes {
    /// Types declared as `(name, base)`.
    fn new(declared: impl IntoIterator<Item = (String, String)>) -> Self {
        let spelled = |name: String| canonical(&name).into_owned();
        Self { declared: declared.into_iter().map(|(name, base)| (spelled(name), spelled(base))).collect() }
    }

    /// Of an application.
    pub fn of(application: &Application) -> Self {
        let declared = &application.settings.exceptions;
        Self::new(declared.iter().map(|e| (e.name.clone(), e.base.clone())))
    }

    /// Of an application that declares none.
    pub fn standard() -> &'static Self {
        static STANDARD: ExceptionTypes = ExceptionTypes { declared: Vec::new() };
        &STANDARD
    }

    /// Every type that is known by name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let declared = self.declared.iter().map(|(name, _)| name.as_str());
        std::iter::once(EXCEPTION).chain(BASES.iter().map(|(name, _)| *name)).chain(declared)
    }

    /// Base of an exception type; `None` for `System.Exception` itself and for what is no exception.
    pub fn base(&self, name: &str) -> Option<&str> {
        let name = canonical(name);
        let standard = || BASES.iter().find(|(known, _)| *known == name).map(|(_, base)| *base);
        let declared =
            || self.declared.iter().find(|(known, _)| *known == name).map(|(_, base)| base.as_str());
        match standard().or_else(declared) {
            _ if name == EXCEPTION || !is_exception(&name) => None,
            Some(base) => Some(base),
            None if name.starts_with(BASE_TYPES) => Some("Microsoft.XLANGs.BaseTypes.XLANGsException"),
            None => Some(EXCEPTION),
        }
    }

    /// The type itself, its base, the base of that, up to `System.Exception`.
    fn chain<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        let bases = std::iter::successors(self.base(name), |base| self.base(base)).take(MOST_BASES);
        std::iter::once(canonical(name)).chain(bases.map(Cow::Borrowed)).filter(|name| is_exception(name))
    }

    /// True when a handler for `base` catches a `derived` exception.
    pub fn derives(&self, derived: &str, base: &str) -> bool {
        let base = canonical(base);
        self.chain(derived).any(|name| name == base)
    }

    /// How special an exception type is: 0 for `System.Exception`, one more for each base in between. Handlers are
    /// tried from the highest to the lowest.
    pub fn rank(&self, name: &str) -> usize {
        self.chain(name).count().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_catch_derived_types_in_every_spelling() {
        let types = ExceptionTypes::standard();
        assert!(types.derives("System.DivideByZeroException", "System.SystemException"));
        assert!(types.derives(
            "Microsoft.XLANG.BaseTypes.TimeOutException",
            "Microsoft.XLANGs.BaseTypes.TimeoutException"
        ));
        assert!(types.derives("Shop.OutOfStockException", "System.Exception"));
        assert!(!types.derives("Shop.OutOfStockException", "System.SystemException"));
        assert!(!types.derives("System.Exception", "System.SystemException"));
        assert!(!types.derives("System.String", "System.Exception"));
        assert!(!types.derives("System.String", "System.String"));
        assert!(types.derives(
            "Microsoft.XLANGs.BaseTypes.PublishMessageException",
            "Microsoft.XLANGs.BaseTypes.PersistenceException"
        ));
    }

    #[test]
    fn declared_types_stand_between_their_base_and_what_derives_from_them() {
        let declared = [
            ("Shop.OrderException", "System.ApplicationException"),
            ("Shop.LateOrderException", "Shop.OrderException"),
        ];
        let types = ExceptionTypes::new(declared.map(|(name, base)| (name.to_owned(), base.to_owned())));
        assert!(types.derives("Shop.LateOrderException", "Shop.OrderException"));
        assert!(types.derives("Shop.LateOrderException", "System.ApplicationException"));
        assert!(!types.derives("Shop.OrderException", "Shop.LateOrderException"));
        assert!(!types.derives("Shop.OrderException", "System.SystemException"));
        assert_eq!(types.rank("Shop.LateOrderException"), 3);
    }

    #[test]
    fn types_declared_in_a_circle_end() {
        let circle = [("A.Exception", "B.Exception"), ("B.Exception", "A.Exception")];
        let types = ExceptionTypes::new(circle.map(|(name, base)| (name.to_owned(), base.to_owned())));
        assert!(!types.derives("A.Exception", "System.Exception"));
        assert_eq!(types.rank("A.Exception"), MOST_BASES);
    }

    #[test]
    fn special_types_rank_before_general_ones() {
        let types = ExceptionTypes::standard();
        assert_eq!(types.rank("System.Exception"), 0);
        assert!(types.rank("System.DivideByZeroException") > types.rank("System.ArithmeticException"));
        assert_eq!(types.rank("Shop.OutOfStockException"), 1);
    }

    #[test]
    fn every_base_leads_to_the_root() {
        for (name, base) in BASES {
            assert!(*base == EXCEPTION || BASES.iter().any(|(known, _)| known == base), "{name}");
            assert!(ExceptionTypes::standard().derives(name, EXCEPTION), "{name}");
        }
    }
}
