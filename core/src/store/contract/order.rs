//! The laws of scans: which keys they answer, in which order and pages, and
//! that the partition of another tenant is out of reach.

use alloc::{format, string::ToString, vec, vec::Vec};

use super::{Broken, Ground, descending, everything_under_k, expect, key, numbered};
use crate::store::{Batch, Key, MAX_PAGE, Range, Store};

/// Keys around the edges of prefixes, in ascending order.
fn edges() -> Vec<Key> {
    let mut keys = vec![
        Key::of("a", [""; 0]),
        Key::of("a", [""]),
        Key::of("a", ["", ""]),
        Key::of("a", [" "]),
        Key::of("a", ["%"]),
        Key::of("a", ["0"]),
        Key::of("a", ["0", "x"]),
        Key::of("a", ["0x"]),
        Key::of("a", ["B"]),
        Key::of("a", ["b"]),
        Key::of("a", ["b/c"]),
        Key::of("a", ["_"]),
        Key::of("a", ["z"]),
        Key::of("a", ["é"]),
        Key::of("a", ["\u{ffff}"]),
        Key::of("a", ["\u{1f511}"]),
        Key::of("a", ["\u{10fffe}"]),
        Key::of("a", ["\u{10ffff}"]),
        Key::of("a-", ["x"]),
        Key::of("a0", [""; 0]),
        Key::of("a0", ["x"]),
        Key::of("aa", ["x"]),
        Key::of("A", ["x"]),
        Key::of("b", [""; 0]),
        Key::of("é", ["x"]),
    ];
    keys.sort();
    keys
}

async fn fill<S: Store>(ground: &Ground<'_, S>, keys: &[Key]) -> Result<(), Broken> {
    // The order of arrival must not matter: every other key comes first.
    let put = |batch: Batch, key: &Key| batch.put(key.clone(), "{}");
    let batch = keys.iter().step_by(2).rev().fold(ground.batch(), put);
    ground.commit(&batch).await?;
    ground
        .commit(&keys.iter().skip(1).step_by(2).fold(ground.batch(), put))
        .await?;
    Ok(())
}

pub(super) async fn order<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let found = ground.scan(&Range::everything()).await?;
    expect(found, vec![], "a scan of nothing")?;
    let keys = edges();
    fill(ground, &keys).await?;

    let ranges = [
        (Range::everything(), ""),
        (Range::under("a", [""; 0]), "a/"),
        (Range::under("a", ["0"]), "a/0/"),
        (Range::under("a", [""]), "a//"),
        (Range::under("a", ["%"]), "a/%25/"),
        (Range::under("a0", [""; 0]), "a0/"),
        (Range::under("é", [""; 0]), "é/"),
        (Range::under("nobody", [""; 0]), "nobody/"),
    ];
    for (range, prefix) in ranges {
        let mut inside: Vec<Key> = keys
            .iter()
            .filter(|key| key.as_str().starts_with(prefix))
            .cloned()
            .collect();
        let found = ground.scan(&range).await?;
        expect(&found, &inside, format_args!("ascending under {prefix:?}"))?;
        inside.reverse();
        let found = ground.scan(&descending(range)).await?;
        expect(&found, &inside, format_args!("descending under {prefix:?}"))?;
    }
    let entries = ground
        .store
        .scan(&ground.tenant, &Range::under("a0", [""; 0]))
        .await?;
    let found: Vec<_> = entries.iter().map(|(_, entry)| entry.clone()).collect();
    let expected = ground.get(&Key::of("a0", ["x"])).await?;
    expect(
        found,
        Vec::from_iter(expected),
        "the entry of a scan, and the same by its key",
    )
}

pub(super) async fn paging<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let keys = edges();
    fill(ground, &keys).await?;
    let inside: Vec<Key> = keys
        .iter()
        .filter(|key| key.as_str().starts_with("a/"))
        .cloned()
        .collect();
    let range = || Range::under("a", [""; 0]);

    for limit in [1, 2, 3, inside.len() - 1, inside.len(), inside.len() + 1] {
        for (range, expected) in [
            (range(), inside.clone()),
            (descending(range()), inside.iter().rev().cloned().collect()),
        ] {
            let (mut collected, mut next) = (Vec::new(), range.clone().limit(limit));
            // One page more than needed, in case the store goes round in circles.
            for _ in 0..=inside.len() {
                let page = ground.scan(&next).await?;
                let Some(last) = page.last() else { break };
                next = next.after(last.clone());
                expect(
                    page.len() <= limit,
                    true,
                    format_args!("a page within {limit}"),
                )?;
                collected.extend(page);
            }
            expect(collected, expected, format_args!("pages of {limit}"))?;
        }
    }

    expect(
        ground.scan(&range().limit(0)).await?,
        vec![],
        "a page of nothing",
    )?;
    let absent = Key::of("a", ["c"]);
    let (before, beyond): (Vec<Key>, Vec<Key>) = inside.iter().cloned().partition(|k| *k < absent);
    let found = ground.scan(&range().after(absent.clone())).await?;
    expect(
        found,
        beyond,
        "a scan that goes on after a key which is not there",
    )?;
    let found = ground.scan(&descending(range()).after(absent)).await?;
    expect(
        found,
        before.into_iter().rev().collect(),
        "the same, descending",
    )?;
    let found = ground.scan(&range().after(Key::of("A", ["x"]))).await?;
    expect(
        found,
        inside.clone(),
        "a scan that goes on after a key before its range",
    )?;
    let found = ground.scan(&range().after(Key::of("b", [""; 0]))).await?;
    expect(
        found,
        vec![],
        "a scan that goes on after a key beyond its range",
    )?;
    let found = ground
        .scan(&descending(range()).after(Key::of("A", ["x"])))
        .await?;
    expect(found, vec![], "the same, descending")?;

    let put = |batch: Batch, number| batch.put(numbered(number), "{}");
    ground
        .commit(&(0..=MAX_PAGE).fold(ground.batch(), put))
        .await?;
    let found = ground.scan(&everything_under_k()).await?;
    expect(
        found,
        (0..MAX_PAGE).map(numbered).collect(),
        "the longest page",
    )?;
    let found = ground
        .scan(&everything_under_k().after(numbered(MAX_PAGE - 1)))
        .await?;
    expect(
        found,
        vec![numbered(MAX_PAGE)],
        "what comes after the longest page",
    )
}

pub(super) async fn count<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let count = async |range: Range| ground.store.count(&ground.tenant, &range).await;
    expect(
        count(Range::everything()).await?,
        0,
        "the number of entries of nothing",
    )?;
    let put = |batch: Batch, number| batch.put(numbered(number), "{}");
    ground.commit(&(0..1500).fold(ground.batch(), put)).await?;
    let before = ground
        .batch()
        .put(Key::of("j", ["x"]), "{}")
        .put(Key::of("k0", ["x"]), "{}");
    ground
        .commit(&before.put(Key::of("k", [""; 0]), "{}"))
        .await?;
    let under = everything_under_k;
    expect(count(under()).await?, 1500, "more entries than a page")?;
    expect(
        count(under().limit(7)).await?,
        1500,
        "a limit, which a count does not have",
    )?;
    expect(
        count(Range::everything()).await?,
        1503,
        "the number of all entries",
    )?;
    expect(
        count(under().after(numbered(1489))).await?,
        10,
        "entries after a key",
    )?;
    expect(
        count(descending(under()).after(numbered(10))).await?,
        10,
        "entries before a key",
    )?;
    expect(
        count(under().after(Key::of("l", [""; 0]))).await?,
        0,
        "entries beyond the range",
    )?;
    ground
        .commit(&(0..500).map(numbered).fold(ground.batch(), Batch::delete))
        .await?;
    expect(count(under()).await?, 1000, "the number after deletions")
}

pub(super) async fn isolation<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let (store, ours, theirs) = (ground.store, &ground.tenant, &ground.other);
    let first = ground.batch().put(key("a"), "ours").put(key("b"), "ours");
    store.commit(ours, &first).await?;
    let found = store.get(theirs, &[key("a"), key("b")]).await?;
    expect(found, vec![None, None], "a read of another tenant's keys")?;
    let found = store.scan(theirs, &Range::everything()).await?;
    expect(found, vec![], "a scan of an empty tenant")?;
    let found = store.count(theirs, &Range::everything()).await?;
    expect(found, 0, "a count of an empty tenant")?;

    let absent = ground.batch().absent(key("a")).put(key("a"), "theirs");
    expect(
        store.commit(theirs, &absent).await,
        Ok(()),
        "a key that only another tenant has",
    )?;
    let foreign = ground.batch().is(key("b"), first.stamp);
    let refused = store.commit(theirs, &foreign).await;
    expect(
        refused.is_err(),
        true,
        "a version that only another tenant has is refused",
    )?;
    store
        .commit(theirs, &ground.batch().delete(key("a")).delete(key("b")))
        .await?;

    for name in ["a", "b"] {
        let found = ground.get(&key(name)).await?.map(|entry| entry.value);
        expect(
            found,
            Some("ours".to_string()),
            format!("{name} after another tenant's writes"),
        )?;
    }
    Ok(())
}
