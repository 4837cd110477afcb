//! What `$(…)` becomes: types are kept, text is made, functions are pure, and
//! everything that does not fit is refused with a place.

use core::cell::Cell;

use serde_json::json;
use touchmark::scenario::{Node, Scope, Source, Span, Value, World, yaml};
use touchmark_core::time::Timestamp;

/// A world in which every moment and every random byte is known.
#[derive(Default)]
struct Still {
    drawn: Cell<u8>,
}

impl World for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_767_225_600)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.drawn.get();
            self.drawn.set(self.drawn.get().wrapping_add(1));
        }
    }
}

fn node(text: &str) -> Node {
    let mut findings = Vec::new();
    let node = yaml::read(&Source::new("test.yaml", text), &mut findings);
    assert_eq!(findings, []);
    node.expect("the text is YAML")
}

fn scope() -> Scope {
    let values = json!({
        "id": "r-7", "count": 3, "ratio": 2.0, "on": true, "nothing": null,
        "list": ["a", { "b": "c" }], "record": { "title": "hello", "tags": [] },
    });
    let span = Span::new(&Source::new("values.yaml", ""), 0..0);
    let Value::Map(map) = Value::from_json(&values, &span) else {
        panic!("the values are an object");
    };
    let mut scope = Scope::default();
    for entry in &map {
        scope.define(entry.key.text.clone(), entry.value.value.clone());
    }
    scope
}

fn filled(text: &str) -> serde_json::Value {
    let filled = scope().fill(&node(text), &Still::default());
    filled
        .unwrap_or_else(|finding| panic!("{text}: {}", finding.message))
        .value
        .to_json()
}

fn refusal(text: &str) -> String {
    match scope().fill(&node(text), &Still::default()) {
        Ok(filled) => panic!("{text} became {:?}", filled.value),
        Err(finding) => finding.to_plain_text(),
    }
}

#[test]
fn a_reference_alone_keeps_its_type() {
    assert_eq!(
        filled("[$(id), $(count), $(ratio), $(on), $(nothing), $(list), '$(record)']"),
        json!(["r-7", 3, 2.0, true, null, ["a", { "b": "c" }], { "title": "hello", "tags": [] }]),
    );
}

#[test]
fn a_reference_inside_text_becomes_text() {
    assert_eq!(
        filled("{ path: /v1/$(id)/$(count), said: '$(on) $(ratio) $$(id)' }"),
        json!({ "path": "/v1/r-7/3", "said": "true 2.0 $(id)" }),
    );
}

#[test]
fn members_are_reached_with_dots() {
    assert_eq!(
        filled("[$(record.title), $(list.1.b)]"),
        json!(["hello", "c"])
    );
}

#[test]
fn values_are_not_searched_for_references_again() {
    let mut scope = scope();
    scope.define("tricky", Value::Text("$(id)".to_owned()));
    let filled = scope.fill(&node("x$(tricky)"), &Still::default());
    assert_eq!(
        filled.expect("the name is known").value,
        Value::Text("x$(id)".to_owned())
    );
}

#[test]
fn functions_have_the_values_that_their_standards_give() {
    for (written, value) in [
        ("$(now())", json!("2026-01-01T00:00:00Z")),
        ("$(now('-1h'))", json!("2025-12-31T23:00:00Z")),
        ("$(unix('+5m'))", json!(1_767_225_900)),
        ("$(uuid())", json!("00010203-0405-4607-8809-0a0b0c0d0e0f")),
        ("$(random(5))", json!("abcde")),
        ("$(base64('a?b>'))", json!("YT9iPg==")),
        ("$(base64url('a?b>'))", json!("YT9iPg")),
        ("$(percent('a b/ü'))", json!("a%20b%2F%C3%BC")),
        (
            "$(sha256('abc'))",
            json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ),
        (
            // RFC 4231, test case 2.
            "$(hmac('Jefe', 'what do ya want for nothing?'))",
            json!("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ),
        ("$(base64(percent('ü')))", json!("JUMzJUJD")),
    ] {
        assert_eq!(filled(written), value, "{written}");
    }
}

#[test]
fn random_text_has_the_asked_length_and_no_other_characters() {
    for length in [1, 63, 64, 65, 1024] {
        let text = filled(&format!("$(random({length}))"));
        let text = text.as_str().expect("random text is text");
        assert_eq!(text.len(), length);
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        );
    }
}

#[test]
fn what_does_not_fit_is_refused_at_its_place() {
    let refusals: Vec<_> = [
        "a: $(idd)",
        "a: $(record.titel)",
        "a: $(id.x)",
        "a: $(list.9)",
        "a: x$(nothing)",
        "a: x$(list)",
        "a: x$(record)",
        "a: $(uid())",
        "a: $(frobnicate())",
        "a: $(random())",
        "a: $(random(0))",
        "a: $(random(1025))",
        "a: $(random('x'))",
        "a: $(now('5m'))",
        "a: $(now('+5'))",
        "a: $(now(5))",
        "a: $(base64(record))",
    ]
    .iter()
    .map(|text| refusal(text))
    .collect();
    insta::assert_snapshot!(refusals.join("\n"));
}
