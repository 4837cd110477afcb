//! Verification for a page or a gateway: keys and policy are read once, then
//! one call per token. Neither keys nor the time are fetched here: the caller
//! passes both, so the same call gives the same answer everywhere.

use serde_json::json;
use touchmark_core::time::Timestamp;
use touchmark_core::token::{self, KeySet, Limits, Policy};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::refusal::Refusal;

/// One issuer's keys and what its tokens have to look like.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Verifier {
    policy: Policy,
    keys: KeySet,
}

#[wasm_bindgen]
impl Verifier {
    /// Reads a policy, as [`Policy::read`] describes it, and a JSON Web Key
    /// Set, both as JSON text.
    ///
    /// # Errors
    /// An `Error` with a `code`, if either cannot be used.
    #[wasm_bindgen(constructor)]
    pub fn new(policy: &str, jwks: &str) -> Result<Self, JsValue> {
        let policy = Policy::read(policy.as_bytes()).map_err(Refusal::from)?;
        let keys = KeySet::read(jwks.as_bytes()).map_err(Refusal::from)?;
        Ok(Self { policy, keys })
    }

    /// The claims of a token as JSON text, if it is genuine and valid at
    /// `now`, in milliseconds as `Date.now()` gives them.
    ///
    /// # Errors
    /// An `Error` whose `code` is the reason for the refusal.
    pub fn verify(&self, token: &str, now: f64) -> Result<String, JsValue> {
        // As an integer NaN is 0, the year 1970, in which nothing has expired.
        if !now.is_finite() {
            return Err(Refusal::NoTime.into());
        }
        let now = Timestamp::from_millis(now as i64);
        let verified =
            token::verify(token, &self.keys, &self.policy, now).map_err(Refusal::from)?;
        Ok(verified.into_claims().into_json())
    }
}

/// What a token says about itself, as the JSON text
/// `{"header": …, "unverifiedClaims": …}`. Nobody vouches for any of it.
///
/// # Errors
/// An `Error` with a `code`, if the text has not the form of a token.
#[wasm_bindgen]
pub fn inspect(token: &str) -> Result<String, JsValue> {
    let seen = token::inspect(token, &Limits::DEFAULT).map_err(Refusal::from)?;
    let shown = json!({"header": seen.header, "unverifiedClaims": seen.unverified_claims});
    Ok(shown.to_string())
}
