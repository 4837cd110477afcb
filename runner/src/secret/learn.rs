//! Secrets that nobody declared: what a token endpoint hands out and what a
//! registration shows once.
//!
//! A JWT's header and claims stay readable, because they are what one needs to
//! find a mistake; its signature is the secret, without it the rest is no
//! credential.

use super::{Redactor, Secret};
use aho_corasick::AhoCorasick;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use std::sync::LazyLock;

/// Members whose value is a token.
const TOKENS: [&str; 4] = ["access_token", "refresh_token", "id_token", "token"];
/// Members whose value is a secret.
const SECRETS: [&str; 4] = ["secret", "client_secret", "password", "api_key"];
/// How deep a document is searched. Parsers stop deeper nesting anyway.
const DEPTH: usize = 128;

/// Makes a token secret: the signature of a JWT, anything else as a whole.
pub fn learn_token(redactor: &Redactor, token: &str) {
    let part = match signature(token) {
        Some(signature) => signature,
        None => token,
    };
    if let Ok(secret) = Secret::read(part) {
        redactor.learn(&secret);
    }
}

/// Whether it is worth parsing a body for [`learn_from_body`]: most name none of
/// the members that it looks for.
#[must_use]
pub fn may_hold_secrets(body: &[u8]) -> bool {
    static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(["token\"", "secret\"", "password\"", "api_key\""])
            .expect("four short words make an automaton")
    });
    NAMES.is_match(body)
}

/// Makes every token and secret in a JSON document secret, at any depth.
pub fn learn_from_body(redactor: &Redactor, document: &Value) {
    learn_within(redactor, document, DEPTH);
}

fn learn_within(redactor: &Redactor, value: &Value, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) => learn_member(redactor, name, text),
                    _ => learn_within(redactor, member, depth),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                learn_within(redactor, item, depth);
            }
        }
        _ => {}
    }
}

fn learn_member(redactor: &Redactor, name: &str, text: &str) {
    if TOKENS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        learn_token(redactor, text);
    } else if SECRETS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        // A redacted secret is empty or a placeholder; that is no secret.
        if let Ok(secret) = Secret::read(text)
            && !text.bytes().all(|byte| byte == b'*')
        {
            redactor.learn(&secret);
        }
    }
}

/// The third part of a compact JWS whose first two are JSON objects.
fn signature(token: &str) -> Option<&str> {
    let mut parts = token.split('.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let readable = |part: &str| {
        let bytes = Base64UrlUnpadded::decode_vec(part).ok()?;
        serde_json::from_slice::<serde_json::Map<String, Value>>(&bytes).ok()
    };
    if parts.next().is_some() || signature.is_empty() {
        return None;
    }
    readable(header).and(readable(claims)).map(|_| signature)
}
