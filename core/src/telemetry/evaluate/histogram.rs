//! Quantiles of histograms whose buckets are series with a label `le`.
//! <https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile>

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::math::nan_first;
use super::{Element, Evaluated, Evaluator, Purpose, SeriesId};
use crate::telemetry::budget::Budget;
use crate::telemetry::labels::Labels;
use crate::telemetry::text::read_float;

/// The label with the upper bound of a bucket.
const BOUND: &str = "le";

/// How many observations are not above a bound.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    bound: f64,
    count: f64,
}

impl Evaluator<'_> {
    /// The quantile of each histogram among the elements.
    pub(super) fn histogram_quantiles(
        &mut self,
        node: usize,
        part: f64,
        elements: &[Element],
    ) -> Evaluated<Vec<Element>> {
        let mut histograms: BTreeMap<SeriesId, Vec<Bucket>> = BTreeMap::new();
        for element in elements {
            // What has no bound is not a bucket.
            if let Ok(bound) = read_float(self.labels(*element).value(BOUND)) {
                let count = element.value;
                let without_bound =
                    |labels: &Labels, _: &mut Budget| Ok(labels.without_name().without(BOUND));
                let series = self.make(node, Purpose::Group, element.series, without_bound)?;
                histograms
                    .entry(series)
                    .or_default()
                    .push(Bucket { bound, count });
            }
        }
        let histograms = histograms.into_iter();
        let elements = histograms.map(|(series, buckets)| Element {
            series,
            value: quantile(part, buckets),
        });
        Ok(elements.collect())
    }
}

fn quantile(part: f64, mut buckets: Vec<Bucket>) -> f64 {
    match part {
        _ if part.is_nan() => return f64::NAN,
        _ if part < 0.0 => return f64::NEG_INFINITY,
        _ if part > 1.0 => return f64::INFINITY,
        _ => {}
    }
    buckets.sort_by(|one, other| nan_first(one.bound, other.bound));
    if buckets
        .last()
        .is_none_or(|last| last.bound != f64::INFINITY)
    {
        return f64::NAN;
    }
    buckets.dedup_by(|later, kept| {
        let is_same = later.bound == kept.bound;
        if is_same {
            kept.count += later.count;
        }
        is_same
    });
    // Scrapes are not atomic, so that counts may fall a little.
    let mut highest = buckets.first().map_or(f64::NAN, |first| first.count);
    for bucket in &mut buckets {
        if bucket.count > highest {
            highest = bucket.count;
        } else if bucket.count < highest {
            bucket.count = highest;
        }
    }
    interpolate(part, &buckets)
}

fn interpolate(part: f64, buckets: &[Bucket]) -> f64 {
    let [finite @ .., infinite] = buckets else {
        return f64::NAN;
    };
    let Some(highest) = finite.last() else {
        return f64::NAN;
    };
    let rank = part * infinite.count;
    if infinite.count == 0.0 {
        return f64::NAN;
    }
    // What is not a number reaches no rank, and none is reached by it.
    let is_below = |bucket: &Bucket| bucket.count.partial_cmp(&rank).is_none_or(Ordering::is_lt);
    let index = finite.partition_point(is_below);
    let Some(bucket) = finite.get(index) else {
        return highest.bound;
    };
    let below = match index {
        0 if bucket.bound <= 0.0 => return bucket.bound,
        0 => Bucket {
            bound: 0.0,
            count: 0.0,
        },
        _ => finite[index - 1],
    };
    let within = (rank - below.count) / (bucket.count - below.count);
    below.bound + (bucket.bound - below.bound) * within
}
