//! The WebAssembly artefacts: built, bound to JavaScript and optimised or made
//! a component, put where `npm pack` and the hosts expect them, and weighed.
//! What is in them is the business of the `wasm` package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::tool;
use crate::toolchain::{Build, Library, Source, Toolchain};
use crate::workspace::{Workspace, make_folder, run};

/// One WebAssembly module and what is around it.
struct Artefact {
    /// What its files are called.
    name: &'static str,
    /// The folder that holds nothing but what this task writes.
    folder: &'static str,
    build: Build,
    finish: Finish,
    /// The most bytes that the module may have, compressed by `gzip -9`.
    limit: u32,
}

/// What becomes of a module that the compiler wrote.
#[derive(Clone, Copy)]
enum Finish {
    /// JavaScript is written around it.
    Bound,
    /// The same, and its glue is made into one piece with the JavaScript of
    /// this folder.
    Bundled(&'static str),
    /// It becomes a component, whose interfaces say what it needs of a host.
    Component,
}

const ARTEFACTS: &[Artefact] = &[
    Artefact {
        name: "verifier",
        folder: "wasm/npm/dist",
        // Downloaded by every visitor of a page, so small comes first, and
        // panics have no words.
        build: Build {
            package: "touchmark-wasm",
            features: "verifier",
            target: "wasm32-unknown-unknown",
            library: Library::Trapping,
            profile: "verifier",
            flags: "",
        },
        finish: Finish::Bundled("wasm/npm"),
        // The JavaScript around it counts as well, in the package's own test.
        limit: 60 * 1024,
    },
    Artefact {
        name: "edge",
        folder: "wasm/hosts/dist",
        // A panic must not end the process that answers everybody: it unwinds,
        // and becomes the rejection of one promise.
        build: Build {
            package: "touchmark-wasm",
            features: "edge",
            target: "wasm32-unknown-unknown",
            library: Library::Unwinding,
            profile: "edge",
            flags: "",
        },
        finish: Finish::Bound,
        limit: 1_000_000,
    },
    Artefact {
        name: "touchmark",
        folder: "wasm/hosts/spin/dist",
        // Every host throws the instance away that a panic ended, so there is
        // nothing to unwind for.
        build: Build {
            package: "touchmark-wasm",
            features: "spin",
            target: "wasm32-unknown-unknown",
            library: Library::Shipped,
            profile: "edge",
            flags: "",
        },
        finish: Finish::Component,
        limit: 1_000_000,
    },
];

/// Does what the command line asks for: builds every artefact, prints what each
/// weighs, and refuses what is too heavy.
pub(crate) fn run_command(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let wanted = match arguments {
        [] => Source::from_environment()?,
        ["--toolchain", name] => Some(Source::named(name)?),
        _ => return Err(Failure::usage("`edge` takes only `--toolchain NAME`")),
    };
    weigh(workspace, &make_all(workspace, wanted)?)
}

/// Builds every artefact, which is quick if nothing has changed.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    make_all(workspace, Source::from_environment()?).map(|_| ())
}

/// Each module with what it may weigh.
fn make_all(workspace: &Workspace, wanted: Option<Source>) -> Result<Vec<(PathBuf, u32)>> {
    let modules = ARTEFACTS.iter().map(|artefact| {
        println!("building {} into {}", artefact.name, artefact.folder);
        Ok((make(workspace, wanted, artefact)?, artefact.limit))
    });
    modules.collect()
}

fn make(workspace: &Workspace, wanted: Option<Source>, artefact: &Artefact) -> Result<PathBuf> {
    let module = compile(workspace, wanted, &artefact.build)?;
    let folder = workspace.path(artefact.folder);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::file(&folder))?;
    }
    make_folder(&folder)?;
    match artefact.finish {
        Finish::Bound => bind(workspace, artefact, &module, &folder),
        Finish::Bundled(sources) => {
            let bound = bind(workspace, artefact, &module, &folder)?;
            bundle(workspace, sources)?;
            // What has become part of the bundle, and types that nobody imports.
            for ending in [".js", ".d.ts", "_bg.wasm.d.ts"] {
                let path = folder.join(format!("{}{ending}", artefact.name));
                fs::remove_file(&path).map_err(Failure::file(&path))?;
            }
            Ok(bound)
        }
        Finish::Component => {
            let component = folder.join(format!("{}.wasm", artefact.name));
            componentise(workspace, &module, &component)?;
            Ok(component)
        }
    }
}

/// Builds a component that is none of the artefacts, at this path.
pub(crate) fn build_component(
    workspace: &Workspace,
    build: &Build,
    component: &Path,
) -> Result<()> {
    let module = compile(workspace, Source::from_environment()?, build)?;
    componentise(workspace, &module, component)
}

/// The module as the compiler writes it.
fn compile(workspace: &Workspace, wanted: Option<Source>, build: &Build) -> Result<PathBuf> {
    let toolchain = Toolchain::find(workspace, wanted, build)?;
    let file = format!("{}.wasm", build.package.replace('-', "_"));
    Ok(toolchain.build(workspace, build)?.join(file))
}

fn bind(
    workspace: &Workspace,
    artefact: &Artefact,
    module: &Path,
    folder: &Path,
) -> Result<PathBuf> {
    let mut binding = program(workspace, "xtask-bindgen");
    binding.arg(module).arg(folder).arg(artefact.name);
    // After a trap nothing in an instance can be relied on.
    if artefact.build.library == Library::Trapping {
        binding.arg("--replaceable");
    }
    run(&mut binding)?;
    let bound = folder.join(format!("{}_bg.wasm", artefact.name));
    optimise(workspace, &bound, &bound)?;
    Ok(bound)
}

fn componentise(workspace: &Workspace, module: &Path, component: &Path) -> Result<()> {
    optimise(workspace, module, component)?;
    run(program(workspace, "xtask-componentise")
        .arg(component)
        .arg(component))
}

/// A program of the workspace that works on modules. It is compiled once, for
/// this machine, in a profile that is quick to compile: it runs for a fraction
/// of a second.
fn program(workspace: &Workspace, package: &str) -> Command {
    let mut command = workspace.cargo();
    command
        .args(["run", "--quiet", "--package", package])
        .args(["--profile", "tool", "--"]);
    command
}

/// The folder whose npm packages include the optimiser and the bundler.
const NPM: &str = "tests/hosts";

/// Shrinks a module and takes the names of its functions away. Debian's own
/// binaryen is too old for what wasm-bindgen writes: it turns the table of
/// references into one of functions, and the module dies when it starts.
///
/// It takes a minute, so what became of the same module is kept, as long as
/// neither the optimiser nor this program, which says how, is newer.
fn optimise(workspace: &Workspace, module: &Path, smaller: &Path) -> Result<()> {
    let program = tool::npm(workspace, NPM)?.join(".bin/wasm-opt");
    let folder = workspace.target("optimised");
    make_folder(&folder)?;
    let kept = folder.join(smaller.file_name().unwrap_or_default());
    let (before, after) = (kept.with_extension("before"), kept.with_extension("after"));
    let this = std::env::current_exe().map_err(Failure::file(&kept))?;
    let is_current = is_newer(&after, &this)
        && is_newer(&after, &workspace.path(NPM).join("package-lock.json"))
        && fs::read(module).ok() == fs::read(&before).ok();
    if !is_current {
        fs::copy(module, &before).map_err(Failure::file(&before))?;
        run(workspace
            .command(program)
            .arg("-Oz")
            // Functions that have one caller become part of it otherwise. That
            // is less by itself, but a twentieth more once it is compressed.
            .args(["--one-caller-inline-max-function-size", "0"])
            .arg(&before)
            .arg("-o")
            .arg(&after))?;
    }
    fs::copy(&after, smaller).map_err(Failure::file(smaller))?;
    Ok(())
}

fn is_newer(file: &Path, other: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path)?.modified();
    matches!((time(file), time(other)), (Ok(file), Ok(other)) if file > other)
}

/// Makes the JavaScript of a package and the glue of its module into few small
/// files, as the package's own configuration says.
fn bundle(workspace: &Workspace, sources: &str) -> Result<()> {
    let program = tool::npm(workspace, NPM)?.join(".bin/rolldown");
    run(workspace
        .command(program)
        .args(["--config", "rolldown.config.mjs"])
        .current_dir(workspace.path(sources)))
}

fn weigh(workspace: &Workspace, modules: &[(PathBuf, u32)]) -> Result<()> {
    let mut weighing = tool::node(workspace)?;
    weighing.arg("xtask/src/weigh.mjs");
    for (module, limit) in modules {
        weighing.arg(module).arg(limit.to_string());
    }
    run(&mut weighing)
}
