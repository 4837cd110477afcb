//! Refusals in the words of OAuth: the error document of
//! [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-5.2), the
//! challenges of [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-3),
//! and the headers that every dialect's refusals carry.

use crate::http::{Request, Response, Status};
use crate::operation::{
    Conflict, Fault, Forbidden, GrantFault, Presented, RequestFault, Unauthenticated,
};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use serde_json::json;

/// Turns a fault into status, challenge and error document (RFC 6749 section
/// 5.2, RFC 6750 section 3). Whoever authenticated by the Basic scheme is
/// challenged by it.
pub(super) fn write(fault: &Fault, request: &Request, realm: &str) -> Response {
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
                GrantFault::Ownership(_) => (Status::BAD_REQUEST, "invalid_grant"),
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
        Fault::Unauthenticated(_) => {
            let error = if is_basic(request) {
                "invalid_client"
            } else {
                "invalid_token"
            };
            let text = "the credentials are not accepted".into();
            (Status::UNAUTHORIZED, error, text)
        }
        Fault::Forbidden(Forbidden::Scope(_)) => (
            Status::FORBIDDEN,
            "insufficient_scope",
            fault.to_string().into(),
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
    let mut response = document(status, error, &text);
    write_challenge(&mut response, fault, request, realm);
    write_headers(&mut response, fault);
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
        GrantFault::Ownership(_) => "the grant is not accepted".into(),
    }
}

/// An error document.
pub(super) fn document(status: Status, error: &str, text: &str) -> Response {
    let document = json!({ "error": error, "error_description": description(text) });
    Response::json(status, document.to_string()).no_store()
}

/// Adds the challenge of a refusal.
pub(super) fn write_challenge(
    response: &mut Response,
    fault: &Fault,
    request: &Request,
    realm: &str,
) {
    if let Some(challenge) = challenge(fault, request, realm) {
        response.headers.insert("www-authenticate", challenge);
    }
}

/// The challenge that a refusal carries, if it is one of missing or failed
/// authentication or of missing rights (RFC 6750 section 3).
fn challenge(fault: &Fault, request: &Request, realm: &str) -> Option<String> {
    Some(match fault {
        Fault::Unauthenticated(Unauthenticated::Refused | Unauthenticated::Expired)
            if is_basic(request) =>
        {
            format!("Basic realm=\"{realm}\"")
        }
        Fault::Unauthenticated(Unauthenticated::Absent) => format!("Bearer realm=\"{realm}\""),
        Fault::Unauthenticated(Unauthenticated::Malformed) => {
            format!("Bearer realm=\"{realm}\", error=\"invalid_request\"")
        }
        Fault::Unauthenticated(_) => format!("Bearer realm=\"{realm}\", error=\"invalid_token\""),
        Fault::Forbidden(Forbidden::Scope(scope)) => {
            format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"{scope}\"")
        }
        Fault::Grant(GrantFault::Client(Presented::Basic)) => format!("Basic realm=\"{realm}\""),
        _ => return None,
    })
}

/// The `Allow` field's value for these methods.
fn allow(methods: &[&str]) -> String {
    methods.join(", ")
}

/// Replaces what an `error_description` must not hold (RFC 6749 section 5.2).
pub(super) fn description(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\x20' | '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e' => character,
            '"' => '\'',
            _ => '?',
        })
        .collect()
}

/// Whether the request authenticates by the Basic scheme.
pub(super) fn is_basic(request: &Request) -> bool {
    let scheme = request.headers.first("authorization").unwrap_or_default();
    let scheme = scheme.trim_start().split(' ').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("basic")
}

/// Adds what a refusal says in headers, whatever its shape: the methods that
/// are allowed, and how long to wait.
pub(super) fn write_headers(response: &mut Response, fault: &Fault) {
    match fault {
        Fault::Request(RequestFault::Method(methods)) => {
            response.headers.insert("allow", allow(methods));
        }
        Fault::TooMany { retry_after } => {
            response
                .headers
                .insert("retry-after", (*retry_after).max(1).to_string());
        }
        Fault::Unavailable => response.headers.insert("retry-after", "1"),
        _ => {}
    }
}
