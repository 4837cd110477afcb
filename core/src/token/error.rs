//! Why a token was refused. Every reason has a stable [`TokenError::code`] that
//! callers may match on in any language, and a message that may be shown to
//! whoever sent the token: neither carries anything of the token itself, nor
//! of a key.

use core::fmt;

use super::claims::ClaimName;

/// A part of a compact token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The three parts together.
    Token,
    /// The first part, the protected header.
    Header,
    /// The second part, the claims.
    Payload,
    /// The third part.
    Signature,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        }
    }
}

/// Why a token was refused.
///
/// The codes never change their meaning; new ones may be added. In the order
/// in which the checks are made:
///
/// | code | meaning |
/// |---|---|
/// | `too_large` | the token or one of its parts is longer than the limit |
/// | `encrypted` | five segments or an `enc` member: a JWE, which is not accepted |
/// | `not_three_segments` | not of the form header, dot, payload, dot, signature |
/// | `bad_base64url` | padding, white space, a foreign alphabet or stray bits in a segment |
/// | `bad_json` | header or payload is not one JSON value in UTF-8 |
/// | `json_too_deep` | header or payload is nested too deep |
/// | `duplicate_member` | header or payload names a member twice |
/// | `not_an_object` | header or payload is not a JSON object |
/// | `alg_missing` | no `alg`, or not a string |
/// | `alg_none` | an unsigned token, `none` in any casing |
/// | `alg_unsupported` | an algorithm that is not implemented |
/// | `crit_unsupported` | a `crit` member, whatever it says |
/// | `b64_unsupported` | a `b64` member, whatever it says |
/// | `zip_unsupported` | a compressed payload |
/// | `cty_unsupported` | a nested token or another content type |
/// | `bad_header_member` | `typ` or `kid` is not a string |
/// | `kid_too_long` | `kid` is longer than the limit |
/// | `alg_not_allowed` | an algorithm that the policy does not list |
/// | `wrong_typ` | a `typ` that the policy does not accept, or none where it asks for one |
/// | `kid_missing` | no `kid`, though the policy asks for one |
/// | `unknown_key` | no key of the set has this `kid` |
/// | `key_alg_mismatch` | the key belongs to another algorithm |
/// | `ambiguous_key` | too many keys of the set could be meant |
/// | `alg_not_built_in` | the algorithm was left out of this build and nobody else checked the signature |
/// | `signature_unavailable` | the host could not check the signature |
/// | `bad_signature` | the signature is not valid for this token and key |
/// | `claim_missing` | a claim that the policy requires is not there |
/// | `claim_malformed` | a claim has the wrong type or is out of range |
/// | `wrong_issuer` | `iss` is not the policy's issuer |
/// | `wrong_audience` | `aud` does not name the policy's audience |
/// | `expired` | `exp` has been reached |
/// | `not_yet_valid` | `nbf` has not been reached |
/// | `issued_in_future` | `iat` has not been reached |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// The token or one of its parts is longer than the limit.
    TooLarge(Part),
    /// Five segments or an `enc` member: a JWE.
    Encrypted,
    /// Not three segments.
    NotThreeSegments,
    /// A segment is not canonical base64url.
    BadBase64Url(Part),
    /// A part is not JSON in UTF-8.
    BadJson(Part),
    /// A part is nested too deep.
    JsonTooDeep(Part),
    /// A part names a member twice.
    DuplicateMember(Part),
    /// A part is JSON, but not an object.
    NotAnObject(Part),
    /// No `alg`, or not a string.
    AlgMissing,
    /// `none` in any casing.
    AlgNone,
    /// An algorithm that is not implemented.
    AlgUnsupported,
    /// A `crit` member.
    CritUnsupported,
    /// A `b64` member.
    B64Unsupported,
    /// A `zip` member.
    ZipUnsupported,
    /// A `cty` member.
    CtyUnsupported,
    /// `typ` or `kid` is not a string.
    BadHeaderMember,
    /// `kid` is longer than the limit.
    KidTooLong,
    /// An algorithm that the policy does not list.
    AlgNotAllowed,
    /// A `typ` that the policy does not accept.
    WrongTyp,
    /// No `kid`, though the policy asks for one.
    KidMissing,
    /// No key of the set has this `kid`.
    UnknownKey,
    /// The key belongs to another algorithm.
    KeyAlgMismatch,
    /// Too many keys of the set could be meant.
    AmbiguousKey,
    /// The algorithm was left out of this build.
    AlgNotBuiltIn,
    /// The host could not check the signature.
    SignatureUnavailable,
    /// The signature is not valid.
    BadSignature,
    /// A required claim is not there.
    ClaimMissing(ClaimName),
    /// A claim has the wrong type or is out of range.
    ClaimMalformed(ClaimName),
    /// `iss` is not the policy's issuer.
    WrongIssuer,
    /// `aud` does not name the policy's audience.
    WrongAudience,
    /// `exp` has been reached.
    Expired,
    /// `nbf` has not been reached.
    NotYetValid,
    /// `iat` has not been reached.
    IssuedInFuture,
}

impl TokenError {
    /// The stable code of this reason, as listed at [`TokenError`].
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "too_large",
            Self::Encrypted => "encrypted",
            Self::NotThreeSegments => "not_three_segments",
            Self::BadBase64Url(_) => "bad_base64url",
            Self::BadJson(_) => "bad_json",
            Self::JsonTooDeep(_) => "json_too_deep",
            Self::DuplicateMember(_) => "duplicate_member",
            Self::NotAnObject(_) => "not_an_object",
            Self::AlgMissing => "alg_missing",
            Self::AlgNone => "alg_none",
            Self::AlgUnsupported => "alg_unsupported",
            Self::CritUnsupported => "crit_unsupported",
            Self::B64Unsupported => "b64_unsupported",
            Self::ZipUnsupported => "zip_unsupported",
            Self::CtyUnsupported => "cty_unsupported",
            Self::BadHeaderMember => "bad_header_member",
            Self::KidTooLong => "kid_too_long",
            Self::AlgNotAllowed => "alg_not_allowed",
            Self::WrongTyp => "wrong_typ",
            Self::KidMissing => "kid_missing",
            Self::UnknownKey => "unknown_key",
            Self::KeyAlgMismatch => "key_alg_mismatch",
            Self::AmbiguousKey => "ambiguous_key",
            Self::AlgNotBuiltIn => "alg_not_built_in",
            Self::SignatureUnavailable => "signature_unavailable",
            Self::BadSignature => "bad_signature",
            Self::ClaimMissing(_) => "claim_missing",
            Self::ClaimMalformed(_) => "claim_malformed",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedInFuture => "issued_in_future",
        }
    }

    /// The sentence about the part or claim that [`fmt::Display`] puts first,
    /// and the rest of it.
    fn message(&self) -> (Option<&str>, &'static str) {
        match self {
            Self::TooLarge(part) => (Some(part.name()), "is too large"),
            Self::Encrypted => (None, "encrypted tokens are not accepted"),
            Self::NotThreeSegments => (None, "token does not consist of three segments"),
            Self::BadBase64Url(part) => (Some(part.name()), "is not canonical base64url"),
            Self::BadJson(part) => (Some(part.name()), "is not JSON"),
            Self::JsonTooDeep(part) => (Some(part.name()), "is nested too deep"),
            Self::DuplicateMember(part) => (Some(part.name()), "names a member twice"),
            Self::NotAnObject(part) => (Some(part.name()), "is not a JSON object"),
            Self::AlgMissing => (None, "header names no algorithm"),
            Self::AlgNone => (None, "unsigned tokens are not accepted"),
            Self::AlgUnsupported => (None, "algorithm is not supported"),
            Self::CritUnsupported => (None, "critical header extensions are not supported"),
            Self::B64Unsupported => (None, "unencoded payloads are not supported"),
            Self::ZipUnsupported => (None, "compressed payloads are not supported"),
            Self::CtyUnsupported => (None, "nested tokens are not supported"),
            Self::BadHeaderMember => (None, "header member has the wrong type"),
            Self::KidTooLong => (None, "key id is too long"),
            Self::AlgNotAllowed => (None, "algorithm is not allowed here"),
            Self::WrongTyp => (None, "token is of another type"),
            Self::KidMissing => (None, "token names no key"),
            Self::UnknownKey => (None, "key is not known"),
            Self::KeyAlgMismatch => (None, "key belongs to another algorithm"),
            Self::AmbiguousKey => (None, "token does not say which key signed it"),
            Self::AlgNotBuiltIn => (None, "algorithm is not part of this build"),
            Self::SignatureUnavailable => (None, "signature could not be checked"),
            Self::BadSignature => (None, "signature is not valid"),
            Self::ClaimMissing(claim) => (Some(claim.as_str()), "claim is missing"),
            Self::ClaimMalformed(claim) => (Some(claim.as_str()), "claim is malformed"),
            Self::WrongIssuer => (None, "token is from another issuer"),
            Self::WrongAudience => (None, "token is for another audience"),
            Self::Expired => (None, "token has expired"),
            Self::NotYetValid => (None, "token is not valid yet"),
            Self::IssuedInFuture => (None, "token was issued in the future"),
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subject, message) = self.message();
        if let Some(subject) = subject {
            formatter.write_str(subject)?;
            formatter.write_str(" ")?;
        }
        formatter.write_str(message)
    }
}

impl core::error::Error for TokenError {}
