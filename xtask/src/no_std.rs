//! The proof that the core needs no standard library: it is linked into a
//! module for a target that has none, and that module mints and verifies a
//! token. The proof is proven in turn by a build that must fail.

use crate::failure::{Failure, Result};
use crate::tool;
use crate::toolchain::{Build, Library, Source, Toolchain};
use crate::workspace::{Workspace, observe, run};

const PROOF: Build = Build {
    package: "touchmark-no-std",
    features: "",
    target: "wasm32v1-none",
    library: Library::CoreAlloc,
    profile: "release",
    flags: "",
};

/// Links, runs, and sees the red case red.
pub(crate) fn prove(workspace: &Workspace) -> Result<()> {
    let toolchain = Toolchain::find(workspace, Source::from_environment()?, &PROOF)?;
    let module = toolchain
        .build(workspace, &PROOF)?
        .join("touchmark_no_std.wasm");
    run(tool::node(workspace)?
        .arg("tests/no_std/run.mjs")
        .arg(module))?;

    println!("a build that uses std has to fail");
    let broken = Build {
        features: "uses-std",
        ..PROOF
    };
    let output = observe(&mut toolchain.command(workspace, &broken))?;
    let message = String::from_utf8_lossy(&output.stderr);
    if output.status.success() || !message.contains("can't find crate for `std`") {
        return Err(Failure::disproved(
            "a core that uses std does not link",
            format!(
                "this build ended differently ({}):\n{message}",
                output.status
            ),
        ));
    }
    println!("it does: can't find crate for `std`");
    Ok(())
}
