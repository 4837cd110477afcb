//! Why the verifier refuses, and how a reason becomes a JavaScript value: by
//! the function that makes the errors of the other side.

use core::fmt;

use touchmark_core::token::{KeyError, PolicyError, TokenError};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "../src/refusal.js")]
extern "C" {
    fn refusal(code: &str, message: &str) -> JsValue;
}

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
    /// What the issuer published is not a key set.
    Published,
    /// The keys could not be had; nobody said why.
    Unreachable,
    /// The keys could not be had, for a reason of the JavaScript side.
    Thrown(JsValue),
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
            Self::Published => "jwks_malformed",
            Self::Unreachable | Self::Thrown(_) => "jwks_unreachable",
            Self::Token(error) => error.code(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => {
                f.write_str("option ")?;
                f.write_str(name)?;
                f.write_str(" is missing or malformed")
            }
            Self::Policy(error) => error.fmt(f),
            Self::NoTime => f.write_str("the time is not a number"),
            Self::Keys(error) => error.fmt(f),
            Self::Published => {
                f.write_str("key set endpoint answered with something else than a key set")
            }
            Self::Unreachable | Self::Thrown(_) => {
                f.write_str("key set endpoint cannot be reached")
            }
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

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<Refusal> for JsValue {
    fn from(reason: Refusal) -> Self {
        match reason {
            Refusal::Thrown(error) => error,
            reason => refusal(reason.code(), &reason.to_string()),
        }
    }
}
