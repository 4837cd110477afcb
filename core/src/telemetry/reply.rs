//! Reads answers of the Prometheus HTTP API: the data of what [`response`]
//! writes, and of what a Prometheus writes. Native histograms are not read.
//! <https://prometheus.io/docs/prometheus/latest/querying/api/>
//!
//! [`response`]: super::response

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::Deserialize;
use serde_json::Value;

use super::Millis;
use super::catalogue::{Description, Metadata, MetricKind};
use super::labels::Labels;
use super::query::Answer;
use super::source::Sample;
use super::text::read_float;

/// The data is not such an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an answer of the Prometheus HTTP API")
    }
}

impl core::error::Error for NoAnswer {}

/// Reads the data of the answer to a query.
///
/// # Errors
/// [`NoAnswer`] for any other data.
pub fn read_answer(data: &Value) -> Result<Answer, NoAnswer> {
    let result = &data["result"];
    match data["resultType"].as_str() {
        Some("scalar") => read_sample(result).map(Answer::Scalar),
        Some("string") => match result.as_array().map(Vec::as_slice) {
            Some([at, Value::String(text)]) => Ok(Answer::Text(read_time(at)?, text.clone())),
            _ => Err(NoAnswer),
        },
        Some("vector") => read_list(result, |series| {
            Ok((read_labels_of(series)?, read_sample(&series["value"])?))
        })
        .map(Answer::Vector),
        Some("matrix") => read_list(result, |series| {
            let samples = read_list(&series["values"], read_sample)?;
            Ok((read_labels_of(series)?, samples))
        })
        .map(Answer::Matrix),
        _ => Err(NoAnswer),
    }
}

/// Reads a list of series.
///
/// # Errors
/// [`NoAnswer`] for any other data.
pub fn read_series(data: Value) -> Result<BTreeSet<Labels>, NoAnswer> {
    serde_json::from_value(data).map_err(|_| NoAnswer)
}

/// Reads a list of names or values of labels.
///
/// # Errors
/// [`NoAnswer`] for any other data.
pub fn read_labels(data: Value) -> Result<BTreeSet<String>, NoAnswer> {
    serde_json::from_value(data).map_err(|_| NoAnswer)
}

/// Reads what metrics mean. Where targets disagree the first one counts.
///
/// # Errors
/// [`NoAnswer`] for any other data.
pub fn read_metadata(data: Value) -> Result<Metadata, NoAnswer> {
    #[derive(Deserialize)]
    struct Said {
        #[serde(rename = "type")]
        kind: String,
        #[serde(default)]
        help: String,
        #[serde(default)]
        unit: String,
    }
    let all: BTreeMap<String, Vec<Said>> = serde_json::from_value(data).map_err(|_| NoAnswer)?;
    let first = |(metric, said): (String, Vec<Said>)| {
        let said = said.into_iter().next()?;
        // OpenMetrics has kinds that the text format has not.
        let kind = serde_json::from_value(Value::String(said.kind)).unwrap_or(MetricKind::Untyped);
        let (help, unit) = (said.help, said.unit);
        Some((metric, Description { kind, help, unit }))
    };
    Ok(all.into_iter().filter_map(first).collect())
}

fn read_list<T>(
    list: &Value,
    read: impl Fn(&Value) -> Result<T, NoAnswer>,
) -> Result<Vec<T>, NoAnswer> {
    list.as_array().ok_or(NoAnswer)?.iter().map(read).collect()
}

fn read_labels_of(series: &Value) -> Result<Labels, NoAnswer> {
    Labels::deserialize(&series["metric"]).map_err(|_| NoAnswer)
}

fn read_sample(pair: &Value) -> Result<Sample, NoAnswer> {
    match pair.as_array().map(Vec::as_slice) {
        Some([at, Value::String(value)]) => Ok(Sample {
            at: read_time(at)?,
            value: read_float(value).map_err(|_| NoAnswer)?,
        }),
        _ => Err(NoAnswer),
    }
}

fn read_time(seconds: &Value) -> Result<Millis, NoAnswer> {
    let seconds = seconds.as_f64().filter(|seconds| seconds.abs() < 1e12);
    let seconds = seconds.ok_or(NoAnswer)?;
    Ok(libm::round(seconds * 1000.0) as Millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::response::{write_answer, write_data, write_metadata};
    use alloc::vec;
    use proptest::prelude::*;
    use serde_json::json;

    fn data(body: &str) -> Value {
        let mut body: Value = serde_json::from_str(body).unwrap();
        body["data"].take()
    }

    fn any_sample() -> impl Strategy<Value = Sample> {
        (-9_000_000_000_000_i64..9_000_000_000_000, any::<f64>())
            .prop_filter("NaN differs from itself", |(_, value)| !value.is_nan())
            .prop_map(|(at, value)| Sample { at, value })
    }

    fn any_labels() -> impl Strategy<Value = Labels> {
        proptest::collection::vec(("[a-z_]{1,5}", ".{0,5}"), 0..4).prop_map(Labels::of)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            sample in any_sample(),
            text in ".{0,20}",
            vector in proptest::collection::vec((any_labels(), any_sample()), 0..4),
            matrix in proptest::collection::vec(
                (any_labels(), proptest::collection::vec(any_sample(), 0..4)), 0..4),
        ) {
            for answer in [
                Answer::Scalar(sample),
                Answer::Text(sample.at, text),
                Answer::Vector(vector),
                Answer::Matrix(matrix),
            ] {
                prop_assert_eq!(read_answer(&data(&write_answer(&answer))), Ok(answer));
            }
        }
    }

    #[test]
    fn catalogues_are_read_as_they_were_written() {
        let series = BTreeSet::from([Labels::of([("a", "1")]), Labels::of([("b", "2")])]);
        assert_eq!(read_series(data(&write_data(&series))), Ok(series));
        let labels = BTreeSet::from(["a".into(), "b".into()]);
        assert_eq!(read_labels(data(&write_data(&labels))), Ok(labels));
        let gauge = Description {
            kind: MetricKind::Gauge,
            help: "h".into(),
            unit: String::new(),
        };
        let metadata = Metadata::from([("m".into(), gauge)]);
        assert_eq!(
            read_metadata(data(&write_metadata(&metadata))),
            Ok(metadata)
        );
    }

    #[test]
    fn other_data_is_refused() {
        for other in [
            json!(null),
            json!({ "resultType": "scalar", "result": [1] }),
            json!({ "resultType": "scalar", "result": [1, 2] }),
            json!({ "resultType": "scalar", "result": [1e300, "1"] }),
            json!({ "resultType": "scalar", "result": [1, "x"] }),
            json!({ "resultType": "string", "result": ["1", "x"] }),
            json!({ "resultType": "vector", "result": {} }),
            json!({ "resultType": "vector", "result": [{ "metric": {}, "histogram": [1, {}] }] }),
            json!({ "resultType": "vector", "result": [{ "metric": { "a": 1 }, "value": [1, "1"] }] }),
            json!({ "resultType": "matrix", "result": [{ "metric": {} }] }),
            json!({ "resultType": "streams", "result": [] }),
        ] {
            assert_eq!(read_answer(&other), Err(NoAnswer), "{other}");
        }
        assert_eq!(read_series(json!([{ "a": 1 }])), Err(NoAnswer));
        assert_eq!(read_labels(json!(["a", 1])), Err(NoAnswer));
        assert_eq!(read_metadata(json!({ "m": {} })), Err(NoAnswer));
        let unknown = json!({ "m": [{ "type": "stateset" }], "n": [] });
        let read = read_metadata(unknown).unwrap();
        assert_eq!(
            vec![MetricKind::Untyped],
            read.values().map(|m| m.kind).collect::<Vec<_>>()
        );
    }
}
