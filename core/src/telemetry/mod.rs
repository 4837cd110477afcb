//! Metrics: samples of labelled series, and PromQL as Prometheus 2.42 reads it.
//! <https://prometheus.io/docs/prometheus/latest/querying/basics/>

mod block;
mod duration;
mod error;
mod labels;
mod matcher;
mod pattern;
pub mod promql;
mod re2;
mod source;
mod text;

pub use block::{Block, BlockError, MAX_SAMPLE_BYTES, periods};
pub use duration::{DurationError, read_duration, write_duration};
pub use error::{Execution, Malformed, ParseError, QueryError};
pub use labels::{Label, Labels, METRIC_NAME, is_label_name, is_metric_name};
pub use matcher::{Condition, Matcher};
pub use pattern::{MAX_PATTERN_BYTES, Pattern, PatternError};
pub use source::{Narrowed, Sample, Samples, Selection, SeriesSource, SeriesView, merge};
pub use text::FloatError;

/// Milliseconds since the epoch, or a number of them. Signed, because a query
/// may look back beyond the epoch.
pub type Millis = i64;
