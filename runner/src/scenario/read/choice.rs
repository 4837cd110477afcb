//! Keys that exclude each other, in words and in JSON Schema.

use schemars::Schema;

use crate::scenario::{diagnostic::Diagnostic, node::Node};

/// Reports a map that has none or several of the keys that exclude each other.
pub(crate) fn exactly_one(node: &Node, noun: &str, keys: &[&str], findings: &mut Vec<Diagnostic>) {
    let Some(map) = node.as_map() else { return };
    let present: Vec<_> = keys.iter().filter_map(|key| map.entry(key)).collect();
    match present.as_slice() {
        [_] => {}
        [] => findings.push(Diagnostic::error(
            map.iter()
                .next()
                .map_or(&node.span, |entry| &entry.key.span),
            format!("{noun} needs one of {}", in_words(keys)),
        )),
        [first, second, ..] => {
            let (first, second) = (&first.key, &second.key);
            let message = format!(
                "{noun} has one of {}, not `{}` and `{}`",
                in_words(keys),
                first.text,
                second.text
            );
            findings.push(
                Diagnostic::error(&second.span, message).related(&first.span, "first given here"),
            );
        }
    }
}

/// Says in a schema what [`exactly_one`] says in words.
pub(crate) fn require_one(mut schema: Schema, keys: &[&str]) -> Schema {
    let required = keys
        .iter()
        .map(|key| serde_json::json!({ "required": [key] }));
    schema.insert("oneOf".into(), required.collect());
    schema
}

/// `a`, `b` or `c`.
pub(crate) fn in_words(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
