//! The RFCs as a dialect: the token endpoint
//! ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749)) taking forms and JSON,
//! introspection ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)),
//! metadata ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)) and the key
//! set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)). Registrations and
//! the audit record are administered under `/admin` in the member names of
//! [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591).

mod administration;
#[cfg(test)]
mod tests;

use super::{Dialect, Route, Site, Unspoken, oauth};
use crate::http::{Captures, Method, Request, Response, Status};
use crate::operation::{
    Conflict, Fault, GrantFault, IntrospectToken, Introspection, Name, Nothing, Operation, Outcome,
    RequestFault, Unauthenticated,
};
use crate::record::{Secret, System};
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use serde_json::{Value, json};

/// The RFCs.
pub struct Standard;

const TOKEN: &str = "/oauth/token";
const INTROSPECT: &str = "/oauth/introspect";
const METADATA: &str = "/.well-known/oauth-authorization-server";
const JWKS: &str = "/.well-known/jwks.json";

const ROUTES: &[Route] = &[
    Route::new(Method::Post, TOKEN, Name::IssueToken),
    Route::new(Method::Post, INTROSPECT, Name::IntrospectToken),
    Route::new(Method::Get, METADATA, Name::Metadata),
    Route::new(Method::Get, JWKS, Name::Jwks),
    Route::new(Method::Post, administration::CLIENTS, Name::RegisterClient),
    Route::new(Method::Get, administration::CLIENTS, Name::ListClients),
    Route::new(Method::Get, administration::CLIENT, Name::GetClient),
    Route::new(Method::Patch, administration::CLIENT, Name::UpdateClient),
    Route::new(Method::Delete, administration::CLIENT, Name::DeleteClient),
    Route::new(Method::Post, administration::SECRET, Name::RegenerateSecret),
    Route::new(Method::Get, administration::AUDIT, Name::ListAudit),
];

/// The realm of challenges.
const REALM: &str = "touchmark";

impl Dialect for Standard {
    fn system(&self) -> System {
        System::Standard
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn read_request(
        &self,
        route: &Route,
        captures: &Captures,
        request: &Request,
        site: &Site<'_>,
    ) -> Result<Operation, Fault> {
        Ok(match route.operation {
            Name::IssueToken => Operation::IssueToken(
                oauth::Parameters::read(request)?.client_credentials(request)?,
            ),
            Name::IntrospectToken => {
                let parameters = oauth::Parameters::read(request)?;
                let token = Secret::new(parameters.require("token")?);
                Operation::IntrospectToken(IntrospectToken { token })
            }
            Name::Metadata => Operation::Metadata(Nothing {}),
            Name::Jwks => Operation::Jwks(Nothing {}),
            _ => administration::read_request(route, captures, request, site)?,
        })
    }

    fn write_response(
        &self,
        _route: Option<&Route>,
        _request: &Request,
        result: &Result<Outcome, Fault>,
        _site: &Site<'_>,
    ) -> Response {
        match result {
            Ok(Outcome::Token(token)) => oauth::write_token(token),
            Ok(Outcome::Introspection(introspection)) => {
                Response::json(Status::OK, introspection.to_value().to_string()).no_store()
            }
            Ok(Outcome::Metadata(metadata)) => public(
                "application/json",
                serde_json::to_string(metadata).unwrap_or_default(),
            ),
            Ok(Outcome::Jwks(keys)) => public("application/jwk-set+json", keys.clone()),
            Ok(outcome) => administration::write_response(outcome),
            Err(fault) => write_fault(fault),
        }
    }

    fn write_request(&self, operation: &Operation) -> Result<Request, Unspoken> {
        Ok(match operation {
            Operation::IssueToken(request) => oauth::write_form(TOKEN, request),
            Operation::IntrospectToken(request) => {
                let mut pairs = crate::http::Pairs::new();
                pairs.push("token", request.token.expose());
                Request::new(Method::Post, INTROSPECT)
                    .with_content("application/x-www-form-urlencoded", pairs.write())
            }
            Operation::Metadata(Nothing {}) => Request::new(Method::Get, METADATA),
            Operation::Jwks(Nothing {}) => Request::new(Method::Get, JWKS),
            other => administration::write_request(other)?,
        })
    }

    fn read_response(
        &self,
        operation: &Operation,
        response: &Response,
    ) -> Result<Outcome, Unspoken> {
        if matches!(operation, Operation::IssueToken(_)) {
            return oauth::read_token(response);
        }
        let document = oauth::read_success(response)?;
        match operation {
            Operation::IntrospectToken(_) => read_introspection(document),
            Operation::Metadata(_) => serde_json::from_value(document)
                .map(Outcome::Metadata)
                .map_err(|error| Unspoken::Response(error.to_string())),
            Operation::Jwks(_) => Ok(Outcome::Jwks(document.to_string())),
            other => administration::read_response(other, document),
        }
    }
}

fn read_introspection(document: Value) -> Result<Outcome, Unspoken> {
    let Value::Object(mut members) = document else {
        return Err(Unspoken::Response("the document is not an object".into()));
    };
    Ok(Outcome::Introspection(match members.remove("active") {
        Some(Value::Bool(true)) => Introspection::Active(members),
        _ => Introspection::Inactive,
    }))
}

/// A public document. It may be kept for a while, but for less time than a
/// retired key stays published.
fn public(media_type: &str, document: String) -> Response {
    Response::new(Status::OK)
        .with_content(media_type, document)
        .with_header("cache-control", "public, max-age=300")
}

/// Turns a fault into status, challenge and error document (RFC 6749 section
/// 5.2, RFC 6750 section 3).
fn write_fault(fault: &Fault) -> Response {
    let (status, error, text): (Status, &str, Cow<'_, str>) = match fault {
        Fault::Request(problem) => match problem {
            RequestFault::Path => (Status::NOT_FOUND, "not_found", "no such resource".into()),
            RequestFault::Method(_) => (
                Status::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "method not allowed".into(),
            ),
            RequestFault::TooLarge => (
                Status::CONTENT_TOO_LARGE,
                "invalid_request",
                "the content is too large".into(),
            ),
            RequestFault::MediaType => (
                Status::UNSUPPORTED_MEDIA_TYPE,
                "invalid_request",
                "the content type must be application/json".into(),
            ),
            other => (
                Status::BAD_REQUEST,
                "invalid_request",
                other.to_string().into(),
            ),
        },
        Fault::Grant(grant) => {
            let (status, error) = match grant {
                GrantFault::Client(_) => (Status::UNAUTHORIZED, "invalid_client"),
                GrantFault::Request(_) => (Status::BAD_REQUEST, "invalid_request"),
                GrantFault::UnauthorizedClient(_) => (Status::BAD_REQUEST, "unauthorized_client"),
                GrantFault::UnsupportedGrant(_) => (Status::BAD_REQUEST, "unsupported_grant_type"),
                GrantFault::Scope(_) => (Status::BAD_REQUEST, "invalid_scope"),
                GrantFault::Audience(_) => (Status::BAD_REQUEST, "invalid_target"),
            };
            (status, error, grant_text(grant))
        }
        Fault::Unauthenticated(Unauthenticated::Malformed) => (
            Status::BAD_REQUEST,
            "invalid_request",
            "the Authorization field is malformed".into(),
        ),
        Fault::Unauthenticated(Unauthenticated::Absent) => (
            Status::UNAUTHORIZED,
            "unauthorized",
            "authentication is required".into(),
        ),
        Fault::Unauthenticated(_) => (
            Status::UNAUTHORIZED,
            "invalid_token",
            "the credentials are not accepted".into(),
        ),
        Fault::Forbidden(_) => (Status::FORBIDDEN, "access_denied", fault.to_string().into()),
        Fault::Missing(_) => (Status::NOT_FOUND, "not_found", fault.to_string().into()),
        Fault::Conflict(Conflict::Taken(_) | Conflict::InUse(_)) => {
            (Status::CONFLICT, "conflict", fault.to_string().into())
        }
        Fault::Quota(_) => (
            Status::FORBIDDEN,
            "quota_exceeded",
            fault.to_string().into(),
        ),
        Fault::TooMany { .. } => (
            Status::TOO_MANY_REQUESTS,
            "too_many_requests",
            fault.to_string().into(),
        ),
        Fault::Unavailable => (
            Status::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            fault.to_string().into(),
        ),
        Fault::Internal => (
            Status::INTERNAL_SERVER_ERROR,
            "server_error",
            fault.to_string().into(),
        ),
    };
    let document = json!({ "error": error, "error_description": oauth::description(&text) });
    let mut response = Response::json(status, document.to_string()).no_store();
    oauth::write_fault_headers(&mut response, fault, REALM);
    response
}

fn grant_text(grant: &GrantFault) -> Cow<'_, str> {
    match grant {
        GrantFault::Request(problem) => Cow::Borrowed(problem),
        GrantFault::Client(_) => "client authentication failed".into(),
        GrantFault::UnauthorizedClient(_) => "the client may not use this grant".into(),
        GrantFault::UnsupportedGrant(_) => "the grant type is not supported".into(),
        GrantFault::Scope(problem) => Cow::Borrowed(problem),
        GrantFault::Audience(_) => "the audience is unknown".into(),
    }
}
