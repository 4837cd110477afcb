//! ES256 as `jwt-compact` has it: signatures are `r` and `s` of 32 bytes each,
//! neither zero nor past the order; nonces are deterministic (RFC 6979).
//!
//! <https://www.rfc-editor.org/rfc/rfc7518#section-3.4>

use alloc::vec::Vec;

use jwt_compact::Algorithm as Scheme;
use jwt_compact::alg::{Es256, SigningKey as _, VerifyingKey as _};
use jwt_compact::jwk::JsonWebKey;

use super::{Unusable, sign_by, verify_by};
use crate::token::algorithm::Algorithm;
use crate::token::key::PublicMaterial;

pub(super) type Public = <Es256 as Scheme>::VerifyingKey;
pub(super) type Private = <Es256 as Scheme>::SigningKey;

pub(super) fn public(material: &PublicMaterial) -> Result<Public, Unusable> {
    let PublicMaterial::P256 { x, y } = material else {
        return Err(Unusable::Malformed);
    };
    // The uncompressed form of SEC 1: a 4, then both coordinates.
    let mut point = [4; 65];
    point[1..33].copy_from_slice(x);
    point[33..].copy_from_slice(y);
    Public::from_slice(&point).map_err(|_| Unusable::Malformed)
}

pub(super) fn private(d: &[u8; 32]) -> Result<(Private, PublicMaterial), Unusable> {
    let key = Private::from_slice(d).map_err(|_| Unusable::Malformed)?;
    let public = key.to_verifying_key();
    let JsonWebKey::EllipticCurve { x, y, .. } = JsonWebKey::from(&public) else {
        return Err(Unusable::Malformed);
    };
    match (<[u8; 32]>::try_from(&*x), <[u8; 32]>::try_from(&*y)) {
        (Ok(x), Ok(y)) => Ok((key, PublicMaterial::P256 { x, y })),
        _ => Err(Unusable::Malformed),
    }
}

pub(super) fn verify(key: &Public, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    algorithm == Algorithm::Es256 && verify_by(&Es256, key, message, signature)
}

pub(super) fn sign(key: &Private, message: &[u8]) -> Vec<u8> {
    sign_by(&Es256, key, message)
}
