//! The stage for the benchmarks: that every one of them runs. What they
//! measure is not judged here, for no figure holds on every machine.

use super::{Speed, Stage};
use crate::bench;

pub(super) const BENCH: Stage = Stage {
    name: "bench",
    proves: "every benchmark runs, in short form",
    speed: Speed::Slow,
    run: |workspace| bench::run(workspace, &["--short"]),
};
