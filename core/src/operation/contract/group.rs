//! Groups of a contract: create, list, read, replace, delete, and what they
//! grant to a user.

use super::member;
use crate::operation::change::{Attempts, Change, Committed, Stored, load, load_all};
use crate::operation::{Context, Fault, Name, Outcome, Page, Reference, Resource, quota};
use crate::record::{ContractPrivilege, Group, User};
use crate::store::{Key, MAX_KEYS, MAX_PAGE, Range, Store};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::Deserialize;

/// The longest name, in characters.
const MAX_NAME: usize = 255;

/// Creates a group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateGroup {
    /// A name for people, 1 to 255 characters.
    pub name: String,
    /// What it grants.
    #[serde(default)]
    pub privileges: BTreeSet<ContractPrivilege>,
}

/// Replaces what a group is called and what it grants. Its members stay.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceGroup {
    /// Which one.
    pub id: String,
    /// A name for people, 1 to 255 characters.
    pub name: String,
    /// What it grants from now on.
    #[serde(default)]
    pub privileges: BTreeSet<ContractPrivilege>,
    /// What it grants from now on if it did before: privileges that the caller
    /// has no words for.
    #[serde(default)]
    pub kept: BTreeSet<ContractPrivilege>,
}

/// Lists the groups of the contract, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListGroups {
    /// Which of them.
    pub window: Window,
}

/// A part of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Window {
    /// How many items to leave out at the beginning.
    pub offset: Option<i64>,
    /// How many items; absent or 0 means the system's default.
    pub limit: Option<i64>,
}

impl Window {
    /// How many items to leave out, and how many to show.
    pub(super) fn admit<S: Store>(self, context: &Context<'_, S>) -> Result<(usize, usize), Fault> {
        let (default, most) = context.deployment.policy(context.system).page_size;
        let read = |at, asked: i64| {
            usize::try_from(asked).map_err(|_| Fault::field(at, "must not be negative"))
        };
        let offset = read("offset", self.offset.unwrap_or(0))?;
        let limit = match read("limit", self.limit.unwrap_or(0))? {
            0 => default,
            asked => asked.min(most),
        };
        Ok((offset, limit))
    }
}

fn group_key(contract: u32, id: &str) -> Key {
    let contract = contract.to_string();
    Key::of("group", [contract.as_str(), id])
}

fn groups_of(contract: u32) -> Range {
    let contract = contract.to_string();
    Range::under("group", [contract.as_str()])
}

pub(in crate::operation) async fn create<S: Store>(
    request: CreateGroup,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    admit_name(&request.name)?;
    let group = Group {
        id: context.uuid(),
        contract,
        name: request.name,
        privileges: request.privileges,
        shares: BTreeMap::new(),
        created_at: context.now,
        updated_at: context.now,
    };
    let key = group_key(contract, &group.id);
    let most = context.deployment.policy(context.system).max_groups;
    let mut attempts = Attempts::new();
    while load::<S, Group>(context, &key).await?.is_none() {
        let fence = Key::of("fence", ["group", contract.to_string().as_str()]);
        let change = Change::new(context);
        let under = groups_of(contract);
        let change = quota::admit(context, change, Resource::Group, &under, fence, most).await?;
        let change =
            change
                .create(key.clone(), &group)?
                .audit(&group.id, Name::CreateGroup, &group.id)?;
        if change.commit().await? == Committed::Yes {
            break;
        }
        attempts.again()?;
    }
    Ok(Outcome::Group(group))
}

pub(in crate::operation) async fn list<S: Store>(
    request: ListGroups,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let (offset, limit) = request.window.admit(context)?;
    let mut groups: Vec<Group> = Vec::new();
    loop {
        let mut range = groups_of(contract);
        if let Some(last) = groups.last() {
            range = range.after(group_key(contract, &last.id));
        }
        let entries = context.store.scan(context.tenant, &range).await?;
        let count = entries.len();
        for (_, entry) in entries {
            groups.push(crate::operation::change::read(&entry.value)?);
        }
        if count < MAX_PAGE {
            break;
        }
    }
    Ok(page(groups.into_iter().skip(offset).take(limit).collect()))
}

fn page(items: Vec<Group>) -> Outcome {
    Outcome::Groups(Page {
        items,
        next: None,
        total: None,
    })
}

pub(in crate::operation) async fn read<S: Store>(
    request: &Reference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, stored) = find(&request.id, context).await?;
    Ok(Outcome::Group(stored.document))
}

pub(in crate::operation) async fn replace<S: Store>(
    request: ReplaceGroup,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_name(&request.name)?;
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let (key, stored) = find(&request.id, context).await?;
        let kept = stored.document.privileges.intersection(&request.kept);
        let group = Group {
            name: request.name.clone(),
            privileges: request.privileges.iter().chain(kept).copied().collect(),
            updated_at: context.now,
            ..stored.document.clone()
        };
        let change = Change::new(context).replace(key, &stored, &group)?.audit(
            &audit,
            Name::ReplaceGroup,
            &request.id,
        )?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Group(group));
        }
        attempts.again()?;
    }
}

pub(in crate::operation) async fn delete<S: Store>(
    request: &Reference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut tried = false;
    loop {
        let (key, stored) = match find(&request.id, context).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if tried => return Ok(Outcome::Deleted),
            found => found?,
        };
        let change = Change::new(context).delete(key, &stored).audit(
            &audit,
            Name::DeleteGroup,
            &request.id,
        )?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Deleted);
        }
        tried = true;
        attempts.again()?;
    }
}

/// The groups of a user in a contract, oldest first, as far as they are there.
pub(in crate::operation) async fn of_user<S: Store>(
    user: &User,
    contract: u32,
    context: &Context<'_, S>,
) -> Result<Vec<Group>, Fault> {
    let ids = user.groups.get(&contract).into_iter().flatten();
    let keys: Vec<_> = ids.map(|id| group_key(contract, id)).collect();
    let mut groups = Vec::new();
    for some in keys.chunks(MAX_KEYS) {
        let found = load_all::<S, Group>(context, some).await?;
        groups.extend(found.into_iter().flatten().map(|stored| stored.document));
    }
    Ok(groups)
}

/// A group of the contract that the request is about.
pub(super) async fn find<S: Store>(
    id: &str,
    context: &Context<'_, S>,
) -> Result<(Key, Stored<Group>), Fault> {
    let (_, contract, _) = member(context)?;
    let key = group_key(contract, id);
    let stored = load(context, &key).await?;
    let stored = stored.ok_or(Fault::Missing(Resource::Group))?;
    Ok((key, stored))
}

fn admit_name(name: &str) -> Result<(), Fault> {
    if name.trim().is_empty() {
        return Err(Fault::field("name", "must not be blank"));
    }
    if name.chars().count() > MAX_NAME {
        let problem = format!("has more than {MAX_NAME} characters");
        return Err(Fault::field("name", problem));
    }
    Ok(())
}
