//! Points in time, as milliseconds since the Unix epoch, and their RFC 3339
//! text. There is no clock here: hosts read theirs and pass the result in.

use alloc::string::String;
use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat};
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time with millisecond precision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The last millisecond of the year 9999, after which RFC 3339 has no text.
const LAST: i64 = 253_402_300_799_999;

impl Timestamp {
    /// A point in time from milliseconds since the epoch; values outside the
    /// years 1970 to 9999 become the nearest end.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        if millis < 0 {
            Self(0)
        } else if millis > LAST {
            Self(LAST)
        } else {
            Self(millis)
        }
    }

    /// A point in time from whole seconds since the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0 / 1000
    }

    /// The point in time this many seconds later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_millis(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// This point in time, or the first one past `former` if it is not: clocks
    /// stand still and go back, and what comes later must not look the same.
    #[must_use]
    pub fn past(self, former: Option<Self>) -> Self {
        let least = former.map_or(0, |former| former.0.saturating_add(1));
        Self::from_millis(self.0.max(least))
    }

    /// Year and month in UTC, which is what billing periods are made of.
    #[must_use]
    pub fn month(self) -> Month {
        let date = self.utc().date_naive();
        Month {
            year: date.year(),
            month: date.month(),
        }
    }

    /// Text with whole seconds in UTC, as in `2026-01-05T10:00:00Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// Text with milliseconds in UTC.
    #[must_use]
    pub fn to_rfc3339_millis(self) -> String {
        self.utc().to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// Reads RFC 3339 text with any offset.
    #[must_use]
    pub fn read_rfc3339(text: &str) -> Option<Self> {
        let millis = DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis();
        (0..=LAST).contains(&millis).then_some(Self(millis))
    }

    fn utc(self) -> DateTime<chrono::Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339_millis())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339_millis())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <alloc::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::read_rfc3339(&text).ok_or_else(|| de::Error::custom("not an RFC 3339 date-time"))
    }
}

/// A calendar month in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: u32,
}

impl Month {
    /// Reads `YYYY-MM`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12).contains(&month).then_some(Self { year, month })
    }

    /// The month before.
    #[must_use]
    pub const fn previous(self) -> Self {
        if self.month == 1 {
            Self {
                year: self.year - 1,
                month: 12,
            }
        } else {
            Self {
                year: self.year,
                month: self.month - 1,
            }
        }
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <alloc::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| de::Error::custom("not a month written YYYY-MM"))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Whether the text is a real calendar date written `YYYY-MM-DD`.
#[must_use]
pub fn is_calendar_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Month, Timestamp, is_calendar_date};
    use alloc::string::ToString;

    #[test]
    fn text_and_number_agree() {
        let time = Timestamp::from_seconds(1_767_607_200);
        assert_eq!(time.to_rfc3339(), "2026-01-05T10:00:00Z");
        assert_eq!(
            Timestamp::read_rfc3339("2026-01-05T12:00:00+02:00"),
            Some(time)
        );
        assert_eq!(Timestamp::read_rfc3339("2026-01-05"), None);
        assert_eq!(time.month().previous().to_string(), "2025-12");
    }

    #[test]
    fn times_outside_the_calendar_are_the_nearest_end() {
        assert_eq!(Timestamp::from_seconds(i64::MIN).millis(), 0);
        assert_eq!(
            Timestamp::from_seconds(i64::MAX).to_rfc3339(),
            "9999-12-31T23:59:59Z"
        );
    }

    #[test]
    fn what_comes_later_is_never_the_same_point_in_time() {
        let [early, late] = [1000, 2000].map(Timestamp::from_millis);
        assert_eq!(late.past(None), late);
        assert_eq!(late.past(Some(early)), late);
        assert_eq!(early.past(Some(early)).millis(), 1001);
        assert_eq!(early.past(Some(late)).millis(), 2001);
    }

    #[test]
    fn only_real_dates_and_months_are_accepted() {
        for (text, real) in [
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2024-2-9", false),
            ("+024-02-09", false),
        ] {
            assert_eq!(is_calendar_date(text), real, "{text}");
        }
        for (text, real) in [
            ("2026-12", true),
            ("2026-13", false),
            ("2026-00", false),
            ("226-01", false),
            ("2026-+1", false),
        ] {
            assert_eq!(Month::read(text).is_some(), real, "{text}");
        }
    }
}
