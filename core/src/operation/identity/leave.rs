//! What becomes of a user's tokens when the user leaves contracts: those for
//! them go in the same commit, so that they neither count any more nor come
//! back with the contract.

use super::{fence, tokens_for};
use crate::operation::change::{Change, load, visit};
use crate::operation::{Context, Fault};
use crate::record::{IdentityToken, User};
use crate::store::Store;
use alloc::string::String;
use alloc::vec::Vec;

/// Adds to a change of a user that its tokens go for the contracts that it
/// leaves, which are all where nothing remains of the user. The change fails
/// where a token is generated meanwhile.
pub(in crate::operation) async fn leave<'a, S: Store>(
    former: &User,
    next: Option<&User>,
    mut change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<Change<'a, S>, Fault> {
    let stays = |contract| next.is_some_and(|user| user.role_in(contract).is_some());
    let numbers = former.contracts.iter().map(|place| place.contract);
    let left: Vec<u32> = numbers.filter(|number| !stays(*number)).collect();
    if left.is_empty() {
        return Ok(change);
    }
    // Read before the tokens, which are as of the fence.
    let key = fence(&former.id);
    let generated = load::<S, String>(context, &key).await?;
    change = match (generated, next) {
        (Some(stored), None) => change.delete(key, &stored),
        (stored, _) => change.unchanged(key, stored.as_ref()),
    };
    for contract in left {
        let mut doomed = Vec::new();
        let under = || tokens_for(&former.id, contract);
        visit(context, under, |key, _: IdentityToken| {
            doomed.push(key.clone());
            Ok(())
        })
        .await?;
        for key in doomed {
            change = change.forget(key);
        }
    }
    Ok(change)
}
