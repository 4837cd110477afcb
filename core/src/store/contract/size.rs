//! The laws of size: everything up to the limits works, whole; everything past
//! them is refused for its reason, and nothing happens.

use alloc::{string::String, vec::Vec};

use super::{Broken, Ground, everything_under_k, expect, key, numbered};
use crate::store::{
    Batch, Key, MAX_BATCH_BYTES, MAX_CHECKS, MAX_KEY_BYTES, MAX_KEYS, MAX_PAGE, MAX_VALUE_BYTES,
    MAX_WRITES, Range, Refusal, Store, StoreError,
};

pub(super) async fn big_batches<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    // Texts that grow when they are escaped, so that what a store packs
    // together is bigger than it looks.
    let value = r#"{"text":"\"quoted\" and \\slashed\\ over and over"}"#.repeat(20);
    let put = |batch: Batch, number| batch.put(numbered(number), value.as_str());
    let absent = |batch: Batch, number| batch.absent(numbered(number));
    let first = (0..MAX_WRITES).fold(ground.batch(), put);
    let first = (0..MAX_CHECKS).fold(first, absent);
    expect(
        ground.commit(&first).await,
        Ok(()),
        "as many writes and checks as there may be",
    )?;
    let count = async || {
        ground
            .store
            .count(&ground.tenant, &everything_under_k())
            .await
    };
    expect(
        count().await?,
        MAX_WRITES as u64,
        "the entries of a big batch",
    )?;
    let asked: Vec<Key> = (MAX_WRITES - MAX_KEYS..MAX_WRITES).map(numbered).collect();
    let found = ground.store.get(&ground.tenant, &asked).await?;
    let right = found
        .iter()
        .flatten()
        .filter(|entry| entry.value == value)
        .count();
    expect(right, MAX_KEYS, "the values of a big batch")?;

    // The last check fails: nothing of what came before it may stay.
    let is = |batch: Batch, number| batch.is(numbered(number), first.stamp);
    let late = (0..MAX_CHECKS - 1)
        .fold(ground.batch(), is)
        .absent(numbered(MAX_CHECKS - 1));
    let late = (0..MAX_WRITES).map(numbered).fold(late, Batch::delete);
    expect(
        ground.commit(&late).await,
        Err(StoreError::Conflict),
        "one wrong check of many",
    )?;
    expect(
        count().await?,
        MAX_WRITES as u64,
        "the entries after a big batch was refused",
    )?;

    let last = (0..MAX_CHECKS).fold(ground.batch(), is);
    let last = (0..MAX_WRITES - 1).map(numbered).fold(last, Batch::delete);
    expect(
        ground.commit(&last).await,
        Ok(()),
        "as many deletions as there may be",
    )?;
    expect(count().await?, 1, "the entries after they were deleted")?;

    let long = |number: usize| {
        Key::of(
            "k",
            [alloc::format!(
                "{number:0>width$}",
                width = MAX_KEY_BYTES - 2
            )],
        )
    };
    let keys: Vec<Key> = (0..MAX_KEYS).map(long).collect();
    let batch = keys
        .iter()
        .cloned()
        .fold(ground.batch(), |batch, key| batch.put(key, "{}"));
    let batch = keys.iter().cloned().fold(batch, Batch::absent);
    expect(
        ground.commit(&batch).await,
        Ok(()),
        "many of the longest keys",
    )?;
    let found = ground.store.get(&ground.tenant, &keys).await?;
    expect(
        found.iter().flatten().count(),
        MAX_KEYS,
        "a read of as many as there may be",
    )?;
    let batch = keys.into_iter().fold(ground.batch(), Batch::delete);
    expect(
        ground.commit(&batch).await,
        Ok(()),
        "deletion of the longest keys",
    )?;
    expect(count().await?, 1, "the entries at the end")
}

pub(super) async fn large_values<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let longest = |unit: &str| {
        let mut value = unit.repeat(MAX_VALUE_BYTES / unit.len());
        value.push_str(&" ".repeat(MAX_VALUE_BYTES - value.len()));
        value
    };
    // Quotation marks double when they are escaped.
    let values = [
        longest("x"),
        longest("\""),
        longest("\\"),
        longest("名"),
        longest("\u{1f511}\n"),
    ];
    let small = "\"".repeat(MAX_VALUE_BYTES / 16);
    let mut all: Vec<(Key, &String)> = (0..).map(numbered).zip(&values).collect();
    all.extend((100..110).map(|number| (numbered(number), &small)));
    let put = |batch: Batch, (key, value): &(Key, &String)| batch.put(key.clone(), *value);
    expect(
        ground.commit(&all.iter().fold(ground.batch(), put)).await,
        Ok(()),
        "large values",
    )?;
    for (key, value) in &all {
        let found = ground.get(key).await?.map(|entry| entry.value);
        expect(
            found.as_ref() == Some(value),
            true,
            format_args!("{key} is as it was put"),
        )?;
    }
    let page = ground
        .store
        .scan(&ground.tenant, &Range::everything())
        .await?;
    let same = page
        .iter()
        .map(|(_, entry)| &entry.value)
        .eq(all.iter().map(|(_, value)| *value));
    expect(same, true, "a page of large values is as they were put")
}

pub(super) async fn limits<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let numbers = |count| (0..count).map(numbered);
    let huge = "x".repeat(MAX_VALUE_BYTES);
    let long = || Key::of("k", ["x".repeat(MAX_KEY_BYTES)]);
    let heavy = (0..=MAX_BATCH_BYTES / MAX_VALUE_BYTES).map(numbered);
    let batches = [
        (
            Refusal::TooManyChecks,
            numbers(MAX_CHECKS + 1).fold(ground.batch(), Batch::absent),
        ),
        (
            Refusal::TooManyWrites,
            numbers(MAX_WRITES + 1).fold(ground.batch(), Batch::delete),
        ),
        (
            Refusal::BatchTooLong,
            heavy.fold(ground.batch(), |batch, key| batch.put(key, &*huge)),
        ),
        (
            Refusal::RepeatedKey,
            ground.batch().put(key("a"), "1").put(key("a"), "2"),
        ),
        (
            Refusal::RepeatedKey,
            ground.batch().put(key("a"), "1").delete(key("a")),
        ),
        (Refusal::KeyTooLong, ground.batch().put(long(), "1")),
        (Refusal::KeyTooLong, ground.batch().delete(long())),
        (Refusal::KeyTooLong, ground.batch().absent(long())),
        (
            Refusal::ValueTooLong,
            ground.batch().put(key("a"), alloc::format!("{huge}x")),
        ),
        (
            Refusal::ControlCharacter,
            ground.batch().put(key("a"), "\"\0\""),
        ),
    ];
    for (refusal, batch) in batches {
        // The writes that would be right by themselves must not happen either.
        let batch = batch.put(key("bystander"), "1");
        expect(
            ground.commit(&batch).await,
            Err(refusal.into()),
            "a batch past a limit",
        )?;
    }
    let found = ground.scan(&Range::everything()).await?;
    expect(found, Vec::new(), "what batches past a limit left")?;

    let many: Vec<Key> = numbers(MAX_KEYS + 1).collect();
    let answer = ground.store.get(&ground.tenant, &many).await;
    expect(
        answer,
        Err(Refusal::TooManyKeys.into()),
        "a read of too many keys",
    )?;
    let answer = ground.store.get(&ground.tenant, &[long()]).await;
    expect(
        answer,
        Err(Refusal::KeyTooLong.into()),
        "a read of too long a key",
    )?;
    let answer = ground
        .store
        .scan(&ground.tenant, &Range::everything().limit(MAX_PAGE + 1))
        .await;
    expect(
        answer,
        Err(Refusal::PageTooLong.into()),
        "a scan of too long a page",
    )
}
