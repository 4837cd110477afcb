//! Assets, of which a deployment keeps none: whoever may see no asset gets an
//! empty list instead of a refusal, which is how DataTrails denies by default.

use super::access_policy;
use super::{Context, Fault, Outcome, Page, Total, page};
use crate::store::Store;
use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;
use serde::Deserialize;

/// An asset. There is none.
pub type Asset = Infallible;

/// Lists the assets that the caller may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListAssets {
    /// Only those that this access policy applies to; empty means all.
    pub access_policy: String,
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
    /// Whether to count the items on all pages.
    pub total: Total,
}

pub(super) async fn list<S: Store>(
    request: &ListAssets,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    page::size(
        request.page_size,
        context.deployment.policy(context.system).page_size,
    )?;
    if !request.page_token.is_empty() {
        // The only page was the last one and gave no token.
        return Err(page::refused());
    }
    if !request.access_policy.is_empty() {
        access_policy::find(context, &request.access_policy).await?;
    }
    Ok(Outcome::Assets(Page {
        items: Vec::new(),
        next: None,
        total: (request.total == Total::Counted).then_some(0),
    }))
}
