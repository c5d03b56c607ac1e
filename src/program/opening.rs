use crate::message::DateTime;
use crate::model::{Recurrence, RecurrenceDays, Schedule};
use serde::{Deserialize, Serialize};

const TICKS_PER_SECOND: i64 = 10_000_000;
const DAY: i64 = 24 * 60 * 60;
/// How many days ahead the next opening is looked for: a yearly day is found, and a schedule without one ends.
const HORIZON: i64 = 1500;

/// As schedules name them.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// As schedules name them.
pub const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// When a receive location or a transport is open: dates, a daily window, days that recur (RX-4, TX-8). A function of
/// the time alone, so that every replay finds the same. Days and seconds are local to the offset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// First and last day, both included; days count from 0001-01-01, a Monday.
    first: Option<i64>,
    last: Option<i64>,
    /// Seconds from midnight: open from the first until before the second. Past midnight when the second is smaller;
    /// all day when they are equal.
    window: (i64, i64),
    /// Seconds east of UTC.
    offset: i64,
    /// With the day it counts from.
    recurrence: Option<(i64, Recurrence)>,
}

impl Opening {
    /// A daily window, `08:00` to `18:00` UTC; an end at `23:59` means midnight.
    ///
    /// # Errors
    /// Names the text that is no time of day.
    pub fn daily((from, to): &(String, String)) -> Result<Self, String> {
        let end = match to.trim() {
            "23:59" | "23:59:59" => DAY,
            other => seconds(other)?,
        };
        let window = (seconds(from)?, end);
        Ok(Self { first: None, last: None, window, offset: 0, recurrence: None })
    }

    /// A schedule, in its time zone.
    ///
    /// # Errors
    /// Names the text that is no date or time of day, or the time zone that has no fixed offset.
    pub fn scheduled(schedule: &Schedule) -> Result<Self, String> {
        let mut this = match &schedule.window {
            Some(window) => Self::daily(window)?,
            None => Self { first: None, last: None, window: (0, 0), offset: 0, recurrence: None },
        };
        this.offset = offset(&schedule.time_zone)?;
        this.first = schedule.start_date.as_deref().map(day).transpose()?;
        this.last = schedule.stop_date.as_deref().map(day).transpose()?;
        if let Some(recurrence) = &schedule.recurrence {
            this.recurrence = Some((day(&recurrence.from)?, recurrence.clone()));
        }
        Ok(this)
    }

    pub fn is_open(&self, at: DateTime) -> bool {
        let (day, second) = self.local(at);
        let (from, to) = self.window;
        if from == to {
            return self.has(day);
        }
        if from < to {
            return self.has(day) && (from..to).contains(&second);
        }
        // A window past midnight belongs to the day it began on.
        self.has(day) && second >= from || self.has(day - 1) && second < to
    }

    /// The first time from `at` on at which it is open; `None` when it does not open any more.
    pub fn next(&self, at: DateTime) -> Option<DateTime> {
        if self.is_open(at) {
            return Some(at);
        }
        let (today, second) = self.local(at);
        let from = if self.window.0 == self.window.1 { 0 } else { self.window.0 };
        let day = (today..today + HORIZON).find(|day| self.has(*day) && (*day > today || second < from))?;
        let local = day.checked_mul(DAY)?.checked_add(from)?.checked_sub(self.offset)?;
        Some(DateTime(local.checked_mul(TICKS_PER_SECOND)?))
    }

    /// Day and second of the day.
    fn local(&self, at: DateTime) -> (i64, i64) {
        let seconds = at.0.div_euclid(TICKS_PER_SECOND) + self.offset;
        (seconds.div_euclid(DAY), seconds.rem_euclid(DAY))
    }

    fn has(&self, day: i64) -> bool {
        self.first.is_none_or(|first| day >= first)
            && self.last.is_none_or(|last| day <= last)
            && self.recurrence.as_ref().is_none_or(|(from, recurrence)| recurs(*from, recurrence, day))
    }
}

fn recurs(from: i64, recurrence: &Recurrence, day: i64) -> bool {
    if day < from {
        return false;
    }
    let interval = i64::from(recurrence.interval.max(1));
    let civil = DateTime(day.saturating_mul(DAY * TICKS_PER_SECOND)).civil().date();
    let weekday = word(&WEEKDAYS, day.rem_euclid(7));
    let is_last = || civil.day() == civil.days_in_month();
    let in_month = |months: &[String]| {
        let name = word(&MONTHS, i64::from(civil.month()) - 1);
        months.is_empty() || months.iter().any(|m| m == name || m == "All")
    };
    match &recurrence.days {
        RecurrenceDays::Daily => (day - from) % interval == 0,
        RecurrenceDays::Weekly(days) => {
            let week = |day: i64| day.div_euclid(7);
            (week(day) - week(from)) % interval == 0 && days.iter().any(|d| d == weekday || d == "All")
        }
        RecurrenceDays::Monthly { months, days, last_day } => {
            let named = |d: &String| {
                let number = d.strip_prefix("Day").unwrap_or(d);
                number.parse() == Ok(civil.day())
            };
            in_month(months) && (days.iter().any(named) || *last_day && is_last())
        }
        RecurrenceDays::Ordinal { months, ordinal, day: wanted } => {
            let number = i64::from(civil.day() - 1) / 7;
            let right = match ordinal.as_str() {
                "First" => number == 0,
                "Second" => number == 1,
                "Third" => number == 2,
                "Fourth" => number == 3,
                _ => civil.day() + 7 > civil.days_in_month(),
            };
            in_month(months) && right && wanted == weekday
        }
    }
}

fn word(words: &'static [&'static str], at: i64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| words.get(at)).copied().unwrap_or_default()
}

/// Seconds from midnight of `08:00` or `08:00:30`.
fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("\"{text}\" is no time of day: write it as 08:00");
    let time: jiff::civil::Time = text.trim().parse().map_err(|_| wrong())?;
    Ok(i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second()))
}

/// Day of `2026-01-31`; a time of day after it does not count.
fn day(text: &str) -> Result<i64, String> {
    let wrong = || format!("\"{text}\" is no date: write it as 2026-01-31");
    let date = text.trim().split(['T', ' ']).next().unwrap_or_default();
    let date: jiff::civil::Date = date.parse().map_err(|_| wrong())?;
    Ok(date.duration_since(jiff::civil::date(1, 1, 1)).as_secs() / DAY)
}

/// Seconds east of UTC of `UTC`, `+01:00` or `UTC+01:00`.
fn offset(zone: &str) -> Result<i64, String> {
    let text = zone.trim();
    let rest = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    let wrong = || {
        format!(
            "the time zone \"{zone}\" has no fixed offset: write it as UTC+01:00, or leave it out for UTC"
        )
    };
    let (sign, digits) = match rest.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, rest.strip_prefix('+').unwrap_or(rest)),
    };
    if digits.is_empty() && sign == 1 {
        return Ok(0);
    }
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let number =
        |text: &str, below: i64| text.parse().ok().filter(|n| (0..below).contains(n)).ok_or_else(wrong);
    Ok(sign * (number(hours, 15)? * 3600 + number(minutes, 60)? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime {
        let civil: jiff::civil::DateTime = text.parse().unwrap();
        DateTime::from_civil(civil).unwrap()
    }

    fn next(opening: &Opening, from: &str) -> Option<String> {
        opening.next(at(from)).map(|open| open.civil().to_string())
    }

    fn window(from: &str, to: &str) -> Option<(String, String)> {
        Some((from.into(), to.into()))
    }

    #[test]
    fn a_daily_window_opens_every_day() {
        let office = Opening::daily(&("08:00".into(), "18:00".into())).unwrap();
        assert!(!office.is_open(at("2026-01-01T07:59:59")));
        assert!(office.is_open(at("2026-01-01T08:00:00")));
        assert!(!office.is_open(at("2026-01-01T18:00:00")));
        assert_eq!(next(&office, "2026-01-01T18:00:00").as_deref(), Some("2026-01-02T08:00:00"));
        assert_eq!(next(&office, "2026-01-01T07:00:00").as_deref(), Some("2026-01-01T08:00:00"));
        let night = Opening::daily(&("22:00".into(), "06:00".into())).unwrap();
        assert!(night.is_open(at("2026-01-01T23:00:00")) && night.is_open(at("2026-01-01T05:00:00")));
        assert_eq!(next(&night, "2026-01-01T06:00:00").as_deref(), Some("2026-01-01T22:00:00"));
    }

    #[test]
    fn dates_and_time_zones_bound_it() {
        let schedule = Schedule {
            start_date: Some("2026-02-01".into()),
            stop_date: Some("2026-02-02".into()),
            window: window("08:00", "23:59"),
            time_zone: "UTC+01:00".into(),
            ..Schedule::default()
        };
        let opening = Opening::scheduled(&schedule).unwrap();
        assert_eq!(next(&opening, "2026-01-15T12:00:00").as_deref(), Some("2026-02-01T07:00:00"));
        assert!(opening.is_open(at("2026-02-02T22:59:59")));
        assert_eq!(next(&opening, "2026-02-02T23:00:00"), None);
        let error = Opening::scheduled(&Schedule { time_zone: "Mars".into(), ..schedule }).unwrap_err();
        assert!(error.contains("Mars"), "{error}");
    }

    #[test]
    fn days_recur() {
        let on = |interval, days| {
            let recurrence = Some(Recurrence { from: "2026-01-01".into(), interval, days });
            Opening::scheduled(&Schedule { recurrence, ..Schedule::default() }).unwrap()
        };
        let third_day = on(3, RecurrenceDays::Daily);
        assert_eq!(next(&third_day, "2026-01-02T00:00:00").as_deref(), Some("2026-01-04T00:00:00"));
        // The first of January 2026 is a Thursday.
        let weeks = on(2, RecurrenceDays::Weekly(vec!["Monday".into()]));
        assert_eq!(next(&weeks, "2026-01-01T00:00:00").as_deref(), Some("2026-01-12T00:00:00"));
        let months = |days: Vec<String>, last_day| {
            on(1, RecurrenceDays::Monthly { months: vec!["February".into()], days, last_day })
        };
        assert_eq!(
            next(&months(vec!["Day15".into()], false), "2026-01-01T00:00:00").as_deref(),
            Some("2026-02-15T00:00:00")
        );
        assert_eq!(
            next(&months(vec![], true), "2026-02-15T00:00:00").as_deref(),
            Some("2026-02-28T00:00:00")
        );
        let ordinal = |ordinal: &str| {
            on(1, RecurrenceDays::Ordinal { months: vec![], ordinal: ordinal.into(), day: "Friday".into() })
        };
        assert_eq!(next(&ordinal("Second"), "2026-01-03T00:00:00").as_deref(), Some("2026-01-09T00:00:00"));
        assert_eq!(next(&ordinal("Last"), "2026-01-03T00:00:00").as_deref(), Some("2026-01-30T00:00:00"));
    }
}
