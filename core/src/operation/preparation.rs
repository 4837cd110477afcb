//! What a host gives to a new tenant beyond its administrator, and whether all
//! of it is there: a mark, so that a start which broke off is known to the next
//! one. What is given is the host's business.

use super::change::{Attempts, Change, Committed, load};
use super::{Context, Fault};
use crate::store::{Key, Store};
use serde::{Deserialize, Serialize};

/// How far a tenant is prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preparation {
    /// It has been begun, and nobody has said that it is complete.
    Begun,
    /// All of it is there.
    Complete,
}

/// How far the context's tenant is prepared, if that was ever begun.
///
/// # Errors
/// What the store fails with.
pub async fn preparation<S: Store>(context: &Context<'_, S>) -> Result<Option<Preparation>, Fault> {
    let marked = load::<S, Preparation>(context, &mark()).await?;
    Ok(marked.map(|stored| stored.document))
}

/// Marks how far the context's tenant is prepared.
///
/// # Errors
/// What the store fails with.
pub async fn mark_preparation<S: Store>(
    state: Preparation,
    context: &Context<'_, S>,
) -> Result<(), Fault> {
    let mut attempts = Attempts::new();
    loop {
        let change = Change::new(context).set(mark(), &state)?;
        if change.commit().await? == Committed::Yes {
            return Ok(());
        }
        attempts.again()?;
    }
}

/// Where the tenant keeps how far it is prepared.
fn mark() -> Key {
    Key::of("bootstrap", ["preparation"])
}
