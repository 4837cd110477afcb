//! The parser against what a real Prometheus said: messages and printed forms,
//! which `tests/promql_oracle` compares with a running Prometheus. And what
//! narrowing may never let through.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use proptest::prelude::*;

use super::*;
use crate::telemetry::query::{Answer, Query};
use crate::telemetry::{Labels, Limits, Matcher, Narrowed, Sample, Samples};

/// The two columns of a file of vectors.
fn vectors(text: &'static str) -> Vec<(&'static str, &'static str)> {
    let lines = text.lines().filter(|line| !line.starts_with("# "));
    lines
        .map(|line| line.split_once('\t').expect("two columns"))
        .collect()
}

fn said(query: &str) -> String {
    parse(query).expect_err(query).to_string()
}

#[test]
fn refusals_are_worded_and_placed_as_by_prometheus() {
    for (query, message) in vectors(include_str!("vectors/errors.tsv")) {
        assert_eq!(said(query), message, "{query}");
    }
}

#[test]
fn expressions_are_written_as_by_prometheus() {
    for (query, form) in vectors(include_str!("vectors/forms.tsv")) {
        let expression = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(expression.to_string(), form, "{query}");
        let again = parse(form).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(again.to_string(), form);
    }
}

#[test]
fn refusals_that_differ_from_prometheus_are_clear() {
    for (query, message) in [
        ("", "1:1: parse error: no expression found in input"),
        ("foo\n  + $", "2:5: parse error: unexpected character: '$'"),
        (
            "foo[5m a]",
            "1:8: parse error: unexpected character: 'a', expected ':'",
        ),
        ("@ 5", "1:1: parse error: unexpected <op:@>"),
        (
            "{a=~\"(\"}",
            "1:2: parse error: error parsing regexp: unclosed group",
        ),
        (
            r#""\xff""#,
            "1:1: parse error: escape sequences do not form valid UTF-8",
        ),
        (
            "!",
            "1:1: parse error: unexpected character after '!': '\u{fffd}'",
        ),
        ("\"\\", "1:1: parse error: escape sequence not terminated"),
        (
            r#""\x4g""#,
            "1:1: parse error: illegal character U+0067 'g' in escape sequence",
        ),
        (
            r#""\ud800""#,
            "1:1: parse error: escape sequence is an invalid Unicode code point",
        ),
    ] {
        assert_eq!(said(query), message, "{query}");
    }
}

#[test]
fn expressions_are_limited_in_length_and_depth() {
    let fits = alloc::format!("1{}", " ".repeat(MAX_QUERY_BYTES - 1));
    assert!(parse(&fits).is_ok());
    assert_eq!(
        said(&(fits + " ")),
        "1:1: parse error: expression exceeds 16384 bytes"
    );
    let refused = "expression nests deeper than 100 levels";
    for nest in [
        |depth: usize| alloc::format!("{}1{}", "(".repeat(depth), ")".repeat(depth)),
        |depth| alloc::format!("1{}", "+1".repeat(depth)),
        |depth| alloc::format!("1{}", "^1".repeat(depth)),
        |depth| alloc::format!("{}foo", "-".repeat(depth)),
        |depth| alloc::format!("{}foo{}", "abs(".repeat(depth), ")".repeat(depth)),
        |depth| alloc::format!("{}foo{}", "sum(".repeat(depth), ")".repeat(depth)),
        |depth| {
            alloc::format!(
                "foo{}",
                "[1h:] offset 1h".repeat(depth).replace("h[", "h) [")
            )
        },
    ] {
        let deepest = nest(MAX_DEPTH - 1);
        if !deepest.contains("[1h:]") {
            assert!(parse(&deepest).is_ok(), "{deepest}");
            assert!(said(&nest(MAX_DEPTH)).contains(refused));
        }
        assert!(parse(&nest(5000)).is_err());
    }
}

#[test]
fn selectors_stand_alone_in_match_parameters() {
    for (selector, written) in [
        ("foo", r#"{__name__="foo"}"#),
        (r#"foo{a!="b"}"#, r#"{a!="b",__name__="foo"}"#),
        ("sum", r#"{__name__="sum"}"#),
        ("{}", "{}"),
    ] {
        assert_eq!(write_selector(&parse_selector(selector).unwrap()), written);
    }
    for (selector, message) in [
        ("", "1:1: parse error: unexpected end of input"),
        ("(", "1:1: parse error: unexpected \"(\""),
        ("foo[5m]", "1:4: parse error: unexpected \"[\""),
        ("foo offset 5m", "1:5: parse error: unexpected <offset>"),
        ("sum(foo)", "1:4: parse error: unexpected \"(\""),
        ("1", "1:1: parse error: unexpected number \"1\""),
        ("foo bar", "1:5: parse error: unexpected identifier \"bar\""),
        (
            "foo{",
            "1:5: parse error: unexpected end of input inside braces",
        ),
    ] {
        assert_eq!(parse_selector(selector).unwrap_err().to_string(), message);
    }
}

#[test]
fn every_selector_is_narrowed() {
    let visible = [Matcher::one_of("uuid", ["a", "b"])];
    for (query, narrowed) in [
        ("foo", r#"foo{uuid=~"a|b"}"#),
        (
            r#"{x="y"}[5m] offset 1h"#,
            r#"{x="y",uuid=~"a|b"}[5m] offset 1h"#,
        ),
        (
            "topk(scalar(n), rate(foo[5m])) / on (x) group_left bar",
            "topk(scalar(n{uuid=~\"a|b\"}), rate(foo{uuid=~\"a|b\"}[5m])) \
             / on (x) group_left () bar{uuid=~\"a|b\"}",
        ),
        (
            "-max_over_time((foo or vector(1))[1h:5m])",
            "-max_over_time((foo{uuid=~\"a|b\"} or vector(1))[1h:5m])",
        ),
        (r#"foo{uuid="c"}"#, r#"foo{uuid="c",uuid=~"a|b"}"#),
        ("1 + 1", "1 + 1"),
        ("\"foo\"", "\"foo\""),
    ] {
        assert_eq!(narrow(query, &visible).unwrap(), narrowed);
    }
    assert_eq!(
        narrow_selector("foo", &visible).unwrap(),
        r#"{__name__="foo",uuid=~"a|b"}"#
    );
    assert!(narrow("foo or", &visible).is_err());
}

/// Pieces that make expressions, right and wrong ones, and ways to break out of
/// a selector if texts were put together.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(alloc::vec![
        "m",
        "m{",
        "}",
        "{__name__=~\".+\"}",
        "uuid",
        "=",
        "=~",
        "!~",
        "!=",
        "\"a\"",
        "\"b\"",
        "'secret'",
        "`.*`",
        "\"}or m{\"",
        "\\",
        "\"",
        ",",
        "(",
        ")",
        "[5m]",
        "[1h:1m]",
        " or ",
        " and ",
        " unless ",
        " + ",
        "-",
        "sum",
        " by (uuid) ",
        "count",
        "rate",
        "max_over_time",
        "absent",
        "label_replace",
        "scalar",
        "vector",
        "topk(1,",
        "# x\n",
        "\n",
        " offset 5m",
        " @ 5",
        "1",
        "==",
        " on () ",
        " group_left ",
        "{",
        "\"\\\"}\"",
        "}#",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// An expression that is right, of a few levels.
fn expressions() -> impl Strategy<Value = String> {
    let selector = prop::sample::select(alloc::vec![
        "m",
        "{__name__=~\".+\"}",
        "m{uuid!=\"a\"}",
        "m{uuid=~\".*\"}",
        "m{uuid=\"secret\"}",
        "{uuid!~\"a\",__name__!=\"\"}",
        "m offset 1s",
        "m @ 5",
    ]);
    selector
        .prop_map(String::from)
        .prop_recursive(4, 24, 3, |inner| {
            (inner.clone(), inner, 0..9_usize).prop_map(|(one, other, form)| match form {
                0 => alloc::format!("sum by (uuid) ({one})"),
                1 => alloc::format!("({one}) or ({other})"),
                2 => alloc::format!("({one}) unless ({other})"),
                3 => alloc::format!("count_values(\"v\", {one})"),
                4 => alloc::format!("max_over_time(({one})[10s:1s])"),
                5 => alloc::format!("vector(scalar({one}))"),
                6 => alloc::format!("label_replace({one}, \"v\", \"$1\", \"uuid\", \"(.*)\")"),
                7 => alloc::format!("topk(scalar(count({other})), {one})"),
                _ => alloc::format!("({one}) == bool on (uuid) group_left () ({other})"),
            })
        })
}

fn samples_of(uuids: &[&str], value: f64) -> Samples {
    let mut samples = Samples::default();
    for uuid in uuids {
        let labels = Labels::of([("__name__", "m"), ("uuid", uuid)]);
        let series = (0..20_i32).map(|second| Sample {
            at: i64::from(second) * 1000,
            value: value + f64::from(second),
        });
        samples.add(labels, &series.collect::<Vec<_>>());
    }
    samples
}

/// An answer as text, or why there is none.
fn answered(answer: Result<Answer, crate::telemetry::QueryError>) -> String {
    match answer {
        Ok(answer) => crate::telemetry::response::write_answer(&answer),
        Err(error) => crate::telemetry::response::write_error(&error),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_parsed_or_refused_within_its_bounds(query in "\\PC{0,60}", odd in pieces()) {
        for query in [query, odd] {
            let _ = parse_selector(&query);
            match parse(&query) {
                Ok(expression) => {
                    let printed = expression.to_string();
                    let again = parse(&printed).expect("what was printed can be read");
                    prop_assert_eq!(again.to_string(), printed);
                    prop_assert_eq!(again.kind(), expression.kind());
                }
                Err(error) => {
                    let lines = query.split('\n').count();
                    prop_assert!((1..=lines).contains(&error.line));
                    let line = query.split('\n').nth(error.line - 1).unwrap_or_default();
                    prop_assert!((1..=line.len() + 1).contains(&error.column));
                }
            }
        }
    }

    #[test]
    fn narrowing_leaves_no_selector_out(query in prop_oneof![pieces(), expressions()]) {
        let visible = [Matcher::one_of("uuid", ["a", "}\" or m{"])];
        if let Ok(narrowed) = narrow(&query, &visible) {
            let mut expression = parse(&narrowed).expect("what was narrowed can be read");
            let written = visible[0].to_string();
            let mut missing = BTreeSet::new();
            expression.for_each_selector(&mut |selector| {
                if !selector.matchers.iter().any(|matcher| matcher.to_string() == written) {
                    missing.insert(selector.index);
                }
            });
            prop_assert!(missing.is_empty(), "{narrowed}");
            let selectors = narrowed.matches(&written).count();
            let mut original = parse(&query).expect("what was narrowed was read");
            let mut expected = 0;
            original.for_each_selector(&mut |_| expected += 1);
            prop_assert!(selectors >= expected);
        }
    }

    #[test]
    fn what_is_not_visible_changes_no_answer(query in expressions()) {
        let visible = [Matcher::one_of("uuid", ["a", "b"])];
        let alone = samples_of(&["a", "b"], 1.0);
        let mut among_others = samples_of(&["secret", "", "ab", "c"], 1000.0);
        for (labels, samples) in alone.iter() {
            among_others.add(labels.clone(), samples);
        }
        let limits = Limits::default();
        let asked = Query::instant(&query, 15_000).unwrap();
        let expected = answered(asked.answer(&alone, &limits));
        // Around the source, and in the text for somebody else's source.
        let around = asked.answer(&Narrowed::new(&among_others, &visible), &limits);
        prop_assert_eq!(answered(around), expected.clone());
        let narrowed = Query::instant(&narrow(&query, &visible).unwrap(), 15_000).unwrap();
        prop_assert_eq!(answered(narrowed.answer(&among_others, &limits)), expected);
    }
}
