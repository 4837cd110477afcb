//! Administrators by principal: whose token the list names administers.

use super::setup::{World, administrator, caller_of};
use crate::operation::{Caller, Credential, Fault, Name, authenticate};
use crate::record::{Client, Role, Secret, System};
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::{Value, json};

/// A client of DataTrails, and its token.
fn application(world: &World) -> (String, String) {
    let (id, secret) = world.register(json!({ "display_name": "integration" }));
    let token = world.token(&id, &secret).unwrap();
    (id, token["access_token"].as_str().unwrap().into())
}

/// The caller whom a token proves, in front of an operation.
fn caller(world: &World, token: &str, name: Name) -> Caller {
    let credential = Credential::Bearer(Secret::new(token));
    let context = world.context(Caller::Anonymous);
    pollster::block_on(authenticate(&credential, name, &context)).unwrap()
}

fn principal(world: &World, subject: &str) -> Value {
    let issuer = world.deployment.policy(System::Datatrails).issuer.clone();
    json!({ "issuer": issuer, "subject": subject })
}

fn replace(world: &World, by: Caller, principals: &[Value]) -> Result<(), Fault> {
    let request = json!({ "root_principals": principals });
    world.run(by, "principal.replace", request).map(|_| ())
}

#[test]
fn whose_principal_is_on_the_list_administers_until_it_is_not() {
    let world = World::new(System::Datatrails);
    let (id, token) = application(&world);
    let administers = || caller(&world, &token, Name::ListClients).is_administrator();
    assert!(!administers());
    replace(&world, administrator(), &[principal(&world, &id)]).unwrap();
    assert!(administers());
    replace(&world, administrator(), &[]).unwrap();
    assert!(!administers());
}

#[test]
fn the_right_of_a_principal_reaches_administration_only_and_is_not_kept() {
    let world = World::new(System::Datatrails);
    let (id, token) = application(&world);
    replace(&world, administrator(), &[principal(&world, &id)]).unwrap();
    assert!(!caller(&world, &token, Name::ListAssets).is_administrator());
    let kept = world.administer("client.get", json!({ "client_id": id }));
    assert_eq!(kept.unwrap()["roles"], json!([]));
}

#[test]
fn another_issuer_or_subject_is_another_principal() {
    let world = World::new(System::Datatrails);
    let (id, token) = application(&world);
    let others = [
        json!({ "subject": id }),
        json!({ "issuer": "https://elsewhere.example", "subject": id }),
        principal(&world, "somebody"),
    ];
    replace(&world, administrator(), &others).unwrap();
    assert!(!caller(&world, &token, Name::ListClients).is_administrator());
}

#[test]
fn who_is_on_the_list_cannot_take_itself_off() {
    let world = World::new(System::Datatrails);
    let (id, token) = application(&world);
    let own = principal(&world, &id);
    replace(&world, administrator(), core::slice::from_ref(&own)).unwrap();
    let itself = || caller(&world, &token, Name::ReplacePrincipals);
    let refused = replace(&world, itself(), &[]).unwrap_err();
    assert_eq!(
        refused,
        Fault::field("root_principals", "must not lose the principal that asks")
    );
    replace(&world, itself(), &[principal(&world, "other"), own]).unwrap();
}

#[test]
fn an_owner_who_is_not_on_the_list_may_empty_it() {
    let world = World::new(System::Datatrails);
    let (id, _) = application(&world);
    let owner = Client {
        system: System::Datatrails,
        ..super::setup::client("owner", &[Role::Administrator])
    };
    replace(&world, administrator(), &[principal(&world, &id)]).unwrap();
    replace(&world, caller_of(owner), &[]).unwrap();
}

#[test]
fn principals_past_their_limits_are_refused_by_place() {
    let world = World::new(System::Datatrails);
    let many = |count: usize| -> Vec<Value> {
        let subjects = (0..count).map(|number| alloc::format!("s{number}"));
        subjects
            .map(|subject| principal(&world, &subject))
            .collect()
    };
    let by = administrator;
    replace(&world, by(), &many(256)).unwrap();
    assert!(replace(&world, by(), &many(257)).is_err());
    for member in ["issuer", "subject", "display_name", "email"] {
        let mut one = json!({ "subject": "s" });
        one[member] = "\u{e9}".repeat(1024).into();
        replace(&world, by(), core::slice::from_ref(&one)).unwrap();
        one[member] = "\u{e9}".repeat(1025).into();
        let at = alloc::format!("root_principals[0].{member}");
        assert_eq!(
            replace(&world, by(), &[one]),
            Err(Fault::field(at, "has more than 1024 characters"))
        );
    }
    for (list, problem) in [
        (
            [many(1), many(1)].concat(),
            ("[1].subject", "is the same principal twice"),
        ),
        (
            Vec::from([json!({ "issuer": "i" })]),
            ("[0].subject", "must not be empty"),
        ),
    ] {
        let at = alloc::format!("root_principals{}", problem.0);
        assert_eq!(
            replace(&world, by(), &list),
            Err(Fault::field(at, problem.1))
        );
    }
}
