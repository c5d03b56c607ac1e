//! The process manager pattern, by the Southridge sample as a whole (section 9.12), in the words of its own scenarios.

use orchestrion::lab::scenario::{Options, Prepared};
use orchestrion::model::files::{from_ron, load};
use std::path::Path;

/// Plays a scenario of the sample that is written here, with the state written and restored at every persistence point.
fn play(scenario: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let (mut application, _) = load(&folder).unwrap();
    let text = format!("(format: 1, content: (name: \"Test\", {scenario}))");
    let scenario = from_ron("test", &text).unwrap_or_else(|error| panic!("{error}"));
    application.scenarios.insert("test".into(), scenario);
    let options = Options { restore_everywhere: true, ..Options::default() };
    let failures = match Prepared::new(&application, "test") {
        Ok(prepared) => prepared.play(&options).failures,
        Err(errors) => errors,
    };
    let texts: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert!(texts.is_empty(), "{}", texts.join("\n"));
}

/// Given the manager's filter on status and kind of order, when an order with another value of either is published, then
/// no manager starts (RCV-9, SUB-7).
#[test]
fn c201_only_accepted_cable_orders_start_a_manager() {
    let other_kind = r#"replace: "\"CABLEORDER\"", by: "\"VIPORDER\"""#;
    let other_status = r#"replace: "Routing.Status = \"ACCEPTED\"", by: "Routing.Status = \"STARTED\"""#;
    for edit in [other_kind, other_status] {
        play(&format!(
            r#"set_up: (edits: [(file: "OrderBroker.orchestration.ron", {edit})]),
            steps: [
                Submit("order 1/1/1 NS"),
                Expect(messages: {{"REQ": ["conf NOTACCEPTED"]}}, instances: {{"B": "T", "M": ""}}),
            ]"#
        ));
    }
}

/// Given a first receive and one for updates on the same direct port, when several messages with the convoy's values
/// arrive, then the activating receive takes the first one and the other receive all that follow (CVY-1, MBD-1).
#[test]
fn c202_the_first_message_activates_and_later_ones_follow_the_convoy() {
    play(
        r#"steps: [
            Partner("FAC", Stop),
            Submit("order 1/1/1 NS"),
            Settle,
            Submit("order 1/1/2 ND"),
            Settle,
            Submit("order 1/1/2 ND"),
            Expect(
                instances: {"M": "A"},
                events: {"message.consumed * at new-order": 1, "message.consumed * at order-update": 2},
            ),
        ]"#,
    );
}

/// Given an order in process, when an update with a higher sequence number arrives, then the stage begins again with it; an
/// equal number is reported as a duplicate, a lower one as out of sequence, and neither disturbs the stage (Annex A).
#[test]
fn c125_the_sequence_number_of_an_update_decides() {
    let again = r#""Analyze", "Activate STANDARD""#;
    for (update, calls, errors) in
        [("1/1/3", again, ""), ("1/1/2", "", r#""E *duplicate*""#), ("1/1/1", "", r#""E *out of sequence*""#)]
    {
        let entries = if errors.is_empty() { r#""W *interrupted*""# } else { errors };
        play(&format!(
            r#"steps: [
                Partner("FAC", Stop),
                Submit("order 1/1/2 NS"),
                Settle,
                Submit("order {update} NS"),
                Expect(
                    instances: {{"M": "A"}},
                    log: {{"EVT": [{entries}]}},
                    partners: {{"PROV": ["Analyze", "Activate STANDARD", {calls}]}},
                ),
            ]"#
        ));
    }
}

/// Given an order that is finished, when a request to terminate it arrives, then a new manager starts, takes the branch for
/// it and writes a warning; no stage hears of it (ZMB-3, DEC-2).
#[test]
fn c126_a_cancel_of_a_finished_order_starts_a_manager_anew() {
    play(
        r#"steps: [
            Submit("order 1/1/1 NS"),
            Expect(instances: {"M": "C"}),
            Submit("terminate 1/1/1"),
            Expect(instances: {"M": "CT", "S1": "C"}, log: {"EVT": ["W *"]}),
        ]"#,
    );
}

/// Given two configured stages, when an order meets no incident, then each stage gets it once, the first before the
/// second, and the requester hears COMPLETED (LOP-1).
#[test]
fn c203_each_stage_gets_the_order_once_in_order() {
    play(
        r#"steps: [
            Submit("order 1/1/1 NS"),
            Expect(
                messages: {"STAGES": ["* 1", "* 2"], "REQ": ["conf ACCEPTED", "stat COMPLETED"]},
                instances: {"S1": "C", "S2": "C"},
            ),
        ]"#,
    );
}

/// Given a stage that is not the last, when the manager hears of its completion, then the order carries
/// STAGE_n_COMPLETED before the next stage gets it (COR-11).
#[test]
fn c204_stage_1_completed_before_stage_2() {
    play(
        r#"steps: [
            Submit("order 1/1/1 NS"),
            Expect(messages: {"STAGES": ["STARTED 1", "STAGE_1_COMPLETED 2"]}),
        ]"#,
    );
}

/// Given one more stage orchestration with its own filter and a configuration that counts three, when an order runs, then
/// the new stage takes part and the manager is the same as before (MBD-1).
#[test]
fn c205_a_third_stage_needs_no_change_of_the_manager() {
    play(
        r##"set_up: (
            configuration: {"TotalStages": "3"},
            copies: {"CableOrder3.orchestration.ron": "CableOrder2.orchestration.ron"},
            edits: [
                (file: "CableOrder3.orchestration.ron", replace: "CableOrder2Orch", by: "CableOrder3Orch"),
                (file: "CableOrder3.orchestration.ron", replace: "HistoryUpdatePortType", by: "ThirdStagePortType"),
                (file: "CableOrder3.orchestration.ron", replace: r#"value: "2""#, by: r#"value: "3""#),
                (
                    file: "bindings.ron",
                    replace: r#"orchestration: "Southridge.ErrorHandlerOrch","#,
                    by: r#"orchestration: "Southridge.CableOrder3Orch", ports: {"HistoryUpdatePort": SendPortGroup("HistoryUpdate-SPG")}),
                        (orchestration: "Southridge.ErrorHandlerOrch","#,
                ),
            ],
        ),
        steps: [
            Submit("order 1/1/1 NS"),
            Expect(
                messages: {
                    "STAGES": ["STARTED 1", "STAGE_1_COMPLETED 2", "STAGE_2_COMPLETED 3"],
                    "REQ": ["conf ACCEPTED", "stat COMPLETED"],
                },
                instances: {"Southridge.CableOrder3Orch": "C"},
            ),
        ]"##,
    );
}

/// Given a manager that waits for its stage, when it is inspected, then it stands in a Listen with three subscriptions:
/// for an update, and for a stage that completed or terminated (LIS-2, COR-15).
#[test]
fn c206_the_waiting_manager_listens_with_three_subscriptions() {
    play(
        r#"steps: [
            Partner("FAC", Stop),
            Submit("order 1/1/1 NS"),
            Expect(
                standing_at: {"M": ["Wait for completion or updated order"]},
                subscriptions: {"M": ["FromBrokerPort", "StageCompletionPort", "StageCompletionPort"]},
            ),
        ]"#,
    );
}

/// Given an order in process, when an update asks to terminate it, then the branch inside the processing loop runs, not
/// the one for orders that do not run (DEC-2).
#[test]
fn c207_terminate_in_process_takes_the_inner_branch() {
    play(
        r#"steps: [
            Partner("FAC", Stop),
            Submit("order 1/1/1 NS"),
            Settle,
            Submit("terminate 1/1/1"),
            Expect(events: {"shape.started * end-order": 1, "shape.started * end-order-not-running": 0}),
        ]"#,
    );
}

/// Given a stage that has not acknowledged, when the manager has sent it the order, then the manager stays at the
/// response and does not enter its inner loop before the stage answers (PAD-4).
#[test]
fn c208_the_manager_waits_for_the_acknowledgement() {
    play(
        r#"steps: [
            Breakpoint("S1", "Stage Started", true),
            Submit("order 1/1/1 NS"),
            Expect(
                standing_at: {"M": ["Stage Started"], "S1": ["Stage Started"]},
                events: {"shape.started *OrderManagerOrch while-same-stage": 0},
            ),
            Instance("S1", 1, Continue),
            Expect(messages: {"REQ": ["conf ACCEPTED", "stat COMPLETED"]}),
        ]"#,
    );
}

/// Given the first stage, when its action is done, then it looks for an interrupt, asks facilities and waits; their
/// answer lets it go on, an interrupt throws (THR-3, LIS-2).
#[test]
fn c209_stage_1_acts_checks_asks_facilities_and_waits() {
    play(
        r#"steps: [
            Partner("FAC", Stop),
            Submit("order 1/1/1 NS"),
            Expect(
                // The branch and the call in it have one name.
                visited: {"S1": ["Activate", "Activate", "Check Interrupt", "To Facilities", "Wait for Facilities"]},
                events: {"shape.started *CableOrder1Orch construct-completion": 0},
            ),
            Partner("FAC", Start),
            Expect(events: {"shape.started *CableOrder1Orch construct-completion": 1}),
            Partner("FAC", Stop),
            Submit("order 2/1/1 NS"),
            Settle,
            Submit("terminate 2/1/1"),
            Expect(events: {"exception.thrown *InterruptException*": 1}),
        ]"#,
    );
}

/// Given the second stage, when its action is done, then it builds the status message, updates the history and tells the
/// manager, in this order (SND-2).
#[test]
fn c210_stage_2_updates_the_history_then_completes() {
    play(
        r#"steps: [
            Submit("order 1/1/1 NS"),
            Expect(
                visited: {"S2": ["Complete", "Construct Complete Order", "Update History", "Stage Completed"]},
                tables: {"HIST": ["1/1/1 COMPLETED"]},
            ),
        ]"#,
    );
}

/// Given either stage, when it starts, then what it has received is the canonical order that the broker made, never the
/// form it came in (TRF-1, RX-5).
#[test]
fn c211_stages_get_the_canonical_order() {
    play(
        r#"steps: [
            Submit("order 1/1/1 NS"),
            Expect(
                counts: {"STAGES": 2},
                values: {
                    "STAGES 1 OrderPart > /Order/CustNum": "1",
                    "STAGES 2 OrderPart > /Order/CustNum": "1",
                    "FACILITIES 1": "*http://southridge.example/schemas/Order.v1*",
                },
            ),
        ]"#,
    );
}

/// Given an order that needs repair, when the repaired order comes back, then the orchestration that asked goes on with
/// it, in every later stage and in the final answer, and the broker never sees it (CAL-1, COR-15).
#[test]
fn c212_a_repaired_order_returns_to_whoever_asked() {
    play(
        r#"steps: [
            Submit("order 1/1/1 ZZ"),
            Expect(messages: {"REQ": ["conf ACCEPTED", "stat ERROR"]}),
            Submit("repair 1/1/1 NS"),
            Expect(
                messages: {"REQ": ["conf ACCEPTED", "stat ERROR", "stat COMPLETED"]},
                values: {
                    "STAGES 2 OrderPart > /Order/OrderTypeCode": "NS",
                    "REQ last /OrderStatus/OriginalOrder > /Order/OrderTypeCode": "NS",
                },
                instances: {"B": "C"},
            ),
        ]"#,
    );
}

/// Given delivery notification at the history port, when the row cannot be written, then the broker does not go on as if
/// it were there: it takes its exception path and denies the order, and the second stage's update fails for want of the
/// row (DN-3). Decision: the messages that were committed with the insert are out by then, so the order itself runs on.
#[test]
fn c213_the_broker_hears_that_history_failed() {
    play(
        r#"steps: [
            Fail("sql://history.db/OrderLog", "down"),
            Submit("order 1/1/1 NS"),
            Advance("3 min"),
            Expect(
                messages: {"OPS": ["error from HistoryUpdate-SP"]},
                counts: {"REQ conf NOTACCEPTED": 1},
                instances: {"B": "T"},
            ),
        ]"#,
    );
}

/// Given a return address that came with the order, when the first stage has waited a year for facilities, dehydrated,
/// then its completion still goes to that address (DEH-8, SCD-6).
#[test]
fn c214_the_saved_return_address_outlives_a_year_of_waiting() {
    play(
        r#"steps: [
            Partner("FAC", Stop),
            Submit("order 1/1/1 NS"),
            Advance("365 days"),
            Expect(messages: {"REQ": ["conf ACCEPTED"]}, instances: {"M": "A", "S1": "A"}),
            Partner("FAC", Start),
            Expect(
                messages: {"REQ": ["conf ACCEPTED", "stat COMPLETED"]},
                instances: {"M": "C", "S1": "C", "S2": "C"},
            ),
        ]"#,
    );
}
