//! Percent-encoding of path segments and form components
//! ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.1),
//! [URL standard](https://url.spec.whatwg.org/#application/x-www-form-urlencoded)).

use alloc::string::String;
use alloc::vec::Vec;

/// How `+` is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// As itself, in paths.
    Literal,
    /// As a space, in forms.
    Space,
}

/// Decodes `%XX` in a path segment. `None` when an escape is cut short, is not
/// hexadecimal, or the result is not UTF-8.
#[must_use]
pub fn decode_component(text: &str) -> Option<String> {
    decode(text, Plus::Literal)
}

/// Encodes everything but RFC 3986's unreserved characters.
#[must_use]
pub fn encode_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => push_escape(&mut encoded, byte),
        }
    }
    encoded
}

/// Encodes a form component: space becomes `+`, everything but letters,
/// digits and `-._*` becomes `%XX`.
#[must_use]
pub fn encode_form_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                encoded.push(char::from(byte));
            }
            _ => push_escape(&mut encoded, byte),
        }
    }
    encoded
}

pub(super) fn decode(text: &str, plus: Plus) -> Option<String> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Some(text.into());
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hexadecimal(bytes.next()?)? << 4 | hexadecimal(bytes.next()?)?,
            b'+' if plus == Plus::Space => b' ',
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn push_escape(encoded: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    encoded.push('%');
    encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
    encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
}

const fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode_component, encode_component, encode_form_component};
    use proptest::prelude::*;

    #[test]
    fn broken_escapes_and_bad_utf8_are_refused() {
        for text in ["%", "%4", "%zz", "a%2", "%ff", "%C3"] {
            assert_eq!(decode_component(text), None, "{text}");
        }
        assert_eq!(decode_component("a+b%3Ac").as_deref(), Some("a+b:c"));
    }

    proptest! {
        #[test]
        fn any_text_survives_a_path_segment(text in ".*") {
            prop_assert_eq!(decode_component(&encode_component(&text)), Some(text));
        }

        #[test]
        fn any_text_survives_a_form(text in ".*") {
            let decoded = super::decode(&encode_form_component(&text), super::Plus::Space);
            prop_assert_eq!(decoded, Some(text));
        }
    }
}
