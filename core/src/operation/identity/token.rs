//! The tokens of users: generate, list, read, delete. A token that has expired
//! counts against the quota until it is deleted.

use super::{fence, mint, token_key, tokens_for, tokens_of};
use crate::operation::change::{Attempts, Change, Committed, Stored, load};
use crate::operation::contract::member;
use crate::operation::{
    Caller, Context, Fault, Forbidden, LifetimeRule, Name, Outcome, Resource, Unauthenticated,
    quota, user,
};
use crate::record::{IdentityToken, Secret};
use crate::store::{Key, MAX_PAGE, Store};
use crate::time::Timestamp;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Generates a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GenerateIdentityToken {
    /// How many seconds it lives; absent means the system's default.
    pub ttl: Option<i64>,
}

/// A token that a user has generated: shown this once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedToken {
    /// The token.
    pub token: Secret,
}

impl GeneratedToken {
    pub(in crate::operation) fn to_value(&self) -> Value {
        json!({ "token": self.token.expose() })
    }
}

/// Which tokens are to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TokenCriteria {
    /// All of the contract.
    All,
    /// Those of the contract that have expired.
    Expired,
    /// The one that the request is made with.
    Current,
}

/// Deletes the tokens that meet a criterion.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteIdentityTokens {
    /// Which ones.
    pub criteria: TokenCriteria,
}

pub(in crate::operation) async fn generate<S: Store>(
    request: &GenerateIdentityToken,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (user, contract, role) = member(context)?;
    let policy = context.deployment.policy(context.system);
    let ttl = lifetime(request.ttl, context)?;
    let token = IdentityToken {
        id: context.uuid(),
        user: user.id.clone(),
        contract,
        created_at: context.now,
        // The token tells its end in seconds, and its record agrees with it.
        expires_at: Timestamp::from_seconds(context.now.seconds() + i64::from(ttl)),
        made_after: user.tokens_not_before,
    };
    let granted = match &context.caller {
        Caller::User(signed_in) => signed_in.privileges(),
        Caller::Anonymous | Caller::Client(_) => BTreeSet::new(),
    };
    let text = mint::mint(&token, role, &granted, context)?;
    let key = token_key(&user.id, contract, &token.id);
    let mut attempts = Attempts::new();
    // Only this call knows the identifier: if the document is there, an
    // ambiguous commit was applied after all.
    while load::<S, IdentityToken>(context, &key).await?.is_none() {
        let change = quota::admit(
            context,
            Change::new(context),
            Resource::IdentityToken,
            &tokens_of(&user.id),
            fence(&user.id),
            policy.max_identity_tokens,
        )
        .await?;
        // Whoever leaves the contract meanwhile has deleted its tokens, and
        // gets no other one.
        let current = match user::find(context, &user.id).await {
            Err(Fault::Missing(_)) => {
                return Err(Fault::Unauthenticated(Unauthenticated::Refused));
            }
            found => found?,
        };
        if current.document.role_in(contract).is_none() {
            return Err(Fault::Forbidden(Forbidden::Contract));
        }
        let place = user::key(context.system, &user.id);
        let change = change.unchanged(place, Some(&current));
        let change = change.create(key.clone(), &token)?.audit(
            &token.id,
            Name::GenerateIdentityToken,
            &token.id,
        )?;
        if change.commit().await? == Committed::Yes {
            break;
        }
        attempts.again()?;
    }
    Ok(Outcome::Generated(GeneratedToken { token: text }))
}

/// How long a token shall live.
fn lifetime<S: Store>(asked: Option<i64>, context: &Context<'_, S>) -> Result<u32, Fault> {
    let policy = context.deployment.policy(context.system);
    let Some(asked) = asked else {
        return Ok(policy.token_lifetime);
    };
    if policy.identity_token_lifetime == LifetimeRule::Fixed {
        return Err(Fault::field("ttl", "cannot be chosen on this deployment"));
    }
    let (least, most) = policy.identity_token_lifetimes;
    let asked = u32::try_from(asked).ok();
    asked
        .filter(|asked| (least..=most).contains(asked))
        .ok_or_else(|| Fault::field("ttl", format!("must be from {least} to {most}")))
}

pub(in crate::operation) async fn list<S: Store>(
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    Ok(Outcome::IdentityTokens(all(context).await?))
}

pub(in crate::operation) async fn read<S: Store>(
    id: &str,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, stored) = find(id, context).await?;
    Ok(Outcome::IdentityToken(stored.document))
}

pub(in crate::operation) async fn delete<S: Store>(
    id: &str,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut tried = false;
    loop {
        let (key, stored) = match find(id, context).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if tried => return Ok(Outcome::Deleted),
            found => found?,
        };
        let change = Change::new(context).delete(key, &stored).audit(
            &audit,
            Name::DeleteIdentityToken,
            id,
        )?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Deleted);
        }
        tried = true;
        attempts.again()?;
    }
}

/// Deletes the tokens of the contract that meet a criterion. Where none does,
/// there is nothing to delete.
pub(in crate::operation) async fn delete_all<S: Store>(
    criteria: TokenCriteria,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (user, contract, _) = member(context)?;
    let doomed = match criteria {
        TokenCriteria::Current => return delete(current(context)?, context).await,
        TokenCriteria::All => all(context).await?,
        TokenCriteria::Expired => {
            let mut tokens = all(context).await?;
            tokens.retain(|token| token.expires_at <= context.now);
            tokens
        }
    };
    if doomed.is_empty() {
        return Err(Fault::Missing(Resource::IdentityToken));
    }
    // Identifiers are never given twice, so deleting one that is gone already
    // is no harm, and what is generated meanwhile is not touched.
    for some in doomed.chunks(MAX_PAGE) {
        let audit = context.uuid();
        let mut attempts = Attempts::new();
        loop {
            let mut change = Change::new(context);
            for token in some {
                change = change.forget(token_key(&user.id, contract, &token.id));
            }
            let name = Name::DeleteIdentityTokens;
            let change = change.audit(&audit, name, user.id.as_str())?;
            if change.commit().await? == Committed::Yes {
                break;
            }
            attempts.again()?;
        }
    }
    Ok(Outcome::Deleted)
}

/// The token that the request is made with.
fn current<'a, S: Store>(context: &'a Context<'_, S>) -> Result<&'a str, Fault> {
    let token = match &context.caller {
        Caller::User(signed_in) => signed_in.token.as_deref(),
        Caller::Anonymous | Caller::Client(_) => None,
    };
    token.ok_or(Fault::Unauthenticated(Unauthenticated::Refused))
}

/// The caller's tokens for the contract, oldest first.
async fn all<S: Store>(context: &Context<'_, S>) -> Result<Vec<IdentityToken>, Fault> {
    let (user, contract, _) = member(context)?;
    let mut tokens: Vec<IdentityToken> = Vec::new();
    loop {
        let mut range = tokens_for(&user.id, contract);
        if let Some(last) = tokens.last() {
            range = range.after(token_key(&user.id, contract, &last.id));
        }
        let entries = context.store.scan(context.tenant, &range).await?;
        let count = entries.len();
        for (_, entry) in entries {
            tokens.push(crate::operation::change::read(&entry.value)?);
        }
        if count < MAX_PAGE {
            return Ok(tokens);
        }
    }
}

/// One of the caller's tokens for the contract.
async fn find<S: Store>(
    id: &str,
    context: &Context<'_, S>,
) -> Result<(Key, Stored<IdentityToken>), Fault> {
    let (user, contract, _) = member(context)?;
    let key = token_key(&user.id, contract, id);
    let stored = load(context, &key).await?;
    let stored = stored.ok_or(Fault::Missing(Resource::IdentityToken))?;
    Ok((key, stored))
}
