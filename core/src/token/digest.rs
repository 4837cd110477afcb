//! Hashes for the domain: what secrets are kept as, and how they are compared.

use alloc::vec::Vec;

use super::algorithm::Algorithm;
use super::crypto;
use super::secret::Secret;

/// SHA-256 (FIPS 180-4).
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    crypto::sha256(bytes)
}

/// HMAC-SHA-256 (RFC 2104) of the parts one after the other. Whoever hashes
/// more than one part has to make sure that their ends can be told.
#[must_use]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut tag = [0; 32];
    let key = Secret::new(Vec::from(key));
    tag.copy_from_slice(&crypto::hmac_sign(&key, Algorithm::Hs256, &parts.concat()));
    tag
}

/// Whether two byte strings are equal, in a time that does not tell where they
/// differ. Their lengths are not secret.
#[must_use]
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    crypto::equal(left, right)
}

#[cfg(test)]
mod tests {
    use super::{equal, hmac_sha256, sha256};

    #[test]
    fn the_first_case_of_rfc_4231_holds() {
        let tag = hmac_sha256(&[0x0b; 20], &[b"Hi ", b"There"]);
        assert_eq!(tag[..4], [0xb0, 0x34, 0x4c, 0x61]);
        assert_eq!(tag[28..], [0x2e, 0x32, 0xcf, 0xf7]);
    }

    #[test]
    fn the_hash_of_nothing_is_known() {
        assert_eq!(sha256(b"")[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    }

    #[test]
    fn only_equal_bytes_are_equal() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd"));
        assert!(!equal(b"abc", b"ab"));
    }
}
