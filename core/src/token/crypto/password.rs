//! Passwords of people, hashed with argon2id
//! ([RFC 9106](https://www.rfc-editor.org/rfc/rfc9106)) and kept in the PHC
//! string format. Machine secrets are random and need no such slowness.

use alloc::format;
use alloc::string::String;

use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64Unpadded, Encoding as _};

/// Memory in KiB, passes and lanes: the second recommendation of OWASP's
/// password storage cheat sheet.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// The longest password that is hashed, in bytes.
const LONGEST: usize = 1024;

/// Hashes a password under a random salt; `None` for one that is empty or
/// longer than 1024 bytes.
#[must_use]
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Option<String> {
    let tag = tag(password, salt, COST)?;
    let (memory, passes, lanes) = COST;
    Some(format!(
        "$argon2id$v=19$m={memory},t={passes},p={lanes}${}${}",
        Base64Unpadded::encode_string(salt),
        Base64Unpadded::encode_string(&tag),
    ))
}

/// Whether a password is the one that was hashed. Without a hash it takes as
/// long to say no.
#[must_use]
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    let known = hash.and_then(read);
    let (cost, salt, expected) = known.unwrap_or((COST, [0; 16], [0; 32]));
    let found = tag(password, &salt, cost);
    known.is_some() & found.is_some_and(|found| super::equal(&found, &expected))
}

type Read = ((u32, u32, u32), [u8; 16], [u8; 32]);

fn read(hash: &str) -> Option<Read> {
    let mut parts = hash.strip_prefix("$argon2id$v=19$")?.split('$');
    let mut costs = parts.next()?.split(',');
    let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.parse::<u32>().ok();
    let cost = (cost("m=")?, cost("t=")?, cost("p=")?);
    let mut salt = [0; 16];
    let mut tag = [0; 32];
    Base64Unpadded::decode(parts.next()?, &mut salt)
        .ok()
        .filter(|bytes| bytes.len() == 16)?;
    Base64Unpadded::decode(parts.next()?, &mut tag)
        .ok()
        .filter(|bytes| bytes.len() == 32)?;
    Some((cost, salt, tag))
}

fn tag(password: &str, salt: &[u8; 16], cost: (u32, u32, u32)) -> Option<[u8; 32]> {
    if password.is_empty() || password.len() > LONGEST {
        return None;
    }
    let (memory, passes, lanes) = cost;
    let params = Params::new(memory, passes, lanes, Some(32)).ok()?;
    let mut tag = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut tag)
        .ok()?;
    Some(tag)
}

#[cfg(test)]
mod tests {
    use super::{hash_password, verify_password};

    #[test]
    fn only_the_right_password_verifies() {
        let hash = hash_password("correct horse", &[7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify_password("correct horse", Some(&hash)));
        for wrong in ["", "correct", "correct horse ", "Correct horse"] {
            assert!(!verify_password(wrong, Some(&hash)), "{wrong}");
        }
        assert!(!verify_password("correct horse", None));
    }

    #[test]
    fn broken_hashes_verify_nothing() {
        for hash in ["", "$argon2id$", "$argon2i$v=19$m=8,t=1,p=1$AA$AA", "plain"] {
            assert!(!verify_password("plain", Some(hash)), "{hash}");
        }
    }

    #[test]
    fn passwords_have_a_length_limit() {
        assert!(hash_password("", &[7; 16]).is_none());
        assert!(hash_password(&"x".repeat(1024), &[7; 16]).is_some());
        assert!(hash_password(&"x".repeat(1025), &[7; 16]).is_none());
    }
}
