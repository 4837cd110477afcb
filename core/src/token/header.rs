//! The protected header: the rules that hold for every token, whatever the
//! policy. Members that name or carry keys (`jwk`, `jku`, `x5u`, `x5c`) have no
//! meaning here, and neither has anything else that is not mentioned.
//!
//! <https://www.rfc-editor.org/rfc/rfc7515#section-4.1>

use alloc::string::String;

use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::error::TokenError;
use super::key::Kid;

/// The protected header of a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    algorithm: Algorithm,
    members: Map<String, Value>,
}

impl Header {
    /// The algorithm that the token claims to be signed with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The type of the token.
    pub fn typ(&self) -> Option<&str> {
        self.members.get("typ").and_then(Value::as_str)
    }

    /// The id of the key, for most issuers.
    pub fn kid(&self) -> Option<&str> {
        self.members.get("kid").and_then(Value::as_str)
    }

    /// All members.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Applies the rules that hold for every token.
    pub(super) fn read(members: Map<String, Value>) -> Result<Self, TokenError> {
        let algorithm = match members.get("alg") {
            Some(Value::String(name)) => read_algorithm(name)?,
            _ => return Err(TokenError::AlgMissing),
        };
        for (name, refusal) in [
            ("enc", TokenError::Encrypted),
            ("crit", TokenError::CritUnsupported),
            ("b64", TokenError::B64Unsupported),
            ("zip", TokenError::ZipUnsupported),
            ("cty", TokenError::CtyUnsupported),
        ] {
            if members.contains_key(name) {
                return Err(refusal);
            }
        }
        for name in ["typ", "kid"] {
            if members.get(name).is_some_and(|value| !value.is_string()) {
                return Err(TokenError::BadHeaderMember);
            }
        }
        let header = Self { algorithm, members };
        match header.kid() {
            Some(kid) if kid.len() > Kid::LONGEST => Err(TokenError::KidTooLong),
            _ => Ok(header),
        }
    }
}

fn read_algorithm(name: &str) -> Result<Algorithm, TokenError> {
    match Algorithm::read(name) {
        Some(algorithm) => Ok(algorithm),
        None if name.eq_ignore_ascii_case("none") => Err(TokenError::AlgNone),
        None => Err(TokenError::AlgUnsupported),
    }
}
