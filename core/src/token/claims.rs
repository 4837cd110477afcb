//! The claims of a token whose signature has been checked: reading them
//! strictly and holding them against a policy. A claim that is there has the
//! type that its specification gives it, even if nobody asked for it.
//!
//! <https://www.rfc-editor.org/rfc/rfc7519#section-4.1>

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::compact;
use super::error::{Part, TokenError};
use super::policy::{AudienceRule, Policy};
use crate::json::{self, Glimpse, Members};
use crate::time::Timestamp;

/// The name of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimName(Cow<'static, str>);

impl ClaimName {
    /// Who issued the token.
    pub const ISS: Self = Self(Cow::Borrowed("iss"));
    /// Whom the token is about.
    pub const SUB: Self = Self(Cow::Borrowed("sub"));
    /// Whom the token is for.
    pub const AUD: Self = Self(Cow::Borrowed("aud"));
    /// When the token expires.
    pub const EXP: Self = Self(Cow::Borrowed("exp"));
    /// When the token becomes valid.
    pub const NBF: Self = Self(Cow::Borrowed("nbf"));
    /// When the token was issued.
    pub const IAT: Self = Self(Cow::Borrowed("iat"));
    /// The id of the token.
    pub const JTI: Self = Self(Cow::Borrowed("jti"));
    /// The client that the token was issued to.
    pub const CLIENT_ID: Self = Self(Cow::Borrowed("client_id"));
    /// What the token allows.
    pub const SCOPE: Self = Self(Cow::Borrowed("scope"));

    /// The name of any claim.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// The name as it is in the token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The claims of a token that has been verified. The registered ones have been
/// read; the others are kept as text until somebody asks for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    json: String,
    issuer: String,
    subject: Option<String>,
    audiences: Vec<String>,
    id: Option<String>,
    client_id: Option<String>,
    scope: Option<String>,
    expires: Option<Timestamp>,
    not_before: Option<Timestamp>,
    issued: Option<Timestamp>,
}

impl Claims {
    /// Who issued the token.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whom the token is about.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whom the token is for.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(String::as_str)
    }

    /// When the token expires.
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// When the token becomes valid.
    pub fn not_before(&self) -> Option<Timestamp> {
        self.not_before
    }

    /// When the token was issued.
    pub fn issued(&self) -> Option<Timestamp> {
        self.issued
    }

    /// The id of the token.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The client that the token was issued to.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// What the token allows, one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let scope = self.scope.as_deref().unwrap_or_default();
        scope.split(' ').filter(|scope| !scope.is_empty())
    }

    /// All claims as the JSON text that was signed.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// All claims as the JSON text that was signed, to keep.
    pub fn into_json(self) -> String {
        self.json
    }

    /// All claims, read from the text.
    pub fn members(&self) -> Map<String, Value> {
        json::read_members(&self.json)
    }

    /// Reads the claims of a payload, checks the types of the registered ones,
    /// then the policy's demands.
    pub(super) fn admit(
        payload: Vec<u8>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        let json = String::from_utf8(payload).map_err(|_| TokenError::BadJson(Part::Payload))?;
        let members = compact::members(json.as_bytes(), Part::Payload, &policy.limits)?;
        let missing = first_missing(&members, policy);
        let claims = Self::read(members)?;
        if let Some(claim) = missing {
            return Err(TokenError::ClaimMissing(claim));
        }
        claims.check_origin(policy)?;
        claims.check_times(policy.leeway.whole_seconds(), now)?;
        Ok(Self { json, ..claims })
    }

    /// The registered claims in their types, and no text yet.
    fn read(mut members: Members<'_>) -> Result<Self, TokenError> {
        let mut take = |claim: &ClaimName| members.take(claim.as_str());
        Ok(Self {
            json: String::new(),
            issuer: text(take(&ClaimName::ISS), ClaimName::ISS)?.unwrap_or_default(),
            subject: text(take(&ClaimName::SUB), ClaimName::SUB)?,
            audiences: texts(take(&ClaimName::AUD), ClaimName::AUD)?,
            id: text(take(&ClaimName::JTI), ClaimName::JTI)?,
            client_id: text(take(&ClaimName::CLIENT_ID), ClaimName::CLIENT_ID)?,
            // An empty scope is how a token says that it allows nothing.
            scope: match take(&ClaimName::SCOPE) {
                Some(Glimpse::Text(scope)) => Some(scope.into_owned()),
                scope => text(scope, ClaimName::SCOPE)?,
            },
            expires: date(take(&ClaimName::EXP), ClaimName::EXP)?,
            not_before: date(take(&ClaimName::NBF), ClaimName::NBF)?,
            issued: date(take(&ClaimName::IAT), ClaimName::IAT)?,
        })
    }

    fn check_origin(&self, policy: &Policy) -> Result<(), TokenError> {
        if self.issuer != policy.issuer {
            return Err(TokenError::WrongIssuer);
        }
        match &policy.audience {
            AudienceRule::OneOf(served) if !self.audiences.iter().any(|it| served.contains(it)) => {
                Err(TokenError::WrongAudience)
            }
            _ => Ok(()),
        }
    }

    fn check_times(&self, leeway: i64, now: Timestamp) -> Result<(), TokenError> {
        let early = now.plus_seconds(-leeway);
        let late = now.plus_seconds(leeway);
        if self.expires.is_some_and(|expires| expires <= early) {
            return Err(TokenError::Expired);
        }
        if self.not_before.is_some_and(|start| start > late) {
            return Err(TokenError::NotYetValid);
        }
        if self.issued.is_some_and(|issued| issued > late) {
            return Err(TokenError::IssuedInFuture);
        }
        Ok(())
    }
}

/// The first claim that the policy requires and the payload lacks.
fn first_missing(members: &Members<'_>, policy: &Policy) -> Option<ClaimName> {
    const ISS_AND_AUD: [ClaimName; 2] = [ClaimName::ISS, ClaimName::AUD];
    let always = match policy.audience {
        AudienceRule::OneOf(_) => &ISS_AND_AUD[..],
        AudienceRule::Any => &ISS_AND_AUD[..1],
    };
    let mut required = always.iter().chain(&policy.required);
    required
        .find(|claim| members.find(claim.as_str()).is_none())
        .cloned()
}

fn text(value: Option<Glimpse<'_>>, claim: ClaimName) -> Result<Option<String>, TokenError> {
    match value {
        None => Ok(None),
        Some(Glimpse::Text(text)) if !text.is_empty() => Ok(Some(text.into_owned())),
        Some(_) => Err(TokenError::ClaimMalformed(claim)),
    }
}

fn texts(value: Option<Glimpse<'_>>, claim: ClaimName) -> Result<Vec<String>, TokenError> {
    let items = match value {
        None => return Ok(Vec::new()),
        Some(Glimpse::Items(items)) if !items.is_empty() => items,
        Some(value) => [value].into(),
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Glimpse::Text(text) if !text.is_empty() => texts.push(text.into_owned()),
            _ => return Err(TokenError::ClaimMalformed(claim)),
        }
    }
    Ok(texts)
}

/// A number of seconds since the epoch, whole or not, up to the year 9999.
fn date(value: Option<Glimpse<'_>>, claim: ClaimName) -> Result<Option<Timestamp>, TokenError> {
    const LAST: u64 = 253_402_300_799;
    let Some(value) = value else { return Ok(None) };
    let Glimpse::Number(number) = value else {
        return Err(TokenError::ClaimMalformed(claim));
    };
    let millis = match (number.as_u64(), number.as_f64()) {
        (Some(seconds @ 0..=LAST), _) => seconds as i64 * 1000,
        // Rounds down to a millisecond.
        (None, Some(seconds)) if (0.0..=LAST as f64).contains(&seconds) => {
            (seconds * 1000.0) as i64
        }
        _ => return Err(TokenError::ClaimMalformed(claim)),
    };
    Ok(Some(Timestamp::from_millis(millis)))
}
