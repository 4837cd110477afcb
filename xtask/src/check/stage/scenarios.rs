//! The stages for the scenarios: each of them on a deployment in the runner's
//! own process, and over HTTP on each store of the native server.

use std::fs;

use super::{Speed, Stage};
use crate::failure::{Failure, Result};
use crate::server::Server;
use crate::workspace::{Workspace, make_folder, run};

pub(super) const IN_PROCESS: Stage = Stage {
    name: "scenarios",
    proves: "every scenario passes on the embedded deployment",
    speed: Speed::Slow,
    run: |workspace| {
        run(workspace
            .cargo()
            .args(["run", "--release", "--", "run", "scenarios"]))
    },
};

pub(super) const ON_MEMORY: Stage = Stage {
    name: "serve-memory",
    proves: "every scenario passes over HTTP, with records in memory",
    speed: Speed::Slow,
    run: |workspace| over_http(workspace, "memory"),
};

pub(super) const ON_SQLITE: Stage = Stage {
    name: "serve-sqlite",
    proves: "every scenario passes over HTTP, with records in SQLite",
    speed: Speed::Slow,
    run: |workspace| {
        let folder = workspace.target("check/sqlite");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Failure::file(&folder))?;
        }
        make_folder(&folder)?;
        let file = folder.join("touchmark.db");
        over_http(workspace, &format!("sqlite:{}", file.display()))
    },
};

fn over_http(workspace: &Workspace, store: &str) -> Result<()> {
    let server = Server::start(workspace, store)?;
    run(server
        .runner(workspace)
        .args(["run", "scenarios", "--target", server.url()])
        .args(["--project", "tests/hosts/touchmark.yaml"]))
}
