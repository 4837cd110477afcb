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
        FOLDERS.iter().try_for_each(|folder| {
            run(workspace
                .cargo()
                .args(["run", "--release", "--", "run", folder.path]))
        })
    },
};

pub(super) const ON_MEMORY: Stage = Stage {
    name: "serve-memory",
    proves: "every scenario passes over HTTP, with records in memory",
    speed: Speed::Slow,
    run: |workspace| over_http(workspace, |_| "memory".to_owned()),
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
        over_http(workspace, |name| {
            format!("sqlite:{}", folder.join(name).display())
        })
    },
};

fn over_http(workspace: &Workspace, store: impl Fn(&str) -> String) -> Result<()> {
    FOLDERS.iter().try_for_each(|folder| {
        let file = folder.path.replace('/', "-");
        let server = Server::start(workspace, &store(&file), folder.settings)?;
        run(server
            .runner(workspace)
            .args(["run", folder.path, "--target", server.url()])
            .args(["--project", "tests/hosts/touchmark.yaml"]))
    })
}

/// Scenarios, and how the deployment is set up that they are for.
struct Folder {
    path: &'static str,
    settings: Option<&'static str>,
}

const FOLDERS: [Folder; 3] = [
    Folder {
        path: "scenarios",
        settings: None,
    },
    Folder {
        path: "scenarios/limited",
        settings: Some("scenarios/limited/settings.json"),
    },
    Folder {
        path: "scenarios/rated",
        settings: Some("scenarios/rated/settings.json"),
    },
];
