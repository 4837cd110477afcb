//! Programs that come from package registries: npm, Python and Debian
//! packages. Each is installed once, into a folder that git ignores, from a
//! list that is committed. Where installing is not possible the failure says
//! what a person has to type.

use core::iter;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result};
use crate::workspace::{Workspace, exists, make_folder, read_file, run};

/// Node, which is installed where it can be.
pub(crate) fn node(workspace: &Workspace) -> Result<Command> {
    if !exists("node") || !exists("npm") {
        debian(&["nodejs", "npm"])?;
    }
    Ok(workspace.command("node"))
}

/// Installs the npm packages that the `package-lock.json` of a folder names
/// and returns their `node_modules`.
pub(crate) fn npm(workspace: &Workspace, folder: &str) -> Result<PathBuf> {
    let modules = workspace.path(folder).join("node_modules");
    let lock = read_file(&workspace.path(folder).join("package-lock.json"))?;
    let stamp = modules.join(".installed");
    if !is_current(&stamp, &lock) {
        node(workspace)?;
        println!("installing npm packages into {}", modules.display());
        run(workspace.command("npm").args(["ci", "--prefix", folder]))?;
        write(&stamp, &lock)?;
    }
    Ok(modules)
}

/// Installs the Debian package that has a program's name, unless the program
/// is there already.
pub(crate) fn program(name: &str) -> Result<()> {
    match exists(name) {
        true => Ok(()),
        false => debian(&[name]),
    }
}

/// Installs the Python packages that `tests/clients/requirements.txt` names
/// into an environment of their own and returns its interpreter.
pub(crate) fn python(workspace: &Workspace) -> Result<PathBuf> {
    let environment = workspace.target("tools/python");
    let python = environment.join("bin").join("python");
    let list = workspace.path("tests/clients/requirements.txt");
    let wanted = read_file(&list)?;
    let stamp = environment.join(".installed");
    if !is_current(&stamp, &wanted) {
        let folder = environment.as_os_str();
        let make = || {
            let mut command = workspace.command("python3");
            command.args(["-m", "venv", "--clear"]).arg(folder);
            command
        };
        // Debian has the module that makes environments in a package apart.
        if !succeeds(&mut make()) {
            debian(&["python3", "python3-venv"])?;
            run(&mut make())?;
        }
        println!("installing Python packages into {}", environment.display());
        run(workspace
            .command(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .arg("--requirement")
            .arg(&list))?;
        write(&stamp, &wanted)?;
    }
    Ok(python)
}

/// The search path for programs with `prometheus` and `promtool` on it. Where
/// they are not installed, Debian's package is unpacked into a folder of its
/// own, because installing it would start a service.
pub(crate) fn prometheus(workspace: &Workspace) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    if exists("prometheus") && exists("promtool") {
        return Ok(path);
    }
    let folder = workspace.target("tools/prometheus");
    let programs = folder.join("usr/bin");
    if !programs.join("promtool").exists() {
        if !exists("apt-get") {
            return Err(Failure::missing(
                "prometheus is not installed",
                "Prometheus 2.42, which Debian 12 has as the package `prometheus`",
            ));
        }
        println!("unpacking Debian's prometheus into {}", folder.display());
        make_folder(&folder)?;
        if is_root() {
            run(Command::new("apt-get").args(["update", "-q"]))?;
        }
        let mut download = Command::new("apt-get");
        run(download
            .args(["download", "prometheus"])
            .current_dir(&folder))?;
        let unpack = "dpkg-deb --extract prometheus_*.deb .";
        run(Command::new("sh").args(["-c", unpack]).current_dir(&folder))?;
    }
    let folders = iter::once(programs).chain(env::split_paths(&path));
    Ok(env::join_paths(folders).expect("the folders come from a search path"))
}

/// Installs those of the named Debian packages that are not there yet.
pub(crate) fn debian(packages: &[&str]) -> Result<()> {
    let absent: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if absent.is_empty() {
        return Ok(());
    }
    let names = absent.join(" ");
    let refused = || {
        Failure::missing(
            format!("{names} is not installed"),
            format!(
                "`sudo apt-get install {names}`, or your system's own package of the same tool"
            ),
        )
    };
    if !exists("apt-get") {
        return Err(refused());
    }
    let root = is_root();
    if !root && !succeeds(Command::new("sudo").args(["-n", "true"])) {
        return Err(refused());
    }
    println!("installing Debian packages: {names}");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            command.args(["-n", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        run(command.args(arguments))
    };
    apt(&["update", "-q"])?;
    // --no-remove: a tool of ours is no reason to take away one of theirs.
    let mut install = vec![
        "install",
        "-q",
        "-y",
        "--no-install-recommends",
        "--no-remove",
    ];
    install.extend(&absent);
    apt(&install).map_err(|_| refused())
}

fn is_current(stamp: &Path, wanted: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|installed| installed == wanted)
}

fn write(path: &Path, text: &str) -> Result<()> {
    make_folder(path.parent().expect("a stamp lies in a folder"))?;
    fs::write(path, text).map_err(Failure::file(path))
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${db:Status-Status}", package]);
    query
        .output()
        .is_ok_and(|output| output.stdout == b"installed")
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
