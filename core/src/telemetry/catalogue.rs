//! What there is to query: series, the names and values of their labels, and
//! what the metrics mean. Answers are sorted and free of duplicates.
//! <https://prometheus.io/docs/prometheus/latest/querying/api/#querying-metadata>

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

use super::Millis;
use super::budget::{Budget, Limits};
use super::error::{Malformed, ParseError, QueryError};
use super::labels::{Labels, is_label_name};
use super::matcher::Matcher;
use super::promql::parse_selector;
use super::source::{Selection, SeriesSource};

/// A request about series: those of the selectors in a closed interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    selectors: Vec<Vec<Matcher>>,
    from: Millis,
    to: Millis,
}

impl Catalogue {
    /// The request of the series endpoint. No selector means all series, which
    /// clients of IONOS rely on and Prometheus refuses with
    /// [`Malformed::NoMatch`].
    ///
    /// # Errors
    /// Returns what is wrong with a selector.
    pub fn of_series<S: AsRef<str>>(
        selectors: &[S],
        from: Millis,
        to: Millis,
    ) -> Result<Self, QueryError> {
        Self::read(selectors, from, to, Malformed::Match, Malformed::EmptyMatch)
    }

    /// The request of the endpoints for labels. No selector means all series.
    ///
    /// # Errors
    /// Returns what is wrong with a selector.
    pub fn of_labels<S: AsRef<str>>(
        selectors: &[S],
        from: Millis,
        to: Millis,
    ) -> Result<Self, QueryError> {
        Self::read(
            selectors,
            from,
            to,
            Malformed::LabelMatch,
            Malformed::EmptyLabelMatch,
        )
    }

    fn read<S: AsRef<str>>(
        selectors: &[S],
        from: Millis,
        to: Millis,
        malformed: fn(ParseError) -> Malformed,
        empty: Malformed,
    ) -> Result<Self, QueryError> {
        let mut read: Vec<Vec<Matcher>> = Vec::new();
        for selector in selectors {
            read.push(parse_selector(selector.as_ref()).map_err(malformed)?);
        }
        // A selector that any series matches is taken for a mistake.
        let is_unbounded = |matchers: &Vec<Matcher>| matchers.iter().all(|one| one.admits(""));
        if read.iter().any(is_unbounded) {
            return Err(empty.into());
        }
        Ok(Self {
            selectors: read,
            from,
            to,
        })
    }

    /// What the answer will read.
    #[must_use]
    pub fn selections(&self) -> Vec<Selection> {
        let select = |matchers: &[Matcher]| Selection {
            matchers: matchers.to_vec(),
            from: self.from,
            to: self.to,
        };
        match self.selectors.as_slice() {
            [] => [select(&[])].into(),
            selectors => selectors.iter().map(|matchers| select(matchers)).collect(),
        }
    }

    /// The series that have samples in the interval.
    ///
    /// # Errors
    /// Returns that the limits do not suffice.
    pub fn series<S: SeriesSource + ?Sized>(
        &self,
        source: &S,
        limits: &Limits,
    ) -> Result<BTreeSet<Labels>, QueryError> {
        let mut budget = Budget::new(limits);
        let mut series = BTreeSet::new();
        for selection in self.selections() {
            let selected = source.select(&selection, &mut budget)?;
            series.extend(selected.into_iter().map(|series| series.labels));
        }
        Ok(series)
    }

    /// The names of the labels of these series.
    ///
    /// # Errors
    /// Returns that the limits do not suffice.
    pub fn label_names<S: SeriesSource + ?Sized>(
        &self,
        source: &S,
        limits: &Limits,
    ) -> Result<BTreeSet<String>, QueryError> {
        let series = self.series(source, limits)?;
        let labels = series.iter().flat_map(Labels::iter);
        Ok(labels.map(|label| label.name().into()).collect())
    }

    /// The values that a label has on these series.
    ///
    /// # Errors
    /// Returns that the name cannot be that of a label, or that the limits do
    /// not suffice.
    pub fn label_values<S: SeriesSource + ?Sized>(
        &self,
        label: &str,
        source: &S,
        limits: &Limits,
    ) -> Result<BTreeSet<String>, QueryError> {
        if !is_label_name(label) {
            return Err(Malformed::LabelName(label.into()).into());
        }
        let series = self.series(source, limits)?;
        let values = series.iter().map(|labels| labels.value(label));
        let present = values.filter(|value| !value.is_empty());
        Ok(present.map(String::from).collect())
    }
}

/// What kind of numbers a metric has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetricKind {
    /// Only rises, or starts again.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Counts of observations in buckets.
    Histogram,
    /// Quantiles of observations.
    Summary,
    /// Not stated.
    #[default]
    #[serde(rename = "unknown")]
    Untyped,
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Untyped => "unknown",
        })
    }
}

/// What is known about a metric.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Description {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: MetricKind,
    /// What it measures, in words.
    pub help: String,
    /// Its unit, which the text format has no line for.
    #[serde(default)]
    pub unit: String,
}

/// What is known about metrics, by name.
pub type Metadata = BTreeMap<String, Description>;

/// The part of the metadata that is asked for: one metric, or the first so many
/// of all. Empty parameters count as missing and a negative limit as none.
///
/// # Errors
/// Returns that the limit is not a number.
pub fn metadata(
    all: &Metadata,
    metric: Option<&str>,
    limit: Option<&str>,
) -> Result<Metadata, QueryError> {
    let limit = match limit {
        None | Some("") => i64::MAX,
        Some(text) => text.parse().map_err(|_| Malformed::Limit)?,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let wanted = metric.filter(|metric| !metric.is_empty());
    let found = all
        .iter()
        .filter(|(name, _)| wanted.is_none_or(|wanted| *name == wanted));
    Ok(found
        .take(limit)
        .map(|(name, description)| (name.clone(), description.clone()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Narrowed, Sample, Samples, response};
    use alloc::string::ToString;

    const LIMITS: Limits = Limits {
        samples: 0,
        work: 1000,
        lookback: 0,
    };

    fn samples() -> Samples {
        let mut samples = Samples::default();
        for (name, uuid, at) in [("cpu", "b", 10), ("cpu", "a", 20), ("net", "a", 30)] {
            let labels = Labels::of([("__name__", name), ("uuid", uuid)]);
            samples.add(labels, &[Sample { at, value: 1.0 }]);
        }
        samples
    }

    #[test]
    fn series_are_those_of_any_selector_with_samples_in_the_interval() {
        let series = |selectors: &[&str], from, to| {
            let request = Catalogue::of_series(selectors, from, to).unwrap();
            response::write_data(&request.series(&samples(), &LIMITS).unwrap())
        };
        assert_eq!(
            series(&["cpu", "{uuid=\"a\"}"], 0, 99),
            "{\"status\":\"success\",\"data\":[{\"__name__\":\"cpu\",\"uuid\":\"a\"},\
             {\"__name__\":\"cpu\",\"uuid\":\"b\"},{\"__name__\":\"net\",\"uuid\":\"a\"}]}"
        );
        assert_eq!(
            series(&["cpu"], 0, 19),
            "{\"status\":\"success\",\"data\":[{\"__name__\":\"cpu\",\"uuid\":\"b\"}]}"
        );
        assert_eq!(
            series(&["cpu"], 99, 0),
            "{\"status\":\"success\",\"data\":[]}"
        );
        assert_eq!(series(&[], 25, 99).matches("uuid").count(), 1);
    }

    #[test]
    fn label_names_and_values_are_sorted_and_narrowed() {
        let visible = [Matcher::equal("uuid", "a")];
        let all = samples();
        let narrowed = Narrowed::new(&all, &visible);
        let request = Catalogue::of_labels::<&str>(&[], 0, 99).unwrap();
        assert_eq!(
            Vec::from_iter(request.label_names(&all, &LIMITS).unwrap()),
            ["__name__", "uuid"]
        );
        assert_eq!(
            Vec::from_iter(request.label_values("uuid", &all, &LIMITS).unwrap()),
            ["a", "b"]
        );
        assert_eq!(
            Vec::from_iter(request.label_values("uuid", &narrowed, &LIMITS).unwrap()),
            ["a"]
        );
        assert!(
            request
                .label_values("missing", &all, &LIMITS)
                .unwrap()
                .is_empty()
        );
        let error = request.label_values("0bad", &all, &LIMITS).unwrap_err();
        assert_eq!(error.to_string(), "invalid label name: \"0bad\"");
    }

    #[test]
    fn selectors_are_refused_in_the_words_of_prometheus() {
        let series = |selector| {
            Catalogue::of_series(&["cpu", selector], 0, 9)
                .unwrap_err()
                .to_string()
        };
        let labels = |selector| {
            Catalogue::of_labels(&["cpu", selector], 0, 9)
                .unwrap_err()
                .to_string()
        };
        let empty = "match[] must contain at least one non-empty matcher";
        assert_eq!(
            series("{}"),
            alloc::format!("invalid parameter \"match[]\": {empty}")
        );
        assert_eq!(labels("{a=~\".*\"}"), empty);
        let error = "1:1: parse error: unexpected \"(\"";
        assert_eq!(
            series("("),
            alloc::format!("invalid parameter \"match[]\": {error}")
        );
        assert_eq!(labels("("), error);
    }

    #[test]
    fn metadata_is_one_metric_or_the_first_ones() {
        let describe = |kind, help: &str| Description {
            kind,
            help: help.into(),
            unit: String::new(),
        };
        let all = Metadata::from([
            ("cpu".into(), describe(MetricKind::Gauge, "Load.")),
            ("net".into(), describe(MetricKind::Untyped, "")),
        ]);
        let names = |metric, limit| -> Vec<String> {
            metadata(&all, metric, limit).unwrap().into_keys().collect()
        };
        assert_eq!(names(None, None), ["cpu", "net"]);
        assert_eq!(names(Some("net"), None), ["net"]);
        assert_eq!(names(Some(""), Some("1")), ["cpu"]);
        assert_eq!(names(Some("other"), Some("")), Vec::<String>::new());
        assert_eq!(names(None, Some("0")), Vec::<String>::new());
        assert_eq!(names(None, Some("-1")), ["cpu", "net"]);
        let error = metadata(&all, None, Some("abc")).unwrap_err();
        assert_eq!(error.to_string(), "limit must be a number");
        assert_eq!(
            response::write_metadata(&all),
            "{\"status\":\"success\",\"data\":{\
             \"cpu\":[{\"type\":\"gauge\",\"help\":\"Load.\",\"unit\":\"\"}],\
             \"net\":[{\"type\":\"unknown\",\"help\":\"\",\"unit\":\"\"}]}}"
        );
    }
}
