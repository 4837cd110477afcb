//! PromQL, the language of Prometheus 2.42, as text and as a tree: reading it
//! with the messages of Prometheus, checking its types, writing it again, and
//! narrowing it. Nothing is computed here; see `evaluate`.
//!
//! The parser is our own because the edge needs one without std, in little
//! space, whose messages name the place as Prometheus does.
//! <https://prometheus.io/docs/prometheus/latest/querying/basics/>

mod check;
mod expression;
mod function;
mod lexer;
mod modifier;
mod narrow;
mod number;
mod parse;
mod print;
mod problem;
mod selector;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use expression::{
    Aggregate, Aggregator, Anchor, Binary, Cardinality, LabelChoice, Matching, Node, Operator,
    Selector, Shift, Sign, Subquery,
};
pub use expression::{Expression, Type};
pub(crate) use function::{Builtin, Calendar, Function, Math, OverTime};
pub use narrow::{narrow, narrow_selector, write_selector};
pub use parse::{MAX_DEPTH, MAX_QUERY_BYTES, parse, parse_selector};
pub use problem::{Problem, TypeContext};
