//! Settles samples: adds those of a day that came lately to the settled ones of
//! that day. No answer changes by it, so it needs no part in the commit of any
//! body, and takes as many commits as the size of days asks for.

use super::index::{self, Piece, Recent};
use crate::operation::change::{Attempts, Change, Committed, Stored, load, load_many};
use crate::operation::{Context, Fault};
use crate::store::{Key, Store};
use crate::telemetry::{Millis, Sample, merge};
use alloc::string::String;
use alloc::vec::Vec;

/// How many days of series are settled in one commit, which has room for all of
/// them at their largest.
const PIECES: usize = 20;

/// A day of a series.
pub(super) struct Place {
    pub(super) day: Millis,
    pub(super) series: String,
}

impl Place {
    fn settled_key(&self, contract: u32) -> Key {
        index::piece_key(contract, self.day, &self.series)
    }

    fn recent_key(&self, contract: u32) -> Key {
        index::recent_key(contract, self.day, &self.series)
    }

    /// How many samples the day has once these are among them.
    pub(super) async fn count_with<S: Store>(
        &self,
        contract: u32,
        recent: &[Sample],
        context: &Context<'_, S>,
    ) -> Result<usize, Fault> {
        let settled = load::<S, Piece>(context, &self.settled_key(contract)).await?;
        let mut all = match settled {
            Some(settled) => settled.document.decode()?,
            None => Vec::new(),
        };
        merge(&mut all, recent);
        Ok(all.len())
    }
}

/// Adds to a change that nothing else adds samples to the contract meanwhile:
/// what is read from now on is as of this change.
pub(super) async fn pass<'a, S: Store>(
    contract: u32,
    stamp: &String,
    change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<Change<'a, S>, Fault> {
    let fence = index::fence(contract);
    let former: Option<Stored<String>> = load(context, &fence).await?;
    match former {
        Some(former) => change.replace(fence, &former, stamp),
        None => change.create(fence, stamp),
    }
}

/// Settles days of series.
pub(super) async fn settle<S: Store>(
    contract: u32,
    places: &[Place],
    context: &Context<'_, S>,
) -> Result<(), Fault> {
    for some in places.chunks(PIECES) {
        let stamp = context.uuid();
        let mut attempts = Attempts::new();
        loop {
            let change = pass(contract, &stamp, Change::new(context), context).await?;
            let change = add(contract, some, change, context).await?;
            if change.commit().await? == Committed::Yes {
                break;
            }
            attempts.again()?;
        }
    }
    Ok(())
}

async fn add<'a, S: Store>(
    contract: u32,
    places: &[Place],
    mut change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<Change<'a, S>, Fault> {
    let recent: Vec<Key> = places
        .iter()
        .map(|place| place.recent_key(contract))
        .collect();
    let settled: Vec<Key> = places
        .iter()
        .map(|place| place.settled_key(contract))
        .collect();
    let of_recent: Vec<Option<Recent>> = load_many(context, &recent).await?;
    let of_settled: Vec<Option<Piece>> = load_many(context, &settled).await?;
    let keys = recent.into_iter().zip(settled);
    for ((recent_key, key), (recent, settled)) in keys.zip(of_recent.into_iter().zip(of_settled)) {
        let Some(recent) = recent else { continue };
        let mut all = match settled {
            Some(settled) => settled.decode()?,
            None => Vec::new(),
        };
        merge(&mut all, &recent.piece.decode()?);
        let metric = &recent.piece.metric;
        change = change.set(key, &Piece::encode(metric, &all))?;
        let nothing = Recent {
            settled: all.len(),
            piece: Piece::encode(metric, &[]),
        };
        change = change.set(recent_key, &nothing)?;
    }
    Ok(change)
}
