//! The report for programs: one JSON object per line, in the order of events.

use super::event::{
    Answered, Decoded, Event, Excerpt, Exchange, Failure, Finding, Outline, RunKind, StepKind,
    StepResult, Summary, Tolerance, Verdict,
};
use super::ordered::Report;
use crate::secret::{Masked, Output};
use core::time::Duration;
use serde_json::{Value, json};
use std::io;

/// Writes JSON lines.
pub struct JsonLines {
    output: Output,
    outline: Outline,
}

impl JsonLines {
    /// Writes to `output`.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self {
            output,
            outline: Outline::default(),
        }
    }
}

impl Report for JsonLines {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        let line = match event {
            Event::Began(outline) => {
                self.outline = outline.clone();
                began(outline)
            }
            Event::RunBegan { .. } | Event::StepBegan { .. } => return Ok(()),
            Event::StepEnded { run, step } => step_ended(&self.outline, *run, step),
            Event::RunEnded { run, result } => json!({
                "kind": "run",
                "run": run,
                "name": name(&self.outline, *run),
                "outcome": result.outcome.as_str(),
                "took_ms": millis(result.took),
            }),
            Event::Ended(summary) => ended(summary, &self.outline),
        };
        self.output.write(&format!("{line}\n"))?;
        self.output.flush()
    }
}

fn began(outline: &Outline) -> Value {
    let runs = outline.runs.iter().map(|run| {
        json!({
            "name": run.name.as_str(),
            "file": run.file,
            "steps": run.steps,
            "fixtures": run.kind == RunKind::Fixtures,
        })
    });
    json!({
        "kind": "began",
        "target": outline.target.as_str(),
        "runs": runs.collect::<Vec<_>>(),
    })
}

fn step_ended(outline: &Outline, run: usize, step: &StepResult) -> Value {
    let mut line = json!({
        "kind": match step.kind {
            StepKind::Step => "step",
            StepKind::Undo => "undo",
        },
        "run": run,
        "scenario": name(outline, run),
        "name": step.name.as_str(),
        "file": step.span.source().path(),
        "line": step.span.line(),
        "took_ms": millis(step.took),
    });
    line["outcome"] = match &step.verdict {
        Verdict::Passed => "passed".into(),
        Verdict::Skipped(skip) => {
            line["reason"] = skip.words().into();
            "skipped".into()
        }
        Verdict::Failed(failed) => {
            line["failure"] = failure(failed);
            line["soft"] =
                (step.tolerance == Tolerance::Soft && step.kind == StepKind::Step).into();
            "failed".into()
        }
    };
    if !step.warnings.is_empty() {
        line["warnings"] = step.warnings.iter().map(Masked::as_str).collect();
    }
    line
}

fn failure(failure: &Failure) -> Value {
    json!({
        "cause": failure.cause.as_str(),
        "findings": failure.findings.iter().map(finding).collect::<Vec<_>>(),
        "exchange": failure.exchange.as_ref().map(exchange),
        "tokens": failure.tokens.iter().map(token).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "file": finding.span.source().path(),
        "line": finding.span.line(),
        "column": finding.span.column(),
        "sentence": finding.sentence.as_str(),
        "help": finding.help.as_ref().map(Masked::as_str),
    })
}

fn exchange(exchange: &Exchange) -> Value {
    json!({
        "request": {
            "line": exchange.line.as_str(),
            "headers": headers(&exchange.request_headers),
            "body": excerpt(&exchange.request_body),
        },
        "response": exchange.response.as_ref().map(response),
        "curl": exchange.curl.as_ref().map(Masked::as_str),
    })
}

fn response(answered: &Answered) -> Value {
    json!({
        "status": answered.status,
        "headers": headers(&answered.headers),
        "body": excerpt(&answered.body),
        "took_ms": millis(answered.took),
    })
}

fn headers(headers: &[(Masked, Masked)]) -> Value {
    headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), value.as_str()]))
        .collect()
}

fn excerpt(excerpt: &Excerpt) -> Value {
    json!({ "text": excerpt.text.as_str(), "bytes_left_out": excerpt.left_out })
}

fn token(token: &Decoded) -> Value {
    json!({
        "name": token.name.as_str(),
        "header": token.header.as_str(),
        "claims": token.claims.as_str(),
        "refusal": token.refusal.as_ref().map(Masked::as_str),
    })
}

fn ended(summary: &Summary, outline: &Outline) -> Value {
    let slowest = summary.slowest.iter().map(|slow| {
        json!({
            "scenario": name(outline, slow.run),
            "name": slow.name.as_str(),
            "took_ms": millis(slow.took),
        })
    });
    let exit = summary.exit();
    json!({
        "kind": "summary",
        "scenarios": counts(&summary.runs),
        "steps": counts(&summary.steps),
        "undo": { "taken_back": summary.undo.passed, "left_behind": summary.undo.failed },
        "took_ms": millis(summary.took),
        "slowest": slowest.collect::<Vec<_>>(),
        "exit": exit.code(),
        "meaning": exit.meaning(),
    })
}

fn counts(counts: &super::event::Counts) -> Value {
    json!({ "passed": counts.passed, "failed": counts.failed, "skipped": counts.skipped })
}

fn name(outline: &Outline, run: usize) -> &str {
    outline
        .runs
        .get(run)
        .map(|run| run.name.as_str())
        .unwrap_or_default()
}

/// Milliseconds with microseconds behind the point.
fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
