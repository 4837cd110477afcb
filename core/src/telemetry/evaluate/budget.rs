//! What a query may cost. Counted, not timed, so that the same query over the
//! same samples ends the same way everywhere.

use crate::telemetry::error::{Execution, QueryError};

/// What is left of the work and the samples of a query.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Budget {
    work: u64,
    samples: usize,
}

impl Budget {
    pub(in super::super) fn new(work: u64, samples: usize) -> Self {
        Self { work, samples }
    }

    /// Takes work: about one unit for each sample or element looked at.
    pub(in super::super) fn work(&mut self, units: usize) -> Result<(), QueryError> {
        let units = u64::try_from(units).unwrap_or(u64::MAX);
        self.work = self.work.checked_sub(units).ok_or(QueryError::Timeout)?;
        Ok(())
    }

    /// Takes samples that are held in memory.
    pub(in super::super) fn hold(&mut self, samples: usize) -> Result<(), QueryError> {
        let rest = self.samples.checked_sub(samples);
        self.samples = rest.ok_or(Execution::TooManySamples)?;
        Ok(())
    }

    /// Gives samples back.
    pub(in super::super) fn release(&mut self, samples: usize) {
        self.samples = self.samples.saturating_add(samples);
    }
}
