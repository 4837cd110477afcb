//! Lengths of time as ISO 8601 writes them, in whole days, hours, minutes and
//! seconds: `PT5M`, `P1DT12H`. Months and years have no length of their own and
//! are not read, nor are weeks and fractions.

use alloc::format;
use alloc::string::String;

const UNITS: [(char, u32); 4] = [('D', 86_400), ('H', 3600), ('M', 60), ('S', 1)];

/// Reads a length of time in seconds.
pub(super) fn read(text: &str) -> Option<u32> {
    let text = text.strip_prefix('P')?;
    let (days, clock) = match text.split_once('T') {
        Some((days, clock)) if !clock.is_empty() => (days, clock),
        Some(_) => return None,
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let days = read_parts(days, &UNITS[..1])?;
    days.checked_add(read_parts(clock, &UNITS[1..])?)
}

/// Reads parts such as `2H30M`, each unit once and in its order.
fn read_parts(mut text: &str, units: &[(char, u32)]) -> Option<u32> {
    let mut total = 0_u32;
    for (unit, seconds) in units {
        let Some((number, rest)) = text.split_once(*unit) else {
            continue;
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: u32 = number.parse().ok()?;
        total = total.checked_add(number.checked_mul(*seconds)?)?;
        text = rest;
    }
    text.is_empty().then_some(total)
}

/// Writes a length of time.
pub(super) fn write(mut seconds: u32) -> String {
    let mut text = String::from("P");
    for (unit, length) in UNITS {
        let number = seconds / length;
        seconds %= length;
        if number > 0 {
            if unit != 'D' && !text.contains('T') {
                text.push('T');
            }
            text.push_str(&format!("{number}{unit}"));
        }
    }
    if text.len() == 1 {
        text.push_str("T0S");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use proptest::prelude::*;

    #[test]
    fn lengths_are_read_in_their_parts() {
        for (text, seconds) in [
            ("PT0S", 0),
            ("PT2M", 120),
            ("PT90S", 90),
            ("PT1H30M5S", 5405),
            ("P1D", 86_400),
            ("P1DT1S", 86_401),
        ] {
            assert_eq!(read(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "P",
            "PT",
            "T5M",
            "5M",
            "PT5",
            "PTM",
            "PT-5M",
            "PT+5M",
            "PT1.5M",
            "P1M",
            "P1Y",
            "P1W",
            "PT5M1H",
            "PT5M5M",
            "P1H",
            "PT1D",
            "pt5m",
            "PT5M ",
            "P1DT",
            "PT99999999999S",
            "PT4294967295M",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds: u32) {
            prop_assert_eq!(read(&write(seconds)), Some(seconds));
        }
    }
}
