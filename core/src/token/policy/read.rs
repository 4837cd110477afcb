//! Policies as JSON, for hosts whose configuration is text: the options of the
//! JavaScript verifier, files, and the vectors that every host is tried with.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::super::algorithm::Algorithm;
use super::super::claims::ClaimName;
use super::{AudienceRule, KidRule, Leeway, Policy, TypRule};
use crate::json::{self, Glimpse, Members};

impl Policy {
    /// Reads a policy from a JSON object. Members that are not listed here are
    /// refused, because a misspelt demand would not be made.
    ///
    /// | member | value |
    /// |---|---|
    /// | `issuer` | the issuer |
    /// | `audience` | a text, or several in an array; `null` for any |
    /// | `profile` | `access_token` (the default) or `jwt`, as [`Policy::access_token`] and [`Policy::jwt`] |
    /// | `algorithms` | names of algorithms |
    /// | `typ` | types in an array, with `null` if it may be absent |
    /// | `kid` | `optional`, `required` or `ignored` |
    /// | `leeway` | seconds, up to 60 |
    /// | `require` | names of claims to require beyond those of the profile |
    pub fn read(policy: &[u8]) -> Result<Self, PolicyError> {
        let seen = json::glance(policy, &json::Limits::SMALL, Self::LEVELS);
        let seen = seen.map_err(PolicyError::Json)?;
        Self::read_members(seen.into_members().ok_or(PolicyError::NotAnObject)?)
    }

    /// How many levels of a policy have to be seen: its members and their items.
    pub const LEVELS: usize = 2;

    /// Reads a policy that is part of a larger document.
    pub fn read_members(mut members: Members<'_>) -> Result<Self, PolicyError> {
        let issuer = match members.take("issuer") {
            Some(Glimpse::Text(issuer)) if !issuer.is_empty() => issuer,
            _ => return Err(PolicyError::Member("issuer")),
        };
        let audience = match members.take("audience") {
            Some(Glimpse::Null) => AudienceRule::Any,
            Some(audience @ Glimpse::Text(_)) => {
                AudienceRule::OneOf(texts([audience].into(), "audience")?)
            }
            Some(Glimpse::Items(list)) if !list.is_empty() => {
                AudienceRule::OneOf(texts(list, "audience")?)
            }
            _ => return Err(PolicyError::Member("audience")),
        };
        let mut policy = Self::jwt(issuer, audience);
        let profile = members.take("profile");
        match profile.as_ref().map(Glimpse::as_text) {
            None | Some(Some("access_token")) => policy = policy.of_access_tokens(),
            Some(Some("jwt")) => {}
            Some(_) => return Err(PolicyError::Member("profile")),
        }
        if let Some(list) = take_list(&mut members, "algorithms")? {
            policy.algorithms = texts(list, "algorithms")?
                .iter()
                .map(|name| Algorithm::read(name).ok_or(PolicyError::Member("algorithms")))
                .collect::<Result<_, _>>()?;
        }
        if let Some(list) = take_list(&mut members, "typ")? {
            policy.typ = read_typ(list)?;
        }
        if let Some(rule) = members.take("kid") {
            policy.kid = match rule.as_text() {
                Some("optional") => KidRule::Optional,
                Some("required") => KidRule::Required,
                Some("ignored") => KidRule::Ignored,
                _ => return Err(PolicyError::Member("kid")),
            };
        }
        if let Some(leeway) = members.take("leeway") {
            let seconds = match leeway {
                Glimpse::Number(seconds) => seconds.as_u64(),
                _ => None,
            };
            let leeway = seconds.and_then(Leeway::seconds);
            policy.leeway = leeway.ok_or(PolicyError::Member("leeway"))?;
        }
        if let Some(list) = take_list(&mut members, "require")? {
            policy
                .required
                .extend(texts(list, "require")?.into_iter().map(ClaimName::new));
        }
        match members.is_empty() {
            true => Ok(policy),
            false => Err(PolicyError::UnknownMember),
        }
    }
}

fn take_list<'t>(
    members: &mut Members<'t>,
    name: &'static str,
) -> Result<Option<Vec<Glimpse<'t>>>, PolicyError> {
    match members.take(name) {
        None => Ok(None),
        Some(Glimpse::Items(list)) if !list.is_empty() => Ok(Some(list)),
        Some(_) => Err(PolicyError::Member(name)),
    }
}

fn texts(list: Vec<Glimpse<'_>>, name: &'static str) -> Result<Vec<String>, PolicyError> {
    let mut texts = Vec::with_capacity(list.len());
    for item in list {
        match item {
            Glimpse::Text(text) if !text.is_empty() => texts.push(text.into_owned()),
            _ => return Err(PolicyError::Member(name)),
        }
    }
    Ok(texts)
}

fn read_typ(mut list: Vec<Glimpse<'_>>) -> Result<TypRule, PolicyError> {
    let all = list.len();
    list.retain(|item| *item != Glimpse::Null);
    let absent = list.len() < all;
    let rule = TypRule::only(texts(list, "typ")?.into_iter().map(Cow::Owned));
    Ok(if absent { rule.or_absent() } else { rule })
}

/// Why a text is not a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// The text is not JSON.
    Json(json::Error),
    /// The text is not an object.
    NotAnObject,
    /// A member is missing or malformed.
    Member(&'static str),
    /// There are members that mean nothing.
    UnknownMember,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Json(_) => "policy is not JSON",
            Self::NotAnObject => "policy is not a JSON object",
            Self::Member(name) => {
                let pieces = ["policy member ", *name, " is missing or malformed"];
                return pieces
                    .iter()
                    .try_for_each(|piece| formatter.write_str(piece));
            }
            Self::UnknownMember => "policy has members that mean nothing",
        })
    }
}

impl core::error::Error for PolicyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            _ => None,
        }
    }
}
