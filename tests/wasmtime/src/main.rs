//! A host for the Spin component, as Spin is one: wasmtime, WASI HTTP, and
//! Spin's SQLite and variables. It stands in for Spin in the checks, which
//! start it like every other host; it can also be told to fail.
//!
//! `touchmark-wasmtime COMPONENT` takes the same variables as the launchers in
//! `wasm/hosts`.

mod fault;
mod host;
mod random;
mod serve;
mod sqlite;
mod variables;

use core::net::SocketAddr;
use std::env;
use std::path::Path;
use std::process::ExitCode;

use tokio::net::TcpListener;

use crate::host::Host;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("touchmark-wasmtime: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> wasmtime::Result<()> {
    let Some(component) = env::args_os().nth(1) else {
        wasmtime::bail!("usage: touchmark-wasmtime COMPONENT");
    };
    let listen = variable("TOUCHMARK_LISTEN", "127.0.0.1:8080");
    let listen: SocketAddr = listen.parse()?;
    let database = variable("TOUCHMARK_DATABASE", "touchmark.db");
    let host = Host::load(Path::new(&component), database.into())?;
    let listener = TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    serve::until_asked_to_end(listener, host).await
}

fn variable(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}
