//! One run of a scenario: its steps in order, and at the end, whatever
//! happened, everything taken back.

use super::brake::Halt;
use super::engine::Engine;
use super::ledger::{Entry, Ledger};
use super::sender::{Resolver, Sender};
use super::step::attempt;
use super::trouble::{self, Trouble};
use super::values::Values;
use crate::report::{
    Cause, Event, Failure, Outcome, RunResult, Skip, StepKind, StepResult, Tolerance, Verdict,
};
use crate::scenario::entries::{Entries, Name};
use crate::scenario::model::{Case, Identity, Step, Verb};
use crate::scenario::word::Slot;
use crate::scenario::{Diagnostic, Entry as MapEntry, Map, Scope, Span, Value};
use crate::secret::Masked;
use core::time::Duration;
use std::time::Instant;
use touchmark_core::record::System;

/// How much longer than its requests a step may take.
const GRACE: Duration = Duration::from_millis(500);

/// One run of a scenario while it goes on.
pub(super) struct Story<'e> {
    pub(super) engine: &'e Engine,
    /// Its position in the outline.
    pub(super) run: usize,
    pub(super) scope: Scope,
    /// The dialect that `call` speaks.
    pub(super) system: System,
    /// Identities, the nearest first.
    pub(super) auth: Vec<&'e Entries<Name, Identity>>,
    pub(super) ledger: Ledger,
    /// How many steps have been reported.
    reported: usize,
    current: Option<Current>,
}

/// The step that is being done.
struct Current {
    name: Masked,
    span: Span,
    tolerance: Tolerance,
    began: Instant,
}

/// Why the steps ended.
enum End {
    /// All were done, or one failed.
    Done(Outcome),
    OutOfTime,
    Stopped,
}

impl<'e> Story<'e> {
    pub(super) fn new(
        engine: &'e Engine,
        run: usize,
        scope: Scope,
        system: System,
        auth: Vec<&'e Entries<Name, Identity>>,
    ) -> Self {
        let ledger = Ledger::default();
        Self {
            engine,
            run,
            scope,
            system,
            auth,
            ledger,
            reported: 0,
            current: None,
        }
    }

    pub(super) const fn values(&self) -> Values<'_> {
        Values { scope: &self.scope }
    }

    /// The name of the step that is being done, with its case.
    pub(super) fn current_name(&self) -> Masked {
        self.current
            .as_ref()
            .map(|current| current.name.clone())
            .unwrap_or_default()
    }

    /// Who the identity in a slot is.
    pub(super) fn sender(&self, slot: &Slot<String>) -> Result<Sender, Diagnostic> {
        let name = self.values().slot(slot)?;
        if name == "none" {
            return Ok(Sender::Nobody);
        }
        if let Some(identity) = self.auth.iter().find_map(|auth| auth.get(&name)) {
            let resolver = Resolver {
                values: self.values(),
                target: self.engine.target(),
                redactor: self.engine.redactor(),
                system: self.system,
            };
            return resolver.sender(identity);
        }
        let given = &self.engine.target().identities;
        given.get(&name).cloned().ok_or_else(|| {
            let known = self.auth.iter().flat_map(|auth| auth.iter());
            let known = known.map(|(key, _)| key.text.as_str());
            let known = known.chain(given.keys().map(String::as_str));
            Diagnostic::error(slot.span(), format!("there is no identity `{name}` here"))
                .did_you_mean(&name, known)
        })
    }

    /// Does the steps, within a time, and hands back what became of them.
    pub(super) async fn tell(&mut self, steps: &[Step], within: Duration) -> Outcome {
        let brake = &self.engine.options.brake;
        let end = tokio::select! {
            biased;
            () = brake.stopped(Halt::Stop) => End::Stopped,
            outcome = self.steps(steps) => End::Done(outcome),
            () = tokio::time::sleep(within) => End::OutOfTime,
        };
        // The step that was broken off may have had an effect.
        self.ledger.presume();
        let (outcome, skip) = match end {
            End::Done(outcome) => (outcome, Skip::EarlierFailure),
            End::Stopped if self.reported == 0 && self.current.is_none() => {
                (Outcome::Skipped, Skip::Stopped)
            }
            End::Stopped => {
                self.break_off(Cause::Stopped, "the run was stopped");
                (Outcome::Failed, Skip::Stopped)
            }
            End::OutOfTime => {
                let words = format!("the scenario did not end within {} ms", within.as_millis());
                self.break_off(Cause::OutOfTime, &words);
                (Outcome::Failed, Skip::OutOfTime)
            }
        };
        self.skip_rest(steps, skip);
        outcome
    }

    /// Reports steps that are not done.
    pub(super) fn skip_rest(&mut self, steps: &[Step], skip: Skip) {
        for step in &steps[self.reported.min(steps.len())..] {
            let result = StepResult {
                name: self.engine.redactor().mask(&step.name),
                kind: StepKind::Step,
                span: step.name.span.clone(),
                verdict: Verdict::Skipped(skip),
                tolerance: tolerance(step),
                took: Duration::ZERO,
                warnings: Vec::new(),
            };
            self.engine.notice(Event::StepEnded {
                run: self.run,
                step: result,
            });
        }
        self.reported = steps.len();
    }

    async fn steps(&mut self, steps: &[Step]) -> Outcome {
        let mut outcome = Outcome::Passed;
        for step in steps {
            let good = match &step.cases {
                None => self.step(step, None).await,
                Some(cases) => {
                    let mut good = true;
                    for case in cases.iter() {
                        good &= self.case(step, case).await;
                    }
                    good
                }
            };
            self.reported += 1;
            if !good {
                outcome = Outcome::Failed;
                if !step.soft {
                    break;
                }
            }
        }
        outcome
    }

    async fn case(&mut self, step: &Step, case: &Case) -> bool {
        let values = match self.case_values(case) {
            Ok(values) => values,
            Err(diagnostic) => {
                self.begin(step, None);
                return self.end(Err(Trouble::Value(diagnostic)));
            }
        };
        let label = label(&values);
        self.scope.define("case", Value::Map(values));
        let good = self.step(step, Some(&label)).await;
        self.scope.forget("case");
        for (key, _) in step.save.iter() {
            self.scope.forget(&key.text);
        }
        good
    }

    fn case_values(&self, case: &Case) -> Result<Map, Diagnostic> {
        let entries = case.iter().map(|(key, node)| {
            Ok(MapEntry {
                key: key.clone(),
                value: self.values().node(node)?,
            })
        });
        entries.collect()
    }

    /// Does a step and reports it; says whether it went well.
    async fn step(&mut self, step: &Step, label: Option<&str>) -> bool {
        self.begin(step, label);
        let limit = match self.time_for(step) {
            Ok(limit) => limit,
            Err(diagnostic) => return self.end(Err(Trouble::Value(diagnostic))),
        };
        // Requests keep the limit themselves and say more when it is reached; this
        // is for what takes long without being a request.
        match tokio::time::timeout(limit + GRACE, attempt(self, step, limit)).await {
            Ok(attempted) => self.end(attempted),
            Err(_) => {
                self.ledger.presume();
                let words = format!("the step did not end within {} ms", limit.as_millis());
                let span = step.timeout.as_ref().map_or(&step.name.span, Slot::span);
                let redactor = self.engine.redactor();
                self.report(Verdict::Failed(trouble::plain(
                    redactor,
                    Cause::OutOfTime,
                    span,
                    &words,
                )));
                false
            }
        }
    }

    fn time_for(&self, step: &Step) -> Result<Duration, Diagnostic> {
        let limits = &self.engine.options.limits;
        if let Some(timeout) = &step.timeout {
            return self.values().delay(timeout);
        }
        match (&step.verb, &step.poll) {
            // A wait says itself how long it takes.
            (Verb::Wait(length), _) => Ok(self.values().delay(length)? + limits.step),
            (_, Some(poll)) => Ok(self.values().delay(&poll.up_to)? + limits.step),
            (_, None) => Ok(limits.step),
        }
    }

    fn begin(&mut self, step: &Step, label: Option<&str>) {
        let name = match label {
            Some(label) => format!("{} [{label}]", step.name),
            None => step.name.text.clone(),
        };
        let name = self.engine.redactor().mask(&name);
        self.engine.notice(Event::StepBegan {
            run: self.run,
            name: name.clone(),
        });
        self.current = Some(Current {
            name,
            span: step.name.span.clone(),
            tolerance: tolerance(step),
            began: Instant::now(),
        });
    }

    fn end(&mut self, attempted: Result<Vec<String>, Trouble>) -> bool {
        let redactor = self.engine.redactor();
        match attempted {
            Ok(warnings) => {
                let warnings = warnings
                    .iter()
                    .map(|warning| redactor.mask(warning))
                    .collect();
                self.report_with(Verdict::Passed, warnings);
                true
            }
            Err(trouble) => {
                if let Some(span) = self.current.as_ref().map(|current| current.span.clone()) {
                    self.report(Verdict::Failed(trouble.report(redactor, &span)));
                }
                false
            }
        }
    }

    /// Reports the step that was being done as failed.
    fn break_off(&mut self, cause: Cause, words: &str) {
        if let Some(current) = &self.current {
            let failure = trouble::plain(self.engine.redactor(), cause, &current.span, words);
            self.report(Verdict::Failed(failure));
            self.reported += 1;
        }
    }

    fn report(&mut self, verdict: Verdict) {
        self.report_with(verdict, Vec::new());
    }

    fn report_with(&mut self, verdict: Verdict, warnings: Vec<Masked>) {
        if let Some(current) = self.current.take() {
            let step = StepResult {
                name: current.name,
                kind: StepKind::Step,
                span: current.span,
                verdict,
                tolerance: current.tolerance,
                took: current.began.elapsed(),
                warnings,
            };
            self.engine.notice(Event::StepEnded {
                run: self.run,
                step,
            });
        }
    }

    /// Takes back what was made, last first, each thing whatever becomes of the
    /// others. Says whether nothing is left behind.
    pub(super) async fn clean_up(&mut self) -> bool {
        let limits = self.engine.options.limits;
        let deadline = Instant::now() + limits.cleanup;
        let mut clean = true;
        while let Some(entry) = self.ledger.pop() {
            let began = Instant::now();
            let left = deadline.saturating_duration_since(began).min(limits.undo);
            let taken_back = self.take_back(&entry, left).await;
            clean &= taken_back.is_ok();
            let step = StepResult {
                name: entry.step.clone(),
                kind: StepKind::Undo,
                span: entry.span.clone(),
                verdict: taken_back.map_or_else(Verdict::Failed, |()| Verdict::Passed),
                tolerance: Tolerance::Soft,
                took: began.elapsed(),
                warnings: Vec::new(),
            };
            self.engine.notice(Event::StepEnded {
                run: self.run,
                step,
            });
        }
        clean
    }

    async fn take_back(&self, entry: &Entry, within: Duration) -> Result<(), Box<Failure>> {
        let redactor = self.engine.redactor();
        let failed = |cause, words: &str| trouble::plain(redactor, cause, &entry.span, words);
        let brake = &self.engine.options.brake;
        tokio::select! {
            biased;
            () = brake.stopped(Halt::Abandon) => {
                Err(failed(Cause::Stopped, "left behind: the run was stopped twice"))
            }
            undone = self.engine.undo(entry, within) => {
                undone.map_err(|trouble| trouble.report(redactor, &entry.span))
            }
            () = tokio::time::sleep(within) => {
                let words = format!("left behind: no answer within {} ms", within.as_millis());
                Err(failed(Cause::OutOfTime, &words))
            }
        }
    }

    /// Ends the run.
    pub(super) fn finish(&self, outcome: Outcome, took: Duration) {
        let result = RunResult { outcome, took };
        self.engine.notice(Event::RunEnded {
            run: self.run,
            result,
        });
    }
}

const fn tolerance(step: &Step) -> Tolerance {
    if step.soft {
        Tolerance::Soft
    } else {
        Tolerance::Hard
    }
}

/// The words that tell a case from the others: its `name`, or all its values.
fn label(values: &Map) -> String {
    if let Some(name) = values.get("name").and_then(|node| node.as_text()) {
        return name.to_owned();
    }
    let parts = values.iter().map(|entry| {
        let value = match &entry.value.value {
            Value::Text(text) => text.clone(),
            other => other.to_json().to_string(),
        };
        format!("{}={value}", entry.key.text)
    });
    parts.collect::<Vec<_>>().join(" ")
}
