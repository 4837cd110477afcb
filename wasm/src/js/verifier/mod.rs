//! Verification for a page or a gateway: the options are read once, then one
//! call per token. What this build can answer at once it answers at once;
//! what needs the network or the host's cryptography is answered by a promise.
//! The rules are the core's.

mod endpoint;
mod key_cache;
mod keys;
mod options;
mod web_crypto;

use std::rc::Rc;

use js_sys::Function;
use serde_json::json;
use touchmark_core::time::Timestamp;
use touchmark_core::token::{self, Limits, Policy, TokenError, Unverified};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

pub(super) use endpoint::EndpointError;

use super::refusal::Refusal;
use keys::Keys;
use options::Options;

/// One issuer's keys and what its tokens have to look like.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Verifier(Rc<Terms>);

/// What all verifications of one verifier share, those under way included.
#[derive(Debug)]
struct Terms {
    policy: Policy,
    keys: Rc<Keys>,
    clock: Clock,
}

#[wasm_bindgen]
impl Verifier {
    /// Reads options as JSON text: the members of a policy, as
    /// [`Policy::read`] describes them, and where keys come from. The clock
    /// is a function that answers as `Date.now` does.
    ///
    /// # Errors
    /// An `Error` with a `code`, if the options cannot be used.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str, clock: Function) -> Result<Self, JsValue> {
        let Options { policy, keys } = Options::read(options)?;
        Ok(Self(Rc::new(Terms {
            policy,
            keys: Rc::new(keys),
            clock: Clock(clock),
        })))
    }

    /// The claims of a token as JSON text, or a promise of them, if it is
    /// genuine and valid.
    ///
    /// # Errors
    /// An `Error` whose `code` is the reason for the refusal.
    pub fn verify(&self, token: &str) -> Result<JsValue, JsValue> {
        if let Some(claims) = self.0.verify_at_once(token)? {
            return Ok(claims.into());
        }
        let (terms, token) = (Rc::clone(&self.0), token.to_owned());
        let claims = future_to_promise(async move { Ok(terms.verify_later(&token).await?.into()) });
        Ok(claims.into())
    }

    /// Which set of keys answers now, as a number; 0 if that is not known
    /// without asking the issuer. A verdict of one set says nothing about the
    /// next one.
    ///
    /// # Errors
    /// An `Error` with a `code`, if the clock does not tell the time.
    pub fn epoch(&self) -> Result<u32, JsValue> {
        Ok(self.0.keys.epoch(self.0.clock.millis()?))
    }
}

impl Terms {
    /// Verifies without waiting for anybody; `None` if that is not possible.
    fn verify_at_once(&self, token: &str) -> Result<Option<String>, Refusal> {
        let unverified = Unverified::read(token, &self.policy)?;
        if !unverified.header().algorithm().is_built_in() {
            return Ok(None);
        }
        let now = self.clock.millis()?;
        let Some(keys) = self.keys.fresh(now) else {
            return Ok(None);
        };
        match unverified.choose(keys.set()) {
            Err(TokenError::UnknownKey) if self.keys.may_be_renewed(now) => Ok(None),
            chosen => {
                let signed = chosen?.verified_by(|check| check.verify())?;
                let verified = signed.admit(timestamp(now))?;
                Ok(Some(verified.into_claims().into_json()))
            }
        }
    }

    /// Verifies with fetched keys and the host's cryptography.
    async fn verify_later(&self, token: &str) -> Result<String, Refusal> {
        let read = || Unverified::read(token, &self.policy);
        let unverified = read()?;
        let mut keys = self.keys.current(self.clock.millis()?).await?;
        if let Err(TokenError::UnknownKey) = unverified.choose(keys.set()) {
            let newer = self.keys.renewed(self.clock.millis()?).await?;
            keys = newer.ok_or(TokenError::UnknownKey)?;
        }
        let chosen = read()?.choose(keys.set())?;
        let signed = chosen
            .verified_by_async(async |check| keys.verify(check).await)
            .await?;
        let verified = signed.admit(timestamp(self.clock.millis()?))?;
        Ok(verified.into_claims().into_json())
    }
}

/// The host's clock.
#[derive(Debug)]
struct Clock(Function);

impl Clock {
    /// Milliseconds since the epoch.
    fn millis(&self) -> Result<f64, Refusal> {
        let now = self.0.call0(&JsValue::UNDEFINED).ok();
        // As an integer NaN is 0, the year 1970, in which nothing has expired.
        now.and_then(|now| now.as_f64())
            .filter(|now| now.is_finite())
            .ok_or(Refusal::NoTime)
    }
}

fn timestamp(millis: f64) -> Timestamp {
    Timestamp::from_millis(millis as i64)
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
