//! Klarity's GraphQL endpoint from outside: the life of an integration by it,
//! and each refusal in GraphQL's shape.

use crate::setup::{As, Reply, Setup, json_request, request, with_body};
use core::num::NonZeroU32;
use serde_json::{Value, json};
use touchmark_core::http::{Authorization, Body, Method, Request};
use touchmark_core::operation::RateLimit;
use touchmark_core::record::System;

const PATH: &str = "/graphql";

const CREATE: &str = "mutation($name: String!) {
    createExternalIntegration(input: {name: $name}) { id name secret }
}";
const REGENERATE: &str = "mutation($id: ID!) {
    regenerateExternalIntegrationSecret(id: $id) { id secret }
}";
const READ: &str = "query($id: ID!) {
    externalIntegration(id: $id) { name description secretExpiresAt }
}";
const DELETE: &str = "mutation($id: ID!) { deleteExternalIntegration(id: $id) }";

/// A deployment and the key of its administrator.
struct Endpoint {
    setup: Setup,
    key: String,
}

impl Endpoint {
    fn new() -> Self {
        let setup = Setup::new();
        let field = setup.administrator();
        let request = request(Method::Get, "/").by(&field);
        let Ok(Authorization::Basic(pair)) = Authorization::read(&request) else {
            panic!("the administrator has Basic credentials")
        };
        Self {
            setup,
            key: format!("{}/{}", pair.id, pair.secret),
        }
    }

    fn send(&self, request: Request) -> Reply {
        self.setup
            .send(request.with_header("x-api-key", &*self.key))
    }

    fn ask(&self, document: &str, variables: &Value) -> Reply {
        self.send(question(PATH, document, variables))
    }

    /// A new integration: identifier and secret.
    fn create(&self, name: &str) -> (String, String) {
        let reply = self.ask(CREATE, &json!({ "name": name }));
        assert_eq!(reply.status, 200, "{}", reply.json);
        let text = |member: &str| reply.text(&format!("/data/createExternalIntegration/{member}"));
        (text("id"), text("secret"))
    }

    /// The status of a token request with these credentials.
    fn token(&self, id: &str, secret: &str) -> u16 {
        let content = json!({
            "client_id": id,
            "client_secret": secret,
            "audience": crate::setup::KLARITY,
            "grant_type": "client_credentials",
        });
        let asked = json_request(Method::Post, "/oauth/token", &content);
        self.setup.send(asked).status
    }
}

fn question(path: &str, document: &str, variables: &Value) -> Request {
    let content = json!({ "query": document, "variables": variables });
    json_request(Method::Post, path, &content)
}

/// Asserts a refusal before anything was done.
fn assert_refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.json);
    assert_eq!(reply.text("/errors/0/extensions/code"), code);
    assert!(reply.json.get("data").is_none(), "{}", reply.json);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[test]
fn an_integration_lives_from_creation_to_deletion() {
    let endpoint = Endpoint::new();
    let (id, secret) = endpoint.create("jira");
    assert_eq!(endpoint.token(&id, &secret), 200);

    let one = json!({ "id": id });
    let read = endpoint.ask(READ, &one).json;
    let expected = json!({ "name": "jira", "description": "", "secretExpiresAt": null });
    assert_eq!(read, json!({ "data": { "externalIntegration": expected } }));

    let renewed = endpoint.ask(REGENERATE, &one);
    let renewed = renewed.text("/data/regenerateExternalIntegrationSecret/secret");
    assert_eq!(endpoint.token(&id, &secret), 401);
    assert_eq!(endpoint.token(&id, &renewed), 200);

    let deleted = endpoint.ask(DELETE, &one).json;
    assert_eq!(
        deleted,
        json!({ "data": { "deleteExternalIntegration": true } })
    );
    assert_eq!(endpoint.token(&id, &renewed), 401);
    let gone = endpoint.ask(READ, &one);
    assert_eq!(gone.status, 200);
    assert_eq!(gone.text("/errors/0/extensions/code"), "NOT_FOUND");
    assert_eq!(
        gone.json["errors"][0]["path"],
        json!(["externalIntegration"])
    );
    assert_eq!(gone.json["data"], json!({ "externalIntegration": null }));
}

#[test]
fn integrations_are_listed_page_by_page_under_either_mount() {
    let endpoint = Endpoint::new();
    let mut made = ["a", "b", "c"].map(|name| endpoint.create(name).0);
    let document = "query($after: String) {
        all: externalIntegrations(pageSize: 2, pageToken: $after) {
            results { id } nextPageToken
        }
    }";
    let mut found = Vec::new();
    let mut after = Value::Null;
    for path in [PATH, "/klarity/graphql"] {
        let asked = question(path, document, &json!({ "after": after }));
        let reply = endpoint.send(asked);
        let results = reply.json["data"]["all"]["results"].as_array().cloned();
        let ids = results.unwrap_or_default().into_iter();
        found.extend(ids.map(|item| item["id"].as_str().unwrap_or_default().to_owned()));
        after = reply.json["data"]["all"]["nextPageToken"].clone();
    }
    // Those of one millisecond are in no order of their making.
    found.sort_unstable();
    made.sort_unstable();
    assert_eq!(found, made);
    assert_eq!(after, Value::Null);
}

#[test]
fn a_key_that_proves_nobody_is_refused() {
    let endpoint = Endpoint::new();
    let asked = || question(PATH, CREATE, &json!({ "name": "jira" }));
    let without = endpoint.setup.send(asked());
    assert_refused(&without, 401, "UNAUTHENTICATED");
    assert_eq!(
        without.header("www-authenticate"),
        "ApiKey realm=\"klarity\""
    );
    let (id, secret) = endpoint.key.split_once('/').expect("a pair");
    for key in [
        "",
        "/",
        id,
        &format!("{id}/wrong"),
        &format!("{id}:{secret}"),
    ] {
        let reply = endpoint.setup.send(asked().with_header("x-api-key", key));
        assert_refused(&reply, 401, "UNAUTHENTICATED");
    }
    // Another proof does not stand in for the key, and there is one key only.
    let reply = endpoint
        .setup
        .send(asked().by(&endpoint.setup.administrator()));
    assert_refused(&reply, 401, "UNAUTHENTICATED");
    let mut twice = asked().with_header("x-api-key", &*endpoint.key);
    twice.headers.append("x-api-key", &*endpoint.key);
    assert_refused(&endpoint.setup.send(twice), 401, "UNAUTHENTICATED");

    let (id, secret) = endpoint.create("no administrator");
    let key = format!("{id}/{secret}");
    let reply = endpoint.setup.send(asked().with_header("x-api-key", key));
    assert_refused(&reply, 403, "FORBIDDEN");
}

#[test]
fn what_is_no_graphql_request_is_refused_as_such() {
    let endpoint = Endpoint::new();
    let document = "{externalIntegrations{nextPageToken}}";
    for content in [
        json!([]),
        json!({}),
        json!({ "query": 1 }),
        json!({ "query": document, "variables": [] }),
        json!({ "query": document, "operationName": 1 }),
        json!({ "query": document, "operationName": "other" }),
        json!({ "query": "" }),
    ] {
        let reply = endpoint.send(json_request(Method::Post, PATH, &content));
        assert_refused(&reply, 400, "BAD_REQUEST");
    }
    let raw = |media_type: &str, content: &str| {
        let request = request(Method::Post, PATH).with_content(media_type, content);
        endpoint.send(request)
    };
    let sound = json!({ "query": document }).to_string();
    assert_eq!(raw("application/json; charset=utf-8", &sound).status, 200);
    for (media_type, content) in [
        ("application/json", "{"),
        ("application/json", "{\"query\":\"{x}\",\"query\":\"{x}\"}"),
        ("application/json; charset=latin1", &*sound),
        ("application/graphql", document),
        ("text/plain", &*sound),
    ] {
        assert_refused(&raw(media_type, content), 400, "BAD_REQUEST");
    }
    let large = format!("{{\"query\":\"{}\"}}", " ".repeat(256 * 1024));
    assert_refused(&raw("application/json", &large), 400, "BAD_REQUEST");
    let unread = with_body(request(Method::Post, PATH), Body::TooLarge);
    assert_refused(&endpoint.send(unread), 413, "BAD_REQUEST");
    let broken = with_body(request(Method::Post, PATH), Body::Broken);
    assert_refused(&endpoint.send(broken), 400, "BAD_REQUEST");
    let read = endpoint.send(request(Method::Get, PATH));
    assert_eq!((read.status, read.header("allow")), (405, "POST"));
}

#[test]
fn a_document_with_a_mistake_does_nothing() {
    let endpoint = Endpoint::new();
    let bad_selection = "mutation { createExternalIntegration(input: {name: \"x\"}) { id token } }";
    let reply = endpoint.ask(bad_selection, &json!({}));
    assert_refused(&reply, 400, "GRAPHQL_VALIDATION_FAILED");
    let place = json!([{ "line": 1, "column": 63 }]);
    assert_eq!(reply.json["errors"][0]["locations"], place);
    assert_refused(
        &endpoint.ask("mutation {", &json!({})),
        400,
        "GRAPHQL_PARSE_FAILED",
    );
    assert_refused(&endpoint.ask(CREATE, &json!({})), 400, "BAD_USER_INPUT");
    let all = "{externalIntegrations{results{id}}}";
    let listed = endpoint.ask(all, &json!({})).json;
    assert_eq!(
        listed,
        json!({ "data": { "externalIntegrations": { "results": [] } } })
    );
}

#[test]
fn what_the_domain_refuses_is_the_null_of_its_field() {
    let endpoint = Endpoint::new();
    let refused = |reply: Reply, code: &str, message: &str| {
        assert_eq!(reply.status, 200, "{}", reply.json);
        assert_eq!(reply.text("/errors/0/extensions/code"), code);
        assert_eq!(reply.text("/errors/0/message"), message);
        assert!(
            reply.json["data"]
                .as_object()
                .unwrap()
                .values()
                .all(Value::is_null)
        );
    };
    let name = |length: usize| json!({ "name": "n".repeat(length) });
    assert_eq!(endpoint.ask(CREATE, &name(256)).json.get("errors"), None);
    let reply = endpoint.ask(CREATE, &name(257));
    refused(
        reply,
        "BAD_USER_INPUT",
        "name: has more than 256 characters",
    );
    let reply = endpoint.ask(CREATE, &json!({ "name": " " }));
    refused(reply, "BAD_USER_INPUT", "name: must not be blank");
    for document in [REGENERATE, DELETE, READ] {
        let reply = endpoint.ask(document, &json!({ "id": "nobody" }));
        refused(reply, "NOT_FOUND", "no such integration");
    }
}

#[test]
fn who_asks_too_often_is_told_how_long_to_wait() {
    let mut endpoint = Endpoint::new();
    let policy = endpoint.setup.deployment.systems.get_mut(&System::Klarity);
    let one = NonZeroU32::new(1).expect("more than none");
    policy.expect("the system has a policy").rate_limit = Some(RateLimit {
        burst: one,
        per_minute: one,
    });
    let document = "{externalIntegrations{nextPageToken}}";
    assert_eq!(endpoint.ask(document, &json!({})).status, 200);
    let reply = endpoint.ask(document, &json!({}));
    assert_refused(&reply, 429, "TOO_MANY_REQUESTS");
    assert_eq!(reply.header("retry-after"), "60");
}
