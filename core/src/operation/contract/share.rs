//! Shares: the data centres that a contract's groups reach, and with which
//! rights. A data centre is an identifier and nothing else here; samples name
//! theirs in a label. Owner and administrators reach all of them.

use super::{administers, group, member};
use crate::operation::change::{Attempts, Change, Committed};
use crate::operation::{Caller, Conflict, Context, Fault, Name, Outcome, Page, Resource};
use crate::record::{Group, Share};
use crate::store::Store;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use serde::{Deserialize, Serialize};

use super::user::ListMemberships;

/// The most shares of one group.
const MAX_SHARES: usize = 100;
/// The longest identifier of a data centre.
const MAX_RESOURCE: usize = 64;

/// Names a share.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareReference {
    /// The group.
    pub group: String,
    /// The data centre.
    pub resource: String,
}

/// Shares a data centre with a group, or replaces the rights to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareResource {
    /// The group.
    pub group: String,
    /// The data centre.
    pub resource: String,
    /// The rights.
    #[serde(default)]
    pub share: Share,
}

/// A share as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareView {
    /// The group.
    pub group: String,
    /// The data centre.
    pub resource: String,
    /// The rights.
    #[serde(flatten)]
    pub share: Share,
}

/// What a member of a contract reaches of its data centres.
pub(in crate::operation) enum Reach {
    /// All of them.
    Contract,
    /// Those that its groups share, with all rights that any of them gives.
    Shares(BTreeMap<String, Share>),
}

/// What the caller reaches.
pub(in crate::operation) fn reach<S: Store>(context: &Context<'_, S>) -> Result<Reach, Fault> {
    let (_, _, role) = member(context)?;
    let groups = match &context.caller {
        _ if administers(role) => return Ok(Reach::Contract),
        Caller::User(signed_in) => signed_in.groups.as_slice(),
        Caller::Anonymous | Caller::Client(_) => &[],
    };
    let mut shares: BTreeMap<String, Share> = BTreeMap::new();
    for (resource, share) in groups.iter().flat_map(|group| &group.shares) {
        let rights = shares.entry(resource.clone()).or_default();
        rights.edit |= share.edit;
        rights.share |= share.share;
    }
    Ok(Reach::Shares(shares))
}

pub(in crate::operation) async fn create<S: Store>(
    request: ShareResource,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_resource(&request.resource)?;
    let tried = AtomicBool::new(false);
    let name = Name::CreateShare;
    change(&request.group, name, context, |group| {
        match group.shares.get(&request.resource) {
            // An ambiguous commit was applied after all.
            Some(there) if tried.load(Relaxed) && *there == request.share => {}
            Some(_) => return Err(Fault::Conflict(Conflict::Taken(Resource::Share))),
            None if group.shares.len() >= MAX_SHARES => {
                return Err(Fault::Quota(Resource::Share));
            }
            None => tried.store(true, Relaxed),
        }
        group.shares.insert(request.resource.clone(), request.share);
        Ok(())
    })
    .await?;
    Ok(view(request))
}

pub(in crate::operation) async fn replace<S: Store>(
    request: ShareResource,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let name = Name::ReplaceShare;
    change(&request.group, name, context, |group| {
        let share = group.shares.get_mut(&request.resource);
        *share.ok_or(Fault::Missing(Resource::Share))? = request.share;
        Ok(())
    })
    .await?;
    Ok(view(request))
}

pub(in crate::operation) async fn delete<S: Store>(
    request: &ShareReference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let tried = AtomicBool::new(false);
    let name = Name::DeleteShare;
    change(&request.group, name, context, |group| {
        let was_there = group.shares.remove(&request.resource).is_some();
        match (was_there, tried.swap(true, Relaxed)) {
            // The first finds it gone; later an ambiguous commit has done it.
            (false, false) => Err(Fault::Missing(Resource::Share)),
            _ => Ok(()),
        }
    })
    .await?;
    Ok(Outcome::Deleted)
}

pub(in crate::operation) async fn read<S: Store>(
    request: &ShareReference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, stored) = group::find(&request.group, context).await?;
    let share = stored.document.shares.get(&request.resource);
    Ok(Outcome::Share(ShareView {
        group: request.group.clone(),
        resource: request.resource.clone(),
        share: *share.ok_or(Fault::Missing(Resource::Share))?,
    }))
}

pub(in crate::operation) async fn list<S: Store>(
    request: &ListMemberships,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (offset, limit) = request.window.admit(context)?;
    let (_, stored) = group::find(&request.id, context).await?;
    let shares = stored.document.shares.into_iter();
    let shares = shares.map(|(resource, share)| ShareView {
        group: request.id.clone(),
        resource,
        share,
    });
    Ok(Outcome::Shares(Page {
        items: shares.skip(offset).take(limit).collect(),
        next: None,
        total: None,
    }))
}

/// Changes the shares of a group, whatever competes for it.
async fn change<S: Store>(
    id: &str,
    name: Name,
    context: &Context<'_, S>,
    edit: impl Fn(&mut Group) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let (key, stored) = group::find(id, context).await?;
        let mut group = stored.document.clone();
        edit(&mut group)?;
        group.updated_at = context.now;
        let change = Change::new(context)
            .replace(key, &stored, &group)?
            .audit(&audit, name, id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(());
        }
        attempts.again()?;
    }
}

fn view(request: ShareResource) -> Outcome {
    Outcome::Share(ShareView {
        group: request.group,
        resource: request.resource,
        share: request.share,
    })
}

/// Refuses what no data centre is called.
fn admit_resource(resource: &str) -> Result<(), Fault> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=MAX_RESOURCE).contains(&resource.len()) && resource.bytes().all(plain) {
        return Ok(());
    }
    let problem = format!("must have 1 to {MAX_RESOURCE} letters, digits, hyphens and underscores");
    Err(Fault::field("resource", problem))
}
