//! The `touchmark` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    touchmark::cli::run(std::env::args_os()).into()
}
