//! Narrows an expression to what somebody may see: matchers are added to every
//! selector in it. The result is written anew from the tree, so that nothing of
//! the text of the query reaches the other side unread.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::expression::{Expression, Node, Selector};
use super::parse::{parse, parse_selector};
use crate::telemetry::error::ParseError;
use crate::telemetry::matcher::Matcher;

/// A query of which every selector has these matchers, too.
///
/// # Errors
/// Returns what is wrong with the query.
pub fn narrow(query: &str, visible: &[Matcher]) -> Result<String, ParseError> {
    let mut expression = parse(query)?;
    expression.for_each_selector(&mut |selector| {
        selector.matchers.extend_from_slice(visible);
    });
    Ok(expression.to_string())
}

/// A selector of `match[]` that has these matchers, too.
///
/// # Errors
/// Returns what is wrong with the selector.
pub fn narrow_selector(selector: &str, visible: &[Matcher]) -> Result<String, ParseError> {
    let mut matchers = parse_selector(selector)?;
    matchers.extend_from_slice(visible);
    Ok(write_selector(&matchers))
}

/// Matchers as a selector, for `match[]`.
#[must_use]
pub fn write_selector(matchers: &[Matcher]) -> String {
    let texts: Vec<String> = matchers.iter().map(Matcher::to_string).collect();
    alloc::format!("{{{}}}", texts.join(","))
}

impl Expression {
    /// Calls a function with every selector of the tree.
    pub(crate) fn for_each_selector(&mut self, change: &mut impl FnMut(&mut Selector)) {
        match &mut self.node {
            Node::Number(_) | Node::Text(_) => {}
            Node::Selector(selector) | Node::Range(selector, _) => change(selector),
            Node::Subquery(subquery) => subquery.expression.for_each_selector(change),
            Node::Paren(inner) | Node::Unary(_, inner) => inner.for_each_selector(change),
            Node::Binary(binary) => {
                binary.left.for_each_selector(change);
                binary.right.for_each_selector(change);
            }
            Node::Call(_, arguments) => {
                for argument in arguments {
                    argument.for_each_selector(change);
                }
            }
            Node::Aggregate(aggregate) => {
                if let Some(parameter) = &mut aggregate.parameter {
                    parameter.for_each_selector(change);
                }
                aggregate.expression.for_each_selector(change);
            }
        }
    }
}
