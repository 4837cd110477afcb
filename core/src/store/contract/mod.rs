//! The laws of a store, written once. Every adapter passes them: the tests of
//! this crate, of the runner and of the WebAssembly hosts call [`uphold_all`].
//! [`Faulty`] makes any store fail on demand, for the tests of what stands on it.
//!
//! A broken law is an answer, not a panic, so that a host without a test
//! harness can report it.

mod change;
mod faulty;
mod order;
mod race;
mod size;
#[cfg(test)]
mod tests;

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

pub use faulty::{Faulty, Mishap, Moment};

use super::{Batch, Direction, Entry, Key, Range, Store, StoreError, Version};
use crate::record::Tenant;

/// What every store must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// What was written is read, byte for byte, and in the order asked for.
    ReadYourWrites,
    /// An entry has the stamp of the batch which wrote it, also after it was
    /// deleted and written anew.
    Versions,
    /// A batch is applied if and only if all its checks held before it.
    Checks,
    /// A batch which is not applied leaves nothing, and one which is, everything.
    Atomicity,
    /// Scans answer exactly the keys of their range, in bytewise order.
    Order,
    /// Pages, put together, are the range.
    Paging,
    /// A count is the number of entries that a scan answers.
    Count,
    /// Tenants see nothing of each other.
    Isolation,
    /// Batches up to the limits are applied whole.
    BigBatches,
    /// Values up to the limit come back as they were.
    LargeValues,
    /// What exceeds a limit is refused for that limit, and nothing happens.
    Limits,
    /// Of many that change the same entry at once, exactly one succeeds.
    Race,
}

impl Law {
    /// All laws.
    pub const ALL: [Self; 12] = [
        Self::ReadYourWrites,
        Self::Versions,
        Self::Checks,
        Self::Atomicity,
        Self::Order,
        Self::Paging,
        Self::Count,
        Self::Isolation,
        Self::BigBatches,
        Self::LargeValues,
        Self::Limits,
        Self::Race,
    ];
}

/// A law that a store breaks, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The law.
    pub law: Law,
    /// What the store did or did not do.
    pub broken: Broken,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.law, self.broken.0)
    }
}

impl core::error::Error for Violation {}

/// What a store did or did not do, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(String);

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self(alloc::format!("unexpected: {error:?}"))
    }
}

/// Tries a store against one law. It works in two tenants of its own, which it
/// empties first, so that a store which lasts may be tried again.
///
/// # Errors
/// [`Violation`] says what the store did wrong.
pub async fn uphold<S: Store>(law: Law, store: &S) -> Result<(), Violation> {
    let outcome = async {
        let ground = Ground::prepare(store).await?;
        match law {
            Law::ReadYourWrites => change::read_your_writes(&ground).await,
            Law::Versions => change::versions(&ground).await,
            Law::Checks => change::checks(&ground).await,
            Law::Atomicity => change::atomicity(&ground).await,
            Law::Order => order::order(&ground).await,
            Law::Paging => order::paging(&ground).await,
            Law::Count => order::count(&ground).await,
            Law::Isolation => order::isolation(&ground).await,
            Law::BigBatches => size::big_batches(&ground).await,
            Law::LargeValues => size::large_values(&ground).await,
            Law::Limits => size::limits(&ground).await,
            Law::Race => race::race(&ground).await,
        }
    };
    outcome.await.map_err(|broken| Violation { law, broken })
}

/// Tries all laws, each with a store that `open` makes; it may be the same one.
///
/// # Errors
/// All violations, at most one for each law.
pub async fn uphold_all<S: Store>(open: impl AsyncFn() -> S) -> Result<(), Vec<Violation>> {
    let mut violations = Vec::new();
    for law in Law::ALL {
        violations.extend(uphold(law, &open().await).await.err());
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violations)
    }
}

/// Where a law is tried: a store, two empty tenants, and fresh stamps.
struct Ground<'a, S> {
    store: &'a S,
    tenant: Tenant,
    other: Tenant,
    stamps: AtomicU64,
}

impl<'a, S: Store> Ground<'a, S> {
    async fn prepare(store: &'a S) -> Result<Self, Broken> {
        let tenant = |name| Tenant::new(name).expect("the name of a tenant");
        let ground = Self {
            store,
            tenant: tenant("touchmark.contract"),
            other: tenant("touchmark.contract.other"),
            stamps: AtomicU64::new(1),
        };
        for tenant in [&ground.tenant, &ground.other] {
            // A store may have been left with more than one page. One that does
            // not delete must not keep us here.
            for _ in 0..100 {
                let found = store.scan(tenant, &Range::everything()).await?;
                if found.is_empty() {
                    break;
                }
                let delete = |batch: Batch, (key, _)| batch.delete(key);
                let batch = found.into_iter().fold(ground.batch(), delete);
                store.commit(tenant, &batch).await?;
            }
        }
        Ok(ground)
    }

    fn batch(&self) -> Batch {
        let count = self.stamps.fetch_add(1, Ordering::Relaxed);
        Batch::new(Version::from_random(count << 11))
    }

    async fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        self.store.commit(&self.tenant, batch).await
    }

    async fn get(&self, key: &Key) -> Result<Option<Entry>, Broken> {
        let mut found = self
            .store
            .get(&self.tenant, core::slice::from_ref(key))
            .await?;
        match found.pop() {
            Some(entry) if found.is_empty() => Ok(entry),
            _ => Err(Broken("one key is not answered by one entry".to_string())),
        }
    }

    async fn scan(&self, range: &Range) -> Result<Vec<Key>, Broken> {
        let entries = self.store.scan(&self.tenant, range).await?;
        Ok(entries.into_iter().map(|(key, _)| key).collect())
    }
}

fn key(name: &str) -> Key {
    Key::of("k", [name])
}

fn numbered(number: usize) -> Key {
    // Zeros in front make the order of the numbers the order of the keys.
    Key::of("k", [alloc::format!("{number:06}")])
}

fn everything_under_k() -> Range {
    Range::under("k", [""; 0])
}

fn descending(range: Range) -> Range {
    range.direction(Direction::Descending)
}

/// Requires that something was answered, and says what it is about if not.
#[expect(
    clippy::needless_pass_by_value,
    reason = "most of what is expected is made in place"
)]
fn expect<T: PartialEq + fmt::Debug>(
    answered: T,
    expected: T,
    about: impl fmt::Display,
) -> Result<(), Broken> {
    if answered == expected {
        return Ok(());
    }
    // Values of the laws may be long; the beginning tells enough.
    let brief = |value: &T| {
        alloc::format!("{value:?}")
            .chars()
            .take(400)
            .collect::<String>()
    };
    Err(Broken(alloc::format!(
        "{about}: {} instead of {}",
        brief(&answered),
        brief(&expected)
    )))
}
