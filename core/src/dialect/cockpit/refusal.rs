//! Refusals in Spring's words, with the RFC's statuses.

use crate::dialect::refusal;
use crate::http::{Request, Response, Status};
use crate::operation::{
    Conflict, Fault, GrantFault, Ownership, Presented, RequestFault, Unauthenticated,
};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use serde_json::json;

/// The realm of Basic challenges, Spring's own.
const CLIENT_REALM: &str = "oauth2/client";
/// The realm of Bearer challenges.
const RESOURCE_REALM: &str = "public-api";

type Words<'a> = (Status, &'static str, Cow<'a, str>);

pub(super) fn write(fault: &Fault, request: &Request) -> Response {
    let (status, error, text) = words(fault);
    let mut content = json!({ "error": error, "error_description": refusal::description(&text) });
    if let Fault::Grant(GrantFault::Scope(_)) = fault {
        content["scope"] = "public-api".into();
    }
    let mut response = Response::json(status, content.to_string()).no_store();
    if let Some(challenge) = challenge(fault, error, refusal::is_basic(request)) {
        response.headers.insert("www-authenticate", challenge);
    }
    refusal::write_headers(&mut response, fault);
    response
}

fn challenge(fault: &Fault, error: &str, is_basic: bool) -> Option<String> {
    let basic = || Some(format!("Basic realm=\"{CLIENT_REALM}\""));
    match fault {
        Fault::Grant(GrantFault::Client(_)) => basic(),
        Fault::Unauthenticated(Unauthenticated::Refused) if is_basic => basic(),
        Fault::Unauthenticated(Unauthenticated::Absent) => {
            Some(format!("Bearer realm=\"{RESOURCE_REALM}\""))
        }
        Fault::Unauthenticated(_) => Some(format!(
            "Bearer realm=\"{RESOURCE_REALM}\", error=\"{error}\""
        )),
        _ => None,
    }
}

fn words(fault: &Fault) -> Words<'_> {
    match fault {
        Fault::Grant(grant) => of_grant(grant),
        Fault::Request(RequestFault::Path) => {
            (Status::NOT_FOUND, "not_found", "No such resource".into())
        }
        Fault::Request(RequestFault::Method(_)) => (
            Status::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Request method not supported".into(),
        ),
        Fault::Request(RequestFault::TooLarge) => (
            Status::CONTENT_TOO_LARGE,
            "invalid_request",
            "The content is too large".into(),
        ),
        Fault::Request(RequestFault::MediaType) => (
            Status::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
            "The content type must be application/json".into(),
        ),
        Fault::Request(_) => (
            Status::BAD_REQUEST,
            "invalid_request",
            fault.to_string().into(),
        ),
        Fault::Unauthenticated(Unauthenticated::Absent) => (
            Status::UNAUTHORIZED,
            "unauthorized",
            "Full authentication is required to access this resource".into(),
        ),
        Fault::Unauthenticated(Unauthenticated::Malformed) => (
            Status::UNAUTHORIZED,
            "invalid_token",
            "Invalid access token".into(),
        ),
        Fault::Unauthenticated(Unauthenticated::Refused) => (
            Status::UNAUTHORIZED,
            "invalid_token",
            "Invalid access token".into(),
        ),
        Fault::Unauthenticated(Unauthenticated::Expired) => (
            Status::UNAUTHORIZED,
            "invalid_token",
            "Access token expired".into(),
        ),
        Fault::Forbidden(_) => (
            Status::FORBIDDEN,
            "access_denied",
            "Access is denied".into(),
        ),
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
    }
}

fn of_grant(grant: &GrantFault) -> Words<'_> {
    let bad = Status::BAD_REQUEST;
    match grant {
        GrantFault::Client(Presented::Basic | Presented::Content) => (
            Status::UNAUTHORIZED,
            "invalid_client",
            "Bad client credentials".into(),
        ),
        GrantFault::Request(problem) => (bad, "invalid_request", Cow::Borrowed(problem)),
        GrantFault::UnauthorizedClient(grant) => (
            bad,
            "unauthorized_client",
            format!("Unauthorized grant type: {grant}").into(),
        ),
        GrantFault::UnsupportedGrant(grant) => (
            bad,
            "unsupported_grant_type",
            format!("Unsupported grant type: {grant}").into(),
        ),
        GrantFault::Scope(problem) => (
            bad,
            "invalid_scope",
            format!("Invalid scope: {problem}").into(),
        ),
        GrantFault::Audience(_) => (bad, "invalid_target", "Unknown audience".into()),
        GrantFault::Ownership(Ownership::Credentials) => {
            (bad, "invalid_grant", "Bad credentials".into())
        }
        GrantFault::Ownership(Ownership::RefreshToken) => {
            (bad, "invalid_grant", "Invalid refresh token".into())
        }
    }
}
