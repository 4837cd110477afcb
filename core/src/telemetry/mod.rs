//! Metrics: samples from the Prometheus text format, and queries over them in
//! PromQL as Prometheus 2.42 answers them.
//!
//! Everything here is pure. The samples of a query come from a
//! [`SeriesSource`], which a domain fills beforehand with what
//! [`query::Query::selections`] names. HTTP, storage and who may see what are other
//! modules' business; [`Narrowed`] and [`promql::narrow`] put the latter into
//! effect.
//! <https://prometheus.io/docs/prometheus/latest/querying/api/>

mod block;
mod budget;
pub mod catalogue;
mod duration;
mod error;
mod evaluate;
pub mod exposition;
mod labels;
mod matcher;
pub mod parameter;
mod pattern;
pub mod promql;
pub mod query;
mod re2;
pub mod reply;
pub mod response;
mod source;
mod text;

pub use block::{Block, BlockError, MAX_SAMPLE_BYTES, periods};
pub use budget::{Budget, Limits};
pub use duration::{DurationError, read_duration, write_duration};
pub use error::{Execution, Malformed, ParseError, QueryError};
pub use labels::{Label, Labels, METRIC_NAME, is_label_name, is_metric_name};
pub use matcher::{Condition, Matcher};
pub use pattern::{MAX_PATTERN_BYTES, Pattern, PatternError};
pub use source::{Narrowed, Sample, Samples, Selection, SeriesSource, SeriesView, merge};
pub use text::{FloatError, write_seconds};

/// Milliseconds since the epoch, or a number of them. Signed, because a query
/// may look back beyond the epoch.
pub type Millis = i64;
