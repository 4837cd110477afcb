//! What cargo itself can tell about the tree, on the machine it runs on. All
//! of it needs the compiler only, and the tests a Prometheus to compare with.

use super::{Speed, Stage};
use crate::tool;
use crate::workspace::{EVERYTHING, run};

pub(super) const FORMAT: Stage = Stage {
    name: "format",
    proves: "every file is laid out by rustfmt",
    speed: Speed::Fast,
    run: |workspace| run(workspace.cargo().args(["fmt", "--all", "--check"])),
};

pub(super) const LINT: Stage = Stage {
    name: "lint",
    proves: "neither compiler nor clippy has anything to say",
    speed: Speed::Fast,
    run: |workspace| {
        run(workspace
            .cargo()
            .arg("clippy")
            .args(EVERYTHING)
            .arg("--all-targets")
            .args(["--", "-D", "warnings"]))
    },
};

pub(super) const TEST: Stage = Stage {
    name: "test",
    proves: "unit, law, vector, snapshot and property tests pass",
    speed: Speed::Fast,
    run: |workspace| {
        run(workspace
            .cargo()
            .arg("test")
            .args(EVERYTHING)
            .arg("--no-fail-fast")
            .env("PATH", tool::prometheus(workspace)?))
    },
};

pub(super) const FEATURES: Stage = Stage {
    name: "features",
    proves: "the core is sound without the algorithms that a build may leave out",
    speed: Speed::Fast,
    run: |workspace| {
        let core = ["--package", "touchmark-core", "--no-default-features"];
        run(workspace
            .cargo()
            .arg("clippy")
            .args(core)
            .args(["--", "-D", "warnings"]))?;
        run(workspace.cargo().arg("test").args(core).args([
            "--lib",
            "--",
            "token::",
            "--skip",
            "operation::",
        ]))
    },
};

pub(super) const DOCS: Stage = Stage {
    name: "docs",
    proves: "the documentation builds without a warning",
    speed: Speed::Fast,
    run: |workspace| {
        run(workspace
            .cargo()
            .arg("doc")
            .args(EVERYTHING)
            .arg("--no-deps")
            .env("RUSTDOCFLAGS", "-D warnings"))
    },
};
