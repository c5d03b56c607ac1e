//! A scenario and a vocabulary that use every property.

use orchestrion::model::*;
use std::collections::BTreeMap;

fn named<T>(name: &str, value: T) -> BTreeMap<String, T> {
    BTreeMap::from([(name.to_owned(), value)])
}

fn text(name: &str, value: &str) -> BTreeMap<String, String> {
    named(name, value.to_owned())
}

fn set_up() -> SetUp {
    let port = SendPortSetUp {
        state: Some(PortState::Stopped),
        retry_count: Some(1),
        retry_interval: Some(2),
        address: Some("queue://b".into()),
    };
    SetUp {
        configuration: text("key", "value"),
        send_ports: named("Out", port),
        send_port_groups: named("Group", PortState::Bound),
        orchestrations: named("Order", ServiceState::Bound),
        receive_locations: named("In", false),
        copies: text("schemas/B.xsd", "schemas/A.xsd"),
        edits: vec![TextEdit { file: "bindings.ron".into(), replace: "\"a\"".into(), by: "\n".into() }],
    }
}

fn template() -> MessageTemplate {
    MessageTemplate {
        at: "In".into(),
        text: "<a>{n}</a>".into(),
        arguments: "{a}/{b}".into(),
        fields: text("c", "1"),
        properties: text("Schema.Property", "x"),
        part: "Body".into(),
        other_parts: text("More", "<b/>"),
    }
}

pub fn vocabulary() -> Vocabulary {
    let from = Observed::Published { orchestration: "O".into(), port: "P".into() };
    Vocabulary {
        names: text("O", "Order"),
        messages: named("order", template()),
        places: [
            ("OUT".into(), ObservedPlace { from: Observed::Address("queue://*".into()), show: Vec::new() }),
            ("P".into(), ObservedPlace { from, show: vec!["{/a}".into()] }),
        ]
        .into(),
        tables: named("Log", ObservedTable { database: "sql://a.db".into(), query: "SELECT 1".into() }),
        set_up: set_up(),
        steps: vec![Step::Settle],
    }
}

fn controls() -> Vec<PartnerControl> {
    use PartnerControl as C;
    vec![
        C::Start,
        C::Stop,
        C::Delay("1 s".into()),
        C::DelayBetween("1 s".into(), "2 s".into()),
        C::Lose(true),
        C::Corrupt(true),
        C::Answer { when: "*".into(), outcome: "no".into(), times: 1 },
        C::Block("a".into()),
        C::Release,
        C::Remember { key: "k".into(), values: text("a", "b") },
    ]
}

fn expectation() -> Expectation {
    Expectation {
        messages: named("OUT", vec!["a".into()]),
        values: text("OUT 1 /a", "1"),
        lengths: named("OUT 1 /a", 1),
        counts: named("OUT", 1),
        instances: text("O", "C*2"),
        standing_at: named("O", vec!["Receive".into()]),
        suspended: Some(Vec::new()),
        log: named("Source", vec!["E *".into()]),
        partners: named("Echo", Vec::new()),
        totals: named("Echo", 1),
        tables: named("Log", vec!["1".into()]),
        activities: named("Orders", vec!["Received; ".into()]),
        events: named("routing.failed", 0),
        subscriptions: named("*", Vec::new()),
        visited: named("O", vec!["Receive".into()]),
        unordered: vec!["OUT".into()],
    }
}

pub fn scenario() -> Scenario {
    let mut steps: Vec<_> =
        controls().into_iter().map(|control| Step::Partner("Echo".into(), control)).collect();
    use InstanceAct as A;
    let acts = [A::Suspend, A::Resume, A::Terminate, A::Continue, A::ResumeInDebug];
    steps.extend(acts.map(|act| Step::Instance("O".into(), 1, act)));
    steps.extend([
        Step::Submit("order 1/2".into()),
        Step::SubmitMessage(template()),
        Step::Settle,
        Step::Advance("1 s".into()),
        Step::AdvanceTo("1 h".into()),
        Step::Take(1),
        Step::Fail("queue://a".into(), "down".into()),
        Step::Heal("queue://a".into()),
        Step::Orchestration("O".into(), ServiceState::Stopped),
        Step::SendPort("Out".into(), PortState::Started),
        Step::SendPortGroup("Group".into(), PortState::Started),
        Step::ReceiveLocation("In".into(), true),
        Step::Configure("key".into(), "value".into()),
        Step::Breakpoint("O".into(), "Shape".into(), true),
        Step::ConfigurationStore(false),
        Step::Restart,
        Step::RestartHost,
        Step::CrashHost,
        Step::Repeat { times: 2, steps: vec![Step::Settle] },
        Step::Expect(Box::new(expectation())),
    ]);
    Scenario {
        name: "First".into(),
        description: "Text".into(),
        set_up: set_up(),
        one_schedule: true,
        alone: true,
        steps,
    }
}

pub fn rules() -> PartnerRules {
    let rule = PartnerRule {
        when: text("/a/b", "c"),
        log: "did {/a/b}".into(),
        remember: text("known", "{/a/c}"),
        reply: "<r>{known}</r>".into(),
        first_replies: vec!["<busy/>".into()],
        asks_person: true,
        operation: "Ask".into(),
        properties: text("MQSeries.BizTalk_CorrelationID", "1"),
    };
    PartnerRules {
        at: "queue://a".into(),
        to: "queue://b".into(),
        key: "{/a/key}".into(),
        values: text("known", "nothing"),
        rules: vec![rule],
        outcomes: [
            ("no".into(), PartnerOutcome::Values(text("known", "no"))),
            ("down".into(), PartnerOutcome::Error("down".into())),
        ]
        .into(),
        delay_ms: 3,
        takes: Some(DrawnTime::Between(1, 2)),
        fails_percent: 5,
        fails_with: "down".into(),
    }
}
