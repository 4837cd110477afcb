//! Base64url without padding, in its one canonical form: no padding, no white
//! space, no `+` and `/`, and no stray bits after the last byte.
//!
//! <https://www.rfc-editor.org/rfc/rfc7515#section-2>

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding as _};

/// The bytes of a text, or nothing if it is not canonical.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = alloc::vec![0; text.len() / 4 * 3 + 3];
    let length = Base64UrlUnpadded::decode(text, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

/// Appends the text of some bytes.
pub(super) fn encode_to(text: &mut String, bytes: &[u8]) {
    text.push_str(&encode(bytes));
}

/// The text of some bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
