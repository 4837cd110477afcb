//! Refusals in Horizon's words: status, its phrase, a message and the path.
//!
//! A token that fails does not say why. Roles are asked for by the
//! administration only, which alone answers 403.

use crate::dialect::refusal;
use crate::http::{Request, Response, Status};
use crate::operation::{Conflict, Fault, RequestFault, Unauthenticated};
use alloc::borrow::Cow;
use alloc::string::ToString;
use serde_json::json;

pub(super) fn write(fault: &Fault, request: &Request) -> Response {
    let (status, message): (Status, Cow<'_, str>) = match fault {
        Fault::Request(RequestFault::Path) => (Status::NOT_FOUND, "no such resource".into()),
        Fault::Request(RequestFault::Method(_)) => {
            (Status::METHOD_NOT_ALLOWED, "method not allowed".into())
        }
        Fault::Request(RequestFault::TooLarge) => {
            (Status::CONTENT_TOO_LARGE, "the content is too large".into())
        }
        Fault::Request(RequestFault::MediaType) => (
            Status::UNSUPPORTED_MEDIA_TYPE,
            "the content type must be application/json".into(),
        ),
        Fault::Request(_) | Fault::Grant(_) => (Status::BAD_REQUEST, fault.to_string().into()),
        Fault::Unauthenticated(Unauthenticated::Absent) => {
            (Status::UNAUTHORIZED, "authentication is required".into())
        }
        Fault::Unauthenticated(_) => (Status::UNAUTHORIZED, "the call is not authenticated".into()),
        Fault::Forbidden(_) => (Status::FORBIDDEN, fault.to_string().into()),
        Fault::Missing(_) => (Status::NOT_FOUND, fault.to_string().into()),
        Fault::Conflict(Conflict::Taken(_) | Conflict::InUse(_)) => {
            (Status::CONFLICT, fault.to_string().into())
        }
        Fault::Quota(_) => (Status::FORBIDDEN, fault.to_string().into()),
        Fault::TooMany { .. } => (Status::TOO_MANY_REQUESTS, fault.to_string().into()),
        Fault::Unavailable => (Status::SERVICE_UNAVAILABLE, fault.to_string().into()),
        Fault::Internal => (Status::INTERNAL_SERVER_ERROR, fault.to_string().into()),
    };
    let content = json!({
        "status": status.code(),
        "error": status.reason(),
        "message": message,
        "path": request.path,
    });
    let mut response = Response::json(status, content.to_string()).no_store();
    if let Fault::Unauthenticated(_) = fault {
        response
            .headers
            .insert("www-authenticate", "Bearer realm=\"horizon\"");
    }
    refusal::write_headers(&mut response, fault);
    response
}
