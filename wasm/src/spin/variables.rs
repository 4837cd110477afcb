//! The component's variables, under the names that settings have everywhere,
//! in the lower case that Spin asks for.
//!
//! <https://spinframework.dev/variables>

use std::collections::BTreeMap;

use spin_sdk::variables::{Error, get};

use crate::server::settings::{NAMES, SettingError};

/// The header that the host sets to the caller's address.
pub(super) const PEER_HEADER: &str = "TOUCHMARK_PEER_HEADER";

/// Reads every variable that is set.
pub(super) async fn read() -> Result<BTreeMap<&'static str, String>, SettingError> {
    let mut variables = BTreeMap::new();
    for name in NAMES.into_iter().chain([PEER_HEADER]) {
        match get(name.to_ascii_lowercase()).await {
            Ok(value) => {
                variables.insert(name, value);
            }
            Err(Error::Undefined(_)) => {}
            Err(Error::InvalidName(reason) | Error::Provider(reason) | Error::Other(reason)) => {
                return Err(SettingError::Unread(name, reason));
            }
        }
    }
    Ok(variables)
}
