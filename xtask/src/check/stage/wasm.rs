//! The stages for the WebAssembly artefacts: that they build, and that the npm
//! package made of one of them keeps its promises in Node and in Chromium.
//! What a deployment does on them is seen elsewhere.

use super::{Speed, Stage};
use crate::edge;
use crate::server;
use crate::tool;
use crate::workspace::run;

pub(super) const EDGE: Stage = Stage {
    name: "edge",
    proves: "the WebAssembly artefacts build, and weigh no more than they may",
    speed: Speed::Slow,
    run: |workspace| edge::run_command(workspace, &[]),
};

pub(super) const PACKAGE: Stage = Stage {
    name: "package",
    proves: "the npm package verifies in Node, Chromium, workerd, Deno and Bun, and bundled",
    speed: Speed::Slow,
    run: |workspace| {
        tool::npm(workspace, "tests/npm")?;
        tool::program("chromium")?;
        // Quick if nothing changed, and what is tested is what is there.
        edge::build(workspace)?;
        let touchmark = server::touchmark(workspace)?;
        run(tool::node(workspace)?
            .arg("--test")
            // Not every Node takes a folder as an argument.
            .current_dir(workspace.path("tests/npm"))
            .env("CARGO_TARGET_DIR", workspace.target(""))
            .env("TOUCHMARK", touchmark))
    },
};
