//! Computes an expression at one point in time, over samples that were loaded
//! before. A range query does so at each of its steps. What is computed, down
//! to the order of additions, follows Prometheus 2.42; native histograms and
//! stale markers do not exist here.

mod aggregate;
mod binary;
mod calendar;
mod call;
mod histogram;
mod math;
mod over_time;
mod plan;
mod pool;
mod relabel;
#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) use plan::plan;
pub(super) use pool::SeriesId;
use pool::{Pool, Purpose};

use super::Millis;
use super::budget::Budget;
use super::error::{Execution, QueryError};
use super::labels::Labels;
use super::pattern::Pattern;
use super::promql::{Anchor, Expression, Node, Selector, Shift, Sign, Subquery};
use super::source::{Sample, SeriesView};

/// What an expression is at one point in time.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Scalar(f64),
    Text(String),
    Vector(Vec<Element>),
}

/// One element of an instant vector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) series: SeriesId,
    pub(super) value: f64,
}

/// The samples of one series in an interval; there is at least one.
pub(super) struct Window<'d> {
    pub(super) series: SeriesId,
    pub(super) samples: Cow<'d, [Sample]>,
}

/// The samples of many series in one interval.
pub(super) struct Windows<'d> {
    /// The interval, closed at both ends.
    pub(super) start: Millis,
    pub(super) end: Millis,
    pub(super) series: Vec<Window<'d>>,
}

/// The times that a query is computed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) start: Millis,
    pub(super) end: Millis,
}

/// Computes one query.
pub(super) struct Evaluator<'d> {
    /// The series of each selector, by its index, in their order.
    loaded: &'d [Vec<SeriesView<'d>>],
    /// Their numbers.
    numbers: Vec<Vec<SeriesId>>,
    pool: Pool,
    times: Times,
    lookback: Millis,
    budget: Budget,
    /// Which series became which, for nodes that drop the metric's name: the
    /// same must not come from two series, even at different times.
    origins: BTreeMap<(usize, SeriesId), SeriesId>,
    /// The regular expressions of nodes, compiled.
    patterns: BTreeMap<usize, Pattern>,
}

type Evaluated<T> = Result<T, QueryError>;

impl<'d> Evaluator<'d> {
    pub(super) fn new(
        loaded: &'d [Vec<SeriesView<'d>>],
        times: Times,
        lookback: Millis,
        mut budget: Budget,
    ) -> Evaluated<Self> {
        let mut pool = Pool::default();
        let mut numbers = Vec::new();
        for series in loaded {
            let ids = series
                .iter()
                .map(|series| pool.id(series.labels.clone(), &mut budget));
            numbers.push(ids.collect::<Evaluated<Vec<_>>>()?);
        }
        Ok(Self {
            loaded,
            numbers,
            pool,
            times,
            lookback,
            budget,
            origins: BTreeMap::new(),
            patterns: BTreeMap::new(),
        })
    }

    pub(super) fn budget(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// The labels of a series.
    pub(super) fn series_labels(&self, series: SeriesId) -> &Labels {
        self.pool.labels(series)
    }

    /// The labels of an element.
    fn labels(&self, element: Element) -> &Labels {
        self.pool.labels(element.series)
    }

    /// An element without labels.
    pub(super) fn unlabelled(&mut self, value: f64) -> Evaluated<Element> {
        let series = self.pool.id(Labels::default(), &mut self.budget)?;
        Ok(Element { series, value })
    }

    /// The series that a node makes of another one.
    fn make(
        &mut self,
        node: usize,
        purpose: Purpose,
        series: SeriesId,
        make: impl FnOnce(&Labels, &mut Budget) -> Evaluated<Labels>,
    ) -> Evaluated<SeriesId> {
        self.budget.work(1)?;
        let budget = &mut self.budget;
        self.pool.make((node, purpose), series, budget, make)
    }

    /// The value of an expression that is not a range vector.
    pub(super) fn evaluate(&mut self, expression: &Expression, at: Millis) -> Evaluated<Value> {
        self.budget.work(1)?;
        match &expression.node {
            Node::Number(value) => Ok(Value::Scalar(*value)),
            Node::Text(text) => Ok(Value::Text(text.clone())),
            Node::Paren(inner) => self.evaluate(inner, at),
            Node::Selector(selector) => {
                let samples = self.latest(selector, at)?;
                let elements = samples.into_iter().map(|(series, sample)| Element {
                    series,
                    value: sample.value,
                });
                Ok(Value::Vector(elements.collect()))
            }
            Node::Unary(sign, inner) => self.signed(expression.id, *sign, inner, at),
            Node::Binary(binary) => self.binary(expression.id, binary, at),
            Node::Call(function, arguments) => self.call(expression.id, function, arguments, at),
            Node::Aggregate(aggregate) => self
                .aggregate(expression.id, aggregate, at)
                .map(Value::Vector),
            // The checks before let range vectors only be arguments and results.
            Node::Range(..) | Node::Subquery(_) => Ok(Value::Vector(Vec::new())),
        }
    }

    pub(super) fn vector(
        &mut self,
        expression: &Expression,
        at: Millis,
    ) -> Evaluated<Vec<Element>> {
        match self.evaluate(expression, at)? {
            Value::Vector(elements) => Ok(elements),
            // The types were checked when the query was read.
            Value::Scalar(_) | Value::Text(_) => Ok(Vec::new()),
        }
    }

    pub(super) fn scalar(&mut self, expression: &Expression, at: Millis) -> Evaluated<f64> {
        match self.evaluate(expression, at)? {
            Value::Scalar(value) => Ok(value),
            Value::Vector(_) | Value::Text(_) => Ok(f64::NAN),
        }
    }

    /// The sample of each series that counts at a time: the latest one, if it is
    /// not too old.
    fn latest(&mut self, selector: &Selector, at: Millis) -> Evaluated<Vec<(SeriesId, Sample)>> {
        let at = self.shifted(selector.shift, at);
        let oldest = at.saturating_sub(self.lookback);
        let series = &self.loaded[selector.index];
        self.budget.work(series.len())?;
        let numbered = self.numbers[selector.index].iter().zip(series);
        let latest = numbered.filter_map(|(id, series)| {
            let end = series.samples.partition_point(|sample| sample.at <= at);
            let sample = series.samples[..end].last()?;
            (sample.at >= oldest).then_some((*id, *sample))
        });
        Ok(latest.collect())
    }

    /// The samples of a range vector.
    pub(super) fn windows(
        &mut self,
        expression: &Expression,
        at: Millis,
    ) -> Evaluated<Windows<'d>> {
        match &expression.unwrapped().node {
            Node::Range(selector, range) => {
                let end = self.shifted(selector.shift, at);
                let start = end.saturating_sub(*range);
                let series = &self.loaded[selector.index];
                self.budget.work(series.len())?;
                let numbered = self.numbers[selector.index].iter().zip(series);
                let windows = numbered.filter_map(|(id, series)| within(*id, series, start, end));
                Ok(Windows {
                    start,
                    end,
                    series: windows.collect(),
                })
            }
            Node::Subquery(subquery) => self.subquery(subquery, at),
            _ => Ok(Windows {
                start: at,
                end: at,
                series: Vec::new(),
            }),
        }
    }

    fn subquery(&mut self, subquery: &Subquery, at: Millis) -> Evaluated<Windows<'d>> {
        let end = self.shifted(subquery.shift, at);
        let start = end.saturating_sub(subquery.range);
        let step = plan::subquery_step(subquery);
        let mut series: BTreeMap<SeriesId, Vec<Sample>> = BTreeMap::new();
        let mut held = 0;
        let mut time = plan::first_step(start, step);
        while time <= end {
            for element in self.vector(&subquery.expression, time)? {
                let value = element.value;
                series
                    .entry(element.series)
                    .or_default()
                    .push(Sample { at: time, value });
                held += 1;
                self.budget.hold(1)?;
            }
            time = time.saturating_add(step);
        }
        // What is computed from it takes its place.
        self.budget.release(held);
        Ok(Windows {
            start,
            end,
            series: series
                .into_iter()
                .map(|(series, samples)| Window {
                    series,
                    samples: samples.into(),
                })
                .collect(),
        })
    }

    /// The time that is meant after `@` and `offset`.
    fn shifted(&self, shift: Shift, at: Millis) -> Millis {
        plan::shifted(shift, at, self.times)
    }

    fn signed(
        &mut self,
        node: usize,
        sign: Sign,
        inner: &Expression,
        at: Millis,
    ) -> Evaluated<Value> {
        match (sign, self.evaluate(inner, at)?) {
            (Sign::Minus, Value::Scalar(value)) => Ok(Value::Scalar(-value)),
            (Sign::Minus, Value::Vector(mut elements)) => {
                for element in &mut elements {
                    element.series = self.renamed(node, element.series)?;
                    element.value = -element.value;
                }
                Ok(Value::Vector(elements))
            }
            (_, value) => Ok(value),
        }
    }

    /// The elements without the metric's name.
    fn nameless(&mut self, node: usize, mut elements: Vec<Element>) -> Evaluated<Vec<Element>> {
        for element in &mut elements {
            element.series = self.without_name(node, element.series)?;
        }
        distinct(elements)
    }

    fn without_name(&mut self, node: usize, series: SeriesId) -> Evaluated<SeriesId> {
        self.make(node, Purpose::Nameless, series, |labels, _| {
            Ok(labels.without_name())
        })
    }

    /// A series without the metric's name, which no other series may become at
    /// this node.
    fn renamed(&mut self, node: usize, series: SeriesId) -> Evaluated<SeriesId> {
        let made = self.without_name(node, series)?;
        match self.origins.get(&(node, made)) {
            Some(origin) if *origin != series => Err(Execution::SameLabels.into()),
            Some(_) => Ok(made),
            None => {
                self.budget.hold(1)?;
                self.origins.insert((node, made), series);
                Ok(made)
            }
        }
    }
}

/// The samples of a series in an interval, if there are any.
fn within<'d>(
    id: SeriesId,
    series: &'d SeriesView<'d>,
    start: Millis,
    end: Millis,
) -> Option<Window<'d>> {
    let first = series.samples.partition_point(|sample| sample.at < start);
    let samples = &series.samples[first..];
    let samples = &samples[..samples.partition_point(|sample| sample.at <= end)];
    (!samples.is_empty()).then_some(Window {
        series: id,
        samples: samples.into(),
    })
}

/// Refuses a vector in which two elements have the same labels.
fn distinct(elements: Vec<Element>) -> Evaluated<Vec<Element>> {
    let mut seen: Vec<SeriesId> = elements.iter().map(|element| element.series).collect();
    seen.sort_unstable();
    if seen.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Execution::SameLabels.into());
    }
    Ok(elements)
}

/// The times of `@ start()` and `@ end()`, and a fixed time.
fn anchored(anchor: Anchor, times: Times) -> Millis {
    match anchor {
        Anchor::Time(at) => at,
        Anchor::Start => times.start,
        Anchor::Finish => times.end,
    }
}
