//! Why a query got no answer, in the words and the three kinds of the
//! Prometheus HTTP API.
//! <https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview>

use alloc::string::{String, ToString};
use core::fmt;

use super::labels::Labels;
use super::promql::Problem;
use super::text::{ApiFloat, Quoted};

/// Why a query got no answer. Its text is the `error` of the response.
#[derive(Debug, Clone)]
pub enum QueryError {
    /// The query or a parameter cannot be understood.
    BadData(Malformed),
    /// The query was understood but has no result over these samples.
    Execution(Execution),
    /// The query was given up.
    Timeout,
}

impl QueryError {
    /// The `errorType` of the response.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BadData(_) => "bad_data",
            Self::Execution(_) => "execution",
            Self::Timeout => "timeout",
        }
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::BadData(_) => 400,
            Self::Execution(_) => 422,
            Self::Timeout => 503,
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadData(error) => error.fmt(f),
            Self::Execution(error) => error.fmt(f),
            Self::Timeout => f.write_str("query timed out in expression evaluation"),
        }
    }
}

impl core::error::Error for QueryError {}

impl From<Malformed> for QueryError {
    fn from(error: Malformed) -> Self {
        Self::BadData(error)
    }
}

impl From<Execution> for QueryError {
    fn from(error: Execution) -> Self {
        Self::Execution(error)
    }
}

/// What cannot be understood.
#[derive(Debug, Clone)]
pub enum Malformed {
    /// The expression of an instant query.
    Query(ParseError),
    /// The expression of a range query, which Prometheus reports bare.
    RangeQuery(ParseError),
    /// A selector of the series endpoint.
    Match(ParseError),
    /// A selector of the label endpoints, which Prometheus reports bare.
    LabelMatch(ParseError),
    /// A selector of the series endpoint that any series matches.
    EmptyMatch,
    /// A selector of the label endpoints that any series matches.
    EmptyLabelMatch,
    /// No selector where one is needed.
    NoMatch,
    /// A range query for something that has no single value at a time.
    RangeQueryOf(&'static str),
    /// More points than one series may have.
    Resolution,
    /// An optional point in time, such as `time`.
    OptionalTime(&'static str, String),
    /// A required point in time, such as `start`.
    Time(&'static str, String),
    /// A duration, such as `step`.
    Duration(&'static str, String),
    /// A duration that is too long.
    LongDuration(&'static str, String),
    /// `end` is before `start`.
    Reversed,
    /// `step` is zero or negative.
    NoStep,
    /// `limit` is not a number.
    Limit,
    /// The label in the path has no valid name.
    LabelName(String),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const EMPTY_MATCH: &str = "match[] must contain at least one non-empty matcher";
        let (parameter, detail) = match self {
            Self::RangeQuery(error) | Self::LabelMatch(error) => return error.fmt(f),
            Self::EmptyLabelMatch => return f.write_str(EMPTY_MATCH),
            Self::NoMatch => return f.write_str("no match[] parameter provided"),
            Self::Limit => return f.write_str("limit must be a number"),
            Self::LabelName(name) => return write!(f, "invalid label name: {}", Quoted(name)),
            Self::RangeQueryOf(kind) => {
                return write!(
                    f,
                    "invalid expression type \"{kind}\" for range query, \
                     must be Scalar or instant Vector"
                );
            }
            Self::Resolution => {
                return f.write_str(
                    "exceeded maximum resolution of 11,000 points per timeseries. \
                     Try decreasing the query resolution (?step=XX)",
                );
            }
            Self::Query(error) => ("query", error.to_string()),
            Self::Match(error) => ("match[]", error.to_string()),
            Self::EmptyMatch => ("match[]", EMPTY_MATCH.into()),
            Self::OptionalTime(name, text) => (*name, optional_time(name, text)),
            Self::Time(name, text) => (*name, cannot_parse(text, "timestamp")),
            Self::Duration(name, text) => (*name, cannot_parse(text, "duration")),
            Self::LongDuration(name, text) => {
                let detail = cannot_parse(text, "duration");
                (*name, detail + ". It overflows int64")
            }
            Self::Reversed => ("end", "end timestamp must not be before start time".into()),
            Self::NoStep => (
                "step",
                "zero or negative query resolution step widths are not accepted. \
                 Try a positive integer"
                    .into(),
            ),
        };
        write!(f, "invalid parameter {}: {detail}", Quoted(parameter))
    }
}

fn optional_time(name: &str, text: &str) -> String {
    let detail = cannot_parse(text, "timestamp");
    alloc::format!("Invalid time value for '{name}': {detail}")
}

fn cannot_parse(text: &str, wanted: &str) -> String {
    alloc::format!("cannot parse {} to a valid {wanted}", Quoted(text))
}

/// Why an understood query has no result.
#[derive(Debug, Clone, PartialEq)]
pub enum Execution {
    /// It would read or answer more samples than it may.
    TooManySamples,
    /// Two elements of a result would have the same labels.
    SameLabels,
    /// Both sides of an operation have several series for one match.
    ManyToMany {
        /// The labels that match.
        group: Labels,
        /// `left` or `right`, where only one series may match.
        side: &'static str,
        /// Two series of that side.
        series: [Labels; 2],
    },
    /// Several series of the left side match one of the right.
    ManyToOne,
    /// Several elements of a grouped match would have the same labels.
    GroupNotUnique,
    /// A number of elements that no integer can hold.
    Overflow(f64),
    /// A label name for `count_values`.
    LabelName(String),
    /// The destination of `label_replace` or `label_join`.
    Destination(&'static str, String),
    /// A source of `label_join`.
    Source(String),
    /// The expression of `label_replace`.
    Pattern(String),
    /// A label would get a value of more bytes than allowed.
    LongLabelValue(usize),
    /// The first factor of `holt_winters`.
    SmoothingFactor(f64),
    /// The second factor of `holt_winters`.
    TrendFactor(f64),
}

impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManySamples => f.write_str(
                "query processing would load too many samples into memory in query execution",
            ),
            Self::SameLabels => f.write_str("vector cannot contain metrics with the same labelset"),
            Self::ManyToMany {
                group,
                side,
                series: [one, other],
            } => write!(
                f,
                "found duplicate series for the match group {group} on the {side} hand-side of \
                 the operation: [{one}, {other}];many-to-many matching not allowed: matching \
                 labels must be unique on one side"
            ),
            Self::ManyToOne => f.write_str(
                "multiple matches for labels: many-to-one matching must be explicit \
                 (group_left/group_right)",
            ),
            Self::GroupNotUnique => f.write_str(
                "multiple matches for labels: grouping labels must ensure unique matches",
            ),
            Self::Overflow(value) => {
                write!(f, "Scalar value {} overflows int64", ApiFloat(*value))
            }
            Self::LabelName(name) => write!(f, "invalid label name {}", Quoted(name)),
            Self::Destination(function, name) => {
                write!(f, "invalid destination label name in {function}(): {name}")
            }
            Self::Source(name) => write!(f, "invalid source label name in label_join(): {name}"),
            Self::Pattern(source) => {
                write!(f, "invalid regular expression in label_replace(): {source}")
            }
            Self::LongLabelValue(limit) => {
                write!(f, "a label value would exceed {limit} bytes")
            }
            Self::SmoothingFactor(value) => write!(
                f,
                "invalid smoothing factor. Expected: 0 < sf < 1, got: {value:.6}"
            ),
            Self::TrendFactor(value) => {
                write!(
                    f,
                    "invalid trend factor. Expected: 0 < tf < 1, got: {value:.6}"
                )
            }
        }
    }
}

/// What is wrong with an expression, and where.
#[derive(Debug, Clone)]
pub struct ParseError {
    /// The line, counted from one.
    pub line: usize,
    /// The byte within the line, counted from one.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

impl ParseError {
    /// An error at a byte of the expression.
    pub(crate) fn at(query: &str, position: usize, problem: Problem) -> Self {
        let before = &query.as_bytes()[..position.min(query.len())];
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        Self {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: position.min(query.len()) - line_start + 1,
            problem,
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: parse error: {}",
            self.line, self.column, self.problem
        )
    }
}

impl core::error::Error for ParseError {}
