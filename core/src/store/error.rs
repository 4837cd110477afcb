//! What a store can answer instead of a result, grouped by what the caller can
//! do about it. The detail for the log stays apart from the kind.

use alloc::string::{String, ToString};
use core::fmt;

use super::{
    MAX_BATCH_BYTES, MAX_CHECKS, MAX_KEY_BYTES, MAX_KEYS, MAX_PAGE, MAX_VALUE_BYTES, MAX_WRITES,
};

/// Why an operation of a store has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// A check did not hold; nothing was applied. Read again and decide anew.
    Conflict,
    /// The operation exceeds a limit that all stores have; nothing was applied.
    Refused(Refusal),
    /// The batch may or may not have been applied, whole in either case.
    Ambiguous(Detail),
    /// The store cannot answer now; nothing was applied.
    Unavailable(Detail),
}

impl StoreError {
    /// [`StoreError::Ambiguous`] with its reason for the log.
    pub fn ambiguous(reason: impl fmt::Display) -> Self {
        Self::Ambiguous(Detail(reason.to_string()))
    }

    /// [`StoreError::Unavailable`] with its reason for the log.
    pub fn unavailable(reason: impl fmt::Display) -> Self {
        Self::Unavailable(Detail(reason.to_string()))
    }

    /// What the log is told beyond the kind.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Conflict | Self::Refused(_) => None,
            Self::Ambiguous(detail) | Self::Unavailable(detail) => Some(&detail.0),
        }
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("the records changed in the meantime"),
            Self::Refused(_) => f.write_str("the store refuses the operation"),
            Self::Ambiguous(_) => f.write_str("the store may or may not have applied the change"),
            Self::Unavailable(_) => f.write_str("the store is unavailable"),
        }
    }
}

impl core::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Conflict | Self::Ambiguous(_) | Self::Unavailable(_) => None,
        }
    }
}

/// The words of the host about a failure, for the log and for nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail(String);

/// The limit that an operation exceeds. The caller made it too big; trying
/// again does not help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A read asks for more than [`MAX_KEYS`] keys.
    TooManyKeys,
    /// A scan asks for more than [`MAX_PAGE`] entries.
    PageTooLong,
    /// A batch has more than [`MAX_CHECKS`] checks.
    TooManyChecks,
    /// A batch has more than [`MAX_WRITES`] writes.
    TooManyWrites,
    /// A batch writes more than [`MAX_BATCH_BYTES`] bytes of keys and values.
    BatchTooLong,
    /// A batch writes the same key twice.
    RepeatedKey,
    /// A key has more than [`MAX_KEY_BYTES`] bytes, escapes included.
    KeyTooLong,
    /// A value has more than [`MAX_VALUE_BYTES`] bytes.
    ValueTooLong,
    /// A value has a control character that no JSON document contains.
    ControlCharacter,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyKeys => write!(f, "more than {MAX_KEYS} keys in one read"),
            Self::PageTooLong => write!(f, "more than {MAX_PAGE} entries in one page"),
            Self::TooManyChecks => write!(f, "more than {MAX_CHECKS} checks in one batch"),
            Self::TooManyWrites => write!(f, "more than {MAX_WRITES} writes in one batch"),
            Self::BatchTooLong => write!(f, "more than {MAX_BATCH_BYTES} bytes in one batch"),
            Self::RepeatedKey => f.write_str("a key is written twice in one batch"),
            Self::KeyTooLong => write!(f, "a key has more than {MAX_KEY_BYTES} bytes"),
            Self::ValueTooLong => write!(f, "a value has more than {MAX_VALUE_BYTES} bytes"),
            Self::ControlCharacter => f.write_str("a value has a control character"),
        }
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use core::error::Error;

    use super::*;

    #[test]
    fn the_detail_stays_out_of_the_public_message() {
        for error in [
            StoreError::ambiguous("disk /x"),
            StoreError::unavailable("disk /x"),
        ] {
            assert_eq!(error.detail(), Some("disk /x"));
            assert!(!error.to_string().contains("disk"), "{error}");
        }
        assert_eq!(StoreError::Conflict.detail(), None);
    }

    #[test]
    fn a_refusal_is_the_cause_and_names_its_limit() {
        let error = StoreError::from(Refusal::TooManyWrites);
        assert_eq!(
            error.source().unwrap().to_string(),
            "more than 4000 writes in one batch"
        );
        assert!(!error.to_string().contains("4000"));
    }
}
