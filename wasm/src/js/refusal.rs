//! Why the verifier refuses. How a reason becomes a JavaScript value is not
//! its business.

use core::fmt;

use touchmark_core::token::{KeyError, PolicyError, TokenError};
use wasm_bindgen::JsValue;

use super::thrown;
use super::verifier::EndpointError;

/// Why a call was refused, grouped by who has to act.
#[derive(Debug)]
pub(super) enum Refusal {
    /// An option of the verifier is missing or cannot be used.
    Option(&'static str),
    /// The policy cannot be used.
    Policy(PolicyError),
    /// The time is not a number.
    NoTime,
    /// The keys cannot be used.
    Keys(KeyError),
    /// The keys cannot be had.
    Endpoint(EndpointError),
    /// The token is not to be trusted.
    Token(TokenError),
}

impl Refusal {
    /// The stable code of this reason.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Option(_) => "options_malformed",
            Self::Policy(_) => "policy_malformed",
            Self::NoTime => "now_malformed",
            Self::Keys(error) => error.code(),
            Self::Endpoint(error) => error.code(),
            Self::Token(error) => error.code(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => write!(f, "option {name} is missing or malformed"),
            Self::Policy(error) => error.fmt(f),
            Self::NoTime => f.write_str("the time is not a number"),
            Self::Keys(error) => error.fmt(f),
            Self::Endpoint(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Refusal {}

impl From<PolicyError> for Refusal {
    fn from(error: PolicyError) -> Self {
        Self::Policy(error)
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        Self::Keys(error)
    }
}

impl From<EndpointError> for Refusal {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(error)
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        thrown::write(refusal.code(), &refusal)
    }
}
