//! One folder per mistake: what `touchmark check` says about it, word for word,
//! by the real binary.
//!
//! `syntax` holds what is wrong as YAML, `shape` what is wrong by itself, and
//! `names` what is wrong only together with the rest of the file.

use std::{fs, path::PathBuf, process::Command};

fn cases(group: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/check")
        .join(group);
    let entries = fs::read_dir(&folder).expect("the golden folder can be read");
    let mut cases: Vec<_> = entries
        .map(|entry| entry.expect("the golden folder can be read").path())
        .collect();
    cases.sort();
    cases
}

fn check(group: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for case in cases(group) {
        let run = Command::new(env!("CARGO_BIN_EXE_touchmark"))
            .args(["check", "--color", "never", "."])
            .current_dir(&case)
            .output()
            .expect("the binary runs");
        let said = format!(
            "exit {}\n{}{}",
            run.status.code().expect("the binary is not killed"),
            String::from_utf8_lossy(&run.stdout),
            String::from_utf8_lossy(&run.stderr),
        );
        settings.set_snapshot_path(&case);
        settings.bind(|| insta::assert_snapshot!("expected", said));
    }
}

#[test]
fn mistakes_in_yaml_are_explained() {
    check("syntax");
}

#[test]
fn mistakes_in_the_shape_are_explained() {
    check("shape");
}

#[test]
fn mistakes_in_names_are_explained() {
    check("names");
}
