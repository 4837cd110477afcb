//! Running scenarios: several at the same time, each step by step.
//!
//! A run tells a [`Listener`] what happens and prints nothing. It sends through
//! a [`Peer`] only, ends by itself, and takes back what it made.

mod brake;
mod course;
mod engine;
mod exhibit;
mod judge;
mod jwt;
mod ledger;
mod options;
mod prepare;
mod save;
mod secrets;
mod send;
mod sender;
mod step;
mod story;
mod subject;
mod tokens;
mod trouble;
mod values;
mod world;

pub use brake::{Brake, Halt};
pub use options::{AfterFailure, EMBEDDED, Limits, Options, Target};
pub use prepare::{Unprepared, prepare};
pub use secrets::{SecretsError, read_secrets, resolve_secrets};
pub use sender::Sender;
pub use world::Machine;

use crate::peer::Peer;
use crate::report::{Listener, Summary};
use crate::scenario::Diagnostic;
use engine::Engine;
use std::sync::Arc;
use std::time::Instant;

/// Runs everything that the options name and hands back what became of it.
///
/// # Errors
/// When the project's own values make no sense; nothing has been sent then.
pub async fn run(
    options: Options,
    peer: Arc<Peer>,
    listener: Arc<dyn Listener>,
) -> Result<Summary, Vec<Diagnostic>> {
    let began = Instant::now();
    for secret in options.secrets.values() {
        options.redactor.learn(secret);
    }
    let engine = Arc::new(Engine::new(options, peer, listener));
    let base = engine.base_scope().map_err(|diagnostic| vec![diagnostic])?;
    course::run(&engine, base).await;
    Ok(engine.summarise(began.elapsed()))
}
