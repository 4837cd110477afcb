//! The report for people: a line per scenario, everything about each failure,
//! a summary.

use super::event::{
    Answered, Cause, Counts, Decoded, Event, Excerpt, Exchange, Failure, Outcome, Outline, RunKind,
    RunResult, StepKind, StepResult, Summary, Tolerance, Verdict,
};
use super::ordered::Report;
use crate::exit::Exit;
use crate::scenario::Diagnostic;
use crate::secret::{Masked, Output};
use core::fmt::Write as _;
use core::time::Duration;
use std::io;

/// Writes for people. Colours are always written; a stream that is no terminal
/// drops them.
pub struct Human {
    output: Output,
    outline: Outline,
    /// Failures and warnings of the run that goes on.
    told: String,
    steps: Counts,
    /// Whether the last thing that was written ends with an empty line.
    is_apart: bool,
}

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[1;31m";
const GREEN: &str = "\u{1b}[1;32m";
const YELLOW: &str = "\u{1b}[1;33m";
const PLAIN: &str = "\u{1b}[0m";

/// How wide the column of scenario names is.
const NAME_WIDTH: usize = 56;

impl Human {
    /// Writes to `output`.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self {
            output,
            outline: Outline::default(),
            told: String::new(),
            steps: Counts::default(),
            is_apart: true,
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.output.write(text)?;
        self.output.flush()
    }

    fn step(&mut self, step: &StepResult) {
        for warning in &step.warnings {
            let _ = writeln!(
                self.told,
                "  {YELLOW}warning{PLAIN} `{}`: {warning}",
                step.name
            );
        }
        if step.kind == StepKind::Step {
            match step.verdict {
                Verdict::Passed => self.steps.passed += 1,
                Verdict::Failed(_) => self.steps.failed += 1,
                Verdict::Skipped(_) => self.steps.skipped += 1,
            }
        }
        if let Verdict::Failed(failure) = &step.verdict {
            self.told.push_str(&told(step, failure));
        }
    }

    fn run_ended(&mut self, run: usize, result: RunResult) -> io::Result<()> {
        let told = core::mem::take(&mut self.told);
        let steps = core::mem::take(&mut self.steps);
        let Some(outline) = self.outline.runs.get(run) else {
            return Ok(());
        };
        let (colour, word) = match result.outcome {
            Outcome::Passed => (GREEN, "pass"),
            Outcome::Failed => (RED, "FAIL"),
            Outcome::Skipped => (YELLOW, "skip"),
        };
        if outline.kind == RunKind::Fixtures && told.is_empty() && result.outcome == Outcome::Passed
        {
            return Ok(());
        }
        let took = duration(result.took);
        let (name, file) = (&outline.name, &outline.file);
        let steps = count(steps.total(), "step");
        let line = format!(
            "{colour}{word}{PLAIN}  {name:<NAME_WIDTH$}  {took:>8}  {DIM}{steps:<9}  {file}{PLAIN}\n{told}"
        );
        self.is_apart = !told.is_empty();
        let gap = if self.is_apart { "\n" } else { "" };
        self.write(&format!("{line}{gap}"))
    }

    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        let gap = if self.is_apart { "" } else { "\n" };
        let text = told_summary(summary, &self.outline);
        self.write(&format!("{gap}{text}"))
    }
}

impl Report for Human {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Began(outline) => {
                let runs = outline
                    .runs
                    .iter()
                    .filter(|run| run.kind == RunKind::Scenario)
                    .count();
                let runs = count(runs, "scenario");
                let text = format!("{BOLD}{runs}{PLAIN} on {}\n\n", outline.target);
                self.outline = outline.clone();
                self.write(&text)
            }
            Event::RunBegan { .. } | Event::StepBegan { .. } => Ok(()),
            Event::StepEnded { step, .. } => {
                self.step(step);
                Ok(())
            }
            Event::RunEnded { run, result } => self.run_ended(*run, *result),
            Event::Ended(summary) => self.ended(summary),
        }
    }
}

/// Everything about a failure.
pub(super) fn told(step: &StepResult, failure: &Failure) -> String {
    let name = &step.name;
    let headline = match (step.kind, failure.cause) {
        (StepKind::Undo, _) => format!("`{name}` is not taken back"),
        (StepKind::Step, Cause::Expectation) => format!("`{name}` is not answered as expected"),
        (StepKind::Step, Cause::Save) => format!("`{name}` lacks what is to be saved"),
        (StepKind::Step, Cause::Value) => format!("`{name}` cannot be done as it is written"),
        (StepKind::Step, Cause::NoResponse) => format!("`{name}` has no response"),
        (StepKind::Step, Cause::Unreachable) => format!("`{name}` does not reach the deployment"),
        (StepKind::Step, Cause::NoToken) => format!("`{name}` cannot be sent"),
        (StepKind::Step, Cause::OutOfTime) => format!("`{name}` ran out of time"),
        (StepKind::Step, Cause::Stopped) => format!("`{name}` was broken off"),
    };
    let mut text = String::from("\n");
    let headline = match (step.kind, step.tolerance) {
        (StepKind::Step, Tolerance::Soft) => format!("{headline}, which is tolerated here"),
        _ => headline,
    };
    text.push_str(&excerpt(&headline, failure));
    text.push('\n');
    if let Some(exchange) = &failure.exchange {
        told_exchange(&mut text, exchange);
    }
    for token in &failure.tokens {
        told_token(&mut text, token);
    }
    if let Some(curl) = failure
        .exchange
        .as_ref()
        .and_then(|exchange| exchange.curl.as_ref())
    {
        labelled(&mut text, "repeat", curl.as_str());
    }
    text
}

/// The lines of the scenario that demand what is not there, each with its
/// sentence.
fn excerpt(headline: &str, failure: &Failure) -> String {
    let mut findings = failure.findings.iter();
    let Some(first) = findings.next() else {
        return format!("error: {headline}");
    };
    let mut diagnostic = Diagnostic::error(&first.span, headline).label(first.sentence.to_string());
    for finding in findings {
        diagnostic = diagnostic.related(&finding.span, finding.sentence.to_string());
    }
    for help in failure
        .findings
        .iter()
        .filter_map(|finding| finding.help.as_ref())
    {
        diagnostic = diagnostic.help(help.to_string());
    }
    diagnostic.to_styled_text()
}

fn told_exchange(text: &mut String, exchange: &Exchange) {
    labelled(text, "request", exchange.line.as_str());
    told_message(text, &exchange.request_headers, &exchange.request_body);
    match &exchange.response {
        None => labelled(text, "response", "none"),
        Some(Answered {
            status,
            reason,
            headers,
            body,
            took,
        }) => {
            let line = format!("{status} {reason} after {}", duration(*took));
            labelled(text, "response", &line);
            told_message(text, headers, body);
        }
    }
}

fn told_message(text: &mut String, headers: &[(Masked, Masked)], body: &Excerpt) {
    for (name, value) in headers {
        labelled(text, "", &format!("{DIM}{name}:{PLAIN} {value}"));
    }
    for line in body.text.as_str().lines() {
        labelled(text, "", line);
    }
    match (body.text.is_empty(), body.left_out) {
        (_, 0) => {}
        (true, bytes) => labelled(
            text,
            "",
            &format!("{DIM}{bytes} bytes that are no text{PLAIN}"),
        ),
        (false, bytes) => labelled(text, "", &format!("{DIM}and {bytes} bytes more{PLAIN}")),
    }
}

fn told_token(text: &mut String, token: &Decoded) {
    labelled(text, "token", token.name.as_str());
    labelled(text, "", &format!("{DIM}header:{PLAIN} {}", token.header));
    labelled(text, "", &format!("{DIM}claims:{PLAIN} {}", token.claims));
    if let Some(refusal) = &token.refusal {
        labelled(text, "", &format!("{RED}refused:{PLAIN} {refusal}"));
    }
}

fn labelled(text: &mut String, label: &str, line: &str) {
    let _ = writeln!(text, "  {BOLD}{label:<9}{PLAIN} {line}");
}

fn told_summary(summary: &Summary, outline: &Outline) -> String {
    let Summary {
        runs,
        steps,
        undo,
        took,
        slowest,
        ..
    } = summary;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{BOLD}{}{PLAIN}: {}",
        count(runs.total(), "scenario"),
        counted(runs)
    );
    let _ = writeln!(
        text,
        "{BOLD}{}{PLAIN}: {}",
        count(steps.total(), "step"),
        counted(steps)
    );
    if undo.total() > 0 {
        let (passed, left) = (undo.passed, undo.failed);
        let _ = writeln!(
            text,
            "{BOLD}cleanup{PLAIN}: {passed} taken back, {left} left behind"
        );
    }
    let _ = writeln!(text, "{BOLD}time{PLAIN}: {}", duration(*took));
    if !slowest.is_empty() {
        let _ = writeln!(text, "{BOLD}slowest steps{PLAIN}:");
        for slow in slowest {
            let run = outline
                .runs
                .get(slow.run)
                .map(|run| run.name.as_str())
                .unwrap_or_default();
            let _ = writeln!(
                text,
                "  {:>8}  {DIM}{run} ›{PLAIN} {}",
                duration(slow.took),
                slow.name
            );
        }
    }
    let exit = summary.exit();
    if exit != Exit::Passed {
        let _ = writeln!(text, "{RED}exit {}{PLAIN}: {}", exit.code(), exit.meaning());
    }
    text
}

fn counted(counts: &Counts) -> String {
    let Counts {
        passed,
        failed,
        skipped,
    } = counts;
    match skipped {
        0 => format!("{passed} passed, {failed} failed"),
        _ => format!("{passed} passed, {failed} failed, {skipped} skipped"),
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// A time with three digits that matter.
fn duration(took: Duration) -> String {
    let millis = took.as_secs_f64() * 1000.0;
    match millis {
        ..10.0 => format!("{millis:.2} ms"),
        ..100.0 => format!("{millis:.1} ms"),
        ..10_000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", took.as_secs_f64()),
    }
}
