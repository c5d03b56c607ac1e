//! How messages arrive, as it is set up in a form.

use crate::model::{Arrivals, DrawnTime};
use crate::studio::panels::fields;
use egui::{DragValue, Ui};
use std::ops::RangeInclusive;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pattern {
    #[default]
    Every,
    Random,
    Bursts,
    Ramp,
}

const PATTERNS: [(Pattern, &str); 4] = [
    (Pattern::Every, "Evenly"),
    (Pattern::Random, "At random"),
    (Pattern::Bursts, "In bursts"),
    (Pattern::Ramp, "More and more"),
];

/// An arrival pattern with the numbers of all of them. Times are milliseconds, rates per minute.
#[derive(Clone, Debug)]
pub struct Form {
    pattern: Pattern,
    pause: u64,
    burst: u32,
    from: u32,
    to: u32,
    seconds: u32,
}

impl Default for Form {
    fn default() -> Self {
        Self { pattern: Pattern::Every, pause: 500, burst: 20, from: 30, to: 600, seconds: 60 }
    }
}

impl Form {
    /// The form with these arrivals filled in; a time that is neither fixed nor exponential has its mean.
    pub fn of(arrivals: &Arrivals) -> Self {
        let mean = |time: &DrawnTime| match *time {
            DrawnTime::Fixed(ms) | DrawnTime::Exponential(ms) | DrawnTime::Normal(ms, _) => ms,
            DrawnTime::Between(least, most) => least.midpoint(most),
        };
        let form = Self::default();
        match arrivals {
            Arrivals::Every(time) => {
                let fixed = matches!(time, DrawnTime::Fixed(_));
                let pattern = if fixed { Pattern::Every } else { Pattern::Random };
                Self { pattern, pause: mean(time), ..form }
            }
            Arrivals::Bursts { size, pause } => {
                Self { pattern: Pattern::Bursts, burst: *size, pause: mean(pause), ..form }
            }
            Arrivals::Ramp { from, to, seconds } => {
                Self { pattern: Pattern::Ramp, from: *from, to: *to, seconds: *seconds, ..form }
            }
        }
    }

    pub fn arrivals(&self) -> Arrivals {
        match self.pattern {
            Pattern::Every => Arrivals::Every(DrawnTime::Fixed(self.pause)),
            Pattern::Random => Arrivals::Every(DrawnTime::Exponential(self.pause)),
            Pattern::Bursts => Arrivals::Bursts { size: self.burst, pause: DrawnTime::Fixed(self.pause) },
            Pattern::Ramp => Arrivals::Ramp { from: self.from, to: self.to, seconds: self.seconds },
        }
    }

    /// Its rows; true when one was changed.
    pub fn rows(&mut self, ui: &mut Ui) -> bool {
        let mut changed = fields::pick(ui, "Arrive", &mut self.pattern, &PATTERNS);
        match self.pattern {
            Pattern::Every | Pattern::Random => {
                changed |= number(ui, "Apart", &mut self.pause, 1..=86_400_000, " ms");
            }
            Pattern::Bursts => {
                changed |= small(ui, "At once", &mut self.burst, 100_000, "");
                changed |= number(ui, "Pause", &mut self.pause, 1..=86_400_000, " ms");
            }
            Pattern::Ramp => {
                changed |= small(ui, "From", &mut self.from, 1_000_000, " a minute");
                changed |= small(ui, "To", &mut self.to, 1_000_000, " a minute");
                changed |= small(ui, "Within", &mut self.seconds, 86_400, " s");
            }
        }
        changed
    }
}

/// A row with a number; true when it was changed.
pub fn number(ui: &mut Ui, label: &str, value: &mut u64, range: RangeInclusive<u64>, unit: &str) -> bool {
    fields::row(ui, label, |ui| ui.add(DragValue::new(value).range(range).suffix(unit)).changed())
}

/// A row with a number from 0; true when it was changed.
pub fn small(ui: &mut Ui, label: &str, value: &mut u32, most: u32, unit: &str) -> bool {
    fields::row(ui, label, |ui| ui.add(DragValue::new(value).range(0..=most).suffix(unit)).changed())
}
