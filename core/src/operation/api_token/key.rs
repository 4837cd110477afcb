//! The tenant's signature key. It is derived from the deployment's pepper and
//! a generation that the store keeps, so the store holds nothing that signs.
//! Rotating it makes every token of the tenant worthless.

use crate::operation::change::{Attempts, Change, Committed, Stored, load};
use crate::operation::{Context, Fault, Name, Outcome};
use crate::store::{Key, Store};
use crate::token::{Algorithm, Kid, SigningKey};
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Which of the tenant's keys is in use.
#[derive(Clone, Serialize, Deserialize)]
struct Generation {
    /// A UUID that goes into the key.
    id: String,
}

fn generation_key() -> Key {
    Key::of("signature-key", [""; 0])
}

/// The key in use. A tenant that never rotated has a key all the same.
pub(super) async fn current<S: Store>(context: &Context<'_, S>) -> Result<SigningKey, Fault> {
    let stored: Option<Stored<Generation>> = load(context, &generation_key()).await?;
    let generation = stored.map_or_else(String::new, |stored| stored.document.id);
    let purpose = alloc::format!("signature key {}", context.tenant);
    let secret = context.deployment.pepper.hash(&purpose, &generation);
    let kid = Kid::new("tenant").map_err(|_| Fault::Internal)?;
    SigningKey::from_secret(Algorithm::Hs256, secret.to_vec(), kid).map_err(|_| Fault::Internal)
}

pub(in crate::operation) async fn rotate<S: Store>(
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let generation = Generation { id: context.uuid() };
    let mut attempts = Attempts::new();
    loop {
        let change = Change::new(context)
            .set(generation_key(), &generation)?
            .audit(&generation.id, Name::RotateSignatureKey, "")?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Done);
        }
        attempts.again()?;
    }
}
