//! Reads selectors: the name of a metric and matchers in braces.

use alloc::vec::Vec;

use super::expression::{Operator, Selector, Shift};
use super::parse::Parser;
use super::problem::Problem;
use super::token::Kind;
use crate::telemetry::error::ParseError;
use crate::telemetry::matcher::{Condition, Matcher};
use crate::telemetry::pattern::Pattern;

const CONTEXT: &str = "label matching";

impl Parser<'_> {
    /// A selector; the next token is a name or a left brace.
    pub(super) fn selector(&mut self) -> Result<Selector, ParseError> {
        let token = self.token().clone();
        let name = token
            .kind
            .names_metric()
            .then(|| self.query[token.start..token.end].into());
        if name.is_some() {
            self.advance();
        }
        let matchers = match self.accept(|kind| matches!(kind, Kind::LeftBrace))? {
            true => self.matchers()?,
            false => Vec::new(),
        };
        self.selectors += 1;
        Ok(Selector {
            name,
            matchers,
            shift: Shift::default(),
            index: self.selectors - 1,
        })
    }

    /// Matchers up to the right brace.
    fn matchers(&mut self) -> Result<Vec<Matcher>, ParseError> {
        let mut matchers = Vec::new();
        loop {
            if self.accept(|kind| matches!(kind, Kind::RightBrace))? {
                return Ok(matchers);
            }
            matchers.push(self.matcher()?);
            if !self.accept(|kind| matches!(kind, Kind::Comma))? {
                if self.accept(|kind| matches!(kind, Kind::RightBrace))? {
                    return Ok(matchers);
                }
                return Err(self.unexpected(CONTEXT, "\",\" or \"}\""));
            }
        }
    }

    fn matcher(&mut self) -> Result<Matcher, ParseError> {
        let token = self.token().clone();
        if !self.accept(|kind| matches!(kind, Kind::Identifier))? {
            return Err(self.unexpected(CONTEXT, "identifier or \"}\""));
        }
        let operator = self.kind()?.clone();
        let is_operator = matches!(
            operator,
            Kind::Assign | Kind::Like | Kind::Unlike | Kind::Operator(Operator::NotEqual)
        );
        if !is_operator {
            return Err(self.unexpected(CONTEXT, "label matching operator"));
        }
        self.advance();
        let Kind::Text(value) = self.kind()?.clone() else {
            return Err(self.unexpected(CONTEXT, "string"));
        };
        self.advance();
        let compile = || {
            Pattern::compile(&value)
                .map_err(|error| self.problem_at(token.start, Problem::Pattern(error)))
        };
        let condition = match operator {
            Kind::Like => Condition::Like(compile()?),
            Kind::Unlike => Condition::Unlike(compile()?),
            Kind::Assign => Condition::Equal(value),
            _ => Condition::NotEqual(value),
        };
        Ok(Matcher::new(&self.query[token.start..token.end], condition))
    }
}
