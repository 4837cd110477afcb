//! Starting the real binary.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder with these files in it.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in files {
        let file = folder.path().join(name);
        let around = file.parent().expect("a file lies in a folder");
        fs::create_dir_all(around).expect("a folder can be made");
        fs::write(file, text).expect("a file can be written");
    }
    folder
}

/// `touchmark run` with these arguments, ready to start.
pub(crate) fn touchmark_run(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
    command
        .args(["run", "--color", "never"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("CLICOLOR_FORCE")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs to the end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    ended(
        touchmark_run(folder, arguments)
            .output()
            .expect("the binary runs"),
    )
}

pub(crate) fn ended(output: std::process::Output) -> Ended {
    Ended {
        code: output.status.code().expect("the binary is not killed"),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("output is UTF-8"),
    }
}
