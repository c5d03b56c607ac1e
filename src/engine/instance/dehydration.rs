//! The dehydration decision (section 5.4): how long an instance has to wait to leave memory.

use crate::message::TimeSpan;
use crate::model::{Dehydration, DehydrationBehavior, MemoryLimits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// What the host's memory holds. It is told, not measured: a run is the same when it is replayed elsewhere (DEH-10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryUsage {
    /// Address space of the process, in megabytes.
    pub virtual_mb: u32,
    /// Private bytes of the process, in megabytes.
    pub private_mb: u32,
    /// Memory of the machine that is in use, in percent.
    pub physical_percent: u32,
}

/// The wait, in seconds, beyond which an instance leaves memory: the more is in use, the shorter (DEH-3).
pub fn test_threshold(settings: &Dehydration, usage: MemoryUsage) -> f64 {
    if let Some(constant) = settings.constant_threshold {
        return f64::from(constant);
    }
    let alpha = alpha(usage.virtual_mb, settings.virtual_memory)
        .min(alpha(usage.private_mb, settings.private_memory))
        .min(alpha(usage.physical_percent, settings.physical_memory));
    let (min, max) = (f64::from(settings.min_threshold), f64::from(settings.max_threshold));
    min + alpha * (max - min)
}

/// 1 while there is enough of one kind of memory, 0 when there is too little, in between in proportion.
fn alpha(usage: u32, limits: MemoryLimits) -> f64 {
    if !limits.active || usage < limits.optimal {
        1.0
    } else if usage >= limits.maximal {
        0.0
    } else {
        f64::from(limits.maximal - usage) / f64::from(limits.maximal - limits.optimal)
    }
}

/// The threshold as a span of time.
pub fn threshold_span(settings: &Dehydration, usage: MemoryUsage) -> TimeSpan {
    #[expect(clippy::cast_possible_truncation, reason = "at most u32::MAX seconds")]
    let ms = (test_threshold(settings, usage) * 1000.0) as i64;
    TimeSpan::from_millis(ms)
}

/// True when an instance that is `blocked` so long, and is estimated to wait `estimated` in all, leaves memory
/// (DEH-3, DEH-5). `None` is a wait nothing is known about.
pub fn leaves_memory(
    settings: &Dehydration,
    usage: MemoryUsage,
    estimated: Option<TimeSpan>,
    blocked: TimeSpan,
) -> bool {
    let threshold = threshold_span(settings, usage);
    match settings.behavior {
        DehydrationBehavior::Always => true,
        DehydrationBehavior::Never => false,
        DehydrationBehavior::Custom => {
            estimated.is_some_and(|wait| wait > threshold) || blocked.0 / 2 > threshold.0
        }
    }
}

/// How long instances waited at a place: the last ten waits of all of them (CONFLICT 11).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WaitHistory(BTreeMap<(u16, u32), VecDeque<TimeSpan>>);

impl WaitHistory {
    const LENGTH: usize = 10;

    /// An instance of `service` has waited at its operation `pc`.
    pub fn record(&mut self, service: u16, pc: u32, wait: TimeSpan) {
        let waits = self.0.entry((service, pc)).or_default();
        if waits.len() == Self::LENGTH {
            waits.pop_front();
        }
        waits.push_back(wait);
    }

    /// The mean of the waits at a place; `None` when nobody has waited there.
    pub fn mean(&self, service: u16, pc: u32) -> Option<TimeSpan> {
        let waits = self.0.get(&(service, pc))?;
        let sum = waits.iter().fold(0_i64, |sum, wait| sum.saturating_add(wait.0));
        i64::try_from(waits.len()).ok().and_then(|count| sum.checked_div(count)).map(TimeSpan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Given 250 MB of private bytes between the limits 50 and 350, a history of 90 s and a wait of 60 s, when the decision
    /// is computed, then the threshold is about 600.7 s and the instance stays in memory (DEH-3, DEH-6).
    /// Decision: what is compared with the threshold is the remaining time of a known delay, else the mean of the last ten
    /// waits of all instances at that place; without either only the time it is blocked counts (CONFLICT 11).
    #[test]
    fn c143_the_threshold_follows_memory() {
        let settings = Dehydration::default();
        let usage = MemoryUsage { private_mb: 250, ..MemoryUsage::default() };
        let threshold = test_threshold(&settings, usage);
        assert!((threshold - 600.67).abs() < 0.01, "{threshold}");
        let seconds = TimeSpan::from_seconds;
        assert!(!leaves_memory(&settings, usage, Some(seconds(90)), seconds(60)));
        assert!(leaves_memory(&settings, usage, Some(seconds(601)), seconds(60)));
        assert!(leaves_memory(&settings, usage, None, seconds(1202)));
        assert!(!leaves_memory(&settings, usage, None, seconds(1201)));
    }

    #[test]
    fn the_scarcest_memory_counts_and_inactive_limits_do_not() {
        let mut settings = Dehydration::default();
        let usage = |virtual_mb, private_mb, physical_percent| MemoryUsage {
            virtual_mb,
            private_mb,
            physical_percent,
        };
        let full = |settings: &Dehydration, usage| test_threshold(settings, usage).round();
        assert_eq!(full(&settings, usage(899, 49, 100)), 1800.0, "physical memory is off by default (DEH-4)");
        assert_eq!(full(&settings, usage(1400, 0, 0)), 1.0);
        assert_eq!(full(&settings, usage(1100, 349, 0)), 7.0);
        settings.physical_memory.active = true;
        assert_eq!(full(&settings, usage(0, 0, 96)), 1.0);
        settings.constant_threshold = Some(42);
        assert_eq!(full(&settings, usage(0, 0, 96)), 42.0);
    }

    #[test]
    fn the_history_is_the_mean_of_the_last_ten_waits() {
        let mut history = WaitHistory::default();
        assert_eq!(history.mean(1, 2), None);
        for seconds in 1..=12 {
            history.record(1, 2, TimeSpan::from_seconds(seconds));
        }
        assert_eq!(history.mean(1, 2), Some(TimeSpan::from_millis(7_500)));
        assert_eq!(history.mean(1, 3), None);
    }
}
