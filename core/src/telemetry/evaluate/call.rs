//! Calls of functions: those of vectors and numbers. Those of the samples of a
//! series, of histogram buckets, labels and dates are in files of their own.
//! <https://prometheus.io/docs/prometheus/latest/querying/functions/>

use alloc::string::String;
use alloc::vec::Vec;

use super::math::{apply, max, min, nan_first};
use super::{Element, Evaluated, Evaluator, Value};
use crate::telemetry::Millis;
use crate::telemetry::labels::{Labels, METRIC_NAME};
use crate::telemetry::matcher::{Condition, Matcher};
use crate::telemetry::promql::{Builtin, Expression, Function, Node};

impl Evaluator<'_> {
    /// The value of a call.
    pub(super) fn call(
        &mut self,
        node: usize,
        function: &Function,
        arguments: &[Expression],
        at: Millis,
    ) -> Evaluated<Value> {
        let elements = match function.builtin {
            Builtin::Time => return Ok(Value::Scalar(at as f64 / 1000.0)),
            Builtin::Pi => return Ok(Value::Scalar(core::f64::consts::PI)),
            Builtin::Scalar => {
                return match self.vector_at(arguments, 0, at)?.as_slice() {
                    [element] => Ok(Value::Scalar(element.value)),
                    _ => Ok(Value::Scalar(f64::NAN)),
                };
            }
            Builtin::Vector => {
                let value = self.scalar_at(arguments, 0, at)?;
                [self.unlabelled(value)?].into()
            }
            Builtin::OverTime(function) => self.over_time(node, function, arguments, at)?,
            Builtin::Absent => match self.vector_at(arguments, 0, at)?.is_empty() {
                true => self.absent(arguments)?,
                false => Vec::new(),
            },
            Builtin::AbsentOverTime => {
                let is_absent = match arguments.first() {
                    Some(samples) => self.windows(samples, at)?.series.is_empty(),
                    None => true,
                };
                if is_absent {
                    self.absent(arguments)?
                } else {
                    Vec::new()
                }
            }
            Builtin::Timestamp => {
                let elements = self.timestamps(arguments, at)?;
                self.nameless(node, elements)?
            }
            Builtin::Math(function) => {
                let mut elements = self.vector_at(arguments, 0, at)?;
                for element in &mut elements {
                    element.value = apply(function, element.value);
                }
                self.nameless(node, elements)?
            }
            Builtin::Calendar(part) => {
                let elements = match arguments.is_empty() {
                    true => [self.unlabelled(at as f64 / 1000.0)?].into(),
                    false => self.vector_at(arguments, 0, at)?,
                };
                let part = |element: Element| Element {
                    value: super::calendar::part_of(part, element.value),
                    ..element
                };
                self.nameless(node, elements.into_iter().map(part).collect())?
            }
            Builtin::Clamp | Builtin::ClampMin | Builtin::ClampMax | Builtin::Round => {
                self.bounded(node, function.builtin, arguments, at)?
            }
            Builtin::Sort | Builtin::SortDesc => {
                let mut elements = self.vector_at(arguments, 0, at)?;
                elements.sort_by(|one, other| {
                    // NaN is last in both directions.
                    let (one, other) = (one.value, other.value);
                    if one.is_nan() || other.is_nan() {
                        return nan_first(other, one);
                    }
                    match function.builtin {
                        Builtin::Sort => nan_first(one, other),
                        _ => nan_first(other, one),
                    }
                });
                elements
            }
            Builtin::HistogramQuantile => {
                let part = self.scalar_at(arguments, 0, at)?;
                let buckets = self.vector_at(arguments, 1, at)?;
                self.histogram_quantiles(node, part, &buckets)?
            }
            // There are no such samples, so that nothing is found in them.
            Builtin::NativeHistogram => {
                for argument in arguments {
                    self.evaluate(argument, at)?;
                }
                Vec::new()
            }
            Builtin::LabelReplace => {
                let elements = self.vector_at(arguments, 0, at)?;
                let texts = self.texts(arguments, at)?;
                self.replace(node, elements, &texts)?
            }
            Builtin::LabelJoin => {
                let elements = self.vector_at(arguments, 0, at)?;
                let texts = self.texts(arguments, at)?;
                self.join(node, elements, &texts)?
            }
        };
        self.budget().work(elements.len())?;
        Ok(Value::Vector(elements))
    }

    /// An argument that is a vector; the types were checked before.
    fn vector_at(
        &mut self,
        arguments: &[Expression],
        index: usize,
        at: Millis,
    ) -> Evaluated<Vec<Element>> {
        match arguments.get(index) {
            Some(argument) => self.vector(argument, at),
            None => Ok(Vec::new()),
        }
    }

    fn scalar_at(&mut self, arguments: &[Expression], index: usize, at: Millis) -> Evaluated<f64> {
        match arguments.get(index) {
            Some(argument) => self.scalar(argument, at),
            None => Ok(f64::NAN),
        }
    }

    /// The arguments after the first, which are texts.
    fn texts(&mut self, arguments: &[Expression], at: Millis) -> Evaluated<Vec<String>> {
        let mut texts = Vec::new();
        for argument in arguments.iter().skip(1) {
            texts.push(match self.evaluate(argument, at)? {
                Value::Text(text) => text,
                Value::Scalar(_) | Value::Vector(_) => String::new(),
            });
        }
        Ok(texts)
    }

    /// When the samples of a selector were taken; of anything else, now.
    fn timestamps(&mut self, arguments: &[Expression], at: Millis) -> Evaluated<Vec<Element>> {
        let seconds = |millis: Millis| millis as f64 / 1000.0;
        let unwrapped = arguments.first().map(|argument| &argument.unwrapped().node);
        if let Some(Node::Selector(selector)) = unwrapped {
            let samples = self.latest(selector, at)?.into_iter();
            let element = |(series, sample): (_, crate::telemetry::Sample)| Element {
                series,
                value: seconds(sample.at),
            };
            return Ok(samples.map(element).collect());
        }
        let mut elements = self.vector_at(arguments, 0, at)?;
        for element in &mut elements {
            element.value = seconds(at);
        }
        Ok(elements)
    }

    fn bounded(
        &mut self,
        node: usize,
        builtin: Builtin,
        arguments: &[Expression],
        at: Millis,
    ) -> Evaluated<Vec<Element>> {
        let mut elements = self.vector_at(arguments, 0, at)?;
        let (low, high) = match builtin {
            Builtin::ClampMin => (self.scalar_at(arguments, 1, at)?, f64::NAN),
            Builtin::ClampMax => (f64::NAN, self.scalar_at(arguments, 1, at)?),
            Builtin::Round if arguments.len() < 2 => (1.0, f64::NAN),
            _ => (
                self.scalar_at(arguments, 1, at)?,
                self.scalar_at(arguments, 2, at)?,
            ),
        };
        if builtin == Builtin::Clamp && high < low {
            return Ok(Vec::new());
        }
        for element in &mut elements {
            let value = element.value;
            element.value = match builtin {
                Builtin::ClampMin => max(low, value),
                Builtin::ClampMax => min(high, value),
                Builtin::Clamp => max(low, min(high, value)),
                // Dividing by the inverse keeps `round(x, 0.1)` from adding digits.
                _ => libm::floor(value * (1.0 / low) + 0.5) / (1.0 / low),
            };
        }
        self.nameless(node, elements)
    }

    /// The element that stands for a missing series, with the labels that its
    /// selector asks for.
    fn absent(&mut self, arguments: &[Expression]) -> Evaluated<Vec<Element>> {
        let selector = arguments.first().map(|argument| &argument.unwrapped().node);
        let matchers: &[Matcher] = match selector {
            Some(Node::Selector(selector) | Node::Range(selector, _)) => &selector.matchers,
            _ => &[],
        };
        let mut labels: Vec<(&str, &str)> = Vec::new();
        for matcher in matchers {
            let label = matcher.label();
            let is_new = labels.iter().all(|(name, _)| *name != label);
            match matcher.condition() {
                _ if label == METRIC_NAME => {}
                Condition::Equal(value) if is_new => labels.push((label, value)),
                // Labels with other or further conditions have no certain value.
                _ => labels.retain(|(name, _)| *name != label),
            }
        }
        self.budget().label(1)?;
        let series = self.pool.id(Labels::of(labels), &mut self.budget)?;
        Ok([Element { series, value: 1.0 }].into())
    }
}
