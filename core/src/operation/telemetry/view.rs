//! What a caller may see of the samples: those of its contract, and of these
//! what its place in the contract gives.

use super::index::{self, Series};
use crate::operation::change::visit;
use crate::operation::contract::member;
use crate::operation::contract::share::{Reach, reach};
use crate::operation::{Context, Fault};
use crate::record::Metric;
use crate::store::Store;
use crate::telemetry::Matcher;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The label that names the data centre of what a series is of.
const DATA_CENTRE: &str = "dc";
/// The label that names the instance.
pub(in crate::operation) const INSTANCE: &str = "uuid";

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

/// What the caller may see: all of its contract as its owner or administrator,
/// and what is shared with its groups as anybody else.
pub(in crate::operation) fn view<S: Store>(context: &Context<'_, S>) -> Result<View, Fault> {
    let (_, contract, _) = member(context)?;
    Ok(match reach(context)? {
        Reach::Contract => View::whole(contract),
        Reach::Shares(shares) => View {
            contract,
            visible: Vec::from([Matcher::one_of(DATA_CENTRE, shares.into_keys())]),
        },
    })
}

/// The instances that there are samples of, and the data centres that these
/// name.
pub(in crate::operation) async fn instances<S: Store>(
    contract: u32,
    context: &Context<'_, S>,
) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, metric) in Metric::ALL {
        let under = || index::series_of(contract, metric);
        visit(context, under, |_, series: Series| {
            let instance = series.labels.value(INSTANCE).to_string();
            let place = series.labels.value(DATA_CENTRE).to_string();
            found.entry(instance).or_default().insert(place);
            Ok(())
        })
        .await?;
    }
    Ok(found)
}
