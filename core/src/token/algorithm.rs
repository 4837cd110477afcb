//! The signature algorithms, by name. What they compute is in `crypto`.
//!
//! <https://www.rfc-editor.org/rfc/rfc7518#section-3.1>,
//! <https://www.rfc-editor.org/rfc/rfc8037>, <https://www.rfc-editor.org/rfc/rfc9864>

use core::fmt;

/// A signature algorithm that tokens may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519, known as `EdDSA` and, since RFC 9864, as `Ed25519`. The default.
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSA PKCS #1 v1.5 with SHA-256; verified, never minted.
    Rs256,
    /// RSA PSS with SHA-256; verified, never minted.
    Ps256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 7] = [
        Self::EdDsa,
        Self::Es256,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Rs256,
        Self::Ps256,
    ];

    /// The algorithm of an `alg` member. Names are case-sensitive.
    pub fn read(name: &str) -> Option<Self> {
        Some(match name {
            "EdDSA" | "Ed25519" => Self::EdDsa,
            "ES256" => Self::Es256,
            "HS256" => Self::Hs256,
            "HS384" => Self::Hs384,
            "HS512" => Self::Hs512,
            "RS256" => Self::Rs256,
            "PS256" => Self::Ps256,
            _ => return None,
        })
    }

    /// The name that most verifiers know.
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// Whether one secret both signs and verifies.
    pub fn is_symmetric(self) -> bool {
        self.hash_length().is_some()
    }

    /// Whether this build checks signatures of the algorithm by itself.
    pub fn is_built_in(self) -> bool {
        match self {
            Self::EdDsa => cfg!(feature = "ed25519"),
            Self::Es256 => cfg!(feature = "es256"),
            Self::Rs256 | Self::Ps256 => cfg!(feature = "rsa"),
            Self::Hs256 | Self::Hs384 | Self::Hs512 => true,
        }
    }

    /// For HMAC the length of the hash, which is the shortest key and the
    /// length of the signature.
    pub(super) fn hash_length(self) -> Option<usize> {
        match self {
            Self::Hs256 => Some(32),
            Self::Hs384 => Some(48),
            Self::Hs512 => Some(64),
            Self::EdDsa | Self::Es256 | Self::Rs256 | Self::Ps256 => None,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
