//! The forged tokens: a table of tokens that must be refused, each for its own
//! reason, and of unusual ones that must be accepted. It is written to
//! `vectors/forged.json`, so that every host is tried with the same bytes. The
//! names start with the number of the rule that the case belongs to.

mod claims;
mod form;
mod header;
mod keys;
mod signature;

use serde_json::{Value, json};

pub use keys::Keys;

/// The time at which the tokens are verified, in seconds since the epoch.
pub const NOW: i64 = 1_767_607_200;

/// The issuer that the tokens are meant to come from.
pub const ISSUER: &str = "https://issuer.example";

/// The audience that the tokens are meant for.
pub const AUDIENCE: &str = "https://api.example";

/// What is expected of a token that is accepted.
pub const ACCEPTED: &str = "ok";

/// One token, and what a verifier is to say to it.
pub struct Case {
    name: String,
    token: String,
    jwks: &'static str,
    policy: &'static str,
    now: i64,
    expected: &'static str,
}

impl Case {
    fn new(name: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            token: token.into(),
            jwks: "main",
            policy: "access token",
            now: NOW,
            expected: ACCEPTED,
        }
    }

    fn refused(self, expected: &'static str) -> Self {
        Self { expected, ..self }
    }

    fn jwks(self, jwks: &'static str) -> Self {
        Self { jwks, ..self }
    }

    fn policy(self, policy: &'static str) -> Self {
        Self { policy, ..self }
    }

    fn write(&self) -> Value {
        json!({
            "name": self.name,
            "token": self.token,
            "jwks": self.jwks,
            "policy": self.policy,
            "now": self.now,
            "expected": self.expected,
        })
    }
}

/// The whole table as the text of the file.
///
/// # Panics
///
/// If one of the fixed keys is not a key.
pub fn write() -> String {
    let keys = Keys::fixed();
    let mut cases = Vec::new();
    form::forge(&keys, &mut cases);
    header::forge(&keys, &mut cases);
    signature::forge(&keys, &mut cases);
    claims::forge(&keys, &mut cases);
    let table = json!({
        "jwks": keys.sets(),
        "policies": policies(),
        "cases": cases.iter().map(Case::write).collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_string_pretty(&table).expect("a JSON value is JSON");
    text.push('\n');
    text
}

/// The policies by name, as hosts read them.
fn policies() -> Value {
    let base = json!({"issuer": ISSUER, "audience": AUDIENCE});
    let with = |name: &str, value: Value| {
        let mut policy = base.clone();
        policy[name] = value;
        policy
    };
    let all = [
        "EdDSA", "ES256", "HS256", "HS384", "HS512", "RS256", "PS256",
    ];
    json!({
        "access token": base,
        "every algorithm": with("algorithms", json!(all)),
        "leeway of a minute": with("leeway", json!(60)),
        "kid required": with("kid", json!("required")),
        "kid ignored": with("kid", json!("ignored")),
        "other tokens": {"issuer": ISSUER, "audience": null, "profile": "jwt"},
    })
}
