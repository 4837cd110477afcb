//! The TelemetryAPI: questions in the words of the Prometheus HTTP API, read
//! from queries only, and the path on which an administrator hands samples in,
//! which is ours.
//!
//! Who is not let in is told so in the envelope of the other APIs; what is
//! wrong with a question is told as Prometheus does.
//! <https://prometheus.io/docs/prometheus/latest/querying/api/>

use super::Api;
use crate::dialect::document::{self, parameter, read_query};
use crate::dialect::{Route, Unspoken};
use crate::http::{Body, Captures, Method, Pairs, Request, Response, Status, Template};
use crate::operation::{
    Fault, IngestSamples, ListLabelValues, ListMetrics, Name, Nothing, Operation, Outcome,
    QueryRefusal, QueryTelemetry, QueryTelemetryRange, RequestFault, SelectSeries, TelemetryAnswer,
    read_contract_number,
};
use alloc::format;
use alloc::string::{String, ToString};
use serde::Serialize;
use serde_json::{Value, json};

/// Where the TelemetryAPI begins; clients ask there whether it answers.
pub(super) const BASE: &str = "/telemetry/";
pub(super) const BASE_ALONE: &str = "/telemetry";
pub(super) const QUERY: &str = "/telemetry/api/v1/query";
pub(super) const RANGE: &str = "/telemetry/api/v1/query_range";
pub(super) const SERIES: &str = "/telemetry/api/v1/series";
pub(super) const LABELS: &str = "/telemetry/api/v1/labels";
/// The vendor lists this path without saying what it answers.
pub(super) const LABEL: &str = "/telemetry/api/v1/label";
pub(super) const VALUES: &str = "/telemetry/api/v1/label/{label}/values";
pub(super) const METADATA: &str = "/telemetry/api/v1/metadata";
pub(super) const SAMPLES: &str = "/admin/ionos/contracts/{contract}/samples";

/// Whether a request is one to the TelemetryAPI, which knows tokens only: by
/// what it was routed to, or by its path if there is nothing there.
pub(super) fn takes_no_password(route: Option<&Route>, request: &Request) -> bool {
    if let Some(route) = route {
        let name = route.operation;
        return Api::of(name) == Some(Api::Telemetry) && name != Name::IngestSamples;
    }
    let path = request.path.as_str();
    let path = path.strip_prefix("/ionos").unwrap_or(path);
    path == BASE_ALONE || path.starts_with(BASE)
}

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
) -> Result<Operation, Fault> {
    if route.operation == Name::IngestSamples {
        return read_samples(captures, request).map(Operation::IngestSamples);
    }
    let query = read_query(request)?;
    let text = |name| parameter(&query, name);
    Ok(match route.operation {
        Name::QueryTelemetry => Operation::QueryTelemetry(QueryTelemetry {
            query: text("query")?,
            time: text("time")?,
            timeout: text("timeout")?,
        }),
        Name::QueryTelemetryRange => Operation::QueryTelemetryRange(QueryTelemetryRange {
            query: text("query")?,
            start: text("start")?,
            end: text("end")?,
            step: text("step")?,
            timeout: text("timeout")?,
        }),
        Name::ListSeries => Operation::ListSeries(read_selection(&query)?),
        Name::ListLabels => Operation::ListLabels(read_selection(&query)?),
        Name::ListLabelValues => Operation::ListLabelValues(ListLabelValues {
            label: captures.value("label").into(),
            series: read_selection(&query)?,
        }),
        Name::ListMetrics => Operation::ListMetrics(ListMetrics {
            metric: text("metric")?,
            limit: text("limit")?,
        }),
        _ => Operation::TelemetryStatus(Nothing {}),
    })
}

fn read_selection(query: &Pairs) -> Result<SelectSeries, Fault> {
    Ok(SelectSeries {
        matches: query.all("match[]").map(String::from).collect(),
        start: parameter(query, "start")?,
        end: parameter(query, "end")?,
    })
}

fn read_samples(captures: &Captures, request: &Request) -> Result<IngestSamples, Fault> {
    let contract = captures.value("contract");
    let contract = read_contract_number(contract)
        .ok_or_else(|| Fault::field("number", "is not the number of a contract"))?;
    let charset = request.headers.charset();
    if request.media_type().as_deref() != Some("text/plain")
        || charset.is_some_and(|charset| charset != "utf-8")
    {
        return Err(Fault::Request(RequestFault::MediaType));
    }
    let Body::Whole(bytes) = &request.body else {
        return Err(Fault::Request(RequestFault::Broken));
    };
    let text =
        core::str::from_utf8(bytes).map_err(|_| Fault::syntax("the content is not UTF-8"))?;
    Ok(IngestSamples {
        contract,
        text: text.into(),
    })
}

/// Writes what came of a request; `None` for what is not ours to write.
pub(super) fn write_response(
    route: Option<&Route>,
    request: &Request,
    result: &Result<Outcome, Fault>,
) -> Option<Response> {
    let ingests = route.is_some_and(|route| route.operation == Name::IngestSamples);
    match result {
        Ok(Outcome::Telemetry(answer)) => Some(Response::json(Status::OK, answer.write())),
        Ok(Outcome::Accepted(samples)) if ingests => {
            let content = json!({ "samples": samples });
            Some(Response::json(Status::OK, content.to_string()).no_store())
        }
        Ok(Outcome::Done) if takes_no_password(route, request) => {
            let content = json!({ "status": "success" });
            Some(Response::json(Status::OK, content.to_string()))
        }
        Err(fault) if takes_no_password(route, request) => write_refusal(fault),
        _ => None,
    }
}

/// A refusal as Prometheus writes it.
#[derive(Serialize)]
struct Refusal<'a> {
    status: &'static str,
    #[serde(rename = "errorType")]
    kind: &'static str,
    error: &'a str,
}

fn write_refusal(fault: &Fault) -> Option<Response> {
    let text = fault.to_string();
    let (status, kind) = match fault {
        Fault::Request(RequestFault::Path) => {
            let content = "404 page not found\n";
            return Some(
                Response::new(Status::NOT_FOUND)
                    .with_content("text/plain; charset=utf-8", content)
                    .with_header("x-content-type-options", "nosniff"),
            );
        }
        Fault::Request(RequestFault::Query(refused)) => match refused.kind {
            QueryRefusal::BadData => (Status::BAD_REQUEST, "bad_data"),
            QueryRefusal::Execution => (Status::UNPROCESSABLE_CONTENT, "execution"),
            QueryRefusal::Timeout => (Status::SERVICE_UNAVAILABLE, "timeout"),
        },
        // Prometheus has no contracts, so their header is refused as elsewhere.
        Fault::Request(RequestFault::Field { at, .. }) if at == "contract" => return None,
        Fault::Request(RequestFault::Syntax(_) | RequestFault::Field { .. }) => {
            (Status::BAD_REQUEST, "bad_data")
        }
        Fault::Unavailable => (Status::SERVICE_UNAVAILABLE, "unavailable"),
        Fault::Internal => (Status::INTERNAL_SERVER_ERROR, "internal"),
        _ => return None,
    };
    let refusal = Refusal {
        status: "error",
        kind,
        error: &text,
    };
    let content = serde_json::to_string(&refusal).unwrap_or_default();
    Some(Response::json(status, content))
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let mut query = Pairs::new();
    let mut push = |name: &str, value: &str| {
        if !value.is_empty() {
            query.push(name, value);
        }
    };
    let mut path = String::new();
    match operation {
        Operation::IngestSamples(samples) => {
            let contract = samples.contract.to_string();
            path = Template::new(SAMPLES).render(&[("contract", &contract)]);
            let request = Request::new(Method::Post, path);
            return Ok(request.with_content("text/plain", samples.text.as_bytes()));
        }
        Operation::TelemetryStatus(Nothing {}) => path.push_str(BASE),
        Operation::QueryTelemetry(asked) => {
            path.push_str(QUERY);
            push("query", &asked.query);
            push("time", &asked.time);
            push("timeout", &asked.timeout);
        }
        Operation::QueryTelemetryRange(asked) => {
            path.push_str(RANGE);
            push("query", &asked.query);
            push("start", &asked.start);
            push("end", &asked.end);
            push("step", &asked.step);
            push("timeout", &asked.timeout);
        }
        Operation::ListSeries(selection) => {
            path.push_str(SERIES);
            query = write_selection(selection);
        }
        Operation::ListLabels(selection) => {
            path.push_str(LABELS);
            query = write_selection(selection);
        }
        Operation::ListLabelValues(asked) => {
            path = Template::new(VALUES).render(&[("label", &asked.label)]);
            query = write_selection(&asked.series);
        }
        Operation::ListMetrics(asked) => {
            path.push_str(METADATA);
            push("metric", &asked.metric);
            push("limit", &asked.limit);
        }
        other => return Err(Unspoken::Operation(other.name())),
    }
    Ok(document::write_query(path, &query))
}

fn write_selection(selection: &SelectSeries) -> Pairs {
    let mut query = Pairs::new();
    for selector in &selection.matches {
        query.push("match[]", selector.as_str());
    }
    for (name, value) in [("start", &selection.start), ("end", &selection.end)] {
        if !value.is_empty() {
            query.push(name, value.as_str());
        }
    }
    query
}

pub(super) fn read_response(
    operation: &Operation,
    mut content: Value,
) -> Result<Outcome, Unspoken> {
    match operation {
        Operation::IngestSamples(_) => {
            let samples = content["samples"].as_u64();
            let samples = samples.and_then(|samples| usize::try_from(samples).ok());
            let samples = samples.ok_or_else(|| Unspoken::Response("samples is missing".into()))?;
            Ok(Outcome::Accepted(samples))
        }
        Operation::TelemetryStatus(_) => Ok(Outcome::Done),
        other => {
            let data = content.get_mut("data").map(Value::take).unwrap_or_default();
            TelemetryAnswer::read(other.name(), data)
                .map(Outcome::Telemetry)
                .map_err(|problem| Unspoken::Response(format!("{problem}")))
        }
    }
}
