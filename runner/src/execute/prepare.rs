//! Fixtures by themselves: a deployment that is to be used by somebody else is
//! given what a project file says, and keeps it.

use super::course;
use super::engine::Engine;
use super::options::Options;
use super::values::Values;
use crate::peer::Peer;
use crate::report::Listener;
use crate::scenario::Diagnostic;
use core::fmt;
use std::sync::Arc;

/// Why a deployment is not prepared.
#[derive(Debug)]
pub enum Unprepared {
    /// Values make no sense where they are used.
    Values(Box<Diagnostic>),
    /// A step failed, which the listener was told. What had been made was
    /// taken back as far as the steps say how.
    Failed,
}

impl fmt::Display for Unprepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Values(diagnostic) => f.write_str(&diagnostic.message),
            Self::Failed => f.write_str("the fixtures failed"),
        }
    }
}

impl core::error::Error for Unprepared {}

/// Does the fixtures of the project, in order, leaves what they made, and
/// hands back what the project shows its users. The plans of the options are
/// not looked at.
///
/// # Errors
/// [`Unprepared`] says which.
pub async fn prepare(
    options: Options,
    peer: Arc<Peer>,
    listener: Arc<dyn Listener>,
) -> Result<Option<String>, Unprepared> {
    for secret in options.secrets.values() {
        options.redactor.learn(secret);
    }
    let engine = Arc::new(Engine::new(options, peer, listener));
    let unfit = |diagnostic| Unprepared::Values(Box::new(diagnostic));
    let base = engine.base_scope().map_err(unfit)?;
    let scope = course::prepare(&engine, base).await;
    let scope = scope.ok_or(Unprepared::Failed)?;
    let project = engine.options.project.as_ref();
    let shown = project.and_then(|project| project.show.as_ref());
    Values { scope: &scope }.optional(shown).map_err(unfit)
}
