//! What a run tells while it goes on. Everything that came from a scenario's
//! values or over the wire is [`Masked`]; a report cannot undo that.

use crate::exit::Exit;
use crate::scenario::Span;
use crate::secret::Masked;
use core::time::Duration;

/// Takes note of what happens. Runs go on at the same time, so events of
/// different runs are mixed; [`super::Ordered`] sorts them.
pub trait Listener: Send + Sync {
    /// Something happened.
    fn notice(&self, event: Event);
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The run as a whole begins.
    Began(Outline),
    /// A scenario's run begins.
    RunBegan {
        /// Its position in the outline.
        run: usize,
    },
    /// A step begins.
    StepBegan {
        /// The run's position in the outline.
        run: usize,
        /// The step's name.
        name: Masked,
    },
    /// A step, or one case of it, ended.
    StepEnded {
        /// The run's position in the outline.
        run: usize,
        /// What became of it.
        step: StepResult,
    },
    /// A scenario's run ended, everything undone that could be.
    RunEnded {
        /// Its position in the outline.
        run: usize,
        /// What became of it.
        result: RunResult,
    },
    /// The run as a whole ended.
    Ended(Summary),
}

/// What is going to be run.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Where requests go.
    pub target: Masked,
    /// Every run of every scenario, in the order of reports.
    pub runs: Vec<RunOutline>,
}

/// One run of a scenario.
#[derive(Clone, Debug)]
pub struct RunOutline {
    /// The scenario's name, with the combination of its matrix.
    pub name: Masked,
    /// Whether it is a scenario at all.
    pub kind: RunKind,
    /// The file.
    pub file: String,
    /// How many steps it has; a step with cases counts once.
    pub steps: usize,
}

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// A scenario.
    Scenario,
    /// What the project prepares for all scenarios.
    Fixtures,
}

/// What became of a step, of one case of it, or of an undo.
#[derive(Clone, Debug)]
pub struct StepResult {
    /// The name, with the case if there is one.
    pub name: Masked,
    /// Whether a step was done or undone.
    pub kind: StepKind,
    /// Where the step is written.
    pub span: Span,
    /// What became of it.
    pub verdict: Verdict,
    /// Whether the scenario goes on after a failure.
    pub tolerance: Tolerance,
    /// How long it took.
    pub took: Duration,
    /// What a reader should know although the step did not fail for it.
    pub warnings: Vec<Masked>,
}

/// Whether something was done or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A step of the scenario.
    Step,
    /// Taking a step back at the end.
    Undo,
}

/// Whether a failure ends the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// It does.
    Hard,
    /// It is recorded and the scenario goes on.
    Soft,
}

/// What became of a step.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// All was as expected.
    Passed,
    /// Something was not.
    Failed(Box<Failure>),
    /// It was not done at all.
    Skipped(Skip),
}

impl Verdict {
    /// The failure, if it is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Passed | Self::Skipped(_) => None,
        }
    }
}

/// Why a step was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// An earlier step of the scenario failed.
    EarlierFailure,
    /// The scenario ran out of time.
    OutOfTime,
    /// The run was stopped.
    Stopped,
    /// The fixtures that the scenario builds on failed.
    NoFixtures,
}

impl Skip {
    /// The reason in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::EarlierFailure => "an earlier step failed",
            Self::OutOfTime => "the scenario ran out of time",
            Self::Stopped => "the run was stopped",
            Self::NoFixtures => "the fixtures failed",
        }
    }
}

/// Why a step failed, with what is needed to understand it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What kind of failure it is.
    pub cause: Cause,
    /// Everything that is wrong; there is at least one.
    pub findings: Vec<Finding>,
    /// The request and its response, as far as there are any.
    pub exchange: Option<Exchange>,
    /// Tokens that were sent or judged, decoded.
    pub tokens: Vec<Decoded>,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The answer is not as expected.
    Expectation,
    /// The answer lacks what was to be saved.
    Save,
    /// A value does not fit where it is used.
    Value,
    /// There is no response, or only a part of one.
    NoResponse,
    /// The deployment cannot be reached or is not to be trusted.
    Unreachable,
    /// The identity has no token.
    NoToken,
    /// Time ran out.
    OutOfTime,
    /// The run was stopped.
    Stopped,
}

impl Cause {
    /// The word for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expectation => "expectation",
            Self::Save => "save",
            Self::Value => "value",
            Self::NoResponse => "no_response",
            Self::Unreachable => "unreachable",
            Self::NoToken => "no_token",
            Self::OutOfTime => "out_of_time",
            Self::Stopped => "stopped",
        }
    }

    /// Whether nothing can be said about the deployment, because it could not
    /// be reached or gave no token.
    #[must_use]
    pub const fn is_setup(self) -> bool {
        matches!(self, Self::Unreachable | Self::NoToken)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Where it is demanded.
    pub span: Span,
    /// What is wrong, in one sentence.
    pub sentence: Masked,
    /// How to fix it.
    pub help: Option<Masked>,
}

/// A request with its response, for people.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// `POST https://api.example/v1/records`
    pub line: Masked,
    /// The header fields of the request that the scenario and its identity set.
    pub request_headers: Vec<(Masked, Masked)>,
    /// The body of the request.
    pub request_body: Excerpt,
    /// The response.
    pub response: Option<Answered>,
    /// A command that sends the request again, if the target is on the network.
    pub curl: Option<Masked>,
}

/// A response, for people.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// The words for it.
    pub reason: &'static str,
    /// The header fields.
    pub headers: Vec<(Masked, Masked)>,
    /// The body.
    pub body: Excerpt,
    /// How long it took.
    pub took: Duration,
}

/// The beginning of a body.
#[derive(Clone, Debug, Default)]
pub struct Excerpt {
    /// The text; empty if there is none or if it is no text.
    pub text: Masked,
    /// How many bytes of the body are not in the text.
    pub left_out: usize,
}

/// A token as it describes itself. The signature is not part of it.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Which token it is: `sent`, `access_token`.
    pub name: Masked,
    /// The header as JSON.
    pub header: Masked,
    /// The claims as JSON.
    pub claims: Masked,
    /// Why it is not valid, as far as that can be told here.
    pub refusal: Option<Masked>,
}

/// What became of a scenario's run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunResult {
    /// Whether every step was as expected.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// What became of a run in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Every step was as expected.
    #[default]
    Passed,
    /// At least one was not.
    Failed,
    /// Nothing was done.
    Skipped,
}

impl Outcome {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// So many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As expected.
    pub passed: usize,
    /// Not as expected.
    pub failed: usize,
    /// Not done.
    pub skipped: usize,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.passed + self.failed + self.skipped
    }
}

/// What became of everything.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Runs of scenarios.
    pub runs: Counts,
    /// Steps and cases.
    pub steps: Counts,
    /// Undone steps; `failed` counts what was left behind.
    pub undo: Counts,
    /// Failures that say nothing about the deployment but that it could not
    /// be reached or gave no token.
    pub setup_failures: usize,
    /// How long everything took.
    pub took: Duration,
    /// The slowest steps, slowest first.
    pub slowest: Vec<Slow>,
}

/// A step that took long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slow {
    /// The run's position in the outline.
    pub run: usize,
    /// The step's name.
    pub name: Masked,
    /// How long it took.
    pub took: Duration,
}

impl Summary {
    /// The exit code. A deployment that could not be reached was not judged at
    /// all, so that comes first; what is left behind matters only if all else
    /// is well.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        if self.setup_failures > 0 {
            Exit::Unreachable
        } else if self.steps.failed > 0 || self.runs.failed > 0 || self.runs.skipped > 0 {
            Exit::Failed
        } else if self.undo.failed > 0 {
            Exit::Leftovers
        } else {
            Exit::Passed
        }
    }
}
