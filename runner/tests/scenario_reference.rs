//! The reference of the format: its examples are read as users would have them
//! read, and its tables are complete.

use std::{fs, path::Path};

use touchmark::{
    exit::Exit,
    expect::{Kind, OPERATORS},
    scenario::{
        Diagnostic, Plan, Source, Surroundings,
        function::FUNCTIONS,
        load::{self, Loaded},
        model::Project,
    },
};

fn reference() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenarios.md");
    fs::read_to_string(path).expect("the reference can be read")
}

/// The fenced blocks with what their fence says.
fn examples(markdown: &str) -> Vec<(&str, &str)> {
    let mut examples = Vec::new();
    let mut rest = markdown;
    while let Some((_, after)) = rest.split_once("\n```yaml") {
        let (kind, after) = after.split_once('\n').expect("a fence is a line");
        let (example, after) = after.split_once("\n```\n").expect("a block is closed");
        examples.push((kind.trim(), example));
        rest = after;
    }
    examples
}

/// The names that fragments use without giving them a value.
const SHARED: &str = "
vars: { id: 7, etag: e, title: t, token: some-token, key: k, credentials: c }
auth: { writer: { static: { token: some-token } } }
";

fn surroundings(project: Option<&Project>) -> Surroundings<'_> {
    Surroundings {
        identities: &["admin"],
        project,
    }
}

fn load_scenario(text: &str, project: &str) -> Loaded<Plan> {
    let project = load::read_project(&Source::new("shared.yaml", project), &surroundings(None));
    assert_eq!(project.findings, []);
    let source = Source::new("docs/scenarios.md", text);
    load::read_scenario(&source, &surroundings(project.value.as_ref()))
}

fn indent(text: &str, by: usize) -> String {
    let lines = text.lines().map(|line| format!("{:by$}{line}\n", ""));
    lines.collect()
}

fn findings(kind: &str, example: &str) -> Vec<Diagnostic> {
    match kind {
        "" => load_scenario(example, "vars: {}").findings,
        "steps" => {
            let scenario = format!("scenario: fragment\nsteps:\n{}", indent(example, 2));
            load_scenario(&scenario, SHARED).findings
        }
        "expect" => {
            let head = "scenario: fragment\nsteps:\n  - step: a\n    http: GET /\n    expect:\n";
            load_scenario(&format!("{head}{}", indent(example, 6)), SHARED).findings
        }
        "project" => {
            let source = Source::new("docs/scenarios.md", example);
            load::read_project(&source, &surroundings(None)).findings
        }
        other => panic!("there are no examples of the kind {other:?}"),
    }
}

#[test]
fn every_example_is_right() {
    let reference = reference();
    let mut read = 0;
    for (kind, example) in examples(&reference) {
        if kind == "wrong" {
            continue;
        }
        let said: Vec<_> = findings(kind, example)
            .iter()
            .map(Diagnostic::to_plain_text)
            .collect();
        assert_eq!(said, [""; 0], "in this example:\n{example}");
        read += 1;
    }
    assert!(read >= 15);
}

#[test]
fn the_wrong_example_is_wrong_in_every_line_that_it_says() {
    let reference = reference();
    let wrong = examples(&reference)
        .into_iter()
        .find(|(kind, _)| *kind == "wrong");
    let (_, example) = wrong.expect("there is an example of what is wrong");
    let findings = load_scenario(example, "vars: {}").findings;
    let lines: Vec<_> = findings
        .iter()
        .filter_map(|finding| finding.span.as_ref().map(|span| span.line()))
        .collect();
    assert_eq!(lines, [4, 5, 5, 6]);
}

#[test]
fn operators_kinds_functions_and_exit_codes_are_all_explained() {
    let reference = reference();
    let kinds = Kind::ALL.iter().map(|(name, _)| *name);
    for word in OPERATORS.into_iter().chain(kinds) {
        assert!(reference.contains(&format!("`{word}`")), "{word}");
    }
    for function in FUNCTIONS {
        assert!(
            reference.contains(&format!("$({}(", function.name)),
            "{}",
            function.name
        );
    }
    for exit in Exit::ALL {
        let row = format!("| {} | {} |\n", exit.code(), exit.meaning());
        assert!(reference.contains(&row), "{row}");
    }
}

#[test]
fn every_key_is_explained() {
    let reference = reference();
    for schema in [
        touchmark::scenario::schema::scenario(),
        touchmark::scenario::schema::project(),
    ] {
        for (name, definition) in definitions(schema.as_value()) {
            for key in definition {
                let written = [format!("`{key}`"), format!("{key}:")];
                assert!(
                    written.iter().any(|key| reference.contains(key)),
                    "`{key}` of {name}"
                );
            }
        }
    }
}

/// The keys of the document and of each of its parts.
fn definitions(schema: &serde_json::Value) -> Vec<(String, Vec<String>)> {
    let keys = |schema: &serde_json::Value| {
        let properties = schema["properties"].as_object();
        properties.map(|properties| properties.keys().cloned().collect())
    };
    let parts = schema["$defs"].as_object().into_iter().flatten();
    let parts = parts.filter_map(|(name, part)| Some((name.clone(), keys(part)?)));
    let document = ("the file".to_owned(), keys(schema).unwrap_or_default());
    core::iter::once(document).chain(parts).collect()
}
