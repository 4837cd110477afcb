//! The server as every WebAssembly host runs it: a deployment over the host's
//! SQLite. It holds nothing but the way in; all that is decided is decided by
//! the core, as natively. What differs between hosts is given to it: a
//! connection, the variables, randomness, the time and the request.

mod content;
mod refusal;
pub(crate) mod settings;
mod text;

use core::net::IpAddr;

use touchmark_core::edge::{self, World};
use touchmark_core::http::{Request, Response};
use touchmark_core::operation::{
    self, AtOnce, Caller, Context, Deployment, FirstAdministrator, Random,
};
use touchmark_core::record::{System, Tenant};
use touchmark_core::store::sql::{Connection, SqlStore};
use touchmark_core::time::Timestamp;

pub(crate) use self::content::{Content, Part};
pub(crate) use self::refusal::Refusal;
use self::settings::Settings;
pub(crate) use self::text::{field_value, read_peer};

/// A deployment with its records, ready for requests.
pub(crate) struct Server<C> {
    deployment: Deployment,
    store: SqlStore<C>,
    tenant: Tenant,
}

impl<C: Connection> Server<C> {
    /// Prepares the database, and registers the first administrator unless
    /// there has been one.
    pub(crate) async fn open(
        settings: Settings,
        connection: C,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let opened = Self {
            deployment: settings.deployment,
            store: SqlStore::open(connection).await?,
            tenant: settings.tenant,
        };
        let context = Context {
            deployment: &opened.deployment,
            store: &opened.store,
            random,
            passwords: &AtOnce,
            now,
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

    /// Answers a request.
    pub(crate) async fn answer(
        &self,
        request: Request,
        peer: Option<IpAddr>,
        random: &dyn Random,
        now: Timestamp,
    ) -> Response {
        let world = World {
            deployment: &self.deployment,
            store: &self.store,
            random,
            passwords: &AtOnce,
            now,
            tenant: &self.tenant,
            peer,
        };
        edge::answer(request, &world).await
    }

    /// The most bytes of content that are kept of one request.
    pub(crate) const fn content_limit(&self) -> usize {
        self.deployment.limits.content_bytes
    }

    /// The tenant whose records these are.
    #[cfg(feature = "edge")]
    pub(crate) const fn tenant(&self) -> &Tenant {
        &self.tenant
    }
}
