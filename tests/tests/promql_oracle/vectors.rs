//! The vectors that the parser of the core is tested with, against a running
//! Prometheus, so that they stay true; and expressions that were narrowed.

use touchmark_core::telemetry::promql::{narrow, parse};
use touchmark_core::telemetry::{Matcher, ParseError};

use crate::generate::{Dice, expression};
use crate::server::Prometheus;

const ERRORS: &str = include_str!("../../../core/src/telemetry/promql/vectors/errors.tsv");
const FORMS: &str = include_str!("../../../core/src/telemetry/promql/vectors/forms.tsv");

fn rows(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = text.lines().filter(|line| !line.starts_with("# "));
    lines.map(|line| line.split_once('\t').expect("two columns"))
}

#[test]
fn the_vectors_of_the_parser_are_what_prometheus_says() {
    let server = Prometheus::start();
    for (query, message) in rows(ERRORS) {
        let response = server.get("query", &[("query", query)]);
        let expected = format!("invalid parameter \"query\": {message}");
        assert_eq!(response.body["error"], expected.as_str(), "{query}");
        assert_eq!(response.status, 400, "{query}");
    }
    for (query, form) in rows(FORMS) {
        let response = server.get("format_query", &[("query", query)]);
        assert_eq!(response.body["data"], form, "{query}");
    }
}

/// What Prometheus makes of an expression, without its line breaks.
fn formatted(server: &Prometheus, query: &str) -> String {
    let response = server.get("format_query", &[("query", query)]);
    let text = response.body["data"].as_str();
    let text = text.unwrap_or_else(|| panic!("{query}: {}", response.body));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn printed_expressions_mean_the_same_to_prometheus() -> Result<(), ParseError> {
    let mut count = 0;
    let server = Prometheus::start();
    let mut dice = Dice::new(5);
    for number in 0..500 {
        let query = expression(&mut dice, number % 4);
        // By chance an operand may be read as the labels of a group.
        let Ok(expression) = parse(&query) else {
            continue;
        };
        count += 1;
        let printed = expression.to_string();
        assert_eq!(
            formatted(&server, &query),
            formatted(&server, &printed),
            "{query}"
        );
        let visible = [Matcher::one_of("uuid", ["a", "b.c"])];
        let narrowed = narrow(&query, &visible)?;
        assert!(!formatted(&server, &narrowed).is_empty());
    }
    assert!(count > 400, "only {count} expressions were compared");
    Ok(())
}
