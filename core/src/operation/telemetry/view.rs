//! What a caller may see of the samples: those of its contract, and of these
//! what its place in the contract gives.

use crate::operation::contract::member;
use crate::operation::{Context, Fault};
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

/// What the caller may see: all of its contract, whose monitoring it may use.
pub(in crate::operation) fn view<S: Store>(context: &Context<'_, S>) -> Result<View, Fault> {
    let (_, contract, _) = member(context)?;
    Ok(View::whole(contract))
}
