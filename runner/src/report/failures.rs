//! Failures alone, for people: what a command says whose subject is not the
//! run itself.

use std::sync::{Mutex, PoisonError};

use super::event::{Event, Listener, Verdict};
use super::human::told;
use crate::secret::Output;

/// Writes everything about each failure and nothing about the rest.
pub struct Failures(Mutex<Output>);

impl Failures {
    /// Writes to `output`.
    #[must_use]
    pub const fn new(output: Output) -> Self {
        Self(Mutex::new(output))
    }
}

impl Listener for Failures {
    fn notice(&self, event: Event) {
        if let Event::StepEnded { step, .. } = event
            && let Verdict::Failed(failure) = &step.verdict
        {
            let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody is there to be told that nobody can be told.
            let _ = output
                .write(&told(&step, failure))
                .and_then(|()| output.flush());
        }
    }
}
