//! Keys that sign: Ed25519, ES256 and HMAC. RSA is verified, never used for
//! signing. Randomness is an argument; where keys are kept, and under which
//! encryption, is the caller's business.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use zeroize::{Zeroize as _, Zeroizing};

use super::algorithm::Algorithm;
use super::crypto::{PrivateKey, Unusable};
use super::key::{Key, KeyError, Kid, Material};
use super::secret::Secret;
use super::{base64url, jwk};
use crate::json::{self, Glimpse, Limits, Members};

/// A key that signs, with the half that verifies.
#[derive(Clone)]
pub struct SigningKey {
    kid: Kid,
    algorithm: Algorithm,
    private: PrivateKey,
    /// The JWK member `d`, or `k` of a shared secret.
    secret: Secret,
    verifying: Key,
}

impl SigningKey {
    /// A new key from a source of randomness, which fills the slice that it is
    /// given. Asymmetric keys are named by their thumbprint, secrets at random.
    pub fn generate(
        algorithm: Algorithm,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Self, KeyError> {
        if let Some(length) = algorithm.hash_length() {
            let mut name = [0; 16];
            random(&mut name);
            let mut secret = alloc::vec![0; length];
            random(&mut secret);
            return Self::from_secret(algorithm, secret, Kid::new(base64url::encode(&name))?);
        }
        // One draw in 2^32 is not a private key of P-256; a source that goes
        // on giving such numbers is broken.
        for _ in 0..8 {
            let mut d = Zeroizing::new([0; 32]);
            random(d.as_mut());
            match Self::from_private(algorithm, &d, None, None) {
                Err(KeyError::NotAKey) => {}
                key => return key,
            }
        }
        Err(KeyError::NotAKey)
    }

    /// A shared secret for one algorithm of the HMAC family: at least as long
    /// as the hash, and random.
    pub fn from_secret(algorithm: Algorithm, secret: Vec<u8>, kid: Kid) -> Result<Self, KeyError> {
        let secret = Secret::new(secret);
        let verifying = Key::shared(secret.clone(), Some(kid.clone()))?
            .restricted_to(Some(algorithm.name()))?;
        let private = PrivateKey::Hmac(algorithm, secret.clone());
        Ok(Self {
            kid,
            algorithm,
            private,
            secret,
            verifying,
        })
    }

    /// Reads a private JWK: Ed25519, P-256, or a shared secret with `kid` and
    /// `alg`. A key pair without `kid` is named by its thumbprint.
    pub fn read(jwk: &[u8]) -> Result<Self, KeyError> {
        let seen = json::glance(jwk, &Limits::SMALL, jwk::LEVELS).map_err(KeyError::Json)?;
        let mut members = seen.into_members().ok_or(KeyError::NotAnObject)?;
        let d = take_secret(&mut members, "d")?;
        let verifying = jwk::read(&members);
        if take_secret(&mut members, "k")?.is_some() {
            return Self::shared(verifying?);
        }
        let verifying = verifying?;
        let d = d.ok_or(KeyError::Member("d"))?;
        let d =
            Zeroizing::new(<[u8; 32]>::try_from(d.expose()).map_err(|_| KeyError::Member("d"))?);
        let algorithm = if verifying.permits(Algorithm::EdDsa) {
            Algorithm::EdDsa
        } else if verifying.permits(Algorithm::Es256) {
            Algorithm::Es256
        } else {
            return Err(KeyError::VerifyOnly);
        };
        let key = Self::from_private(algorithm, &d, verifying.kid.clone(), verifying.alg)?;
        match key.verifying.public_material() == verifying.public_material() {
            true => Ok(key),
            false => Err(KeyError::HalvesDiffer),
        }
    }

    fn shared(verifying: Key) -> Result<Self, KeyError> {
        let algorithm = verifying
            .alg
            .and_then(Algorithm::read)
            .ok_or(KeyError::Member("alg"))?;
        let kid = verifying.kid.clone().ok_or(KeyError::Member("kid"))?;
        match &verifying.material {
            Material::Secret(secret) => Ok(Self {
                kid,
                algorithm,
                private: PrivateKey::Hmac(algorithm, secret.clone()),
                secret: secret.clone(),
                verifying,
            }),
            Material::Public(_) => Err(KeyError::Member("k")),
        }
    }

    fn from_private(
        algorithm: Algorithm,
        d: &[u8; 32],
        kid: Option<Kid>,
        alg: Option<&str>,
    ) -> Result<Self, KeyError> {
        if !matches!(algorithm, Algorithm::EdDsa | Algorithm::Es256) {
            return Err(KeyError::VerifyOnly);
        }
        let (private, public) = PrivateKey::read(algorithm, d).map_err(|error| match error {
            Unusable::Malformed => KeyError::NotAKey,
            Unusable::Absent => KeyError::NotBuiltIn,
        })?;
        let alg = alg.unwrap_or(algorithm.name());
        let mut verifying = Key::from_public(public, None, Some(alg))?;
        let kid = match kid {
            Some(kid) => kid,
            None => Kid::new(verifying.thumbprint().ok_or(KeyError::NotAKey)?)?,
        };
        verifying.kid = Some(kid.clone());
        Ok(Self {
            kid,
            algorithm,
            private,
            secret: Secret::new(d.to_vec()),
            verifying,
        })
    }

    /// The same key under another id.
    #[must_use]
    pub fn named(mut self, kid: Kid) -> Self {
        self.verifying.kid = Some(kid.clone());
        self.kid = kid;
        self
    }

    /// The id of the key.
    pub fn kid(&self) -> &Kid {
        &self.kid
    }

    /// The algorithm that the key signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The half that verifies; for a shared secret, the secret itself.
    pub fn verifying_key(&self) -> &Key {
        &self.verifying
    }

    /// The private JWK as JSON text, for whoever seals and stores it.
    pub fn write_private(&self) -> Secret {
        let (mut members, name) = match self.verifying.write_public() {
            Some(members) => (members, "d"),
            None => {
                let members = [
                    ("kty", "oct"),
                    ("kid", self.kid.as_str()),
                    ("alg", self.algorithm.name()),
                    ("use", "sig"),
                ];
                let members = members.map(|(name, value)| (name.into(), value.into()));
                (members.into_iter().collect(), "k")
            }
        };
        members.remove(name);
        // The secret goes straight into a text that is wiped, behind the
        // others; the room is reserved, so that no copy is left behind.
        let public = serde_json::to_vec(&members).expect("a map of texts is JSON");
        let mut text = Vec::with_capacity(public.len() + self.secret.expose().len() * 2 + 16);
        text.extend_from_slice(&public[..public.len() - 1]);
        let mut encoded = base64url::encode_secret(self.secret.expose());
        for piece in [",\"", name, "\":\"", &encoded, "\"}"] {
            text.extend_from_slice(piece.as_bytes());
        }
        encoded.zeroize();
        Secret::new(text)
    }

    pub(super) fn alg_name(&self) -> &'static str {
        self.verifying.alg.unwrap_or(self.algorithm.name())
    }

    pub(super) fn signature(&self, message: &[u8]) -> Vec<u8> {
        self.private.sign(message)
    }
}

/// Shows the id and the algorithm; never the key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Takes a secret member out of a JWK and wipes its text.
fn take_secret(members: &mut Members<'_>, name: &'static str) -> Result<Option<Secret>, KeyError> {
    match members.take(name) {
        None => Ok(None),
        Some(Glimpse::Text(text)) => {
            let bytes = base64url::decode_secret(text.as_bytes());
            // A text without escapes was never copied.
            if let Cow::Owned(mut copy) = text {
                copy.zeroize();
            }
            Ok(Some(Secret::new(bytes.ok_or(KeyError::Member(name))?)))
        }
        Some(_) => Err(KeyError::Member(name)),
    }
}
