//! Debian's `rustc-web`: a current compiler without libraries for other
//! targets, beside the sources that they are built from. Its packages are to
//! be had where rustup's server is not.

use std::path::{Path, PathBuf};

use super::{Build, Source, Toolchain, rustup};
use crate::failure::{Failure, Result};
use crate::tool;
use crate::workspace::{Workspace, read};

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/Cargo.toml";
const LINKER: &str = "/usr/bin/wasm-ld-22";

/// Makes Debian's compiler ready for a build.
pub(super) fn prepare(workspace: &Workspace, build: &Build) -> Result<Toolchain> {
    if [RUSTC, CARGO, SOURCES]
        .iter()
        .any(|path| !Path::new(path).exists())
    {
        tool::debian(&["rustc-web", "cargo-web", "rust-web-src"])?;
    }
    Ok(Toolchain {
        source: Source::Debian,
        cargo: CARGO.into(),
        variables: vec![
            ("RUSTC", RUSTC.into()),
            ("RUSTDOC", "/usr/bin/rustdoc".into()),
            (linker_variable(build.target)?, linker(workspace)?),
        ],
        from_source: true,
    })
}

/// The name under which cargo looks for a target's linker.
fn linker_variable(target: &str) -> Result<&'static str> {
    match target {
        "wasm32-unknown-unknown" => Ok("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER"),
        "wasm32v1-none" => Ok("CARGO_TARGET_WASM32V1_NONE_LINKER"),
        _ => Err(Failure::missing(
            format!("no linker of Debian's is known for {target}"),
            format!("`rustup target add {target}`"),
        )),
    }
}

/// The linker of the toolchain that builds for this machine, where it has
/// one, else Debian's.
fn linker(workspace: &Workspace) -> Result<PathBuf> {
    let own = rustup::sysroot(workspace).and_then(|sysroot| {
        let version = read(workspace.command("rustc").args(["--version", "--verbose"]))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let folder = sysroot.join("lib/rustlib").join(host.unwrap_or_default());
        Ok(folder.join("bin/rust-lld"))
    });
    match own {
        Ok(own) if own.exists() => Ok(own),
        _ => {
            if !Path::new(LINKER).exists() {
                tool::debian(&["lld-22"])?;
            }
            Ok(LINKER.into())
        }
    }
}
