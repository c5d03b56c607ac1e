//! How simulated partners take their time, fail, and put an application under load. All is drawn from the run's seed.

use super::property::is_default;
use serde::{Deserialize, Serialize};

/// How long something takes, in whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DrawnTime {
    Fixed(u64),
    /// Anything between the two, each as likely.
    Between(u64, u64),
    /// Mostly short, now and then long, so long on average: time between independent arrivals.
    Exponential(u64),
    /// About the first, as far off as the second on average; never below zero.
    Normal(u64, u64),
}

/// When a load submits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arrivals {
    /// One after the other, so far apart.
    Every(DrawnTime),
    /// So many at once, then a pause.
    Bursts { size: u32, pause: DrawnTime },
    /// From the first rate to the second, both per minute, over so many seconds; then on at the second.
    Ramp { from: u32, to: u32, seconds: u32 },
}

/// Submits generated messages. In their texts `{n}` is the number of the submission from 1, `{guid}` a fresh GUID, and
/// `{key}` a value to correlate by: a new one, or one that was there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Address it submits to.
    pub to: String,
    /// Texts, or paths of message files; one is drawn each time.
    pub messages: Vec<String>,
    pub arrivals: Arrivals,
    /// How many in all; 0 is without end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub count: u64,
    /// How many of a hundred have the key of an earlier one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub colliding_percent: u32,
    /// How many of a hundred have a key that differs from an earlier one in a letter, its case or a blank: what is easily
    /// mistaken for it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub near_percent: u32,
}
