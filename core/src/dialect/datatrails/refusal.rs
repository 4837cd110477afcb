//! Refusals in DataTrails' words: the status of gRPC as its gateway writes it,
//! and those of OAuth from the token endpoint.
//!
//! The numbers are those of
//! [gRPC](https://grpc.github.io/grpc/core/md_doc_statuscodes.html), except
//! that a used up quota has 12 beside its 402, as the vendor has it.

use crate::dialect::{Site, refusal};
use crate::http::{Request, Response, Status};
use crate::operation::{
    Conflict, Fault, GrantFault, RequestFault, Resource, Unauthenticated, tenant_uuid,
};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use serde_json::{Value, json};

/// The realm of challenges.
const REALM: &str = "datatrails";

/// What the token endpoint answers.
pub(super) fn of_token(fault: &Fault, request: &Request) -> Response {
    let response = refusal::write(fault, request, REALM);
    with_reset(response, fault)
}

/// What everything else answers.
pub(super) fn of_api(fault: &Fault, request: &Request, site: &Site<'_>) -> Response {
    let (status, code) = status(fault);
    let mut details = json!([]);
    let message: Cow<'_, str> = match fault {
        Fault::Request(RequestFault::Path) => "Not Found".into(),
        Fault::Request(RequestFault::Method(_)) => "Method Not Allowed".into(),
        Fault::Request(RequestFault::MediaType) => {
            "the content type must be application/json".into()
        }
        Fault::Unauthenticated(Unauthenticated::Malformed) => {
            "the Authorization field is malformed".into()
        }
        Fault::Unauthenticated(Unauthenticated::Absent) => "authentication is required".into(),
        Fault::Unauthenticated(_) => "the credentials are not accepted".into(),
        Fault::Missing(resource) => format!("no such {}", singular(*resource)).into(),
        Fault::Conflict(Conflict::Taken(resource)) => {
            format!("another {} has this identifier", singular(*resource)).into()
        }
        Fault::Conflict(Conflict::InUse(resource)) => {
            format!("the {} is in use", singular(*resource)).into()
        }
        Fault::Quota(resource) => {
            details = quota_failure(*resource, site);
            format!("{} quota reached: Payment Required", plural(*resource)).into()
        }
        other => other.to_string().into(),
    };
    let document = json!({ "code": code, "message": message, "details": details });
    let mut response = Response::json(status, document.to_string()).no_store();
    refusal::write_challenge(&mut response, fault, request, REALM);
    refusal::write_headers(&mut response, fault);
    with_reset(response, fault)
}

/// The HTTP status and the number of gRPC's.
const fn status(fault: &Fault) -> (Status, u8) {
    match fault {
        Fault::Request(RequestFault::Path) | Fault::Missing(_) => (Status::NOT_FOUND, 5),
        Fault::Request(RequestFault::Method(_)) => (Status::METHOD_NOT_ALLOWED, 12),
        Fault::Request(RequestFault::TooLarge) => (Status::CONTENT_TOO_LARGE, 3),
        Fault::Grant(GrantFault::Client(_)) => (Status::UNAUTHORIZED, 16),
        Fault::Request(_)
        | Fault::Grant(_)
        | Fault::Unauthenticated(Unauthenticated::Malformed) => (Status::BAD_REQUEST, 3),
        Fault::Unauthenticated(_) => (Status::UNAUTHORIZED, 16),
        Fault::Forbidden(_) => (Status::FORBIDDEN, 7),
        Fault::Conflict(_) => (Status::CONFLICT, 6),
        Fault::Quota(_) => (Status::PAYMENT_REQUIRED, 12),
        Fault::TooMany { .. } => (Status::TOO_MANY_REQUESTS, 8),
        Fault::Unavailable => (Status::SERVICE_UNAVAILABLE, 14),
        Fault::Internal => (Status::INTERNAL_SERVER_ERROR, 13),
    }
}

fn quota_failure(resource: Resource, site: &Site<'_>) -> Value {
    json!([{
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{
            "subject": format!("tenant/{}", tenant_uuid(site.tenant)),
            "description": format!(" QuotaReached {}", plural(resource)),
        }],
    }])
}

/// Adds the header that the vendor's client reads instead of `Retry-After`:
/// seconds as a float, and only more than none lets it try again.
fn with_reset(response: Response, fault: &Fault) -> Response {
    match fault {
        Fault::TooMany { retry_after } => {
            let seconds = format!("{}.0", (*retry_after).max(1));
            response.with_header("archivist-rate-limit-reset", seconds)
        }
        _ => response,
    }
}

/// What the vendor calls many of a kind that has a quota.
pub(super) const fn plural(resource: Resource) -> &'static str {
    match resource {
        Resource::Client => "Applications",
        Resource::AccessPolicy => "AccessPolicies",
        _ => "Resources",
    }
}

/// What the vendor calls one of a kind.
fn singular(resource: Resource) -> String {
    match resource {
        Resource::Client => "application".into(),
        other => other.to_string(),
    }
}
