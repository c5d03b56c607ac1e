//! What the designer refuses or warns of before anything runs (section 9.3, and the rules other sections state).

use crate::build::*;
use orchestrion::diagnostic::Severity;
use orchestrion::findings;
use orchestrion::model::*;
use orchestrion::program::Program;

const IN: Polarity = Polarity::Implements;
const OUT: Polarity = Polarity::Uses;
const LATER: Binding = Binding::SpecifyLater;

/// Messages `M` and `N` of class `Order`; ports `In` and `Out`, `Own` (self-correlating), `Ask` and `Serve`
/// (two-way), `Box` and `Publish` (message box); set `ById`; variable `n`.
fn base(name: &str, body: Block) -> Orch {
    let both = [("Op", "Order", Some("Order"))];
    orch(name)
        .port("In", IN, "Order", LATER)
        .port("Out", OUT, "Order", LATER)
        .port("Own", IN, "Order", Binding::SelfCorrelating)
        .port("Box", IN, "Order", Binding::MessageBox)
        .port("Publish", OUT, "Order", Binding::MessageBox)
        .port_of("Ask", OUT, LATER, &both)
        .port_of("Serve", IN, LATER, &both)
        .message("M", "Order")
        .message("N", "Order")
        .variable("n", "System.Int32", "0")
        .set("ById", &["Id"])
        .body(body)
}

fn with(orchestration: Orch) -> App {
    app().class("Order", &["Id", "Region"]).orchestration(orchestration)
}

/// An orchestration that is activated by `M`, then runs the body.
fn started(body: Block) -> App {
    with(base("O", [activate("In", "M")].into_iter().chain(body).collect()))
}

/// The same as a long-running transaction.
fn transaction(body: Block) -> App {
    let mut app = started(body);
    let orchestration = app.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap();
    orchestration.transaction = Transaction::LongRunning(LongRunning::default());
    app
}

/// Everything said under this code, each with a next step.
fn said(app: &App, code: &str) -> Vec<String> {
    let found = findings::all(&app.0);
    let mut said: Vec<_> = found.iter().filter(|d| d.code == code).collect();
    assert!(said.iter().all(|d| !d.help.is_empty()), "{said:?}");
    said.sort_by_key(|d| d.severity);
    said.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refused(app: &App, code: &str) {
    let said = said(app, code);
    assert!(
        said.iter().any(|text| text.starts_with("error")),
        "{code} is not said: {:#?}",
        findings::all(&app.0)
    );
}

#[track_caller]
fn warned(app: &App, code: &str) {
    let said = said(app, code);
    assert!(
        said.iter().any(|text| text.starts_with("warning")),
        "{code} is not said: {:#?}",
        findings::all(&app.0)
    );
}

#[track_caller]
fn silent(app: &App, code: &str) {
    assert_eq!(said(app, code), [""; 0]);
}

#[track_caller]
fn sound(app: &App) {
    let errors: Vec<_> =
        findings::all(&app.0).into_iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn scope(name: &str, kind: Transaction, body: Block) -> Shape {
    scope_of(name, |s| (s.transaction, s.body) = (kind, body))
}

fn scope_of(name: &str, change: impl FnOnce(&mut Scope)) -> Shape {
    let mut scope = Scope::default();
    change(&mut scope);
    shape(name, ShapeKind::Scope(scope))
}

fn atomic() -> Transaction {
    Transaction::Atomic(Atomic::default())
}

fn long_running() -> Transaction {
    Transaction::LongRunning(LongRunning::default())
}

fn catch(name: &str, body: Block) -> Catch {
    Catch { id: name.into(), name: name.into(), body, ..Catch::default() }
}

fn compensation(body: Block) -> Compensation {
    Compensation { id: "undo".into(), name: "undo".into(), body, ..Compensation::default() }
}

/// Given an orchestration that is activated by a message type on a direct port and publishes the same type on a
/// direct port, when it is checked, then a warning names the send that may start it again without end. (MBD-4)
#[test]
fn c011_a_self_subscription_is_warned_of() {
    warned(&with(base("O", vec![activate("Box", "M"), send("Publish", "M")])), "V45");
    silent(&with(base("O", vec![activate("In", "M"), send("Publish", "M")])), "V45");
}

/// Given a filter on a distinguished field, when it is checked, then it is refused; on the property the field is
/// promoted to, it is accepted. (RCV-11)
#[test]
fn c014_a_filter_names_promoted_properties_only() {
    let filtered = |property: &str| {
        let first = activate("In", "M").filter(&[(property, FilterOperator::Equals, "\"1\"")]);
        with(base("O", vec![first]))
    };
    refused(&filtered("Order.Id"), "V06");
    sound(&filtered("P.Id"));
}

/// Given an activate receive after any other shape that runs, when it is checked, then it is an error; inside a Group
/// that is first, it is none. (RCV-2)
#[test]
fn c041_an_activate_receive_comes_first() {
    refused(&with(base("O", vec![expression("early", "n = 1;"), activate("In", "M")])), "V03");
    let group = shape("part", ShapeKind::Group(Group { body: vec![activate("In", "M")] }));
    sound(&with(base("O", vec![group])));
}

/// Given an orchestration without activate receive that nobody calls, when it is checked, then both the orchestration
/// and its waiting receive are errors; called by another, it is sound. (RCV-4, RCV-5)
#[test]
fn c042_something_starts_an_orchestration() {
    let idle = with(base("O", vec![receive("In", "M")]));
    refused(&idle, "V04");
    refused(&idle, "V05");
    let caller = orch("Caller")
        .port("Begin", IN, "Order", LATER)
        .message("Got", "Order")
        .body(vec![activate("Begin", "Got"), call("call it", "O", &[])]);
    sound(&with(base("O", vec![receive("Own", "M")])).orchestration(caller));
}

/// Given a receive that does not activate on an ordinary port and follows no set, when it is checked, then it is an
/// error; on a self-correlating port or as the response to a request it is none. (RCV-5)
#[test]
fn c043_a_waiting_receive_follows_something() {
    refused(&started(vec![receive("In", "N")]), "V05");
    sound(&started(vec![receive("Own", "N")]));
    sound(&started(vec![send("Ask", "M"), receive("Ask", "N").response()]));
}

/// Given a filter on a receive that does not activate, when it is checked, then it is an error. (RCV-6)
#[test]
fn c044_only_activate_receives_have_filters() {
    let rows = [("P.Id", FilterOperator::Equals, "\"1\"")];
    refused(&started(vec![receive("Own", "N").filter(&rows)]), "V06");
    sound(&with(base("O", vec![activate("In", "M").filter(&rows)])));
}

/// Given a Listen with an activate receive beside a receive that does not activate, or beside a Delay, when it is
/// checked, then it is an error; with activate receives only, it is none. (LIS-3)
#[test]
fn c045_a_listen_activates_in_all_branches_or_in_none() {
    let listens =
        |other: Shape| with(base("O", vec![listen("start", vec![vec![activate("In", "M")], vec![other]])]));
    refused(&listens(receive("Own", "N")), "V15");
    refused(&listens(delay("later", "new System.TimeSpan(0, 0, 1)")), "V15");
    sound(&listens(activate("Box", "N")));
}

/// Given a Listen branch that starts with an Expression, when it is checked, then it is an error; with a Delay before
/// the Expression it is none. (LIS-1)
#[test]
fn c046_a_listen_branch_starts_with_a_receive_or_delay() {
    let listens = |branch: Block| started(vec![listen("wait", vec![vec![receive("Own", "N")], branch])]);
    refused(&listens(vec![expression("head", "n = 1;")]), "V15");
    let later = delay("later", "new System.TimeSpan(0, 0, 1)");
    sound(&listens(vec![later, expression("then", "n = 1;")]));
}

/// Given a Construct Message that lists a message which nothing inside assigns, when it is checked, then it is an
/// error. (CON-3)
#[test]
fn c048_a_listed_message_is_constructed() {
    refused(&started(vec![construct("N", "n = 1;")]), "V10");
    sound(&started(vec![construct("N", "N = M;")]));
}

/// Given a send of a message that is constructed on one of two branches before, when it is checked, then it is an
/// error; constructed on both, it is none. (SND-1)
#[test]
fn c049_a_sent_message_is_constructed_on_every_path() {
    let sends = |other: Block| {
        let branches = vec![("n == 1", vec![construct("N", "N = M;")]), ("", other)];
        started(vec![decide("either", branches), send("Out", "N")])
    };
    refused(&sends(vec![]), "V09");
    sound(&sends(vec![construct("N", "N = M;").named("other")]));
}

/// Given an assignment to a field or property of a received message in an Expression, when it is checked, then it is an
/// error; to a copy in a Construct Message it is none. (CON-1, CON-5)
#[test]
fn c050_a_message_changes_only_in_a_construct() {
    refused(&started(vec![expression("change", "M.Id = \"2\";")]), "X08");
    refused(&started(vec![expression("change", "M(P.Id) = \"2\";")]), "X08");
    sound(&started(vec![construct("N", "N = M; N.Id = \"2\";")]));
}

#[test]
fn v16_conditions_are_boolean_and_delays_are_times() {
    let loops =
        |condition: &str| started(vec![while_loop("again", condition, vec![expression("on", "n = n + 1;")])]);
    refused(&loops("n"), "X06");
    sound(&loops("n < 3"));
    let decides = |condition: &str| started(vec![decide("either", vec![(condition, vec![]), ("", vec![])])]);
    refused(&decides("\"yes\""), "X06");
    refused(&started(vec![decide("either", vec![("", vec![]), ("", vec![])])]), "X10");
    sound(&decides("n == 1 || n > 5"));
    let waits = |text: &str| started(vec![delay("wait", text)]);
    refused(&waits("10"), "X06");
    sound(&waits("new System.TimeSpan(0, 0, 10)"));
    sound(&waits("System.DateTime.UtcNow.AddHours(1)"));
}

#[test]
fn v48_csharp_that_xlang_refuses_is_told_from_what_it_takes() {
    refused(&started(vec![expression("count", "n += 1;")]), "X03");
    refused(&started(vec![expression("count", "for (n = 0; n < 3; n++) { }")]), "X03");
    refused(&started(vec![expression("later", "// nothing yet")]), "X10");
    refused(&started(vec![construct("N", "if (n == 1) { N = M; }")]), "X09");
    sound(&started(vec![expression("count", "n = n + 1; // one more\nwhile (n < 3) { n = n + 1; }")]));
}

/// Given a Transform of a message of a .NET class, when it is checked, then it is an error. (TRF-2)
#[test]
fn c051_a_transform_maps_schemas() {
    let map = |app: App| app.map("OrderToOrder", "Order.Id", "Order.Id");
    let part = |message: &str| PartRef { message: message.into(), part: String::new() };
    let transform =
        Transform { map: "OrderToOrder".into(), inputs: vec![part("M")], outputs: vec![part("N")] };
    let inner = shape("map it", ShapeKind::Transform(transform));
    let kind = ShapeKind::Construct(Construct { messages: vec!["N".into()], body: vec![inner] });
    let mut classes = map(started(vec![shape("construct N", kind)]));
    refused(&classes, "V13");
    let text = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='http://s'>\
                <xs:element name='Sheet' type='xs:string'/></xs:schema>";
    classes.0.schemas.insert("schemas/Sheet.xsd".into(), text.into());
    for message in &mut classes.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap().messages {
        message.message_type = "Sheet".into();
    }
    silent(&classes, "V13");
}

/// Given a Start Orchestration of an orchestration with an Out or Ref parameter, when it is checked, then it is an
/// error; a Call of it is none. (1.13)
#[test]
fn c052_a_start_passes_nothing_back() {
    for direction in [Direction::Out, Direction::Ref] {
        let kind = ParameterKind::Variable(Variable {
            name: "given".into(),
            variable_type: "System.Int32".into(),
            ..Default::default()
        });
        let callee = orch("Callee").parameter(direction, kind).body(vec![expression("give", "given = 1;")]);
        let used = [("n", direction)];
        let starts = started(vec![start("go", "Callee", &used)]).orchestration(callee);
        refused(&starts, "V25");
        let mut calls = starts;
        let body = &mut calls.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap().body;
        body[1] = call("go", "Callee", &used);
        sound(&calls);
    }
}

/// Given orchestration A that calls B and B that starts A, when it is checked, then both are errors. (CAL-5)
#[test]
fn c053_calls_and_starts_make_no_circle() {
    let back = |body: Block| started(vec![call("to B", "B", &[])]).orchestration(orch("B").body(body));
    let circle = back(vec![start("to O", "O", &[])]);
    refused(&circle, "V23");
    assert_eq!(said(&circle, "V23").len(), 2);
    sound(&back(vec![]));
}

/// Given a Call of an orchestration whose first receive activates, when it is checked, then it is an error; a Start of
/// it is none. (CAL-6)
#[test]
fn c054_a_called_orchestration_does_not_activate() {
    let callee = || {
        orch("Callee")
            .port("Begin", IN, "Order", LATER)
            .message("Got", "Order")
            .body(vec![activate("Begin", "Got")])
    };
    refused(&started(vec![call("go", "Callee", &[])]).orchestration(callee()), "V24");
    silent(&started(vec![start("go", "Callee", &[])]).orchestration(callee()), "V24");
}

/// Given a port passed to a Call against its direction, when it is checked, then it is an error; a direct port passed
/// so to a Start is accepted. (1.13)
#[test]
fn c055_a_port_is_turned_round_by_start_only() {
    let passing = |how: fn(&str, &str, &[(&str, Direction)]) -> Shape, port: &str| {
        let given = Port {
            name: "Given".into(),
            port_type: format!("T.O{port}Type"),
            polarity: OUT,
            ..Port::default()
        };
        let callee = orch("Callee").parameter(Direction::In, ParameterKind::Port(given));
        started(vec![how("go", "Callee", &[(port, Direction::In)])]).orchestration(callee)
    };
    refused(&passing(call, "Own"), "V26");
    refused(&passing(start, "In"), "V26");
    silent(&passing(start, "Own"), "V26");
    silent(&passing(call, "Out"), "V26");
}

/// Given a Suspend inside an atomic scope, when it is checked, then it is an error. (SUS-3)
#[test]
fn c056_nothing_suspends_inside_an_atomic_scope() {
    let stops = |kind| transaction(vec![scope("work", kind, vec![suspend("stop", "\"why\"")])]);
    refused(&stops(atomic()), "V31");
    sound(&stops(long_running()));
}

/// Given a Throw of General Exception outside a catch block, when it is checked, then it is an error; inside one, it
/// rethrows. (THR-2)
#[test]
fn c057_general_exception_is_thrown_in_handlers_only() {
    refused(&started(vec![throw("again", "")]), "V34");
    sound(&started(vec![try_catch("work", vec![], "", vec![throw("again", "")])]));
}

/// Given a Compensate in the body of a transaction, when it is checked, then it is an error; in a catch block of the
/// same transaction it is accepted. (CMP-1)
#[test]
fn c058_compensation_is_asked_for_in_handlers_only() {
    let undo = || shape("undo it", ShapeKind::Compensate(Compensate { transaction: "Work".into() }));
    let work = |body: Block, handler: Block| {
        transaction(vec![scope_of("work", |s| {
            (s.transaction, s.transaction_id, s.body) = (long_running(), "Work".into(), body);
            s.catches.push(catch("failed", handler));
        })])
    };
    refused(&work(vec![undo()], vec![]), "V36");
    sound(&work(vec![], vec![undo()]));
}

/// Given a catch block on an atomic scope, or a compensation block on a scope without transaction, when it is checked,
/// then it is an error; the other way round both are accepted. (SCP-2, SCP-3)
#[test]
fn c059_handlers_fit_the_transaction_type() {
    let caught = |kind| {
        transaction(vec![scope_of("work", |s| {
            s.transaction = kind;
            s.catches.push(catch("failed", vec![]));
        })])
    };
    refused(&caught(atomic()), "V29");
    sound(&caught(Transaction::None));
    let undone = |kind| {
        transaction(vec![scope_of("work", |s| {
            s.transaction = kind;
            s.compensation = Some(compensation(vec![]));
        })])
    };
    refused(&undone(Transaction::None), "V29");
    sound(&undone(atomic()));
}

/// Given a long-running scope in an orchestration without transaction, when it is checked, then it is an error; in a
/// long-running one it is none. (TX6-1)
#[test]
fn c060_a_transaction_needs_one_around_it() {
    let body = || vec![scope("work", long_running(), vec![])];
    refused(&started(body()), "V27");
    sound(&transaction(body()));
}

/// Given an atomic scope with a transactional or synchronised scope inside, when it is checked, then it is an error; a
/// plain scope inside is none. Decision: an atomic scope is synchronised, so a synchronised scope inside it breaks the
/// rule too. (SCP-5, SCP-7)
#[test]
fn c061_nothing_transactional_stands_in_an_atomic_scope() {
    let holds = |inner: Shape| transaction(vec![scope("work", atomic(), vec![inner])]);
    refused(&holds(scope("inner", atomic(), vec![])), "V28");
    refused(&holds(scope("inner", long_running(), vec![])), "V28");
    refused(&holds(scope_of("inner", |s| s.synchronized = true)), "V28");
    sound(&holds(scope("inner", Transaction::None, vec![])));
}

/// Given an atomic scope with a request and its response, or with a receive that follows a set initialised inside, when
/// it is checked, then it is an error: what it sends leaves only when it ends. (ATM-7)
#[test]
fn c062_an_atomic_scope_does_not_wait_for_its_own_sends() {
    let asks = || vec![send("Ask", "M"), receive("Ask", "N").response()];
    refused(&transaction(vec![scope("work", atomic(), asks())]), "V30");
    sound(&transaction(vec![scope("work", long_running(), asks())]));
    let correlated = || (send("Out", "M").initializes("ById"), receive("In", "N").follows("ById"));
    let (first, second) = correlated();
    refused(&transaction(vec![scope("work", atomic(), vec![first, second])]), "V30");
    let (first, second) = correlated();
    sound(&transaction(vec![first, scope("work", atomic(), vec![second])]));
}

/// Given a scope that declares a variable named like one of the orchestration, when it is checked, then it is an
/// error. (SCP-4)
#[test]
fn c063_a_scope_hides_no_name() {
    let declares = |name: &str| {
        let variable =
            Variable { name: name.into(), variable_type: "System.Int32".into(), ..Default::default() };
        started(vec![scope_of("work", |s| s.variables.push(variable))])
    };
    refused(&declares("n"), "V33");
    sound(&declares("own"));
}

/// Given the exception object or a variable of another scope, when a text uses it, then that is an error that says where
/// it lives, and not a class without a script. (SCP-4)
#[test]
fn scp_4_what_another_scope_declares_is_out_of_scope() {
    let caught = |text: &str| {
        let own =
            Variable { name: "own".into(), variable_type: "System.String".into(), ..Default::default() };
        started(vec![
            try_catches("first", vec![], vec![("System.TimeoutException", vec![])]),
            scope_of("second", |s| s.variables.push(own)),
            try_catches("third", vec![], vec![("System.Exception", vec![expression("note", text)])]),
        ])
    };
    let writes = |value: &str| caught(&format!("System.Diagnostics.Debug.WriteLine({value});"));
    sound(&writes("ex0.Message"));
    for value in ["own.Length", "own.ToUpper()"] {
        let app = writes(value);
        silent(&app, "K03");
        let said = said(&app, "X05");
        assert!(said.iter().any(|said| said.contains("a variable of second")), "{said:?}");
    }
    let elsewhere = started(vec![
        try_catches("first", vec![], vec![("System.Exception", vec![])]),
        expression("note", "System.Diagnostics.Debug.WriteLine(ex0.Message);"),
    ]);
    silent(&elsewhere, "K03");
    let said = said(&elsewhere, "X05");
    assert!(said.iter().any(|said| said.contains("the exception object of first catch 0")), "{said:?}");
}

/// Given 22 scopes inside each other, when it is checked, then the innermost is an error; 21 are accepted. (SCP-5)
#[test]
fn c064_scopes_nest_21_deep() {
    let nested = |levels: usize| {
        let deep = (0..levels)
            .fold(vec![], |body, level| vec![scope(&format!("level {level}"), Transaction::None, body)]);
        started(deep)
    };
    refused(&nested(22), "V28");
    sound(&nested(21));
}

/// Given a fault with the message type of the response or of another fault, when it is checked, then it is an error.
/// (PT-6)
#[test]
fn c065_a_fault_has_a_type_of_its_own() {
    let faults = |types: &[&str]| {
        let mut app = started(vec![]).class("Refusal", &["Id"]);
        let fault = |(at, class): (usize, &&str)| Fault {
            name: format!("F{at}"),
            message_type: format!("T.{class}"),
            ..Fault::default()
        };
        let faults = types.iter().enumerate().map(fault).collect();
        let port_types = &mut app.0.modules.get_mut("O").unwrap().port_types;
        port_types.iter_mut().find(|t| t.name == "OServeType").unwrap().operations[0].faults = faults;
        app
    };
    refused(&faults(&["Order"]), "V41");
    refused(&faults(&["Refusal", "Refusal"]), "V41");
    sound(&faults(&["Refusal"]));
}

/// Given a shape that is not fully configured, when it is checked, then the shape itself is marked and nothing can be
/// made to run. (G-5)
#[test]
fn c066_an_unfinished_shape_is_marked_and_stops_the_build() {
    let unfinished = started(vec![send("Out", "").named("later")]);
    let found = findings::all(&unfinished.0);
    let marked = |id: &str| found.iter().any(|d| d.code == "V01" && d.place.id == Some(id.into()));
    assert!(marked("later"), "{found:#?}");
    assert!(Program::compile(&unfinished.0).is_err());
    assert!(Program::compile(&started(vec![send("Out", "M")]).0).is_ok());
}

/// An activate receive that initialises `ById` and `ByRegion`, changed, and a receive that follows these sets.
fn convoy(first: impl FnOnce(Shape) -> Shape, follows: &[&str], ordered: bool) -> App {
    let begin = first(activate("In", "M").initializes("ById").initializes("ByRegion"));
    let next = follows.iter().fold(receive("In", "N"), |shape, set| shape.follows(set));
    let mut orchestration = base("O", vec![begin, next]).set("ByRegion", &["Region"]);
    orchestration.o.ports[0].ordered_delivery = ordered;
    with(orchestration)
}

/// Given an activate receive with a filter, or followed on only some of its sets, on a port without ordered delivery,
/// when it is checked, then a warning says that no convoy is made of it, and the quick fix mends it; with ordered
/// delivery, or without the flaw, the convoy is found. (CVY-4, CVY-5, CVY-9)
#[test]
fn c127_a_broken_convoy_is_warned_of() {
    let rows = [("P.Region", FilterOperator::Equals, "\"north\"")];
    let both: &[&str] = &["ById", "ByRegion"];
    let filtered = |ordered| convoy(|first| first.filter(&rows), both, ordered);
    let partial = |ordered| convoy(|first| first, &["ById"], ordered);
    for broken in [filtered(false), partial(false)] {
        warned(&broken, "V19");
        let mut mended = broken.0.clone();
        let warning = findings::all(&broken.0).into_iter().find(|d| d.code == "V19").unwrap();
        warning.fixes[0].clone().apply(&mut mended).unwrap();
        silent(&App(mended), "V19");
    }
    for convoy in [filtered(true), partial(true), convoy(|first| first, both, false)] {
        silent(&convoy, "V19");
        assert_eq!(said(&convoy, "V20").len(), 1);
    }
}

/// Given two receives on one path that initialise the same set, or one in a loop, when it is checked, then it is an
/// error; on two branches of a Decide it is none. (COR-4)
#[test]
fn c128_a_set_is_initialised_once() {
    let set = |name: &str| send("Out", "M").initializes("ById").named(name);
    refused(&started(vec![set("one"), set("two")]), "V17");
    refused(&started(vec![while_loop("again", "n < 3", vec![set("one")])]), "V17");
    sound(&started(vec![decide("either", vec![("n == 1", vec![set("one")]), ("", vec![set("two")])])]));
}

/// Given a convoy on a set of four properties, when it is checked, then it is an error; of three it is none, and a set
/// of four outside of convoys is only a warning. (COR-5)
#[test]
fn c129_a_convoy_set_has_three_properties_at_most() {
    let with_set = |count: usize, first: Shape| {
        let names = ["Id", "Region", "Kind", "Day"];
        let orchestration =
            base("O", vec![first, receive("In", "N").follows("Wide")]).set("Wide", &names[..count]);
        app().class("Order", &names).orchestration(orchestration)
    };
    refused(&with_set(4, activate("In", "M").initializes("Wide")), "V21");
    sound(&with_set(3, activate("In", "M").initializes("Wide")));
    let mut correlated = with_set(4, activate("In", "M"));
    let body = &mut correlated.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap().body;
    body.insert(1, send("Out", "M").initializes("Wide"));
    warned(&correlated, "V21");
    sound(&correlated);
}

/// Given a Parallel Actions whose activate receives initialise different sets, when it is checked, then it is an error;
/// with the same set in every branch a parallel convoy is found. (CVY-20)
#[test]
fn c131_parallel_activation_initialises_the_same_sets() {
    let fork = |other: &str| {
        let branches = vec![
            vec![activate("In", "M").initializes("ById")],
            vec![activate("Box", "N").initializes(other)],
        ];
        with(base("O", vec![parallel("both", branches)]).set("ByRegion", &["Region"]))
    };
    refused(&fork("ByRegion"), "V22");
    sound(&fork("ById"));
    assert_eq!(said(&fork("ById"), "V20").len(), 1);
}

/// Given a catch block that reads a variable of its own scope, when it is checked, then it is an error; where
/// `succeeded` says that a transaction inside, which assigned it, has committed, it is none. (VIS-1)
#[test]
fn c172_a_handler_knows_variables_of_committed_transactions_only() {
    let reads = |text: &str| {
        let variable =
            Variable { name: "own".into(), variable_type: "System.Int32".into(), ..Default::default() };
        let inner = scope_of("step", |s| {
            (s.transaction, s.transaction_id) = (long_running(), "Step".into());
            s.body = vec![expression("set", "own = 1;")];
        });
        transaction(vec![scope_of("work", |s| {
            (s.transaction, s.body) = (long_running(), vec![inner]);
            s.variables.push(variable);
            s.catches.push(catch("failed", vec![expression("read", text)]));
        })])
    };
    refused(&reads("n = own;"), "V37");
    sound(&reads("if (succeeded(Step)) { n = own; }"));
    sound(&reads("own = 2; n = own;"));
}

/// Given a filter that compares a number property with a quoted value, or a string property with one without quotes,
/// when it is checked, then it is an error whose quick fix corrects the quotes. (RCV-8)
#[test]
fn c187_a_filter_constant_is_of_its_propertys_type() {
    let filtered = |property: &str, value: &str| {
        let first = activate("In", "M").filter(&[(property, FilterOperator::Equals, value)]);
        with(base("O", vec![first])).property("Count", "int")
    };
    for (property, wrong, right) in [("P.Count", "\"3\"", "3"), ("P.Id", "A1", "\"A1\"")] {
        sound(&filtered(property, right));
        let app = filtered(property, wrong);
        refused(&app, "V06");
        let fix = findings::all(&app.0).into_iter().find(|d| d.code == "V06").unwrap().fixes.remove(0);
        let mut mended = app.0.clone();
        let back = fix.apply(&mut mended).unwrap();
        assert_eq!(mended, filtered(property, right).0);
        back.apply(&mut mended).unwrap();
        assert_eq!(mended, app.0);
    }
    refused(&filtered("P.Count", "three"), "V06");
}
