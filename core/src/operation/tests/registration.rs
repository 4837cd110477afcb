//! Registrations: who may make them, what is shown of them, and paging.

use super::setup::{World, caller_of, client};
use crate::operation::{Caller, Fault, Forbidden, Resource, Unauthenticated};
use crate::record::{ClientId, System};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use serde_json::json;

#[test]
fn only_an_administrator_registers_clients() {
    let world = World::new(System::Datatrails);
    let request = || json!({ "display_name": "meter" });
    assert_eq!(
        world.run(Caller::Anonymous, "client.register", request()),
        Err(Fault::Unauthenticated(Unauthenticated::Absent))
    );
    assert_eq!(
        world.run(
            caller_of(client("meter", &[])),
            "client.register",
            request()
        ),
        Err(Fault::Forbidden(Forbidden::Administrator))
    );
    assert!(
        world.dump().is_empty(),
        "a refused request leaves nothing behind"
    );
}

#[test]
fn a_secret_is_shown_once_and_never_stored() {
    let world = World::new(System::Datatrails);
    let (id, secret) = world.register(json!({ "display_name": "meter" }));
    assert_eq!(secret.len(), 64);
    let read = world
        .administer("client.get", json!({ "client_id": id }))
        .unwrap();
    assert_eq!(read["secret"], "");
    assert!(!world.dump().iter().any(|entry| entry.contains(&secret)));
}

#[test]
fn a_scannable_secret_carries_its_checksum() {
    let world = World::new(System::Standard);
    let (_, secret) = world.register(json!({ "display_name": "meter" }));
    let body = secret.strip_prefix("tms_").expect("the prefix");
    assert_eq!(body.len(), 43 + 8);
    let checksum = crate::token::sha256(&body.as_bytes()[..43]);
    let digits: String = checksum[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(&body[43..], digits);
}

#[test]
fn fields_past_their_limits_are_refused_by_name() {
    let world = World::new(System::Datatrails);
    let long = "é".repeat(257);
    for (fields, at) in [
        (json!({ "display_name": " " }), "display_name"),
        (json!({ "display_name": long }), "display_name"),
        (
            json!({ "display_name": "a", "description": "x".repeat(4097) }),
            "description",
        ),
        (
            json!({ "display_name": "a", "custom_claims": { "exp": "1" } }),
            "custom_claims.exp",
        ),
        (
            json!({ "display_name": "a", "custom_claims": { "jit_x": "1" } }),
            "custom_claims.jit_x",
        ),
        (
            json!({ "display_name": "a", "custom_claims": { "arc_x": "1" } }),
            "custom_claims.arc_x",
        ),
        (
            json!({ "display_name": "a", "custom_claims": { "": "1" } }),
            "custom_claims",
        ),
        (json!({ "display_name": "a", "scope": ["a b"] }), "scope[0]"),
    ] {
        let refused = world.administer("client.register", fields).unwrap_err();
        assert!(
            format!("{refused}").starts_with(&format!("{at}: ")),
            "{refused}"
        );
    }
    let at_limit = json!({ "display_name": "é".repeat(256), "description": "x".repeat(4096) });
    assert!(world.administer("client.register", at_limit).is_ok());
}

#[test]
fn pages_hold_every_registration_once_in_order_of_making() {
    let mut world = World::new(System::Datatrails);
    let mut made = alloc::vec::Vec::new();
    for number in 0..7 {
        world.now = world.now.plus_seconds(1);
        made.push(
            world
                .register(json!({ "display_name": format!("app {number}") }))
                .0,
        );
    }
    let mut listed = alloc::vec::Vec::new();
    let mut token = String::new();
    for _ in 0..7 {
        let fields = if token.is_empty() {
            json!({ "page_size": 3 })
        } else {
            json!({ "page_size": 3, "page_token": token })
        };
        let page = world.administer("client.list", fields).unwrap();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        listed.extend(
            items
                .iter()
                .map(|item| String::from(item["client_id"].as_str().unwrap())),
        );
        token = page["next_page_token"].as_str().unwrap().into();
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, made);
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), 7);
}

#[test]
fn a_page_token_carries_its_filter_and_cannot_be_made_or_moved() {
    let mut world = World::new(System::Datatrails);
    for name in ["a", "b", "a", "b", "a"] {
        world.now = world.now.plus_seconds(1);
        world.register(json!({ "display_name": name }));
    }
    let first = world
        .administer(
            "client.list",
            json!({ "page_size": 2, "display_name": "a" }),
        )
        .unwrap();
    let token = first["next_page_token"].as_str().unwrap();
    let second = world
        .administer("client.list", json!({ "page_token": token }))
        .unwrap();
    let names: alloc::vec::Vec<_> = second["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["display_name"])
        .collect();
    assert_eq!(names, ["a"]);

    let refused = |world: &World, token: &str| {
        let list = world.administer("client.list", json!({ "page_token": token }));
        matches!(list, Err(Fault::Request(_)))
    };
    for forged in [
        "x",
        "a.b",
        &token[1..],
        &format!("{token}A"),
        &"x".repeat(5000),
    ] {
        assert!(refused(&world, forged), "{forged}");
    }
    world.tenant = crate::record::Tenant::new("other").unwrap();
    assert!(refused(&world, token), "a token of another tenant");
    world.tenant = crate::record::Tenant::new("default").unwrap();
    world.system = System::Standard;
    assert!(refused(&world, token), "a token of another system");
}

#[test]
fn a_deleted_registration_is_missing() {
    let world = World::new(System::Standard);
    let (id, _) = world.register(json!({ "display_name": "meter" }));
    world
        .administer("client.delete", json!({ "client_id": id }))
        .unwrap();
    for operation in [
        "client.get",
        "client.delete",
        "client.regenerate_secret",
        "client.update",
    ] {
        assert_eq!(
            world.administer(operation, json!({ "client_id": id })),
            Err(Fault::Missing(Resource::Client)),
            "{operation}"
        );
    }
}

#[test]
fn registrations_of_one_system_are_not_seen_by_another() {
    let mut world = World::new(System::Klarity);
    let (id, _) = world.register(json!({ "display_name": "meter" }));
    world.system = System::Datatrails;
    assert_eq!(
        world.administer("client.get", json!({ "client_id": id })),
        Err(Fault::Missing(Resource::Client))
    );
    assert_eq!(
        world.administer("client.list", json!({})).unwrap()["items"],
        json!([])
    );
    assert!(ClientId::new(id).as_str().len() == 36);
}

#[test]
fn a_quota_of_registrations_is_kept() {
    let mut world = World::new(System::Datatrails);
    let policy = world
        .deployment
        .systems
        .get_mut(&System::Datatrails)
        .unwrap();
    policy.max_clients = Some(2);
    let (first, _) = world.register(json!({ "display_name": "a" }));
    world.register(json!({ "display_name": "b" }));
    let third = || world.administer("client.register", json!({ "display_name": "c" }));
    assert_eq!(third(), Err(Fault::Quota(Resource::Client)));
    world
        .administer("client.delete", json!({ "client_id": first }))
        .unwrap();
    assert!(third().is_ok());
}
