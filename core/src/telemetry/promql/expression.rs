//! The expressions of PromQL as a tree. Every node knows which bytes of the
//! query it came from, because messages name the place.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::function::Function;
use crate::telemetry::Millis;
use crate::telemetry::labels::{Labels, METRIC_NAME};
use crate::telemetry::matcher::{Condition, Matcher};

/// A node of the tree.
#[derive(Debug, Clone)]
pub struct Expression {
    /// What it computes.
    pub(crate) node: Node,
    /// Its number within the query, unique.
    pub(crate) id: usize,
    /// Its first byte in the query.
    pub(crate) start: usize,
    /// The byte after it.
    pub(crate) end: usize,
    /// How many levels are below and with it.
    pub(crate) depth: usize,
}

/// What a node computes.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Number(f64),
    Text(String),
    Selector(Selector),
    /// The samples of a selector in the time before.
    Range(Selector, Millis),
    Subquery(Box<Subquery>),
    Paren(Box<Expression>),
    Unary(Sign, Box<Expression>),
    Binary(Box<Binary>),
    Call(&'static Function, Vec<Expression>),
    Aggregate(Box<Aggregate>),
}

/// The type of what an expression computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// One number.
    Scalar,
    /// One number for each of many series.
    Vector,
    /// Many samples for each of many series.
    Matrix,
    /// A text.
    Text,
}

impl Type {
    /// What messages and the documentation call it.
    #[must_use]
    pub fn described(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Vector => "instant vector",
            Self::Matrix => "range vector",
            Self::Text => "string",
        }
    }

    /// What responses call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Vector => "vector",
            Self::Matrix => "matrix",
            Self::Text => "string",
        }
    }
}

/// Which series are meant, and at which distance in time.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    /// The name before the braces.
    pub(crate) name: Option<String>,
    /// The matchers within the braces.
    pub(crate) matchers: Vec<Matcher>,
    pub(crate) shift: Shift,
    /// The number of this selector within the query, from zero.
    pub(crate) index: usize,
}

impl Selector {
    /// All matchers, that of the name included.
    pub(crate) fn all_matchers(&self) -> Vec<Matcher> {
        let name = self
            .name
            .iter()
            .map(|name| Matcher::equal(METRIC_NAME, name));
        self.matchers.iter().cloned().chain(name).collect()
    }

    /// Whether any series would match, were it not for its name.
    pub(crate) fn is_unbounded(&self) -> bool {
        self.name.is_none() && self.matchers.iter().all(|matcher| matcher.admits(""))
    }

    /// The matcher within the braces that names the metric, too.
    pub(crate) fn second_name(&self) -> Option<&str> {
        let matcher = self
            .matchers
            .iter()
            .find(|matcher| matcher.label() == METRIC_NAME)?;
        Some(match matcher.condition() {
            Condition::Equal(value) | Condition::NotEqual(value) => value,
            Condition::Like(pattern) | Condition::Unlike(pattern) => pattern.source(),
            Condition::OneOf(_) => "",
        })
    }
}

/// `offset` and `@`: which time is meant in place of the time of evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Shift {
    /// Milliseconds back; negative is forward and zero is no offset.
    pub(crate) offset: Millis,
    pub(crate) anchor: Option<Anchor>,
}

/// What follows `@`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Anchor {
    Time(Millis),
    /// The start of a range query.
    Start,
    /// The end of a range query.
    Finish,
}

/// The results of an instant expression at many times.
#[derive(Debug, Clone)]
pub(crate) struct Subquery {
    pub(crate) expression: Expression,
    pub(crate) range: Millis,
    /// The distance of the times; `None` is the default.
    pub(crate) step: Option<Millis>,
    pub(crate) shift: Shift,
}

/// A sign before an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

/// An operation on two expressions.
#[derive(Debug, Clone)]
pub(crate) struct Binary {
    pub(crate) operator: Operator,
    /// Whether a comparison answers 0 or 1 in place of leaving elements out.
    pub(crate) returns_bool: bool,
    pub(crate) matching: Matching,
    pub(crate) left: Expression,
    pub(crate) right: Expression,
}

/// Which elements of two vectors belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matching {
    pub(crate) labels: LabelChoice,
    pub(crate) cardinality: Cardinality,
    /// The labels to copy from the side with one element.
    pub(crate) include: Vec<String>,
}

/// Labels that count, or labels that do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LabelChoice {
    /// `on` and `by`
    Only(Vec<String>),
    /// `ignoring` and `without`
    Except(Vec<String>),
}

impl LabelChoice {
    /// The labels that count; the metric's name does so only if it is named.
    pub(crate) fn of(&self, labels: &Labels) -> Labels {
        match self {
            Self::Only(names) => labels.only(names),
            Self::Except(names) => labels.except(names),
        }
    }

    pub(crate) fn names(&self) -> &[String] {
        match self {
            Self::Only(names) | Self::Except(names) => names,
        }
    }
}

/// How many elements of each side may belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cardinality {
    OneToOne,
    /// `group_left`
    ManyToOne,
    /// `group_right`
    OneToMany,
}

/// An aggregation over the elements of a vector.
#[derive(Debug, Clone)]
pub(crate) struct Aggregate {
    pub(crate) aggregator: Aggregator,
    /// What makes a group; `Only` of nothing is one group of all.
    pub(crate) grouping: LabelChoice,
    pub(crate) parameter: Option<Expression>,
    pub(crate) expression: Expression,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Unless,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Atan2,
    Pow,
}

impl Operator {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Unless => "unless",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Atan2 => "atan2",
            Self::Pow => "^",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let words = [Self::Or, Self::And, Self::Unless, Self::Atan2];
        words.into_iter().find(|operator| operator.symbol() == word)
    }

    /// A higher number binds tighter.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And | Self::Unless => 2,
            _ if self.is_comparison() => 3,
            Self::Add | Self::Sub => 4,
            Self::Pow => 6,
            _ => 5,
        }
    }

    pub(crate) fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
        )
    }

    pub(crate) fn is_set(self) -> bool {
        matches!(self, Self::Or | Self::And | Self::Unless)
    }
}

/// What an aggregation computes of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregator {
    Sum,
    Avg,
    Count,
    Min,
    Max,
    Group,
    Stddev,
    Stdvar,
    TopK,
    BottomK,
    CountValues,
    Quantile,
}

impl Aggregator {
    const ALL: [Self; 12] = [
        Self::Sum,
        Self::Avg,
        Self::Count,
        Self::Min,
        Self::Max,
        Self::Group,
        Self::Stddev,
        Self::Stdvar,
        Self::TopK,
        Self::BottomK,
        Self::CountValues,
        Self::Quantile,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Count => "count",
            Self::Min => "min",
            Self::Max => "max",
            Self::Group => "group",
            Self::Stddev => "stddev",
            Self::Stdvar => "stdvar",
            Self::TopK => "topk",
            Self::BottomK => "bottomk",
            Self::CountValues => "count_values",
            Self::Quantile => "quantile",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|aggregator| aggregator.name() == word)
    }

    /// The type of the parameter before the expression, if it takes one.
    pub(crate) fn parameter(self) -> Option<Type> {
        match self {
            Self::TopK | Self::BottomK | Self::Quantile => Some(Type::Scalar),
            Self::CountValues => Some(Type::Text),
            _ => None,
        }
    }
}

impl Expression {
    /// The type of what it computes.
    #[must_use]
    pub fn kind(&self) -> Type {
        match &self.node {
            Node::Number(_) => Type::Scalar,
            Node::Text(_) => Type::Text,
            Node::Selector(_) | Node::Aggregate(_) => Type::Vector,
            Node::Range(..) | Node::Subquery(_) => Type::Matrix,
            Node::Paren(inner) | Node::Unary(_, inner) => inner.kind(),
            Node::Binary(binary) => match (binary.left.kind(), binary.right.kind()) {
                (Type::Scalar, Type::Scalar) => Type::Scalar,
                _ => Type::Vector,
            },
            Node::Call(function, _) => function.returns,
        }
    }

    /// The expression within all parentheses around it.
    pub(crate) fn unwrapped(&self) -> &Self {
        match &self.node {
            Node::Paren(inner) => inner.unwrapped(),
            _ => self,
        }
    }
}
