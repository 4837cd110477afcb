//! The life of a client over HTTP, on each store, and what the server tells
//! of itself.

use serde_json::json;

use crate::client::Client;
use crate::content::configured;
use crate::process::Server;

fn stores(test: impl Fn(&Server)) {
    test(&Server::start(&[]));
    let folder = tempfile::tempdir().unwrap();
    test(&Server::on(folder.path()));
}

#[test]
fn a_client_lives_from_its_registration_to_its_deletion() {
    stores(|server| {
        let (id, secret) = server.administrator();
        let administrator = Client::basic(server, &id, &secret);
        let made = administrator.post(
            "/admin/clients",
            &json!({ "client_name": "robot", "scope": "records:read records:write" }),
        );
        assert_eq!(made.status, 201, "{made:?}");
        let text = |name: &str| made.json[name].as_str().unwrap().to_owned();
        let (id, secret) = (text("client_id"), text("client_secret"));

        let robot = Client::basic(server, &id, &secret);
        let grant = "grant_type=client_credentials&scope=records:read";
        let issued = robot.post_form("/oauth/token", grant);
        assert_eq!(issued.status, 200, "{issued:?}");
        assert_eq!(issued.headers.first("cache-control"), Some("no-store"));
        let token = issued.json["access_token"].as_str().unwrap();
        let told = robot.post_form("/oauth/introspect", &format!("token={token}"));
        assert_eq!(told.json["active"], true, "{told:?}");
        assert_eq!(told.json["scope"], "records:read");

        let own = format!("/admin/clients/{id}");
        let shown = administrator.get(&own);
        assert_eq!(shown.json["client_secret"], "", "the secret is shown twice");
        let renewed = administrator.post(&format!("{own}/regenerate-secret"), &json!({}));
        let renewed = renewed.json["client_secret"].as_str().unwrap();
        assert_ne!(renewed, secret);
        assert_eq!(robot.post_form("/oauth/token", grant).status, 401);
        let robot = Client::basic(server, &id, renewed);
        assert_eq!(robot.post_form("/oauth/token", grant).status, 200);

        assert_eq!(administrator.ask("DELETE", &own, None).status, 200);
        assert_eq!(administrator.get(&own).status, 404);
        assert_eq!(robot.post_form("/oauth/token", grant).status, 401);
        let bearer = Client::bearer(server, token);
        assert_eq!(bearer.get("/admin/clients").status, 401);
    });
}

#[test]
fn issuer_and_links_are_those_of_the_origin_not_of_a_header() {
    let chosen = Server::start(&["--origin", "https://tokens.example.com"]);
    let metadata = "/.well-known/oauth-authorization-server";
    let told = Client::anonymous(&chosen).get(metadata);
    assert_eq!(told.json["issuer"], "https://tokens.example.com");
    let listening = Server::start(&[]);
    let told = Client::anonymous(&listening).get(metadata);
    assert_eq!(told.json["issuer"], listening.origin.as_str());
}

#[test]
fn the_log_has_every_request_and_no_secret_of_any() {
    let server = Server::start(&[]);
    let (id, secret) = server.administrator();
    let administrator = Client::basic(&server, &id, &secret);
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let issued = Client::anonymous(&server).post_form("/oauth/token", &form);
    let token = issued.json["access_token"].as_str().unwrap();
    let target = format!("/admin/clients?page_token={token}");
    administrator.get(&target);
    let log = server.log();
    assert!(log.contains("path=\"/oauth/token\" status=200"), "{log}");
    assert!(log.contains("path=\"/admin/clients\""), "{log}");
    for secret in [secret.as_str(), token, "page_token"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn a_proxy_is_believed_only_when_it_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("serve.yaml");
    std::fs::write(&config, "proxies: [127.0.0.1]\n").unwrap();
    let config = config.to_str().unwrap();
    for (arguments, caller) in [
        (&["--config", config][..], "caller=198.51.100.7"),
        (&[], "caller=127.0.0.1"),
    ] {
        let server = Server::start(arguments);
        let raw = "GET / HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.9, 198.51.100.7\r\n\
            connection: close\r\n\r\n";
        crate::content::raw(&server, raw.as_bytes());
        let log = server.log();
        assert!(log.contains(caller), "{log}");
    }
}

#[test]
fn a_caller_beyond_its_rate_limit_is_told_when_to_come_back() {
    let limit = "systems: { standard: { rate_limit: { burst: 3, per_minute: 1 } } }";
    let (server, _folder) = configured(limit);
    let (id, secret) = server.administrator();
    let administrator = Client::basic(&server, &id, &secret);
    for _ in 0..3 {
        assert_eq!(administrator.get("/admin/clients").status, 200);
    }
    let told = administrator.get("/admin/clients");
    assert_eq!(told.status, 429, "{told:?}");
    let wait = told.headers.first("retry-after").map(str::parse::<u32>);
    assert!(matches!(wait, Some(Ok(1..=60))), "{told:?}");
}
