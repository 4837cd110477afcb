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
        second
            .log()
            .contains("the fixtures of this store are complete"),
        "{}",
        second.log()
    );
    let told = Client::basic(&second, &id, &secret).get(&path);
    assert_eq!(told.status, 200, "{told:?}");
}

/// A command that serves the file of this folder, with fixtures and a secret of
/// the administrator that both starts know.
fn command(folder: &Path, text: &str) -> Command {
    let file = write(folder, text);
    let mut command = crate::process::command(["serve", "--listen", "127.0.0.1:0"]);
    command
        .args([
            "--store",
            &store(folder),
            "--admin-id",
            "root",
            "--fixtures",
        ])
        .arg(file)
        .env("OPERATOR_PASSWORD", "the operator's password")
        .env("TOUCHMARK_ADMIN_SECRET", SECRET);
    command
}

const SECRET: &str = "an-administrators-secret-of-forty-letters";

/// Runs a command that is to end by itself: within a minute, or it is killed.
fn ended(mut command: Command) -> Ended {
    let piped = std::process::Stdio::piped;
    let mut child = command.stdout(piped()).stderr(piped()).spawn().unwrap();
    let did_end = (0..600).any(|_| {
        std::thread::sleep(core::time::Duration::from_millis(100));
        child.try_wait().unwrap().is_some()
    });
    if !did_end {
        child.kill().unwrap();
    }
    let ended = child.wait_with_output().unwrap();
    Ended {
        code: ended.status.code().expect("it ends by itself"),
        out: String::from_utf8(ended.stdout).unwrap(),
        err: String::from_utf8(ended.stderr).unwrap(),
    }
}

/// What is shown of fixtures that are complete.
fn complete(folder: &Path, text: &str) -> String {
    let server = Server::spawn(command(folder, text));
    let shown = server.greeting.last().expect("something is shown").clone();
    let id = shown.rsplit(' ').next().unwrap();
    let path = format!("/admin/cockpit/operators/{id}");
    let told = Client::basic(&server, "root", SECRET).get(&path);
    assert_eq!(told.json["login"], "night", "{told:?}");
    shown
}

#[test]
fn fixtures_that_failed_are_done_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let broken = FIXTURES.replace(
        "show:",
        "  - step: nobody\n    http: GET /nothing\n    expect: { status: 200 }\nshow:",
    );
    let first = ended(command(folder.path(), &broken));
    assert_eq!(first.code, 1, "{}", first.err);
    for told in ["the fixtures failed", "mend them", "TOUCHMARK_ADMIN_SECRET"] {
        assert!(first.err.contains(told), "{told}: {}", first.err);
    }
    // Without the credential nobody can do them.
    let mut alone = command(folder.path(), FIXTURES);
    alone.env_remove("TOUCHMARK_ADMIN_SECRET");
    let alone = ended(alone);
    assert_eq!(alone.code, 3, "{}", alone.err);
    for told in ["not completed them", "--admin-id", "a store that is new"] {
        assert!(alone.err.contains(told), "{told}: {}", alone.err);
    }
    assert!(complete(folder.path(), FIXTURES).starts_with("operator "));
    // Once they are complete they are not done any more.
    let third = Server::spawn(command(folder.path(), FIXTURES));
    assert_eq!(third.greeting, Vec::<String>::new());
}

#[test]
fn fixtures_that_a_kill_left_half_done_are_done_again_or_refused() {
    // The second step holds the start up until the kill.
    let slow = |text: &str| text.replace("show:", "  - step: a while\n    wait: 5m\nshow:");
    let repeatable = FIXTURES
        .replace("login: night", "login: night, firstName: first")
        .replace(
            "expect: { status: 201 }",
            "expect: { status: { in: [201, 409] } }",
        )
        .replace("    save: { operator: { json: $.id } }\n", "")
        .replace(
            "    undo: DELETE /admin/cockpit/operators/$(operator)\n",
            "",
        )
        .replace("operator $(operator)", "it is there");
    for (text, repeats) in [(FIXTURES.to_owned(), false), (repeatable, true)] {
        let folder = tempfile::tempdir().unwrap();
        killed_after_the_first_step(folder.path(), &slow(&text));
        if repeats {
            let server = Server::spawn(command(folder.path(), &text));
            assert_eq!(server.greeting, ["it is there"]);
            let log = server.log();
            assert!(log.contains("once more"), "{log}");
        } else {
            let again = ended(command(folder.path(), &text));
            assert_eq!(again.code, 1, "{}", again.err);
            for told in ["409", "create an operator", "failed, again", "in the way"] {
                assert!(again.err.contains(told), "{told}: {}", again.err);
            }
            assert!(!again.out.contains("listening on"), "{}", again.out);
        }
    }
}

/// Starts and kills once the first step's operator is in the file.
fn killed_after_the_first_step(folder: &Path, text: &str) {
    let mut child = command(folder, text)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let holds = |file: &str| {
        let content = std::fs::read(folder.join(file)).unwrap_or_default();
        let made = b"\"login\":\"night\"";
        content.windows(made.len()).any(|window| window == made)
    };
    let made = (0..600).any(|_| {
        std::thread::sleep(core::time::Duration::from_millis(100));
        holds("touchmark.db-wal") || holds("touchmark.db")
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(made, "the first step was done");
}

#[test]
fn a_store_that_others_have_begun_is_given_nothing() {
    let folder = tempfile::tempdir().unwrap();
    Server::on(folder.path()).kill();
    let server = Server::spawn(command(folder.path(), FIXTURES));
    assert_eq!(server.greeting, Vec::<String>::new());
    let log = server.log();
    assert!(log.contains("the fixtures are not done"), "{log}");
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
    let mut command = crate::process::command(["serve", "--listen", "127.0.0.1:0", "--fixtures"]);
    command
        .arg(file)
        .args(["--admin-id", "root"])
        .env("TOUCHMARK_ADMIN_SECRET", &chosen);
    let ended = ended(command);
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
