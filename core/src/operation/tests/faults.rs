//! A store that fails: what the caller is told, and that nothing is half done.

use super::setup::{World, administrator, caller_of, client};
use crate::operation::{Fault, Outcome, RequestFault};
use crate::record::System;
use crate::store::contract::{Mishap, Moment};
use alloc::vec::Vec;
use serde_json::{Value, json};

/// One change of every family, with what has to be there before it.
fn changes() -> Vec<(&'static str, Value)> {
    let permissions = json!([{ "behaviours": ["RecordEvidence"] }]);
    alloc::vec![
        ("client.register", json!({ "display_name": "meter" })),
        (
            "record.upsert",
            json!({ "records": [
            { "id": "a", "type": "t" }, { "id": "b", "type": "t" }] })
        ),
        (
            "access_policy.create",
            json!({
            "display_name": "p", "filters": [{ "or": ["a=b"] }],
            "access_permissions": permissions })
        ),
        ("subject.create", json!({ "display_name": "partner" })),
        ("user.create", json!({ "login": "ops" })),
        (
            "telemetry.ingest",
            json!({ "contract": 1, "text": "# TYPE m gauge\nm 1\n" })
        ),
    ]
}

/// What is in the store apart from the fences of quotas, whose content means
/// nothing.
fn documents(world: &World) -> Vec<alloc::string::String> {
    let mut entries = world.dump();
    entries.retain(|entry| !entry.starts_with("fence/"));
    entries
}

#[test]
fn an_unavailable_store_changes_nothing() {
    for (name, fields) in changes() {
        let world = World::new(System::Datatrails);
        world.store.fail_commits(0..1, Mishap::Unavailable);
        assert_eq!(
            world.run(administrator(), name, fields.clone()),
            Err(Fault::Unavailable),
            "{name}"
        );
        assert!(world.dump().is_empty(), "{name}");
        world.store.fail_reads(0..1);
        assert_eq!(
            world.run(administrator(), name, fields),
            Err(Fault::Unavailable),
            "{name}"
        );
        assert!(world.dump().is_empty(), "{name}");
    }
}

#[test]
fn a_change_is_applied_once_whatever_happens_to_its_commits() {
    for mishap in [
        Mishap::Conflict,
        Mishap::AmbiguousApplied,
        Mishap::AmbiguousLost,
    ] {
        for (name, fields) in changes() {
            let smooth = World::new(System::Datatrails);
            smooth.run(administrator(), name, fields.clone()).unwrap();
            let rough = World::new(System::Datatrails);
            rough.store.fail_commits(0..3, mishap);
            rough.run(administrator(), name, fields).unwrap();
            assert_eq!(
                documents(&rough).len(),
                documents(&smooth).len(),
                "{name} after {mishap:?}"
            );
        }
    }
}

#[test]
fn a_deletion_whose_answer_was_lost_is_done() {
    let world = World::new(System::Datatrails);
    let (id, _) = world.register(json!({ "display_name": "meter" }));
    world.store.fail_commits(0..1, Mishap::AmbiguousApplied);
    let deleted = world.run(administrator(), "client.delete", json!({ "client_id": id }));
    assert_eq!(deleted, Ok(Outcome::Deleted));
}

#[test]
fn a_crash_leaves_a_request_whole_or_absent() {
    for (name, fields) in changes() {
        for step in 0..6 {
            for moment in [Moment::Before(step), Moment::After(step)] {
                let world = World::new(System::Datatrails);
                world.store.crash(moment);
                let answer = world.run(administrator(), name, fields.clone());
                world.store.restart();
                let smooth = World::new(System::Datatrails);
                smooth.run(administrator(), name, fields.clone()).unwrap();
                let left = documents(&world).len();
                let whole = documents(&smooth).len();
                assert!(
                    left == 0 || left == whole,
                    "{name} {moment:?}: {left} of {whole}"
                );
                assert!(
                    answer.is_err() || left == whole,
                    "{name} {moment:?} was acknowledged"
                );
            }
        }
    }
}

#[test]
fn endless_conflicts_end_in_a_refusal() {
    let world = World::new(System::Klarity);
    world.store.fail_commits(0..1_000_000, Mishap::Conflict);
    let caller = caller_of(client("acme", &[]));
    let request = json!({ "records": [{ "id": "a", "type": "t" }] });
    assert_eq!(
        world.run(caller, "record.upsert", request),
        Err(Fault::Unavailable)
    );
}

#[test]
fn a_record_that_grows_past_the_store_is_too_large() {
    let world = World::new(System::Klarity);
    let caller = || caller_of(client("acme", &[]));
    let push = |member: &str| {
        let metadata = json!({ member: "x".repeat(1_000_000) });
        let request = json!({ "records": [{ "id": "a", "type": "t", "metadata": metadata }] });
        world.run(caller(), "record.upsert", request)
    };
    assert_eq!(push("first"), Ok(Outcome::Accepted(1)));
    assert_eq!(push("second"), Err(Fault::Request(RequestFault::TooLarge)));
    assert_eq!(push("first"), Ok(Outcome::Accepted(1)));
}
