//! `touchmark check`: every mistake that can be found without a request.

use std::io::{self, Write};

use clap::Args;
use serde_json::json;

use super::{
    files::Selection,
    screen::{self, Format, count},
};
use crate::exit::Exit;

/// Find every mistake in scenario files that can be found without a request.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    selection: Selection,

    /// How findings are printed.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

impl Check {
    pub(super) fn run(&self) -> io::Result<Exit> {
        let corpus = self.selection.read();
        screen::findings(self.format, &corpus.findings)?;
        screen::apart(&corpus.apart)?;
        let errors = corpus.findings.iter().filter(|finding| finding.is_error());
        let errors = errors.count();
        let warnings = corpus.findings.len() - errors;
        let exit = match (errors, corpus.plans.len()) {
            (1.., _) => Exit::BadFile,
            (0, 0) => Exit::BadUsage,
            (0, _) => Exit::Passed,
        };
        match self.format {
            Format::Json => writeln!(
                io::stdout(),
                "{}",
                json!({
                    "kind": "summary",
                    "files": corpus.files,
                    "scenarios": corpus.plans.len(),
                    "errors": errors,
                    "warnings": warnings,
                    "exit": exit.code(),
                })
            )?,
            Format::Human if exit == Exit::BadUsage => {
                writeln!(io::stderr(), "error: no scenario is selected")?;
            }
            Format::Human => {
                let files = count(corpus.files, "file");
                let errors = count(errors, "error");
                let warnings = count(warnings, "warning");
                writeln!(io::stdout(), "{files} checked: {errors}, {warnings}")?;
            }
        }
        Ok(exit)
    }
}
