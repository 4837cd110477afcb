//! What an answer must be. Matchers are kept as nodes here; their operators
//! are `expect`'s subject.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::operators;
use crate::expect::Matcher;
use crate::scenario::{
    diagnostic::Diagnostic,
    entries::{AtLeastOne, Entries, HeaderName, JsonPath, Member},
    node::{Map, Node, Value},
    read::{Read, exactly_one, keys, mismatch, require_one},
    source::Span,
    word::{Delay, Slot},
};

keys! {
    /// What the answer must be. All of it is judged, whatever fails first.
    "`expect`" Closed pub struct Expect {
        /// The status code; any 2xx if absent.
        "status" => status: Option<Expected>,
        /// Header fields by name.
        "headers" => headers: Entries<HeaderName, Expected>,
        /// Parts of the JSON body by path.
        "json" => json: Entries<JsonPath, Expected>,
        /// The body as text.
        "body" => body: Option<Expected>,
        /// Parts of the operation's outcome by member or path.
        "outcome" => outcome: Entries<Member, Expected>,
        /// Tokens in the answer by member or path.
        "jwt" => jwt: Entries<Member, JwtExpect>,
        /// The longest time that the answer may take.
        "under" => under: Option<Slot<Delay>>,
    }
    check = check_expect;
    refine = refine_expect;
}

keys! {
    /// What a token must be.
    "`jwt`" Closed pub struct JwtExpect {
        /// How the signature is verified, or the word `none`.
        "verify" => verify: Verify,
        /// Parts of the protected header.
        "header" => header: Entries<Member, Expected>,
        /// Parts of the claims set by member or path.
        "claims" => claims: Entries<Member, Expected>,
    }
}

/// A value to equal or a map of operators.
#[derive(Clone, Debug)]
pub struct Expected(pub Node);

impl Read for Expected {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        findings.extend(Matcher::check(node));
        Some(Self(node.clone()))
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        operators::matcher(generator)
    }
}

/// How the signature of a token is verified.
#[derive(Clone, Debug)]
pub enum Verify {
    /// It is not, which a run says aloud.
    Unverified(Span),
    /// By a key, with one of the listed algorithms.
    Signature {
        /// The place of the map.
        span: Span,
        /// The key.
        key: VerificationKey,
        /// The algorithms that are accepted; the token's header is not trusted.
        algorithms: AtLeastOne<Slot<String>>,
    },
}

/// Where the key that verifies a token comes from.
#[derive(Clone, Debug)]
pub enum VerificationKey {
    /// A JWK Set to fetch.
    KeySetUrl(Slot<String>),
    /// A JWK written out.
    Key(Node),
    /// The secret of an HMAC.
    Secret(Slot<String>),
}

keys! {
    /// Exactly one of `jwks`, `jwk` and `secret`, and the algorithms.
    "`verify`" Closed struct VerifyKeys {
        /// The URL or path of a JWK Set.
        "jwks" => jwks: Option<Slot<String>>,
        /// A JSON Web Key written out, or a reference to one.
        "jwk" => jwk: Option<Node>,
        /// The secret of an HMAC.
        "secret" => secret: Option<Slot<String>>,
        /// The algorithms that are accepted.
        "alg" => algorithms: AtLeastOne<Slot<String>>,
    }
    check = check_verify;
    refine = refine_verify;
}

impl Read for Verify {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Text(word) if word == "none" => {
                return Some(Self::Unverified(node.span.clone()));
            }
            Value::Map(_) => {}
            _ => {
                findings.push(
                    mismatch(node, "a map with a key and `alg`")
                        .help("write the word `none` to look at a token without verifying it"),
                );
                return None;
            }
        }
        let keys = VerifyKeys::read(node, findings)?;
        let key = match (keys.jwks, keys.jwk, keys.secret) {
            (Some(url), None, None) => VerificationKey::KeySetUrl(url),
            (None, Some(key), None) => VerificationKey::Key(key),
            (None, None, Some(secret)) => VerificationKey::Secret(secret),
            // Said by `check_verify`.
            _ => return None,
        };
        Some(Self::Signature {
            span: keys.span,
            key,
            algorithms: keys.algorithms,
        })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let map = generator.subschema_for::<VerifyKeys>();
        json_schema!({ "anyOf": [{ "const": "none" }, map] })
    }
}

const KEYS_TO_VERIFY_WITH: &[&str] = &["jwks", "jwk", "secret"];

fn check_verify(node: &Node, findings: &mut Vec<Diagnostic>) {
    exactly_one(node, "`verify`", KEYS_TO_VERIFY_WITH, findings);
}

fn check_expect(node: &Node, findings: &mut Vec<Diagnostic>) {
    if node.as_map().is_some_and(Map::is_empty) {
        findings.push(
            Diagnostic::error(&node.span, "nothing is expected here")
                .help("without `expect` a step demands any 2xx"),
        );
    }
}

fn refine_verify(schema: Schema) -> Schema {
    require_one(schema, KEYS_TO_VERIFY_WITH)
}

fn refine_expect(mut schema: Schema) -> Schema {
    schema.insert("minProperties".into(), 1.into());
    schema
}
