//! Parts of dates in UTC, from seconds since the epoch.

use chrono::{DateTime, Datelike, Timelike};

use crate::telemetry::promql::Calendar;

/// A part of the date at so many seconds; NaN if there is no such date.
pub(super) fn part_of(part: Calendar, seconds: f64) -> f64 {
    // What is not a number has no date; fractions are cut off as in Go.
    let date = (!seconds.is_nan()).then_some(seconds as i64);
    let Some(date) = date.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) else {
        return f64::NAN;
    };
    match part {
        Calendar::Year => f64::from(date.year()),
        Calendar::Month => f64::from(date.month()),
        Calendar::DayOfMonth => f64::from(date.day()),
        Calendar::DayOfWeek => f64::from(date.weekday().num_days_from_sunday()),
        Calendar::DayOfYear => f64::from(date.ordinal()),
        Calendar::DaysInMonth => f64::from(date.num_days_in_month()),
        Calendar::Hour => f64::from(date.hour()),
        Calendar::Minute => f64::from(date.minute()),
    }
}
