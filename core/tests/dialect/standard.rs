//! The standard dialect from outside, held against the rules of OAuth. Each
//! test names the rules that it tries by their numbers.
//!
//! Rule 17 is bent on purpose: the token endpoint takes JSON beside forms,
//! because Klarity's and DataTrails' clients are written that way.

use crate::setup::{
    As, ORIGIN, Reply, Setup, claims, form_request, json_request, request, with_body,
};
use serde_json::{Value, json};
use touchmark_core::http::{Body, Method, Request, encode_form_component, write_basic};

/// A deployment with one client that may ask for two scopes.
struct Standard {
    setup: Setup,
    administrator: String,
    id: String,
    secret: String,
}

impl Standard {
    fn new() -> Self {
        let setup = Setup::new();
        let administrator = setup.administrator();
        let content = json!({ "client_name": "meter", "scope": "read write" });
        let registration = json_request(Method::Post, "/admin/clients", &content);
        let reply = setup.send(registration.by(&administrator));
        assert_eq!(reply.status, 201, "{}", reply.json);
        Self {
            id: reply.text("/client_id"),
            secret: reply.text("/client_secret"),
            setup,
            administrator,
        }
    }

    /// Asks for a token with these parameters besides grant and credentials.
    fn ask(&self, more: &str) -> Reply {
        let (id, secret) = (&self.id, &self.secret);
        let form =
            format!("grant_type=client_credentials&client_id={id}&client_secret={secret}{more}");
        self.setup.send(form_request("/oauth/token", &form))
    }

    fn basic(&self, authorization: &str, form: &str) -> Reply {
        self.setup
            .send(form_request("/oauth/token", form).by(authorization))
    }

    fn introspect(&self, authorization: &str, token: &str) -> Reply {
        let question = form_request("/oauth/introspect", &format!("token={token}"));
        self.setup.send(question.by(authorization))
    }
}

fn assert_refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(
        (reply.status, reply.text("/error").as_str()),
        (status, error),
        "{}",
        reply.json
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("content-type"), "application/json");
    let description = reply.text("/error_description");
    assert!(
        description
            .bytes()
            .all(|byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    );
}

#[test]
fn r01_r03_r20_a_token_response_says_what_it_has_to() {
    let reply = Standard::new().ask("");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json["token_type"], "Bearer");
    assert_eq!(reply.json["expires_in"], 900);
    assert_eq!(reply.json.get("refresh_token"), None);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(
        (reply.header("cache-control"), reply.header("pragma")),
        ("no-store", "no-cache")
    );
}

#[test]
fn r02_r22_r23_r24_scope_is_what_was_asked_within_what_is_allowed() {
    let standard = Standard::new();
    for (asked, granted) in [
        ("", "read write"),
        ("&scope=", "read write"),
        ("&scope=write", "write"),
        ("&scope=write+read", "read write"),
        ("&scope=read++read", "read"),
    ] {
        let reply = standard.ask(asked);
        assert_eq!(reply.text("/scope"), granted, "{asked}");
        let (_, payload) = claims(&reply.text("/access_token"));
        assert_eq!(payload["scope"], granted, "{asked}");
    }
    for asked in [
        "&scope=admin",
        "&scope=read+admin",
        "&scope=%22",
        "&scope=re%5Cad",
        "&scope=%C3%A9",
    ] {
        assert_refused(&standard.ask(asked), 400, "invalid_scope");
    }
    let long = format!("&scope={}", "a".repeat(5000));
    assert_refused(&standard.ask(&long), 400, "invalid_scope");
}

#[test]
fn r05_r06_r07_r08_unproven_clients_are_refused_alike() {
    let standard = Standard::new();
    let form = |id: &str, secret: &str| {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        standard.setup.send(form_request("/oauth/token", &form))
    };
    let wrong = form(&standard.id, "wrong");
    let unknown = form("nobody", &standard.secret);
    assert_refused(&wrong, 401, "invalid_client");
    assert_eq!(wrong.response, unknown.response);
    assert_eq!(wrong.header("www-authenticate"), "");
    let grant = "grant_type=client_credentials";
    let wrong = standard.basic(&write_basic(&standard.id, "wrong"), grant);
    let unknown = standard.basic(&write_basic("nobody", &standard.secret), grant);
    assert_refused(&wrong, 401, "invalid_client");
    assert_eq!(wrong.response, unknown.response);
    assert_eq!(
        wrong.header("www-authenticate"),
        "Basic realm=\"touchmark\""
    );
}

#[test]
fn r10_r11_r13_parameters_stand_once_and_are_not_empty() {
    let standard = Standard::new();
    let (id, secret) = (&standard.id, &standard.secret);
    let credentials = format!("client_id={id}&client_secret={secret}");
    for (form, error) in [
        (credentials.clone(), "invalid_request"),
        (format!("{credentials}&grant_type="), "invalid_request"),
        (
            format!("{credentials}&grant_type=magic"),
            "unsupported_grant_type",
        ),
        (
            format!("{credentials}&grant_type=authorization_code"),
            "unsupported_grant_type",
        ),
        (
            format!("{credentials}&grant_type=client_credentials+password"),
            "unsupported_grant_type",
        ),
        (
            format!("{credentials}&grant_type=client_credentials&grant_type=client_credentials"),
            "invalid_request",
        ),
        (
            format!("{credentials}&grant_type=client_credentials&scope=read&scope=read"),
            "invalid_request",
        ),
        (
            format!("{credentials}&grant_type=client_credentials&unknown=1&unknown=2"),
            "invalid_request",
        ),
        (
            format!("client_id={id}&client_secret=&grant_type=client_credentials"),
            "invalid_request",
        ),
        (String::new(), "invalid_request"),
    ] {
        let reply = standard.setup.send(form_request("/oauth/token", &form));
        assert_refused(&reply, 400, error);
    }
    assert_eq!(
        standard.ask("&unknown=1").status,
        200,
        "unknown parameters are ignored"
    );
}

#[test]
fn r12_a_client_authenticates_in_one_way() {
    let standard = Standard::new();
    let basic = write_basic(&standard.id, &standard.secret);
    let grant = "grant_type=client_credentials";
    let (id, secret) = (&standard.id, &standard.secret);
    assert_eq!(
        standard
            .basic(&basic, &format!("{grant}&client_id={id}"))
            .status,
        200
    );
    for more in [format!("client_secret={secret}"), "client_id=other".into()] {
        assert_refused(
            &standard.basic(&basic, &format!("{grant}&{more}")),
            400,
            "invalid_request",
        );
    }
    let mut twice = form_request("/oauth/token", grant).by(&basic);
    twice.headers.append("authorization", basic);
    assert_refused(&standard.setup.send(twice), 401, "invalid_client");
}

#[test]
fn r14_r15_basic_credentials_come_plain_or_form_encoded() {
    let standard = Standard::new();
    let (id, secret) = (&standard.id, &standard.secret);
    let grant = "grant_type=client_credentials";
    let encoded = write_basic(
        &encode_form_component(id).replace('-', "%2D"),
        &encode_form_component(secret).replace('_', "%5F"),
    );
    assert_ne!(encoded, write_basic(id, secret));
    for authorization in [
        encoded,
        write_basic(id, secret),
        write_basic(id, secret).replace("Basic", "bASIC"),
        write_basic(id, secret).replace("Basic ", "Basic   "),
    ] {
        assert_eq!(
            standard.basic(&authorization, grant).status,
            200,
            "{authorization}"
        );
    }
    for authorization in [
        "Basic",
        "Basic !!!",
        "Basic YQ==",
        "Basic /zo=",
        "Bearer x",
        "DPoP x",
        "",
    ] {
        let reply = standard.basic(authorization, grant);
        assert_refused(&reply, 401, "invalid_client");
        assert_eq!(
            reply.header("www-authenticate"),
            "Basic realm=\"touchmark\""
        );
    }
}

#[test]
fn r16_r19_other_methods_and_queries_get_nothing() {
    let standard = Standard::new();
    let (id, secret) = (&standard.id, &standard.secret);
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    for method in [
        Method::Get,
        Method::Put,
        Method::Patch,
        Method::Delete,
        Method::Other,
    ] {
        let reply = standard
            .setup
            .send(request(method, &format!("/oauth/token?{form}")));
        assert_refused(&reply, 405, "method_not_allowed");
        assert_eq!(reply.header("allow"), "POST");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    let query = form_request(&format!("/oauth/token?{form}"), "");
    assert_refused(&standard.setup.send(query), 400, "invalid_request");
}

#[test]
fn r17_other_contents_are_refused() {
    let standard = Standard::new();
    let (id, secret) = (&standard.id, &standard.secret);
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let with = |media_type: &str| {
        let request = Request::new(Method::Post, "/oauth/token");
        standard
            .setup
            .send(request.with_content(media_type, form.clone()))
    };
    for media_type in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "Application/X-WWW-Form-Urlencoded; Charset=\"utf-8\"",
    ] {
        assert_eq!(with(media_type).status, 200, "{media_type}");
    }
    for media_type in [
        "",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=latin1",
        "application/json",
    ] {
        assert_refused(&with(media_type), 400, "invalid_request");
    }
    let asked =
        json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": secret });
    let reply = standard
        .setup
        .send(json_request(Method::Post, "/oauth/token", &asked));
    assert_eq!(reply.status, 200, "JSON is taken on purpose");
    for (body, status) in [(Body::TooLarge, 413), (Body::Broken, 400)] {
        let reply = standard
            .setup
            .send(with_body(form_request("/oauth/token", ""), body));
        assert_refused(&reply, status, "invalid_request");
    }
    let many: String = (0..1001).map(|index| format!("p{index}=1&")).collect();
    assert_refused(&standard.ask(&format!("&{many}")), 400, "invalid_request");
}

#[test]
fn r44_r45_the_token_has_the_claims_of_rfc_9068() {
    let standard = Standard::new();
    let (header, payload) = claims(&standard.ask("").text("/access_token"));
    assert_eq!(header["typ"], "at+jwt");
    let issued = standard.setup.now().seconds();
    for (claim, value) in [
        ("iss", json!(ORIGIN)),
        ("aud", json!(ORIGIN)),
        ("sub", json!(standard.id)),
        ("client_id", json!(standard.id)),
        ("iat", json!(issued)),
        ("exp", json!(issued + 900)),
    ] {
        assert_eq!(payload[claim], value, "{claim}");
    }
    assert!(payload["jti"].as_str().is_some_and(|id| id.len() >= 16));
}

#[test]
fn r63_r64_r65_r66_challenges_say_no_more_than_they_have_to() {
    let standard = Standard::new();
    let token = standard.ask("").text("/access_token");
    let get = || request(Method::Get, "/admin/clients");
    let challenge = |request: Request| {
        let reply = standard.setup.send(request);
        (reply.status, reply.header("www-authenticate").to_owned())
    };
    assert_eq!(challenge(get()), (401, "Bearer realm=\"touchmark\"".into()));
    let invalid = "Bearer realm=\"touchmark\", error=\"invalid_token\"";
    let malformed = "Bearer realm=\"touchmark\", error=\"invalid_request\"";
    for token in ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(
            challenge(get().bearing(token)),
            (401, invalid.into()),
            "{token}"
        );
    }
    for field in ["Bearer", "Bearer a b", "DPoP x", "Basic !!!"] {
        assert_eq!(
            challenge(get().by(field)),
            (400, malformed.into()),
            "{field}"
        );
    }
    let mut twice = get().bearing(&token);
    twice
        .headers
        .append("authorization", format!("Bearer {token}"));
    assert_eq!(challenge(twice), (400, malformed.into()));
    let basic = get().by(&write_basic(&standard.id, "wrong"));
    assert_eq!(challenge(basic), (401, "Basic realm=\"touchmark\"".into()));
    let lacking = standard.setup.send(get().bearing(&token));
    assert_refused(&lacking, 403, "access_denied");
    standard.setup.wait(900);
    assert_eq!(challenge(get().bearing(&token)), (401, invalid.into()));
}

#[test]
fn r68_r69_a_token_in_the_query_is_not_looked_at() {
    let standard = Standard::new();
    let token = standard.ask("").text("/access_token");
    let query = request(Method::Get, &format!("/admin/clients?access_token={token}"));
    assert_refused(&standard.setup.send(query), 401, "unauthorized");
    let lower = request(Method::Get, "/admin/clients").by(&format!("bEARER {token}"));
    assert_eq!(
        standard.setup.send(lower).status,
        403,
        "the scheme has no case"
    );
}

#[test]
fn r70_introspection_takes_credentials_in_the_content_or_in_the_field() {
    let standard = Standard::new();
    let token = standard.ask("").text("/access_token");
    let ask = |secret: &str| {
        let id = &standard.id;
        let form = format!("token={token}&client_id={id}&client_secret={secret}");
        form_request("/oauth/introspect", &form)
    };
    let reply = standard.setup.send(ask(&standard.secret));
    assert_eq!((reply.status, &reply.json["active"]), (200, &json!(true)));

    let wrong = standard.setup.send(ask("wrong"));
    assert_refused(&wrong, 401, "invalid_client");
    assert_eq!(wrong.header("www-authenticate"), "");
    let own = write_basic(&standard.id, &standard.secret);
    let both = standard.setup.send(ask(&standard.secret).by(&own));
    assert_refused(&both, 400, "invalid_request");
    let half = format!("token={token}&client_id={}", standard.id);
    let half = standard
        .setup
        .send(form_request("/oauth/introspect", &half));
    assert_refused(&half, 401, "unauthorized");

    let beside = format!("token={token}&client_id={}", standard.id);
    let beside = form_request("/oauth/introspect", &beside).by(&own);
    assert_eq!(standard.setup.send(beside).json["active"], json!(true));
}

#[test]
fn r70_r71_r72_r73_introspection_tells_only_whom_it_concerns() {
    let standard = Standard::new();
    let token = standard.ask("").text("/access_token");
    let own = write_basic(&standard.id, &standard.secret);
    let inactive = json!({ "active": false });
    for authorization in [own.as_str(), &standard.administrator] {
        let reply = standard.introspect(authorization, &token);
        assert_eq!((reply.status, &reply.json["active"]), (200, &json!(true)));
        assert_eq!(reply.json["client_id"], standard.id);
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    for nothing in ["x", "a.b.c", "%00"] {
        assert_eq!(
            standard.introspect(&own, nothing).json,
            inactive,
            "{nothing}"
        );
    }
    let other = json_request(
        Method::Post,
        "/admin/clients",
        &json!({ "client_name": "other" }),
    );
    let other = standard.setup.send(other.by(&standard.administrator));
    let other = write_basic(&other.text("/client_id"), &other.text("/client_secret"));
    assert_eq!(standard.introspect(&other, &token).json, inactive);
    let none = standard
        .setup
        .send(form_request("/oauth/introspect", "token=x"));
    assert_refused(&none, 401, "unauthorized");
    let wrong = standard.introspect(&write_basic(&standard.id, "wrong"), &token);
    assert_refused(&wrong, 401, "invalid_client");
    assert_eq!(
        wrong.header("www-authenticate"),
        "Basic realm=\"touchmark\""
    );
    let without = form_request("/oauth/introspect", "token_type_hint=access_token").by(&own);
    assert_refused(&standard.setup.send(without), 400, "invalid_request");
    let get = standard
        .setup
        .send(request(Method::Get, "/oauth/introspect?token=x").by(&own));
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
    standard.setup.wait(900);
    assert_eq!(standard.introspect(&own, &token).json, inactive, "expired");
}

#[test]
fn r75_r76_r77_metadata_and_keys_are_what_the_tokens_say() {
    let standard = Standard::new();
    let token = standard.ask("").text("/access_token");
    let (header, payload) = claims(&token);
    let well_known = "/.well-known/oauth-authorization-server";
    let forged = request(Method::Get, well_known)
        .with_header("host", "evil.example")
        .with_header("x-forwarded-host", "evil.example");
    let metadata = standard.setup.send(forged);
    assert_eq!(metadata.json["issuer"], payload["iss"]);
    assert_eq!(
        metadata.json["token_endpoint"],
        format!("{ORIGIN}/oauth/token")
    );
    assert_eq!(
        metadata.json["grant_types_supported"],
        json!(["client_credentials"])
    );
    assert_eq!(metadata.json["response_types_supported"], json!([]));
    let stale = request(Method::Get, "/.well-known/jwks.json").bearing("stale");
    let keys = standard.setup.send(stale);
    assert_eq!(keys.status, 200, "a stale token does not hide the key set");
    assert_eq!(keys.header("content-type"), "application/jwk-set+json");
    assert!(keys.header("cache-control").starts_with("public, max-age="));
    let key = &keys.json["keys"][0];
    assert_eq!((&key["kid"], &key["alg"]), (&header["kid"], &header["alg"]));
    assert_eq!(key["use"], "sig");
    for private in ["d", "k", "p", "q"] {
        assert_eq!(key.get(private), None, "{private}");
    }
}

#[test]
fn an_administrator_of_the_tenant_administers_every_system_and_nothing_else_there() {
    let standard = Standard::new();
    let grant = "grant_type=client_credentials";
    let token = standard
        .basic(&standard.administrator, grant)
        .text("/access_token");
    let as_administrator = |request: Request| standard.setup.send(request.bearing(&token));
    for target in [
        "/admin/clients",
        "/admin/klarity/integrations",
        "/iam/v1/applications",
        "/api/user",
    ] {
        assert_eq!(
            as_administrator(request(Method::Get, target)).status,
            200,
            "{target}"
        );
    }
    let push = json!({ "records": [{ "id": "a", "type": "t" }] });
    let push = as_administrator(json_request(Method::Post, "/v1/estateRecords", &push));
    assert_eq!(push.status, 401);
    assert_eq!(
        as_administrator(request(Method::Get, "/v2/assets")).status,
        401
    );
    let plain = standard.ask("").text("/access_token");
    let plain = request(Method::Get, "/iam/v1/applications").bearing(&plain);
    assert_eq!(
        standard.setup.send(plain).status,
        401,
        "other clients do not"
    );
}

#[test]
fn registrations_are_administered_in_the_words_of_rfc_7591() {
    let standard = Standard::new();
    let path = format!("/admin/clients/{}", standard.id);
    let administer = |request: Request| standard.setup.send(request.by(&standard.administrator));
    let read = administer(request(Method::Get, &path));
    assert_eq!(read.json["client_secret"], "");
    assert_eq!(read.json["client_secret_expires_at"], 0);
    let change = json_request(Method::Patch, &path, &json!({ "client_name": "gauge" }));
    assert_eq!(administer(change).text("/client_name"), "gauge");
    let renewed = administer(request(Method::Post, &format!("{path}/regenerate-secret")));
    assert_eq!(renewed.status, 200);
    assert_ne!(renewed.text("/client_secret"), standard.secret);
    assert_refused(&standard.ask(""), 401, "invalid_client");
    let audit = administer(request(Method::Get, "/admin/audit?page_size=100"));
    let operations: Vec<&str> = audit.json["entries"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|entry| entry["operation"].as_str())
        .collect();
    assert!(
        operations.contains(&"client.regenerate_secret"),
        "{operations:?}"
    );
    assert!(!audit.json.to_string().contains(&standard.secret));
    assert_eq!(administer(request(Method::Delete, &path)).json, json!({}));
    assert_refused(&administer(request(Method::Get, &path)), 404, "not_found");
    for (content, place) in [
        (json!({}), "client_name"),
        (json!({ "client_name": "" }), "client_name"),
        (json!({ "client_name": "x", "scope": "a\"b" }), "scope[0]"),
        (json!({ "client_name": "x", "roles": ["king"] }), "roles[0]"),
        (
            json!({ "client_name": "x", "custom_claims": { "sub": "x" } }),
            "custom_claims.sub",
        ),
        (
            json!({ "client_name": "x", "client_id": "mine" }),
            "client_id",
        ),
    ] {
        let reply = administer(json_request(Method::Post, "/admin/clients", &content));
        assert_refused(&reply, 400, "invalid_request");
        let text = reply.text("/error_description");
        assert!(text.starts_with(&format!("{place}: ")), "{text}");
    }
    let plain = request(Method::Post, "/admin/clients").with_content("text/plain", "{}");
    assert_refused(&administer(plain), 415, "invalid_request");
    let mut registered: Vec<Value> = Vec::new();
    for name in ["a", "b", "c"] {
        let content = json!({ "client_name": name });
        registered.push(administer(json_request(Method::Post, "/admin/clients", &content)).json);
    }
    let first = administer(request(Method::Get, "/admin/clients?page_size=2"));
    assert_eq!(first.json["clients"].as_array().map(Vec::len), Some(2));
    assert_ne!(first.text("/next_page_token"), "");
    let named = administer(request(Method::Get, "/admin/clients?client_name=b"));
    assert_eq!(
        named.json["clients"][0]["client_id"],
        registered[1]["client_id"]
    );
}
