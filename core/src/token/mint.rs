//! Minting: any claims under any header that vendors want ([`mint`]), and
//! RFC 9068 access tokens ([`AccessToken`]), whose registered claims nobody can
//! override.
//!
//! <https://www.rfc-editor.org/rfc/rfc9068#section-2>

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use super::base64url;
use super::key::Kid;
use super::signing::SigningKey;
use crate::time::Timestamp;

/// Something that signs: a [`SigningKey`], or a key that lives in the host's
/// cryptography.
pub trait Sign {
    /// The `alg` of the tokens.
    fn alg(&self) -> &str;

    /// The id of the key.
    fn kid(&self) -> &Kid;

    /// The signature over a message, as JWS has it.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, MintError>;
}

impl Sign for SigningKey {
    fn alg(&self) -> &str {
        self.alg_name()
    }

    fn kid(&self) -> &Kid {
        Self::kid(self)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, MintError> {
        Ok(self.signature(message))
    }
}

/// The header of a token apart from `alg`, and how its JSON is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'e> {
    /// The `typ` member, if there is to be one.
    pub typ: Option<&'e str>,
    /// The `kid` member, if there is to be one.
    pub kid: Option<&'e str>,
    /// How the JSON is laid out.
    pub layout: Layout,
}

/// How the JSON of header and payload is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As short as it gets.
    Plain,
    /// So that base64 decoders of any kind can read the segments: no padding
    /// is due, and neither `-` nor `_` occurs. For clients that decode tokens
    /// with the standard alphabet and insist on padding.
    AnyBase64,
}

/// Mints a token from claims, which must serialise to a JSON object.
pub fn mint(
    signer: &(impl Sign + ?Sized),
    envelope: &Envelope<'_>,
    claims: &impl Serialize,
) -> Result<String, MintError> {
    let unsigned = Unsigned::compose(signer.alg(), envelope, claims)?;
    let signature = signer.sign(unsigned.message())?;
    Ok(unsigned.attach(&signature))
}

/// A token without its signature, for hosts whose cryptography is asynchronous.
pub struct Unsigned(Vec<u8>);

impl Unsigned {
    /// Header and payload, for this algorithm.
    pub fn compose(
        alg: &str,
        envelope: &Envelope<'_>,
        claims: &impl Serialize,
    ) -> Result<Self, MintError> {
        let header = Protected {
            alg,
            typ: envelope.typ,
            kid: envelope.kid,
        };
        let mut text = Vec::with_capacity(1024);
        write_segment(&mut text, &header, envelope.layout)?;
        text.push(b'.');
        write_segment(&mut text, claims, envelope.layout)?;
        Ok(Self(text))
    }

    /// What has to be signed.
    pub fn message(&self) -> &[u8] {
        &self.0
    }

    /// The token.
    pub fn attach(mut self, signature: &[u8]) -> String {
        self.0.push(b'.');
        base64url::encode_to(&mut self.0, signature);
        base64url::into_string(self.0)
    }
}

#[derive(serde::Serialize)]
struct Protected<'a> {
    alg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

fn write_segment(
    text: &mut Vec<u8>,
    value: &impl Serialize,
    layout: Layout,
) -> Result<(), MintError> {
    let json = serde_json::to_vec(value).map_err(|_| MintError::NotAnObject)?;
    if json.first() != Some(&b'{') {
        return Err(MintError::NotAnObject);
    }
    match layout {
        Layout::Plain => base64url::encode_to(text, &json),
        Layout::AnyBase64 => base64url::encode_to(text, &for_any_base64(&json)),
    }
    Ok(())
}

/// Escapes what could become `-` or `_`, which are characters at the end of
/// ASCII's columns and everything beyond ASCII, and fills up with spaces to a
/// multiple of three bytes.
fn for_any_base64(json: &[u8]) -> Vec<u8> {
    let mut laid_out = Vec::with_capacity(json.len() + 16);
    let text = core::str::from_utf8(json).expect("serialised JSON is UTF-8");
    for character in text.chars() {
        match character {
            '>' | '~' | '?' | '\u{7f}'.. => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    laid_out.extend_from_slice(b"\\u");
                    for shift in [12, 8, 4, 0] {
                        let digit = usize::from(*unit >> shift) & 15;
                        laid_out.push(b"0123456789abcdef"[digit]);
                    }
                }
            }
            plain => laid_out.push(plain as u8),
        }
    }
    laid_out.resize(laid_out.len().next_multiple_of(3), b' ');
    laid_out
}

/// An RFC 9068 access token. Everything in it is set by the issuer; what the
/// client asked for has been decided on before.
#[derive(Clone, Copy, Debug)]
pub struct AccessToken<'a> {
    /// Who issues the token.
    pub issuer: &'a str,
    /// Whom the token is about.
    pub subject: &'a str,
    /// Whom the token is for: at least one.
    pub audience: &'a [String],
    /// The client that the token is issued to.
    pub client_id: &'a str,
    /// When the token is issued.
    pub issued: Timestamp,
    /// When the token expires.
    pub expires: Timestamp,
    /// The id of the token, never used before.
    pub id: &'a str,
    /// What the token allows, if that was asked for.
    pub scope: Option<&'a str>,
    /// Claims beyond the registered ones.
    pub custom: &'a CustomClaims,
}

impl AccessToken<'_> {
    /// Mints the token.
    pub fn mint(&self, signer: &(impl Sign + ?Sized)) -> Result<String, MintError> {
        let texts = [self.issuer, self.subject, self.client_id, self.id];
        if texts.iter().any(|text| text.is_empty()) {
            return Err(MintError::Empty);
        }
        if self.audience.is_empty() || self.audience.iter().any(String::is_empty) {
            return Err(MintError::Empty);
        }
        if self.expires.seconds() <= self.issued.seconds() {
            return Err(MintError::Lifetime);
        }
        let envelope = Envelope {
            typ: Some("at+jwt"),
            kid: Some(signer.kid().as_str()),
            layout: Layout::Plain,
        };
        mint(signer, &envelope, self)
    }
}

impl Serialize for AccessToken<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("iss", self.issuer)?;
        map.serialize_entry("sub", self.subject)?;
        match self.audience {
            [only] => map.serialize_entry("aud", only)?,
            several => map.serialize_entry("aud", several)?,
        }
        map.serialize_entry("client_id", self.client_id)?;
        map.serialize_entry("iat", &self.issued.seconds())?;
        map.serialize_entry("exp", &self.expires.seconds())?;
        map.serialize_entry("jti", self.id)?;
        if let Some(scope) = self.scope {
            map.serialize_entry("scope", scope)?;
        }
        for (name, value) in &self.custom.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Claims beyond the registered ones, checked when they are configured, so
/// that minting cannot fail for their sake.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomClaims(Map<String, Value>);

impl CustomClaims {
    /// The claims, unless one of them is registered.
    pub fn new(claims: Map<String, Value>) -> Result<Self, MintError> {
        match claims.keys().find(|name| is_registered(name)) {
            Some(name) => Err(MintError::Registered(name.to_string())),
            None => Ok(Self(claims)),
        }
    }

    /// The claims.
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// Whether a claim has a meaning that only the issuer may give it.
pub fn is_registered(name: &str) -> bool {
    const REGISTERED: [&str; 18] = [
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
        "act",
        "may_act",
        "auth_time",
        "acr",
        "amr",
        "azp",
        "sid",
        "nonce",
    ];
    REGISTERED.contains(&name)
}

/// Why a token was not minted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MintError {
    /// The claims are not a JSON object.
    NotAnObject,
    /// A custom claim is registered.
    Registered(String),
    /// A registered claim is empty.
    Empty,
    /// The token would expire before it is issued.
    Lifetime,
    /// The host could not sign.
    SignatureUnavailable,
}

impl fmt::Display for MintError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotAnObject => "claims are not a JSON object",
            Self::Registered(name) => return write!(formatter, "claim {name} is registered"),
            Self::Empty => "registered claim is empty",
            Self::Lifetime => "token would expire before it is issued",
            Self::SignatureUnavailable => "token could not be signed",
        })
    }
}

impl core::error::Error for MintError {}
