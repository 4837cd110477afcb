//! Estate records: merging, billing periods, limits.

use super::setup::{World, caller_of, client};
use crate::operation::{Fault, Outcome};
use crate::record::{ClientId, Nid, System};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use serde_json::{Value, json};

fn push(world: &World, name: &str, fields: Value) -> Result<Outcome, Fault> {
    world.run(caller_of(client("acme", &[])), name, fields)
}

fn shown(world: &World, kind: &str, id: &str) -> Value {
    let nid = Nid::of(&ClientId::new("acme"), kind, id).to_string();
    world
        .administer("record.get", json!({ "id": nid }))
        .unwrap_or(Value::Null)
}

#[test]
fn only_the_members_present_are_changed() {
    let world = World::new(System::Klarity);
    let first = json!({ "records": [{
        "id": "lic-7", "type": "acme/licence", "name": "Acme",
        "metadata": { "seats": 12, "owner": { "a": 1, "b": 2 } },
        "tags": { "env": "dev", "team": "x" },
        "costs": { "currency": "EUR", "values": [
            { "date": "2026-01-01", "value": "9.50" }, { "date": "2026-01-02", "value": "1" } ] },
    }] });
    assert_eq!(
        push(&world, "record.upsert", first),
        Ok(Outcome::Accepted(1))
    );
    let second = json!({ "records": [{
        "id": "lic-7", "type": "acme/licence",
        "metadata": { "owner": { "a": null, "c": 3 } },
        "tags": { "env": null },
        "costs": { "currency": "USD", "values": [
            { "date": "2026-01-02", "value": null }, { "date": "2026-01-03", "value": ".5" } ] },
    }] });
    push(&world, "record.upsert", second).unwrap();
    let record = shown(&world, "acme/licence", "lic-7");
    assert_eq!(record["name"], "Acme");
    assert_eq!(
        record["metadata"],
        json!({ "seats": 12, "owner": { "b": 2, "c": 3 } })
    );
    assert_eq!(record["tags"], json!({ "team": "x" }));
    assert_eq!(
        record["costs"],
        json!({
            "2026-01-01": { "currency": "EUR", "value": "9.50" },
            "2026-01-03": { "currency": "USD", "value": ".5" },
        })
    );
}

#[test]
fn items_of_one_request_apply_in_order() {
    let world = World::new(System::Klarity);
    let item = |name: &str| json!({ "id": "a", "type": "t", "name": name });
    let request = json!({ "records": [item("first"), item("second")] });
    assert_eq!(
        push(&world, "record.upsert", request),
        Ok(Outcome::Accepted(2))
    );
    assert_eq!(shown(&world, "t", "a")["name"], "second");
}

#[test]
fn a_request_is_applied_whole_or_not_at_all() {
    let world = World::new(System::Klarity);
    let request = json!({ "records": [
        { "id": "a", "type": "t" },
        { "id": "b", "type": "t", "validThrough": "x" },
    ] });
    let name = crate::operation::Name::UpsertRecords;
    assert!(
        crate::operation::Operation::read(name, request).is_err(),
        "a member of the wire"
    );
    let request = json!({ "records": [
        { "id": "a", "type": "t" },
        { "id": "b", "type": "t", "valid_through": "2026-13" },
    ] });
    let refused = push(&world, "record.upsert", request).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "records[1].validThrough: is not a month written 2YYY-MM"
    );
    assert!(world.dump().is_empty());
}

#[test]
fn every_limit_names_its_place() {
    let world = World::new(System::Klarity);
    let with = |member: &str, value: Value| {
        let mut item = json!({ "id": "a", "type": "t" });
        item[member] = value;
        json!({ "records": [item] })
    };
    let many = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|number| json!({ "id": number.to_string(), "type": "t" }))
            .collect()
    };
    let cost = |date: &str, value: Value| json!({ "currency": "EUR", "values": [{ "date": date, "value": value }] });
    for (request, at) in [
        (json!({ "records": [] }), "records"),
        (json!({ "records": many(1001) }), "records"),
        (with("id", json!("")), "records[0].id"),
        (with("id", json!("é".repeat(256))), "records[0].id"),
        (with("type", json!("a//b")), "records[0].type"),
        (with("type", json!("/a")), "records[0].type"),
        (with("name", json!("x".repeat(256))), "records[0].name"),
        (
            with("metadata", json!({ "tags": 1 })),
            "records[0].metadata.tags",
        ),
        (
            with("metadata", json!({ "a": "x".repeat(1024 * 1024) })),
            "records[0].metadata",
        ),
        (
            with("tags", json!({ "a": "x".repeat(256) })),
            "records[0].tags.a",
        ),
        (
            with("costs", json!({ "currency": "eur", "values": [] })),
            "records[0].costs.currency",
        ),
        (
            with("costs", json!({ "currency": "EUR", "values": [] })),
            "records[0].costs.values",
        ),
        (
            with("costs", cost("2026-02-30", json!("1"))),
            "records[0].costs.values[0].date",
        ),
        (
            with("costs", cost("2026-02-03", json!(""))),
            "records[0].costs.values[0].value",
        ),
        (
            with("costs", cost("2026-02-03", json!("-1"))),
            "records[0].costs.values[0].value",
        ),
        (
            with("costs", cost("2026-02-03", json!("1e3"))),
            "records[0].costs.values[0].value",
        ),
        (
            with("costs", cost("2026-02-03", json!("1."))),
            "records[0].costs.values[0].value",
        ),
        (
            with("valid_through", json!("1999-01")),
            "records[0].validThrough",
        ),
        (
            with("valid_through", json!("2026-10")),
            "records[0].validThrough",
        ),
    ] {
        let refused = push(&world, "record.upsert", request)
            .unwrap_err()
            .to_string();
        assert!(refused.starts_with(&format!("{at}: ")), "{at} in {refused}");
    }
    assert!(world.dump().is_empty());
    for request in [
        json!({ "records": many(1000) }),
        with("id", json!("é".repeat(255))),
        with("valid_through", json!("2026-11")),
        with("costs", cost("2026-02-03", json!(".5"))),
    ] {
        assert!(push(&world, "record.upsert", request).is_ok());
    }
    let previous = json!({ "period": "previous", "records": [
        { "id": "a", "type": "t", "valid_through": "2026-10" }] });
    assert!(push(&world, "record.upsert", previous).is_ok());
}

#[test]
fn deletion_reaches_the_periods_that_it_names() {
    let world = World::new(System::Klarity);
    let upsert = |period: &str| {
        let request = json!({ "period": period, "records": [{ "id": "a", "type": "t" }] });
        push(&world, "record.upsert", request).unwrap();
    };
    let delete = |period: &str| {
        let named = json!({ "id": "a", "type": "t", "name": "a" });
        let request = json!({ "period": period, "records": [{ "named": named }] });
        assert_eq!(
            push(&world, "record.delete", request),
            Ok(Outcome::Accepted(1))
        );
    };
    upsert("current");
    delete("previous");
    assert_eq!(shown(&world, "t", "a")["active"], true);
    delete("current");
    assert_eq!(shown(&world, "t", "a"), Value::Null);
    upsert("previous");
    delete("current");
    assert_eq!(shown(&world, "t", "a")["active"], false);
    upsert("current");
    assert_eq!(shown(&world, "t", "a")["active"], true);
    delete("all");
    assert_eq!(shown(&world, "t", "a"), Value::Null);
}

#[test]
fn only_what_an_integration_made_under_that_name_is_deleted() {
    let world = World::new(System::Klarity);
    let request = json!({ "records": [{ "id": "a", "type": "t", "name": "A" }] });
    push(&world, "record.upsert", request).unwrap();
    let nid = Nid::of(&ClientId::new("acme"), "t", "a").to_string();
    let other = caller_of(client("other", &[]));
    let by_nid = json!({ "period": "all", "records": [{ "nid": nid }] });
    world.run(other, "record.delete", by_nid.clone()).unwrap();
    let misnamed = json!({ "id": "a", "type": "t", "name": "B" });
    let request = json!({ "period": "all", "records": [{ "named": misnamed }] });
    push(&world, "record.delete", request).unwrap();
    assert_eq!(shown(&world, "t", "a")["name"], "A");
    push(&world, "record.delete", by_nid).unwrap();
    assert_eq!(shown(&world, "t", "a"), Value::Null);
}

#[test]
fn an_enrichment_replaces_the_former_one_whole() {
    let world = World::new(System::Klarity);
    let request = json!({ "records": [{ "id": "a", "type": "t" }] });
    push(&world, "record.upsert", request).unwrap();
    let nid = Nid::of(&ClientId::new("acme"), "t", "a").to_string();
    let enrich = |data: Value| {
        let request = json!({ "enrichments": [{ "nid": nid, "data": data }] });
        push(&world, "record.enrich", request)
    };
    enrich(json!({ "a": 1, "b": 2 })).unwrap();
    enrich(json!({ "b": 3 })).unwrap();
    let record = shown(&world, "t", "a");
    assert_eq!(record["enrichments"], json!({ "acme": { "b": 3 } }));
    assert!(enrich(json!({})).is_err());
}

#[test]
fn cost_records_cannot_be_enriched() {
    let world = World::new(System::Klarity);
    let costs = json!({ "currency": "EUR", "values": [{ "date": "2026-01-01", "value": "1" }] });
    let request = json!({ "records": [{ "id": "a", "type": "t", "costs": costs }] });
    push(&world, "record.upsert", request).unwrap();
    let nid = Nid::of(&ClientId::new("acme"), "t", "a").to_string();
    let request = json!({ "enrichments": [{ "nid": nid, "data": { "a": 1 } }] });
    let refused = push(&world, "record.enrich", request)
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "enrichments[0].record: has costs and cannot be enriched"
    );
}
