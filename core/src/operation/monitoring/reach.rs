//! Whose alarms a caller may see and change: those over instances in data
//! centres that its groups share with the right to edit or to share. In which
//! data centre an instance is, its samples tell; of an instance without any
//! nobody but owner and administrators can tell.

use crate::operation::contract::share::{self, reach};
use crate::operation::telemetry::instances;
use crate::operation::{Context, Fault, Forbidden};
use crate::store::Store;
use alloc::collections::BTreeSet;
use alloc::string::String;

/// The instances whose alarms a caller may see and change.
pub(super) enum Reach {
    /// All of the contract.
    Contract,
    /// These.
    Instances(BTreeSet<String>),
}

impl Reach {
    /// What the caller reaches.
    pub(super) async fn of<S: Store>(
        contract: u32,
        context: &Context<'_, S>,
    ) -> Result<Self, Fault> {
        let shares = match reach(context)? {
            share::Reach::Contract => return Ok(Self::Contract),
            share::Reach::Shares(shares) => shares,
        };
        let may_change = |place: &String| {
            let rights = shares.get(place);
            rights.is_some_and(|rights| rights.edit || rights.share)
        };
        let instances = instances(contract, context).await?.into_iter();
        let reached = instances.filter(|(_, places)| places.iter().all(may_change));
        Ok(Self::Instances(reached.map(|(id, _)| id).collect()))
    }

    /// Whether the alarms over an instance are among them.
    pub(super) fn holds(&self, instance: &str) -> bool {
        match self {
            Self::Contract => true,
            Self::Instances(instances) => instances.contains(instance),
        }
    }

    /// Refuses alarms over an instance that is not among them.
    pub(super) fn admit(&self, instance: &str) -> Result<(), Fault> {
        if self.holds(instance) {
            Ok(())
        } else {
            Err(Fault::Forbidden(Forbidden::DataCentre))
        }
    }
}
