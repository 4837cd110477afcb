//! Judging a value by a matcher, demand by demand.

use super::compare::{Difference, differences, equal, explain, includes, lacking, order};
use super::kind::type_of;
use super::{Check, Demand, Item, Matcher, Mismatch, Relation};
use core::cmp::Ordering;
use core::time::Duration;
use serde_json::Value as Json;
use std::collections::HashSet;
use touchmark_core::time::Timestamp;

/// How many mismatches one matcher reports; a wrong list of a million items is
/// not explained a million times.
const MOST: usize = 100;

const CONTAINERS: &str = "only a string or an array contains something";

pub(super) fn matcher(
    matcher: &Matcher,
    actual: Option<&Json>,
    place: &str,
    now: Timestamp,
    out: &mut Vec<Mismatch>,
) {
    for check in &matcher.checks {
        if out.len() >= MOST {
            return;
        }
        self::check(check, actual, place, now, out);
    }
}

pub(super) fn check(
    check: &Check,
    actual: Option<&Json>,
    place: &str,
    now: Timestamp,
    out: &mut Vec<Mismatch>,
) {
    judge(&Judged { check, place, now }, actual, out);
}

/// One demand on its way to a value.
struct Judged<'a> {
    check: &'a Check,
    place: &'a str,
    now: Timestamp,
}

impl Judged<'_> {
    fn mismatch(&self, expected: impl Into<String>, actual: impl Into<String>) -> Mismatch {
        Mismatch {
            span: self.check.span.clone(),
            place: self.place.to_owned(),
            expected: expected.into(),
            actual: actual.into(),
            hint: None,
        }
    }

    /// A value of another type than the operator works on.
    fn wrong_type(&self, expected: impl Into<String>, actual: &Json, works_on: &str) -> Mismatch {
        let hint = format!("{works_on}; this is {}", type_of(actual));
        Mismatch {
            hint: Some(hint),
            ..self.mismatch(expected, actual.to_string())
        }
    }
}

fn judge(judged: &Judged<'_>, actual: Option<&Json>, out: &mut Vec<Mismatch>) {
    let demand = &judged.check.demand;
    match (demand, actual) {
        (Demand::Missing, None) | (Demand::Exists, Some(_)) => {}
        (Demand::Missing, Some(found)) => out.push(judged.mismatch("nothing", found.to_string())),
        (_, None) => out.push(judged.mismatch(words(demand), "nothing")),
        (_, Some(actual)) => judge_value(judged, actual, out),
    }
}

fn judge_value(judged: &Judged<'_>, actual: &Json, out: &mut Vec<Mismatch>) {
    let demand = &judged.check.demand;
    let expected = || words(demand);
    let simple = |holds: bool| (!holds).then(|| judged.mismatch(expected(), actual.to_string()));
    let found = match demand {
        Demand::Equals(value) => return equals(judged, value, actual, out),
        Demand::Includes(value) => return judge_includes(judged, value, actual, out),
        Demand::Schema(schema) => {
            out.extend(
                schema
                    .violations(actual)
                    .into_iter()
                    .take(MOST)
                    .map(|(at, what)| {
                        let place = format!("{}{}", judged.place, at);
                        let mismatch = judged.mismatch("a value that satisfies the schema", what);
                        Mismatch { place, ..mismatch }
                    }),
            );
            return;
        }
        Demand::Any(inner) => judge_any(judged, inner, actual),
        Demand::All(inner) => return judge_all(judged, inner, actual, out),
        Demand::None(inner) => return judge_none(judged, inner, actual, out),
        Demand::Length(inner) => return judge_length(judged, inner, actual, out),
        Demand::Exists | Demand::Missing => None,
        Demand::Differs(value) => simple(!equal(actual, value)),
        Demand::Ordered(relation, bound) => match order(actual, bound) {
            Some(ordering) => simple(relation.holds(ordering)),
            None => {
                let works_on = format!("only {} compares with {bound}", comparable(bound));
                Some(judged.wrong_type(expected(), actual, &works_on))
            }
        },
        Demand::OneOf(values) => simple(values.iter().any(|value| equal(actual, value))),
        Demand::Contains(item) => match contains(item, actual, judged.now) {
            Some(holds) => simple(holds).map(|mismatch| Mismatch {
                hint: unquoted(item, actual),
                ..mismatch
            }),
            None => Some(judged.wrong_type(expected(), actual, CONTAINERS)),
        },
        Demand::Lacks(item) => match contains(item, actual, judged.now) {
            Some(holds) => simple(!holds),
            None => Some(judged.wrong_type(expected(), actual, CONTAINERS)),
        },
        Demand::StartsWith(start) => text(judged, actual, |text| text.starts_with(start)),
        Demand::EndsWith(end) => text(judged, actual, |text| text.ends_with(end)),
        Demand::Matches(regex) => text(judged, actual, |text| regex.is_match(text)),
        Demand::Is(kind) => simple(kind.holds(actual)),
        Demand::Words(wanted) => match words_of(actual) {
            Some(present) => simple(wanted.iter().all(|word| present.contains(word.as_str()))),
            None => Some(judged.wrong_type(
                expected(),
                actual,
                "words are in a string or in an array of strings",
            )),
        },
        Demand::Within(distance) => judge_within(judged, *distance, actual),
        Demand::Near { value, by } => match actual.as_f64() {
            Some(number) => simple((number - value).abs() <= *by),
            None => {
                Some(judged.wrong_type(expected(), actual, "only a number can be near another"))
            }
        },
    };
    out.extend(found);
}

fn text(judged: &Judged<'_>, actual: &Json, holds: impl Fn(&str) -> bool) -> Option<Mismatch> {
    let expected = words(&judged.check.demand);
    match actual.as_str() {
        Some(text) if holds(text) => None,
        Some(_) => Some(judged.mismatch(expected, actual.to_string())),
        None => Some(judged.wrong_type(expected, actual, "only a string begins, ends or matches")),
    }
}

fn equals(judged: &Judged<'_>, expected: &Json, actual: &Json, out: &mut Vec<Mismatch>) {
    if equal(expected, actual) {
        return;
    }
    let found = differences(expected, actual, judged.place);
    out.extend(
        found
            .into_iter()
            .take(MOST)
            .map(|difference| at(judged, difference)),
    );
}

fn judge_includes(judged: &Judged<'_>, expected: &Json, actual: &Json, out: &mut Vec<Mismatch>) {
    if includes(actual, expected) {
        return;
    }
    let found = lacking(expected, actual, judged.place);
    out.extend(
        found
            .into_iter()
            .take(MOST)
            .map(|difference| at(judged, difference)),
    );
}

fn at(judged: &Judged<'_>, difference: Difference) -> Mismatch {
    let hint = match (&difference.expected, &difference.actual) {
        (Some(expected), Some(actual)) => explain(expected, actual),
        _ => None,
    };
    let shown = |value: Option<Json>| value.map_or_else(|| "nothing".into(), |v| v.to_string());
    Mismatch {
        place: difference.place,
        hint,
        ..judged.mismatch(shown(difference.expected), shown(difference.actual))
    }
}

/// Whether a text or a list contains an item; `None` for anything else.
fn contains(item: &Item, actual: &Json, now: Timestamp) -> Option<bool> {
    match (actual, &item.literal) {
        (Json::String(text), Some(Json::String(piece))) => Some(text.contains(piece.as_str())),
        (Json::String(_), Some(_)) => Some(false),
        (Json::Array(items), _) => Some(items.iter().any(|found| holds(&item.matcher, found, now))),
        _ => None,
    }
}

/// A piece of text that YAML took for something else.
fn unquoted(item: &Item, actual: &Json) -> Option<String> {
    let literal = item
        .literal
        .as_ref()
        .filter(|literal| !literal.is_string())?;
    actual
        .is_string()
        .then(|| format!("{literal} is {}; as text it needs quotes", type_of(literal)))
}

/// What can stand in order with a bound.
const fn comparable(bound: &Json) -> &'static str {
    match bound {
        Json::String(_) => "a date-time",
        _ => "a number",
    }
}

fn holds(inner: &Matcher, value: &Json, now: Timestamp) -> bool {
    let mut mismatches = Vec::new();
    matcher(inner, Some(value), "", now, &mut mismatches);
    mismatches.is_empty()
}

fn judge_any(judged: &Judged<'_>, inner: &Matcher, actual: &Json) -> Option<Mismatch> {
    let Json::Array(items) = actual else {
        return Some(judged.wrong_type(
            words(&judged.check.demand),
            actual,
            "only an array has items",
        ));
    };
    if items.iter().any(|item| holds(inner, item, judged.now)) {
        return None;
    }
    let found = match items.len() {
        0 => "an empty array".to_owned(),
        count => format!("none in {count}"),
    };
    Some(judged.mismatch(words(&judged.check.demand), found))
}

fn judge_all(judged: &Judged<'_>, inner: &Matcher, actual: &Json, out: &mut Vec<Mismatch>) {
    let Json::Array(items) = actual else {
        let expected = words(&judged.check.demand);
        return out.push(judged.wrong_type(expected, actual, "only an array has items"));
    };
    for (index, item) in items.iter().enumerate() {
        if out.len() >= MOST {
            return;
        }
        matcher(
            inner,
            Some(item),
            &format!("{}[{index}]", judged.place),
            judged.now,
            out,
        );
    }
}

fn judge_none(judged: &Judged<'_>, inner: &Matcher, actual: &Json, out: &mut Vec<Mismatch>) {
    let expected = words(&judged.check.demand);
    let Json::Array(items) = actual else {
        return out.push(judged.wrong_type(expected, actual, "only an array has items"));
    };
    let unwanted = items
        .iter()
        .enumerate()
        .filter(|(_, item)| holds(inner, item, judged.now));
    for (index, item) in unwanted.take(MOST) {
        let place = format!("{}[{index}]", judged.place);
        out.push(Mismatch {
            place,
            ..judged.mismatch(expected.clone(), item.to_string())
        });
    }
}

fn judge_length(judged: &Judged<'_>, inner: &Matcher, actual: &Json, out: &mut Vec<Mismatch>) {
    let length = match actual {
        Json::String(text) => text.chars().count(),
        Json::Array(items) => items.len(),
        Json::Object(members) => members.len(),
        Json::Null | Json::Bool(_) | Json::Number(_) => {
            let works_on = "only a string, an array or an object has a length";
            let expected = words(&judged.check.demand);
            return out.push(judged.wrong_type(expected, actual, works_on));
        }
    };
    let place = format!("length of {}", judged.place);
    matcher(inner, Some(&Json::from(length)), &place, judged.now, out);
}

fn judge_within(judged: &Judged<'_>, distance: Duration, actual: &Json) -> Option<Mismatch> {
    let expected = words(&judged.check.demand);
    let Some(time) = time_of(actual) else {
        let works_on = "a time is a number of seconds or a date-time";
        return Some(judged.wrong_type(expected, actual, works_on));
    };
    let apart = judged.now.millis().abs_diff(time.millis());
    if u128::from(apart) <= distance.as_millis() {
        return None;
    }
    let direction = if time > judged.now {
        "in the future"
    } else {
        "in the past"
    };
    let hint = format!("{} is {} s {direction}", time.to_rfc3339(), apart / 1000);
    Some(Mismatch {
        hint: Some(hint),
        ..judged.mismatch(expected, actual.to_string())
    })
}

/// A time as RFC 7519 (seconds since the epoch) or RFC 3339 writes it.
fn time_of(value: &Json) -> Option<Timestamp> {
    const LAST_SECOND: f64 = 253_402_300_799.0;
    match value {
        Json::String(text) => Timestamp::read_rfc3339(text),
        Json::Number(number) => {
            let seconds = number
                .as_f64()
                .filter(|s| (0.0..=LAST_SECOND).contains(s))?;
            #[expect(clippy::cast_possible_truncation, reason = "at most 2.6e14")]
            Some(Timestamp::from_millis((seconds * 1000.0) as i64))
        }
        _ => None,
    }
}

/// The words of a space-separated text or of a list of texts.
fn words_of(value: &Json) -> Option<HashSet<&str>> {
    match value {
        Json::String(text) => Some(text.split_ascii_whitespace().collect()),
        Json::Array(items) => items.iter().map(Json::as_str).collect(),
        _ => None,
    }
}

impl Relation {
    const fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::More => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::More => "more than",
            Self::AtLeast => "at least",
            Self::Less => "less than",
            Self::AtMost => "at most",
        }
    }
}

/// What is demanded, in words.
fn words(demand: &Demand) -> String {
    match demand {
        Demand::Equals(value) => value.to_string(),
        Demand::Differs(value) => format!("anything but {value}"),
        Demand::Ordered(relation, bound) => format!("{} {bound}", relation.words()),
        Demand::OneOf(values) => {
            let values: Vec<_> = values.iter().map(Json::to_string).collect();
            format!("one of {}", values.join(", "))
        }
        Demand::Contains(item) => format!("something that contains {}", item_words(item)),
        Demand::Lacks(item) => format!("something that does not contain {}", item_words(item)),
        Demand::StartsWith(text) => format!("text that starts with {}", Json::from(text.as_str())),
        Demand::EndsWith(text) => format!("text that ends with {}", Json::from(text.as_str())),
        Demand::Matches(regex) => format!("text that matches {}", Json::from(regex.as_str())),
        Demand::Is(kind) => kind.words().to_owned(),
        Demand::Length(inner) => format!("a length of {}", matcher_words(inner)),
        Demand::Exists => "anything".to_owned(),
        Demand::Missing => "nothing".to_owned(),
        Demand::Any(inner) => format!("an item that is {}", matcher_words(inner)),
        Demand::All(inner) => format!("only items that are {}", matcher_words(inner)),
        Demand::None(inner) => format!("no item that is {}", matcher_words(inner)),
        Demand::Includes(value) => format!("something that includes {value}"),
        Demand::Words(words) => format!("the words {}", words.join(" ")),
        Demand::Within(distance) => format!("a time within {} s from now", distance.as_secs_f64()),
        Demand::Schema(_) => "a value that satisfies the schema".to_owned(),
        Demand::Near { value, by } => format!("{value} give or take {by}"),
    }
}

fn item_words(item: &Item) -> String {
    item.literal
        .as_ref()
        .map_or_else(|| matcher_words(&item.matcher), Json::to_string)
}

fn matcher_words(matcher: &Matcher) -> String {
    let all: Vec<_> = matcher
        .checks
        .iter()
        .map(|check| words(&check.demand))
        .collect();
    all.join(" and ")
}
