//! Quotas: at most so many of a kind, whatever competes.
//!
//! What exists is counted, not remembered, so no counter can drift. A fence, a
//! document that every creation under the quota rewrites, makes two creations
//! that counted the same conflict; deleting needs no fence.

use super::change::{Change, Stored, load};
use super::{Context, Fault, Outcome, Resource, access_policy, client};
use crate::store::{Key, Range, Store};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Asks how much is left of the quotas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListQuotas {
    /// Only the quota of this kind; absent means all.
    pub resource: Option<Resource>,
}

/// What is left of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// What is counted.
    pub resource: Resource,
    /// How many more there may be.
    pub remaining: u64,
}

pub(super) async fn list<S: Store>(
    request: &ListQuotas,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let policy = context.deployment.policy(context.system);
    let limited = [
        (
            Resource::Client,
            client::under(context.system),
            policy.max_clients,
        ),
        (
            Resource::AccessPolicy,
            access_policy::under(),
            Some(policy.max_access_policies),
        ),
    ];
    let mut quotas = Vec::new();
    for (resource, under, most) in limited {
        let asked = request.resource.is_none_or(|asked| asked == resource);
        if let (true, Some(most)) = (asked, most) {
            let count = context.store.count(context.tenant, &under).await?;
            let most = u64::try_from(most).unwrap_or(u64::MAX);
            quotas.push(Quota {
                resource,
                remaining: most.saturating_sub(count),
            });
        }
    }
    Ok(Outcome::Quotas(quotas))
}

/// Makes room for one more under a range, or refuses.
pub(super) async fn admit<'a, S: Store>(
    context: &'a Context<'a, S>,
    change: Change<'a, S>,
    resource: Resource,
    under: &Range,
    fence: Key,
    most: usize,
) -> Result<Change<'a, S>, Fault> {
    let former: Option<Stored<String>> = load(context, &fence).await?;
    let count = context.store.count(context.tenant, under).await?;
    if count >= u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Fault::Quota(resource));
    }
    let stamp = context.uuid();
    match former {
        Some(former) => change.replace(fence, &former, &stamp),
        None => change.create(fence, &stamp),
    }
}
