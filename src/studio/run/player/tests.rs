use super::*;
use crate::studio::sample;

const LONG: Duration = Duration::from_secs(20);

fn southridge(speed: f64) -> (Player, Instant) {
    keeping(KEPT, speed)
}

fn keeping(events: usize, speed: f64) -> (Player, Instant) {
    let (mut player, now) = (Player { memory: events, ..Player::new() }, Instant::now());
    let application = sample::load("southridge").unwrap();
    for command in [Command::Load(Arc::new(application)), Command::Speed(speed), Command::Play] {
        player.obey(command, now);
    }
    (player, now)
}

/// Wall time in quarters of a second, which is the most that counts at once.
fn quarters(player: &mut Player, mut now: Instant, count: u32) -> Instant {
    for _ in 0..count {
        now += Duration::from_millis(250);
        player.play(now, LONG);
    }
    now
}

#[test]
fn virtual_time_passes_at_the_chosen_speed() {
    let (mut player, now) = southridge(4.0);
    let now = quarters(&mut player, now, 4);
    assert_eq!(player.update().clock.elapsed, TimeSpan::from_seconds(4));
    player.obey(Command::Pause, now);
    quarters(&mut player, now, 4);
    assert_eq!(player.update().clock.elapsed, TimeSpan::from_seconds(4), "paused");
}

#[test]
fn a_long_run_keeps_only_so_much() {
    const FEW: usize = 20_000;
    let (mut player, now) = keeping(FEW, 64.0);
    quarters(&mut player, now, 60);
    let record = player.runs.run().unwrap().run();
    assert!(record.last_seq() > 3 * FEW as u64, "{} events happened", record.last_seq());
    assert!(record.events().len() < 2 * FEW, "{} are kept", record.events().len());
    assert!(player.runs.run().unwrap().all_sent().is_empty(), "transmissions are not kept");
    let update = player.update();
    assert!(update.events.len() <= HANDED && update.anew);
    assert!(update.ended > 500 && update.instances.len() <= 500);
}

#[test]
fn a_moment_is_everything_that_happens_at_one_time() {
    let (mut player, now) = southridge(1.0);
    player.update();
    player.obey(Command::Moment, now);
    let update = player.update();
    assert!(!update.clock.playing && update.clock.elapsed == TimeSpan(0));
    let times: Vec<_> = update.events.iter().map(|e| e.at).collect();
    assert!(times.windows(2).all(|w| w[0] == w[1]) && times.len() > 50);
    player.obey(Command::Moment, now);
    assert!(player.update().clock.elapsed > TimeSpan(0), "the next one is later");
}

#[test]
fn the_watched_instance_is_handed_out_whole_and_others_in_a_line() {
    let (mut player, now) = southridge(1.0);
    let now = quarters(&mut player, now, 4);
    let update = player.update();
    let manager = update.instances.iter().find(|s| s.service.as_str().ends_with("OrderManagerOrch"));
    let manager = manager.unwrap().clone();
    assert!(manager.key().ends_with(" / 1"), "{}", manager.key());
    assert!(update.watched.is_none());
    player.obey(Command::Watch(Some(manager.id)), now);
    let watched = player.update().watched.unwrap();
    let view = watched.view.as_ref().unwrap();
    assert_eq!(view.subscriptions.len(), 3);
    assert!(view.subscriptions.iter().all(|s| watched.ports.contains_key(&s.id)));
    assert!(watched.exchanges.iter().any(|e| e.way == super::super::tracker::Way::Sent));
}

#[test]
fn an_instance_that_ended_is_shown_as_it_was_before() {
    let (mut player, now) = southridge(8.0);
    let now = quarters(&mut player, now, 6);
    let update = player.update();
    let ended = update
        .instances
        .iter()
        .rev()
        .find(|s| s.service.as_str().ends_with("OrderManagerOrch") && s.phase.ended());
    player.obey(Command::Watch(Some(ended.unwrap().id)), now);
    let watched = player.update().watched.unwrap();
    assert!(!watched.alive);
    assert!(watched.view.as_ref().is_some_and(|v| !v.variables.is_empty()));
}

#[test]
fn updates_that_were_not_taken_grow_into_one() {
    let (mut player, now) = southridge(1.0);
    let first = player.update();
    quarters(&mut player, now, 2);
    let second = player.update();
    let (one, two) = (first.events.len(), second.events.len());
    let both = second.after(first);
    assert_eq!(both.events.len(), one + two);
    assert!(both.events.windows(2).all(|w| w[0].seq + 1 == w[1].seq), "without a gap");
}
