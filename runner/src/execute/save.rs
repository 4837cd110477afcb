//! Taking values out of an answer. Numbers stay numbers, objects stay objects.

use super::subject::Subject;
use super::tokens::access_token;
use crate::expect::{Mismatch, Path};
use crate::scenario::model::{Save, SaveSource};
use crate::scenario::{Span, Value};
use crate::secret::{Redactor, Secret, learn_token};
use serde_json::Value as Json;

/// The value that a save takes, which is masked from now on if it is secret.
pub(super) fn take(
    name: &str,
    save: &Save,
    subject: &Subject,
    redactor: &Redactor,
) -> Result<Value, Mismatch> {
    let miss = |place: &str, hint: Option<String>| missed(&save.span, place, hint);
    let value = match &save.source {
        SaveSource::Status => Json::from(subject.answer.response.status.code()),
        SaveSource::Body => {
            Json::from(String::from_utf8_lossy(&subject.answer.response.body).into_owned())
        }
        SaveSource::Header(header) => Json::from(
            subject
                .header(header)
                .ok_or_else(|| miss(&format!("header {header}"), None))?,
        ),
        SaveSource::Json(text, path) => {
            let document = subject.json();
            let document = document.map_err(|problem| miss(text, Some(problem.into())))?;
            select(path, document).map_err(|hint| miss(text, hint))?
        }
        SaveSource::Outcome(text, path) => {
            let document = subject.outcome();
            let document = document.map_err(|problem| miss(text, Some(problem.into())))?;
            select(path, document).map_err(|hint| miss(text, hint))?
        }
        SaveSource::Token => {
            let document = subject
                .json()
                .map_err(|problem| miss("token", Some(problem.into())))?;
            let token = access_token(document)
                .ok_or_else(|| miss("token", Some("no `access_token` in the body".into())))?;
            learn_token(redactor, token);
            return Ok(Value::Text(token.to_owned()));
        }
    };
    if save.secret {
        hide(name, &value, &save.span, redactor)?;
    }
    Ok(Value::from_json(&value, &save.span))
}

/// What a path finds; a list that is empty counts as nothing found.
fn select(path: &Path, document: &Json) -> Result<Json, Option<String>> {
    let found = path
        .select(document)
        .ok_or_else(|| path.explain_miss(document))?;
    if !path.is_singular() && found.as_array().is_some_and(Vec::is_empty) {
        return Err(Some("nothing fits the path".to_owned()));
    }
    Ok(found.into_owned())
}

fn missed(span: &Span, place: &str, hint: Option<String>) -> Mismatch {
    Mismatch {
        span: span.clone(),
        place: place.to_owned(),
        expected: "a value to save".to_owned(),
        actual: "nothing".to_owned(),
        hint,
    }
}

fn hide(name: &str, value: &Json, span: &Span, redactor: &Redactor) -> Result<(), Mismatch> {
    let text = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    match Secret::read(text) {
        Ok(secret) => {
            redactor.learn(&secret);
            Ok(())
        }
        Err(short) => Err(Mismatch {
            span: span.clone(),
            place: name.to_owned(),
            expected: "a secret that can be masked".to_owned(),
            actual: format!("one of {} characters", short.length),
            hint: None,
        }),
    }
}
