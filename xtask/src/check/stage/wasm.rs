//! The stage for the WebAssembly artefacts: that they build and load. What a
//! deployment does on them is seen elsewhere.

use super::{Speed, Stage};
use crate::edge;
use crate::workspace::run;

pub(super) const EDGE: Stage = Stage {
    name: "edge",
    proves: "the WebAssembly artefacts build, and JavaScript can use them",
    speed: Speed::Slow,
    run: |workspace| {
        edge::build(workspace, &[])?;
        run(workspace
            .command("node")
            .args(["--test", "tests/hosts/verifier.test.mjs"]))
    },
};
