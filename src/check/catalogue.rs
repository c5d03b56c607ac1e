//! Every finding that checking an application can give: what it means and how to mend it.
//!
//! `V…` are the rules over the model (Annex B). Where the expression language sees the fault, it is reported under
//! a code of its own, which says more; [`Entry::also`] tells which.

use crate::diagnostic::Severity;

/// One kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: &'static str,
    pub severity: Severity,
    /// What is wrong or worth knowing.
    pub means: &'static str,
    /// The next step.
    pub mend: &'static str,
    /// Ids of the rules behind it, between commas; may be empty.
    pub rules: &'static str,
}

impl Entry {
    /// Codes under which the expression language reports the same.
    pub fn also(&self) -> impl Iterator<Item = &'static str> {
        let id = self.id;
        ALSO.iter().filter(move |(own, _)| *own == id).map(|(_, other)| *other)
    }

    /// Titles of the quick fixes it may offer.
    pub fn fixes(&self) -> impl Iterator<Item = &'static str> {
        let id = self.id;
        FIXES.iter().filter(move |(own, _)| *own == id).map(|(_, title)| *title)
    }
}

/// The entry of a code, in any case.
pub fn entry(code: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.id.eq_ignore_ascii_case(code))
}

const fn error(id: &'static str, means: &'static str, mend: &'static str, rules: &'static str) -> Entry {
    Entry { id, severity: Severity::Error, means, mend, rules }
}

const fn warning(id: &'static str, means: &'static str, mend: &'static str, rules: &'static str) -> Entry {
    Entry { id, severity: Severity::Warning, means, mend, rules }
}

const fn information(
    id: &'static str,
    means: &'static str,
    mend: &'static str,
    rules: &'static str,
) -> Entry {
    Entry { id, severity: Severity::Information, means, mend, rules }
}

/// All of them, in the order of the page.
pub const CATALOGUE: &[Entry] = &[
    error(
        "V01",
        "A shape or declaration is not fully configured, or names something that does not exist",
        "Set the property that the message names",
        "G-5",
    ),
    error("V02", "A name is no identifier, is reserved, is too long, or is taken", "Rename it", "G-8, G-9"),
    error(
        "V03",
        "A receive activates, but something runs before it",
        "Move it to the start, or let it follow a correlation set instead",
        "RCV-2",
    ),
    error(
        "V04",
        "Nothing starts the orchestration: no receive activates, and nobody calls it",
        "Activate on its first Receive, or call or start it",
        "RCV-4",
    ),
    error(
        "V05",
        "A receive neither activates nor follows a correlation set, and its port brings no answer by itself",
        "Follow a set that is initialised before, activate, or use a self-correlating port",
        "RCV-5",
    ),
    error(
        "V06",
        "A filter stands on a receive that does not activate, names no promoted property, or compares with \
         what is no constant of the property's type",
        "Remove the filter; promote the property; quote strings and leave numbers plain",
        "RCV-6, RCV-8, RCV-11",
    ),
    error(
        "V07",
        "An activate receive of an untyped message on a direct port has no filter: it would take every message",
        "Add a filter, or give the message a schema",
        "RCV-7",
    ),
    error(
        "V08",
        "Several receives activate, and a variable is read before it is assigned behind each of them",
        "Assign it in an Expression after each activate receive",
        "RCV-3",
    ),
    error(
        "V09",
        "A message is used before it is constructed on every path",
        "Construct or receive it before, on each branch",
        "SND-1",
    ),
    error(
        "V10",
        "A Construct Message lists nothing, lists what it does not construct, or holds another shape",
        "Make the list and the content agree; only Message Assignment and Transform stand inside",
        "CON-2, CON-3",
    ),
    error(
        "V11",
        "A message or one of its properties is assigned outside a Construct Message",
        "Assign it in a Message Assignment, inside a Construct Message that lists it",
        "CON-5",
    ),
    error(
        "V12",
        "A property of a message is set before the message has its content",
        "Assign the message, or all of its parts, first",
        "CON-6",
    ),
    error(
        "V13",
        "A Transform maps a message that has no schema",
        "Use a message of a schema, or a Message Assignment",
        "TRF-2",
    ),
    warning(
        "V14",
        "A Transform has several inputs or outputs, which are all held in memory at once",
        "Map one message to one where messages are large",
        "TRF-4",
    ),
    error(
        "V15",
        "A Listen or Parallel Actions has fewer than two branches, or the branches of a Listen do not start with a \
         Receive or Delay, mix activation, or time an activation",
        "Correct the first shape of the branches, or add a branch",
        "LIS-1, LIS-3",
    ),
    error(
        "V16",
        "A condition is not Boolean, or a delay is neither a date nor a time span",
        "Write a comparison; write a System.TimeSpan or System.DateTime",
        "DEC-2, LOP-1, DLY-1",
    ),
    error(
        "V17",
        "A correlation set is initialised when it may have its values already, as in a loop",
        "Follow it, use another set, or declare it in a Scope inside the loop",
        "COR-4, LOP-2",
    ),
    error(
        "V18",
        "A correlation set is followed before it is initialised on every path, or both by one shape",
        "Initialise it on a receive or send before, on each branch",
        "COR-14, COR-16",
    ),
    warning(
        "V19",
        "Receives look like a convoy but break one of its rules, so that an early message starts another instance",
        "Use one port, one message type and all sets of the first receive without a filter, or Ordered Delivery",
        "CVY-1, CVY-2, CVY-3, CVY-4, CVY-5, CVY-6, CVY-7, CVY-8",
    ),
    information(
        "V20",
        "A convoy was found: messages with the same values wait for the same instance",
        "Nothing to do",
        "CVY-9",
    ),
    error(
        "V21",
        "A correlation set of a convoy has more than three properties; a warning for a set outside of convoys",
        "Correlate by at most three properties",
        "COR-5",
    ),
    error(
        "V22",
        "The activate receives of a Parallel Actions initialise different correlation sets",
        "Initialise the same sets in every branch",
        "CVY-20",
    ),
    error(
        "V23",
        "An orchestration calls or starts itself, directly or through others",
        "Use a Loop, or let a message start the next instance",
        "CAL-5",
    ),
    error(
        "V24",
        "A called orchestration waits for an activating message, or is not visible to the caller's project",
        "Set Activate to false on its first Receive; make it Public",
        "CAL-6",
    ),
    error(
        "V25",
        "Arguments and parameters differ in number, direction or type, an Out parameter gets no value, or what is \
         passed has none yet; a Start passes back",
        "Make the arguments fit; assign what is passed before",
        "CAL-2, CAL-3, CAL-4, CAL-9",
    ),
    error(
        "V26",
        "A port is passed against its direction: never by a Call, by a Start only when it is direct",
        "Pass a port of the same direction, or bind it direct",
        "1.13",
    ),
    error(
        "V27",
        "A transaction stands in something that is no transaction",
        "Make what is around it Long Running",
        "TX6-1",
    ),
    error(
        "V28",
        "Scopes nest as they may not: a transaction in an atomic one, anything transactional or synchronised in a \
         synchronised one, more than 21 levels",
        "Take the transaction or Synchronized off one of the two",
        "SCP-5, SCP-6",
    ),
    error(
        "V29",
        "An atomic scope has catch blocks, or what is no transaction has a compensation",
        "Catch in a plain Scope inside; set the Transaction Type",
        "SCP-2, SCP-3",
    ),
    error(
        "V30",
        "An atomic scope waits for what it can only cause by its end: a response to its own request, or a set that \
         it initialises itself",
        "Move one of the two out of the scope",
        "ATM-7",
    ),
    error("V31", "A Suspend stands in an atomic transaction", "Move it out, or throw an exception", "SUS-3"),
    warning(
        "V32",
        "An atomic scope is marked synchronised, which it is anyway",
        "Set Synchronized to false",
        "SCP-7",
    ),
    error("V33", "A scope declares a name that hides an outer one", "Rename the inner one", "SCP-4"),
    error(
        "V34",
        "A Throw rethrows outside a catch block, or throws what is no exception",
        "Choose a variable of an exception type",
        "THR-1, THR-2",
    ),
    warning(
        "V35",
        "Catch blocks are drawn from general to specific; the specific ones are tried first all the same",
        "Draw them from specific to general",
        "CAT-1",
    ),
    error(
        "V36",
        "A Compensate stands neither in a catch nor in a compensation block, or names another transaction than its \
         own or one directly inside",
        "Move it, or choose one of the transactions offered",
        "CMP-1, CMP-2",
    ),
    error(
        "V37",
        "A catch block reads a variable of its scope, which counts as unassigned there",
        "Declare it outside, or read it where succeeded(T) holds for a transaction that assigned it",
        "VIS-1",
    ),
    error(
        "V38",
        "A variable of a type that cannot be stored lives where the instance may be stored",
        "Declare it in an atomic Scope",
        "PER-5, ATM-8",
    ),
    error(
        "V39",
        "Delivery Notification is asked of a direct, two-way or receiving port",
        "Set it to None",
        "DN-1",
    ),
    warning(
        "V40",
        "Nothing catches the exception that a failed delivery raises",
        "Put the Send into a Scope that catches DeliveryFailureException, outside of atomic ones",
        "SND-7, DN-2, DN-4",
    ),
    error(
        "V41",
        "A fault has the message type of the response or of another fault",
        "Give each fault a message type of its own",
        "PT-6",
    ),
    warning(
        "V42",
        "A port type is visible further than a message type it carries",
        "Make the message type as visible as the port type",
        "PT-4",
    ),
    error(
        "V43",
        "Partner ports have different port types, the same direction, or a private port type",
        "Give both sides one port type that both see, one sending and one receiving",
        "PAD-1, PAD-2",
    ),
    warning(
        "V44",
        "A request on an inverse partner port may be taken by several orchestrations",
        "Give their activate receives filters that exclude each other",
        "PAD-6",
    ),
    warning(
        "V45",
        "What the orchestration publishes may start it again, without end",
        "Change a filtered property before the send, or filter by another",
        "MBD-4",
    ),
    warning(
        "V46",
        "Nobody in the application subscribes to what is published direct",
        "Give a send port or a receive a filter that takes it",
        "MBD-2",
    ),
    error(
        "V47",
        "A response or fault is sent before its request came in on every path",
        "Receive the request before",
        "SND-5",
    ),
    error(
        "V48",
        "An expression uses what C# has and XLANG/s refuses",
        "Write what the message says instead",
        "7.6",
    ),
    warning(
        "V49",
        "A typed or correlated receive is fed by a pass-through location, which promotes nothing",
        "Receive through XMLReceive",
        "COR-17",
    ),
    warning(
        "V50",
        "Two orchestrations, or two receives of one, start on the same messages of one receive port",
        "Bind one of them to another port, unless each is to get a copy",
        "PUB-4",
    ),
    warning(
        "V51",
        "A loop of receives can end while a message for it is on the way",
        "Drain the queue at the end, or accept a zombie instance",
        "LOP-4, ZMB-2",
    ),
    error(
        "V52",
        "The destination party of a role link is not assigned exactly once before the send",
        "Assign it once, on every path, outside of loops",
        "RLK-3",
    ),
    error(
        "V53",
        "A Receive or Send has a message of another type than its operation carries",
        "Give the operation the type of the message, or choose another message",
        "PT-1",
    ),
    error(
        "V54",
        "A variable without an initial value is read where nothing has assigned it",
        "Give it an initial value, or assign it before",
        "VIS-1",
    ),
    error("X01", "A text does not follow the grammar", "Correct it at the place marked", "7.2"),
    error("X02", "A literal is not closed, or its value cannot be held", "Correct the literal", "7.1"),
    error("X03", "C# that XLANG/s refuses", "Write what the message says instead", "7.6"),
    error("X04", "A text is too deep or too long", "Split it over several shapes", "G-8"),
    error("X05", "A name that nobody declares", "Declare it, or correct its spelling", "7.3"),
    error(
        "X06",
        "A value is of the wrong type for its place",
        "Convert it, or use another value",
        "7.1, 7.5",
    ),
    error(
        "X07",
        "A field is not distinguished",
        "Promote it as a distinguished field, or read it by xpath",
        "7.3",
    ),
    error(
        "X08",
        "A message is changed outside a Construct Message",
        "Change it in a Message Assignment inside one",
        "CON-5",
    ),
    error(
        "X09",
        "Flow control in a Message Assignment",
        "Decide before, in an Expression or with a Decide shape",
        "MA-2",
    ),
    error("X10", "A text is empty, or holds only comments", "Write what the shape needs", "EXP-1, 7.5"),
    error(
        "X11",
        "A property that the message or port does not have",
        "Choose one of its properties",
        "MSG-9",
    ),
    error(
        "X12",
        "Something that cannot be assigned stands left of =",
        "Assign a variable or message",
        "MA-1",
    ),
    error("X13", "The text form of something that has a shape", "Draw the shape", "EXP-4"),
    error("X14", "Arguments do not fit the method or function", "Pass what it takes", "7.4"),
    error("X15", "A constant expression always fails", "Correct the constants", "7.2"),
    error(
        "B01",
        "A send port group has an unknown member",
        "Name a send port, or remove the member",
        "TX-13",
    ),
    warning("B02", "A logical port is not bound, so the orchestration stays unbound", "Bind it", "BND-8"),
    error(
        "B03",
        "A logical port is bound to a port of another direction or pattern",
        "Bind it to a port that fits",
        "BND-3",
    ),
    error("B04", "A service window or schedule cannot be read", "Correct it in bindings.ron", "RX-4"),
    warning(
        "B05",
        "Several ports of a group acknowledge a message whose sender waits for one notification",
        "Unenlist all but one",
        "DN-6",
    ),
    warning(
        "B06",
        "XMLReceive stands before an untyped receive in an application without a schema",
        "Add the schema of what comes in, or receive through PassThruReceive",
        "RX-5",
    ),
    error(
        "R01",
        "A policy names something unknown, or says it in a way that cannot be understood",
        "Correct it",
        "RUL-1",
    ),
    warning(
        "R02",
        "No version of a policy is deployed, or the one that runs takes other parameters",
        "Set the state of a version to Deployed, or call one that fits",
        "RUL-2",
    ),
    warning(
        "R03",
        "An orchestration cannot be compiled and is left out of a run that takes what runs",
        "Correct it to run it too",
        "",
    ),
    error("K01", "The script of a component cannot be compiled", "Correct it at the place named", ""),
    warning(
        "K02",
        "The script of a component has no function for a member that is used: such calls are mocked",
        "Add the function",
        "",
    ),
    warning(
        "K03",
        "Custom code has no script: its members are mocked",
        "Write a script for the class, or give the values of its members",
        "",
    ),
    error("K04", "A mock has no value", "Write null, or remove it", ""),
    warning(
        "N01",
        "A shape is kept but does not run: an instance that reaches it is suspended there",
        "Model this part with other shapes if it has to run",
        "",
    ),
    warning("N02", "A setting is kept but has no effect", "Do by hand what it would do, if it matters", ""),
    error("S01", "A schema cannot be read", "Correct the schema at the place named", ""),
    error("S03", "A field is promoted to a property that nobody declares", "Declare the property", "MSG-5"),
    error(
        "S04",
        "A type that cannot be promoted",
        "Change the type, or distinguish the field instead",
        "MSG-5",
    ),
    error("S05", "A path in a schema annotation leads nowhere or cannot be read", "Correct the path", "RX-9"),
    warning("S06", "A promoted or distinguished field is not in the schema", "Correct the path", "MSG-5"),
    warning("S07", "Two schemas have the same message type", "Give one another namespace or root", "MSG-3"),
    error("S08", "Two things have the same .NET type name", "Rename one of the files or classes", ""),
    warning(
        "S09",
        "A field that may occur more than once is promoted",
        "Promote one that occurs once",
        "MSG-5",
    ),
    error("S10", "A type of a schema derives from itself", "Take one of the types out of the circle", ""),
    error("S20", "A map has no source or target, or an unknown one", "Name known message types", "TRF-1"),
    error("S21", "A path of a map is in none of its schemas", "Correct the path", "TRF-3"),
    error(
        "S22",
        "A functoid is unknown, or its arguments do not fit",
        "Choose a functoid; give its arguments",
        "",
    ),
    warning(
        "S23",
        "A map has code in a language that does not run here: its functions give empty values",
        "Write a component named like the map, with these functions",
        "",
    ),
    warning(
        "S24",
        "A stylesheet of a map is not there, or uses what is not supported",
        "Rewrite it, or write a function that gives its nodes",
        "",
    ),
    error(
        "Z01",
        "A file holds no orchestration of BizTalk's designer",
        "Open one that the designer saved",
        "",
    ),
    error("Z02", "The designer's part of an orchestration file is no XML", "Restore the file", ""),
    warning(
        "Z03",
        "An orchestration file has elements or properties that are not known; they are kept as they are",
        "Nothing needs to be done",
        "",
    ),
    warning("Z04", "An element of an orchestration file has no identity of its own", "Save the file", ""),
    warning(
        "Z05",
        "A shape, or a value of one, is not known: it is kept, and does nothing",
        "Draw what it does with the shapes at hand",
        "",
    ),
    error("Z06", "A path has nothing to open", "Check the path", ""),
    warning("Z07", "A file of a project cannot be read", "Make it readable, or open without it", ""),
    warning("Z08", "A project or solution lists something that is not there", "Restore it, or remove it", ""),
    information(
        "Z09",
        "Orchestrations were read from an assembly",
        "Open the project for schemas and maps",
        "",
    ),
    warning(
        "Z10",
        "A name that an orchestration uses is declared nowhere in what was opened",
        "Add the project that declares it, or open the whole solution",
        "",
    ),
    warning(
        "Z19",
        "Several binding files have the same artifact: the first of them counts",
        "Keep the one of the environment that is meant",
        "",
    ),
    warning(
        "Z13",
        "Something that is not here is simulated for a run: ports without a binding, adapters, policies",
        "Bind the ports, or write what is missing",
        "",
    ),
    error(
        "Z14",
        "An orchestration would not read back from its file as it is",
        "Save a copy as an application folder",
        "",
    ),
    error(
        "Z15",
        "An orchestration that was read from an assembly has no file to be written back to",
        "Save to a new application folder",
        "",
    ),
    error(
        "Z16",
        "A file of BizTalk's was changed by another program since it was opened",
        "Save to a new folder and compare, or open it again and repeat the change",
        "",
    ),
    error(
        "Z17",
        "A file of BizTalk's cannot be read or written",
        "Correct its permissions, then save again",
        "",
    ),
    error("Z20", "A file is not the map, pipeline or binding file it should be", "Choose another file", ""),
    warning(
        "Z21",
        "A filter begins with white space, so BizTalk drops it without a word; here it counts",
        "Remove the white space before the filter in the binding file",
        "",
    ),
    warning(
        "Z22",
        "A filter of a binding file cannot be read",
        "Correct it, or set it again at the port",
        "",
    ),
    warning(
        "Z23",
        "A pipeline has a component that is not built in",
        "Choose another pipeline at the port",
        "",
    ),
];

/// Rules whose faults the expression language reports under its own codes.
const ALSO: &[(&str, &str)] =
    &[("V11", "X08"), ("V16", "X06"), ("V16", "X10"), ("V48", "X03"), ("V48", "X09"), ("V48", "X10")];

/// The quick fixes, by code.
const FIXES: &[(&str, &str)] = &[
    ("V03", "Set Activate to false"),
    ("V04", "Activate on the first Receive"),
    ("V05", "Activate on the first Receive"),
    ("V06", "Remove the filter"),
    ("V06", "Correct the quotes"),
    ("V10", "List the messages made inside"),
    ("V10", "Take it off the list"),
    ("V10", "Move it behind the Construct Message"),
    ("V15", "Add the missing branches"),
    ("V15", "Activate in every branch"),
    ("V17", "Follow the set instead"),
    ("V18", "Initialize the set here"),
    ("V18", "Only initialize the set"),
    ("V18", "Only follow the set"),
    ("V19", "Follow all sets of the first receive"),
    ("V19", "Set Ordered Delivery on the port"),
    ("V22", "Initialize the same sets in every branch"),
    ("V24", "Make the orchestration Public"),
    ("V25", "Make the parameter In"),
    ("V25", "Take the directions of the parameters"),
    ("V27", "Make what is around it Long Running"),
    ("V28", "Make it a plain Scope"),
    ("V28", "Set the Transaction Type to None"),
    ("V29", "Set the Transaction Type to Long Running"),
    ("V32", "Set Synchronized to false"),
    ("V35", "Sort the catch blocks"),
    ("V36", "Name the only transaction it can compensate"),
    ("V39", "Set Delivery Notification to None"),
    ("V40", "Catch the failed delivery in a Scope"),
    ("V42", "Show the message type as far as the port type"),
    ("V43", "Take the port type of the partner"),
    ("V43", "Make the port type Internal"),
    ("V45", "Receive through a receive port only"),
    ("V45", "Filter by BTS.ReceivePortName exists"),
    ("V49", "Receive through XMLReceive"),
    ("B06", "Receive through PassThruReceive"),
    ("V53", "Give the operation the type of the message"),
    ("V54", "Give it an initial value"),
    ("V54", "Use the default constructor"),
    ("X05", "Correct the spelling"),
    ("X05", "Declare it as a variable"),
    ("X06", "Write it as a time span"),
    ("X07", "Correct the spelling"),
    ("K02", "Add the functions"),
    ("K03", "Write a script"),
    ("S23", "Write a script"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole_and_in_order() {
        let rules: Vec<&str> = CATALOGUE.iter().map(|e| e.id).filter(|id| id.starts_with('V')).collect();
        let all: Vec<String> = (1..=54).map(|number| format!("V{number:02}")).collect();
        assert_eq!(rules, all);
        for (at, entry) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE.iter().skip(at + 1).all(|other| other.id != entry.id), "{}", entry.id);
            for text in [entry.means, entry.mend] {
                assert!(text.starts_with(char::is_uppercase) && !text.ends_with('.'), "{}: {text}", entry.id);
            }
        }
        for (id, _) in FIXES.iter().chain(ALSO) {
            assert!(entry(id).is_some(), "{id}");
        }
        assert!(ALSO.iter().all(|(_, code)| entry(code).is_some()));
        assert_eq!(entry("v19").map(|e| e.id), Some("V19"));
        assert_eq!(entry("V99"), None);
    }
}
