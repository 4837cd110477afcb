//! Keeps what bodies say about metrics. A description lasts as long as it is
//! said or there are series of its metric; beyond that it stays until its room
//! is needed, unseen, since only metrics of visible series are told of.

use super::embedded::families;
use super::expire::Left;
use super::index::{self, DAY, Series};
use super::ingest::{Body, admit};
use super::settle::pass;
use crate::operation::change::{Attempts, Change, Committed, load_many, visit};
use crate::operation::{Context, Fault, Resource};
use crate::store::{Key, Store};
use crate::telemetry::Millis;
use crate::telemetry::catalogue::Description;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The most descriptions that make room for those of one body, which has fewer.
const MAX_FORGOTTEN: usize = 1000;

/// What is said about a metric, and the day of UTC when it was said last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Described {
    said: Millis,
    #[serde(flatten)]
    pub(super) description: Description,
}

/// Adds what a body says about metrics to a change.
pub(super) async fn describe<'a, S: Store>(
    contract: u32,
    body: &Body,
    left: Left,
    mut change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<Change<'a, S>, Fault> {
    let metadata = &body.exposition.metadata;
    let keys: Vec<Key> = keys(contract, body);
    let former: Vec<Option<Described>> = load_many(context, &keys).await?;
    let added = former.iter().filter(|former| former.is_none()).count();
    if added > 0 {
        let there = count(contract, context).await?;
        let most = context.deployment.telemetry.max_series;
        admit(there, added, most, left, Resource::Metric)?;
    }
    let said = context.now.millis().div_euclid(DAY);
    for ((key, description), former) in keys.into_iter().zip(metadata.values()).zip(former) {
        let description = description.clone();
        let next = Described { said, description };
        if former.as_ref() != Some(&next) {
            change = change.set(key, &next)?;
        }
    }
    Ok(change)
}

/// Makes room for what a body says about metrics, if it needs any: forgets what
/// has not been said for as long as samples are kept, about metrics of which
/// there are no series any more.
pub(super) async fn make_room<S: Store>(
    contract: u32,
    body: &Body,
    context: &Context<'_, S>,
) -> Result<(), Fault> {
    let keys = keys(contract, body);
    if keys.is_empty() {
        return Ok(());
    }
    let stamp = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let mut change = pass(contract, &stamp, Change::new(context), context).await?;
        let former: Vec<Option<Described>> = load_many(context, &keys).await?;
        let added = former.iter().filter(|former| former.is_none()).count();
        if added == 0 {
            return Ok(());
        }
        let there = usize::try_from(count(contract, context).await?).unwrap_or(usize::MAX);
        let most = context.deployment.telemetry.max_series;
        let needed = there.saturating_add(added).saturating_sub(most);
        if needed == 0 {
            return Ok(());
        }
        let forgotten = forgotten(contract, body, context).await?;
        if forgotten.is_empty() {
            return Ok(());
        }
        for name in forgotten.iter().take(needed.min(MAX_FORGOTTEN)) {
            change = change.forget(index::metric_key(contract, name));
        }
        if change.commit().await? == Committed::Yes {
            return Ok(());
        }
        attempts.again()?;
    }
}

/// The metrics that nobody describes or measures any more.
async fn forgotten<S: Store>(
    contract: u32,
    body: &Body,
    context: &Context<'_, S>,
) -> Result<BTreeSet<String>, Fault> {
    let settings = &context.deployment.telemetry;
    let oldest = settings.oldest(context.now.millis()).div_euclid(DAY);
    let said = &body.exposition.metadata;
    let mut found: BTreeSet<String> = BTreeSet::new();
    let metrics = || index::all_metrics(contract);
    visit(context, metrics, |key: &Key, described: Described| {
        let name = key.last();
        if described.said < oldest && !said.contains_key(&*name) {
            found.insert(name.into_owned());
        }
        Ok(())
    })
    .await?;
    // Mostly everything is still said, and the series need not be looked at.
    if found.is_empty() {
        return Ok(found);
    }
    let mut keep = |metric: &str| {
        for name in families(metric) {
            found.remove(name);
        }
    };
    for (labels, _) in body.exposition.samples.iter() {
        keep(labels.metric_name());
    }
    let series = || index::all_series(contract);
    visit(context, series, |_: &Key, series: Series| {
        keep(series.labels.metric_name());
        Ok(())
    })
    .await?;
    Ok(found)
}

/// The keys of the metrics that a body says something about.
fn keys(contract: u32, body: &Body) -> Vec<Key> {
    let names = body.exposition.metadata.keys();
    names
        .map(|name| index::metric_key(contract, name))
        .collect()
}

/// How many metrics are described.
async fn count<S: Store>(contract: u32, context: &Context<'_, S>) -> Result<u64, Fault> {
    let all = index::all_metrics(contract);
    Ok(context.store.count(context.tenant, &all).await?)
}
