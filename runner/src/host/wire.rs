//! Requests and responses of the `hyper` crate to the plain values of the core
//! and back. The server and the embedded deployment both go through here, so
//! that the same request means the same to either.

use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use touchmark_core::http::{Body, Headers, Method, Request, Response};

/// A header field has a value that is not text. The core is not asked then;
/// the transport answers with 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// The head of a request, and no content yet.
///
/// # Errors
/// [`NotText`] for a field value that is not UTF-8.
pub fn read_head(head: &Parts) -> Result<Request, NotText> {
    let mut headers = Headers::new();
    for (name, value) in &head.headers {
        let value = core::str::from_utf8(value.as_bytes()).map_err(|_| NotText)?;
        headers.append(name.as_str(), value);
    }
    Ok(Request {
        method: Method::read(head.method.as_str()),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers,
        body: Body::Whole(Vec::new()),
    })
}

/// A response and its content. A field that HTTP cannot carry is left out;
/// the dialects write none.
#[must_use]
pub fn write_response(response: Response) -> hyper::Response<Bytes> {
    let code = hyper::StatusCode::from_u16(response.status.code())
        .expect("a status of the core is between 100 and 599");
    let mut written = hyper::Response::new(Bytes::from(response.body));
    *written.status_mut() = code;
    for (name, value) in response.headers.iter() {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            written.headers_mut().append(name, value);
        }
    }
    written
}
