//! Opaque tokens by password and by refresh token, on either side of the two
//! switches of their life cycle.

use super::setup::World;
use crate::operation::{
    Caller, Credential, Fault, Forbidden, GrantFault, Name, Ownership, Unauthenticated,
    authenticate,
};
use crate::record::{Secret, System};
use crate::store::contract::Mishap;
use alloc::string::String;
use serde_json::{Value, json};

/// An API access of 100 seconds, with refresh tokens of 200, and an operator.
fn world() -> (World, String) {
    let world = World::new(System::Cockpit);
    let access = json!({
        "client_id": "access", "client_secret": "7Du:IZ9",
        "terms": {
            "grants": ["password", "refresh_token"],
            "access_lifetime": 100, "refresh_lifetime": 200,
        },
    });
    world.administer("api_access.register", access).unwrap();
    let operator = json!({
        "login": "op", "password": "right",
        "profile": { "privileges": ["connect-to-api"] },
    });
    let operator = world.administer("user.create", operator).unwrap();
    (world, operator["id"].as_str().unwrap().into())
}

fn grant(world: &World, grant: &Value) -> Result<Value, Fault> {
    let request = json!({ "client": { "id": "access", "secret": "7Du:IZ9" }, "grant": grant });
    let outcome = world.run(Caller::Anonymous, "token.issue", request);
    outcome.map(|outcome| outcome.to_value())
}

fn password(world: &World) -> Value {
    grant(
        world,
        &json!({ "password": { "username": "op", "password": "right" } }),
    )
    .unwrap()
}

fn refresh(world: &World, token: &Value) -> Result<Value, Fault> {
    grant(
        world,
        &json!({ "refresh_token": { "refresh_token": token["refresh_token"] } }),
    )
}

fn call(world: &World, token: &Value) -> Result<Caller, Fault> {
    let token = token["access_token"].as_str().unwrap();
    let credential = Credential::Session(Secret::new(token));
    let context = world.context(Caller::Anonymous);
    pollster::block_on(authenticate(&credential, Name::GetDashboard, &context))
}

#[track_caller]
fn refused(world: &World, token: &Value) -> Unauthenticated {
    match call(world, token) {
        Err(Fault::Unauthenticated(why)) => why,
        other => panic!("refused: {other:?}"),
    }
}

#[test]
fn a_living_token_is_given_again_unless_told_otherwise() {
    let (mut world, _) = world();
    let first = password(&world);
    world.now = world.now.plus_seconds(40);
    let second = password(&world);
    assert_eq!(second["access_token"], first["access_token"]);
    assert_eq!(second["expires_in"], 60);
    let policy = world.deployment.systems.get_mut(&System::Cockpit);
    policy.unwrap().reuse_access_token = false;
    let third = password(&world);
    assert_ne!(third["access_token"], first["access_token"]);
    assert_eq!(third["refresh_token"], first["refresh_token"]);
    assert_eq!(third["expires_in"], 100);
    assert_eq!(refused(&world, &first), Unauthenticated::Refused);
}

#[test]
fn after_the_access_token_the_refresh_token_lives_on_until_its_own_end() {
    let (mut world, _) = world();
    let first = password(&world);
    world.now = world.now.plus_seconds(99);
    assert!(call(&world, &first).is_ok());
    world.now = world.now.plus_seconds(1);
    assert_eq!(refused(&world, &first), Unauthenticated::Expired);
    let second = password(&world);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_eq!(second["refresh_token"], first["refresh_token"]);
    world.now = world.now.plus_seconds(99);
    assert!(refresh(&world, &first).is_ok());
    world.now = world.now.plus_seconds(1);
    let ended = Fault::Grant(GrantFault::Ownership(Ownership::RefreshToken));
    assert_eq!(refresh(&world, &first), Err(ended));
}

#[test]
fn a_refresh_keeps_the_refresh_token_unless_told_otherwise() {
    let (mut world, _) = world();
    let first = password(&world);
    let second = refresh(&world, &first).unwrap();
    assert_eq!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(refused(&world, &first), Unauthenticated::Refused);
    let policy = world.deployment.systems.get_mut(&System::Cockpit);
    policy.unwrap().rotate_refresh_token = true;
    let third = refresh(&world, &second).unwrap();
    assert_ne!(third["refresh_token"], second["refresh_token"]);
    let ended = Fault::Grant(GrantFault::Ownership(Ownership::RefreshToken));
    assert_eq!(refresh(&world, &second), Err(ended));
    assert!(refresh(&world, &third).is_ok());
}

#[test]
fn a_token_made_while_its_session_is_ended_ends_with_it() {
    let endings = [
        ("user.update", "id", json!({ "password": "another" })),
        ("user.update", "id", json!({ "standing": "disabled" })),
        (
            "api_access.update",
            "client_id",
            json!({ "standing": "disabled" }),
        ),
    ];
    for (name, id, changes) in endings {
        let (mut world, operator) = world();
        // The change begins, and a token is made before it is committed.
        let began = world.now;
        world.now = began.plus_seconds(1);
        let token = password(&world);
        world.now = began;
        let change = |changes: &Value| {
            let fields = if id == "id" {
                json!({ "id": operator, "changes": changes })
            } else {
                json!({ "client_id": "access", "standing": changes["standing"] })
            };
            world.administer(name, fields).unwrap();
        };
        change(&changes);
        if changes.get("standing").is_some() {
            change(&json!({ "standing": "enabled" }));
        }
        assert_eq!(
            refused(&world, &token),
            Unauthenticated::Refused,
            "{changes}"
        );
        let ended = Fault::Grant(GrantFault::Ownership(Ownership::RefreshToken));
        assert_eq!(refresh(&world, &token), Err(ended), "{changes}");
    }
}

#[test]
fn tokens_are_ended_twice_within_one_millisecond() {
    let (world, operator) = world();
    for secret in ["first", "right"] {
        let token = password(&world);
        let fields = json!({ "id": operator, "changes": { "password": secret } });
        world.administer("user.update", fields).unwrap();
        assert_eq!(refused(&world, &token), Unauthenticated::Refused);
        let fields = json!({ "id": operator, "changes": { "password": "right" } });
        world.administer("user.update", fields).unwrap();
    }
}

#[test]
fn a_refresh_whose_answer_was_lost_is_answered() {
    for rotates in [false, true] {
        let (mut world, _) = world();
        let policy = world.deployment.systems.get_mut(&System::Cockpit);
        policy.unwrap().rotate_refresh_token = rotates;
        let first = password(&world);
        world.store.fail_commits(0..1, Mishap::AmbiguousApplied);
        let second = refresh(&world, &first).unwrap();
        assert!(call(&world, &second).is_ok(), "rotates: {rotates}");
        assert!(refresh(&world, &second).is_ok(), "rotates: {rotates}");
    }
}

#[test]
fn no_opaque_token_is_stored() {
    let (world, _) = world();
    let token = password(&world);
    for member in ["access_token", "refresh_token"] {
        let text = token[member].as_str().unwrap();
        assert!(
            world.dump().iter().all(|entry| !entry.contains(text)),
            "{member}"
        );
    }
}

#[test]
fn an_operator_without_the_right_to_connect_is_known_and_forbidden() {
    let (world, operator) = world();
    let token = password(&world);
    let caller = call(&world, &token).unwrap();
    assert!(world.run(caller, "dashboard.get", json!({})).is_ok());
    let taken = json!({ "id": operator, "changes": { "privileges": [] } });
    world.administer("user.update", taken).unwrap();
    let caller = call(&world, &token).unwrap();
    assert_eq!(
        world.run(caller, "dashboard.get", json!({})),
        Err(Fault::Forbidden(Forbidden::Connection))
    );
}

#[test]
fn api_accesses_past_their_limits_are_refused_by_name() {
    let (world, _) = world();
    let good = json!({
        "client_id": "x".repeat(256), "client_secret": "s".repeat(256),
        "description": "\u{e9}".repeat(4096),
        "terms": { "grants": [], "access_lifetime": 315_360_000, "refresh_lifetime": 315_360_000 },
    });
    world
        .administer("api_access.register", good.clone())
        .unwrap();
    for (at, value) in [
        ("client_id", json!("x".repeat(257))),
        ("client_id", json!("")),
        ("client_id", json!("two words")),
        ("client_secret", json!("s".repeat(257))),
        ("client_secret", json!("")),
        ("description", json!("x".repeat(4097))),
        (
            "terms.access_lifetime",
            json!({ "grants": [], "access_lifetime": 315_360_001, "refresh_lifetime": 0 }),
        ),
        (
            "terms.refresh_lifetime",
            json!({ "grants": [], "access_lifetime": 0, "refresh_lifetime": 315_360_001 }),
        ),
    ] {
        let mut request = good.clone();
        request["client_id"] = "other".into();
        request[at.split('.').next().unwrap()] = value;
        match world.administer("api_access.register", request) {
            Err(Fault::Request(crate::operation::RequestFault::Field { at: place, .. })) => {
                assert_eq!(place, at);
            }
            other => panic!("{at} is refused: {other:?}"),
        }
    }
}
