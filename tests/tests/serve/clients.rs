//! Clients from package registries, unchanged, against the server. The
//! programs are in `tests/clients`, one for each client; `cargo xtask check`
//! installs what they need and names the Python that has it.
//!
//! Each program is run with both stores, and with a key of either algorithm.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::process::{Server, store};

/// The variable that names the Python.
const PYTHON: &str = "TOUCHMARK_PYTHON";

/// Runs a program as the administrator of each server.
fn run(program: &str) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("serve.yaml");
    fs::write(&config, "keys: { algorithm: ES256 }\n").unwrap();
    let store = store(folder.path());
    let in_file = ["--store", &store, "--config", config.to_str().unwrap()];
    for arguments in [&[][..], &in_file] {
        let server = Server::start(arguments);
        let (id, secret) = server.administrator();
        let ended = command(program)
            .env("TOUCHMARK_URL", &server.origin)
            .env("TOUCHMARK_ID", id)
            .env("TOUCHMARK_SECRET", secret)
            .output()
            .unwrap();
        if let Err(problem) = judge(&ended) {
            let [out, err] =
                [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text));
            panic!("{program}: {problem}\n{out}\n{err}\n{}", server.log());
        }
    }
}

/// What runs a program, by the end of its name.
fn command(program: &str) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("clients")
        .join(program);
    let mut command = if program.ends_with(".mjs") {
        let mut node = Command::new("node");
        node.args(["--test", "--test-reporter=tap"]);
        node
    } else {
        let python = std::env::var_os(PYTHON).unwrap_or_else(|| panic!("{PYTHON} names no Python"));
        Command::new(python)
    };
    // Nothing is written beside the sources.
    command.arg(path).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A program that finds no test, or skips some, succeeds and proves nothing.
fn judge(ended: &Output) -> Result<(), &'static str> {
    let [out, err] = [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text));
    let said = |line: &str| out.lines().any(|said| said == line);
    if !ended.status.success() {
        return Err("it failed");
    }
    let tests = out.lines().find_map(|line| line.strip_prefix("# pass "));
    match tests {
        Some("0") => Err("it has no tests"),
        Some(_) if said("# skipped 0") && said("# todo 0") => Ok(()),
        Some(_) => Err("it skips tests"),
        None if err.contains("skipped=") => Err("it skips tests"),
        None if err.trim_end().ends_with("OK") && err.contains(" ... ") => Ok(()),
        None => Err("it has no tests"),
    }
}

mod judgement {
    use super::judge;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{ExitStatus, Output};

    fn judged(code: i32, out: &str, err: &str) -> Result<(), &'static str> {
        judge(&Output {
            status: ExitStatus::from_raw(code << 8),
            stdout: out.into(),
            stderr: err.into(),
        })
    }

    #[test]
    fn only_programs_whose_tests_all_ran_are_believed() {
        let python = "test_it (__main__.It.test_it) ... ok\n\nRan 1 test in 0.1s\n\nOK\n";
        assert_eq!(judged(0, "", python), Ok(()));
        assert_eq!(judged(1, "", python), Err("it failed"));
        assert_eq!(
            judged(0, "", "Ran 0 tests in 0.0s\n\nOK\n"),
            Err("it has no tests")
        );
        let skipped = "test_it ... skipped 'why'\n\nOK (skipped=1)\n";
        assert_eq!(judged(0, "", skipped), Err("it skips tests"));
        assert_eq!(judged(0, "", ""), Err("it has no tests"));

        let node = |pass: u8, skipped: u8| {
            format!("ok 1 - it\n# pass {pass}\n# fail 0\n# skipped {skipped}\n# todo 0\n")
        };
        assert_eq!(judged(0, &node(1, 0), ""), Ok(()));
        assert_eq!(judged(0, &node(0, 0), ""), Err("it has no tests"));
        assert_eq!(judged(0, &node(1, 1), ""), Err("it skips tests"));
    }
}

#[test]
#[ignore = "needs Python packages, which `cargo xtask check` installs"]
fn the_python_client_of_datatrails_works_unchanged() {
    run("datatrails_archivist.py");
}

#[test]
#[ignore = "needs Python packages, which `cargo xtask check` installs"]
fn prometheus_api_client_works_unchanged() {
    run("prometheus_api_client_queries.py");
}

#[test]
#[ignore = "needs promtool and Python packages, which `cargo xtask check` installs"]
fn promtool_works_unchanged() {
    run("promtool_queries.py");
}

#[test]
#[ignore = "needs Python packages, which `cargo xtask check` installs"]
fn authlib_works_unchanged() {
    run("authlib_sessions.py");
}

#[test]
#[ignore = "needs Python packages, which `cargo xtask check` installs"]
fn the_python_client_of_ionos_works_unchanged() {
    run("ionoscloud_users.py");
}

#[test]
#[ignore = "needs Python packages, which `cargo xtask check` installs"]
fn requests_oauthlib_works_unchanged() {
    run("requests_oauthlib_sessions.py");
}

#[test]
#[ignore = "needs Python packages, which `cargo xtask check` installs"]
fn the_python_connector_of_klarity_works_unchanged() {
    run("klarity_connector_graphql.py");
}

#[test]
#[ignore = "needs curl and Python packages, which `cargo xtask check` installs"]
fn the_curl_lines_of_the_vendors_pages_work_unchanged() {
    run("curl_lines.py");
}

#[test]
#[ignore = "needs npm packages, which `cargo xtask check` installs"]
fn the_node_client_of_ionos_works_unchanged() {
    run("ionos-sdk-nodejs.test.mjs");
}

#[test]
#[ignore = "needs npm packages, which `cargo xtask check` installs"]
fn prometheus_query_works_unchanged() {
    run("prometheus-query.test.mjs");
}

#[test]
#[ignore = "needs npm packages, which `cargo xtask check` installs"]
fn jose_verifies_tokens_by_the_key_set() {
    run("jose.test.mjs");
}

#[test]
#[ignore = "needs npm packages, which `cargo xtask check` installs"]
fn oauth4webapi_works_unchanged() {
    run("oauth4webapi.test.mjs");
}

#[test]
#[ignore = "needs npm packages, which `cargo xtask check` installs"]
fn openid_client_works_unchanged() {
    run("openid-client.test.mjs");
}

#[test]
#[ignore = "needs npm packages, which `cargo xtask check` installs"]
fn simple_oauth2_works_unchanged() {
    run("simple-oauth2.test.mjs");
}
