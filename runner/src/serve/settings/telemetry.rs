//! The part of the settings file about samples: how long they are kept, and
//! the Prometheus that is asked instead of the deployment's own store.

use core::time::Duration;
use std::path::{Path, PathBuf};

use touchmark_core::operation::configuration::{Count, Lifetime, TelemetryConfiguration};
use touchmark_core::telemetry::is_label_name;

use super::written::{Given, Wait, Written, given};
use crate::peer::Url;
use crate::scenario::read::keys;

keys! {
    /// How samples are kept and asked for.
    "telemetry" Closed pub struct TelemetrySection {
        /// How long samples are kept.
        "retention" => retention: Option<Given<Lifetime>>,
        /// The most series of one contract.
        "max_series" => max_series: Option<Given<Count>>,
        /// A Prometheus that is asked instead of the server's own store.
        "upstream" => upstream: Option<UpstreamSection>,
    }
}

keys! {
    /// A Prometheus that is asked instead of the server's own store.
    "upstream" Closed pub struct UpstreamSection {
        /// Where it is, without `/api/v1`.
        "url" => url: Given<Url>,
        /// A file whose one line is the `Authorization` field for it.
        "authorization" => authorization: Option<Given<PathBuf>>,
        /// The label of its series that holds the number of the contract. Without one, every contract sees all of them.
        "contract_label" => contract_label: Option<Given<LabelName>>,
        /// How long one question to it may take.
        "timeout" => timeout: Option<Given<Wait>>,
    }
}

/// The Prometheus that is asked.
#[derive(Clone, Debug)]
pub struct UpstreamSettings {
    /// Where it is.
    pub url: Url,
    /// The file with the `Authorization` field for it.
    pub authorization: Option<PathBuf>,
    /// The label that holds the number of the contract.
    pub contract_label: Option<String>,
    /// How long one question may take.
    pub timeout: Duration,
}

impl UpstreamSettings {
    pub(super) fn read(section: &UpstreamSection, folder: &Path) -> Self {
        let authorization = section.authorization.as_ref();
        let label = section.contract_label.as_ref();
        let timeout = section.timeout.as_ref();
        Self {
            url: section.url.value.clone(),
            authorization: authorization.map(|path| folder.join(&path.value)),
            contract_label: label.map(|label| label.value.0.clone()),
            timeout: timeout.map_or(Duration::from_secs(30), |given| given.value.0),
        }
    }
}

impl TelemetrySection {
    /// What the section says of the server's own store.
    pub(super) fn configuration(&self) -> TelemetryConfiguration {
        TelemetryConfiguration {
            retention: given(&self.retention),
            max_series: given(&self.max_series),
        }
    }
}

/// The name of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelName(String);

impl Written for LabelName {
    const EXPECTED: &'static str = "the name of a label such as `contract`";

    fn read(word: &str) -> Option<Self> {
        is_label_name(word).then(|| Self(word.into()))
    }
}

impl Written for Url {
    const EXPECTED: &'static str = "a URL such as `http://127.0.0.1:9090`, without a query";

    fn read(word: &str) -> Option<Self> {
        let url = Self::read(word).ok()?;
        (url.query().is_empty() && !word.contains(['?', '#'])).then_some(url)
    }
}
