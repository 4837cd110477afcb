//! The stage for the core's independence of the standard library. How that
//! is proven is not its business.

use super::{Speed, Stage};
use crate::no_std;

pub(super) const NO_STD: Stage = Stage {
    name: "no-std",
    proves: "the core links and runs without a standard library",
    speed: Speed::Slow,
    run: no_std::prove,
};
