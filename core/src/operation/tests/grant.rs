//! Token issue and use: what is refused, that refusals look alike outside and
//! differ in the audit record.

use super::setup::World;
use crate::operation::{Caller, Fault, GrantFault, Presented, Unauthenticated};
use crate::record::System;
use alloc::string::String;
use serde_json::json;

#[test]
fn a_token_speaks_for_its_client_until_it_expires() {
    let mut world = World::new(System::Klarity);
    let (id, secret) = world.register(json!({ "display_name": "meter" }));
    let token = world.token(&id, &secret).unwrap();
    assert_eq!(token["expires_in"], 86_400);
    let token = String::from(token["access_token"].as_str().unwrap());
    assert_eq!(world.caller(&token).unwrap().actor(), id);
    world.now = world.now.plus_seconds(86_399);
    assert!(world.caller(&token).is_ok());
    world.now = world.now.plus_seconds(1);
    let expired = world.caller(&token).unwrap_err();
    assert_eq!(expired, Fault::Unauthenticated(Unauthenticated::Expired));
}

#[test]
fn a_token_of_one_system_is_refused_by_another() {
    let mut world = World::new(System::Klarity);
    let (id, secret) = world.register(json!({ "display_name": "meter" }));
    let token = world.token(&id, &secret).unwrap();
    let token = token["access_token"].as_str().unwrap();
    for system in System::ALL {
        world.system = system;
        assert_eq!(
            world.caller(token).is_ok(),
            system == System::Klarity,
            "{system}"
        );
    }
}

#[test]
fn refusals_look_alike_outside_and_differ_in_the_audit_record() {
    let mut world = World::new(System::Datatrails);
    let (id, secret) = world.register(json!({ "display_name": "meter" }));
    let refused = Err(Fault::Grant(GrantFault::Client(Presented::Content)));
    assert_eq!(world.token("nobody", &secret), refused);
    assert_eq!(world.token(&id, "wrong"), refused);
    world.now = world.now.plus_seconds(366 * 24 * 60 * 60);
    assert_eq!(world.token(&id, &secret), refused);
    let reasons = world.reasons();
    for reason in ["unknown-client", "wrong-secret", "expired-secret"] {
        assert!(
            reasons.iter().any(|entry| entry == reason),
            "{reason} in {reasons:?}"
        );
    }
    assert!(
        !world.dump().iter().any(|entry| entry.contains("nobody")),
        "typed by a stranger"
    );
}

#[test]
fn repeated_refusals_do_not_fill_the_store() {
    let world = World::new(System::Datatrails);
    for number in 0..50 {
        let _ = world.token(&alloc::format!("guess {number}"), "x");
    }
    assert_eq!(world.dump().len(), 1);
}

#[test]
fn a_regenerated_secret_kills_the_old_one_and_no_token() {
    let world = World::new(System::Datatrails);
    let (id, old) = world.register(json!({ "display_name": "meter" }));
    let token = world.token(&id, &old).unwrap();
    let renewed = world
        .administer("client.regenerate_secret", json!({ "client_id": id }))
        .unwrap();
    assert!(world.token(&id, &old).is_err());
    assert!(
        world
            .token(&id, renewed["secret"].as_str().unwrap())
            .is_ok()
    );
    assert!(
        world
            .caller(token["access_token"].as_str().unwrap())
            .is_ok()
    );
}

#[test]
fn tokens_of_a_deleted_client_are_refused() {
    let world = World::new(System::Datatrails);
    let (id, secret) = world.register(json!({ "display_name": "meter" }));
    let token = world.token(&id, &secret).unwrap();
    world
        .administer("client.delete", json!({ "client_id": id }))
        .unwrap();
    let refused = world
        .caller(token["access_token"].as_str().unwrap())
        .unwrap_err();
    assert_eq!(refused, Fault::Unauthenticated(Unauthenticated::Refused));
    assert_eq!(world.reasons()[0], "gone-client");
}

#[test]
fn scope_is_granted_whole_or_refused() {
    let world = World::new(System::Standard);
    let (id, secret) =
        world.register(json!({ "display_name": "meter", "scope": ["read", "write"] }));
    let ask = |scope: serde_json::Value| {
        let request = json!({
            "client": { "id": id, "secret": secret },
            "grant": { "client_credentials": { "scope": scope } },
        });
        world
            .run(Caller::Anonymous, "token.issue", request)
            .map(|token| token.to_value())
    };
    assert_eq!(ask(json!(null)).unwrap()["scope"], "read write");
    assert_eq!(ask(json!("write write")).unwrap()["scope"], "write");
    for scope in ["admin", "read admin", "a\"b", "a\\b", "\u{e9}"] {
        let refused = ask(json!(scope));
        assert!(
            matches!(refused, Err(Fault::Grant(GrantFault::Scope(_)))),
            "{scope}"
        );
    }
}

#[test]
fn an_unknown_audience_is_refused_after_the_client_is_known() {
    let world = World::new(System::Klarity);
    let (id, secret) = world.register(json!({ "display_name": "meter" }));
    let ask = |secret: &str, grant: serde_json::Value| {
        let request = json!({
            "client": { "id": id, "secret": secret },
            "grant": { "client_credentials": grant },
        });
        world.run(Caller::Anonymous, "token.issue", request)
    };
    let elsewhere = json!({ "audience": "https://elsewhere" });
    assert!(matches!(
        ask(&secret, elsewhere.clone()),
        Err(Fault::Grant(GrantFault::Audience(_)))
    ));
    assert!(matches!(
        ask("wrong", elsewhere),
        Err(Fault::Grant(GrantFault::Client(_)))
    ));
    assert!(matches!(
        ask(&secret, json!({})),
        Err(Fault::Grant(GrantFault::Request(_)))
    ));
}

#[test]
fn introspection_tells_only_whom_it_concerns() {
    let world = World::new(System::Standard);
    let (id, secret) = world.register(json!({ "display_name": "meter" }));
    let (other, other_secret) = world.register(json!({ "display_name": "other" }));
    let token = world.token(&id, &secret).unwrap();
    let token = token["access_token"].as_str().unwrap();
    let other_token = world.token(&other, &other_secret).unwrap();
    let ask = |caller: Caller, token: &str| {
        let outcome = world.run(caller, "token.introspect", json!({ "token": token }));
        outcome.map(|outcome| outcome.to_value())
    };
    let own = ask(world.caller(token).unwrap(), token).unwrap();
    assert_eq!(
        (&own["active"], &own["client_id"]),
        (&json!(true), &json!(id))
    );
    let inactive = json!({ "active": false });
    let stranger = world
        .caller(other_token["access_token"].as_str().unwrap())
        .unwrap();
    assert_eq!(ask(stranger, token).unwrap(), inactive);
    assert_eq!(
        ask(super::setup::administrator(), "garbage").unwrap(),
        inactive
    );
    assert_eq!(
        ask(Caller::Anonymous, token),
        Err(Fault::Unauthenticated(Unauthenticated::Absent))
    );
}
