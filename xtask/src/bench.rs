//! The benchmarks, and what their figures say about each other. What is
//! measured is written where the benchmarks are.

use crate::failure::Result;
use crate::workspace::Workspace;

pub(crate) fn run(_workspace: &Workspace, _arguments: &[&str]) -> Result<()> {
    Ok(())
}
