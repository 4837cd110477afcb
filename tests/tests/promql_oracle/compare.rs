//! The same query to both; the answers must be the same.

use std::collections::BTreeMap;

use serde_json::Value;
use touchmark_core::telemetry::query::Query;
use touchmark_core::telemetry::{Limits, QueryError, Samples, response};

use crate::generate::{Dice, SUMS, expression};
use crate::samples::{self, LENGTH, START};
use crate::server::{Prometheus, Response};

/// A query as both sides get it; times in milliseconds.
#[derive(Debug, Clone, Copy)]
enum When {
    At(i64),
    Range { start: i64, end: i64, step: i64 },
}

fn seconds(millis: i64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

fn ask_ours(samples: &Samples, query: &str, when: When) -> Result<Value, QueryError> {
    let limits = Limits::default();
    let query = match when {
        When::At(at) => Query::instant(query, at)?,
        When::Range { start, end, step } => Query::range(query, start, end, step)?,
    };
    let body = response::write_answer(&query.answer(samples, &limits)?);
    Ok(serde_json::from_str(&body).expect("our response is JSON"))
}

fn ask_theirs(server: &Prometheus, query: &str, when: When) -> Response {
    match when {
        When::At(at) => server.get("query", &[("query", query), ("time", &seconds(at))]),
        When::Range { start, end, step } => server.get(
            "query_range",
            &[
                ("query", query),
                ("start", &seconds(start)),
                ("end", &seconds(end)),
                ("step", &seconds(step)),
            ],
        ),
    }
}

/// What both sides said, if it is not the same.
fn difference(server: &Prometheus, samples: &Samples, query: &str, when: When) -> Option<String> {
    let theirs = ask_theirs(server, query, when);
    match ask_ours(samples, query, when) {
        Ok(ours) if theirs.status == 200 => {
            differing_data(query, &ours["data"], &theirs.body["data"])
        }
        Ok(ours) => Some(format!("ours: {ours}\ntheirs: {}", theirs.body)),
        Err(error) if same_refusal(&error, &theirs) => None,
        Err(error) => Some(format!(
            "ours: {}\ntheirs: {}",
            response::write_error(&error),
            theirs.body
        )),
    }
}

/// Whether both say the same, but for what is said differently on purpose.
fn same_refusal(error: &QueryError, theirs: &Response) -> bool {
    let body = &theirs.body;
    if let QueryError::Execution(_) = error {
        // Which of several reasons is found first depends on the order of
        // evaluation, and which series are named depends on chance there.
        return theirs.status == 422 && body["errorType"] == "execution";
    }
    let ours = error.to_string();
    if ours.contains("error parsing regexp: ") || ours.ends_with(", expected ':'") {
        return true;
    }
    let Some(theirs_text) = body["error"].as_str() else {
        return false;
    };
    // The name of a token that Prometheus forgot to give one.
    let theirs_text = theirs_text.replace("\"<Item 57385>\" <op:@>", "<op:@>");
    theirs.status == error.status() && body["errorType"] == error.kind() && theirs_text == ours
}

/// Functions of which libraries round the last digit differently.
const INEXACT: &[&str] = &[
    "^", "atan2", "exp(", "ln(", "log2(", "log10(", "sin(", "cos(", "tan(", "sinh(", "cosh(",
    "tanh(", "asin(", "acos(", "atan(", "asinh(", "acosh(", "atanh(",
];

fn differing_data(query: &str, ours: &Value, theirs: &Value) -> Option<String> {
    let shown = || Some(format!("ours: {ours}\ntheirs: {theirs}"));
    let is_inexact = INEXACT.iter().any(|function| query.contains(function))
        || SUMS.iter().any(|sum| query.starts_with(sum));
    if ours["resultType"] != theirs["resultType"] {
        return shown();
    }
    if matches!(ours["resultType"].as_str(), Some("scalar" | "string")) {
        return (!same_point(&ours["result"], &theirs["result"], is_inexact)).then(shown)?;
    }
    // Only sorting gives an instant vector an order.
    let is_sorted = ["sort", "topk", "bottomk"]
        .iter()
        .any(|start| query.starts_with(start));
    if is_sorted && ours["resultType"] == "vector" && values(ours) != values(theirs) {
        return shown();
    }
    let (one, other) = (by_metric(ours), by_metric(theirs));
    if one.len() != other.len() {
        return shown();
    }
    for (metric, points) in &one {
        let Some(expected) = other.get(metric) else {
            return shown();
        };
        let is_same = points.len() == expected.len()
            && points
                .iter()
                .zip(expected)
                .all(|(one, other)| same_point(one, other, is_inexact));
        if !is_same {
            return Some(format!("{metric}\nours: {points:?}\ntheirs: {expected:?}"));
        }
    }
    None
}

/// The values in their order; that of equal ones is left to chance by Go.
fn values(data: &Value) -> Vec<&Value> {
    let result = data["result"].as_array().expect("the result is a list");
    result.iter().map(|element| &element["value"]).collect()
}

fn by_metric(data: &Value) -> BTreeMap<String, Vec<Value>> {
    let result = data["result"].as_array().expect("the result is a list");
    let points = |element: &Value| match element["values"].as_array() {
        Some(values) => values.clone(),
        None => vec![element["value"].clone()],
    };
    let pairs = result.iter().map(|element| {
        let metric: BTreeMap<&String, &Value> = element["metric"]
            .as_object()
            .expect("a metric is an object")
            .iter()
            .collect();
        let metric = serde_json::to_string(&metric).expect("a metric is JSON");
        (metric, points(element))
    });
    pairs.collect()
}

fn same_point(ours: &Value, theirs: &Value, is_inexact: bool) -> bool {
    if ours[0].as_f64() != theirs[0].as_f64() {
        return false;
    }
    if ours[1] == theirs[1] {
        return true;
    }
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok());
    let (Some(one), Some(other)) = (number(&ours[1]), number(&theirs[1])) else {
        return false;
    };
    // Equal floats with different texts are the two zeros, of which the order of
    // elements decides which is the greater.
    if one == other {
        return true;
    }
    is_inexact && (one - other).abs() <= 1e-12 * one.abs().max(other.abs())
}

fn some_time(dice: &mut Dice) -> When {
    let within = |dice: &mut Dice, length: i64| {
        let length = usize::try_from(length).expect("the length is not negative");
        i64::try_from(dice.below(length)).expect("the time is small")
    };
    // A little before the first and after the last sample, too.
    let start = (START - 300 + within(dice, LENGTH + 600)) * 1000;
    match dice.below(2) {
        0 => When::At(start + within(dice, 1000)),
        _ => When::Range {
            start,
            end: start + within(dice, 5400) * 1000,
            step: [15_000, 60_000, 77_500, 600_000][dice.below(4)],
        },
    }
}

/// What became of many queries.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) asked: usize,
    /// Those that were refused or had no result.
    pub(crate) refused: usize,
    /// Those whose result has at least one series or number.
    pub(crate) answered: usize,
}

/// Asks many queries; all that differ are reported together.
pub(crate) fn check(queries: impl Iterator<Item = String>, seed: u64) -> Tally {
    let server = Prometheus::start();
    let samples = samples::all();
    let mut dice = Dice::new(seed);
    let mut differences = Vec::new();
    let mut tally = Tally::default();
    for query in queries {
        let when = some_time(&mut dice);
        tally.asked += 1;
        match ask_ours(&samples, &query, when) {
            Ok(answer) if answer["data"]["result"][0].is_null() => {}
            Ok(_) => tally.answered += 1,
            Err(_) => tally.refused += 1,
        }
        if let Some(difference) = difference(&server, &samples, &query, when) {
            differences.push(format!("{query}\n{when:?}\n{difference}"));
        }
    }
    let shown: Vec<&str> = differences.iter().map(String::as_str).take(8).collect();
    assert!(
        differences.is_empty(),
        "{} of {} queries differ:\n\n{}",
        differences.len(),
        tally.asked,
        shown.join("\n\n")
    );
    tally
}

#[test]
fn generated_queries_have_the_values_of_prometheus() {
    let mut dice = Dice::new(42);
    let queries = (0..1500).map(|number| expression(&mut dice, number % 4));
    let tally = check(queries, 43);
    assert_eq!(tally.asked, 1500);
    assert!(tally.answered > 700 && tally.refused < 500, "{tally:?}");
}
