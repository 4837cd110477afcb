//! Number literals: decimal, hexadecimal, octal with a leading zero, `Inf` and
//! `NaN`, as the parser of Prometheus reads them.

use crate::telemetry::text::{FloatError, read_float};

/// Reads a number literal.
pub(super) fn read_number(text: &str) -> Result<f64, FloatError> {
    match read_integer(text) {
        Some(value) => Ok(value as f64),
        None => read_float(text),
    }
}

/// What Go reads as an integer of base zero, so that `010` is eight.
fn read_integer(text: &str) -> Option<i64> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, base) = match hexadecimal {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    // A sign is not part of a literal, though Rust would read it.
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_digits
        .then(|| i64::from_str_radix(digits, base).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_as_prometheus_reads_them() {
        for (text, value) in [
            ("0", 0.0),
            ("10", 10.0),
            ("010", 8.0),
            ("08", 8.0),
            ("0x1F", 31.0),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("99999999999999999999", 1e20),
            ("Inf", f64::INFINITY),
        ] {
            assert_eq!(read_number(text), Ok(value), "{text}");
        }
        for text in ["0x", "1e", "0x1.8", "0xfffffffffffffffff"] {
            assert_eq!(read_number(text), Err(FloatError::Syntax), "{text}");
        }
        assert_eq!(read_number("1e999"), Err(FloatError::Range));
    }
}
