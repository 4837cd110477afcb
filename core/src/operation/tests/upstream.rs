//! A Prometheus elsewhere: what it is asked, narrowed to the contract, and what
//! of its answers reaches a caller.

use super::setup::World;
use super::telemetry::owner;
use crate::operation::{
    Fault, QueryFault, QueryRefusal, RequestFault, Upstream, UpstreamAnswer, UpstreamFailure,
    UpstreamQuestion, UpstreamReply,
};
use crate::record::System;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use serde_json::{Value, json};
use spin::Mutex;

type Answers = Vec<Result<UpstreamAnswer, UpstreamFailure>>;

/// Answers what it was given, in that order, and remembers what it was asked.
struct Scripted {
    label: Option<&'static str>,
    answers: Mutex<Answers>,
    asked: Arc<Mutex<Vec<UpstreamQuestion>>>,
}

impl Upstream for Scripted {
    fn ask(&self, question: UpstreamQuestion) -> UpstreamReply<'_> {
        self.asked.lock().push(question);
        let answer = self.answers.lock().remove(0);
        Box::pin(async move { answer })
    }

    fn contract_label(&self) -> Option<&str> {
        self.label
    }
}

/// What came of a question, and what the upstream was asked.
fn ask(
    label: Option<&'static str>,
    answers: Answers,
    name: &str,
    fields: Value,
) -> (Result<Value, Fault>, Vec<UpstreamQuestion>) {
    let mut world = World::new(System::Ionos);
    let asked = Arc::new(Mutex::new(Vec::new()));
    world.deployment.telemetry.upstream = Some(Box::new(Scripted {
        label,
        answers: Mutex::new(answers),
        asked: Arc::clone(&asked),
    }));
    let outcome = world.run(owner(), name, fields);
    let asked = asked.lock().clone();
    (outcome.map(|outcome| outcome.to_value()), asked)
}

fn answer(status: u16, content: &Value) -> Result<UpstreamAnswer, UpstreamFailure> {
    let content = content.to_string().into_bytes();
    Ok(UpstreamAnswer { status, content })
}

fn success(data: &Value) -> Answers {
    [answer(200, &json!({ "status": "success", "data": data }))].into()
}

fn parameter<'a>(question: &'a UpstreamQuestion, name: &str) -> Vec<&'a str> {
    let all = question.parameters.iter();
    all.filter(|(known, _)| *known == name)
        .map(|(_, value)| value.as_str())
        .collect()
}

#[test]
fn every_selector_is_narrowed_to_the_contract() {
    let vector = json!({ "resultType": "vector", "result": [
        { "metric": { "uuid": "a" }, "value": [1.5, "2"] }] });
    let fields = json!({ "query": "sum by (uuid) (m{a=\"1\"}) / rate(n[5m])", "time": "1.5" });
    let (outcome, asked) = ask(Some("tenant"), success(&vector), "telemetry.query", fields);
    assert_eq!(outcome, Ok(vector));
    let [question] = asked.as_slice() else {
        panic!("one question: {asked:?}");
    };
    assert_eq!(question.path, "/api/v1/query");
    assert_eq!(parameter(question, "time"), ["1.5"]);
    let [query] = parameter(question, "query")[..] else {
        panic!("one query: {question:?}");
    };
    assert_eq!(query.matches("tenant=\"31850000\"").count(), 2, "{query}");
}

#[test]
fn a_range_keeps_its_times() {
    let matrix = json!({ "resultType": "matrix", "result": [
        { "metric": {}, "values": [[1, "2"], [2, "+Inf"]] }] });
    let fields = json!({ "query": "m", "start": "1", "end": "2", "step": "500ms" });
    let (outcome, asked) = ask(None, success(&matrix), "telemetry.query_range", fields);
    assert_eq!(outcome, Ok(matrix));
    assert_eq!(asked[0].path, "/api/v1/query_range");
    for (name, value) in [
        ("query", "m"),
        ("start", "1"),
        ("end", "2"),
        ("step", "0.5"),
    ] {
        assert_eq!(parameter(&asked[0], name), [value], "{name}");
    }
}

#[test]
fn series_and_labels_are_asked_for_with_a_selector_always() {
    for (name, fields, path, data) in [
        (
            "telemetry.series",
            json!({}),
            "/api/v1/series",
            json!([{ "a": "b" }]),
        ),
        (
            "telemetry.labels",
            json!({}),
            "/api/v1/labels",
            json!(["a"]),
        ),
        (
            "telemetry.label_values",
            json!({ "label": "a" }),
            "/api/v1/label/a/values",
            json!(["b"]),
        ),
    ] {
        for label in [None, Some("tenant")] {
            let (outcome, asked) = ask(label, success(&data), name, fields.clone());
            assert_eq!(outcome, Ok(data.clone()), "{name}");
            assert_eq!(asked[0].path, path);
            let [selector] = parameter(&asked[0], "match[]")[..] else {
                panic!("one selector: {asked:?}");
            };
            let named = selector.contains("tenant=\"31850000\"");
            assert_eq!(named, label.is_some(), "{selector}");
        }
    }
    let fields = json!({ "matches": ["m", "{a=\"1\"}"] });
    let (_, asked) = ask(
        Some("tenant"),
        success(&json!([])),
        "telemetry.series",
        fields,
    );
    let selectors = parameter(&asked[0], "match[]");
    assert_eq!(selectors.len(), 2);
    for selector in selectors {
        assert!(selector.contains("tenant=\"31850000\""), "{selector}");
    }
}

#[test]
fn only_metrics_of_visible_series_are_told_of() {
    let said = |kind: &str| json!([{ "type": kind, "help": "", "unit": "" }]);
    let all = json!({ "m": said("gauge"), "h": said("histogram"), "other": said("counter") });
    let mut answers = success(&json!(["h_bucket", "m"]));
    answers.extend(success(&all));
    let (outcome, asked) = ask(Some("tenant"), answers, "telemetry.metadata", json!({}));
    assert_eq!(
        outcome,
        Ok(json!({ "h": said("histogram"), "m": said("gauge") }))
    );
    assert_eq!(asked.len(), 2);
    assert!(parameter(&asked[0], "match[]")[0].contains("tenant=\"31850000\""));
}

#[test]
fn what_cannot_be_read_is_not_sent() {
    for (name, fields) in [
        ("telemetry.query", json!({ "query": "m} or {a=\"1\"" })),
        ("telemetry.query", json!({ "query": "" })),
        ("telemetry.series", json!({ "matches": ["{}"] })),
        ("telemetry.label_values", json!({ "label": "../query" })),
        ("telemetry.metadata", json!({ "limit": "x" })),
    ] {
        let (outcome, asked) = ask(None, Vec::new(), name, fields);
        let refused = matches!(
            &outcome,
            Err(Fault::Request(RequestFault::Query(QueryFault {
                kind: QueryRefusal::BadData,
                ..
            })))
        );
        assert!(refused, "{name}: {outcome:?}");
        assert!(asked.is_empty(), "{name}");
    }
}

#[test]
fn refusals_of_the_upstream_say_no_more_than_they_may() {
    let refused = |status: u16, kind: &str| {
        let content = json!({ "status": "error", "errorType": kind, "error": "why" });
        answer(status, &content)
    };
    let query = |kind| {
        Err(Fault::Request(RequestFault::Query(QueryFault {
            kind,
            message: "why".into(),
        })))
    };
    let late = Err(Fault::Request(RequestFault::Query(QueryFault {
        kind: QueryRefusal::Timeout,
        message: "query timed out in expression evaluation".into(),
    })));
    let page = UpstreamAnswer {
        status: 200,
        content: b"<html>http://10.0.0.1:9090</html>".to_vec(),
    };
    let vector = json!({ "status": "success", "data": { "resultType": "vector", "result": 1 } });
    for (came, expected) in [
        (refused(400, "bad_data"), query(QueryRefusal::BadData)),
        (refused(422, "execution"), query(QueryRefusal::Execution)),
        (refused(503, "timeout"), late.clone()),
        (Err(UpstreamFailure::Late), late),
        (refused(401, "unauthorized"), Err(Fault::Unavailable)),
        (refused(500, "internal"), Err(Fault::Unavailable)),
        (refused(200, "bad_data"), Err(Fault::Unavailable)),
        (Err(UpstreamFailure::Unreachable), Err(Fault::Unavailable)),
        (Err(UpstreamFailure::TooLarge), Err(Fault::Unavailable)),
        (Ok(page), Err(Fault::Unavailable)),
        (answer(302, &json!({})), Err(Fault::Unavailable)),
        (answer(200, &json!([])), Err(Fault::Unavailable)),
        (answer(200, &vector), Err(Fault::Unavailable)),
    ] {
        let shown = alloc::format!("{came:?}");
        let fields = json!({ "query": "m" });
        let (outcome, _) = ask(None, [came].into(), "telemetry.query", fields);
        assert_eq!(outcome, expected, "{shown}");
    }
}

#[test]
fn a_long_refusal_is_cut() {
    let long = String::from("x").repeat(5000);
    let content = json!({ "status": "error", "errorType": "execution", "error": long });
    let fields = json!({ "query": "m" });
    let (outcome, _) = ask(
        None,
        [answer(422, &content)].into(),
        "telemetry.query",
        fields,
    );
    match outcome {
        Err(Fault::Request(RequestFault::Query(fault))) => assert_eq!(fault.message.len(), 1000),
        other => panic!("a refusal: {other:?}"),
    }
}
