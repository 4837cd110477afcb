//! The tokens of PromQL and how messages call them.

use alloc::string::String;

use super::expression::{Aggregator, Operator};
use super::problem::Problem;
use crate::telemetry::text::Quoted;

/// What a token is.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// The end of the expression.
    End,
    /// The place where no further token could be read.
    Failed(Problem),
    /// A word without a colon that is no keyword.
    Identifier,
    /// A word with a colon.
    MetricIdentifier,
    /// A number, which may still be malformed.
    Number,
    /// A duration, which may still be malformed.
    Duration,
    /// A string, unescaped.
    Text(String),
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    /// `=`
    Assign,
    /// `=~`
    Like,
    /// `!~`
    Unlike,
    /// `@`
    At,
    Operator(Operator),
    Aggregator(Aggregator),
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Bool,
    Offset,
    /// `start`, which is also a name.
    Start,
    /// `end`, which is also a name.
    Finish,
}

impl Kind {
    /// The token that a word is. Keywords are known in any case of letters.
    pub(super) fn of_word(word: &str) -> Self {
        let lower = word.to_ascii_lowercase();
        if let Some(operator) = Operator::of_word(&lower) {
            return Self::Operator(operator);
        }
        if let Some(aggregator) = Aggregator::of_word(&lower) {
            return Self::Aggregator(aggregator);
        }
        match lower.as_str() {
            "offset" => Self::Offset,
            "by" => Self::By,
            "without" => Self::Without,
            "on" => Self::On,
            "ignoring" => Self::Ignoring,
            "group_left" => Self::GroupLeft,
            "group_right" => Self::GroupRight,
            "bool" => Self::Bool,
            "start" => Self::Start,
            "end" => Self::Finish,
            "inf" | "nan" => Self::Number,
            _ if word.contains(':') => Self::MetricIdentifier,
            _ => Self::Identifier,
        }
    }

    /// Whether the token may be the name of a metric.
    pub(super) fn names_metric(&self) -> bool {
        match self {
            Self::Identifier
            | Self::MetricIdentifier
            | Self::Aggregator(_)
            | Self::By
            | Self::Without
            | Self::Offset
            | Self::Start
            | Self::Finish => true,
            Self::Operator(operator) => operator.is_set(),
            _ => false,
        }
    }

    /// Whether the token may be a label in a list of labels.
    pub(super) fn names_label(&self) -> bool {
        match self {
            Self::On | Self::Ignoring | Self::GroupLeft | Self::GroupRight | Self::Bool => true,
            Self::Operator(Operator::Atan2) => true,
            Self::MetricIdentifier => false,
            _ => self.names_metric(),
        }
    }
}

/// A token and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its first byte.
    pub(super) start: usize,
    /// The byte after it.
    pub(super) end: usize,
}

impl Token {
    /// What a message calls this token.
    pub(super) fn describe(&self, source: &str) -> String {
        let text = &source[self.start..self.end];
        match &self.kind {
            Kind::End | Kind::Failed(_) => "end of input".into(),
            Kind::Identifier => alloc::format!("identifier {}", Quoted(text)),
            Kind::MetricIdentifier => alloc::format!("metric identifier {}", Quoted(text)),
            Kind::Number => alloc::format!("number {}", shortened(text)),
            Kind::Duration => alloc::format!("duration {}", shortened(text)),
            Kind::Text(_) => alloc::format!("string {}", shortened(text)),
            Kind::Operator(_) | Kind::Like | Kind::Unlike | Kind::At => {
                alloc::format!("<op:{text}>")
            }
            Kind::Aggregator(_) => alloc::format!("<aggr:{text}>"),
            Kind::By
            | Kind::Without
            | Kind::On
            | Kind::Ignoring
            | Kind::GroupLeft
            | Kind::GroupRight
            | Kind::Bool
            | Kind::Offset => alloc::format!("<{text}>"),
            _ => alloc::format!("{}", Quoted(text)),
        }
    }
}

/// A text in quotes, of which at most ten characters are shown.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 10;
    if text.len() <= SHOWN {
        return alloc::format!("{}", Quoted(text));
    }
    let shown: String = text.chars().take(SHOWN).collect();
    alloc::format!("{}...", Quoted(&shown))
}
