//! What a caller may see of the samples: those of its contract, and of these
//! what its place in the contract gives.

use crate::operation::{Context, Fault, contract};
use crate::record::ContractPrivilege;
use crate::store::Store;
use crate::telemetry::Matcher;
use alloc::vec::Vec;

/// What a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::operation) struct View {
    /// The contract.
    pub(in crate::operation) contract: u32,
    /// What all series that may be seen fulfil.
    pub(in crate::operation) visible: Vec<Matcher>,
}

impl View {
    /// All of a contract.
    pub(in crate::operation) const fn whole(contract: u32) -> Self {
        Self {
            contract,
            visible: Vec::new(),
        }
    }
}

/// What the caller may see: all of its contract, for whoever may use the
/// monitoring there.
///
/// # Errors
/// [`Forbidden::Privilege`](crate::operation::Forbidden::Privilege) for others.
pub(in crate::operation) async fn view<S: Store>(context: &Context<'_, S>) -> Result<View, Fault> {
    let privilege = ContractPrivilege::AccessAndManageMonitoring;
    let (_, contract, _) = contract::require(privilege, context).await?;
    Ok(View::whole(contract))
}
