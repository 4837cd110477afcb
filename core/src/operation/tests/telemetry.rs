//! Samples: taken whole or not at all, kept for two weeks, and answered to
//! those who may see them.

use super::setup::{World, administrator};
use crate::operation::{
    Caller, Fault, Forbidden, Outcome, QueryRefusal, RequestFault, Resource, SignedIn,
    Unauthenticated,
};
use crate::record::{
    ContractPrivilege, ContractRole, Group, Membership, SecondFactor, Share, Standing, System,
    User, UserId,
};
use crate::store::Store;
use crate::store::contract::Mishap;
use crate::telemetry::{Block, Sample};
use crate::time::Timestamp;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;
use pollster::block_on;
use serde_json::{Value, json};

pub(super) const CONTRACT: u32 = 31_850_000;
pub(super) const DAY: i64 = 24 * 60 * 60;

pub(super) fn member(contract: u32, role: ContractRole) -> Caller {
    let epoch = Timestamp::from_seconds(0);
    Caller::User(Box::new(SignedIn {
        user: User {
            id: UserId::new("a-user"),
            system: System::Ionos,
            login: "user@example.org".into(),
            given_name: String::new(),
            family_name: String::new(),
            password: None,
            standing: Standing::Enabled,
            roles: Vec::new(),
            privileges: Vec::new(),
            contracts: Vec::from([Membership { contract, role }]),
            groups: alloc::collections::BTreeMap::new(),
            second_factor: SecondFactor::None,
            created_at: epoch,
            updated_at: epoch,
            tokens_not_before: None,
        },
        token: None,
        contract: Some(contract),
        groups: Vec::new(),
    }))
}

pub(super) fn owner() -> Caller {
    member(CONTRACT, ContractRole::Owner)
}

pub(super) fn ingest(world: &World, contract: u32, text: &str) -> Result<usize, Fault> {
    let fields = json!({ "contract": contract, "text": text });
    match world.run(administrator(), "telemetry.ingest", fields)? {
        Outcome::Accepted(count) => Ok(count),
        other => panic!("samples are accepted: {other:?}"),
    }
}

fn ask(world: &World, name: &str, fields: Value) -> Result<Value, Fault> {
    world
        .run(owner(), name, fields)
        .map(|outcome| outcome.to_value())
}

pub(super) fn query(world: &World, query: &str) -> Value {
    let fields = json!({ "query": query });
    let answer = ask(world, "telemetry.query", fields);
    answer.expect("an answer")["result"].take()
}

fn kind(refused: Result<Value, Fault>) -> QueryRefusal {
    match refused {
        Err(Fault::Request(RequestFault::Query(fault))) => fault.kind,
        other => panic!("a query is refused: {other:?}"),
    }
}

/// The time so many seconds from now, in the milliseconds of the format.
pub(super) fn at(world: &World, seconds: i64) -> i64 {
    world.now.plus_seconds(seconds).millis()
}

#[test]
fn samples_are_answered_as_they_were_taken() {
    let world = World::new(System::Ionos);
    let text = format!(
        "# HELP m A measure.\n# TYPE m gauge\n\
         m{{uuid=\"a\"}} 1 {}\nm{{uuid=\"a\"}} 3 {}\nm{{uuid=\"b\",dc=\"d\"}} 5\n",
        at(&world, -DAY - 60),
        at(&world, -60),
    );
    assert_eq!(ingest(&world, CONTRACT, &text), Ok(3));
    let value = &query(&world, "sum(m)")[0]["value"];
    assert_eq!(value[1], "8");
    let both = query(&world, "m{uuid=\"a\"}[2d]");
    assert_eq!(both[0]["values"].as_array().map(Vec::len), Some(2));
    let range = json!({ "query": "avg_over_time(m{uuid=\"a\"}[2d])", "step": "60",
        "start": world.now.plus_seconds(-60).to_rfc3339(), "end": world.now.to_rfc3339() });
    let range = ask(&world, "telemetry.query_range", range).expect("an answer");
    let start = world.now.seconds() - 60;
    assert_eq!(
        range["result"][0]["values"],
        json!([[start, "2"], [start + 60, "2"]])
    );
    let series = ask(&world, "telemetry.series", json!({})).expect("an answer");
    assert_eq!(
        series,
        json!([
            { "__name__": "m", "dc": "d", "uuid": "b" },
            { "__name__": "m", "uuid": "a" },
        ])
    );
    let labels = ask(
        &world,
        "telemetry.labels",
        json!({ "matches": ["m{dc=''}"] }),
    );
    assert_eq!(labels, Ok(json!(["__name__", "uuid"])));
    let values = json!({ "label": "uuid" });
    let values = ask(&world, "telemetry.label_values", values);
    assert_eq!(values, Ok(json!(["a", "b"])));
    let metrics = ask(&world, "telemetry.metadata", json!({}));
    let described = json!({ "m": [{ "type": "gauge", "help": "A measure.", "unit": "" }] });
    assert_eq!(metrics, Ok(described));
}

#[test]
fn a_sample_replaces_the_one_at_its_time() {
    let world = World::new(System::Ionos);
    for value in ["1", "2"] {
        ingest(&world, CONTRACT, &format!("m {value} {}\n", at(&world, 0))).expect("taken");
    }
    let values = query(&world, "m[1h]");
    assert_eq!(values[0]["values"], json!([[world.now.seconds(), "2"]]));
}

#[test]
fn a_body_is_taken_whole_or_not_at_all() {
    let world = World::new(System::Ionos);
    for text in [
        "m 1\nm{ 2\n",
        "m 1\nn 1 99\n",
        "m 1\nm 2\n",
        "m 1",
        "# TYPE m gauge\n# TYPE m gauge\nm 1\n",
    ] {
        let refused = ingest(&world, CONTRACT, text);
        assert!(
            matches!(refused, Err(Fault::Request(RequestFault::Syntax(_)))),
            "{text}: {refused:?}"
        );
    }
    assert!(world.dump().is_empty());
    world.store.fail_commits(0..1, Mishap::Unavailable);
    assert_eq!(ingest(&world, CONTRACT, "m 1\n"), Err(Fault::Unavailable));
    assert!(world.dump().is_empty());
}

#[test]
fn samples_are_taken_and_kept_for_two_weeks() {
    let mut world = World::new(System::Ionos);
    let lead = 5 * 60;
    for outside in [-14 * DAY - 1, lead + 1] {
        let text = format!("m 1 {}\n", at(&world, outside));
        assert!(ingest(&world, CONTRACT, &text).is_err(), "{outside}");
    }
    let text = format!(
        "m{{n=\"early\"}} 1 {}\nm{{n=\"late\"}} 2 {}\n",
        at(&world, -14 * DAY),
        at(&world, lead)
    );
    assert_eq!(ingest(&world, CONTRACT, &text), Ok(2));
    assert_eq!(query(&world, "count_over_time(m[15d])")[0]["value"][1], "1");
    let count = |world: &World| {
        let series = ask(world, "telemetry.series", json!({})).expect("an answer");
        series.as_array().map(Vec::len)
    };
    assert_eq!(count(&world), Some(2));
    world.now = world.now.plus_seconds(1);
    assert_eq!(query(&world, "count_over_time(m[15d])"), json!([]));
    assert_eq!(count(&world), Some(1));
    // What has expired goes from the store with the next samples.
    world.now = world.now.plus_seconds(15 * DAY);
    ingest(&world, CONTRACT, "other 1\n").expect("taken");
    let left = world.dump();
    assert!(
        !left
            .iter()
            .any(|entry| entry.contains("early") || entry.contains("late"))
    );
    assert_eq!(
        left.iter()
            .filter(|entry| entry.starts_with("samples/"))
            .count(),
        1
    );
}

#[test]
fn a_contract_has_at_most_so_many_series_and_what_expired_makes_room() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_series = 3;
    assert_eq!(ingest(&world, CONTRACT, "a 1\nb 1\nc 1\n"), Ok(3));
    let full = Err(Fault::Quota(Resource::Series));
    let before = world.dump();
    assert_eq!(ingest(&world, CONTRACT, "a 1\nd 1\n"), full);
    assert_eq!(world.dump(), before);
    assert_eq!(ingest(&world, CONTRACT, "a 2\n"), Ok(1));
    assert_eq!(ingest(&world, 2, "d 1\n"), Ok(1));
    world.now = world.now.plus_seconds(16 * DAY);
    assert_eq!(ingest(&world, CONTRACT, "d 1\ne 1\nf 1\n"), Ok(3));
    assert_eq!(ingest(&world, CONTRACT, "a 1\n"), full);
}

#[test]
fn so_many_metrics_are_described_and_no_more() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_series = 2;
    let said = |names: &[&str]| {
        names.iter().fold(String::new(), |mut text, name| {
            writeln!(text, "# TYPE {name} gauge").expect("a text grows");
            text
        })
    };
    assert_eq!(ingest(&world, CONTRACT, &said(&["a", "b"])), Ok(0));
    let full = Err(Fault::Quota(Resource::Metric));
    assert_eq!(ingest(&world, CONTRACT, &said(&["b", "c"])), full);
    let names: Vec<String> = (0..501).map(|number| format!("m{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_field(
        ingest(&world, CONTRACT, &said(&names)),
        "describes more than 500",
    );
}

fn assert_field(refused: Result<usize, Fault>, start: &str) {
    match refused {
        Err(Fault::Request(RequestFault::Field { problem, .. })) => {
            assert!(problem.starts_with(start), "{problem}");
        }
        other => panic!("a field is refused: {other:?}"),
    }
}

#[test]
fn a_series_has_at_most_so_many_samples_a_day() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_samples_a_day = 3;
    let samples = |range: core::ops::Range<i64>| {
        range.fold(String::new(), |mut text, second| {
            writeln!(text, "m 1 {}", at(&world, -second)).expect("a text grows");
            text
        })
    };
    assert_eq!(ingest(&world, CONTRACT, &samples(0..3)), Ok(3));
    assert_eq!(ingest(&world, CONTRACT, &samples(1..3)), Ok(2));
    assert_field(
        ingest(&world, CONTRACT, &samples(3..4)),
        "would have more than 3",
    );
    assert_eq!(ingest(&world, CONTRACT, &samples(DAY..DAY + 1)), Ok(1));
}

#[test]
fn samples_are_settled_and_still_replaced() {
    let mut world = World::new(System::Ionos);
    world.deployment.telemetry.max_samples_a_day = 1000;
    let samples = |range: core::ops::Range<i64>, value: i64| {
        range.fold(String::new(), |mut text, second| {
            writeln!(text, "m {value} {}", at(&world, -second)).expect("a text grows");
            text
        })
    };
    let sum = |world: &World| query(world, "sum_over_time(m[1h])")[0]["value"][1].clone();
    for hundred in 0..10 {
        let body = samples(hundred * 100..hundred * 100 + 100, 1);
        assert_eq!(ingest(&world, CONTRACT, &body), Ok(100));
    }
    assert_eq!(sum(&world), "1000");
    let settled = |entry: &&String| entry.starts_with("samples/") && !entry.contains("/recent");
    assert_eq!(world.dump().iter().filter(settled).count(), 1);
    // At the limit only what replaces others is taken.
    assert_eq!(ingest(&world, CONTRACT, &samples(0..250, 2)), Ok(250));
    assert_eq!(sum(&world), "1250");
    let before = world.dump();
    assert_field(
        ingest(&world, CONTRACT, &samples(999..1001, 3)),
        "would have more than 1000",
    );
    assert_eq!(sum(&world), "1250");
    assert_eq!(world.dump().len(), before.len());
    assert_eq!(ingest(&world, CONTRACT, &samples(0..1, 3)), Ok(1));
    assert_eq!(sum(&world), "1251");
}

#[test]
fn a_settling_that_fails_changes_no_answer() {
    for (commit, mishap) in [
        (0, Mishap::Conflict),
        (0, Mishap::AmbiguousApplied),
        (0, Mishap::AmbiguousLost),
        (0, Mishap::Unavailable),
        (1, Mishap::Conflict),
        (1, Mishap::AmbiguousApplied),
        (1, Mishap::AmbiguousLost),
        (1, Mishap::Unavailable),
    ] {
        let world = World::new(System::Ionos);
        let samples = |range: core::ops::Range<i64>| {
            range.fold(String::new(), |mut text, second| {
                writeln!(text, "m 1 {}", at(&world, -second)).expect("a text grows");
                text
            })
        };
        ingest(&world, CONTRACT, &samples(0..200)).expect("taken");
        world.store.fail_commits(commit..commit + 1, mishap);
        let taken = ingest(&world, CONTRACT, &samples(200..201));
        let count = &query(&world, "count_over_time(m[1h])")[0]["value"][1];
        if mishap == Mishap::Unavailable {
            assert_eq!((taken, count), (Err(Fault::Unavailable), &json!("200")));
        } else {
            assert_eq!(
                (taken, count),
                (Ok(1), &json!("201")),
                "{commit} {mishap:?}"
            );
        }
    }
}

/// A day of as many samples as there may be, each of which takes as much room
/// as it can.
fn largest_day(world: &World) -> Block {
    let start = at(world, 0).div_euclid(1000 * DAY) * 1000 * DAY;
    let samples: Vec<Sample> = (0..20_000_u32)
        .map(|number| Sample {
            at: start + i64::from(number) * 3 + i64::from(number % 2),
            value: -1.234_567_890_123_456_7e-300 * f64::from(number + 1),
        })
        .collect();
    Block::encode(&samples)
}

#[test]
fn a_body_is_taken_however_large_its_days_are() {
    let world = World::new(System::Ionos);
    let body = (0..85).fold(String::new(), |mut text, number| {
        writeln!(text, "m{{n=\"{number}\"}} 1 {}", at(&world, 0)).expect("a text grows");
        text
    });
    ingest(&world, CONTRACT, &body).expect("taken");
    let under = crate::store::Range::under("samples", [""; 0]);
    let entries = block_on(world.store.inner().scan(&world.tenant, &under)).expect("entries");
    assert_eq!(entries.len(), 85);
    let block = largest_day(&world);
    for (key, _) in entries {
        let path: Vec<String> = key.segments().skip(1).take(3).map(Into::into).collect();
        let key = crate::store::Key::of("samples", path);
        let value = json!({ "metric": "m", "block": block }).to_string();
        let batch = crate::store::Batch::new(crate::store::Version::from_random(1)).put(key, value);
        block_on(world.store.inner().commit(&world.tenant, &batch)).expect("kept");
    }
    assert!(
        block.text().len() * 85 > crate::store::MAX_BATCH_BYTES,
        "{}",
        block.text().len()
    );
    // The first moment of the day has a sample already.
    let replaced = body.replace(
        &at(&world, 0).to_string(),
        &at(&world, -10 * 60 * 60).to_string(),
    );
    assert_eq!(ingest(&world, CONTRACT, &replaced), Ok(85));
}

#[test]
fn a_body_has_at_most_so_many_series_and_days() {
    let world = World::new(System::Ionos);
    let body = |count: usize| {
        (0..count).fold(String::new(), |mut text, number| {
            writeln!(text, "m{{n=\"{number}\"}} 1").expect("a text grows");
            text
        })
    };
    assert_eq!(ingest(&world, CONTRACT, &body(1000)), Ok(1000));
    assert_eq!(query(&world, "count(m)")[0]["value"][1], "1000");
    assert_field(
        ingest(&world, CONTRACT, &body(1001)),
        "has samples of more than 1000",
    );
}

#[test]
fn contracts_do_not_see_each_other() {
    let world = World::new(System::Ionos);
    ingest(&world, CONTRACT, "# TYPE m gauge\nm 1\n").expect("taken");
    let other = || member(2, ContractRole::Owner);
    for (name, fields, nothing) in [
        (
            "telemetry.query",
            json!({ "query": "m" }),
            json!({ "resultType": "vector", "result": [] }),
        ),
        ("telemetry.series", json!({}), json!([])),
        ("telemetry.labels", json!({}), json!([])),
        (
            "telemetry.label_values",
            json!({ "label": "__name__" }),
            json!([]),
        ),
        ("telemetry.metadata", json!({}), json!({})),
    ] {
        assert_ne!(
            ask(&world, name, fields.clone()),
            Ok(nothing.clone()),
            "{name}"
        );
        let seen = world
            .run(other(), name, fields)
            .map(|outcome| outcome.to_value());
        assert_eq!(seen, Ok(nothing), "{name}");
    }
}

#[test]
fn only_members_who_may_use_the_monitoring_see_samples() {
    let world = World::new(System::Ionos);
    let run = |caller| world.run(caller, "telemetry.status", json!({}));
    for role in [ContractRole::Owner, ContractRole::Admin] {
        assert_eq!(run(member(CONTRACT, role)), Ok(Outcome::Done));
    }
    let privilege = ContractPrivilege::AccessAndManageMonitoring;
    let lacks = Err(Fault::Forbidden(Forbidden::Privilege(privilege)));
    assert_eq!(run(member(CONTRACT, ContractRole::User)), lacks);
    assert_eq!(
        run(administrator()),
        Err(Fault::Forbidden(Forbidden::Contract))
    );
    let absent = Err(Fault::Unauthenticated(Unauthenticated::Absent));
    assert_eq!(run(Caller::Anonymous), absent);
    let fields = json!({ "contract": CONTRACT, "text": "m 1\n" });
    assert_eq!(
        world.run(owner(), "telemetry.ingest", fields),
        Err(Fault::Forbidden(Forbidden::Administrator))
    );
}

/// A member who may use the monitoring, by a group that shares these data
/// centres with the right to edit and to share.
pub(super) fn monitor(shares: &[(&str, bool, bool)]) -> Caller {
    let Caller::User(mut signed_in) = member(CONTRACT, ContractRole::User) else {
        unreachable!("a member is a user");
    };
    let shares = shares.iter();
    let shares = shares.map(|(id, edit, share)| {
        let (edit, share) = (*edit, *share);
        (String::from(*id), Share { edit, share })
    });
    signed_in.groups.push(Group {
        id: "g".into(),
        contract: CONTRACT,
        name: "monitors".into(),
        privileges: [ContractPrivilege::AccessAndManageMonitoring].into(),
        shares: shares.collect(),
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
    });
    Caller::User(signed_in)
}

#[test]
fn members_see_samples_of_the_data_centres_that_are_shared_with_them() {
    let world = World::new(System::Ionos);
    let text = "# TYPE m gauge\n# TYPE n gauge\n\
        m{dc=\"one\"} 1\nm{dc=\"two\"} 2\nm 4\nn{dc=\"two\"} 8\n";
    ingest(&world, CONTRACT, text).expect("taken");
    let ask = |caller: Caller, name: &str, fields: Value| {
        let answer = world.run(caller, name, fields);
        answer.map(|outcome| outcome.to_value()).expect("an answer")
    };
    let sum = |caller| {
        let query = json!({ "query": "sum({__name__=~'m|n'} or {__name__=~'m|n',dc!='x'})" });
        ask(caller, "telemetry.query", query)["result"][0]["value"][1].clone()
    };
    assert_eq!(sum(owner()), "15");
    assert_eq!(sum(monitor(&[])), Value::Null);
    assert_eq!(sum(monitor(&[("three", true, true)])), Value::Null);
    assert_eq!(sum(monitor(&[("one", false, false)])), "1");
    let both = [("one", false, false), ("two", false, false)];
    assert_eq!(sum(monitor(&both)), "11");
    let one = || monitor(&both[..1]);
    let series = ask(one(), "telemetry.series", json!({}));
    assert_eq!(series, json!([{ "__name__": "m", "dc": "one" }]));
    let values = ask(one(), "telemetry.label_values", json!({ "label": "dc" }));
    assert_eq!(values, json!(["one"]));
    let metrics = ask(one(), "telemetry.metadata", json!({}));
    assert_eq!(metrics.as_object().map(serde_json::Map::len), Some(1));
    let nothing = ask(monitor(&[]), "telemetry.labels", json!({}));
    assert_eq!(nothing, json!([]));
}

#[test]
fn queries_are_refused_by_kind() {
    let mut world = World::new(System::Ionos);
    ingest(&world, CONTRACT, "m{a=\"1\"} 1\nm{a=\"2\"} 1\nn 1\n").expect("taken");
    let refused = |fields: Value| kind(ask(&world, "telemetry.query", fields));
    assert_eq!(refused(json!({ "query": "sum(" })), QueryRefusal::BadData);
    assert_eq!(refused(json!({})), QueryRefusal::BadData);
    assert_eq!(
        refused(json!({ "query": "m", "time": "x" })),
        QueryRefusal::BadData
    );
    let many = json!({ "query": "m / on () m" });
    assert_eq!(refused(many), QueryRefusal::Execution);
    let values = json!({ "label": "0bad" });
    let values = ask(&world, "telemetry.label_values", values);
    assert_eq!(kind(values), QueryRefusal::BadData);
    let limit = ask(&world, "telemetry.metadata", json!({ "limit": "x" }));
    assert_eq!(kind(limit), QueryRefusal::BadData);
    world.deployment.telemetry.query.samples = 1;
    let many = ask(&world, "telemetry.query", json!({ "query": "m" }));
    assert_eq!(kind(many), QueryRefusal::Execution);
    world.deployment.telemetry.query.work = 1;
    let long = ask(&world, "telemetry.query", json!({ "query": "m" }));
    assert_eq!(kind(long), QueryRefusal::Timeout);
}

#[test]
fn a_failing_store_is_no_empty_answer() {
    let world = World::new(System::Ionos);
    ingest(&world, CONTRACT, "m 1\n").expect("taken");
    for reads in [0..1, 1..2] {
        world.store.fail_reads(reads);
        let answer = ask(&world, "telemetry.query", json!({ "query": "m" }));
        assert_eq!(answer, Err(Fault::Unavailable));
    }
}
