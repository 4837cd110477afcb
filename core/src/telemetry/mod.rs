//! Metrics: samples of labelled series, in memory and as text for a store.
//! <https://prometheus.io/docs/concepts/data_model/>

mod block;
mod duration;
mod labels;
mod matcher;
mod pattern;
mod re2;
mod source;
mod text;

pub use block::{Block, BlockError, MAX_SAMPLE_BYTES, periods};
pub use duration::{DurationError, read_duration, write_duration};
pub use labels::{Label, Labels, METRIC_NAME, is_label_name, is_metric_name};
pub use matcher::{Condition, Matcher};
pub use pattern::{MAX_PATTERN_BYTES, Pattern, PatternError};
pub use source::{Narrowed, Sample, Samples, Selection, SeriesSource, SeriesView, merge};
pub use text::FloatError;

/// Milliseconds since the epoch, or a number of them. Signed, because a query
/// may look back beyond the epoch.
pub type Millis = i64;
