//! The server for JavaScript hosts: a fetch-style handler over the host's own
//! SQLite. It holds nothing but conversion; all that is decided is decided by
//! the core, as natively.
//!
//! The export is not called `fetch`: the loader that wasm-bindgen writes calls
//! the module's own `fetch` then, instead of the host's.

mod connection;
mod refusal;
mod stream;
mod upstream;
mod wire;

pub use connection::Sql;

use core::panic::AssertUnwindSafe;

use touchmark_core::operation::Random;
use touchmark_core::time::Timestamp;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use self::connection::JsConnection;
use self::upstream::Prometheus;
use crate::server::{Refusal, Server, read_peer, settings};

/// A deployment with its records, ready for requests.
#[wasm_bindgen]
pub struct Edge {
    // What the host brings along, such as a Prometheus elsewhere, is not known
    // to survive unwinding; it is only read as well.
    server: AssertUnwindSafe<Server<JsConnection>>,
}

impl core::fmt::Debug for Edge {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Edge")
            .field("tenant", self.server.tenant())
            .finish_non_exhaustive()
    }
}

// What unwinds past these calls is their own and gone with them: deployment
// and store are only read, and records change in the host's transactions.
#[wasm_bindgen]
impl Edge {
    /// Sets a deployment up from the host's variables, prepares its database,
    /// and registers its first administrator unless there has been one.
    ///
    /// # Errors
    /// An `Error` with a `code` that names the variable that is missing or
    /// wrong, or says that the database cannot be used.
    pub async fn open(variables: JsValue, sql: Sql) -> Result<Self, JsValue> {
        let opened = AssertUnwindSafe(Self::set_up(&variables, sql)).await;
        opened.map_err(JsValue::from)
    }

    /// Answers a request: a `Request`, or any object with its members
    /// `method`, `url`, `headers` and `body`. `peer` is the caller's address
    /// where the host knows it, never a header that anybody may set.
    ///
    /// # Errors
    /// What the host throws when it makes a response, and a bug of the core;
    /// what the core refuses is a response.
    pub async fn handle(
        &self,
        request: web_sys::Request,
        peer: Option<String>,
    ) -> Result<web_sys::Response, JsValue> {
        AssertUnwindSafe(self.answer(&request, peer)).await
    }
}

impl Edge {
    async fn set_up(variables: &JsValue, sql: Sql) -> Result<Self, Refusal> {
        let variable = |name: &str| {
            js_sys::Reflect::get(variables, &name.into())
                .ok()?
                .as_string()
        };
        let mut settings = settings::read(variable)?;
        if let Some(upstream) = upstream::settings::read(variable)? {
            let prometheus = Prometheus::open(upstream)?;
            settings.deployment.telemetry.upstream = Some(Box::new(prometheus));
        }
        let connection = JsConnection::new(sql);
        let server = Server::open(settings, connection, &HostRandom, now()).await?;
        Ok(Self {
            server: AssertUnwindSafe(server),
        })
    }

    async fn answer(
        &self,
        request: &web_sys::Request,
        peer: Option<String>,
    ) -> Result<web_sys::Response, JsValue> {
        let request = wire::read(request, self.server.content_limit()).await?;
        let peer = peer.as_deref().and_then(read_peer);
        let answer = self.server.answer(request, peer, &HostRandom, now());
        wire::write(&answer.await)
    }
}

/// The host's clock.
fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

/// The host's randomness.
struct HostRandom;

impl Random for HostRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("every host has crypto.getRandomValues");
    }
}
