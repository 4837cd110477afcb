//! What alarms look at: the samples of instances. Alarms are evaluated with
//! every body, so that the series of a metric are read once for all of them,
//! and all of them share the work of one query.

use super::embedded::load;
use super::index::{self, Series};
use super::view::INSTANCE;
use crate::operation::change::visit;
use crate::operation::{Context, Fault};
use crate::record::Metric;
use crate::store::Store;
use crate::telemetry::{Budget, Samples, Selection};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// The series of instances that are looked at, and what that may still cost.
pub(in crate::operation) struct Watched {
    contract: u32,
    series: BTreeMap<Metric, BTreeMap<String, Vec<Series>>>,
    budget: Budget,
}

impl Watched {
    /// Finds the series of metrics of instances.
    pub(in crate::operation) async fn find<S: Store>(
        contract: u32,
        sources: impl Iterator<Item = (Metric, String)>,
        context: &Context<'_, S>,
    ) -> Result<Self, Fault> {
        let mut series: BTreeMap<Metric, BTreeMap<String, Vec<Series>>> = BTreeMap::new();
        for (metric, instance) in sources {
            let instances = series.entry(metric).or_default();
            instances.entry(instance).or_default();
        }
        for (metric, instances) in &mut series {
            let under = || index::series_of(contract, metric.samples());
            visit(context, under, |_, one: Series| {
                if let Some(found) = instances.get_mut(one.labels.value(INSTANCE)) {
                    found.push(one);
                }
                Ok(())
            })
            .await?;
        }
        let budget = Budget::new(&context.deployment.telemetry.query);
        Ok(Self {
            contract,
            series,
            budget,
        })
    }

    /// The samples of one of them that selections mean, as far as they are kept.
    pub(in crate::operation) async fn load<S: Store>(
        &mut self,
        metric: Metric,
        instance: &str,
        selections: &[Selection],
        context: &Context<'_, S>,
    ) -> Result<Samples, Fault> {
        // What was loaded before is not held any more.
        self.budget = self.budget.emptied(&context.deployment.telemetry.query);
        let instances = self.series.get(&metric);
        let known = instances.and_then(|instances| instances.get(instance));
        let known = known.map_or(&[][..], Vec::as_slice);
        load(self.contract, known, selections, &mut self.budget, context).await
    }
}
