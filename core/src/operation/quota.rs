//! Quotas: at most so many of a kind, whatever competes.
//!
//! What exists is counted, not remembered, so no counter can drift. A fence, a
//! document that every creation under the quota rewrites, makes two creations
//! that counted the same conflict; deleting needs no fence.

use super::change::{Change, Stored, load};
use super::{Context, Fault, Resource};
use crate::store::{Key, Range, Store};
use alloc::string::String;

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
