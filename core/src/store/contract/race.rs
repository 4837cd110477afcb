//! The law of races: committers that interleave in any way leave what they
//! would have left one after the other.

use alloc::{string::ToString, vec::Vec};

use futures_util::future::join_all;

use super::{Broken, Ground, expect, key};
use crate::store::{Store, StoreError};

const COMMITTERS: usize = 16;

pub(super) async fn race<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    // All create the same key.
    let batches: Vec<_> = (0..COMMITTERS)
        .map(|n| ground.batch().absent(key("a")).put(key("a"), n.to_string()))
        .collect();
    let answers = join_all(batches.iter().map(|batch| ground.commit(batch))).await;
    let winner = only_winner(&answers)?;
    let found = ground.get(&key("a")).await?;
    let version = batches[winner].stamp;
    expect(
        found.map(|entry| entry.version),
        Some(version),
        "the version of the one that won",
    )?;

    // All change it at the same version, and each writes a key of its own.
    let batches: Vec<_> = (0..COMMITTERS)
        .map(|n| {
            (
                ground.batch().is(key("a"), version).put(key("a"), "new"),
                n.to_string(),
            )
        })
        .map(|(batch, name)| batch.put(key(&name), "mine"))
        .collect();
    let answers = join_all(batches.iter().map(|batch| ground.commit(batch))).await;
    let winner = only_winner(&answers)?;
    for n in 0..COMMITTERS {
        let found = ground.get(&key(&n.to_string())).await?.is_some();
        expect(
            found,
            n == winner,
            format_args!("committer {n} left its own key"),
        )?;
    }

    // All count up, and try again as often as it takes: none is lost.
    ground
        .commit(&ground.batch().put(key("counter"), "0"))
        .await?;
    let answers = join_all((0..COMMITTERS).map(|_| count_up(ground))).await;
    answers.into_iter().collect::<Result<Vec<()>, Broken>>()?;
    let found = ground.get(&key("counter")).await?.map(|entry| entry.value);
    expect(
        found,
        Some(COMMITTERS.to_string()),
        "what concurrent counters add up to",
    )
}

async fn count_up<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    // In each round at least one of them succeeds.
    for _ in 0..COMMITTERS {
        let Some(entry) = ground.get(&key("counter")).await? else {
            break;
        };
        let Ok(number) = entry.value.parse::<usize>() else {
            break;
        };
        let next = ground.batch().is(key("counter"), entry.version);
        match ground
            .commit(&next.put(key("counter"), (number + 1).to_string()))
            .await
        {
            Err(StoreError::Conflict) => {}
            answer => return Ok(answer?),
        }
    }
    Err(Broken("a counter met nothing but conflicts".to_string()))
}

fn only_winner(answers: &[Result<(), StoreError>]) -> Result<usize, Broken> {
    let mut winners = Vec::new();
    for (n, answer) in answers.iter().enumerate() {
        match answer {
            Ok(()) => winners.push(n),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.clone().into()),
        }
    }
    match winners.as_slice() {
        [winner] => Ok(*winner),
        _ => Err(Broken(alloc::format!(
            "{} of {} committers won",
            winners.len(),
            answers.len()
        ))),
    }
}
