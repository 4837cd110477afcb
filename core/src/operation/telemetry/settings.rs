//! How samples are kept and asked for: what a deployment may set, with the
//! defaults of the vendor's service.

use super::upstream::Upstream;
use crate::telemetry::{Limits, Millis, exposition};
use alloc::boxed::Box;

/// How long before its samples' time a clock may be.
const LEAD: Millis = 5 * 60 * 1000;

/// How samples are kept and asked for.
pub struct Telemetry {
    /// How long samples are kept, in milliseconds.
    pub retention: Millis,
    /// The most series of one contract.
    pub max_series: usize,
    /// The most samples of one series in one day of UTC.
    pub max_samples_a_day: usize,
    /// The most days of series that one commit clears away when they have
    /// expired, at most 1900, for which a commit has room.
    pub max_cleared: usize,
    /// The most that one body of samples may hold.
    pub body: exposition::Limits,
    /// What a query may cost.
    pub query: Limits,
    /// Where samples are asked for instead of the deployment's own store.
    pub upstream: Option<Box<dyn Upstream>>,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            retention: 14 * 24 * 60 * 60 * 1000,
            max_series: 10_000,
            max_samples_a_day: 20_000,
            max_cleared: 1000,
            body: exposition::Limits::default(),
            query: Limits::default(),
            upstream: None,
        }
    }
}

impl Telemetry {
    /// The first point in time that is still kept.
    pub(in crate::operation) fn oldest(&self, now: Millis) -> Millis {
        now.saturating_sub(self.retention).max(0)
    }

    /// The last point in time that a sample may have.
    pub(in crate::operation) fn newest(now: Millis) -> Millis {
        now.saturating_add(LEAD)
    }
}
