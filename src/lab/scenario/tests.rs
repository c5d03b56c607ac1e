use super::*;
use crate::model::files::{decode, encode, from_ron, hello};

const GREETING: &str =
    r#"<Greeting xmlns="http://orchestrion.example/hello"><Name>{name}</Name><Text/></Greeting>"#;

fn application(scenario: &str) -> Application {
    let mut application = hello().unwrap();
    let vocabulary = format!(
        r#"(format: 1, content: (
            names: {{"Hello": "Hello.SayHello"}},
            messages: {{"greeting": (at: "Inbox", text: "{}", arguments: "{{name}}")}},
            places: {{"OUT": (from: Address("outbox/*"), show: ["{{/Greeting/Text}}"])}},
        ))"#,
        GREETING.replace('"', "\\\"")
    );
    application.vocabulary = from_ron("scenarios/vocabulary.ron", &vocabulary).unwrap();
    let text = format!("(format: 1, content: (name: \"Test\", {scenario}))");
    application.scenarios.clear();
    application.scenarios.insert("test".into(), from_ron("test", &text).unwrap());
    application
}

fn play(scenario: &str) -> Vec<String> {
    let application = application(scenario);
    match Prepared::new(&application, "test") {
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
        Ok(prepared) => prepared.play(&Options::default()).failures.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_scenario_submits_waits_and_expects() {
    let failures = play(
        r#"steps: [
            Submit("greeting Ana"),
            Repeat(times: 2, steps: [Submit("greeting B{i}")]),
            Expect(
                messages: {"OUT": ["Hello, Ana!", "Hello, B*", "*B2!"]},
                counts: {"OUT": 3, "OUT *B*": 2},
                values: {"OUT 1 /Greeting/Name": "Ana", "OUT [*B1!] /Greeting/Name": "B1", "OUT last": "*B2!*"},
                visited: {"Hello": ["Send reply", "Send reply", "Send reply"]},
                lengths: {"OUT 1 /Greeting/Name": 3},
                instances: {"Hello": "C*3"},
                suspended: [],
                events: {"instance.completed *SayHello": 3, "routing.failed": 0},
                subscriptions: {"*": []},
            ),
        ]"#,
    );
    assert_eq!(failures, [""; 0]);
}

#[test]
fn a_failure_names_file_step_and_difference() {
    let failures = play(
        r#"steps: [
            Submit("greeting Ana"),
            Expect(messages: {"OUT": ["Hello, Bob!"]}, instances: {"Hello": "CT"}),
            Submit("nonsense"),
        ]"#,
    );
    let [messages, instances] = &failures[..] else { panic!("{failures:?}") };
    assert!(messages.contains("scenarios/test.scenario.ron › step 2 Expect"), "{messages}");
    assert!(messages.contains("\n  - Hello, Bob!\n  + Hello, Ana!"), "{messages}");
    assert!(instances.contains("\n  - CT\n  + C"), "{instances}");
}

#[test]
fn words_that_are_not_known_are_errors_with_a_suggestion() {
    let one = |steps: &str| play(&format!("steps: [{steps}]")).join("\n");
    assert!(one(r#"Submit("greting Ana")"#).contains("Did you mean `greeting`"));
    assert!(one(r#"Submit("greeting")"#).contains("Write: greeting {name}"));
    assert!(one(r#"Advance("soon")"#).contains("no span of time"));
    assert!(one(r#"Partner("Nobody", Stop)"#).contains("no partner"));
    assert!(one(r#"Instance("Hello", 1, Suspend)"#).contains("only 0"));
    assert!(one(r#"Expect(messages: {"IN": []})"#).contains("no place"));
    let edit = r#"set_up: (edits: [(file: "bindings.ron", replace: "nowhere", by: "")]), steps: []"#;
    assert!(play(edit).join("\n").contains("does not contain"));
}

#[test]
fn a_set_up_changes_the_application_for_its_scenario_only() {
    let failures = play(
        r#"set_up: (
            send_ports: {"SendGreetings": (retry_count: 0)},
            edits: [(file: "bindings.ron", replace: "outbox/", by: "elsewhere/")],
        ),
        steps: [
            Fail("elsewhere/%MessageID%.xml", "disk full"),
            Submit("greeting Ana"),
            Expect(messages: {"OUT": []}, suspended: ["SendGreetings resumable *disk full*"]),
            Heal("elsewhere/%MessageID%.xml"),
            Instance("SendGreetings", 1, Resume),
            Restart,
            Expect(suspended: [], instances: {"SendGreetings": "C", "Hello": "C"}),
        ]"#,
    );
    assert_eq!(failures, [""; 0]);
}

#[test]
fn an_instance_stands_at_a_breakpoint_until_it_continues() {
    let failures = play(
        r#"steps: [
            Breakpoint("Hello", "Send reply", true),
            Submit("greeting Ana"),
            Expect(messages: {"OUT": []}, standing_at: {"Hello": ["Send reply"]}, events: {"breakpoint.hit": 1}),
            Instance("Hello", 1, Continue),
            CrashHost,
            Expect(messages: {"OUT": ["Hello, Ana!"]}, instances: {"Hello": "C"}),
        ]"#,
    );
    assert_eq!(failures, [""; 0]);
    let nowhere = play(r#"steps: [Breakpoint("Hello", "Send replies", true)]"#).join("\n");
    assert!(nowhere.contains("Did you mean `Send reply`"), "{nowhere}");
}

#[test]
fn rows_of_the_sql_adapter_are_expected_like_messages() {
    let mut application = application(
        r#"set_up: (edits: [
            (file: "bindings.ron", replace: "outbox/%MessageID%.xml", by: "sql://greetings.db/Greetings"),
            (file: "bindings.ron", replace: "\"FILE\"", by: "\"SQL\""),
            (
                file: "bindings.ron",
                replace: "retry_count: 3,",
                by: "retry_count: 3, properties: {\"Create\": \"CREATE TABLE IF NOT EXISTS Greetings (Name, Text)\"},",
            ),
        ]),
        steps: [
            Expect(tables: {"GREETINGS": []}),
            Submit("greeting Ana"),
            Restart,
            Expect(tables: {"GREETINGS": ["Ana Hello, Ana!"]}, events: {"port.sent": 1}),
            Fail("sql://*", "no disk"),
            Submit("greeting Bob"),
            Expect(tables: {"GREETINGS": ["Ana *"]}),
            Heal("sql://*"),
            Advance("5 min"),
            Expect(tables: {"GREETINGS": ["Ana *", "Bob *"]}),
        ]"#,
    );
    let table = |database: &str| crate::model::ObservedTable {
        database: database.into(),
        query: "SELECT Name, Text FROM Greetings".into(),
    };
    application.vocabulary.tables.insert("GREETINGS".into(), table("sql://greetings.db"));
    let play = |application: &Application| {
        Prepared::new(application, "test").unwrap().play(&Options::default()).failures
    };
    assert_eq!(play(&application), []);
    application.vocabulary.tables.insert("GREETINGS".into(), table("sql://greeting.db"));
    assert!(play(&application)[0].message.contains("no send port sends to sql://greeting.db"));
}

#[test]
fn a_message_can_be_published_by_hand() {
    let publish = |properties: &str| {
        let text = GREETING.replace("{name}", "Ana").replace('"', "\\\"");
        format!("SubmitMessage(text: \"{text}\", part: \"Body\", properties: {properties})")
    };
    let steps = format!(
        "steps: [{}, {}, Expect(counts: {{\"OUT\": 1}}, events: {{\"routing.failed\": 1, \"message.published * operator\": 2}})]",
        publish("{}"),
        publish(r#"{"BTS.ReceivePortID": "ReceiveGreetings"}"#),
    );
    assert_eq!(play(&steps), [""; 0]);
}

#[test]
fn scenarios_are_files_that_read_back_the_same() {
    let application = application(
        r#"description: "All", one_schedule: true, set_up: (configuration: {"a": "b"}),
        steps: [
            Settle, Advance("1 h"), AdvanceTo("2 h"), Take(3), Restart,
            SubmitMessage(at: "Inbox", text: "<a/>"),
            Partner("P", Answer(when: "a*", outcome: "x", times: 2)),
            Partner("P", Remember(key: "k", values: {"a": "b"})),
            Instance("Hello", 1, Terminate), Orchestration("Hello", Bound), SendPort("SendGreetings", Stopped),
            Repeat(times: 2, steps: [Fail("a", "b"), Heal("a")]),
            Expect(standing_at: {"Hello": []}, suspended: [], unordered: ["Hello"]),
        ]"#,
    );
    let tree = encode(&application).unwrap();
    assert!(
        tree.contains_key("scenarios/test.scenario.ron") && tree.contains_key("scenarios/vocabulary.ron")
    );
    let (read, warnings) = decode(&tree).unwrap();
    assert_eq!((read == application, warnings), (true, Vec::new()));
}

#[test]
fn every_seed_and_every_restore_lead_to_the_same_expectations() {
    let application = application(
        r#"steps: [
            Submit("greeting Ana"), Submit("greeting Bob"),
            Expect(messages: {"OUT": ["Hello, Ana!", "Hello, Bob!"]}, unordered: ["OUT"]),
        ]"#,
    );
    let options = Options { seed: 0, restore_everywhere: true };
    let suite = Suite { seeds: 20, options, ..Suite::default() };
    let mut told = 0;
    let (outcomes, coverage) = play_all(&application, &suite, &mut |_| {
        told += 1;
        true
    })
    .unwrap();
    assert!(outcomes[0].failures.is_empty(), "{:?}", outcomes[0].failures);
    assert_eq!((outcomes[0].runs, told), (21, 1));
    let (_, hello) = coverage.services().next().unwrap();
    assert_eq!(hello.shapes().0, hello.shapes().1);
    assert_eq!(hello.missed().count(), 0);
}

#[test]
fn who_has_seen_enough_is_told_no_more() {
    let mut application = application(r#"steps: [Submit("greeting Ana")]"#);
    let one = application.scenarios.values().next().unwrap().clone();
    for n in 0..4 {
        application.scenarios.insert(format!("more-{n}"), one.clone());
    }
    let mut told = 0;
    play_all(&application, &Suite::default(), &mut |_| {
        told += 1;
        told < 2
    })
    .unwrap();
    assert_eq!(told, 2);
}
