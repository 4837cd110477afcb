//! The users of a contract, as its administrators see them: create, list,
//! read, replace, delete, and their places in groups.
//!
//! An administrator of one contract must not gain anything in another: of a
//! user that belongs to several, only the place in this one may change.

use super::group::{self, Window};
use super::{administers, member};
use crate::operation::{
    Context, CreateUser, Fault, Forbidden, Name, Outcome, Page, Resource, UserProfile,
    UserReference, user,
};
use crate::record::{ContractRole, Membership, SecondFactor, Secret, Standing, User, UserId};
use crate::store::Store;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use serde::{Deserialize, Serialize};

/// Creates a user of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateContractUser {
    /// The e-mail address, which nobody else has.
    pub email: String,
    /// The password, 1 to 1024 bytes.
    pub password: Secret,
    /// Everything else.
    pub profile: ContractProfile,
}

/// Replaces what is said of a user of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceContractUser {
    /// Which one.
    pub id: UserId,
    /// The e-mail address, which cannot change.
    pub email: String,
    /// A new password; absent means the former one.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Everything else.
    pub profile: ContractProfile,
}

/// What may be said of a user of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractProfile {
    /// The given name, 1 to 255 characters.
    pub given_name: String,
    /// The family name, 1 to 255 characters.
    pub family_name: String,
    /// What the user is within the contract. Nobody is made its owner.
    pub role: ContractRole,
    /// Whether signing in takes a second factor.
    pub second_factor: SecondFactor,
    /// Whether the account is in use.
    pub standing: Standing,
}

/// Lists the users of the contract, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListContractUsers {
    /// Which of them.
    pub window: Window,
}

/// Lists the members of a group, or the groups of a user.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListMemberships {
    /// The group or the user.
    pub id: String,
    /// Which of them.
    #[serde(default)]
    pub window: Window,
}

/// Names a user's place in a group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupMember {
    /// The group.
    pub group: String,
    /// The user.
    pub user: UserId,
}

/// A user of a contract as it is shown: everything but the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractUser {
    /// The permanent identity.
    pub id: UserId,
    /// The e-mail address.
    pub email: String,
    /// Everything else.
    pub profile: ContractProfile,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl ContractUser {
    /// The user as a member of this contract, if it is one.
    fn of(user: User, contract: u32) -> Option<Self> {
        let role = user.role_in(contract)?;
        Some(Self {
            id: user.id,
            email: user.login,
            profile: ContractProfile {
                given_name: user.given_name,
                family_name: user.family_name,
                role,
                second_factor: user.second_factor,
                standing: user.standing,
            },
            created_at: user.created_at,
            updated_at: user.updated_at,
        })
    }
}

pub(in crate::operation) async fn create<S: Store>(
    request: CreateContractUser,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let profile = request.profile;
    admit_email(&request.email)?;
    admit_profile(&profile)?;
    let mut drawn = user::draw(
        CreateUser {
            login: request.email,
            password: Some(request.password),
            profile: UserProfile {
                given_name: profile.given_name,
                family_name: profile.family_name,
                contracts: vec![Membership {
                    contract,
                    role: profile.role,
                }],
                second_factor: profile.second_factor,
                ..UserProfile::default()
            },
        },
        context,
    )
    .await?;
    drawn.standing = profile.standing;
    let user = user::insert(drawn, Name::CreateContractUser, context).await?;
    outcome(user, contract)
}

pub(in crate::operation) async fn list<S: Store>(
    request: ListContractUsers,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let window = request.window.admit(context)?;
    let users = user::of_contract(contract, window, context, |_| true).await?;
    Ok(page(users, contract))
}

pub(in crate::operation) async fn read<S: Store>(
    request: &UserReference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = admit_self(&request.id, context)?;
    outcome(find(&request.id, context).await?, contract)
}

pub(in crate::operation) async fn replace<S: Store>(
    request: ReplaceContractUser,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (actor, contract, role) = member(context)?;
    let profile = request.profile;
    admit_profile(&profile)?;
    let password = user::hash(request.password, context).await?;
    let id = &request.id;
    let changed = user::change(id, Name::ReplaceContractUser, context, |former| {
        let place = former.role_in(contract);
        let place = place.ok_or(Fault::Missing(Resource::User))?;
        if former.login.to_lowercase() != request.email.to_lowercase() {
            return Err(Fault::field("email", "cannot change"));
        }
        // The owner is changed by the owner and stays one.
        let owner = place == ContractRole::Owner;
        if owner && (role != ContractRole::Owner || !administers(profile.role)) {
            return Err(Fault::Forbidden(Forbidden::ContractOwner));
        }
        // Whoever may have proven only a password cannot do without the rest.
        let lowers = former.second_factor == SecondFactor::Required
            && profile.second_factor == SecondFactor::None;
        if lowers && actor.id == former.id {
            return Err(Fault::Forbidden(Forbidden::SecondFactor));
        }
        let mut next = former.clone();
        next.given_name.clone_from(&profile.given_name);
        next.family_name.clone_from(&profile.family_name);
        next.second_factor = profile.second_factor;
        next.standing = profile.standing;
        next.password = password.clone().or(next.password);
        if next != *former && former.contracts.len() > 1 && actor.id != former.id {
            return Err(Fault::Forbidden(Forbidden::SharedUser));
        }
        for membership in &mut next.contracts {
            if membership.contract == contract && !owner {
                membership.role = profile.role;
            }
        }
        Ok(Some(next))
    });
    outcome(changed.await?.ok_or(Fault::Internal)?, contract)
}

/// Takes a user out of the contract. Who belongs to no other is deleted.
pub(in crate::operation) async fn delete<S: Store>(
    request: &UserReference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let tried = AtomicBool::new(false);
    let name = Name::DeleteContractUser;
    user::change(&request.id, name, context, |former| {
        match former.role_in(contract) {
            // An ambiguous commit was applied after all.
            None if tried.load(Relaxed) => return Ok(Some(former.clone())),
            None => return Err(Fault::Missing(Resource::User)),
            Some(ContractRole::Owner) => return Err(Fault::Forbidden(Forbidden::ContractOwner)),
            Some(_) => tried.store(true, Relaxed),
        }
        let mut next = former.clone();
        next.contracts.retain(|place| place.contract != contract);
        Ok((!next.contracts.is_empty()).then_some(next))
    })
    .await?;
    Ok(Outcome::Deleted)
}

pub(in crate::operation) async fn list_groups<S: Store>(
    request: &ListMemberships,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let id = UserId::new(request.id.as_str());
    let (_, contract, _) = admit_self(&id, context)?;
    let (offset, limit) = request.window.admit(context)?;
    let user = find(&id, context).await?;
    let groups = group::of_user(&user, contract, context).await?;
    Ok(Outcome::Groups(Page {
        items: groups.into_iter().skip(offset).take(limit).collect(),
        next: None,
        total: None,
    }))
}

pub(in crate::operation) async fn list_members<S: Store>(
    request: &ListMemberships,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let window = request.window.admit(context)?;
    group::find(&request.id, context).await?;
    let users = user::of_contract(contract, window, context, |user| {
        is_in(user, contract, &request.id)
    });
    Ok(page(users.await?, contract))
}

fn is_in(user: &User, contract: u32, group: &str) -> bool {
    let groups = user.groups.get(&contract);
    groups.is_some_and(|groups| groups.contains(group))
}

/// Makes a user a member of a group; being one already is no mistake.
pub(in crate::operation) async fn join<S: Store>(
    request: &GroupMember,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let most = context.deployment.policy(context.system).max_groups;
    group::find(&request.group, context).await?;
    let user = find(&request.user, context).await?;
    // Groups that are gone make room for new ones. No identifier comes twice,
    // so what is gone now is gone in whatever the user has joined meanwhile.
    let live = group::of_user(&user, contract, context).await?;
    let mut gone = user.groups.get(&contract).cloned().unwrap_or_default();
    gone.retain(|id| live.iter().all(|group| group.id != *id));
    let name = Name::AddGroupMember;
    let changed = user::change(&request.user, name, context, |former| {
        if former.role_in(contract).is_none() {
            return Err(Fault::Missing(Resource::User));
        }
        let mut next = former.clone();
        let groups = next.groups.entry(contract).or_default();
        if groups.len() >= most {
            groups.retain(|id| !gone.contains(id));
        }
        if groups.len() >= most && !groups.contains(&request.group) {
            return Err(Fault::Quota(Resource::Group));
        }
        groups.insert(request.group.clone());
        Ok(Some(next))
    });
    outcome(changed.await?.ok_or(Fault::Internal)?, contract)
}

pub(in crate::operation) async fn part<S: Store>(
    request: &GroupMember,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    group::find(&request.group, context).await?;
    let tried = AtomicBool::new(false);
    let name = Name::RemoveGroupMember;
    user::change(&request.user, name, context, |former| {
        let mut next = former.clone();
        let groups = next.groups.entry(contract).or_default();
        match (groups.remove(&request.group), tried.swap(true, Relaxed)) {
            // The first finds it gone; later an ambiguous commit has done it.
            (false, false) => Err(Fault::Missing(Resource::User)),
            _ => Ok(Some(next)),
        }
    })
    .await?;
    Ok(Outcome::Deleted)
}

/// A user may look at itself, and the contract's administrators at all.
fn admit_self<'a, S: Store>(
    id: &UserId,
    context: &'a Context<'_, S>,
) -> Result<(&'a User, u32, ContractRole), Fault> {
    let (user, contract, role) = member(context)?;
    if user.id == *id || administers(role) {
        Ok((user, contract, role))
    } else {
        Err(Fault::Forbidden(Forbidden::ContractAdministrator))
    }
}

/// A user of the contract that the request is about.
async fn find<S: Store>(id: &UserId, context: &Context<'_, S>) -> Result<User, Fault> {
    let (_, contract, _) = member(context)?;
    let found = user::by_id(id, context).await?;
    found
        .filter(|user| user.role_in(contract).is_some())
        .ok_or(Fault::Missing(Resource::User))
}

fn outcome(user: User, contract: u32) -> Result<Outcome, Fault> {
    let user = ContractUser::of(user, contract);
    user.map(Outcome::ContractUser).ok_or(Fault::Internal)
}

fn page(users: Vec<User>, contract: u32) -> Outcome {
    let users = users.into_iter();
    Outcome::ContractUsers(Page {
        items: users
            .filter_map(|user| ContractUser::of(user, contract))
            .collect(),
        next: None,
        total: None,
    })
}

fn admit_profile(profile: &ContractProfile) -> Result<(), Fault> {
    for (at, text) in [
        ("given_name", &profile.given_name),
        ("family_name", &profile.family_name),
    ] {
        if text.trim().is_empty() {
            return Err(Fault::field(at, "must not be blank"));
        }
        user::admit_text(at, text)?;
    }
    match profile.role {
        ContractRole::Owner => Err(Fault::field("role", "cannot be that of the owner")),
        ContractRole::Admin | ContractRole::User => Ok(()),
    }
}

/// Whether a mail could get there only sending it tells. This finds what is
/// plainly something else.
fn admit_email(email: &str) -> Result<(), Fault> {
    let plain = |text: &str| {
        !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    let halves = email.rsplit_once('@');
    match halves {
        Some((local, domain)) if plain(local) && plain(domain) && !local.contains('@') => Ok(()),
        _ => Err(Fault::field("email", "is not an e-mail address")),
    }
}
