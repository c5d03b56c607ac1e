use super::*;
use crate::model::{Partner, PartnerOutcome, PartnerRule, PartnerRules, ReceiveLocation, ReceivePort};
use std::collections::BTreeSet;

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
    let Some(Action::Respond { id, body, .. }) = partners.next_action(ms(10)) else { panic!("no reply") };
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
        ..PartnerRule::default()
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

fn rules_of(rules: PartnerRules) -> Partners {
    partners(vec![partner(
        "Asked",
        PartnerBehavior::Rules(PartnerRules { at: "queue://Ask".into(), ..rules }),
    )])
}

fn replying(reply: &str) -> PartnerRule {
    PartnerRule { reply: reply.into(), ..PartnerRule::default() }
}

#[test]
fn a_partner_takes_its_time_as_its_distribution_says() {
    for (takes, least, most, mean) in [
        (DrawnTime::Fixed(40), 40, 40, 40..=40),
        (DrawnTime::Between(10, 30), 10, 30, 18..=22),
        (DrawnTime::Exponential(50), 0, 1_000, 40..=60),
        (DrawnTime::Normal(100, 10), 40, 160, 97..=103),
    ] {
        let times = |seed: u64| {
            let rules =
                PartnerRules { takes: Some(takes), rules: vec![replying("<R/>")], ..PartnerRules::default() };
            let mut partners = rules_of(rules);
            partners.random = ChaCha8Rng::seed_from_u64(seed);
            for id in 1..=400 {
                partners.deliver(ms(0), &sent(id, "queue://Ask", "<Ask/>", true));
            }
            let mut times = Vec::new();
            while let Some(due) = partners.next_due() {
                if partners.next_action(due).is_some() {
                    times.push(due.since(ms(0)).0 / 10_000);
                }
            }
            times
        };
        let drawn = times(1);
        assert_eq!(drawn, times(1), "one seed is one load");
        assert_eq!(drawn.len(), 400);
        assert!(drawn.iter().all(|ms| (least..=most).contains(ms)), "{takes:?}: {drawn:?}");
        assert!(mean.contains(&(drawn.iter().sum::<i64>() / 400)), "{takes:?}");
    }
}

#[test]
fn an_echo_told_to_draws_its_times_until_it_is_given_one_again() {
    let mut partners = partners(vec![echo()]);
    let took = |partners: &mut Partners| {
        let begun = partners.now;
        partners.deliver(begun, &sent(1, "queue://To", "<a/>", false));
        while let Some(due) = partners.next_due() {
            if partners.next_action(due).is_some() {
                return due.since(begun).0 / 10_000;
            }
        }
        0
    };
    assert!(partners.set_takes("Facilities", DrawnTime::Between(10, 30)));
    let drawn: BTreeSet<i64> = (0..20).map(|_| took(&mut partners)).collect();
    assert!(drawn.len() > 5 && drawn.iter().all(|ms| (10..=30).contains(ms)), "{drawn:?}");
    assert!(partners.set_delay("Facilities", TimeSpan::from_millis(700)));
    assert_eq!(took(&mut partners), 700);
    assert!(!partners.set_takes("Nobody", DrawnTime::Fixed(1)));
}

#[test]
fn a_partner_fails_now_and_then_answers_in_turn_and_asks_a_person() {
    let rules = PartnerRules {
        rules: vec![PartnerRule {
            first_replies: vec!["<Busy/>".into(), "<Wait/>".into()],
            ..replying("<Done/>")
        }],
        ..PartnerRules::default()
    };
    let mut partners = rules_of(rules);
    (1..=4).for_each(|id| partners.deliver(ms(0), &sent(id, "queue://Ask", "<Ask/>", true)));
    let answers: Vec<_> = std::iter::from_fn(|| answer(&mut partners)).map(Result::unwrap).collect();
    assert_eq!(answers, ["<Busy/>", "<Wait/>", "<Done/>", "<Done/>"]);

    let rules = PartnerRules {
        fails_percent: 25,
        fails_with: "down".into(),
        rules: vec![replying("<R/>")],
        ..PartnerRules::default()
    };
    let mut partners = rules_of(rules);
    (1..=400).for_each(|id| partners.deliver(ms(0), &sent(id, "queue://Ask", "<Ask/>", true)));
    let failed = std::iter::from_fn(|| answer(&mut partners)).filter(|a| *a == Err("down".into())).count();
    assert!((70..=130).contains(&failed), "{failed} of 400");

    let rules = PartnerRules {
        rules: vec![PartnerRule { asks_person: true, ..replying("") }],
        ..PartnerRules::default()
    };
    let mut partners = rules_of(rules);
    partners.deliver(ms(0), &sent(1, "queue://Ask", "<Ask>may I?</Ask>", true));
    assert_eq!(answer(&mut partners), None, "it waits");
    assert_eq!(partners.states()[0].asked(), ["<Ask>may I?</Ask>"]);
    assert!(partners.fill("Asked", "<Yes/>") && !partners.fill("Asked", "<Yes/>"));
    assert_eq!(answer(&mut partners), Some(Ok("<Yes/>".into())));
}

#[test]
fn a_load_arrives_in_its_pattern_with_keys_that_meet_and_nearly_meet() {
    use crate::model::{Arrivals, Load};
    let arrivals = |arrivals: Arrivals| {
        let load = Load {
            to: "queue://From".into(),
            messages: vec!["{key}".into()],
            arrivals,
            count: 300,
            colliding_percent: 20,
            near_percent: 20,
        };
        let mut partners = partners(vec![partner("Crowd", PartnerBehavior::Load(load))]);
        let mut found = Vec::new();
        while let Some(due) = partners.next_due() {
            if let Some(Action::Receive { body, .. }) = partners.next_action(due) {
                found.push((due.since(ms(0)).0 / 10_000, String::from_utf8_lossy(&body).into_owned()));
            }
        }
        found
    };
    let steady = arrivals(Arrivals::Every(DrawnTime::Fixed(10)));
    assert_eq!(steady.len(), 300);
    assert!(steady.iter().zip(0..).all(|((at, _), n)| *at == n * 10));
    let distinct: BTreeSet<&str> = steady.iter().map(|(_, key)| key.as_str()).collect();
    let near = distinct.iter().filter(|key| key.starts_with('k') || key.ends_with(' ')).count();
    assert!((200..290).contains(&distinct.len()) && near > 10, "{} keys, {near} near ones", distinct.len());
    let bursts = arrivals(Arrivals::Bursts { size: 100, pause: DrawnTime::Fixed(1_000) });
    let at = |n: usize| bursts[n].0;
    assert_eq!((at(0), at(99), at(100), at(299)), (0, 0, 1_000, 2_000));
    let ramp = arrivals(Arrivals::Ramp { from: 60, to: 600, seconds: 60 });
    let (early, late) = (ramp[1].0 - ramp[0].0, ramp[299].0 - ramp[298].0);
    assert!(early > 900 && late <= 105, "from {early} ms to {late} ms apart");
}

#[test]
fn each_operation_has_its_answer_and_a_partner_for_any_address_comes_last() {
    let of = |operation: &str, reply: &str| PartnerRule { operation: operation.into(), ..replying(reply) };
    let price = PartnerRule { properties: text(&[("Mq.Id", "7")]), ..of("Price", "<Price/>") };
    let named = PartnerRules {
        at: "queue://Ask".into(),
        rules: vec![of("Stock", "<Stock/>"), price],
        ..PartnerRules::default()
    };
    let any = PartnerRules { at: "*".into(), rules: vec![replying("<Any/>")], ..PartnerRules::default() };
    let mut partners = partners(vec![
        partner("Anybody", PartnerBehavior::Rules(any)),
        partner("Warehouse", PartnerBehavior::Rules(named)),
    ]);
    let asked = |id, address, operation| {
        let mut asked = sent(id, address, "<Ask/>", true);
        let context = &mut Arc::make_mut(&mut asked.message).context;
        context.promote(BTS.operation, Value::string(operation));
        asked
    };
    let nowhere = asked(2, "mqs://host/queue", "Price");
    assert!(partners.plays(&nowhere));
    assert!(!partners.plays(&Transmission { two_way: false, ..nowhere.clone() }));
    assert!(!partners.plays(&Transmission { transport: "SQL".into(), ..nowhere.clone() }));
    partners.deliver(ms(0), &asked(1, "queue://Ask", "Price"));
    partners.deliver(ms(0), &nowhere);
    let answers: Vec<_> = std::iter::from_fn(|| partners.next_action(ms(1))).collect();
    let respond = |id, body: &str, properties| Action::Respond {
        id: TransmissionId(id),
        body: body.as_bytes().into(),
        properties,
    };
    let told = vec![(Name::new("Mq.Id"), "7".to_owned())];
    assert_eq!(answers, [respond(1, "<Price/>", told), respond(2, "<Any/>", Vec::new())]);
}
