//! `touchmark token inspect`: what a token says of itself.

use std::io::{self, Write as _};

use clap::Args;
use serde_json::json;
use touchmark_core::token::{Limits, inspect};

use super::show;
use crate::cli::input;
use crate::cli::screen::{self, Format};
use crate::exit::Exit;
use crate::host::now;

/// Show what a token says, without verifying anything.
///
/// Exits with 0 if the token can be read and with 1 if it cannot.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// The token, or `-` for standard input, which keeps it out of the history.
    #[arg(value_name = "TOKEN")]
    token: String,

    /// How it is shown.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

impl Inspect {
    pub(super) fn run(self) -> io::Result<Exit> {
        let token = match input::text(&self.token) {
            Ok(token) => token,
            Err(error) => {
                screen::failure(&error, None)?;
                return Ok(error.exit());
            }
        };
        let mut out = io::stdout().lock();
        match (inspect(&token, &Limits::DEFAULT), self.format) {
            (Ok(said), Format::Human) => {
                writeln!(out, "header {}", show::members(&said.header()))?;
                let claims = &said.unverified_claims();
                writeln!(out, "unverified claims {}", show::members(claims))?;
                for line in show::times(claims, now()) {
                    writeln!(out, "{line}")?;
                }
                Ok(Exit::Passed)
            }
            (Ok(said), Format::Json) => {
                let document = json!({
                    "kind": "token",
                    "verified": false,
                    "header": said.header(),
                    "claims": said.unverified_claims(),
                });
                writeln!(out, "{document}")?;
                Ok(Exit::Passed)
            }
            (Err(error), format) => {
                super::verify::refuse(&mut out, format, error.code(), &error)?;
                Ok(Exit::Failed)
            }
        }
    }
}
