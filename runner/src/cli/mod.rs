//! The command line: arguments in, exit code out.
//!
//! Each command is a file of its own. Nothing is prepared before it is known
//! which command runs, so that `--version` costs nothing.

mod check;
mod deployment;
mod files;
mod input;
mod key;
mod list;
mod reports;
mod run;
mod schema;
mod screen;
mod serve;
mod setup;
mod token;

use std::ffi::OsString;

use anstream::ColorChoice;
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::exit::Exit;

/// Assay API-token services with YAML scenarios.
#[derive(Debug, Parser)]
#[command(name = "touchmark", version, disable_help_subcommand = true)]
struct Cli {
    /// When to colour what is printed.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find every mistake in scenario files that can be found without a request.
    Check(check::Check),
    /// Show scenarios with their tags, runs and steps.
    List(list::List),
    /// Print the JSON Schema of a file format.
    Schema(schema::PrintSchema),
    /// Run scenarios against a deployment.
    Run(run::Run),
    /// Serve all systems over HTTP.
    Serve(serve::Serve),
    /// Look at, verify and mint tokens.
    Token(token::Token),
    /// Make and show keys.
    Key(key::KeyCommand),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    /// On a terminal that understands them.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The command line as clap knows it: for completions, and for documents that
/// want to be sure of the commands they show.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that the arguments name; the first argument is the
/// program's own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing can be done about a stream that takes no error message.
            let _ = error.print();
            return match error.exit_code() {
                0 => Exit::Passed,
                _ => Exit::BadUsage,
            };
        }
    };
    match cli.color {
        Color::Auto => {}
        Color::Always => ColorChoice::Always.write_global(),
        Color::Never => ColorChoice::Never.write_global(),
    }
    let ended = match cli.command {
        Command::Check(check) => check.run(),
        Command::List(list) => list.run(),
        Command::Schema(schema) => schema.run(),
        Command::Run(run) => run.run(),
        Command::Serve(serve) => serve.run(),
        Command::Token(token) => token.run(),
        Command::Key(key) => key.run(),
    };
    match ended {
        Ok(exit) => exit,
        // Whoever reads the output has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Passed,
        Err(error) => {
            eprintln!("error: cannot write the output: {error}");
            Exit::Bug
        }
    }
}
