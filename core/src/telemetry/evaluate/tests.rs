//! What is computed, in small tables whose numbers can be checked by hand.
//! `tests/promql_oracle` compares many more queries with a real Prometheus.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use proptest::prelude::*;

use crate::telemetry::query::{Answer, Query};
use crate::telemetry::text::Decimal;
use crate::telemetry::{Labels, Limits, QueryError, Sample, Samples};

/// Samples every ten seconds from zero, written as numbers with blanks between.
fn samples(series: &[(&str, &str)]) -> Samples {
    let mut samples = Samples::default();
    for (name, values) in series {
        let (metric, labels) = name.split_once(' ').unwrap_or((name, ""));
        let pairs = labels
            .split_whitespace()
            .map(|pair| pair.split_once('=').unwrap());
        let labels = Labels::of(pairs.chain([("__name__", metric)]));
        let points = (0..).zip(values.split_whitespace());
        let points = points
            .filter(|(_, value)| *value != "_")
            .map(|(index, value)| Sample {
                at: index * 10_000,
                value: value.parse().unwrap(),
            });
        samples.add(labels, &points.collect::<Vec<_>>());
    }
    samples
}

fn sample_series() -> Samples {
    samples(&[
        ("gauge uuid=a dc=x", "1 2 3 4 5 6 7"),
        ("gauge uuid=b dc=x", "10 10 10 10 10 10 10"),
        ("gauge uuid=c dc=y", "_ _ NaN _ _ _ -1"),
        ("count uuid=a", "5 10 15 2 7 12 17"),
        ("count uuid=b", "0 0 0 0 0 0 60"),
        ("info uuid=a name=one", "1 1 1 1 1 1 1"),
        ("info uuid=b name=two", "1 1 1 1 1 1 1"),
    ])
}

/// One element a line, as `labels value`.
fn written(answer: &Answer) -> String {
    let lines: Vec<String> = match answer {
        Answer::Scalar(sample) => alloc::vec![Decimal(sample.value).to_string()],
        Answer::Text(_, text) => alloc::vec![text.clone()],
        Answer::Vector(elements) => elements
            .iter()
            .map(|(labels, sample)| alloc::format!("{labels} {}", Decimal(sample.value)))
            .collect(),
        Answer::Matrix(series) => series
            .iter()
            .map(|(labels, samples)| {
                let points = samples.iter().map(|sample| {
                    alloc::format!(" {}@{}", Decimal(sample.value), sample.at / 1000)
                });
                alloc::format!("{labels}{}", points.collect::<String>())
            })
            .collect(),
    };
    lines.join("\n")
}

fn ask(query: &str, seconds: i64) -> Result<String, QueryError> {
    let query = Query::instant(query, seconds * 1000)?;
    let answer = query.answer(&sample_series(), &Limits::default())?;
    Ok(written(&answer))
}

#[track_caller]
fn check(seconds: i64, table: &[(&str, &str)]) {
    for (query, expected) in table {
        let found = ask(query, seconds).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(found, *expected, "{query}");
    }
}

#[test]
fn a_selector_takes_the_latest_sample_that_is_not_too_old() {
    let a = |value| alloc::format!(r#"{{__name__="gauge", dc="x", uuid="a"}} {value}"#);
    let selector = r#"gauge{uuid="a"}"#;
    check(-1, &[(selector, "")]);
    check(0, &[(selector, &a(1))]);
    check(19, &[(selector, &a(2))]);
    check(360, &[(selector, &a(7))]);
    check(361, &[(selector, "")]);
    check(100, &[(r#"gauge{uuid="a"} offset 65s"#, &a(4))]);
    check(0, &[(r#"gauge{uuid="a"} offset -25s"#, &a(3))]);
    check(900, &[(r#"gauge{uuid="a"} @ 30"#, &a(4))]);
    check(900, &[(r#"gauge{uuid="a"} @ 30 offset 20s"#, &a(2))]);
}

#[test]
fn a_range_is_closed_at_both_ends() {
    check(
        30,
        &[
            (
                r#"gauge{uuid="a"}[20s]"#,
                r#"{__name__="gauge", dc="x", uuid="a"} 2@10 3@20 4@30"#,
            ),
            (r#"gauge{uuid="a"}[1s] offset 1s"#, ""),
            (
                r#"gauge{uuid="a"}[20s:15s]"#,
                r#"{__name__="gauge", dc="x", uuid="a"} 2@15 4@30"#,
            ),
        ],
    );
}

#[test]
fn rates_extrapolate_to_the_bounds_and_know_resets() {
    check(
        60,
        &[
            // 10 + 2 + 15 within 60 s, sampled over the whole range.
            (r#"increase(count{uuid="a"}[60s])"#, r#"{uuid="a"} 27"#),
            (r#"rate(count{uuid="a"}[60s])"#, r#"{uuid="a"} 0.45"#),
            (r#"delta(count{uuid="a"}[60s])"#, r#"{uuid="a"} 12"#),
            // Half a distance of samples is added at the far start.
            (
                r#"delta(gauge{uuid="a"}[10m])"#,
                r#"{dc="x", uuid="a"} 6.5"#,
            ),
            // A counter is not taken to have been below zero.
            (r#"increase(count{uuid="b"}[10m])"#, r#"{uuid="b"} 60"#),
            (r#"irate(count{uuid="b"}[60s])"#, r#"{uuid="b"} 6"#),
            (r#"idelta(gauge{uuid="a"}[60s])"#, r#"{dc="x", uuid="a"} 1"#),
            (r#"rate(count{uuid="a"}[9s])"#, ""),
            ("resets(count[60s])", "{uuid=\"a\"} 1\n{uuid=\"b\"} 0"),
            ("changes(count[60s])", "{uuid=\"a\"} 6\n{uuid=\"b\"} 1"),
            (
                r#"deriv(gauge{uuid="a"}[60s])"#,
                r#"{dc="x", uuid="a"} 0.1"#,
            ),
            (
                r#"predict_linear(gauge{uuid="a"}[60s], 100)"#,
                r#"{dc="x", uuid="a"} 17"#,
            ),
        ],
    );
}

#[test]
fn samples_over_time_are_summed_up() {
    let a = |value| alloc::format!(r#"{{dc="x", uuid="a"}} {value}"#);
    for (function, value) in [
        ("avg_over_time(%)", "4"),
        ("sum_over_time(%)", "28"),
        ("min_over_time(%)", "1"),
        ("max_over_time(%)", "7"),
        ("count_over_time(%)", "7"),
        ("stdvar_over_time(%)", "4"),
        ("stddev_over_time(%)", "2"),
        ("quantile_over_time(0.5, %)", "4"),
        ("quantile_over_time(0.25, %)", "2.5"),
        ("quantile_over_time(2, %)", "+Inf"),
        ("present_over_time(%)", "1"),
    ] {
        let query = function.replace('%', r#"gauge{uuid="a"}[60s]"#);
        check(60, &[(&query, &a(value))]);
    }
    check(
        60,
        &[
            (
                r#"last_over_time(gauge{uuid="a"}[60s])"#,
                r#"{__name__="gauge", dc="x", uuid="a"} 7"#,
            ),
            (
                r#"absent_over_time(nothing{uuid="a"}[60s])"#,
                r#"{uuid="a"} 1"#,
            ),
            ("absent_over_time(gauge[60s])", ""),
        ],
    );
}

#[test]
fn elements_are_grouped_by_labels() {
    check(
        60,
        &[
            ("sum(gauge)", "{} 16"),
            ("sum by (dc) (gauge)", "{dc=\"x\"} 17\n{dc=\"y\"} -1"),
            (
                "avg without (uuid) (gauge)",
                "{dc=\"x\"} 8.5\n{dc=\"y\"} -1",
            ),
            ("count by (nothing) (gauge)", "{} 3"),
            ("min(gauge)", "{} -1"),
            ("max(gauge)", "{} 10"),
            ("group(gauge)", "{} 1"),
            ("stddev(gauge > 0)", "{} 1.5"),
            ("quantile(0.5, gauge)", "{} 7"),
            (
                "topk(1, gauge)",
                r#"{__name__="gauge", dc="x", uuid="b"} 10"#,
            ),
            (
                "bottomk by (dc) (1, gauge)",
                "{__name__=\"gauge\", dc=\"x\", uuid=\"a\"} 7\n\
                 {__name__=\"gauge\", dc=\"y\", uuid=\"c\"} -1",
            ),
            ("topk(0, gauge)", ""),
            ("count_values(\"v\", info)", r#"{v="1"} 2"#),
            ("sum(nothing)", ""),
        ],
    );
}

#[test]
fn numbers_that_are_not_finite_keep_their_rules() {
    check(
        20,
        &[
            ("max(gauge)", "{} 10"),
            ("min(gauge)", "{} 3"),
            ("sum(gauge)", "{} NaN"),
            (
                "topk(3, gauge)",
                "{__name__=\"gauge\", dc=\"x\", uuid=\"b\"} 10\n\
                 {__name__=\"gauge\", dc=\"x\", uuid=\"a\"} 3\n\
                 {__name__=\"gauge\", dc=\"y\", uuid=\"c\"} NaN",
            ),
            (
                "sort(gauge)",
                "{__name__=\"gauge\", dc=\"x\", uuid=\"a\"} 3\n\
                 {__name__=\"gauge\", dc=\"x\", uuid=\"b\"} 10\n\
                 {__name__=\"gauge\", dc=\"y\", uuid=\"c\"} NaN",
            ),
            (r#"gauge{uuid="c"} == NaN"#, ""),
            ("1 / 0", "+Inf"),
            ("-1 / 0", "-Inf"),
            ("0 / 0", "NaN"),
            ("-7 % 4", "-3"),
            ("2 ^ 3 ^ 2", "512"),
            ("clamp(vector(5), 7, 3)", ""),
            ("clamp(vector(NaN), 3, 7)", "{} NaN"),
        ],
    );
}

#[test]
fn vectors_are_matched_by_labels() {
    check(
        60,
        &[
            (
                "gauge + on (uuid) count",
                "{uuid=\"a\"} 24\n{uuid=\"b\"} 70",
            ),
            ("gauge > on (uuid) count", ""),
            (
                "gauge < bool on (uuid) count",
                "{uuid=\"a\"} 1\n{uuid=\"b\"} 1",
            ),
            (
                "count * on (uuid) group_left (name) info",
                "{name=\"one\", uuid=\"a\"} 17\n{name=\"two\", uuid=\"b\"} 60",
            ),
            (
                "info * ignoring (name) group_right (name) count",
                "{name=\"one\", uuid=\"a\"} 17\n{name=\"two\", uuid=\"b\"} 60",
            ),
            ("5 > gauge", r#"{__name__="gauge", dc="y", uuid="c"} -1"#),
            (
                "gauge{dc=\"x\"} and on (uuid) count > 20",
                r#"{__name__="gauge", dc="x", uuid="b"} 10"#,
            ),
            (
                "count unless on (uuid) (gauge > 8)",
                r#"{__name__="count", uuid="a"} 17"#,
            ),
            ("vector(1) or on () gauge", "{} 1"),
            ("-count", "{uuid=\"a\"} -17\n{uuid=\"b\"} -60"),
            ("scalar(count)", "NaN"),
            ("scalar(sum(count))", "77"),
        ],
    );
}

#[test]
fn labels_are_replaced_and_joined() {
    check(
        60,
        &[
            (
                r#"label_replace(info{uuid="a"}, "new", "$2-$1", "name", "(.)(.*)")"#,
                r#"{__name__="info", name="one", new="ne-o", uuid="a"} 1"#,
            ),
            (
                r#"label_replace(info{uuid="a"}, "name", "", "uuid", ".*")"#,
                r#"{__name__="info", uuid="a"} 1"#,
            ),
            (
                r#"label_join(info{uuid="a"}, "new", "/", "uuid", "missing", "name")"#,
                r#"{__name__="info", name="one", new="a//one", uuid="a"} 1"#,
            ),
        ],
    );
}

#[test]
fn times_and_dates_are_those_of_the_query() {
    check(
        60,
        &[
            ("time()", "60"),
            ("timestamp(count{uuid=\"a\"} offset 5s)", "{uuid=\"a\"} 50"),
            ("timestamp(vector(1))", "{} 60"),
            ("hour(vector(7200))", "{} 2"),
            ("day_of_week()", "{} 4"),
            ("year(vector(1e99))", "{} NaN"),
            ("days_in_month(vector(951782400))", "{} 29"),
        ],
    );
}

#[test]
fn quantiles_of_histograms_lie_between_bounds() {
    let samples = samples(&[
        ("b le=0.1", "10"),
        ("b le=0.5", "30"),
        ("b le=1", "30"),
        ("b le=+Inf", "40"),
        ("b le=0.5 half=1", "5"),
        ("b le=what", "99"),
        ("b le=2 odd=1", "5"),
        ("b le=+Inf odd=1", "NaN"),
    ]);
    for (part, expected) in [
        ("0.25", "{half=\"1\"} NaN\n{} 0.1\n{odd=\"1\"} 2"),
        (
            "0.5",
            "{half=\"1\"} NaN\n{} 0.30000000000000004\n{odd=\"1\"} 2",
        ),
        ("0.99", "{half=\"1\"} NaN\n{} 1\n{odd=\"1\"} 2"),
        ("-1", "{half=\"1\"} -Inf\n{} -Inf\n{odd=\"1\"} -Inf"),
    ] {
        let query = Query::instant(&alloc::format!("histogram_quantile({part}, b)"), 0).unwrap();
        let answer = query.answer(&samples, &Limits::default()).unwrap();
        assert_eq!(written(&answer), expected, "{part}");
    }
}

#[test]
fn refusals_during_execution_are_those_of_prometheus() {
    for (query, message) in [
        (
            "count + on () gauge",
            "found duplicate series for the match group {} on the right hand-side of the \
             operation: [{__name__=\"gauge\", dc=\"x\", uuid=\"b\"}, {__name__=\"gauge\", \
             dc=\"x\", uuid=\"a\"}];many-to-many matching not allowed: matching labels must be \
             unique on one side",
        ),
        (
            "gauge + on (dc) sum by (dc) (gauge)",
            "multiple matches for labels: many-to-one matching must be explicit \
             (group_left/group_right)",
        ),
        (
            "{__name__=~\"gauge|count\"} + on (uuid) group_left (dc) info",
            "multiple matches for labels: grouping labels must ensure unique matches",
        ),
        (
            "abs(count or on (__name__) label_replace(count, \"__name__\", \"other\", \"\", \"\"))",
            "vector cannot contain metrics with the same labelset",
        ),
        (
            "label_replace(gauge, \"uuid\", \"\", \"\", \"\")",
            "vector cannot contain metrics with the same labelset",
        ),
        ("topk(NaN, gauge)", "Scalar value NaN overflows int64"),
        ("topk(1e30, gauge)", "Scalar value 1e+30 overflows int64"),
        ("count_values(\"1a\", gauge)", "invalid label name \"1a\""),
        (
            "label_replace(gauge, \"1a\", \"\", \"\", \"\")",
            "invalid destination label name in label_replace(): 1a",
        ),
        (
            "label_replace(gauge, \"a\", \"\", \"\", \"(\")",
            "invalid regular expression in label_replace(): (",
        ),
        (
            "label_join(gauge, \"a\", \"\", \"1a\")",
            "invalid source label name in label_join(): 1a",
        ),
        (
            &alloc::format!(
                "label_replace(info, \"a\", \"{}\", \"name\", \".*\")",
                "$0".repeat(5000)
            ),
            "a label value would exceed 16384 bytes",
        ),
        (
            &alloc::format!(
                "label_join(info, \"a\", \"{}\", \"b\", \"c\")",
                "-".repeat(9000)
            ),
            "a label value would exceed 16384 bytes",
        ),
        (
            "holt_winters(gauge[1m], 1, 0.5)",
            "invalid smoothing factor. Expected: 0 < sf < 1, got: 1.000000",
        ),
        (
            "holt_winters(gauge[1m], 0.5, 0)",
            "invalid trend factor. Expected: 0 < tf < 1, got: 0.000000",
        ),
    ] {
        let error = ask(query, 60).expect_err(query);
        assert_eq!(error.to_string(), message, "{query}");
        assert_eq!((error.kind(), error.status()), ("execution", 422));
    }
}

#[test]
fn two_metrics_must_not_become_one_series_even_at_different_times() {
    let samples = samples(&[
        ("one uuid=a", "1 1"),
        ("two uuid=a", "_ _ _ _ _ _ _ _ _ 1 1"),
    ]);
    let expression = "count_over_time({__name__=~\"one|two\"}[5s])";
    let instant = Query::instant(expression, 0).unwrap();
    assert!(instant.answer(&samples, &Limits::default()).is_ok());
    let range = Query::range(expression, 0, 100_000, 10_000).unwrap();
    let error = range.answer(&samples, &Limits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "vector cannot contain metrics with the same labelset"
    );
}

#[test]
fn a_range_query_has_one_point_a_step_until_its_end() {
    let ask = |expression: &str, start, end, step| {
        let query = Query::range(expression, start, end, step)?;
        query
            .answer(&sample_series(), &Limits::default())
            .map(|answer| written(&answer))
    };
    assert_eq!(
        ask("sum(count)", 5_000, 29_000, 10_000).unwrap(),
        "{} 5@5 10@15 15@25"
    );
    assert_eq!(ask("time()", 0, 2_500, 1_000).unwrap(), "{} 0@0 1@1 2@2");
    assert_eq!(
        ask("scalar(sum(count @ end()))", 0, 60_000, 30_000).unwrap(),
        "{} 77@0 77@30 77@60"
    );
    assert_eq!(
        ask("1", 0, 11_000_000, 1_000).unwrap().matches('@').count(),
        11_001
    );
    for (expression, start, end, step, message) in [
        (
            "1",
            0,
            11_001_000,
            1_000,
            "exceeded maximum resolution of 11,000 points per timeseries. \
             Try decreasing the query resolution (?step=XX)",
        ),
        (
            "1",
            1,
            0,
            1,
            "invalid parameter \"end\": end timestamp must not be before start time",
        ),
        (
            "1",
            0,
            1,
            0,
            "invalid parameter \"step\": zero or negative query resolution step widths are not \
             accepted. Try a positive integer",
        ),
        (
            "foo[5m]",
            0,
            1,
            1,
            "invalid expression type \"range vector\" for range query, must be Scalar or \
             instant Vector",
        ),
        (
            "\"a\"",
            0,
            1,
            1,
            "invalid expression type \"string\" for range query, must be Scalar or instant Vector",
        ),
        ("(", 0, 1, 1, "1:2: parse error: unclosed left parenthesis"),
    ] {
        let error = ask(expression, start, end, step).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.kind(), "bad_data");
    }
    // Times at the ends of what can be counted.
    assert!(Query::range("1", i64::MIN, i64::MAX, 1).is_err());
    assert!(ask("rate(count[5m] offset 1h)", i64::MAX - 1, i64::MAX, 1).is_ok());
    assert!(ask("count[5m:1s] @ 9e15 + 1", 0, 0, 1).is_err());
}

#[test]
fn a_query_tells_beforehand_what_it_will_read() {
    let query = Query::range(
        "rate(a[5m] offset 1m) + max_over_time((b - c @ 7)[1h:10m])",
        1_000_000,
        2_000_000,
        1_000,
    );
    let selections = query.unwrap().selections(&Limits::default());
    let read: Vec<(Option<&str>, i64, i64)> = selections
        .iter()
        .map(|selection| (selection.metric(), selection.from, selection.to))
        .collect();
    assert_eq!(
        read,
        [
            (Some("a"), 1_000_000 - 360_000, 2_000_000 - 60_000),
            (Some("b"), 1_000_000 - 3_600_000 - 300_000, 2_000_000),
            (Some("c"), 7_000 - 300_000, 7_000),
        ]
    );
}

#[test]
fn a_query_ends_when_its_budget_is_spent() {
    let ask = |query: &str, limits: Limits| {
        let query = Query::range(query, 0, 60_000, 1_000).unwrap();
        query.answer(&sample_series(), &limits).map(|_| ())
    };
    let samples = |samples| Limits {
        samples,
        ..Limits::default()
    };
    let work = |work| Limits {
        work,
        ..Limits::default()
    };
    // Seven samples read, 61 answered, and their series.
    assert!(ask("count{uuid=\"a\"}", samples(69)).is_ok());
    let error = ask("count{uuid=\"a\"}", samples(68)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "query processing would load too many samples into memory in query execution"
    );
    assert_eq!(error.status(), 422);
    for query in [
        "sum(count)",
        "max_over_time(vector(1)[1000d:1s])",
        "vector(1) or vector(2)",
    ] {
        let error = ask(query, work(200)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "query timed out in expression evaluation"
        );
        assert_eq!((error.kind(), error.status()), ("timeout", 503));
    }
    // A subquery of nothing costs its steps, too.
    let error = ask("count_over_time(nothing[290y:1ms])", work(100_000)).unwrap_err();
    assert!(matches!(error, QueryError::Timeout));
}

#[test]
fn the_deepest_expressions_are_computed() {
    let depth = crate::telemetry::promql::MAX_DEPTH - 1;
    for query in [
        alloc::format!("{}count{}", "abs(".repeat(depth), ")".repeat(depth)),
        alloc::format!("count{}", " + count".repeat(depth)),
        alloc::format!("{}count{}", "sum(".repeat(depth), ")".repeat(depth)),
        alloc::format!("{}count", "-".repeat(depth)),
    ] {
        assert!(ask(&query, 60).is_ok());
    }
}

proptest! {
    #[test]
    fn every_expression_over_any_samples_ends_without_panic(
        values in prop::collection::vec((any::<i64>(), any::<f64>()), 0..12),
        at in any::<i64>(),
        function in prop::sample::select(alloc::vec![
            "rate(m[5m])", "deriv(m[1y])", "m[10m:1m]", "predict_linear(m[290y], 1e300)",
            "holt_winters(m[290y], 0.5, 0.5)", "hour(m)", "topk(2, m)", "m @ -9e15", "m % m",
            "quantile(0.3, m)", "stddev_over_time(m[290y] offset -290y)", "round(m, 0)",
            "m offset 290y", "timestamp(m)", "histogram_quantile(0.9, m)", "count_values(\"x\", m)",
        ]),
    ) {
        let mut samples = Samples::default();
        let values = values.into_iter().map(|(at, value)| Sample { at, value });
        samples.add(Labels::of([("__name__", "m")]), &values.collect::<Vec<_>>());
        let limits = Limits { work: 10_000, ..Limits::default() };
        let _ = Query::instant(function, at).unwrap().answer(&samples, &limits);
        if let Ok(query) = Query::range(function, at, at.saturating_add(100), 7) {
            let _ = query.answer(&samples, &limits);
        }
    }
}
