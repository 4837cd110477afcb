//! Sessions: what an API access holds for an operator, as Cockpit ITSM knows
//! them. The tokens are opaque; what is kept can be turned into them only with
//! the deployment's pepper.

use super::{ClientId, UserId};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What an API access may ask for on behalf of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserGrant {
    /// A token for the user's password.
    Password,
    /// A new access token for a refresh token.
    RefreshToken,
}

/// On what terms an API access gets tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionTerms {
    /// What it may ask for.
    pub grants: Vec<UserGrant>,
    /// How many seconds an access token lives.
    pub access_lifetime: u32,
    /// How many seconds a refresh token lives.
    pub refresh_lifetime: u32,
}

/// An opaque token, without what would let anybody use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpaqueToken {
    /// What the token is derived from, together with the pepper.
    pub nonce: String,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

/// When an API access and a user had last ended their tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LastEnded {
    /// The API access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Timestamp>,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Timestamp>,
}

/// The tokens of one API access for one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The API access.
    pub client: ClientId,
    /// When that access was registered; another one of the same name is
    /// another one.
    pub client_created_at: Timestamp,
    /// The user.
    pub user: UserId,
    /// What the tokens allow.
    pub scope: Vec<String>,
    /// When tokens had last been ended as these were made: they are good until
    /// that happens again, whatever clocks say.
    #[serde(default)]
    pub made_after: LastEnded,
    /// The access token.
    pub access: OpaqueToken,
    /// The refresh token, where the access may renew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<OpaqueToken>,
}

/// Where the session of a token is: kept under the token's hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionPointer {
    /// The API access.
    pub client: ClientId,
    /// The user.
    pub user: UserId,
}
