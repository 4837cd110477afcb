//! API token entries, as 12Port Horizon knows them: leave for a user to call
//! from some addresses until some time. The tokens themselves are not kept.

use super::{Standing, UserId};
use crate::time::Timestamp;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// An API token entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// A UUID.
    pub id: String,
    /// The space that its tokens are good in.
    pub space: String,
    /// Whom its tokens speak for.
    pub user: UserId,
    /// A name for people.
    pub name: String,
    /// Free text for people.
    pub description: String,
    /// The addresses that its tokens may come from: an address, a network or
    /// a range; empty means any.
    pub filter: String,
    /// Until when its tokens are good; absent means no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Whether it is in use.
    pub standing: Standing,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When a token was last minted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlocked_at: Option<Timestamp>,
    /// The `jti` of that token, which no other survives where the policy says
    /// so. Clocks do not tell apart what is minted in one second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_token: Option<String>,
}
