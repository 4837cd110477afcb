//! Custom claims of registrations. A name that could be mistaken for a claim
//! of the token itself is refused when it is set, not when a token is minted.

use super::{Fault, SystemPolicy};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

/// The most claims of one registration.
const MAX_CLAIMS: usize = 64;
/// The longest name or value, in characters.
const MAX_CHARACTERS: usize = 1024;

/// Claims that tokens carry with a meaning of their own: RFC 7519, RFC 9068,
/// RFC 7800, RFC 8693, OpenID Connect, and those of the systems.
const REGISTERED: &[&str] = &[
    "acr",
    "act",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "cid",
    "client_id",
    "cnf",
    "email",
    "entitlements",
    "events",
    "exp",
    "groups",
    "gty",
    "iat",
    "identity",
    "iss",
    "jti",
    "may_act",
    "name",
    "nbf",
    "nonce",
    "roles",
    "scope",
    "sid",
    "sub",
    "sub_jwk",
    "tenant",
    "typ",
];

/// Refuses claims that tokens of this system must not carry.
pub(super) fn admit(claims: &BTreeMap<String, String>, policy: &SystemPolicy) -> Result<(), Fault> {
    if claims.len() > MAX_CLAIMS {
        return Err(Fault::field(
            "custom_claims",
            format!("has more than {MAX_CLAIMS} members"),
        ));
    }
    for (name, value) in claims {
        let at = || format!("custom_claims.{name}");
        if name.is_empty() {
            return Err(Fault::field("custom_claims", "has a member without a name"));
        }
        if name.chars().count() > MAX_CHARACTERS {
            let problem = format!("has a name of more than {MAX_CHARACTERS} characters");
            return Err(Fault::field("custom_claims", problem));
        }
        if value.chars().count() > MAX_CHARACTERS {
            return Err(Fault::field(
                at(),
                format!("has more than {MAX_CHARACTERS} characters"),
            ));
        }
        if REGISTERED.contains(&name.as_str())
            || policy.profile.claims.iter().any(|(taken, _)| taken == name)
        {
            return Err(Fault::field(
                at(),
                "is a registered claim and cannot be set",
            ));
        }
        if let Some(prefix) = policy
            .reserved_claim_prefixes
            .iter()
            .find(|prefix| name.starts_with(prefix.as_str()))
        {
            return Err(Fault::field(at(), format!("must not start with {prefix}")));
        }
    }
    Ok(())
}
