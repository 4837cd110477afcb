//! Verification in stages that cannot be taken out of order: a token is read
//! ([`Unverified`]), its keys are chosen ([`Chosen`]), its signature is checked
//! ([`Signed`]) by this crate or by the host, its claims are held against the
//! policy ([`Verified`]). Only the last stage gives out claims.
//!
//! <https://www.rfc-editor.org/rfc/rfc7515#section-5.2>, <https://www.rfc-editor.org/rfc/rfc8725>

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::claims::Claims;
use super::compact::{self, Compact};
use super::edwards;
use super::error::{Part, TokenError};
use super::header::Header;
use super::key::Key;
use super::key_set::KeySet;
use super::policy::{Limits, Policy};
use crate::json;
use crate::time::Timestamp;

/// Verifies a token with the algorithms of this build.
pub fn verify(
    token: &(impl AsRef<[u8]> + ?Sized),
    keys: &KeySet,
    policy: &Policy,
    now: Timestamp,
) -> Result<Verified, TokenError> {
    Unverified::read(token, policy)?
        .choose(keys)?
        .verified_by(|check| check.verify())?
        .admit(now)
}

/// A token whose form and header are sound, and of which nothing is known.
pub struct Unverified<'t, 'p> {
    message: &'t [u8],
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
    policy: &'p Policy,
}

impl<'t, 'p> Unverified<'t, 'p> {
    /// Reads a token under the limits of a policy, and applies the header
    /// rules, the policy's among them. No cryptography is done.
    pub fn read(
        token: &'t (impl AsRef<[u8]> + ?Sized),
        policy: &'p Policy,
    ) -> Result<Self, TokenError> {
        let compact = Compact::read(token.as_ref(), &policy.limits)?;
        let header = compact::decode(compact.header, Part::Header)?;
        let payload = compact::decode(compact.payload, Part::Payload)?;
        let signature = compact::decode(compact.signature, Part::Signature)?;
        let header = Header::read(&header, &policy.limits)?;
        if !policy.algorithms.contains(&header.algorithm()) {
            return Err(TokenError::AlgNotAllowed);
        }
        if !policy.typ.accepts(header.typ()) {
            return Err(TokenError::WrongTyp);
        }
        Ok(Self {
            message: compact.message,
            header,
            payload,
            signature,
            policy,
        })
    }

    /// The header, which nobody vouches for.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Chooses the keys that the token may be signed with.
    pub fn choose<'k>(self, keys: &'k KeySet) -> Result<Chosen<'t, 'k, 'p>, TokenError> {
        let header = &self.header;
        let keys = keys.choose(header.algorithm(), header.kid(), self.policy.kid)?;
        Ok(Chosen { token: self, keys })
    }
}

/// A token and the keys that it may be signed with: most often one, a few if
/// the token does not say which.
pub struct Chosen<'t, 'k, 'p> {
    token: Unverified<'t, 'p>,
    keys: Vec<&'k Key>,
}

impl<'t, 'k, 'p> Chosen<'t, 'k, 'p> {
    /// The questions that have to be answered about the signature; one yes is
    /// enough. There is none about a signature that is refused by its bytes.
    pub fn checks(&self) -> Result<impl Iterator<Item = Check<'_>>, TokenError> {
        self.refuse_unsound()?;
        Ok(self.keys.iter().map(|key| self.check(key)))
    }

    /// Checks the signature by [`Check::verify`], or by something faster that
    /// the host has and that answers the same.
    pub fn verified_by(
        self,
        mut is_valid: impl FnMut(&Check<'_>) -> Result<bool, TokenError>,
    ) -> Result<Signed<'k, 'p>, TokenError> {
        self.refuse_unsound()?;
        for key in &self.keys {
            if is_valid(&self.check(key))? {
                return Ok(Signed::new(self.token, key));
            }
        }
        Err(TokenError::BadSignature)
    }

    /// As [`Self::verified_by`], for hosts whose cryptography is asynchronous,
    /// such as WebCrypto.
    pub async fn verified_by_async(
        self,
        is_valid: impl AsyncFn(&Check<'_>) -> Result<bool, TokenError>,
    ) -> Result<Signed<'k, 'p>, TokenError> {
        self.refuse_unsound()?;
        for key in &self.keys {
            if is_valid(&self.check(key)).await? {
                return Ok(Signed::new(self.token, key));
            }
        }
        Err(TokenError::BadSignature)
    }

    fn check<'c>(&'c self, key: &'c Key) -> Check<'c> {
        let token = &self.token;
        Check {
            algorithm: token.header.algorithm(),
            key,
            message: token.message,
            signature: &token.signature,
        }
    }

    /// Refuses signatures of the wrong length, and those that some
    /// implementations would accept and others not.
    fn refuse_unsound(&self) -> Result<(), TokenError> {
        let signature = self.token.signature.as_slice();
        let sound = match self.token.header.algorithm() {
            Algorithm::EdDsa => signature.try_into().is_ok_and(edwards::is_sound_signature),
            Algorithm::Es256 => signature.len() == 64,
            Algorithm::Rs256 | Algorithm::Ps256 => !signature.is_empty(),
            hmac => hmac.hash_length() == Some(signature.len()),
        };
        match sound {
            true => Ok(()),
            false => Err(TokenError::BadSignature),
        }
    }
}

/// One question to cryptography: did this key sign this message?
#[derive(Clone, Copy)]
pub struct Check<'c> {
    algorithm: Algorithm,
    key: &'c Key,
    message: &'c [u8],
    signature: &'c [u8],
}

impl<'c> Check<'c> {
    /// The algorithm; the key may be used with it.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key.
    pub fn key(&self) -> &'c Key {
        self.key
    }

    /// What was signed.
    pub fn message(&self) -> &'c [u8] {
        self.message
    }

    /// The signature, as JWS has it: ECDSA as `r` and `s`, not as DER.
    pub fn signature(&self) -> &'c [u8] {
        self.signature
    }

    /// Answers with the algorithms of this build.
    pub fn verify(&self) -> Result<bool, TokenError> {
        self.key
            .verifying
            .verify(self.algorithm, self.message, self.signature)
            .ok_or(TokenError::AlgNotBuiltIn)
    }
}

/// A token whose signature is valid, and whose claims have not been looked at.
pub struct Signed<'k, 'p> {
    header: Header,
    payload: Vec<u8>,
    key: &'k Key,
    policy: &'p Policy,
}

impl<'k, 'p> Signed<'k, 'p> {
    fn new(token: Unverified<'_, 'p>, key: &'k Key) -> Self {
        Self {
            header: token.header,
            payload: token.payload,
            key,
            policy: token.policy,
        }
    }

    /// The key that signed the token.
    pub fn key(&self) -> &'k Key {
        self.key
    }

    /// The payload as it was signed, for payloads that are not claims.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Reads the claims and holds them against the policy.
    pub fn admit(self, now: Timestamp) -> Result<Verified, TokenError> {
        let claims = Claims::admit(self.payload, self.policy, now)?;
        Ok(Verified {
            header: self.header,
            claims,
        })
    }
}

/// A token that is genuine, meant for us, and valid now.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    header: Header,
    claims: Claims,
}

impl Verified {
    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The claims, to keep.
    pub fn into_claims(self) -> Claims {
        self.claims
    }
}

/// What a token says about itself, for showing it to people. **Nobody vouches
/// for any of it.**
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    header: String,
    unverified_claims: String,
}

impl Inspected {
    /// The members of the header.
    pub fn header(&self) -> Map<String, Value> {
        json::read_members(&self.header)
    }

    /// The claims.
    pub fn unverified_claims(&self) -> Map<String, Value> {
        json::read_members(&self.unverified_claims)
    }

    /// The header as the JSON text that it is.
    pub fn header_json(&self) -> &str {
        &self.header
    }

    /// The claims as the JSON text that they are.
    pub fn unverified_claims_json(&self) -> &str {
        &self.unverified_claims
    }
}

/// Reads a token without verifying anything. Its form has to be sound, its
/// header may ask for what is not supported.
pub fn inspect(
    token: &(impl AsRef<[u8]> + ?Sized),
    limits: &Limits,
) -> Result<Inspected, TokenError> {
    let compact = Compact::read(token.as_ref(), limits)?;
    let header = compact::decode(compact.header, Part::Header)?;
    let payload = compact::decode(compact.payload, Part::Payload)?;
    compact::decode(compact.signature, Part::Signature)?;
    let object = |bytes: Vec<u8>, part| {
        compact::members(&bytes, part, limits)?;
        String::from_utf8(bytes).map_err(|_| TokenError::BadJson(part))
    };
    Ok(Inspected {
        header: object(header, Part::Header)?,
        unverified_claims: object(payload, Part::Payload)?,
    })
}
