//! Answers from a Prometheus elsewhere. A question is written anew, narrowed
//! to what the caller may see, and sent; what comes back is read as an answer
//! of ours, so that nothing passes through unread. Sending is the host's
//! business, to whom alone address and credentials are known.

use super::TelemetryAnswer;
use super::embedded::families;
use super::request::{Expression, Question, SeriesSelection, Times};
use super::view::View;
use crate::json;
use crate::operation::{Fault, QueryFault, QueryRefusal, RequestFault};
use crate::telemetry::promql::{narrow, narrow_selector, write_selector};
use crate::telemetry::{
    METRIC_NAME, Malformed, Matcher, QueryError, catalogue, reply, write_seconds,
};
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::pin::Pin;
use serde_json::Value;

/// A Prometheus elsewhere, which the host sends questions to.
pub trait Upstream: Send + Sync {
    /// Asks and gives what comes back, within bounds of time and size that the
    /// host has set.
    fn ask(&self, question: UpstreamQuestion) -> UpstreamReply<'_>;

    /// The label that holds the contract, where the samples of several
    /// contracts are in one Prometheus. Without it everybody's contract has
    /// all samples.
    fn contract_label(&self) -> Option<&str>;
}

/// What will come back of a question.
pub type UpstreamReply<'a> =
    Pin<Box<dyn Future<Output = Result<UpstreamAnswer, UpstreamFailure>> + Send + 'a>>;

/// A question to a Prometheus elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamQuestion {
    /// The path below the base path of the Prometheus, such as `/api/v1/query`.
    pub path: String,
    /// The parameters of the query.
    pub parameters: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamAnswer {
    /// The status.
    pub status: u16,
    /// The content.
    pub content: Vec<u8>,
}

/// Why nothing came back. What else there is to say of it is for the host's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamFailure {
    /// It cannot be reached, or broke off.
    Unreachable,
    /// It did not answer in time.
    Late,
    /// It answered more than is taken.
    TooLarge,
}

impl fmt::Display for UpstreamFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "the upstream cannot be reached",
            Self::Late => "the upstream did not answer in time",
            Self::TooLarge => "the upstream answered too much",
        })
    }
}

impl core::error::Error for UpstreamFailure {}

/// How deep an answer may nest: a matrix needs seven levels.
const DEPTH: usize = 16;
/// The most characters of a refusal that are handed on.
const MAX_REFUSAL: usize = 1000;

pub(super) async fn answer(
    question: Question,
    view: &View,
    upstream: &dyn Upstream,
) -> Result<TelemetryAnswer, Fault> {
    let visible = visible(view, upstream);
    let read = |value: Value| reply::read_answer(&value).map(TelemetryAnswer::Values);
    match question {
        Question::Values(expression) => {
            let asked = expression.narrowed(&visible)?;
            let data = ask(upstream, asked).await?;
            read(data).map_err(|_| Fault::Unavailable)
        }
        Question::Series(selection) => {
            let asked = selection.narrowed("/api/v1/series".into(), &visible, Malformed::Match)?;
            let data = ask(upstream, asked).await?;
            let series = reply::read_series(data).map_err(|_| Fault::Unavailable)?;
            Ok(TelemetryAnswer::Series(series))
        }
        Question::LabelNames(selection) => {
            let path = "/api/v1/labels".into();
            labels(upstream, &selection, path, &visible).await
        }
        Question::LabelValues(label, selection) => {
            let path = format!("/api/v1/label/{label}/values");
            labels(upstream, &selection, path, &visible).await
        }
        Question::Metrics(request) => {
            let limit = Some(request.limit.as_str());
            catalogue::metadata(&catalogue::Metadata::new(), None, limit)?;
            // Metadata cannot be narrowed there, so the names are asked for.
            let names = UpstreamQuestion {
                path: format!("/api/v1/label/{METRIC_NAME}/values"),
                parameters: vec![("match[]", write_selector(&some(&visible)))],
            };
            let names = ask(upstream, names).await?;
            let names = reply::read_labels(names).map_err(|_| Fault::Unavailable)?;
            let names: BTreeSet<&str> = names.iter().flat_map(|name| families(name)).collect();
            let all = UpstreamQuestion {
                path: "/api/v1/metadata".into(),
                parameters: Vec::new(),
            };
            let all = ask(upstream, all).await?;
            let mut all = reply::read_metadata(all).map_err(|_| Fault::Unavailable)?;
            all.retain(|name, _| names.contains(name.as_str()));
            let found = catalogue::metadata(&all, Some(&request.metric), limit)?;
            Ok(TelemetryAnswer::Metrics(found))
        }
    }
}

/// What all series that may be seen fulfil, the contract included.
fn visible(view: &View, upstream: &dyn Upstream) -> Vec<Matcher> {
    let contract = upstream.contract_label();
    let contract = contract.map(|label| Matcher::equal(label, &view.contract.to_string()));
    contract.into_iter().chain(view.visible.clone()).collect()
}

/// At least one matcher, because Prometheus refuses a selector that has none
/// which excludes the empty value.
fn some(visible: &[Matcher]) -> Vec<Matcher> {
    let named = Matcher::new(
        METRIC_NAME,
        crate::telemetry::Condition::NotEqual(String::new()),
    );
    core::iter::once(named)
        .chain(visible.iter().cloned())
        .collect()
}

impl Expression {
    fn narrowed(&self, visible: &[Matcher]) -> Result<UpstreamQuestion, Fault> {
        let query = narrow(&self.text, visible)
            .map_err(Malformed::Query)
            .map_err(QueryError::from)?;
        Ok(match self.times {
            Times::At(at) => UpstreamQuestion {
                path: "/api/v1/query".into(),
                parameters: vec![("query", query), ("time", write_seconds(at))],
            },
            Times::Range { start, end, step } => UpstreamQuestion {
                path: "/api/v1/query_range".into(),
                parameters: vec![
                    ("query", query),
                    ("start", write_seconds(start)),
                    ("end", write_seconds(end)),
                    ("step", write_seconds(step)),
                ],
            },
        })
    }
}

impl SeriesSelection {
    fn narrowed(
        &self,
        path: String,
        visible: &[Matcher],
        malformed: fn(crate::telemetry::ParseError) -> Malformed,
    ) -> Result<UpstreamQuestion, Fault> {
        let mut parameters = Vec::new();
        for selector in &self.matches {
            let narrowed = narrow_selector(selector, visible)
                .map_err(malformed)
                .map_err(QueryError::from)?;
            parameters.push(("match[]", narrowed));
        }
        if parameters.is_empty() {
            parameters.push(("match[]", write_selector(&some(visible))));
        }
        parameters.push(("start", write_seconds(self.from)));
        parameters.push(("end", write_seconds(self.to)));
        Ok(UpstreamQuestion { path, parameters })
    }
}

async fn labels(
    upstream: &dyn Upstream,
    selection: &SeriesSelection,
    path: String,
    visible: &[Matcher],
) -> Result<TelemetryAnswer, Fault> {
    let asked = selection.narrowed(path, visible, Malformed::LabelMatch)?;
    let labels = ask(upstream, asked).await?;
    let labels = reply::read_labels(labels).map_err(|_| Fault::Unavailable)?;
    Ok(TelemetryAnswer::Labels(labels))
}

/// Asks and gives the data of the answer.
async fn ask(upstream: &dyn Upstream, question: UpstreamQuestion) -> Result<Value, Fault> {
    let answer = upstream
        .ask(question)
        .await
        .map_err(|failure| match failure {
            UpstreamFailure::Late => Fault::from(QueryError::Timeout),
            UpstreamFailure::Unreachable | UpstreamFailure::TooLarge => Fault::Unavailable,
        })?;
    let limits = json::Limits {
        bytes: usize::MAX,
        depth: DEPTH,
    };
    let mut content = json::read(&answer.content, &limits).map_err(|_| Fault::Unavailable)?;
    if answer.status == 200 && content["status"] == "success" {
        return Ok(content["data"].take());
    }
    let text = content["error"].as_str().unwrap_or_default();
    let text: String = text.chars().take(MAX_REFUSAL).collect();
    let kind = match (answer.status, content["errorType"].as_str()) {
        (400, Some("bad_data")) => QueryRefusal::BadData,
        (422, Some("execution")) => QueryRefusal::Execution,
        (503, Some("timeout" | "canceled")) => return Err(QueryError::Timeout.into()),
        // Whatever else it says is between it and this deployment.
        _ => return Err(Fault::Unavailable),
    };
    Err(Fault::Request(RequestFault::Query(QueryFault {
        kind,
        message: text,
    })))
}
