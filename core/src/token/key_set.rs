//! Key sets: reading a JWKS, choosing the keys that a token may mean, writing
//! the public halves. Fetching and caching are the host's business.
//!
//! <https://www.rfc-editor.org/rfc/rfc7517#section-5>

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::algorithm::Algorithm;
use super::error::TokenError;
use super::jwk;
use super::key::{Key, KeyError};
use super::policy::KidRule;
use crate::json::{self, Glimpse, Limits, Members};

/// Keys that verify, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
    skipped: Vec<KeyError>,
}

impl KeySet {
    /// The most keys that a set may have.
    pub const MOST: usize = 100;

    /// The most keys that are tried for one token.
    pub const MOST_TRIED: usize = 4;

    /// Reads a JWKS. Keys that cannot be used, because their type is unknown,
    /// they are for encryption or too weak, are [skipped](Self::skipped), so
    /// that one of them does not take the others away.
    pub fn read(jwks: &[u8]) -> Result<Self, KeyError> {
        let seen = json::glance(jwks, &Limits::SMALL, Self::LEVELS).map_err(KeyError::Json)?;
        Self::read_members(&seen.into_members().ok_or(KeyError::NotASet)?)
    }

    /// How many levels of a JWKS have to be seen.
    pub const LEVELS: usize = jwk::LEVELS + 2;

    /// Reads a JWKS that is part of a larger document.
    pub fn read_members(jwks: &Members<'_>) -> Result<Self, KeyError> {
        let Some(Glimpse::Items(list)) = jwks.find("keys") else {
            return Err(KeyError::NotASet);
        };
        if list.len() > Self::MOST {
            return Err(KeyError::TooMany);
        }
        let mut set = Self::default();
        for item in list {
            let key = match item {
                Glimpse::Object(members) => jwk::read(members),
                _ => Err(KeyError::NotAnObject),
            };
            match key {
                Ok(key) => set.keys.push(key),
                Err(reason) => set.skipped.push(reason),
            }
        }
        Ok(set)
    }

    /// The keys of the set.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Why keys of the set that was read were left out.
    pub fn skipped(&self) -> &[KeyError] {
        &self.skipped
    }

    /// The set of the public halves, as a JWKS document: shared secrets are
    /// left out, private members never were in, and each key has `kid`, `alg`
    /// and `use`.
    pub fn write_public(&self) -> Value {
        let keys: Vec<Map<String, Value>> =
            self.keys.iter().filter_map(Key::write_public).collect();
        json!({ "keys": keys })
    }

    /// The keys that a token of this algorithm and key id may be signed with.
    /// There is at least one.
    pub(super) fn choose<'k>(
        &'k self,
        algorithm: Algorithm,
        kid: Option<&str>,
        rule: KidRule,
    ) -> Result<Vec<&'k Key>, TokenError> {
        let kid = match (rule, kid) {
            (KidRule::Ignored, _) | (KidRule::Optional, None) => None,
            (KidRule::Required, None) => return Err(TokenError::KidMissing),
            (KidRule::Optional | KidRule::Required, Some(kid)) => Some(kid),
        };
        let is_named = |key: &&Key| kid.is_none() || key.kid().map(|id| id.as_str()) == kid;
        let mut named = self.keys.iter().filter(is_named).peekable();
        if named.peek().is_none() {
            return Err(TokenError::UnknownKey);
        }
        let chosen: Vec<&Key> = named.filter(|key| key.permits(algorithm)).collect();
        match chosen.len() {
            0 if kid.is_some() => Err(TokenError::KeyAlgMismatch),
            0 => Err(TokenError::UnknownKey),
            1..=Self::MOST_TRIED => Ok(chosen),
            _ => Err(TokenError::AmbiguousKey),
        }
    }
}

impl FromIterator<Key> for KeySet {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            skipped: Vec::new(),
        }
    }
}

impl Extend<Key> for KeySet {
    fn extend<I: IntoIterator<Item = Key>>(&mut self, keys: I) {
        self.keys.extend(keys);
    }
}
