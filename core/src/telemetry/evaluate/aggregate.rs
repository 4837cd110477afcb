//! Aggregations: the elements of a vector in groups, and one value or some
//! elements of each group. Groups come in the order of their first element.
//! <https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators>

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::math::{greater, lesser, nan_first, quantile};
use super::{Element, Evaluated, Evaluator, Purpose, SeriesId, Value};
use crate::telemetry::Millis;
use crate::telemetry::budget::Budget;
use crate::telemetry::error::Execution;
use crate::telemetry::labels::{Labels, is_label_name};
use crate::telemetry::promql::{Aggregate, Aggregator, LabelChoice};
use crate::telemetry::text::Decimal;

/// The elements of a group and the series that stands for it.
struct Group {
    series: SeriesId,
    elements: Vec<Element>,
}

impl Evaluator<'_> {
    /// The vector that an aggregation makes.
    pub(super) fn aggregate(
        &mut self,
        node: usize,
        aggregate: &Aggregate,
        at: Millis,
    ) -> Evaluated<Vec<Element>> {
        let mut text = String::new();
        let mut number = f64::NAN;
        if let Some(parameter) = &aggregate.parameter {
            match self.evaluate(parameter, at)? {
                Value::Text(value) => text = value,
                Value::Scalar(value) => number = value,
                Value::Vector(_) => {}
            }
        }
        let elements = self.vector(&aggregate.expression, at)?;
        let aggregator = aggregate.aggregator;
        let kept = match aggregator {
            Aggregator::TopK | Aggregator::BottomK => whole(number)?,
            _ => 0,
        };
        if aggregator == Aggregator::CountValues {
            return self.count_values(node, &aggregate.grouping, &text, elements);
        }
        let groups = self.grouped(node, &aggregate.grouping, elements)?;
        if matches!(aggregator, Aggregator::TopK | Aggregator::BottomK) {
            let chosen = groups.into_iter().flat_map(|group| match aggregator {
                Aggregator::TopK => outermost(group.elements, kept, |value| value),
                _ => outermost(group.elements, kept, |value| -value),
            });
            return Ok(chosen.collect());
        }
        let summed = groups.into_iter().map(|group| Element {
            series: group.series,
            value: summarize(aggregator, number, &group.elements),
        });
        Ok(summed.collect())
    }

    fn grouped(
        &mut self,
        node: usize,
        grouping: &LabelChoice,
        elements: Vec<Element>,
    ) -> Evaluated<Vec<Group>> {
        let mut groups: Vec<Group> = Vec::new();
        let mut known: BTreeMap<SeriesId, usize> = BTreeMap::new();
        for element in elements {
            let choose = |labels: &Labels, _: &mut Budget| Ok(grouping.of(labels));
            let series = self.make(node, Purpose::Group, element.series, choose)?;
            let index = *known.entry(series).or_insert(groups.len());
            if index == groups.len() {
                let elements = Vec::new();
                groups.push(Group { series, elements });
            }
            groups[index].elements.push(element);
        }
        Ok(groups)
    }

    /// How many elements of each group have each value, as a label.
    fn count_values(
        &mut self,
        node: usize,
        grouping: &LabelChoice,
        label: &str,
        mut elements: Vec<Element>,
    ) -> Evaluated<Vec<Element>> {
        if !is_label_name(label) {
            return Err(Execution::LabelName(label.into()).into());
        }
        self.budget().label(elements.len())?;
        for element in &mut elements {
            let value = Decimal(element.value).to_string();
            let labels = self.labels(*element).with(label, &value);
            element.series = self.pool.id(labels, &mut self.budget)?;
        }
        let grouping = match grouping {
            LabelChoice::Only(names) => {
                let label = core::iter::once(label.to_string());
                LabelChoice::Only(names.iter().cloned().chain(label).collect())
            }
            LabelChoice::Except(_) => grouping.clone(),
        };
        let groups = self.grouped(node, &grouping, elements)?.into_iter();
        let counted = groups.map(|group| Element {
            series: group.series,
            value: group.elements.len() as f64,
        });
        Ok(counted.collect())
    }
}

fn summarize(aggregator: Aggregator, parameter: f64, elements: &[Element]) -> f64 {
    let values = || elements.iter().map(|element| element.value);
    // No group is without elements.
    let reduce = |pick: fn(f64, f64) -> f64| values().reduce(pick).unwrap_or(f64::NAN);
    match aggregator {
        Aggregator::Sum => reduce(|sum, value| sum + value),
        Aggregator::Avg => mean(values()),
        Aggregator::Min => reduce(lesser),
        Aggregator::Max => reduce(greater),
        Aggregator::Stdvar => variance(values()),
        Aggregator::Stddev => libm::sqrt(variance(values())),
        Aggregator::Quantile => quantile(parameter, values().collect()),
        Aggregator::Group => 1.0,
        Aggregator::Count | Aggregator::CountValues | Aggregator::TopK | Aggregator::BottomK => {
            elements.len() as f64
        }
    }
}

/// The mean, computed step by step so that it cannot overflow.
fn mean(mut values: impl Iterator<Item = f64>) -> f64 {
    let mut mean = values.next().unwrap_or(f64::NAN);
    let mut count = 1.0;
    for value in values {
        count += 1.0;
        if mean.is_infinite() {
            let is_same = value.is_infinite() && (mean > 0.0) == (value > 0.0);
            if is_same || value.is_finite() {
                continue;
            }
        }
        mean += value / count - mean / count;
    }
    mean
}

fn variance(mut values: impl Iterator<Item = f64>) -> f64 {
    let mut mean = values.next().unwrap_or(f64::NAN);
    let (mut squares, mut count) = (0.0, 1.0);
    for value in values {
        count += 1.0;
        let delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
    }
    squares / count
}

/// A number of elements as an integer.
fn whole(number: f64) -> Evaluated<usize> {
    // The largest float that 64 bits can hold; NaN is in no range.
    const LARGEST: f64 = 9_223_372_036_854_774_784.0;
    if !(-LARGEST..=LARGEST).contains(&number) {
        return Err(Execution::Overflow(number).into());
    }
    // More than there is memory for is as good as all.
    Ok(number.max(0.0) as usize)
}

/// The elements with the highest keys, highest first; what is not a number is
/// last. Of equal ones those are kept that the heap of Prometheus keeps.
fn outermost(elements: Vec<Element>, kept: usize, key: fn(f64) -> f64) -> Vec<Element> {
    let is_less =
        |one: &Element, other: &Element| one.value.is_nan() || key(one.value) < key(other.value);
    let mut heap: Vec<Element> = Vec::new();
    for element in elements {
        if heap.len() == kept {
            let is_better = heap
                .first()
                .is_some_and(|least| least.value.is_nan() || key(least.value) < key(element.value));
            if !is_better {
                continue;
            }
            let last = heap.len() - 1;
            heap.swap(0, last);
            sift_down(&mut heap[..last], is_less);
            heap.pop();
        }
        heap.push(element);
        sift_up(&mut heap, is_less);
    }
    heap.sort_by(|one, other| nan_first(key(other.value), key(one.value)));
    // The order above has what is not a number first.
    let numbers = heap.iter().position(|element| !element.value.is_nan());
    heap.rotate_left(numbers.unwrap_or(0));
    heap
}

/// Moves the last element up to its place.
fn sift_up<T>(heap: &mut [T], is_less: impl Fn(&T, &T) -> bool) {
    let mut index = heap.len().saturating_sub(1);
    while index > 0 {
        let parent = (index - 1) / 2;
        if !is_less(&heap[index], &heap[parent]) {
            return;
        }
        heap.swap(index, parent);
        index = parent;
    }
}

/// Moves the first element down to its place.
fn sift_down<T>(heap: &mut [T], is_less: impl Fn(&T, &T) -> bool) {
    let mut index = 0;
    loop {
        let (left, right) = (2 * index + 1, 2 * index + 2);
        if left >= heap.len() {
            return;
        }
        let is_right = right < heap.len() && is_less(&heap[right], &heap[left]);
        let child = if is_right { right } else { left };
        if !is_less(&heap[child], &heap[index]) {
            return;
        }
        heap.swap(index, child);
        index = child;
    }
}
