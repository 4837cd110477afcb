//! Clears away what has expired: days of series that are wholly past, and the
//! series of which nothing remains. No answer changes by it, so it needs no
//! part in the commit of any body: it takes commits of its own, before the
//! quota is decided, and what it has cleared stays so if the body is refused.

use super::index::{self, DAY, Piece, Series};
use super::settle::pass;
use crate::operation::change::{Attempts, Change, Committed, load_many, read};
use crate::operation::{Context, Fault};
use crate::store::{Key, Store};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// The most commits that one body causes here. Together they clear as much away
/// as any body adds, so that what has expired does not grow without end.
const COMMITS: usize = 2;
/// A day may be large, so few are held as text at once.
const PAGE: usize = 100;

/// What is left of what has expired.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    Something,
}

/// Clears away what has expired, the oldest first, as much as one body may
/// cause.
pub(super) async fn expire<S: Store>(
    contract: u32,
    context: &Context<'_, S>,
) -> Result<Left, Fault> {
    let most = context.deployment.telemetry.max_cleared;
    let mut commits = 0;
    // Mostly nothing has expired, and to find that out is all that it costs.
    while !expired(contract, 1, context).await?.is_empty() {
        if commits == COMMITS {
            return Ok(Left::Something);
        }
        clear(contract, most, context).await?;
        commits += 1;
    }
    Ok(Left::Nothing)
}

/// Clears so many days of series away in one commit.
async fn clear<S: Store>(
    contract: u32,
    most: usize,
    context: &Context<'_, S>,
) -> Result<(), Fault> {
    let oldest = context.deployment.telemetry.oldest(context.now.millis());
    let stamp = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        // Nobody adds to a series between here and the commit that ends it.
        let mut change = pass(contract, &stamp, Change::new(context), context).await?;
        let mut touched = BTreeSet::new();
        for (piece, series) in expired(contract, most, context).await? {
            touched.insert(series);
            change = change.forget(piece);
        }
        let touched: Vec<Key> = touched.into_iter().collect();
        let series: Vec<Option<Series>> = load_many(context, &touched).await?;
        for (key, series) in touched.into_iter().zip(series) {
            if series.is_some_and(|series| series.last < oldest) {
                change = change.forget(key);
            }
        }
        if change.commit().await? == Committed::Yes {
            return Ok(());
        }
        attempts.again()?;
    }
}

/// The oldest days of series that have wholly expired, at most so many, and
/// whose they are.
async fn expired<S: Store>(
    contract: u32,
    most: usize,
    context: &Context<'_, S>,
) -> Result<Vec<(Key, Key)>, Fault> {
    let oldest = context.deployment.telemetry.oldest(context.now.millis());
    let mut found: Vec<(Key, Key)> = Vec::new();
    while found.len() < most {
        let limit = PAGE.min(most - found.len());
        let mut range = index::all_pieces(contract).limit(limit);
        if let Some((last, _)) = found.last() {
            range = range.after(last.clone());
        }
        let entries = context.store.scan(context.tenant, &range).await?;
        let is_last = entries.len() < limit;
        for (key, entry) in entries {
            let day = index::day_of(&key).ok_or(Fault::Internal)?;
            if day >= oldest.div_euclid(DAY) {
                return Ok(found);
            }
            let piece: Piece = read(&entry.value)?;
            let id = index::series_in(&key).ok_or(Fault::Internal)?;
            let series = index::series_key(contract, &piece.metric, &id);
            found.push((key, series));
        }
        if is_last {
            break;
        }
    }
    Ok(found)
}
