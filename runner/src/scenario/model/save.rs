//! Which part of an answer gets a name, and whether its value is masked from
//! then on.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::expect::Path;
use crate::scenario::{
    diagnostic::{Diagnostic, closest},
    entries::{HeaderName, JsonPath, KeyKind, Member},
    node::{Node, Value},
    read::{Read, exactly_one, keys, mismatch, require_one},
    source::Span,
    word::Text,
};

/// A part of an answer that gets a name.
#[derive(Clone, Debug)]
pub struct Save {
    /// The place of the source.
    pub span: Span,
    /// Which part.
    pub source: Source,
    /// Whether the value is masked wherever it appears.
    pub secret: bool,
}

/// Which part of an answer.
#[derive(Clone, Debug)]
pub enum Source {
    /// The status code as a number.
    Status,
    /// The whole body as text.
    Body,
    /// The access token of a token response.
    Token,
    /// A part of the JSON body, as it is written and as it was read.
    Json(Text, Path),
    /// A header field.
    Header(Text),
    /// A part of the operation's outcome, as it is written and as it was read.
    Outcome(Text, Path),
}

keys! {
    /// Exactly one of `json`, `header` and `outcome`.
    "`save`" Closed struct SaveKeys {
        /// A path into the JSON body.
        "json" => json: Option<Text>,
        /// A header field name.
        "header" => header: Option<Text>,
        /// A member of the operation's outcome, or a path into it.
        "outcome" => outcome: Option<Text>,
        /// Mask the value wherever it appears.
        "secret" => secret: bool,
    }
    check = check_save;
    refine = refine_save;
}

const WORDS: &[&str] = &["status", "body", "token"];

impl Read for Save {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let found = match &node.value {
            Value::Text(word) => read_word(node, word).map_err(|finding| findings.push(finding)),
            Value::Map(_) => return read_map(node, findings),
            _ => {
                findings.push(mismatch(
                    node,
                    "`status`, `body`, `token` or a map such as `{ json: $.id }`",
                ));
                return None;
            }
        };
        found.ok()
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let map = generator.subschema_for::<SaveKeys>();
        json_schema!({ "anyOf": [{ "enum": WORDS }, map] })
    }
}

fn read_word(node: &Node, word: &str) -> Result<Save, Diagnostic> {
    let source = match word {
        "status" => Source::Status,
        "body" => Source::Body,
        "token" => Source::Token,
        _ => {
            let finding =
                Diagnostic::error(&node.span, format!("nothing called `{word}` can be saved"));
            return Err(if word.starts_with('$') {
                finding.help(format!("a path into the JSON body is `{{ json: {word} }}`"))
            } else if closest(word, WORDS.iter().copied()).is_some() {
                finding.did_you_mean(word, WORDS.iter().copied())
            } else {
                finding.help(
                    "a map says where a value comes from: `{ json: $.id }`, `{ header: etag }`, \
                     `{ outcome: client_id }`",
                )
            });
        }
    };
    let secret = matches!(source, Source::Token);
    Ok(Save {
        span: node.span.clone(),
        source,
        secret,
    })
}

fn read_map(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Save> {
    let keys = SaveKeys::read(node, findings)?;
    let source = match (keys.json, keys.header, keys.outcome) {
        (Some(text), None, None) => {
            let path = meaning::<JsonPath>(&text, findings)?;
            Source::Json(text, path)
        }
        (None, Some(name), None) => {
            meaning::<HeaderName>(&name, findings)?;
            Source::Header(name)
        }
        (None, None, Some(text)) => {
            let path = meaning::<Member>(&text, findings)?;
            Source::Outcome(text, path)
        }
        // Said by `check_save`.
        _ => return None,
    };
    Some(Save {
        span: keys.span,
        source,
        secret: keys.secret,
    })
}

fn meaning<K: KeyKind>(text: &Text, findings: &mut Vec<Diagnostic>) -> Option<K::Meaning> {
    let meaning = K::read(text);
    let refused = |reason: &String| Diagnostic::error(&text.span, format!("`{text}` {reason}"));
    findings.extend(meaning.as_ref().err().map(refused));
    meaning.ok()
}

const PLACES: &[&str] = &["json", "header", "outcome"];

fn check_save(node: &Node, findings: &mut Vec<Diagnostic>) {
    exactly_one(node, "`save`", PLACES, findings);
}

fn refine_save(schema: Schema) -> Schema {
    let mut schema = require_one(schema, PLACES);
    if let Some(properties) = schema.get_mut("properties") {
        properties["json"]["pattern"] = JsonPath::PATTERN.into();
        properties["header"]["pattern"] = HeaderName::PATTERN.into();
    }
    schema
}
