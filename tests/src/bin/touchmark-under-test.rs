//! The `touchmark` command once more, because cargo builds programs only for
//! the tests of their own package. It is the same shell around the same
//! library as `runner/src/main.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    touchmark::cli::run(std::env::args_os()).into()
}
