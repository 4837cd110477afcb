//! From an action in a scenario to a request on the wire.

use super::options::Target;
use super::sender::{add_unless_set, on_the_wire, target_of};
use super::values::Values;
use crate::peer::Request;
use crate::scenario::model::{Action, Body, Call, Http};
use crate::scenario::{Diagnostic, Span};
use serde_json::Value as Json;
use touchmark_core::dialect::{self, ClientDialect, Unspoken};
use touchmark_core::http::{Headers, Pairs, Response};
use touchmark_core::operation::{self, Operation};
use touchmark_core::record::System;

/// A request, and how to understand its answer.
pub(super) struct Prepared {
    pub(super) request: Request,
    pub(super) operation: Option<Spoken>,
}

/// An operation and the dialect that it was asked for in.
pub(super) struct Spoken {
    dialect: &'static dyn ClientDialect,
    operation: Operation,
}

/// Prepares the request of an action.
pub(super) fn prepare(
    action: &Action,
    values: Values<'_>,
    target: &Target,
    system: System,
) -> Result<Prepared, Diagnostic> {
    match action {
        Action::Http(http) => {
            let request = request(http, values, target)?;
            Ok(Prepared {
                request,
                operation: None,
            })
        }
        Action::Call(call) => self::call(call, values, target, system),
    }
}

pub(super) fn request(
    http: &Http,
    values: Values<'_>,
    target: &Target,
) -> Result<Request, Diagnostic> {
    let place = &http.line.span;
    let path = values.node(&http.line.path)?;
    let Some(path) = path.as_text() else {
        let message = format!("a path is text, this is {}", path.kind());
        return Err(Diagnostic::error(place, message));
    };
    let mut query = Pairs::new();
    for (key, slot) in http.query.iter() {
        query.push(&key.text, values.slot(slot)?);
    }
    let mut path = path.to_owned();
    if !query.is_empty() {
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(&query.write());
    }
    let url = target
        .url
        .join(&path)
        .map_err(|error| Diagnostic::error(place, error.to_string()))?;
    let mut headers = Headers::new();
    for (key, slot) in http.headers.iter() {
        let value = values.slot(slot)?;
        if value
            .chars()
            .any(|character| character.is_control() && character != '\t')
        {
            let message = format!("the value of `{}` has control characters in it", key.text);
            return Err(Diagnostic::error(slot.span(), message));
        }
        headers.append(&key.text, value);
    }
    let body = body(&http.body, values, &mut headers)?;
    let method = http.line.method.as_str().to_owned();
    Ok(Request {
        method,
        url,
        headers,
        body,
    })
}

fn body(body: &Body, values: Values<'_>, headers: &mut Headers) -> Result<Vec<u8>, Diagnostic> {
    match body {
        Body::Empty => Ok(Vec::new()),
        Body::Text(slot) => values.slot(slot).map(String::into_bytes),
        Body::Json(node) => {
            add_unless_set(headers, "content-type", "application/json");
            Ok(values.node(node)?.value.to_json().to_string().into_bytes())
        }
        Body::Form(entries) => {
            add_unless_set(headers, "content-type", "application/x-www-form-urlencoded");
            let mut pairs = Pairs::new();
            for (key, slot) in entries.iter() {
                pairs.push(&key.text, values.slot(slot)?);
            }
            Ok(pairs.write().into_bytes())
        }
    }
}

pub(super) fn call(
    call: &Call,
    values: Values<'_>,
    target: &Target,
    system: System,
) -> Result<Prepared, Diagnostic> {
    let place = &call.operation.span;
    let refused = |message: String| Diagnostic::error(place, message);
    let name = operation::Name::named(&call.operation)
        .ok_or_else(|| refused(format!("there is no operation `{}`", call.operation)))?;
    let mut fields = serde_json::Map::new();
    for (key, node) in call.with.iter() {
        fields.insert(key.text.clone(), values.node(node)?.value.to_json());
    }
    let operation = Operation::read(name, Json::Object(fields))
        .map_err(|error| misread(call, place, &error))?;
    let dialect = dialect::client_of(system)
        .ok_or_else(|| refused(format!("there is no dialect `{system}`")))?;
    let message = dialect
        .write_request(&operation)
        .map_err(|unspoken| refused(format!("`{system}` cannot ask for this: {unspoken}")))?;
    let url = target.locate(system, &target_of(&message));
    let url = url.map_err(|error| refused(error.to_string()))?;
    let spoken = Spoken { dialect, operation };
    Ok(Prepared {
        request: on_the_wire(message, url),
        operation: Some(spoken),
    })
}

/// Points at the field that an operation does not take, if it is one of those
/// that were given.
fn misread(call: &Call, place: &Span, error: &serde_json::Error) -> Diagnostic {
    let message = error.to_string();
    let named = call
        .with
        .iter()
        .find(|(key, _)| message.contains(&format!("`{}`", key.text)));
    let place = named.map_or(place, |(key, _)| &key.span);
    Diagnostic::error(
        place,
        format!("`{}` does not take this: {message}", call.operation),
    )
}

impl Spoken {
    /// What the operation brought about, as JSON, or why that is not known.
    pub(super) fn outcome(&self, response: &Response) -> Result<Json, String> {
        match self.dialect.read_response(&self.operation, response) {
            Ok(outcome) => Ok(outcome.to_value()),
            Err(Unspoken::Refused) => Err("the operation was refused".to_owned()),
            Err(other) => Err(other.to_string()),
        }
    }
}
