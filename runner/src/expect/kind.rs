//! What `is:` can ask for: the JSON types and a few formats of text.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value as Json};
use touchmark_core::time::{Timestamp, is_calendar_date};

/// A type or a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// Any number.
    Number,
    /// A number without a fraction; `1.0` is one.
    Integer,
    /// Any text.
    String,
    /// A list.
    Array,
    /// A map.
    Object,
    /// A UUID in its hyphenated form, RFC 9562.
    Uuid,
    /// A date and time of RFC 3339.
    DateTime,
    /// A calendar date, `2026-01-31`.
    Date,
    /// An address with one `@` and a domain.
    Email,
    /// An absolute URI.
    Uri,
    /// A signed token in compact form, RFC 7519. The signature is not verified.
    Jwt,
}

impl Kind {
    /// Every kind with its word.
    pub const ALL: [(&'static str, Self); 13] = [
        ("null", Self::Null),
        ("boolean", Self::Boolean),
        ("number", Self::Number),
        ("integer", Self::Integer),
        ("string", Self::String),
        ("array", Self::Array),
        ("object", Self::Object),
        ("uuid", Self::Uuid),
        ("date-time", Self::DateTime),
        ("date", Self::Date),
        ("email", Self::Email),
        ("uri", Self::Uri),
        ("jwt", Self::Jwt),
    ];

    /// Reads the word of a kind.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, kind)| *kind)
    }

    /// The kind with its article: "a uuid".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::Integer => "an integer",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Uuid => "a uuid",
            Self::DateTime => "a date-time",
            Self::Date => "a date",
            Self::Email => "an email address",
            Self::Uri => "a uri",
            Self::Jwt => "a jwt",
        }
    }

    pub(super) const fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Integer)
    }

    /// Whether a value is of this kind.
    #[must_use]
    pub fn holds(self, value: &Json) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Integer => is_integer(value),
            Self::String => value.is_string(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Uuid => value.as_str().is_some_and(is_uuid),
            Self::DateTime => value.as_str().is_some_and(is_date_time),
            Self::Date => value.as_str().is_some_and(is_calendar_date),
            Self::Email => value.as_str().is_some_and(is_email),
            Self::Uri => value.as_str().is_some_and(is_uri),
            Self::Jwt => value.as_str().is_some_and(is_jwt),
        }
    }
}

/// The type of a value with its article, for messages.
pub(super) const fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn is_integer(value: &Json) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_date_time(text: &str) -> bool {
    Timestamp::read_rfc3339(text).is_some()
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let dotted = domain.split('.').count() > 1;
    let labels = domain.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    });
    let sound = |c: char| !c.is_whitespace() && !c.is_control();
    !local.is_empty() && local.chars().all(sound) && dotted && labels
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !br#"<>"{}|\^`"#.contains(&byte))
}

fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let is_object = |part: Option<&str>| {
        part.and_then(|part| Base64UrlUnpadded::decode_vec(part).ok())
            .is_some_and(|bytes| serde_json::from_slice::<Map<String, Json>>(&bytes).is_ok())
    };
    is_object(parts.next())
        && is_object(parts.next())
        && parts
            .next()
            .is_some_and(|part| Base64UrlUnpadded::decode_vec(part).is_ok())
        && parts.next().is_none()
}
