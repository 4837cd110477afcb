//! Everything that has to hold before a change lands, as a list of stages.
//! All of them run, whatever happens to the first; each writes a log of its
//! own, and the failed ones are shown at the end.

mod closing;
mod stage;

use core::time::Duration;
use std::env;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::process::Stdio;
use std::time::Instant;

use closing::Closing;
use stage::{STAGES, Speed, Stage};

use crate::failure::{Failure, Result};
use crate::workspace::{Workspace, make_folder, read_file};

/// What the command line asks for.
#[derive(Debug)]
struct Request {
    stages: Vec<&'static Stage>,
    verbose: bool,
}

/// Runs the stages that the command line selects, or lists them.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    if arguments.contains(&"--list") {
        for stage in STAGES {
            println!("{:<16} {}", stage.name, stage.proves);
        }
        return Ok(());
    }
    let request = read_request(arguments)?;
    let folder = workspace.target("check");
    make_folder(&folder)?;
    println!(
        "{} stages, logs in {}",
        request.stages.len(),
        folder.display()
    );

    let started = Instant::now();
    let mut closing = Closing::default();
    let mut failed = Vec::new();
    for (index, stage) in request.stages.iter().enumerate() {
        let place = format!("[{}/{}]", index + 1, request.stages.len());
        announce(&place, stage)?;
        let began = Instant::now();
        let passed = run_apart(workspace, stage, request.verbose)?;
        conclude(&place, stage, passed, began.elapsed());
        closing.add(&read_file(&log(workspace, stage))?);
        if !passed {
            failed.push(stage.name);
        }
    }

    if !request.verbose {
        show_logs(workspace, &failed)?;
    }
    let (count, failures) = (request.stages.len(), failed.len());
    let verdict = match failed.as_slice() {
        [] => Ok(()),
        _ => Err(Failure::Stages(failed)),
    };
    println!();
    if let Err(failure) = &verdict {
        println!("{failure}");
    }
    println!("{}", closing.line(started.elapsed()));
    println!("{} passed, {failures} failed", count - failures);
    verdict
}

/// Runs one stage here, with its output on this terminal.
pub(crate) fn run_stage(workspace: &Workspace, name: &str) -> Result<()> {
    (find(name)?.run)(workspace)
}

fn read_request(arguments: &[&str]) -> Result<Request> {
    let mut fast = false;
    let mut verbose = false;
    let mut only: Option<Vec<&Stage>> = None;
    for argument in arguments {
        match (*argument, &mut only) {
            ("--fast", _) => fast = true,
            ("--verbose", _) => verbose = true,
            ("--only", _) => only = Some(Vec::new()),
            (name, Some(chosen)) if !name.starts_with('-') => chosen.push(find(name)?),
            (unknown, _) => {
                return Err(Failure::usage(format!("`check` knows no `{unknown}`")));
            }
        }
    }
    let mut stages = only.unwrap_or_else(|| STAGES.iter().collect());
    if fast {
        stages.retain(|stage| stage.speed == Speed::Fast);
    }
    if stages.is_empty() {
        return Err(Failure::usage("no stage is selected"));
    }
    Ok(Request { stages, verbose })
}

fn find(name: &str) -> Result<&'static Stage> {
    let found = STAGES.iter().find(|stage| stage.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        let names = names.join(", ");
        Failure::usage(format!("there is no stage `{name}`, only {names}"))
    })
}

/// Runs a stage as a process of its own, so that its whole output, the
/// programs' it starts included, goes to its log.
fn run_apart(workspace: &Workspace, stage: &Stage, verbose: bool) -> Result<bool> {
    let start = |source| Failure::Start {
        program: format!("the stage {}", stage.name),
        source,
    };
    let path = log(workspace, stage);
    let mut log = File::create(&path).map_err(Failure::file(&path))?;
    let (reader, writer) = io::pipe().map_err(start)?;
    let program = env::current_exe().map_err(start)?;
    let mut child = workspace
        .command(program)
        .args(["stage", stage.name])
        .stdin(Stdio::null())
        .stdout(writer.try_clone().map_err(start)?)
        .stderr(writer)
        .spawn()
        .map_err(start)?;

    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(start)? > 0 {
        log.write_all(&line).map_err(Failure::file(&path))?;
        if verbose {
            // A terminal that went away is no reason to stop the check.
            let _ = io::stdout().write_all(&line);
        }
        line.clear();
    }
    Ok(child.wait().map_err(start)?.success())
}

fn log(workspace: &Workspace, stage: &Stage) -> std::path::PathBuf {
    workspace.target(&format!("check/{}.log", stage.name))
}

/// A terminal gets one line per stage, which `conclude` completes; a log
/// file gets two, so that an interrupted run names the stage it was in.
fn announce(place: &str, stage: &Stage) -> Result<()> {
    print!("{place:>7} {:<16} {}", stage.name, stage.proves);
    if !io::stdout().is_terminal() {
        println!();
    }
    io::stdout().flush().map_err(|source| Failure::Start {
        program: "the progress line".to_owned(),
        source,
    })
}

fn conclude(place: &str, stage: &Stage, passed: bool, took: Duration) {
    if io::stdout().is_terminal() {
        print!("\r\x1b[2K");
    }
    let verdict = if passed { "ok" } else { "FAILED" };
    let seconds = took.as_secs_f64();
    println!(
        "{place:>7} {:<16} {verdict:<6} {seconds:>7.1} s",
        stage.name
    );
}

fn show_logs(workspace: &Workspace, failed: &[&str]) -> Result<()> {
    for name in failed {
        let path = log(workspace, find(name)?);
        let text = read_file(&path)?;
        let lines: Vec<&str> = text.lines().collect();
        let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
        println!("\n--- {name}: the end of {} ---", path.display());
        println!("{}", shown.join("\n"));
    }
    Ok(())
}

/// How much of a failed stage's log is shown.
const SHOWN_LINES: usize = 200;

#[cfg(test)]
mod tests {
    use super::{STAGES, Speed, read_request};

    #[test]
    fn without_arguments_every_stage_is_selected() {
        let request = read_request(&[]).expect("no argument is wrong");
        assert_eq!(request.stages.len(), STAGES.len());
    }

    #[test]
    fn fast_leaves_out_what_is_slow() {
        let request = read_request(&["--fast"]).expect("the option exists");
        assert!(request.stages.len() < STAGES.len());
        assert!(
            request
                .stages
                .iter()
                .all(|stage| stage.speed == Speed::Fast)
        );
    }

    #[test]
    fn only_selects_the_named_stages() {
        let request = read_request(&["--only", "lint", "format"]).expect("both stages exist");
        let names: Vec<&str> = request.stages.iter().map(|stage| stage.name).collect();
        assert_eq!(names, ["lint", "format"]);
    }

    #[test]
    fn an_unknown_stage_is_refused() {
        let failure = read_request(&["--only", "lnt"]).expect_err("there is no such stage");
        assert!(failure.to_string().contains("no stage `lnt`"));
    }

    #[test]
    fn an_unknown_option_is_refused() {
        read_request(&["--fats"]).expect_err("there is no such option");
    }

    #[test]
    fn an_empty_selection_is_refused() {
        read_request(&["--only"]).expect_err("nothing would be checked");
    }

    #[test]
    fn names_of_stages_are_unique() {
        let mut names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STAGES.len());
    }
}
