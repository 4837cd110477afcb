//! From [`Node`]s to typed values, collecting every mistake on the way.
//!
//! A type says how it is read, what it means to be absent, and its JSON Schema.
//! Maps with fixed keys are declared with `keys!`.

mod choice;
mod keys;

use schemars::{Schema, SchemaGenerator, json_schema};

use super::{
    diagnostic::Diagnostic,
    node::{Node, Value},
};

pub(crate) use choice::{exactly_one, in_words, require_one};
pub(crate) use keys::{Extensible, Keys, MapSchema, keys};

/// Something that a node can be read as.
pub trait Read: Sized {
    /// Reads the node. `None` means that a finding was added; when findings
    /// with errors were added, what is returned may lack the wrong parts.
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self>;

    /// What a map without this key stands for; `None` makes the key required.
    fn absent() -> Option<Self> {
        None
    }

    /// The JSON Schema of what can be read.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

impl Read for Node {
    fn read(node: &Node, _: &mut Vec<Diagnostic>) -> Option<Self> {
        Some(node.clone())
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        Some(T::read(node, findings))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::schema(generator)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            findings.push(mismatch(node, "a list").help("write it as `[…]` or with `- ` lines"));
            return None;
        };
        let readable = items.iter().filter_map(|item| T::read(item, findings));
        Some(readable.collect())
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let item = T::schema(generator);
        json_schema!({ "type": "array", "items": item })
    }
}

impl Read for bool {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            Value::Text(word) => {
                let mut finding = mismatch(node, "`true` or `false`");
                if matches!(
                    word.to_ascii_lowercase().as_str(),
                    "yes" | "no" | "on" | "off" | "y" | "n"
                ) {
                    finding = finding.help(format!("`{word}` is a word, not a boolean"));
                }
                findings.push(finding);
                None
            }
            _ => {
                findings.push(mismatch(node, "`true` or `false`"));
                None
            }
        }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

/// "expected …, found …" at a node.
pub(crate) fn mismatch(node: &Node, expected: &str) -> Diagnostic {
    Diagnostic::error(
        &node.span,
        format!("expected {expected}, found {}", node.kind()),
    )
}
