//! How a deployment is set up from the host's variables and secrets. What is
//! missing or wrong is refused at the start, by the variable's name.

use core::fmt;

use touchmark_core::operation::{Deployment, Keys, Pepper};
use touchmark_core::record::{ClientId, Secret, Tenant};
use touchmark_core::token::{KeySet, SigningKey};
use wasm_bindgen::JsValue;

/// A deployment as its variables say.
pub(super) struct Settings {
    pub(super) deployment: Deployment,
    pub(super) tenant: Tenant,
    pub(super) admin_id: ClientId,
    pub(super) admin_secret: Secret,
}

/// What is wrong with a variable.
#[derive(Debug)]
pub(super) enum SettingError {
    /// It has to be set.
    Missing(&'static str),
    /// Its value cannot be used.
    Wrong(&'static str, &'static str),
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "the variable {name} is missing"),
            Self::Wrong(name, problem) => write!(f, "the variable {name} {problem}"),
        }
    }
}

const ORIGIN: &str = "TOUCHMARK_ORIGIN";
const TENANT: &str = "TOUCHMARK_TENANT";
const SIGNING_KEY: &str = "TOUCHMARK_SIGNING_KEY";
const FORMER_KEYS: &str = "TOUCHMARK_FORMER_KEYS";
const PEPPER: &str = "TOUCHMARK_PEPPER";
const ADMIN_ID: &str = "TOUCHMARK_ADMIN_ID";
const ADMIN_SECRET: &str = "TOUCHMARK_ADMIN_SECRET";

pub(super) fn read(variables: &JsValue) -> Result<Settings, SettingError> {
    let origin = require(variables, ORIGIN)?;
    if !["https://", "http://"]
        .iter()
        .any(|scheme| origin.starts_with(scheme))
    {
        return Err(SettingError::Wrong(ORIGIN, "is not a URL of http or https"));
    }
    let tenant = optional(variables, TENANT).unwrap_or_else(|| "default".into());
    let tenant = Tenant::new(&tenant)
        .map_err(|_| SettingError::Wrong(TENANT, "is not the name of a tenant"))?;
    let signing = SigningKey::read(require(variables, SIGNING_KEY)?.as_bytes())
        .map_err(|_| SettingError::Wrong(SIGNING_KEY, "is not a private JWK that signs"))?;
    let former = match optional(variables, FORMER_KEYS) {
        None => KeySet::default(),
        Some(set) => KeySet::read(set.as_bytes())
            .map_err(|_| SettingError::Wrong(FORMER_KEYS, "is not a JWK set"))?,
    };
    let pepper = Pepper::new(Secret::new(require(variables, PEPPER)?))
        .ok_or(SettingError::Wrong(PEPPER, "has fewer than 32 bytes"))?;
    let keys = Keys::new(signing, former.keys().iter().cloned());
    Ok(Settings {
        deployment: Deployment::new(&origin, keys, pepper),
        tenant,
        admin_id: ClientId::new(optional(variables, ADMIN_ID).unwrap_or_else(|| "admin".into())),
        admin_secret: Secret::new(require(variables, ADMIN_SECRET)?),
    })
}

fn optional(variables: &JsValue, name: &str) -> Option<String> {
    let value = js_sys::Reflect::get(variables, &name.into()).ok()?;
    value.as_string().filter(|text| !text.is_empty())
}

fn require(variables: &JsValue, name: &'static str) -> Result<String, SettingError> {
    optional(variables, name).ok_or(SettingError::Missing(name))
}
