//! What a query may cost. Counted, not timed, so that the same query over the
//! same samples ends the same way everywhere.

use super::Millis;
use super::error::{Execution, QueryError};

/// What a query may cost, and how far it looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most samples and series that it may hold at once, of those it reads
    /// and those it makes.
    pub samples: usize,
    /// The most work. One unit is about what it takes to look at one sample;
    /// to make new labels for an element takes some more.
    pub work: u64,
    /// How old the sample of an instant vector may be.
    pub lookback: Millis,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            samples: 2_000_000,
            work: 20_000_000,
            lookback: 5 * 60 * 1000,
        }
    }
}

/// What is left of the work and the samples of a query.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    work: u64,
    samples: usize,
}

impl Budget {
    /// Everything that the limits allow.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            work: limits.work,
            samples: limits.samples,
        }
    }

    /// Takes work.
    ///
    /// # Errors
    /// Returns [`QueryError::Timeout`] if not so much is left.
    pub fn work(&mut self, units: usize) -> Result<(), QueryError> {
        let units = u64::try_from(units).unwrap_or(u64::MAX);
        self.work = self.work.checked_sub(units).ok_or(QueryError::Timeout)?;
        Ok(())
    }

    /// Takes the work of making new labels for so many elements.
    pub(super) fn label(&mut self, elements: usize) -> Result<(), QueryError> {
        self.work(elements.saturating_mul(UNITS_PER_LABELS))
    }

    /// Takes samples that are held in memory.
    ///
    /// # Errors
    /// Returns [`Execution::TooManySamples`] if not so many are left.
    pub fn hold(&mut self, samples: usize) -> Result<(), QueryError> {
        let rest = self.samples.checked_sub(samples);
        self.samples = rest.ok_or(Execution::TooManySamples)?;
        Ok(())
    }

    /// What is left once everything that was held is dropped: as much work, and
    /// room for all samples.
    #[must_use]
    pub fn emptied(self, limits: &Limits) -> Self {
        Self {
            samples: limits.samples,
            ..self
        }
    }

    /// Gives samples back.
    pub(super) fn release(&mut self, samples: usize) {
        self.samples = self.samples.saturating_add(samples);
    }
}

/// How many samples could be looked at while labels are made and compared.
const UNITS_PER_LABELS: usize = 20;
