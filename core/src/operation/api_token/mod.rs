//! API token entries: create, list, read, update, delete, and unlock, which
//! mints a token. The rules are those of 12Port Horizon's "API Tokens".

mod filter;
mod key;
mod prove;

pub(super) use key::rotate;
pub(super) use prove::{prove, speaks};

use super::change::{Attempts, Change, Committed, Stored, load};
use super::page::{Page, Total};
use super::{Context, Fault, Name, Outcome, Resource, page, user};
use crate::record::{ApiToken, Secret, Standing, UserId};
use crate::store::{Key, Range, Store};
use crate::time::Timestamp;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// The longest name, in characters.
const MAX_NAME: usize = 256;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 4096;

/// Creates an API token entry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateApiToken {
    /// The space that its tokens are good in.
    pub space: String,
    /// Whom its tokens speak for: a user of the system.
    pub user: UserId,
    /// A name for people, up to 256 characters.
    #[serde(default)]
    pub name: String,
    /// Free text, up to 4096 characters.
    #[serde(default)]
    pub description: String,
    /// The addresses that its tokens may come from.
    #[serde(default)]
    pub filter: String,
    /// Until when its tokens are good; absent means no end.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Whether it is in use.
    #[serde(default = "enabled")]
    pub standing: Standing,
}

const fn enabled() -> Standing {
    Standing::Enabled
}

/// Names one entry of a space.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiTokenReference {
    /// The space.
    pub space: String,
    /// The entry.
    pub id: String,
}

/// Names a space.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceReference {
    /// The space.
    pub space: String,
}

/// Changes the given fields of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateApiToken {
    /// The space.
    pub space: String,
    /// The entry.
    pub id: String,
    /// What to change.
    pub changes: ApiTokenChanges,
}

/// The fields of an entry that may change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiTokenChanges {
    /// Another user.
    pub user: Option<UserId>,
    /// A new name.
    pub name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new filter.
    pub filter: Option<String>,
    /// A new end, or with `Some(None)` none.
    #[serde(deserialize_with = "present")]
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether it is in use.
    pub standing: Option<Standing>,
}

/// Reads a member that is there, so that `null` differs from absence.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<Timestamp>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Lists the entries of a space, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListApiTokens {
    /// The space.
    pub space: String,
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
    /// Whether to count the items on all pages.
    pub total: Total,
}

/// A token that an entry was unlocked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlockedToken {
    /// The token.
    pub token: Secret,
    /// Until when it is good; `None` means no end.
    pub expires_at: Option<Timestamp>,
}

impl UnlockedToken {
    pub(super) fn to_value(&self) -> Value {
        json!({ "token": self.token.expose(), "expires_at": self.expires_at })
    }
}

fn entry_key(space: &str, id: &str) -> Key {
    Key::of("api-token", [space, id])
}

/// Refuses a space that the system has not.
pub(super) fn admit_space<S: Store>(space: &str, context: &Context<'_, S>) -> Result<(), Fault> {
    let policy = context.deployment.policy(context.system);
    if policy.spaces.iter().any(|known| known == space) {
        Ok(())
    } else {
        Err(Fault::Missing(Resource::Space))
    }
}

pub(super) async fn create<S: Store>(
    request: CreateApiToken,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_space(&request.space, context)?;
    admit_texts(&request.name, &request.description)?;
    filter::admit(&request.filter)?;
    admit_user(&request.user, context).await?;
    let entry = ApiToken {
        id: context.uuid(),
        space: request.space,
        user: request.user,
        name: request.name,
        description: request.description,
        filter: request.filter,
        expires_at: request.expires_at,
        standing: request.standing,
        created_at: context.now,
        updated_at: context.now,
        unlocked_at: None,
        latest_token: None,
    };
    let key = entry_key(&entry.space, &entry.id);
    let mut attempts = Attempts::new();
    while load::<S, ApiToken>(context, &key).await?.is_none() {
        let change = Change::new(context).create(key.clone(), &entry)?.audit(
            &entry.id,
            Name::CreateApiToken,
            &entry.id,
        )?;
        if change.commit().await? == Committed::Yes {
            break;
        }
        attempts.again()?;
    }
    Ok(Outcome::ApiToken(entry))
}

pub(super) async fn read<S: Store>(
    request: &ApiTokenReference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_space(&request.space, context)?;
    let stored = find(context, &request.space, &request.id).await?;
    Ok(Outcome::ApiToken(stored.document))
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    space: String,
    after: String,
    size: usize,
}

pub(super) async fn list<S: Store>(
    request: ListApiTokens,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_space(&request.space, context)?;
    let sizes = context.deployment.policy(context.system).page_size;
    let mut cursor = if request.page_token.is_empty() {
        let size = page::size(request.page_size, sizes)?;
        Cursor {
            space: request.space,
            after: String::new(),
            size,
        }
    } else {
        let cursor: Cursor = page::open(context, Name::ListApiTokens, &request.page_token)?;
        if cursor.space != request.space {
            return Err(Fault::field("page_token", "is not a token of this list"));
        }
        cursor
    };
    let under = || Range::under("api-token", [cursor.space.as_str()]);
    let mut range = under().limit(cursor.size + 1);
    if !cursor.after.is_empty() {
        range = range.after(entry_key(&cursor.space, &cursor.after));
    }
    let mut entries = context.store.scan(context.tenant, &range).await?;
    let more = entries.len() > cursor.size;
    entries.truncate(cursor.size);
    let items: Vec<ApiToken> = entries
        .iter()
        .map(|(_, entry)| super::change::read(&entry.value))
        .collect::<Result<_, _>>()?;
    let total = match request.total {
        Total::Omitted => None,
        Total::Counted => Some(context.store.count(context.tenant, &under()).await?),
    };
    let next = match items.last() {
        Some(last) if more => {
            cursor.after.clone_from(&last.id);
            Some(page::seal(context, Name::ListApiTokens, &cursor)?)
        }
        _ => None,
    };
    Ok(Outcome::ApiTokens(Page { items, next, total }))
}

pub(super) async fn update<S: Store>(
    request: UpdateApiToken,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let UpdateApiToken { space, id, changes } = request;
    admit_space(&space, context)?;
    admit_texts(
        changes.name.as_deref().unwrap_or_default(),
        changes.description.as_deref().unwrap_or_default(),
    )?;
    filter::admit(changes.filter.as_deref().unwrap_or_default())?;
    if let Some(user) = &changes.user {
        admit_user(user, context).await?;
    }
    change(context, &space, &id, Name::UpdateApiToken, |entry| {
        let changes = changes.clone();
        if let Some(user) = changes.user {
            entry.user = user;
        }
        if let Some(name) = changes.name {
            entry.name = name;
        }
        if let Some(description) = changes.description {
            entry.description = description;
        }
        if let Some(filter) = changes.filter {
            entry.filter = filter;
        }
        if let Some(expires_at) = changes.expires_at {
            entry.expires_at = expires_at;
        }
        if let Some(standing) = changes.standing {
            entry.standing = standing;
        }
        entry.updated_at = context.now;
    })
    .await
    .map(Outcome::ApiToken)
}

/// Mints a token. Opening the field is what mints, so every call gives a new
/// one.
pub(super) async fn unlock<S: Store>(
    request: &ApiTokenReference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_space(&request.space, context)?;
    let name = Name::UnlockApiToken;
    let jti = context.nonce();
    let entry = change(context, &request.space, &request.id, name, |entry| {
        entry.unlocked_at = Some(context.now);
        entry.latest_token = Some(jti.clone());
    })
    .await?;
    let user = user::by_id(&entry.user, context).await?;
    let user = user.ok_or(Fault::Missing(Resource::User))?;
    let token = prove::mint(&entry, &user, jti, context).await?;
    Ok(Outcome::Unlocked(UnlockedToken {
        token,
        expires_at: entry.expires_at,
    }))
}

pub(super) async fn delete<S: Store>(
    request: &ApiTokenReference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_space(&request.space, context)?;
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut tried = false;
    loop {
        let stored = match find(context, &request.space, &request.id).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if tried => return Ok(Outcome::Deleted),
            found => found?,
        };
        let change = Change::new(context)
            .delete(entry_key(&request.space, &request.id), &stored)
            .audit(&audit, Name::DeleteApiToken, &request.id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Deleted);
        }
        tried = true;
        attempts.again()?;
    }
}

/// Changes one entry, whatever competes for it.
async fn change<S: Store>(
    context: &Context<'_, S>,
    space: &str,
    id: &str,
    name: Name,
    edit: impl Fn(&mut ApiToken),
) -> Result<ApiToken, Fault> {
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let stored = find(context, space, id).await?;
        let mut entry = stored.document.clone();
        edit(&mut entry);
        let change = Change::new(context)
            .replace(entry_key(space, id), &stored, &entry)?
            .audit(&audit, name, id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(entry);
        }
        attempts.again()?;
    }
}

async fn find<S: Store>(
    context: &Context<'_, S>,
    space: &str,
    id: &str,
) -> Result<Stored<ApiToken>, Fault> {
    let stored = load(context, &entry_key(space, id)).await?;
    stored.ok_or(Fault::Missing(Resource::ApiToken))
}

async fn admit_user<S: Store>(id: &UserId, context: &Context<'_, S>) -> Result<(), Fault> {
    match user::by_id(id, context).await? {
        Some(_) => Ok(()),
        None => Err(Fault::field("user", "is not a user of this system")),
    }
}

fn admit_texts(name: &str, description: &str) -> Result<(), Fault> {
    if name.chars().count() > MAX_NAME {
        return Err(Fault::field(
            "name",
            format!("has more than {MAX_NAME} characters"),
        ));
    }
    if description.chars().count() > MAX_DESCRIPTION {
        let problem = format!("has more than {MAX_DESCRIPTION} characters");
        return Err(Fault::field("description", problem));
    }
    Ok(())
}
