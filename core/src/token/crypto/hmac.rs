//! HS256, HS384 and HS512. Signatures are compared in constant time; the
//! length of keys is checked where they are read.
//!
//! <https://www.rfc-editor.org/rfc/rfc7518#section-3.2>

use alloc::vec::Vec;

use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha384, Sha512};

use crate::token::algorithm::Algorithm;
use crate::token::secret::Secret;

pub(super) fn verify(key: &Secret, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    algorithm.is_symmetric() && super::equal(&sign(key, algorithm, message), signature)
}

pub(in crate::token) fn sign(key: &Secret, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let key = key.expose();
    match algorithm {
        Algorithm::Hs384 => tag(Hmac::<Sha384>::new_from_slice(key), message),
        Algorithm::Hs512 => tag(Hmac::<Sha512>::new_from_slice(key), message),
        _ => tag(Hmac::<Sha256>::new_from_slice(key), message),
    }
}

fn tag<M: Mac, E: core::fmt::Debug>(mac: Result<M, E>, message: &[u8]) -> Vec<u8> {
    let mut mac = mac.expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
