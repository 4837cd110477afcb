//! The only place that names crypto crates. Signatures go through
//! `jwt-compact`'s `Algorithm`; where its own implementation is laxer than the
//! rules it is implemented here. An algorithm that is left out of the build
//! keeps its place with key types that have no values (`absent`).

#[cfg(not(all(feature = "ed25519", feature = "es256", feature = "rsa")))]
mod absent;
#[cfg(feature = "ed25519")]
mod ed25519;
#[cfg(feature = "es256")]
mod es256;
mod hmac;
mod password;
#[cfg(feature = "rsa")]
mod rsa;

#[cfg(not(feature = "ed25519"))]
use absent as ed25519;
#[cfg(not(feature = "es256"))]
use absent as es256;
#[cfg(not(feature = "rsa"))]
use absent as rsa;

use alloc::vec::Vec;

#[cfg(any(feature = "ed25519", feature = "es256"))]
use jwt_compact::Algorithm as Scheme;
#[cfg(any(feature = "ed25519", feature = "es256"))]
use jwt_compact::AlgorithmSignature as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::algorithm::Algorithm;
use super::key::PublicMaterial;
use super::secret::Secret;

/// A key in the form in which its algorithm wants it.
#[derive(Clone)]
pub(super) enum VerifyingKey {
    Ed25519(ed25519::Public),
    P256(es256::Public),
    Rsa(rsa::Public),
    Hmac(Secret),
    /// The algorithm is not part of this build.
    Absent,
}

impl VerifyingKey {
    /// Decodes a public key; `None` if it is not one.
    pub(super) fn read(material: &PublicMaterial) -> Option<Self> {
        let key = match material {
            PublicMaterial::Ed25519 { .. } => ed25519::public(material).map(Self::Ed25519),
            PublicMaterial::P256 { .. } => es256::public(material).map(Self::P256),
            PublicMaterial::Rsa { .. } => rsa::public(material).map(Self::Rsa),
        };
        match key {
            Ok(key) => Some(key),
            Err(Unusable::Absent) => Some(Self::Absent),
            Err(Unusable::Malformed) => None,
        }
    }

    /// Whether the signature is valid; `None` if this build cannot tell.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        match self {
            Self::Ed25519(key) => Some(ed25519::verify(key, algorithm, message, signature)),
            Self::P256(key) => Some(es256::verify(key, algorithm, message, signature)),
            Self::Rsa(key) => Some(rsa::verify(key, algorithm, message, signature)),
            Self::Hmac(key) => Some(hmac::verify(key, algorithm, message, signature)),
            Self::Absent => None,
        }
    }
}

/// A private key or a shared secret, bound to its algorithm.
#[derive(Clone)]
pub(super) enum PrivateKey {
    Ed25519(ed25519::Private),
    P256(es256::Private),
    Hmac(Algorithm, Secret),
}

impl PrivateKey {
    /// Decodes the private value `d` of an asymmetric key, and says what its
    /// public half is.
    pub(super) fn read(
        algorithm: Algorithm,
        d: &[u8; 32],
    ) -> Result<(Self, PublicMaterial), Unusable> {
        match algorithm {
            Algorithm::EdDsa => {
                ed25519::private(d).map(|(key, public)| (Self::Ed25519(key), public))
            }
            Algorithm::Es256 => es256::private(d).map(|(key, public)| (Self::P256(key), public)),
            _ => Err(Unusable::Malformed),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => ed25519::sign(key, message),
            Self::P256(key) => es256::sign(key, message),
            Self::Hmac(algorithm, key) => hmac::sign(key, *algorithm, message),
        }
    }
}

pub(super) use hmac::sign as hmac_sign;
pub use password::{hash_password, verify_password};

/// Compares in constant time.
pub(super) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Why a key cannot be used.
pub(super) enum Unusable {
    /// The bytes are not a key of the algorithm.
    Malformed,
    /// The algorithm is not part of this build.
    #[cfg_attr(
        all(feature = "ed25519", feature = "es256", feature = "rsa"),
        expect(dead_code, reason = "nothing is absent from a whole build")
    )]
    Absent,
}

#[cfg(feature = "es256")]
fn verify_by<S: Scheme>(
    scheme: &S,
    key: &S::VerifyingKey,
    message: &[u8],
    signature: &[u8],
) -> bool {
    if S::Signature::LENGTH.is_some_and(|length| length.get() != signature.len()) {
        return false;
    }
    S::Signature::try_from_slice(signature)
        .is_ok_and(|signature| scheme.verify_signature(&signature, key, message))
}

#[cfg(any(feature = "ed25519", feature = "es256"))]
fn sign_by<S: Scheme>(scheme: &S, key: &S::SigningKey, message: &[u8]) -> Vec<u8> {
    scheme.sign(key, message).as_bytes().into_owned()
}
