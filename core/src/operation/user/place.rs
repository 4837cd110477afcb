//! The places of users in contracts: which ones there may be, and an index of
//! them that changes in the same commit as the users.

use crate::operation::change::{Change, load_all};
use crate::operation::{Context, Fault};
use crate::record::{Membership, System, User, UserId};
use crate::store::{Key, MAX_KEYS, Range, Store};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

/// The most contracts of one user.
const MAX_CONTRACTS: usize = 100;

fn index_key(system: System, contract: u32, id: &UserId) -> Key {
    let contract = contract.to_string();
    Key::of("contract-user", [system.as_str(), &contract, id.as_str()])
}

/// Refuses places that no user may have: a contract's number is a positive
/// integer of 32 bits with a sign, and no user belongs to one twice.
pub(super) fn admit(places: &[Membership]) -> Result<(), Fault> {
    if places.len() > MAX_CONTRACTS {
        let problem = format!("has more than {MAX_CONTRACTS} items");
        return Err(Fault::field("contracts", problem));
    }
    for (index, place) in places.iter().enumerate() {
        let refuse = |problem| Err(Fault::field(format!("contracts[{index}]"), problem));
        if i32::try_from(place.contract).is_err() || place.contract == 0 {
            return refuse("is not the number of a contract");
        }
        let before = &places[..index];
        if before.iter().any(|other| other.contract == place.contract) {
            return refuse("is a contract that stands twice");
        }
    }
    Ok(())
}

/// Ends memberships of groups whose contract the user has left, so that they
/// do not come back with the contract.
pub(super) fn prune(user: &mut User) {
    let contracts = &user.contracts;
    user.groups.retain(|contract, groups| {
        let stays = contracts.iter().any(|place| place.contract == *contract);
        stays && !groups.is_empty()
    });
}

/// Adds to a change what it means for the index.
pub(super) fn reindex<'a, S: Store>(
    mut change: Change<'a, S>,
    former: Option<&User>,
    next: Option<&User>,
) -> Result<Change<'a, S>, Fault> {
    let places = |user: Option<&User>| -> Vec<(System, u32, UserId)> {
        let places = user.into_iter().flat_map(|user| {
            let contracts = user.contracts.iter();
            contracts.map(|place| (user.system, place.contract, user.id.clone()))
        });
        places.collect()
    };
    let (former, next) = (places(former), places(next));
    for (system, contract, id) in former.iter().filter(|place| !next.contains(place)) {
        change = change.forget(index_key(*system, *contract, id));
    }
    for (system, contract, id) in next.iter().filter(|place| !former.contains(place)) {
        change = change.set(index_key(*system, *contract, id), id)?;
    }
    Ok(change)
}

/// The members of a contract that are meant, in the order of their making:
/// so many after leaving out so many.
pub(in crate::operation) async fn of_contract<S: Store>(
    contract: u32,
    window: (usize, usize),
    context: &Context<'_, S>,
    is_meant: impl Fn(&User) -> bool,
) -> Result<Vec<User>, Fault> {
    let (mut skip, limit) = window;
    let number = contract.to_string();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let under = Range::under("contract-user", [context.system.as_str(), &number]);
        let range = after.map_or_else(|| under.clone(), |last| under.clone().after(last));
        let entries = context
            .store
            .scan(context.tenant, &range.limit(MAX_KEYS))
            .await?;
        let keys: Vec<Key> = entries
            .iter()
            .map(|(key, _)| super::key(context.system, &UserId::new(key.last())))
            .collect();
        let users = load_all::<S, User>(context, &keys).await?;
        for user in users.into_iter().flatten().map(|stored| stored.document) {
            if user.role_in(contract).is_none() || !is_meant(&user) {
                continue;
            }
            if skip > 0 {
                skip -= 1;
            } else if found.len() < limit {
                found.push(user);
            }
        }
        after = entries.last().map(|(key, _)| key.clone());
        if entries.len() < MAX_KEYS || found.len() == limit {
            return Ok(found);
        }
    }
}
