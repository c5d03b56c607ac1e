use super::*;
use crate::engine::InputKind;
use crate::message::{Name, TimeSpan};
use crate::model::files;

const GREETING: &str =
    r#"<Greeting xmlns="http://orchestrion.example/hello"><Name>Ana</Name><Text/></Greeting>"#;

/// A run of `samples/hello` that takes one greeting a second.
struct Greetings {
    run: Run,
    seconds: i64,
}

impl Greetings {
    fn new(limit: Option<usize>) -> Self {
        let (program, _) = Program::compile(&files::hello().unwrap()).unwrap();
        let run = Run::new(program, 3, DateTime(0));
        let run = if let Some(limit) = limit { run.bounded(limit) } else { run };
        Self { run, seconds: 0 }
    }

    fn now(&self) -> DateTime {
        DateTime(0).plus(TimeSpan::from_seconds(self.seconds))
    }

    fn step(&mut self, kind: InputKind) {
        let at = self.now();
        self.run.step(Input { at, kind });
        while let Some((_, effect)) = self.run.take_effects().pop() {
            if let Effect::Transmit(transmission) = effect {
                self.run.step(Input { at, kind: InputKind::Transmitted { id: transmission.id } });
            }
        }
    }

    fn greet(&mut self) {
        self.seconds += 1;
        let (location, body) = (Name::new("Inbox"), GREETING.as_bytes().into());
        self.step(InputKind::Received { location, body, properties: Vec::new() });
        while self.run.engine().ready() > 0 {
            self.step(InputKind::Turn { pick: 0 });
        }
    }
}

/// Everything of a state that a reader could see.
fn state(engine: &Engine) -> String {
    format!("{:?} {:?} {:?}", engine.now(), engine.instances(), engine.subscriptions())
}

#[test]
fn the_state_after_every_event_and_at_every_second_is_the_one_the_run_had() {
    let mut greetings = Greetings::new(None);
    let mut by_time = vec![(greetings.now(), state(greetings.run.engine()))];
    let mut by_event = vec![(greetings.run.last_seq(), state(greetings.run.engine()))];
    for _ in 0..250 {
        greetings.greet();
        by_time.push((greetings.now(), state(greetings.run.engine())));
        by_event.push((greetings.run.last_seq(), state(greetings.run.engine())));
    }
    let run = &greetings.run;
    assert!(run.snapshots.len() > 2, "replays begin at several snapshots");
    for (at, expected) in by_time {
        assert_eq!(state(&run.state_at(at).unwrap()), expected);
    }
    for (seq, expected) in by_event {
        assert_eq!(state(&run.state_after_event(seq).unwrap()), expected);
    }
    assert!(run.state_after_event(run.last_seq() + 1).is_none());
    assert!(run.state_at(DateTime(-1)).is_none(), "before the run");
}

#[test]
fn events_are_numbered_without_gaps_and_found_by_number() {
    let mut greetings = Greetings::new(None);
    greetings.greet();
    let seqs: Vec<_> = greetings.run.events().iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=greetings.run.last_seq()).collect::<Vec<_>>());
    assert_eq!(greetings.run.events_after(5).first().map(|event| event.seq), Some(6));
    assert!(greetings.run.events_after(greetings.run.last_seq()).is_empty());
}

#[test]
fn a_bounded_run_forgets_the_oldest_and_says_so() {
    let (mut whole, mut bounded) = (Greetings::new(None), Greetings::new(Some(500)));
    for _ in 0..400 {
        whole.greet();
        bounded.greet();
    }
    let run = &bounded.run;
    assert!(run.forgotten() > 0 && run.events().len() >= 500);
    assert_eq!(run.events(), whole.run.events_after(run.forgotten()), "what is kept is the end of the whole");
    assert!(run.state_after_event(run.forgotten()).is_none());
    let seq = run.forgotten() + 40;
    assert_eq!(
        state(&run.state_after_event(seq).unwrap()),
        state(&whole.run.state_after_event(seq).unwrap())
    );
    assert!(run.inputs().count() < whole.run.inputs().count());
}

#[test]
fn the_way_of_a_message_and_of_an_instance_can_be_read_off() {
    let mut greetings = Greetings::new(None);
    greetings.greet();
    let published = greetings.run.events_of_message(MessageId(1)).map(|e| super::super::event_name(&e.kind));
    let way = ["message.published", "subscription.matched", "message.enqueued", "message.consumed"];
    assert_eq!(published.collect::<Vec<_>>(), way);
    assert_eq!(greetings.run.message(MessageId(1)).map(|m| m.id), Some(MessageId(1)));
    let names: Vec<_> =
        greetings.run.events_of_instance(InstanceId(1)).map(|e| super::super::event_name(&e.kind)).collect();
    assert_eq!(names.last(), Some(&"instance.completed"));
}
