//! Why a deployment cannot be opened. Requests are never refused here: what
//! they ask wrongly is answered by the core.

use core::fmt;

use touchmark_core::operation::Fault;
use touchmark_core::store::sql::SchemaError;

use super::settings::SettingError;

/// Why a deployment cannot be opened, grouped by who has to act.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A variable is missing or wrong.
    Setting(SettingError),
    /// The database cannot be used.
    Database(SchemaError),
    /// The first administrator cannot be registered.
    Administrator(Fault),
}

impl Refusal {
    /// The stable code of this reason.
    #[cfg(feature = "edge")]
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Setting(_) => "setting_wrong",
            Self::Database(_) => "database_unusable",
            Self::Administrator(_) => "administrator_refused",
        }
    }

    /// Whether the next request may find what this one did not.
    #[cfg(feature = "spin")]
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Database(SchemaError::Store(_)) | Self::Administrator(Fault::Unavailable)
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(error) => error.fmt(f),
            Self::Database(SchemaError::Store(error)) => {
                let detail = error.detail().unwrap_or("no reason given");
                write!(f, "the database cannot be prepared: {detail}")
            }
            Self::Database(error) => error.fmt(f),
            Self::Administrator(fault) => {
                write!(f, "the first administrator cannot be registered: {fault}")
            }
        }
    }
}

impl core::error::Error for Refusal {}

impl From<SettingError> for Refusal {
    fn from(error: SettingError) -> Self {
        Self::Setting(error)
    }
}

impl From<SchemaError> for Refusal {
    fn from(error: SchemaError) -> Self {
        Self::Database(error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Administrator(fault)
    }
}
