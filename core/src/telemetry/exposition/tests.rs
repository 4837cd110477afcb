//! Bodies that are taken, and every reason to refuse one.

use alloc::string::{String, ToString};
use proptest::prelude::*;

use super::*;
use crate::telemetry::{Budget, Selection, SeriesSource};

const NOW: Millis = 1_000_000;

fn take(body: &str) -> Result<Exposition, ExpositionError> {
    read(body.as_bytes(), NOW, &Limits::default())
}

fn written(exposition: &Exposition) -> Vec<String> {
    let mut budget = Budget::new(&crate::telemetry::Limits::default());
    let everything = Selection {
        matchers: Vec::new(),
        from: Millis::MIN,
        to: Millis::MAX,
    };
    let series = exposition.samples.select(&everything, &mut budget).unwrap();
    let texts = series.iter().flat_map(|series| {
        let labels = &series.labels;
        let samples = series.samples.iter();
        samples.map(move |sample| alloc::format!("{labels} {} @{}", sample.value, sample.at))
    });
    texts.collect()
}

#[test]
fn a_body_is_taken_with_all_its_parts() {
    let body = "\n# HELP m What\\nit \\\\ is \n# TYPE m gauge\n  # anything else\n#TYPE m\n\
                m 1\n\tm{a=\"b\\\"\\\\\\n}\",} 2.5e3 7\nm {a=\"é\" , c = \"\" }\t-Inf\t8 \n\
                m{a=\"é\"} NaN 9\nother:name{} +Inf\n# TYPE later counter\n";
    let exposition = take(body).unwrap();
    assert_eq!(
        written(&exposition),
        [
            r#"{__name__="m"} 1 @1000000"#,
            r#"{__name__="m", a="b\"\\\n}"} 2500 @7"#,
            r#"{__name__="m", a="é"} -inf @8"#,
            r#"{__name__="m", a="é"} NaN @9"#,
            r#"{__name__="other:name"} inf @1000000"#,
        ]
    );
    let description = &exposition.metadata["m"];
    assert_eq!(description.help, "What\nit \\ is ");
    assert_eq!(description.kind, MetricKind::Gauge);
    assert_eq!(exposition.metadata["later"].kind, MetricKind::Counter);
    assert_eq!(take("").unwrap(), Exposition::default());
}

#[test]
fn every_refusal_names_its_line_and_reason() {
    for (body, message) in [
        ("m 1", "line 1: the body does not end with a line feed"),
        (
            "m 1\nm 2 1\n#",
            "line 3: the body does not end with a line feed",
        ),
        ("m\n", r#"line 1: expected a float as value, found """#),
        (
            "m one\n",
            r#"line 1: expected a float as value, found "one""#,
        ),
        (
            "m 1e999\n",
            r#"line 1: expected a float as value, found "1e999""#,
        ),
        (
            "m 1\r\n",
            r#"line 1: expected a float as value, found "1\r""#,
        ),
        (
            "m 1 2.5\n",
            r#"line 1: expected whole milliseconds as time, found "2.5""#,
        ),
        (
            "m 1 2 3\n",
            "line 1: expected the end of the line, found '3'",
        ),
        ("m 1 -1\n", "line 1: time -0.001 is out of bounds"),
        (
            "m 1 99999999999999999999\n",
            r#"line 1: expected whole milliseconds as time, found "99999999999999999999""#,
        ),
        ("1m 1\n", r#"line 1: invalid metric name "1m""#),
        ("m-x 1\n", r#"line 1: invalid metric name "m-x""#),
        ("{a=\"b\"} 1\n", r#"line 1: invalid metric name """#),
        ("é 1\n", r#"line 1: invalid metric name "é""#),
        ("m{1a=\"b\"} 1\n", r#"line 1: invalid label name "1a""#),
        ("m{a:b=\"b\"} 1\n", r#"line 1: invalid label name "a:b""#),
        ("m{,} 1\n", r#"line 1: invalid label name """#),
        ("m{a=\"b\",,} 1\n", r#"line 1: invalid label name """#),
        (
            "m{__name__=\"b\"} 1\n",
            r#"line 1: label name "__name__" is reserved"#,
        ),
        (
            "m{a=\"1\",a=\"1\"} 1\n",
            r#"line 1: label "a" is given twice"#,
        ),
        (
            "m{a} 1\n",
            r#"line 1: expected "=" after the label name, found '}'"#,
        ),
        (
            "m{a=b} 1\n",
            "line 1: expected a quoted label value, found 'b'",
        ),
        (
            "m{a=\"b\"\n",
            r#"line 1: expected "," or "}", found the end of the line"#,
        ),
        (
            "m{a=\"b\" c=\"d\"} 1\n",
            r#"line 1: expected "," or "}", found 'c'"#,
        ),
        (
            "m{a=\"b 1\n",
            "line 1: expected the closing quote, found the end of the line",
        ),
        ("m{a=\"\\t\"} 1\n", r#"line 1: invalid escape "\\t""#),
        ("m{a=\"\\\n\"} 1\n", "line 1: an escape is not finished"),
        ("# HELP m \\\"\n", r#"line 1: invalid escape "\\\"""#),
        ("# HELP m-x help\n", r#"line 1: invalid metric name "m-x""#),
        ("# TYPE\n", r#"line 1: invalid metric name """#),
        ("# TYPE m\n", r#"line 1: unknown metric type """#),
        ("# TYPE m GAUGE\n", r#"line 1: unknown metric type "GAUGE""#),
        (
            "# HELP m a\n# HELP m b\n",
            r#"line 2: second HELP for metric "m""#,
        ),
        (
            "# TYPE m gauge\n# TYPE m gauge\n",
            r#"line 2: second TYPE for metric "m""#,
        ),
        (
            "m 1\n# TYPE m gauge\n",
            r#"line 2: TYPE for metric "m" after its samples"#,
        ),
        (
            "m 1 5\nm 1 5\n",
            "line 2: second sample of this series at 0.005",
        ),
        (
            "m{a=\"\"} 1 5\nm 2 5\n",
            "line 2: second sample of this series at 0.005",
        ),
    ] {
        let error = take(body).expect_err(body);
        assert_eq!(error.to_string(), message, "{body:?}");
    }
    let error = read(b"m 1\n\xff 1\n", NOW, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "line 2: not valid UTF-8");
}

#[test]
fn every_limit_holds_at_its_value_and_refuses_one_past_it() {
    let limits = Limits {
        bytes: 60,
        samples: 2,
        labels: 3,
        name_bytes: 4,
        value_bytes: 2,
        help_bytes: 5,
        oldest: 10,
        newest: 20,
    };
    let take = |body: &str| read(body.as_bytes(), 15, &limits);
    for (fits, exceeds, message) in [
        (
            "\n".repeat(60),
            "\n".repeat(61),
            "line 61: the body exceeds 60 bytes here",
        ),
        (
            "m 1\nn 1\n".into(),
            "m 1\nn 1\no 1\n".into(),
            "line 3: more than 2 samples",
        ),
        (
            "m{a=\"1\",b=\"1\"} 1\n".into(),
            "m{a=\"1\",b=\"1\",c=\"1\"} 1\n".into(),
            "line 1: more than 3 labels",
        ),
        (
            "mmmm 1\n".into(),
            "mmmmm 1\n".into(),
            "line 1: a name exceeds 4 bytes",
        ),
        (
            "m{aaaa=\"1\"} 1\n".into(),
            "m{aaaaa=\"1\"} 1\n".into(),
            "line 1: a name exceeds 4 bytes",
        ),
        (
            "# TYPE mmmm gauge\n".into(),
            "# TYPE mmmmm gauge\n".into(),
            "line 1: a name exceeds 4 bytes",
        ),
        (
            "m{a=\"é\"} 1\n".into(),
            "m{a=\"éa\"} 1\n".into(),
            "line 1: a label value exceeds 2 bytes",
        ),
        (
            "# HELP m 12345\n".into(),
            "# HELP m 123456\n".into(),
            "line 1: the help text exceeds 5 bytes",
        ),
        (
            "m 1 10\n".into(),
            "m 1 9\n".into(),
            "line 1: time 0.009 is out of bounds",
        ),
        (
            "m 1 20\n".into(),
            "m 1 21\n".into(),
            "line 1: time 0.021 is out of bounds",
        ),
    ] {
        take(&fits).unwrap_or_else(|error| panic!("{fits:?}: {error}"));
        assert_eq!(take(&exceeds).unwrap_err().to_string(), message);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&body, NOW, &Limits::default());
    }

    #[test]
    fn nearly_right_bodies_are_taken_or_refused(
        body in "(#? ?(HELP|TYPE|m|a:b) ?[{]?[a-b=\",\\\\n}]{0,9} ?[-+0-9eINan]{0,4} ?[0-9]{0,3}\n?){0,4}",
    ) {
        if let Ok(exposition) = take(&body) {
            prop_assert!(exposition.samples.count() <= body.lines().count());
        }
    }
}
