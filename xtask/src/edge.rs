//! The WebAssembly artefacts: built, bound to JavaScript, optimised, put
//! where `npm pack` and the edge hosts expect them, and weighed. What is in
//! them is the business of the `wasm` package.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::tool;
use crate::toolchain::{Build, Library, Source, Toolchain};
use crate::workspace::{Workspace, make_folder, run};

/// One WebAssembly module and the JavaScript around it.
struct Artefact {
    /// What its files are called.
    name: &'static str,
    /// The folder that holds nothing but what this task writes.
    folder: &'static str,
    build: Build,
    /// The folder of the JavaScript around it that is made into one piece with
    /// its glue, if any is.
    bundle: Option<&'static str>,
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
        bundle: Some("wasm/npm"),
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
        bundle: None,
    },
];

/// Builds every artefact and prints what each weighs.
pub(crate) fn build(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let wanted = match arguments {
        [] => Source::from_environment()?,
        ["--toolchain", name] => Some(Source::named(name)?),
        _ => return Err(Failure::usage("`edge` takes only `--toolchain NAME`")),
    };
    let mut modules = Vec::new();
    for artefact in ARTEFACTS {
        println!("building {} into {}", artefact.name, artefact.folder);
        modules.push(make(workspace, wanted, artefact)?);
    }
    weigh(workspace, &modules)
}

fn make(workspace: &Workspace, wanted: Option<Source>, artefact: &Artefact) -> Result<PathBuf> {
    let toolchain = Toolchain::find(workspace, wanted, &artefact.build)?;
    let file = format!("{}.wasm", artefact.build.package.replace('-', "_"));
    let module = toolchain.build(workspace, &artefact.build)?.join(file);

    let folder = workspace.path(artefact.folder);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::file(&folder))?;
    }
    make_folder(&folder)?;
    // The binder is compiled once, for this machine, in a profile that is
    // quick to compile: it runs for a fraction of a second.
    run(workspace
        .cargo()
        .args(["run", "--quiet", "--package", "xtask-bindgen"])
        .args(["--profile", "tool", "--"])
        .arg(&module)
        .arg(&folder)
        .arg(artefact.name))?;
    let bound = folder.join(format!("{}_bg.wasm", artefact.name));
    optimise(workspace, &bound)?;
    if let Some(sources) = artefact.bundle {
        bundle(workspace, sources)?;
        // What has become part of the bundle, and types that nobody imports.
        for ending in [".js", ".d.ts", "_bg.wasm.d.ts"] {
            let path = folder.join(format!("{}{ending}", artefact.name));
            fs::remove_file(&path).map_err(Failure::file(&path))?;
        }
    }
    Ok(bound)
}

/// The folder whose npm packages include the optimiser and the bundler.
const NPM: &str = "tests/hosts";

/// Shrinks a module in place. Debian's own binaryen is too old for what
/// wasm-bindgen writes: it turns the table of references into one of
/// functions, and the module dies when it starts.
fn optimise(workspace: &Workspace, module: &Path) -> Result<()> {
    let program = tool::npm(workspace, NPM)?.join(".bin/wasm-opt");
    run(workspace
        .command(program)
        .arg("-Oz")
        .arg(module)
        .arg("-o")
        .arg(module))
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

fn weigh(workspace: &Workspace, modules: &[PathBuf]) -> Result<()> {
    run(tool::node(workspace)?
        .arg("xtask/src/weigh.mjs")
        .args(modules))
}
