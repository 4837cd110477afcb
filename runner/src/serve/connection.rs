//! One connection, one request: from `hyper` to the core and back. What is not
//! HTTP as the core takes it is answered here with a bare status; every other
//! refusal is written by a dialect.

use core::convert::Infallible;
use core::net::IpAddr;
use core::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{EXPECT, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use ipnet::IpNet;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

use super::content::{Buffers, Sending, Unread};
use super::forwarded;
use super::settings::{Settings, Timeouts};
use crate::host::{Host, wire};

/// The most header fields of a request.
const MAX_FIELDS: usize = 100;
/// The most bytes of a request's head.
const MAX_HEAD: usize = 64 * 1024;

/// What all connections share.
pub(super) struct Site {
    host: Arc<Host>,
    proxies: Vec<IpNet>,
    buffers: Buffers,
}

impl Site {
    pub(super) fn new(host: Host, settings: &Settings) -> Self {
        let limits = &settings.limits;
        let buffers = Buffers::new(
            limits.buffered,
            limits.request.content_bytes,
            settings.timeouts.content,
        );
        Self {
            host: Arc::new(host),
            proxies: settings.proxies.clone(),
            buffers,
        }
    }

    pub(super) const fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Answers one request and tells the log of it, without its query, which
    /// may have a secret in it.
    async fn answer(&self, request: Request<Incoming>, remote: IpAddr) -> Response<Full<Bytes>> {
        let started = Instant::now();
        let (head, content) = request.into_parts();
        let (caller, response) = match wire::read_head(&head) {
            _ if size(&head) > MAX_HEAD => {
                let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
                (remote, bare(status))
            }
            Err(wire::NotText) => (remote, bare(StatusCode::BAD_REQUEST)),
            Ok(asked) => {
                let caller = forwarded::caller(remote, &asked.headers, &self.proxies);
                let response = self.read_and_answer(asked, &head.headers, content, caller);
                (caller, response.await)
            }
        };
        tracing::debug!(
            method = %head.method,
            path = head.uri.path(),
            status = response.status().as_u16(),
            micros = started.elapsed().as_micros(),
            %caller,
            "request"
        );
        response.map(Full::new)
    }

    async fn read_and_answer(
        &self,
        mut asked: touchmark_core::http::Request,
        headers: &HeaderMap,
        content: Incoming,
        caller: IpAddr,
    ) -> Response<Bytes> {
        let sending = match headers.contains_key(EXPECT) {
            true => Sending::WhenAsked,
            false => Sending::AtOnce,
        };
        // The room that content takes is given back when the answer is there.
        let mut held = match self.buffers.read(content, sending).await {
            Ok(held) => held,
            Err(Unread::TooSlow) => return bare(StatusCode::REQUEST_TIMEOUT),
            Err(Unread::NoRoom) => {
                let mut response = bare(StatusCode::SERVICE_UNAVAILABLE);
                response.headers_mut().insert(RETRY_AFTER, 1.into());
                return response;
            }
        };
        asked.body = core::mem::replace(&mut held.body, touchmark_core::http::Body::Broken);
        let answer = AssertUnwindSafe(self.host.answer(asked, Some(caller)));
        match answer.catch_unwind().await {
            Ok(response) => wire::write_response(response),
            Err(_) => {
                tracing::error!("a request made the server panic; please report it");
                bare(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

/// About how many bytes a head has. The transport gives up on a head that
/// does not fit its buffer, but takes one that happens to arrive whole.
fn size(head: &Parts) -> usize {
    let fields = head.headers.iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len());
    let target = head
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    target + fields.sum::<usize>()
}

fn bare(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Answers the requests of one connection, one after the other. A client that
/// asks and does not take the answers is cut off.
pub(super) fn serve(
    stream: TcpStream,
    remote: IpAddr,
    site: Arc<Site>,
    timeouts: &Timeouts,
) -> impl GracefulConnection<Error = hyper::Error> + use<> {
    let answer = service_fn(move |request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(site.answer(request, remote).await) }
    });
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(timeouts.answer));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .max_headers(MAX_FIELDS)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Box::pin(stream)), answer)
}
