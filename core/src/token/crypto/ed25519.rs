//! Ed25519 that refuses keys and signature points of small order, which
//! `jwt-compact` lets pass.
//!
//! <https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7>

use alloc::borrow::Cow;
use alloc::vec::Vec;

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use jwt_compact::Algorithm as _;

use super::{Unusable, sign_by};
use crate::token::algorithm::Algorithm;
use crate::token::key::PublicMaterial;

pub(super) type Public = VerifyingKey;
pub(super) type Private = SigningKey;

struct Strict;

impl jwt_compact::Algorithm for Strict {
    type SigningKey = SigningKey;
    type VerifyingKey = VerifyingKey;
    type Signature = Signature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(Algorithm::EdDsa.name())
    }

    fn sign(&self, key: &SigningKey, message: &[u8]) -> Signature {
        jwt_compact::alg::Ed25519.sign(key, message)
    }

    fn verify_signature(&self, signature: &Signature, key: &VerifyingKey, message: &[u8]) -> bool {
        key.verify_strict(message, signature).is_ok()
    }
}

pub(super) fn public(material: &PublicMaterial) -> Result<Public, Unusable> {
    match material {
        PublicMaterial::Ed25519 { x } => {
            VerifyingKey::from_bytes(x).map_err(|_| Unusable::Malformed)
        }
        _ => Err(Unusable::Malformed),
    }
}

pub(super) fn private(d: &[u8; 32]) -> Result<(Private, PublicMaterial), Unusable> {
    let key = SigningKey::from_bytes(d);
    let x = key.verifying_key().to_bytes();
    Ok((key, PublicMaterial::Ed25519 { x }))
}

pub(super) fn verify(key: &Public, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    let signature = Signature::from_slice(signature);
    let is_valid = |signature| Strict.verify_signature(&signature, key, message);
    algorithm == Algorithm::EdDsa && signature.is_ok_and(is_valid)
}

pub(super) fn sign(key: &Private, message: &[u8]) -> Vec<u8> {
    sign_by(&Strict, key, message)
}
