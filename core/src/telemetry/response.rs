//! Answers as the JSON of the Prometheus HTTP API: times are numbers of
//! seconds, values are texts.
//! <https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview>

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use core::fmt::{Display, Write};
use serde::Serialize;

use super::Millis;
use super::catalogue::{Description, Metadata};
use super::error::QueryError;
use super::query::Answer;
use super::source::Sample;
use super::text::{ApiFloat, Decimal, write_seconds};

/// The body of the response to a query.
#[must_use]
pub fn write_answer(answer: &Answer) -> String {
    let mut body = String::from(r#"{"status":"success","data":{"resultType":"#);
    match answer {
        Answer::Scalar(sample) => {
            body.push_str(r#""scalar","result":"#);
            write_point(&mut body, sample.at, &Decimal(sample.value));
        }
        Answer::Text(at, text) => {
            body.push_str(r#""string","result":["#);
            body.push_str(&write_seconds(*at));
            body.push(',');
            write_json(&mut body, text);
            body.push(']');
        }
        Answer::Vector(elements) => {
            body.push_str(r#""vector","result":"#);
            write_list(&mut body, elements, |body, (labels, sample)| {
                body.push_str(r#"{"metric":"#);
                write_json(body, labels);
                body.push_str(r#","value":"#);
                write_sample(body, sample);
                body.push('}');
            });
        }
        Answer::Matrix(series) => {
            body.push_str(r#""matrix","result":"#);
            write_list(&mut body, series, |body, (labels, samples)| {
                body.push_str(r#"{"metric":"#);
                write_json(body, labels);
                body.push_str(r#","values":"#);
                write_list(body, samples, write_sample);
                body.push('}');
            });
        }
    }
    body.push_str("}}");
    body
}

/// The body of the response with lists of labels or series.
#[must_use]
pub fn write_data<T: Serialize + ?Sized>(data: &T) -> String {
    let mut body = String::from(r#"{"status":"success","data":"#);
    write_json(&mut body, data);
    body.push('}');
    body
}

/// The body of the response with metadata, where every metric has a list.
#[must_use]
pub fn write_metadata(metadata: &Metadata) -> String {
    let lists: BTreeMap<&String, [&Description; 1]> = metadata
        .iter()
        .map(|(metric, description)| (metric, [description]))
        .collect();
    write_data(&lists)
}

/// The body of the response to a request without an answer.
#[must_use]
pub fn write_error(error: &QueryError) -> String {
    let mut body = String::from(r#"{"status":"error","errorType":""#);
    body.push_str(error.kind());
    body.push_str(r#"","error":"#);
    write_json(&mut body, &error.to_string());
    body.push('}');
    body
}

fn write_json<T: Serialize + ?Sized>(body: &mut String, value: &T) {
    // Labels, texts and metadata have no keys that are not texts.
    body.push_str(&serde_json::to_string(value).expect("labels and texts are JSON"));
}

fn write_list<'a, T>(
    body: &mut String,
    items: &'a [T],
    mut write_item: impl FnMut(&mut String, &'a T),
) {
    body.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        write_item(body, item);
    }
    body.push(']');
}

fn write_sample(body: &mut String, sample: &Sample) {
    write_point(body, sample.at, &ApiFloat(sample.value));
}

fn write_point(body: &mut String, at: Millis, value: &impl Display) {
    let written = write!(body, "[{},\"{value}\"]", write_seconds(at));
    debug_assert!(written.is_ok(), "a string takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Labels;
    use crate::telemetry::query::Query;
    use alloc::vec;

    fn sample(at: Millis, value: f64) -> Sample {
        Sample { at, value }
    }

    #[test]
    fn answers_have_the_shapes_of_prometheus() {
        let labels = Labels::of([("__name__", "m"), ("uuid", "a\"b")]);
        for (answer, data) in [
            (
                Answer::Scalar(sample(1_795_293_092_662, 1e21)),
                r#"{"resultType":"scalar","result":[1795293092.662,"1000000000000000000000"]}"#,
            ),
            (
                Answer::Text(1_500, "a\nb".into()),
                r#"{"resultType":"string","result":[1.5,"a\nb"]}"#,
            ),
            (
                Answer::Vector(vec![(labels.clone(), sample(60_000, 1e21))]),
                concat!(
                    r#"{"resultType":"vector","result":[{"metric":{"__name__":"m","uuid":"a\"b"},"#,
                    r#""value":[60,"1e+21"]}]}"#
                ),
            ),
            (
                Answer::Matrix(vec![(
                    Labels::default(),
                    vec![sample(0, f64::NAN), sample(1, f64::INFINITY)],
                )]),
                concat!(
                    r#"{"resultType":"matrix","result":[{"metric":{},"#,
                    r#""values":[[0,"NaN"],[0.001,"+Inf"]]}]}"#
                ),
            ),
            (
                Answer::Vector(vec![]),
                r#"{"resultType":"vector","result":[]}"#,
            ),
        ] {
            let expected = alloc::format!(r#"{{"status":"success","data":{data}}}"#);
            assert_eq!(write_answer(&answer), expected);
        }
        let names = ["a", "b"];
        assert_eq!(
            write_data(&names),
            r#"{"status":"success","data":["a","b"]}"#
        );
    }

    #[test]
    fn errors_name_their_kind_and_reason() {
        let error = Query::instant("(\"", 0).unwrap_err();
        assert_eq!(error.status(), 400);
        assert_eq!(
            write_error(&error),
            concat!(
                r#"{"status":"error","errorType":"bad_data","error":"invalid parameter "#,
                r#"\"query\": 1:2: parse error: unterminated quoted string"}"#
            )
        );
        assert_eq!(QueryError::Timeout.status(), 503);
    }
}
