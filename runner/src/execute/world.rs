//! The clock and the randomness of this machine, for `$(now())`, `$(uuid())` and
//! whatever is judged by the time.

use crate::host::{SystemRandom, now};
use crate::scenario::World;
use touchmark_core::operation::Random as _;
use touchmark_core::time::Timestamp;

/// The machine that the runner runs on.
#[derive(Clone, Copy, Debug)]
pub struct Machine;

impl World for Machine {
    fn now(&self) -> Timestamp {
        now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        SystemRandom.fill(bytes);
    }
}
