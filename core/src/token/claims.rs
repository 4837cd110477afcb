//! The claims of a token whose signature has been checked: reading them
//! strictly and holding them against a policy. A claim that is there has the
//! type that its specification gives it, even if nobody asked for it.
//!
//! <https://www.rfc-editor.org/rfc/rfc7519#section-4.1>

use alloc::borrow::Cow;
use alloc::string::String;

use serde_json::{Map, Value};

use super::error::TokenError;
use super::policy::{AudienceRule, Policy};
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

/// The claims of a token that has been verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    members: Map<String, Value>,
    expires: Option<Timestamp>,
    not_before: Option<Timestamp>,
    issued: Option<Timestamp>,
}

impl Claims {
    /// Who issued the token.
    pub fn issuer(&self) -> &str {
        self.text(&ClaimName::ISS).unwrap_or_default()
    }

    /// Whom the token is about.
    pub fn subject(&self) -> Option<&str> {
        self.text(&ClaimName::SUB)
    }

    /// Whom the token is for.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self.get(ClaimName::AUD.as_str()) {
            Some(Value::Array(items)) => (None, items.as_slice()),
            Some(Value::String(text)) => (Some(text.as_str()), &[][..]),
            _ => (None, &[][..]),
        };
        one.into_iter().chain(many.iter().filter_map(Value::as_str))
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
        self.text(&ClaimName::JTI)
    }

    /// The client that the token was issued to.
    pub fn client_id(&self) -> Option<&str> {
        self.text(&ClaimName::CLIENT_ID)
    }

    /// What the token allows, one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.text(&ClaimName::SCOPE)
            .unwrap_or_default()
            .split(' ')
            .filter(|scope| !scope.is_empty())
    }

    /// Any claim.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// All claims.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// All claims, to keep.
    pub fn into_members(self) -> Map<String, Value> {
        self.members
    }

    fn text(&self, name: &ClaimName) -> Option<&str> {
        self.get(name.as_str()).and_then(Value::as_str)
    }

    /// Checks the types of all claims, then the policy's demands.
    pub(super) fn admit(
        members: Map<String, Value>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        let claims = Self::read(members)?;
        claims.check_required(policy)?;
        if claims.issuer() != policy.issuer {
            return Err(TokenError::WrongIssuer);
        }
        if let AudienceRule::OneOf(served) = &policy.audience
            && !claims
                .audiences()
                .any(|audience| served.iter().any(|one| one == audience))
        {
            return Err(TokenError::WrongAudience);
        }
        claims.check_times(policy.leeway.whole_seconds(), now)?;
        Ok(claims)
    }

    fn read(members: Map<String, Value>) -> Result<Self, TokenError> {
        for claim in [
            ClaimName::ISS,
            ClaimName::SUB,
            ClaimName::JTI,
            ClaimName::CLIENT_ID,
            ClaimName::SCOPE,
        ] {
            match members.get(claim.as_str()) {
                None => {}
                // An empty scope is how a token says that it allows nothing.
                Some(Value::String(text)) if !text.is_empty() || claim == ClaimName::SCOPE => {}
                Some(_) => return Err(TokenError::ClaimMalformed(claim)),
            }
        }
        match members.get(ClaimName::AUD.as_str()) {
            None => {}
            Some(Value::String(text)) if !text.is_empty() => {}
            Some(Value::Array(items))
                if !items.is_empty()
                    && items
                        .iter()
                        .all(|item| item.as_str().is_some_and(|it| !it.is_empty())) => {}
            Some(_) => return Err(TokenError::ClaimMalformed(ClaimName::AUD)),
        }
        let date = |claim: ClaimName| match members.get(claim.as_str()) {
            None => Ok(None),
            Some(value) => match numeric_date(value) {
                Some(time) => Ok(Some(time)),
                None => Err(TokenError::ClaimMalformed(claim)),
            },
        };
        let (expires, not_before, issued) = (
            date(ClaimName::EXP)?,
            date(ClaimName::NBF)?,
            date(ClaimName::IAT)?,
        );
        Ok(Self {
            members,
            expires,
            not_before,
            issued,
        })
    }

    fn check_required(&self, policy: &Policy) -> Result<(), TokenError> {
        let audience = match policy.audience {
            AudienceRule::OneOf(_) => Some(&ClaimName::AUD),
            AudienceRule::Any => None,
        };
        let required = [&ClaimName::ISS]
            .into_iter()
            .chain(audience)
            .chain(&policy.required);
        for claim in required {
            if !self.members.contains_key(claim.as_str()) {
                return Err(TokenError::ClaimMissing(claim.clone()));
            }
        }
        Ok(())
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

/// A number of seconds since the epoch, whole or not, up to the year 9999.
fn numeric_date(value: &Value) -> Option<Timestamp> {
    const LAST: u64 = 253_402_300_799;
    let Value::Number(number) = value else {
        return None;
    };
    if let Some(seconds) = number.as_u64() {
        return i64::try_from(seconds)
            .ok()
            .filter(|_| seconds <= LAST)
            .map(Timestamp::from_seconds);
    }
    let seconds = number.as_f64()?;
    // Rounds down to a millisecond.
    (0.0..=LAST as f64)
        .contains(&seconds)
        .then(|| Timestamp::from_millis((seconds * 1000.0) as i64))
}
