//! The server as a Spin component: a handler of WASI HTTP over Spin's SQLite.
//! It holds nothing but conversion; all that is decided is decided by the
//! core, as natively.
//!
//! A host may give every request an instance of its own or many to one, so
//! nothing is kept between requests, and nothing is shared among them.
//!
//! <https://spinframework.dev>, <https://github.com/WebAssembly/wasi-http>

mod connection;
mod log;
mod variables;
mod wire;

use spin_sdk::wasip3::clocks::system_clock;
use spin_sdk::wasip3::exports::http::handler::Guest;
use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};
use spin_sdk::wasip3::random::random::get_random_bytes;
use touchmark_core::http;
use touchmark_core::operation::{Fault, Random};
use touchmark_core::store::sql::SchemaError;
use touchmark_core::time::Timestamp;

use self::connection::SpinConnection;
use crate::server::{Refusal, Server, read_peer, settings};

/// What the host calls.
#[derive(Debug)]
pub struct Component;

// Only a component has exports; their names are none that other linkers take.
#[cfg(target_family = "wasm")]
spin_sdk::wasip3::http::service::export!(Component);

impl Guest for Component {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        log::panics();
        let answer = answer(request).await.unwrap_or_else(|refusal| {
            log::write(&refusal);
            refused(&refusal)
        });
        wire::write(answer)
    }
}

async fn answer(request: Request) -> Result<http::Response, Refusal> {
    let variables = variables::read().await?;
    let settings = settings::read(|name| variables.get(name).cloned())?;
    settings.require_no_rate_limit()?;
    let connection = SpinConnection::open().await.map_err(SchemaError::Store)?;
    let server = Server::open(settings, connection, &HostRandom, now()).await?;
    let request = wire::read(request, server.content_limit()).await;
    // Any client may send a header. Which one the host sets, and so can be
    // believed, is a setting.
    let peer = variables
        .get(variables::PEER_HEADER)
        .and_then(|name| request.headers.first(name))
        .and_then(read_peer);
    Ok(server.answer(request, peer, &HostRandom, now()).await)
}

/// What a caller is told where the deployment cannot be opened.
fn refused(refusal: &Refusal) -> http::Response {
    let (status, error, fault) = if refusal.is_passing() {
        let status = http::Status::SERVICE_UNAVAILABLE;
        (status, "temporarily_unavailable", Fault::Unavailable)
    } else {
        let status = http::Status::INTERNAL_SERVER_ERROR;
        (status, "server_error", Fault::Internal)
    };
    let content = format!(r#"{{"error":"{error}","error_description":"{fault}"}}"#);
    http::Response::new(status)
        .with_header("cache-control", "no-store")
        .with_content("application/json", content)
}

/// The host's clock.
fn now() -> Timestamp {
    let now = system_clock::now();
    Timestamp::from_millis(now.seconds * 1000 + i64::from(now.nanoseconds / 1_000_000))
}

/// The host's randomness.
struct HostRandom;

impl Random for HostRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let drawn = get_random_bytes(bytes.len() as u64);
        assert_eq!(
            drawn.len(),
            bytes.len(),
            "the host hands over as many random bytes as it is asked for"
        );
        bytes.copy_from_slice(&drawn);
    }
}
