//! Texts as Go writes them, because Prometheus does: quoted strings and
//! characters, floats, and numbers with a word's bounds. Reading is in the same
//! place so that what is written can be read again.

use alloc::string::{String, ToString};
use core::fmt::{self, Write};

/// A text in double quotes, as `%q` of Go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            write_escaped(f, character, '"')?;
        }
        f.write_char('"')
    }
}

/// A character in single quotes, as `%q` of Go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuotedChar(pub(crate) char);

impl fmt::Display for QuotedChar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        write_escaped(f, self.0, '\'')?;
        f.write_char('\'')
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, character: char, quote: char) -> fmt::Result {
    match character {
        '\\' => f.write_str("\\\\"),
        '\x07' => f.write_str("\\a"),
        '\x08' => f.write_str("\\b"),
        '\x0c' => f.write_str("\\f"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        '\x0b' => f.write_str("\\v"),
        _ if character == quote => write!(f, "\\{quote}"),
        ' '..='~' => f.write_char(character),
        '\0'..='\x7f' => write!(f, "\\x{:02x}", character as u32),
        // What Go does not call printable and what a terminal would obey.
        '\u{80}'..='\u{a0}'
        | '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => write!(f, "\\u{:04x}", character as u32),
        _ => f.write_char(character),
    }
}

/// A float without an exponent: `NaN`, `+Inf`, `-Inf` or the shortest decimals
/// that give the same float when read again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal(pub(crate) f64);

/// A float as the HTTP API writes those of vectors and matrices: like
/// [`Decimal`], but with an exponent below 1e-6 and from 1e21 on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiFloat(pub(crate) f64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Digits::of(self.0) {
            Some(digits) => digits.write_plain(f),
            None => f.write_str(not_finite(self.0)),
        }
    }
}

impl fmt::Display for ApiFloat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        match Digits::of(self.0) {
            Some(digits) if size == 0.0 || (1e-6..1e21).contains(&size) => digits.write_plain(f),
            Some(digits) => digits.write_scientific(f),
            None => f.write_str(not_finite(self.0)),
        }
    }
}

fn not_finite(value: f64) -> &'static str {
    match value {
        f64::INFINITY => "+Inf",
        f64::NEG_INFINITY => "-Inf",
        _ => "NaN",
    }
}

/// The shortest digits of a finite float. Of two equally near ones the even is
/// taken, as in Go; the formatting of `core` takes the upper.
struct Digits {
    is_negative: bool,
    /// Without leading and trailing zeros, except for zero itself.
    digits: String,
    /// How many digits stand before the point; may be negative.
    whole: i32,
}

impl Digits {
    fn of(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let all: String = [whole, fraction].concat();
        let leading = all.len() - all.trim_start_matches('0').len();
        let digits = all[leading..].trim_end_matches('0');
        // A float has at most some hundred digits, so that these are small.
        let shift = |count: usize| i32::try_from(count).unwrap_or(0);
        Some(Self {
            is_negative: value.is_sign_negative(),
            digits: if digits.is_empty() {
                "0".into()
            } else {
                digits.into()
            },
            whole: match digits {
                "" => 1,
                _ => shift(whole.len()) - shift(leading) + exponent,
            },
        })
    }

    fn write_sign(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_negative { "-" } else { "" })
    }

    fn write_plain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_sign(f)?;
        let zeros =
            |f: &mut fmt::Formatter<'_>, count: i32| (0..count).try_for_each(|_| f.write_char('0'));
        let Ok(whole @ 1..) = usize::try_from(self.whole) else {
            f.write_str("0.")?;
            zeros(f, -self.whole)?;
            return f.write_str(&self.digits);
        };
        match self.digits.split_at_checked(whole) {
            Some((before, "")) => f.write_str(before),
            Some((before, after)) => write!(f, "{before}.{after}"),
            None => {
                f.write_str(&self.digits)?;
                (self.digits.len()..whole).try_for_each(|_| f.write_char('0'))
            }
        }
    }

    /// With at least two digits of exponent and always its sign, as in Go.
    fn write_scientific(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_sign(f)?;
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent = self.whole - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(
            f,
            "{first}{point}{rest}e{sign}{:02}",
            exponent.unsigned_abs()
        )
    }
}

/// Why a text is not a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatError {
    /// It is no number.
    Syntax,
    /// It is a number that no float is near to.
    Range,
}

impl fmt::Display for FloatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "invalid syntax",
            Self::Range => "value out of range",
        })
    }
}

impl core::error::Error for FloatError {}

/// Reads a float as Go does, without its hexadecimal form.
///
/// # Errors
/// Returns why the text is not a float.
pub(crate) fn read_float(text: &str) -> Result<f64, FloatError> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text.eq_ignore_ascii_case("nan") {
        return Ok(f64::NAN);
    }
    if unsigned.eq_ignore_ascii_case("nan") {
        return Err(FloatError::Syntax);
    }
    let value: f64 = text.parse().map_err(|_| FloatError::Syntax)?;
    let is_named = unsigned.starts_with(['i', 'I']);
    if value.is_infinite() && !is_named {
        return Err(FloatError::Range);
    }
    Ok(value)
}

/// A point in time as a JSON number of seconds with at most three decimals.
#[must_use]
pub fn write_seconds(millis: i64) -> String {
    let sign = if millis < 0 { "-" } else { "" };
    let size = millis.unsigned_abs();
    match size % 1000 {
        0 => alloc::format!("{sign}{}", size / 1000),
        rest => {
            let text = alloc::format!("{sign}{}.{rest:03}", size / 1000);
            text.trim_end_matches('0').to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_quoted_as_go_quotes_them() {
        for (text, quoted) in [
            ("", r#""""#),
            ("a\"b\\c'", r#""a\"b\\c'""#),
            ("\n\t\r\x07\x08\x0b\x0c", r#""\n\t\r\a\b\v\f""#),
            ("\0\x1f\x7f", r#""\x00\x1f\x7f""#),
            ("é\u{a0}\u{ad}€", r#""é\u00a0\u00ad€""#),
        ] {
            assert_eq!(Quoted(text).to_string(), quoted);
        }
        assert_eq!(QuotedChar('\'').to_string(), r"'\''");
        assert_eq!(QuotedChar('"').to_string(), "'\"'");
    }

    #[test]
    fn floats_are_written_as_prometheus_writes_them() {
        for (value, decimal, api) in [
            (0.5, "0.5", "0.5"),
            (-0.0, "-0", "-0"),
            (0.0, "0", "0"),
            (100.0, "100", "100"),
            (1234.5, "1234.5", "1234.5"),
            (0.001_25, "0.00125", "0.00125"),
            // Just between two shortest texts: the even one.
            (
                95_566_929.0 + 501.0 / 512.0,
                "95566929.97851562",
                "95566929.97851562",
            ),
            (-1.25e25, "-12500000000000000000000000", "-1.25e+25"),
            (1e20, "100000000000000000000", "100000000000000000000"),
            (1e21, "1000000000000000000000", "1e+21"),
            (1e-6, "0.000001", "0.000001"),
            (1.5e-7, "0.00000015", "1.5e-07"),
            (
                -2e-300,
                &alloc::format!("-0.{}2", "0".repeat(299)),
                "-2e-300",
            ),
            (f64::NAN, "NaN", "NaN"),
            (f64::INFINITY, "+Inf", "+Inf"),
            (f64::NEG_INFINITY, "-Inf", "-Inf"),
        ] {
            assert_eq!(Decimal(value).to_string(), decimal);
            assert_eq!(ApiFloat(value).to_string(), api);
        }
    }

    proptest! {
        #[test]
        fn written_floats_are_read_again(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            for text in [Decimal(value).to_string(), ApiFloat(value).to_string()] {
                let read = read_float(&text).unwrap();
                prop_assert!(read.to_bits() == bits || (read.is_nan() && value.is_nan()));
            }
        }
    }

    #[test]
    fn floats_are_read_as_go_reads_them() {
        for (text, value) in [
            ("1", 1.0),
            ("+.5", 0.5),
            ("-1e3", -1000.0),
            ("1.", 1.0),
            ("inf", f64::INFINITY),
            ("-Inf", f64::NEG_INFINITY),
            ("+INFINITY", f64::INFINITY),
        ] {
            assert_eq!(read_float(text), Ok(value), "{text}");
        }
        assert!(read_float("NaN").unwrap().is_nan());
        for text in ["", "-nan", "1e", "1_0", "0x1p3", " 1", "1 ", "e5", "."] {
            assert_eq!(read_float(text), Err(FloatError::Syntax), "{text}");
        }
        assert_eq!(read_float("1e999"), Err(FloatError::Range));
    }

    #[test]
    fn seconds_have_no_needless_decimals() {
        for (millis, text) in [
            (1_795_291_260_000, "1795291260"),
            (1_500, "1.5"),
            (1_005, "1.005"),
            (-250, "-0.25"),
            (0, "0"),
        ] {
            assert_eq!(write_seconds(millis), text);
        }
    }
}
