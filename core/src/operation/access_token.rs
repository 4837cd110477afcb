//! Access tokens in the profile of their system: minting them, and finding
//! out whom one speaks for. Systems differ in the data of their policy.

use super::{ClaimSource, Context, Fault, SystemPolicy};
use crate::record::{Client, ClientId, Secret};
use crate::store::Store;
use crate::token::{
    self, AudienceRule, ClaimName, Claims, Envelope, Layout, Policy, TokenError, TypRule,
};
use alloc::format;
use alloc::string::String;
use serde_json::{Map, Value};

/// What a token is to say, beyond what its system's profile says of itself.
pub(super) struct Contents<'a> {
    pub(super) client: &'a Client,
    pub(super) audience: &'a str,
    pub(super) scope: &'a str,
}

/// Mints an access token.
pub(super) fn mint<S: Store>(
    contents: &Contents<'_>,
    policy: &SystemPolicy,
    context: &Context<'_, S>,
) -> Result<Secret, Fault> {
    let Contents {
        client,
        audience,
        scope,
    } = contents;
    let mut claims = Map::new();
    for (name, value) in &client.custom_claims {
        claims.insert(name.clone(), Value::from(value.as_str()));
    }
    for (name, source) in &policy.profile.claims {
        let value = match source {
            ClaimSource::Literal(text) => text.clone(),
            ClaimSource::ClientId => client.id.as_str().into(),
            ClaimSource::DisplayName => client.display_name.clone(),
            ClaimSource::TenantUrn => format!("tenant/{}", context.tenant_uuid()),
        };
        claims.insert(name.clone(), value.into());
    }
    if !scope.is_empty() {
        claims.insert("scope".into(), (*scope).into());
    }
    let issued = context.now.seconds();
    claims.insert("iss".into(), policy.issuer.as_str().into());
    claims.insert(
        "sub".into(),
        format!("{}{}", client.id, policy.profile.subject_suffix).into(),
    );
    claims.insert("aud".into(), (*audience).into());
    claims.insert("iat".into(), issued.into());
    claims.insert(
        "exp".into(),
        (issued + i64::from(policy.token_lifetime)).into(),
    );
    claims.insert("jti".into(), context.nonce().into());
    let signer = &context.deployment.keys.signing;
    let envelope = Envelope {
        typ: Some(&policy.profile.typ),
        kid: Some(signer.kid().as_str()),
        layout: Layout::Plain,
    };
    token::mint(signer, &envelope, &claims)
        .map(Secret::new)
        .map_err(|_| Fault::Internal)
}

/// Verifies a token of the context's system and tells whose it is.
pub(super) fn verify<S: Store>(
    text: &str,
    context: &Context<'_, S>,
) -> Result<(ClientId, Claims), TokenError> {
    let policy = context.deployment.policy(context.system);
    let keys = &context.deployment.keys;
    let asked = Policy::jwt(
        &policy.issuer,
        AudienceRule::OneOf(policy.audiences.clone()),
    )
    .algorithms(keys.algorithms())
    .typ(TypRule::only([policy.profile.typ.clone()]))
    .require(ClaimName::SUB);
    let claims = token::verify(text, &keys.verifying, &asked, context.now)?.into_claims();
    let id = claims
        .subject()
        .and_then(|subject| subject.strip_suffix(policy.profile.subject_suffix.as_str()))
        .filter(|id| !id.is_empty())
        .map(String::from)
        .ok_or(TokenError::ClaimMalformed(ClaimName::SUB))?;
    Ok((ClientId::new(id), claims))
}
