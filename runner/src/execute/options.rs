//! What a run is asked to do, and with what limits.

use super::brake::Brake;
use super::sender::Sender;
use crate::peer::{self, Url, UrlError};
use crate::scenario::{Plan, Value, model::Project};
use crate::secret::{Redactor, Secret};
use core::num::NonZeroUsize;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::Arc;
use touchmark_core::record::{self, ClientId, System};

/// The name of a deployment in this process.
pub const EMBEDDED: &str = "embedded";

/// What a run is asked to do.
pub struct Options {
    /// The scenarios, in the order of reports.
    pub plans: Vec<Plan>,
    /// What they share.
    pub project: Option<Project>,
    /// Where requests go.
    pub target: Target,
    /// How many scenarios run at the same time.
    pub jobs: NonZeroUsize,
    /// The values of the declared secrets.
    pub secrets: HashMap<String, Secret>,
    /// Values that replace those of `vars`.
    pub vars: HashMap<String, Value>,
    /// What to do after the first failure.
    pub after_failure: AfterFailure,
    /// How long things may take that do not say so themselves.
    pub limits: Limits,
    /// Knows the secrets.
    pub redactor: Arc<Redactor>,
    /// Stops the run from outside.
    pub brake: Arc<Brake>,
}

/// A deployment.
pub struct Target {
    /// Its name, or its URL.
    pub name: String,
    /// Where paths start.
    pub url: Url,
    /// Where the paths of dialects start that are not mounted at the root.
    pub dialects: HashMap<System, Url>,
    /// Identities that come with the deployment.
    pub identities: HashMap<String, Sender>,
}

impl Target {
    /// A deployment at a URL, all dialects at its root.
    #[must_use]
    pub fn at(url: Url) -> Self {
        Self {
            name: url.to_string(),
            url,
            dialects: HashMap::new(),
            identities: HashMap::new(),
        }
    }

    /// A deployment in this process, and its administrator, whom scenarios
    /// know as `admin`.
    #[must_use]
    pub fn embedded(origin: Url, admin: &ClientId, secret: &record::Secret) -> Self {
        let mut target = Self::at(origin);
        EMBEDDED.clone_into(&mut target.name);
        // Every dialect takes Basic; a token is good for one of them only.
        let sender = Sender::basic(admin.as_str(), secret.expose());
        let [name] = peer::IDENTITIES;
        target.identities.insert((*name).to_owned(), sender);
        target
    }

    /// Where a path of a dialect is.
    ///
    /// # Errors
    /// When the two make no URL.
    pub fn locate(&self, system: System, path: &str) -> Result<Url, UrlError> {
        self.dialects.get(&system).unwrap_or(&self.url).join(path)
    }
}

/// What to do after the first failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterFailure {
    /// Run everything else.
    #[default]
    GoOn,
    /// Begin nothing more and break off what has begun.
    Stop,
}

/// How long things may take that do not say so themselves. Nothing can hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Everything, cleanup excluded.
    pub run: Duration,
    /// One run of a scenario, cleanup excluded.
    pub scenario: Duration,
    /// One step.
    pub step: Duration,
    /// Taking one step back.
    pub undo: Duration,
    /// Taking all steps of one run of a scenario back.
    pub cleanup: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            run: Duration::from_secs(60 * 60),
            scenario: Duration::from_secs(5 * 60),
            step: Duration::from_secs(30),
            undo: Duration::from_secs(30),
            cleanup: Duration::from_secs(2 * 60),
        }
    }
}
