//! Foreign truth about tokens: the examples of the RFCs, and the table of
//! forged tokens that every host is tried with.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use touchmark_core::time::Timestamp;
use touchmark_core::token::{self, Key, KeySet, Policy, Sign as _, SigningKey, Unverified};
use touchmark_tests::forge;

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "vectors", name]
        .iter()
        .collect()
}

fn read(name: &str) -> Value {
    let text = fs::read_to_string(path(name)).expect("the file is committed");
    serde_json::from_str(&text).expect("the file is JSON")
}

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case[member]
        .as_str()
        .unwrap_or_else(|| panic!("{member} of {case}"))
}

/// What the verifier says to a case.
fn answer(file: &Value, case: &Value) -> &'static str {
    let keys =
        KeySet::read(file["jwks"][text(case, "jwks")].to_string().as_bytes()).expect("a key set");
    let policy = file["policies"][text(case, "policy")].to_string();
    let policy = Policy::read(policy.as_bytes()).expect("a policy");
    let now = Timestamp::from_seconds(case["now"].as_i64().expect("seconds"));
    match token::verify(text(case, "token"), &keys, &policy, now) {
        Ok(_) => forge::ACCEPTED,
        Err(error) => error.code(),
    }
}

fn check_all(file: &Value) {
    let wrong: Vec<String> = file["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .filter_map(|case| {
            let (said, expected) = (answer(file, case), text(case, "expected"));
            (said != expected).then(|| format!("{}: {said}, not {expected}", text(case, "name")))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn forged_tokens_are_refused_for_their_reason() {
    check_all(&read("forged.json"));
}

#[test]
fn examples_of_the_rfcs_are_answered_as_expected() {
    check_all(&read("rfc.json"));
}

/// Run with `UPDATE_VECTORS=1` to write the file anew.
#[test]
fn forged_tokens_are_those_that_the_code_forges() {
    let forged = forge::write();
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        fs::write(path("forged.json"), &forged).expect("the file can be written");
    }
    let committed = fs::read_to_string(path("forged.json")).expect("the file is committed");
    assert!(
        committed == forged,
        "vectors/forged.json is out of date: run with UPDATE_VECTORS=1"
    );
}

/// The table is worth what it covers: every rule, every code, no case twice.
#[test]
fn forged_tokens_cover_rules_and_codes() {
    let file = read("forged.json");
    let cases = file["cases"].as_array().expect("cases");
    let set = |member| {
        cases
            .iter()
            .map(|case| text(case, member))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        set("name").len(),
        cases.len(),
        "two cases have the same name"
    );
    let rules: BTreeSet<&str> = set("name").iter().map(|name| &name[..3]).collect();
    let wanted = [
        "r45", "r47", "r49", "r50", "r51", "r52", "r53", "r54", "r55", "r56", "r57", "r58", "r59",
        "r60", "r61", "r62",
    ];
    assert_eq!(rules, BTreeSet::from(wanted));
    // These two depend on the build and on the host.
    let elsewhere = BTreeSet::from(["alg_not_built_in", "signature_unavailable"]);
    let seen = set("expected");
    let unseen: Vec<_> = token::TokenError::CODES
        .iter()
        .filter(|code| !seen.contains(*code) && !elsewhere.contains(*code))
        .collect();
    assert!(unseen.is_empty(), "{unseen:?}");
    assert!(
        cases
            .iter()
            .filter(|case| text(case, "expected") == forge::ACCEPTED)
            .count()
            > 30
    );
}

/// The points and scalars that are forged do pass a verifier that is not strict.
#[test]
fn forged_points_would_pass_plain_ed25519() {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
    let file = read("forged.json");
    let decode = |text| Base64UrlUnpadded::decode_vec(text).expect("base64url");
    let mut passed = 0;
    for case in file["cases"].as_array().expect("cases") {
        let (name, jwks) = (text(case, "name"), &file["jwks"][text(case, "jwks")]);
        let key: [u8; 32] = match jwks["keys"][0]["x"].as_str() {
            Some(x) => decode(x).try_into().expect("32 bytes"),
            None => continue,
        };
        if !name.contains("point of order 1") {
            continue;
        }
        let (message, signature) = text(case, "token").rsplit_once('.').expect("segments");
        let signature = Signature::from_slice(&decode(signature)).expect("64 bytes");
        let key = VerifyingKey::from_bytes(&key).expect("a point");
        assert!(key.verify(message.as_bytes(), &signature).is_ok(), "{name}");
        passed += 1;
    }
    assert_eq!(passed, 2);
}

#[test]
fn payloads_of_the_rfcs_are_what_was_signed() {
    let file = read("rfc.json");
    let mut signed = 0;
    for case in file["cases"].as_array().expect("cases") {
        let Some(expected) = case["signed_payload"].as_str() else {
            continue;
        };
        let keys = KeySet::read(file["jwks"][text(case, "jwks")].to_string().as_bytes())
            .expect("a key set");
        let policy = file["policies"][text(case, "policy")].to_string();
        let policy = Policy::read(policy.as_bytes()).expect("a policy");
        let payload = Unverified::read(text(case, "token"), &policy)
            .and_then(|token| token.choose(&keys))
            .and_then(|token| token.verified_by(|check| check.verify()))
            .map(|token| token.payload().to_vec());
        assert_eq!(
            payload.as_deref(),
            Ok(expected.as_bytes()),
            "{}",
            text(case, "name")
        );
        signed += 1;
    }
    assert_eq!(signed, 6);
}

#[test]
fn signatures_of_the_rfcs_are_made_again() {
    for case in read("rfc.json")["signing"].as_array().expect("cases") {
        let key = SigningKey::read(case["jwk"].to_string().as_bytes()).expect("a private key");
        let message = text(case, "message");
        let signature = key.sign(message.as_bytes()).expect("a signature");
        use base64ct::{Base64UrlUnpadded, Encoding as _};
        let signature = Base64UrlUnpadded::encode_string(&signature);
        assert_eq!(signature, text(case, "signature"), "{}", text(case, "name"));
    }
}

#[test]
fn thumbprints_of_the_rfcs_are_computed() {
    for case in read("rfc.json")["thumbprints"].as_array().expect("cases") {
        let key = Key::read(case["jwk"].to_string().as_bytes());
        match (&case["thumbprint"], &case["refused"]) {
            (Value::String(thumbprint), _) => {
                assert_eq!(key.expect("a key").thumbprint().as_ref(), Some(thumbprint));
            }
            (_, refused) => assert_eq!(
                key.map(|_| ()).map_err(|error| error.code()),
                Err(refused.as_str().expect("a code"))
            ),
        }
    }
}
