//! Tokens: compact JWS with claims, minted and verified. Verification is
//! strict first (form, sizes, header) and cryptographic second; it takes the
//! policy, the keys and the time as arguments and never looks at anything that
//! a token points to.
//!
//! ```
//! use touchmark_core::time::Timestamp;
//! use touchmark_core::token::{
//!     AccessToken, Algorithm, CustomClaims, KeySet, Policy, SigningKey, verify,
//! };
//!
//! // A host passes its source of randomness; this one is for the example.
//! let mut random = |bytes: &mut [u8]| bytes.iter_mut().zip(1..).for_each(|(b, n)| *b = n);
//! let key = SigningKey::generate(Algorithm::EdDsa, &mut random)?;
//! let now = Timestamp::from_seconds(1_767_607_200);
//! let token = AccessToken {
//!     issuer: "https://issuer.example",
//!     subject: "client-1",
//!     audience: &["https://api.example".into()],
//!     client_id: "client-1",
//!     issued: now,
//!     expires: now.plus_seconds(300),
//!     id: "4f1c",
//!     scope: Some("records:read"),
//!     custom: &CustomClaims::default(),
//! }
//! .mint(&key)?;
//!
//! let keys: KeySet = [key.verifying_key().clone()].into_iter().collect();
//! let policy = Policy::access_token("https://issuer.example", "https://api.example");
//! let verified = verify(&token, &keys, &policy, now)?;
//! assert_eq!(verified.claims().subject(), Some("client-1"));
//! assert_eq!(
//!     verify(&token, &keys, &policy, now.plus_seconds(300)).unwrap_err().code(),
//!     "expired"
//! );
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod algorithm;
mod base64url;
mod claims;
mod compact;
mod crypto;
mod digest;
mod edwards;
mod error;
mod header;
mod jwk;
mod key;
mod key_set;
mod mint;
mod policy;
mod secret;
mod signing;
#[cfg(test)]
mod tests;
mod verify;

pub use algorithm::Algorithm;
pub use claims::{ClaimName, Claims};
pub use crypto::{hash_password, verify_password};
pub use digest::{equal, hmac_sha256, sha256};
pub use error::{Part, TokenError};
pub use header::Header;
pub use key::{Key, KeyError, Kid, PublicMaterial};
pub use key_set::KeySet;
pub use mint::{
    AccessToken, CustomClaims, Envelope, Layout, MintError, Sign, Unsigned, is_registered, mint,
};
pub use policy::{AudienceRule, KidRule, Leeway, Limits, Policy, PolicyError, TypRule};
pub use secret::Secret;
pub use signing::SigningKey;
pub use verify::{Check, Chosen, Inspected, Signed, Unverified, Verified, inspect, verify};
