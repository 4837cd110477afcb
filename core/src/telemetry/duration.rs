//! Durations as PromQL writes them: `5m`, `1h30m`, `250ms`. They are counted in
//! milliseconds here. A year has 365 days and a week seven.
//! <https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations>

use alloc::string::String;
use core::fmt::{self, Write};

use super::Millis;
use super::text::Quoted;

/// The units from the longest to the shortest, each with its milliseconds.
const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 24 * 3_600_000),
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// The longest duration, as long as 64 bits can count nanoseconds.
const LONGEST: i64 = i64::MAX / 1_000_000;

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DurationError {
    /// There is no text.
    Empty,
    /// The units are unknown, repeated or not in falling order.
    Syntax(String),
    /// It is longer than about 292 years.
    Range,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty duration string"),
            Self::Syntax(text) => write!(f, "not a valid duration string: {}", Quoted(text)),
            Self::Range => f.write_str("duration out of range"),
        }
    }
}

impl core::error::Error for DurationError {}

/// Reads a duration; `0` needs no unit.
///
/// # Errors
/// Returns why the text is not a duration.
pub fn read_duration(text: &str) -> Result<Millis, DurationError> {
    match text {
        "" => return Err(DurationError::Empty),
        "0" => return Ok(0),
        _ => {}
    }
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut sum: i64 = 0;
    let syntax = || DurationError::Syntax(text.into());
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let after = &rest[digits..];
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = &after[..letters];
        // Units may be left out but neither repeated nor swapped.
        let (_, millis) = units.find(|(name, _)| *name == unit).ok_or_else(syntax)?;
        if digits == 0 {
            return Err(syntax());
        }
        let amount: i64 = rest[..digits].parse().map_err(|_| DurationError::Range)?;
        sum = amount
            .checked_mul(*millis)
            .and_then(|part| sum.checked_add(part))
            .filter(|sum| *sum <= LONGEST)
            .ok_or(DurationError::Range)?;
        rest = &after[letters..];
    }
    Ok(sum)
}

/// Writes a duration that [`read_duration`] reads; it must not be negative.
#[must_use]
pub fn write_duration(millis: Millis) -> String {
    let mut rest = millis.max(0);
    if rest == 0 {
        return "0s".into();
    }
    let mut text = String::new();
    for (unit, size) in UNITS {
        // Years and weeks only if nothing remains: `8d` reads better than `1w1d`.
        let is_exact = rest % size == 0;
        let amount = rest / size;
        if amount > 0 && (is_exact || !matches!(unit, "y" | "w")) {
            let written = write!(text, "{amount}{unit}");
            debug_assert!(written.is_ok(), "a string takes any text");
            rest %= size;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_in_falling_units() {
        for (text, millis) in [
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("250ms", 250),
            ("1s500ms", 1_500),
            ("2w", 1_209_600_000),
            ("1y2w3d4h5m6s7ms", 33_019_506_007),
            ("0", 0),
            ("0s", 0),
            ("007s", 7_000),
        ] {
            assert_eq!(read_duration(text), Ok(millis), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_durations() {
        for text in [
            "5", "m", "5x", "5m5m", "5m1h", "1.5m", "-5m", " 5m", "5M", "5mm", "5é",
        ] {
            let error = read_duration(text).unwrap_err();
            assert_eq!(
                error.to_string(),
                alloc::format!("not a valid duration string: {text:?}")
            );
        }
        assert_eq!(read_duration(""), Err(DurationError::Empty));
        for text in ["293y", "99999999999999999999s", "9223372036854775807y"] {
            assert_eq!(read_duration(text), Err(DurationError::Range), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_written_duration_reads_the_same(millis in 0..=LONGEST) {
            prop_assert_eq!(read_duration(&write_duration(millis)), Ok(millis));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*") {
            let _ = read_duration(&text);
        }
    }
}
