//! Call Rules: policies, their versions, how rules fire, and what a call does to what it is given.

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::diagnostic::Severity;
use orchestrion::engine::EventKind;
use orchestrion::model::*;
use orchestrion::program::Program;

/// A rule that fires when `condition` holds and runs `actions`.
fn rule(name: &str, priority: i32, condition: &str, actions: Vec<PolicyAction>) -> PolicyRule {
    PolicyRule { name: name.into(), priority, condition: condition.into(), actions, ..Default::default() }
}

fn set(text: &str) -> PolicyAction {
    PolicyAction::Set(text.into())
}

fn assert(fact: &str, value: &str) -> PolicyAction {
    PolicyAction::Assert { fact: fact.into(), value: value.into() }
}

/// Deployed version 1.0 over the message `Order` and the number `Total`.
fn version(rules: Vec<PolicyRule>) -> PolicyVersion {
    let parameter =
        |name: &str, fact_type: &str| PolicyParameter { name: name.into(), fact_type: fact_type.into() };
    PolicyVersion {
        major: 1,
        parameters: vec![parameter("Order", "T.Order"), parameter("Total", "System.Int32")],
        rules,
        ..Default::default()
    }
}

fn fact(name: &str, fact_type: &str, initial: Option<&str>) -> PolicyFact {
    PolicyFact { name: name.into(), fact_type: fact_type.into(), initial_value: initial.map(Into::into) }
}

fn call_rules() -> Shape {
    let part = |name: &str| PartRef { message: name.into(), part: String::new() };
    let kind = CallRules {
        policy: "Discount".into(),
        parameters: vec![part("M"), part("total")],
        ..Default::default()
    };
    shape("discount", ShapeKind::CallRules(kind))
}

/// An orchestration that takes an Order, calls the policy, and sends what came of it with the total as its Note.
fn application(versions: Vec<PolicyVersion>, after: Block) -> App {
    let mut app = app()
        .class("Order", &["Id", "Grade", "Note"])
        .property("Extra", "string")
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .orchestration(
            orch("Ruled")
                .port("In", Polarity::Implements, "Order", Binding::SpecifyLater)
                .port("Out", Polarity::Uses, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .message("N", "Order")
                .variable("total", "System.Int32", "100")
                .variable("seen", "System.String", "")
                .body([vec![activate("In", "M")], after].concat()),
        )
        .bind("Ruled", "In", PortBinding::ReceivePort("R".into()))
        .bind("Ruled", "Out", PortBinding::SendPort("S".into()));
    let policy = Policy { name: "Discount".into(), versions, ..Default::default() };
    app.0.policies.insert("Discount".into(), policy);
    app
}

/// Calls the policy for one order; gives the body sent and the names of the rules that fired.
fn run(versions: Vec<PolicyVersion>) -> (String, Vec<String>) {
    let told = "N = M; N.Note = M.Note + \" \" + System.Convert.ToString(total);";
    let mut world =
        World::new(application(versions, vec![call_rules(), construct("N", told), send("Out", "N")]));
    world.receive("R", &xml("Order", &[("Id", "7"), ("Grade", "gold"), ("Note", "-")]));
    assert_eq!(world.exceptions(), [""; 0]);
    (world.sent("S").concat(), fired(&world))
}

fn fired(world: &World) -> Vec<String> {
    let rules = world.events.iter().filter_map(|e| match &e.kind {
        EventKind::RuleFired { policy, rule, .. } => Some(format!("{rule} of {policy}")),
        _ => None,
    });
    rules.collect()
}

/// A policy is given messages and .NET variables by its parameters: rules compare fields with values of .NET types
/// and set fields and variables, and the orchestration goes on with what they set (RUL-1).
#[test]
fn rul1_rules_read_and_set_messages_and_variables() {
    let rules = vec![
        rule(
            "gold",
            0,
            "Order.Grade == \"gold\" && Total >= 100",
            vec![set("Total = Total - 10; Order.Note = \"less\";")],
        ),
        rule("silver", 0, "Order.Grade == \"silver\"", vec![set("Total = 0;")]),
        rule(
            "by path",
            0,
            "xpath(Order, \"string(//*[local-name()='Id'])\") == \"8\"",
            vec![set("Total = 1;")],
        ),
    ];
    let (sent, fired) = run(vec![version(rules)]);
    assert!(sent.contains("<Note>less 90</Note>"), "{sent}");
    assert_eq!(fired, ["gold of Discount 1.0"]);
}

/// Rules that hold go on the agenda together: the higher priority fires first, equal ones in the order written, and
/// one that no longer holds because of a mere assignment fires all the same (RUL-1). Decision: as in the rule
/// engine of BizTalk, assignments do not evaluate rules again; Assert, Update and Retract do.
#[test]
fn rul1_the_agenda_goes_by_priority() {
    let note =
        |name: &str| vec![set(&format!("Order.Note = Order.Note + \"{name}\"; Order.Grade = \"none\";"))];
    let gold = "Order.Grade == \"gold\"";
    let mut off = rule("off", 99, "", note("off"));
    off.active = false;
    let rules =
        vec![rule("b", 1, gold, note("b")), rule("c", 1, gold, note("c")), rule("a", 7, "", note("a")), off];
    let (sent, fired) = run(vec![version(rules)]);
    assert!(sent.contains("<Note>-abc 100</Note>"), "{sent}");
    assert_eq!(fired, ["a of Discount 1.0", "b of Discount 1.0", "c of Discount 1.0"]);
}

/// A rule over a fact that nobody asserted does not hold; once a rule asserts it, it does, and an update of a
/// parameter evaluates the rules over it again, one that has fired among them (RUL-1).
#[test]
fn rul1_asserted_and_updated_facts_set_off_other_rules() {
    let rules = vec![
        rule(
            "regular",
            9,
            "Rate == 5",
            vec![set("Order.Note = \"rated\";"), PolicyAction::Update("Order".into())],
        ),
        rule("count", 5, "Total > 97", vec![set("Total = Total - 1;"), PolicyAction::Update("Total".into())]),
        rule(
            "rate",
            1,
            "Order.Grade == \"gold\"",
            vec![assert("Rate", "2 + 3"), set("Order.Grade = \"used\";")],
        ),
        rule("noted", 0, "Order.Note == \"rated\"", vec![set("Order.Note = \"noted\";")]),
    ];
    let facts = vec![fact("Rate", "System.Int32", None)];
    let (sent, fired) = run(vec![PolicyVersion { facts, ..version(rules) }]);
    assert!(sent.contains("<Note>noted 97</Note>"), "{sent}");
    let names: Vec<&str> = fired.iter().filter_map(|f| f.split(" of ").next()).collect();
    assert_eq!(names, ["count", "count", "count", "rate", "regular", "noted"]);
}

/// Retract takes a fact out of the working memory, so that a rule over it that was to fire does not; Halt ends the
/// run with rules still on the agenda (RUL-1).
#[test]
fn rul1_retract_and_halt_empty_the_agenda() {
    let rules = vec![
        rule("retract", 9, "", vec![PolicyAction::Retract("Rate".into())]),
        rule("rated", 5, "Rate == 5", vec![set("Total = 1;")]),
        rule("halt", 3, "", vec![set("Total = 2;"), PolicyAction::Halt]),
        rule("late", 1, "", vec![set("Total = 3;")]),
    ];
    let facts = vec![fact("Rate", "System.Int32", Some("5"))];
    let (sent, fired) = run(vec![PolicyVersion { facts, ..version(rules) }]);
    assert!(sent.contains("<Note>- 2</Note>"), "{sent}");
    assert_eq!(fired, ["retract of Discount 1.0", "halt of Discount 1.0"]);
}

/// The latest deployed version runs, while the drawing is checked against the latest saved one: a newer version
/// that is not deployed does not run, and when it takes other parameters the checker says so (RUL-2).
#[test]
fn rul2_the_latest_deployed_version_runs() {
    let numbered = |major, minor, state| PolicyVersion {
        major,
        minor,
        state,
        ..version(vec![rule("only", 0, "", vec![set(&format!("Total = {major}{minor};"))])])
    };
    let versions = vec![
        numbered(1, 2, PolicyState::Deployed),
        numbered(1, 9, PolicyState::Deployed),
        numbered(2, 0, PolicyState::Published),
    ];
    let (sent, fired) = run(versions.clone());
    assert!(sent.contains("<Note>- 19</Note>"), "{sent}");
    assert_eq!(fired, ["only of Discount 1.9"]);

    let mut newer = versions;
    newer[2].parameters.push(PolicyParameter { name: "Rate".into(), fact_type: "System.Int32".into() });
    let found = Program::diagnose(&application(newer, vec![call_rules()]).0);
    let error = found.iter().find(|d| d.severity == Severity::Error).expect("an error");
    assert!(error.message.contains("the policy takes 3"), "{error}");
}

/// A message that was a parameter is constructed anew: it has another identity and no context, while its content
/// is what the rules made of it (RUL-3). Decision: this holds for every message passed, changed or not, as BizTalk
/// constructs each of them.
#[test]
fn rul3_a_message_parameter_loses_its_context() {
    let seen = "seen = \"no\"; if (BTS.ReceivePortName exists M) { seen = \"yes\"; } System.Diagnostics.Debug.WriteLine(seen);";
    let body = vec![expression("before", seen), call_rules(), expression("after", seen), send("Out", "M")];
    let mut world = World::new(application(vec![version(vec![])], body));
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let constructed: Vec<_> = world
        .events
        .iter()
        .filter_map(|e| match &e.kind {
            EventKind::MessageConstructed { message, .. } => Some(message.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(constructed.len(), 1);
    assert_ne!(constructed[0].id, world.published()[0].id);
    assert_eq!(text(&constructed[0], "BTS.ReceivePortName"), None);
    assert_eq!(text(&constructed[0], "P.Id"), None);
    assert_eq!(world.logged(), ["yes", "no"]);
    assert!(world.sent("S").concat().contains("<Id>7</Id>"), "content stays");
    assert_eq!(text(world.published()[1], "P.Id").as_deref(), Some("7"), "a send promotes again");
}

/// What fails in a rule, and a policy of which nothing is deployed, surface as an exception that a scope around the
/// shape catches; the message and variables stay as they were before the call (RUL-4).
#[test]
fn rul4_errors_of_the_engine_can_be_caught() {
    let failing = version(vec![rule("half", 0, "", vec![set("Total = 5; Total = Total / (Total - 5);")])]);
    let undeployed = PolicyVersion { state: PolicyState::Published, ..version(vec![]) };
    for (case, reason) in
        [(failing, "The rule half of Discount 1.0 failed: System.DivideByZero"), (undeployed, "No version")]
    {
        let caught = try_catch(
            "guard",
            vec![call_rules()],
            "System.Exception",
            vec![expression(
                "told",
                "System.Diagnostics.Debug.WriteLine(ex.Message + System.Convert.ToString(total));",
            )],
        );
        let mut world = World::new(application(vec![case], vec![caught]));
        world.receive("R", &xml("Order", &[("Id", "7")]));
        let logged = world.logged().concat();
        assert!(logged.starts_with(reason) && logged.ends_with("100"), "{logged}");
        assert!(world.exceptions()[0].starts_with("Microsoft.RuleEngine.PolicyExecutionException"));
    }
}

/// Rules that set each other off without end are stopped by a limit; the exception names the policy and the rule
/// that was to fire next, and the host goes on (RUL-4).
#[test]
fn rul4_rules_without_end_are_stopped() {
    let again = rule("again", 0, "Total >= 0", vec![PolicyAction::Update("Total".into())]);
    let mut world = World::new(application(vec![version(vec![again])], vec![call_rules()]));
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let stopped = world.only("Ruled");
    let reason = stopped.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("Discount 1.0") && reason.contains("again"), "{reason}");
}

/// Unknown facts, types, policies and wrong values are found before the run, each with its place in the file of the
/// policy or at the shape (RUL-1).
#[test]
fn rul1_mistakes_in_a_policy_are_diagnostics() {
    let found = |rules| Program::diagnose(&application(vec![version(rules)], vec![call_rules()]).0);
    assert_eq!(found(vec![]).iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    for (condition, actions, part) in [
        ("Order.Grad == \"gold\"", vec![], "Grad"),
        ("Totl > 1", vec![], "Totl"),
        ("Total", vec![], "Boolean"),
        ("Total > \"x\"", vec![], ">"),
        ("", vec![set("Total = \"x\";")], "Int32"),
        ("", vec![PolicyAction::Update("Ordr".into())], "Ordr"),
        ("", vec![assert("Total", "\"x\"")], "Int32"),
        ("", vec![assert("Order", "1")], "Order"),
    ] {
        let found = found(vec![rule("r", 0, condition, actions)]);
        let [only] = found.as_slice() else { panic!("{condition}: {found:?}") };
        assert!(only.to_string().contains(part) && !only.help.is_empty(), "{only}");
        assert_eq!(only.place.file, "rules/Discount.rules.ron");
    }
    let mut app = application(vec![version(vec![])], vec![call_rules()]);
    app.0.policies.get_mut("Discount").unwrap().versions[0].parameters[0].fact_type = "T.Ordr".into();
    assert!(Program::diagnose(&app.0).iter().any(|d| d.message.contains("T.Ordr")));
    app.0.policies.clear();
    let found = Program::diagnose(&app.0);
    assert!(found.iter().any(|d| d.code == "V01" && d.place.property == "policy"), "{found:?}");
}
