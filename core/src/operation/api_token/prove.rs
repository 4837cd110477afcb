//! Minting API tokens, and finding out whom one speaks for: signature, entry,
//! enabled, not expired, address, user, in this order. A caller is told the
//! same whichever fails.

use super::{entry_key, filter, key};
use crate::operation::change::load;
use crate::operation::{Context, Fault, SignedIn, Unproven, user};
use crate::record::{ApiToken, Secret, Standing, User};
use crate::store::Store;
use crate::time::Timestamp;
use crate::token::{
    self, Algorithm, AudienceRule, ClaimName, Envelope, KeySet, KidRule, Layout, Policy, TypRule,
};
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::{Map, Value};

/// Whether an entry has a token that speaks for its user.
pub(in crate::operation) fn speaks(entry: &ApiToken, user: Option<&User>, now: Timestamp) -> bool {
    entry.unlocked_at.is_some()
        && entry.standing == Standing::Enabled
        && entry.expires_at.is_none_or(|end| now < end)
        && user.is_some_and(|user| user.standing == Standing::Enabled)
}

/// Mints a token for an entry.
pub(super) async fn mint<S: Store>(
    entry: &ApiToken,
    user: &User,
    jti: String,
    context: &Context<'_, S>,
) -> Result<Secret, Fault> {
    let policy = context.deployment.policy(context.system);
    let mut claims = Map::new();
    claims.insert("iss".into(), policy.issuer.as_str().into());
    claims.insert("sub".into(), user.login.as_str().into());
    claims.insert("uid".into(), user.id.as_str().into());
    claims.insert("jti".into(), jti.into());
    claims.insert("tid".into(), entry.id.as_str().into());
    claims.insert("tenant".into(), context.tenant.as_str().into());
    claims.insert("space".into(), entry.space.as_str().into());
    claims.insert("iat".into(), context.now.seconds().into());
    if let Some(expires_at) = entry.expires_at {
        claims.insert("exp".into(), expires_at.seconds().into());
    }
    let key = key::current(context).await?;
    // The vendor's tokens begin with the header {"alg":"HS256"}.
    let envelope = Envelope {
        typ: None,
        kid: None,
        layout: Layout::Plain,
    };
    token::mint(&key, &envelope, &claims)
        .map(Secret::new)
        .map_err(|_| Fault::Internal)
}

/// Finds the user that an API token speaks for.
pub(in crate::operation) async fn prove<S: Store>(
    text: &str,
    space: &str,
    context: &Context<'_, S>,
) -> Result<Result<SignedIn, Unproven>, Fault> {
    let key = key::current(context).await?;
    let keys: KeySet = core::iter::once(key.verifying_key().clone()).collect();
    let policy = context.deployment.policy(context.system);
    let asked = Policy::jwt(&policy.issuer, AudienceRule::Any)
        .algorithms([Algorithm::Hs256])
        .typ(TypRule::jwt())
        .kid(KidRule::Ignored)
        .expiry_optional()
        .require(ClaimName::new("tid"));
    let claims = match token::verify(text, &keys, &asked, context.now) {
        Ok(verified) => verified.into_claims(),
        Err(error) => return Ok(Err(Unproven::Token(error))),
    };
    let members = claims.members();
    let text_of = |name: &str| {
        members
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if text_of("space") != space || text_of("tenant") != context.tenant.as_str() {
        return Ok(Err(Unproven::OtherSpace));
    }
    let id = text_of("tid");
    let Some(stored) = load::<S, ApiToken>(context, &entry_key(space, id)).await? else {
        return Ok(Err(Unproven::GoneToken));
    };
    let entry = stored.document;
    if entry.standing == Standing::Disabled {
        return Ok(Err(Unproven::DisabledToken));
    }
    if entry.expires_at.is_some_and(|end| end <= context.now) {
        return Ok(Err(Unproven::ExpiredToken));
    }
    if !filter::lets_through(&entry.filter, context.peer) {
        return Ok(Err(Unproven::Address));
    }
    let latest = entry.latest_token.as_deref();
    if policy.unlock_revokes_previous && latest.is_some_and(|latest| latest != text_of("jti")) {
        return Ok(Err(Unproven::SupersededToken));
    }
    Ok(match user::by_id(&entry.user, context).await? {
        Some(user) if user.standing == Standing::Enabled => Ok(SignedIn {
            user,
            token: Some(entry.id),
            contract: None,
            groups: Vec::new(),
        }),
        Some(_) => Err(Unproven::DisabledUser),
        None => Err(Unproven::GoneUser),
    })
}
