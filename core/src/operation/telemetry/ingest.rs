//! Takes samples: a body in the Prometheus text format, whole or not at all.
//!
//! In the same commit everything else happens that new samples bring about:
//! what has expired goes, and alarms are evaluated. Whatever adds samples to a
//! contract rewrites its fence, so that two of them never pass each other.
//!
//! What such a commit writes is bounded by the body, however many samples there
//! are already: new ones lie beside the settled ones of their day, until
//! [`settle`] adds them in commits of their own.

use super::index::{self, DAY, Piece, Recent, Series};
use super::request::IngestSamples;
use super::settings::Telemetry;
use super::settle::{Place, pass, settle};
use crate::operation::change::{Attempts, Change, Committed, load_many};
use crate::operation::{Context, Fault, Name, Outcome, Resource, monitoring};
use crate::store::{Key, Store};
use crate::telemetry::catalogue::{Description, Metadata};
use crate::telemetry::exposition::{self, Exposition};
use crate::telemetry::{Labels, Millis, Sample, merge, periods};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The most series and days that one body may have samples of. A commit has
/// room for so many, for as many series, and for what it clears away.
const MAX_PIECES: usize = 1000;
/// The most metrics that one body may say something about.
const MAX_METRICS: usize = 500;
/// The most samples of a series and day that lie beside the settled ones, unless
/// one body brings more. A commit has room for so many of every piece.
const MAX_RECENT: usize = 200;
/// The most expired days of series that one commit clears away.
const MAX_EXPIRED: usize = 500;

pub(in crate::operation) async fn ingest<S: Store>(
    request: IngestSamples,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    if !i32::try_from(request.contract).is_ok_and(|number| number > 0) {
        return Err(Fault::field("number", "is not the number of a contract"));
    }
    let settings = &context.deployment.telemetry;
    let now = context.now.millis();
    let limits = exposition::Limits {
        oldest: settings.oldest(now),
        newest: Telemetry::newest(now),
        ..settings.body
    };
    let read = exposition::read(request.text.as_bytes(), now, &limits);
    let body = Body::new(read.map_err(|error| Fault::syntax(error.to_string()))?)?;
    let count = body.exposition.samples.count();
    let audit = context.uuid();
    let stamp = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let contract = request.contract;
        // Read before everything else: what comes after is as of the fence.
        let change = pass(contract, &stamp, Change::new(context), context).await?;
        let (change, full) = add_pieces(contract, &body, change, context).await?;
        if !full.is_empty() {
            settle(contract, &full, context).await?;
            attempts.again()?;
            continue;
        }
        let change = add(contract, &body, change, context).await?;
        let target = format!("contract {contract}");
        let change = change.audit(&audit, Name::IngestSamples, &target)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Accepted(count));
        }
        attempts.again()?;
    }
}

/// What a body has, parted as the store keeps it.
struct Body {
    exposition: Exposition,
    series: Vec<BodySeries>,
    /// The place of the series, the day, and the samples of that day.
    pieces: Vec<(usize, Millis, Vec<Sample>)>,
}

/// A series of a body.
struct BodySeries {
    labels: Labels,
    id: String,
    first: Millis,
    last: Millis,
}

impl Body {
    fn new(exposition: Exposition) -> Result<Self, Fault> {
        let mut series = Vec::new();
        let mut pieces = Vec::new();
        for (labels, samples) in exposition.samples.iter() {
            for (start, samples) in periods(samples, DAY) {
                pieces.push((series.len(), start / DAY, samples.to_vec()));
            }
            let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
                continue;
            };
            series.push(BodySeries {
                id: index::id(labels),
                labels: labels.clone(),
                first: first.at,
                last: last.at,
            });
        }
        if pieces.len() > MAX_PIECES {
            let problem = format!("has samples of more than {MAX_PIECES} series and days");
            return Err(Fault::field("content", problem));
        }
        if exposition.metadata.len() > MAX_METRICS {
            let problem = format!("describes more than {MAX_METRICS} metrics");
            return Err(Fault::field("content", problem));
        }
        Ok(Self {
            exposition,
            series,
            pieces,
        })
    }
}

/// Adds everything that a body brings about, besides its samples, to a change.
async fn add<'a, S: Store>(
    contract: u32,
    body: &Body,
    mut change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<Change<'a, S>, Fault> {
    let keys: Vec<Key> = body
        .series
        .iter()
        .map(|one| index::series_key(contract, one.labels.metric_name(), &one.id))
        .collect();
    let known: Vec<Option<Series>> = load_many(context, &keys).await?;
    let added = known.iter().filter(|series| series.is_none()).count();
    for ((key, known), new) in keys.iter().zip(&known).zip(&body.series) {
        let widened = Series {
            labels: new.labels.clone(),
            first: known
                .as_ref()
                .map_or(new.first, |known| known.first.min(new.first)),
            last: known
                .as_ref()
                .map_or(new.last, |known| known.last.max(new.last)),
        };
        if known.as_ref() != Some(&widened) {
            change = change.set(key.clone(), &widened)?;
        }
    }
    change = describe(contract, &body.exposition.metadata, change, context).await?;
    let kept: BTreeSet<&Key> = keys.iter().collect();
    let new = &body.exposition.samples;
    change = monitoring::evaluate(contract, new, change, context).await?;
    let (cleared, change) = clear(contract, &kept, change, context).await?;
    let most = context.deployment.telemetry.max_series;
    if added > 0 {
        let all = index::all_series(contract);
        let there = context.store.count(context.tenant, &all).await?;
        admit(there.saturating_sub(cleared), added, most, Resource::Series)?;
    }
    Ok(change)
}

fn admit(there: u64, added: usize, most: usize, resource: Resource) -> Result<(), Fault> {
    let there = usize::try_from(there).unwrap_or(usize::MAX);
    if there.saturating_add(added) > most {
        return Err(Fault::Quota(resource));
    }
    Ok(())
}

/// Adds the samples of a body to a change, beside the settled ones. Tells which
/// pieces have to be settled first.
async fn add_pieces<'a, S: Store>(
    contract: u32,
    body: &Body,
    mut change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<(Change<'a, S>, Vec<Place>), Fault> {
    let most = context.deployment.telemetry.max_samples_a_day;
    let mut full = Vec::new();
    // A day may be large, so few are held decoded or as text at once.
    for chunk in body.pieces.chunks(100) {
        let keys: Vec<Key> = chunk
            .iter()
            .map(|(place, day, _)| index::recent_key(contract, *day, &body.series[*place].id))
            .collect();
        let former: Vec<Option<Recent>> = load_many(context, &keys).await?;
        for ((key, (place, day, samples)), former) in keys.into_iter().zip(chunk).zip(former) {
            let series = &body.series[*place];
            let place = Place {
                day: *day,
                series: series.id.clone(),
            };
            let settled = former.as_ref().map_or(0, |former| former.settled);
            let mut recent = match &former {
                Some(former) => former.piece.decode()?,
                None => Vec::new(),
            };
            let is_beside_others = !recent.is_empty();
            merge(&mut recent, samples);
            if is_beside_others && recent.len() > MAX_RECENT {
                full.push(place);
                continue;
            }
            // Only near the limit it matters that some may replace others.
            if settled + recent.len() > most
                && place.count_with(contract, &recent, context).await? > most
            {
                let problem = format!("would have more than {most} samples in a day");
                return Err(Fault::field(series.labels.to_string(), problem));
            }
            let piece = Piece::encode(series.labels.metric_name(), &recent);
            let next = Recent { settled, piece };
            if former.as_ref() != Some(&next) {
                change = change.set(key, &next)?;
            }
        }
    }
    Ok((change, full))
}

/// Keeps what a body says about metrics.
async fn describe<'a, S: Store>(
    contract: u32,
    said: &Metadata,
    mut change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<Change<'a, S>, Fault> {
    let keys: Vec<Key> = said
        .keys()
        .map(|name| index::metric_key(contract, name))
        .collect();
    let former: Vec<Option<Description>> = load_many(context, &keys).await?;
    let added = former.iter().filter(|former| former.is_none()).count();
    if added > 0 {
        let all = index::all_metrics(contract);
        let there = context.store.count(context.tenant, &all).await?;
        admit(
            there,
            added,
            context.deployment.telemetry.max_series,
            Resource::Metric,
        )?;
    }
    for ((key, description), former) in keys.into_iter().zip(said.values()).zip(former) {
        if former.as_ref() != Some(description) {
            change = change.set(key, description)?;
        }
    }
    Ok(change)
}

/// Clears the oldest days away that have wholly expired, and the series of
/// which nothing remains. Tells how many series that are.
async fn clear<'a, S: Store>(
    contract: u32,
    kept: &BTreeSet<&Key>,
    mut change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<(u64, Change<'a, S>), Fault> {
    let settings = &context.deployment.telemetry;
    let oldest = settings.oldest(context.now.millis());
    let range = index::all_pieces(contract).limit(MAX_EXPIRED);
    let entries = context.store.scan(context.tenant, &range).await?;
    let mut ended = BTreeSet::new();
    for (key, entry) in entries {
        let day = index::day_of(&key).ok_or(Fault::Internal)?;
        if day >= oldest.div_euclid(DAY) {
            break;
        }
        let piece: Piece = crate::operation::change::read(&entry.value)?;
        let id = index::series_in(&key).ok_or(Fault::Internal)?;
        ended.insert(index::series_key(contract, &piece.metric, &id));
        change = change.forget(key);
    }
    let ended: Vec<Key> = ended
        .into_iter()
        .filter(|key| !kept.contains(key))
        .collect();
    let series: Vec<Option<Series>> = load_many(context, &ended).await?;
    let mut cleared = 0;
    for (key, series) in ended.into_iter().zip(series) {
        if series.is_some_and(|series| series.last < oldest) {
            change = change.forget(key);
            cleared += 1;
        }
    }
    Ok((cleared, change))
}
