//! RS256 and PS256, for verifying only: without a private key there is nothing
//! that timing could give away (RUSTSEC-2023-0071). The `rsa` feature of
//! `jwt-compact` is left alone because it draws in an ambient random source.
//!
//! <https://www.rfc-editor.org/rfc/rfc7518#section-3.3>

use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Digest as _, Sha256};

use super::Unusable;
use crate::token::algorithm::Algorithm;
use crate::token::key::PublicMaterial;

pub(super) type Public = RsaPublicKey;

pub(super) fn public(material: &PublicMaterial) -> Result<Public, Unusable> {
    match material {
        PublicMaterial::Rsa { n, e } => {
            RsaPublicKey::new(BigUint::from_bytes_be(n), BigUint::from_bytes_be(e))
                .map_err(|_| Unusable::Malformed)
        }
        _ => Err(Unusable::Malformed),
    }
}

pub(super) fn verify(key: &Public, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    let digest = Sha256::digest(message);
    match algorithm {
        Algorithm::Rs256 => key
            .verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature)
            .is_ok(),
        // RFC 7518 fixes the length of the salt to that of the hash.
        Algorithm::Ps256 => key.verify(Pss::new::<Sha256>(), &digest, signature).is_ok(),
        _ => false,
    }
}
