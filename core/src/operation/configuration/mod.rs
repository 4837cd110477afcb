//! What a host's operator may change of a deployment: how its systems behave,
//! what a request may weigh, how samples are kept. Hosts that are given a
//! document read it here; the native server reads its own file and says what
//! it found in the same terms.

mod error;
mod section;
mod system;
#[cfg(test)]
mod tests;
mod word;

pub use error::ConfigurationError;
pub use system::SystemConfiguration;
pub use word::{Count, Depth, Expiry, Lifetime, Most, Size, Tokens, Word};

use super::{Deployment, Limits, Telemetry};
use crate::json;
use crate::record::System;
use alloc::collections::BTreeMap;
use section::{Read, members, section};
use serde_json::Value;

section! {
    /// What a request may weigh.
    pub struct LimitsConfiguration {
        /// The most bytes of content.
        content: Size,
        /// How deep JSON content may nest.
        json_depth: Depth,
    }
}

section! {
    /// How samples are kept.
    pub struct TelemetryConfiguration {
        /// How long samples are kept.
        retention: Lifetime,
        /// The most series of one contract.
        max_series: Count,
    }
}

section! {
    /// Everything that may be changed. What is absent keeps its default.
    pub struct Configuration {
        /// What a request may weigh.
        limits: LimitsConfiguration,
        /// How samples are kept.
        telemetry: TelemetryConfiguration,
        /// How systems behave.
        systems: BTreeMap<System, SystemConfiguration>,
    }
}

impl Read for BTreeMap<System, SystemConfiguration> {
    fn read(value: &Value) -> Result<Self, ConfigurationError> {
        let read = |name: &str, value| {
            let unknown = || ConfigurationError::unknown(System::ALL.map(System::as_str).into());
            let system = System::named(name).ok_or_else(unknown)?;
            let section = SystemConfiguration::read(value)?;
            if !section.pages_fit() {
                let most = "no more items than `max_page_size` has";
                return Err(ConfigurationError::expected(most).inside("page_size"));
            }
            Ok((system, section))
        };
        members(value)?
            .iter()
            .map(|(name, value)| {
                read(name, value).map_err(|error: ConfigurationError| error.inside(name))
            })
            .collect()
    }
}

impl Configuration {
    /// Reads a configuration, a JSON document.
    ///
    /// # Errors
    /// [`ConfigurationError`] tells where it is wrong and what was expected there.
    pub fn from_json(text: &str) -> Result<Self, ConfigurationError> {
        let value =
            json::read(text.as_bytes(), &json::Limits::SMALL).map_err(ConfigurationError::json)?;
        Self::read(&value)
    }

    /// Changes a deployment as the configuration says.
    pub fn apply(self, deployment: &mut Deployment) {
        self.limits
            .unwrap_or_default()
            .apply(&mut deployment.limits);
        self.telemetry
            .unwrap_or_default()
            .apply(&mut deployment.telemetry);
        for (system, section) in self.systems.unwrap_or_default() {
            if let Some(policy) = deployment.systems.get_mut(&system) {
                section.apply(policy);
            }
        }
    }
}

impl LimitsConfiguration {
    fn apply(self, limits: &mut Limits) {
        if let Some(Size(bytes)) = self.content {
            limits.content_bytes = bytes;
        }
        if let Some(Depth(depth)) = self.json_depth {
            limits.json_depth = depth;
        }
    }
}

impl TelemetryConfiguration {
    fn apply(self, telemetry: &mut Telemetry) {
        if let Some(Lifetime(seconds)) = self.retention {
            telemetry.retention = i64::from(seconds) * 1000;
        }
        if let Some(Count(series)) = self.max_series {
            telemetry.max_series = series;
        }
    }
}
