//! What a plain scalar stands for, by the
//! [core schema of YAML 1.2](https://yaml.org/spec/1.2.2/#103-core-schema)
//! except that a number which would lose a leading zero is refused.

use crate::scenario::{diagnostic::Diagnostic, node::Value, source::Span};

/// A plain scalar that looks like a number but cannot be taken for one.
pub(super) enum UnclearNumber {
    LeadingZero,
    TooBig,
    NotFinite,
}

impl UnclearNumber {
    pub(super) fn diagnostic(&self, place: &Span) -> Diagnostic {
        let written = place.text();
        let message = match self {
            Self::LeadingZero => format!("`{written}` would lose its leading zero as a number"),
            Self::TooBig => format!("the number `{written}` does not fit into 64 bits"),
            Self::NotFinite => format!("`{written}` is not a number that JSON knows"),
        };
        Diagnostic::error(place, message).help(format!("quote it if text is meant: '{written}'"))
    }
}

/// What a plain scalar stands for if it is not text.
pub(super) fn plain_value(text: &str) -> Option<Result<Value, UnclearNumber>> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Ok(Value::Null)),
        "true" | "True" | "TRUE" => return Some(Ok(Value::Bool(true))),
        "false" | "False" | "FALSE" => return Some(Ok(Value::Bool(false))),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(Err(UnclearNumber::NotFinite)),
        _ if matches!(text, ".nan" | ".NaN" | ".NAN") => {
            return Some(Err(UnclearNumber::NotFinite));
        }
        _ => {}
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return whole_number(octal, 8);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return whole_number(hex, 16);
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        if unsigned.len() > 1 && unsigned.starts_with('0') {
            return Some(Err(UnclearNumber::LeadingZero));
        }
        return Some(in_64_bits(text.parse().ok()));
    }
    if !looks_like_float(unsigned) {
        return None;
    }
    let digits = unsigned.trim_start_matches('0');
    if unsigned.len() - digits.len() > 1
        || (unsigned.len() > digits.len() && digits.starts_with(|c: char| c.is_ascii_digit()))
    {
        return Some(Err(UnclearNumber::LeadingZero));
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Some(Ok(Value::Float(number))),
        _ => Some(Err(UnclearNumber::TooBig)),
    }
}

fn whole_number(digits: &str, radix: u32) -> Option<Result<Value, UnclearNumber>> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    Some(in_64_bits(i128::from_str_radix(digits, radix).ok()))
}

fn in_64_bits(number: Option<i128>) -> Result<Value, UnclearNumber> {
    number
        .filter(|number| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(number))
        .map(Value::Int)
        .ok_or(UnclearNumber::TooBig)
}

/// `digits [. digits] [e digits]` or `. digits [e digits]`, and not just digits.
fn looks_like_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_is_valid = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    !(whole.is_empty() && fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && exponent_is_valid
}
