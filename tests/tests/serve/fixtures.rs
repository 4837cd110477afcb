//! What a new store is given before the server listens: `--fixtures` and
//! `--demo`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::Client;
use crate::process::{Ended, Server, run, store};

const FIXTURES: &str = "\
secrets: [OPERATOR_PASSWORD]
fixtures:
  - step: create an operator
    http: POST /admin/cockpit/operators
    as: admin
    json: { login: night, password: $(OPERATOR_PASSWORD), mayConnectToApi: true }
    expect: { status: 201 }
    save: { operator: { json: $.id } }
    undo: DELETE /admin/cockpit/operators/$(operator)
show: |
  operator $(operator)
";

fn write(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("fixtures.yaml");
    std::fs::write(&path, text).unwrap();
    path
}

/// Starts a server with fixtures that need a secret.
fn start(folder: &Path, file: &Path) -> Server {
    let mut command = crate::process::command(["serve", "--listen", "127.0.0.1:0"]);
    command
        .args(["--store", &store(folder), "--fixtures"])
        .arg(file)
        .env("OPERATOR_PASSWORD", "the operator's password");
    Server::spawn(command)
}

fn refused(folder: &Path, text: &str) -> Ended {
    let file = write(folder, text);
    let path = file.to_str().unwrap();
    run(["serve", "--listen", "127.0.0.1:0", "--fixtures", path])
}

#[test]
fn fixtures_are_done_on_a_new_store_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), FIXTURES);
    let first = start(folder.path(), &file);
    let (id, secret) = first.administrator();
    let shown = first.greeting.last().unwrap().clone();
    let operator = shown.strip_prefix("operator ").expect("it is shown");
    let path = format!("/admin/cockpit/operators/{operator}");
    let told = Client::basic(&first, &id, &secret).get(&path);
    assert_eq!(told.json["login"], "night", "{told:?}");
    first.kill();

    let second = start(folder.path(), &file);
    assert_eq!(second.greeting, Vec::<String>::new());
    assert!(
        second.log().contains("the fixtures are not done"),
        "{}",
        second.log()
    );
    let told = Client::basic(&second, &id, &secret).get(&path);
    assert_eq!(told.status, 200, "{told:?}");
}

#[test]
fn fixtures_that_fail_are_told_and_keep_the_server_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let text = FIXTURES
        .replace("secrets: [OPERATOR_PASSWORD]\n", "")
        .replace("$(OPERATOR_PASSWORD)", "hunter2-hunter2")
        .replace("status: 201", "status: 418");
    let file = write(folder.path(), &text);
    let chosen = "an administrator's secret of forty letters";
    let chosen = chosen.replace([' ', '\''], "-");
    let ended = crate::process::command(["serve", "--listen", "127.0.0.1:0", "--fixtures"])
        .arg(file)
        .args(["--admin-id", "root"])
        .env("TOUCHMARK_ADMIN_SECRET", &chosen)
        .output()
        .unwrap();
    let ended = Ended {
        code: ended.status.code().unwrap(),
        out: String::from_utf8(ended.stdout).unwrap(),
        err: String::from_utf8(ended.stderr).unwrap(),
    };
    assert_eq!(ended.code, 1, "{}", ended.err);
    let basic = touchmark_core::http::write_basic("root", &chosen);
    let encoded = basic.strip_prefix("Basic ").unwrap();
    for secret in [chosen.as_str(), encoded] {
        assert!(!ended.err.contains(secret), "{}", ended.err);
    }
    assert!(ended.err.contains("authorization: "), "{}", ended.err);
    for told in [
        "create an operator",
        "fixtures.yaml:6",
        "418",
        "201",
        "the fixtures failed",
    ] {
        assert!(ended.err.contains(told), "{told}: {}", ended.err);
    }
    assert!(!ended.out.contains("listening on"), "{}", ended.out);
}

#[test]
fn a_wrong_fixtures_file_is_refused_before_anything_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    for (text, told) in [
        ("fixtrues: []", "did you mean `fixtures`?"),
        ("show: $(nobody)", "nobody"),
        ("secrets: [NOT_GIVEN_ANYWHERE]", "NOT_GIVEN_ANYWHERE"),
        (
            "fixtures: [ { step: x, http: GET /, as: stranger } ]",
            "stranger",
        ),
        ("", "there is nothing in this file"),
    ] {
        let ended = refused(folder.path(), text);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{text}");
        assert!(ended.err.contains(told), "{told}: {}", ended.err);
    }
    let ended = run(["serve", "--fixtures", "/no/such/file"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("there is no such file"), "{}", ended.err);
    let both = run(["serve", "--demo", "--fixtures", "x.yaml"]);
    assert_eq!(both.code, 3, "{}", both.err);
}

#[test]
fn every_command_of_the_demo_works_as_it_is_printed() {
    let server = Server::start(&["--demo"]);
    let commands: Vec<&String> = server
        .greeting
        .iter()
        .filter(|line| line.starts_with("curl "))
        .collect();
    for command in &commands {
        let ended = Command::new("sh").args(["-c", command]).output().unwrap();
        let (out, err) = (ended.stdout, String::from_utf8_lossy(&ended.stderr));
        assert!(ended.status.success(), "{command}: {err}");
        assert!(
            serde_json::from_slice::<serde_json::Value>(&out).is_ok(),
            "{command}"
        );
    }
    let systems = server.greeting.iter().filter(|line| line.starts_with("# "));
    assert!(systems.count() >= 6, "{:?}", server.greeting);
    assert!(commands.len() >= 12, "{commands:?}");
}
