//! Verification for a page or a gateway: the options are read once, then one
//! call per token. All rules are the core's. What takes time (fetching keys,
//! asking WebCrypto about a signature) is done by the JavaScript side between
//! two calls, so that nothing here waits.

mod key_cache;
mod keys;
mod options;

use js_sys::Function;
use touchmark_core::time::Timestamp;
use touchmark_core::token::{self, Check, Limits, Policy, TokenError, Unverified};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::refusal::Refusal;
use keys::{Keys, Numbered, Origin};
use options::Options;

/// One issuer's keys and what its tokens have to look like.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct Verifier {
    policy: Policy,
    keys: Keys,
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
    #[wasm_bindgen(constructor, skip_jsdoc)]
    pub fn new(options: &str, clock: Function) -> Result<Self, JsValue> {
        let Options { policy, keys } = Options::read(options)?;
        let clock = Clock(clock);
        Ok(Self {
            policy,
            keys,
            clock,
        })
    }

    /// Where the keys are published.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn uri(&self) -> Option<String> {
        match &self.keys.origin {
            Origin::Given(_) => None,
            Origin::Published { uri, .. } => Some(uri.clone()),
        }
    }

    /// How long the keys may take to come, in milliseconds.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn timeout(&self) -> u32 {
        match self.keys.origin {
            Origin::Given(_) => 0,
            Origin::Published { timeout, .. } => timeout,
        }
    }

    /// Judges a token. The answer is a JSON text: the claims, an object; or
    /// what has to be done before they can be told. `[]` asks for keys, unless
    /// `may_load` forbids to; `[set, algorithm, numbers, claims]` for the number
    /// of the key of that set which signed the token. If there is one, these
    /// are the claims; if they are not there, or no key did (-1), or the host
    /// cannot tell (-2), the next call tells why the token is refused.
    ///
    /// # Errors
    /// An `Error` whose `code` is the reason for the refusal.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn verify(
        &self,
        token: &str,
        may_load: bool,
        set: u32,
        number: i32,
    ) -> Result<String, JsValue> {
        let unverified = Unverified::read(token, &self.policy).map_err(Refusal::from)?;
        let now = self.clock.millis()?;
        let cache = &self.keys.cache;
        let may_load = may_load && self.keys.may_be_renewed(now);
        let keys = match cache.fresh(now) {
            Some(keys) => keys,
            None if may_load => return Ok("[]".into()),
            None => cache.usable(now).map_err(unreachable)?,
        };
        let is_built_in = unverified.header().algorithm().is_built_in();
        let chosen = match unverified.choose(&keys.set) {
            Err(TokenError::UnknownKey) if may_load => return Ok("[]".into()),
            // The keys may be unknown because they could not be renewed.
            Err(TokenError::UnknownKey) if cache.failure().is_some() => {
                return Err(unreachable(cache.failure()).into());
            }
            chosen => chosen.map_err(Refusal::from)?,
        };
        let signed = if is_built_in {
            chosen.verified_by(|check| check.verify())
        } else if set == cache.generation() {
            chosen.verified_by(|check| match number {
                UNAVAILABLE => Err(TokenError::SignatureUnavailable),
                signer => Ok(keys.number(check.key()).map(i64::from) == Some(signer.into())),
            })
        } else {
            let checks = chosen.checks().map_err(Refusal::from)?;
            let mut question = question(cache.generation(), &keys, checks);
            // What will be true if the host says yes is found out now, so that
            // a genuine token is read once. Nothing is said about the claims of
            // another before its signature.
            let admitted = chosen.verified_by(|_| Ok(true));
            if let Ok(verified) = admitted.and_then(|signed| signed.admit(timestamp(now))) {
                question.push(',');
                question.push_str(verified.claims().json());
            }
            question.push(']');
            return Ok(question);
        };
        let verified = signed.and_then(|signed| signed.admit(timestamp(now)));
        Ok(verified.map_err(Refusal::from)?.into_claims().into_json())
    }

    /// An attempt to get keys begins.
    ///
    /// # Errors
    /// An `Error` with a `code`, if the clock does not tell the time.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn begin(&mut self) -> Result<(), JsValue> {
        let now = self.clock.millis()?;
        self.keys.begin(now);
        Ok(())
    }

    /// Takes the key set that is published, if any is, and lists the keys that
    /// WebCrypto has to know as JSON text: `[[number, algorithm, jwk], …]`.
    /// Nothing has to be done if nothing is listed.
    ///
    /// # Errors
    /// An `Error` with a `code`, if it is not a key set.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn receive(&mut self, text: String) -> Result<Option<String>, JsValue> {
        Ok(self.keys.receive(text)?)
    }

    /// Uses the keys that were received, but for those that WebCrypto says are
    /// none.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn settle(&mut self, left_out: &[u32]) {
        self.keys.settle(left_out);
    }

    /// The attempt to get keys failed with this error.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn fail(&mut self, error: JsValue) {
        self.keys.fail(error);
    }

    /// Which set of keys answers now, as a number; 0 if that is not known
    /// without asking the issuer. A verdict of one set says nothing about the
    /// next one.
    ///
    /// # Errors
    /// An `Error` with a `code`, if the clock does not tell the time.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn epoch(&self) -> Result<u32, JsValue> {
        Ok(self.keys.cache.epoch(self.clock.millis()?))
    }
}

/// In the place of a key's number: the host could not check the signature.
const UNAVAILABLE: i32 = -2;

fn unreachable(failure: Option<JsValue>) -> Refusal {
    failure.map_or(Refusal::Unreachable, Refusal::Thrown)
}

/// The question which of some keys signed a token, without its end.
fn question<'c>(set: u32, keys: &Numbered, checks: impl Iterator<Item = Check<'c>>) -> String {
    let mut text = String::from("[");
    text.push_str(&set.to_string());
    for (place, check) in checks.enumerate() {
        if place == 0 {
            for piece in [",\"", check.algorithm().name(), "\",["] {
                text.push_str(piece);
            }
        }
        if let Some(number) = keys.number(check.key()) {
            if place > 0 {
                text.push(',');
            }
            text.push_str(&number.to_string());
        }
    }
    text.push(']');
    text
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
#[wasm_bindgen(skip_jsdoc)]
pub fn inspect(token: &str) -> Result<String, JsValue> {
    let seen = token::inspect(token, &Limits::DEFAULT).map_err(Refusal::from)?;
    let (header, claims) = (seen.header_json(), seen.unverified_claims_json());
    let parts = [
        "{\"header\":",
        header,
        ",\"unverifiedClaims\":",
        claims,
        "}",
    ];
    Ok(parts.concat())
}
