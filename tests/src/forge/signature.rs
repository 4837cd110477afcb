//! Rules 59 and 61: signatures that lax implementations accept, and secrets
//! that are none.

use curve25519_dalek::Scalar;
use serde_json::json;
use sha2::{Digest as _, Sha512};
use touchmark_core::token::{PublicMaterial, SigningKey};

use super::keys::{Counter, IDENTITY, attach, message, signed_by};
use super::{Case, Keys};

pub(super) fn forge(keys: &Keys, cases: &mut Vec<Case>) {
    altered(keys, cases);
    ed25519(keys, cases);
    es256(keys, cases);
    rsa(keys, cases);
    secrets(keys, cases);
}

fn split(token: &str) -> (&str, Vec<u8>) {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let (message, signature) = token.rsplit_once('.').expect("three segments");
    (
        message,
        Base64UrlUnpadded::decode_vec(signature).expect("base64url"),
    )
}

fn altered(keys: &Keys, cases: &mut Vec<Case>) {
    let mut refuse = |name: &str, token: String| {
        cases.push(Case::new(format!("r59 {name}"), token).refused("bad_signature"));
    };
    let good = keys.good();
    let (message, signature) = split(&good);
    let mut claims = keys.claims();
    claims["scope"] = "records:read records:write".into();
    let changed = keys.with_claims(&claims);
    refuse(
        "the signature of other claims",
        attach(split(&changed).0, &signature),
    );
    let mut header = keys.header();
    header["jku"] = "https://stranger.example".into();
    let changed = keys.with_header(&header);
    refuse(
        "the signature of another header",
        attach(split(&changed).0, &signature),
    );
    let token = signed_by(
        &keys.stranger,
        &keys.header().to_string(),
        keys.claims().to_string(),
    );
    refuse("the signature of a stranger with the same kid", token);
    refuse("a signature of 63 bytes", attach(message, &signature[..63]));
    refuse(
        "a signature of 65 bytes",
        attach(message, &[&signature[..], &[0]].concat()),
    );
    refuse(
        "a signature of nothing but zeroes",
        attach(message, &[0; 64]),
    );
    let mut flipped = signature;
    flipped[0] ^= 1;
    refuse(
        "a signature with one bit changed",
        attach(message, &flipped),
    );
}

fn ed25519(keys: &Keys, cases: &mut Vec<Case>) {
    let good = keys.good();
    let (text, signature) = split(&good);
    // S + L is the same scalar, and RFC 8032 refuses it.
    let mut carry = 0_u16;
    let mut unreduced = signature;
    for (byte, order) in unreduced[32..].iter_mut().zip(ORDER_OF_ED25519) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    let token = attach(text, &unreduced);
    cases.push(
        Case::new("r59 Ed25519 with a scalar that is not reduced", token).refused("bad_signature"),
    );
    // Whoever holds the key can sign with a point of order 1; that such a
    // signature says nothing about who made it is the reason to refuse it.
    let token = attach(text, &signature_with_neutral_point(keys, text));
    cases.push(Case::new("r59 Ed25519 with a point of order 1", token).refused("bad_signature"));
    // With such a key this signature is valid for every message.
    let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "point"}).to_string();
    let token = attach(
        &message(&header, keys.claims().to_string()),
        &neutral_signature(),
    );
    for jwks in [
        "point of order 1",
        "point of order 2",
        "point that is not canonical",
    ] {
        let case = Case::new(
            format!("r59 an Ed25519 key that is a {jwks}"),
            token.clone(),
        );
        cases.push(case.jwks(jwks).refused("unknown_key"));
    }
}

/// R is the neutral point and S = k·a, which plain verification accepts.
fn signature_with_neutral_point(keys: &Keys, message: &str) -> [u8; 64] {
    let Some(PublicMaterial::Ed25519 { x }) = keys.ed25519.verifying_key().public_material() else {
        panic!("the main key is an Ed25519 key");
    };
    let expanded = Sha512::digest(keys.seed);
    let mut secret = <[u8; 32]>::try_from(&expanded[..32]).expect("32 bytes");
    secret[0] &= 248;
    secret[31] = secret[31] & 63 | 64;
    let hash = Sha512::new()
        .chain_update(IDENTITY)
        .chain_update(x)
        .chain_update(message);
    let hash = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    let scalar = hash * Scalar::from_bytes_mod_order(secret);
    join(IDENTITY, scalar.to_bytes())
}

/// The signature that plain verification accepts for a key of order 1.
fn neutral_signature() -> [u8; 64] {
    join(IDENTITY, [0; 32])
}

fn join(first: [u8; 32], second: [u8; 32]) -> [u8; 64] {
    let mut whole = [0; 64];
    whole[..32].copy_from_slice(&first);
    whole[32..].copy_from_slice(&second);
    whole
}

fn es256(keys: &Keys, cases: &mut Vec<Case>) {
    let good = keys.es256();
    let (message, signature) = split(&good);
    let (r, s) = signature.split_at(32);
    let zero = [0; 32];
    for (name, signature) in [
        ("r is zero", [&zero, s].concat()),
        ("s is zero", [r, &zero].concat()),
        ("both are zero", [zero, zero].concat()),
        ("r is the order", [&ORDER_OF_P256, s].concat()),
        ("s is the order", [r, &ORDER_OF_P256].concat()),
        ("both are as large as can be", [0xff; 64].to_vec()),
        ("both are swapped", [s, r].concat()),
        ("both are cut to 31 bytes", [&r[..31], &s[..31]].concat()),
        (
            "a zero is put in front of both",
            [&[0], r, &[0], s].concat(),
        ),
        ("both are in DER", der(r, s)),
    ] {
        let case = Case::new(
            format!("r59 ES256 where {name}"),
            attach(message, &signature),
        );
        cases.push(case.refused("bad_signature"));
    }
    // JWS has no rule against the larger of the two equivalent values.
    let token = attach(message, &[r, &subtract(&ORDER_OF_P256, s)].concat());
    cases.push(Case::new("r59 ES256 where s is the order less s", token));
}

/// `r` and `s` as X.509 and TLS have them.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| [&[2, 33, 0][..], number].concat();
    [&[0x30, 70][..], &integer(r), &integer(s)].concat()
}

fn subtract(from: &[u8; 32], number: &[u8]) -> [u8; 32] {
    let mut difference = [0; 32];
    let mut borrow = 0;
    for index in (0..32).rev() {
        let value = i16::from(from[index]) - i16::from(number[index]) - borrow;
        borrow = i16::from(value < 0);
        [difference[index], _] = value.to_le_bytes();
    }
    difference
}

fn rsa(keys: &Keys, cases: &mut Vec<Case>) {
    let mut refuse = |name: &str, token: String, jwks, code| {
        let case = Case::new(format!("r59 {name}"), token).jwks(jwks);
        cases.push(case.policy("every algorithm").refused(code));
    };
    let (pkcs1, pss) = (keys.rsa("RS256"), keys.rsa("PS256"));
    let ((pkcs1, signature), (pss, other)) = (split(&pkcs1), split(&pss));
    refuse(
        "the signature of PS256 as RS256",
        attach(pkcs1, &other),
        "rsa",
        "bad_signature",
    );
    refuse(
        "the signature of RS256 as PS256",
        attach(pss, &signature),
        "rsa",
        "bad_signature",
    );
    refuse(
        "RS256 with a byte less",
        attach(pkcs1, &signature[1..]),
        "rsa",
        "bad_signature",
    );
    let longer = [&[0], &signature[..]].concat();
    refuse(
        "RS256 with a zero in front",
        attach(pkcs1, &longer),
        "rsa",
        "bad_signature",
    );
    refuse(
        "RS256 with the signature 1",
        attach(pkcs1, &[&[0; 255][..], &[1]].concat()),
        "rsa",
        "bad_signature",
    );
    refuse(
        "RS256 with no signature",
        format!("{pkcs1}."),
        "rsa",
        "bad_signature",
    );
    refuse(
        "an RSA key with the exponent 1",
        attach(pkcs1, &signature),
        "rsa with exponent 1",
        "unknown_key",
    );
    refuse(
        "an RSA key of 1024 bits",
        attach(pkcs1, &signature[..128]),
        "rsa of 1024 bits",
        "unknown_key",
    );
}

fn secrets(keys: &Keys, cases: &mut Vec<Case>) {
    let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": "weak"}).to_string();
    let claims = keys.claims().to_string();
    let forged = |key: &SigningKey| signed_by(key, &header, &claims);
    for jwks in ["short secret", "human secret"] {
        let case = Case::new(format!("r61 HS256 with a {jwks}"), forged(&keys.hs256));
        cases.push(
            case.jwks(jwks)
                .policy("every algorithm")
                .refused("unknown_key"),
        );
    }
    let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": "hs-2"}).to_string();
    let token = signed_by(&keys.hs256, &header, &claims);
    let case = Case::new("r61 HS256 with a secret for HS512", token);
    cases.push(
        case.jwks("secret for HS512")
            .policy("every algorithm")
            .refused("key_alg_mismatch"),
    );
    let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": "hs-1"}).to_string();
    let text = message(&header, &claims);
    for (name, length) in [("31", 31), ("16", 16), ("33", 33)] {
        let token = attach(&text, &Counter(8).bytes(length));
        let case = Case::new(format!("r61 HS256 with a signature of {name} bytes"), token);
        cases.push(
            case.jwks("main with secrets")
                .policy("every algorithm")
                .refused("bad_signature"),
        );
    }
    let token = signed_by(&keys.hs256, &header, &claims);
    let (text, signature) = split(&token);
    let case = Case::new(
        "r61 HS256 cut to its first half",
        attach(text, &signature[..16]),
    );
    cases.push(
        case.jwks("main with secrets")
            .policy("every algorithm")
            .refused("bad_signature"),
    );
}

/// Little-endian.
const ORDER_OF_ED25519: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Big-endian.
const ORDER_OF_P256: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
