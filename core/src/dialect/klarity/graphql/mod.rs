//! The vendor's GraphQL endpoint, as far as integrations go: `POST /graphql`
//! with the key of an access in `x-api-key`, `<id>/<secret>`, which is that of
//! an administrator here. The vendor's names for its integrations are not
//! public; those in `schema` are ours.
//!
//! A document is read anew for every question about it, because a dialect
//! keeps nothing between them. <https://spec.graphql.org/October2021/>

mod call;
mod lexer;
mod parser;
mod problem;
mod schema;
#[cfg(test)]
mod tests;

use super::REALM;
use crate::dialect::{Route, document, refusal};
use crate::http::{Body, Request, Response, Status};
use crate::json;
use crate::operation::{
    ClientReference, ClientView, Credential, Fault, ListClients, Name, Operation, Outcome,
    RegisterClient, RequestFault, Total,
};
use crate::record::{ClientId, Secret};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use call::Call;
use problem::{Kind, Problem};
use serde_json::{Map, Value, json};

pub(super) const PATH: &str = "/graphql";

/// The operation whose route takes what cannot be read, to be refused there.
const UNREADABLE: Name = Name::ListClients;

/// Whether a route is one of this endpoint.
pub(super) fn is_route(route: &Route) -> bool {
    route.template.as_str() == PATH
}

/// Whether the document asks for this operation.
pub(super) fn asks_for(name: Name, request: &Request) -> bool {
    let called = Envelope::read(request)
        .and_then(|envelope| envelope.call())
        .map_or(UNREADABLE, |call| call.field.operation);
    called == name
}

/// The members of a GraphQL request.
struct Envelope {
    document: String,
    operation_name: Option<String>,
    variables: Map<String, Value>,
}

impl Envelope {
    fn read(request: &Request) -> Result<Self, Problem> {
        let charset = request.headers.charset();
        if request.media_type().as_deref() != Some("application/json")
            || charset.is_some_and(|charset| charset != "utf-8")
        {
            return Err(Problem::request(
                "the content type must be application/json",
            ));
        }
        let Body::Whole(bytes) = &request.body else {
            return Err(Problem::request("the content is not whole"));
        };
        let content = json::read(bytes, &json::Limits::SMALL)
            .map_err(|error| Problem::request(error.to_string()))?;
        let Value::Object(mut members) = content else {
            return Err(Problem::request("the content must be an object"));
        };
        let mut member = |name| members.remove(name).unwrap_or_default();
        Ok(Self {
            document: match member("query") {
                Value::String(text) => text,
                _ => return Err(Problem::request("query must be a string")),
            },
            operation_name: match member("operationName") {
                Value::String(text) => Some(text),
                Value::Null => None,
                _ => return Err(Problem::request("operationName must be a string")),
            },
            variables: match member("variables") {
                Value::Object(variables) => variables,
                Value::Null => Map::new(),
                _ => return Err(Problem::request("variables must be an object")),
            },
        })
    }

    fn call(&self) -> Result<Call, Problem> {
        Call::read(
            &self.document,
            self.operation_name.as_deref(),
            &self.variables,
        )
    }
}

/// Reads the key as the credentials of a client.
pub(super) fn read_credential(request: &Request) -> Credential {
    let mut keys = request.headers.all("x-api-key");
    let Some(key) = keys.next() else {
        return Credential::Absent;
    };
    match (key.split_once('/'), keys.next()) {
        (Some((id, secret)), None) => {
            Credential::Client(vec![(ClientId::new(id), Secret::new(secret))])
        }
        _ => Credential::Malformed,
    }
}

pub(super) fn read_request(request: &Request) -> Result<Operation, Fault> {
    let call = Envelope::read(request)
        .and_then(|envelope| envelope.call())
        .map_err(|problem| Fault::syntax(problem.to_string()))?;
    let text = |values: &Map<String, Value>, name: &str| {
        let value = values.get(name).and_then(Value::as_str);
        String::from(value.unwrap_or_default())
    };
    let reference = || ClientReference {
        client_id: ClientId::new(text(&call.arguments, "id")),
    };
    Ok(match call.field.operation {
        Name::RegisterClient => {
            let input = call.arguments.get("input").and_then(Value::as_object);
            let input = input.ok_or(Fault::Internal)?;
            Operation::RegisterClient(RegisterClient {
                display_name: text(input, "name"),
                description: text(input, "description"),
                custom_claims: BTreeMap::new(),
                roles: Vec::new(),
                scope: Vec::new(),
            })
        }
        Name::ListClients => Operation::ListClients(ListClients {
            page_size: call.arguments.get("pageSize").and_then(Value::as_i64),
            page_token: text(&call.arguments, "pageToken"),
            display_name: text(&call.arguments, "name"),
            total: Total::Omitted,
        }),
        Name::GetClient => Operation::GetClient(reference()),
        Name::RegenerateSecret => Operation::RegenerateSecret(reference()),
        Name::DeleteClient => Operation::DeleteClient(reference()),
        _ => return Err(Fault::Internal),
    })
}

pub(super) fn write_response(request: &Request, result: &Result<Outcome, Fault>) -> Response {
    let envelope = Envelope::read(request);
    let call = envelope
        .as_ref()
        .map_or_else(|problem| Err(problem.clone()), Envelope::call);
    match (call, result) {
        (Ok(call), Ok(outcome)) => {
            let content = json!({ "data": { call.key(): call.select(&answer(outcome)) } });
            Response::json(Status::OK, content.to_string()).no_store()
        }
        (Err(problem), Err(Fault::Request(RequestFault::Syntax(_)))) => {
            let document = envelope.as_ref().map_or("", |envelope| &envelope.document);
            let content = json!({ "errors": [problem.write(document)] });
            Response::json(Status::BAD_REQUEST, content.to_string()).no_store()
        }
        (call, Err(fault)) => write_fault(fault, call.as_ref().ok()),
        (Err(_), Ok(_)) => write_fault(&Fault::Internal, None),
    }
}

/// What an operation answers, whole.
fn answer(outcome: &Outcome) -> Value {
    let integration = |client: &ClientView| {
        json!({
            "id": client.client_id,
            "secret": client.secret.as_ref().map_or("", Secret::expose),
            "name": client.display_name,
            "description": client.description,
            "secretCreatedAt": client.secret_not_before,
            "secretExpiresAt": client.secret_expires_at,
            "createdAt": client.created_at,
            "updatedAt": client.updated_at,
        })
    };
    match outcome {
        Outcome::Client(client) => integration(client),
        Outcome::Clients(page) => {
            let results: Vec<Value> = page.items.iter().map(integration).collect();
            json!({ "results": results, "nextPageToken": page.next })
        }
        Outcome::Deleted => true.into(),
        _ => Value::Null,
    }
}

/// Writes a refusal. What is refused after the document was understood is the
/// answer of its field, which is null; the rest is refused by status as well.
fn write_fault(fault: &Fault, call: Option<&Call>) -> Response {
    let (status, code) = match fault {
        Fault::Request(RequestFault::TooLarge) => (Status::CONTENT_TOO_LARGE, "BAD_REQUEST"),
        Fault::Request(RequestFault::Field { .. }) => (Status::OK, Kind::Input.code()),
        Fault::Request(_) | Fault::Grant(_) => (Status::BAD_REQUEST, Kind::Request.code()),
        Fault::Unauthenticated(_) => (Status::UNAUTHORIZED, "UNAUTHENTICATED"),
        Fault::Forbidden(_) => (Status::FORBIDDEN, "FORBIDDEN"),
        Fault::Missing(_) => (Status::OK, "NOT_FOUND"),
        Fault::Conflict(_) => (Status::OK, "CONFLICT"),
        Fault::Quota(_) => (Status::OK, "QUOTA_EXCEEDED"),
        Fault::TooMany { .. } => (Status::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS"),
        Fault::Unavailable => (Status::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
        Fault::Internal => (Status::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR"),
    };
    let message: Cow<'_, str> = match fault {
        Fault::Missing(_) => "no such integration".into(),
        _ => document::renamed(fault, "display_name", "name")
            .to_string()
            .into(),
    };
    let mut entry = json!({ "message": message, "extensions": { "code": code } });
    let content = match call.filter(|_| status == Status::OK) {
        Some(call) => {
            entry["path"] = json!([call.key()]);
            json!({ "errors": [entry], "data": { call.key(): null } })
        }
        None => json!({ "errors": [entry] }),
    };
    let mut response = Response::json(status, content.to_string()).no_store();
    if status == Status::UNAUTHORIZED {
        let challenge = format!("ApiKey realm=\"{REALM}\"");
        response.headers.insert("www-authenticate", challenge);
    }
    refusal::write_headers(&mut response, fault);
    response
}
