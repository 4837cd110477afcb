//! The native server, started for one stage on a free port of the loopback
//! interface and ended with it. Its administrator is the one that
//! `tests/hosts/touchmark.yaml` knows.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::failure::{Failure, Result};
use crate::workspace::{Workspace, run};

/// A server that answers.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    /// Kept open, or the server would fail to print.
    _output: BufReader<ChildStdout>,
    url: String,
    program: PathBuf,
}

impl Server {
    /// Builds the server, starts it on an empty store, set up by a file if one
    /// is named, and waits until it listens.
    pub(crate) fn start(workspace: &Workspace, store: &str, config: Option<&str>) -> Result<Self> {
        let program = touchmark(workspace)?;
        let mut process = workspace
            .command(&program)
            .args(["serve", "--listen", "127.0.0.1:0", "--store", store])
            .args(["--admin-id", ADMIN_ID, "--log", "warn"])
            .args(config.into_iter().flat_map(|file| ["--config", file]))
            .env("TOUCHMARK_ADMIN_SECRET", ADMIN_SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| Failure::Start {
                program: "touchmark serve".to_owned(),
                source,
            })?;
        let output = process.stdout.take().expect("the output is piped");
        let mut output = BufReader::new(output);
        let url = listening(&mut output);
        let server = Self {
            process,
            _output: output,
            url: url.unwrap_or_default(),
            program,
        };
        if server.url.is_empty() {
            let because = "it ended before it did";
            return Err(Failure::disproved("the server listens", because));
        }
        println!("{store} is served at {}", server.url);
        Ok(server)
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The `touchmark` command, knowing this server's administrator.
    pub(crate) fn runner(&self, workspace: &Workspace) -> Command {
        let mut command = workspace.command(&self.program);
        command
            .env("TOUCHMARK_ADMIN_ID", ADMIN_ID)
            .env("TOUCHMARK_ADMIN_SECRET", ADMIN_SECRET);
        command
    }
}

/// Builds the `touchmark` command, as the README's commands do, and says where
/// it is.
pub(crate) fn touchmark(workspace: &Workspace) -> Result<PathBuf> {
    run(workspace.cargo().args(["build", "--release"]))?;
    Ok(workspace.target("release/touchmark"))
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the scenarios have told already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The URL of the line that says so; none if the server ends without it.
fn listening(output: &mut impl BufRead) -> Option<String> {
    output
        .lines()
        .map_while(core::result::Result::ok)
        .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned))
}

const ADMIN_ID: &str = "administrator-of-the-check";
const ADMIN_SECRET: &str = "not-a-secret-for-it-lives-as-long-as-the-check";

#[cfg(test)]
mod tests {
    use super::listening;

    #[test]
    fn the_url_is_read_from_the_line_that_names_it() {
        let mut output = "administrator client_id a\nlistening on http://127.0.0.1:1\n".as_bytes();
        assert_eq!(
            listening(&mut output).as_deref(),
            Some("http://127.0.0.1:1")
        );
    }

    #[test]
    fn a_server_that_ends_early_has_no_url() {
        assert_eq!(listening(&mut "error: no\n".as_bytes()), None);
    }
}
