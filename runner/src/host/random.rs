//! Randomness of the operating system. There is no fallback: without it no
//! key, secret or identifier is safe.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use touchmark_core::operation::{Pepper, Random};
use touchmark_core::record::Secret;
use touchmark_core::token::{Algorithm, SigningKey};

/// The operating system's source of random bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl SystemRandom {
    /// Tries the source, so that a machine without one is told at the start
    /// and not by a request.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system gives none.
    pub fn probe() -> Result<Self, NoRandomness> {
        getrandom::fill(&mut [0; 16]).map_err(NoRandomness)?;
        Ok(Self)
    }

    /// A new key for an algorithm that signs.
    pub(crate) fn signing_key(self, algorithm: Algorithm) -> SigningKey {
        SigningKey::generate(algorithm, &mut |bytes| self.fill(bytes))
            .expect("random bytes make a key of every algorithm that signs")
    }

    /// A new pepper.
    pub(crate) fn pepper(self) -> Pepper {
        Pepper::new(self.secret()).expect("43 characters are enough for a pepper")
    }

    /// 256 random bits as text.
    pub(crate) fn secret(self) -> Secret {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        Secret::new(Base64UrlUnpadded::encode_string(&bytes))
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes)
            .expect("a system that gave random bytes at the start goes on doing so");
    }
}

/// The operating system gives no random bytes.
#[derive(Clone, Copy, Debug)]
pub struct NoRandomness(getrandom::Error);

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the system gives no random bytes: {}", self.0)
    }
}

impl core::error::Error for NoRandomness {}
