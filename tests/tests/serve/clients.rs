//! The vendors' own client libraries, unchanged, against the server. The
//! scripts are in `tests/clients`; `cargo xtask check` installs what they need
//! and names the Python that has it.

use std::path::Path;
use std::process::Command;

use crate::process::Server;

/// The variable that names the Python.
const PYTHON: &str = "TOUCHMARK_PYTHON";

/// Runs a script as the administrator of each store's server.
fn run(script: &str) {
    let python = std::env::var_os(PYTHON).unwrap_or_else(|| panic!("{PYTHON} names no Python"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("clients")
        .join(script);
    let folder = tempfile::tempdir().unwrap();
    for server in [Server::start(&[]), Server::on(folder.path())] {
        let (id, secret) = server.administrator();
        let ended = Command::new(&python)
            .arg(&script)
            .env("TOUCHMARK_URL", &server.origin)
            .env("TOUCHMARK_ID", id)
            .env("TOUCHMARK_SECRET", secret)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{said}\n{}", server.log());
        // A script that finds no test succeeds, and proves nothing.
        assert!(said.contains(" ... ok\n"), "{said}");
        assert!(!said.contains("skipped"), "{said}");
    }
}

#[test]
#[ignore = "needs Python packages, which `cargo xtask check` installs"]
fn the_python_client_of_datatrails_works_unchanged() {
    run("datatrails_archivist.py");
}
