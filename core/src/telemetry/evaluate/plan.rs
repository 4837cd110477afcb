//! Which samples an expression will read, before it is computed: for every
//! selector its matchers and one interval that holds all times it may look at.

use alloc::vec;
use alloc::vec::Vec;

use super::{Times, anchored};
use crate::telemetry::Millis;
use crate::telemetry::promql::{Expression, Node, Selector, Shift, Subquery};
use crate::telemetry::source::Selection;

/// The step of a subquery that names none: one minute, the default evaluation
/// interval of Prometheus.
const DEFAULT_STEP: Millis = 60_000;

/// The selections of an expression, by the index of the selector.
pub(in super::super) fn plan(
    expression: &Expression,
    times: Times,
    lookback: Millis,
) -> Vec<Selection> {
    let mut planner = Planner {
        times,
        lookback,
        selections: Vec::new(),
    };
    planner.visit(expression, times);
    planner.selections
}

struct Planner {
    times: Times,
    lookback: Millis,
    selections: Vec<Selection>,
}

impl Planner {
    /// Visits an expression that is computed at times from `at.start` to `at.end`.
    fn visit(&mut self, expression: &Expression, at: Times) {
        match &expression.node {
            Node::Number(_) | Node::Text(_) => {}
            Node::Selector(selector) => self.select(selector, at, self.lookback),
            Node::Range(selector, range) => self.select(selector, at, *range),
            Node::Subquery(subquery) => {
                let end = shifted(subquery.shift, at.end, self.times);
                let start = shifted(subquery.shift, at.start, self.times);
                let start = start.saturating_sub(subquery.range);
                self.visit(&subquery.expression, Times { start, end });
            }
            Node::Paren(inner) | Node::Unary(_, inner) => self.visit(inner, at),
            Node::Binary(binary) => {
                self.visit(&binary.left, at);
                self.visit(&binary.right, at);
            }
            Node::Call(_, arguments) => {
                for argument in arguments {
                    self.visit(argument, at);
                }
            }
            Node::Aggregate(aggregate) => {
                if let Some(parameter) = &aggregate.parameter {
                    self.visit(parameter, at);
                }
                self.visit(&aggregate.expression, at);
            }
        }
    }

    fn select(&mut self, selector: &Selector, at: Times, reach: Millis) {
        let selection = Selection {
            matchers: selector.all_matchers(),
            from: shifted(selector.shift, at.start, self.times).saturating_sub(reach),
            to: shifted(selector.shift, at.end, self.times),
        };
        if self.selections.len() <= selector.index {
            let nothing = Selection {
                matchers: vec![],
                from: Millis::MAX,
                to: Millis::MIN,
            };
            self.selections.resize(selector.index + 1, nothing);
        }
        self.selections[selector.index] = selection;
    }
}

/// The time that is meant after `@` and `offset`.
pub(super) fn shifted(shift: Shift, at: Millis, times: Times) -> Millis {
    let at = shift.anchor.map_or(at, |anchor| anchored(anchor, times));
    at.saturating_sub(shift.offset)
}

pub(super) fn subquery_step(subquery: &Subquery) -> Millis {
    subquery.step.unwrap_or(DEFAULT_STEP).max(1)
}

/// The first multiple of `step` that is not before `start`.
pub(super) fn first_step(start: Millis, step: Millis) -> Millis {
    let floor = start.div_euclid(step).saturating_mul(step);
    if floor < start {
        floor.saturating_add(step)
    } else {
        floor
    }
}
