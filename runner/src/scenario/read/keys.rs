//! Maps with fixed keys. One declaration gives the struct, its reader and its
//! JSON Schema, so the three cannot drift apart.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::Read;
use crate::scenario::{
    diagnostic::Diagnostic,
    node::{Entry, Map, Node, Value},
    source::Span,
};

/// A map that is being read key by key.
pub(crate) struct Keys<'a> {
    map: &'a Map,
    start: Span,
    noun: &'static str,
}

impl<'a> Keys<'a> {
    /// Opens a map and reports keys that are not in `known`. With `extensible`,
    /// keys that begin with `x-` are left alone.
    pub(crate) fn open(
        node: &'a Node,
        noun: &'static str,
        known: &[&'static str],
        extensible: Extensible,
        findings: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let Value::Map(map) = &node.value else {
            let message = format!("{noun} must be a map, not {}", node.kind());
            findings.push(Diagnostic::error(&node.span, message));
            return None;
        };
        for Entry { key, .. } in map {
            let note = extensible == Extensible::WithNotes && key.text.starts_with("x-");
            if !note && !known.contains(&key.text.as_str()) {
                findings.push(unknown_key(key.text.as_str(), &key.span, noun, known));
            }
        }
        let start = map
            .iter()
            .next()
            .map_or(&node.span, |entry| &entry.key.span)
            .clone();
        Some(Self { map, start, noun })
    }

    /// Reads the value under a key.
    pub(crate) fn take<T: Read>(
        &self,
        key: &'static str,
        findings: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        match self.map.get(key) {
            Some(node) => T::read(node, findings),
            None => {
                let absent = T::absent();
                if absent.is_none() {
                    findings.push(Diagnostic::error(
                        &self.start,
                        format!("`{key}` is missing from {}", self.noun),
                    ));
                }
                absent
            }
        }
    }
}

fn unknown_key(written: &str, span: &Span, noun: &str, known: &[&'static str]) -> Diagnostic {
    Diagnostic::error(span, format!("unknown key `{written}` in {noun}")).choose_from(
        written,
        "known keys",
        known.iter().copied(),
    )
}

/// Whether a map may hold `x-` keys for notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extensible {
    /// Every key must be known.
    Closed,
    /// Keys that begin with `x-` are notes.
    WithNotes,
}

/// The JSON Schema of a map with fixed keys; used by [`keys!`].
pub(crate) struct MapSchema {
    properties: serde_json::Map<String, serde_json::Value>,
    required: Vec<&'static str>,
}

impl MapSchema {
    pub(crate) fn new() -> Self {
        Self {
            properties: serde_json::Map::new(),
            required: Vec::new(),
        }
    }

    pub(crate) fn property<T: Read>(
        &mut self,
        key: &'static str,
        documentation: &[&str],
        generator: &mut SchemaGenerator,
    ) {
        let mut schema = T::schema(generator);
        schema.insert("description".into(), paragraph(documentation).into());
        self.properties.insert(key.into(), schema.into());
        if T::absent().is_none() {
            self.required.push(key);
        }
    }

    pub(crate) fn finish(self, extensible: Extensible, documentation: &[&str]) -> Schema {
        let mut schema = json_schema!({
            "description": paragraph(documentation),
            "type": "object",
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema.insert("required".into(), self.required.into());
        }
        if extensible == Extensible::WithNotes {
            let notes = serde_json::json!({ "^x-": true });
            schema.insert("patternProperties".into(), notes);
        }
        schema
    }
}

/// Joins the lines of a doc comment.
fn paragraph(documentation: &[&str]) -> String {
    let lines: Vec<_> = documentation.iter().map(|line| line.trim()).collect();
    lines.join(" ")
}

/// Declares a map with fixed keys: the struct, its reader and its JSON Schema.
///
/// The leading string names the map in messages. A field's type decides whether
/// its key may be absent, see [`Read::absent`]. What types alone do not say is
/// said twice: `check` adds findings, `refine` tightens the schema.
macro_rules! keys {
    (
        $(#[doc = $doc:literal])*
        $noun:literal $extensible:ident $visibility:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $key:literal => $field:ident: $type:ty,
            )*
        }
        $(check = $check:path;)?
        $(refine = $refine:path;)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        $visibility struct $name {
            /// The place of the map.
            pub span: $crate::scenario::source::Span,
            $(
                $(#[doc = $field_doc])*
                pub $field: $type,
            )*
        }

        impl $name {
            /// The keys that the map knows, in the order of the reference.
            const KEYS: &'static [&'static str] = &[$($key),*];
        }

        impl $crate::scenario::read::Read for $name {
            fn read(
                node: &$crate::scenario::node::Node,
                findings: &mut Vec<$crate::scenario::diagnostic::Diagnostic>,
            ) -> Option<Self> {
                let keys = $crate::scenario::read::Keys::open(
                    node,
                    $noun,
                    Self::KEYS,
                    $crate::scenario::read::Extensible::$extensible,
                    findings,
                )?;
                $($check(node, findings);)?
                $(let $field = keys.take::<$type>($key, findings);)*
                Some(Self {
                    span: node.span.clone(),
                    $($field: $field?,)*
                })
            }

            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut map = $crate::scenario::read::MapSchema::new();
                $(map.property::<$type>($key, &[$($field_doc),*], generator);)*
                let schema = map.finish(
                    $crate::scenario::read::Extensible::$extensible,
                    &[$($doc),*],
                );
                $(let schema = $refine(schema);)?
                schema
            }
        }
    };
}

pub(crate) use keys;
