//! The protected header: the rules that hold for every token, whatever the
//! policy. Members that name or carry keys (`jwk`, `jku`, `x5u`, `x5c`) have no
//! meaning here, and neither has anything else that is not mentioned.
//!
//! <https://www.rfc-editor.org/rfc/rfc7515#section-4.1>

use alloc::string::String;

use super::algorithm::Algorithm;
use super::compact;
use super::error::{Part, TokenError};
use super::key::Kid;
use super::policy::Limits;
use crate::json::Glimpse;

/// The protected header of a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    algorithm: Algorithm,
    typ: Option<String>,
    kid: Option<String>,
}

impl Header {
    /// The algorithm that the token claims to be signed with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The type of the token.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The id of the key, for most issuers.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Reads a header and applies the rules that hold for every token.
    pub(super) fn read(json: &[u8], limits: &Limits) -> Result<Self, TokenError> {
        let mut members = compact::members(json, Part::Header, limits)?;
        let algorithm = match members.take("alg") {
            Some(Glimpse::Text(name)) => read_algorithm(&name)?,
            _ => return Err(TokenError::AlgMissing),
        };
        let is_there = |(name, _): &&(&str, TokenError)| members.find(name).is_some();
        if let Some((_, refusal)) = REFUSED.iter().find(is_there) {
            return Err(refusal.clone());
        }
        let (typ, kid) = (text(members.take("typ"))?, text(members.take("kid"))?);
        match &kid {
            Some(kid) if kid.len() > Kid::LONGEST => Err(TokenError::KidTooLong),
            _ => Ok(Self {
                algorithm,
                typ,
                kid,
            }),
        }
    }
}

/// Members that are refused whatever they say.
static REFUSED: [(&str, TokenError); 5] = [
    ("enc", TokenError::Encrypted),
    ("crit", TokenError::CritUnsupported),
    ("b64", TokenError::B64Unsupported),
    ("zip", TokenError::ZipUnsupported),
    ("cty", TokenError::CtyUnsupported),
];

fn text(value: Option<Glimpse<'_>>) -> Result<Option<String>, TokenError> {
    match value {
        None => Ok(None),
        Some(Glimpse::Text(text)) => Ok(Some(text.into_owned())),
        Some(_) => Err(TokenError::BadHeaderMember),
    }
}

fn read_algorithm(name: &str) -> Result<Algorithm, TokenError> {
    match Algorithm::read(name) {
        Some(algorithm) => Ok(algorithm),
        None if name.eq_ignore_ascii_case("none") => Err(TokenError::AlgNone),
        None => Err(TokenError::AlgUnsupported),
    }
}
