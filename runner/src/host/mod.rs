//! A deployment in this process: the core with everything that it must not
//! have of its own, which is clock, randomness and a store. The server and
//! the embedded deployment both are one of these; how requests reach it is
//! not its business.

mod passwords;
mod random;
mod records;
#[cfg(test)]
mod tests;
pub mod wire;

use passwords::Apart;
pub use random::{NoRandomness, SystemRandom};
pub use records::Records;

use core::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use touchmark_core::edge::{self, World};
use touchmark_core::http::{Request, Response};
use touchmark_core::operation::{
    self, Caller, ClientView, Configuration, Context, Deployment, Fault, FirstAdministrator, Keys,
    Preparation,
};
use touchmark_core::record::{System, Tenant};
use touchmark_core::store::Memory;
use touchmark_core::time::Timestamp;
use touchmark_core::token::Algorithm;

/// The tenant of a deployment that names none.
pub const TENANT: &str = "default";

/// A deployment with its records.
pub struct Host {
    deployment: Deployment,
    records: Records,
    tenant: Tenant,
    passwords: Apart,
}

impl Host {
    /// A host of this deployment that keeps its records there, for the tenant
    /// that all its requests are for.
    #[must_use]
    pub fn new(deployment: Deployment, records: Records, tenant: Tenant) -> Self {
        Self {
            deployment,
            records,
            tenant,
            passwords: Apart::on_half_of_the_cores(),
        }
    }

    /// A host that lives as long as this process: its keys are made now and its
    /// records are kept in memory.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has no randomness to make keys from.
    pub fn in_memory(origin: &str, configuration: Configuration) -> Result<Self, NoRandomness> {
        let random = SystemRandom::probe()?;
        let signing = random.signing_key(Algorithm::EdDsa);
        let mut deployment = Deployment::new(origin, Keys::new(signing, []), random.pepper());
        configuration.apply(&mut deployment);
        let tenant = Tenant::new(TENANT).expect("the name follows the rules");
        Ok(Self::new(
            deployment,
            Records::Memory(Memory::new()),
            tenant,
        ))
    }

    /// How the deployment is set up.
    #[must_use]
    pub const fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// Where it keeps its records.
    #[must_use]
    pub const fn records(&self) -> &Records {
        &self.records
    }

    /// Answers one request from this network address.
    pub async fn answer(&self, request: Request, peer: Option<IpAddr>) -> Response {
        let world = World {
            deployment: &self.deployment,
            store: &self.records,
            random: &SystemRandom,
            passwords: &self.passwords,
            now: now(),
            tenant: &self.tenant,
            peer,
        };
        edge::answer(request, &world).await
    }

    /// Registers the first administrator, unless there has been one.
    ///
    /// # Errors
    /// [`operation::bootstrap`] says which.
    pub async fn bootstrap(&self, first: FirstAdministrator) -> Result<Option<ClientView>, Fault> {
        operation::bootstrap(first, &self.context()).await
    }

    /// Whether there has been a first administrator.
    ///
    /// # Errors
    /// [`operation::is_bootstrapped`] says which.
    pub async fn is_bootstrapped(&self) -> Result<bool, Fault> {
        operation::is_bootstrapped(&self.context()).await
    }

    /// How far the store is prepared, if that was ever begun.
    ///
    /// # Errors
    /// [`operation::preparation`] says which.
    pub async fn preparation(&self) -> Result<Option<Preparation>, Fault> {
        operation::preparation(&self.context()).await
    }

    /// Marks how far the store is prepared.
    ///
    /// # Errors
    /// [`operation::mark_preparation`] says which.
    pub async fn mark_preparation(&self, state: Preparation) -> Result<(), Fault> {
        operation::mark_preparation(state, &self.context()).await
    }

    /// What an operation of the host itself works with.
    fn context(&self) -> Context<'_, Records> {
        Context {
            deployment: &self.deployment,
            store: &self.records,
            random: &SystemRandom,
            passwords: &self.passwords,
            now: now(),
            tenant: &self.tenant,
            system: System::Standard,
            caller: Caller::Anonymous,
            peer: None,
        }
    }
}

/// The time on this machine's clock. A clock before 1970 gives 1970.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the outermost layer, where the clock is read"
)]
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
