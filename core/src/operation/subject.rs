//! Subjects: create, list, read, update, delete. The rules are those of
//! DataTrails' IAM API.

use super::change::{Attempts, Change, Committed, Stored, load};
use super::{Context, Fault, Name, Outcome, Page, Resource, Total, page};
use crate::record::Subject;
use crate::store::{Key, Range, Store};
use crate::time::Timestamp;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The longest display name or key, in characters.
const MAX_TEXT: usize = 256;
/// The identifier of the subject that stands for the tenancy itself.
const SELF: &str = "00000000-0000-0000-0000-000000000000";
/// The most keys or addresses of one subject.
const MAX_KEYS: usize = 64;

/// Creates a subject.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateSubject {
    /// A name for people, 1 to 256 characters.
    pub display_name: String,
    /// Public keys of its wallets.
    #[serde(default)]
    pub wallet_pub_key: Vec<String>,
    /// Public keys of its transaction managers.
    #[serde(default)]
    pub tessera_pub_key: Vec<String>,
}

/// Changes the given fields of a subject.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateSubject {
    /// Which one.
    pub id: String,
    /// What to change.
    pub changes: SubjectChanges,
}

/// The fields of a subject that may change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SubjectChanges {
    /// A new name.
    pub display_name: Option<String>,
    /// New keys in place of all the former ones.
    pub wallet_pub_key: Option<Vec<String>>,
    /// New keys in place of all the former ones.
    pub tessera_pub_key: Option<Vec<String>>,
}

/// Lists subjects, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListSubjects {
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
    /// Only subjects of exactly this name; empty means all.
    pub display_name: String,
    /// Whether to count the items on all pages.
    pub total: Total,
}

fn key(id: &str) -> Key {
    Key::of("subject", [id])
}

pub(super) async fn create<S: Store>(
    request: CreateSubject,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_name(&request.display_name)?;
    admit_keys("wallet_pub_key", &request.wallet_pub_key)?;
    admit_keys("tessera_pub_key", &request.tessera_pub_key)?;
    let subject = Subject {
        id: context.uuid(),
        display_name: request.display_name,
        wallet_pub_key: request.wallet_pub_key,
        wallet_address: Vec::new(),
        tessera_pub_key: request.tessera_pub_key,
        created_at: context.now,
        updated_at: context.now,
    };
    let mut attempts = Attempts::new();
    while load::<S, Subject>(context, &key(&subject.id))
        .await?
        .is_none()
    {
        let change = Change::new(context)
            .create(key(&subject.id), &subject)?
            .audit(&subject.id, Name::CreateSubject, &subject.id)?;
        if change.commit().await? == Committed::Yes {
            break;
        }
        attempts.again()?;
    }
    Ok(Outcome::Subject(subject))
}

pub(super) async fn read<S: Store>(id: &str, context: &Context<'_, S>) -> Result<Outcome, Fault> {
    if id == SELF {
        return Ok(Outcome::Subject(oneself()));
    }
    find(context, id)
        .await
        .map(|stored| Outcome::Subject(stored.document))
}

/// The subject that stands for the tenancy itself. It is there before anything
/// was created and is never changed.
fn oneself() -> Subject {
    Subject {
        id: SELF.into(),
        display_name: "Self".into(),
        wallet_pub_key: Vec::new(),
        wallet_address: Vec::new(),
        tessera_pub_key: Vec::new(),
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    }
}

fn admit_change(id: &str) -> Result<(), Fault> {
    if id == SELF {
        let problem = "is the tenancy itself and cannot be changed";
        return Err(Fault::field("identity", problem));
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    after: String,
    size: usize,
    display_name: String,
}

pub(super) async fn list<S: Store>(
    request: ListSubjects,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let mut cursor = if request.page_token.is_empty() {
        let sizes = context.deployment.policy(context.system).page_size;
        let size = page::size(request.page_size, sizes)?;
        Cursor {
            after: String::new(),
            size,
            display_name: request.display_name,
        }
    } else {
        page::open(context, Name::ListSubjects, &request.page_token)?
    };
    let name = cursor.display_name.clone();
    let matches = |subject: &Subject| name.is_empty() || subject.display_name == name;
    let mut items = Vec::new();
    let mut more = true;
    while more && items.len() < cursor.size {
        let mut range = Range::under("subject", [""; 0]);
        if !cursor.after.is_empty() {
            range = range.after(key(&cursor.after));
        }
        let entries = context.store.scan(context.tenant, &range).await?;
        more = entries.len() == crate::store::MAX_PAGE;
        for (_, entry) in entries {
            if items.len() == cursor.size {
                more = true;
                break;
            }
            let subject: Subject = super::change::read(&entry.value)?;
            cursor.after.clone_from(&subject.id);
            if matches(&subject) {
                items.push(subject);
            }
        }
    }
    let total = match request.total {
        Total::Omitted => None,
        Total::Counted => {
            let all = || Range::under("subject", [""; 0]);
            Some(page::count(context, all, matches).await?)
        }
    };
    let next = if more {
        Some(page::seal(context, Name::ListSubjects, &cursor)?)
    } else {
        None
    };
    Ok(Outcome::Subjects(Page { items, next, total }))
}

pub(super) async fn update<S: Store>(
    request: UpdateSubject,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let UpdateSubject { id, changes } = request;
    admit_change(&id)?;
    if let Some(name) = &changes.display_name {
        admit_name(name)?;
    }
    admit_keys(
        "wallet_pub_key",
        changes.wallet_pub_key.as_deref().unwrap_or_default(),
    )?;
    admit_keys(
        "tessera_pub_key",
        changes.tessera_pub_key.as_deref().unwrap_or_default(),
    )?;
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let stored = find(context, &id).await?;
        let mut subject = stored.document.clone();
        let changes = changes.clone();
        subject.display_name = changes.display_name.unwrap_or(subject.display_name);
        subject.wallet_pub_key = changes.wallet_pub_key.unwrap_or(subject.wallet_pub_key);
        subject.tessera_pub_key = changes.tessera_pub_key.unwrap_or(subject.tessera_pub_key);
        subject.updated_at = context.now;
        let change = Change::new(context)
            .replace(key(&id), &stored, &subject)?
            .audit(&audit, Name::UpdateSubject, &id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Subject(subject));
        }
        attempts.again()?;
    }
}

pub(super) async fn delete<S: Store>(id: &str, context: &Context<'_, S>) -> Result<Outcome, Fault> {
    admit_change(id)?;
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut tried = false;
    loop {
        let stored = match find(context, id).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if tried => return Ok(Outcome::Deleted),
            found => found?,
        };
        let change =
            Change::new(context)
                .delete(key(id), &stored)
                .audit(&audit, Name::DeleteSubject, id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Deleted);
        }
        tried = true;
        attempts.again()?;
    }
}

async fn find<S: Store>(context: &Context<'_, S>, id: &str) -> Result<Stored<Subject>, Fault> {
    load(context, &key(id))
        .await?
        .ok_or(Fault::Missing(Resource::Subject))
}

fn admit_name(name: &str) -> Result<(), Fault> {
    if name.trim().is_empty() {
        return Err(Fault::field("display_name", "must not be blank"));
    }
    if name.chars().count() > MAX_TEXT {
        let problem = format!("has more than {MAX_TEXT} characters");
        return Err(Fault::field("display_name", problem));
    }
    Ok(())
}

fn admit_keys(at: &str, keys: &[String]) -> Result<(), Fault> {
    if keys.len() > MAX_KEYS {
        return Err(Fault::field(at, format!("has more than {MAX_KEYS} items")));
    }
    match keys
        .iter()
        .position(|key| key.is_empty() || key.chars().count() > MAX_TEXT)
    {
        Some(index) => {
            let problem = format!("must have 1 to {MAX_TEXT} characters");
            Err(Fault::field(format!("{at}[{index}]"), problem))
        }
        None => Ok(()),
    }
}
