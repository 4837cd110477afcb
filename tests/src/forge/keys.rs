//! Fixed keys to forge with, the key sets that the forged tokens are verified
//! with, and tokens from any texts. None of these keys is used anywhere else.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use rsa::rand_core::{CryptoRng, Error, RngCore, impls};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use touchmark_core::token::{Algorithm, Kid, Sign as _, SigningKey};

use super::{AUDIENCE, ISSUER, NOW};

/// The keys that tokens are forged with.
pub struct Keys {
    /// The seed of `ed25519`.
    pub(super) seed: [u8; 32],
    /// The issuer's main key.
    pub(super) ed25519: SigningKey,
    /// The issuer's key for ES256.
    pub(super) p256: SigningKey,
    /// The issuer's keys for HMAC.
    pub(super) hs256: SigningKey,
    pub(super) hs512: SigningKey,
    /// The issuer's key for RS256 and PS256.
    pub(super) rsa: RsaPrivateKey,
    /// A key of somebody who is not the issuer.
    pub(super) stranger: SigningKey,
}

impl Keys {
    /// The same keys in every run.
    ///
    /// # Panics
    ///
    /// If one of them is not a key.
    pub fn fixed() -> Self {
        let number = |text| {
            let bytes = Base64UrlUnpadded::decode_vec(text).expect("base64url");
            BigUint::from_bytes_be(&bytes)
        };
        let primes = [RSA_P, RSA_Q].map(number).to_vec();
        let rsa =
            RsaPrivateKey::from_components(number(RSA_N), 65537_u32.into(), number(RSA_D), primes);
        let secret = |algorithm, length, kid| {
            let secret = Counter(0x51).bytes(length);
            SigningKey::from_secret(algorithm, secret, Kid::new(kid).expect("an id"))
        };
        Self {
            seed: Counter(1).bytes(32).try_into().expect("32 bytes"),
            ed25519: asymmetric(Algorithm::EdDsa, 1, "ed-1"),
            p256: asymmetric(Algorithm::Es256, 2, "es-1"),
            hs256: secret(Algorithm::Hs256, 32, "hs-1").expect("a strong secret"),
            hs512: secret(Algorithm::Hs512, 64, "hs-2").expect("a strong secret"),
            rsa: rsa.expect("the key of RFC 7515 A.2"),
            stranger: asymmetric(Algorithm::EdDsa, 3, "ed-1"),
        }
    }

    /// The key sets by name.
    pub(super) fn sets(&self) -> Value {
        let public =
            |key: &SigningKey| Value::from(key.verifying_key().write_public().expect("public"));
        let renamed = |key: &SigningKey, member: &str, value: Value| {
            let mut jwk = public(key);
            match value {
                Value::Null => drop(jwk.as_object_mut().expect("an object").remove(member)),
                value => jwk[member] = value,
            }
            jwk
        };
        let secret = |key: &SigningKey| -> Value {
            serde_json::from_slice(key.write_private().expose()).expect("a JWK")
        };
        let rsa = json!({
            "kty": "RSA",
            "kid": "rs-1",
            "n": Base64UrlUnpadded::encode_string(&self.rsa.n().to_bytes_be()),
            "e": "AQAB",
        });
        let with_alg = |alg: &str| {
            let mut key = rsa.clone();
            key["alg"] = alg.into();
            key
        };
        let named_as = |kid: &str, mut jwk: Value| {
            jwk["kid"] = kid.into();
            jwk
        };
        let crowd: Vec<Value> = (10..15)
            .map(|seed| public(&asymmetric(Algorithm::EdDsa, seed, &format!("ed-{seed}"))))
            .chain([public(&self.ed25519)])
            .collect();
        let weak = |k: &[u8]| json!({"kty": "oct", "kid": "weak", "k": Base64UrlUnpadded::encode_string(k)});
        let point = |x: [u8; 32]| {
            let x = Base64UrlUnpadded::encode_string(&x);
            json!({"kty": "OKP", "crv": "Ed25519", "kid": "point", "alg": "EdDSA", "x": x})
        };
        json!({
            "main": {"keys": [public(&self.ed25519), public(&self.p256)]},
            "main with secrets": {"keys": [
                public(&self.ed25519), public(&self.p256), secret(&self.hs256), secret(&self.hs512),
            ]},
            "rsa": {"keys": [rsa]},
            "rsa for RS256": {"keys": [with_alg("RS256")]},
            "rsa for PS256": {"keys": [with_alg("PS256")]},
            "rsa with exponent 1": {"keys": [{
                "kty": "RSA", "kid": "rs-1", "n": rsa["n"], "e": "AQ",
            }]},
            "rsa of 1024 bits": {"keys": [{
                "kty": "RSA", "kid": "rs-1", "e": "AQAB",
                "n": Base64UrlUnpadded::encode_string(&[0xd1; 128]),
            }]},
            "other tenant": {"keys": [named_as("other-1", public(&self.stranger))]},
            "one kid for two algorithms": {"keys": [
                named_as("same", public(&self.p256)), named_as("same", public(&self.ed25519)),
            ]},
            "one kid for two keys": {"keys": [
                named_as("same", public(&self.stranger)), named_as("same", public(&self.ed25519)),
            ]},
            "six keys of one algorithm": {"keys": crowd},
            "no kid": {"keys": [renamed(&self.ed25519, "kid", Value::Null)]},
            "for encryption": {"keys": [renamed(&self.ed25519, "use", "enc".into())]},
            "short secret": {"keys": [weak(&Counter(0x51).bytes(31))]},
            "human secret": {"keys": [weak(&b"password".repeat(8))]},
            "secret for HS512": {"keys": [secret(&self.hs512)]},
            "point of order 1": {"keys": [point(IDENTITY)]},
            "point of order 2": {"keys": [point(near_the_field(0xec))]},
            "point that is not canonical": {"keys": [point(near_the_field(0xf0))]},
            "empty": {"keys": []},
        })
    }

    /// The header of a good token.
    pub(super) fn header(&self) -> Value {
        json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "ed-1"})
    }

    /// The claims of a good token.
    pub(super) fn claims(&self) -> Value {
        json!({
            "iss": ISSUER, "sub": "client-1", "aud": AUDIENCE, "client_id": "client-1",
            "iat": NOW - 10, "exp": NOW + 290, "jti": "4f1c", "scope": "records:read",
        })
    }

    /// A good token.
    pub(super) fn good(&self) -> String {
        self.ed25519(&self.header().to_string(), self.claims().to_string())
    }

    /// Any header over good claims, signed with the main key.
    pub(super) fn with_header(&self, header: &Value) -> String {
        self.ed25519(&header.to_string(), self.claims().to_string())
    }

    /// A good header over any claims, signed with the main key.
    pub(super) fn with_claims(&self, claims: &Value) -> String {
        self.ed25519(&self.header().to_string(), claims.to_string())
    }

    /// A good header over any payload, signed with the main key.
    pub(super) fn with_payload(&self, payload: impl AsRef<[u8]>) -> String {
        self.ed25519(&self.header().to_string(), payload)
    }

    /// Any header and payload, signed with the main key.
    pub(super) fn ed25519(&self, header: &str, payload: impl AsRef<[u8]>) -> String {
        signed_by(&self.ed25519, header, payload)
    }

    /// Good claims, signed with ES256.
    pub(super) fn es256(&self) -> String {
        let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": "es-1"});
        signed_by(&self.p256, &header.to_string(), self.claims().to_string())
    }

    /// Good claims, signed with RSA.
    pub(super) fn rsa(&self, alg: &str) -> String {
        let header = json!({"alg": alg, "typ": "at+jwt", "kid": "rs-1"});
        let message = message(&header.to_string(), self.claims().to_string());
        let digest = Sha256::digest(&message);
        let signature = match alg {
            "PS256" => self
                .rsa
                .sign_with_rng(&mut Counter(9), Pss::new::<Sha256>(), &digest),
            _ => self.rsa.sign(Pkcs1v15Sign::new::<Sha256>(), &digest),
        };
        attach(&message, &signature.expect("a signature"))
    }
}

/// Header and payload in base64url.
pub(super) fn message(header: &str, payload: impl AsRef<[u8]>) -> String {
    let header = Base64UrlUnpadded::encode_string(header.as_bytes());
    let payload = Base64UrlUnpadded::encode_string(payload.as_ref());
    format!("{header}.{payload}")
}

/// A token from a message and any signature.
pub(super) fn attach(message: &str, signature: &[u8]) -> String {
    format!("{message}.{}", Base64UrlUnpadded::encode_string(signature))
}

/// A token, signed with any key whatever the header says.
pub(super) fn signed_by(key: &SigningKey, header: &str, payload: impl AsRef<[u8]>) -> String {
    let message = message(header, payload);
    attach(
        &message,
        &key.sign(message.as_bytes()).expect("a signature"),
    )
}

/// The number 2^255 - 256 + `last`, as Ed25519 encodes coordinates: the field
/// ends at 0xed.
fn near_the_field(last: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = last;
    bytes[31] = 0x7f;
    bytes
}

fn asymmetric(algorithm: Algorithm, seed: u8, kid: &str) -> SigningKey {
    SigningKey::generate(algorithm, &mut |bytes| Counter(seed).fill_bytes(bytes))
        .expect("a key")
        .named(Kid::new(kid).expect("an id"))
}

/// Bytes that depend on a number only, in place of randomness.
pub(super) struct Counter(pub(super) u8);

impl Counter {
    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.fill_bytes(&mut bytes);
        bytes
    }
}

impl RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        let start = self.0;
        for (index, chunk) in bytes.chunks_mut(32).enumerate() {
            let index = u8::try_from(index).expect("few bytes");
            chunk.copy_from_slice(&Sha256::digest([start, index])[..chunk.len()]);
        }
        self.0 = self.0.wrapping_add(1);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Counter {}

/// The encoding of the neutral point, whose order is 1.
pub(super) const IDENTITY: [u8; 32] = {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes
};

// The key of RFC 7515 A.2.
const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJ\
    PMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0\
    LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uD\
    Zlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2\
    PAcDTW9gb54h4FRWyuXpoQ";
const RSA_D: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9S\
    E-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVd\
    xzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQ\
    UShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjn\
    czT0QU91p1DhOVRuOopznQ";
const RSA_P: &str = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQT\
    a9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV\
    5z-y2XDwGUc";
const RSA_Q: &str = "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7\
    C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rj\
    cJIDEz9RWdc";
