//! Users of a system: create, list, read, update, delete, and holding a
//! password against one. A login is unique within its system; a second
//! document under the login keeps it so.

mod place;

pub(super) use place::of_contract;

use super::change::{Attempts, Change, Committed, Stored, load};
use super::page::{Page, Total};
use super::{Conflict, Context, Fault, Name, Outcome, Resource, identity, page};
use crate::record::{
    Membership, Privilege, Role, SecondFactor, Secret, Standing, System, User, UserId,
};
use crate::store::{Key, MAX_KEY_BYTES, Range, Store};
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The longest login or name, in characters.
const MAX_TEXT: usize = 255;

/// Creates a user.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// What the user signs in with, 1 to 255 characters.
    pub login: String,
    /// The password, 1 to 1024 bytes; absent for accounts without one.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Everything else.
    #[serde(default)]
    pub profile: UserProfile,
}

/// What may be said of a user when it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserProfile {
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// What the user may do beyond its own data.
    pub roles: Vec<Role>,
    /// What the user may do beyond what everybody may.
    pub privileges: Vec<Privilege>,
    /// The contracts that the user belongs to.
    pub contracts: Vec<Membership>,
    /// Whether signing in takes a second factor.
    pub second_factor: SecondFactor,
}

/// Changes the given fields of a user.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    /// Which one.
    pub id: UserId,
    /// What to change.
    pub changes: UserChanges,
}

/// The fields of a user that may change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserChanges {
    /// A new given name.
    pub given_name: Option<String>,
    /// A new family name.
    pub family_name: Option<String>,
    /// A new password.
    pub password: Option<Secret>,
    /// Whether the account is in use.
    pub standing: Option<Standing>,
    /// New roles in place of all the former ones.
    pub roles: Option<Vec<Role>>,
    /// New privileges in place of all the former ones.
    pub privileges: Option<Vec<Privilege>>,
    /// New memberships in place of all the former ones.
    pub contracts: Option<Vec<Membership>>,
    /// Whether signing in takes a second factor.
    pub second_factor: Option<SecondFactor>,
}

/// Lists the users of a system, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListUsers {
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
    /// Whether to count the items on all pages.
    pub total: Total,
}

/// Names one user.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserReference {
    /// The permanent identity.
    pub id: UserId,
}

/// A user as it is shown: everything but the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// The permanent identity.
    pub id: UserId,
    /// What the user signs in with.
    pub login: String,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// Whether the account is in use.
    pub standing: Standing,
    /// What the user may do beyond its own data.
    pub roles: Vec<Role>,
    /// What the user may do beyond what everybody may.
    pub privileges: Vec<Privilege>,
    /// The contracts that the user belongs to.
    pub contracts: Vec<Membership>,
    /// Whether signing in takes a second factor.
    pub second_factor: SecondFactor,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            login: user.login,
            given_name: user.given_name,
            family_name: user.family_name,
            standing: user.standing,
            roles: user.roles,
            privileges: user.privileges,
            contracts: user.contracts,
            second_factor: user.second_factor,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// Where a user is kept.
pub(super) fn key(system: System, id: &UserId) -> Key {
    Key::of("user", [system.as_str(), id.as_str()])
}

/// Where the identity behind a login is kept.
fn login_key(system: System, login: &str) -> Key {
    Key::of("login", [system.as_str(), login.to_lowercase().as_str()])
}

pub(super) async fn create<S: Store>(
    request: CreateUser,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let user = draw(request, context).await?;
    let user = insert(user, Name::CreateUser, context).await?;
    Ok(Outcome::User(user.into()))
}

/// A user with a new identity, not yet kept anywhere.
pub(super) async fn draw<S: Store>(
    request: CreateUser,
    context: &Context<'_, S>,
) -> Result<User, Fault> {
    if request.login.trim().is_empty() {
        return Err(Fault::field("login", "must not be blank"));
    }
    let profile = request.profile;
    for (at, text) in [
        ("login", &request.login),
        ("given_name", &profile.given_name),
        ("family_name", &profile.family_name),
    ] {
        admit_text(at, text)?;
    }
    place::admit(&profile.contracts)?;
    Ok(User {
        id: UserId::new(context.uuid()),
        system: context.system,
        login: request.login,
        given_name: profile.given_name,
        family_name: profile.family_name,
        password: hash(request.password, context).await?,
        standing: Standing::Enabled,
        roles: profile.roles,
        privileges: profile.privileges,
        contracts: profile.contracts,
        groups: BTreeMap::new(),
        second_factor: profile.second_factor,
        created_at: context.now,
        updated_at: context.now,
        tokens_not_before: None,
    })
}

/// Keeps a new user, unless another one has its login.
pub(super) async fn insert<S: Store>(
    user: User,
    name: Name,
    context: &Context<'_, S>,
) -> Result<User, Fault> {
    let login = login_key(context.system, &user.login);
    if login.as_str().len() > MAX_KEY_BYTES {
        // Few characters that need many bytes each.
        return Err(Fault::field("login", "is too long"));
    }
    let mut attempts = Attempts::new();
    loop {
        match load::<S, UserId>(context, &login).await? {
            // Only this call knows the identity: an ambiguous commit was
            // applied after all.
            Some(stored) if stored.document == user.id => return Ok(user),
            Some(_) => return Err(Fault::Conflict(Conflict::Taken(Resource::User))),
            None => {}
        }
        let change = Change::new(context)
            .create(login.clone(), &user.id)?
            .create(key(context.system, &user.id), &user)?
            .audit(user.id.as_str(), name, user.id.as_str())?;
        let change = place::reindex(change, None, Some(&user))?;
        if change.commit().await? == Committed::Yes {
            return Ok(user);
        }
        attempts.again()?;
    }
}

pub(super) async fn read<S: Store>(
    id: &UserId,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    Ok(Outcome::User(find(context, id).await?.document.into()))
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    after: String,
    size: usize,
}

pub(super) async fn list<S: Store>(
    request: ListUsers,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let mut cursor = if request.page_token.is_empty() {
        let sizes = context.deployment.policy(context.system).page_size;
        Cursor {
            after: String::new(),
            size: page::size(request.page_size, sizes)?,
        }
    } else {
        page::open(context, Name::ListUsers, &request.page_token)?
    };
    let under = || Range::under("user", [context.system.as_str()]);
    let mut range = under().limit(cursor.size + 1);
    if !cursor.after.is_empty() {
        range = range.after(key(context.system, &UserId::new(cursor.after.as_str())));
    }
    let mut entries = context.store.scan(context.tenant, &range).await?;
    let more = entries.len() > cursor.size;
    entries.truncate(cursor.size);
    let items = entries
        .iter()
        .map(|(_, entry)| super::change::read::<User>(&entry.value).map(UserView::from))
        .collect::<Result<Vec<_>, _>>()?;
    let total = match request.total {
        Total::Omitted => None,
        Total::Counted => Some(context.store.count(context.tenant, &under()).await?),
    };
    let next = match items.last() {
        Some(last) if more => {
            cursor.after = last.id.as_str().into();
            Some(page::seal(context, Name::ListUsers, &cursor)?)
        }
        _ => None,
    };
    Ok(Outcome::Users(Page { items, next, total }))
}

pub(super) async fn update<S: Store>(
    request: UpdateUser,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let UpdateUser { id, changes } = request;
    admit_text(
        "given_name",
        changes.given_name.as_deref().unwrap_or_default(),
    )?;
    admit_text(
        "family_name",
        changes.family_name.as_deref().unwrap_or_default(),
    )?;
    place::admit(changes.contracts.as_deref().unwrap_or_default())?;
    let password = hash(changes.password, context).await?;
    let user = change(&id, Name::UpdateUser, context, |former| {
        let former = former.clone();
        Ok(Some(User {
            given_name: changes.given_name.clone().unwrap_or(former.given_name),
            family_name: changes.family_name.clone().unwrap_or(former.family_name),
            password: password.clone().or(former.password),
            standing: changes.standing.unwrap_or(former.standing),
            roles: changes.roles.clone().unwrap_or(former.roles),
            privileges: changes.privileges.clone().unwrap_or(former.privileges),
            contracts: changes.contracts.clone().unwrap_or(former.contracts),
            second_factor: changes.second_factor.unwrap_or(former.second_factor),
            ..former
        }))
    });
    let user = user.await?.ok_or(Fault::Internal)?;
    Ok(Outcome::User(user.into()))
}

pub(super) async fn delete<S: Store>(
    id: &UserId,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    change(id, Name::DeleteUser, context, |_| Ok(None)).await?;
    Ok(Outcome::Deleted)
}

/// Changes one user, whatever competes for it, or deletes it where `edit`
/// leaves none. What follows from a change is seen to here: memberships of
/// groups and tokens end with the contract's, and what was issued before ends
/// with the password's or the account's use.
pub(super) async fn change<S: Store>(
    id: &UserId,
    name: Name,
    context: &Context<'_, S>,
    edit: impl Fn(&User) -> Result<Option<User>, Fault>,
) -> Result<Option<User>, Fault> {
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut deleting = false;
    loop {
        let stored = match find(context, id).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if deleting => return Ok(None),
            found => found?,
        };
        let former = &stored.document;
        let mut next = edit(former)?;
        let change = Change::new(context);
        let change = if let Some(user) = &mut next {
            place::prune(user);
            let ends = user.password != former.password
                || (user.standing, former.standing) == (Standing::Disabled, Standing::Enabled);
            if ends {
                user.tokens_not_before = Some(context.now.past(former.tokens_not_before));
            }
            user.updated_at = context.now;
            change.replace(key(context.system, id), &stored, user)?
        } else {
            let login_key = login_key(context.system, &former.login);
            let login = load::<S, UserId>(context, &login_key).await?;
            deleting = true;
            change
                .delete(key(context.system, id), &stored)
                .delete(login_key, &login.ok_or(Fault::Internal)?)
        };
        let change = place::reindex(change, Some(former), next.as_ref())?;
        let change = identity::leave(former, next.as_ref(), change, context)
            .await?
            .audit(&audit, name, id.as_str())?;
        if change.commit().await? == Committed::Yes {
            return Ok(next);
        }
        attempts.again()?;
    }
}

/// The user behind a login, if there is one.
pub(super) async fn by_login<S: Store>(
    login: &str,
    context: &Context<'_, S>,
) -> Result<Option<User>, Fault> {
    if login.chars().count() > MAX_TEXT {
        return Ok(None);
    }
    match load::<S, UserId>(context, &login_key(context.system, login)).await? {
        Some(id) => by_id(&id.document, context).await,
        None => Ok(None),
    }
}

/// The user of an identity, if there is one.
pub(super) async fn by_id<S: Store>(
    id: &UserId,
    context: &Context<'_, S>,
) -> Result<Option<User>, Fault> {
    let stored = load::<S, User>(context, &key(context.system, id)).await?;
    Ok(stored.map(|stored| stored.document))
}

pub(super) async fn find<S: Store>(
    context: &Context<'_, S>,
    id: &UserId,
) -> Result<Stored<User>, Fault> {
    load(context, &key(context.system, id))
        .await?
        .ok_or(Fault::Missing(Resource::User))
}

/// The hash of a password, if one is given.
pub(super) async fn hash<S: Store>(
    password: Option<Secret>,
    context: &Context<'_, S>,
) -> Result<Option<String>, Fault> {
    let Some(password) = password else {
        return Ok(None);
    };
    let hash = context.passwords.hash(password, context.bytes()).await?;
    let refused = || Fault::field("password", "must have 1 to 1024 bytes");
    hash.map(Some).ok_or_else(refused)
}

pub(super) fn admit_text(at: &str, text: &str) -> Result<(), Fault> {
    if text.chars().count() > MAX_TEXT {
        return Err(Fault::field(
            at,
            format!("has more than {MAX_TEXT} characters"),
        ));
    }
    Ok(())
}
