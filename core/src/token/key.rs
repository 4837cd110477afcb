//! Keys that verify: public keys, and shared secrets. A key knows its id and
//! the algorithms it may be used with, and is decoded once. Reading it from a
//! JWK is in `jwk`; keys that sign are in `signing`.
//!
//! <https://www.rfc-editor.org/rfc/rfc7517>, <https://www.rfc-editor.org/rfc/rfc7638>

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::crypto::{self, VerifyingKey};
use super::secret::Secret;
use super::{base64url, jwk};
use crate::json::{self, Limits};

/// The id of a key: any text of up to [`Kid::LONGEST`] bytes, compared by bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid(String);

impl Kid {
    /// The longest id, in bytes.
    pub const LONGEST: usize = 256;

    /// An id, unless it is empty or too long.
    pub fn new(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        match text.len() {
            1..=Self::LONGEST => Ok(Self(text)),
            _ => Err(KeyError::Member("kid")),
        }
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The numbers that a public key consists of, big-endian as in a JWK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicMaterial {
    /// A point of Ed25519 in its compressed form.
    Ed25519 {
        /// The encoded point.
        x: [u8; 32],
    },
    /// A point of the curve P-256.
    P256 {
        /// The first coordinate.
        x: [u8; 32],
        /// The second coordinate.
        y: [u8; 32],
    },
    /// An RSA public key.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The public exponent.
        e: Vec<u8>,
    },
}

/// A key that verifies signatures.
#[derive(Clone)]
pub struct Key {
    pub(super) kid: Option<Kid>,
    /// The name under `alg`: the key is for this algorithm only.
    pub(super) alg: Option<&'static str>,
    pub(super) material: Material,
    pub(super) verifying: VerifyingKey,
}

#[derive(Clone)]
pub(super) enum Material {
    Public(PublicMaterial),
    Secret(Secret),
}

impl Key {
    /// Reads a key from a JWK. Private members are ignored and not kept.
    pub fn read(jwk: &[u8]) -> Result<Self, KeyError> {
        let seen = json::glance(jwk, &Limits::SMALL, jwk::LEVELS).map_err(KeyError::Json)?;
        jwk::read(&seen.into_members().ok_or(KeyError::NotAnObject)?)
    }

    /// A public key. `alg` is as in [`Algorithm`]'s names, or either of the
    /// two names of Ed25519.
    pub fn from_public(
        material: PublicMaterial,
        kid: Option<Kid>,
        alg: Option<&str>,
    ) -> Result<Self, KeyError> {
        jwk::check_public(&material)?;
        let verifying = VerifyingKey::read(&material).ok_or(KeyError::NotAKey)?;
        let key = Self {
            kid,
            alg: None,
            material: Material::Public(material),
            verifying,
        };
        key.restricted_to(alg)
    }

    /// A shared secret that was agreed on for one algorithm of the HMAC family.
    pub fn from_secret(
        algorithm: Algorithm,
        secret: Vec<u8>,
        kid: Option<Kid>,
    ) -> Result<Self, KeyError> {
        Self::shared(Secret::new(secret), kid)?.restricted_to(Some(algorithm.name()))
    }

    pub(super) fn shared(secret: Secret, kid: Option<Kid>) -> Result<Self, KeyError> {
        let shortest = Algorithm::Hs256.hash_length().unwrap_or_default();
        if secret.expose().len() < shortest || secret.looks_guessable() {
            return Err(KeyError::Weak);
        }
        let verifying = VerifyingKey::Hmac(secret.clone());
        Ok(Self {
            kid,
            alg: None,
            material: Material::Secret(secret),
            verifying,
        })
    }

    /// The key for one algorithm only, unless it cannot be used with it.
    pub(super) fn restricted_to(self, alg: Option<&str>) -> Result<Self, KeyError> {
        let Some(name) = alg else { return Ok(self) };
        let algorithm = Algorithm::read(name).ok_or(KeyError::Unsupported("alg"))?;
        if !self.can_be_used_with(algorithm) {
            return Err(match (&self.material, algorithm.is_symmetric()) {
                (Material::Secret(_), true) => KeyError::Weak,
                _ => KeyError::Member("alg"),
            });
        }
        let alg = Some(if name == "Ed25519" {
            "Ed25519"
        } else {
            algorithm.name()
        });
        Ok(Self { alg, ..self })
    }

    /// The id of the key, if it has one.
    pub fn kid(&self) -> Option<&Kid> {
        self.kid.as_ref()
    }

    /// The public numbers; `None` for a shared secret.
    pub fn public_material(&self) -> Option<&PublicMaterial> {
        match &self.material {
            Material::Public(material) => Some(material),
            Material::Secret(_) => None,
        }
    }

    /// Whether tokens of this algorithm may be verified with this key.
    pub fn permits(&self, algorithm: Algorithm) -> bool {
        match self.alg {
            Some(name) => Algorithm::read(name) == Some(algorithm),
            None => self.can_be_used_with(algorithm),
        }
    }

    fn can_be_used_with(&self, algorithm: Algorithm) -> bool {
        match &self.material {
            Material::Public(PublicMaterial::Ed25519 { .. }) => algorithm == Algorithm::EdDsa,
            Material::Public(PublicMaterial::P256 { .. }) => algorithm == Algorithm::Es256,
            Material::Public(PublicMaterial::Rsa { .. }) => {
                matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256)
            }
            Material::Secret(secret) => algorithm
                .hash_length()
                .is_some_and(|length| secret.expose().len() >= length),
        }
    }

    /// The RFC 7638 thumbprint with SHA-256; `None` for a shared secret, which
    /// must not be published even as a hash.
    pub fn thumbprint(&self) -> Option<String> {
        let text = match self.public_material()? {
            PublicMaterial::Ed25519 { x } => {
                format!(
                    r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#,
                    base64url::encode(x)
                )
            }
            PublicMaterial::P256 { x, y } => format!(
                r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                base64url::encode(x),
                base64url::encode(y)
            ),
            PublicMaterial::Rsa { n, e } => format!(
                r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                base64url::encode(e),
                base64url::encode(n)
            ),
        };
        Some(base64url::encode(&crypto::sha256(text.as_bytes())))
    }

    /// The public JWK, with `kid`, `alg` and `use`; `None` for a shared secret.
    /// A key without an id gets its thumbprint, and one without `alg` the
    /// algorithm of its type.
    pub fn write_public(&self) -> Option<Map<String, Value>> {
        let material = self.public_material()?;
        let kid = match &self.kid {
            Some(kid) => kid.0.clone(),
            None => self.thumbprint()?,
        };
        let alg = self.alg.unwrap_or(match material {
            PublicMaterial::Ed25519 { .. } => Algorithm::EdDsa.name(),
            PublicMaterial::P256 { .. } => Algorithm::Es256.name(),
            PublicMaterial::Rsa { .. } => Algorithm::Rs256.name(),
        });
        let mut members = Map::new();
        for (name, value) in material.members() {
            members.insert(name.into(), value.into());
        }
        members.insert("kid".into(), kid.into());
        members.insert("alg".into(), alg.into());
        members.insert("use".into(), "sig".into());
        Some(members)
    }
}

/// Shows the id and the algorithm; never the key.
impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Key")
            .field("kid", &self.kid)
            .field("alg", &self.alg)
            .finish_non_exhaustive()
    }
}

/// Why a key or a key set cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The text is not JSON, or is too large.
    Json(json::Error),
    /// A JWK is not an object.
    NotAnObject,
    /// A key set has no `keys` array.
    NotASet,
    /// A key set has too many keys.
    TooMany,
    /// A key is for something else than signatures.
    WrongUse,
    /// A member names something that is not supported.
    Unsupported(&'static str),
    /// A member is missing or malformed.
    Member(&'static str),
    /// The numbers are not a key.
    NotAKey,
    /// The key is too short, or a secret is guessable.
    Weak,
    /// The private half belongs to another public half.
    HalvesDiffer,
    /// The algorithm is only verified, never used for signing.
    VerifyOnly,
    /// The algorithm is not part of this build.
    NotBuiltIn,
}

impl KeyError {
    /// The stable code of this reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(_) => "key_bad_json",
            Self::NotAnObject => "key_not_an_object",
            Self::NotASet => "key_set_malformed",
            Self::TooMany => "key_set_too_large",
            Self::WrongUse => "key_wrong_use",
            Self::Unsupported(_) => "key_unsupported",
            Self::Member(_) => "key_member_malformed",
            Self::NotAKey => "key_invalid",
            Self::Weak => "key_weak",
            Self::HalvesDiffer => "key_halves_differ",
            Self::VerifyOnly => "key_verify_only",
            Self::NotBuiltIn => "key_not_built_in",
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Json(_) => "key is not JSON",
            Self::NotAnObject => "key is not a JSON object",
            Self::NotASet => "key set has no array of keys",
            Self::TooMany => "key set has too many keys",
            Self::WrongUse => "key is not for signatures",
            Self::Unsupported(name) => {
                return write_about(formatter, name, " names something unsupported");
            }
            Self::Member(name) => {
                return write_about(formatter, name, " is missing or malformed");
            }
            Self::NotAKey => "numbers are not a key",
            Self::Weak => "key is too weak",
            Self::HalvesDiffer => "private and public half do not belong together",
            Self::VerifyOnly => "algorithm is only for verifying",
            Self::NotBuiltIn => "algorithm is not part of this build",
        })
    }
}

/// Written in pieces, because the machinery of `write!` weighs more than all
/// of them where every byte is downloaded.
fn write_about(formatter: &mut fmt::Formatter<'_>, member: &str, what: &str) -> fmt::Result {
    let pieces = ["key member ", member, what];
    pieces
        .iter()
        .try_for_each(|piece| formatter.write_str(piece))
}

impl core::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            _ => None,
        }
    }
}
