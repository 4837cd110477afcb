//! What a value must be: matchers, read from YAML, judged on JSON.
//!
//! A scalar or a list means equality, a map means operators that must all hold.
//! The list of operators is closed and each has one spelling. Judging collects
//! every mismatch with the place in the YAML that demanded it; it never panics
//! and never stops at the first. Sending requests is not done here.

mod compare;
mod evaluate;
mod kind;
mod mismatch;
mod path;
mod read;
mod schema;
#[cfg(test)]
mod tests;

pub use kind::Kind;
pub use mismatch::Mismatch;
pub use path::{Path, PathError, member_of};
pub use read::OPERATORS;

use crate::scenario::{Diagnostic, Node, Span};
use core::time::Duration;
use read::Reader;
use regex::Regex;
use serde_json::Value as Json;
use touchmark_core::time::Timestamp;

/// Demands on one value, all of which must hold.
pub struct Matcher {
    checks: Vec<Check>,
}

/// One demand and where it is written.
struct Check {
    span: Span,
    demand: Demand,
}

/// What one operator demands.
enum Demand {
    Equals(Json),
    Differs(Json),
    Ordered(Relation, Json),
    OneOf(Vec<Json>),
    Contains(Item),
    Lacks(Item),
    StartsWith(String),
    EndsWith(String),
    Matches(Regex),
    Is(Kind),
    Length(Box<Matcher>),
    Exists,
    Missing,
    Any(Box<Matcher>),
    All(Box<Matcher>),
    None(Box<Matcher>),
    Includes(Json),
    Words(Vec<String>),
    Within(Duration),
    Schema(Box<schema::Schema>),
    Near { value: f64, by: f64 },
}

/// What `contains` looks for: in a text, a piece of text; in a list, an item.
struct Item {
    literal: Option<Json>,
    matcher: Box<Matcher>,
}

/// How two values stand in order.
#[derive(Clone, Copy)]
enum Relation {
    More,
    AtLeast,
    Less,
    AtMost,
}

impl Matcher {
    /// Reads a matcher, filling its references. What a reference stands for is
    /// compared as it is, even if it is a map.
    ///
    /// # Errors
    /// Returns everything that is wrong with it.
    pub fn read(
        node: &Node,
        fill: &dyn Fn(&Node) -> Result<Node, Diagnostic>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader {
            fill: Some(fill),
            findings: Vec::new(),
        };
        let matcher = reader.matcher(node);
        match matcher {
            Some(matcher) if reader.findings.is_empty() => Ok(matcher),
            _ => Err(reader.findings),
        }
    }

    /// Finds the mistakes that can be found while references are still open.
    #[must_use]
    pub fn check(node: &Node) -> Vec<Diagnostic> {
        let mut reader = Reader {
            fill: None,
            findings: Vec::new(),
        };
        reader.matcher(node);
        reader.findings
    }

    /// Judges a value, or its absence. `place` says in words which value it is;
    /// a place that starts with `$` is extended into the value.
    #[must_use]
    pub fn judge(&self, actual: Option<&Json>, place: &str, now: Timestamp) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        evaluate::matcher(self, actual, place, now, &mut mismatches);
        mismatches
    }

    /// Judges the list of all values that a path finds. Whether anything exists
    /// is a question to the path; everything else is asked of the list.
    #[must_use]
    pub fn judge_all(&self, found: &Json, place: &str, now: Timestamp) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        let any = Some(found).filter(|found| found.as_array().is_some_and(|all| !all.is_empty()));
        for check in &self.checks {
            let actual = match check.demand {
                Demand::Exists | Demand::Missing => any,
                _ => Some(found),
            };
            evaluate::check(check, actual, place, now, &mut mismatches);
        }
        mismatches
    }

    /// Judges the text of a header field, which has no type of its own: it is
    /// taken as a number where the matcher asks for one.
    #[must_use]
    pub fn judge_header(&self, text: Option<&str>, place: &str, now: Timestamp) -> Vec<Mismatch> {
        let value = text.map(|text| {
            let number = self
                .asks_for_a_number()
                .then(|| text.trim().parse().ok())
                .flatten();
            number.map_or_else(|| Json::from(text), Json::Number)
        });
        self.judge(value.as_ref(), place, now)
    }

    fn asks_for_a_number(&self) -> bool {
        self.checks.iter().any(|check| match &check.demand {
            Demand::Equals(value) | Demand::Differs(value) | Demand::Ordered(_, value) => {
                value.is_number()
            }
            Demand::OneOf(values) => values.iter().any(Json::is_number),
            Demand::Is(kind) => kind.is_numeric(),
            Demand::Near { .. } => true,
            _ => false,
        })
    }
}
