//! The types of asset that a container may hold. A deployment keeps no assets,
//! so the only container is the root of a space, and its types are those of
//! the system's policy, as 12Port Horizon lists them.

use super::{Context, Fault, Outcome, Resource, api_token, me};
use crate::store::Store;
use alloc::string::{String, ToString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Lists the types of asset that a container may hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListAssetKinds {
    /// The space.
    pub space: String,
    /// The container: the root of the space, by its identifier.
    pub parent: String,
}

/// A type of asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetKind {
    /// A UUID, the same for the same space and name.
    pub id: String,
    /// The name.
    pub name: String,
}

pub(super) fn list<S: Store>(
    request: &ListAssetKinds,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    api_token::admit_space(&request.space, context)?;
    let root = me::space_id(&context.tenant_uuid(), &request.space);
    let asked = Uuid::try_parse(&request.parent).ok();
    if asked.is_none_or(|asked| asked.hyphenated().to_string() != root) {
        return Err(Fault::Missing(Resource::Space));
    }
    let namespace = asked.unwrap_or_default();
    let policy = context.deployment.policy(context.system);
    let types = policy.asset_types.iter().map(|name| AssetKind {
        id: Uuid::new_v5(&namespace, name.as_bytes())
            .hyphenated()
            .to_string(),
        name: name.clone(),
    });
    Ok(Outcome::AssetKinds(types.collect()))
}
