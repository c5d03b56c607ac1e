//! Members every object has, enumerations, logging, configuration and the odds and ends of the base library.

use super::{Call, Row, exception};
use crate::message::{ENUM_MEMBER, Object, Value, format_value};
use crate::xlang::eval::convert_text;
use crate::xlang::{ComponentCall, LogLevel, Raised, Target};
use std::sync::Arc;

pub const ENUMS: &[(&str, &[&str])] = &[
    (
        "System.Diagnostics.EventLogEntryType",
        &["Error", "Warning", "Information", "SuccessAudit", "FailureAudit"],
    ),
    ("System.Diagnostics.TraceLevel", &["Off", "Error", "Warning", "Info", "Verbose"]),
    ("System.DayOfWeek", &["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]),
    (
        "System.StringComparison",
        &[
            "CurrentCulture",
            "CurrentCultureIgnoreCase",
            "InvariantCulture",
            "InvariantCultureIgnoreCase",
            "Ordinal",
            "OrdinalIgnoreCase",
        ],
    ),
    ("System.Globalization.CultureInfo", &["InvariantCulture", "CurrentCulture", "CurrentUICulture"]),
];

const EVENT_LOG: &str = "System.Diagnostics.EventLog";
const DEBUG: &str = "System.Diagnostics.Debug";
const TRACE: &str = "System.Diagnostics.Trace";
const CONNECTION: &str = "System.Data.SqlClient.SqlConnection";
const PARTY: &str = "Microsoft.XLANGs.BaseTypes.Party";

pub const ROWS: &[Row] = &[
    ("System.Object", "string ToString()", |call| Ok(Value::from(convert_text(call.get(0))))),
    ("System.Object", "bool Equals(object other)", |call| {
        Ok(Value::Bool(crate::xlang::eval::equal(call.get(0), call.get(1))))
    }),
    ("System.Object", "System.Type GetType()", |call| Ok(type_object(call.get(0).value_type().name()))),
    ("System.Object", "static bool ReferenceEquals(object a, object b)", |call| {
        Ok(Value::Bool(call.get(0) == call.get(1)))
    }),
    ("System.Type", "string FullName", |call| Ok(Value::from(format_value(call.get(0))))),
    ("System.Type", "string Name", |call| {
        let name = format_value(call.get(0));
        Ok(Value::from(name.rsplit('.').next().unwrap_or("")))
    }),
    ("System.Type", "bool IsSubclassOf(System.Type type)", |call| {
        let (derived, base) = (format_value(call.get(0)), format_value(call.get(1)));
        Ok(Value::Bool(derived != base && call.env.exceptions().derives(&derived, &base)))
    }),
    // A COM class goes by its ProgID, and so does its stand-in.
    ("System.Type", "static System.Type GetTypeFromProgID(string progID)", |call| {
        Ok(type_object(&call.some_text(0)?))
    }),
    ("System.Type", "static System.Type GetTypeFromProgID(string progID, object server)", |call| {
        Ok(type_object(&call.some_text(0)?))
    }),
    ("System.Activator", "static object CreateInstance(System.Type type)", |call| {
        let name = call.some_text(0)?.into_owned();
        let target = Target::Static(&name);
        let made = call.env.component(ComponentCall {
            target,
            member: ".ctor",
            arguments: &mut [],
            property: false,
        })?;
        Ok(match made {
            Value::Null => Value::Object(Arc::new(Object { type_name: name.into(), members: Vec::new() })),
            made => made,
        })
    }),
    (CONNECTION, "new()", |_| Ok(connection(Value::from("")))),
    (CONNECTION, "new(string connectionString)", |call| Ok(connection(call.get(0).clone()))),
    (CONNECTION, "string ConnectionString", |_| Ok(Value::from(""))),
    (EVENT_LOG, "static void WriteEntry(string source)", |call| log(call, None, 0, LogLevel::Information)),
    (EVENT_LOG, "static void WriteEntry(string source, string message)", |call| {
        log(call, Some(0), 1, LogLevel::Information)
    }),
    (EVENT_LOG, "static void WriteEntry(string source, string message, object type)", write_entry),
    (
        EVENT_LOG,
        "static void WriteEntry(string source, string message, object type, int eventId)",
        write_entry,
    ),
    (
        EVENT_LOG,
        "static void WriteEntry(string source, string message, object type, int eventId, int category)",
        write_entry,
    ),
    (DEBUG, "static void WriteLine(object message)", |call| log(call, None, 0, LogLevel::Trace)),
    (DEBUG, "static void WriteLine(object message, string category)", |call| {
        log(call, Some(1), 0, LogLevel::Trace)
    }),
    (DEBUG, "static void Write(object message)", |call| log(call, None, 0, LogLevel::Trace)),
    (TRACE, "static void WriteLine(object message)", |call| log(call, None, 0, LogLevel::Trace)),
    (TRACE, "static void WriteLine(object message, string category)", |call| {
        log(call, Some(1), 0, LogLevel::Trace)
    }),
    (TRACE, "static void Write(object message)", |call| log(call, None, 0, LogLevel::Trace)),
    (TRACE, "static void Write(object message, string category)", |call| {
        log(call, Some(1), 0, LogLevel::Trace)
    }),
    (TRACE, "static void TraceInformation(string message)", |call| log(call, None, 0, LogLevel::Information)),
    (TRACE, "static void TraceWarning(string message)", |call| log(call, None, 0, LogLevel::Warning)),
    (TRACE, "static void TraceError(string message)", |call| log(call, None, 0, LogLevel::Error)),
    ("System.Console", "static void WriteLine(object value)", |call| log(call, None, 0, LogLevel::Trace)),
    ("System.Environment", "static string NewLine", |_| Ok(Value::from("\r\n"))),
    ("System.Guid", "static guid NewGuid()", |call| Ok(Value::Guid(call.env.new_guid()))),
    ("System.Guid", "static guid Empty", |_| Ok(Value::Guid(uuid::Uuid::nil()))),
    ("System.Guid", "static guid Parse(string input)", guid),
    ("System.Guid", "new(string g)", guid),
    ("System.Guid", "string ToString(string format)", |call| {
        let Value::Guid(guid) = call.get(0) else { return Ok(Value::Null) };
        Ok(Value::from(match call.text(1).to_ascii_uppercase().as_str() {
            "N" => guid.simple().to_string(),
            "B" => guid.braced().to_string(),
            "P" => format!("({guid})"),
            _ => guid.to_string(),
        }))
    }),
    (PARTY, "new(string name, string qualifier)", |call| {
        let members = vec![("Name".into(), call.get(0).clone()), ("Qualifier".into(), call.get(1).clone())];
        Ok(Value::Object(Arc::new(Object { type_name: PARTY.into(), members })))
    }),
    (PARTY, "string Name", |_| Ok(Value::Null)),
    (PARTY, "string Qualifier", |_| Ok(Value::Null)),
    ("Orchestrion.Configuration", "static string Get(string key)", |call| {
        let key = call.text(0).into_owned();
        call.env.configuration(&key)?.map(Value::from).ok_or_else(|| {
            exception(
                "System.Collections.Generic.KeyNotFoundException",
                format!("the configuration of the application has no value for “{key}”: add it there"),
            )
        })
    }),
];

/// A connection object: it holds what it was made with; what it would do to a database is custom code.
fn connection(text: Value) -> Value {
    let members = vec![("ConnectionString".into(), text)];
    Value::Object(Arc::new(Object { type_name: CONNECTION.into(), members }))
}

/// An enumeration member: the name of the property read.
pub fn enum_value(call: Call<'_>) -> Result<Value, Raised> {
    Ok(enum_object(&call.member.type_name, &call.member.name))
}

/// A value of an enumeration.
pub fn enum_object(type_name: &str, name: &str) -> Value {
    let members = vec![(ENUM_MEMBER.into(), Value::from(name))];
    Value::Object(Arc::new(Object { type_name: type_name.into(), members }))
}

/// A `System.Type`.
pub fn type_object(name: &str) -> Value {
    enum_object("System.Type", name)
}

fn log(call: Call<'_>, source: Option<usize>, text: usize, level: LogLevel) -> Result<Value, Raised> {
    let source = source.map_or_else(String::new, |at| call.text(at).into_owned());
    let text = convert_text(call.get(text));
    call.env.log(level, &source, &text);
    Ok(Value::Null)
}

fn write_entry(call: Call<'_>) -> Result<Value, Raised> {
    let level = match format_value(call.get(2)).as_str() {
        "Error" | "FailureAudit" => LogLevel::Error,
        "Warning" => LogLevel::Warning,
        _ => LogLevel::Information,
    };
    log(call, Some(0), 1, level)
}

fn guid(call: Call<'_>) -> Result<Value, Raised> {
    let text = call.some_text(0)?;
    uuid::Uuid::try_parse(text.trim())
        .map(Value::Guid)
        .map_err(|_| exception("System.FormatException", format!("“{text}” is not a Guid")))
}
