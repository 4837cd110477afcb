//! The stores that a native host may keep its records in, as one type, so that
//! nothing else asks which it is. What a store says of its failures is for the
//! log and ends here: the core tells callers only that it is unavailable.

use touchmark_core::record::Tenant;
use touchmark_core::store::{Batch, Entry, Key, Memory, Range, SqlStore, Store, StoreError};

use crate::sqlite::Sqlite;

/// Where a native host keeps its records.
#[derive(Debug)]
pub enum Records {
    /// In memory: gone with the process.
    Memory(Memory),
    /// In an SQLite file.
    Sqlite(SqlStore<Sqlite>),
}

impl Records {
    /// Ends gracefully: what waits to be written is. It blocks until then.
    pub fn close(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Sqlite(store) => store.connection().close(),
        }
    }
}

/// Passes a call on to the store that there is.
macro_rules! passed_on {
    ($self:ident, $store:ident => $call:expr) => {
        match $self {
            Self::Memory($store) => $call.await,
            Self::Sqlite($store) => told($call.await),
        }
    };
}

impl Store for Records {
    async fn get(&self, tenant: &Tenant, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        passed_on!(self, store => store.get(tenant, keys))
    }

    async fn scan(&self, tenant: &Tenant, range: &Range) -> Result<Vec<(Key, Entry)>, StoreError> {
        passed_on!(self, store => store.scan(tenant, range))
    }

    async fn count(&self, tenant: &Tenant, range: &Range) -> Result<u64, StoreError> {
        passed_on!(self, store => store.count(tenant, range))
    }

    async fn commit(&self, tenant: &Tenant, batch: &Batch) -> Result<(), StoreError> {
        passed_on!(self, store => store.commit(tenant, batch))
    }
}

/// Tells the log of a failure.
fn told<T>(result: Result<T, StoreError>) -> Result<T, StoreError> {
    if let Err(error) = &result
        && let Some(detail) = error.detail()
    {
        tracing::warn!(detail, "{error}");
    }
    result
}
