//! Reads what follows an expression and binds tighter than any operator: a range
//! or subquery in brackets, `offset` and `@`.

use alloc::boxed::Box;

use super::expression::{Anchor, Expression, Node, Operator, Shift, Subquery};
use super::number::read_number;
use super::parse::{Parsed, Parser};
use super::problem::Problem;
use super::token::Kind;
use crate::telemetry::Millis;
use crate::telemetry::duration::read_duration;

impl Parser<'_> {
    /// The brackets after an expression: its range or a subquery.
    pub(super) fn range_of(&mut self, expression: Expression) -> Parsed {
        let bracket = self.token().start;
        self.advance();
        let range = self.duration("subquery selector", "duration")?;
        let (start, depth) = (expression.start, expression.depth);
        if self.accept(|kind| matches!(kind, Kind::RightBracket))? {
            let problem = match expression.node {
                Node::Selector(selector) => match selector.shift {
                    shift if shift.offset != 0 => Problem::RangeAfterOffset,
                    // After `@ start()`, Prometheus lets a range pass.
                    Shift {
                        anchor: Some(Anchor::Time(_)),
                        ..
                    } => Problem::RangeAfterAt,
                    _ => return self.node(Node::Range(selector, range), start, depth),
                },
                _ => Problem::RangeOf,
            };
            return Err(self.problem_at(bracket, problem));
        }
        if !self.accept(|kind| matches!(kind, Kind::Colon))? {
            return Err(self.unexpected("subquery or range", "\":\" or \"]\""));
        }
        let step = match self.kind()? {
            Kind::RightBracket => None,
            _ => Some(self.duration("subquery selector", "duration or \"]\"")?),
        };
        if !self.accept(|kind| matches!(kind, Kind::RightBracket))? {
            return Err(self.unexpected("subquery selector", "\"]\""));
        }
        let subquery = Subquery {
            expression,
            range,
            step,
            shift: Shift::default(),
        };
        self.node(Node::Subquery(Box::new(subquery)), start, depth)
    }

    fn duration(&mut self, context: &'static str, expected: &'static str) -> Parsed<Millis> {
        if !matches!(self.kind()?, Kind::Duration) {
            return Err(self.unexpected(context, expected));
        }
        let token = self.token();
        let problem = match read_duration(&self.query[token.start..token.end]) {
            Ok(0) => Problem::ZeroDuration,
            Ok(millis) => {
                self.advance();
                return Ok(millis);
            }
            Err(error) => Problem::Duration(error),
        };
        Err(self.problem_at(token.start, problem))
    }

    pub(super) fn offset_of(&mut self, mut expression: Expression) -> Parsed {
        self.advance();
        let is_negative = self.accept(|kind| matches!(kind, Kind::Operator(Operator::Sub)))?;
        let duration = self.duration("offset", "duration")?;
        let start = expression.start;
        let Some(shift) = shift_of(&mut expression) else {
            return Err(self.problem_at(start, Problem::OffsetOf));
        };
        if shift.offset != 0 {
            return Err(self.problem_at(start, Problem::RepeatedOffset));
        }
        shift.offset = if is_negative { -duration } else { duration };
        Ok(expression)
    }

    pub(super) fn anchor_of(&mut self, mut expression: Expression) -> Parsed {
        self.advance();
        let anchor = self.anchor(expression.start)?;
        let start = expression.start;
        let Some(shift) = shift_of(&mut expression) else {
            return Err(self.problem_at(start, Problem::AtOf));
        };
        if shift.anchor.is_some() {
            return Err(self.problem_at(start, Problem::RepeatedAt));
        }
        shift.anchor = Some(anchor);
        Ok(expression)
    }

    fn anchor(&mut self, start: usize) -> Parsed<Anchor> {
        let unexpected = |parser: &Self| parser.unexpected("@", "timestamp");
        let named = match self.kind()? {
            Kind::Start => Some(Anchor::Start),
            Kind::Finish => Some(Anchor::Finish),
            _ => None,
        };
        if let Some(anchor) = named {
            self.advance();
            for is_paren in [
                (|kind| matches!(kind, Kind::LeftParen)) as fn(&Kind) -> bool,
                |kind| matches!(kind, Kind::RightParen),
            ] {
                if !self.accept(is_paren)? {
                    return Err(unexpected(self));
                }
            }
            return Ok(anchor);
        }
        let is_negative = self.accept(|kind| matches!(kind, Kind::Operator(Operator::Sub)))?;
        if !is_negative {
            self.accept(|kind| matches!(kind, Kind::Operator(Operator::Add)))?;
        }
        if !matches!(self.kind()?, Kind::Number) {
            return Err(unexpected(self));
        }
        let token = self.token();
        let text = &self.query[token.start..token.end];
        let number = read_number(text)
            .map_err(|error| self.problem_at(token.start, Problem::Number(text.into(), error)))?;
        self.advance();
        let seconds = if is_negative { -number } else { number };
        // No further than 64 bits can count seconds.
        if seconds.is_nan() || seconds.abs() >= 9_223_372_036_854_775_807.0 {
            return Err(self.problem_at(start, Problem::AtRange(seconds)));
        }
        Ok(Anchor::Time(libm::round(seconds * 1000.0) as Millis))
    }
}

fn shift_of(expression: &mut Expression) -> Option<&mut Shift> {
    match &mut expression.node {
        Node::Selector(selector) | Node::Range(selector, _) => Some(&mut selector.shift),
        Node::Subquery(subquery) => Some(&mut subquery.shift),
        _ => None,
    }
}
