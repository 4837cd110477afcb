//! The tenant: the partition that every record belongs to. No operation
//! reaches across two of them, and on Durable Objects one tenant is one object.

use alloc::{borrow::ToOwned, string::String};
use core::{fmt, str::FromStr};

/// The name of a partition: 1 to 64 ASCII letters, digits, `-`, `_` or `.`,
/// beginning with a letter or a digit. Case is significant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenant(String);

impl Tenant {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 64;

    /// Reads a name.
    ///
    /// # Errors
    /// [`InvalidTenant`] says which rule the name breaks.
    pub fn new(name: &str) -> Result<Self, InvalidTenant> {
        if name.is_empty() {
            return Err(InvalidTenant::Empty);
        }
        if name.len() > Self::MAX_LEN {
            return Err(InvalidTenant::TooLong);
        }
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        if !name.as_bytes()[0].is_ascii_alphanumeric() || !name.as_bytes().iter().all(allowed) {
            return Err(InvalidTenant::Character);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Tenant {
    type Err = InvalidTenant;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

/// Why a text is not the name of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidTenant {
    /// There is no character.
    Empty,
    /// There are more than [`Tenant::MAX_LEN`] bytes.
    TooLong,
    /// A character is not allowed where it stands.
    Character,
}

impl fmt::Display for InvalidTenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a tenant's name is empty"),
            Self::TooLong => write!(f, "a tenant's name has more than {} bytes", Tenant::MAX_LEN),
            Self::Character => f.write_str(
                "a tenant's name may only have letters, digits, '-', '_' and '.', and begins with a letter or a digit",
            ),
        }
    }
}

impl core::error::Error for InvalidTenant {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_are_read() {
        for name in ["a", "acme", "Acme-2", "0.root_1", "x".repeat(64).as_str()] {
            assert_eq!(Tenant::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn other_names_are_refused_for_their_reason() {
        assert_eq!(Tenant::new(""), Err(InvalidTenant::Empty));
        assert_eq!(Tenant::new(&"x".repeat(65)), Err(InvalidTenant::TooLong));
        for name in ["-a", ".", "..", "_", "a/b", "a b", "a%", "a\0", "ä", "a\n"] {
            assert_eq!(Tenant::new(name), Err(InvalidTenant::Character), "{name:?}");
        }
    }
}
