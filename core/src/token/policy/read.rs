//! Policies as JSON, for hosts whose configuration is text: the options of the
//! JavaScript verifier, files, and the vectors that every host is tried with.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Map, Value};

use super::super::algorithm::Algorithm;
use super::super::claims::ClaimName;
use super::{AudienceRule, KidRule, Leeway, Policy, TypRule};
use crate::json;

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
        match json::read(policy, &json::Limits::SMALL).map_err(PolicyError::Json)? {
            Value::Object(members) => Self::read_members(members),
            _ => Err(PolicyError::NotAnObject),
        }
    }

    fn read_members(mut members: Map<String, Value>) -> Result<Self, PolicyError> {
        let issuer = match members.remove("issuer") {
            Some(Value::String(issuer)) if !issuer.is_empty() => issuer,
            _ => return Err(PolicyError::Member("issuer")),
        };
        let audience = match members.remove("audience") {
            Some(Value::Null) => AudienceRule::Any,
            Some(Value::String(audience)) if !audience.is_empty() => AudienceRule::one(audience),
            Some(Value::Array(list)) if !list.is_empty() => {
                AudienceRule::OneOf(texts(list, "audience")?)
            }
            _ => return Err(PolicyError::Member("audience")),
        };
        let mut policy = Self::jwt(issuer, audience);
        match members.remove("profile").as_ref().map(Value::as_str) {
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
        if let Some(rule) = members.remove("kid") {
            policy.kid = match rule.as_str() {
                Some("optional") => KidRule::Optional,
                Some("required") => KidRule::Required,
                Some("ignored") => KidRule::Ignored,
                _ => return Err(PolicyError::Member("kid")),
            };
        }
        if let Some(leeway) = members.remove("leeway") {
            let leeway = leeway.as_u64().and_then(Leeway::seconds);
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

fn take_list(
    members: &mut Map<String, Value>,
    name: &'static str,
) -> Result<Option<Vec<Value>>, PolicyError> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::Array(list)) if !list.is_empty() => Ok(Some(list)),
        Some(_) => Err(PolicyError::Member(name)),
    }
}

fn texts(list: Vec<Value>, name: &'static str) -> Result<Vec<String>, PolicyError> {
    let text = |value| match value {
        Value::String(text) if !text.is_empty() => Ok(text),
        _ => Err(PolicyError::Member(name)),
    };
    list.into_iter().map(text).collect()
}

fn read_typ(mut list: Vec<Value>) -> Result<TypRule, PolicyError> {
    let all = list.len();
    list.retain(|value| !value.is_null());
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
                return write!(formatter, "policy member {name} is missing or malformed");
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
