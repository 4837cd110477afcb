//! `schema:`, a JSON Schema that a value must satisfy: written out, or in a
//! file beside the scenario. Nothing is fetched, and patterns run in linear time.

use crate::scenario::{Diagnostic, Node, Span};
use jsonschema::{PatternOptions, Validator};
use serde_json::Value as Json;
use std::path::{Component, Path};

/// The largest schema file that is read.
const LARGEST: u64 = 1024 * 1024;

pub(super) struct Schema(Validator);

impl Schema {
    /// Compiles a schema.
    pub(super) fn compile(schema: &Json, span: &Span) -> Result<Self, Diagnostic> {
        jsonschema::options()
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true)
            .build(schema)
            .map(Self)
            .map_err(|error| {
                let message = format!("this is not a JSON Schema: {error}");
                Diagnostic::error(span, message)
            })
    }

    /// Reads and compiles the schema in a file next to the scenario.
    pub(super) fn open(name: &str, node: &Node) -> Result<Self, Diagnostic> {
        let refused = |message: String| Diagnostic::error(&node.span, message);
        let inside = Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return Err(refused(format!(
                "`{name}` is outside the scenario's folder"
            )));
        }
        let scenario = Path::new(node.span.source().path());
        let path = scenario.parent().unwrap_or(Path::new("")).join(name);
        let shown = path.display();
        let text = std::fs::metadata(&path)
            .and_then(|file| {
                if file.len() > LARGEST {
                    return Err(std::io::Error::other("the file is larger than 1 MiB"));
                }
                std::fs::read_to_string(&path)
            })
            .map_err(|error| refused(format!("cannot read the schema {shown}: {error}")))?;
        let schema = serde_json::from_str(&text)
            .map_err(|error| refused(format!("{shown} is not JSON: {error}")))?;
        Self::compile(&schema, &node.span)
    }

    /// Every violation: its JSON Pointer and what is wrong there.
    pub(super) fn violations(&self, value: &Json) -> Vec<(String, String)> {
        self.0
            .iter_errors(value)
            .map(|error| (error.instance_path().to_string(), error.to_string()))
            .collect()
    }
}
