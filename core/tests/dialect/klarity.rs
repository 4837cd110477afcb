//! Klarity from outside: the life of an integration, every row of the error
//! tables, and every limit at its last good value and one past it.

use crate::setup::{
    As, KLARITY, Reply, Setup, claims, form_request, json_request, request, with_body,
};
use core::num::NonZeroU32;
use serde_json::{Value, json};
use touchmark_core::http::{Body, Method, Request, write_basic};
use touchmark_core::operation::RateLimit;
use touchmark_core::record::System;

const INTEGRATIONS: &str = "/admin/klarity/integrations";
const RECORDS: &str = "/v1/estateRecords";
const ENRICHMENTS: &str = "/v1/enrichments/estateRecords";

/// A deployment with one integration.
struct Klarity {
    setup: Setup,
    administrator: String,
    id: String,
    secret: String,
    token: String,
}

impl Klarity {
    fn new() -> Self {
        let setup = Setup::new();
        let administrator = setup.administrator();
        let registration = json_request(Method::Post, INTEGRATIONS, &json!({ "name": "jira" }));
        let reply = setup.send(registration.by(&administrator));
        assert_eq!(reply.status, 201, "{}", reply.json);
        let mut klarity = Self {
            id: reply.text("/id"),
            secret: reply.text("/secret"),
            setup,
            administrator,
            token: String::new(),
        };
        klarity.token = klarity.ask(&json!({})).text("/access_token");
        klarity
    }

    /// The token request, with these members in place of the right ones;
    /// `null` leaves one out.
    fn request(&self, changes: &Value) -> Value {
        let mut content = json!({
            "client_id": self.id,
            "client_secret": self.secret,
            "audience": KLARITY,
            "grant_type": "client_credentials",
        });
        for (name, value) in changes.as_object().expect("changes are an object") {
            if value.is_null() {
                content.as_object_mut().expect("an object").remove(name);
            } else {
                content[name] = value.clone();
            }
        }
        content
    }

    fn ask(&self, changes: &Value) -> Reply {
        let content = self.request(changes);
        self.setup
            .send(json_request(Method::Post, "/klarity/oauth/token", &content))
    }

    fn api(&self, method: Method, target: &str, content: &Value) -> Reply {
        self.setup
            .send(json_request(method, target, content).bearing(&self.token))
    }

    fn push(&self, content: &Value) -> Reply {
        self.api(Method::Post, RECORDS, content)
    }

    /// Pushes one record with these members beside its identity.
    fn push_one(&self, members: &Value) -> Reply {
        let mut record = json!({ "id": "lic-7", "type": "acme/licence" });
        for (name, value) in members.as_object().expect("members are an object") {
            record[name] = value.clone();
        }
        self.push(&json!({ "records": [record] }))
    }

    fn administer(&self, request: Request) -> Reply {
        self.setup.send(request.by(&self.administrator))
    }

    /// The administrator's view of all records.
    fn records(&self) -> Vec<Value> {
        let reply = self.administer(request(Method::Get, "/admin/klarity/records"));
        assert_eq!(reply.status, 200, "{}", reply.json);
        reply.json["records"].as_array().expect("a list").clone()
    }
}

fn assert_accepted(reply: &Reply, count: usize) {
    assert_eq!(reply.status, 202, "{}", reply.json);
    let message = format!("Accepted {count} estate records");
    assert_eq!(reply.json, json!({ "message": message }));
    assert_eq!(reply.header("content-type"), "application/json");
}

/// A refusal in the API's shape whose text is this.
fn assert_refused(reply: &Reply, status: u16, text: &str) {
    assert_eq!(
        (reply.status, &reply.json),
        (status, &json!({ "error": text }))
    );
    assert_eq!(reply.header("content-type"), "application/json");
}

#[test]
fn an_integration_lives_from_registration_to_deletion() {
    let klarity = Klarity::new();
    let path = format!("{INTEGRATIONS}/{}", klarity.id);

    let read = klarity.administer(request(Method::Get, &path));
    assert_eq!(
        (read.text("/name"), read.text("/secret")),
        ("jira".into(), String::new())
    );
    let list = klarity.administer(request(Method::Get, INTEGRATIONS));
    assert_eq!(list.text("/integrations/0/secret"), "");
    assert_eq!(list.text("/next_page_token"), "");

    let change = json!({ "name": "Jira", "description": "tickets" });
    let updated = klarity.administer(json_request(Method::Patch, &path, &change));
    assert_eq!(updated.text("/description"), "tickets");

    klarity.setup.wait(1);
    let secret = klarity.administer(request(Method::Post, &format!("{path}/regenerate-secret")));
    assert_eq!(secret.status, 200);
    assert_ne!(secret.text("/secret"), klarity.secret);
    assert_eq!(secret.text("/id"), klarity.id);
    assert_eq!(
        klarity.ask(&json!({})).status,
        401,
        "the old secret is dead"
    );
    assert_eq!(
        klarity
            .ask(&json!({ "client_secret": secret.text("/secret") }))
            .status,
        200
    );
    assert_accepted(&klarity.push_one(&json!({})), 1);

    assert_eq!(
        klarity.administer(request(Method::Delete, &path)).json,
        json!({})
    );
    assert_refused(&klarity.push_one(&json!({})), 401, "Unauthorized");
    let gone = klarity.administer(request(Method::Get, &path));
    assert_refused(&gone, 404, "no such integration");
}

#[test]
fn lists_are_paged_and_filtered() {
    let klarity = Klarity::new();
    for name in ["a", "b", "a"] {
        let registration = json_request(Method::Post, INTEGRATIONS, &json!({ "name": name }));
        assert_eq!(klarity.administer(registration).status, 201);
    }
    let first = klarity.administer(request(
        Method::Get,
        &format!("{INTEGRATIONS}?page_size=1&name=a"),
    ));
    assert_eq!(first.json["integrations"].as_array().map(Vec::len), Some(1));
    let token = first.text("/next_page_token");
    let second = klarity.administer(request(
        Method::Get,
        &format!("{INTEGRATIONS}?page_size=1&page_token={token}"),
    ));
    assert_eq!(second.text("/integrations/0/name"), "a");
    assert_ne!(
        second.text("/integrations/0/id"),
        first.text("/integrations/0/id")
    );
    let forged = format!("{INTEGRATIONS}?page_token={}x", token);
    let refused = klarity.administer(request(Method::Get, &forged));
    assert_refused(&refused, 400, "page_token: is not a token of this list");
}

#[test]
fn a_token_is_what_the_vendor_issues() {
    let klarity = Klarity::new();
    let reply = klarity.ask(&json!({}));
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("pragma"), "no-cache");
    assert_eq!(reply.json["token_type"], "Bearer");
    assert_eq!(reply.json["expires_in"], 86_400);
    assert_eq!(reply.json.as_object().map(serde_json::Map::len), Some(3));
    let (header, payload) = claims(&reply.text("/access_token"));
    assert_eq!(header["typ"], "JWT");
    let issued = klarity.setup.now().seconds();
    assert_eq!(payload["iss"], "https://tm.example/klarity");
    assert_eq!(payload["sub"], format!("{}@clients", klarity.id));
    assert_eq!(payload["aud"], KLARITY);
    assert_eq!(payload["azp"], klarity.id);
    assert_eq!(payload["gty"], "client-credentials");
    assert_eq!(
        (&payload["iat"], &payload["exp"]),
        (&json!(issued), &json!(issued + 86_400))
    );
}

#[test]
fn the_token_endpoint_takes_forms_and_basic_too() {
    let klarity = Klarity::new();
    let form = format!(
        "grant_type=client_credentials&audience={}&client_id={}&client_secret={}",
        KLARITY.replace(':', "%3A"),
        klarity.id,
        klarity.secret
    );
    assert_eq!(
        klarity
            .setup
            .send(form_request("/klarity/oauth/token", &form))
            .status,
        200
    );
    let without = klarity.request(&json!({ "client_id": null, "client_secret": null }));
    let basic = json_request(Method::Post, "/klarity/oauth/token", &without)
        .by(&write_basic(&klarity.id, &klarity.secret));
    assert_eq!(klarity.setup.send(basic).status, 200);
}

#[test]
fn at_the_shared_path_an_audience_in_json_tells_the_dialects_apart() {
    let klarity = Klarity::new();
    let ours = json_request(Method::Post, "/oauth/token", &klarity.request(&json!({})));
    assert_eq!(klarity.setup.send(ours).status, 200);
    let wrong = klarity.request(&json!({ "client_secret": "x" }));
    let wrong = klarity
        .setup
        .send(json_request(Method::Post, "/oauth/token", &wrong));
    assert_eq!(wrong.json["error"], "access_denied");
    let standard = klarity.request(&json!({ "audience": null }));
    let standard = klarity
        .setup
        .send(json_request(Method::Post, "/oauth/token", &standard));
    assert_eq!(standard.json["error"], "invalid_client");
    let broken = Request::new(Method::Post, "/oauth/token")
        .with_content("application/json", r#"{"audience":"a","audience":"a"}"#);
    assert_eq!(klarity.setup.send(broken).json["error"], "invalid_request");
}

#[test]
fn every_refusal_of_a_token_is_worded_as_auth0_words_it() {
    let klarity = Klarity::new();
    let denied = json!({ "error": "access_denied", "error_description": "Unauthorized" });
    for (changes, status, document) in [
        (json!({ "client_secret": "wrong" }), 401, denied.clone()),
        (json!({ "client_id": "nobody" }), 401, denied.clone()),
        (
            json!({ "client_id": "nobody", "audience": "https://other" }),
            401,
            denied.clone(),
        ),
        (
            json!({ "client_secret": "wrong", "grant_type": "password" }),
            401,
            denied,
        ),
        (
            json!({ "audience": "https://other" }),
            403,
            json!({
                "error": "access_denied",
                "error_description": "Service not enabled within domain: https://other",
            }),
        ),
        (
            json!({ "audience": "\"\u{e9}\n" }),
            403,
            json!({
                "error": "access_denied",
                "error_description": "Service not enabled within domain: '??",
            }),
        ),
        (
            json!({ "grant_type": "password" }),
            403,
            json!({
                "error": "unauthorized_client",
                "error_description": "Grant type 'password' not allowed for the client.",
            }),
        ),
        (
            json!({ "grant_type": "magic" }),
            400,
            json!({
                "error": "unsupported_grant_type",
                "error_description": "Unsupported grant type: magic",
            }),
        ),
        (
            json!({ "grant_type": null }),
            400,
            json!({
                "error": "unsupported_grant_type",
                "error_description": "Unsupported grant type: ",
            }),
        ),
        (
            json!({ "client_id": null }),
            400,
            json!({
                "error": "invalid_request",
                "error_description": "parameter client_id is missing",
            }),
        ),
        (
            json!({ "client_secret": null }),
            400,
            json!({
                "error": "invalid_request",
                "error_description": "parameter client_secret is missing",
            }),
        ),
        (
            json!({ "audience": null }),
            400,
            json!({ "error": "invalid_request", "error_description": "audience is missing" }),
        ),
        (
            json!({ "client_id": 7 }),
            400,
            json!({
                "error": "invalid_request",
                "error_description": "parameter client_id must be a string",
            }),
        ),
    ] {
        let reply = klarity.ask(&changes);
        assert_eq!(
            (reply.status, &reply.json),
            (status, &document),
            "{changes}"
        );
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("www-authenticate"), "", "{changes}");
    }
}

#[test]
fn token_requests_that_cannot_be_read_are_refused() {
    let klarity = Klarity::new();
    let json = |content: &str| {
        Request::new(Method::Post, "/klarity/oauth/token").with_content("application/json", content)
    };
    let good = klarity.request(&json!({})).to_string();
    let basic = write_basic(&klarity.id, &klarity.secret);
    for (request, status, error) in [
        (json("{"), 400, "invalid_request"),
        (json("[]"), 400, "invalid_request"),
        (json(""), 400, "invalid_request"),
        (
            json(&good).with_header("content-type", "text/plain"),
            400,
            "invalid_request",
        ),
        (json(&good).by(&basic), 400, "invalid_request"),
        (with_body(json(""), Body::TooLarge), 413, "invalid_request"),
        (with_body(json(""), Body::Broken), 400, "invalid_request"),
        (
            form_request("/klarity/oauth/token?client_secret=x", ""),
            400,
            "invalid_request",
        ),
    ] {
        let reply = klarity.setup.send(request);
        assert_eq!(
            (reply.status, reply.text("/error").as_str()),
            (status, error)
        );
    }
    let refused = json(&good).by(&write_basic(&klarity.id, "wrong"));
    let mut content = klarity.request(&json!({ "client_id": null, "client_secret": null }));
    content["grant_type"] = json!("client_credentials");
    let refused = with_body(refused, Body::Whole(content.to_string().into_bytes()));
    let reply = klarity.setup.send(refused);
    assert_eq!(
        (reply.status, reply.text("/error").as_str()),
        (401, "access_denied")
    );
    assert_eq!(reply.header("www-authenticate"), "Basic realm=\"klarity\"");
}

#[test]
fn the_api_takes_bearer_tokens_of_its_own_only() {
    const BARE: &str = "Bearer realm=\"klarity\"";
    const INVALID: &str = "Bearer realm=\"klarity\", error=\"invalid_token\"";
    let klarity = Klarity::new();
    let content = json!({ "records": [{ "id": "a", "type": "t" }] });
    let push = || json_request(Method::Post, RECORDS, &content);
    let mut stolen = klarity.token.clone();
    stolen.pop();
    let standard = form_request("/oauth/token", "grant_type=client_credentials");
    let standard = klarity.setup.send(standard.by(&klarity.administrator));
    for (request, challenge) in [
        (push(), BARE),
        (push().by(&write_basic(&klarity.id, &klarity.secret)), BARE),
        (push().by(&klarity.administrator), BARE),
        (push().bearing("a.b.c"), INVALID),
        (push().bearing(&stolen), INVALID),
        (push().bearing(&standard.text("/access_token")), INVALID),
    ] {
        let reply = klarity.setup.send(request);
        assert_refused(&reply, 401, "Unauthorized");
        assert_eq!(reply.header("www-authenticate"), challenge);
    }
    let mut twice = push().bearing(&klarity.token);
    twice.headers.append("authorization", "Bearer x");
    let reply = klarity.setup.send(twice);
    assert_refused(&reply, 400, "the Authorization field is malformed");
    klarity.setup.wait(86_399);
    assert_eq!(klarity.push(&content).status, 202);
    klarity.setup.wait(1);
    assert_refused(&klarity.push(&content), 401, "Unauthorized");
}

#[test]
fn integrations_do_not_administer() {
    let klarity = Klarity::new();
    for target in [INTEGRATIONS, "/admin/klarity/records"] {
        let reply = klarity
            .setup
            .send(request(Method::Get, target).bearing(&klarity.token));
        assert_refused(&reply, 403, "the administrator's role is required");
        assert_refused(
            &klarity.setup.send(request(Method::Get, target)),
            401,
            "Unauthorized",
        );
    }
}

#[test]
fn paths_and_methods_that_are_not_there_are_refused_in_the_dialects_shape() {
    let klarity = Klarity::new();
    let reply = klarity.setup.send(request(Method::Get, RECORDS));
    assert_refused(&reply, 405, "Method Not Allowed");
    assert_eq!(reply.header("allow"), "DELETE, POST");
    let reply = klarity.setup.send(request(Method::Other, ENRICHMENTS));
    assert_eq!((reply.status, reply.header("allow")), (405, "POST"));
    for target in ["/v1/estateRecords/x", "/v1/estateRecords/", "/klarity/v1"] {
        assert_eq!(
            klarity.setup.send(request(Method::Get, target)).status,
            404,
            "{target}"
        );
    }
    let reply = klarity
        .setup
        .send(request(Method::Get, "/v1/estateRecords/x"));
    assert_refused(&reply, 404, "Not Found");
    assert_eq!(
        klarity
            .setup
            .send(request(Method::Get, "/oauth/token"))
            .status,
        405
    );
}

#[test]
fn records_are_created_and_updated_member_by_member() {
    let klarity = Klarity::new();
    assert_accepted(
        &klarity.push(&json!({
            "insertInPeriod": "current",
            "unknown": "members are passed over",
            "records": [
                {
                    "id": "lic-7", "type": "acme/licence/pro", "name": "Acme Pro",
                    "validThrough": "2029-05",
                    "metadata": { "seats": 12, "deep": { "a": 1, "b": 2 }, "unknown": null },
                    "tags": { "env": "dev", "gone": null },
                    "costs": { "currency": "EUR", "values": [
                        { "date": "2026-01-01", "value": "9.50" },
                        { "date": "2026-01-02", "value": "1" },
                        { "date": "2026-01-03", "value": null },
                    ] },
                    "more": true,
                },
                { "id": "lic-8", "type": "acme/licence/pro", "name": null, "tags": null,
                  "costs": null, "metadata": null, "validThrough": null },
                { "id": "lic-8", "type": "acme/licence/pro", "tags": { "n": "2" } },
            ],
        })),
        3,
    );
    assert_accepted(
        &klarity.push(&json!({ "insertInPeriod": null, "records": [{
            "id": "lic-7", "type": "acme/licence/pro",
            "metadata": { "deep": { "a": null }, "extra": [1] },
            "tags": { "env": null, "new": "" },
            "costs": { "currency": "EUR", "values": [{ "date": "2026-01-01" }] },
        }] })),
        1,
    );
    let records = klarity.records();
    assert_eq!(records.len(), 2);
    let find = |id: &str| {
        records
            .iter()
            .find(|record| record["id"] == id)
            .expect("a record")
    };
    let (first, second) = (find("lic-7"), find("lic-8"));
    assert_eq!(first["name"], "Acme Pro");
    assert_eq!(
        first["metadata"],
        json!({ "seats": 12, "deep": { "b": 2 }, "extra": [1] })
    );
    assert_eq!(first["tags"], json!({ "new": "" }));
    assert_eq!(
        first["costs"],
        json!({ "2026-01-02": { "currency": "EUR", "value": "1" } })
    );
    assert_eq!(first["valid_through"], "2029-05");
    assert_eq!(first["active"], true);
    assert_eq!(
        (&second["name"], &second["tags"]),
        (&json!("lic-8"), &json!({ "n": "2" }))
    );
    let view = format!(
        "/admin/klarity/records/{}",
        first["nid"].as_str().expect("a nid")
    );
    let one = klarity.administer(request(Method::Get, &view));
    assert_eq!(&one.json, first);
    let none = klarity.administer(request(Method::Get, "/admin/klarity/records/x"));
    assert_refused(&none, 404, "no such record");
}

#[test]
fn records_are_deleted_by_either_name() {
    let klarity = Klarity::new();
    let records = json!([
        { "id": "a", "type": "t", "name": "A" }, { "id": "b", "type": "t", "name": "B" },
    ]);
    assert_accepted(&klarity.push(&json!({ "records": records })), 2);
    let nid = klarity.records()[0]["nid"].clone();
    let delete = |records: Value| {
        let content = json!({ "period": "all", "records": records });
        klarity.api(Method::Delete, RECORDS, &content)
    };
    // Of an unknown name nothing is deleted, and nothing is said.
    assert_accepted(
        &delete(json!([{ "id": "a", "type": "t", "name": "other" }])),
        1,
    );
    assert_eq!(klarity.records().len(), 2);
    assert_accepted(
        &delete(json!([{ "nid": nid }, { "nid": "6f1f1c1e-4f0e-5d0a-9a58-0c4b9a1f3b77" }])),
        2,
    );
    assert_eq!(klarity.records().len(), 1);
    assert_accepted(
        &delete(json!([
            { "id": "a", "type": "t", "name": "A" }, { "id": "b", "type": "t", "name": "B" },
        ])),
        2,
    );
    assert!(klarity.records().is_empty());
}

#[test]
fn an_enrichment_replaces_the_one_before() {
    let klarity = Klarity::new();
    assert_accepted(
        &klarity.push(&json!({ "records": [{ "id": "a", "type": "t" }] })),
        1,
    );
    let nid = klarity.records()[0]["nid"].clone();
    for data in [json!({ "old": 1 }), json!({ "ok": true })] {
        let content = json!({ "enrichments": [{ "record": { "nid": nid }, "data": data }] });
        assert_accepted(&klarity.api(Method::Post, ENRICHMENTS, &content), 1);
    }
    let record = &klarity.records()[0];
    assert_eq!(
        record["enrichments"],
        json!({ klarity.id.clone(): { "ok": true } })
    );
}

#[test]
fn costly_records_are_not_enriched() {
    let klarity = Klarity::new();
    let costs = json!({ "currency": "EUR", "values": [{ "date": "2026-01-01", "value": "1" }] });
    assert_accepted(&klarity.push_one(&json!({ "costs": costs })), 1);
    let nid = klarity.records()[0]["nid"].clone();
    let content = json!({ "enrichments": [{ "record": { "nid": nid }, "data": { "a": 1 } }] });
    let reply = klarity.api(Method::Post, ENRICHMENTS, &content);
    assert_refused(
        &reply,
        400,
        "enrichments[0].record: has costs and cannot be enriched",
    );
}

/// Characters of two bytes each, because limits count characters.
fn characters(count: usize) -> String {
    "\u{e9}".repeat(count)
}

#[test]
fn values_at_a_limit_are_accepted() {
    let klarity = Klarity::new();
    let value = |date: &str, value: &str| json!({ "date": date, "value": value });
    let costs = |values: Vec<Value>| json!({ "costs": { "currency": "EUR", "values": values } });
    let tags: serde_json::Map<String, Value> = (0..1000)
        .map(|index| (format!("t{index}"), json!("v")))
        .collect();
    for members in [
        json!({ "id": characters(255) }),
        json!({ "type": characters(255) }),
        json!({ "type": "jira" }),
        json!({ "name": characters(255) }),
        json!({ "tags": tags }),
        json!({ "tags": { "env": characters(255) } }),
        json!({ "metadata": { "x": "x".repeat(1_000_000) } }),
        json!({ "tags": {}, "metadata": {} }),
        costs(vec![value("2024-02-29", ".5"); 1000]),
        costs(vec![value("2026-01-01", "0"), value("2026-01-02", "10.25")]),
        costs(vec![value("2026-01-01", "00012345678901234567890.000")]),
        json!({ "validThrough": "2026-11" }),
        json!({ "validThrough": "2999-12" }),
    ] {
        let reply = klarity.push_one(&members);
        assert_eq!(reply.status, 202, "{}", reply.json);
    }
    let thousand: Vec<Value> = (0..1000)
        .map(|index| json!({ "id": format!("r{index}"), "type": "t" }))
        .collect();
    assert_accepted(&klarity.push(&json!({ "records": thousand })), 1000);
    let previous = json!({ "insertInPeriod": "previous", "records": [
        { "id": "p", "type": "t", "validThrough": "2026-10" },
    ] });
    assert_accepted(&klarity.push(&previous), 1);
}

#[test]
fn values_past_a_limit_are_refused_at_their_place() {
    let klarity = Klarity::new();
    let cost = |value: Value| json!({ "costs": { "currency": "EUR", "values": [{ "date": "2026-01-01", "value": value }] } });
    let on = |date: &str| json!({ "costs": { "currency": "EUR", "values": [{ "date": date, "value": "1" }] } });
    let in_currency = |currency: Value| json!({ "costs": { "currency": currency, "values": [{ "date": "2026-01-01", "value": "1" }] } });
    let tags: serde_json::Map<String, Value> = (0..1001)
        .map(|index| (format!("t{index}"), json!("v")))
        .collect();
    let values = vec![json!({ "date": "2026-01-01", "value": "1" }); 1001];
    const AMOUNT: &str = "is not a decimal number without sign or exponent";
    const DECIMAL: &str = "must be a decimal number in a string, or null";
    const DATE: &str = "is not a calendar date written YYYY-MM-DD";
    const CODE: &str = "is not an ISO 4217 code of three upper-case letters";
    const MONTH: &str = "is not a month written 2YYY-MM";
    for (members, at, problem) in [
        (json!({ "id": "" }), "id", "must not be empty"),
        (json!({ "id": null }), "id", "is required"),
        (json!({ "id": 7 }), "id", "must be a string"),
        (
            json!({ "id": characters(256) }),
            "id",
            "has more than 255 characters",
        ),
        (json!({ "type": "" }), "type", "must not be empty"),
        (json!({ "type": null }), "type", "is required"),
        (json!({ "type": "a//b" }), "type", "has an empty subtype"),
        (json!({ "type": "/a" }), "type", "has an empty subtype"),
        (json!({ "type": "a/" }), "type", "has an empty subtype"),
        (
            json!({ "type": characters(256) }),
            "type",
            "has more than 255 characters",
        ),
        (
            json!({ "name": characters(256) }),
            "name",
            "has more than 255 characters",
        ),
        (json!({ "name": ["a"] }), "name", "must be a string"),
        (json!({ "metadata": [] }), "metadata", "must be an object"),
        (
            json!({ "metadata": { "tags": {} } }),
            "metadata.tags",
            "is not allowed, tags have a member of their own",
        ),
        (
            json!({ "metadata": { "x": "x".repeat(1024 * 1024) } }),
            "metadata",
            "has more than 1 MB",
        ),
        (
            json!({ "tags": tags }),
            "tags",
            "has more than 1000 members",
        ),
        (json!({ "tags": [] }), "tags", "must be an object"),
        (
            json!({ "tags": { "a": 1 } }),
            "tags.a",
            "must be a string or null",
        ),
        (
            json!({ "tags": { "a": characters(256) } }),
            "tags.a",
            "has more than 255 characters",
        ),
        (json!({ "costs": "9" }), "costs", "must be an object"),
        (
            json!({ "costs": { "values": [] } }),
            "costs.currency",
            "is required",
        ),
        (
            json!({ "costs": { "currency": "EUR" } }),
            "costs.values",
            "is required",
        ),
        (
            json!({ "costs": { "currency": "EUR", "values": [] } }),
            "costs.values",
            "must not be empty",
        ),
        (
            json!({ "costs": { "currency": "EUR", "values": values } }),
            "costs.values",
            "has more than 1000 items",
        ),
        (in_currency(json!("eur")), "costs.currency", CODE),
        (in_currency(json!("EURO")), "costs.currency", CODE),
        (in_currency(json!("E1R")), "costs.currency", CODE),
        (cost(json!(9.5)), "costs.values[0].value", DECIMAL),
        (cost(json!(9)), "costs.values[0].value", DECIMAL),
        (cost(json!(true)), "costs.values[0].value", DECIMAL),
        (cost(json!("")), "costs.values[0].value", AMOUNT),
        (cost(json!("-1")), "costs.values[0].value", AMOUNT),
        (cost(json!("+1")), "costs.values[0].value", AMOUNT),
        (cost(json!("1,5")), "costs.values[0].value", AMOUNT),
        (cost(json!("1e3")), "costs.values[0].value", AMOUNT),
        (cost(json!("1.")), "costs.values[0].value", AMOUNT),
        (cost(json!(".")), "costs.values[0].value", AMOUNT),
        (cost(json!("1.2.3")), "costs.values[0].value", AMOUNT),
        (cost(json!(" 1")), "costs.values[0].value", AMOUNT),
        (cost(json!("\u{0661}")), "costs.values[0].value", AMOUNT),
        (on("2026-02-30"), "costs.values[0].date", DATE),
        (on("2023-02-29"), "costs.values[0].date", DATE),
        (on("2026-1-1"), "costs.values[0].date", DATE),
        (on("01.01.2026"), "costs.values[0].date", DATE),
        (on(""), "costs.values[0].date", DATE),
        (json!({ "validThrough": "2026-13" }), "validThrough", MONTH),
        (json!({ "validThrough": "2026-00" }), "validThrough", MONTH),
        (json!({ "validThrough": "1999-12" }), "validThrough", MONTH),
        (json!({ "validThrough": "3000-01" }), "validThrough", MONTH),
        (
            json!({ "validThrough": "2026-11-01" }),
            "validThrough",
            MONTH,
        ),
        (json!({ "validThrough": "" }), "validThrough", MONTH),
        (
            json!({ "validThrough": "2026-10" }),
            "validThrough",
            "is before the period 2026-11",
        ),
    ] {
        let reply = klarity.push_one(&members);
        assert_refused(&reply, 400, &format!("records[0].{at}: {problem}"));
    }
    assert!(
        klarity.records().is_empty(),
        "a refused request changes nothing"
    );
}

#[test]
fn requests_that_are_no_records_are_refused() {
    let klarity = Klarity::new();
    let one = json!([{ "id": "a", "type": "t" }]);
    let many = |count| json!(vec![json!({ "id": "a", "type": "t" }); count]);
    for (content, text) in [
        (json!({}), "records: is required"),
        (json!({ "records": null }), "records: is required"),
        (json!({ "records": {} }), "records: must be a list"),
        (json!({ "records": [] }), "records: must not be empty"),
        (
            json!({ "records": many(1001) }),
            "records: has more than 1000 items",
        ),
        (json!({ "records": ["a"] }), "records[0]: must be an object"),
        (
            json!({ "records": one, "insertInPeriod": "all" }),
            "insertInPeriod: must be current or previous",
        ),
        (
            json!({ "records": one, "insertInPeriod": "" }),
            "insertInPeriod: must be current or previous",
        ),
        (json!([]), "the content must be an object"),
    ] {
        assert_refused(&klarity.push(&content), 400, text);
    }
    let past = json!({ "insertInPeriod": "previous", "records": [
        { "id": "a", "type": "t", "validThrough": "2026-09" },
    ] });
    let text = "records[0].validThrough: is before the period 2026-10";
    assert_refused(&klarity.push(&past), 400, text);
    // All or nothing: the first item alone would have been accepted.
    let mixed = json!({ "records": [{ "id": "a", "type": "t" }, { "id": "", "type": "t" }] });
    assert_refused(
        &klarity.push(&mixed),
        400,
        "records[1].id: must not be empty",
    );
    assert!(klarity.records().is_empty());
}

#[test]
fn references_that_name_no_record_are_refused() {
    let klarity = Klarity::new();
    const EITHER: &str = "must have either nid, or id, type and name";
    let nid = "6f1f1c1e-4f0e-5d0a-9a58-0c4b9a1f3b77";
    for (reference, problem) in [
        (json!({}), format!("records[0]: {EITHER}")),
        (
            json!({ "id": "a", "type": "t" }),
            format!("records[0]: {EITHER}"),
        ),
        (
            json!({ "id": "a", "name": "n" }),
            format!("records[0]: {EITHER}"),
        ),
        (
            json!({ "nid": nid, "id": "a" }),
            format!("records[0]: {EITHER}"),
        ),
        (
            json!({ "nid": nid, "id": "a", "type": "t", "name": "n" }),
            format!("records[0]: {EITHER}"),
        ),
        (
            json!({ "nid": "x" }),
            "records[0].nid: must be a uuid".into(),
        ),
        (
            json!({ "nid": nid.replace('-', "") }),
            "records[0].nid: must be a uuid".into(),
        ),
        (
            json!({ "id": characters(256), "type": "t", "name": "n" }),
            "records[0].id: has more than 255 characters".into(),
        ),
        (
            json!({ "id": "a", "type": "t", "name": "" }),
            "records[0].name: must not be empty".into(),
        ),
    ] {
        let content = json!({ "period": "all", "records": [reference] });
        assert_refused(
            &klarity.api(Method::Delete, RECORDS, &content),
            400,
            &problem,
        );
    }
    for (content, text) in [
        (
            json!({ "records": [{ "nid": nid }] }),
            "period: is required",
        ),
        (
            json!({ "period": "next", "records": [{ "nid": nid }] }),
            "period: must be current, previous or all",
        ),
        (json!({ "period": "all" }), "records: is required"),
        (
            json!({ "period": "all", "records": [] }),
            "records: must not be empty",
        ),
        (
            json!({ "period": "all", "records": vec![json!({ "nid": nid }); 1001] }),
            "records: has more than 1000 items",
        ),
    ] {
        assert_refused(&klarity.api(Method::Delete, RECORDS, &content), 400, text);
    }
}

#[test]
fn enrichments_past_their_limits_are_refused() {
    let klarity = Klarity::new();
    let nid = "6f1f1c1e-4f0e-5d0a-9a58-0c4b9a1f3b77";
    let item = json!({ "record": { "nid": nid }, "data": { "a": 1 } });
    let accepted = json!({ "enrichments": vec![item.clone(); 1000] });
    assert_accepted(&klarity.api(Method::Post, ENRICHMENTS, &accepted), 1000);
    let large = json!({ "record": { "nid": nid }, "data": { "a": "x".repeat(1_000_000) } });
    assert_accepted(
        &klarity.api(
            Method::Post,
            ENRICHMENTS,
            &json!({ "enrichments": [large] }),
        ),
        1,
    );
    for (item, text) in [
        (
            json!({ "data": { "a": 1 } }),
            "enrichments[0].record: is required",
        ),
        (
            json!({ "record": {}, "data": { "a": 1 } }),
            "enrichments[0].record.nid: is required",
        ),
        (
            json!({ "record": { "nid": 7 }, "data": { "a": 1 } }),
            "enrichments[0].record.nid: must be a string",
        ),
        (
            json!({ "record": { "nid": nid } }),
            "enrichments[0].data: is required",
        ),
        (
            json!({ "record": { "nid": nid }, "data": {} }),
            "enrichments[0].data: must not be empty",
        ),
        (
            json!({ "record": { "nid": nid }, "data": { "a": "x".repeat(1024 * 1024) } }),
            "enrichments[0].data: has more than 1 MB",
        ),
    ] {
        let content = json!({ "enrichments": [item] });
        assert_refused(&klarity.api(Method::Post, ENRICHMENTS, &content), 400, text);
    }
    let content = json!({ "enrichments": vec![item; 1001] });
    let reply = klarity.api(Method::Post, ENRICHMENTS, &content);
    assert_refused(&reply, 400, "enrichments: has more than 1000 items");
}

#[test]
fn content_that_is_not_plain_json_is_refused() {
    let klarity = Klarity::new();
    let with = |media_type: &str, content: &[u8]| {
        let push = Request::new(Method::Post, RECORDS).bearing(&klarity.token);
        klarity.setup.send(push.with_content(media_type, content))
    };
    let good = br#"{"records":[{"id":"a","type":"t"}]}"#;
    assert_eq!(with("application/json; charset=utf-8", good).status, 202);
    const MEDIA_TYPE: &str = "the content type must be application/json";
    for media_type in [
        "",
        "text/plain",
        "application/xml",
        "application/json; charset=latin1",
    ] {
        assert_refused(&with(media_type, good), 400, MEDIA_TYPE);
    }
    let bare = Request::new(Method::Post, RECORDS).bearing(&klarity.token);
    let bare = with_body(bare, Body::Whole(good.to_vec()));
    assert_refused(&klarity.setup.send(bare), 400, MEDIA_TYPE);
    let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
    for content in [
        &b"{"[..],
        b"",
        b"\xff",
        br#"{"records":[],"records":[]}"#,
        br#"{"records":[{"id":"a","id":"b","type":"t"}]}"#,
        br#"{"records":[]} x"#,
        br#"{"records":[{"id":"a","type":"t","metadata":{"n":NaN}}]}"#,
        deep.as_bytes(),
    ] {
        let reply = with("application/json", content);
        assert_eq!(reply.status, 400, "{}", String::from_utf8_lossy(content));
        assert!(!reply.text("/error").is_empty());
        assert_eq!(reply.json.as_object().map(serde_json::Map::len), Some(1));
    }
    for (body, status) in [(Body::TooLarge, 413), (Body::Broken, 400)] {
        let push = Request::new(Method::Post, RECORDS).bearing(&klarity.token);
        let reply = klarity.setup.send(with_body(push, body));
        assert_eq!(reply.status, status);
        assert!(!reply.text("/error").is_empty());
    }
}

#[test]
fn integrations_that_break_a_rule_are_refused_at_their_place() {
    let klarity = Klarity::new();
    for (content, text) in [
        (json!({}), "name: is required"),
        (json!({ "name": "" }), "name: must not be blank"),
        (json!({ "name": 7 }), "name: must be a string"),
        (
            json!({ "name": characters(257) }),
            "name: has more than 256 characters",
        ),
        (
            json!({ "name": "x", "secret": "mine" }),
            "secret: is not a known member",
        ),
        (
            json!({ "name": "x", "description": characters(4097) }),
            "description: has more than 4096 characters",
        ),
    ] {
        let registration = json_request(Method::Post, INTEGRATIONS, &content);
        assert_refused(&klarity.administer(registration), 400, text);
    }
    let longest = json!({ "name": characters(256), "description": characters(4096) });
    let longest = json_request(Method::Post, INTEGRATIONS, &longest);
    assert_eq!(klarity.administer(longest).status, 201);
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let mut klarity = Klarity::new();
    let policy = klarity.setup.deployment.systems.get_mut(&System::Klarity);
    let one = NonZeroU32::new(1).expect("more than none");
    policy.expect("the system has a policy").rate_limit = Some(RateLimit {
        burst: one,
        per_minute: one,
    });
    assert_accepted(&klarity.push_one(&json!({})), 1);
    // Whoever asks too often is told so before anything of it is read.
    let refused = klarity.push_one(&json!({ "id": "" }));
    assert_refused(&refused, 429, "too many requests, retry after 60 s");
    assert_eq!(refused.header("retry-after"), "60");
    let refused = klarity.ask(&json!({}));
    assert_eq!(
        (refused.status, refused.text("/error").as_str()),
        (429, "too_many_requests")
    );
    klarity.setup.wait(60);
    assert_accepted(&klarity.push_one(&json!({})), 1);
}
