//! What has expired makes room: in commits of its own, a part with every body,
//! so that nothing is refused for ever for what nobody sees any more.

use super::setup::World;
use super::telemetry::{CONTRACT, DAY, at, ingest, query};
use crate::operation::{Fault, Resource};
use crate::record::System;
use crate::store::contract::{Mishap, Moment};
use crate::store::{Range, Store};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use core::ops::Range as Span;
use pollster::block_on;

/// A sample of each of these series of a metric.
fn body(metric: &str, series: Span<usize>) -> String {
    series.fold(String::new(), |mut text, number| {
        writeln!(text, "{metric}{{n=\"{number}\"}} 1").expect("a text grows");
        text
    })
}

/// How many documents of a kind there are.
fn count(world: &World, kind: &str) -> u64 {
    let range = Range::under(kind, [""; 0]);
    block_on(world.store.inner().count(&world.tenant, &range)).expect("memory answers")
}

/// What is kept of samples.
fn kept(world: &World) -> Vec<String> {
    let mut entries = world.dump();
    entries.retain(|entry| {
        ["series/", "samples/", "metric/"]
            .iter()
            .any(|kind| entry.starts_with(kind))
    });
    entries
}

#[test]
fn a_contract_full_of_what_expired_takes_as_many_new_series() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_series = 2000;
    for series in [0..1000, 1000..2000] {
        assert_eq!(ingest(&world, CONTRACT, &body("m", series)), Ok(1000));
    }
    let full = Err(Fault::Quota(Resource::Series));
    assert_eq!(ingest(&world, CONTRACT, "other 1\n"), full);
    world.now = world.now.plus_seconds(16 * DAY);
    for series in [0..1000, 1000..2000] {
        assert_eq!(ingest(&world, CONTRACT, &body("new", series)), Ok(1000));
    }
    assert_eq!(
        (count(&world, "series"), count(&world, "samples")),
        (2000, 2000)
    );
    assert_eq!(ingest(&world, CONTRACT, "other 1\n"), full);
}

#[test]
fn a_body_that_waits_for_room_gets_it() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_series = 8;
    world.deployment.telemetry.max_cleared = 1;
    assert_eq!(ingest(&world, CONTRACT, &body("m", 0..8)), Ok(8));
    world.now = world.now.plus_seconds(16 * DAY);
    // Each body clears two series away, also where it is refused itself.
    for left in [6, 4, 2] {
        let refused = ingest(&world, CONTRACT, &body("new", 0..8));
        assert_eq!(refused, Err(Fault::Unavailable));
        assert_eq!(
            (count(&world, "series"), count(&world, "samples")),
            (left, left)
        );
    }
    assert_eq!(ingest(&world, CONTRACT, &body("new", 0..8)), Ok(8));
    let full = Err(Fault::Quota(Resource::Series));
    assert_eq!(ingest(&world, CONTRACT, &body("more", 0..1)), full);
}

#[test]
fn a_series_that_expired_begins_anew() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_series = 1;
    for value in ["1", "2"] {
        let text = format!("m {value} {}\n", at(&world, 0));
        assert_eq!(ingest(&world, CONTRACT, &text), Ok(1));
        assert_eq!(query(&world, "m[20d]")[0]["values"][0][1], *value);
        assert_eq!((count(&world, "series"), count(&world, "samples")), (1, 1));
        world.now = world.now.plus_seconds(16 * DAY);
    }
}

/// A contract of which three series have expired, and of a fourth one day; and
/// a body that adds to the latter.
fn expiring() -> (World, String) {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_cleared = 2;
    let text = format!("{}lives 1\n", body("m", 0..3));
    assert_eq!(ingest(&world, CONTRACT, &text), Ok(4));
    world.now = world.now.plus_seconds(10 * DAY);
    let text = format!("lives 2 {}\n", at(&world, 0));
    assert_eq!(ingest(&world, CONTRACT, &text), Ok(1));
    world.now = world.now.plus_seconds(6 * DAY);
    let text = format!("lives 4 {}\nnew 1 {}\n", at(&world, 0), at(&world, 0));
    (world, text)
}

/// The sum of all that lives.
fn sum(world: &World) -> serde_json::Value {
    query(world, "sum_over_time(lives[20d])")[0]["value"][1].clone()
}

#[test]
fn a_crash_while_clearing_loses_and_doubles_nothing() {
    let (smooth, text) = expiring();
    let before = smooth.store.operations();
    assert_eq!(ingest(&smooth, CONTRACT, &text), Ok(2));
    let operations = smooth.store.operations() - before;
    assert_eq!(kept(&smooth).len(), 2 + 3);
    assert_eq!(sum(&smooth), "6");
    for step in 0..operations {
        for moment in [Moment::Before(step), Moment::After(step)] {
            let (world, text) = expiring();
            world.store.crash(moment);
            let answer = ingest(&world, CONTRACT, &text);
            world.store.restart();
            assert_eq!(answer, Err(Fault::Unavailable), "{moment:?}");
            let seen = sum(&world);
            let whole = moment == Moment::After(operations - 1);
            assert_eq!(seen, if whole { "6" } else { "2" }, "{moment:?}");
            assert_eq!(ingest(&world, CONTRACT, &text), Ok(2), "{moment:?}");
            assert_eq!(kept(&world), kept(&smooth), "{moment:?}");
        }
    }
}

#[test]
fn a_clearing_that_fails_is_done_again() {
    let (smooth, text) = expiring();
    let before = smooth.store.commits();
    assert_eq!(ingest(&smooth, CONTRACT, &text), Ok(2));
    let commits = smooth.store.commits() - before;
    assert_eq!(commits, 3);
    for commit in 0..commits {
        for mishap in [
            Mishap::Conflict,
            Mishap::AmbiguousApplied,
            Mishap::AmbiguousLost,
        ] {
            let (world, text) = expiring();
            world.store.fail_commits(commit..commit + 1, mishap);
            assert_eq!(
                ingest(&world, CONTRACT, &text),
                Ok(2),
                "{commit} {mishap:?}"
            );
            assert_eq!(kept(&world), kept(&smooth), "{commit} {mishap:?}");
        }
    }
}

/// What a body says about metrics.
fn described(names: &[&str]) -> String {
    names.iter().fold(String::new(), |mut text, name| {
        writeln!(text, "# TYPE {name} gauge").expect("a text grows");
        text
    })
}

#[test]
fn what_nobody_describes_or_measures_any_more_makes_room() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_series = 3;
    let text = described(&["unused", "histogram", "measured"]);
    assert_eq!(ingest(&world, CONTRACT, &text), Ok(0));
    world.now = world.now.plus_seconds(14 * DAY);
    let full = Err(Fault::Quota(Resource::Metric));
    assert_eq!(ingest(&world, CONTRACT, &described(&["new"])), full);
    // One is measured already, the other by the body that needs room.
    assert_eq!(ingest(&world, CONTRACT, "histogram_count 1\n"), Ok(1));
    world.now = world.now.plus_seconds(DAY);
    let text = format!("{}measured 1\n", described(&["new"]));
    assert_eq!(ingest(&world, CONTRACT, &text), Ok(1));
    let metrics = || {
        let mut entries = kept(&world);
        entries.retain(|entry| entry.starts_with("metric/"));
        entries
    };
    let names = ["histogram", "measured", "new"];
    for (entry, name) in metrics().iter().zip(names) {
        assert!(entry.contains(name), "{entry}");
    }
    assert_eq!(metrics().len(), 3);
    assert_eq!(ingest(&world, CONTRACT, &described(&["more"])), full);
}

#[test]
fn what_is_described_again_lasts() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_series = 1;
    assert_eq!(ingest(&world, CONTRACT, &described(&["m"])), Ok(0));
    world.now = world.now.plus_seconds(10 * DAY);
    assert_eq!(ingest(&world, CONTRACT, &described(&["m"])), Ok(0));
    world.now = world.now.plus_seconds(10 * DAY);
    let full = Err(Fault::Quota(Resource::Metric));
    assert_eq!(ingest(&world, CONTRACT, &described(&["new"])), full);
    world.now = world.now.plus_seconds(5 * DAY);
    assert_eq!(ingest(&world, CONTRACT, &described(&["new"])), Ok(0));
}

#[test]
fn a_description_makes_room_whatever_happens_to_its_commits() {
    for commit in 0..2 {
        for mishap in [
            Mishap::Conflict,
            Mishap::AmbiguousApplied,
            Mishap::AmbiguousLost,
        ] {
            let mut world = World::new(System::Ionos);
            world.deployment.telemetry.max_series = 1;
            assert_eq!(ingest(&world, CONTRACT, &described(&["m"])), Ok(0));
            world.now = world.now.plus_seconds(16 * DAY);
            world.store.fail_commits(commit..commit + 1, mishap);
            let taken = ingest(&world, CONTRACT, &described(&["new"]));
            assert_eq!(
                (taken, count(&world, "metric")),
                (Ok(0), 1),
                "{commit} {mishap:?}"
            );
        }
    }
}
