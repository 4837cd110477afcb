//! One change of the store: the checks it depends on, its writes, and the
//! audit entry that tells of it, committed together.
//!
//! Every operation that changes something is a loop: read, decide, commit, and
//! again if somebody else was faster. Identifiers and secrets are made before
//! the loop, so running it again after an ambiguous commit repeats the same
//! writes.

use super::{Context, Fault, Name};
use crate::record::{AuditEntry, Verdict};
use crate::store::{
    Batch, Entry, Key, MAX_KEY_BYTES, MAX_KEYS, MAX_PAGE, Range, Store, StoreError,
};
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How often a change is tried before the caller is told to come back. Each
/// round at least one competitor succeeds, so this is also how many may
/// compete for one document.
const ATTEMPTS: u32 = 64;

/// How a commit ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Committed {
    /// The change is applied.
    Yes,
    /// It is not, or nobody knows: read and decide again.
    Again,
}

/// Counts the rounds of one change.
pub(super) struct Attempts(u32);

impl Attempts {
    pub(super) const fn new() -> Self {
        Self(ATTEMPTS)
    }

    /// Allows one more round.
    pub(super) const fn again(&mut self) -> Result<(), Fault> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(Fault::Unavailable),
        }
    }
}

/// A change under construction.
pub(super) struct Change<'a, S> {
    context: &'a Context<'a, S>,
    batch: Batch,
}

/// A document as it was read, with the version that a change of it depends on.
pub(super) struct Stored<T> {
    pub(super) document: T,
    entry: Entry,
}

impl<'a, S: Store> Change<'a, S> {
    pub(super) fn new(context: &'a Context<'a, S>) -> Self {
        Self {
            context,
            batch: Batch::new(context.stamp()),
        }
    }

    /// Creates a document that must not be there yet.
    pub(super) fn create<T: Serialize>(mut self, key: Key, document: &T) -> Result<Self, Fault> {
        let text = write(document)?;
        self.batch = self.batch.absent(key.clone()).put(key, text);
        Ok(self)
    }

    /// Replaces a document that must not have changed since it was read.
    pub(super) fn replace<T: Serialize>(
        mut self,
        key: Key,
        stored: &Stored<T>,
        document: &T,
    ) -> Result<Self, Fault> {
        let text = write(document)?;
        self.batch = self
            .batch
            .is(key.clone(), stored.entry.version)
            .put(key, text);
        Ok(self)
    }

    /// Depends on a document that must not have changed since it was read, or
    /// come to be.
    pub(super) fn unchanged<T>(mut self, key: Key, stored: Option<&Stored<T>>) -> Self {
        self.batch = match stored {
            Some(stored) => self.batch.is(key, stored.entry.version),
            None => self.batch.absent(key),
        };
        self
    }

    /// Sets a document, whatever was there.
    pub(super) fn set<T: Serialize>(mut self, key: Key, document: &T) -> Result<Self, Fault> {
        let text = write(document)?;
        self.batch = self.batch.put(key, text);
        Ok(self)
    }

    /// Deletes a document that must not have changed since it was read.
    pub(super) fn delete<T>(mut self, key: Key, stored: &Stored<T>) -> Self {
        self.batch = self.batch.is(key.clone(), stored.entry.version).delete(key);
        self
    }

    /// Deletes a document, whatever it is.
    pub(super) fn forget(mut self, key: Key) -> Self {
        self.batch = self.batch.delete(key);
        self
    }

    /// Tells the audit record of this change. The entry's key is made of the
    /// operation's own identity, so that repeating the change after an
    /// ambiguous commit writes the same entry again.
    pub(super) fn audit(self, id: &str, name: Name, target: &str) -> Result<Self, Fault> {
        let entry = AuditEntry {
            at: self.context.now,
            system: self.context.system,
            actor: self.context.caller.actor().into(),
            operation: name.as_str().into(),
            target: target.into(),
            verdict: Verdict::Done,
            reason: String::new(),
        };
        self.set(Key::of("audit", [id]), &entry)
    }

    /// Commits.
    pub(super) async fn commit(self) -> Result<Committed, Fault> {
        match self
            .context
            .store
            .commit(self.context.tenant, &self.batch)
            .await
        {
            Ok(()) => Ok(Committed::Yes),
            Err(StoreError::Conflict | StoreError::Ambiguous(_)) => Ok(Committed::Again),
            Err(error) => Err(error.into()),
        }
    }
}

/// Reads one document. An identifier too long for a key is one that nothing
/// has.
pub(super) async fn load<S: Store, T: DeserializeOwned>(
    context: &Context<'_, S>,
    key: &Key,
) -> Result<Option<Stored<T>>, Fault> {
    if key.as_str().len() > MAX_KEY_BYTES {
        return Ok(None);
    }
    let mut found = load_all(context, core::slice::from_ref(key)).await?;
    Ok(found.pop().flatten())
}

/// Reads documents in one round trip, in the order of their keys.
pub(super) async fn load_all<S: Store, T: DeserializeOwned>(
    context: &Context<'_, S>,
    keys: &[Key],
) -> Result<Vec<Option<Stored<T>>>, Fault> {
    let entries = context.store.get(context.tenant, keys).await?;
    entries
        .into_iter()
        .map(|entry| {
            entry
                .map(|entry| {
                    Ok(Stored {
                        document: read(&entry.value)?,
                        entry,
                    })
                })
                .transpose()
        })
        .collect()
}

/// Visits every document of a range.
pub(super) async fn visit<S: Store, T: DeserializeOwned>(
    context: &Context<'_, S>,
    under: impl Fn() -> Range,
    mut each: impl FnMut(&Key, T) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let range = after.map_or_else(&under, |key| under().after(key));
        let entries = context.store.scan(context.tenant, &range).await?;
        for (key, entry) in &entries {
            each(key, read(&entry.value)?)?;
        }
        after = entries.last().map(|(key, _)| key.clone());
        if entries.len() < MAX_PAGE {
            return Ok(());
        }
    }
}

/// Reads documents, however many, in the order of their keys.
pub(super) async fn load_many<S: Store, T: DeserializeOwned>(
    context: &Context<'_, S>,
    keys: &[Key],
) -> Result<Vec<Option<T>>, Fault> {
    let mut documents = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(MAX_KEYS) {
        let stored = load_all::<S, T>(context, chunk).await?;
        documents.extend(
            stored
                .into_iter()
                .map(|found| found.map(|one| one.document)),
        );
    }
    Ok(documents)
}

/// Reads a document's text. What the domain wrote it can read, so a failure
/// is the deployment's own.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::Internal)
}

/// Takes an entry that was found by a scan as a document.
pub(super) fn stored<T: DeserializeOwned>(entry: Entry) -> Result<Stored<T>, Fault> {
    let document = read(&entry.value)?;
    Ok(Stored { document, entry })
}

fn write<T: Serialize>(document: &T) -> Result<String, Fault> {
    serde_json::to_string(document).map_err(|_| Fault::Internal)
}
