//! What `touchmark serve` is told: defaults, then its file, then the command
//! line. Reading only; nothing is opened or made here.

mod file;
mod telemetry;
#[cfg(test)]
mod tests;
pub mod written;

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipnet::IpNet;
use schemars::Schema;
use touchmark_core::operation::configuration::{
    Depth, LimitsConfiguration, Size, SystemConfiguration, TelemetryConfiguration,
};
use touchmark_core::operation::{Configuration, Deployment, Keys, Limits as RequestLimits, Pepper};
use touchmark_core::record::{System, Tenant};
use touchmark_core::token::Algorithm;

pub use file::{
    KeysSection, LimitsSection, RateLimitSection, ServerFile, SystemSection, TimeoutsSection,
};
pub use telemetry::{TelemetrySection, UpstreamSection, UpstreamSettings};
use written::{Origin, Place};

use crate::host::TENANT;
use crate::scenario::load::Loaded;
use crate::scenario::{Diagnostic, Read as _, Source, schema, yaml};

/// Everything that a server is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where clients reach it; made of the address it listens on if absent.
    pub origin: Option<Origin>,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where it keeps records.
    pub store: Place,
    /// The tenant that all records belong to.
    pub tenant: Tenant,
    /// Where its keys are.
    pub keys: KeyFiles,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpNet>,
    /// What requests and connections may weigh.
    pub limits: Limits,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// How systems differ from their defaults.
    pub systems: BTreeMap<System, SystemConfiguration>,
    /// How samples are kept, where that differs from the default.
    pub telemetry: Option<TelemetryConfiguration>,
    /// The Prometheus that is asked for samples.
    pub upstream: Option<UpstreamSettings>,
}

/// Where keys are. Absent paths are beside the store.
#[derive(Clone, Debug)]
pub struct KeyFiles {
    /// The private key.
    pub signing: Option<PathBuf>,
    /// The algorithm of a key that is made.
    pub algorithm: Algorithm,
    /// Keys that signed before.
    pub former: Vec<PathBuf>,
    /// The pepper.
    pub pepper: Option<PathBuf>,
}

/// What requests and connections may weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One request.
    pub request: RequestLimits,
    /// The most bytes of content of all requests together.
    pub buffered: usize,
    /// The most connections at a time.
    pub connections: usize,
}

/// How long the server waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the head of a request, and between two requests.
    pub head: Duration,
    /// For the whole content of a request.
    pub content: Duration,
    /// For the client to take some more of an answer.
    pub answer: Duration,
    /// For requests under way when it is told to end.
    pub shutdown: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            origin: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            store: Place::Memory,
            tenant: Tenant::new(TENANT).expect("the name follows the rules"),
            keys: KeyFiles {
                signing: None,
                algorithm: Algorithm::EdDsa,
                former: Vec::new(),
                pepper: None,
            },
            proxies: Vec::new(),
            limits: Limits {
                request: RequestLimits::default(),
                buffered: 256 * 1024 * 1024,
                connections: 1024,
            },
            timeouts: Timeouts {
                head: Duration::from_secs(30),
                content: Duration::from_secs(30),
                answer: Duration::from_secs(30),
                shutdown: Duration::from_secs(10),
            },
            systems: BTreeMap::new(),
            telemetry: None,
            upstream: None,
        }
    }
}

impl Settings {
    /// Reads a settings file. Paths in it are relative to `folder`.
    #[must_use]
    pub fn read(source: &Arc<Source>, folder: &Path) -> Loaded<Self> {
        let mut findings = Vec::new();
        let settings = yaml::read(source, &mut findings).and_then(|tree| {
            let file = ServerFile::read(&tree, &mut findings)?;
            file.prove(&mut findings);
            Some(Self::default().with(&file, folder))
        });
        let broken = findings.iter().any(Diagnostic::is_error);
        Loaded::new(settings.filter(|_| !broken), findings)
    }

    fn with(mut self, file: &ServerFile, folder: &Path) -> Self {
        self.origin = file.origin.as_ref().map(|given| given.value.clone());
        if let Some(given) = &file.listen {
            self.listen = given.value;
        }
        if let Some(given) = &file.store {
            self.store = match &given.value {
                Place::Memory => Place::Memory,
                Place::Sqlite(path) => Place::Sqlite(folder.join(path)),
            };
        }
        if let Some(given) = &file.tenant {
            self.tenant = given.value.clone();
        }
        if let Some(section) = &file.keys {
            self.keys.read(section, folder);
        }
        self.proxies = file.proxies.iter().map(|given| given.value).collect();
        if let Some(section) = &file.limits {
            self.limits.read(section);
        }
        if let Some(section) = &file.timeouts {
            self.timeouts.read(section);
        }
        if let Some(section) = &file.telemetry {
            let upstream = section.upstream.as_ref();
            self.upstream = upstream.map(|section| UpstreamSettings::read(section, folder));
            self.telemetry = Some(section.configuration());
        }
        let systems = file.systems.meanings();
        self.systems = systems
            .map(|(_, system, section)| (*system, section.configuration()))
            .collect();
        self
    }

    /// What these settings say of the deployment itself, not of the server
    /// around it.
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        let RequestLimits {
            content_bytes,
            json_depth,
        } = self.limits.request;
        let limits = LimitsConfiguration {
            content: Some(Size(content_bytes)),
            json_depth: Some(Depth(json_depth)),
        };
        Configuration {
            limits: Some(limits),
            telemetry: self.telemetry.clone(),
            systems: Some(self.systems.clone()),
        }
    }

    /// The deployment that these settings describe.
    #[must_use]
    pub fn deployment(&self, origin: &str, keys: Keys, pepper: Pepper) -> Deployment {
        let mut deployment = Deployment::new(origin, keys, pepper);
        self.configuration().apply(&mut deployment);
        deployment
    }
}

impl KeyFiles {
    fn read(&mut self, section: &KeysSection, folder: &Path) {
        self.signing = section
            .signing
            .as_ref()
            .map(|path| folder.join(&path.value));
        self.pepper = section.pepper.as_ref().map(|path| folder.join(&path.value));
        let former = section.former.iter().map(|path| folder.join(&path.value));
        self.former = former.collect();
        if let Some(given) = &section.algorithm {
            self.algorithm = given.value;
        }
    }
}

impl Limits {
    fn read(&mut self, section: &LimitsSection) {
        if let Some(given) = &section.content {
            self.request.content_bytes = given.value.0;
            self.buffered = self.buffered.max(given.value.0);
        }
        if let Some(given) = &section.buffered {
            self.buffered = given.value.0;
            self.request.content_bytes = self.request.content_bytes.min(self.buffered);
        }
        if let Some(given) = &section.json_depth {
            self.request.json_depth = given.value.0;
        }
        if let Some(given) = &section.connections {
            self.connections = given.value.0;
        }
    }
}

impl Timeouts {
    fn read(&mut self, section: &TimeoutsSection) {
        for (given, timeout) in [
            (&section.head, &mut self.head),
            (&section.content, &mut self.content),
            (&section.answer, &mut self.answer),
            (&section.shutdown, &mut self.shutdown),
        ] {
            if let Some(given) = given {
                *timeout = given.value.0;
            }
        }
    }
}

/// The JSON Schema of the settings file.
#[must_use]
pub fn schema() -> Schema {
    schema::document::<ServerFile>("A Touchmark server file")
}
