//! The course of a run: order, sharing, stopping, what the command line says.

use core::time::Duration;
use std::process::{Child, Command};
use std::time::Instant;

use serde_json::Value as Json;

use crate::deployment::Deployment;
use crate::process::{Ended, ended, folder, run, touchmark_run};

const HELLO: &str = "scenario: hello\nsteps:\n  - step: ask\n    http: GET /hello\n";
const MISSING: &str = "scenario: missing\nsteps:\n  - step: ask\n    http: GET /missing\n";

fn count(deployment: &Deployment, line: &str) -> usize {
    deployment.log().iter().filter(|seen| *seen == line).count()
}

fn lines(ended: &Ended) -> Vec<Json> {
    let lines = ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"));
    lines.collect()
}

#[test]
fn results_keep_their_order_whatever_ends_first() {
    let deployment = Deployment::start();
    let waits = [60, 0, 30, 10];
    let texts: Vec<_> = waits
        .iter()
        .enumerate()
        .map(|(at, wait)| {
            format!("scenario: number {at}\nsteps:\n  - step: wait\n    wait: {wait}ms\n  - step: ask\n    http: GET /hello\n")
        })
        .collect();
    let names: Vec<_> = (0..waits.len()).map(|at| format!("{at}.yaml")).collect();
    let files: Vec<_> = names
        .iter()
        .map(String::as_str)
        .zip(texts.iter().map(String::as_str))
        .collect();
    let folder = folder(&files);
    let ended = run(
        folder.path(),
        &[
            ".",
            "--target",
            &deployment.origin,
            "--jobs",
            "4",
            "--report",
            "json",
        ],
    );
    assert_eq!(ended.code, 0, "{}", ended.err);
    let lines = lines(&ended);
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line["kind"] != "began" && line["kind"] != "summary")
        .map(|line| {
            (
                line["run"].as_u64().unwrap(),
                line["kind"].as_str().unwrap(),
            )
        })
        .collect();
    let expected: Vec<_> = (0..4)
        .flat_map(|run| [(run, "step"), (run, "step"), (run, "run")])
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn a_token_is_fetched_once_for_all_who_need_it() {
    let deployment = Deployment::start();
    let text = |at| {
        format!(
            "scenario: number {at}\nauth: {{ qa: {{ client_credentials: {{ client_id: qa, client_secret: correct-horse }} }} }}\nsteps:\n  - step: ask\n    http: GET /private\n    as: qa\n  - step: ask again\n    http: GET /private\n    as: qa\n"
        )
    };
    let texts: Vec<_> = (0..8).map(text).collect();
    let names: Vec<_> = (0..8).map(|at| format!("{at}.yaml")).collect();
    let files: Vec<_> = names
        .iter()
        .map(String::as_str)
        .zip(texts.iter().map(String::as_str))
        .collect();
    let folder = folder(&files);
    let ended = run(
        folder.path(),
        &[".", "--target", &deployment.origin, "--jobs", "8"],
    );
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert_eq!(count(&deployment, "POST /oauth/token"), 1);
    assert_eq!(count(&deployment, "GET /private"), 16);
}

#[test]
fn a_token_is_renewed_before_it_expires_and_a_refusal_is_never_repeated() {
    let deployment = Deployment::start();
    let folder = folder(&[(
        "a.yaml",
        "scenario: short lives\nauth:\n  late: { client_credentials: { client_id: qa, client_secret: correct-horse, audience: '0' } }\n  stranger: { static: { token: somebody-else } }\nsteps:\n  - step: ask\n    http: GET /private\n    as: late\n  - step: ask again\n    http: GET /private\n    as: late\n  - step: a stranger asks\n    http: GET /private\n    as: stranger\n    expect: { status: 401 }\n",
    )]);
    let ended = run(folder.path(), &[".", "--target", &deployment.origin]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert_eq!(count(&deployment, "POST /oauth/token"), 2);
    assert_eq!(count(&deployment, "GET /private"), 3);
}

#[test]
fn fail_fast_begins_nothing_more() {
    let deployment = Deployment::start();
    let folder = folder(&[("a.yaml", MISSING), ("b.yaml", HELLO)]);
    let arguments = [".", "--target", &deployment.origin, "--jobs", "1"];
    let ended = run(folder.path(), &[&arguments[..], &["--fail-fast"]].concat());
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("1 failed, 1 skipped"), "{}", ended.out);
    assert_eq!(deployment.log(), ["GET /missing"]);
    let ended = run(folder.path(), &arguments);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("1 passed, 1 failed"), "{}", ended.out);
}

#[test]
fn everything_ends_in_time_and_is_taken_back() {
    let deployment = Deployment::start();
    let folder = folder(&[("a.yaml", MAKE_AND_HANG)]);
    let ended = run(
        folder.path(),
        &[".", "--target", &deployment.origin, "--timeout", "700ms"],
    );
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("the run was stopped"), "{}", ended.out);
    assert_eq!(
        deployment.log(),
        ["POST /things", "GET /slow", "DELETE /things/thing-1"]
    );
}

#[test]
fn what_may_have_been_made_without_an_answer_is_taken_back() {
    let deployment = Deployment::start();
    let folder = folder(&[(
        "a.yaml",
        "scenario: no answer\nsteps:\n  - step: make\n    http: POST /slow/mine\n    timeout: 100ms\n    undo: DELETE /things/mine\n",
    )]);
    let ended = run(folder.path(), &[".", "--target", &deployment.origin]);
    assert_eq!(ended.code, 1, "{}", ended.err);
    assert_eq!(deployment.log(), ["POST /slow/mine", "DELETE /things/mine"]);
}

#[test]
fn what_cannot_be_taken_back_yet_is_taken_back_later_if_there_is_time() {
    let scenario = |seconds| {
        format!(
            "scenario: busy\nsteps:\n  - step: make\n    http: POST /things\n    json: {{}}\n    undo: DELETE /busy/{seconds}\n"
        )
    };
    let deployment = Deployment::start();
    let soon = folder(&[("a.yaml", &scenario("1"))]);
    let ended = run(soon.path(), &[".", "--target", &deployment.origin]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert_eq!(
        deployment.log(),
        ["POST /things", "DELETE /busy/1", "DELETE /busy/1"]
    );
    for wait in ["3600", "soon"] {
        let deployment = Deployment::start();
        let late = folder(&[("a.yaml", &scenario(wait))]);
        let ended = run(late.path(), &[".", "--target", &deployment.origin]);
        assert_eq!(ended.code, 5, "{}{}", ended.out, ended.err);
        assert!(ended.out.contains("429 Too Many Requests"), "{}", ended.out);
        assert_eq!(count(&deployment, &format!("DELETE /busy/{wait}")), 1);
    }
}

#[test]
fn a_target_may_be_a_deployment_in_this_process_with_settings_of_its_own() {
    let scenario = "scenario: the last client\nsteps:\n  - step: register\n    http: POST /admin/clients\n    as: admin\n    json: { client_name: $(owner) }\n    expect: { status: 403, json: { $.error: quota_exceeded } }\n";
    let project =
        "targets: { small: { settings: server/small.yaml, vars: { owner: qa } } }\ntarget: small\n";
    let files = [
        ("a.yaml", scenario),
        ("touchmark.yaml", project),
        (
            "server/small.yaml",
            "listen: 127.0.0.1:1\nsystems: { standard: { max_clients: 1 } }\n",
        ),
    ];
    let folder = folder(&files);
    let ended = run(folder.path(), &["a.yaml"]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("1 scenario on small"), "{}", ended.out);
    let ended = run(
        folder.path(),
        &["a.yaml", "--target", "embedded", "--var", "owner=qa"],
    );
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    let small = folder.path().join("server/small.yaml");
    std::fs::write(&small, "systems: { standard: { max_clients: 0 } }\n").unwrap();
    let ended = run(folder.path(), &["a.yaml"]);
    assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("server/small.yaml:1"), "{}", ended.err);
    std::fs::remove_file(&small).unwrap();
    let ended = run(folder.path(), &["a.yaml"]);
    assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("there is no such file"), "{}", ended.err);
}

#[test]
fn settings_beside_the_scenarios_are_no_scenario_and_are_checked_with_the_project() {
    let settings = "systems: { standard: { max_clients: 1 } }\n";
    let folder = folder(&[
        ("a.yaml", HELLO),
        (
            "touchmark.yaml",
            "targets: { small: { settings: small.yaml } }\n",
        ),
        ("small.yaml", settings),
    ]);
    let check = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
        let output = command.args(["check", "."]).current_dir(folder.path());
        ended(output.output().expect("the binary runs"))
    };
    let right = check();
    assert_eq!(right.code, 0, "{}{}", right.out, right.err);
    assert_eq!(right.out, "3 files checked: 0 errors, 0 warnings\n");
    let small = folder.path().join("small.yaml");
    std::fs::write(&small, "systems: { standard: { max_client: 1 } }\n").unwrap();
    let wrong = check();
    assert_eq!(wrong.code, 2, "{}{}", wrong.out, wrong.err);
    assert!(wrong.err.contains("small.yaml:1"), "{}", wrong.err);
    std::fs::remove_file(&small).unwrap();
    let missing = check();
    assert_eq!(missing.code, 2, "{}{}", missing.out, missing.err);
    assert!(missing.err.contains("touchmark.yaml:1"), "{}", missing.err);
}

#[test]
fn a_folder_with_a_project_of_its_own_is_run_on_its_own() {
    let deployment = Deployment::start();
    let other = format!(
        "targets: {{ there: {{ url: '{}' }} }}\ntarget: there\n",
        deployment.origin
    );
    let folder = folder(&[
        ("a.yaml", HELLO),
        ("inner/touchmark.yaml", &other),
        ("inner/deep/b.yaml", MISSING),
    ]);
    let ended = run(folder.path(), &[".", "--target", &deployment.origin]);
    let note = "passed over: inner has a project file of its own";
    assert!(ended.err.contains(note), "{}", ended.err);
    assert_eq!(
        (ended.code, deployment.log().len()),
        (0, 1),
        "{}",
        ended.out
    );
    let ended = run(folder.path(), &["a.yaml", "inner/deep/b.yaml"]);
    assert_eq!((ended.code, deployment.log().len()), (2, 1));
    assert!(
        ended.err.contains("inner/deep/b.yaml belongs to"),
        "{}",
        ended.err
    );
    let ended = run(folder.path(), &["inner"]);
    assert_eq!(
        (ended.code, deployment.log().len()),
        (1, 2),
        "{}{}",
        ended.out,
        ended.err
    );
}

const MAKE_AND_HANG: &str = "scenario: make and hang\nsteps:\n  - step: make\n    http: POST /things\n    json: {}\n    save: { id: { json: $.id } }\n    undo: DELETE /things/$(id)\n  - step: hang\n    http: GET /slow\n";

/// Waits until the deployment has been asked for something.
fn await_request(deployment: &Deployment, line: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while count(deployment, line) == 0 {
        assert!(Instant::now() < deadline, "{line} is not asked for");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_takes_back_what_it_made() {
    let deployment = Deployment::start();
    let folder = folder(&[("a.yaml", MAKE_AND_HANG), ("b.yaml", HELLO)]);
    let arguments = [".", "--target", &deployment.origin, "--jobs", "1"];
    let child = touchmark_run(folder.path(), &arguments)
        .spawn()
        .expect("the binary runs");
    await_request(&deployment, "GET /slow");
    interrupt(&child);
    let ended = ended(child.wait_with_output().expect("the binary ends"));
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("stopping"), "{}", ended.err);
    assert!(ended.out.contains("the run was stopped"), "{}", ended.out);
    assert!(
        ended.out.contains("1 taken back, 0 left behind"),
        "{}",
        ended.out
    );
    assert_eq!(
        deployment.log(),
        ["POST /things", "GET /slow", "DELETE /things/thing-1"]
    );
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_twice_leaves_things_as_they_are() {
    let deployment = Deployment::start();
    let text = MAKE_AND_HANG.replace("DELETE /things", "DELETE /slow");
    let folder = folder(&[("a.yaml", &text)]);
    let arguments = [".", "--target", &deployment.origin];
    let child = touchmark_run(folder.path(), &arguments)
        .spawn()
        .expect("the binary runs");
    await_request(&deployment, "GET /slow");
    interrupt(&child);
    await_request(&deployment, "DELETE /slow/thing-1");
    interrupt(&child);
    let ended = ended(child.wait_with_output().expect("the binary ends"));
    assert_eq!(ended.code, 1);
    assert!(
        ended.out.contains("left behind: the run was stopped twice"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("0 taken back, 1 left behind"),
        "{}",
        ended.out
    );
}

#[test]
fn without_a_target_the_embedded_deployment_answers() {
    let deployment = Deployment::start();
    let folder = folder(&[
        (
            "touchmark.yaml",
            &format!("targets: {{ small: {{ url: '{}' }} }}\n", deployment.origin),
        ),
        (
            "a.yaml",
            "scenario: at home\nsteps:\n  - step: register\n    call: client.register\n    as: admin\n    with: { display_name: meter }\n    save: { id: { outcome: client_id } }\n    undo: { call: client.delete, with: { client_id: $(id) } }\n  - step: read\n    call: client.get\n    as: admin\n    with: { client_id: $(id) }\n    expect: { outcome: { display_name: meter, secret: '' } }\n",
        ),
        ("b.yaml", HELLO),
    ]);
    let ended = run(folder.path(), &["a.yaml"]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(
        ended.out.contains("1 scenario on embedded"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("1 taken back, 0 left behind"),
        "{}",
        ended.out
    );
    let ended = run(folder.path(), &["b.yaml", "--target", "small"]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    let ended = run(folder.path(), &["b.yaml", "--target", "embedded"]);
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
}

#[test]
fn what_selects_nothing_ends_with_3() {
    let folder = folder(&[
        (
            "touchmark.yaml",
            "targets: { staging: { url: 'http://127.0.0.1:1' } }\n",
        ),
        ("a.yaml", HELLO),
    ]);
    for (arguments, message) in [
        (&["missing"][..], "there is no file or folder missing"),
        (
            &["a.yaml", "missing.yaml"],
            "there is no file or folder missing.yaml",
        ),
        (&["a.yaml", "--name", "bye"], "no scenario is selected"),
        (&["a.yaml", "--tag", "smoke"], "no scenario is selected"),
        (&["a.yaml", "--target", "stagin"], "did you mean `staging`?"),
        (
            &["a.yaml", "--target", "xyz"],
            "the targets are staging, embedded",
        ),
        (
            &["a.yaml", "--target", "ftp://a"],
            "a URL starts with `http://` or `https://`",
        ),
        (
            &["a.yaml", "--target", "http://a:secret@b"],
            "a URL with credentials ends up in logs",
        ),
        (&["a.yaml", "--jobs", "0"], "--jobs"),
        (&["a.yaml", "--timeout", "5"], "--timeout"),
        (&["a.yaml", "--var", "x"], "expected NAME=VALUE"),
        (
            &["a.yaml", "--report", "xml"],
            "expected human, json or junit",
        ),
        (
            &["a.yaml", "--report", "json", "--report", "junit"],
            "two reports go to standard output",
        ),
        (
            &["a.yaml", "--report", "json=missing/a.json"],
            "cannot write missing/a.json",
        ),
    ] {
        let ended = run(folder.path(), arguments);
        assert_eq!(ended.code, 3, "{arguments:?}: {}{}", ended.out, ended.err);
        assert!(ended.err.contains(message), "{arguments:?}: {}", ended.err);
        assert!(!ended.err.contains("secret@"), "{}", ended.err);
        assert_eq!(ended.out, "", "{arguments:?}");
    }
}

#[test]
fn several_reports_of_one_run_agree() {
    let deployment = Deployment::start();
    let folder = folder(&[("a.yaml", HELLO), ("b.yaml", MISSING)]);
    let ended = run(
        folder.path(),
        &[
            ".",
            "--target",
            &deployment.origin,
            "--report",
            "json=a.json",
            "--report",
            "junit=a.xml",
            "--report",
            "human=a.txt",
        ],
    );
    assert_eq!(ended.code, 1, "{}", ended.err);
    let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let (json, xml, text) = (read("a.json"), read("a.xml"), read("a.txt"));
    let last: Json = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!(last["exit"], 1);
    assert_eq!(
        last["steps"],
        serde_json::json!({ "passed": 1, "failed": 1, "skipped": 0 })
    );
    assert!(
        xml.contains(r#"tests="2" skipped="0" failures="1" errors="0""#),
        "{xml}"
    );
    assert_eq!(text, ended.out);
}

#[test]
fn names_select_scenarios() {
    let deployment = Deployment::start();
    let folder = folder(&[("a.yaml", HELLO), ("b.yaml", MISSING)]);
    let ended = run(
        folder.path(),
        &[".", "--target", &deployment.origin, "--name", "HELL"],
    );
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert_eq!(deployment.log(), ["GET /hello"]);
}
