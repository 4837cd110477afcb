//! The limits of estate records, field by field. A request is held against
//! all of them before anything is read from the store.

use super::MAX_ITEMS;
use crate::operation::Fault;
use alloc::format;
use alloc::string::String;
use serde_json::{Map, Value};

/// The longest identifier, type, name, or tag value, in characters.
const MAX_CHARACTERS: usize = 255;
/// The largest metadata, tags or enrichment, in bytes of JSON.
const MAX_DOCUMENT: usize = 1024 * 1024;

pub(super) fn items(at: &str, count: usize) -> Result<(), Fault> {
    match count {
        0 => Err(Fault::field(at, "must not be empty")),
        1..=MAX_ITEMS => Ok(()),
        _ => Err(Fault::field(at, format!("has more than {MAX_ITEMS} items"))),
    }
}

pub(super) fn text(at: &dyn Fn() -> String, text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::field(at(), "must not be empty"));
    }
    short(at, text)
}

pub(super) fn short(at: &dyn Fn() -> String, text: &str) -> Result<(), Fault> {
    // No text has more characters than bytes, so most are never counted.
    if text.len() > MAX_CHARACTERS && text.chars().count() > MAX_CHARACTERS {
        return Err(Fault::field(
            at(),
            format!("has more than {MAX_CHARACTERS} characters"),
        ));
    }
    Ok(())
}

/// A type, or subtypes separated by `/`, none of them empty.
pub(super) fn kind(at: &dyn Fn() -> String, kind: &str) -> Result<(), Fault> {
    text(at, kind)?;
    if kind.split('/').any(str::is_empty) {
        return Err(Fault::field(at(), "has an empty subtype"));
    }
    Ok(())
}

/// An amount: digits, and after a dot at least one digit more. The vendor's
/// pattern `^(\d*)(\.\d{1,})?$` lets an empty text through as well; that would
/// be neither an amount nor the absence of one, and is refused.
pub(super) fn amount(at: &dyn Fn() -> String, amount: &str) -> Result<(), Fault> {
    let (whole, fraction) = amount
        .split_once('.')
        .map_or((amount, None), |(w, f)| (w, Some(f)));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let correct = !amount.is_empty()
        && digits(whole)
        && fraction.is_none_or(|fraction| !fraction.is_empty() && digits(fraction));
    if !correct {
        return Err(Fault::field(
            at(),
            "is not a decimal number without sign or exponent",
        ));
    }
    short(at, amount)
}

pub(super) fn currency(at: &dyn Fn() -> String, code: &str) -> Result<(), Fault> {
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Fault::field(
            at(),
            "is not an ISO 4217 code of three upper-case letters",
        ));
    }
    Ok(())
}

pub(super) fn document(at: &dyn Fn() -> String, members: &Map<String, Value>) -> Result<(), Fault> {
    if weight_of_members(members) > MAX_DOCUMENT {
        return Err(Fault::field(at(), "has more than 1 MB"));
    }
    Ok(())
}

/// The length of a value written as JSON without white space, give or take the
/// escapes, which are counted as one byte. Counting beats writing it out.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number.as_str_len(),
        Value::String(text) => text.len() + 2,
        Value::Array(items) => 1 + items.len().max(1) + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => weight_of_members(members),
    }
}

fn weight_of_members(members: &Map<String, Value>) -> usize {
    1 + members.len().max(1)
        + members
            .iter()
            .map(|(name, value)| name.len() + 3 + weight(value))
            .sum::<usize>()
}

/// How long a number is as text.
trait TextLength {
    fn as_str_len(&self) -> usize;
}

impl TextLength for serde_json::Number {
    fn as_str_len(&self) -> usize {
        struct Count(usize);
        impl core::fmt::Write for Count {
            fn write_str(&mut self, text: &str) -> core::fmt::Result {
                self.0 += text.len();
                Ok(())
            }
        }
        let mut count = Count(0);
        // Counting never fails.
        let _ = core::fmt::write(&mut count, format_args!("{self}"));
        count.0
    }
}
