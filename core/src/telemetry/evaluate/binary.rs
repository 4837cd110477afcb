//! Operations on two numbers, a number and a vector, or two vectors whose
//! elements are matched by their labels.
//! <https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching>

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::{Element, Evaluated, Evaluator, Value, distinct, nameless};
use crate::telemetry::Millis;
use crate::telemetry::error::Execution;
use crate::telemetry::labels::Labels;
use crate::telemetry::promql::{Binary, Cardinality, LabelChoice, Matching, Operator};

impl Evaluator<'_> {
    /// The value of an operation.
    pub(super) fn binary(&mut self, binary: &Binary, at: Millis) -> Evaluated<Value> {
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
                with_number(binary, elements, |value| (value, number))?
            }
            (Value::Scalar(number), Value::Vector(elements)) => {
                with_number(binary, elements, |value| (number, value))?
            }
            (Value::Vector(left), Value::Vector(right)) => {
                self.budget().work(left.len() + right.len())?;
                match binary.operator {
                    Operator::And | Operator::Or | Operator::Unless => combine(binary, left, right),
                    _ => matched(binary, left, right)?,
                }
            }
            // The types were checked when the query was read.
            (Value::Text(_), _) | (_, Value::Text(_)) => Vec::new(),
        };
        self.budget().work(elements.len())?;
        Ok(Value::Vector(elements))
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

fn with_number(
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
        nameless(computed)
    } else {
        Ok(computed)
    }
}

/// The labels by which elements belong together.
fn signature(matching: &Matching, labels: &Labels) -> Labels {
    match &matching.labels {
        LabelChoice::Only(names) => labels.only(names),
        LabelChoice::Except(names) => labels.except(names),
    }
}

fn combine(binary: &Binary, left: Vec<Element>, right: Vec<Element>) -> Vec<Element> {
    let sign = |element: &Element| signature(&binary.matching, &element.labels);
    let signed = |elements: &[Element]| elements.iter().map(sign).collect::<BTreeSet<_>>();
    let (mut first, second, is_kept) = match binary.operator {
        Operator::Or => {
            let known = signed(&left);
            let added = right
                .into_iter()
                .filter(|element| !known.contains(&sign(element)));
            return left.into_iter().chain(added).collect();
        }
        Operator::And => (left, signed(&right), true),
        _ => (left, signed(&right), false),
    };
    first.retain(|element| second.contains(&sign(element)) == is_kept);
    first
}

fn matched(binary: &Binary, left: Vec<Element>, right: Vec<Element>) -> Evaluated<Vec<Element>> {
    if left.is_empty() || right.is_empty() {
        return Ok(Vec::new());
    }
    let matching = &binary.matching;
    let is_swapped = matching.cardinality == Cardinality::OneToMany;
    let (many, one, side) = match is_swapped {
        false => (left, right, "right"),
        true => (right, left, "left"),
    };
    let mut partners: BTreeMap<Labels, Element> = BTreeMap::new();
    for element in one {
        let group = signature(matching, &element.labels);
        let labels = element.labels.clone();
        if let Some(other) = partners.insert(group, element) {
            let group = signature(matching, &labels);
            let series = [labels, other.labels];
            return Err(Execution::ManyToMany {
                group,
                side,
                series,
            }
            .into());
        }
    }
    // What was made of each group so far.
    let mut made: BTreeMap<Labels, BTreeSet<Labels>> = BTreeMap::new();
    let mut elements = Vec::new();
    for element in many {
        let group = signature(matching, &element.labels);
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
        let labels = result_labels(binary, &element.labels, &partner.labels);
        let known = made.entry(group).or_default();
        if matching.cardinality == Cardinality::OneToOne && !known.is_empty() {
            return Err(Execution::ManyToOne.into());
        }
        if !known.insert(labels.clone()) {
            return Err(Execution::GroupNotUnique.into());
        }
        elements.push(Element { labels, value });
    }
    distinct(elements)
}

fn result_labels(binary: &Binary, many: &Labels, one: &Labels) -> Labels {
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
    for name in &matching.include {
        labels = labels.with(name, one.value(name));
    }
    if binary.returns_bool {
        labels.without_name()
    } else {
        labels
    }
}
