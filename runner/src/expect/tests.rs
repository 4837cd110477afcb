//! Matchers and paths: what they accept, and what they say when they do not.

use super::{Kind, Matcher, OPERATORS, Path, PathError};
use crate::scenario::{Diagnostic, Node, Scope, Source, Value, World, yaml};
use core::fmt::Write as _;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use touchmark_core::time::Timestamp;

/// 2026-01-05T10:00:00Z
const NOW: Timestamp = Timestamp::from_seconds(1_767_607_200);

fn node(text: &str) -> Node {
    let mut findings = Vec::new();
    let node = yaml::read(&Source::new("matcher.yaml", text), &mut findings);
    assert!(findings.is_empty(), "{text}: {findings:?}");
    node.unwrap()
}

fn read(node: &Node) -> Result<Matcher, Vec<Diagnostic>> {
    Matcher::read(node, &|node| Ok(node.clone()))
}

fn matcher(text: &str) -> Matcher {
    read(&node(text)).unwrap_or_else(|findings| panic!("{text}: {findings:?}"))
}

fn mismatches(text: &str, actual: Option<&Json>) -> Vec<String> {
    let mismatches = matcher(text).judge(actual, "$.a", NOW);
    mismatches.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_demanded_and_there_holds() {
    let jwt = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl";
    for (text, actual) in [
        ("200", json!(200)),
        ("1", json!(1.0)),
        ("18446744073709551615", json!(u64::MAX)),
        ("hello", json!("hello")),
        ("'200'", json!("200")),
        ("null", json!(null)),
        ("true", json!(true)),
        ("[1, [a, {b: null}]]", json!([1, ["a", { "b": null }]])),
        ("{ eq: {} }", json!({})),
        ("{ eq: { a: 1, b: [] } }", json!({ "b": [], "a": 1.0 })),
        ("{ ne: '200' }", json!(200)),
        ("{ gt: 2, lt: 4 }", json!(3)),
        ("{ ge: 3, le: 3 }", json!(3.0)),
        ("{ gt: 9007199254740992 }", json!(9_007_199_254_740_993_u64)),
        (
            "{ gt: 2026-01-05T12:00:00+02:00 }",
            json!("2026-01-05T10:00:01Z"),
        ),
        ("{ in: [200, 201] }", json!(201)),
        ("{ contains: ell }", json!("hello")),
        ("{ contains: 2 }", json!([1, 2])),
        ("{ contains: { gt: 1 } }", json!([1, 2])),
        ("{ not_contains: x }", json!("hello")),
        ("{ not_contains: 3 }", json!([1, 2])),
        (
            "{ starts_with: /v1/, ends_with: '7' }",
            json!("/v1/records/7"),
        ),
        ("{ matches: '^h.l+o$' }", json!("hello")),
        ("{ is: null }", json!(null)),
        ("{ is: boolean }", json!(false)),
        ("{ is: number }", json!(0.5)),
        ("{ is: integer }", json!(-2.0)),
        ("{ is: string }", json!("")),
        ("{ is: array }", json!([])),
        ("{ is: object }", json!({})),
        (
            "{ is: uuid }",
            json!("2B9C1F0E-7a51-4b4e-9f5c-00e000000001"),
        ),
        ("{ is: date-time }", json!("2026-01-05T10:00:00.5+01:00")),
        ("{ is: date }", json!("2024-02-29")),
        ("{ is: email }", json!("qa+1@example.co.uk")),
        ("{ is: uri }", json!("https://a.example/b?c#d")),
        ("{ is: jwt }", json!(jwt)),
        ("{ length: 2 }", json!("äö")),
        ("{ length: { ge: 1, lt: 3 } }", json!([1, 2])),
        ("{ length: 0 }", json!({})),
        ("{ exists: true }", json!(null)),
        ("{ any: { gt: 2 } }", json!([1, 3])),
        ("{ all: { is: string } }", json!(["a", "b"])),
        ("{ all: { is: string } }", json!([])),
        ("{ none: 3 }", json!([1, 2])),
        ("{ includes: { a: 1 } }", json!({ "a": 1, "b": 2 })),
        (
            "{ includes: { a: { b: [2] } } }",
            json!({ "a": { "b": [1, 2], "c": 3 } }),
        ),
        (
            "{ includes: [{ id: 2 }] }",
            json!([{ "id": 1 }, { "id": 2, "x": 3 }]),
        ),
        ("{ words: [b, a] }", json!("a b c")),
        ("{ words: a c }", json!(["a", "b", "c"])),
        ("{ within: 15m }", json!(NOW.seconds() + 900)),
        ("{ within: 90s }", json!(NOW.seconds() - 90)),
        ("{ within: 1s }", json!("2026-01-05T10:00:00.5Z")),
        (
            "{ schema: { type: object, required: [a] } }",
            json!({ "a": 1 }),
        ),
        ("{ near: { value: 0.5, by: 0.01 } }", json!(0.505)),
    ] {
        assert_eq!(
            mismatches(text, Some(&actual)),
            Vec::<String>::new(),
            "{text} on {actual}"
        );
    }
    assert_eq!(mismatches("{ exists: false }", None), Vec::<String>::new());
}

#[test]
fn what_is_demanded_and_not_there_is_told_in_one_sentence() {
    let cases = [
        ("200", json!("200")),
        ("'200'", json!(200)),
        ("true", json!("true")),
        ("hello", json!("Hello")),
        ("hello", json!("hello ")),
        (
            "the quick brown fox jumps over the dog",
            json!("the quick brown fox jumps over the cat"),
        ),
        ("null", json!("")),
        ("[1, 2, 3]", json!([1, 3])),
        (
            "{ eq: { a: { b: 1 }, c: 2 } }",
            json!({ "a": { "b": "1" }, "d e": 3 }),
        ),
        ("{ ne: 200 }", json!(200.0)),
        ("{ gt: 3 }", json!(3)),
        ("{ ge: 3 }", json!(2)),
        ("{ lt: 3 }", json!(3)),
        ("{ le: 3 }", json!(4)),
        ("{ gt: 9007199254740993 }", json!(9_007_199_254_740_993_u64)),
        ("{ gt: 3 }", json!("4")),
        ("{ gt: 2026-01-05T10:00:00Z }", json!("yesterday")),
        ("{ in: [200, 201] }", json!(404)),
        ("{ contains: x }", json!("hello")),
        ("{ contains: 1 }", json!("a1")),
        ("{ contains: 3 }", json!([1, 2])),
        ("{ contains: { gt: 2 } }", json!([1, 2])),
        ("{ contains: a }", json!({ "a": 1 })),
        ("{ not_contains: ell }", json!("hello")),
        ("{ not_contains: a }", json!(5)),
        ("{ starts_with: /v1 }", json!("/v2")),
        ("{ ends_with: /v1 }", json!(5)),
        ("{ matches: '^a$' }", json!("b")),
        ("{ is: null }", json!(0)),
        ("{ is: integer }", json!(1.5)),
        ("{ is: string }", json!(1)),
        ("{ is: uuid }", json!("2b9c1f0e7a514b4e9f5c000000000001")),
        ("{ is: date-time }", json!("2026-01-05")),
        ("{ is: date }", json!("2023-02-29")),
        ("{ is: email }", json!("nobody@localhost")),
        ("{ is: uri }", json!("/relative")),
        ("{ is: jwt }", json!("e30.e30.!")),
        ("{ length: 2 }", json!([1])),
        ("{ length: { ge: 2, le: 4 } }", json!("a")),
        ("{ length: 1 }", json!(1)),
        ("{ exists: false }", json!(null)),
        ("{ any: { gt: 2 } }", json!([1, 2])),
        ("{ any: 1 }", json!([])),
        ("{ any: 1 }", json!(1)),
        ("{ all: { is: string, length: 1 } }", json!(["a", 2, "cc"])),
        ("{ all: 1 }", json!("1")),
        ("{ none: { lt: 3 } }", json!([1, 5, 2])),
        ("{ none: 1 }", json!({})),
        (
            "{ includes: { a: 1, b: { c: 2 } } }",
            json!({ "b": { "c": 3, "d": 4 } }),
        ),
        ("{ includes: [1, 9] }", json!([1, 2])),
        ("{ includes: { a: 1 } }", json!([{ "a": 1 }])),
        ("{ words: [a, d] }", json!("a b c")),
        ("{ words: [ab] }", json!("a b abc")),
        ("{ words: [a] }", json!(["a", 1])),
        ("{ within: 15m }", json!(NOW.seconds() + 901)),
        ("{ within: 15m }", json!(NOW.seconds() - 901)),
        ("{ within: 15m }", json!("soon")),
        ("{ within: 15m }", json!(-1)),
        (
            "{ schema: { type: object, required: [b], properties: { a: { type: string } } } }",
            json!({ "a": 1 }),
        ),
        ("{ near: { value: 0.5, by: 0.01 } }", json!(0.52)),
        ("{ near: { value: 1, by: 1 } }", json!("1")),
    ];
    let mut told = String::new();
    for (text, actual) in cases {
        let found = mismatches(text, Some(&actual));
        assert!(!found.is_empty(), "{text} holds on {actual}");
        writeln!(told, "{text}  on  {actual}").unwrap();
        for mismatch in found {
            writeln!(told, "    {mismatch}").unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_missing_value_meets_no_demand_but_its_absence() {
    for operator in OPERATORS {
        let operand = match operator {
            "in" | "words" => "[a]",
            "gt" | "ge" | "lt" | "le" | "length" => "1",
            "exists" => "true",
            "is" => "string",
            "within" => "15m",
            "includes" => "{ a: 1 }",
            "schema" => "{ type: string }",
            "near" => "{ value: 1, by: 1 }",
            _ => "a",
        };
        let found = mismatches(&format!("{{ {operator}: {operand} }}"), None);
        assert_eq!(found.len(), 1, "{operator}");
        assert!(found[0].ends_with(", found nothing"), "{}", found[0]);
    }
}

#[test]
fn every_mismatch_points_at_the_operator_that_demanded_it() {
    let matcher = matcher("\n  gt: 5\n  lt: 1\n  is: string\n");
    let mismatches = matcher.judge(Some(&json!(3)), "status", NOW);
    let lines: Vec<_> = mismatches
        .iter()
        .map(|m| (m.span.line(), m.span.text()))
        .collect();
    assert_eq!(lines, [(2, "gt: 5"), (3, "lt: 1"), (4, "is: string")]);
}

#[test]
fn a_header_is_a_number_where_a_number_is_asked_for() {
    let judged = |text: &str, value: Option<&str>| {
        matcher(text)
            .judge_header(value, "header x", NOW)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    for text in [
        "5",
        "{ ge: 1 }",
        "{ in: [4, 5] }",
        "{ is: integer }",
        "{ near: { value: 5, by: 0 } }",
        "'5'",
        "{ length: 1 }",
        "{ matches: '^5$' }",
    ] {
        assert_eq!(judged(text, Some("5")), Vec::<String>::new(), "{text}");
    }
    assert_eq!(
        judged("5", Some("five")),
        [r#"header x: expected 5, found "five""#]
    );
    assert_eq!(judged("5", None), ["header x: expected 5, found nothing"]);
    assert_eq!(
        judged("{ exists: false }", Some("")),
        [r#"header x: expected nothing, found """#]
    );
}

#[test]
fn a_path_to_many_values_exists_if_it_finds_one() {
    let judged = |text: &str, found: Json| matcher(text).judge_all(&found, "$..a", NOW).len();
    for (text, found) in [
        ("{ exists: true }", json!([null])),
        ("{ exists: false }", json!([])),
        ("{ length: 0 }", json!([])),
        ("[1, 2]", json!([1, 2])),
        ("{ exists: true, all: { is: integer } }", json!([1, 2])),
    ] {
        assert_eq!(judged(text, found.clone()), 0, "{text} on {found}");
    }
    for (text, found) in [
        ("{ exists: true }", json!([])),
        ("{ exists: false }", json!([1])),
        ("[1]", json!([])),
        ("{ exists: true, all: { is: integer } }", json!(["a"])),
    ] {
        assert_eq!(judged(text, found.clone()), 1, "{text} on {found}");
    }
}

#[test]
fn a_long_list_of_mismatches_is_cut() {
    let actual = Json::from(vec![1; 10_000]);
    for text in ["{ all: 2 }", "{ none: 1 }", "{ eq: [] }"] {
        assert_eq!(mismatches(text, Some(&actual)).len(), 100, "{text}");
    }
}

#[test]
fn a_wrong_matcher_is_refused_in_words() {
    let mut told = String::new();
    for text in [
        "{}",
        "{ equals: 1 }",
        "{ ge: 1, lenght: 2 }",
        "{ id: 3 }",
        "{ gt: abc }",
        "{ le: [1] }",
        "{ in: 200 }",
        "{ in: [] }",
        "{ starts_with: 5 }",
        "{ ends_with: { a: b } }",
        "{ matches: '(' }",
        "{ matches: '(a{1000}){1000}' }",
        "{ matches: '(?=a)' }",
        "{ is: datetime }",
        "{ is: thing }",
        "{ is: [string] }",
        "{ length: two }",
        "{ length: -1 }",
        "{ length: { eq2: 1 } }",
        "{ exists: yes }",
        "{ any: {} }",
        "{ contains: {} }",
        "{ includes: 5 }",
        "{ words: [] }",
        "{ words: ['a b'] }",
        "{ words: [1] }",
        "{ within: 15 }",
        "{ within: soon }",
        "{ schema: 5 }",
        "{ schema: { type: thing } }",
        "{ schema: { $ref: 'https://example.com/schema.json' } }",
        "{ schema: ../secret.json }",
        "{ schema: /etc/passwd }",
        "{ schema: missing.json }",
        "{ near: 5 }",
        "{ near: { value: 5 } }",
        "{ near: { value: 5, bye: 1 } }",
        "{ near: { value: 5, by: -1 } }",
        "{ near: { value: a, by: 1 } }",
        "{ snapshot: record }",
    ] {
        let findings = Matcher::check(&node(text));
        assert!(!findings.is_empty(), "{text} is read");
        assert!(read(&node(text)).is_err(), "{text} is read");
        for finding in findings {
            writeln!(told, "{}\n", finding.to_plain_text()).unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn references_are_no_mistake_until_the_answer_is_judged() {
    for text in [
        "$(a)",
        "{ gt: $(a) }",
        "{ in: $(a) }",
        "{ in: [1, $(a)] }",
        "{ eq: { a: $(a) } }",
        "{ words: [$(a)] }",
        "{ near: { value: $(a), by: 1 } }",
        "{ all: { is: $(a) } }",
    ] {
        assert_eq!(Matcher::check(&node(text)), [], "{text}");
    }
    assert_eq!(Matcher::check(&node("{ gt: $(a), foo: 1 }")).len(), 1);
}

struct NoWorld;

impl World for NoWorld {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn fill_random(&self, _: &mut [u8]) {}
}

#[test]
fn what_a_reference_stands_for_is_data() {
    let document = json!({ "gt": 1 });
    let mut scope = Scope::default();
    let span = node("a").span;
    scope.define("object", Value::from_json(&document, &span));
    scope.define("number", Value::Int(2));
    let judged = |text: &str, actual: &Json| {
        let matcher = Matcher::read(&node(text), &|node| scope.fill(node, &NoWorld));
        let mismatches = matcher.unwrap_or_else(|findings| panic!("{text}: {findings:?}"));
        mismatches.judge(Some(actual), "$", NOW).len()
    };
    for text in [
        "$(object)",
        "{ eq: $(object) }",
        "{ includes: $(object) }",
        "{ in: [$(object)] }",
    ] {
        assert_eq!(judged(text, &document), 0, "{text}");
        assert_ne!(judged(text, &json!(5)), 0, "{text}");
    }
    for text in [
        "{ any: $(object) }",
        "{ contains: $(object) }",
        "{ all: $(object) }",
    ] {
        assert_eq!(judged(text, &json!([document])), 0, "{text}");
        assert_ne!(judged(text, &json!([5])), 0, "{text}");
    }
    for text in [
        "$(number)",
        "{ ge: $(number) }",
        "{ near: { value: $(number), by: 0 } }",
    ] {
        assert_eq!(judged(text, &json!(2)), 0, "{text}");
    }
    assert_eq!(judged("{ length: $(number) }", &json!("ab")), 0);
    let findings = Matcher::read(
        &node("{ gt: $(missing), starts_with: $(number) }"),
        &|node| scope.fill(node, &NoWorld),
    );
    let messages: Vec<_> = findings
        .err()
        .unwrap()
        .into_iter()
        .map(|f| f.message)
        .collect();
    assert_eq!(
        messages,
        [
            "`missing` has no value here",
            "expected text, found a whole number"
        ]
    );
}

#[test]
fn a_schema_is_read_from_a_file_beside_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("record.json"), r#"{ "type": "string" }"#).unwrap();
    let path = folder.path().join("scenario.yaml").display().to_string();
    let source = Source::new(path, "{ schema: record.json }");
    let node = yaml::read(&source, &mut Vec::new()).unwrap();
    let matcher = read(&node).unwrap_or_else(|findings| panic!("{findings:?}"));
    assert_eq!(matcher.judge(Some(&json!("text")), "$", NOW), []);
    assert_eq!(matcher.judge(Some(&json!(1)), "$", NOW).len(), 1);
}

#[test]
fn paths_name_one_value_or_a_list() {
    let document =
        json!({ "a": { "b c": [1, 2, 3] }, "items": [{ "id": 1 }, { "id": 2 }], "ä": 4 });
    for (path, found) in [
        ("$", Some(document.clone())),
        ("$.a['b c'][0]", Some(json!(1))),
        ("$.a[\"b c\"][-1]", Some(json!(3))),
        ("$ .a [ 'b c' ] [ 1 ]", Some(json!(2))),
        ("$['\\u00e4']", Some(json!(4))),
        ("$.ä", Some(json!(4))),
        ("$.a.x", None),
        ("$.a['b c'][3]", None),
        ("$.items[*].id", Some(json!([1, 2]))),
        ("$.items[?@.id == 2]", Some(json!([{ "id": 2 }]))),
        ("$.items[?@.id == 9]", Some(json!([]))),
        ("$.items[0:1].id", Some(json!([1]))),
        ("$..id", Some(json!([1, 2]))),
        ("$['a', 'ä']", Some(json!([{ "b c": [1, 2, 3] }, 4]))),
    ] {
        let path = Path::read(path).unwrap();
        assert_eq!(
            path.select(&document).map(|found| found.into_owned()),
            found,
            "{}",
            path.as_str()
        );
    }
    assert_eq!(
        Path::read_member("ä").unwrap().select(&document).as_deref(),
        Some(&json!(4))
    );
    let odd = json!({ "it's \\ \n": 1 });
    assert_eq!(
        Path::read_member("it's \\ \n")
            .unwrap()
            .select(&odd)
            .as_deref(),
        Some(&json!(1))
    );
}

#[test]
fn a_path_that_finds_nothing_says_how_far_it_came() {
    let document =
        json!({ "data": { "title": 1, "state": 2 }, "items": [1], "none": {}, "text": "a" });
    for (path, hint) in [
        ("$.data.titel", "`$.data` has a member `title`"),
        ("$.data.x", "`$.data` has state, title"),
        ("$.items[3]", "`$.items` is an array of 1"),
        ("$.items.x", "`$.items` is an array"),
        ("$.none.x", "`$.none` is an empty object"),
        ("$.text.x", "`$.text` is a string"),
        ("$.data['odd name']", "`$.data` has state, title"),
    ] {
        let path = Path::read(path).unwrap();
        assert_eq!(
            path.explain_miss(&document).as_deref(),
            Some(hint),
            "{}",
            path.as_str()
        );
    }
    assert_eq!(Path::read("$..x").unwrap().explain_miss(&document), None);
}

#[test]
fn what_is_no_path_is_refused() {
    for path in [
        "", "a", "$.", "$[", "$.a b", "$[01]", "$.a[?]", "$x", "$['a", " $",
    ] {
        assert!(
            matches!(Path::read(path), Err(PathError::Malformed { .. })),
            "{path}"
        );
    }
    assert_eq!(
        Path::read(&format!("${}", "[0]".repeat(400))).err(),
        Some(PathError::TooLong)
    );
    for bracket in ["(", "[?@", "[?!(", "[?length("] {
        let deep = format!("$[?{}", bracket.repeat(100));
        assert_eq!(
            Path::read(&deep).err(),
            Some(PathError::TooDeep),
            "{bracket}"
        );
        let shallow = format!("$[?{}", bracket.repeat(7));
        assert!(
            matches!(Path::read(&shallow), Err(PathError::Malformed { .. })),
            "{bracket}"
        );
    }
}

#[test]
fn every_kind_has_one_word() {
    for (word, kind) in Kind::ALL {
        assert_eq!(Kind::read(word), Some(kind));
    }
    assert_eq!(Kind::read("String"), None);
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,12}".prop_map(Json::from),
        Just(json!("2026-01-05T10:00:00Z")),
        Just(json!("a b 200")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-c]|\\PC{0,4}", inner, 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON is YAML, apart from text that looks like a reference.
fn as_node(value: &Json) -> Node {
    let text = serde_json::to_string(value).unwrap().replace("$(", "$$(");
    let mut findings = Vec::new();
    yaml::read(&Source::new("matcher.yaml", &text), &mut findings).unwrap()
}

proptest! {
    #[test]
    fn any_value_equals_itself_and_differs_from_any_other(left in any_json(), right in any_json()) {
        let holds = |matcher: &Matcher, value| matcher.judge(Some(value), "$", NOW).is_empty();
        let equal = read(&as_node(&json!({ "eq": left.clone() })));
        let differs = read(&as_node(&json!({ "ne": left.clone() })));
        if let (Ok(equal), Ok(differs)) = (equal, differs) {
            prop_assert!(holds(&equal, &left));
            prop_assert!(!holds(&differs, &left));
            prop_assert_ne!(holds(&equal, &right), holds(&differs, &right));
        }
    }

    #[test]
    fn any_value_includes_itself(value in any_json()) {
        if let Ok(matcher) = read(&as_node(&json!({ "includes": value.clone() }))) {
            prop_assert_eq!(matcher.judge(Some(&value), "$", NOW), []);
        }
    }

    #[test]
    fn any_operand_is_read_or_refused_and_judges_any_value(
        operator in prop::sample::select(OPERATORS.to_vec()),
        operand in any_json(),
        actual in prop::option::of(any_json()),
    ) {
        let node = as_node(&json!({ operator: operand }));
        if let Ok(matcher) = read(&node) {
            let _ = matcher.judge(actual.as_ref(), "$", NOW);
            let _ = matcher.judge_header(actual.as_ref().and_then(Json::as_str), "header", NOW);
        }
    }

    #[test]
    fn any_text_is_a_path_or_refused(text in "\\PC{0,40}", document in any_json()) {
        for text in [text.clone(), format!("${text}"), format!("$.{text}"), format!("$[{text}]")] {
            if let Ok(path) = Path::read(&text) {
                let _ = path.select(&document);
                let _ = path.explain_miss(&document);
            }
        }
    }

    #[test]
    fn any_member_can_be_named(name in ".{1,20}", value in any_json()) {
        prop_assume!(!name.starts_with('$'));
        let document = Json::Object([(name.clone(), value.clone())].into_iter().collect());
        let path = Path::read_member(&name).unwrap();
        let found = path.select(&document);
        prop_assert_eq!(found.as_deref(), Some(&value));
    }
}
