//! What a run shows: events, put in order, as text for people and as documents
//! for programs.
//!
//! Events carry masked text only, and reports write through
//! [`crate::secret::Output`] only, so that no report can show a secret.

mod event;
mod failures;
mod human;
mod json;
mod junit;
mod ordered;
mod progress;
mod tally;
#[cfg(test)]
mod tests;

pub use event::{
    Answered, Cause, Counts, Decoded, Event, Excerpt, Exchange, Failure, Finding, Listener,
    Outcome, Outline, RunKind, RunOutline, RunResult, Skip, Slow, StepKind, StepResult, Summary,
    Tolerance, Verdict,
};
pub use failures::Failures;
pub use human::Human;
pub use json::JsonLines;
pub use junit::Junit;
pub use ordered::{Ordered, Report};
pub use progress::Progress;
pub use tally::Tally;
