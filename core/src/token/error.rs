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

/// Declares each reason once: what it means, its code, its message. The
/// message of a reason that has a subject goes on after the subject's name.
macro_rules! reasons {
    ($(#[doc = $meaning:literal] $name:ident $(($subject:ty))? => $code:literal, $message:literal;)+) => {
        /// Why a token was refused.
        ///
        /// In the order in which the checks are made; the codes never change
        /// their meaning, new ones may be added:
        ///
        $(#[doc = concat!("* `", $code, "`:", $meaning)])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum TokenError {
            $(#[doc = $meaning] $name $(($subject))?,)+
        }

        impl TokenError {
            /// Every code.
            pub const CODES: &[&str] = &[$($code),+];

            /// The stable code of this reason, as listed at [`TokenError`].
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)+
                }
            }

            fn message(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $message,)+
                }
            }
        }
    };
}

reasons! {
    /// The token or one of its parts is longer than the limit.
    TooLarge(Part) => "too_large", "is too large";
    /// Not of the form header, dot, payload, dot, signature.
    NotThreeSegments => "not_three_segments", "token does not consist of three segments";
    /// Five segments or an `enc` member: a JWE.
    Encrypted => "encrypted", "encrypted tokens are not accepted";
    /// Padding, white space, a foreign alphabet or stray bits in a segment.
    BadBase64Url(Part) => "bad_base64url", "is not canonical base64url";
    /// Header or payload is not one JSON value in UTF-8.
    BadJson(Part) => "bad_json", "is not JSON";
    /// Header or payload is nested too deep.
    JsonTooDeep(Part) => "json_too_deep", "is nested too deep";
    /// Header or payload names a member twice, at any level.
    DuplicateMember(Part) => "duplicate_member", "names a member twice";
    /// Header or payload is not a JSON object.
    NotAnObject(Part) => "not_an_object", "is not a JSON object";
    /// No `alg`, or not a string.
    AlgMissing => "alg_missing", "header names no algorithm";
    /// An unsigned token: `none` in any casing.
    AlgNone => "alg_none", "unsigned tokens are not accepted";
    /// An algorithm that is not implemented.
    AlgUnsupported => "alg_unsupported", "algorithm is not supported";
    /// A `crit` member, whatever it says.
    CritUnsupported => "crit_unsupported", "critical header extensions are not supported";
    /// A `b64` member, whatever it says.
    B64Unsupported => "b64_unsupported", "unencoded payloads are not supported";
    /// A compressed payload.
    ZipUnsupported => "zip_unsupported", "compressed payloads are not supported";
    /// A nested token, or another content type.
    CtyUnsupported => "cty_unsupported", "nested tokens are not supported";
    /// `typ` or `kid` is not a string.
    BadHeaderMember => "bad_header_member", "header member has the wrong type";
    /// `kid` is longer than the limit.
    KidTooLong => "kid_too_long", "key id is too long";
    /// An algorithm that the policy does not list.
    AlgNotAllowed => "alg_not_allowed", "algorithm is not allowed here";
    /// A `typ` that the policy does not accept, or none where it asks for one.
    WrongTyp => "wrong_typ", "token is of another type";
    /// No `kid`, though the policy asks for one.
    KidMissing => "kid_missing", "token names no key";
    /// No key of the set has this `kid`, or none is for the algorithm. A newer set may help.
    UnknownKey => "unknown_key", "key is not known";
    /// The key that `kid` names is for another algorithm.
    KeyAlgMismatch => "key_alg_mismatch", "key belongs to another algorithm";
    /// Too many keys of the set could be meant.
    AmbiguousKey => "ambiguous_key", "token does not say which key signed it";
    /// The algorithm was left out of this build, and nobody else checked the signature.
    AlgNotBuiltIn => "alg_not_built_in", "algorithm is not part of this build";
    /// The host could not check the signature.
    SignatureUnavailable => "signature_unavailable", "signature could not be checked";
    /// The signature is not valid for this token and key.
    BadSignature => "bad_signature", "signature is not valid";
    /// A claim has the wrong type or is out of range.
    ClaimMalformed(ClaimName) => "claim_malformed", "claim is malformed";
    /// A claim that the policy requires is not there.
    ClaimMissing(ClaimName) => "claim_missing", "claim is missing";
    /// `iss` is not the policy's issuer.
    WrongIssuer => "wrong_issuer", "token is from another issuer";
    /// `aud` does not name the policy's audience.
    WrongAudience => "wrong_audience", "token is for another audience";
    /// `exp` has been reached.
    Expired => "expired", "token has expired";
    /// `nbf` has not been reached.
    NotYetValid => "not_yet_valid", "token is not valid yet";
    /// `iat` has not been reached.
    IssuedInFuture => "issued_in_future", "token was issued in the future";
}

impl TokenError {
    /// The part or the claim that the message is about.
    fn subject(&self) -> Option<&str> {
        match self {
            Self::TooLarge(part)
            | Self::BadBase64Url(part)
            | Self::BadJson(part)
            | Self::JsonTooDeep(part)
            | Self::DuplicateMember(part)
            | Self::NotAnObject(part) => Some(part.name()),
            Self::ClaimMissing(claim) | Self::ClaimMalformed(claim) => Some(claim.as_str()),
            _ => None,
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(subject) = self.subject() {
            formatter.write_str(subject)?;
            formatter.write_str(" ")?;
        }
        formatter.write_str(self.message())
    }
}

impl core::error::Error for TokenError {}
