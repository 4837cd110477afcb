//! Where samples come from. A query names what it will read as [`Selection`]s;
//! whoever keeps the samples answers each with the series it has. [`Samples`]
//! is such a source in memory; [`Narrowed`] is a source of which only a part
//! may be seen, whatever the query asks for.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::Millis;
use super::budget::Budget;
use super::error::QueryError;
use super::labels::Labels;
use super::matcher::Matcher;

/// A value at a point in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Milliseconds since the epoch.
    pub at: Millis,
    /// The value, which may be NaN or infinite.
    pub value: f64,
}

/// What a query reads: the samples of the matching series in a closed interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// All of them must let a series through.
    pub matchers: Vec<Matcher>,
    /// The first point in time that may matter.
    pub from: Millis,
    /// The last point in time that may matter.
    pub to: Millis,
}

impl Selection {
    /// Whether a series is selected. Matching costs work, because regular
    /// expressions can be made to be slow.
    ///
    /// # Errors
    /// Returns that the work is used up.
    pub fn admits(&self, labels: &Labels, budget: &mut Budget) -> Result<bool, QueryError> {
        for matcher in &self.matchers {
            budget.work(matcher.cost(labels))?;
            if !matcher.admits_series(labels) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The name of the metric, if only one can be selected.
    #[must_use]
    pub fn metric(&self) -> Option<&str> {
        self.matchers.iter().find_map(Matcher::pinned_metric)
    }
}

/// One series of the answer to a selection.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesView<'a> {
    /// Which series it is.
    pub labels: Labels,
    /// Its samples in rising order of time, each point in time once.
    pub samples: Cow<'a, [Sample]>,
}

/// Something that has samples.
pub trait SeriesSource {
    /// The series with at least one sample in the selection. Every series is
    /// answered once, in any order.
    ///
    /// # Errors
    /// Returns that the budget is used up.
    fn select(
        &self,
        selection: &Selection,
        budget: &mut Budget,
    ) -> Result<Vec<SeriesView<'_>>, QueryError>;
}

impl<S: SeriesSource + ?Sized> SeriesSource for &S {
    fn select(
        &self,
        selection: &Selection,
        budget: &mut Budget,
    ) -> Result<Vec<SeriesView<'_>>, QueryError> {
        S::select(self, selection, budget)
    }
}

/// Samples in memory, by series.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Samples(BTreeMap<Labels, Vec<Sample>>);

impl Samples {
    /// Adds samples to a series. They may come in any order; a sample replaces
    /// the one at the same point in time.
    pub fn add(&mut self, labels: Labels, samples: &[Sample]) {
        if !samples.is_empty() {
            merge(self.0.entry(labels).or_default(), samples);
        }
    }

    /// All series in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&Labels, &[Sample])> {
        self.0.iter().map(|(labels, samples)| (labels, &**samples))
    }

    /// How many series there are.
    #[must_use]
    pub fn series(&self) -> usize {
        self.0.len()
    }

    /// How many samples all series have together.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Drops what is older than `oldest`, and the series of which nothing
    /// remains.
    pub fn expire(&mut self, oldest: Millis) {
        self.0.retain(|_, samples| {
            samples.drain(..samples.partition_point(|sample| sample.at < oldest));
            !samples.is_empty()
        });
    }
}

impl SeriesSource for Samples {
    fn select(
        &self,
        selection: &Selection,
        budget: &mut Budget,
    ) -> Result<Vec<SeriesView<'_>>, QueryError> {
        let mut selected = Vec::new();
        for (labels, samples) in &self.0 {
            budget.work(1)?;
            if !selection.admits(labels, budget)? {
                continue;
            }
            let first = samples.partition_point(|sample| sample.at < selection.from);
            let end = samples.partition_point(|sample| sample.at <= selection.to);
            if first < end {
                selected.push(SeriesView {
                    labels: labels.clone(),
                    samples: Cow::Borrowed(&samples[first..end]),
                });
            }
        }
        Ok(selected)
    }
}

/// Merges samples into a series that is in order. A new sample replaces the old
/// one at its point in time, so that doing it twice changes nothing.
pub fn merge(series: &mut Vec<Sample>, new: &[Sample]) {
    let is_later = |pair: &[Sample]| pair[0].at < pair[1].at;
    let appends = series
        .last()
        .is_none_or(|last| last.at < new.first().map_or(last.at, |s| s.at));
    series.extend_from_slice(new);
    if appends && new.windows(2).all(is_later) {
        return;
    }
    // The sort is stable, so that of two samples at one time the new one is last.
    series.sort_by_key(|sample| sample.at);
    series.dedup_by(|later, kept| {
        let is_same = later.at == kept.at;
        if is_same {
            *kept = *later;
        }
        is_same
    });
}

/// A source of which only the series that all matchers let through can be seen.
///
/// It stands between the query and the samples, so that no query can go around
/// it: its matchers are added to every selection and checked on the answer.
#[derive(Debug, Clone)]
pub struct Narrowed<'m, S> {
    source: S,
    visible: &'m [Matcher],
}

impl<'m, S: SeriesSource> Narrowed<'m, S> {
    /// Lets only what `visible` lets through be seen.
    #[must_use]
    pub fn new(source: S, visible: &'m [Matcher]) -> Self {
        Self { source, visible }
    }
}

impl<S: SeriesSource> SeriesSource for Narrowed<'_, S> {
    fn select(
        &self,
        selection: &Selection,
        budget: &mut Budget,
    ) -> Result<Vec<SeriesView<'_>>, QueryError> {
        let mut narrowed = selection.clone();
        narrowed.matchers.extend_from_slice(self.visible);
        let mut series = self.source.select(&narrowed, budget)?;
        let is_visible = |labels: &Labels| {
            self.visible
                .iter()
                .all(|matcher| matcher.admits_series(labels))
        };
        series.retain(|series| is_visible(&series.labels));
        Ok(series)
    }
}

/// One series of serialised [`Samples`].
#[derive(Serialize, Deserialize)]
struct StoredSeries {
    labels: Labels,
    block: super::block::Block,
}

/// As a list of series, each with its labels and one block of samples.
impl Serialize for Samples {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|(labels, samples)| StoredSeries {
            labels: labels.clone(),
            block: super::block::Block::encode(samples),
        }))
    }
}

impl<'de> Deserialize<'de> for Samples {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut samples = Self::default();
        for series in Vec::<StoredSeries>::deserialize(deserializer)? {
            let decoded = series.block.decode().map_err(serde::de::Error::custom)?;
            samples.add(series.labels, &decoded);
        }
        Ok(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Condition, Limits, Pattern};

    fn at(at: Millis, value: f64) -> Sample {
        Sample { at, value }
    }

    fn plenty() -> Budget {
        Budget::new(&Limits::default())
    }

    fn all(from: Millis, to: Millis) -> Selection {
        Selection {
            matchers: Vec::new(),
            from,
            to,
        }
    }

    fn two_series() -> Samples {
        let mut samples = Samples::default();
        samples.add(
            Labels::of([("__name__", "m"), ("uuid", "b")]),
            &[at(20, 2.0)],
        );
        samples.add(
            Labels::of([("__name__", "m"), ("uuid", "a")]),
            &[at(30, 3.0), at(10, 1.0)],
        );
        samples
    }

    #[test]
    fn a_selection_is_closed_at_both_ends_and_has_no_empty_series() {
        let samples = two_series();
        let times = |from, to| -> Vec<Vec<Millis>> {
            let series = samples.select(&all(from, to), &mut plenty()).unwrap();
            series
                .iter()
                .map(|one| one.samples.iter().map(|sample| sample.at).collect())
                .collect()
        };
        assert_eq!(times(10, 30), [[10, 30].as_slice(), &[20]]);
        assert_eq!(times(20, 30), [[30], [20]]);
        assert_eq!(times(11, 19), Vec::<Vec<Millis>>::new());
        assert_eq!(times(30, 10), Vec::<Vec<Millis>>::new());
    }

    #[test]
    fn a_sample_replaces_the_one_at_its_time() {
        let mut series = Vec::new();
        merge(&mut series, &[at(2, 2.0), at(1, 1.0), at(2, 4.0)]);
        assert_eq!(series, [at(1, 1.0), at(2, 4.0)]);
        merge(&mut series, &[at(1, 1.0), at(2, 4.0)]);
        assert_eq!(series, [at(1, 1.0), at(2, 4.0)]);
    }

    #[test]
    fn expired_samples_and_empty_series_go() {
        let mut samples = two_series();
        samples.expire(30);
        assert_eq!((samples.series(), samples.count()), (1, 1));
    }

    #[test]
    fn a_narrowed_source_shows_nothing_else_even_if_the_source_ignores_matchers() {
        struct Careless(Samples);
        impl SeriesSource for Careless {
            fn select(
                &self,
                selection: &Selection,
                budget: &mut Budget,
            ) -> Result<Vec<SeriesView<'_>>, QueryError> {
                self.0.select(&all(selection.from, selection.to), budget)
            }
        }
        let visible = [Matcher::equal("uuid", "a")];
        let careless = Careless(two_series());
        for source in [&careless as &dyn SeriesSource, &two_series()] {
            let narrowed = Narrowed::new(source, &visible);
            let seen = narrowed.select(&all(0, 99), &mut plenty()).unwrap();
            assert_eq!(seen.len(), 1);
            assert_eq!(seen[0].labels.value("uuid"), "a");
        }
    }

    #[test]
    fn slow_matchers_use_the_budget_up() {
        let samples = two_series();
        let mut selection = all(0, 99);
        let limits = Limits {
            work: 10,
            ..Limits::default()
        };
        assert!(
            samples
                .select(&selection, &mut Budget::new(&limits))
                .is_ok()
        );
        let pattern = Pattern::compile("(a|b|.{1,20})*").unwrap();
        selection.matchers = [Matcher::new("uuid", Condition::Like(pattern))].into();
        let refused = samples.select(&selection, &mut Budget::new(&limits));
        assert!(matches!(refused, Err(QueryError::Timeout)));
    }

    #[test]
    fn samples_survive_json() {
        let samples = two_series();
        let text = serde_json::to_string(&samples).unwrap();
        assert_eq!(serde_json::from_str::<Samples>(&text).unwrap(), samples);
        assert!(serde_json::from_str::<Samples>(r#"[{"labels":{},"block":"?"}]"#).is_err());
    }
}
