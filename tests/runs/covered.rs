//! What runs reach of an application, and messages for what they do not.

use super::lists::played;
use orchestrion::lab::scenario::{Coverage, Kind, reach};
use orchestrion::model::{Branch, Branches, Code, Shape, ShapeKind};
use orchestrion::program::Program;

/// One order through Southridge: receives, follow pairs and ports that it reached count, and a run more never counts less.
#[test]
fn coverage_counts_follow_pairs_and_subscriptions() {
    let run = played("a01");
    let program = run.engine().program();
    let mut coverage = Coverage::new(program);
    let before = coverage.holes().len();
    coverage.add(run.run().events());
    let holes = coverage.holes();
    assert!(holes.len() < before);
    let sum = |of: &dyn Fn(&orchestrion::lab::scenario::ServiceCoverage) -> (usize, usize)| {
        coverage.services().map(|(_, service)| of(service)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
    };
    for (reached, all) in [sum(&|s| s.follows()), sum(&|s| s.receives()), sum(&|s| s.shapes())] {
        assert!(0 < reached && reached <= all, "{reached} of {all}");
    }
    for kind in [Kind::Shape, Kind::Follow, Kind::Subscription] {
        assert!(holes.iter().all(|hole| hole.kind != kind || !coverage.has(hole)));
    }
    let mut both = Coverage::new(program);
    both.merge(&coverage);
    assert_eq!(both.holes(), holes);
}

/// The hello sample with a decision on a value of the message, and one on what no message says.
fn deciding() -> orchestrion::model::Application {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hello");
    let mut app = orchestrion::model::files::load(&folder).unwrap().0;
    let branch = |id: &str, condition: &str| Branch {
        id: id.into(),
        name: id.to_owned(),
        condition: condition.to_owned(),
        body: vec![Shape {
            id: format!("in-{id}").as_str().into(),
            name: format!("In {id}"),
            kind: ShapeKind::Expression(Code {
                text: "System.Diagnostics.EventLog.WriteEntry(\"a\", \"b\");".to_owned(),
            }),
            ..Shape::default()
        }],
        ..Branch::default()
    };
    let branches = vec![
        branch("bob", "Request.Name == \"Bob\""),
        branch("never", "1 == 2"),
        Branch { id: "else".into(), name: "else".to_owned(), ..Branch::default() },
    ];
    let decide = Shape {
        id: "decide".into(),
        name: "Who is it?".to_owned(),
        kind: ShapeKind::Decide(Branches { branches }),
        ..Shape::default()
    };
    let module = app.modules.values_mut().next().unwrap();
    module.orchestration.as_mut().unwrap().body.insert(1, decide);
    app
}

#[test]
fn a_message_is_offered_for_what_was_not_reached() {
    let (program, _) = Program::compile(&deciding()).unwrap();
    let mut coverage = Coverage::new(&program);
    let hole = |id: &str| {
        let holes = Coverage::new(&program).holes();
        holes.into_iter().find(|hole| hole.shape.is_some_and(|shape| shape.as_str() == id)).unwrap()
    };
    let offer = reach(&program, &hole("in-bob"), 100).unwrap();
    assert!(offer.text.contains("Bob") && !offer.with.is_empty(), "{offer:?}");
    let start = orchestrion::message::DateTime(0);
    let mut run = orchestrion::lab::VirtualRun::with_program(std::sync::Arc::clone(&program), 0, start);
    run.submit(&offer.location, offer.text.as_bytes());
    run.settle().unwrap();
    coverage.add(run.run().events());
    assert!(coverage.has(&hole("in-bob")));
    let why = reach(&program, &hole("in-never"), 100).unwrap_err();
    assert!(why.contains("tried") && why.contains("worked out on the way"), "{why}");
}
