//! The toolchain that builds for this machine, with the targets and sources
//! that rustup adds to it. A toolchain that has them already is taken as it
//! is, so a distribution's own Rust with WebAssembly support serves as well.

use std::path::{Path, PathBuf};

use super::{Build, Source, Toolchain};
use crate::failure::{Failure, Result};
use crate::workspace::{Workspace, exists, read, run};

/// Makes the toolchain ready for a build.
pub(super) fn prepare(workspace: &Workspace, build: &Build) -> Result<Toolchain> {
    let sysroot = sysroot(workspace)?;
    let from_source = build.library.is_never_shipped();
    if from_source {
        let sources = sysroot.join("lib/rustlib/src/rust/library/Cargo.toml");
        add(workspace, &sources, &["component", "add", "rust-src"])?;
    } else {
        let library = sysroot.join("lib/rustlib").join(build.target);
        add(workspace, &library, &["target", "add", build.target])?;
    }
    Ok(Toolchain {
        source: Source::Rustup,
        cargo: workspace.cargo().get_program().into(),
        variables: Vec::new(),
        from_source,
    })
}

/// Where the compiler that builds for this machine keeps its libraries.
pub(super) fn sysroot(workspace: &Workspace) -> Result<PathBuf> {
    read(workspace.command("rustc").args(["--print", "sysroot"])).map(PathBuf::from)
}

fn add(workspace: &Workspace, wanted: &Path, arguments: &[&str]) -> Result<()> {
    if wanted.exists() {
        return Ok(());
    }
    let remedy = format!("`rustup {}`", arguments.join(" "));
    if !exists("rustup") {
        return Err(Failure::missing(
            format!("{} is not there", wanted.display()),
            remedy,
        ));
    }
    run(workspace.command("rustup").args(arguments))?;
    if wanted.exists() {
        Ok(())
    } else {
        let what = format!("rustup did not make {}", wanted.display());
        Err(Failure::missing(what, remedy))
    }
}
