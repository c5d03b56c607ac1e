use super::*;
use crate::model::{Partner, PartnerOutcome, PartnerRule, PartnerRules, ReceiveLocation, ReceivePort};

fn partner(name: &str, behavior: PartnerBehavior) -> Partner {
    Partner { name: name.into(), description: String::new(), behavior }
}

fn partners(list: Vec<Partner>) -> Partners {
    let mut application = Application { partners: list, ..Application::default() };
    application.bindings.receive_ports.push(ReceivePort {
        name: "Replies".into(),
        locations: vec![ReceiveLocation {
            name: "RepliesQueue".into(),
            transport: "QUEUE".into(),
            address: "queue://From".into(),
            enabled: true,
            ..ReceiveLocation::default()
        }],
        ..ReceivePort::default()
    });
    Partners::new(&application, 1, DateTime(0))
}

fn sent(id: u64, address: &str, body: &str, two_way: bool) -> Transmission {
    Transmission {
        id: TransmissionId(id),
        port: Name::new("Port"),
        transport: "QUEUE".into(),
        address: address.into(),
        body: body.as_bytes().into(),
        message: Arc::new(crate::message::Message::single(Name::new("body"), Arc::default())),
        message_guid: uuid::Uuid::nil(),
        two_way,
        properties: Vec::new(),
    }
}

fn ms(ms: i64) -> DateTime {
    DateTime(0).plus(TimeSpan::from_millis(ms))
}

fn received(body: &str) -> Option<Action> {
    let location = Name::new("RepliesQueue");
    Some(Action::Receive { location, body: body.as_bytes().into(), properties: Vec::new() })
}

fn echo() -> Partner {
    let (from, to) = ("queue://To".into(), "queue://From".into());
    partner("Facilities", PartnerBehavior::Echo { from, to, delay_ms: 5000 })
}

#[test]
fn an_echo_returns_the_message_after_its_delay() {
    let mut partners = partners(vec![echo()]);
    partners.deliver(ms(100), &sent(1, r"MSMQ://FORMATNAME:DIRECT=OS:.\private$\To", "<a/>", false));
    assert_eq!(partners.next_action(ms(5099)), None);
    assert_eq!(partners.next_due(), Some(ms(5100)));
    assert_eq!(partners.next_action(ms(6000)), received("<a/>"));
    assert_eq!(partners.next_action(ms(9000)), None);
}

#[test]
fn a_stopped_partner_leaves_its_queue_and_reads_it_in_order_when_started() {
    let mut partners = partners(vec![echo()]);
    assert!(partners.set_running("Facilities", false));
    partners.deliver(ms(0), &sent(1, "queue://To", "<a/>", false));
    partners.deliver(ms(0), &sent(2, "queue://To", "<b/>", false));
    assert_eq!(partners.next_action(ms(60_000)), None);
    assert_eq!(partners.queued("queue://To"), 2);
    assert!(partners.set_running("Facilities", true));
    assert_eq!(partners.next_action(ms(65_000)), received("<a/>"));
    assert_eq!(partners.next_action(ms(65_000)), received("<b/>"));
    assert_eq!(partners.queued("queue://To"), 0);
    assert!(!partners.set_running("Nobody", true));
}

#[test]
fn a_reply_is_filled_from_the_request() {
    let behavior = PartnerBehavior::Reply {
        at: "queue://Rates".into(),
        reply: "<Rate for='{/Ask/Customer}' n='{/Ask/@n}'>{/Ask/None}1</Rate>".into(),
        delay_ms: 10,
    };
    let mut partners = partners(vec![partner("Rates", behavior)]);
    let request =
        sent(7, "queue://Rates", "<x:Ask xmlns:x='u' n='2'><Customer>A &amp; B</Customer></x:Ask>", true);
    assert!(partners.plays(&request));
    partners.deliver(ms(0), &request);
    let Some(Action::Respond { id, body }) = partners.next_action(ms(10)) else { panic!("no reply") };
    assert_eq!((id, &*body), (TransmissionId(7), "<Rate for='A &amp; B' n='2'>1</Rate>".as_bytes()));
}

#[test]
fn a_submitter_goes_round_its_messages_and_ends_with_its_count() {
    let behavior = PartnerBehavior::Submit {
        to: "queue://From".into(),
        messages: vec!["a{n}".into(), "b{n}/{round}".into()],
        every_ms: 1000,
        count: 4,
    };
    let mut partners = partners(vec![partner("Requester", behavior)]);
    let bodies: Vec<_> = (0..10)
        .filter_map(|second| match partners.next_action(ms(second * 1000)) {
            Some(Action::Receive { body, .. }) => Some(String::from_utf8_lossy(&body).into_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(bodies, ["a1", "b2/1", "a3", "b4/2"]);
}

#[test]
fn guids_are_fresh_within_a_run_and_the_same_for_the_same_seed() {
    let behavior = PartnerBehavior::Submit {
        to: "queue://From".into(),
        messages: vec!["{guid}".into()],
        every_ms: 1,
        count: 2,
    };
    let run = || {
        let mut partners = partners(vec![partner("Requester", behavior.clone())]);
        [partners.next_action(ms(5)), partners.next_action(ms(5))]
    };
    let [first, second] = run();
    assert_ne!(first, second);
    assert_eq!([first, second], run());
}

#[test]
fn a_disabled_location_leaves_its_queue_alone() {
    let mut partners = partners(Vec::new());
    let location = Name::new("RepliesQueue");
    assert!(partners.set_location_enabled(location, false));
    partners.deliver(ms(0), &sent(1, "queue://From", "<a/>", false));
    assert_eq!(partners.next_action(ms(1)), None);
    partners.set_location_enabled(location, true);
    assert_eq!(partners.next_action(ms(1)), received("<a/>"));
}

fn text(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Remembers what each customer was given last.
fn provisioning() -> Partners {
    let rule = |action: &str, log: &str, remember: &[(&str, &str)]| PartnerRule {
        when: text(&[("/Ask/Do", action)]),
        log: log.into(),
        remember: text(remember),
        reply: "<R status='{status}'>{service}</R>".into(),
    };
    let rules = PartnerRules {
        at: "queue://Ask".into(),
        key: "{/Ask/Who}".into(),
        values: text(&[("service", "STANDARD"), ("status", "OK")]),
        rules: vec![
            rule("Get", "Get {service}", &[]),
            rule("Set", "Set {/Ask/What}", &[("service", "{/Ask/What}")]),
        ],
        outcomes: [
            ("refused".into(), PartnerOutcome::Values(text(&[("status", "NO")]))),
            ("down".into(), PartnerOutcome::Error("not there".into())),
        ]
        .into(),
        ..PartnerRules::default()
    };
    partners(vec![partner("Provisioning", PartnerBehavior::Rules(rules))])
}

fn ask(partners: &mut Partners, id: u64, action: &str, who: &str, what: &str) {
    let body = format!("<Ask><Do>{action}</Do><Who>{who}</Who><What>{what}</What></Ask>");
    partners.deliver(ms(0), &sent(id, "queue://Ask", &body, true));
}

fn answer(partners: &mut Partners) -> Option<Result<String, String>> {
    partners.next_action(ms(1)).map(|action| match action {
        Action::Respond { body, .. } => Ok(String::from_utf8_lossy(&body).into_owned()),
        Action::Fail { error, .. } => Err(error),
        Action::Receive { .. } => panic!("nothing was submitted"),
    })
}

#[test]
fn a_partner_with_rules_remembers_by_key_and_keeps_a_log() {
    let mut partners = provisioning();
    ask(&mut partners, 1, "Set", "7", "DELUXE");
    ask(&mut partners, 2, "Get", "7", "");
    ask(&mut partners, 3, "Get", "8", "");
    let answers: Vec<_> = std::iter::from_fn(|| answer(&mut partners)).map(Result::unwrap).collect();
    let reply = |service: &str| format!("<R status='OK'>{service}</R>");
    assert_eq!(answers, ["DELUXE", "DELUXE", "STANDARD"].map(reply));
    assert_eq!(partners.states()[0].log, ["Set DELUXE", "Get DELUXE", "Get STANDARD"]);
    assert!(partners.remember("Provisioning", "8", &text(&[("service", "DELUXE")])));
    ask(&mut partners, 4, "Get", "8", "");
    assert_eq!(answer(&mut partners), Some(Ok(reply("DELUXE"))));
    ask(&mut partners, 5, "Sing", "8", "");
    assert!(answer(&mut partners).unwrap().unwrap_err().contains("no rule of the partner Provisioning"));
}

#[test]
fn wished_outcomes_come_in_their_order_and_change_nothing_it_remembers() {
    let mut partners = provisioning();
    assert!(partners.set_answers("Provisioning", "Set*", "refused", 1));
    assert!(partners.set_answers("Provisioning", "Set*", "down", 2));
    assert!(!partners.set_answers("Provisioning", "*", "sulking", 1), "an outcome it does not have");
    for id in 0..4 {
        ask(&mut partners, id, "Set", "7", "DELUXE");
    }
    let answers: Vec<_> = std::iter::from_fn(|| answer(&mut partners)).collect();
    let down = || Err("not there".to_owned());
    let expected =
        [Ok("<R status='NO'>STANDARD</R>".into()), down(), down(), Ok("<R status='OK'>DELUXE</R>".into())];
    assert_eq!(answers, expected);
    assert_eq!(partners.states()[0].log[..2], ["Set DELUXE (refused)", "Set DELUXE (down)"]);
}

#[test]
fn blocked_requests_wait_for_their_release() {
    let mut partners = provisioning();
    assert!(partners.block("Provisioning", "Set *"));
    ask(&mut partners, 1, "Set", "7", "DELUXE");
    ask(&mut partners, 2, "Get", "7", "");
    assert_eq!(answer(&mut partners), Some(Ok("<R status='OK'>STANDARD</R>".into())));
    assert_eq!(answer(&mut partners), None);
    assert!(partners.release("Provisioning"));
    assert_eq!(answer(&mut partners), Some(Ok("<R status='OK'>DELUXE</R>".into())));
    assert!(!partners.block("Nobody", "*"));
}

#[test]
fn a_corrupting_partner_passes_on_half_of_a_message() {
    let mut partners = partners(vec![echo()]);
    assert!(partners.set_corrupting("Facilities", true));
    partners.deliver(ms(0), &sent(1, "queue://To", "<abcd/>", false));
    assert_eq!(partners.next_action(ms(5000)), received("<ab"));
}
