//! Where the tree and its build output are, and how a program is run in it.
//! Commands print to this process's own terminal; `check` redirects whole
//! stages, so nothing here collects or hides output.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::failure::{Failure, Result};

/// Every package but the host of the Spin component, whose dependencies take
/// longer to compile than all others; the stage `hosts` has it.
///
/// The selection and the features decide how dependencies are compiled, so
/// whoever asks for the same ones finds them there.
pub(crate) const EVERYTHING: [&str; 4] = [
    "--workspace",
    "--exclude",
    "touchmark-wasmtime",
    "--all-features",
];

/// The tree that the tasks work on.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The workspace that this program was built from.
    pub(crate) fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the xtask package lies in a folder of the workspace")
            .to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        Self { root, target }
    }

    /// A path below the root of the tree.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path below cargo's target folder.
    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// A program to be run at the root of the tree.
    pub(crate) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.current_dir(&self.root);
        command
    }

    /// The cargo that builds for this machine.
    pub(crate) fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }
}

/// Runs a command and shows it; anything but success is a failure.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", line(command));
    let status = command.status().map_err(cannot_start(command))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Command {
            line: line(command),
            status,
        })
    }
}

/// Runs a command for what it prints, whether or not it succeeds.
pub(crate) fn observe(command: &mut Command) -> Result<Output> {
    command.output().map_err(cannot_start(command))
}

/// The trimmed standard output of a command that has to succeed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = observe(command)?;
    if !output.status.success() {
        return Err(Failure::Command {
            line: line(command),
            status: output.status,
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program can be started at all.
pub(crate) fn exists(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// The text of a file.
pub(crate) fn read_file(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(Failure::file(path))
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Failure::file(path))
}

fn cannot_start(command: &Command) -> impl FnOnce(std::io::Error) -> Failure + use<> {
    let program = command.get_program().to_string_lossy().into_owned();
    |source| Failure::Start { program, source }
}

/// The command as a person would type it, without its environment: a task
/// that sets variables says so itself.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
