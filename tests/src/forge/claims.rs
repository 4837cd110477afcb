//! Rules 45, 55, 56 and 60: what a genuine token says.

use serde_json::{Value, json};

use super::keys::signed_by;
use super::{AUDIENCE, Case, ISSUER, Keys, NOW};

pub(super) fn forge(keys: &Keys, cases: &mut Vec<Case>) {
    missing(keys, cases);
    dates(keys, cases);
    times(keys, cases);
    issuer_and_audience(keys, cases);
    other_types(keys, cases);
}

fn with(keys: &Keys, claim: &str, value: Value) -> String {
    let mut claims = keys.claims();
    claims[claim] = value;
    keys.with_claims(&claims)
}

fn missing(keys: &Keys, cases: &mut Vec<Case>) {
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        let mut claims = keys.claims();
        claims.as_object_mut().expect("an object").remove(claim);
        let token = keys.with_claims(&claims);
        cases.push(Case::new(format!("r45 no {claim}"), token).refused("claim_missing"));
    }
    cases.push(Case::new("r45 no claims", keys.with_claims(&json!({}))).refused("claim_missing"));
    let mut claims = keys.claims();
    claims.as_object_mut().expect("an object").remove("scope");
    cases.push(Case::new("r45 no scope", keys.with_claims(&claims)));
    let header = json!({"alg": "EdDSA", "kid": "ed-1"}).to_string();
    let claims = json!({"iss": ISSUER, "exp": NOW + 1}).to_string();
    let case = Case::new("r45 iss and exp alone", keys.ed25519(&header, claims));
    cases.push(case.policy("other tokens"));
    let case = Case::new(
        "r45 iss alone",
        keys.ed25519(&header, json!({"iss": ISSUER}).to_string()),
    );
    cases.push(case.policy("other tokens").refused("claim_missing"));
}

/// A number that JSON values cannot hold is put in by its text.
fn with_text(keys: &Keys, claim: &str, text: &str) -> String {
    let mut claims = keys.claims();
    claims[claim] = "@".into();
    keys.with_payload(claims.to_string().replace("\"@\"", text))
}

fn dates(keys: &Keys, cases: &mut Vec<Case>) {
    for claim in ["exp", "nbf", "iat"] {
        let past = claim != "exp";
        for text in [
            "null",
            "true",
            "[1]",
            "{}",
            "\"\"",
            "\"1767607300\"",
            "-1",
            "-0.5",
            "1e300",
        ] {
            let token = with_text(keys, claim, text);
            cases.push(Case::new(format!("r55 {claim} {text}"), token).refused("claim_malformed"));
        }
        for text in [
            "1e400", "-1e400", "NaN", "Infinity", "0x1", "01", "1.", "+1",
        ] {
            let token = with_text(keys, claim, text);
            cases.push(Case::new(format!("r55 {claim} {text}"), token).refused("bad_json"));
        }
        let (whole, float) = match past {
            true => ("1767607100.5", "1.7676071e9"),
            false => ("1767607300.5", "1.7676073e9"),
        };
        cases.push(Case::new(
            format!("r55 {claim} with a fraction"),
            with_text(keys, claim, whole),
        ));
        cases.push(Case::new(
            format!("r55 {claim} with an exponent"),
            with_text(keys, claim, float),
        ));
    }
    let token = with_text(keys, "exp", "253402300799");
    cases.push(Case::new("r55 exp at the end of the year 9999", token));
    for text in [
        "253402300800",
        "18446744073709551615",
        "18446744073709551616",
        "253402300799.5",
    ] {
        let token = with_text(keys, "exp", text);
        cases.push(Case::new(format!("r55 exp {text}"), token).refused("claim_malformed"));
    }
    cases.push(Case::new("r55 exp 0", with_text(keys, "exp", "0")).refused("expired"));
    let token = with_text(keys, "exp", "1767607300000");
    cases.push(Case::new("r55 exp in milliseconds", token).refused("claim_malformed"));
}

fn times(keys: &Keys, cases: &mut Vec<Case>) {
    let minute = "leeway of a minute";
    for (claim, offset, policy, expected) in [
        ("exp", 1, "access token", "ok"),
        ("exp", 0, "access token", "expired"),
        ("exp", -1, "access token", "expired"),
        ("exp", -59, minute, "ok"),
        ("exp", -60, minute, "expired"),
        ("nbf", 0, "access token", "ok"),
        ("nbf", 1, "access token", "not_yet_valid"),
        ("nbf", 60, minute, "ok"),
        ("nbf", 61, minute, "not_yet_valid"),
        ("iat", 0, "access token", "ok"),
        ("iat", 1, "access token", "issued_in_future"),
        ("iat", 60, minute, "ok"),
        ("iat", 61, minute, "issued_in_future"),
    ] {
        let token = with(keys, claim, (NOW + offset).into());
        let name = format!("r56 {claim} at now{offset:+} with policy {policy}");
        cases.push(Case::new(name, token).policy(policy).refused(expected));
    }
    let token = with_text(keys, "exp", "1767607200.4");
    cases.push(Case::new("r56 exp less than a second away", token));
    let token = with_text(keys, "nbf", "1767607200.4");
    cases.push(Case::new("r56 nbf less than a second away", token).refused("not_yet_valid"));
}

fn issuer_and_audience(keys: &Keys, cases: &mut Vec<Case>) {
    for iss in [
        "https://issuer.example/",
        "https://Issuer.example",
        "HTTPS://issuer.example",
        "http://issuer.example",
        "https://issuer.example.stranger.example",
        "https://issuer.exampl",
        "https://issuer.example:443",
        "https://issuer.example#",
        " https://issuer.example",
        "issuer.example",
    ] {
        let token = with(keys, "iss", iss.into());
        cases.push(Case::new(format!("r60 iss {iss:?}"), token).refused("wrong_issuer"));
    }
    for aud in [
        json!("https://api.example/"),
        json!("https://api.example.stranger.example"),
        json!("https://api"),
        json!("api.example"),
        json!("https://API.example"),
        json!("client-1"),
        json!(ISSUER),
        json!("*"),
        json!(["https://other.example"]),
        json!(["https://other.example", "https://api.example/v1"]),
    ] {
        let name = format!("r60 aud {aud}");
        cases.push(Case::new(name, with(keys, "aud", aud)).refused("wrong_audience"));
    }
    let aud = json!(["https://other.example", AUDIENCE]);
    cases.push(Case::new("r60 aud among others", with(keys, "aud", aud)));
    cases.push(Case::new(
        "r60 aud alone in an array",
        with(keys, "aud", json!([AUDIENCE])),
    ));
    let case =
        Case::new("r60 the key of another tenant's issuer", keys.good()).jwks("other tenant");
    cases.push(case.refused("unknown_key"));
    let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "other-1"}).to_string();
    let mut claims = keys.claims();
    let token = signed_by(&keys.stranger, &header, claims.to_string());
    let case = Case::new("r60 another tenant's key for our issuer", token);
    cases.push(case.refused("unknown_key"));
    claims["iss"] = "https://other.example".into();
    let token = keys.with_claims(&claims);
    cases.push(Case::new("r60 our key for another tenant's issuer", token).refused("wrong_issuer"));
}

fn other_types(keys: &Keys, cases: &mut Vec<Case>) {
    for claim in ["iss", "sub", "jti", "client_id"] {
        for value in [json!(""), json!(null), json!(1), json!([ISSUER]), json!({})] {
            let name = format!("r60 {claim} {value}");
            cases.push(Case::new(name, with(keys, claim, value)).refused("claim_malformed"));
        }
    }
    for value in [
        json!(""),
        json!(null),
        json!(1),
        json!([]),
        json!({}),
        json!([1]),
        json!([AUDIENCE, ""]),
    ] {
        let name = format!("r60 aud {value} of another type");
        cases.push(Case::new(name, with(keys, "aud", value)).refused("claim_malformed"));
    }
    for value in [json!(null), json!(1), json!(["records:read"])] {
        let name = format!("r60 scope {value} of another type");
        cases.push(Case::new(name, with(keys, "scope", value)).refused("claim_malformed"));
    }
    cases.push(Case::new(
        "r60 an empty scope",
        with(keys, "scope", "".into()),
    ));
}
