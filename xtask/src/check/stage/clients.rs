//! The stage for clients: the vendors' own, and those that speak OAuth or to
//! Prometheus. They come from the package registries, unchanged, and talk to the
//! real server.

use super::{Speed, Stage};
use crate::tool;
use crate::workspace::{EVERYTHING, run};

pub(super) const CLIENTS: Stage = Stage {
    name: "clients",
    proves: "the vendors' own and other clients work against the server",
    speed: Speed::Slow,
    run: |workspace| {
        let python = tool::python(workspace)?;
        tool::npm(workspace, "tests/clients")?;
        tool::program("curl")?;
        run(workspace
            .cargo()
            .arg("test")
            .args(EVERYTHING)
            .args(["--test", "serve"])
            .args(["--", "--include-ignored", "clients::"])
            .env("TOUCHMARK_PYTHON", python)
            .env("PATH", tool::prometheus(workspace)?))
    },
};
