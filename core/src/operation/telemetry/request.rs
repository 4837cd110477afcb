//! What is asked of samples, as text, and the same as questions whose times
//! are read. Times that are not given are those of the deployment's clock.

use super::settings::Telemetry;
use crate::telemetry::catalogue::Catalogue;
use crate::telemetry::parameter::{
    read_optional_time, read_required_time, read_step, read_timeout,
};
use crate::telemetry::query::Query;
use crate::telemetry::{Malformed, Millis, QueryError, is_label_name};
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

/// Adds samples to a contract.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IngestSamples {
    /// The contract's number.
    pub contract: u32,
    /// Samples in the Prometheus text format.
    pub text: String,
}

/// Asks for the value of an expression at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueryTelemetry {
    /// The expression in PromQL.
    pub query: String,
    /// When; empty means now.
    pub time: String,
    /// How long it may take; empty means the deployment's limit.
    pub timeout: String,
}

/// Asks for the values of an expression over some time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueryTelemetryRange {
    /// The expression in PromQL.
    pub query: String,
    /// From when on.
    pub start: String,
    /// Until when.
    pub end: String,
    /// The time between two values.
    pub step: String,
    /// How long it may take; empty means the deployment's limit.
    pub timeout: String,
}

/// Asks which series there are, or which labels they have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SelectSeries {
    /// Selectors of the series; none means all.
    pub matches: Vec<String>,
    /// From when on; empty means as long as samples are kept.
    pub start: String,
    /// Until when; empty means now.
    pub end: String,
}

/// Asks which values a label has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListLabelValues {
    /// The name of the label.
    pub label: String,
    /// Of which series.
    #[serde(default)]
    pub series: SelectSeries,
}

/// Asks what metrics mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListMetrics {
    /// Only this metric; empty means all.
    pub metric: String,
    /// At most so many; empty means all.
    pub limit: String,
}

/// A question that can be answered.
pub(super) enum Question {
    /// The value of an expression.
    Values(Expression),
    /// Which series there are.
    Series(SeriesSelection),
    /// Which labels they have.
    LabelNames(SeriesSelection),
    /// Which values a label has on them.
    LabelValues(String, SeriesSelection),
    /// What metrics mean.
    Metrics(ListMetrics),
}

/// An expression, read and as it was written.
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) query: Query,
    pub(super) times: Times,
}

/// When an expression is asked for.
pub(super) enum Times {
    At(Millis),
    Range {
        start: Millis,
        end: Millis,
        step: Millis,
    },
}

/// Series, read and as they were written.
pub(super) struct SeriesSelection {
    pub(super) matches: Vec<String>,
    pub(super) from: Millis,
    pub(super) to: Millis,
    pub(super) catalogue: Catalogue,
}

impl Question {
    /// The value of an expression at one time.
    pub(super) fn instant(request: QueryTelemetry, now: Millis) -> Result<Self, QueryError> {
        let at = read_optional_time("time", Some(&request.time), now)?;
        read_timeout(Some(&request.timeout))?;
        let query = Query::instant(&request.query, at)?;
        Ok(Self::Values(Expression {
            text: request.query,
            query,
            times: Times::At(at),
        }))
    }

    /// The values of an expression over some time.
    pub(super) fn range(request: QueryTelemetryRange) -> Result<Self, QueryError> {
        let start = read_required_time("start", Some(&request.start))?;
        let end = read_required_time("end", Some(&request.end))?;
        if end < start {
            return Err(Malformed::Reversed.into());
        }
        let step = read_step(Some(&request.step))?;
        read_timeout(Some(&request.timeout))?;
        let query = Query::range(&request.query, start, end, step)?;
        Ok(Self::Values(Expression {
            text: request.query,
            query,
            times: Times::Range { start, end, step },
        }))
    }

    /// Which series there are.
    pub(super) fn series(
        request: SelectSeries,
        settings: &Telemetry,
        now: Millis,
    ) -> Result<Self, QueryError> {
        select(request, settings, now, Catalogue::of_series).map(Self::Series)
    }

    /// Which labels series have.
    pub(super) fn label_names(
        request: SelectSeries,
        settings: &Telemetry,
        now: Millis,
    ) -> Result<Self, QueryError> {
        select(request, settings, now, Catalogue::of_labels).map(Self::LabelNames)
    }

    /// Which values a label has.
    pub(super) fn label_values(
        request: ListLabelValues,
        settings: &Telemetry,
        now: Millis,
    ) -> Result<Self, QueryError> {
        if !is_label_name(&request.label) {
            return Err(Malformed::LabelName(request.label).into());
        }
        let series = select(request.series, settings, now, Catalogue::of_labels)?;
        Ok(Self::LabelValues(request.label, series))
    }
}

fn select(
    request: SelectSeries,
    settings: &Telemetry,
    now: Millis,
    read: fn(&[String], Millis, Millis) -> Result<Catalogue, QueryError>,
) -> Result<SeriesSelection, QueryError> {
    let from = read_optional_time("start", Some(&request.start), settings.oldest(now))?;
    let to = read_optional_time("end", Some(&request.end), Telemetry::newest(now))?;
    let catalogue = read(&request.matches, from, to)?;
    Ok(SeriesSelection {
        matches: request.matches,
        from,
        to,
        catalogue,
    })
}
