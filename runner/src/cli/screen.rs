//! Findings as people and programs read them.

use core::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use crate::scenario::{Diagnostic, Severity};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Human,
    /// One JSON object per line.
    Json,
}

/// The most findings of one file that are shown to a person.
const MAX_SHOWN_PER_FILE: usize = 50;

/// Prints findings: to standard error for people, to standard output as JSON.
pub(super) fn findings(format: Format, findings: &[Diagnostic]) -> io::Result<()> {
    match format {
        Format::Human => for_people(findings),
        Format::Json => {
            let mut out = io::stdout().lock();
            for finding in findings {
                writeln!(out, "{}", as_json(finding))?;
            }
            Ok(())
        }
    }
}

fn for_people(findings: &[Diagnostic]) -> io::Result<()> {
    let mut out = anstream::stderr().lock();
    let file_of = |finding: &Diagnostic| {
        let span = finding.span.as_ref();
        span.map(|span| span.source().path().to_owned())
    };
    for of_one_file in findings.chunk_by(|left, right| file_of(left) == file_of(right)) {
        for finding in of_one_file.iter().take(MAX_SHOWN_PER_FILE) {
            writeln!(out, "{}\n", finding.to_styled_text())?;
        }
        let hidden = of_one_file.len().saturating_sub(MAX_SHOWN_PER_FILE);
        if hidden > 0 {
            let path = file_of(&of_one_file[0]).unwrap_or_default();
            writeln!(out, "… and {hidden} more in {path}\n")?;
        }
    }
    Ok(())
}

fn as_json(finding: &Diagnostic) -> serde_json::Value {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = finding.span.as_ref();
    json!({
        "kind": "finding",
        "severity": severity,
        "file": place.map(|span| span.source().path()),
        "line": place.map(|span| span.line()),
        "column": place.map(|span| span.column()),
        "message": finding.message,
        "help": finding.help,
    })
}

/// Tells of folders that were passed over, because they are projects of their
/// own.
pub(super) fn apart(folders: &[PathBuf]) -> io::Result<()> {
    let mut out = anstream::stderr().lock();
    for folder in folders {
        let folder = folder.display();
        writeln!(
            out,
            "passed over: {folder} has a project file of its own, name it alone\n"
        )?;
    }
    Ok(())
}

/// Prints why a command failed, each cause on a line of its own, and what to do
/// about it.
pub(super) fn failure(error: &dyn Error, help: Option<&str>) -> io::Result<()> {
    let mut err = anstream::stderr().lock();
    writeln!(err, "\u{1b}[1;31merror\u{1b}[0m: {error}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        writeln!(err, "  because: {error}")?;
        cause = error.source();
    }
    if let Some(help) = help {
        writeln!(err, "  help: {help}")?;
    }
    Ok(())
}

/// A number with its noun: "1 file", "3 files".
pub(super) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}
