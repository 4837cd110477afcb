//! Klarity External Integrations as a dialect: the token endpoint with JSON,
//! a form or Basic, estate records and enrichments, and an administration of
//! integrations that the vendor has in its user interface only, by paths of
//! ours and by GraphQL.
//!
//! The token endpoint words its refusals as Auth0 does. At a shared root it
//! takes the JSON requests that name an audience; under its own prefix it
//! takes all. `openapi 0.0.5` of the vendor is the source of the rest.

mod graphql;
mod integrations;
mod records;
mod refusal;

use super::{ClientDialect, Dialect, Route, Site, Unspoken, document, oauth, read_authorization};
use crate::http::{Body, Captures, Method, Request, Response};
use crate::json;
use crate::operation::{
    Credential, Fault, Grant, GrantFault, IssueToken, Name, Nothing, Operation, Outcome,
};
use crate::record::System;
use alloc::string::{String, ToString};
use serde_json::Value;

/// Klarity External Integrations.
pub struct Klarity;

const TOKEN: &str = "/oauth/token";
const JWKS: &str = "/.well-known/jwks.json";

/// The realm of challenges.
const REALM: &str = "klarity";

const ROUTES: &[Route] = &[
    Route::new(Method::Post, TOKEN, Name::IssueToken),
    Route::new(Method::Get, JWKS, Name::Jwks),
    Route::new(Method::Post, records::RECORDS, Name::UpsertRecords),
    Route::new(Method::Delete, records::RECORDS, Name::DeleteRecords),
    Route::new(Method::Post, records::ENRICHMENTS, Name::EnrichRecords),
    Route::new(Method::Get, records::VIEWS, Name::ListRecords),
    Route::new(Method::Get, records::VIEW, Name::GetRecord),
    Route::new(Method::Post, integrations::ALL, Name::RegisterClient),
    Route::new(Method::Get, integrations::ALL, Name::ListClients),
    Route::new(Method::Get, integrations::ONE, Name::GetClient),
    Route::new(Method::Patch, integrations::ONE, Name::UpdateClient),
    Route::new(Method::Delete, integrations::ONE, Name::DeleteClient),
    Route::new(Method::Post, integrations::SECRET, Name::RegenerateSecret),
    Route::new(Method::Post, graphql::PATH, Name::RegisterClient),
    Route::new(Method::Post, graphql::PATH, Name::RegenerateSecret),
    Route::new(Method::Post, graphql::PATH, Name::DeleteClient),
    Route::new(Method::Post, graphql::PATH, Name::GetClient),
    Route::new(Method::Post, graphql::PATH, Name::ListClients),
];

impl Dialect for Klarity {
    fn system(&self) -> System {
        System::Klarity
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn claims(&self, route: &Route, request: &Request) -> bool {
        match route.operation {
            Name::IssueToken => names_an_audience(request),
            // The same key set is the standard dialect's to publish.
            Name::Jwks => false,
            _ => true,
        }
    }

    fn asks_for(&self, route: &Route, request: &Request) -> bool {
        !graphql::is_route(route) || graphql::asks_for(route.operation, request)
    }

    fn read_credential(
        &self,
        route: &Route,
        _captures: &Captures,
        request: &Request,
    ) -> Credential {
        if graphql::is_route(route) {
            return graphql::read_credential(request);
        }
        match (read_authorization(request), route.operation.access()) {
            // The vendor's API knows bearer tokens only.
            (Credential::Client(_), crate::operation::Access::Authenticated) => Credential::Absent,
            (credential, _) => credential,
        }
    }

    fn read_request(
        &self,
        route: &Route,
        captures: &Captures,
        request: &Request,
        site: &Site<'_>,
    ) -> Result<Operation, Fault> {
        if graphql::is_route(route) {
            return graphql::read_request(request);
        }
        match route.operation {
            Name::IssueToken => read_token_request(request).map(Operation::IssueToken),
            Name::Jwks => Ok(Operation::Jwks(Nothing {})),
            Name::UpsertRecords
            | Name::DeleteRecords
            | Name::EnrichRecords
            | Name::ListRecords
            | Name::GetRecord => records::read_request(route, captures, request, site),
            _ => integrations::read_request(route, captures, request, site),
        }
    }

    fn write_response(
        &self,
        route: Option<&Route>,
        request: &Request,
        result: &Result<Outcome, Fault>,
        _site: &Site<'_>,
    ) -> Response {
        if route.is_some_and(graphql::is_route) {
            return graphql::write_response(request, result);
        }
        match result {
            Ok(Outcome::Token(token)) => oauth::write_token(token),
            Ok(Outcome::Jwks(keys)) => document::write_jwks(keys),
            Ok(outcome @ (Outcome::Accepted(_) | Outcome::Record(_) | Outcome::Records(_))) => {
                records::write_response(outcome)
            }
            Ok(outcome) => integrations::write_response(route, outcome),
            Err(fault) => match route {
                Some(route) if route.operation == Name::IssueToken => {
                    refusal::of_token(fault, request)
                }
                _ => {
                    let fault = document::renamed(fault, "display_name", "name");
                    refusal::of_api(&fault, request)
                }
            },
        }
    }
}

impl ClientDialect for Klarity {
    fn write_request(&self, operation: &Operation) -> Result<Request, Unspoken> {
        match operation {
            Operation::IssueToken(request) => oauth::write_json(TOKEN, request),
            Operation::Jwks(Nothing {}) => Ok(Request::new(Method::Get, JWKS)),
            Operation::UpsertRecords(_)
            | Operation::DeleteRecords(_)
            | Operation::EnrichRecords(_)
            | Operation::ListRecords(_)
            | Operation::GetRecord(_) => records::write_request(operation),
            other => integrations::write_request(other),
        }
    }

    fn read_response(
        &self,
        operation: &Operation,
        response: &Response,
    ) -> Result<Outcome, Unspoken> {
        if matches!(operation, Operation::IssueToken(_)) {
            return oauth::read_token(response);
        }
        let content = oauth::read_success(response)?;
        match operation {
            Operation::Jwks(_) => Ok(Outcome::Jwks(content.to_string())),
            Operation::UpsertRecords(_)
            | Operation::DeleteRecords(_)
            | Operation::EnrichRecords(_)
            | Operation::ListRecords(_)
            | Operation::GetRecord(_) => records::read_response(operation, response, content),
            other => integrations::read_response(other, content),
        }
    }
}

/// Whether the request is a JSON object with a member `audience`, which no
/// other token endpoint asks for.
fn names_an_audience(request: &Request) -> bool {
    let Body::Whole(bytes) = &request.body else {
        return false;
    };
    request.media_type().as_deref() == Some("application/json")
        && json::read(bytes, &json::Limits::SMALL)
            .is_ok_and(|document| document.get("audience").is_some())
}

/// Grants that the vendor's identity provider knows and that no integration
/// may use.
const NOT_ALLOWED: &[&str] = &[
    "authorization_code",
    "implicit",
    "password",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];

fn read_token_request(request: &Request) -> Result<IssueToken, Fault> {
    let parameters = oauth::Parameters::read(request)?;
    let grant_type = parameters.value("grant_type").unwrap_or_default();
    if NOT_ALLOWED.contains(&grant_type) {
        let grant_type = String::from(grant_type);
        return Ok(IssueToken {
            client: parameters.client(request)?,
            grant: Grant::NotAllowed { grant_type },
        });
    }
    if grant_type.is_empty() {
        // Elsewhere a missing parameter; the vendor words it like a wrong one.
        let missing = GrantFault::UnsupportedGrant(String::new());
        return Err(Fault::Grant(missing));
    }
    parameters.client_credentials(request)
}

/// The JSON document of a response whose status is not the whole answer.
fn member<'a>(content: &'a Value, name: &str) -> Option<&'a str> {
    content.get(name).and_then(Value::as_str)
}
