//! The server for JavaScript hosts: a fetch-style handler over the host's own
//! SQLite. It holds nothing but conversion; all that is decided is decided by
//! the core, as natively.
//!
//! The export is not called `fetch`: the loader that wasm-bindgen writes calls
//! the module's own `fetch` then, instead of the host's.

mod connection;
mod refusal;
mod settings;
mod wire;

pub use connection::Sql;

use core::net::IpAddr;
use core::panic::AssertUnwindSafe;

use touchmark_core::edge::{self, World};
use touchmark_core::operation::{self, Caller, Context, Deployment, FirstAdministrator, Random};
use touchmark_core::record::{System, Tenant};
use touchmark_core::store::sql::SqlStore;
use touchmark_core::time::Timestamp;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use self::connection::JsConnection;
use self::refusal::Refusal;

/// A deployment with its records, ready for requests.
#[wasm_bindgen]
pub struct Edge {
    deployment: Deployment,
    store: SqlStore<JsConnection>,
    tenant: Tenant,
}

impl core::fmt::Debug for Edge {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Edge")
            .field("tenant", &self.tenant)
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
        let settings = settings::read(variables)?;
        let opened = Self {
            deployment: settings.deployment,
            store: SqlStore::open(JsConnection::new(sql)).await?,
            tenant: settings.tenant,
        };
        let context = Context {
            deployment: &opened.deployment,
            store: &opened.store,
            random: &HostRandom,
            now: now(),
            tenant: &opened.tenant,
            system: System::Standard,
            caller: Caller::Anonymous,
            peer: None,
        };
        let first = FirstAdministrator {
            client_id: Some(settings.admin_id),
            secret: Some(settings.admin_secret),
        };
        operation::bootstrap(first, &context).await?;
        Ok(opened)
    }

    async fn answer(
        &self,
        request: &web_sys::Request,
        peer: Option<String>,
    ) -> Result<web_sys::Response, JsValue> {
        let limit = self.deployment.limits.content_bytes;
        let request = wire::read(request, limit).await?;
        let world = World {
            deployment: &self.deployment,
            store: &self.store,
            random: &HostRandom,
            now: now(),
            tenant: &self.tenant,
            peer: peer.and_then(|peer| peer.parse::<IpAddr>().ok()),
        };
        wire::write(&edge::answer(request, &world).await)
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
