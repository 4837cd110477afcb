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
use crate::json::{self, Glimpse};
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
        let limits = json::Limits::new(self.json.len(), json::Limits::DEEPEST);
        match json::read(self.json.as_bytes(), &limits) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        }
    }

    /// Reads the claims of a payload, checks the types of the registered ones,
    /// then the policy's demands.
    pub(super) fn admit(
        payload: Vec<u8>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        let json = String::from_utf8(payload).map_err(|_| TokenError::BadJson(Part::Payload))?;
        let (seen, missing) = Registered::read(&json, policy)?;
        let claims = seen.claims()?;
        if let Some(claim) = missing {
            return Err(TokenError::ClaimMissing(claim));
        }
        claims.check_origin(policy)?;
        claims.check_times(policy.leeway.whole_seconds(), now)?;
        Ok(Self { json, ..claims })
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

/// The registered claims as they are in the text, of any type.
#[derive(Default)]
struct Registered<'t> {
    iss: Option<Glimpse<'t>>,
    sub: Option<Glimpse<'t>>,
    aud: Option<Glimpse<'t>>,
    exp: Option<Glimpse<'t>>,
    nbf: Option<Glimpse<'t>>,
    iat: Option<Glimpse<'t>>,
    jti: Option<Glimpse<'t>>,
    client_id: Option<Glimpse<'t>>,
    scope: Option<Glimpse<'t>>,
}

impl<'t> Registered<'t> {
    /// Reads a payload, and tells the first claim that it lacks of those that
    /// the policy requires.
    fn read(json: &'t str, policy: &Policy) -> Result<(Self, Option<ClaimName>), TokenError> {
        const ISS_AND_AUD: [ClaimName; 2] = [ClaimName::ISS, ClaimName::AUD];
        let always = match policy.audience {
            AudienceRule::OneOf(_) => &ISS_AND_AUD[..],
            AudienceRule::Any => &ISS_AND_AUD[..1],
        };
        let mut seen = Self::default();
        let mut others: Vec<&ClaimName> = policy.required.iter().collect();
        others.retain(|claim| seen.place(claim.as_str()).is_none());
        let payload = json.as_bytes();
        compact::scan(
            payload,
            Part::Payload,
            &policy.limits,
            &mut |name, value| match seen.place(name) {
                Some(place) => *place = Some(value),
                None => others.retain(|claim| claim.as_str() != name),
            },
        )?;
        let is_missing = |claim: &&ClaimName| match seen.place(claim.as_str()) {
            Some(place) => place.is_none(),
            None => others.contains(claim),
        };
        let missing = always
            .iter()
            .chain(&policy.required)
            .find(is_missing)
            .cloned();
        Ok((seen, missing))
    }

    /// Where a claim belongs, if it is registered.
    fn place(&mut self, name: &str) -> Option<&mut Option<Glimpse<'t>>> {
        Some(match name {
            "iss" => &mut self.iss,
            "sub" => &mut self.sub,
            "aud" => &mut self.aud,
            "exp" => &mut self.exp,
            "nbf" => &mut self.nbf,
            "iat" => &mut self.iat,
            "jti" => &mut self.jti,
            "client_id" => &mut self.client_id,
            "scope" => &mut self.scope,
            _ => return None,
        })
    }

    /// The claims in their types.
    fn claims(self) -> Result<Claims, TokenError> {
        Ok(Claims {
            json: String::new(),
            issuer: text(self.iss, ClaimName::ISS)?.unwrap_or_default(),
            subject: text(self.sub, ClaimName::SUB)?,
            audiences: texts(self.aud, ClaimName::AUD)?,
            id: text(self.jti, ClaimName::JTI)?,
            client_id: text(self.client_id, ClaimName::CLIENT_ID)?,
            // An empty scope is how a token says that it allows nothing.
            scope: match self.scope {
                Some(Glimpse::Text(scope)) => Some(scope.into_owned()),
                scope => text(scope, ClaimName::SCOPE)?,
            },
            expires: date(self.exp, ClaimName::EXP)?,
            not_before: date(self.nbf, ClaimName::NBF)?,
            issued: date(self.iat, ClaimName::IAT)?,
        })
    }
}

fn text(value: Option<Glimpse<'_>>, claim: ClaimName) -> Result<Option<String>, TokenError> {
    match value {
        None => Ok(None),
        Some(Glimpse::Text(text)) if !text.is_empty() => Ok(Some(text.into_owned())),
        Some(_) => Err(TokenError::ClaimMalformed(claim)),
    }
}

fn texts(value: Option<Glimpse<'_>>, claim: ClaimName) -> Result<Vec<String>, TokenError> {
    let texts = match value {
        None => return Ok(Vec::new()),
        Some(Glimpse::Text(text)) => [text].into(),
        Some(Glimpse::Texts(texts)) => texts,
        Some(_) => return Err(TokenError::ClaimMalformed(claim)),
    };
    match texts.is_empty() || texts.iter().any(|text| text.is_empty()) {
        true => Err(TokenError::ClaimMalformed(claim)),
        false => Ok(texts.into_iter().map(Cow::into_owned).collect()),
    }
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
