//! `touchmark schema`: the JSON Schemas that editors validate files with.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use crate::{exit::Exit, scenario::schema};

/// Print the JSON Schema of a file format.
#[derive(Debug, Args)]
pub(super) struct PrintSchema {
    /// Which file the schema is for.
    #[arg(default_value = "scenario")]
    file: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A scenario.
    Scenario,
    /// The project file, touchmark.yaml.
    Project,
    /// The settings file of `touchmark serve`.
    Server,
}

impl PrintSchema {
    pub(super) fn run(&self) -> io::Result<Exit> {
        let schema = match self.file {
            Format::Scenario => schema::scenario(),
            Format::Project => schema::project(),
            Format::Server => crate::serve::settings::schema(),
        };
        io::stdout().write_all(schema::to_text(&schema).as_bytes())?;
        Ok(Exit::Passed)
    }
}
