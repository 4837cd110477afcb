//! The systems whose registrations, tokens and records a tenant keeps apart.

use core::fmt;
use serde::{Deserialize, Serialize};

/// A system that a deployment speaks. Registrations of one system are not
/// seen by another, except those of [`System::Standard`] that administer the
/// tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// The RFCs.
    Standard,
    /// Klarity External Integrations.
    Klarity,
    /// The Cockpit ITSM public API.
    Cockpit,
    /// IONOS Monitoring as a Service.
    Ionos,
    /// DataTrails App Registrations.
    Datatrails,
    /// 12Port Horizon API Tokens.
    Horizon,
}

impl System {
    /// Every system, in the order in which a shared endpoint tries them.
    pub const ALL: [Self; 6] = [
        Self::Standard,
        Self::Klarity,
        Self::Cockpit,
        Self::Ionos,
        Self::Datatrails,
        Self::Horizon,
    ];

    /// The name in configuration, scenarios and keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Klarity => "klarity",
            Self::Cockpit => "cockpit",
            Self::Ionos => "ionos",
            Self::Datatrails => "datatrails",
            Self::Horizon => "horizon",
        }
    }

    /// The system of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.as_str() == name)
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
