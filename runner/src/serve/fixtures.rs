//! What a new store is given before the server listens: the fixtures of a
//! project file, done by the administrator within this process, so that they
//! go through the same rules as every request. The store keeps whether they are
//! complete: what one start has not completed, the next one does again.

use core::num::NonZeroUsize;
use std::collections::HashMap;
use std::sync::Arc;

use touchmark_core::operation::Preparation;
use touchmark_core::record::{ClientId, Secret};

use super::{ServeError, Server};
use crate::execute::{
    self, AfterFailure, Brake, Limits, Options, Target, Unprepared, resolve_secrets,
};
use crate::peer::{IDENTITIES, InProcess, Peer, Url};
use crate::report::Failures;
use crate::scenario::load::{Loaded, read_project};
use crate::scenario::model::Project;
use crate::scenario::{Diagnostic, Source, Surroundings};
use crate::secret::{self, Output, Redactor, Sink};

/// A project file whose fixtures can be done.
pub struct Fixtures {
    project: Project,
    secrets: HashMap<String, secret::Secret>,
}

impl Fixtures {
    /// Something for every system, and commands to try it with.
    #[must_use]
    pub fn demo() -> Loaded<Self> {
        let source = Source::new("(demo)", include_str!("demo.yaml"));
        Self::read(&source, |_| None)
    }

    /// Reads a project file. `look_up` knows the values of the secrets that it
    /// declares.
    #[must_use]
    pub fn read(source: &Arc<Source>, look_up: impl Fn(&str) -> Option<String>) -> Loaded<Self> {
        let surroundings = Surroundings {
            identities: IDENTITIES,
            project: None,
        };
        let Loaded {
            value,
            mut findings,
        } = read_project(source, &surroundings);
        if findings.iter().any(Diagnostic::is_error) {
            return Loaded::new(None, findings);
        }
        let fixtures = value.and_then(|project| {
            let secrets = resolve_secrets(&[], Some(&project), look_up);
            let secrets = secrets.map_err(|missing| findings.extend(missing)).ok()?;
            Some(Self { project, secrets })
        });
        Loaded::new(fixtures, findings)
    }
}

/// What a start has to do about fixtures.
pub enum Turn {
    /// Nothing.
    Nothing,
    /// To do them, on a store that is new.
    First(Box<Fixtures>),
    /// To do them again as this administrator, because an earlier start has not
    /// completed them.
    Again(Box<Fixtures>, ClientId, Secret),
}

impl Server {
    /// Finds out what there is to do about fixtures, before there is an
    /// administrator, and marks that it is begun. `chosen` is the credential
    /// that this start was given.
    ///
    /// # Errors
    /// [`ServeError::Incomplete`] when they would have to be done again and
    /// nobody is known who may; [`ServeError::Preparation`] when the store does
    /// not answer.
    pub async fn turn(
        &self,
        fixtures: Option<Fixtures>,
        chosen: Option<(ClientId, Secret)>,
    ) -> Result<Turn, ServeError> {
        let host = self.site.host();
        let preparation = host.preparation().await;
        let preparation = preparation.map_err(ServeError::Preparation)?;
        let is_new = !self.has_administrator().await?;
        match (fixtures.map(Box::new), preparation) {
            (None, Some(Preparation::Begun)) => {
                tracing::warn!("an earlier start has not completed the fixtures of this store");
            }
            (None, _) => {}
            (Some(fixtures), None | Some(Preparation::Begun)) if is_new => {
                let begun = host.mark_preparation(Preparation::Begun).await;
                begun.map_err(ServeError::Preparation)?;
                return Ok(Turn::First(fixtures));
            }
            (Some(fixtures), Some(Preparation::Begun)) => {
                let (id, secret) = chosen.ok_or(ServeError::Incomplete)?;
                return Ok(Turn::Again(fixtures, id, secret));
            }
            (Some(_), Some(Preparation::Complete)) => {
                tracing::info!("the fixtures of this store are complete");
            }
            (Some(_), None) => {
                tracing::warn!("the store is not new: the fixtures are not done");
            }
        }
        Ok(Turn::Nothing)
    }

    /// Does what there is to do about fixtures, hands back what their file
    /// shows, and marks that they are complete. Failures are told on `sink`.
    ///
    /// # Errors
    /// [`ServeError::Fixtures`] and [`ServeError::Repeated`]; what the steps
    /// made has been taken back then, as far as they say how.
    pub async fn take(
        &self,
        turn: Turn,
        first: Option<(ClientId, Secret)>,
        sink: Sink,
    ) -> Result<Option<String>, ServeError> {
        let shown = match (turn, first) {
            (Turn::Nothing, _) => return Ok(None),
            // Another process was faster.
            (Turn::First(_), None) => return Err(ServeError::Incomplete),
            (Turn::First(fixtures), Some((id, secret))) => {
                let prepared = self.prepare(*fixtures, &id, &secret, sink).await;
                prepared.map_err(ServeError::Fixtures)?
            }
            (Turn::Again(fixtures, id, secret), _) => {
                tracing::warn!("an earlier start has not completed the fixtures: once more");
                let prepared = self.prepare(*fixtures, &id, &secret, sink).await;
                prepared.map_err(ServeError::Repeated)?
            }
        };
        let complete = self.site.host().mark_preparation(Preparation::Complete);
        complete.await.map_err(ServeError::Preparation)?;
        Ok(shown)
    }

    async fn prepare(
        &self,
        fixtures: Fixtures,
        admin: &ClientId,
        secret: &Secret,
        sink: Sink,
    ) -> Result<Option<String>, Unprepared> {
        let origin = Url::read(self.origin()).expect("the origin is a URL");
        let host = Arc::clone(self.site.host());
        let peer = Peer::embedded(InProcess::new(host, origin.clone()));
        let redactor = Arc::new(Redactor::new());
        // It was said once where it belongs, or chosen and never said.
        if let Ok(secret) = secret::Secret::read(secret.expose()) {
            redactor.learn(&secret);
        }
        let failures = Failures::new(Output::new(Arc::clone(&redactor), sink));
        let options = Options {
            plans: Vec::new(),
            project: Some(fixtures.project),
            target: Target::embedded(origin, admin, secret),
            jobs: NonZeroUsize::MIN,
            secrets: fixtures.secrets,
            vars: HashMap::new(),
            after_failure: AfterFailure::Stop,
            limits: Limits::default(),
            redactor,
            brake: Arc::new(Brake::default()),
        };
        execute::prepare(options, Arc::new(peer), Arc::new(failures)).await
    }
}
