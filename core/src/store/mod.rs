//! The store: a small contract between the domain and whatever keeps its
//! records. One aggregate is one [`Key`] in the partition of one [`Tenant`];
//! its value is a JSON document as text, which the store does not look into.
//!
//! A change is a [`Batch`]: versions that must still be true, and writes.
//! It is applied whole or not at all, and once it is acknowledged it survives
//! the death of the process. The laws are code: the feature `contract` has them.

mod batch;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod error;
mod key;
mod memory;
mod range;
pub mod sql;

use alloc::vec::Vec;

pub use batch::{Batch, Check, Version, Write};
pub use error::{Detail, Refusal, StoreError};
pub use key::Key;
pub use memory::Memory;
pub use range::{Direction, Range};
pub use sql::SqlStore;

use crate::record::Tenant;

/// One stored value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The stamp of the batch which wrote it. It changes with every write, also
    /// when a key is deleted and written anew.
    pub version: Version,
    /// The value, byte for byte as it was put.
    pub value: alloc::string::String,
}

/// The most keys of one [`Store::get`].
pub const MAX_KEYS: usize = 1000;
/// The most entries that one [`Store::scan`] answers.
pub const MAX_PAGE: usize = 1000;
/// The most writes of one batch.
pub const MAX_WRITES: usize = 4000;
/// The most checks of one batch.
pub const MAX_CHECKS: usize = 4000;
/// The longest key, in bytes, escapes included.
pub const MAX_KEY_BYTES: usize = 1024;
/// The longest value, in bytes. Durable Objects allow 2 MB a row, key included.
pub const MAX_VALUE_BYTES: usize = 1_990_000;
/// The most bytes of the keys and values that one batch writes.
pub const MAX_BATCH_BYTES: usize = 40 * 1024 * 1024;

/// What keeps the records.
///
/// The futures carry no `Send` bound, because JS hosts have one thread; the
/// concrete futures of the native stores are `Send`, which a test proves.
/// Every operation first refuses what exceeds the limits of this module with
/// [`StoreError::Refused`], alike in every store.
pub trait Store {
    /// Reads many keys in one round trip, as of one moment. The answers are in
    /// the order of `keys`; a key may be asked for twice.
    fn get(
        &self,
        tenant: &Tenant,
        keys: &[Key],
    ) -> impl Future<Output = Result<Vec<Option<Entry>>, StoreError>>;

    /// Reads a page of entries in the bytewise order of their keys. If it has
    /// as many as the limit of the range, there may be more after the last one.
    fn scan(
        &self,
        tenant: &Tenant,
        range: &Range,
    ) -> impl Future<Output = Result<Vec<(Key, Entry)>, StoreError>>;

    /// Counts the entries of a range, whatever its limit is.
    fn count(
        &self,
        tenant: &Tenant,
        range: &Range,
    ) -> impl Future<Output = Result<u64, StoreError>>;

    /// Applies a batch if all its checks hold, whole or not at all.
    ///
    /// After [`StoreError::Ambiguous`] a caller finds out by reading any key
    /// that the batch puts: it carries the stamp of the batch if it was applied
    /// and nobody has written since.
    fn commit(
        &self,
        tenant: &Tenant,
        batch: &Batch,
    ) -> impl Future<Output = Result<(), StoreError>>;
}

impl<S: Store + ?Sized> Store for &S {
    fn get(
        &self,
        tenant: &Tenant,
        keys: &[Key],
    ) -> impl Future<Output = Result<Vec<Option<Entry>>, StoreError>> {
        S::get(self, tenant, keys)
    }

    fn scan(
        &self,
        tenant: &Tenant,
        range: &Range,
    ) -> impl Future<Output = Result<Vec<(Key, Entry)>, StoreError>> {
        S::scan(self, tenant, range)
    }

    fn count(
        &self,
        tenant: &Tenant,
        range: &Range,
    ) -> impl Future<Output = Result<u64, StoreError>> {
        S::count(self, tenant, range)
    }

    fn commit(
        &self,
        tenant: &Tenant,
        batch: &Batch,
    ) -> impl Future<Output = Result<(), StoreError>> {
        S::commit(self, tenant, batch)
    }
}
