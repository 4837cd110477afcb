//! The server's log, on standard error: what happens to the server itself from
//! `info` on, every request at `debug`. Queries, header fields and content are
//! never logged, so no secret can be.

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;

/// What is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Nothing.
    Off,
    /// What the server cannot do.
    Error,
    /// What somebody should look at.
    Warn,
    /// Start and end.
    Info,
    /// Every request.
    Debug,
}

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// For people.
    Human,
    /// One JSON object per line.
    Json,
}

/// Starts logging for this process. Only the first call counts.
pub fn start(level: Level, style: Style) {
    let filter = match level {
        Level::Off => LevelFilter::OFF,
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt()
        .with_max_level(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    // A second subscriber is refused, which is what is wanted.
    let _ = match style {
        Style::Human => tracing::subscriber::set_global_default(lines.finish()),
        Style::Json => {
            tracing::subscriber::set_global_default(lines.json().flatten_event(true).finish())
        }
    };
}
