//! The administrators of a tenancy by principal: a list of identities, read
//! and replaced whole. A client whose token's issuer and subject are on it
//! administers its system. The rules are those of DataTrails' Tenancies API.

use super::change::{Attempts, Change, Committed, Stored, load};
use super::{Access, Caller, Context, Fault, Name, Outcome};
use crate::record::{Client, Principal, Role};
use crate::store::{Key, Store};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

/// The most principals of a tenancy.
const MAX_PRINCIPALS: usize = 256;
/// The longest issuer, subject, name or address, in characters.
const MAX_TEXT: usize = 1024;

/// Replaces the principals that administer the tenancy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacePrincipals {
    /// All of them, up to 256.
    pub root_principals: Vec<Principal>,
}

fn key<S: Store>(context: &Context<'_, S>) -> Key {
    Key::of("principals", [context.system.as_str()])
}

async fn stored<S: Store>(
    context: &Context<'_, S>,
) -> Result<Option<Stored<Vec<Principal>>>, Fault> {
    load(context, &key(context)).await
}

pub(super) async fn list<S: Store>(context: &Context<'_, S>) -> Result<Outcome, Fault> {
    let stored = stored(context).await?;
    Ok(Outcome::Principals(
        stored.map(|stored| stored.document).unwrap_or_default(),
    ))
}

pub(super) async fn replace<S: Store>(
    request: ReplacePrincipals,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let principals = request.root_principals;
    admit(&principals)?;
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let former = stored(context).await?;
        if let (Caller::Client(client), Some(former)) = (&context.caller, &former) {
            let names = |principals: &[Principal]| is_named(client, principals, context);
            if names(&former.document) && !names(&principals) {
                let problem = "must not lose the principal that asks";
                return Err(Fault::field("root_principals", problem));
            }
        }
        let change = Change::new(context);
        let change = match &former {
            Some(former) => change.replace(key(context), former, &principals)?,
            None => change.create(key(context), &principals)?,
        };
        let target = format!("{} principals", principals.len());
        let change = change.audit(&audit, Name::ReplacePrincipals, &target)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Principals(principals));
        }
        attempts.again()?;
    }
}

/// The caller, with the administrator's role if the operation asks for one and
/// the list of principals names its client.
pub(super) async fn elevate<S: Store>(
    caller: Caller,
    name: Name,
    context: &Context<'_, S>,
) -> Result<Caller, Fault> {
    let asks = matches!(
        name.access(),
        Access::Administrator | Access::ApiTokenManager
    );
    match caller {
        Caller::Client(mut client)
            if asks && client.system == context.system && !client.has_role(Role::Administrator) =>
        {
            if let Some(stored) = stored(context).await?
                && is_named(&client, &stored.document, context)
            {
                client.roles.push(Role::Administrator);
            }
            Ok(Caller::Client(client))
        }
        other => Ok(other),
    }
}

/// Whether a client is among the principals, by what its tokens say.
fn is_named<S: Store>(client: &Client, principals: &[Principal], context: &Context<'_, S>) -> bool {
    let policy = context.deployment.policy(context.system);
    let mut subject = String::from(client.id.as_str());
    subject.push_str(&policy.profile.subject_suffix);
    client.system == context.system
        && principals
            .iter()
            .any(|principal| principal.is(&policy.issuer, &subject))
}

fn admit(principals: &[Principal]) -> Result<(), Fault> {
    if principals.len() > MAX_PRINCIPALS {
        let problem = format!("has more than {MAX_PRINCIPALS} items");
        return Err(Fault::field("root_principals", problem));
    }
    for (index, principal) in principals.iter().enumerate() {
        let at = |member: &str| format!("root_principals[{index}].{member}");
        for (member, text) in [
            ("issuer", &principal.issuer),
            ("subject", &principal.subject),
            ("display_name", &principal.display_name),
            ("email", &principal.email),
        ] {
            if text.chars().count() > MAX_TEXT {
                let problem = format!("has more than {MAX_TEXT} characters");
                return Err(Fault::field(at(member), problem));
            }
        }
        if principal.subject.is_empty() {
            return Err(Fault::field(at("subject"), "must not be empty"));
        }
        let former = &principals[..index];
        if former
            .iter()
            .any(|former| former.is(&principal.issuer, &principal.subject))
        {
            return Err(Fault::field(at("subject"), "is the same principal twice"));
        }
    }
    Ok(())
}
