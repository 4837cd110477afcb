//! The place of an algorithm that is left out of the build: the same functions
//! as the others, with keys that cannot exist.

use alloc::vec::Vec;

use super::Unusable;
use crate::token::algorithm::Algorithm;
use crate::token::key::PublicMaterial;

#[derive(Clone)]
pub(in crate::token) enum Public {}

#[derive(Clone)]
pub(in crate::token) enum Private {}

pub(super) fn public(_material: &PublicMaterial) -> Result<Public, Unusable> {
    Err(Unusable::Absent)
}

pub(super) fn private(_d: &[u8; 32]) -> Result<(Private, PublicMaterial), Unusable> {
    Err(Unusable::Absent)
}

pub(super) fn verify(
    key: &Public,
    _algorithm: Algorithm,
    _message: &[u8],
    _signature: &[u8],
) -> bool {
    match *key {}
}

pub(super) fn sign(key: &Private, _message: &[u8]) -> Vec<u8> {
    match *key {}
}
