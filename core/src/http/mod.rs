//! HTTP as plain values: what a host hands in and what it sends back.
//!
//! Nothing here does I/O. A host converts its own request into [`Request`],
//! calls [`crate::edge::answer`] and converts the [`Response`] back; the
//! dialects read and write these values and nothing else. Semantics are those
//! of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110).

mod authorization;
mod encoding;
mod form;
mod headers;
mod path;

pub use authorization::{Authorization, AuthorizationError, BasicPair, write_basic};
pub use encoding::{decode_component, encode_component, encode_form_component};
pub use form::{FormError, MAX_PAIRS, Pairs};
pub use headers::Headers;
pub use path::{Captures, Template};

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A request method. Only the methods that a dialect may offer have a name of
/// their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// Any other method; no route has one, so it is always refused with 405.
    Other,
}

impl Method {
    /// Reads the method token, which is case-sensitive.
    #[must_use]
    pub fn read(token: &str) -> Self {
        match token {
            "GET" => Self::Get,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            _ => Self::Other,
        }
    }

    /// The method token; an unnamed method has none of its own.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Other => "OTHER",
        }
    }
}

/// A status code between 100 and 599.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Status(u16);

impl Status {
    /// 200
    pub const OK: Self = Self(200);
    /// 201
    pub const CREATED: Self = Self(201);
    /// 202
    pub const ACCEPTED: Self = Self(202);
    /// 400
    pub const BAD_REQUEST: Self = Self(400);
    /// 401
    pub const UNAUTHORIZED: Self = Self(401);
    /// 402
    pub const PAYMENT_REQUIRED: Self = Self(402);
    /// 403
    pub const FORBIDDEN: Self = Self(403);
    /// 404
    pub const NOT_FOUND: Self = Self(404);
    /// 405
    pub const METHOD_NOT_ALLOWED: Self = Self(405);
    /// 409
    pub const CONFLICT: Self = Self(409);
    /// 413
    pub const CONTENT_TOO_LARGE: Self = Self(413);
    /// 415
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self(415);
    /// 422
    pub const UNPROCESSABLE_CONTENT: Self = Self(422);
    /// 429
    pub const TOO_MANY_REQUESTS: Self = Self(429);
    /// 500
    pub const INTERNAL_SERVER_ERROR: Self = Self(500);
    /// 502
    pub const BAD_GATEWAY: Self = Self(502);
    /// 503
    pub const SERVICE_UNAVAILABLE: Self = Self(503);

    /// A status from its number, if that is one.
    #[must_use]
    pub const fn of(code: u16) -> Option<Self> {
        if code >= 100 && code <= 599 {
            Some(Self(code))
        } else {
            None
        }
    }

    /// The number.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }

    /// Whether the request succeeded (2xx).
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 >= 200 && self.0 < 300
    }

    /// The reason phrase of RFC 9110 for the codes that dialects answer with.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self.0 {
            200 => "OK",
            201 => "Created",
            202 => "Accepted",
            204 => "No Content",
            400 => "Bad Request",
            401 => "Unauthorized",
            402 => "Payment Required",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            422 => "Unprocessable Content",
            429 => "Too Many Requests",
            500 => "Internal Server Error",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            _ => "",
        }
    }
}

/// A request body as the host received it.
///
/// A host reads at most the deployment's limit. What it could not read it says
/// here, so that the refusal is written by the dialect in its own shape.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// All bytes arrived.
    Whole(Vec<u8>),
    /// The body is larger than the deployment reads; answered with 413.
    TooLarge,
    /// The stream broke before its end; answered with 400.
    Broken,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::TooLarge => f.write_str("TooLarge"),
            Self::Broken => f.write_str("Broken"),
        }
    }
}

/// A request: method, origin-form target, headers and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path as it stood on the wire, percent-encoded, starting with `/`.
    pub path: String,
    /// The query without its `?`; empty when there is none.
    pub query: String,
    /// The header fields.
    pub headers: Headers,
    /// The content.
    pub body: Body,
}

impl Request {
    /// A request without query, headers or content.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: String::new(),
            headers: Headers::new(),
            body: Body::Whole(Vec::new()),
        }
    }

    /// Splits an origin-form target (`/path?query`) into this request.
    #[must_use]
    pub fn to_target(method: Method, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            query: query.into(),
            ..Self::new(method, path)
        }
    }

    /// The same request with a header field added.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same request with this content and its media type.
    #[must_use]
    pub fn with_content(mut self, media_type: &str, content: impl Into<Vec<u8>>) -> Self {
        self.headers.insert("content-type", media_type);
        self.body = Body::Whole(content.into());
        self
    }

    /// The media type of the content in lower case, without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        self.headers.media_type()
    }
}

/// A response: status, headers and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: Status,
    /// The header fields.
    pub headers: Headers,
    /// The content; empty when there is none.
    pub body: Vec<u8>,
}

impl Response {
    /// A response without content.
    #[must_use]
    pub const fn new(status: Status) -> Self {
        Self {
            status,
            headers: Headers::new(),
            body: Vec::new(),
        }
    }

    /// A response with a JSON document. The media type is exactly
    /// `application/json`: the Klarity client libraries look the whole header
    /// value up and know no other spelling.
    #[must_use]
    pub fn json(status: Status, document: impl Into<Vec<u8>>) -> Self {
        Self::new(status).with_content("application/json", document)
    }

    /// The same response with a header field added.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same response with this content and its media type.
    #[must_use]
    pub fn with_content(mut self, media_type: &str, content: impl Into<Vec<u8>>) -> Self {
        self.headers.insert("content-type", media_type);
        self.body = content.into();
        self
    }

    /// The same response marked as not to be stored (RFC 9111), with the
    /// HTTP/1.0 form that RFC 6749 asks for beside it.
    #[must_use]
    pub fn no_store(self) -> Self {
        self.with_header("cache-control", "no-store")
            .with_header("pragma", "no-cache")
    }
}
