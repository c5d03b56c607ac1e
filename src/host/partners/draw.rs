//! What is drawn: durations, arrivals, keys. Only the generator of the partners is drawn from, so a seed is a load.

use crate::message::TimeSpan;
use crate::model::{Arrivals, DrawnTime, Load};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use serde::{Deserialize, Serialize};

/// Keys that are remembered to collide with.
const KEYS: usize = 1_000;

/// Between 0 and 1, the latter excluded.
#[expect(clippy::cast_precision_loss, reason = "53 bits are all a double holds")]
fn share(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

pub fn percent(random: &mut ChaCha8Rng, of_hundred: u32) -> bool {
    of_hundred > 0 && random.next_u64() % 100 < u64::from(of_hundred)
}

/// Whole milliseconds, so that the last bits of a logarithm do not matter.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "durations are far below 2^52 ms, and never negative"
)]
pub fn span(duration: DrawnTime, random: &mut ChaCha8Rng) -> TimeSpan {
    let ms = match duration {
        DrawnTime::Fixed(ms) => ms,
        DrawnTime::Between(least, most) => {
            least + random.next_u64() % (most.saturating_sub(least).saturating_add(1)).max(1)
        }
        DrawnTime::Exponential(mean) => (-(1.0 - share(random)).ln() * mean as f64).round() as u64,
        DrawnTime::Normal(mean, deviation) => {
            // Twelve shares added are nearly normal, with a deviation of one.
            let sum: f64 = (0..12).map(|_| share(random)).sum();
            (mean as f64 + (sum - 6.0) * deviation as f64).round().max(0.0) as u64
        }
    };
    TimeSpan::from_millis(i64::try_from(ms).unwrap_or(i64::MAX / 10_000))
}

/// [`Load`] at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loading {
    pub to: String,
    messages: Vec<String>,
    /// One after the other, in place of one drawn each time.
    #[serde(default)]
    in_turn: bool,
    arrivals: Arrivals,
    pub count: u64,
    colliding: u32,
    near: u32,
    keys: Vec<String>,
}

impl Loading {
    pub fn new(load: &Load, to: String, messages: Vec<String>) -> Self {
        Self {
            to,
            messages,
            in_turn: false,
            arrivals: load.arrivals.clone(),
            count: load.count,
            colliding: load.colliding_percent,
            near: load.near_percent,
            keys: Vec::new(),
        }
    }

    /// The messages one after the other, as a partner submits them that is no load.
    #[must_use]
    pub fn in_turn(self) -> Self {
        Self { in_turn: true, ..self }
    }

    /// Text of the submission with this number, from 1.
    pub fn text(&mut self, number: u64, guid: &str, random: &mut ChaCha8Rng) -> String {
        let count = self.messages.len().max(1) as u64;
        let drawn = random.next_u64() % count;
        let pass = number.saturating_sub(1);
        let at = usize::try_from(if self.in_turn { pass % count } else { drawn }).unwrap_or(0);
        let key = self.key(number, random);
        let message = self.messages.get(at).map(String::as_str).unwrap_or_default();
        let message =
            message.replace("{n}", &number.to_string()).replace("{guid}", guid).replace("{key}", &key);
        if self.in_turn { message.replace("{round}", &(pass / count + 1).to_string()) } else { message }
    }

    fn key(&mut self, number: u64, random: &mut ChaCha8Rng) -> String {
        let (same, near) = (percent(random, self.colliding), percent(random, self.near));
        let known = random.next_u64() % (self.keys.len().max(1) as u64);
        let known = usize::try_from(known).ok().and_then(|at| self.keys.get(at)).cloned();
        match known {
            Some(known) if same => known,
            Some(known) if near => beside(&known, random.next_u64()),
            _ => {
                let key = format!("K{number:05}");
                if self.keys.len() < KEYS {
                    self.keys.push(key.clone());
                }
                key
            }
        }
    }

    /// How long after the submission with this number, at this time since the first, the next one comes.
    pub fn pause(&self, number: u64, since: TimeSpan, random: &mut ChaCha8Rng) -> TimeSpan {
        match self.arrivals {
            Arrivals::Every(duration) => span(duration, random),
            Arrivals::Bursts { size, pause } if number.is_multiple_of(u64::from(size.max(1))) => {
                span(pause, random)
            }
            Arrivals::Bursts { .. } => TimeSpan::default(),
            Arrivals::Ramp { from, to, seconds } => {
                let (from, to) = (i64::from(from.max(1)), i64::from(to.max(1)));
                let whole = i64::from(seconds.max(1)) * 1000;
                let gone = (since.0 / 10_000).clamp(0, whole);
                // Thousandths of a submission a minute.
                let grown = i128::from(to - from) * 1000 * i128::from(gone) / i128::from(whole);
                let rate = i128::from(from) * 1000 + grown;
                TimeSpan::from_millis(i64::try_from(60_000_000 / rate.max(1)).unwrap_or(1).max(1))
            }
        }
    }
}

/// A key that is easily taken for another: a letter changed, in other case, or with a blank behind it.
pub fn beside(key: &str, choice: u64) -> String {
    match choice % 3 {
        0 => key.to_lowercase(),
        1 => format!("{key} "),
        _ => {
            let mut letters: Vec<char> = key.chars().collect();
            if let Some(last) = letters.last_mut() {
                *last = if *last == '9' { '8' } else { '9' };
            }
            letters.into_iter().collect()
        }
    }
}
