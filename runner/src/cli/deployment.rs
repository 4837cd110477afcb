//! Which deployment a run is against.

use core::fmt;
use std::collections::HashMap;

use touchmark_core::operation::Configuration;
use touchmark_core::record::System;

use super::setup::Setups;
use crate::execute::{EMBEDDED, Target};
use crate::peer::{self, Embedded, EmbeddedError, Peer, Url, UrlError};
use crate::scenario::model::{self, Place, Project};
use crate::secret::{Redactor, Secret};

/// A deployment that has been chosen and not opened yet.
pub(super) enum Deployment {
    /// One in this process, by its name and how it is set up.
    Embedded(String, Configuration),
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
    /// Its settings file is wrong, which has been found before.
    Settings,
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, .. } => write!(f, "there is no target `{name}`"),
            Self::Url { text, error } => write!(f, "`{text}` is no target: {error}"),
            Self::Dialect { name } => write!(f, "there is no dialect `{name}`"),
            Self::Settings => f.write_str("the settings of the target are wrong"),
        }
    }
}

impl Default for Deployment {
    fn default() -> Self {
        Self::Embedded(EMBEDDED.to_owned(), Configuration::default())
    }
}

impl Deployment {
    /// The deployment that the command line names.
    pub(super) fn named(
        name: &str,
        project: Option<&Project>,
        setups: &Setups,
    ) -> Result<Self, TargetError> {
        if let Some(target) = project.and_then(|project| project.targets.get(name)) {
            return match &target.place {
                Place::Url(base) => remote(name, base, target),
                Place::Settings(_) => match setups.of(name) {
                    Some(setup) => Ok(Self::Embedded(name.to_owned(), setup.clone())),
                    None => Err(TargetError::Settings),
                },
            };
        }
        if name == EMBEDDED {
            return Ok(Self::default());
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
    pub(super) fn of(project: Option<&Project>, setups: &Setups) -> Result<Self, TargetError> {
        match project.and_then(|project| project.target.as_ref()) {
            Some(name) => Self::named(name, project, setups),
            None => Ok(Self::default()),
        }
    }

    /// The identities that it gives to every scenario.
    pub(super) const fn identities(&self) -> &'static [&'static str] {
        match self {
            Self::Embedded(..) => peer::IDENTITIES,
            Self::Remote(_) => &[],
        }
    }

    /// Makes it ready for requests. What it hands out is kept out of reports.
    pub(super) async fn open(self, redactor: &Redactor) -> Result<(Peer, Target), EmbeddedError> {
        match self {
            Self::Remote(target) => Ok((Peer::network(), *target)),
            Self::Embedded(name, configuration) => {
                let Embedded {
                    peer,
                    admin: (id, secret),
                    origin,
                } = Embedded::start(configuration).await?;
                if let Ok(secret) = Secret::read(secret.expose()) {
                    redactor.learn(&secret);
                }
                let mut target = Target::embedded(origin, &id, &secret);
                target.name = name;
                Ok((Peer::embedded(peer), target))
            }
        }
    }
}

fn remote(name: &str, base: &str, target: &model::Target) -> Result<Deployment, TargetError> {
    let base = url(base)?;
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
