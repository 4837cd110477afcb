//! Refusals in IONOS' words: the status, and messages that each have a code.
//! The one code that the vendor's clients are known to meet is that of 401;
//! every other is the status as text.

use super::{CONTRACT, telemetry};
use crate::dialect::{Route, document, refusal};
use crate::http::{Request, Response, Status};
use crate::operation::{Fault, RequestFault};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use serde_json::json;

const REALM: &str = "ionos";

pub(super) fn write(fault: &Fault, route: Option<&Route>, request: &Request) -> Response {
    let fault = &in_words(fault);
    let (status, message): (Status, Cow<'_, str>) = match fault {
        Fault::Request(problem) => (status(problem), problem.to_string().into()),
        Fault::Grant(_) => (Status::BAD_REQUEST, fault.to_string().into()),
        Fault::Unauthenticated(_) => (Status::UNAUTHORIZED, "Unauthorized".into()),
        Fault::Forbidden(_) | Fault::Quota(_) => (Status::FORBIDDEN, fault.to_string().into()),
        Fault::Missing(_) => (Status::NOT_FOUND, fault.to_string().into()),
        Fault::Conflict(_) => (Status::UNPROCESSABLE_CONTENT, fault.to_string().into()),
        Fault::TooMany { .. } => (Status::TOO_MANY_REQUESTS, fault.to_string().into()),
        Fault::Unavailable => (Status::SERVICE_UNAVAILABLE, "Service Unavailable".into()),
        Fault::Internal => (Status::INTERNAL_SERVER_ERROR, fault.to_string().into()),
    };
    let content = json!({
        "httpStatus": status.code(),
        "messages": [{ "errorCode": code(status), "message": message }],
    });
    let mut response = Response::json(status, content.to_string()).no_store();
    if let Fault::Unauthenticated(_) = fault {
        let scheme = if refusal::is_basic(request) && !telemetry::takes_no_password(route, request)
        {
            "Basic"
        } else {
            "Bearer"
        };
        let challenge = format!("{scheme} realm=\"{REALM}\"");
        response.headers.insert("www-authenticate", challenge);
    }
    refusal::write_headers(&mut response, fault);
    response
}

/// Fields that the vendor's APIs call otherwise than the domain.
const WORDS: &[(&str, &str)] = &[
    ("contract", CONTRACT),
    ("login", "email"),
    ("given_name", "firstname"),
    ("family_name", "lastname"),
    ("role", "administrator"),
    ("resource", "resourceId"),
];

/// The fault with the wire's name of its field.
fn in_words(fault: &Fault) -> Fault {
    let words = WORDS.iter();
    words
        .fold(Cow::Borrowed(fault), |fault, (domain, wire)| {
            Cow::Owned(document::renamed(&fault, domain, wire).into_owned())
        })
        .into_owned()
}

const fn status(problem: &RequestFault) -> Status {
    match problem {
        RequestFault::Path => Status::NOT_FOUND,
        RequestFault::Method(_) => Status::METHOD_NOT_ALLOWED,
        RequestFault::TooLarge => Status::CONTENT_TOO_LARGE,
        RequestFault::MediaType => Status::UNSUPPORTED_MEDIA_TYPE,
        RequestFault::Broken | RequestFault::Syntax(_) => Status::BAD_REQUEST,
        RequestFault::Field { .. } | RequestFault::Query(_) => Status::UNPROCESSABLE_CONTENT,
    }
}

fn code(status: Status) -> String {
    match status {
        Status::UNAUTHORIZED => "315".into(),
        other => other.code().to_string(),
    }
}
