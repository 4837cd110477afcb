//! One folder per story: what `touchmark run` says about it, word for word, by
//! the real binary against a small deployment on loopback.
//!
//! A case may hold its further arguments in a file called `arguments`. Times,
//! ports and what depends on them are redacted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::deployment::Deployment;
use regex::Regex;

fn cases(group: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/run")
        .join(group);
    let entries = fs::read_dir(&folder).expect("the golden folder can be read");
    let mut cases: Vec<_> = entries
        .map(|entry| entry.expect("the golden folder can be read").path())
        .collect();
    cases.sort();
    cases
}

fn run(group: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for case in cases(group) {
        let deployment = Deployment::start();
        let further = fs::read_to_string(case.join("arguments")).unwrap_or_default();
        let run = Command::new(env!("CARGO_BIN_EXE_touchmark"))
            .args([
                "run",
                "--color",
                "never",
                "--jobs",
                "1",
                "--target",
                &deployment.origin,
                ".",
            ])
            .args(further.split_whitespace())
            .current_dir(&case)
            .env_remove("CLICOLOR_FORCE")
            .env("FROM_ENVIRONMENT", "secret-of-the-environment")
            .output()
            .expect("the binary runs");
        let said = format!(
            "exit {}\n{}{}",
            run.status.code().expect("the binary is not killed"),
            String::from_utf8_lossy(&run.stdout),
            String::from_utf8_lossy(&run.stderr),
        );
        settings.set_snapshot_path(&case);
        let said = redact(&said, &deployment.origin);
        settings.bind(|| insta::assert_snapshot!("expected", said));
    }
}

fn redact(said: &str, origin: &str) -> String {
    let rules = [
        (r#"(_ms":)[0-9.]+"#, "${1}0"),
        (r#"time="[0-9.]+""#, r#"time="0""#),
        (r" *[0-9]+(\.[0-9]+)? (ms|s)\b", " <time>"),
        // Which steps are the slowest is chance.
        (r"(?m)^ <time>  .* › .*\n", ""),
        (r#""slowest":\[.*\],"steps""#, r#""slowest":[],"steps""#),
        (r"eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+", "<jwt>"),
        (r"\b1[0-9]{9}\b", "<instant>"),
        (r"among [0-9]+", "among <count>"),
        (r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "<instant>"),
        (r"\(os error [0-9]+\)", "(os error)"),
    ];
    let mut said = said.replace(origin, "http://deployment");
    said = said.replace(origin.trim_start_matches("http://"), "deployment");
    for (pattern, replacement) in rules {
        said = Regex::new(pattern)
            .unwrap()
            .replace_all(&said, replacement)
            .into_owned();
    }
    said
}

#[test]
fn what_is_as_expected_passes() {
    run("passes");
}

#[test]
fn what_is_not_as_expected_is_explained() {
    run("fails");
}

#[test]
fn what_cannot_be_judged_is_told_apart() {
    run("troubles");
}

#[test]
fn cleanup_comes_whatever_happens() {
    run("cleanup");
}

#[test]
fn nothing_is_sent_when_something_is_wrong_before() {
    run("refused");
}
