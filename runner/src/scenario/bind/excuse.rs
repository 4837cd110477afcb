//! Names in the parts of a broken file that could not be read.
//!
//! A step that is wrong in itself is missing from the model. What it would have
//! saved or used must not be reported as undefined or unused on top of that.

use std::collections::HashSet;

use super::names::each_name;
use crate::scenario::{
    diagnostic::closest,
    node::{Node, Value},
};

/// Names that are excused from being defined or used.
#[derive(Default)]
pub(super) struct Excuses {
    defined: HashSet<String>,
    used: HashSet<String>,
}

impl Excuses {
    /// Collects every name that the raw tree defines or uses anywhere.
    pub(super) fn collect(tree: &Node) -> Self {
        let mut excuses = Self::default();
        excuses.visit(tree);
        excuses
    }

    /// Whether the name may be defined in a part that could not be read.
    pub(super) fn may_be_defined(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Whether the name may be used in a part that could not be read.
    pub(super) fn may_be_used(&self, name: &str) -> bool {
        self.used.contains(name)
    }

    fn visit(&mut self, node: &Node) {
        each_name(node, &mut |path, _| {
            self.used.insert(path[0].clone());
        });
        self.visit_keys(node);
    }

    fn visit_keys(&mut self, node: &Node) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.visit_keys(item)),
            Value::Map(map) => {
                for entry in map {
                    match (meant_key(&entry.key.text), &entry.value.value) {
                        ("save" | "vars" | "matrix" | "auth", Value::Map(names)) => {
                            self.defined
                                .extend(names.iter().map(|name| name.key.text.clone()));
                        }
                        ("secrets", Value::List(names)) => {
                            let names = names.iter().filter_map(Node::as_text);
                            self.defined.extend(names.map(str::to_owned));
                        }
                        ("as" | "token", Value::Text(identity)) => {
                            self.used.insert(identity.clone());
                        }
                        _ => {}
                    }
                    self.visit_keys(&entry.value);
                }
            }
            _ => {}
        }
    }
}

/// The key of the format that was meant, if the written one is a slip.
fn meant_key(written: &str) -> &str {
    const KEYS: [&str; 7] = ["save", "vars", "matrix", "auth", "secrets", "as", "token"];
    closest(written, KEYS).unwrap_or(written)
}
