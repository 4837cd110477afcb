//! Telemetry: samples are taken from an administrator, and questions about
//! them are answered with what the caller may see, from the deployment's own
//! store or from a Prometheus elsewhere.

mod describe;
mod embedded;
mod expire;
mod index;
mod ingest;
mod request;
mod settings;
mod settle;
mod upstream;
mod view;
mod watched;

pub use request::{
    IngestSamples, ListLabelValues, ListMetrics, QueryTelemetry, QueryTelemetryRange, SelectSeries,
};
pub use settings::Telemetry;
pub use upstream::{Upstream, UpstreamAnswer, UpstreamFailure, UpstreamQuestion, UpstreamReply};

pub(super) use ingest::ingest;
pub(super) use view::{INSTANCE, instances};
pub(super) use watched::Watched;

use super::{Context, Fault, Name, Outcome};
use crate::store::Store;
use crate::telemetry::catalogue::Metadata;
use crate::telemetry::query::Answer;
use crate::telemetry::reply::{self, NoAnswer};
use crate::telemetry::{Labels, response};
use alloc::collections::BTreeSet;
use alloc::string::String;
use request::Question;
use serde_json::Value;
use view::{View, view};

/// What a question about samples is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum TelemetryAnswer {
    /// Values of an expression.
    Values(Answer),
    /// Series.
    Series(BTreeSet<Labels>),
    /// Names or values of labels.
    Labels(BTreeSet<String>),
    /// What metrics mean.
    Metrics(Metadata),
}

impl TelemetryAnswer {
    /// The answer as the Prometheus HTTP API writes it.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Self::Values(answer) => response::write_answer(answer),
            Self::Series(series) => response::write_data(series),
            Self::Labels(labels) => response::write_data(labels),
            Self::Metrics(metrics) => response::write_metadata(metrics),
        }
    }

    /// Reads the data of the answer to an operation, in the words of the
    /// Prometheus HTTP API.
    ///
    /// # Errors
    /// [`NoAnswer`] for any other data.
    pub fn read(name: Name, data: Value) -> Result<Self, NoAnswer> {
        match name {
            Name::QueryTelemetry | Name::QueryTelemetryRange => {
                reply::read_answer(&data).map(Self::Values)
            }
            Name::ListSeries => reply::read_series(data).map(Self::Series),
            Name::ListLabels | Name::ListLabelValues => reply::read_labels(data).map(Self::Labels),
            Name::ListMetrics => reply::read_metadata(data).map(Self::Metrics),
            _ => Err(NoAnswer),
        }
    }

    /// The answer as a JSON value, for scenarios.
    pub(super) fn to_value(&self) -> Value {
        let written: Option<Value> = serde_json::from_str(&self.write()).ok();
        written.map_or(Value::Null, |mut written| written["data"].take())
    }
}

/// Tells that samples can be asked for.
pub(super) fn status<S: Store>(context: &Context<'_, S>) -> Result<Outcome, Fault> {
    view(context)?;
    Ok(Outcome::Done)
}

pub(super) async fn query<S: Store>(
    request: QueryTelemetry,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let view = view(context)?;
    let question = Question::instant(request, context.now.millis())?;
    answer(question, &view, context).await
}

pub(super) async fn query_range<S: Store>(
    request: QueryTelemetryRange,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let view = view(context)?;
    answer(Question::range(request)?, &view, context).await
}

pub(super) async fn series<S: Store>(
    request: SelectSeries,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let view = view(context)?;
    let settings = &context.deployment.telemetry;
    let question = Question::series(request, settings, context.now.millis())?;
    answer(question, &view, context).await
}

pub(super) async fn labels<S: Store>(
    request: SelectSeries,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let view = view(context)?;
    let settings = &context.deployment.telemetry;
    let question = Question::label_names(request, settings, context.now.millis())?;
    answer(question, &view, context).await
}

pub(super) async fn label_values<S: Store>(
    request: ListLabelValues,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let view = view(context)?;
    let settings = &context.deployment.telemetry;
    let question = Question::label_values(request, settings, context.now.millis())?;
    answer(question, &view, context).await
}

pub(super) async fn metrics<S: Store>(
    request: ListMetrics,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let view = view(context)?;
    answer(Question::Metrics(request), &view, context).await
}

/// Both backends answer the same questions.
async fn answer<S: Store>(
    question: Question,
    view: &View,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let answer = match &context.deployment.telemetry.upstream {
        Some(upstream) => upstream::answer(question, view, &**upstream).await,
        None => embedded::answer(question, view, context).await,
    };
    answer.map(Outcome::Telemetry)
}
