//! JWK members to keys, and public keys to JWK members. Members that are not
//! listed here are ignored, as RFC 7517 asks, above all `x5u`, `x5c` and the
//! private ones.
//!
//! <https://www.rfc-editor.org/rfc/rfc7517>, <https://www.rfc-editor.org/rfc/rfc7518#section-6>,
//! <https://www.rfc-editor.org/rfc/rfc8037#section-2>

use alloc::string::String;
use alloc::vec::Vec;

use super::key::{Key, KeyError, Kid, PublicMaterial};
use super::secret::Secret;
use super::{base64url, edwards};
use crate::json::{Glimpse, Members};

/// How many levels of a JWK have to be seen: its members and their items.
pub(super) const LEVELS: usize = 2;

/// Reads the verifying half of a JWK.
pub(super) fn read(jwk: &Members<'_>) -> Result<Key, KeyError> {
    check_use(jwk)?;
    let kid = text(jwk, "kid")?.map(Kid::new).transpose()?;
    let alg = text(jwk, "alg")?;
    match text(jwk, "kty")?.ok_or(KeyError::Member("kty"))? {
        "oct" => {
            let text = text(jwk, "k")?.ok_or(KeyError::Member("k"))?;
            let secret = base64url::decode_secret(text.as_bytes()).ok_or(KeyError::Member("k"))?;
            Key::shared(Secret::new(secret), kid)?.restricted_to(alg)
        }
        kty => Key::from_public(read_material(kty, jwk)?, kid, alg),
    }
}

/// The public numbers of a JWK whose `kty` has been read.
pub(super) fn read_material(kty: &str, jwk: &Members<'_>) -> Result<PublicMaterial, KeyError> {
    let curve = |expected| match text(jwk, "crv")? {
        Some(name) if name == expected => Ok(()),
        Some(_) => Err(KeyError::Unsupported("crv")),
        None => Err(KeyError::Member("crv")),
    };
    match kty {
        "OKP" => {
            curve("Ed25519")?;
            Ok(PublicMaterial::Ed25519 {
                x: number(jwk, "x")?,
            })
        }
        "EC" => {
            curve("P-256")?;
            Ok(PublicMaterial::P256 {
                x: number(jwk, "x")?,
                y: number(jwk, "y")?,
            })
        }
        "RSA" => Ok(PublicMaterial::Rsa {
            n: bytes(jwk, "n")?,
            e: bytes(jwk, "e")?,
        }),
        _ => Err(KeyError::Unsupported("kty")),
    }
}

/// Refuses what can be told from the numbers alone, whoever uses the key.
pub(super) fn check_public(material: &PublicMaterial) -> Result<(), KeyError> {
    match material {
        PublicMaterial::Ed25519 { x } if !edwards::is_sound_point(x) => Err(KeyError::NotAKey),
        PublicMaterial::Ed25519 { .. } | PublicMaterial::P256 { .. } => Ok(()),
        PublicMaterial::Rsa { n, e } => check_rsa(n, e),
    }
}

/// A modulus of 2048 to 4096 bits and an odd exponent of 3 to 32 bits, both
/// without leading zeroes.
fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), KeyError> {
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let bits = match n.first() {
        Some(0) | None => return Err(KeyError::Member("n")),
        Some(first) => n.len() * 8 - first.leading_zeros() as usize,
    };
    match e {
        [] | [0, ..] => Err(KeyError::Member("e")),
        _ if bits < 2048 || e == [1] => Err(KeyError::Weak),
        _ if bits > 4096 || e.len() > 4 || !odd(n) || !odd(e) => Err(KeyError::NotAKey),
        _ => Ok(()),
    }
}

impl PublicMaterial {
    /// The members of a JWK that make up the public key.
    pub fn members(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Ed25519 { x } => [
                ("kty", "OKP".into()),
                ("crv", "Ed25519".into()),
                ("x", base64url::encode(x)),
            ]
            .into(),
            Self::P256 { x, y } => [
                ("kty", "EC".into()),
                ("crv", "P-256".into()),
                ("x", base64url::encode(x)),
                ("y", base64url::encode(y)),
            ]
            .into(),
            Self::Rsa { n, e } => [
                ("kty", "RSA".into()),
                ("n", base64url::encode(n)),
                ("e", base64url::encode(e)),
            ]
            .into(),
        }
    }
}

/// A member that is a text, if it is there.
pub(super) fn text<'a>(
    jwk: &'a Members<'_>,
    name: &'static str,
) -> Result<Option<&'a str>, KeyError> {
    match jwk.find(name) {
        None => Ok(None),
        Some(Glimpse::Text(text)) => Ok(Some(text)),
        Some(_) => Err(KeyError::Member(name)),
    }
}

fn bytes(jwk: &Members<'_>, name: &'static str) -> Result<Vec<u8>, KeyError> {
    let text = text(jwk, name)?.ok_or(KeyError::Member(name))?;
    base64url::decode(text.as_bytes()).ok_or(KeyError::Member(name))
}

fn number(jwk: &Members<'_>, name: &'static str) -> Result<[u8; 32], KeyError> {
    bytes(jwk, name)?
        .try_into()
        .map_err(|_| KeyError::Member(name))
}

/// `use` and `key_ops` must allow signatures where they are present.
fn check_use(jwk: &Members<'_>) -> Result<(), KeyError> {
    if text(jwk, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err(KeyError::WrongUse);
    }
    let signs = |operation: &Glimpse<'_>| matches!(operation.as_text(), Some("verify" | "sign"));
    match jwk.find("key_ops") {
        None => Ok(()),
        Some(Glimpse::Items(operations)) if operations.iter().any(signs) => Ok(()),
        Some(Glimpse::Items(_)) => Err(KeyError::WrongUse),
        Some(_) => Err(KeyError::Member("key_ops")),
    }
}
