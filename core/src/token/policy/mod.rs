//! What a verifier asks of a token. A policy belongs to one issuer, and goes
//! with that issuer's key set: nothing in a token chooses either of them.
//!
//! <https://www.rfc-editor.org/rfc/rfc8725#section-3>, <https://www.rfc-editor.org/rfc/rfc9068#section-4>

mod read;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::algorithm::Algorithm;
use super::claims::ClaimName;

pub use read::PolicyError;

/// What a verifier asks of a token.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(super) issuer: String,
    pub(super) audience: AudienceRule,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) typ: TypRule,
    pub(super) kid: KidRule,
    pub(super) leeway: Leeway,
    pub(super) required: Vec<ClaimName>,
    pub(super) limits: Limits,
}

impl Policy {
    /// The policy for RFC 9068 access tokens: `at+jwt`, signed with Ed25519 or
    /// ES256, with every claim that the RFC requires, for this audience.
    pub fn access_token(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self::jwt(issuer, AudienceRule::one(audience)).of_access_tokens()
    }

    fn of_access_tokens(self) -> Self {
        Self {
            typ: TypRule::access_token(),
            required: ACCESS_TOKEN_CLAIMS.to_vec(),
            ..self
        }
    }

    /// The policy for other tokens: `typ` is `JWT` or absent, signed with
    /// Ed25519 or ES256, with an expiry.
    pub fn jwt(issuer: impl Into<String>, audience: AudienceRule) -> Self {
        Self {
            issuer: issuer.into(),
            audience,
            algorithms: [Algorithm::EdDsa, Algorithm::Es256].into(),
            typ: TypRule::jwt(),
            kid: KidRule::Optional,
            leeway: Leeway::NONE,
            required: [ClaimName::EXP].into(),
            limits: Limits::DEFAULT,
        }
    }

    /// Allows these algorithms and no others.
    #[must_use]
    pub fn algorithms(self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        Self {
            algorithms: algorithms.into_iter().collect(),
            ..self
        }
    }

    /// Accepts these types.
    #[must_use]
    pub fn typ(self, typ: TypRule) -> Self {
        Self { typ, ..self }
    }

    /// What `kid` means.
    #[must_use]
    pub fn kid(self, kid: KidRule) -> Self {
        Self { kid, ..self }
    }

    /// How far clocks may be apart.
    #[must_use]
    pub fn leeway(self, leeway: Leeway) -> Self {
        Self { leeway, ..self }
    }

    /// Accepts tokens that never expire, which a vendor's registrations may
    /// end instead.
    #[must_use]
    pub fn expiry_optional(mut self) -> Self {
        self.required.retain(|claim| *claim != ClaimName::EXP);
        self
    }

    /// Requires a claim to be there, whatever its value.
    #[must_use]
    pub fn require(mut self, claim: ClaimName) -> Self {
        self.required.push(claim);
        self
    }

    /// Bounds the size of tokens.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

/// The claims that RFC 9068 requires in an access token.
const ACCESS_TOKEN_CLAIMS: [ClaimName; 7] = [
    ClaimName::ISS,
    ClaimName::EXP,
    ClaimName::AUD,
    ClaimName::SUB,
    ClaimName::CLIENT_ID,
    ClaimName::IAT,
    ClaimName::JTI,
];

/// Which audiences are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudienceRule {
    /// `aud` must name one of these, byte for byte.
    OneOf(Vec<String>),
    /// `aud` may be anything, or absent: for vendors whose tokens have none.
    Any,
}

impl AudienceRule {
    /// `aud` must name this audience.
    pub fn one(audience: impl Into<String>) -> Self {
        Self::OneOf([audience.into()].into())
    }
}

/// Which `typ` header members are accepted. Names are compared without regard
/// to case, and `application/` in front of them may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypRule {
    names: Vec<Cow<'static, str>>,
    absent: bool,
}

impl TypRule {
    /// `at+jwt` and nothing else.
    pub fn access_token() -> Self {
        Self::only(["at+jwt"])
    }

    /// `JWT`, or no `typ`.
    pub fn jwt() -> Self {
        Self::only(["JWT"]).or_absent()
    }

    /// One of these, and not none.
    pub fn only<N: Into<Cow<'static, str>>>(names: impl IntoIterator<Item = N>) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
            absent: false,
        }
    }

    /// These, or no `typ`.
    #[must_use]
    pub fn or_absent(self) -> Self {
        Self {
            absent: true,
            ..self
        }
    }

    pub(super) fn accepts(&self, typ: Option<&str>) -> bool {
        let Some(typ) = typ else { return self.absent };
        self.names
            .iter()
            .any(|name| short_type(name).eq_ignore_ascii_case(short_type(typ)))
    }
}

/// A media type without `application/`.
fn short_type(name: &str) -> &str {
    const PREFIX: &str = "application/";
    match name.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => name,
    }
}

/// What the `kid` header member means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KidRule {
    /// It names the key. Without it a few keys of the algorithm are tried.
    Optional,
    /// It names the key and must be there.
    Required,
    /// It names something else, for example the token.
    Ignored,
}

/// How far clocks may be apart: at most a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leeway(u8);

impl Leeway {
    /// Clocks agree.
    pub const NONE: Self = Self(0);

    /// So many seconds, if that is not more than 60.
    pub fn seconds(seconds: u64) -> Option<Self> {
        u8::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds <= 60)
            .map(Self)
    }

    pub(super) fn whole_seconds(self) -> i64 {
        i64::from(self.0)
    }
}

/// How large a token may be. Sizes are in bytes of the encoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole token.
    pub token: usize,
    /// The header segment.
    pub header: usize,
    /// The payload segment.
    pub payload: usize,
    /// Open arrays and objects in header or payload.
    pub depth: usize,
}

impl Limits {
    /// More than any sensible token needs, and less than servers take in a
    /// header line: 16 KiB, of which 2 KiB header and 12 KiB payload, 8 levels.
    pub const DEFAULT: Self = Self {
        token: 16 * 1024,
        header: 2 * 1024,
        payload: 12 * 1024,
        depth: 8,
    };
}
