//! API tokens: every reason to refuse one looks the same outside and has its
//! own word in the audit record.

use super::setup::{World, administrator, caller_of, client};
use crate::operation::{Caller, Credential, Fault, Forbidden, Name, Unauthenticated, authenticate};
use crate::record::{Role, Secret, System};
use alloc::string::String;
use core::net::IpAddr;
use serde_json::{Value, json};

struct Setup {
    world: World,
    user: String,
    entry: String,
    token: String,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "written at the call as a value"
)]
fn setup(fields: Value) -> Setup {
    let world = World::new(System::Horizon);
    let user = world
        .administer("user.create", json!({ "login": "svc" }))
        .unwrap();
    let user = String::from(user["id"].as_str().unwrap());
    let mut request = json!({ "space": "root", "user": user, "name": "nightly" });
    request
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let entry = world.administer("api_token.create", request).unwrap();
    let entry = String::from(entry["id"].as_str().unwrap());
    let token = unlock(&world, &entry);
    Setup {
        world,
        user,
        entry,
        token,
    }
}

fn unlock(world: &World, entry: &str) -> String {
    let unlocked = world.administer("api_token.unlock", json!({ "space": "root", "id": entry }));
    unlocked.unwrap()["token"].as_str().unwrap().into()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "written at the call as a value"
)]
fn update(setup: &Setup, changes: Value) {
    let request = json!({ "space": "root", "id": setup.entry, "changes": changes });
    setup.world.administer("api_token.update", request).unwrap();
}

fn call(world: &World, token: &str, space: &str, peer: Option<&str>) -> Result<Caller, Fault> {
    let mut context = world.context(Caller::Anonymous);
    context.peer = peer.map(|peer| peer.parse::<IpAddr>().unwrap());
    let credential = Credential::ApiToken {
        token: Secret::new(token),
        space: space.into(),
    };
    pollster::block_on(authenticate(&credential, Name::Me, &context))
}

#[track_caller]
fn refused_for(setup: &Setup, reason: &str, space: &str, peer: Option<&str>) {
    let refused = call(&setup.world, &setup.token, space, peer)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(refused, Fault::Unauthenticated(Unauthenticated::Refused));
    assert!(
        setup.world.reasons().iter().any(|found| found == reason),
        "{reason}"
    );
}

#[test]
fn a_token_speaks_for_its_user() {
    let setup = setup(json!({}));
    assert!(setup.token.starts_with("eyJhbGciOiJIUzI1"));
    let caller = call(&setup.world, &setup.token, "root", None).unwrap();
    assert_eq!(caller.actor(), setup.user);
}

#[test]
fn every_reason_is_refused_alike() {
    let mut one = setup(json!({ "filter": "10.1.2.0/24" }));
    refused_for(&one, "address", "root", Some("10.1.3.1"));
    refused_for(&one, "address", "root", None);
    refused_for(&one, "other-space", "elsewhere", Some("10.1.2.1"));
    assert!(call(&one.world, &one.token, "root", Some("::ffff:10.1.2.1")).is_ok());
    update(&one, json!({ "standing": "disabled" }));
    refused_for(&one, "disabled-token", "root", Some("10.1.2.1"));
    update(
        &one,
        json!({ "standing": "enabled", "expires_at": "2026-11-21T10:00:05Z" }),
    );
    assert!(call(&one.world, &one.token, "root", Some("10.1.2.1")).is_ok());
    one.world.now = one.world.now.plus_seconds(5);
    refused_for(&one, "expired-token", "root", Some("10.1.2.1"));
    update(&one, json!({ "expires_at": null, "filter": "" }));
    let disabled = json!({ "id": one.user, "changes": { "standing": "disabled" } });
    one.world.administer("user.update", disabled).unwrap();
    refused_for(&one, "disabled-user", "root", None);
    one.world
        .administer("user.delete", json!({ "id": one.user }))
        .unwrap();
    refused_for(&one, "gone-user", "root", None);
    let entry = json!({ "space": "root", "id": one.entry });
    one.world.administer("api_token.delete", entry).unwrap();
    refused_for(&one, "gone-token", "root", None);
}

#[test]
fn the_expiry_in_the_token_counts_as_well() {
    let mut setup = setup(json!({ "expires_at": "2026-11-21T10:00:05Z" }));
    update(&setup, json!({ "expires_at": null }));
    setup.world.now = setup.world.now.plus_seconds(5);
    let refused = call(&setup.world, &setup.token, "root", None)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(refused, Fault::Unauthenticated(Unauthenticated::Expired));
}

#[test]
fn rotating_the_signature_key_kills_every_token() {
    let setup = setup(json!({}));
    setup
        .world
        .administer("signature_key.rotate", json!({}))
        .unwrap();
    refused_for(&setup, "bad_signature", "root", None);
    let renewed = unlock(&setup.world, &setup.entry);
    assert!(call(&setup.world, &renewed, "root", None).is_ok());
}

#[test]
fn an_unlock_mints_anew_and_spares_the_former_token_unless_told_otherwise() {
    let mut setup = setup(json!({}));
    let later = unlock(&setup.world, &setup.entry);
    assert_ne!(later, setup.token);
    assert!(call(&setup.world, &setup.token, "root", None).is_ok());
    let policy = setup
        .world
        .deployment
        .systems
        .get_mut(&System::Horizon)
        .unwrap();
    policy.unlock_revokes_previous = true;
    refused_for(&setup, "superseded-token", "root", None);
    assert!(call(&setup.world, &later, "root", None).is_ok());
}

#[test]
fn a_manager_manages_entries_and_an_administrator_alone_unlocks() {
    let setup = setup(json!({}));
    let entry = || json!({ "space": "root", "id": setup.entry });
    let manager = || caller_of(client("manager", &[Role::ApiTokenManager]));
    let nobody = || caller_of(client("nobody", &[]));
    let forbidden = Fault::Forbidden(Forbidden::Administrator);
    assert!(setup.world.run(manager(), "api_token.get", entry()).is_ok());
    assert_eq!(
        setup.world.run(manager(), "api_token.unlock", entry()),
        Err(forbidden.clone())
    );
    assert_eq!(
        setup.world.run(manager(), "user.list", json!({})),
        Err(forbidden.clone())
    );
    assert_eq!(
        setup.world.run(nobody(), "api_token.get", entry()),
        Err(forbidden)
    );
    assert!(
        setup
            .world
            .run(administrator(), "api_token.unlock", entry())
            .is_ok()
    );
}

#[test]
fn entries_that_break_a_rule_are_refused() {
    let setup = setup(json!({}));
    for fields in [
        json!({ "space": "nowhere" }),
        json!({ "user": "nobody" }),
        json!({ "filter": "10.1.2.3/33" }),
        json!({ "name": "x".repeat(257) }),
        json!({ "description": "x".repeat(4097) }),
    ] {
        let mut request = json!({ "space": "root", "user": setup.user });
        request
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        assert!(
            setup.world.administer("api_token.create", request).is_err(),
            "{fields}"
        );
    }
}
