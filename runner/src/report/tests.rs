//! The order in which a report hears of a run, and what each form of report
//! makes of it.

use super::{
    Cause, Event, Failure, Listener as _, Ordered, Outcome, Outline, Report, RunKind, RunOutline,
    RunResult, Skip, StepKind, StepResult, Summary, Tally, Tolerance, Verdict,
};
use crate::exit::Exit;
use crate::scenario::{Source, Span};
use crate::secret::{Masked, Redactor};
use core::time::Duration;
use proptest::prelude::*;
use std::io;
use std::sync::{Arc, Mutex};

fn masked(text: &str) -> Masked {
    Redactor::new().mask(text)
}

fn step(kind: StepKind, verdict: Verdict, millis: u64) -> StepResult {
    StepResult {
        name: masked(&format!("{millis} ms")),
        kind,
        span: Span::new(&Source::new("a.yaml", ""), 0..0),
        verdict,
        tolerance: Tolerance::Hard,
        took: Duration::from_millis(millis),
        warnings: Vec::new(),
    }
}

fn failed(cause: Cause) -> Verdict {
    let failure = Failure {
        cause,
        findings: Vec::new(),
        exchange: None,
        tokens: Vec::new(),
    };
    Verdict::Failed(Box::new(failure))
}

fn summary(steps: Vec<StepResult>, outcome: Outcome) -> Summary {
    let mut tally = Tally::default();
    for step in steps {
        tally.count(&Event::StepEnded { run: 0, step });
    }
    let result = RunResult {
        outcome,
        took: Duration::ZERO,
    };
    tally.count(&Event::RunEnded { run: 0, result });
    tally.summary(Duration::ZERO)
}

#[test]
fn the_exit_code_tells_the_worst_that_happened() {
    use StepKind::{Step, Undo};

    let one = |kind, verdict| vec![step(kind, verdict, 1)];
    let left = || step(Undo, failed(Cause::Expectation), 1);
    for (steps, outcome, exit) in [
        (one(Step, Verdict::Passed), Outcome::Passed, Exit::Passed),
        (
            one(Step, failed(Cause::Expectation)),
            Outcome::Failed,
            Exit::Failed,
        ),
        (
            one(Step, failed(Cause::NoResponse)),
            Outcome::Failed,
            Exit::Failed,
        ),
        (
            one(Step, failed(Cause::Unreachable)),
            Outcome::Failed,
            Exit::Unreachable,
        ),
        (
            one(Step, failed(Cause::NoToken)),
            Outcome::Failed,
            Exit::Unreachable,
        ),
        (
            one(Step, Verdict::Skipped(Skip::Stopped)),
            Outcome::Skipped,
            Exit::Failed,
        ),
        (
            vec![step(Step, Verdict::Passed, 1), left()],
            Outcome::Passed,
            Exit::Leftovers,
        ),
        (
            vec![step(Step, failed(Cause::Save), 1), left()],
            Outcome::Failed,
            Exit::Failed,
        ),
        (
            vec![step(Step, failed(Cause::NoToken), 1), left()],
            Outcome::Failed,
            Exit::Unreachable,
        ),
        (
            one(Undo, failed(Cause::Unreachable)),
            Outcome::Passed,
            Exit::Leftovers,
        ),
    ] {
        let shown = format!("{steps:?}");
        assert_eq!(summary(steps, outcome).exit(), exit, "{shown}");
    }
}

#[test]
fn the_slowest_steps_are_named_slowest_first() {
    let mut steps: Vec<_> = [5, 90, 20, 70, 1, 30, 80]
        .map(|ms| step(StepKind::Step, Verdict::Passed, ms))
        .into();
    steps.push(step(
        StepKind::Step,
        Verdict::Skipped(Skip::EarlierFailure),
        99,
    ));
    steps.push(step(StepKind::Undo, Verdict::Passed, 99));
    let summary = summary(steps, Outcome::Passed);
    let names: Vec<_> = summary
        .slowest
        .iter()
        .map(|slow| slow.name.to_string())
        .collect();
    assert_eq!(names, ["90 ms", "80 ms", "70 ms", "30 ms", "20 ms"]);
    assert_eq!(
        (
            summary.steps.passed,
            summary.steps.skipped,
            summary.undo.passed
        ),
        (7, 1, 1)
    );
}

#[test]
fn fixtures_are_no_scenario() {
    let mut tally = Tally::default();
    let run = |kind| RunOutline {
        name: masked("a"),
        kind,
        file: "a.yaml".into(),
        steps: 0,
    };
    let runs = vec![run(RunKind::Fixtures), run(RunKind::Scenario)];
    tally.count(&Event::Began(Outline {
        target: masked("t"),
        runs,
    }));
    for run in 0..2 {
        tally.count(&Event::RunEnded {
            run,
            result: RunResult::default(),
        });
    }
    assert_eq!(tally.summary(Duration::ZERO).runs.total(), 1);
}

/// Remembers which events it was given, as runs and whether they ended.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<(usize, bool)>>>);

impl Report for Memory {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        let seen = match event {
            Event::StepEnded { run, .. } => (*run, false),
            Event::RunEnded { run, .. } => (*run, true),
            _ => return Ok(()),
        };
        self.0.lock().unwrap().push(seen);
        Ok(())
    }
}

proptest! {
    #[test]
    fn events_come_in_the_order_of_runs_and_none_is_lost(order in prop::collection::vec(0_usize..5, 0..60)) {
        let memory = Memory::default();
        let ordered = Ordered::new(vec![Box::new(memory.clone())]);
        let mut expected = [0; 5];
        for run in order {
            let step = step(StepKind::Step, Verdict::Passed, 1);
            ordered.notice(Event::StepEnded { run, step });
            expected[run] += 1;
        }
        for run in [3, 0, 4, 2, 1] {
            ordered.notice(Event::RunEnded { run, result: RunResult::default() });
        }
        let seen = memory.0.lock().unwrap().clone();
        let all: Vec<_> = (0..5)
            .flat_map(|run| (0..expected[run]).map(move |_| (run, false)).chain([(run, true)]))
            .collect();
        prop_assert_eq!(seen, all);
    }
}

#[test]
fn the_first_run_that_goes_on_is_told_at_once() {
    let memory = Memory::default();
    let ordered = Ordered::new(vec![Box::new(memory.clone())]);
    let step = || step(StepKind::Step, Verdict::Passed, 1);
    ordered.notice(Event::StepEnded {
        run: 1,
        step: step(),
    });
    ordered.notice(Event::StepEnded {
        run: 0,
        step: step(),
    });
    assert_eq!(*memory.0.lock().unwrap(), [(0, false)]);
}

/// A report whose reader or disk is gone.
struct Broken(io::ErrorKind);

impl Report for Broken {
    fn take(&mut self, _: &Event) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_report_that_cannot_be_written_is_told_unless_nobody_reads_it() {
    for (kind, told) in [
        (io::ErrorKind::StorageFull, true),
        (io::ErrorKind::BrokenPipe, false),
    ] {
        let memory = Memory::default();
        let ordered = Ordered::new(vec![Box::new(Broken(kind)), Box::new(memory.clone())]);
        ordered.notice(Event::RunEnded {
            run: 0,
            result: RunResult::default(),
        });
        assert_eq!(
            ordered.failure().map(|error| error.kind()),
            told.then_some(kind)
        );
        // The others go on.
        assert_eq!(*memory.0.lock().unwrap(), [(0, true)]);
    }
}
