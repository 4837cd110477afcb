//! How a deployment is set up from the host's variables and secrets. What is
//! missing or wrong is refused at the start, by the variable's name.

use core::fmt;

use touchmark_core::operation::configuration::ConfigurationError;
use touchmark_core::operation::{Configuration, Deployment, Keys, Pepper};
use touchmark_core::record::{ClientId, Secret, Tenant};
use touchmark_core::token::{KeySet, SigningKey};

/// A deployment as its variables say.
pub(crate) struct Settings {
    pub(crate) deployment: Deployment,
    pub(crate) tenant: Tenant,
    pub(crate) admin_id: ClientId,
    pub(crate) admin_secret: Secret,
}

/// What is wrong with a variable.
#[derive(Debug)]
pub(crate) enum SettingError {
    /// It has to be set.
    Missing(&'static str),
    /// Its value cannot be used.
    Wrong(&'static str, &'static str),
    /// It says something that cannot be done.
    Unfit(&'static str, ConfigurationError),
    /// The host has it and cannot tell what it is.
    #[cfg(feature = "spin")]
    Unread(&'static str, String),
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "the variable {name} is missing"),
            Self::Wrong(name, problem) => write!(f, "the variable {name} {problem}"),
            Self::Unfit(name, error) => write!(f, "the variable {name} is wrong: {error}"),
            #[cfg(feature = "spin")]
            Self::Unread(name, reason) => {
                write!(f, "the variable {name} cannot be read: {reason}")
            }
        }
    }
}

const ORIGIN: &str = "TOUCHMARK_ORIGIN";
const TENANT: &str = "TOUCHMARK_TENANT";
const SIGNING_KEY: &str = "TOUCHMARK_SIGNING_KEY";
const FORMER_KEYS: &str = "TOUCHMARK_FORMER_KEYS";
const PEPPER: &str = "TOUCHMARK_PEPPER";
const CONFIGURATION: &str = "TOUCHMARK_CONFIGURATION";
const ADMIN_ID: &str = "TOUCHMARK_ADMIN_ID";
const ADMIN_SECRET: &str = "TOUCHMARK_ADMIN_SECRET";

impl Settings {
    /// Refuses rate limits, for hosts that keep nothing between requests and so
    /// would let everybody through.
    #[cfg(feature = "spin")]
    pub(crate) fn require_no_rate_limit(&self) -> Result<(), SettingError> {
        let mut systems = self.deployment.systems.values();
        if systems.any(|policy| policy.rate_limit.is_some()) {
            let problem = "has a rate_limit, which this host cannot keep";
            return Err(SettingError::Wrong(CONFIGURATION, problem));
        }
        Ok(())
    }
}

/// Every variable, for hosts that have to ask for each by its name.
#[cfg(feature = "spin")]
pub(crate) const NAMES: [&str; 8] = [
    ORIGIN,
    TENANT,
    SIGNING_KEY,
    FORMER_KEYS,
    PEPPER,
    CONFIGURATION,
    ADMIN_ID,
    ADMIN_SECRET,
];

/// Reads the settings. An empty variable is one that is not set.
pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Settings, SettingError> {
    let optional = |name: &str| variable(name).filter(|text| !text.is_empty());
    let require = |name| optional(name).ok_or(SettingError::Missing(name));
    let origin = require(ORIGIN)?;
    if !["https://", "http://"]
        .iter()
        .any(|scheme| origin.starts_with(scheme))
    {
        return Err(SettingError::Wrong(ORIGIN, "is not a URL of http or https"));
    }
    let tenant = optional(TENANT).unwrap_or_else(|| "default".into());
    let tenant = Tenant::new(&tenant)
        .map_err(|_| SettingError::Wrong(TENANT, "is not the name of a tenant"))?;
    let signing = SigningKey::read(require(SIGNING_KEY)?.as_bytes())
        .map_err(|_| SettingError::Wrong(SIGNING_KEY, "is not a private JWK that signs"))?;
    let former = match optional(FORMER_KEYS) {
        None => KeySet::default(),
        Some(set) => KeySet::read(set.as_bytes())
            .map_err(|_| SettingError::Wrong(FORMER_KEYS, "is not a JWK set"))?,
    };
    let pepper = Pepper::new(Secret::new(require(PEPPER)?))
        .ok_or(SettingError::Wrong(PEPPER, "has fewer than 32 bytes"))?;
    let keys = Keys::new(signing, former.keys().iter().cloned());
    let mut deployment = Deployment::new(&origin, keys, pepper);
    if let Some(text) = optional(CONFIGURATION) {
        let configuration = Configuration::from_json(&text);
        let configuration =
            configuration.map_err(|error| SettingError::Unfit(CONFIGURATION, error))?;
        configuration.apply(&mut deployment);
    }
    Ok(Settings {
        deployment,
        tenant,
        admin_id: ClientId::new(optional(ADMIN_ID).unwrap_or_else(|| "admin".into())),
        admin_secret: Secret::new(require(ADMIN_SECRET)?),
    })
}

#[cfg(test)]
mod tests {
    use super::{
        ADMIN_SECRET, CONFIGURATION, FORMER_KEYS, ORIGIN, PEPPER, SIGNING_KEY, SettingError,
        Settings, TENANT, read,
    };
    use touchmark_core::record::System;

    const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#;

    /// Settings that are right, but for one variable.
    fn with(name: &str, value: Option<&str>) -> Result<Settings, SettingError> {
        read(|asked| {
            let right = match asked {
                ORIGIN => Some("https://tokens.example"),
                SIGNING_KEY => Some(KEY),
                PEPPER => Some("a pepper of at least 32 characters"),
                ADMIN_SECRET => Some("correct-horse-battery-staple-0123"),
                _ => None,
            };
            if asked == name { value } else { right }.map(str::to_owned)
        })
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let settings = with(TENANT, Some("")).expect("nothing is missing");
        assert_eq!(settings.tenant.as_str(), "default");
        assert_eq!(settings.admin_id.as_str(), "admin");
    }

    #[test]
    fn what_is_configured_is_changed() {
        let configuration = r#"{"systems":{"datatrails":{"max_clients":3}}}"#;
        let settings = with(CONFIGURATION, Some(configuration)).expect("nothing is wrong");
        let policy = &settings.deployment.systems[&System::Datatrails];
        assert_eq!(policy.max_clients, Some(3));
        let settings = with(CONFIGURATION, Some("")).expect("nothing is wrong");
        let policy = &settings.deployment.systems[&System::Datatrails];
        assert_eq!(policy.max_clients, Some(10_000));
    }

    #[test]
    fn the_documented_example_is_taken() {
        let page = include_str!("../../../docs/hosts.md");
        let (_, rest) = page.split_once("```json\n").expect("there is an example");
        let (example, _) = rest.split_once("```").expect("the example ends");
        let settings = with(CONFIGURATION, Some(example)).expect("nothing is wrong");
        assert_eq!(settings.deployment.limits.content_bytes, 1 << 20);
        let policy = &settings.deployment.systems[&System::Datatrails];
        assert_eq!(policy.max_clients, Some(100));
    }

    #[test]
    fn what_is_missing_is_named() {
        for name in [ORIGIN, SIGNING_KEY, PEPPER, ADMIN_SECRET] {
            for absent in [None, Some("")] {
                let refused = with(name, absent).err().expect("it has to be set");
                assert_eq!(
                    refused.to_string(),
                    format!("the variable {name} is missing")
                );
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        let wrong = [
            (ORIGIN, "tokens.example", "is not a URL of http or https"),
            (TENANT, "two words", "is not the name of a tenant"),
            (SIGNING_KEY, "{}", "is not a private JWK that signs"),
            (FORMER_KEYS, "[]", "is not a JWK set"),
            (PEPPER, "too short to be one", "has fewer than 32 bytes"),
            (
                CONFIGURATION,
                r#"{"limits":{"content":0}}"#,
                "is wrong: limits.content: expected a number of bytes such as `65536`, `64KiB` or `32MiB`",
            ),
        ];
        for (name, value, problem) in wrong {
            let refused = with(name, Some(value)).err().expect("it cannot be used");
            assert_eq!(
                refused.to_string(),
                format!("the variable {name} {problem}")
            );
        }
    }
}
