//! The keys of one verifier: read from the options or from what the issuer
//! published, numbered for the host's cryptography, and used for as long as
//! `key_cache` says. Fetching and WebCrypto are on the JavaScript side.

use core::{mem, ptr};
use std::rc::Rc;

use touchmark_core::token::{Algorithm, Key, KeySet};
use wasm_bindgen::JsValue;

use super::super::refusal::Refusal;
use super::key_cache::{KeyCache, Pace};

/// Where keys come from.
#[derive(Debug)]
pub(super) enum Origin {
    Given(KeySet),
    /// At this URI, which has so many milliseconds for an answer.
    Published {
        uri: String,
        timeout: u32,
    },
}

/// A key set in use.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) set: KeySet,
    /// The number of each key, under which the host knows it.
    numbers: Vec<u32>,
}

impl Numbered {
    fn without(set: &KeySet, left_out: &[u32]) -> Self {
        let kept = (0..).zip(set.keys());
        let kept = kept.filter(|(number, _)| !left_out.contains(number));
        let (numbers, keys): (Vec<u32>, Vec<Key>) =
            kept.map(|(number, key)| (number, key.clone())).unzip();
        Self {
            set: keys.into_iter().collect(),
            numbers,
        }
    }

    /// The number of a key of this set.
    pub(super) fn number(&self, key: &Key) -> Option<u32> {
        let mut keys = self.set.keys().iter();
        let place = keys.position(|known| ptr::eq(known, key))?;
        self.numbers.get(place).copied()
    }
}

/// An attempt to get keys.
#[derive(Debug)]
enum Attempt {
    None,
    /// Made at this time.
    UnderWay(f64),
    /// The keys are there, and the host has not looked at them yet.
    Read(f64, KeySet),
}

/// The keys of one verifier.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) origin: Origin,
    /// A failure is what the JavaScript side threw.
    pub(super) cache: KeyCache<Rc<Numbered>, JsValue>,
    /// The text that the keys in the cache were read from.
    text: String,
    attempt: Attempt,
}

impl Keys {
    pub(super) fn new(origin: Origin, pace: Pace) -> Self {
        Self {
            origin,
            cache: KeyCache::new(pace),
            text: String::new(),
            attempt: Attempt::None,
        }
    }

    /// Whether other keys may be had by asking, or by waiting for who asks.
    pub(super) fn may_be_renewed(&self, now: f64) -> bool {
        !matches!(self.attempt, Attempt::None) || self.cache.may_load(now)
    }

    /// An attempt is made.
    pub(super) fn begin(&mut self, now: f64) {
        self.attempt = Attempt::UnderWay(now);
    }

    /// Takes what the issuer published and lists the keys that the host has to
    /// know; nothing if it is what is known already.
    pub(super) fn receive(&mut self, text: String) -> Result<Option<String>, Refusal> {
        let Attempt::UnderWay(now) = self.attempt else {
            return Ok(None);
        };
        let set = match &self.origin {
            Origin::Given(set) => set.clone(),
            Origin::Published { .. } if !text.is_empty() && text == self.text => {
                self.cache.confirm(now);
                self.attempt = Attempt::None;
                return Ok(None);
            }
            Origin::Published { .. } => read_published(&text)?,
        };
        let list = list_for_host(&set);
        self.text = text;
        self.attempt = Attempt::Read(now, set);
        Ok(Some(list))
    }

    /// Uses the keys that were received, but for those that the host says are
    /// none.
    pub(super) fn settle(&mut self, left_out: &[u32]) {
        if let Attempt::Read(now, set) = mem::replace(&mut self.attempt, Attempt::None) {
            let keys = Numbered::without(&set, left_out);
            self.cache.replace(Rc::new(keys), now);
        }
    }

    /// The attempt failed.
    pub(super) fn fail(&mut self, failure: JsValue) {
        if let Attempt::UnderWay(now) | Attempt::Read(now, _) =
            mem::replace(&mut self.attempt, Attempt::None)
        {
            self.cache.fail(failure, now);
        }
    }
}

/// Reads a published key set. A secret that is published is none, so shared
/// secrets are left out.
fn read_published(text: &str) -> Result<KeySet, Refusal> {
    let set = KeySet::read(text.as_bytes()).map_err(|_| Refusal::Published)?;
    let public = set
        .keys()
        .iter()
        .filter(|key| key.public_material().is_some());
    Ok(public.cloned().collect())
}

/// The keys of the algorithms that are left out of this build because WebCrypto
/// is faster, as the JSON text `[[number, algorithm, jwk], …]`.
fn list_for_host(set: &KeySet) -> String {
    let mut list = String::from("[");
    for (number, key) in (0_u32..).zip(set.keys()) {
        let Some(material) = key.public_material() else {
            continue;
        };
        for algorithm in Algorithm::ALL {
            if algorithm.is_built_in() || !key.permits(algorithm) {
                continue;
            }
            if list.len() > 1 {
                list.push(',');
            }
            list.push('[');
            list.push_str(&number.to_string());
            // Names and base64url have nothing that JSON escapes.
            list.push_str(",\"");
            list.push_str(algorithm.name());
            list.push_str("\",{");
            for (place, (name, value)) in material.members().iter().enumerate() {
                let comma = if place > 0 { "," } else { "" };
                for piece in [comma, "\"", name, "\":\"", value, "\""] {
                    list.push_str(piece);
                }
            }
            list.push_str("}]");
        }
    }
    list.push(']');
    list
}

#[cfg(test)]
mod tests {
    use touchmark_core::token::Algorithm;

    use super::{Keys, Numbered, Origin, list_for_host, read_published};
    use crate::js::verifier::key_cache::Pace;

    const ED25519: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    const SECRET: &str = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;

    fn published(keys: &[&str]) -> String {
        format!("{{\"keys\":[{}]}}", keys.join(","))
    }

    #[test]
    fn published_secrets_are_left_out() {
        let set = read_published(&published(&[SECRET, ED25519])).expect("a key set");
        assert_eq!(set.keys().len(), 1);
    }

    #[test]
    fn what_is_not_a_key_set_is_malformed() {
        for text in ["", "<!doctype html>", "[]", r#"{"keys":{}}"#] {
            let refused = read_published(text).err();
            let code = refused.map(|refusal| refusal.code());
            assert_eq!(code, Some("jwks_malformed"), "{text}");
        }
    }

    #[test]
    fn the_host_is_told_of_its_own_keys_only() {
        let set = read_published(&published(&[ED25519, P256])).expect("a key set");
        // A build with all features leaves no algorithm to the host.
        let expected = match Algorithm::Es256.is_built_in() {
            true => "[]".to_owned(),
            false => format!("[[1,\"ES256\",{P256}]]"),
        };
        assert_eq!(list_for_host(&set), expected);
    }

    #[test]
    fn keys_keep_their_numbers_when_others_are_left_out() {
        let set = read_published(&published(&[P256, ED25519])).expect("a key set");
        let keys = Numbered::without(&set, &[0]);
        assert_eq!(keys.number(&keys.set.keys()[0]), Some(1));
        assert_eq!(keys.number(&set.keys()[1]), None);
    }

    #[test]
    fn a_set_has_a_number_of_its_own_and_none_for_the_same_text() {
        let origin = Origin::Published {
            uri: "https://a.example".into(),
            timeout: 5000,
        };
        let pace = Pace {
            max_age: 600.0,
            cooldown: 30.0,
            stale_if_error: 0.0,
        };
        let mut keys = Keys::new(origin, pace);
        let attempt = |keys: &mut Keys, now, text: String| {
            keys.begin(now);
            assert!(keys.may_be_renewed(now));
            let list = keys.receive(text).expect("a key set");
            list.map(|_| {
                keys.settle(&[]);
                keys.cache.generation()
            })
        };
        assert_eq!(attempt(&mut keys, 0.0, published(&[P256])), Some(1));
        assert_eq!(attempt(&mut keys, 30.0, published(&[P256])), None);
        assert!(!keys.may_be_renewed(31.0));
        assert_eq!(attempt(&mut keys, 60.0, published(&[ED25519])), Some(2));
        assert_eq!(keys.receive(published(&[P256])).ok(), Some(None));
        keys.settle(&[]);
        assert_eq!(keys.cache.generation(), 2);
    }
}
