//! Holding an answer against what is expected of it. Everything is judged,
//! whatever fails first.

use super::jwt::{self, KeySets};
use super::options::Target;
use super::subject::Subject;
use super::values::{Values, now};
use crate::expect::{Matcher, Mismatch, Path};
use crate::peer::Peer;
use crate::report::Decoded;
use crate::scenario::model::{Expect, Expected};
use crate::scenario::{Diagnostic, Key, Span};
use crate::secret::Redactor;
use core::time::Duration;
use serde_json::Value as Json;

/// What came of judging an answer.
#[derive(Default)]
pub(super) struct Judgement {
    /// Demands that are not met.
    pub(super) mismatches: Vec<Mismatch>,
    /// Demands that cannot be made, because a value does not fit.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What a reader should know anyway.
    pub(super) warnings: Vec<String>,
    /// The tokens that were judged.
    pub(super) tokens: Vec<Decoded>,
}

impl Judgement {
    pub(super) const fn is_good(&self) -> bool {
        self.mismatches.is_empty() && self.diagnostics.is_empty()
    }
}

/// Whether a step must succeed if it does not say what status it expects.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Success {
    Demanded,
    NotDemanded,
}

/// What judging needs beside the answer.
#[derive(Clone, Copy)]
pub(super) struct Court<'a> {
    pub(super) values: Values<'a>,
    pub(super) target: &'a Target,
    pub(super) peer: &'a Peer,
    pub(super) key_sets: &'a KeySets,
    pub(super) redactor: &'a Redactor,
    /// How long fetching a key set may take.
    pub(super) within: Duration,
}

impl Court<'_> {
    /// Judges an answer. `place` is where a demand stands that nobody wrote.
    pub(super) async fn judge(
        &self,
        expect: Option<&Expect>,
        subject: &Subject,
        success: Success,
        place: &Span,
    ) -> Judgement {
        let mut judgement = Judgement::default();
        let status = expect.and_then(|expect| expect.status.as_ref());
        match status {
            Some(expected) => {
                let code = Json::from(subject.answer.response.status.code());
                self.hold(expected, Some(&code), "status", &mut judgement);
            }
            None if success == Success::Demanded => demand_success(subject, place, &mut judgement),
            None => {}
        }
        let Some(expect) = expect else {
            return judgement;
        };
        if let Some(longest) = &expect.under {
            match self.values.delay(longest) {
                Ok(longest_allowed) => {
                    demand_speed(subject, longest_allowed, longest.span(), &mut judgement);
                }
                Err(diagnostic) => judgement.diagnostics.push(diagnostic),
            }
        }
        self.headers(expect, subject, &mut judgement);
        if let Some(expected) = &expect.body {
            let text = String::from_utf8_lossy(&subject.answer.response.body);
            self.hold(expected, Some(&Json::from(text)), "body", &mut judgement);
        }
        self.parts(
            expect.json.meanings(),
            subject.json(),
            "body",
            &mut judgement,
        );
        let outcome = subject.outcome();
        self.parts(
            expect.outcome.meanings(),
            outcome,
            "outcome",
            &mut judgement,
        );
        for (key, path, token) in expect.jwt.meanings() {
            jwt::judge(self, (key, path), token, subject, &mut judgement).await;
        }
        judgement
    }

    fn headers(&self, expect: &Expect, subject: &Subject, judgement: &mut Judgement) {
        for (key, expected) in expect.headers.iter() {
            let text = subject.header(&key.text);
            let place = format!("header {}", key.text.to_ascii_lowercase());
            if let Some(matcher) = self.matcher(expected, judgement) {
                let mismatches = matcher.judge_header(text.as_deref(), &place, now());
                judgement.mismatches.extend(mismatches);
            }
        }
    }

    /// Judges parts of a document by their paths.
    pub(super) fn parts<'e>(
        &self,
        mut entries: impl Iterator<Item = (&'e Key, &'e Path, &'e Expected)>,
        document: Result<&Json, &str>,
        noun: &str,
        judgement: &mut Judgement,
    ) {
        let document = match document {
            Ok(document) => document,
            Err(problem) => {
                // One sentence is enough for a document that is not there.
                if let Some((key, ..)) = entries.next() {
                    judgement.mismatches.push(Mismatch {
                        span: key.span.clone(),
                        place: noun.to_owned(),
                        expected: "a JSON document".to_owned(),
                        actual: "none".to_owned(),
                        hint: Some(problem.to_owned()),
                    });
                }
                return;
            }
        };
        for (key, path, expected) in entries {
            let Some(matcher) = self.matcher(expected, judgement) else {
                continue;
            };
            // A path says by itself where it leads.
            let place = match key.text.starts_with('$') {
                true => key.text.clone(),
                false => format!("{noun} {}", key.text),
            };
            let found = path.select(document);
            let mut mismatches = match &found {
                Some(found) if !path.is_singular() => matcher.judge_all(found, &place, now()),
                found => matcher.judge(found.as_deref(), &place, now()),
            };
            if found.is_none()
                && let Some(first) = mismatches.first_mut()
            {
                first.hint = path.explain_miss(document);
            }
            judgement.mismatches.append(&mut mismatches);
        }
    }

    /// Judges one value.
    fn hold(
        &self,
        expected: &Expected,
        actual: Option<&Json>,
        place: &str,
        judgement: &mut Judgement,
    ) {
        if let Some(matcher) = self.matcher(expected, judgement) {
            judgement
                .mismatches
                .extend(matcher.judge(actual, place, now()));
        }
    }

    fn matcher(&self, expected: &Expected, judgement: &mut Judgement) -> Option<Matcher> {
        match Matcher::read(&expected.0, &|node| self.values.node(node)) {
            Ok(matcher) => Some(matcher),
            Err(diagnostics) => {
                judgement.diagnostics.extend(diagnostics);
                None
            }
        }
    }
}

fn demand_success(subject: &Subject, place: &Span, judgement: &mut Judgement) {
    let status = subject.answer.response.status;
    if !status.is_success() {
        judgement.mismatches.push(Mismatch {
            span: place.clone(),
            place: "status".to_owned(),
            expected: "any 2xx".to_owned(),
            actual: format!("{} {}", status.code(), status.reason())
                .trim_end()
                .to_owned(),
            hint: None,
        });
    }
}

fn demand_speed(subject: &Subject, longest: Duration, span: &Span, judgement: &mut Judgement) {
    let took = subject.answer.took;
    if took > longest {
        judgement.mismatches.push(Mismatch {
            span: span.clone(),
            place: "time".to_owned(),
            expected: format!("at most {} ms", longest.as_millis()),
            actual: format!("{} ms", took.as_millis()),
            hint: None,
        });
    }
}
