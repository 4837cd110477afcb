//! The course of a whole run: fixtures, then scenarios side by side, then the
//! fixtures' undo.

use super::brake::Halt;
use super::engine::Engine;
use super::sender::system_named;
use super::story::Story;
use super::trouble;
use super::values::Values;
use crate::report::{
    Cause, Event, Outcome, Outline, RunKind, RunOutline, Skip, StepKind, StepResult, Tolerance,
    Verdict,
};
use crate::scenario::bind::Run;
use crate::scenario::model::Scenario;
use crate::scenario::word::Slot;
use crate::scenario::{Diagnostic, Plan, Scope};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;
use touchmark_core::record::System;

/// One run of a scenario: the plan and the combination of its matrix.
type Ticket = (usize, usize);

/// Runs everything, from what the names stand for before anything is done.
pub(super) async fn run(engine: &Arc<Engine>, base: Scope) {
    let tickets: Arc<[Ticket]> = tickets(&engine.options.plans).collect();
    engine.notice(Event::Began(outline(engine, &tickets)));
    let clock = stop_in_time(engine);
    match fixtures(engine) {
        [] => scenarios(engine, &tickets, 0, base).await,
        steps => {
            let (mut story, outcome) = tell_fixtures(engine, steps, base).await;
            if outcome == Outcome::Passed {
                scenarios(engine, &tickets, 1, story.scope.clone()).await;
            } else {
                skip_scenarios(engine, &tickets, 1);
            }
            take_back(&mut story, tickets.len() + 1).await;
        }
    }
    clock.abort();
}

/// Does the fixtures and nothing else. What they made stays, and what the
/// names stand for then is handed back; if a step fails, there is nothing to
/// hand back and what was made is taken back.
pub(super) async fn prepare(engine: &Arc<Engine>, base: Scope) -> Option<Scope> {
    engine.notice(Event::Began(outline(engine, &[])));
    let clock = stop_in_time(engine);
    let (mut story, outcome) = tell_fixtures(engine, fixtures(engine), base).await;
    let scope = match outcome {
        Outcome::Passed => Some(story.scope),
        Outcome::Failed | Outcome::Skipped => {
            take_back(&mut story, 1).await;
            None
        }
    };
    clock.abort();
    scope
}

/// Does the fixtures, as the first run of the outline.
async fn tell_fixtures<'e>(
    engine: &'e Engine,
    steps: &[crate::scenario::model::Step],
    base: Scope,
) -> (Story<'e>, Outcome) {
    let shared = engine.shared_identities();
    let began = Instant::now();
    engine.notice(Event::RunBegan { run: 0 });
    let mut story = Story::new(engine, 0, base, System::Standard, shared);
    let outcome = story.tell(steps, engine.options.limits.scenario).await;
    story.finish(outcome, began.elapsed());
    (story, outcome)
}

/// Takes back what the fixtures made, as the last run of the outline.
async fn take_back(story: &mut Story<'_>, run: usize) {
    story.run = run;
    let began = Instant::now();
    story.engine.notice(Event::RunBegan { run });
    let outcome = match story.clean_up().await {
        true => Outcome::Passed,
        false => Outcome::Failed,
    };
    story.finish(outcome, began.elapsed());
}

fn fixtures(engine: &Engine) -> &[crate::scenario::model::Step] {
    engine
        .options
        .project
        .as_ref()
        .map_or(&[], |project| &project.fixtures)
}

fn tickets(plans: &[Plan]) -> impl Iterator<Item = Ticket> + '_ {
    let plans = plans.iter().enumerate();
    plans.flat_map(|(plan, bound)| (0..bound.runs.len()).map(move |run| (plan, run)))
}

/// What is going to be run, in the order of reports.
fn outline(engine: &Engine, tickets: &[Ticket]) -> Outline {
    let redactor = engine.redactor();
    let mut runs: Vec<_> = tickets
        .iter()
        .map(|(plan, run)| {
            let Plan { scenario, runs } = &engine.options.plans[*plan];
            let name = match runs[*run].label.as_str() {
                "" => scenario.name.text.clone(),
                label => format!("{} [{label}]", scenario.name),
            };
            RunOutline {
                name: redactor.mask(&name),
                kind: RunKind::Scenario,
                file: scenario.name.span.source().path().to_owned(),
                steps: scenario.steps.len(),
            }
        })
        .collect();
    if let [first, ..] = fixtures(engine) {
        let part = |name: &str, steps| RunOutline {
            name: redactor.mask(name),
            kind: RunKind::Fixtures,
            file: first.span.source().path().to_owned(),
            steps,
        };
        runs.insert(0, part("fixtures", fixtures(engine).len()));
        runs.push(part("fixtures, taken back", 0));
    }
    Outline {
        target: redactor.mask(&engine.target().name),
        runs,
    }
}

/// Stops everything when the whole run has taken too long.
fn stop_in_time(engine: &Arc<Engine>) -> tokio::task::JoinHandle<()> {
    let brake = Arc::clone(&engine.options.brake);
    let limit = engine.options.limits.run;
    tokio::spawn(async move {
        tokio::time::sleep(limit).await;
        brake.stop();
    })
}

/// Runs all scenarios, so many at a time. `first` is the position of the first
/// one in the outline.
async fn scenarios(engine: &Arc<Engine>, tickets: &Arc<[Ticket]>, first: usize, base: Scope) {
    let next = Arc::new(AtomicUsize::new(0));
    let base = Arc::new(base);
    let mut workers = JoinSet::new();
    for _ in 0..engine.options.jobs.get().min(tickets.len()) {
        let (engine, tickets) = (Arc::clone(engine), Arc::clone(tickets));
        let (next, base) = (Arc::clone(&next), Arc::clone(&base));
        workers.spawn(async move {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(ticket) = tickets.get(at) else {
                    return;
                };
                scenario(&engine, *ticket, first + at, &base).await;
            }
        });
    }
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended
            && error.is_panic()
        {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

async fn scenario(engine: &Engine, ticket: Ticket, position: usize, base: &Scope) {
    let (plan, run) = ticket;
    let Plan { scenario, runs } = &engine.options.plans[plan];
    let began = Instant::now();
    engine.notice(Event::RunBegan { run: position });
    let mut auth = engine.shared_identities();
    auth.insert(0, &scenario.auth);
    let mut story = Story::new(engine, position, base.clone(), System::Standard, auth);
    let outcome = match define_names(engine, &mut story, scenario, &runs[run]) {
        Ok(within) => story.tell(&scenario.steps, within).await,
        Err(diagnostic) => {
            engine.notice(unprepared(engine, position, scenario, diagnostic));
            story.skip_rest(&scenario.steps, Skip::EarlierFailure);
            Outcome::Failed
        }
    };
    story.clean_up().await;
    story.finish(outcome, began.elapsed());
}

/// Gives the scenario's own names their values and tells how long it may take.
fn define_names(
    engine: &Engine,
    story: &mut Story<'_>,
    scenario: &Scenario,
    run: &Run,
) -> Result<Duration, Diagnostic> {
    for (name, value) in &run.values {
        story.scope.define(name, value.clone());
    }
    for (key, node) in scenario.vars.iter() {
        engine.define_var(&mut story.scope, &key.text, node)?;
    }
    let values = Values {
        scope: &story.scope,
    };
    if let Some(slot) = &scenario.dialect {
        story.system = system_named(&values.slot(slot)?, slot.span())?;
    }
    let timeout = scenario
        .timeout
        .as_ref()
        .map(|slot: &Slot<_>| values.delay(slot));
    Ok(timeout
        .transpose()?
        .unwrap_or(engine.options.limits.scenario))
}

/// The scenario's own values make no sense; it is told as a step that failed.
fn unprepared(engine: &Engine, run: usize, scenario: &Scenario, diagnostic: Diagnostic) -> Event {
    let redactor = engine.redactor();
    let place = diagnostic
        .span
        .unwrap_or_else(|| scenario.name.span.clone());
    let step = StepResult {
        name: redactor.mask("prepare"),
        kind: StepKind::Step,
        verdict: Verdict::Failed(trouble::plain(
            redactor,
            Cause::Value,
            &place,
            &diagnostic.message,
        )),
        span: place,
        tolerance: Tolerance::Hard,
        took: Duration::ZERO,
        warnings: Vec::new(),
    };
    Event::StepEnded { run, step }
}

/// Reports scenarios that are not run because what they build on is not there.
fn skip_scenarios(engine: &Engine, tickets: &[Ticket], first: usize) {
    let stopped = engine.options.brake.halt() >= Halt::Stop;
    let skip = if stopped {
        Skip::Stopped
    } else {
        Skip::NoFixtures
    };
    for (at, (plan, _)) in tickets.iter().enumerate() {
        let scope = Scope::default();
        let mut story = Story::new(engine, first + at, scope, System::Standard, Vec::new());
        engine.notice(Event::RunBegan { run: story.run });
        story.skip_rest(&engine.options.plans[*plan].scenario.steps, skip);
        story.finish(Outcome::Skipped, Duration::ZERO);
    }
}
