//! The process manager pattern, by the Southridge sample as a whole (section 9.12); its scenarios are files of the sample.

mod world;

use orchestrion::model::{Code, Id, Shape, ShapeKind};
use orchestrion::xlang::LogLevel;
use world::{BROKER, MANAGER, STAGE1, STAGE2, World, promoted, rewrite};

/// Given the manager's filter on status and kind of order, when an order with another value of either is published, then
/// no manager starts (RCV-9, SUB-7).
#[test]
fn c201_only_accepted_cable_orders_start_a_manager() {
    for (from, to) in [
        ("\"CABLEORDER\"", "\"VIPORDER\""),
        ("Routing.Status = \"ACCEPTED\"", "Routing.Status = \"STARTED\""),
    ] {
        let mut world = World::with(|app| rewrite(app.modules.get_mut("OrderBroker").unwrap(), from, to));
        world.order("1/1/1", "NS");
        assert!(world.instances(MANAGER).is_empty());
        assert_eq!(world.requester(), ["conf NOTACCEPTED"]);
        assert_eq!(world.states(BROKER), "T");
    }
}

/// Given a first receive and one for updates on the same direct port, when several messages with the convoy's values
/// arrive, then the activating receive takes the first one and the other receive all that follow (CVY-1, MBD-1).
#[test]
fn c202_the_first_message_activates_and_later_ones_follow_the_convoy() {
    let mut world = World::new();
    world.stop_facilities();
    world.order("1/1/1", "NS");
    world.order("1/1/2", "ND");
    world.order("1/1/2", "ND");
    let [manager] = world.instances(MANAGER)[..] else { panic!("one manager") };
    let from_broker: Vec<_> = world
        .consumed(manager)
        .into_iter()
        .filter(|shape| ["new-order", "order-update"].contains(shape))
        .collect();
    assert_eq!(from_broker, ["new-order", "order-update", "order-update"]);
}

/// Given an order in process, when an update with a higher sequence number arrives, then the stage begins again with it; an
/// equal number is reported as a duplicate, a lower one as out of sequence, and neither disturbs the stage (Annex A).
#[test]
fn c125_the_sequence_number_of_an_update_decides() {
    for (update, report, analysed) in
        [("1/1/3", "", 2), ("1/1/2", "duplicate", 1), ("1/1/1", "out of sequence", 1)]
    {
        let mut world = World::new();
        world.stop_facilities();
        world.order("1/1/2", "NS");
        world.order(update, "NS");
        let calls = world.provisioning().iter().filter(|call| *call == "Analyze").count();
        assert_eq!(calls, analysed, "{update}: {:?}", world.provisioning());
        let errors = world.logged(LogLevel::Error);
        assert_eq!(errors.len(), usize::from(!report.is_empty()), "{update}: {errors:?}");
        assert!(errors.iter().all(|error| error.contains(report)), "{errors:?}");
        assert_eq!(world.instances(MANAGER).len(), 1);
    }
}

/// Given an order that is finished, when a request to terminate it arrives, then a new manager starts, takes the branch for
/// it and writes a warning; no stage hears of it (ZMB-3, DEC-2).
#[test]
fn c126_a_cancel_of_a_finished_order_starts_a_manager_anew() {
    let mut world = World::new();
    world.order("1/1/1", "NS");
    assert_eq!(world.states(MANAGER), "C");
    world.terminate("1/1/1");
    assert_eq!(world.instances(MANAGER).len(), 2, "{}", world.states(MANAGER));
    assert_eq!(world.logged(LogLevel::Warning).len(), 1);
    assert_eq!(world.instances(STAGE1).len(), 1);
}

/// Given two configured stages, when an order meets no incident, then each stage gets it once, the first before the
/// second, and the requester hears COMPLETED (LOP-1).
#[test]
fn c203_each_stage_gets_the_order_once_in_order() {
    let mut world = World::new();
    world.order("1/1/1", "NS");
    let stages: Vec<_> = world.published(MANAGER, "StagePort").iter().map(|m| promoted(m, "Stage")).collect();
    assert_eq!(stages, ["1", "2"]);
    assert_eq!([STAGE1, STAGE2].map(|s| world.instances(s).len()), [1, 1]);
    assert_eq!(world.requester().last().unwrap(), "stat COMPLETED");
}

/// Given a stage that is not the last, when the manager hears of its completion, then the order carries
/// STAGE_n_COMPLETED before the next stage gets it (COR-11).
#[test]
fn c204_stage_1_completed_before_stage_2() {
    let mut world = World::new();
    world.order("1/1/1", "NS");
    let statuses: Vec<_> =
        world.published(MANAGER, "StagePort").iter().map(|m| promoted(m, "Status")).collect();
    assert_eq!(statuses, ["STARTED", "STAGE_1_COMPLETED"]);
}

/// Given one more stage orchestration with its own filter and a configuration that counts three, when an order runs, then
/// the new stage takes part and the manager is the same as before (MBD-1).
#[test]
fn c205_a_third_stage_needs_no_change_of_the_manager() {
    let mut world = World::with(|app| {
        let mut module = app.modules["CableOrder2"].clone();
        module.port_types.clear();
        let stage = module.orchestration.as_mut().unwrap();
        stage.name = "CableOrder3Orch".into();
        let ShapeKind::Receive(begin) = &mut stage.body[0].kind else { panic!("{:?}", stage.body[0]) };
        begin.filter[0].value = "3".into();
        let history = stage.ports.iter_mut().find(|p| p.name == "HistoryUpdatePort").unwrap();
        history.port_type = "Southridge.HistoryUpdatePortType".into();
        let mut bound = app.bindings.service(STAGE2).unwrap().clone();
        bound.orchestration = "Southridge.CableOrder3Orch".into();
        app.bindings.services.push(bound);
        app.modules.insert("CableOrder3".into(), module);
        app.settings.configuration.insert("TotalStages".into(), "3".into());
    });
    world.order("1/1/1", "NS");
    let statuses: Vec<_> =
        world.published(MANAGER, "StagePort").iter().map(|m| promoted(m, "Status")).collect();
    assert_eq!(statuses, ["STARTED", "STAGE_1_COMPLETED", "STAGE_2_COMPLETED"]);
    assert_eq!(world.states("Southridge.CableOrder3Orch"), "C");
    assert_eq!(world.requester().last().unwrap(), "stat COMPLETED");
}

/// Given a manager that waits for its stage, when it is inspected, then it stands in a Listen with three subscriptions:
/// for an update, and for a stage that completed or terminated (LIS-2, COR-15).
#[test]
fn c206_the_waiting_manager_listens_with_three_subscriptions() {
    let mut world = World::new();
    world.stop_facilities();
    world.order("1/1/1", "NS");
    let [manager] = world.instances(MANAGER)[..] else { panic!("one manager") };
    let mut ports = world.subscriptions(manager);
    ports.retain(|port| *port != "StagePort");
    ports.sort_unstable();
    assert_eq!(ports, ["FromBrokerPort", "StageCompletionPort", "StageCompletionPort"]);
    assert_eq!(world.shapes(MANAGER).last(), Some(&"wait"));
}

/// Given an order in process, when an update asks to terminate it, then the branch inside the processing loop runs, not
/// the one for orders that do not run (DEC-2).
#[test]
fn c207_terminate_in_process_takes_the_inner_branch() {
    let mut world = World::new();
    world.stop_facilities();
    world.order("1/1/1", "NS");
    world.terminate("1/1/1");
    let shapes = world.shapes(MANAGER);
    assert!(shapes.contains(&"end-order") && !shapes.contains(&"end-order-not-running"), "{shapes:?}");
}

/// Given a stage that has not acknowledged, when the manager has sent it the order, then the manager stays at the
/// response and does not enter its inner loop before the stage answers (PAD-4).
#[test]
fn c208_the_manager_waits_for_the_acknowledgement() {
    let mut world = World::with(|app| {
        let stage = app.modules.get_mut("CableOrder1").unwrap().orchestration.as_mut().unwrap();
        let kind = ShapeKind::Delay(Code { text: "new System.TimeSpan(1, 0, 0)".into() });
        stage.body.insert(1, Shape { id: Id::from("late"), name: "Late".into(), kind, ..Shape::default() });
    });
    world.order("1/1/1", "NS");
    let shapes = world.shapes(MANAGER);
    assert_eq!(shapes.last(), Some(&"stage-started"));
    assert!(!shapes.contains(&"while-same-stage"), "{shapes:?}");
    world.advance(3600);
    assert_eq!(world.requester().last().unwrap(), "stat COMPLETED");
}

/// Given the first stage, when its action is done, then it looks for an interrupt, asks facilities and waits; their
/// answer lets it go on, an interrupt throws (THR-3, LIS-2).
#[test]
fn c209_stage_1_acts_checks_asks_facilities_and_waits() {
    let path = ["activate", "check-interrupt", "to-facilities", "wait-for-facilities"];
    let mut world = World::new();
    world.stop_facilities();
    world.order("1/1/1", "NS");
    let mut steps = world.shapes(STAGE1);
    steps.retain(|shape| path.contains(shape));
    assert_eq!(steps, path);
    assert!(!world.shapes(STAGE1).contains(&"construct-completion"));
    world.start_facilities();
    assert!(world.shapes(STAGE1).contains(&"construct-completion"));

    world.stop_facilities();
    world.order("2/1/1", "NS");
    world.terminate("2/1/1");
    assert_eq!(world.thrown("InterruptException"), 1);
}

/// Given the second stage, when its action is done, then it builds the status message, updates the history and tells the
/// manager, in this order (SND-2).
#[test]
fn c210_stage_2_updates_the_history_then_completes() {
    let mut world = World::new();
    world.order("1/1/1", "NS");
    let path = ["complete", "construct-complete-order", "update-history", "stage-completed"];
    let mut steps = world.shapes(STAGE2);
    steps.retain(|shape| path.contains(shape));
    assert_eq!(steps, path);
    assert!(world.sent("sql://history.db")[0].contains("status=\"COMPLETED\""));
}

/// Given either stage, when it starts, then what it has received is the canonical order that the broker made, never the
/// form it came in (TRF-1, RX-5).
#[test]
fn c211_stages_get_the_canonical_order() {
    let mut world = World::new();
    world.order("1/1/1", "NS");
    let sent = world.published(MANAGER, "StagePort");
    assert_eq!(sent.len(), 2);
    for message in sent {
        let part = message.part("OrderPart".into()).unwrap();
        let text = format!("{:?}", part.body);
        assert!(!text.contains("CSR_OrderRequest"), "{text}");
    }
    assert!(
        world
            .sent("queue://ToFacilitiesQ")
            .iter()
            .all(|text| text.contains("http://southridge.example/schemas/Order.v1"))
    );
}

/// Given an order that needs repair, when the repaired order comes back, then the orchestration that asked goes on with
/// it, in every later stage and in the final answer, and the broker never sees it (CAL-1, COR-15).
#[test]
fn c212_a_repaired_order_returns_to_whoever_asked() {
    let mut world = World::new();
    world.order("1/1/1", "ZZ");
    assert_eq!(world.requester(), ["conf ACCEPTED", "stat ERROR"]);
    world.repair("1/1/1", "NS");
    assert_eq!(world.instances(BROKER).len(), 1);
    assert_eq!(world.requester(), ["conf ACCEPTED", "stat ERROR", "stat COMPLETED"]);
    for message in world.published(MANAGER, "StagePort").iter().skip(1) {
        let order = format!("{:?}", message.part("OrderPart".into()).unwrap().body);
        assert!(order.contains("NS") && !order.contains("ZZ"), "{order}");
    }
}

/// Given delivery notification at the history port, when the row cannot be written, then the broker does not go on as if
/// it were there: it takes its exception path and denies the order, and the second stage's update fails for want of the
/// row (DN-3). Decision: the messages that were committed with the insert are out by then, so the order itself runs on.
#[test]
fn c213_the_broker_hears_that_history_failed() {
    let mut world = World::new();
    world.fail("sql://history.db/OrderLog");
    world.order("1/1/1", "NS");
    world.advance(180);
    assert_eq!(world.states(BROKER), "T");
    assert_eq!(world.requester().iter().filter(|line| *line == "conf NOTACCEPTED").count(), 1);
    let reports = world.sent("queue://Operations");
    assert!(reports.len() == 1 && reports[0].contains("HistoryUpdate-SP"), "{reports:?}");
}

/// Given a return address that came with the order, when the first stage has waited a year for facilities, dehydrated,
/// then its completion still goes to that address (DEH-8, SCD-6).
#[test]
fn c214_the_saved_return_address_outlives_a_year_of_waiting() {
    let mut world = World::new();
    world.stop_facilities();
    world.order("1/1/1", "NS");
    world.advance(365 * 24 * 3600);
    assert_eq!(world.requester(), ["conf ACCEPTED"]);
    assert_eq!([MANAGER, STAGE1].map(|s| world.states(s)), ["A", "A"]);
    world.start_facilities();
    assert_eq!(world.requester(), ["conf ACCEPTED", "stat COMPLETED"]);
    assert_eq!([MANAGER, STAGE1, STAGE2].map(|s| world.states(s)), ["C", "C", "C"]);
}
