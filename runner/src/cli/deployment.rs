//! Which deployment a run is against.

use core::fmt;
use std::collections::HashMap;

use touchmark_core::record::System;

use crate::execute::{EMBEDDED, Target};
use crate::peer::{self, Embedded, EmbeddedError, Peer, Url, UrlError};
use crate::scenario::model::{self, Project};
use crate::secret::{Redactor, Secret};

/// A deployment that has been chosen and not opened yet.
pub(super) enum Deployment {
    /// The one in this process.
    Embedded,
    /// One on the network.
    Remote(Box<Target>),
}

/// Why there is no such deployment.
#[derive(Debug)]
pub(super) enum TargetError {
    /// Neither a URL nor a name that is known.
    Unknown { name: String, known: Vec<String> },
    /// Not a URL that requests can go to.
    Url { text: String, error: UrlError },
    /// A dialect that a target names does not exist.
    Dialect { name: String },
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, .. } => write!(f, "there is no target `{name}`"),
            Self::Url { text, error } => write!(f, "`{text}` is no target: {error}"),
            Self::Dialect { name } => write!(f, "there is no dialect `{name}`"),
        }
    }
}

impl Deployment {
    /// The deployment that the command line names.
    pub(super) fn named(name: &str, project: Option<&Project>) -> Result<Self, TargetError> {
        if let Some(target) = project.and_then(|project| project.targets.get(name)) {
            return remote(name, target);
        }
        if name == EMBEDDED {
            return Ok(Self::Embedded);
        }
        if name.contains("://") {
            return Ok(Self::Remote(Box::new(Target::at(url(name)?))));
        }
        let known = project
            .into_iter()
            .flat_map(|project| project.targets.iter());
        let mut known: Vec<_> = known.map(|(key, _)| key.text.clone()).collect();
        known.push(EMBEDDED.to_owned());
        Err(TargetError::Unknown {
            name: name.to_owned(),
            known,
        })
    }

    /// The deployment that the project names, or else the one in this process.
    pub(super) fn of(project: Option<&Project>) -> Result<Self, TargetError> {
        match project.and_then(|project| project.target.as_ref()) {
            Some(name) => Self::named(name, project),
            None => Ok(Self::Embedded),
        }
    }

    /// The identities that it gives to every scenario.
    pub(super) const fn identities(&self) -> &'static [&'static str] {
        match self {
            Self::Embedded => peer::IDENTITIES,
            Self::Remote(_) => &[],
        }
    }

    /// Makes it ready for requests. What it hands out is kept out of reports.
    pub(super) async fn open(self, redactor: &Redactor) -> Result<(Peer, Target), EmbeddedError> {
        match self {
            Self::Remote(target) => Ok((Peer::network(), *target)),
            Self::Embedded => {
                let Embedded {
                    peer,
                    admin: (id, secret),
                    origin,
                } = Embedded::start().await?;
                if let Ok(secret) = Secret::read(secret.expose()) {
                    redactor.learn(&secret);
                }
                let target = Target::embedded(origin, &id, &secret);
                Ok((Peer::embedded(peer), target))
            }
        }
    }
}

fn remote(name: &str, target: &model::Target) -> Result<Deployment, TargetError> {
    let base = url(&target.url)?;
    let mut dialects = HashMap::new();
    for (key, text) in target.dialects.iter() {
        let system = System::named(&key.text).ok_or_else(|| TargetError::Dialect {
            name: key.text.clone(),
        })?;
        let place = base.join(text).map_err(|error| unfit(text, error))?;
        dialects.insert(system, place);
    }
    let identities = HashMap::new();
    let target = Target {
        name: name.to_owned(),
        url: base,
        dialects,
        identities,
    };
    Ok(Deployment::Remote(Box::new(target)))
}

fn url(text: &str) -> Result<Url, TargetError> {
    Url::read(text).map_err(|error| unfit(text, error))
}

fn unfit(text: &str, error: UrlError) -> TargetError {
    // What stands before an `@` may be a password.
    let text = text.rsplit_once('@').map_or(text, |(_, shown)| shown);
    TargetError::Url {
        text: text.to_owned(),
        error,
    }
}
