//! The `Authorization` field: Basic ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617))
//! and Bearer ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
//!
//! Client libraries disagree on Basic: curl sends `id:secret` as it is, others
//! form-encode each half first, as RFC 6749 section 2.3.1 says. Both readings
//! are kept, and whoever holds the truth compares the raw one first. They also
//! disagree on characters: what is not UTF-8 is read as ISO-8859-1, in which
//! Python's clients write.

use super::Request;
use super::encoding::{Plus, decode};
use alloc::format;
use alloc::string::String;
use base64ct::{Base64, Encoding};
use core::fmt;

/// What a request's `Authorization` field says.
#[derive(Clone, PartialEq, Eq)]
pub enum Authorization {
    /// There is no such field.
    None,
    /// `Basic`, decoded.
    Basic(BasicPair),
    /// `Bearer`, the token as it stands.
    Bearer(String),
}

/// The two halves of Basic credentials, split at the first colon.
#[derive(Clone, PartialEq, Eq)]
pub struct BasicPair {
    /// The user-id or client identifier as sent.
    pub id: String,
    /// The password or client secret as sent.
    pub secret: String,
}

impl BasicPair {
    /// The other reading: both halves form-decoded. `None` when that changes
    /// nothing or is not possible.
    #[must_use]
    pub fn form_decoded(&self) -> Option<Self> {
        let id = decode(&self.id, Plus::Space)?;
        let secret = decode(&self.secret, Plus::Space)?;
        let decoded = Self { id, secret };
        (decoded != *self).then_some(decoded)
    }
}

/// Why the field could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationError {
    /// The field stands more than once.
    Repeated,
    /// The scheme is neither Basic nor Bearer.
    Scheme,
    /// The Basic credentials are not base64 of a text with a colon in it.
    Basic,
    /// The bearer token is empty or has characters that RFC 6750 forbids.
    Bearer,
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repeated => "the Authorization field is repeated",
            Self::Scheme => "the Authorization scheme is neither Basic nor Bearer",
            Self::Basic => "the Basic credentials are malformed",
            Self::Bearer => "the bearer token is malformed",
        })
    }
}

impl core::error::Error for AuthorizationError {}

impl Authorization {
    /// Reads the field of a request. The scheme is case-insensitive.
    ///
    /// # Errors
    /// Refuses a repeated field, another scheme and malformed credentials.
    pub fn read(request: &Request) -> Result<Self, AuthorizationError> {
        let mut fields = request.headers.all("authorization");
        let Some(field) = fields.next() else {
            return Ok(Self::None);
        };
        if fields.next().is_some() {
            return Err(AuthorizationError::Repeated);
        }
        let (scheme, credentials) = field.trim().split_once(' ').unwrap_or((field.trim(), ""));
        let credentials = credentials.trim_start_matches(' ');
        if scheme.eq_ignore_ascii_case("basic") {
            read_basic(credentials)
                .map(Self::Basic)
                .ok_or(AuthorizationError::Basic)
        } else if scheme.eq_ignore_ascii_case("bearer") {
            if credentials.is_empty() || !credentials.bytes().all(is_token68) {
                return Err(AuthorizationError::Bearer);
            }
            Ok(Self::Bearer(credentials.into()))
        } else {
            Err(AuthorizationError::Scheme)
        }
    }
}

/// Writes the field's value for Basic credentials, unencoded as curl does.
#[must_use]
pub fn write_basic(id: &str, secret: &str) -> String {
    format!(
        "Basic {}",
        Base64::encode_string(format!("{id}:{secret}").as_bytes())
    )
}

fn read_basic(credentials: &str) -> Option<BasicPair> {
    let decoded = Base64::decode_vec(credentials).ok()?;
    // Of ISO-8859-1 every byte is the character of its number.
    let decoded = String::from_utf8(decoded)
        .unwrap_or_else(|error| error.as_bytes().iter().copied().map(char::from).collect());
    let (id, secret) = decoded.split_once(':')?;
    Some(BasicPair {
        id: id.into(),
        secret: secret.into(),
    })
}

const fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::{Authorization, AuthorizationError, BasicPair, write_basic};
    use crate::http::{Method, Request};
    use proptest::prelude::*;

    fn read(value: &str) -> Result<Authorization, AuthorizationError> {
        Authorization::read(&Request::new(Method::Get, "/").with_header("authorization", value))
    }

    #[test]
    fn the_first_colon_splits_basic_credentials() {
        let Ok(Authorization::Basic(pair)) = read(&write_basic("public-api", "7Du:IZ9")) else {
            panic!("Basic credentials are read")
        };
        assert_eq!(
            (pair.id.as_str(), pair.secret.as_str()),
            ("public-api", "7Du:IZ9")
        );
        assert!(pair.form_decoded().is_none());
    }

    #[test]
    fn form_encoded_halves_have_a_second_reading() {
        let pair = BasicPair {
            id: "public%2Dapi".into(),
            secret: "7Du%3AIZ+9".into(),
        };
        let decoded = pair.form_decoded().unwrap();
        assert_eq!(
            (decoded.id.as_str(), decoded.secret.as_str()),
            ("public-api", "7Du:IZ 9")
        );
        assert!(
            BasicPair {
                id: "a%".into(),
                secret: "b".into()
            }
            .form_decoded()
            .is_none()
        );
    }

    #[test]
    fn characters_are_utf8_or_else_those_of_iso_8859_1() {
        for field in ["Basic YTpncsO8w58=", "Basic YTpncvzf"] {
            let Ok(Authorization::Basic(pair)) = read(field) else {
                panic!("Basic credentials are read")
            };
            assert_eq!(pair.secret, "gr\u{fc}\u{df}", "{field}");
        }
    }

    #[test]
    fn malformed_fields_are_refused() {
        use AuthorizationError::{Basic, Bearer, Repeated, Scheme};
        for (value, error) in [
            ("Basic", Basic),
            ("Basic !!!", Basic),
            ("Basic YQ==", Basic),
            ("Basic /w==", Basic),
            ("Bearer", Bearer),
            ("Bearer a b", Bearer),
            ("Bearer \u{e9}", Bearer),
            ("DPoP x", Scheme),
            ("", Scheme),
        ] {
            assert!(read(value).is_err_and(|actual| actual == error), "{value}");
        }
        let mut request = Request::new(Method::Get, "/").with_header("authorization", "Bearer a");
        request.headers.append("authorization", "Bearer a");
        assert!(Authorization::read(&request).is_err_and(|actual| actual == Repeated));
    }

    #[test]
    fn the_scheme_is_case_insensitive() {
        assert!(
            matches!(read("bEARER a.b-c"), Ok(Authorization::Bearer(token)) if token == "a.b-c")
        );
    }

    proptest! {
        #[test]
        fn any_value_is_read_or_refused(value in ".*") {
            let _ = read(&value);
        }
    }
}
