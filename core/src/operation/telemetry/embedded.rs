//! Answers from the deployment's own samples: finds the series that a question
//! means, reads no more of them than it needs, and evaluates over that.

use super::TelemetryAnswer;
use super::describe::Described;
use super::index::{self, DAY, Piece, Series};
use super::request::{Question, SeriesSelection};
use super::view::View;
use crate::operation::change::{load_many, visit};
use crate::operation::{Context, Fault};
use crate::store::{Key, Store};
use crate::telemetry::catalogue::{self, Metadata};
use crate::telemetry::{
    Budget, Execution, Matcher, Millis, Narrowed, QueryError, Samples, Selection, SeriesSource,
    SeriesView,
};
use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

/// The most days of series that one question may read.
const MAX_PIECES: usize = 20_000;

pub(super) async fn answer<S: Store>(
    question: Question,
    view: &View,
    context: &Context<'_, S>,
) -> Result<TelemetryAnswer, Fault> {
    let limits = &context.deployment.telemetry.query;
    Ok(match question {
        Question::Values(expression) => {
            let selections = expression.query.selections(limits);
            let known = find(&selections, view, context).await?;
            let mut budget = Budget::new(limits);
            let samples = load(view.contract, &known, &selections, &mut budget, context).await?;
            let source = Narrowed::new(&samples, &view.visible);
            TelemetryAnswer::Values(expression.query.answer(&source, limits)?)
        }
        Question::Series(selection) => {
            let known = known(&selection, context, view).await?;
            let source = Narrowed::new(&known, &view.visible);
            TelemetryAnswer::Series(selection.catalogue.series(&source, limits)?)
        }
        Question::LabelNames(selection) => {
            let known = known(&selection, context, view).await?;
            let source = Narrowed::new(&known, &view.visible);
            TelemetryAnswer::Labels(selection.catalogue.label_names(&source, limits)?)
        }
        Question::LabelValues(label, selection) => {
            let known = known(&selection, context, view).await?;
            let source = Narrowed::new(&known, &view.visible);
            let values = selection.catalogue.label_values(&label, &source, limits)?;
            TelemetryAnswer::Labels(values)
        }
        Question::Metrics(request) => {
            let limit = Some(request.limit.as_str());
            // What is wrong with the request is told before anything is read.
            catalogue::metadata(&Metadata::new(), None, limit)?;
            let all = metrics(view, context).await?;
            let found = catalogue::metadata(&all, Some(&request.metric), limit)?;
            TelemetryAnswer::Metrics(found)
        }
    })
}

/// The samples of series that selections mean, as far as they are kept.
pub(super) async fn load<S: Store>(
    contract: u32,
    known: &[Series],
    selections: &[Selection],
    budget: &mut Budget,
    context: &Context<'_, S>,
) -> Result<Samples, Fault> {
    let settings = &context.deployment.telemetry;
    let oldest = settings.oldest(context.now.millis());
    let mut pieces: BTreeSet<(usize, Millis)> = BTreeSet::new();
    for selection in selections {
        for (place, series) in known.iter().enumerate() {
            budget.work(1)?;
            let from = selection.from.max(series.first).max(oldest);
            let to = selection.to.min(series.last);
            if from <= to && selection.admits(&series.labels, budget)? {
                let days = from.div_euclid(DAY)..=to.div_euclid(DAY);
                pieces.extend(days.map(|day| (place, day)));
            }
            if pieces.len() > MAX_PIECES {
                return Err(QueryError::from(Execution::TooManySamples).into());
            }
        }
    }
    let pieces: Vec<(usize, Millis)> = pieces.into_iter().collect();
    let mut samples = Samples::default();
    // A day of everything may be large, so few are held as text at once.
    for chunk in pieces.chunks(100) {
        let both = |(place, day): &(usize, Millis)| {
            let id = index::id(&known[*place].labels);
            [index::piece_key, index::recent_key].map(|key| key(contract, *day, &id))
        };
        let keys: Vec<Key> = chunk.iter().flat_map(both).collect();
        let found = load_many::<S, Piece>(context, &keys).await?;
        for ((place, _), both) in chunk.iter().zip(found.chunks(2)) {
            for piece in both.iter().flatten() {
                let mut decoded = piece.decode()?;
                budget.work(decoded.len())?;
                decoded.drain(..decoded.partition_point(|sample| sample.at < oldest));
                budget.hold(decoded.len())?;
                samples.add(known[*place].labels.clone(), &decoded);
            }
        }
    }
    Ok(samples)
}

/// The series that selections may mean: those of their metrics, or all where
/// one of them names no metric.
async fn find<S: Store>(
    selections: &[Selection],
    view: &View,
    context: &Context<'_, S>,
) -> Result<Vec<Series>, Fault> {
    let metrics: Option<BTreeSet<&str>> = selections.iter().map(Selection::metric).collect();
    let mut found: Vec<Series> = Vec::new();
    let mut keep = |_: &Key, series: Series| {
        let is_visible = |matcher: &Matcher| matcher.admits_series(&series.labels);
        if view.visible.iter().all(is_visible) {
            found.push(series);
        }
        Ok(())
    };
    match metrics {
        None => visit(context, || index::all_series(view.contract), &mut keep).await?,
        Some(metrics) => {
            for metric in metrics {
                // No longer name was ever taken, and no key could hold it.
                if metric.len() <= context.deployment.telemetry.body.name_bytes {
                    let under = || index::series_of(view.contract, metric);
                    visit(context, under, &mut keep).await?;
                }
            }
        }
    }
    Ok(found)
}

/// Series without their samples: whether there are any at a time is known to
/// the first and the last of them.
struct Known {
    series: Vec<Series>,
    oldest: Millis,
}

async fn known<S: Store>(
    selection: &SeriesSelection,
    context: &Context<'_, S>,
    view: &View,
) -> Result<Known, Fault> {
    Ok(Known {
        series: find(&selection.catalogue.selections(), view, context).await?,
        oldest: context.deployment.telemetry.oldest(context.now.millis()),
    })
}

impl SeriesSource for Known {
    fn select(
        &self,
        selection: &Selection,
        budget: &mut Budget,
    ) -> Result<Vec<SeriesView<'_>>, QueryError> {
        let mut selected = Vec::new();
        for series in &self.series {
            budget.work(1)?;
            let from = selection.from.max(series.first).max(self.oldest);
            if from <= selection.to.min(series.last) && selection.admits(&series.labels, budget)? {
                selected.push(SeriesView {
                    labels: series.labels.clone(),
                    samples: Cow::Borrowed(&[]),
                });
            }
        }
        Ok(selected)
    }
}

/// What is said about the metrics of which there are visible series.
async fn metrics<S: Store>(view: &View, context: &Context<'_, S>) -> Result<Metadata, Fault> {
    let mut said = Metadata::new();
    visit(
        context,
        || index::all_metrics(view.contract),
        |key: &Key, described: Described| {
            said.insert(key.last().into_owned(), described.description);
            Ok(())
        },
    )
    .await?;
    let mut names: BTreeSet<String> = BTreeSet::new();
    for series in find(&[everything()], view, context).await? {
        names.extend(families(series.labels.metric_name()).map(String::from));
    }
    said.retain(|name, _| names.contains(name));
    Ok(said)
}

fn everything() -> Selection {
    Selection {
        matchers: Vec::new(),
        from: Millis::MIN,
        to: Millis::MAX,
    }
}

/// The metrics that the series of a name may belong to: itself, and a histogram
/// or summary that it is a part of.
pub(super) fn families(name: &str) -> impl Iterator<Item = &str> {
    let parts = ["_bucket", "_sum", "_count"];
    let whole = parts.into_iter().filter_map(|part| name.strip_suffix(part));
    core::iter::once(name).chain(whole)
}
