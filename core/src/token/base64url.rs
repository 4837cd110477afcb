//! Base64url without padding, in its one canonical form: no padding, no white
//! space, no `+` and `/`, and no stray bits after the last byte. Tokens and
//! public keys are read and written fast, by tables; secrets in constant time.
//!
//! <https://www.rfc-editor.org/rfc/rfc7515#section-2>

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding as _};

/// The bytes of a text, or nothing if it is not canonical.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (groups, rest) = text.as_chunks::<4>();
    let mut bytes = Vec::with_capacity(groups.len() * 3 + 2);
    bytes.resize(groups.len() * 3, 0);
    // What is not a digit has its highest bits set, and they stay here.
    let mut seen = 0_u32;
    for (group, triple) in groups.iter().zip(bytes.as_chunks_mut::<3>().0) {
        let value = |place: usize| u32::from(digit(group[place]));
        let (a, b, c, d) = (value(0), value(1), value(2), value(3));
        seen |= a | b | c | d;
        let [_, rest @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
        *triple = rest;
    }
    match *rest {
        [] => {}
        [a, b] => {
            let (a, b) = (digit(a), digit(b));
            seen |= u32::from(a | b);
            bytes.push(a << 2 | b >> 4);
            if b & 0b1111 != 0 {
                return None;
            }
        }
        [a, b, c] => {
            let (a, b, c) = (digit(a), digit(b), digit(c));
            seen |= u32::from(a | b | c);
            bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2]);
            if c & 0b11 != 0 {
                return None;
            }
        }
        _ => return None,
    }
    (seen < 64).then_some(bytes)
}

/// Appends the text of some bytes.
pub(super) fn encode_to(text: &mut Vec<u8>, bytes: &[u8]) {
    let (triples, rest) = bytes.as_chunks::<3>();
    let start = text.len();
    text.resize(start + triples.len() * 4, 0);
    for (group, triple) in text[start..].as_chunks_mut::<4>().0.iter_mut().zip(triples) {
        let [a, b, c] = triple.map(u32::from);
        let bits = a << 16 | b << 8 | c;
        *group = [bits >> 18, bits >> 12, bits >> 6, bits].map(character);
    }
    match *rest {
        [a] => {
            let a = u32::from(a);
            text.extend_from_slice(&[a >> 2, a << 4].map(character));
        }
        [a, b] => {
            let bits = u32::from(a) << 8 | u32::from(b);
            text.extend_from_slice(&[bits >> 10, bits >> 4, bits << 2].map(character));
        }
        _ => {}
    }
}

/// The text of some bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len() / 3 * 4 + 4);
    encode_to(&mut text, bytes);
    into_string(text)
}

/// What has been encoded, as text.
pub(super) fn into_string(text: Vec<u8>) -> String {
    String::from_utf8(text).expect("base64url is ASCII")
}

/// As [`decode`], for secrets.
pub(super) fn decode_secret(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = alloc::vec![0; text.len() / 4 * 3 + 3];
    let length = Base64UrlUnpadded::decode(text, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

/// As [`encode`], for secrets.
pub(super) fn encode_secret(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// The value of a digit; 255 for what is none.
fn digit(character: u8) -> u8 {
    DIGITS[usize::from(character)]
}

/// The digit for the lower six bits.
fn character(digit: u32) -> u8 {
    ALPHABET[(digit & 63) as usize]
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static DIGITS: [u8; 256] = {
    let mut digits = [255; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        digits[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::{decode, decode_secret, encode, encode_secret};

    proptest! {
        #[test]
        fn bytes_survive_and_both_ways_agree(bytes in proptest::collection::vec(any::<u8>(), 0..70)) {
            let text = encode(&bytes);
            prop_assert_eq!(&text, &encode_secret(&bytes));
            prop_assert_eq!(decode(text.as_bytes()), Some(bytes));
        }

        #[test]
        fn both_ways_refuse_the_same_texts(text in "[A-Za-z0-9_=+/ .-]{0,9}") {
            let text = text.as_bytes();
            prop_assert_eq!(decode(text), decode_secret(text));
        }
    }

    /// One byte has 64 * 64 texts of two characters, of which 256 are canonical.
    #[test]
    fn every_text_of_two_characters_is_read_or_refused() {
        let mut canonical = Vec::new();
        for first in 0..=255 {
            for second in 0..=255 {
                canonical.extend(decode(&[first, second]).into_iter().flatten());
            }
        }
        canonical.sort_unstable();
        assert_eq!(canonical, (0..=255).collect::<Vec<u8>>());
    }
}
