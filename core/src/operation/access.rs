//! Who may ask for which operation at all.

use super::{Caller, Fault, Forbidden, Name, Unauthenticated, contract};
use crate::record::{ContractPrivilege, Role};

/// Who may ask for an operation at all. What a caller may do it to is decided
/// by the operation itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; the request carries its own proof, or needs none.
    Public,
    /// Any authenticated client.
    Authenticated,
    /// An administrator of the system, or somebody who manages API tokens.
    ApiTokenManager,
    /// An administrator of the system.
    Administrator,
    /// A member of the contract that the request is about.
    ContractMember,
    /// Such a member who signs in without a second factor, which no API can
    /// ask for.
    SingleFactorMember,
    /// Such a member whom the contract grants the use of the monitoring.
    MonitoringMember,
    /// The owner or an administrator of that contract.
    ContractAdministrator,
}

/// Whether this caller may ask for the operation at all. A host's edge asks
/// before it reads the content of a request; [`super::execute`] asks again, so that
/// no way round it exists.
///
/// # Errors
/// [`Fault::Unauthenticated`] without a caller, [`Fault::Forbidden`] for one
/// that lacks the role or the place in a contract.
pub fn admit(name: Name, caller: &Caller) -> Result<(), Fault> {
    match (name.access(), caller) {
        (Access::Public, _) => Ok(()),
        (_, Caller::Anonymous) => Err(Fault::Unauthenticated(Unauthenticated::Absent)),
        (Access::Authenticated, _) => Ok(()),
        (Access::ContractMember, caller) => contract::admit_member(caller).map(|_| ()),
        (Access::SingleFactorMember, caller) => contract::admit_single_factor(caller),
        (Access::MonitoringMember, caller) => {
            contract::admit_privileged(ContractPrivilege::AccessAndManageMonitoring, caller)
        }
        (Access::ContractAdministrator, caller) => contract::admit_administrator(caller),
        (_, caller) if caller.is_administrator() => Ok(()),
        (Access::ApiTokenManager, caller) if caller.has_role(Role::ApiTokenManager) => Ok(()),
        (_, _) => Err(Fault::Forbidden(Forbidden::Administrator)),
    }
}
