//! What the deployment says about itself: authorization server metadata
//! ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)) and its key set
//! ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)).

use super::{Context, Outcome};
use crate::store::Store;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Authorization server metadata. Only what is enabled is advertised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The issuer, byte for byte the `iss` of its tokens.
    pub issuer: String,
    /// The token endpoint.
    pub token_endpoint: String,
    /// Where the key set is.
    pub jwks_uri: String,
    /// The introspection endpoint.
    pub introspection_endpoint: String,
    /// The grants.
    pub grant_types_supported: Vec<String>,
    /// No response types, as there is no authorization endpoint.
    pub response_types_supported: Vec<String>,
    /// How clients authenticate at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// How callers authenticate at the introspection endpoint.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
}

pub(super) fn metadata<S: Store>(context: &Context<'_, S>) -> Outcome {
    let origin = &context.deployment.origin;
    let methods = || vec!["client_secret_basic".into(), "client_secret_post".into()];
    Outcome::Metadata(Metadata {
        issuer: context.deployment.policy(context.system).issuer.clone(),
        token_endpoint: format!("{origin}/oauth/token"),
        jwks_uri: format!("{origin}/.well-known/jwks.json"),
        introspection_endpoint: format!("{origin}/oauth/introspect"),
        grant_types_supported: vec!["client_credentials".into()],
        response_types_supported: Vec::new(),
        token_endpoint_auth_methods_supported: methods(),
        introspection_endpoint_auth_methods_supported: methods(),
    })
}

pub(super) fn jwks<S: Store>(context: &Context<'_, S>) -> Outcome {
    Outcome::Jwks(context.deployment.keys.verifying.write_public().to_string())
}
