//! How long minting and verifying a token of ten claims take on this machine,
//! by algorithm, and what verification takes without the signature.

use divan::{Bencher, black_box};
use serde_json::{Value, json};
use touchmark_core::time::Timestamp;
use touchmark_core::token::{
    self, AccessToken, Algorithm, CustomClaims, KeySet, Limits, Policy, SigningKey,
};
use touchmark_tests::forge::{self, AUDIENCE, ISSUER};

const NOW: Timestamp = Timestamp::from_seconds(forge::NOW);
const MINTED: [Algorithm; 5] = [
    Algorithm::EdDsa,
    Algorithm::Es256,
    Algorithm::Hs256,
    Algorithm::Hs384,
    Algorithm::Hs512,
];

fn main() {
    divan::main();
}

/// A token of the forged table that is genuine, for algorithms that are not minted.
fn genuine(algorithm: Algorithm) -> (KeySet, String) {
    let file: Value = serde_json::from_str(&forge::write()).expect("the table is JSON");
    let cases = file["cases"].as_array().expect("cases");
    let name = format!("r50 {algorithm} with the key set \"rsa\"");
    let case = cases
        .iter()
        .find(|case| case["name"] == name.as_str())
        .expect("a genuine token");
    let keys = KeySet::read(file["jwks"]["rsa"].to_string().as_bytes()).expect("a key set");
    (keys, case["token"].as_str().expect("a token").to_owned())
}

fn key(algorithm: Algorithm) -> SigningKey {
    let mut next = 0_u8;
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(5).wrapping_add(113);
            *byte = next;
        }
    };
    SigningKey::generate(algorithm, &mut random).expect("a key")
}

fn custom() -> CustomClaims {
    let claims =
        json!({"jit_tenant_id": "tenant/6ea5cd00-c711-3649-6914-7b125928bbb4", "tier": "FREE"});
    CustomClaims::new(claims.as_object().cloned().expect("an object")).expect("free names")
}

fn mint(key: &SigningKey, custom: &CustomClaims, audience: &[String]) -> String {
    AccessToken {
        issuer: ISSUER,
        subject: "d1fb6c87-faa9-4d56-b2fd-a5b70a9af065",
        audience,
        client_id: "d1fb6c87-faa9-4d56-b2fd-a5b70a9af065",
        issued: NOW,
        expires: NOW.plus_seconds(3600),
        id: "V1StGXR8_Z5jdHi6B-myT",
        scope: Some("records:read records:write"),
        custom,
    }
    .mint(key)
    .expect("a token")
}

fn genuine_or_minted(algorithm: Algorithm) -> (KeySet, String) {
    if !MINTED.contains(&algorithm) {
        return genuine(algorithm);
    }
    let key = key(algorithm);
    let token = mint(&key, &custom(), &[AUDIENCE.into()]);
    ([key.verifying_key().clone()].into_iter().collect(), token)
}

#[divan::bench(args = Algorithm::ALL)]
fn verify(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let (keys, token) = genuine_or_minted(algorithm);
    let policy = Policy::access_token(ISSUER, AUDIENCE).algorithms([algorithm]);
    assert!(token::verify(&token, &keys, &policy, NOW).is_ok());
    bencher.bench(|| token::verify(black_box(&token), &keys, &policy, NOW));
}

#[divan::bench(args = MINTED)]
fn mint_access_token(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let (key, custom, audience) = (key(algorithm), custom(), [AUDIENCE.to_owned()]);
    bencher.bench(|| mint(black_box(&key), &custom, &audience));
}

/// Everything but the signature.
#[divan::bench]
fn inspect(bencher: Bencher<'_, '_>) {
    let (_, token) = genuine_or_minted(Algorithm::EdDsa);
    bencher.bench(|| token::inspect(black_box(&token), &Limits::DEFAULT));
}

/// What an attacker gets done before cryptography.
#[divan::bench]
fn refuse_unknown_key(bencher: Bencher<'_, '_>) {
    let (_, token) = genuine_or_minted(Algorithm::EdDsa);
    let policy = Policy::access_token(ISSUER, AUDIENCE);
    let keys = KeySet::default();
    assert!(token::verify(&token, &keys, &policy, NOW).is_err());
    bencher.bench(|| token::verify(black_box(&token), &keys, &policy, NOW));
}

#[divan::bench]
fn read_key_set(bencher: Bencher<'_, '_>) {
    let keys: KeySet = [Algorithm::EdDsa, Algorithm::Es256]
        .map(|algorithm| key(algorithm).verifying_key().clone())
        .into_iter()
        .collect();
    let jwks = keys.write_public().to_string();
    bencher.bench(|| KeySet::read(black_box(jwks.as_bytes())));
}
