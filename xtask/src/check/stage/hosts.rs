//! The stage for the JavaScript hosts of the edge module: each is started for
//! real, tried with bad input, compared with the native server to the byte, and
//! run every scenario against. Which hosts there are and how they start is
//! said in `tests/hosts`.

use super::{Speed, Stage};
use crate::workspace::run;
use crate::{edge, tool};

pub(super) const HOSTS: Stage = Stage {
    name: "hosts",
    proves: "every scenario passes on workerd, Deno, Bun and Node, and data outlives a kill",
    speed: Speed::Slow,
    run: |workspace| {
        tool::npm(workspace, "tests/hosts")?;
        edge::build(workspace, &[])?;
        run(workspace.cargo().args(["build", "--package", "touchmark"]))?;
        let touchmark = workspace.target("debug/touchmark");
        run(workspace
            .command("node")
            .args(["--test", "tests/hosts/hosts.test.mjs"])
            .arg("tests/hosts/bytes.test.mjs")
            .env("TOUCHMARK", &touchmark))?;
        run(workspace
            .command("node")
            .arg("tests/hosts/matrix.mjs")
            .arg(&touchmark))
    },
};
