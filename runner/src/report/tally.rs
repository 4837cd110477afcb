//! Counting what happens, for the summary.

use super::event::{Counts, Event, Outcome, RunKind, Slow, StepKind, StepResult, Summary, Verdict};
use core::time::Duration;

/// How many slow steps are named.
const SLOWEST: usize = 5;

/// Counts events into a [`Summary`].
#[derive(Debug, Default)]
pub struct Tally {
    summary: Summary,
    kinds: Vec<RunKind>,
}

impl Tally {
    /// Counts one event.
    pub fn count(&mut self, event: &Event) {
        match event {
            Event::StepEnded { run, step } => self.step(*run, step),
            // Fixtures are no scenario; their steps count all the same.
            Event::RunEnded { run, result } if self.is_scenario(*run) => match result.outcome {
                Outcome::Passed => self.summary.runs.passed += 1,
                Outcome::Failed => self.summary.runs.failed += 1,
                Outcome::Skipped => self.summary.runs.skipped += 1,
            },
            Event::Began(outline) => {
                self.kinds = outline.runs.iter().map(|run| run.kind).collect();
            }
            Event::RunEnded { .. }
            | Event::RunBegan { .. }
            | Event::StepBegan { .. }
            | Event::Ended(_) => {}
        }
    }

    /// What was counted.
    #[must_use]
    pub fn summary(&self, took: Duration) -> Summary {
        Summary {
            took,
            ..self.summary.clone()
        }
    }

    fn is_scenario(&self, run: usize) -> bool {
        self.kinds
            .get(run)
            .is_none_or(|kind| *kind == RunKind::Scenario)
    }

    fn step(&mut self, run: usize, step: &StepResult) {
        let counts = match step.kind {
            StepKind::Step => &mut self.summary.steps,
            StepKind::Undo => &mut self.summary.undo,
        };
        add(counts, &step.verdict);
        if step.kind == StepKind::Undo {
            return;
        }
        if step
            .verdict
            .failure()
            .is_some_and(|failure| failure.cause.is_setup())
        {
            self.summary.setup_failures += 1;
        }
        let slowest = &mut self.summary.slowest;
        let at = slowest.partition_point(|other| other.took >= step.took);
        if at < SLOWEST && !matches!(step.verdict, Verdict::Skipped(_)) {
            slowest.insert(
                at,
                Slow {
                    run,
                    name: step.name.clone(),
                    took: step.took,
                },
            );
            slowest.truncate(SLOWEST);
        }
    }
}

fn add(counts: &mut Counts, verdict: &Verdict) {
    match verdict {
        Verdict::Passed => counts.passed += 1,
        Verdict::Failed(_) => counts.failed += 1,
        Verdict::Skipped(_) => counts.skipped += 1,
    }
}
