//! The real binary: exit codes, what goes to which stream, selection, formats.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value as Json;

struct Ended {
    code: i32,
    out: String,
    err: String,
}

fn touchmark(folder: &Path, arguments: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_touchmark"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("the binary runs");
    Ended {
        code: output.status.code().expect("the binary is not killed"),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("output is UTF-8"),
    }
}

fn golden(folder: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/golden").join(folder)
}

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder is made");
        fs::write(path, text).expect("a file can be written");
    }
    folder
}

const GOOD: &str = "scenario: good\ntags: [smoke]\nsteps:\n  - step: ask\n    http: GET /\n";
const OTHER: &str = "scenario: other\ntags: [slow]\nsteps:\n  - step: ask\n    http: GET /\n";
const BAD: &str = "scenario: bad\nsteps:\n  - step: ask\n    http: FETCH /\n";

#[test]
fn good_files_end_with_0() {
    for (paths, files) in [
        (&["minimal.yaml", "everything.yaml"][..], "2 files"),
        (&["minimal.yaml", "./minimal.yaml"], "1 file"),
        (&["project"], "3 files"),
    ] {
        let ended = touchmark(&golden("good"), &[&["check"], paths].concat());
        assert_eq!((ended.code, ended.err.as_str()), (0, ""));
        assert_eq!(
            ended.out,
            format!("{files} checked: 0 errors, 0 warnings\n")
        );
    }
}

#[test]
fn a_bad_file_ends_with_2() {
    let folder = folder(&[("a.yaml", GOOD), ("b.yaml", BAD)]);
    for command in ["check", "list"] {
        let ended = touchmark(folder.path(), &[command, "."]);
        assert_eq!(ended.code, 2, "{command}");
        assert!(ended.err.contains("unknown method `FETCH`"), "{command}");
    }
}

#[test]
fn every_file_is_checked_whatever_is_wrong_with_others() {
    let folder = folder(&[
        ("a.yaml", "{"),
        ("b.yaml", BAD),
        ("c/d.yml", BAD),
        ("e.yaml", GOOD),
    ]);
    let ended = touchmark(folder.path(), &["check", ".", "missing.yaml"]);
    assert_eq!(ended.code, 2);
    assert_eq!(ended.out, "5 files checked: 4 errors, 0 warnings\n");
    for file in [
        "a.yaml:1:1",
        "b.yaml:4:11",
        "c/d.yml:4:11",
        "cannot read missing.yaml: there is no such file",
    ] {
        assert!(ended.err.contains(file), "{file} in {}", ended.err);
    }
}

#[test]
fn nothing_selected_ends_with_3() {
    let folder = folder(&[("a.yaml", GOOD), ("empty/readme.txt", "no scenario")]);
    for arguments in [
        &["check", "empty"][..],
        &["list", "empty"],
        &["check", "a.yaml", "--tag", "slow"],
        &["list", "a.yaml", "--skip-tag", "smoke"],
    ] {
        let ended = touchmark(folder.path(), arguments);
        assert_eq!(ended.code, 3, "{arguments:?}");
        assert_eq!(
            ended.err, "error: no scenario is selected\n",
            "{arguments:?}"
        );
    }
}

#[test]
fn wrong_usage_ends_with_3() {
    let folder = folder(&[]);
    for arguments in [
        &[][..],
        &["chek"],
        &["check"],
        &["check", "--frobnicate", "."],
        &["check", "--format", "xml", "."],
        &["schema", "report"],
    ] {
        let ended = touchmark(folder.path(), arguments);
        assert_eq!(ended.code, 3, "{arguments:?}");
        assert_eq!(ended.out, "", "{arguments:?}");
        assert!(!ended.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_end_with_0() {
    let folder = folder(&[]);
    let version = touchmark(folder.path(), &["--version"]);
    assert_eq!((version.code, version.err.as_str()), (0, ""));
    assert_eq!(
        version.out,
        format!("touchmark {}\n", env!("CARGO_PKG_VERSION"))
    );
    for command in ["check", "list", "schema"] {
        let help = touchmark(folder.path(), &[command, "--help"]);
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{command}");
    }
}

#[test]
fn tags_select_scenarios() {
    let folder = folder(&[("a.yaml", GOOD), ("b.yaml", OTHER)]);
    let names = |arguments: &[&str]| {
        let ended = touchmark(
            folder.path(),
            &[&["list", ".", "--format", "json"], arguments].concat(),
        );
        let names = ended.out.lines().map(|line| {
            let scenario: Json = serde_json::from_str(line).expect("each line is JSON");
            scenario["name"]
                .as_str()
                .expect("a scenario has a name")
                .to_owned()
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["good", "other"]);
    assert_eq!(names(&["--tag", "smoke"]), ["good"]);
    assert_eq!(names(&["--skip-tag", "smoke"]), ["other"]);
    assert_eq!(
        names(&["--tag", "smoke", "--tag", "slow", "--skip-tag", "slow"]),
        ["good"]
    );
}

#[test]
fn folders_are_searched_in_the_order_of_names_without_hidden_entries() {
    let folder = folder(&[
        ("b.yaml", "scenario: b\nsteps: [{ step: a, http: GET / }]\n"),
        (
            "a/z.yml",
            "scenario: az\nsteps: [{ step: a, http: GET / }]\n",
        ),
        (".hidden/a.yaml", "{"),
        (".hidden.yaml", "{"),
        ("notes.txt", "{"),
        ("touchmark.yaml", "vars: { name: world }\n"),
    ]);
    let ended = touchmark(folder.path(), &["list", ".", "b.yaml"]);
    assert_eq!(ended.err, "");
    assert_eq!(
        ended.out,
        "az  a/z.yml\n    1 a: http GET /\n\nb  b.yaml\n    1 a: http GET /\n\n"
    );
}

#[test]
fn the_nearest_project_file_up_to_the_current_folder_is_used() {
    let uses =
        |name: &str| format!("scenario: {name}\nsteps:\n  - {{ step: a, http: GET /$({name}) }}\n");
    let folder = folder(&[
        ("touchmark.yaml", "vars: { outer: 1 }\n"),
        ("outer.yaml", &uses("outer")),
        ("deep/touchmark.yaml", "vars: { inner: 1 }\n"),
        ("deep/er/inner.yaml", &uses("inner")),
        ("other.yaml", "vars: { inner: 1 }\n"),
    ]);
    let code = |folder: &Path, arguments: &[&str]| {
        touchmark(folder, &[&["check"], arguments].concat()).code
    };
    assert_eq!(code(folder.path(), &["outer.yaml"]), 0);
    assert_eq!(code(folder.path(), &["deep"]), 0);
    assert_eq!(code(folder.path(), &["deep/er/inner.yaml"]), 0);
    assert_eq!(code(&folder.path().join("deep/er"), &["inner.yaml"]), 2);
    assert_eq!(
        code(folder.path(), &["outer.yaml", "--project", "other.yaml"]),
        2
    );
    assert_eq!(
        code(
            folder.path(),
            &["deep/er/inner.yaml", "--project", "other.yaml"]
        ),
        0
    );
    assert_eq!(
        code(folder.path(), &["outer.yaml", "--project", "missing.yaml"]),
        2
    );
}

#[test]
fn findings_as_json_name_place_message_and_help() {
    let folder = folder(&[("bad.yaml", BAD)]);
    let ended = touchmark(folder.path(), &["check", "bad.yaml", "--format", "json"]);
    assert_eq!((ended.code, ended.err.as_str()), (2, ""));
    insta::assert_snapshot!(ended.out, @r#"
    {"column":11,"file":"bad.yaml","help":"the method comes first, then the path","kind":"finding","line":4,"message":"unknown method `FETCH`","severity":"error"}
    {"errors":1,"exit":2,"files":1,"kind":"summary","scenarios":0,"warnings":0}
    "#);
}

#[test]
fn scenarios_are_listed_with_runs_steps_and_cases() {
    let ended = touchmark(&golden("good"), &["list", "everything.yaml"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    insta::assert_snapshot!(ended.out);
    let ended = touchmark(
        &golden("good"),
        &["list", "everything.yaml", "--format", "json"],
    );
    let scenario: Json = serde_json::from_str(&ended.out).expect("the line is JSON");
    assert_eq!(scenario["runs"].as_array().map(Vec::len), Some(4));
    assert_eq!(scenario["steps"][1]["cases"], 2);
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    let folder = folder(&[("bad.yaml", BAD), ("good.yaml", GOOD)]);
    let colourful = |arguments: &[&str]| {
        let ended = touchmark(folder.path(), arguments);
        (ended.out + &ended.err).contains('\u{1b}')
    };
    assert!(!colourful(&["check", "bad.yaml"]));
    assert!(!colourful(&["list", "good.yaml"]));
    assert!(colourful(&["check", "bad.yaml", "--color", "always"]));
    assert!(colourful(&["list", "good.yaml", "--color", "always"]));
    assert!(!colourful(&["check", "bad.yaml", "--color", "never"]));
}

#[test]
fn the_schema_command_prints_the_committed_schemas() {
    let folder = folder(&[]);
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    for (arguments, file) in [
        (&["schema"][..], "scenario.schema.json"),
        (&["schema", "scenario"], "scenario.schema.json"),
        (&["schema", "project"], "project.schema.json"),
    ] {
        let ended = touchmark(folder.path(), arguments);
        let committed = fs::read_to_string(schemas.join(file)).expect("the schema is committed");
        assert!(ended.code == 0 && ended.out == committed, "{arguments:?}");
    }
}

#[test]
fn thousands_of_mistakes_are_cut_short_for_people() {
    let mut bad = String::from("scenario: bad\nsteps:\n");
    for number in 0..5_000 {
        bad.push_str(&format!(
            "  - {{ step: s{number}, http: GET /$(unknown{number}) }}\n"
        ));
    }
    let folder = folder(&[("bad.yaml", &bad)]);
    let ended = touchmark(folder.path(), &["check", "bad.yaml"]);
    assert_eq!(ended.out, "1 file checked: 5000 errors, 0 warnings\n");
    assert!(ended.err.ends_with("… and 4950 more in bad.yaml\n\n"));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = folder(&[("large.yaml", &"#".repeat(1024 * 1024 + 1))]);
    let ended = touchmark(folder.path(), &["check", "large.yaml"]);
    assert_eq!(ended.code, 2);
    assert_eq!(
        ended.err,
        "error: cannot read large.yaml: it is larger than 1048576 bytes\n\n"
    );
}
