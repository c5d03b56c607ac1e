//! What a simulation counts and whom it blames, on applications in which both can be worked out by hand.

use crate::build::*;
use crate::forks::orders;
use orchestrion::lab::simulation::{Answers, Results, ShapeTimes, Simulation, replicate, simulate};
use orchestrion::model::*;
use orchestrion::program::Program;

const ORDER: &str = "<Order xmlns=\"http://t\"><Id>{key}</Id></Order>";

/// Twenty orders a minute apart in each of three replications.
fn of(location: &str) -> Simulation {
    Simulation {
        location: location.to_owned(),
        messages: vec![ORDER.to_owned()],
        in_turn: false,
        arrivals: Arrivals::Every(DrawnTime::Fixed(60_000)),
        count: 20,
        replications: 3,
        seed: 1,
        warm_up: 0,
        answers: Answers::AsSet,
        precision: None,
    }
}

fn simulated(app: &Application, simulation: &Simulation) -> Results {
    let program = Program::compile(app).unwrap().0;
    simulate(&program, simulation, &mut |_| true).unwrap()
}

fn seconds(name: &str, seconds: u32) -> Shape {
    delay(name, &format!("new System.TimeSpan(0, 0, {seconds})"))
}

/// Orders go through these shapes; `more` are orchestrations that they call or start.
fn flow(body: Block, more: Vec<(&str, Block)>) -> Application {
    let mut shapes = vec![activate("P", "order")];
    shapes.extend(body);
    let own =
        orch("Front").port("P", IN, "Order", Binding::SpecifyLater).message("order", "Order").body(shapes);
    let mut app = app().class("Order", &["Id"]).receive_port("In", "XMLReceive").orchestration(own);
    for (name, body) in more {
        app = app.orchestration(orch(name).body(body));
    }
    app.bind("Front", "P", rp("In")).0
}

fn found<'a>(results: &'a Results, name: &str) -> &'a ShapeTimes {
    results.shapes.iter().find(|shape| shape.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn near(value: f64, wanted: f64, share: f64) -> bool {
    (value / wanted - 1.0).abs() <= share
}

#[test]
fn of_branches_in_parallel_the_last_one_is_to_blame() {
    let both = parallel("both", vec![vec![seconds("short", 5)], vec![seconds("long", 10)]]);
    let results = simulated(&flow(vec![both, seconds("after", 3)], Vec::new()), &of("In-RL"));
    assert_eq!((results.cases.completed, results.cases.max), (60, 13_000.0));
    let (short, long, after) = (found(&results, "short"), found(&results, "long"), found(&results, "after"));
    assert_eq!((short.mean, long.mean, after.mean), (5_000.0, 10_000.0, 3_000.0));
    assert_eq!(short.share, 0.0, "nobody waited for it");
    assert!(near(long.share, 10.0 / 13.0, 1e-9) && near(after.share, 3.0 / 13.0, 1e-9), "{long:?} {after:?}");
    assert!(results.bottleneck.contains("waiting at long, in Front"), "{}", results.bottleneck);
}

#[test]
fn a_called_orchestration_is_blamed_by_its_own_shape_and_a_started_one_belongs_to_the_case() {
    let body = vec![call("ask", "Inner", &[]), start("go", "Side", &[]), seconds("rest", 1)];
    let more = vec![("Inner", vec![seconds("inside", 4)]), ("Side", vec![seconds("beside", 20)])];
    let results = simulated(&flow(body, more), &of("In-RL"));
    assert_eq!((results.cases.count(), results.cases.max), (60, 24_000.0));
    let inside = found(&results, "inside");
    assert!(inside.service.as_str().ends_with("Inner"), "{inside:?}");
    assert!(near(inside.share, 4.0 / 24.0, 1e-9), "{inside:?}");
    assert!(near(found(&results, "beside").share, 20.0 / 24.0, 1e-9));
    assert_eq!(found(&results, "rest").share, 0.0, "the started one took longer");
}

#[test]
fn what_is_suspended_or_waits_for_ever_is_counted_apart() {
    let stuck = |name: &str, shape: Shape| {
        let results = simulated(&flow(vec![seconds(name, 2), shape], Vec::new()), &of("In-RL"));
        (results.cases.completed, results.cases.terminated, results.cases.suspended, results.cases.open)
    };
    assert_eq!(stuck("a", suspend("held", "\"by hand\"")), (0, 0, 60, 0));
    assert_eq!(stuck("b", terminate("stopped", "\"enough\"")), (0, 60, 0, 0));
    assert_eq!(stuck("c", delay("for ever", "new System.TimeSpan(400, 0, 0, 0)")), (0, 0, 0, 60));
}

/// Orders that wait only for an answer drawn from an exponential distribution: cycle times have its mean and quantiles, and
/// with arrivals at random as many are in progress as come in that time.
#[test]
fn answers_at_random_give_the_numbers_of_theory() {
    let simulation = Simulation {
        arrivals: Arrivals::Every(DrawnTime::Exponential(1_000)),
        count: 1_000,
        replications: 10,
        answers: Answers::Random,
        ..of("In-RL")
    };
    let results = simulated(&orders(), &simulation);
    assert_eq!(results.cases.completed, 10_000);
    let [mean, p50, p95] = [results.cases.mean, results.cases.p50, results.cases.p95].map(Option::unwrap);
    assert!((mean.value - 10_000.0).abs() < 1.5 * mean.half.unwrap(), "{mean:?}");
    assert!(near(p50.value, 10_000.0 * 2.0_f64.ln(), 0.04), "{p50:?}");
    assert!(near(p95.value, 10_000.0 * 20.0_f64.ln(), 0.05), "{p95:?}");
    // The end of each replication, in which nothing comes any more, is part of the time.
    let in_progress = results.in_progress.unwrap().value;
    assert!(in_progress > 9.0 && in_progress < 10.5, "{in_progress}");
    let wait = found(&results, "wait");
    assert!(near(wait.share, 1.0, 1e-9) && near(wait.total, mean.value * 10_000.0, 0.01), "{wait:?}");
}

#[test]
fn the_same_orders_meet_a_faster_partner_and_the_difference_is_certain() {
    let simulation = Simulation { answers: Answers::Random, ..of("In-RL") };
    let slow = orders();
    let mut fast = slow.clone();
    for partner in &mut fast.partners {
        if let PartnerBehavior::Echo { delay_ms, .. } = &mut partner.behavior {
            *delay_ms /= 2;
        }
    }
    let (before, now) = (simulated(&slow, &simulation), simulated(&fast, &simulation));
    let difference = now.difference(&before).unwrap();
    assert!(difference.value < 0.0 && -difference.value > difference.half.unwrap(), "{difference:?}");
    let same = now.difference(&now).unwrap();
    assert_eq!((same.value, same.half), (0.0, Some(0.0)));
}

#[test]
fn a_replication_is_a_run_to_be_gone_on_with() {
    let program = Program::compile(&orders()).unwrap().0;
    let mut run = replicate(&program, &of("In-RL"), 2).unwrap();
    let last = run.run().last_seq();
    run.submit("In-RL", ORDER.replace("{key}", "again").into_bytes());
    run.settle().unwrap();
    assert!(run.run().last_seq() > last);
    let fork = run.fork(last / 2, &[]);
    assert_eq!(fork.journal_text(), run.journal_text(), "nothing was changed");
}
