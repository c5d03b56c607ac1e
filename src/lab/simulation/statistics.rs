//! Durations by how often they came, and what replications say of a mean.

use crate::message::TimeSpan;
use serde::Serialize;
use std::collections::BTreeMap;

const TICKS_PER_MS: i64 = TimeSpan::TICKS_PER_SECOND / 1000;
/// Bars of a histogram at most.
const BARS: i64 = 24;

/// Durations by how often they came. They are kept to four digits of milliseconds, so the memory they take has a bound
/// however many there are; sum and longest are exact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Durations {
    counts: BTreeMap<i64, u64>,
    count: u64,
    ticks: i64,
    longest: i64,
}

/// One bar of a histogram: durations from `from` up to but not including `to`, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bar {
    pub from: i64,
    /// `None` for the last bar when it has all longer ones.
    pub to: Option<i64>,
    pub count: u64,
}

/// What independent replications say of a number, in milliseconds where it is a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    /// Half the width of the 95 % confidence interval around it; `None` of a single replication.
    pub half: Option<f64>,
}

impl Estimate {
    /// Mean and interval (Student's t) of what each replication gave; `None` without any.
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = number(values.len() as u64);
        if values.is_empty() {
            return None;
        }
        let value = values.iter().sum::<f64>() / n;
        let half = (values.len() > 1).then(|| {
            let squares: f64 = values.iter().map(|own| (own - value).powi(2)).sum();
            student(values.len() - 1) * (squares / (n - 1.0) / n).sqrt()
        });
        Some(Self { value, half })
    }

    /// Half the width as a share of the value.
    pub fn relative(&self) -> Option<f64> {
        self.half.map(|half| if self.value > 0.0 { half / self.value } else { 0.0 })
    }
}

/// The two-sided 95 % quantile of Student's t distribution.
fn student(freedom: usize) -> f64 {
    const FIRST: [f64; 6] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447];
    if let Some(known) = freedom.checked_sub(1).and_then(|at| FIRST.get(at)) {
        return *known;
    }
    // Cornish and Fisher's expansion around the normal quantile: good to a thousandth from seven degrees on.
    let (z, n) = (1.959_964_f64, number(freedom as u64));
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
    z + first / n + second / n.powi(2) + third / n.powi(3)
}

#[expect(clippy::cast_precision_loss, reason = "counts and ticks are far below 2^52")]
pub fn number(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "ticks of a run are far below 2^52 milliseconds")]
pub fn millis(ticks: i64) -> f64 {
    ticks as f64 / TICKS_PER_MS as f64
}

impl Durations {
    pub fn add(&mut self, span: TimeSpan) {
        self.add_many(span, 1);
    }

    /// As many of the same.
    pub fn add_many(&mut self, span: TimeSpan, count: u64) {
        if count == 0 {
            return;
        }
        let ticks = span.0.max(0);
        *self.counts.entry(rounded(ticks / TICKS_PER_MS)).or_default() += count;
        self.count += count;
        self.ticks =
            self.ticks.saturating_add(ticks.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)));
        self.longest = self.longest.max(ticks);
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Sum, in milliseconds.
    pub fn total(&self) -> f64 {
        millis(self.ticks)
    }

    /// Mean in milliseconds; 0 of none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.total() / number(self.count) }
    }

    /// In milliseconds.
    pub fn longest(&self) -> f64 {
        millis(self.longest)
    }

    /// The smallest duration that this share of all does not exceed (nearest rank), in milliseconds; 0 of none.
    pub fn quantile(&self, share: f64) -> f64 {
        let wanted = (number(self.count) * share).ceil().max(1.0);
        let mut below = 0;
        for (ms, count) in &self.counts {
            below += count;
            if number(below) >= wanted {
                return millis(ms.saturating_mul(TICKS_PER_MS)).min(self.longest());
            }
        }
        self.longest()
    }

    /// Bars of one width, a round number; the last one takes a tail that would push the others together.
    pub fn bars(&self) -> Vec<Bar> {
        let (Some((least, _)), Some((most, _))) =
            (self.counts.first_key_value(), self.counts.last_key_value())
        else {
            return Vec::new();
        };
        #[expect(clippy::cast_possible_truncation, reason = "a duration that was an integer before")]
        let common = self.quantile(0.99) as i64;
        let end = if *most > common.saturating_mul(2) { common } else { *most };
        let width = width((end - least).max(0));
        let first = least / width * width;
        let last = end / width;
        let mut bars: Vec<Bar> = (first / width..=last)
            .map(|at| Bar { from: at * width, to: Some((at + 1) * width), count: 0 })
            .collect();
        if end < *most {
            bars.push(Bar { from: (last + 1) * width, to: None, count: 0 });
        }
        for (ms, count) in &self.counts {
            let at = usize::try_from((ms - first) / width).unwrap_or(usize::MAX).min(bars.len() - 1);
            if let Some(bar) = bars.get_mut(at) {
                bar.count += count;
            }
        }
        bars
    }
}

/// To four digits.
fn rounded(ms: i64) -> i64 {
    let mut unit = 1;
    while ms / unit >= 10_000 {
        unit *= 10;
    }
    ms / unit * unit
}

/// The smallest round number of milliseconds of which [`BARS`] cover a range.
fn width(range: i64) -> i64 {
    const SECOND: i64 = 1000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    let round = [
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500,
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        6 * HOUR,
        12 * HOUR,
        24 * HOUR,
    ];
    let fits = |width: &i64| range / width < BARS;
    round.into_iter().find(fits).unwrap_or_else(|| (range / BARS / (24 * HOUR) + 1) * 24 * HOUR)
}

/// Units of time, each with where it begins to be used; in milliseconds.
const UNITS: [(f64, f64, &str); 5] = [
    (1.0, 0.0, "ms"),
    (1_000.0, 1_000.0, "s"),
    (60_000.0, 120_000.0, "min"),
    (3_600_000.0, 7_200_000.0, "h"),
    (86_400_000.0, 172_800_000.0, "days"),
];

/// `320 ms`, `6.42 s`, `3.50 min`, `5.10 h`: three digits.
pub fn span_words(ms: f64) -> String {
    let (unit, digits, name) = unit(ms);
    if ms < 0.5 { "0".to_owned() } else { format!("{:.digits$} {name}", ms / unit) }
}

/// The unit for a time, digits after its point so that there are three in all, and its name.
fn unit(ms: f64) -> (f64, usize, &'static str) {
    let own = UNITS.iter().rev().find(|(_, from, _)| ms >= *from).unwrap_or(&(1.0, 0.0, "ms"));
    let digits = match ms / own.0 {
        _ if own.2 == "ms" => 0,
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    (own.0, digits, own.2)
}

impl Estimate {
    /// A time with its interval in one unit: `6.42 ± 0.31 s`.
    pub fn span_words(&self) -> String {
        let (unit, digits, name) = unit(self.value);
        match self.half.filter(|half| *half / unit * 10_f64.powi(i32::try_from(digits).unwrap_or(0)) >= 0.5) {
            Some(half) => format!("{:.digits$} ± {:.digits$} {name}", self.value / unit, half / unit),
            None => span_words(self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(values: impl IntoIterator<Item = i64>) -> Durations {
        let mut all = Durations::default();
        values.into_iter().for_each(|s| all.add(TimeSpan::from_seconds(s)));
        all
    }

    #[test]
    fn quantiles_are_by_nearest_rank() {
        let all = seconds(1..=100);
        assert_eq!(all.quantile(0.5), 50_000.0);
        assert_eq!(all.quantile(0.95), 95_000.0);
        assert_eq!(all.quantile(1.0), 100_000.0);
        assert_eq!(all.mean(), 50_500.0);
        assert_eq!(seconds([]).quantile(0.95), 0.0);
    }

    #[test]
    fn intervals_are_students() {
        // Five numbers with mean 3 and variance 2.5: 2.776 * sqrt(2.5 / 5).
        let found = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!((found.value - 3.0).abs() < 1e-12);
        assert!((found.half.unwrap() - 1.963).abs() < 1e-3);
        assert_eq!(Estimate::of(&[7.0]).unwrap().half, None);
        assert_eq!(Estimate::of(&[]), None);
        for (freedom, known) in [(1, 12.706), (4, 2.776), (5, 2.571), (9, 2.262), (29, 2.045), (120, 1.980)] {
            assert!((student(freedom) - known).abs() < 3e-3, "{freedom}: {}", student(freedom));
        }
    }

    #[test]
    fn bars_hold_everything_and_a_long_tail_is_one_bar() {
        let all = seconds(1..=100);
        let bars = all.bars();
        assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), 100);
        assert!(bars.len() <= 25 && bars.iter().all(|bar| bar.to.is_some()));
        let mut tailed = seconds(std::iter::repeat_n(5, 1000));
        tailed.add(TimeSpan::from_seconds(100_000));
        let bars = tailed.bars();
        assert_eq!(bars.last().map(|bar| (bar.to, bar.count)), Some((None, 1)));
        assert!(seconds([]).bars().is_empty());
    }

    #[test]
    fn memory_has_a_bound() {
        let mut all = Durations::default();
        (0..500_000_i64).for_each(|n| all.add(TimeSpan::from_millis(n * 37)));
        assert!(all.counts.len() < 50_000);
        let exact = 500_000.0 * 0.95 * 37.0;
        assert!((all.quantile(0.95) / exact - 1.0).abs() < 1e-3);
    }

    #[test]
    fn times_are_said_in_three_digits() {
        let said = [0.0, 320.0, 6_420.0, 64_200.0, 210_000.0, 18_360_000.0].map(span_words);
        assert_eq!(said, ["0", "320 ms", "6.42 s", "64.2 s", "3.50 min", "5.10 h"]);
        let said = |value, half| Estimate { value, half }.span_words();
        assert_eq!(said(6_420.0, Some(310.0)), "6.42 ± 0.31 s");
        assert_eq!(said(6_420.0, Some(2.0)), "6.42 s");
        assert_eq!(said(64_200.0, Some(1_510.0)), "64.2 ± 1.5 s");
        assert_eq!(said(640.0, None), "640 ms");
    }
}
