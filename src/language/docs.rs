//! One line for each function of the language and for the .NET members that orchestrations use most.

/// A word of the language with what follows it and what it does.
#[derive(Debug)]
pub struct Function {
    pub name: &'static str,
    pub signature: &'static str,
    pub parameters: &'static [&'static str],
    pub about: &'static str,
}

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "xpath",
        signature: "object xpath(message, string path)",
        parameters: &["message", "string path"],
        about: "Value of an XPath in a message; string(…), number(…) and count(…) give text and numbers. May be assigned to",
    },
    Function {
        name: "succeeded",
        signature: "bool succeeded(transaction)",
        parameters: &["transaction"],
        about: "True when the transaction with this identifier has committed",
    },
    Function {
        name: "typeof",
        signature: "Type typeof(type)",
        parameters: &["type"],
        about: "The type itself, for methods that take one: a pipeline, map, schema or class",
    },
    Function {
        name: "checked",
        signature: "checked(expression)",
        parameters: &["expression"],
        about: "Overflow of integers raises System.OverflowException",
    },
    Function {
        name: "unchecked",
        signature: "unchecked(expression)",
        parameters: &["expression"],
        about: "Overflow of integers wraps around",
    },
    Function {
        name: "transform",
        signature: "transform(Out) = Namespace.Map(In);",
        parameters: &["message Out"],
        about: "Applies a map, as a Transform shape does",
    },
];

/// Keywords that start or join something, with what they do; those of statements first.
pub const STATEMENT_WORDS: &[(&str, &str)] = &[
    ("if", "if (condition) { … } else { … }"),
    ("else", "Otherwise"),
    ("while", "while (condition) { … }"),
    ("throw", "Raises an exception: throw new System.Exception(\"…\");"),
    ("construct", "Constructs messages: construct Message1 { … }"),
];

pub const VALUE_WORDS: &[(&str, &str)] = &[
    ("true", "System.Boolean"),
    ("false", "System.Boolean"),
    ("null", "No object"),
    ("new", "Makes an object: new System.TimeSpan(0, 0, 10)"),
    ("exists", "Property exists Message: true when the message has the property"),
];

/// What a member does; empty when there is nothing to add to its signature.
pub fn member(type_name: &str, name: &str) -> &'static str {
    let found = MEMBERS.iter().find(|(owner, member, _)| *owner == type_name && *member == name);
    found.map_or("", |(_, _, about)| about)
}

/// Type, member, what it does.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("System.String", "Format", "The text with {0}, {1}… replaced by the arguments"),
    ("System.String", "IsNullOrEmpty", "True for null and for an empty text"),
    ("System.String", "IsNullOrWhiteSpace", "True for null and for a text of blanks only"),
    ("System.String", "Concat", "The arguments one after the other"),
    ("System.String", "Join", "The values with the separator between them"),
    ("System.String", "Compare", "Below 0, 0 or above 0: how two texts sort"),
    ("System.String", "Empty", "The empty text"),
    ("System.String", "Length", "Number of characters"),
    ("System.String", "Contains", "True when the text has this part"),
    ("System.String", "IndexOf", "Place of the first occurrence, from 0; -1 when there is none"),
    ("System.String", "LastIndexOf", "Place of the last occurrence, from 0; -1 when there is none"),
    ("System.String", "Substring", "The part from startIndex on, from 0"),
    ("System.String", "Replace", "The text with every occurrence replaced"),
    ("System.String", "Trim", "The text without blanks around it"),
    ("System.String", "PadLeft", "The text filled with blanks at its left"),
    ("System.Convert", "ToString", "The value as text"),
    ("System.Convert", "ToInt32", "The value as a whole number; an exception when it is none"),
    ("System.Convert", "ToDecimal", "The value as a decimal; an exception when it is none"),
    ("System.Convert", "ToDateTime", "The value as a time; an exception when it is none"),
    ("System.Convert", "ToBoolean", "The value as true or false"),
    ("System.Int32", "Parse", "The number that a text says; an exception when it says none"),
    ("System.Int32", "TryParse", "True, and the number in result, when a text says one"),
    ("System.DateTime", "Now", "The present time of the run, local"),
    ("System.DateTime", "UtcNow", "The present time of the run, UTC"),
    ("System.DateTime", "AddDays", "The time so many days later"),
    ("System.DateTime", "AddHours", "The time so many hours later"),
    ("System.DateTime", "Subtract", "The span between two times"),
    ("System.DateTime", "ToString", "The time as text, in a format such as \"yyyy-MM-dd\""),
    ("System.TimeSpan", "FromSeconds", "A span of so many seconds"),
    ("System.TimeSpan", "FromMinutes", "A span of so many minutes"),
    ("System.TimeSpan", "TotalMilliseconds", "The whole span in milliseconds"),
    ("System.TimeSpan", ".ctor", "A span of hours, minutes and seconds; with four numbers, days first"),
    ("System.Guid", "NewGuid", "A new identifier"),
    ("System.Xml.XmlDocument", "LoadXml", "Reads the document from a text"),
    ("System.Xml.XmlNode", "OuterXml", "The node as text, with its own tags"),
    ("System.Xml.XmlNode", "InnerXml", "The content of the node as text"),
    ("System.Xml.XmlNode", "InnerText", "The texts in the node, without tags"),
    ("System.Xml.XmlNode", "SelectSingleNode", "The first node at an XPath"),
    ("System.Xml.XmlNode", "SelectNodes", "All nodes at an XPath"),
    ("System.Exception", "Message", "What went wrong, in words"),
    ("System.Exception", "StackTrace", "Where it was raised"),
    ("System.Exception", "InnerException", "The exception behind this one"),
    ("System.Exception", "ToString", "Type, message and the exceptions behind it"),
    ("System.Diagnostics.EventLog", "WriteEntry", "Writes an entry to the event log"),
    ("System.Diagnostics.Trace", "WriteLine", "Writes a line to the trace log"),
    ("System.Diagnostics.Debug", "WriteLine", "Writes a line to the debug log"),
];
