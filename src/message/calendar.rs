use super::DateTime;
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// Ticks at 1970-01-01, where `jiff` counts from.
const UNIX_EPOCH: i64 = 621_355_968_000_000_000;
const TICKS_PER_SECOND: i64 = 10_000_000;

impl DateTime {
    /// 9999-12-31T23:59:59.9999999, the last .NET date.
    pub const MAX: Self = Self(3_155_378_975_999_999_999);

    /// From calendar fields, UTC; `None` outside the years 1 to 9999.
    pub fn from_civil(civil: civil::DateTime) -> Option<Self> {
        TimeZone::UTC.to_timestamp(civil).ok().and_then(Self::from_timestamp)
    }

    /// An instant, cut to 100 ns; `None` outside the years 1 to 9999.
    pub fn from_timestamp(instant: Timestamp) -> Option<Self> {
        let ticks = instant
            .as_second()
            .checked_mul(TICKS_PER_SECOND)?
            .checked_add(i64::from(instant.subsec_nanosecond()).div_euclid(100))?
            .checked_add(UNIX_EPOCH)?;
        (0..=Self::MAX.0).contains(&ticks).then_some(Self(ticks))
    }

    /// Calendar fields, UTC. Ticks outside the .NET range are drawn to its nearer end.
    pub fn civil(self) -> civil::DateTime {
        TimeZone::UTC.to_datetime(self.timestamp())
    }

    /// The same instant for `jiff`.
    pub fn timestamp(self) -> Timestamp {
        let ticks = self.0.clamp(0, Self::MAX.0) - UNIX_EPOCH;
        let nanos = i32::try_from(ticks.rem_euclid(TICKS_PER_SECOND) * 100).unwrap_or(0);
        Timestamp::new(ticks.div_euclid(TICKS_PER_SECOND), nanos).unwrap_or_default()
    }
}
