//! The benchmarks, and what their figures say about each other. Figures of
//! one machine at one moment mean little; ratios of one run mean more, so
//! whatever has a reference beside it is divided by that.

mod hosts;
mod table;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use hosts::Effort;
use table::{Row, Table};

use crate::failure::{Failure, Result};
use crate::workspace::{EVERYTHING, Workspace};

/// Runs the benchmarks that the command line selects.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let (switches, filters): (Vec<&str>, Vec<&str>) = arguments
        .iter()
        .partition(|argument| argument.starts_with('-'));
    let effort = match switches.as_slice() {
        [] => Effort::Whole,
        ["--short"] => Effort::Short,
        _ => return Err(Failure::usage("`bench` takes only `--short` and a filter")),
    };
    if filters == [hosts::NAME] {
        return hosts::measure(workspace, effort);
    }
    native(workspace, effort, &filters)?;
    match filters.is_empty() {
        true => hosts::measure(workspace, effort),
        false => Ok(()),
    }
}

/// Runs the native benchmarks that have one of the filters in their names.
fn native(workspace: &Workspace, effort: Effort, filters: &[&str]) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["bench", "--bench", "*"]);
    match effort {
        Effort::Whole => command.args(["--workspace", "--"]),
        // Only that they run is of interest, and the tests have most of what is
        // needed compiled for development.
        Effort::Short => {
            command
                .args(EVERYTHING)
                .args(["--profile", "dev", "--", "--max-time", "0.02"])
        }
    };
    command.args(filters).stdout(Stdio::piped());
    let start = |source| Failure::Start {
        program: "cargo bench".to_owned(),
        source,
    };
    let mut child = command.spawn().map_err(start)?;
    let output = child.stdout.take().expect("the output is piped");
    let mut table = Table::default();
    for line in BufReader::new(output).lines() {
        let line = line.map_err(start)?;
        println!("{line}");
        table.add(&line);
    }
    let status = child.wait().map_err(start)?;
    if !status.success() {
        let line = "cargo bench".to_owned();
        return Err(Failure::Command { line, status });
    }
    if table.rows().is_empty() {
        return Err(Failure::disproved(
            "the benchmarks print figures",
            "none was found in their output",
        ));
    }
    print_ratios(&ratios(table.rows()));
    Ok(())
}

/// One figure divided by the figure it is measured against.
#[derive(Debug, PartialEq)]
struct Ratio {
    of: String,
    to: String,
    value: f64,
}

/// Pairs every figure with its references: rows that differ from it in one
/// name only, and have there a name that begins with `peer_` (somebody
/// else's code) or `plain_` (the least that has to be done).
fn ratios(rows: &[Row]) -> Vec<Ratio> {
    let is_reference = |name: &String| name.starts_with("peer_") || name.starts_with("plain_");
    let mut ratios = Vec::new();
    for row in rows.iter().filter(|row| !row.path.iter().any(is_reference)) {
        for other in rows
            .iter()
            .filter(|other| other.path.len() == row.path.len())
        {
            let mut pairs = row.path.iter().zip(&other.path);
            let differing: Vec<_> = pairs.by_ref().filter(|(one, two)| one != two).collect();
            if let [(_, reference)] = differing.as_slice()
                && is_reference(reference)
            {
                ratios.push(Ratio {
                    of: row.path.join(" "),
                    to: (*reference).clone(),
                    value: row.median / other.median,
                });
            }
        }
    }
    ratios
}

fn print_ratios(ratios: &[Ratio]) {
    if ratios.is_empty() {
        return;
    }
    println!("ratios of the medians of this run, less is faster:");
    for Ratio { of, to, value } in ratios {
        println!("  {of:<44} {value:>8.2} x {to}");
    }
}

#[cfg(test)]
mod tests {
    use super::{Ratio, ratios};
    use crate::bench::table::Row;

    fn row(path: &str, median: f64) -> Row {
        let path = path.split('/').map(str::to_owned).collect();
        Row { path, median }
    }

    #[test]
    fn a_figure_is_divided_by_its_reference() {
        let rows = [row("run/steps", 3.0), row("run/plain_loop", 2.0)];
        let expected = Ratio {
            of: "run steps".to_owned(),
            to: "plain_loop".to_owned(),
            value: 1.5,
        };
        assert_eq!(ratios(&rows), [expected]);
    }

    #[test]
    fn arguments_are_compared_with_the_same_argument() {
        let rows = [
            row("verify/ours/HS256", 1.0),
            row("verify/ours/ES256", 6.0),
            row("verify/peer_a/HS256", 2.0),
            row("verify/peer_a/ES256", 3.0),
        ];
        let values: Vec<f64> = ratios(&rows).iter().map(|ratio| ratio.value).collect();
        assert_eq!(values, [0.5, 2.0]);
    }

    #[test]
    fn what_is_no_reference_is_not_divided_by() {
        assert_eq!(
            ratios(&[row("a/b", 1.0), row("a/c", 2.0), row("d/peer_e", 3.0)]),
            []
        );
    }
}
