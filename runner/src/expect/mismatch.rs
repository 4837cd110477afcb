//! One demand that a value does not meet, in words.

use crate::scenario::Span;
use core::fmt;

/// A demand that was not met. The texts are whole and unmasked: whoever shows
/// them masks them first and shortens them afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Where the demand is written.
    pub span: Span,
    /// Which value was judged: `status`, `header etag`, `$.items[0].id`.
    pub place: String,
    /// What was demanded, in words.
    pub expected: String,
    /// What was there.
    pub actual: String,
    /// What may explain the difference.
    pub hint: Option<String>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            expected,
            actual,
            hint,
            ..
        } = self;
        write!(f, "{place}: expected {expected}, found {actual}")?;
        match hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}
