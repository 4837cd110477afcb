//! Takes samples: a body in the Prometheus text format, whole or not at all.
//!
//! In the same commit alarms are evaluated. Whatever adds samples to a contract
//! rewrites its fence, so that two of them never pass each other.
//!
//! What such a commit writes is bounded by the body, however many samples there
//! are already: new ones lie beside the settled ones of their day, until
//! [`settle`] adds them in commits of their own, as [`expire`] clears away what
//! has expired.

use super::describe::{describe, make_room};
use super::expire::{Left, expire};
use super::index::{self, DAY, Piece, Recent, Series};
use super::request::IngestSamples;
use super::settings::Telemetry;
use super::settle::{Place, pass, settle};
use crate::operation::change::{Attempts, Change, Committed, load_many};
use crate::operation::{Context, Fault, Name, Outcome, Resource, monitoring};
use crate::store::{Key, Store};
use crate::telemetry::exposition::{self, Exposition};
use crate::telemetry::{Labels, Millis, Sample, merge, periods};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The most series and days that one body may have samples of. A commit has
/// room for so many and for as many series.
const MAX_PIECES: usize = 1000;
/// The most metrics that one body may say something about.
const MAX_METRICS: usize = 500;
/// The most samples of a series and day that lie beside the settled ones, unless
/// one body brings more. A commit has room for so many of every piece.
const MAX_RECENT: usize = 200;

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
    let contract = request.contract;
    let left = expire(contract, context).await?;
    make_room(contract, &body, context).await?;
    let mut attempts = Attempts::new();
    loop {
        // Read before everything else: what comes after is as of the fence.
        let change = pass(contract, &stamp, Change::new(context), context).await?;
        let (change, full) = add_pieces(contract, &body, change, context).await?;
        if !full.is_empty() {
            settle(contract, &full, context).await?;
            attempts.again()?;
            continue;
        }
        let change = add(contract, &body, left, change, context).await?;
        let target = format!("contract {contract}");
        let change = change.audit(&audit, Name::IngestSamples, &target)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Accepted(count));
        }
        attempts.again()?;
    }
}

/// What a body has, parted as the store keeps it.
pub(super) struct Body {
    pub(super) exposition: Exposition,
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
    left: Left,
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
    change = describe(contract, body, left, change, context).await?;
    let most = context.deployment.telemetry.max_series;
    if added > 0 {
        let all = index::all_series(contract);
        let there = context.store.count(context.tenant, &all).await?;
        admit(there, added, most, left, Resource::Series)?;
    }
    monitoring::evaluate(contract, &body.exposition.samples, change, context).await
}

/// Admits what is added, if there is room for it. As long as what has expired
/// takes room it is the server's turn, so the caller is told to come back.
pub(super) fn admit(
    there: u64,
    added: usize,
    most: usize,
    left: Left,
    resource: Resource,
) -> Result<(), Fault> {
    let there = usize::try_from(there).unwrap_or(usize::MAX);
    if there.saturating_add(added) <= most {
        return Ok(());
    }
    Err(match left {
        Left::Nothing => Fault::Quota(resource),
        Left::Something => Fault::Unavailable,
    })
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
