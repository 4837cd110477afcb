//! The stage for the hosts of the server as WebAssembly: each is started for
//! real, tried with bad input, compared with the native server to the byte, and
//! run every scenario against. Which hosts there are and how they start is
//! said in `tests/hosts`. The one for the Spin component is compiled here and
//! nowhere else, because that takes long.

use std::path::PathBuf;

use super::{Speed, Stage};
use crate::failure::Result;
use crate::toolchain::{Build, Library};
use crate::workspace::{Workspace, run};
use crate::{edge, server, tool};

pub(super) const HOSTS: Stage = Stage {
    name: "hosts",
    proves: "every scenario passes on workerd, Deno, Bun, Node and wasmtime, and data outlives a kill",
    speed: Speed::Slow,
    run: |workspace| {
        tool::npm(workspace, "tests/hosts")?;
        edge::build(workspace)?;
        let touchmark = server::touchmark(workspace)?;
        let spin_host = spin_host(workspace)?;
        let verdict = workspace.target("verdict.wasm");
        edge::build_component(workspace, &VERDICT, &verdict)?;
        run(workspace
            .command("node")
            .args(["--test", "tests/hosts/hosts.test.mjs"])
            .arg("tests/hosts/store.test.mjs")
            .arg("tests/hosts/bytes.test.mjs")
            .arg("tests/hosts/module.test.mjs")
            .arg("tests/hosts/upstream.test.mjs")
            .arg("tests/hosts/tables.test.mjs")
            .arg("tests/hosts/quotas.test.mjs")
            .env("TOUCHMARK_WASMTIME", &spin_host)
            .env("TOUCHMARK_VERDICT", &verdict)
            .env("TOUCHMARK", &touchmark))?;
        run(workspace
            .command("node")
            .arg("tests/hosts/matrix.mjs")
            .arg(&touchmark)
            .env("TOUCHMARK_WASMTIME", &spin_host))
    },
};

/// What tells wasmtime's verdict on a token, compiled as the Spin component is.
const VERDICT: Build = Build {
    package: "touchmark-verdict",
    features: "",
    target: "wasm32-unknown-unknown",
    library: Library::Shipped,
    profile: "edge",
    flags: "",
};

/// The host of the Spin component, which the stages that look at the whole
/// workspace leave out. The compiler's own lints are all that it is held to:
/// for clippy all of wasmtime would have to be checked once more.
fn spin_host(workspace: &Workspace) -> Result<PathBuf> {
    let package = ["--package", "touchmark-wasmtime", "--profile", "host"];
    run(workspace
        .cargo()
        .arg("rustc")
        .args(package)
        .args(["--", "-D", "warnings"]))?;
    Ok(workspace.target("host/touchmark-wasmtime"))
}
