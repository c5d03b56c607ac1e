//! The engine's own thread: commands in, updates out, both over bounded channels. Neither side ever waits for the
//! other: an update the window has not taken grows into the next one.

use super::player::{Command, Player, Update};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a playing run is taken further and shown.
const BEAT: Duration = Duration::from_millis(33);
/// How often the clock alone is shown while nothing happens.
const IDLE_BEAT: Duration = Duration::from_millis(100);
/// Longest piece of work between two looks at the commands.
const BUDGET: Duration = Duration::from_millis(12);
const COMMANDS: usize = 256;

/// Called from the engine's thread when there is something new; must not block.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// The window's end of the channels. The thread ends when this is dropped.
#[derive(Debug)]
pub struct Worker {
    commands: Sender<Command>,
    updates: Receiver<Update>,
    /// A thread could not be had; says why.
    pub failed: Option<String>,
}

impl Worker {
    pub fn start(waker: Waker) -> Self {
        let (commands, taken) = bounded(COMMANDS);
        let (given, updates) = bounded(2);
        let work = move || work(&taken, &given, &waker);
        let failed = std::thread::Builder::new().name("engine".to_owned()).spawn(work).err();
        Self { commands, updates, failed: failed.map(|e| e.to_string()) }
    }

    /// False when the engine is too busy to take it; nothing has happened then.
    pub fn tell(&self, command: Command) -> bool {
        self.commands.try_send(command).is_ok()
    }

    /// What the engine reported since the last call, oldest first.
    pub fn updates(&self) -> impl Iterator<Item = Update> {
        self.updates.try_iter()
    }
}

fn work(commands: &Receiver<Command>, updates: &Sender<Update>, waker: &Waker) {
    let mut player = Player::new();
    let mut held: Option<Update> = None;
    let mut shown = Instant::now();
    loop {
        let first = if player.playing() || held.is_some() || player.reading() {
            let wait = if player.behind() { Duration::ZERO } else { BEAT };
            match commands.recv_timeout(wait) {
                Ok(command) => Some(command),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        } else {
            match commands.recv() {
                Ok(command) => Some(command),
                Err(_) => return,
            }
        };
        let told = first.is_some();
        let mut told_all = first.into_iter().chain(commands.try_iter()).peekable();
        while let Some(command) = told_all.next() {
            // Of a playhead that is dragged only the last place counts.
            let overtaken = matches!(
                (&command, told_all.peek()),
                (Command::Seek(_), Some(Command::Seek(_))) | (Command::List(_), Some(Command::List(_)))
            );
            if !overtaken {
                player.obey(command, Instant::now());
            }
        }
        let playing = player.playing();
        let moved = player.play(Instant::now(), BUDGET);
        // What stopped by itself says so now: nothing else may come.
        let stopped = playing && !player.playing();
        let beat = if moved || held.is_some() || player.reading() { BEAT } else { IDLE_BEAT };
        if !told && !stopped && shown.elapsed() < beat {
            continue;
        }
        shown = Instant::now();
        let update = match held.take() {
            Some(earlier) => player.update_after(earlier),
            None => player.update(),
        };
        match updates.try_send(update) {
            Ok(()) => waker(),
            Err(TrySendError::Full(update)) => held = Some(update),
            Err(TrySendError::Disconnected(_)) => return,
        }
    }
}
