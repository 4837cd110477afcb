//! A client registration with its dated credentials embedded, so that one
//! document is one unit of change.

use super::{SessionTerms, System};
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A client identifier (RFC 6749 section 2.2). Public, unique within a system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// An identifier from its text.
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

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a client or a user may do beyond its own data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Administers its system, or the whole tenant for a standard client.
    Administrator,
    /// Manages API tokens, without seeing them.
    ApiTokenManager,
}

/// Whether a registration is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It may get and use tokens.
    Enabled,
    /// It is refused like an unknown one.
    Disabled,
}

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The identifier, also the `sub` of its tokens in most systems.
    pub id: ClientId,
    /// The system that registered it.
    pub system: System,
    /// A name for people; not unique.
    pub display_name: String,
    /// Free text for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Claims added to its tokens.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_claims: BTreeMap<String, String>,
    /// What it may do beyond its own data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// The scope values that it may ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<String>,
    /// Whether it is in use.
    pub standing: Standing,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The dated secrets that it may authenticate with.
    pub credentials: Vec<Credential>,
    /// On what terms it gets tokens for users; absent for clients that ask in
    /// their own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<SessionTerms>,
    /// When the tokens for users were last ended. It differs with every time,
    /// and only tokens made since are accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_not_before: Option<Timestamp>,
}

impl Client {
    /// Whether the client has this role.
    #[must_use]
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// A secret of a client, kept as a keyed hash, with the time in which it is
/// accepted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// HMAC-SHA-256 of the secret under the deployment's pepper, base64url.
    pub hash: String,
    /// The secret is accepted from this moment on.
    pub not_before: Timestamp,
    /// The secret is refused from this moment on; absent means never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("not_before", &self.not_before)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Credential {
    /// Whether the secret is accepted at this time.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && self.expires_at.is_none_or(|end| now < end)
    }
}
