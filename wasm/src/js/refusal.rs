//! What goes wrong, as JavaScript sees it: an `Error` whose `code` is stable
//! and whose message is for people. This is the only place where a reason
//! becomes a JavaScript value.

use core::fmt;

use touchmark_core::json;
use touchmark_core::token::{KeyError, TokenError};
use wasm_bindgen::JsValue;

/// Why a call was refused, grouped by who has to act.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The options are not an object of the known members.
    Options(json::Error),
    /// The options name no audience at all.
    NoAudience,
    /// The options name an algorithm that does not exist.
    UnknownAlgorithm,
    /// The options let clocks be further apart than is sensible.
    TooMuchLeeway,
    /// The time is not a number.
    NoTime,
    /// The keys cannot be used.
    Keys(KeyError),
    /// The token is not to be trusted.
    Token(TokenError),
}

impl Refusal {
    /// The stable code of this reason.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Options(_) => "options_malformed",
            Self::NoAudience => "options_no_audience",
            Self::UnknownAlgorithm => "options_unknown_algorithm",
            Self::TooMuchLeeway => "options_too_much_leeway",
            Self::NoTime => "now_malformed",
            Self::Keys(error) => error.code(),
            Self::Token(error) => error.code(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(error) => write!(f, "options: {error}"),
            Self::NoAudience => f.write_str("options name no audience"),
            Self::UnknownAlgorithm => f.write_str("options name an unknown algorithm"),
            Self::TooMuchLeeway => f.write_str("options allow more than 60 seconds of leeway"),
            Self::NoTime => f.write_str("the time is not a number"),
            Self::Keys(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Refusal {}

impl From<json::Error> for Refusal {
    fn from(error: json::Error) -> Self {
        Self::Options(error)
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
    fn from(refusal: Refusal) -> Self {
        let error = js_sys::Error::new(&refusal.to_string());
        error.set_name("TouchmarkError");
        let code = Self::from_str(refusal.code());
        js_sys::Reflect::set(&error, &Self::from_str("code"), &code)
            .expect("a new Error takes any property");
        error.into()
    }
}
