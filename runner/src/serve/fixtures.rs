//! What a new store is given before the server listens: the fixtures of a
//! project file, done by the administrator within this process, so that they
//! go through the same rules as every request.

use core::num::NonZeroUsize;
use std::collections::HashMap;
use std::sync::Arc;

use touchmark_core::record::{ClientId, Secret};

use super::{ServeError, Server};
use crate::execute::{self, AfterFailure, Brake, Limits, Options, Target, resolve_secrets};
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

impl Server {
    /// Does the fixtures as this administrator, and hands back what their file
    /// shows. Failures are told on `sink`.
    ///
    /// # Errors
    /// [`ServeError::Fixtures`]; what the steps made has been taken back then,
    /// as far as they say how.
    pub async fn prepare(
        &self,
        fixtures: Fixtures,
        (admin, secret): &(ClientId, Secret),
        sink: Sink,
    ) -> Result<Option<String>, ServeError> {
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
        let prepared = execute::prepare(options, Arc::new(peer), Arc::new(failures)).await;
        prepared.map_err(ServeError::Fixtures)
    }
}
