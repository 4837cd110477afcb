//! The laws of minting and verifying that need no foreign truth. The forged
//! tokens and the RFCs' vectors are in the `tests` package.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use alloc::{format, vec};
use core::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_767_607_200);
const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://api.example";

/// The algorithms that this build mints with.
fn minted_algorithms() -> impl Iterator<Item = Algorithm> {
    let symmetric = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];
    let asymmetric = [Algorithm::EdDsa, Algorithm::Es256];
    symmetric
        .into_iter()
        .chain(asymmetric.into_iter().filter(|it| it.is_built_in()))
}

/// Bytes that differ from call to call and are the same in every run.
fn random() -> impl FnMut(&mut [u8]) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move |bytes| {
        for byte in bytes {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            *byte = (state >> 56) as u8;
        }
    }
}

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm, &mut random()).expect("a key")
}

fn set(key: &SigningKey) -> KeySet {
    [key.verifying_key().clone()].into_iter().collect()
}

fn policy() -> Policy {
    Policy::access_token(ISSUER, AUDIENCE).algorithms(Algorithm::ALL)
}

fn minted(key: &SigningKey, custom: &CustomClaims) -> String {
    AccessToken {
        issuer: ISSUER,
        subject: "client-1",
        audience: &[AUDIENCE.into()],
        client_id: "client-1",
        issued: NOW,
        expires: NOW.plus_seconds(300),
        id: "4f1c",
        scope: Some("records:read records:write"),
        custom,
    }
    .mint(key)
    .expect("a token")
}

#[test]
fn what_is_minted_verifies_with_every_algorithm() {
    for algorithm in minted_algorithms() {
        let key = key(algorithm);
        let custom = json!({"tier": "gold", "roles": ["a", {"b": 1}]});
        let custom = CustomClaims::new(custom.as_object().cloned().unwrap_or_default());
        let token = minted(&key, &custom.expect("free names"));
        let verified = verify(&token, &set(&key), &policy(), NOW).expect("a genuine token");
        let claims = verified.claims();
        assert_eq!(verified.header().algorithm(), algorithm);
        assert_eq!(verified.header().typ(), Some("at+jwt"));
        assert_eq!(verified.header().kid(), Some(key.kid().as_str()));
        assert_eq!(claims.issuer(), ISSUER);
        assert_eq!(claims.subject(), Some("client-1"));
        assert_eq!(claims.audiences().collect::<Vec<_>>(), [AUDIENCE]);
        assert_eq!(claims.client_id(), Some("client-1"));
        assert_eq!(claims.id(), Some("4f1c"));
        assert_eq!(claims.issued(), Some(NOW));
        assert_eq!(claims.expires(), Some(NOW.plus_seconds(300)));
        assert_eq!(
            claims.scopes().collect::<Vec<_>>(),
            ["records:read", "records:write"]
        );
        assert_eq!(claims.members().get("tier"), Some(&json!("gold")));
        assert_eq!(claims.members().get("roles"), Some(&json!(["a", {"b": 1}])));
    }
}

#[test]
fn several_audiences_are_written_as_an_array() {
    let key = key(Algorithm::Hs256);
    let token = AccessToken {
        issuer: ISSUER,
        subject: "s",
        audience: &["https://other.example".into(), AUDIENCE.into()],
        client_id: "c",
        issued: NOW,
        expires: NOW.plus_seconds(1),
        id: "j",
        scope: None,
        custom: &CustomClaims::default(),
    }
    .mint(&key)
    .expect("a token");
    let claims = verify(&token, &set(&key), &policy(), NOW)
        .expect("genuine")
        .into_claims();
    assert_eq!(
        claims.members().get("aud"),
        Some(&json!(["https://other.example", AUDIENCE]))
    );
    assert_eq!(claims.members().get("scope"), None);
}

#[test]
fn registered_claims_cannot_be_overridden() {
    for name in [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "client_id",
        "scope",
        "cnf",
    ] {
        let claims = [(name.to_string(), json!("mine"))].into_iter().collect();
        assert_eq!(
            CustomClaims::new(claims),
            Err(MintError::Registered(name.into()))
        );
    }
}

#[test]
fn incomplete_tokens_are_not_minted() {
    let key = key(Algorithm::Hs256);
    let audience = [AUDIENCE.into()];
    let whole = AccessToken {
        issuer: ISSUER,
        subject: "s",
        audience: &audience,
        client_id: "c",
        issued: NOW,
        expires: NOW.plus_seconds(1),
        id: "j",
        scope: None,
        custom: &CustomClaims::default(),
    };
    assert!(whole.mint(&key).is_ok());
    for (token, reason) in [
        (
            AccessToken {
                issuer: "",
                ..whole
            },
            MintError::Empty,
        ),
        (
            AccessToken {
                subject: "",
                ..whole
            },
            MintError::Empty,
        ),
        (
            AccessToken {
                client_id: "",
                ..whole
            },
            MintError::Empty,
        ),
        (AccessToken { id: "", ..whole }, MintError::Empty),
        (
            AccessToken {
                audience: &[],
                ..whole
            },
            MintError::Empty,
        ),
        (
            AccessToken {
                audience: &[String::new()],
                ..whole
            },
            MintError::Empty,
        ),
        (
            AccessToken {
                expires: NOW,
                ..whole
            },
            MintError::Lifetime,
        ),
    ] {
        assert_eq!(token.mint(&key), Err(reason));
    }
    let bare = Envelope {
        typ: None,
        kid: None,
        layout: Layout::Plain,
    };
    assert_eq!(
        mint(&key, &bare, &json!(["no", "object"])),
        Err(MintError::NotAnObject)
    );
}

#[test]
fn padding_free_layout_is_read_by_every_base64_decoder() {
    let key = key(Algorithm::Hs256);
    let claims = json!({"iss": ISSUER, "exp": NOW.seconds() + 1, "name": "a?>~ü😀\u{7f}", "n": 1});
    for length in 0..3 {
        let id = "k".repeat(length + 1);
        let envelope = Envelope {
            typ: Some("JWT"),
            kid: Some(&id),
            layout: Layout::AnyBase64,
        };
        let token = mint(&key, &envelope, &claims).expect("a token");
        let segments: Vec<&str> = token.split('.').collect();
        for segment in &segments[..2] {
            assert_eq!(segment.len() % 4, 0, "{segment}");
            assert!(!segment.contains(['-', '_']), "{segment}");
        }
        let policy = Policy::jwt(ISSUER, AudienceRule::Any)
            .algorithms([Algorithm::Hs256])
            .kid(KidRule::Ignored);
        let verified = verify(&token, &set(&key), &policy, NOW).expect("a genuine token");
        assert_eq!(Value::Object(verified.into_claims().members()), claims);
    }
}

#[test]
fn private_keys_survive_writing_and_reading() {
    for algorithm in minted_algorithms() {
        let key = key(algorithm);
        let copy = SigningKey::read(key.write_private().expose()).expect("its own writing");
        assert_eq!((copy.kid(), copy.algorithm()), (key.kid(), algorithm));
        let token = minted(&copy, &CustomClaims::default());
        assert!(verify(&token, &set(&key), &policy(), NOW).is_ok());
    }
}

#[test]
#[cfg(feature = "ed25519")]
fn the_specific_name_of_ed25519_is_kept() {
    let jwk = key(Algorithm::EdDsa).write_private();
    let jwk = String::from_utf8(jwk.expose().to_vec()).expect("JSON");
    let key = SigningKey::read(jwk.replace("EdDSA", "Ed25519").as_bytes()).expect("a key");
    let token = minted(&key, &CustomClaims::default());
    let header = inspect(&token, &Limits::DEFAULT).expect("a token").header();
    assert_eq!(header.get("alg"), Some(&json!("Ed25519")));
    assert!(verify(&token, &set(&key), &policy(), NOW).is_ok());
}

#[test]
fn nothing_secret_is_published_or_shown() {
    for algorithm in minted_algorithms() {
        let key = key(algorithm);
        let private: Value =
            serde_json::from_slice(key.write_private().expose()).expect("private JWK");
        let secret = private
            .get("d")
            .or(private.get("k"))
            .and_then(Value::as_str);
        let secret = secret.expect("a secret member");
        let published = set(&key).write_public().to_string();
        let shown = format!("{key:?} {:?} {:?}", key.verifying_key(), set(&key));
        assert!(!published.contains(secret) && !shown.contains(secret));
        assert_eq!(published.contains("kty"), !algorithm.is_symmetric());
        if !algorithm.is_symmetric() {
            for member in ["\"kid\"", "\"alg\"", "\"use\""] {
                assert!(published.contains(member), "{published}");
            }
            assert!(!published.contains("\"d\""));
        }
    }
}

#[test]
fn weak_secrets_are_refused() {
    let kid = || Kid::new("k").expect("an id");
    let good: Vec<u8> = (0..64).collect();
    for (algorithm, length) in [
        (Algorithm::Hs256, 32),
        (Algorithm::Hs384, 48),
        (Algorithm::Hs512, 64),
    ] {
        assert!(SigningKey::from_secret(algorithm, good[..length].to_vec(), kid()).is_ok());
        for secret in [
            good[..length - 1].to_vec(),
            vec![],
            vec![7; length],
            "password".repeat(8).into_bytes(),
        ] {
            let refused = SigningKey::from_secret(algorithm, secret, kid());
            assert_eq!(refused.map(|_| ()), Err(KeyError::Weak));
        }
    }
    for algorithm in [Algorithm::EdDsa, Algorithm::Rs256] {
        assert!(SigningKey::from_secret(algorithm, good.clone(), kid()).is_err());
    }
}

#[test]
fn rsa_signs_nothing() {
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
        let refused = SigningKey::generate(algorithm, &mut random()).map(|_| ());
        assert_eq!(refused, Err(KeyError::VerifyOnly));
    }
}

#[test]
fn leeway_is_at_most_a_minute() {
    assert!(Leeway::seconds(60).is_some());
    assert!(Leeway::seconds(61).is_none());
    assert!(Leeway::seconds(u64::MAX).is_none());
}

#[test]
fn policies_are_read_strictly() {
    let whole = r#"{"issuer":"i","audience":["a","b"],"profile":"jwt","algorithms":["Ed25519"],
        "typ":["JWT",null],"kid":"ignored","leeway":60,"require":["sub"]}"#;
    assert!(Policy::read(whole.as_bytes()).is_ok());
    assert!(Policy::read(br#"{"issuer":"i","audience":null}"#).is_ok());
    for (text, reason) in [
        (r#"{"audience":"a"}"#, PolicyError::Member("issuer")),
        (
            r#"{"issuer":"","audience":"a"}"#,
            PolicyError::Member("issuer"),
        ),
        (r#"{"issuer":"i"}"#, PolicyError::Member("audience")),
        (
            r#"{"issuer":"i","audience":[]}"#,
            PolicyError::Member("audience"),
        ),
        (
            r#"{"issuer":"i","audience":["a",null]}"#,
            PolicyError::Member("audience"),
        ),
        (
            r#"{"issuer":"i","audience":"a","profile":"any"}"#,
            PolicyError::Member("profile"),
        ),
        (
            r#"{"issuer":"i","audience":"a","algorithms":[]}"#,
            PolicyError::Member("algorithms"),
        ),
        (
            r#"{"issuer":"i","audience":"a","algorithms":["none"]}"#,
            PolicyError::Member("algorithms"),
        ),
        (
            r#"{"issuer":"i","audience":"a","typ":"JWT"}"#,
            PolicyError::Member("typ"),
        ),
        (
            r#"{"issuer":"i","audience":"a","kid":true}"#,
            PolicyError::Member("kid"),
        ),
        (
            r#"{"issuer":"i","audience":"a","leeway":61}"#,
            PolicyError::Member("leeway"),
        ),
        (
            r#"{"issuer":"i","audience":"a","leeway":-1}"#,
            PolicyError::Member("leeway"),
        ),
        (
            r#"{"issuer":"i","audience":"a","require":[1]}"#,
            PolicyError::Member("require"),
        ),
        (
            r#"{"issuer":"i","audience":"a","clockTolerance":1}"#,
            PolicyError::UnknownMember,
        ),
        (r#"["i"]"#, PolicyError::NotAnObject),
    ] {
        assert_eq!(
            Policy::read(text.as_bytes()).map(|_| ()),
            Err(reason),
            "{text}"
        );
    }
    let twice = Policy::read(br#"{"issuer":"i","issuer":"j","audience":"a"}"#);
    assert!(matches!(twice, Err(PolicyError::Json(_))));
}

/// A host's cryptography that is asked once for each key, and says no, yes or
/// that it cannot tell.
#[test]
fn the_hosts_answer_is_taken_as_it_is() {
    let key = key(Algorithm::Hs256);
    let token = minted(&key, &CustomClaims::default());
    let (policy, keys) = (policy(), set(&key));
    let chosen = || Unverified::read(&token, &policy).and_then(|token| token.choose(&keys));
    for (answer, code) in [
        (Ok(false), Some("bad_signature")),
        (
            Err(TokenError::SignatureUnavailable),
            Some("signature_unavailable"),
        ),
        (Ok(true), None),
    ] {
        let mut asked = 0;
        let signed = chosen().expect("one key").verified_by(|check| {
            asked += 1;
            assert_eq!(check.key().kid(), Some(key.kid()));
            assert!(token.as_bytes().starts_with(check.message()));
            answer.clone()
        });
        assert_eq!((signed.err().map(|error| error.code()), asked), (code, 1));
    }
}

/// Whatever a host's cryptography thinks of them.
#[test]
fn unsound_signatures_are_refused_before_the_host_is_asked() {
    let (small_order, unreduced) = ([0; 64], [0xff; 64]);
    let (short, long) = ([1; 63], [1; 65]);
    for (algorithm, signature) in [
        (Algorithm::EdDsa, &small_order[..]),
        (Algorithm::EdDsa, &unreduced),
        (Algorithm::EdDsa, &short),
        (Algorithm::Es256, &short),
        (Algorithm::Es256, &long),
        (Algorithm::Hs256, &long[..31]),
        (Algorithm::Hs512, &long),
        (Algorithm::Rs256, &[]),
    ] {
        if !algorithm.is_built_in() {
            continue;
        }
        let header = json!({"alg": algorithm.name(), "typ": "at+jwt"}).to_string();
        let parts = [header.as_bytes(), b"{}", signature].map(base64url::encode);
        let (token, policy) = (parts.join("."), policy());
        let keys = match algorithm {
            Algorithm::Rs256 => rsa(),
            _ => set(&key(algorithm)),
        };
        let refused = Unverified::read(&token, &policy)
            .and_then(|token| token.choose(&keys))
            .and_then(|token| {
                token
                    .verified_by(|_| panic!("the host is asked"))
                    .map(|_| ())
            });
        assert_eq!(refused, Err(TokenError::BadSignature), "{algorithm}");
    }
}

/// A modulus that nobody has factors of.
fn rsa() -> KeySet {
    let n = base64url::encode(&[0xc5; 256]);
    let jwks = json!({"keys": [{"kty": "RSA", "n": n, "e": "AQAB"}]});
    KeySet::read(jwks.to_string().as_bytes()).expect("a key set")
}

/// A host may check such a signature; nobody else can.
#[test]
#[cfg(not(any(feature = "ed25519", feature = "es256", feature = "rsa")))]
fn algorithms_that_were_left_out_are_refused_with_their_own_code() {
    let x = base64url::encode(&[9; 32]);
    for (algorithm, mut jwk, length) in [
        (
            Algorithm::EdDsa,
            json!({"kty": "OKP", "crv": "Ed25519", "x": x}),
            64,
        ),
        (
            Algorithm::Es256,
            json!({"kty": "EC", "crv": "P-256", "x": x, "y": x}),
            64,
        ),
        (
            Algorithm::Rs256,
            rsa().write_public()["keys"][0].clone(),
            256,
        ),
    ] {
        assert!(!algorithm.is_built_in());
        let refused = SigningKey::generate(algorithm, &mut random())
            .map(|_| ())
            .map_err(|e| e.code());
        assert!(
            matches!(refused, Err("key_not_built_in" | "key_verify_only")),
            "{refused:?}"
        );
        jwk["kid"] = "k".into();
        let keys = KeySet::read(json!({"keys": [jwk]}).to_string().as_bytes()).expect("a key set");
        assert_eq!(keys.keys().len(), 1, "{:?}", keys.skipped());
        let header = json!({"alg": algorithm.name(), "typ": "at+jwt", "kid": "k"}).to_string();
        let mut signature = vec![9; length];
        signature[length - 1] = 1;
        let parts = [header.as_bytes(), b"{}", &signature].map(base64url::encode);
        let (token, policy) = (parts.join("."), policy());
        let chosen = || Unverified::read(&token, &policy).and_then(|token| token.choose(&keys));
        let answer = chosen().and_then(|token| token.verified_by(|check| check.verify()));
        assert_eq!(
            answer.map(|_| ()),
            Err(TokenError::AlgNotBuiltIn),
            "{algorithm}"
        );
        let answer = chosen().and_then(|token| token.verified_by(|_| Ok(true)));
        assert!(answer.is_ok(), "{algorithm}");
    }
}

#[test]
fn asynchronous_checks_answer_the_same() {
    let key = key(Algorithm::Hs256);
    let token = minted(&key, &CustomClaims::default());
    let (policy, keys) = (policy(), set(&key));
    for genuine in [true, false] {
        let chosen = Unverified::read(&token, &policy).and_then(|token| token.choose(&keys));
        let answer = chosen
            .expect("one key")
            .verified_by_async(async |check| check.verify().map(|valid| valid && genuine));
        let mut answer = core::pin::pin!(answer);
        let mut context = core::task::Context::from_waker(core::task::Waker::noop());
        let core::task::Poll::Ready(signed) = answer.as_mut().poll(&mut context) else {
            panic!("nothing to wait for");
        };
        assert_eq!(signed.and_then(|signed| signed.admit(NOW)).is_ok(), genuine);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused_as_a_token(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let keys = set(&key(Algorithm::Hs256));
        prop_assert!(verify(&bytes, &keys, &policy(), NOW).is_err());
        let _ = inspect(&bytes, &Limits::DEFAULT);
    }

    #[test]
    fn any_segments_are_refused_as_a_token(
        header in ".{0,80}", payload in ".{0,80}", signature in "[A-Za-z0-9_-]{0,90}",
    ) {
        let segments = [base64url::encode(header.as_bytes()), base64url::encode(payload.as_bytes())];
        let token = format!("{}.{}.{signature}", segments[0], segments[1]);
        prop_assert!(verify(&token, &KeySet::default(), &policy(), NOW).is_err());
        let _ = inspect(&token, &Limits::DEFAULT);
    }

    #[test]
    fn any_bytes_are_read_as_a_key_set_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = KeySet::read(&bytes);
        let _ = Key::read(&bytes);
        let _ = SigningKey::read(&bytes);
    }

    #[test]
    fn any_members_are_read_as_a_key_or_refused(
        kty in "OKP|EC|RSA|oct|x", crv in "Ed25519|P-256|P-521|", alg in "EdDSA|ES256|HS256|RS256|none",
        number in "[A-Za-z0-9_-]{0,90}", other in "[A-Za-z0-9_-]{43}",
    ) {
        let jwk = json!({
            "kty": kty, "crv": crv, "alg": alg, "kid": "k",
            "x": other, "y": number, "n": number, "e": "AQAB", "k": number, "d": other,
        });
        let jwk = jwk.to_string();
        let read = [Key::read(jwk.as_bytes()).is_ok(), SigningKey::read(jwk.as_bytes()).is_ok()];
        prop_assert!(alg != "none" || read == [false, false]);
    }

    #[test]
    fn a_token_with_one_bit_changed_is_refused(
        algorithm in proptest::sample::select(minted_algorithms().collect::<Vec<_>>()), place in any::<proptest::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let key = key(algorithm);
        let mut token = minted(&key, &CustomClaims::default()).into_bytes();
        let place = place.index(token.len());
        token[place] ^= 1 << bit;
        prop_assert!(verify(&token, &set(&key), &policy(), NOW).is_err());
    }

    #[test]
    fn tokens_are_valid_from_their_start_to_just_before_their_end(
        issued in 0_i64..4_000_000_000, lifetime in 1_i64..100_000, offset in -200_000_i64..200_000,
        leeway in 0_u64..=60,
    ) {
        let key = key(Algorithm::Hs256);
        let (start, end) = (issued + 200_000, issued + 200_000 + lifetime);
        let claims = json!({"iss": ISSUER, "iat": start, "nbf": start, "exp": end});
        let envelope = Envelope { typ: None, kid: None, layout: Layout::Plain };
        let token = mint(&key, &envelope, &claims).expect("a token");
        let policy = Policy::jwt(ISSUER, AudienceRule::Any)
            .algorithms([Algorithm::Hs256])
            .leeway(Leeway::seconds(leeway).expect("a minute at most"));
        let now = start + offset;
        let allowed = Duration::from_secs(leeway).as_secs() as i64;
        let valid = now + allowed >= start && now - allowed < end;
        let answer = verify(&token, &set(&key), &policy, Timestamp::from_seconds(now));
        prop_assert_eq!(answer.is_ok(), valid);
    }
}
