//! Proves the arguments of operations as far as they are written out.
//!
//! What an operation takes is known to the domain alone, which is asked by
//! building the operation. An argument with a reference has no value yet; only
//! its name can be proven.

use serde_json::{Map, Value as Json};

use super::domain::misfit;
use crate::scenario::{
    diagnostic::Diagnostic,
    model::Call,
    node::{Key, Node, Value},
};

/// Reports what is wrong with the arguments of a call.
pub(super) fn check(call: &Call, findings: &mut Vec<Diagnostic>) {
    let operation = call.operation.text.as_str();
    let found_before = findings.len();
    for (key, node) in call.with.iter() {
        findings.extend(check_alone(operation, key, node));
    }
    let open = call.with.iter().any(|(_, node)| has_reference(node));
    if open || findings.len() > found_before {
        return;
    }
    let given = call.with.iter();
    let all: Map<_, _> = given
        .map(|(key, node)| (key.text.clone(), node.value.to_json()))
        .collect();
    if let Some(words) = misfit(operation, Json::Object(all)) {
        let message = format!("`{operation}` cannot be called so: {words}");
        findings.push(Diagnostic::error(&call.operation.span, message));
    }
}

/// What is wrong with one argument whatever the others are.
fn check_alone(operation: &str, key: &Key, node: &Node) -> Option<Diagnostic> {
    let open = has_reference(node);
    let value = if open {
        Json::Null
    } else {
        node.value.to_json()
    };
    let alone = Map::from_iter([(key.text.clone(), value)]);
    let words = misfit(operation, Json::Object(alone))?;
    if let Some(rest) = words.strip_prefix(&format!("unknown field `{}`", key.text)) {
        let message = format!("`{operation}` does not take `{}`", key.text);
        let candidates: Vec<_> = rest.split('`').skip(1).step_by(2).collect();
        let finding = Diagnostic::error(&key.span, message);
        return Some(finding.choose_from(&key.text, "arguments", candidates));
    }
    // A reference may yet become something that fits, and anything else that is
    // said may be about the arguments that are left out here.
    let about_this_value = ["invalid type", "invalid value", "unknown variant"];
    if open
        || !about_this_value
            .iter()
            .any(|start| words.starts_with(start))
    {
        return None;
    }
    let message = format!("`{}` does not fit `{operation}`: {words}", key.text);
    Some(Diagnostic::error(&node.span, message))
}

fn has_reference(node: &Node) -> bool {
    match &node.value {
        Value::Template(_) => true,
        Value::List(items) => items.iter().any(has_reference),
        Value::Map(map) => map.iter().any(|entry| has_reference(&entry.value)),
        _ => false,
    }
}
