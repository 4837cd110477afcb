//! Documents held against the grammar and the schema: what they say, and how
//! each mistake is told, with its place.

use super::call::Call;
use super::lexer::{Lexer, Token};
use super::problem::Problem;
use alloc::format;
use alloc::string::String;
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(document: &str, variables: &Value) -> Result<Call, Problem> {
    let variables = variables.as_object().cloned().unwrap_or_default();
    Call::read(document, None, &variables)
}

/// The arguments of a call.
fn arguments(document: &str, variables: &Value) -> Value {
    match read(document, variables) {
        Ok(call) => call.arguments.into(),
        Err(problem) => panic!("{document}: {problem}"),
    }
}

/// A mistake as `line:column code message`.
fn mistake(document: &str, variables: &Value) -> String {
    let Err(problem) = read(document, variables) else {
        panic!("{document} is accepted")
    };
    let written = problem.write(document);
    let place = written["locations"][0]["line"].as_u64().map_or_else(
        || String::from("-"),
        |line| format!("{line}:{}", written["locations"][0]["column"]),
    );
    let code = written["extensions"]["code"].as_str().unwrap_or_default();
    let message = written["message"].as_str().unwrap_or_default();
    format!("{place} {code} {message}")
}

const CREATE: &str = "mutation create($name: String!, $description: String) {
    made: createExternalIntegration(input: {name: $name, description: $description}) {
        id
        secret
    }
}";

#[test]
fn arguments_come_as_literals_and_as_variables() {
    let none = json!({});
    let input = json!({ "input": { "name": "jira" } });
    let literal = "mutation{createExternalIntegration(input:{name:\"jira\"}){id secret}}";
    assert_eq!(arguments(literal, &none), input);
    assert_eq!(arguments(CREATE, &json!({ "name": "jira" })), input);
    let null = json!({ "name": "jira", "description": null, "unknown": 1 });
    assert_eq!(arguments(CREATE, &null), input);
    let whole = "mutation($in: CreateExternalIntegrationInput!)
        {createExternalIntegration(input: $in){id}}";
    let given = json!({ "in": { "name": "jira", "description": null } });
    assert_eq!(arguments(whole, &given), input);

    for (document, variables, expected) in [
        (
            "{externalIntegration(id: 7){id}}",
            json!({}),
            json!({ "id": "7" }),
        ),
        (
            "{externalIntegration(id: \"a\"){id}}",
            json!({}),
            json!({ "id": "a" }),
        ),
        (
            "query($i: ID!){externalIntegration(id: $i){id}}",
            json!({ "i": 7 }),
            json!({ "id": "7" }),
        ),
        (
            "query($i: ID = \"d\"){externalIntegration(id: $i){id}}",
            json!({}),
            json!({ "id": "d" }),
        ),
        ("{externalIntegrations{results{id}}}", json!({}), json!({})),
        (
            "# all\n{externalIntegrations(pageSize: -1, name: null,,){nextPageToken}}",
            json!({}),
            json!({ "pageSize": -1 }),
        ),
    ] {
        assert_eq!(arguments(document, &variables), expected, "{document}");
    }
}

#[test]
fn an_answer_has_what_was_selected_by_the_names_that_were_chosen() {
    let call = read(CREATE, &json!({ "name": "jira" })).unwrap();
    let answer = json!({ "id": "1", "secret": "s", "name": "jira" });
    assert_eq!(call.key(), "made");
    assert_eq!(call.select(&answer), json!({ "id": "1", "secret": "s" }));

    let document = "{externalIntegrations{of: __typename results{name, number: id, __typename}}}";
    let call = read(document, &json!({})).unwrap();
    let answer = json!({ "results": [{ "id": "1", "name": "a" }], "nextPageToken": null });
    let expected = json!({
        "of": "ExternalIntegrationPage",
        "results": [{ "name": "a", "number": "1", "__typename": "ExternalIntegration" }],
    });
    assert_eq!(call.select(&answer), expected);
}

#[test]
fn each_mistake_in_a_document_is_told_with_its_place() {
    let lines = [
        "",
        "{",
        "{}",
        "query",
        "query {externalIntegration(id: \"a\"){id}} {externalIntegration(id: \"b\"){id}}",
        "subscription {x}",
        "fragment f on X {id}",
        "{\n  ...f\n}",
        "query @skip(if: true) {x}",
        "{externalIntegration(id: \"a\") @include(if: true) {id}}",
        "{x ? y}",
        "{x(a: 01)}",
        "{x(a: 1.)}",
        "{x(a: 1a)}",
        "{x(a: -)}",
        "{x(a: )}",
        "{x()}",
        "query() {x}",
        "query($a: [ID!]) {x}",
        "{x(a: \"open)}",
        "{x(a: \"a\nb\")}",
        "{x(a: \"\\q\")}",
        "{x(a: \"\\ud800\")}",
        "{x(a: \"\"\"open)}",
        "{nothing}",
        "{createExternalIntegration(input: {name: \"a\"}) {id}}",
        "{__schema{types{name}}}",
        "{a: externalIntegrations{nextPageToken} b: externalIntegrations{nextPageToken}}",
        "{externalIntegration{id}}",
        "{externalIntegration(id: null){id}}",
        "{externalIntegration(id: \"a\", id: \"b\"){id}}",
        "{externalIntegration(id: \"a\", name: \"b\"){id}}",
        "{externalIntegration(id: \"a\")}",
        "{externalIntegration(id: \"a\"){secret}}",
        "{externalIntegration(id: \"a\"){id id}}",
        "{externalIntegration(id: \"a\"){id{x}}}",
        "{externalIntegration(id: \"a\"){name(in: 1)}}",
        "mutation{deleteExternalIntegration(id: \"a\"){id}}",
        "mutation{createExternalIntegration(input: \"a\"){id}}",
        "mutation{createExternalIntegration(input: {name: 1}){id}}",
        "mutation{createExternalIntegration(input: {name: jira}){id}}",
        "mutation{createExternalIntegration(input: {name: [\"a\"]}){id}}",
        "mutation{createExternalIntegration(input: {nme: \"a\"}){id}}",
        "mutation{createExternalIntegration(input: {}){id}}",
        "{externalIntegrations(pageSize: 3000000000){nextPageToken}}",
        "{externalIntegrations(pageSize: 1.5){nextPageToken}}",
        "{externalIntegration(id: $a){id}}",
        "query($a: ID!, $a: ID!){externalIntegration(id: $a){id}}",
        "query($a: ID! = 1, $b: ID){externalIntegration(id: $a){id}}",
        "query($a: String!){externalIntegration(id: $a){id}}",
        "query($a: ID){externalIntegration(id: $a){id}}",
        "query($a: ID!){externalIntegration(id: $a){id}}",
        "query($a: ID! = $b){externalIntegration(id: $a){id}}",
    ]
    .map(|document| format!("{document}\n  {}", mistake(document, &json!({}))));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn each_mistake_in_the_variables_is_told() {
    let input = "mutation($in: CreateExternalIntegrationInput!)
        {createExternalIntegration(input: $in){id}}";
    let size = "query($n: Int){externalIntegrations(pageSize: $n){nextPageToken}}";
    let lines = [
        (CREATE, json!({})),
        (CREATE, json!({ "name": null })),
        (CREATE, json!({ "name": 1 })),
        (CREATE, json!({ "name": "a", "description": ["b"] })),
        (input, json!({ "in": "a" })),
        (input, json!({ "in": {} })),
        (input, json!({ "in": { "name": "a", "nme": "b" } })),
        (input, json!({ "in": { "name": {} } })),
        (size, json!({ "n": "1" })),
        (size, json!({ "n": 1.5 })),
        (size, json!({ "n": 3_000_000_000_u32 })),
    ]
    .map(|(document, variables)| format!("{variables}\n  {}", mistake(document, &variables)));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn nesting_ends_somewhere() {
    let selections = format!("{}{}", "{a".repeat(17), "}".repeat(17));
    assert!(mistake(&selections, &json!({})).ends_with("the selections nest too deep"));
    let values = format!("{{a(b: {}{})}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(mistake(&values, &json!({})).ends_with("the values nest too deep"));
    let values = format!("{{a(b: {}1{})}}", "{c:".repeat(17), "}".repeat(17));
    assert!(mistake(&values, &json!({})).ends_with("the values nest too deep"));
}

/// The only string of a document.
fn string(document: &str) -> String {
    match Lexer::new(document).read() {
        Ok((_, Token::Text(text))) => text,
        other => panic!("{document}: {other:?}"),
    }
}

#[test]
fn strings_are_unescaped_and_block_strings_dedented() {
    assert_eq!(
        string(r#""a\"b\\\/\n\té\u00e9\ud83d\ude00""#),
        "a\"b\\/\n\té\u{e9}\u{1f600}"
    );
    assert_eq!(string("\"\""), "");
    assert_eq!(string("\"\"\"\"\"\""), "");
    let block = "\"\"\"\n\n    one\r\n      two \\\"\"\" \\n\n\n    three\n  \n\"\"\"";
    assert_eq!(string(block), "one\n  two \"\"\" \\n\n\nthree");
    assert_eq!(string("\"\"\"  first\n  second\"\"\""), "  first\nsecond");
}

proptest! {
    #[test]
    fn any_document_is_read_or_refused(document in "(?s).{0,80}") {
        let _ = read(&document, &json!({}));
    }

    #[test]
    fn marks_and_words_in_any_order_are_read_or_refused(
        words in proptest::collection::vec(
            prop_oneof![
                "[{}()\\[\\]:$!=@,.#\"\n ]",
                proptest::sample::select(alloc::vec![
                    "mutation", "query", "createExternalIntegration", "input", "name", "...",
                    "\"\"\"", "\"a\"", "$a", "ID!", "1", "-0.5e3", "null", "true", "id",
                ]).prop_map(String::from),
            ],
            0..40,
        )
    ) {
        let document = words.join(" ");
        if let Err(problem) = read(&document, &json!({ "a": "b" })) {
            problem.write(&document);
        }
    }

    #[test]
    fn a_string_written_as_json_is_read_back(text in ".*") {
        // JSON leaves a few characters bare that GraphQL wants escaped.
        prop_assume!(!text.chars().any(|c| c == '\u{7f}' || ('\u{80}'..'\u{a0}').contains(&c)));
        let document = format!(
            "mutation{{createExternalIntegration(input:{{name:{}}}){{id}}}}",
            Value::from(text.as_str())
        );
        let found = arguments(&document, &json!({}));
        prop_assert_eq!(&found["input"]["name"], &Value::from(text));
    }
}
