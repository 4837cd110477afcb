//! Secrets and the one place that keeps them out of everything that is shown.
//!
//! A [`Secret`] has no Debug, Display or Serialize. A [`Redactor`] knows every
//! secret of a run, declared or learned from a response, and masks each one in
//! all the forms it takes on the wire (see `forms` and `view`). What reaches a person or
//! a file is [`Masked`], which only a redactor makes, and leaves through
//! [`Output`], which masks once more.

mod forms;
mod learn;
mod output;
mod redactor;
#[cfg(test)]
mod tests;
mod view;

pub use learn::{learn_from_body, learn_token, may_hold_secrets};
pub use output::{Output, Sink};
pub use redactor::{MASK, Masked, Redactor};

use core::fmt;

/// The fewest characters that a secret may have. Shorter ones would turn every
/// report into a row of masks.
pub const SHORTEST: usize = 4;

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

/// A secret that cannot be masked because it is too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooShort {
    /// How many characters it has.
    pub length: usize,
}

impl fmt::Display for TooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            0 => f.write_str("the secret is empty"),
            1 => write!(
                f,
                "the secret has one character, at least {SHORTEST} are needed"
            ),
            length => {
                write!(
                    f,
                    "the secret has {length} characters, at least {SHORTEST} are needed"
                )
            }
        }
    }
}

impl core::error::Error for TooShort {}

impl Secret {
    /// Takes a value as a secret.
    ///
    /// # Errors
    /// Refuses values of fewer than [`SHORTEST`] characters.
    pub fn read(value: impl Into<String>) -> Result<Self, TooShort> {
        let value = value.into();
        let length = value.chars().count();
        if length < SHORTEST {
            return Err(TooShort { length });
        }
        Ok(Self(value.into_boxed_str()))
    }

    /// The value itself, for the request that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
