//! HS256, HS384 and HS512. Signatures are compared in constant time by
//! `jwt-compact`; the length of keys is checked where they are read.

use alloc::vec::Vec;

use jwt_compact::alg::{Hs256, Hs256Key, Hs384, Hs384Key, Hs512, Hs512Key};

use super::{sign_by, verify_by};
use crate::token::algorithm::Algorithm;
use crate::token::secret::Secret;

pub(super) fn verify(key: &Secret, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    let key = key.expose();
    match algorithm {
        Algorithm::Hs256 => verify_by(&Hs256, &Hs256Key::new(key), message, signature),
        Algorithm::Hs384 => verify_by(&Hs384, &Hs384Key::new(key), message, signature),
        Algorithm::Hs512 => verify_by(&Hs512, &Hs512Key::new(key), message, signature),
        _ => false,
    }
}

pub(in crate::token) fn sign(key: &Secret, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let key = key.expose();
    match algorithm {
        Algorithm::Hs384 => sign_by(&Hs384, &Hs384Key::new(key), message),
        Algorithm::Hs512 => sign_by(&Hs512, &Hs512Key::new(key), message),
        _ => sign_by(&Hs256, &Hs256Key::new(key), message),
    }
}
