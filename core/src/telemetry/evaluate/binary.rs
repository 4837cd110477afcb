//! Operations on two numbers, a number and a vector, or two vectors whose
//! elements are matched by their labels.
//! <https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching>

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::{Element, Evaluated, Evaluator, Purpose, SeriesId, Value, distinct};
use crate::telemetry::Millis;
use crate::telemetry::budget::Budget;
use crate::telemetry::error::Execution;
use crate::telemetry::labels::Labels;
use crate::telemetry::promql::{Binary, Cardinality, LabelChoice, Matching, Operator};

impl Evaluator<'_> {
    /// The value of an operation.
    pub(super) fn binary(&mut self, node: usize, binary: &Binary, at: Millis) -> Evaluated<Value> {
        let left = self.evaluate(&binary.left, at)?;
        let right = self.evaluate(&binary.right, at)?;
        let elements = match (left, right) {
            (Value::Scalar(left), Value::Scalar(right)) => {
                return Ok(Value::Scalar(match compute(binary.operator, left, right) {
                    Outcome::Value(value) => value,
                    Outcome::Holds(holds) => f64::from(u8::from(holds)),
                }));
            }
            (Value::Vector(elements), Value::Scalar(number)) => {
                self.with_number(node, binary, elements, |value| (value, number))?
            }
            (Value::Scalar(number), Value::Vector(elements)) => {
                self.with_number(node, binary, elements, |value| (number, value))?
            }
            (Value::Vector(left), Value::Vector(right)) => match binary.operator {
                Operator::And | Operator::Or | Operator::Unless => {
                    self.combine(node, binary, left, right)?
                }
                _ => self.matched(node, binary, left, right)?,
            },
            // The types were checked when the query was read.
            (Value::Text(_), _) | (_, Value::Text(_)) => Vec::new(),
        };
        self.budget().work(elements.len())?;
        Ok(Value::Vector(elements))
    }

    fn with_number(
        &mut self,
        node: usize,
        binary: &Binary,
        elements: Vec<Element>,
        operands: impl Fn(f64) -> (f64, f64),
    ) -> Evaluated<Vec<Element>> {
        let computed = elements.into_iter().filter_map(|element| {
            let (left, right) = operands(element.value);
            let value = outcome(binary, left, right, element.value)?;
            Some(Element { value, ..element })
        });
        let computed = computed.collect();
        if loses_name(binary) {
            self.nameless(node, computed)
        } else {
            Ok(computed)
        }
    }

    /// The elements, each with the series by which it belongs to others.
    fn signed_elements(
        &mut self,
        node: usize,
        matching: &Matching,
        elements: Vec<Element>,
    ) -> Evaluated<Vec<(SeriesId, Element)>> {
        let sign = |element: Element| {
            let choose = |labels: &Labels, _: &mut Budget| Ok(matching.labels.of(labels));
            let group = self.make(node, Purpose::Signature, element.series, choose)?;
            Ok((group, element))
        };
        elements.into_iter().map(sign).collect()
    }

    fn combine(
        &mut self,
        node: usize,
        binary: &Binary,
        left: Vec<Element>,
        right: Vec<Element>,
    ) -> Evaluated<Vec<Element>> {
        let left = self.signed_elements(node, &binary.matching, left)?;
        let right = self.signed_elements(node, &binary.matching, right)?;
        let groups = |elements: &[(SeriesId, Element)]| {
            elements
                .iter()
                .map(|(group, _)| *group)
                .collect::<BTreeSet<_>>()
        };
        let (of_left, of_right) = (groups(&left), groups(&right));
        let kept = left.into_iter().filter(|(group, _)| match binary.operator {
            Operator::And => of_right.contains(group),
            Operator::Unless => !of_right.contains(group),
            _ => true,
        });
        let is_union = binary.operator == Operator::Or;
        let added = right
            .into_iter()
            .filter(|(group, _)| is_union && !of_left.contains(group));
        Ok(kept.chain(added).map(|(_, element)| element).collect())
    }

    fn matched(
        &mut self,
        node: usize,
        binary: &Binary,
        left: Vec<Element>,
        right: Vec<Element>,
    ) -> Evaluated<Vec<Element>> {
        if left.is_empty() || right.is_empty() {
            return Ok(Vec::new());
        }
        let matching = &binary.matching;
        let is_swapped = matching.cardinality == Cardinality::OneToMany;
        let (many, one, side) = match is_swapped {
            false => (left, right, "right"),
            true => (right, left, "left"),
        };
        let mut partners: BTreeMap<SeriesId, Element> = BTreeMap::new();
        for (group, element) in self.signed_elements(node, matching, one)? {
            if let Some(other) = partners.insert(group, element) {
                let series = [element, other].map(|element| self.labels(element).clone());
                let group = self.pool.labels(group).clone();
                return Err(Execution::ManyToMany {
                    group,
                    side,
                    series,
                }
                .into());
            }
        }
        // What was made of each group so far.
        let mut made: BTreeSet<(SeriesId, SeriesId)> = BTreeSet::new();
        let mut groups: BTreeSet<SeriesId> = BTreeSet::new();
        let mut elements = Vec::new();
        for (group, element) in self.signed_elements(node, matching, many)? {
            let Some(partner) = partners.get(&group) else {
                continue;
            };
            let (left, right) = match is_swapped {
                false => (element.value, partner.value),
                true => (partner.value, element.value),
            };
            let Some(value) = outcome(binary, left, right, left) else {
                continue;
            };
            let series = self.result(node, binary, element, *partner)?;
            if !groups.insert(group) && matching.cardinality == Cardinality::OneToOne {
                return Err(Execution::ManyToOne.into());
            }
            if !made.insert((group, series)) {
                return Err(Execution::GroupNotUnique.into());
            }
            elements.push(Element { series, value });
        }
        distinct(elements)
    }

    /// The series that two elements become.
    fn result(
        &mut self,
        node: usize,
        binary: &Binary,
        many: Element,
        one: Element,
    ) -> Evaluated<SeriesId> {
        let alone = |labels: &Labels, _: &mut Budget| Ok(result_labels(binary, labels));
        let series = self.make(node, Purpose::Outcome, many.series, alone)?;
        if binary.matching.include.is_empty() {
            return Ok(series);
        }
        self.budget().label(1)?;
        let mut labels = self.pool.labels(series).clone();
        for name in &binary.matching.include {
            labels = labels.with(name, self.labels(one).value(name));
        }
        if binary.returns_bool {
            // The name may have been copied.
            labels = labels.without_name();
        }
        self.pool.id(labels, &mut self.budget)
    }
}

/// What an operator makes of two numbers.
enum Outcome {
    Value(f64),
    /// Whether a comparison holds.
    Holds(bool),
}

fn compute(operator: Operator, left: f64, right: f64) -> Outcome {
    Outcome::Value(match operator {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mul => left * right,
        Operator::Div => left / right,
        Operator::Mod => libm::fmod(left, right),
        Operator::Pow => libm::pow(left, right),
        Operator::Atan2 => libm::atan2(left, right),
        Operator::Equal => return Outcome::Holds(left == right),
        Operator::NotEqual => return Outcome::Holds(left != right),
        Operator::Less => return Outcome::Holds(left < right),
        Operator::LessEqual => return Outcome::Holds(left <= right),
        Operator::Greater => return Outcome::Holds(left > right),
        Operator::GreaterEqual => return Outcome::Holds(left >= right),
        // Sets have no numbers; the types were checked.
        Operator::And | Operator::Or | Operator::Unless => f64::NAN,
    })
}

/// The value of an element after an operation; `None` leaves it out. `kept` is
/// the value that a filter keeps.
fn outcome(binary: &Binary, left: f64, right: f64, kept: f64) -> Option<f64> {
    match compute(binary.operator, left, right) {
        Outcome::Value(value) => Some(value),
        Outcome::Holds(holds) if binary.returns_bool => Some(f64::from(u8::from(holds))),
        Outcome::Holds(holds) => holds.then_some(kept),
    }
}

/// Whether the result is another quantity, which cannot have the old name. That
/// `atan2` keeps it is how Prometheus 2.42 has it.
fn loses_name(binary: &Binary) -> bool {
    let keeps = binary.operator.is_comparison() || binary.operator == Operator::Atan2;
    binary.returns_bool || !keeps
}

/// The labels of a result, but for those that are copied from the other side.
fn result_labels(binary: &Binary, many: &Labels) -> Labels {
    let matching = &binary.matching;
    let mut labels = many.clone();
    if loses_name(binary) {
        labels = labels.without_name();
    }
    if matching.cardinality == Cardinality::OneToOne {
        labels = match &matching.labels {
            LabelChoice::Only(names) => labels.only(names),
            LabelChoice::Except(names) => names
                .iter()
                .fold(labels, |labels, name| labels.without(name)),
        };
    }
    labels
}
