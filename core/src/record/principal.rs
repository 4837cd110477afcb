//! Principals: identities of whatever issuer that a tenancy makes its
//! administrators, as DataTrails' Tenancies API knows them.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// An identity, by its issuer and its name there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Principal {
    /// Who vouches for it: the `iss` of its tokens.
    pub issuer: String,
    /// Its name there: the `sub` of its tokens.
    pub subject: String,
    /// A name for people.
    pub display_name: String,
    /// An address for people.
    pub email: String,
}

impl Principal {
    /// Whether it is this identity, whatever people call it.
    #[must_use]
    pub fn is(&self, issuer: &str, subject: &str) -> bool {
        self.issuer == issuer && self.subject == subject
    }
}
