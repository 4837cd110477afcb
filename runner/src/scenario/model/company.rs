//! Which keys of a step keep company: the verbs exclude each other, and so do
//! the bodies; most other keys go with some verbs only.

use schemars::Schema;
use serde_json::json;

use crate::scenario::{
    diagnostic::Diagnostic,
    node::{Map, Node},
    read::{exactly_one, in_words, require_one},
};

const BODIES: &[&str] = &["json", "form", "body"];

/// The keys that go only with some verbs. What is not listed goes with all.
const COMPANIONS: &[(&str, &[&str])] = &[
    ("as", &["http", "call"]),
    ("with", &["call"]),
    ("query", &["http"]),
    ("headers", &["http"]),
    ("json", &["http"]),
    ("form", &["http"]),
    ("body", &["http"]),
    ("cases", &["http", "call", "token"]),
    ("poll", &["http", "call", "token"]),
    ("expect", &["http", "call", "token"]),
    ("save", &["http", "call", "token"]),
    ("undo", &["http", "call"]),
];

/// Reports a missing or second verb and keys that do not go with the verb.
pub(super) fn check(
    node: &Node,
    noun: &str,
    verbs: &[&str],
    findings: &mut Vec<Diagnostic>,
) -> Option<()> {
    // Something that is no map is reported by the reader of the keys.
    let map = node.as_map()?;
    let found_before = findings.len();
    exactly_one(node, noun, verbs, findings);
    if let Some(verb) = verbs.iter().find(|verb| map.get(verb).is_some())
        && findings.len() == found_before
    {
        check_company(map, verb, verbs, findings);
    }
    let mut bodies = BODIES.iter().filter_map(|body| map.entry(body));
    if let (Some(first), Some(second)) = (bodies.next(), bodies.next()) {
        findings.push(
            Diagnostic::error(
                &second.key.span,
                format!(
                    "a request has one body, not `{}` and `{}`",
                    first.key.text, second.key.text
                ),
            )
            .related(&first.key.span, "first given here"),
        );
    }
    (findings.len() == found_before).then_some(())
}

fn check_company(map: &Map, verb: &str, verbs: &[&str], findings: &mut Vec<Diagnostic>) {
    for (key, welcome) in COMPANIONS {
        let Some(entry) = map.entry(key) else {
            continue;
        };
        if !welcome.contains(&verb) {
            let welcome: Vec<_> = welcome
                .iter()
                .copied()
                .filter(|verb| verbs.contains(verb))
                .collect();
            findings.push(
                Diagnostic::error(
                    &entry.key.span,
                    format!("`{key}` does not go with `{verb}`"),
                )
                .help(format!("`{key}` belongs to {}", in_words(&welcome))),
            );
        }
    }
}

/// Says in the schema what [`check`] says in words.
pub(super) fn refine(schema: Schema, verbs: &[&str]) -> Schema {
    let mut schema = require_one(schema, verbs);
    let mut rules = Vec::new();
    for (key, welcome) in COMPANIONS {
        let known = schema
            .get("properties")
            .is_some_and(|known| known.get(key).is_some());
        let unwelcome: Vec<_> = verbs
            .iter()
            .filter(|verb| !welcome.contains(verb))
            .collect();
        if known && !unwelcome.is_empty() {
            let unwelcome: Vec<_> = unwelcome
                .iter()
                .map(|verb| json!({ "required": [verb] }))
                .collect();
            rules.push(json!({
                "if": { "required": [key] },
                "then": { "not": { "anyOf": unwelcome } },
            }));
        }
    }
    for (at, body) in BODIES.iter().enumerate() {
        for other in &BODIES[at + 1..] {
            rules.push(json!({ "not": { "required": [body, other] } }));
        }
    }
    schema.insert("allOf".into(), rules.into());
    schema
}
