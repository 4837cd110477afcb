//! Users who generate tokens for themselves, as IONOS' AuthAPI has it: proving
//! who asks and for which contract, minting a token, and keeping count.
//!
//! A token is a JWT whose `kid` is the token's own identifier. It works as
//! long as its record is there, so deleting it ends it at once.

mod leave;
mod mint;
mod prove;
mod token;

pub(super) use leave::leave;
pub(super) use mint::speaks;
pub(super) use prove::prove;
pub use token::{DeleteIdentityTokens, GenerateIdentityToken, GeneratedToken, TokenCriteria};
pub(super) use token::{delete, delete_all, generate, list, read};

use crate::record::UserId;
use crate::store::{Key, Range};
use alloc::string::ToString;

/// Where a user's token for a contract is kept.
fn token_key(user: &UserId, contract: u32, id: &str) -> Key {
    let contract = contract.to_string();
    Key::of("identity-token", [user.as_str(), &contract, id])
}

/// Where all tokens of a user are kept.
fn tokens_of(user: &UserId) -> Range {
    Range::under("identity-token", [user.as_str()])
}

/// Where a user's tokens for a contract are kept.
fn tokens_for(user: &UserId, contract: u32) -> Range {
    let contract = contract.to_string();
    Range::under("identity-token", [user.as_str(), &contract])
}

/// What every generation of a token for a user rewrites.
fn fence(user: &UserId) -> Key {
    Key::of("fence", ["identity-token", user.as_str()])
}
