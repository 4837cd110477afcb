//! The endpoints beside queries: series, labels and their values, and what is
//! said of parameters.

use serde_json::Value;
use touchmark_core::telemetry::catalogue::Catalogue;
use touchmark_core::telemetry::parameter::{
    read_optional_time, read_required_time, read_step, read_timeout,
};
use touchmark_core::telemetry::query::Query;
use touchmark_core::telemetry::{Limits, QueryError, response};

use crate::samples;
use crate::server::Prometheus;

/// A whole response of ours, as the server would have sent it.
fn respond(body: Result<String, QueryError>) -> (u16, Value) {
    let (status, body) = match body {
        Ok(body) => (200, body),
        Err(error) => (error.status(), response::write_error(&error)),
    };
    (
        status,
        serde_json::from_str(&body).expect("our response is JSON"),
    )
}

const SELECTORS: &[&str] = &[
    "even",
    "{uuid=\"a\"}",
    "{uuid=~\"a|b\",dc!=\"\"}",
    "missing",
    "sum",
    "{__name__=~\"net_.*\"}",
    "{}",
    "{a=~\".*\"}",
    "(",
    "",
    "sum(foo)",
    "even[5m]",
    "even offset 5m",
    "even{",
];

#[test]
fn series_and_labels_are_those_of_prometheus() {
    let server = Prometheus::start();
    let samples = samples::all();
    let limits = Limits::default();
    let (from, to) = (0, i64::MAX / 1000);
    for selector in SELECTORS {
        for others in [&[][..], &["odd"]] {
            let selectors: Vec<&str> = others.iter().copied().chain([*selector]).collect();
            let parameters: Vec<(&str, &str)> = selectors
                .iter()
                .map(|selector| ("match[]", *selector))
                .collect();
            let check = |endpoint: &str, ours: Result<String, QueryError>| {
                let theirs = server.get(endpoint, &parameters);
                let (status, mut ours) = respond(ours);
                let mut theirs_body = theirs.body;
                for body in [&mut ours, &mut theirs_body] {
                    if let Some(list) = body["data"].as_array_mut() {
                        list.sort_by_key(Value::to_string);
                    }
                }
                assert_eq!(
                    (status, ours),
                    (theirs.status, theirs_body),
                    "{endpoint} {selectors:?}"
                );
            };
            let series = Catalogue::of_series(&selectors, from, to);
            check(
                "series",
                series.and_then(|request| {
                    Ok(response::write_data(&request.series(&samples, &limits)?))
                }),
            );
            let labels = || Catalogue::of_labels(&selectors, from, to);
            check(
                "labels",
                labels().and_then(|request| {
                    Ok(response::write_data(
                        &request.label_names(&samples, &limits)?,
                    ))
                }),
            );
            for label in ["uuid", "__name__", "missing"] {
                let values =
                    labels().and_then(|request| request.label_values(label, &samples, &limits));
                check(
                    &format!("label/{label}/values"),
                    values.map(|values| response::write_data(&values)),
                );
            }
        }
    }
    let none: [&str; 0] = [];
    for label in ["0bad", "a-b", "a%20b"] {
        let request = Catalogue::of_labels(&none, from, to).expect("no selector is fine");
        let label_text = label.replace("%20", " ");
        let (status, ours) = respond(
            request
                .label_values(&label_text, &samples, &limits)
                .map(|values| response::write_data(&values)),
        );
        let theirs = server.get(&format!("label/{label}/values"), &[]);
        assert_eq!((status, ours), (theirs.status, theirs.body), "{label}");
    }
}

#[test]
fn parameters_are_read_as_by_prometheus() {
    let server = Prometheus::start();
    let instant = |time: &str, timeout: &str| {
        let at = read_optional_time("time", Some(time), 0)?;
        read_timeout(Some(timeout))?;
        let answer = Query::instant("time()", at)?.answer(&samples::all(), &Limits::default())?;
        Ok(response::write_answer(&answer))
    };
    for time in [
        "abc",
        "0",
        "1.5",
        "1.0005",
        "-5.5",
        "1e3",
        "1e400",
        "0x10",
        " 1",
        "2026-01-01",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.123456+02:00",
        "1795291260.999",
    ] {
        let (status, ours) = respond(instant(time, ""));
        let theirs = server.get("query", &[("query", "time()"), ("time", time)]);
        assert_eq!((status, ours), (theirs.status, theirs.body), "{time:?}");
    }
    for timeout in ["abc", "5s", "1.5", "1e300"] {
        let (status, ours) = respond(instant("1", timeout));
        let theirs = server.get(
            "query",
            &[("query", "time()"), ("time", "1"), ("timeout", timeout)],
        );
        assert_eq!((status, ours), (theirs.status, theirs.body), "{timeout:?}");
    }
    let range = |query: &str, start: &str, end: &str, step: &str| {
        let start = read_required_time("start", Some(start))?;
        let end = read_required_time("end", Some(end))?;
        if end < start {
            // Told before the step is read.
            Query::range(query, start, end, 1)?;
        }
        let query = Query::range(query, start, end, read_step(Some(step))?)?;
        let answer = query.answer(&samples::all(), &Limits::default())?;
        Ok(response::write_answer(&answer))
    };
    for (query, start, end, step) in [
        ("1", "1", "5", "1.5"),
        ("1", "1", "5", "1m"),
        ("1", "", "5", "1"),
        ("1", "1", "abc", "1"),
        ("1", "abc", "abc", "1"),
        ("1", "5", "1", "1"),
        ("1", "5", "1", "abc"),
        ("1", "1", "5", ""),
        ("1", "1", "5", "0"),
        ("1", "1", "5", "-1"),
        ("1", "1", "5", "abc"),
        ("1", "1", "5", "1e300"),
        ("1", "1", "5", "NaN"),
        ("1", "1", "5", "0.0001"),
        ("1", "0", "11000", "1"),
        ("1", "0", "11001", "1"),
        ("(", "0", "11001", "1"),
        ("(", "1", "5", "1"),
        ("", "1", "5", "1"),
        ("foo[5m]", "1", "5", "1"),
        ("\"a\"", "1", "5", "1"),
    ] {
        let (status, ours) = respond(range(query, start, end, step));
        let parameters = [
            ("query", query),
            ("start", start),
            ("end", end),
            ("step", step),
        ];
        let theirs = server.get("query_range", &parameters);
        assert_eq!(
            (status, ours),
            (theirs.status, theirs.body),
            "{parameters:?}"
        );
    }
}
