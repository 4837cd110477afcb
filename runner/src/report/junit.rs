//! The report for build servers: JUnit XML, one suite per run of a scenario,
//! one test case per step, case and undo.

use super::event::{
    Answered, Event, Exchange, Failure, Outline, RunKind, StepKind, StepResult, Verdict,
};
use super::ordered::Report;
use crate::secret::Output;
use core::fmt::Write as _;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::io;

/// Collects events and writes the document at the end.
pub struct Junit {
    output: Output,
    outline: Outline,
    cases: Vec<TestCase>,
    suites: Vec<TestSuite>,
}

impl Junit {
    /// Writes to `output`.
    #[must_use]
    pub fn new(output: Output) -> Self {
        let outline = Outline::default();
        Self {
            output,
            outline,
            cases: Vec::new(),
            suites: Vec::new(),
        }
    }

    fn step(&mut self, run: usize, step: &StepResult) {
        let status = match &step.verdict {
            Verdict::Passed => TestCaseStatus::success(),
            Verdict::Skipped(skip) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(skip.words());
                status
            }
            Verdict::Failed(failure) => failed(failure),
        };
        let name = match step.kind {
            StepKind::Step => step.name.to_string(),
            StepKind::Undo => format!("{} (undo)", step.name),
        };
        let mut case = TestCase::new(name, status);
        case.set_time(step.took);
        if let Some(run) = self.outline.runs.get(run) {
            case.set_classname(run.name.as_str());
        }
        case.extra
            .insert("file".into(), step.span.source().path().into());
        case.extra
            .insert("line".into(), step.span.line().to_string().into());
        if !step.warnings.is_empty() {
            let warnings: Vec<_> = step.warnings.iter().map(ToString::to_string).collect();
            case.set_system_err(warnings.join("\n"));
        }
        self.cases.push(case);
    }

    fn suite(&mut self, run: usize) {
        let cases = core::mem::take(&mut self.cases);
        let Some(outline) = self.outline.runs.get(run) else {
            return;
        };
        // Fixtures that nothing happened to are no suite.
        if cases.is_empty() && outline.kind == RunKind::Fixtures {
            return;
        }
        let mut suite = TestSuite::new(outline.name.as_str());
        suite.add_test_cases(cases);
        suite
            .extra
            .insert("file".into(), outline.file.as_str().into());
        self.suites.push(suite);
    }

    fn document(
        &mut self,
        took: core::time::Duration,
    ) -> Result<String, quick_junit::SerializeError> {
        let mut report = quick_junit::Report::new("touchmark");
        report.set_time(took);
        report.add_test_suites(core::mem::take(&mut self.suites));
        report.to_string()
    }
}

impl Report for Junit {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Began(outline) => self.outline = outline.clone(),
            Event::RunBegan { .. } | Event::StepBegan { .. } => {}
            Event::StepEnded { run, step } => self.step(*run, step),
            Event::RunEnded { run, .. } => self.suite(*run),
            Event::Ended(summary) => {
                let document = self
                    .document(summary.took)
                    .expect("names and texts are sanitised when they are set");
                self.output.write(&document)?;
                self.output.flush()?;
            }
        }
        Ok(())
    }
}

/// A failure says something about the deployment, an error does not.
fn failed(failure: &Failure) -> TestCaseStatus {
    let kind = if failure.cause.is_setup() {
        NonSuccessKind::Error
    } else {
        NonSuccessKind::Failure
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(failure.cause.as_str());
    if let Some(first) = failure.findings.first() {
        status.set_message(first.sentence.as_str());
    }
    status.set_description(description(failure));
    status
}

fn description(failure: &Failure) -> String {
    let mut text = String::new();
    for finding in &failure.findings {
        let _ = writeln!(text, "{}: {}", finding.span, finding.sentence);
    }
    if let Some(exchange) = &failure.exchange {
        describe(&mut text, exchange);
    }
    for token in &failure.tokens {
        let _ = writeln!(
            text,
            "\ntoken {}\n{}\n{}",
            token.name, token.header, token.claims
        );
        if let Some(refusal) = &token.refusal {
            let _ = writeln!(text, "refused: {refusal}");
        }
    }
    text
}

fn describe(text: &mut String, exchange: &Exchange) {
    let Exchange {
        line,
        request_headers,
        request_body,
        response,
        curl,
    } = exchange;
    let mut message = |line: &str, headers: &[_], body: &str| {
        let _ = writeln!(text, "\n{line}");
        for (name, value) in headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        if !body.is_empty() {
            let _ = writeln!(text, "\n{body}");
        }
    };
    message(line.as_str(), request_headers, request_body.text.as_str());
    if let Some(Answered {
        status,
        reason,
        headers,
        body,
        ..
    }) = response
    {
        message(&format!("{status} {reason}"), headers, body.text.as_str());
    }
    if let Some(curl) = curl {
        let _ = writeln!(text, "\n{curl}");
    }
}
