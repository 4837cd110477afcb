//! The HTTP server around the component: connections, the answer to a trap,
//! and the end.

use core::convert::Infallible;
use core::net::SocketAddr;
use core::time::Duration;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::host::Host;

/// How long requests under way may take once the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until SIGTERM.
pub(crate) async fn until_asked_to_end(listener: TcpListener, host: Host) -> wasmtime::Result<()> {
    let host = Arc::new(host);
    let mut end = signal(SignalKind::terminate())?;
    let connections = GracefulShutdown::new();
    loop {
        let (stream, caller) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = end.recv() => break,
        };
        let host = Arc::clone(&host);
        let answer = service_fn(move |request| answer(Arc::clone(&host), request, caller));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), answer);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // A caller who went away is no event.
            let _ = connection.await;
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, connections.shutdown()).await;
    Ok(())
}

async fn answer(
    host: Arc<Host>,
    request: Request<Incoming>,
    caller: SocketAddr,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let answered = host.answer(request, caller).await;
    let response = answered.unwrap_or_else(|error| {
        eprintln!("touchmark-wasmtime: {error:#}");
        let mut response = Response::new(Bytes::from_static(b"the component failed\n"));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    });
    Ok(response.map(Full::new))
}
