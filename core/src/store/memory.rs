//! A store that forgets: an ordered map behind a lock, for tests, for the
//! embedded deployment and for servers that need nothing to last.

use alloc::{collections::BTreeMap, vec::Vec};

use spin::RwLock;

use super::{
    Batch, Check, Direction, Entry, Key, MAX_KEYS, Range, Refusal, Store, StoreError, Write,
};
use crate::record::Tenant;

/// Records in memory.
///
/// The lock spins, because `no_std` has no other; it is held for map look-ups
/// only, never across an await.
#[derive(Debug, Default)]
pub struct Memory {
    partitions: RwLock<BTreeMap<Tenant, Partition>>,
}

type Partition = BTreeMap<Key, Entry>;

impl Memory {
    /// An empty store.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            partitions: RwLock::new(BTreeMap::new()),
        }
    }

    /// The entries of a range in ascending order, given to `read`.
    fn visit<T>(
        &self,
        tenant: &Tenant,
        range: &Range,
        read: impl FnOnce(&mut dyn DoubleEndedIterator<Item = (&Key, &Entry)>) -> T,
    ) -> T {
        let (low, high) = range.bounds();
        let (low, high) = (Key::from_stored(low), Key::from_stored(high));
        let partitions = self.partitions.read();
        match partitions.get(tenant) {
            Some(partition) if low < high => read(&mut partition.range(low..high)),
            _ => read(&mut core::iter::empty()),
        }
    }
}

impl Store for Memory {
    async fn get(&self, tenant: &Tenant, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        if keys.len() > MAX_KEYS {
            return Err(Refusal::TooManyKeys.into());
        }
        keys.iter().try_for_each(Key::admit)?;
        let partitions = self.partitions.read();
        let partition = partitions.get(tenant);
        let read = |key| partition.and_then(|partition| partition.get(key)).cloned();
        Ok(keys.iter().map(read).collect())
    }

    async fn scan(&self, tenant: &Tenant, range: &Range) -> Result<Vec<(Key, Entry)>, StoreError> {
        let limit = range.page()?;
        let owned = |(key, entry): (&Key, &Entry)| (key.clone(), entry.clone());
        Ok(self.visit(tenant, range, |entries| match range.order() {
            Direction::Ascending => entries.take(limit).map(owned).collect(),
            Direction::Descending => entries.rev().take(limit).map(owned).collect(),
        }))
    }

    async fn count(&self, tenant: &Tenant, range: &Range) -> Result<u64, StoreError> {
        Ok(self.visit(tenant, range, |entries| entries.map(|_| 1).sum()))
    }

    async fn commit(&self, tenant: &Tenant, batch: &Batch) -> Result<(), StoreError> {
        batch.admit()?;
        let mut partitions = self.partitions.write();
        let current = partitions.get(tenant);
        let holds = |check: &Check| {
            let entry = current.and_then(|partition| partition.get(check.key()));
            match check {
                Check::Absent(_) => entry.is_none(),
                Check::Is(_, version) => entry.is_some_and(|entry| entry.version == *version),
            }
        };
        if !batch.checks.iter().all(holds) {
            return Err(StoreError::Conflict);
        }
        let partition = partitions.entry(tenant.clone()).or_default();
        for write in &batch.writes {
            match write {
                Write::Put(key, value) => {
                    let entry = Entry {
                        version: batch.stamp,
                        value: value.clone(),
                    };
                    partition.insert(key.clone(), entry);
                }
                Write::Delete(key) => {
                    partition.remove(key);
                }
            }
        }
        Ok(())
    }
}
