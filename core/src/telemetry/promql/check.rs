//! Checks the types of an expression whose syntax is right.

use super::expression::{
    Aggregate, Binary, Cardinality, Expression, LabelChoice, Node, Selector, Type,
};
use super::function::{Function, Optional};
use super::problem::{Problem, TypeContext};
use crate::telemetry::error::ParseError;

/// Checks an expression and all below it.
pub(super) fn check(query: &str, expression: &Expression) -> Result<(), ParseError> {
    Checker { query }.check(expression)
}

struct Checker<'q> {
    query: &'q str,
}

type Checked = Result<(), ParseError>;

impl Checker<'_> {
    fn check(&self, expression: &Expression) -> Checked {
        let problem = match &expression.node {
            Node::Number(_) | Node::Text(_) => None,
            Node::Selector(selector) | Node::Range(selector, _) => selector_problem(selector),
            Node::Paren(inner) => return self.check(inner),
            Node::Unary(_, inner) => {
                self.check(inner)?;
                let kind = inner.kind();
                (!is_operand(kind)).then(|| Problem::UnaryOperand(kind.described()))
            }
            Node::Subquery(subquery) => {
                self.check(&subquery.expression)?;
                let kind = subquery.expression.kind();
                (kind != Type::Vector).then(|| Problem::SubqueryOf(kind.name()))
            }
            Node::Binary(binary) => return self.check_binary(expression, binary),
            Node::Call(function, arguments) => {
                return self.check_call(expression, function, arguments);
            }
            Node::Aggregate(aggregate) => return self.check_aggregate(aggregate),
        };
        problem.map_or(Ok(()), |problem| Err(self.at(expression.start, problem)))
    }

    fn at(&self, position: usize, problem: Problem) -> ParseError {
        ParseError::at(self.query, position, problem)
    }

    /// Checks an expression, and that it has this type.
    fn expect(&self, expression: &Expression, wanted: Type, context: TypeContext) -> Checked {
        self.check(expression)?;
        let found = expression.kind();
        if found == wanted {
            return Ok(());
        }
        let problem = Problem::Type {
            expected: wanted.described(),
            context,
            found: found.described(),
        };
        Err(self.at(expression.start, problem))
    }

    fn check_aggregate(&self, aggregate: &Aggregate) -> Checked {
        self.expect(
            &aggregate.expression,
            Type::Vector,
            TypeContext::Aggregation,
        )?;
        match (&aggregate.parameter, aggregate.aggregator.parameter()) {
            (Some(parameter), Some(wanted)) => {
                self.expect(parameter, wanted, TypeContext::Parameter)
            }
            _ => Ok(()),
        }
    }

    fn check_call(
        &self,
        expression: &Expression,
        function: &Function,
        arguments: &[Expression],
    ) -> Checked {
        let found = arguments.len();
        let most = function.arguments.len();
        let (fewest, is_limited) = match function.optional {
            Optional::Exact => (most, true),
            Optional::Last => (most - 1, true),
            Optional::Repeated => (most - 1, false),
        };
        let words = match function.optional {
            Optional::Exact if found != most => Some(("", most)),
            Optional::Exact => None,
            _ if found < fewest => Some(("at least ", fewest)),
            _ if is_limited && found > most => Some(("at most ", most)),
            _ => None,
        };
        if let Some((words, count)) = words {
            let problem = Problem::Arguments(words, count, function.name, found);
            return Err(self.at(expression.start, problem));
        }
        for (index, argument) in arguments.iter().enumerate() {
            if let Some(wanted) = function.argument(index) {
                self.expect(argument, wanted, TypeContext::Function(function.name))?;
            }
        }
        Ok(())
    }

    fn check_binary(&self, expression: &Expression, binary: &Binary) -> Checked {
        self.check(&binary.left)?;
        self.check(&binary.right)?;
        let (left, right) = (binary.left.kind(), binary.right.kind());
        let operator = binary.operator;
        let both = |kind| left == kind && right == kind;
        let at_operator = |problem| Err(self.at(self.operator_start(binary), problem));
        if binary.returns_bool && !operator.is_comparison() {
            return at_operator(Problem::BoolModifier);
        }
        if operator.is_comparison() && !binary.returns_bool && both(Type::Scalar) {
            return at_operator(Problem::ScalarComparison);
        }
        if let LabelChoice::Only(names) = &binary.matching.labels {
            let copied = names
                .iter()
                .find(|name| binary.matching.include.contains(name));
            if let Some(name) = copied {
                return at_operator(Problem::OnAndGroup(name.clone()));
            }
        }
        for (operand, kind) in [(&binary.left, left), (&binary.right, right)] {
            if !is_operand(kind) {
                return Err(self.at(operand.start, Problem::Operand));
            }
        }
        let problem = if !both(Type::Vector) {
            if !binary.matching.labels.names().is_empty() {
                Some(Problem::MatchingOfScalar)
            } else {
                operator
                    .is_set()
                    .then(|| Problem::SetOfScalar(operator.symbol()))
            }
        } else {
            let is_grouped = binary.matching.cardinality != Cardinality::OneToOne;
            (operator.is_set() && is_grouped).then(|| Problem::SetGrouping(operator.symbol()))
        };
        problem.map_or(Ok(()), |problem| Err(self.at(expression.start, problem)))
    }

    /// The first byte after the left operand that is no blank.
    fn operator_start(&self, binary: &Binary) -> usize {
        let rest = &self.query[binary.left.end..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        binary.left.end + blanks
    }
}

fn is_operand(kind: Type) -> bool {
    matches!(kind, Type::Scalar | Type::Vector)
}

fn selector_problem(selector: &Selector) -> Option<Problem> {
    if selector.is_unbounded() {
        return Some(Problem::EmptySelector);
    }
    let (Some(outside), Some(inside)) = (&selector.name, selector.second_name()) else {
        return None;
    };
    Some(Problem::RepeatedName(outside.clone(), inside.into()))
}
