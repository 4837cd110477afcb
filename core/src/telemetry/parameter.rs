//! The parameters of the HTTP API as text: points in time and durations, with
//! the messages that Prometheus has for them.
//! <https://prometheus.io/docs/prometheus/latest/querying/api/>

use chrono::DateTime;

use super::Millis;
use super::duration::read_duration;
use super::error::{Malformed, QueryError};
use super::text::read_float;

/// The first and the last point in time that a request may name: the years -9999
/// to 9999, which all clients can write.
const TIMES: core::ops::RangeInclusive<f64> = -377_705_116_800.0..=253_402_300_799.999;

/// Reads an optional point in time, such as `time` of a query or `start` of
/// the series; missing and empty is `default`.
///
/// # Errors
/// Returns what Prometheus says of such a text.
pub fn read_optional_time(
    name: &'static str,
    text: Option<&str>,
    default: Millis,
) -> Result<Millis, QueryError> {
    match text {
        None | Some("") => Ok(default),
        Some(text) => {
            read_time(text).ok_or_else(|| Malformed::OptionalTime(name, text.into()).into())
        }
    }
}

/// Reads a required point in time: `start` or `end` of a range query.
///
/// # Errors
/// Returns what Prometheus says of such a text.
pub fn read_required_time(name: &'static str, text: Option<&str>) -> Result<Millis, QueryError> {
    let text = text.unwrap_or_default();
    read_time(text).ok_or_else(|| Malformed::Time(name, text.into()).into())
}

/// Reads a duration, which is a number of seconds or like `5m`: `step` of a
/// range query, of at least a millisecond.
///
/// # Errors
/// Returns what Prometheus says of such a text.
pub fn read_step(text: Option<&str>) -> Result<Millis, QueryError> {
    match read_span("step", text.unwrap_or_default())? {
        seconds if seconds >= 0.001 => Ok((seconds * 1000.0) as Millis),
        seconds if seconds > 0.0 => Err(Malformed::Resolution.into()),
        // Zero, negative or not a number.
        _ => Err(Malformed::NoStep.into()),
    }
}

/// Reads `timeout`; missing and empty is `None`. There is no clock here, so
/// only what cannot be met is refused.
///
/// # Errors
/// Returns what Prometheus says of such a text, or that the time is up.
pub fn read_timeout(text: Option<&str>) -> Result<Option<Millis>, QueryError> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => match read_span("timeout", text)? {
            seconds if seconds > 0.0 => Ok(Some((seconds * 1000.0) as Millis)),
            _ => Err(QueryError::Timeout),
        },
    }
}

/// A point in time as seconds since the epoch or as RFC 3339.
fn read_time(text: &str) -> Option<Millis> {
    if let Ok(seconds) = read_float(text) {
        // Only the fraction is rounded, so that 1.0005 is 1.000 as there.
        let whole = libm::trunc(seconds);
        let millis = whole * 1000.0 + libm::round((seconds - whole) * 1000.0);
        return TIMES.contains(&seconds).then_some(millis as Millis);
    }
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.timestamp_millis())
}

/// A duration in seconds.
fn read_span(name: &'static str, text: &str) -> Result<f64, QueryError> {
    /// As many seconds as 64 bits can count nanoseconds.
    const LONGEST: f64 = 9_223_372_036.854_775;
    if let Ok(seconds) = read_float(text) {
        if seconds.abs() > LONGEST {
            return Err(Malformed::LongDuration(name, text.into()).into());
        }
        return Ok(seconds);
    }
    match read_duration(text) {
        Ok(millis) => Ok(millis as f64 / 1000.0),
        Err(_) => Err(Malformed::Duration(name, text.into()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};

    fn said<T>(result: Result<T, QueryError>) -> String {
        result.err().expect("the text is refused").to_string()
    }

    #[test]
    fn times_are_seconds_or_rfc_3339() {
        for (text, millis) in [
            ("1795291260", 1_795_291_260_000),
            ("1.5", 1_500),
            ("1.0005", 1_000),
            ("1.0006", 1_001),
            ("-5.5", -5_500),
            ("1e3", 1_000_000),
            ("2026-01-01T00:00:00Z", 1_767_225_600_000),
            ("2026-01-01T00:00:00.123456+02:00", 1_767_218_400_123),
        ] {
            assert_eq!(
                read_required_time("start", Some(text)).unwrap(),
                millis,
                "{text}"
            );
        }
        assert_eq!(read_optional_time("time", None, 7).unwrap(), 7);
        assert_eq!(read_optional_time("time", Some(""), 7).unwrap(), 7);
    }

    #[test]
    fn other_times_are_refused_in_the_words_of_prometheus() {
        assert_eq!(
            said(read_optional_time("time", Some("abc"), 0)),
            "invalid parameter \"time\": Invalid time value for 'time': \
             cannot parse \"abc\" to a valid timestamp"
        );
        assert_eq!(
            said(read_required_time("start", None)),
            "invalid parameter \"start\": cannot parse \"\" to a valid timestamp"
        );
        for text in [
            "NaN",
            "inf",
            "1e18",
            "1e400",
            "2026-01-01",
            "0x10",
            " 1",
            "12:00",
        ] {
            assert!(read_required_time("end", Some(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn steps_are_seconds_or_durations() {
        for (text, millis) in [("60", 60_000), ("1m", 60_000), ("1.5", 1_500), ("0.001", 1)] {
            assert_eq!(read_step(Some(text)).unwrap(), millis, "{text}");
        }
        let zero = "invalid parameter \"step\": zero or negative query resolution step widths \
                    are not accepted. Try a positive integer";
        for text in ["0", "-1", "NaN", "0s"] {
            assert_eq!(said(read_step(Some(text))), zero, "{text}");
        }
        assert_eq!(
            said(read_step(None)),
            "invalid parameter \"step\": cannot parse \"\" to a valid duration"
        );
        assert_eq!(
            said(read_step(Some("1e300"))),
            "invalid parameter \"step\": cannot parse \"1e300\" to a valid duration. \
             It overflows int64"
        );
        assert!(said(read_step(Some("0.0001"))).starts_with("exceeded maximum resolution"));
    }

    #[test]
    fn a_timeout_that_is_over_is_a_timeout() {
        assert_eq!(read_timeout(None).unwrap(), None);
        assert_eq!(read_timeout(Some("5s")).unwrap(), Some(5_000));
        assert!(matches!(read_timeout(Some("-5")), Err(QueryError::Timeout)));
        assert!(matches!(read_timeout(Some("0")), Err(QueryError::Timeout)));
        assert_eq!(
            said(read_timeout(Some("abc"))),
            "invalid parameter \"timeout\": cannot parse \"abc\" to a valid duration"
        );
    }
}
