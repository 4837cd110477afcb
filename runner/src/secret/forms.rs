//! The forms that one secret takes: as text, in a form or a report, and in
//! base64 at any offset, which is how it sits inside HTTP Basic. Escapes are
//! the subject of [`super::view`].
//!
//! Base64 groups three bytes, so a secret in the middle of a longer text has
//! three encodings, one per offset, and the characters at its edges also carry
//! bits of its neighbours. A pattern is the part that does not depend on the
//! neighbours; the edge characters are masked with it.

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
use core::fmt::Write as _;
use touchmark_core::http::{encode_component, encode_form_component};

/// One spelling of a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    /// What is looked for.
    pub(super) text: String,
    /// Whether the character before a match belongs to the secret as well.
    pub(super) before: bool,
    /// Whether the character after a match belongs to the secret as well.
    pub(super) after: bool,
}

/// Every form of a secret, each once.
pub(super) fn of(secret: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for text in [secret.to_owned(), secret.replace(' ', "+"), xml(secret)] {
        forms.push(Form {
            text,
            before: false,
            after: false,
        });
    }
    for text in credentials(secret) {
        for offset in 0..3 {
            forms.extend(inside_base64::<Base64Unpadded>(text.as_bytes(), offset));
            forms.extend(inside_base64::<Base64UrlUnpadded>(text.as_bytes(), offset));
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

/// The secret as a client may write it into HTTP Basic: plain, or encoded as
/// RFC 6749 section 2.3.1 asks, by the rules of different client libraries, or
/// as a part of a JSON document.
fn credentials(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let mut credentials = vec![secret.to_owned(), json[1..json.len() - 1].to_owned()];
    let letters_only = percent_all_but_letters_and_digits(secret);
    for encoded in [
        encode_component(secret),
        encode_form_component(secret),
        letters_only,
    ] {
        credentials.push(with_lower_case_escapes(&encoded));
        credentials.push(encoded);
    }
    credentials.sort();
    credentials.dedup();
    credentials
}

fn xml(secret: &str) -> String {
    let mut escaped = String::with_capacity(secret.len());
    for character in secret.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

fn percent_all_but_letters_and_digits(secret: &str) -> String {
    let mut encoded = String::with_capacity(secret.len());
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes any text");
        }
    }
    encoded
}

fn with_lower_case_escapes(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let mut lower = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at(2);
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

/// The part of the secret's base64 that is the same whatever stands around it,
/// when `offset` bytes of the first group belong to the text before it.
fn inside_base64<Alphabet: Encoding>(secret: &[u8], offset: usize) -> Option<Form> {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret);
    let encoded = Alphabet::encode_string(&bytes);
    let first = (offset * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    // Fewer characters would match by chance all over a report.
    if last - first < super::SHORTEST {
        return None;
    }
    Some(Form {
        text: encoded[first..last].to_owned(),
        before: offset > 0,
        after: !(bytes.len() * 8).is_multiple_of(6),
    })
}
