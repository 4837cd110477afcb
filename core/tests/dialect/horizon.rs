//! 12Port Horizon from outside, where a scenario cannot go: what touches every
//! token of the tenant, and what only the policy changes.

use crate::setup::{As, Setup, json_request, request};
use serde_json::json;
use touchmark_core::http::Method;
use touchmark_core::record::System;

/// A token of a new entry, of this space.
fn token(setup: &Setup, space: &str) -> String {
    let administrator = setup.administrator();
    let base = format!("/ztna/default/{space}/api");
    let post = |path: &str, content| {
        let path = format!("{base}/{path}");
        setup.send(json_request(Method::Post, &path, &content).by(&administrator))
    };
    let login = format!("svc-{space}");
    let user = post("user", json!({ "login": login })).text("/id");
    let entry = post("apitoken", json!({ "user": user })).text("/id");
    post(&format!("apitoken/{entry}/unlock"), json!({})).text("/token")
}

#[test]
fn rotating_the_signature_key_ends_every_token() {
    let setup = Setup::new();
    let token = token(&setup, "root");
    let me = || setup.send(request(Method::Get, "/api/user/me").bearing(&token));
    assert_eq!(me().status, 200);
    let rotate = request(Method::Post, "/api/signaturekey/rotate");
    let reply = setup.send(rotate.by(&setup.administrator()));
    assert_eq!((reply.status, reply.json), (200, json!({})));
    assert_eq!(me().status, 401);
}

#[test]
fn a_token_is_good_in_its_own_space_only() {
    let mut setup = Setup::new();
    let policy = setup.deployment.systems.get_mut(&System::Horizon);
    policy.expect("the system has a policy").spaces = vec!["root".into(), "plant".into()];
    let token = token(&setup, "plant");
    let me = |space: &str| {
        let path = format!("/ztna/default/{space}/api/user/me");
        setup.send(request(Method::Get, &path).bearing(&token))
    };
    assert_eq!(me("plant").status, 200);
    assert_eq!(me("plant").text("/space"), "plant");
    assert_eq!(me("root").status, 401);
    assert_eq!(me("nowhere").status, 401);
}

#[test]
fn a_space_holds_the_types_of_asset_that_its_policy_names() {
    let mut setup = Setup::new();
    let policy = setup.deployment.systems.get_mut(&System::Horizon);
    policy.expect("the system has a policy").asset_types = vec!["Valve".into()];
    let token = token(&setup, "root");
    let get = |path: &str| setup.send(request(Method::Get, path).bearing(&token));
    let root = get("/api/user/context").text("/space/rid");
    let reply = get(&format!("/api/asset/listTypes/{root}"));
    assert_eq!(reply.text("/0/name"), "Valve");
    let upper = get(&format!("/api/asset/listTypes/{}", root.to_uppercase()));
    assert_eq!(upper.json, reply.json, "identifiers have no case");
}
