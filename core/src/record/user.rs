//! People and service accounts that a system knows by a login: Cockpit's
//! operators, IONOS' users, 12Port's system users.

use super::{Role, Standing, System};
use crate::time::Timestamp;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A user's permanent identity, a UUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// An identity from its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a user may do beyond what everybody may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privilege {
    /// Get tokens of the public API with a password.
    ConnectToApi,
}

/// What a user is within a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContractRole {
    /// Whose contract it is.
    Owner,
    /// Administers it.
    Admin,
    /// Has what groups grant.
    User,
}

/// A user's place in a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The contract's number.
    pub contract: u32,
    /// What the user is within it.
    pub role: ContractRole,
}

/// Whether signing in takes a second factor, which an API cannot give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactor {
    /// It takes none.
    #[default]
    None,
    /// It takes one.
    Required,
}

/// A user of a system.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The permanent identity.
    pub id: UserId,
    /// The system that knows the user.
    pub system: System,
    /// What the user signs in with; unique within the system, regardless of
    /// case.
    pub login: String,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// The argon2id hash of the password; absent for accounts without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Whether the account is in use.
    pub standing: Standing,
    /// What the user may do beyond its own data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// What the user may do beyond what everybody may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub privileges: Vec<Privilege>,
    /// The contracts that the user belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<Membership>,
    /// The groups that the user is a member of, by contract. One that is gone
    /// counts for nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<u32, BTreeSet<String>>,
    /// Whether signing in takes a second factor.
    #[serde(default)]
    pub second_factor: SecondFactor,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When the user's tokens were last ended. It differs with every time, and
    /// only tokens made since are accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_not_before: Option<Timestamp>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("system", &self.system)
            .field("login", &self.login)
            .field("standing", &self.standing)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

impl User {
    /// Whether the user has this role.
    #[must_use]
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// What the user is within a contract, if a member of it.
    #[must_use]
    pub fn role_in(&self, contract: u32) -> Option<ContractRole> {
        let membership = self
            .contracts
            .iter()
            .find(|place| place.contract == contract);
        membership.map(|place| place.role)
    }
}
