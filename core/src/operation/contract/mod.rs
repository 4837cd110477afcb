//! Contracts: which of them a request is about, and what its caller may do
//! within it. The rules are those of IONOS, where a user may belong to several
//! contracts and a token is bound to one.

pub(super) mod group;
pub(super) mod share;
pub(super) mod user;

pub use group::{CreateGroup, ListGroups, ReplaceGroup, Window};
pub use share::{ShareReference, ShareResource, ShareView};
pub use user::{
    ContractProfile, ContractUser, CreateContractUser, GroupMember, ListContractUsers,
    ListMemberships, ReplaceContractUser,
};

use super::{Caller, Context, Fault, Forbidden, SignedIn, Unauthenticated};
use crate::record::{ContractPrivilege, ContractRole, SecondFactor, User};
use crate::store::Store;

/// Refuses a caller that is no member of the contract.
pub(super) fn admit_member(caller: &Caller) -> Result<(&SignedIn, ContractRole), Fault> {
    match (caller, caller.in_contract()) {
        (Caller::User(signed_in), Some((_, _, role))) => Ok((signed_in, role)),
        (Caller::Anonymous, _) => Err(Fault::Unauthenticated(Unauthenticated::Absent)),
        _ => Err(Fault::Forbidden(Forbidden::Contract)),
    }
}

/// Refuses a caller that signs in with a second factor.
pub(super) fn admit_single_factor(caller: &Caller) -> Result<(), Fault> {
    let (signed_in, _) = admit_member(caller)?;
    match signed_in.user.second_factor {
        SecondFactor::None => Ok(()),
        SecondFactor::Required => Err(Fault::Forbidden(Forbidden::SecondFactor)),
    }
}

/// Refuses a caller to whom the contract does not grant the privilege.
pub(super) fn admit_privileged(privilege: ContractPrivilege, caller: &Caller) -> Result<(), Fault> {
    let (signed_in, _) = admit_member(caller)?;
    if signed_in.privileges().contains(&privilege) {
        Ok(())
    } else {
        Err(Fault::Forbidden(Forbidden::Privilege(privilege)))
    }
}

/// Refuses a caller that does not administer the contract, or that proves only
/// the password where it signs in with a second factor: it could make itself
/// an account without one.
pub(super) fn admit_administrator(caller: &Caller) -> Result<(), Fault> {
    let (signed_in, role) = admit_member(caller)?;
    if !administers(role) {
        return Err(Fault::Forbidden(Forbidden::ContractAdministrator));
    }
    match (signed_in.user.second_factor, &signed_in.token) {
        (SecondFactor::Required, None) => Err(Fault::Forbidden(Forbidden::SecondFactor)),
        (SecondFactor::Required, Some(_)) | (SecondFactor::None, _) => Ok(()),
    }
}

/// Whether this place in a contract is one that administers it.
pub(super) const fn administers(role: ContractRole) -> bool {
    matches!(role, ContractRole::Owner | ContractRole::Admin)
}

/// The member of a contract who asks, and the contract's number.
pub(super) fn member<'a, S: Store>(
    context: &'a Context<'_, S>,
) -> Result<(&'a User, u32, ContractRole), Fault> {
    let member = context.caller.in_contract();
    member.ok_or(Fault::Forbidden(Forbidden::Contract))
}

/// Chooses the contract that a request is about: the one that it names, else
/// the one that the token is bound to, else the only one that the user has.
pub(super) fn choose(
    user: &User,
    asked: Option<&str>,
    bound: Option<u32>,
    must_name: Naming,
) -> Result<Option<u32>, Fault> {
    let foreign = || Fault::Forbidden(Forbidden::Contract);
    if let Some(asked) = asked {
        let number = read_contract_number(asked)
            .ok_or_else(|| Fault::field("contract", "is not the number of a contract"))?;
        let fits = bound.is_none_or(|bound| bound == number);
        return match user.role_in(number) {
            Some(_) if fits => Ok(Some(number)),
            _ => Err(foreign()),
        };
    }
    match (user.contracts.as_slice(), bound) {
        ([_, _, ..], bound) if bound.is_none() || must_name == Naming::Always => {
            let problem = "is required, because the user belongs to several contracts";
            Err(Fault::field("contract", problem))
        }
        (_, Some(bound)) => Ok(Some(bound)),
        ([only], None) => Ok(Some(only.contract)),
        (_, None) => Ok(None),
    }
}

/// Whether members of several contracts have to name the one they mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Even where a token is bound to one.
    Always,
    /// Unless a token is bound to one.
    UnlessBound,
}

/// Reads a contract's number: a positive integer of 32 bits with a sign, in
/// digits alone.
#[must_use]
pub fn read_contract_number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse::<i32>().ok()).flatten()?;
    u32::try_from(number).ok().filter(|number| *number > 0)
}
