//! Taking back what a step did: a request line alone, or a map with `http` or
//! `call` and what goes with it.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::{
    company,
    request::{Action, Call, Http, HttpParts, RequestLine},
};
use crate::scenario::{
    diagnostic::Diagnostic,
    entries::{Entries, FieldName, HeaderName},
    node::{Node, Value},
    read::{Read, keys},
    source::Span,
    word::{Slot, Text},
};

/// Taking back what a step did.
#[derive(Clone, Debug)]
pub struct Undo {
    /// The place of the undo.
    pub span: Span,
    /// What is sent.
    pub action: Action,
    /// Who it is sent as; the step's identity if absent.
    pub identity: Option<Slot<String>>,
}

keys! {
    /// What takes a step back: exactly one of `http` and `call`.
    "`undo`" Closed struct UndoKeys {
        /// Send a request: method and path on one line.
        "http" => http: Option<RequestLine>,
        /// Run an operation, in the words of the scenario's dialect.
        "call" => call: Option<Text>,
        /// The identity that the request is sent as; the step's if absent.
        "as" => identity: Option<Slot<String>>,
        /// The arguments of the operation.
        "with" => with: Entries<FieldName, Node>,
        /// Query parameters, percent-encoded.
        "query" => query: Entries<FieldName, Slot<String>>,
        /// Header fields of the request.
        "headers" => headers: Entries<HeaderName, Slot<String>>,
        /// A JSON body.
        "json" => json: Option<Node>,
        /// A form body.
        "form" => form: Option<Entries<FieldName, Slot<String>>>,
        /// A body of plain text.
        "body" => body: Option<Slot<String>>,
    }
    refine = refine_undo;
}

/// The verbs that can take something back.
const VERBS: &[&str] = &["http", "call"];

impl Read for Undo {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        if matches!(node.value, Value::Text(_) | Value::Template(_)) {
            let line = RequestLine::read(node, findings)?;
            return Some(Self {
                span: node.span.clone(),
                action: Action::Http(Box::new(Http::new(line, HttpParts::default()))),
                identity: None,
            });
        }
        let fits = company::check(node, "`undo`", VERBS, findings);
        let keys = UndoKeys::read(node, findings);
        let (keys, ()) = (keys?, fits?);
        let parts = HttpParts {
            query: keys.query,
            headers: keys.headers,
            json: keys.json,
            form: keys.form,
            text: keys.body,
        };
        let action = match (keys.http, keys.call) {
            (Some(line), _) => Action::Http(Box::new(Http::new(line, parts))),
            (None, operation) => Action::Call(Call {
                operation: operation?,
                with: keys.with,
            }),
        };
        Some(Self {
            span: keys.span,
            action,
            identity: keys.identity,
        })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let line = RequestLine::schema(generator);
        let map = generator.subschema_for::<UndoKeys>();
        json_schema!({ "anyOf": [line, map] })
    }
}

fn refine_undo(schema: Schema) -> Schema {
    company::refine(schema, VERBS)
}
