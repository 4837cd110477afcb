//! The figures of the JavaScript hosts: what the WebAssembly artefacts weigh,
//! how long they take to start, to verify and to serve, beside the packages
//! and the server that they are measured against. What is measured, and how,
//! is in `tests/figures`.

use crate::failure::Result;
use crate::workspace::{Workspace, run};
use crate::{edge, server, tool};

/// What a filter of the command line calls these figures.
pub(super) const NAME: &str = "hosts";

/// How long everything is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// Enough to see that all of it runs, too little to believe it.
    Short,
    Whole,
}

/// Prints the figures of this machine.
pub(super) fn measure(workspace: &Workspace, effort: Effort) -> Result<()> {
    const FOLDER: &str = "tests/figures";
    tool::npm(workspace, FOLDER)?;
    tool::program("chromium")?;
    // Prints what each artefact weighs.
    edge::run_command(workspace, &[])?;
    let touchmark = server::touchmark(workspace)?;
    let mut node = tool::node(workspace)?;
    node.arg("tests/figures/figures.mjs").arg(touchmark);
    if effort == Effort::Short {
        node.arg("--short");
    }
    run(&mut node)
}
