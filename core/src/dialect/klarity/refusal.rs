//! Refusals in Klarity's words: one member `error` from the API, and those of
//! Auth0 from the token endpoint.

use super::REALM;
use crate::dialect::refusal;
use crate::http::{Request, Response, Status};
use crate::operation::{Fault, GrantFault, RequestFault, Resource, Unauthenticated};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::ToString;
use serde_json::json;

/// What the API and the administration answer: `{"error":"…"}`.
pub(super) fn of_api(fault: &Fault, request: &Request) -> Response {
    let (status, text): (Status, Cow<'_, str>) = match fault {
        Fault::Request(RequestFault::Path) => (Status::NOT_FOUND, "Not Found".into()),
        Fault::Request(RequestFault::Method(_)) => {
            (Status::METHOD_NOT_ALLOWED, "Method Not Allowed".into())
        }
        Fault::Request(RequestFault::TooLarge) => {
            (Status::CONTENT_TOO_LARGE, fault.to_string().into())
        }
        Fault::Request(RequestFault::MediaType) => (
            Status::BAD_REQUEST,
            "the content type must be application/json".into(),
        ),
        Fault::Request(_) | Fault::Grant(_) => (Status::BAD_REQUEST, fault.to_string().into()),
        Fault::Unauthenticated(Unauthenticated::Malformed) => (
            Status::BAD_REQUEST,
            "the Authorization field is malformed".into(),
        ),
        Fault::Unauthenticated(_) => (Status::UNAUTHORIZED, "Unauthorized".into()),
        Fault::Forbidden(_) => (Status::FORBIDDEN, fault.to_string().into()),
        Fault::Missing(Resource::Client) => (Status::NOT_FOUND, "no such integration".into()),
        Fault::Missing(_) => (Status::NOT_FOUND, fault.to_string().into()),
        Fault::Conflict(_) => (Status::CONFLICT, fault.to_string().into()),
        Fault::Quota(_) => (Status::FORBIDDEN, fault.to_string().into()),
        Fault::TooMany { .. } => (Status::TOO_MANY_REQUESTS, fault.to_string().into()),
        Fault::Unavailable => (Status::SERVICE_UNAVAILABLE, fault.to_string().into()),
        Fault::Internal => (Status::INTERNAL_SERVER_ERROR, fault.to_string().into()),
    };
    let document = json!({ "error": text });
    let mut response = Response::json(status, document.to_string()).no_store();
    refusal::write_challenge(&mut response, fault, request, REALM);
    refusal::write_headers(&mut response, fault);
    response
}

/// What the token endpoint answers. Where Auth0 differs from the RFC, Auth0 is
/// followed; the rest is the RFC's.
pub(super) fn of_token(fault: &Fault, request: &Request) -> Response {
    let mut response = refusal::write(fault, request, REALM);
    let Fault::Grant(grant) = fault else {
        return response;
    };
    let (status, error, text): (Status, &str, Cow<'_, str>) = match grant {
        GrantFault::Client(_) => (Status::UNAUTHORIZED, "access_denied", "Unauthorized".into()),
        GrantFault::Audience(audience) => (
            Status::FORBIDDEN,
            "access_denied",
            format!("Service not enabled within domain: {}", short(audience)).into(),
        ),
        GrantFault::UnauthorizedClient(grant_type) => (
            Status::FORBIDDEN,
            "unauthorized_client",
            format!("Grant type '{grant_type}' not allowed for the client.").into(),
        ),
        GrantFault::UnsupportedGrant(grant_type) => (
            Status::BAD_REQUEST,
            "unsupported_grant_type",
            format!("Unsupported grant type: {}", short(grant_type)).into(),
        ),
        GrantFault::Request(_) | GrantFault::Scope(_) | GrantFault::Ownership(_) => {
            return response;
        }
    };
    let worded = refusal::document(status, error, &text);
    response.status = worded.status;
    response.body = worded.body;
    response
}

/// As much of a text that somebody sent as is worth repeating.
fn short(text: &str) -> &str {
    const MOST: usize = 256;
    text.char_indices()
        .nth(MOST)
        .map_or(text, |(end, _)| &text[..end])
}
