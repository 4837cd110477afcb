//! The laws of change: what is written is read, what is checked holds, and
//! nothing is half done.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use super::{Broken, Ground, expect, key, numbered};
use crate::store::{Batch, Entry, Key, Store, StoreError, Version};

pub(super) async fn read_your_writes<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    expect(
        ground.get(&key("a")).await?,
        None,
        "a key that nobody wrote",
    )?;
    let none = ground.store.get(&ground.tenant, &[]).await?;
    expect(none, vec![], "a read of no key")?;

    // A store that parsed the document, or trimmed, escaped or folded the text,
    // would not give these back.
    let values = [
        "{}",
        "",
        " {\"b\" : 1,\t\"a\":1.0 ,\r\n \"a\":1e400} ",
        "\"\\u0000 \\\" \\\\ %00 ' ; -- ? ?1 :a $b @c\"",
        "\"über 名 \u{1f511} e\u{301} \u{feff}\u{7f}\u{85}\u{2028}\u{10ffff}\"",
        "9007199254740993",
        "null",
    ];
    for value in values {
        ground.commit(&ground.batch().put(key("a"), value)).await?;
        let found = ground.get(&key("a")).await?.map(|entry| entry.value);
        expect(found.as_deref(), Some(value), "a value alone in its batch")?;
    }
    let put = |batch: Batch, (number, value): (usize, &str)| batch.put(numbered(number), value);
    let batch = values.into_iter().enumerate().fold(ground.batch(), put);
    ground.commit(&batch).await?;
    for (number, value) in values.into_iter().enumerate() {
        let found = ground
            .get(&numbered(number))
            .await?
            .map(|entry| entry.value);
        expect(found.as_deref(), Some(value), "a value among others")?;
    }

    let names = [
        "%", "_", "'", "\"", "\\", "\0", "a/b", "ä", "名", " ", "", "null", "1", "1.0",
    ];
    let all: Vec<(Key, String)> = names
        .iter()
        .map(|name| (key(name), format!("{name:?}")))
        .collect();
    let put = |batch: Batch, (key, value): &(Key, String)| batch.put(key.clone(), &**value);
    ground.commit(&all.iter().fold(ground.batch(), put)).await?;
    let mut asked: Vec<Key> = all.iter().rev().map(|(key, _)| key.clone()).collect();
    asked.extend([key("nobody"), key("1")]);
    let found = ground.store.get(&ground.tenant, &asked).await?;
    let found: Vec<_> = found
        .iter()
        .map(|found| found.as_ref().map(|e| &*e.value))
        .collect();
    let mut expected: Vec<_> = all.iter().rev().map(|(_, value)| Some(&**value)).collect();
    expected.extend([None, Some("\"1\"")]);
    expect(
        found,
        expected,
        "many keys, one of them unknown and one asked for twice",
    )?;

    ground
        .commit(&ground.batch().delete(key("1")).delete(key("nobody")))
        .await?;
    expect(ground.get(&key("1")).await?, None, "a deleted key")
}

pub(super) async fn versions<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let first = ground.batch().put(key("a"), "1").put(key("b"), "1");
    ground.commit(&first).await?;
    let entry = |batch: &Batch, value: &str| {
        Some(Entry {
            version: batch.stamp,
            value: value.to_string(),
        })
    };
    expect(
        ground.get(&key("a")).await?,
        entry(&first, "1"),
        "the first version",
    )?;
    expect(
        ground.get(&key("b")).await?,
        entry(&first, "1"),
        "the version of its sibling",
    )?;

    let second = ground.batch().put(key("a"), "1");
    ground.commit(&second).await?;
    expect(
        ground.get(&key("a")).await?,
        entry(&second, "1"),
        "the same value, written again",
    )?;
    expect(
        ground.get(&key("b")).await?,
        entry(&first, "1"),
        "an entry not written again",
    )?;

    ground.commit(&ground.batch().delete(key("a"))).await?;
    let third = ground.batch().put(key("a"), "1");
    ground.commit(&third).await?;
    expect(
        ground.get(&key("a")).await?,
        entry(&third, "1"),
        "an entry written anew",
    )?;
    let late = ground.batch().is(key("a"), first.stamp).put(key("a"), "2");
    expect(
        ground.commit(&late).await,
        Err(StoreError::Conflict),
        "a version from before",
    )?;

    for stamp in [Version::from_random(0), Version::MAX] {
        let batch = Batch::new(stamp).put(key("a"), "3").put(key("c"), "3");
        ground.commit(&batch).await?;
        expect(
            ground.get(&key("c")).await?,
            entry(&batch, "3"),
            "an outermost version",
        )?;
        ground
            .commit(&ground.batch().is(key("c"), stamp).delete(key("c")))
            .await?;
    }
    Ok(())
}

pub(super) async fn checks<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let first = ground.batch().absent(key("a")).put(key("a"), "1");
    expect(
        ground.commit(&first).await,
        Ok(()),
        "absence of an absent key",
    )?;
    let foreign = ground.batch().stamp;
    let (a, b) = (|| key("a"), || key("b"));

    let conflicts = [
        ("absence of a present key", ground.batch().absent(a())),
        ("a wrong version", ground.batch().is(a(), foreign)),
        (
            "a version of an absent key",
            ground.batch().is(b(), first.stamp),
        ),
        (
            "a wrong check after a right one",
            ground.batch().is(a(), first.stamp).absent(a()),
        ),
        (
            "a wrong check before a right one",
            ground.batch().is(b(), foreign).is(a(), first.stamp),
        ),
        (
            "a version that a sibling has",
            ground.batch().is(b(), first.stamp).absent(b()),
        ),
        (
            "two versions of one key",
            ground.batch().is(a(), first.stamp).is(a(), foreign),
        ),
    ];
    for (about, batch) in conflicts {
        expect(
            ground.commit(&batch).await,
            Err(StoreError::Conflict),
            about,
        )?;
        let batch = batch.put(a(), "2");
        expect(
            ground.commit(&batch).await,
            Err(StoreError::Conflict),
            about,
        )?;
        let found = ground.get(&a()).await?.map(|entry| entry.value);
        expect(found.as_deref(), Some("1"), about)?;
    }

    let held = [
        ("no check and no write", ground.batch()),
        ("a right version", ground.batch().is(a(), first.stamp)),
        (
            "the same check twice",
            ground.batch().is(a(), first.stamp).is(a(), first.stamp),
        ),
        (
            "checks of two keys",
            ground.batch().is(a(), first.stamp).absent(b()),
        ),
        (
            "absence of what the batch puts",
            ground.batch().absent(b()).put(b(), "1"),
        ),
        (
            "a version of what it deletes",
            ground.batch().is(a(), first.stamp).delete(a()),
        ),
        ("absence after that", ground.batch().absent(a())),
    ];
    for (about, batch) in held {
        expect(ground.commit(&batch).await, Ok(()), about)?;
    }
    Ok(())
}

pub(super) async fn atomicity<S: Store>(ground: &Ground<'_, S>) -> Result<(), Broken> {
    let first = ground.batch().put(key("old"), "1").put(key("kept"), "1");
    ground.commit(&first).await?;
    let writes = |batch: Batch| {
        batch
            .put(key("new"), "2")
            .put(key("old"), "2")
            .delete(key("kept"))
    };

    let refused = writes(ground.batch().absent(key("new")).absent(key("old")));
    expect(
        ground.commit(&refused).await,
        Err(StoreError::Conflict),
        "one check does not hold",
    )?;
    let kept = Some(Entry {
        version: first.stamp,
        value: "1".to_string(),
    });
    expect(
        ground.get(&key("new")).await?,
        None,
        "a put of a batch that is not applied",
    )?;
    expect(
        ground.get(&key("old")).await?,
        kept.clone(),
        "an overwrite of such a batch",
    )?;
    expect(
        ground.get(&key("kept")).await?,
        kept,
        "a deletion of such a batch",
    )?;

    let applied = writes(
        ground
            .batch()
            .absent(key("new"))
            .is(key("old"), first.stamp),
    );
    expect(ground.commit(&applied).await, Ok(()), "all checks hold")?;
    let put = Some(Entry {
        version: applied.stamp,
        value: "2".to_string(),
    });
    expect(
        ground.get(&key("new")).await?,
        put.clone(),
        "a put of a batch that is applied",
    )?;
    expect(
        ground.get(&key("old")).await?,
        put,
        "an overwrite of such a batch",
    )?;
    expect(
        ground.get(&key("kept")).await?,
        None,
        "a deletion of such a batch",
    )
}
