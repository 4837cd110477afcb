//! Queries: read once, then answered. In between, [`Query::selections`] tells
//! what samples the answer needs, for stores that cannot be asked meanwhile.
//! <https://prometheus.io/docs/prometheus/latest/querying/api/#expression-queries>

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::Millis;
use super::budget::{Budget, Limits};
use super::error::{Execution, Malformed, QueryError};
use super::evaluate::{Element, Evaluator, SeriesId, Times, Value, plan};
use super::labels::Labels;
use super::promql::{Expression, Type, parse};
use super::source::{Sample, Selection, SeriesSource, SeriesView};

/// The most points that one series of a range query may have, less one.
pub const MAX_STEPS: i64 = 11_000;

/// A query that was read and checked.
#[derive(Debug, Clone)]
pub struct Query {
    expression: Expression,
    times: Times,
    /// The distance of the points of a range query.
    step: Option<Millis>,
}

/// What a query answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A number.
    Scalar(Sample),
    /// A text, and the time of the query.
    Text(Millis, String),
    /// A value for each series.
    Vector(Vec<(Labels, Sample)>),
    /// Samples for each series, in the order of the series.
    Matrix(Vec<(Labels, Vec<Sample>)>),
}

impl Query {
    /// A query at one point in time.
    ///
    /// # Errors
    /// Returns what is wrong with the expression.
    pub fn instant(expression: &str, at: Millis) -> Result<Self, QueryError> {
        Ok(Self {
            expression: parse(expression).map_err(Malformed::Query)?,
            times: Times { start: at, end: at },
            step: None,
        })
    }

    /// A query at `start` and every `step` after it until `end`.
    ///
    /// # Errors
    /// Returns what is wrong with the times or the expression.
    pub fn range(
        expression: &str,
        start: Millis,
        end: Millis,
        step: Millis,
    ) -> Result<Self, QueryError> {
        if end < start {
            return Err(Malformed::Reversed.into());
        }
        if step <= 0 {
            return Err(Malformed::NoStep.into());
        }
        if end.saturating_sub(start) / step > MAX_STEPS {
            return Err(Malformed::Resolution.into());
        }
        let expression = parse(expression).map_err(Malformed::RangeQuery)?;
        match expression.kind() {
            Type::Scalar | Type::Vector => Ok(Self {
                expression,
                times: Times { start, end },
                step: Some(step),
            }),
            kind => Err(Malformed::RangeQueryOf(kind.described()).into()),
        }
    }

    /// What the answer will read. Each is asked of the source once.
    #[must_use]
    pub fn selections(&self, limits: &Limits) -> Vec<Selection> {
        plan(&self.expression, self.times, limits.lookback)
    }

    /// The type of the expression.
    #[must_use]
    pub fn kind(&self) -> Type {
        self.expression.kind()
    }

    /// Answers the query from what a source has.
    ///
    /// # Errors
    /// Returns why there is no answer over these samples or within these limits.
    pub fn answer<S: SeriesSource + ?Sized>(
        &self,
        source: &S,
        limits: &Limits,
    ) -> Result<Answer, QueryError> {
        let mut budget = Budget::new(limits);
        let mut loaded: Vec<Vec<SeriesView<'_>>> = Vec::new();
        for selection in self.selections(limits) {
            let mut series = source.select(&selection, &mut budget)?;
            for one in &series {
                budget.hold(one.samples.len())?;
            }
            series.sort_by(|one, other| one.labels.cmp(&other.labels));
            loaded.push(series);
        }
        let mut evaluator = Evaluator::new(&loaded, self.times, limits.lookback, budget)?;
        match self.step {
            None => self.at_once(&mut evaluator),
            Some(step) => self.step_by_step(&mut evaluator, step),
        }
    }

    fn at_once(&self, evaluator: &mut Evaluator<'_>) -> Result<Answer, QueryError> {
        let at = self.times.start;
        if self.expression.kind() == Type::Matrix {
            let windows = evaluator.windows(&self.expression, at)?;
            let mut matrix = Vec::new();
            for window in windows.series {
                evaluator.budget().hold(window.samples.len())?;
                let labels = evaluator.series_labels(window.series).clone();
                matrix.push((labels, window.samples.into_owned()));
            }
            matrix.sort_by(|(one, _), (other, _)| one.cmp(other));
            return Ok(Answer::Matrix(matrix));
        }
        Ok(match evaluator.evaluate(&self.expression, at)? {
            Value::Scalar(value) => Answer::Scalar(Sample { at, value }),
            Value::Text(text) => Answer::Text(at, text),
            Value::Vector(elements) => {
                evaluator.budget().hold(elements.len())?;
                let sample = |element: Element| {
                    let value = element.value;
                    (
                        evaluator.series_labels(element.series).clone(),
                        Sample { at, value },
                    )
                };
                Answer::Vector(elements.into_iter().map(sample).collect())
            }
        })
    }

    fn step_by_step(
        &self,
        evaluator: &mut Evaluator<'_>,
        step: Millis,
    ) -> Result<Answer, QueryError> {
        let mut matrix: BTreeMap<SeriesId, Vec<Sample>> = BTreeMap::new();
        let mut at = self.times.start;
        loop {
            let elements = match evaluator.evaluate(&self.expression, at)? {
                Value::Vector(elements) => elements,
                Value::Scalar(value) => [evaluator.unlabelled(value)?].into(),
                Value::Text(_) => Vec::new(),
            };
            evaluator.budget().hold(elements.len())?;
            for Element { series, value } in elements {
                let samples = matrix.entry(series).or_default();
                if samples.last().is_some_and(|last| last.at == at) {
                    return Err(Execution::SameLabels.into());
                }
                samples.push(Sample { at, value });
            }
            match at.checked_add(step) {
                Some(next) if next <= self.times.end => at = next,
                _ => break,
            }
        }
        let series = matrix.into_iter();
        let mut matrix: Vec<(Labels, Vec<Sample>)> = series
            .map(|(series, samples)| (evaluator.series_labels(series).clone(), samples))
            .collect();
        matrix.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Answer::Matrix(matrix))
    }
}
