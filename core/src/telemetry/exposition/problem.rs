//! Why a body in the text format was refused.

use alloc::string::String;
use core::fmt;

use crate::telemetry::Millis;
use crate::telemetry::text::{Quoted, QuotedChar, write_seconds};

/// A line that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpositionError {
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong with it.
    pub problem: LineProblem,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineProblem {
    /// The body has more bytes than allowed.
    BodyTooLong(usize),
    /// The body ends within the line.
    NoLineFeed,
    /// The line is not UTF-8.
    NotUtf8,
    /// What should name a metric does not.
    MetricName(String),
    /// What should name a label does not.
    LabelName(String),
    /// A label whose name is reserved.
    ReservedLabel(String),
    /// A label comes twice.
    SecondLabel(String),
    /// Something else than this was found, or the line ended.
    Expected(&'static str, Option<char>),
    /// An escape that does not exist.
    Escape(Option<char>),
    /// A value that is not a float.
    Value(String),
    /// A time that is not a whole number of milliseconds.
    Time(String),
    /// A kind of metric that does not exist.
    Kind(String),
    /// A second help text for a metric.
    SecondHelp(String),
    /// A second kind for a metric.
    SecondType(String),
    /// The kind of a metric after its samples.
    LateType(String),
    /// A second sample of a series at the same time.
    SecondSample(Millis),
    /// A time before or after what is kept.
    TimeOutOfBounds(Millis),
    /// More samples than allowed.
    TooManySamples(usize),
    /// More labels than allowed.
    TooManyLabels(usize),
    /// A longer name than allowed.
    NameTooLong(usize),
    /// A longer value of a label than allowed.
    ValueTooLong(usize),
    /// A longer help text than allowed.
    HelpTooLong(usize),
}

impl LineProblem {
    pub(super) fn at(self, line: usize) -> ExpositionError {
        ExpositionError {
            line,
            problem: self,
        }
    }
}

impl fmt::Display for ExpositionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl core::error::Error for ExpositionError {}

impl fmt::Display for LineProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyTooLong(limit) => write!(f, "the body exceeds {limit} bytes here"),
            Self::NoLineFeed => f.write_str("the body does not end with a line feed"),
            Self::NotUtf8 => f.write_str("not valid UTF-8"),
            Self::MetricName(name) => write!(f, "invalid metric name {}", Quoted(name)),
            Self::LabelName(name) => write!(f, "invalid label name {}", Quoted(name)),
            Self::ReservedLabel(name) => write!(f, "label name {} is reserved", Quoted(name)),
            Self::SecondLabel(name) => write!(f, "label {} is given twice", Quoted(name)),
            Self::Expected(what, Some(found)) => {
                write!(f, "expected {what}, found {}", QuotedChar(*found))
            }
            Self::Expected(what, None) => write!(f, "expected {what}, found the end of the line"),
            Self::Escape(Some(found)) => write!(f, "invalid escape {}", Escape(*found)),
            Self::Escape(None) => f.write_str("an escape is not finished"),
            Self::Value(text) => write!(f, "expected a float as value, found {}", Quoted(text)),
            Self::Time(text) => write!(
                f,
                "expected whole milliseconds as time, found {}",
                Quoted(text)
            ),
            Self::Kind(text) => write!(f, "unknown metric type {}", Quoted(text)),
            Self::SecondHelp(name) => write!(f, "second HELP for metric {}", Quoted(name)),
            Self::SecondType(name) => write!(f, "second TYPE for metric {}", Quoted(name)),
            Self::LateType(name) => {
                write!(f, "TYPE for metric {} after its samples", Quoted(name))
            }
            Self::SecondSample(at) => {
                write!(f, "second sample of this series at {}", write_seconds(*at))
            }
            Self::TimeOutOfBounds(at) => {
                write!(f, "time {} is out of bounds", write_seconds(*at))
            }
            Self::TooManySamples(limit) => write!(f, "more than {limit} samples"),
            Self::TooManyLabels(limit) => write!(f, "more than {limit} labels"),
            Self::NameTooLong(limit) => write!(f, "a name exceeds {limit} bytes"),
            Self::ValueTooLong(limit) => write!(f, "a label value exceeds {limit} bytes"),
            Self::HelpTooLong(limit) => write!(f, "the help text exceeds {limit} bytes"),
        }
    }
}

/// An escape as it was written.
struct Escape(char);

impl fmt::Display for Escape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::from("\\");
        text.push(self.0);
        Quoted(&text).fmt(f)
    }
}
