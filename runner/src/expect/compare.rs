//! Equality, order and inclusion of JSON values.
//!
//! Numbers compare by value, so `1` equals `1.0`; nothing else is converted:
//! `200` is not `"200"`.

use super::kind::type_of;
use super::path::member_of;
use core::cmp::Ordering;
use serde_json::{Number, Value as Json};
use touchmark_core::time::Timestamp;

/// Where two values differ.
pub(super) struct Difference {
    /// The place of the differing part.
    pub(super) place: String,
    /// What was expected there; nothing, if the part should not be there.
    pub(super) expected: Option<Json>,
    /// What is there; nothing, if the part is missing.
    pub(super) actual: Option<Json>,
}

pub(super) fn equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            compare_numbers(left, right) == Some(Ordering::Equal)
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal(l, r))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, l)| right.get(name).is_some_and(|r| equal(l, r)))
        }
        _ => left == right,
    }
}

/// Order of two numbers, or of two points in time.
pub(super) fn order(left: &Json, right: &Json) -> Option<Ordering> {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => compare_numbers(left, right),
        (Json::String(left), Json::String(right)) => {
            let (left, right) = (
                Timestamp::read_rfc3339(left)?,
                Timestamp::read_rfc3339(right)?,
            );
            Some(left.cmp(&right))
        }
        _ => None,
    }
}

fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// The number as an integer, if it is one that no conversion would change.
fn whole(number: &Number) -> Option<i128> {
    const EXACT: f64 = 9_007_199_254_740_992.0;

    if let Some(number) = number.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = number.as_u64() {
        return Some(number.into());
    }
    let float = number
        .as_f64()
        .filter(|float| float.fract() == 0.0 && float.abs() <= EXACT)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    Some(float as i128)
}

/// Whether `actual` holds all of `expected`: every member of an object, and for
/// every item of a list some item that includes it.
pub(super) fn includes(actual: &Json, expected: &Json) -> bool {
    match (actual, expected) {
        (Json::Object(actual), Json::Object(expected)) => expected
            .iter()
            .all(|(name, value)| actual.get(name).is_some_and(|found| includes(found, value))),
        (Json::Array(actual), Json::Array(expected)) => expected
            .iter()
            .all(|value| actual.iter().any(|found| includes(found, value))),
        _ => equal(actual, expected),
    }
}

/// Lists where two unequal values differ, down to the parts.
pub(super) fn differences(expected: &Json, actual: &Json, place: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    differ(
        Some(expected),
        Some(actual),
        place,
        Extra::Counts,
        &mut found,
    );
    found
}

/// Lists what `actual` lacks of `expected`.
pub(super) fn lacking(expected: &Json, actual: &Json, place: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    differ(
        Some(expected),
        Some(actual),
        place,
        Extra::IsFine,
        &mut found,
    );
    found
}

/// Whether a part that nobody expected is a difference.
#[derive(Clone, Copy, PartialEq)]
enum Extra {
    Counts,
    IsFine,
}

fn differ(
    expected: Option<&Json>,
    actual: Option<&Json>,
    place: &str,
    extra: Extra,
    found: &mut Vec<Difference>,
) {
    match (expected, actual) {
        (Some(Json::Object(expected)), Some(Json::Object(actual))) => {
            for (name, value) in expected {
                differ(
                    Some(value),
                    actual.get(name),
                    &member_of(place, name),
                    extra,
                    found,
                );
            }
            if extra == Extra::Counts {
                for (name, value) in actual
                    .iter()
                    .filter(|(name, _)| !expected.contains_key(*name))
                {
                    differ(None, Some(value), &member_of(place, name), extra, found);
                }
            }
        }
        (Some(Json::Array(expected)), Some(Json::Array(actual))) if extra == Extra::Counts => {
            for at in 0..expected.len().max(actual.len()) {
                let place = format!("{place}[{at}]");
                differ(expected.get(at), actual.get(at), &place, extra, found);
            }
        }
        (Some(Json::Array(expected)), Some(Json::Array(items))) => {
            // No item is meant in particular, so there is no place to point at.
            for value in expected
                .iter()
                .filter(|value| !items.iter().any(|i| includes(i, value)))
            {
                found.push(Difference {
                    place: format!("{place}[*]"),
                    expected: Some(value.clone()),
                    actual: actual.cloned(),
                });
            }
        }
        (Some(expected), Some(actual)) if equal(expected, actual) => {}
        (None, None) => {}
        _ => found.push(Difference {
            place: place.to_owned(),
            expected: expected.cloned(),
            actual: actual.cloned(),
        }),
    }
}

/// What may explain that two values are not equal.
pub(super) fn explain(expected: &Json, actual: &Json) -> Option<String> {
    match (expected, actual) {
        (Json::String(left), Json::String(right)) => explain_texts(left, right),
        (Json::String(text), other) | (other, Json::String(text)) => {
            let written = other.to_string();
            let kind = type_of(other);
            (written == *text).then(|| format!("{written} is {kind}, \"{text}\" is a string"))
        }
        _ => None,
    }
}

fn explain_texts(expected: &str, actual: &str) -> Option<String> {
    if expected.trim() == actual.trim() {
        return Some("they differ in white space at the ends".to_owned());
    }
    if expected.to_lowercase() == actual.to_lowercase() {
        return Some("they differ in upper and lower case".to_owned());
    }
    let same = expected
        .chars()
        .zip(actual.chars())
        .take_while(|(l, r)| l == r)
        .count();
    (same >= 24).then(|| format!("the first {same} characters are the same"))
}
