//! The answer that a step is judged by, read as JSON only if somebody asks.

use crate::peer::Answer;
use serde_json::Value as Json;
use std::sync::OnceLock;

/// An answer with what it means.
pub(super) struct Subject {
    pub(super) answer: Answer,
    json: OnceLock<Result<Json, String>>,
    /// What an operation brought about, or why that is not known.
    pub(super) outcome: Option<Result<Json, String>>,
}

impl Subject {
    pub(super) const fn new(answer: Answer) -> Self {
        Self {
            answer,
            json: OnceLock::new(),
            outcome: None,
        }
    }

    /// The body as JSON, or what it is instead.
    pub(super) fn json(&self) -> Result<&Json, &str> {
        let body = &self.answer.response.body;
        let json = self.json.get_or_init(|| match body.len() {
            0 => Err("the body is empty".to_owned()),
            _ => serde_json::from_slice(body)
                .map_err(|error| format!("the body is not JSON: {error}")),
        });
        json.as_ref().map_err(String::as_str)
    }

    /// The outcome of the operation as JSON, or why there is none.
    pub(super) fn outcome(&self) -> Result<&Json, &str> {
        match &self.outcome {
            Some(outcome) => outcome.as_ref().map_err(String::as_str),
            None => Err("only `call` has an outcome"),
        }
    }

    /// All lines of a header field as one value (RFC 9110 section 5.3).
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let lines: Vec<_> = self.answer.response.headers.all(name).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }
}
