//! Batches: what must still be true, and what is then written. This file owns
//! the versions and the limits of a batch, which are the same in every store.

use alloc::{string::String, vec::Vec};
use core::fmt;

use super::{Key, MAX_BATCH_BYTES, MAX_CHECKS, MAX_VALUE_BYTES, MAX_WRITES, Refusal};

/// The stamp of the batch that wrote an entry: a random number below 2^53.
///
/// It is random instead of counted, so that a key which was deleted and written
/// anew never has an old version again, and small enough for a JS number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i64);

impl Version {
    /// The greatest version, 2^53 - 1.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// A version made of 64 random bits, of which it keeps 53.
    #[must_use]
    pub const fn from_random(bits: u64) -> Self {
        Self((bits >> 11).cast_signed())
    }

    /// The version with this number, or none if no version has it.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        if 0 <= number && number <= Self::MAX.0 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The version as a number, exact also in JavaScript.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What must be true for a batch to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// There is no entry with this key.
    Absent(Key),
    /// The entry with this key is there and has this version.
    Is(Key, Version),
}

impl Check {
    /// The key whose entry is checked.
    #[must_use]
    pub const fn key(&self) -> &Key {
        match self {
            Self::Absent(key) | Self::Is(key, _) => key,
        }
    }
}

/// One change of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Sets the value, whether or not there is one.
    Put(Key, String),
    /// Removes the entry, if there is one.
    Delete(Key),
}

impl Write {
    /// The key whose entry changes.
    #[must_use]
    pub const fn key(&self) -> &Key {
        match self {
            Self::Put(key, _) | Self::Delete(key) => key,
        }
    }
}

/// A change that is applied whole or not at all.
///
/// All checks look at the state before the first write. A key is written at
/// most once; checks may repeat a key, then all of them must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The version of everything that this batch puts. Never used twice.
    pub stamp: Version,
    /// What must be true.
    pub checks: Vec<Check>,
    /// What changes.
    pub writes: Vec<Write>,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub const fn new(stamp: Version) -> Self {
        Self {
            stamp,
            checks: Vec::new(),
            writes: Vec::new(),
        }
    }

    /// Requires that there is no entry with this key.
    #[must_use]
    pub fn absent(mut self, key: Key) -> Self {
        self.checks.push(Check::Absent(key));
        self
    }

    /// Requires that the entry with this key has this version.
    #[must_use]
    pub fn is(mut self, key: Key, version: Version) -> Self {
        self.checks.push(Check::Is(key, version));
        self
    }

    /// Sets a value.
    #[must_use]
    pub fn put(mut self, key: Key, value: impl Into<String>) -> Self {
        self.writes.push(Write::Put(key, value.into()));
        self
    }

    /// Removes an entry.
    #[must_use]
    pub fn delete(mut self, key: Key) -> Self {
        self.writes.push(Write::Delete(key));
        self
    }

    /// Whether the batch is within the limits of every store. Each store asks
    /// before it touches anything.
    ///
    /// # Errors
    /// The first limit that the batch exceeds.
    pub fn admit(&self) -> Result<(), Refusal> {
        if self.checks.len() > MAX_CHECKS {
            return Err(Refusal::TooManyChecks);
        }
        if self.writes.len() > MAX_WRITES {
            return Err(Refusal::TooManyWrites);
        }
        self.checks
            .iter()
            .try_for_each(|check| check.key().admit())?;
        let mut bytes = 0;
        for write in &self.writes {
            write.key().admit()?;
            bytes += write.key().as_str().len();
            if let Write::Put(_, value) = write {
                if value.len() > MAX_VALUE_BYTES {
                    return Err(Refusal::ValueTooLong);
                }
                bytes += value.len();
            }
        }
        if bytes > MAX_BATCH_BYTES {
            return Err(Refusal::BatchTooLong);
        }
        // Only what is short enough is looked into.
        let strange = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        for write in &self.writes {
            if let Write::Put(_, value) = write
                && value.bytes().any(strange)
            {
                return Err(Refusal::ControlCharacter);
            }
        }
        let mut keys: Vec<&Key> = self.writes.iter().map(Write::key).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Refusal::RepeatedKey);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString};

    use super::*;

    fn batch() -> Batch {
        Batch::new(Version::from_random(1 << 11))
    }

    fn key(number: usize) -> Key {
        Key::of("k", [number.to_string()])
    }

    #[test]
    fn a_version_is_exact_in_javascript() {
        assert_eq!(Version::from_random(u64::MAX), Version::MAX);
        assert_eq!(Version::MAX.number(), 9_007_199_254_740_991);
        assert_eq!(
            Version::from_number(Version::MAX.number()),
            Some(Version::MAX)
        );
        assert_eq!(Version::from_number(Version::MAX.number() + 1), None);
        assert_eq!(Version::from_number(-1), None);
    }

    #[test]
    fn a_batch_at_its_limits_is_admitted() {
        assert_eq!(batch().admit(), Ok(()));
        let full = (0..MAX_WRITES).fold(batch(), |batch, n| batch.put(key(n), "{}"));
        let full = (0..MAX_CHECKS).fold(full, |batch, n| batch.absent(key(n)));
        assert_eq!(full.admit(), Ok(()));
        let longest = "x".repeat(MAX_VALUE_BYTES);
        assert_eq!(batch().put(key(0), longest).admit(), Ok(()));
        assert_eq!(
            batch().put(key(0), "\"a\tb\r\n\u{7f}\u{85}").admit(),
            Ok(())
        );
    }

    #[test]
    fn a_batch_past_a_limit_is_refused_for_that_limit() {
        let refused = |batch: Batch| batch.admit().unwrap_err();
        let many = (0..=MAX_WRITES).fold(batch(), |batch, n| batch.delete(key(n)));
        assert_eq!(refused(many), Refusal::TooManyWrites);
        let many = (0..=MAX_CHECKS).fold(batch(), |batch, n| batch.absent(key(n)));
        assert_eq!(refused(many), Refusal::TooManyChecks);
        let long = Key::of("k", ["x".repeat(2000)]);
        assert_eq!(refused(batch().put(long.clone(), "")), Refusal::KeyTooLong);
        assert_eq!(refused(batch().delete(long.clone())), Refusal::KeyTooLong);
        assert_eq!(refused(batch().is(long, Version::MAX)), Refusal::KeyTooLong);
        let longer = "x".repeat(MAX_VALUE_BYTES + 1);
        assert_eq!(refused(batch().put(key(0), longer)), Refusal::ValueTooLong);
        let value = "x".repeat(MAX_VALUE_BYTES);
        let heavy = (0..=MAX_BATCH_BYTES / MAX_VALUE_BYTES)
            .fold(batch(), |batch, n| batch.put(key(n), value.clone()));
        assert_eq!(refused(heavy), Refusal::BatchTooLong);
        for control in ["\0", "\u{1}", "{\u{1f}}"] {
            assert_eq!(
                refused(batch().put(key(0), control)),
                Refusal::ControlCharacter
            );
        }
    }

    #[test]
    fn a_key_is_written_at_most_once() {
        let once = batch()
            .put(key(1), "1")
            .delete(key(2))
            .absent(key(1))
            .absent(key(1));
        assert_eq!(once.admit(), Ok(()));
        assert_eq!(
            once.clone().delete(key(1)).admit(),
            Err(Refusal::RepeatedKey)
        );
        assert_eq!(once.put(key(2), "2").admit(), Err(Refusal::RepeatedKey));
    }

    #[test]
    fn a_version_is_shown_as_its_number() {
        assert_eq!(format!("{}", Version::from_number(7).unwrap()), "7");
    }
}
