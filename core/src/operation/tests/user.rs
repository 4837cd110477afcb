//! Users: unique logins, passwords that are never shown.

use super::setup::World;
use crate::operation::{Conflict, Fault, Resource};
use crate::record::System;
use alloc::string::String;
use serde_json::json;

fn create(world: &World, login: &str) -> Result<String, Fault> {
    let user = world.administer(
        "user.create",
        json!({ "login": login, "password": "pass word" }),
    )?;
    Ok(user["id"].as_str().unwrap().into())
}

#[test]
fn a_login_is_unique_regardless_of_case_until_its_user_is_deleted() {
    let mut world = World::new(System::Ionos);
    let id = create(&world, "Ops@example.org").unwrap();
    let taken = Err(Fault::Conflict(Conflict::Taken(Resource::User)));
    assert_eq!(create(&world, "ops@EXAMPLE.org"), taken);
    world.system = System::Cockpit;
    assert!(create(&world, "ops@example.org").is_ok(), "another system");
    world.system = System::Ionos;
    world
        .administer("user.delete", json!({ "id": id }))
        .unwrap();
    assert!(create(&world, "ops@example.org").is_ok());
}

#[test]
fn a_password_is_neither_shown_nor_stored() {
    let world = World::new(System::Ionos);
    let id = create(&world, "ops").unwrap();
    let shown = world.administer("user.get", json!({ "id": id })).unwrap();
    assert!(shown.get("password").is_none());
    let changes = json!({ "id": id, "changes": { "password": "another one" } });
    world.administer("user.update", changes).unwrap();
    for entry in world.dump() {
        assert!(
            !entry.contains("pass word") && !entry.contains("another one"),
            "{entry}"
        );
    }
}

#[test]
fn users_past_their_limits_are_refused() {
    let world = World::new(System::Ionos);
    let long = "x".repeat(256);
    for fields in [
        json!({ "login": "" }),
        json!({ "login": long }),
        // Not many characters, but more bytes than a key of the store has.
        json!({ "login": "\u{1f600}".repeat(255) }),
        json!({ "login": "a", "password": "" }),
        json!({ "login": "a", "password": "x".repeat(1025) }),
        json!({ "login": "a", "profile": { "given_name": long } }),
    ] {
        assert!(matches!(
            world.administer("user.create", fields),
            Err(Fault::Request(_))
        ));
    }
    assert!(world.dump().is_empty());
}

#[test]
fn pages_of_users_end() {
    let mut world = World::new(System::Ionos);
    for number in 0..4 {
        world.now = world.now.plus_seconds(1);
        let login = alloc::format!("user {number}");
        world
            .administer("user.create", json!({ "login": login }))
            .unwrap();
    }
    let first = world
        .administer("user.list", json!({ "page_size": 2 }))
        .unwrap();
    let token = first["next_page_token"].as_str().unwrap();
    let second = world
        .administer("user.list", json!({ "page_token": token }))
        .unwrap();
    assert_eq!(second["items"][1]["login"], "user 3");
    assert_eq!(second["next_page_token"], "");
}
