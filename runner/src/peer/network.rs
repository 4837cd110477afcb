//! The network: HTTP/1.1 over TCP or TLS, connections kept open.
//!
//! There are two clients, so that a run against a plain URL never loads
//! certificates. Environment variables for proxies are not read.

use super::{BODY_LIMIT, PeerError, Request, Unsendable, Url};
use core::error::Error;
use core::time::Duration;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::sync::OnceLock;
use touchmark_core::http::{Headers, Response, Status};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const USER_AGENT: &str = concat!("touchmark/", env!("CARGO_PKG_VERSION"));
/// Headers that frame the message: a wrong value would break the connection.
const OWN_HEADERS: [&str; 4] = [
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
];

type Secure = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

pub(super) struct Network {
    plain: Client<HttpConnector, Full<Bytes>>,
    secure: OnceLock<Result<Secure, String>>,
}

impl Network {
    pub(super) fn new() -> Self {
        Self {
            plain: client(connector()),
            secure: OnceLock::new(),
        }
    }

    pub(super) async fn send(&self, request: &Request) -> Result<Response, PeerError> {
        let message = message(request)?;
        let response = if request.url.is_secure() {
            match self.secure.get_or_init(secure_client) {
                Ok(client) => client.request(message).await,
                Err(cause) => {
                    return Err(PeerError::NoTrustedRoots {
                        cause: cause.clone(),
                    });
                }
            }
        } else {
            self.plain.request(message).await
        };
        read(response.map_err(|error| unanswered(&error, &request.url))?).await
    }
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT_WITHIN));
    connector.enforce_http(false);
    connector
}

fn secure_client() -> Result<Secure, String> {
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| error.to_string())?
        .https_only()
        .enable_http1()
        .wrap_connector(connector());
    Ok(client(connector))
}

fn client<C: Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector)
}

/// The request as hyper takes it.
fn message(request: &Request) -> Result<hyper::Request<Full<Bytes>>, PeerError> {
    Ok(head(request)?.map(|()| Full::from(request.body.clone())))
}

/// The head of a request as hyper takes it.
pub(super) fn head(request: &Request) -> Result<hyper::Request<()>, PeerError> {
    let method = hyper::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| PeerError::Unsendable(Unsendable::Method))?;
    // RFC 9110 section 8.6; hyper leaves it out and some servers insist on it.
    let says_empty = request.body.is_empty() && matches!(method.as_str(), "POST" | "PUT" | "PATCH");
    let mut message = hyper::Request::new(());
    *message.method_mut() = method;
    *message.uri_mut() = request.url.uri().clone();
    let headers = message.headers_mut();
    headers.insert(
        hyper::header::USER_AGENT,
        HeaderValue::from_static(USER_AGENT),
    );
    headers.insert(hyper::header::ACCEPT, HeaderValue::from_static("*/*"));
    if says_empty {
        headers.insert(hyper::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    for (name, _) in request.headers.iter() {
        if OWN_HEADERS.contains(&name) {
            return Err(PeerError::Unsendable(Unsendable::OwnHeader {
                name: name.to_owned(),
            }));
        }
        headers.remove(name);
    }
    for (name, value) in request.headers.iter() {
        let unsendable = || {
            PeerError::Unsendable(Unsendable::Header {
                name: name.to_owned(),
            })
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
        headers.append(
            name,
            HeaderValue::from_str(value).map_err(|_| unsendable())?,
        );
    }
    Ok(message)
}

async fn read(response: hyper::Response<Incoming>) -> Result<Response, PeerError> {
    let (head, body) = response.into_parts();
    let code = head.status.as_u16();
    let status = Status::of(code).ok_or_else(|| PeerError::Broken {
        cause: format!("{code} is no HTTP status"),
    })?;
    let mut headers = Headers::new();
    for (name, value) in &head.headers {
        headers.append(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    let body = Limited::new(body, BODY_LIMIT)
        .collect()
        .await
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                PeerError::TooLarge
            } else {
                PeerError::Broken {
                    cause: innermost(error.as_ref()),
                }
            }
        })?;
    Ok(Response {
        status,
        headers,
        body: body.to_bytes().into(),
    })
}

/// Tells a peer that is not there from one that cannot be trusted and from one
/// that is there but does not finish.
fn unanswered(error: &legacy::Error, url: &Url) -> PeerError {
    let cause = innermost(error);
    if !error.is_connect() {
        return PeerError::Broken { cause };
    }
    let origin = url.origin();
    if is_about_tls(error) {
        PeerError::Untrusted { origin, cause }
    } else {
        PeerError::Unreachable { origin, cause }
    }
}

fn is_about_tls(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<rustls::Error>())
}

/// The deepest cause says what happened; the ones above say where in hyper.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// An error and what caused it. An `io::Error` speaks for the error that it
/// wraps, so its own `source` leaves that one out.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    core::iter::successors(
        Some(error),
        |&error: &&'a (dyn Error + 'static)| match error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        },
    )
}
