//! The tokens of users: a JWT that tells the contract, the user and what the
//! contract grants. What it tells is for whoever reads it; what holds is read
//! from the records with every request.

use super::token_key;
use crate::operation::change::load;
use crate::operation::{Context, Fault, Unproven};
use crate::record::{
    ContractPrivilege, ContractRole, IdentityToken, Secret, Standing, User, UserId,
};
use crate::store::Store;
use crate::time::Timestamp;
use crate::token::{
    self, AudienceRule, ClaimName, Envelope, KidRule, Layout, Policy, TokenError, TypRule,
};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use serde_json::{Value, json};

/// The claim that tells whom a token speaks for.
const IDENTITY: &str = "identity";

/// Mints a token. Header and payload are laid out so that clients that decode
/// them as standard base64 with padding can read them.
pub(super) fn mint<S: Store>(
    token: &IdentityToken,
    role: ContractRole,
    privileges: &BTreeSet<ContractPrivilege>,
    context: &Context<'_, S>,
) -> Result<Secret, Fault> {
    let policy = context.deployment.policy(context.system);
    let privileges: Vec<_> = privileges.iter().map(|one| one.as_str()).collect();
    let claims = json!({
        "iss": policy.issuer,
        "iat": token.created_at.seconds(),
        "exp": token.expires_at.seconds(),
        "identity": {
            "contractNumber": token.contract,
            "role": role,
            "uuid": token.user,
            "privileges": privileges,
        },
    });
    let envelope = Envelope {
        typ: Some(&policy.profile.typ),
        kid: Some(&token.id),
        layout: Layout::AnyBase64,
    };
    token::mint(&context.deployment.keys.signing, &envelope, &claims)
        .map(Secret::new)
        .map_err(|_| Fault::Internal)
}

/// Whether a token speaks for its user.
pub(in crate::operation) fn speaks(
    token: &IdentityToken,
    user: Option<&User>,
    now: Timestamp,
) -> bool {
    user.is_some_and(|user| {
        now < token.expires_at
            && user.standing == Standing::Enabled
            && user.role_in(token.contract).is_some()
            && user.tokens_not_before == token.made_after
    })
}

/// Finds the user that a token speaks for, and the record of the token.
pub(super) async fn prove<S: Store>(
    text: &str,
    context: &Context<'_, S>,
) -> Result<Result<(User, IdentityToken), Unproven>, Fault> {
    let policy = context.deployment.policy(context.system);
    let keys = &context.deployment.keys;
    let asked = Policy::jwt(&policy.issuer, AudienceRule::Any)
        .algorithms(keys.algorithms())
        .typ(TypRule::only([policy.profile.typ.clone()]))
        .kid(KidRule::Ignored)
        .require(ClaimName::new(IDENTITY));
    let verified = match token::verify(text, &keys.verifying, &asked, context.now) {
        Ok(verified) => verified,
        Err(error) => return Ok(Err(Unproven::Token(error))),
    };
    let members = verified.claims().members();
    let identity = &members[IDENTITY];
    let contract = identity["contractNumber"].as_u64();
    let contract = contract.and_then(|number| u32::try_from(number).ok());
    let user = identity.get("uuid").and_then(Value::as_str);
    let (Some(id), Some(contract), Some(user)) = (verified.header().kid(), contract, user) else {
        return Ok(Err(Unproven::Token(TokenError::ClaimMalformed(
            ClaimName::new(IDENTITY),
        ))));
    };
    let user = UserId::new(user);
    let stored = load::<S, IdentityToken>(context, &token_key(&user, contract, id)).await?;
    let Some(token) = stored.map(|stored| stored.document) else {
        return Ok(Err(Unproven::GoneToken));
    };
    if token.expires_at <= context.now {
        return Ok(Err(Unproven::ExpiredToken));
    }
    Ok(match crate::operation::user::by_id(&user, context).await? {
        None => Err(Unproven::GoneUser),
        Some(user) if user.standing == Standing::Disabled => Err(Unproven::DisabledUser),
        Some(user) if user.role_in(contract).is_none() => Err(Unproven::GoneUser),
        Some(user) if user.tokens_not_before != token.made_after => Err(Unproven::SupersededToken),
        Some(user) => Ok((user, token)),
    })
}
