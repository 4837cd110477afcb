//! The project's own tasks: `check` proves the tree, `edge` builds the
//! WebAssembly artefacts, `bench` measures. It compiles before everything
//! else, so it is std only, and it owns no rule of the product.

mod bench;
mod check;
mod edge;
mod failure;
mod no_std;
mod server;
mod tool;
mod toolchain;
mod workspace;

use std::env;
use std::process::ExitCode;

use failure::{Failure, Result};
use workspace::Workspace;

const HELP: &str = "\
cargo xtask TASK

  check [--fast] [--only NAME…] [--verbose] [--list]
                     prove the tree: everything that CI runs. Every stage runs
                     even if an earlier one failed; --fast leaves out what
                     needs other toolchains, servers or installs
  stage NAME         run one stage of the check here, with its whole output
  edge [--toolchain rustup|debian]
                     build the WebAssembly artefacts and print their sizes
  bench [--short] [FILTER]
                     run the benchmarks and print their ratios

TOUCHMARK_TOOLCHAIN=rustup|debian says where WebAssembly compilers come from;
without it rustup is tried first, then Debian's packages.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // The check has said it already, and its last line is the count.
            if !matches!(failure, Failure::Stages(_)) {
                eprintln!("error: {failure}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    let workspace = Workspace::here();
    match arguments {
        ["check", rest @ ..] => check::run(&workspace, rest),
        ["stage", name] => check::run_stage(&workspace, name),
        ["edge", rest @ ..] => edge::run_command(&workspace, rest),
        ["bench", rest @ ..] => bench::run(&workspace, rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        [task, ..] => Err(Failure::usage(format!("there is no task `{task}`"))),
    }
}
