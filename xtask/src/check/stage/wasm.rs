//! The stage for the WebAssembly artefacts.

use super::{Speed, Stage};
use crate::edge;

pub(super) const EDGE: Stage = Stage {
    name: "edge",
    proves: "the WebAssembly artefacts build",
    speed: Speed::Slow,
    run: |workspace| edge::build(workspace, &[]),
};
