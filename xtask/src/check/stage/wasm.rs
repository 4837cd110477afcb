//! The stage for the WebAssembly artefacts: that they build. What they do is
//! seen by the stages of the hosts.

use super::{Speed, Stage};
use crate::edge;

pub(super) const EDGE: Stage = Stage {
    name: "edge",
    proves: "the WebAssembly artefacts build",
    speed: Speed::Slow,
    run: |workspace| edge::build(workspace, &[]),
};
