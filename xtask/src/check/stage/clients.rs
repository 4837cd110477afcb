//! The stage for the vendors' own client libraries: they come from the package
//! registry, unchanged, and talk to the real server.

use super::{Speed, Stage};
use crate::tool;
use crate::workspace::run;

pub(super) const CLIENTS: Stage = Stage {
    name: "clients",
    proves: "the vendors' own client libraries work against the server",
    speed: Speed::Slow,
    run: |workspace| {
        let python = tool::python(workspace)?;
        run(workspace
            .cargo()
            .args(["test", "--package", "touchmark-tests", "--test", "serve"])
            .args(["--", "--ignored", "clients::"])
            .env("TOUCHMARK_PYTHON", python))
    },
};
