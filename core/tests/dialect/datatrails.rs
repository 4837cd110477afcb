//! DataTrails from outside: the life of an application, paging and counting,
//! access policies, subjects and neighbours, and every row of the error tables.

use crate::setup::{As, Reply, Setup, claims, form_request, json_request, request, with_body};
use core::num::NonZeroU32;
use serde_json::{Value, json};
use touchmark_core::http::{Body, Method, Request, write_basic};
use touchmark_core::operation::RateLimit;
use touchmark_core::record::System;

const APPLICATIONS: &str = "/archivist/iam/v1/applications";
const TOKEN: &str = "/archivist/iam/v1/appidp/token";
const POLICIES: &str = "/archivist/iam/v1/access_policies";
const SUBJECTS: &str = "/archivist/iam/v1/subjects";

/// A deployment with one application.
struct Datatrails {
    setup: Setup,
    administrator: String,
    id: String,
    secret: String,
}

impl Datatrails {
    fn new() -> Self {
        let setup = Setup::new();
        let administrator = setup.administrator();
        let content = json!({ "display_name": "Barrier 7", "custom_claims": { "serial": "TL1" } });
        let creation = json_request(Method::Post, APPLICATIONS, &content);
        let reply = setup.send(creation.by(&administrator));
        assert_eq!(reply.status, 200, "{}", reply.json);
        Self {
            id: reply.text("/client_id"),
            secret: reply.text("/credentials/0/secret"),
            setup,
            administrator,
        }
    }

    fn administer(&self, request: Request) -> Reply {
        self.setup.send(request.by(&self.administrator))
    }

    fn change(&self, method: Method, target: &str, content: &Value) -> Reply {
        self.administer(json_request(method, target, content))
    }

    fn get(&self, target: &str) -> Reply {
        self.administer(request(Method::Get, target))
    }

    fn count(&self, target: &str) -> Reply {
        let question = request(Method::Get, target).with_header("x-request-total-count", "true");
        self.administer(question)
    }

    fn ask(&self, secret: &str) -> Reply {
        let id = &self.id;
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        self.setup.send(form_request(TOKEN, &form))
    }

    fn token(&self) -> String {
        self.ask(&self.secret).text("/access_token")
    }

    fn path(&self) -> String {
        format!("{APPLICATIONS}/{}", self.id)
    }
}

/// A refusal in the shape of the gateway.
fn assert_refused(reply: &Reply, status: u16, code: u8, message: &str) {
    let document = json!({ "code": code, "message": message, "details": [] });
    assert_eq!((reply.status, &reply.json), (status, &document));
    assert_eq!(reply.header("content-type"), "application/json");
}

#[test]
fn an_application_lives_from_creation_to_deletion() {
    let datatrails = Datatrails::new();
    let created = datatrails.get(&datatrails.path());
    let tenant = created.text("/tenant_id");
    assert!(tenant.starts_with("tenant/"), "{tenant}");
    assert_eq!(
        created.json,
        json!({
            "identity": format!("applications/{}", datatrails.id),
            "display_name": "Barrier 7",
            "client_id": datatrails.id,
            "tenant_id": tenant,
            "credentials": [{
                "secret": "",
                "valid_from": "2026-11-21T10:00:00Z",
                "valid_until": "2027-11-21T10:00:00Z",
            }],
            "custom_claims": { "serial": "TL1" },
            "roles": [],
        })
    );
    assert_eq!(datatrails.secret.len(), 64);
    assert!(
        datatrails
            .secret
            .bytes()
            .all(|byte| b"0123456789abcdef".contains(&byte))
    );
    let old = datatrails.token();

    datatrails.setup.wait(60);
    let verb = format!("{}:regenerate-secret", datatrails.path());
    let renewed =
        datatrails.administer(request(Method::Post, &verb).with_header("content-length", "0"));
    assert_eq!(renewed.status, 200, "{}", renewed.json);
    assert_eq!(
        renewed.json["credentials"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(
        renewed.text("/credentials/0/valid_from"),
        "2026-11-21T10:01:00Z"
    );
    assert_eq!(
        renewed.text("/credentials/0/valid_until"),
        "2027-11-21T10:01:00Z"
    );
    assert_eq!(
        datatrails.ask(&datatrails.secret).status,
        401,
        "the old secret is dead"
    );
    assert_eq!(
        datatrails
            .ask(&renewed.text("/credentials/0/secret"))
            .status,
        200
    );
    let assets = || request(Method::Get, "/archivist/v2/assets").bearing(&old);
    assert_eq!(
        datatrails.setup.send(assets()).status,
        200,
        "the old token is good"
    );

    let deletion = datatrails.administer(request(Method::Delete, &datatrails.path()));
    assert_eq!((deletion.status, deletion.json), (200, json!({})));
    assert_refused(
        &datatrails.get(&datatrails.path()),
        404,
        5,
        "no such application",
    );
    assert_eq!(datatrails.setup.send(assets()).status, 401);
}

#[test]
fn every_mount_reaches_the_same_application() {
    let datatrails = Datatrails::new();
    let path = format!("/iam/v1/applications/{}", datatrails.id);
    for prefix in ["", "/archivist", "/datatrails", "/datatrails/archivist"] {
        let reply = datatrails.get(&format!("{prefix}{path}"));
        assert_eq!(reply.status, 200, "{prefix}");
        let keys = datatrails.get(&format!("{prefix}/.well-known/jwks.json"));
        assert_eq!(
            keys.header("content-type"),
            "application/jwk-set+json",
            "{prefix}"
        );
    }
    for path in [
        "/archivist".to_owned(),
        "/archivist/".into(),
        format!("/archivistx{path}"),
        format!("/archivist/archivist{path}"),
    ] {
        assert_eq!(datatrails.get(&path).status, 404, "{path}");
    }
    let token = datatrails.setup.send(form_request(
        "/datatrails/archivist/iam/v1/appidp/token",
        &format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            datatrails.id, datatrails.secret
        ),
    ));
    assert_eq!(token.status, 200);
}

#[test]
fn a_token_is_what_the_vendor_issues() {
    let datatrails = Datatrails::new();
    let reply = datatrails.ask(&datatrails.secret);
    assert_eq!(reply.json["token_type"], "Bearer");
    assert_eq!(reply.json["expires_in"], 3600);
    assert_eq!(reply.json.as_object().map(serde_json::Map::len), Some(3));
    assert_eq!(reply.header("cache-control"), "no-store");
    let (header, payload) = claims(&reply.text("/access_token"));
    assert_eq!(header["typ"], "at+jwt");
    let issued = datatrails.setup.now().seconds();
    for (claim, value) in [
        ("iss", json!("https://tm.example/appidpv1")),
        ("aud", json!("https://tm.example/archivist")),
        ("sub", json!(datatrails.id)),
        ("client_id", json!(datatrails.id)),
        ("name", json!("Barrier 7")),
        ("jit_tier", json!("FREE")),
        ("serial", json!("TL1")),
        ("iat", json!(issued)),
        ("exp", json!(issued + 3600)),
    ] {
        assert_eq!(payload[claim], value, "{claim}");
    }
    let tenant = datatrails.get(&datatrails.path()).text("/tenant_id");
    assert_eq!(payload["jit_tenant_id"], tenant);
}

#[test]
fn a_secret_is_good_for_one_year() {
    let datatrails = Datatrails::new();
    datatrails.setup.wait(365 * 24 * 3600 - 1);
    let last = datatrails.token();
    datatrails.setup.wait(1);
    let refused = datatrails.ask(&datatrails.secret);
    assert_eq!(
        (refused.status, refused.text("/error").as_str()),
        (401, "invalid_client")
    );
    let assets = request(Method::Get, "/archivist/v2/assets").bearing(&last);
    assert_eq!(
        datatrails.setup.send(assets).status,
        200,
        "issued tokens stay good"
    );
}

#[test]
fn every_refusal_of_a_token_has_its_row() {
    let datatrails = Datatrails::new();
    let (id, secret) = (&datatrails.id, &datatrails.secret);
    let good = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    const DENIED: &str = "client authentication failed";
    for (form, status, error, description) in [
        (
            good.replace(secret.as_str(), "wrong"),
            401,
            "invalid_client",
            DENIED,
        ),
        (
            good.replace(id.as_str(), "nobody"),
            401,
            "invalid_client",
            DENIED,
        ),
        (
            format!("client_id={id}&client_secret={secret}"),
            400,
            "invalid_request",
            "parameter grant_type is missing",
        ),
        (
            format!("grant_type=client_credentials&client_secret={secret}"),
            400,
            "invalid_request",
            "parameter client_id is missing",
        ),
        (
            format!("grant_type=client_credentials&client_id={id}"),
            400,
            "invalid_request",
            "parameter client_secret is missing",
        ),
        (
            format!("grant_type=client_credentials&client_id={id}&client_secret="),
            400,
            "invalid_request",
            "parameter client_secret is missing",
        ),
        (
            good.replace("client_credentials", "password"),
            400,
            "unsupported_grant_type",
            "the grant type is not supported",
        ),
        (
            format!("{good}&client_id={id}"),
            400,
            "invalid_request",
            "parameter client_id is repeated",
        ),
        (
            format!("{good}&scope=x"),
            400,
            "invalid_scope",
            "the client may not ask for this scope",
        ),
        (
            format!("{good}&audience=x"),
            400,
            "invalid_target",
            "the audience is unknown",
        ),
        (
            format!("{good}&x=%zz"),
            400,
            "invalid_request",
            "parameter 4 is not percent-encoded UTF-8",
        ),
    ] {
        let reply = datatrails.setup.send(form_request(TOKEN, &form));
        let document = json!({ "error": error, "error_description": description });
        assert_eq!((reply.status, &reply.json), (status, &document), "{form}");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("www-authenticate"), "");
    }
    let basic = |secret: &str| {
        form_request(TOKEN, "grant_type=client_credentials").by(&write_basic(id, secret))
    };
    assert_eq!(datatrails.setup.send(basic(secret)).status, 200);
    let refused = datatrails.setup.send(basic("wrong"));
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.header("www-authenticate"),
        "Basic realm=\"datatrails\""
    );
    let json = json_request(
        Method::Post,
        TOKEN,
        &json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": secret }),
    );
    assert_eq!(datatrails.setup.send(json).status, 200);
    for (body, status) in [(Body::TooLarge, 413), (Body::Broken, 400)] {
        let reply = datatrails
            .setup
            .send(with_body(form_request(TOKEN, ""), body));
        assert_eq!(
            (reply.status, reply.text("/error").as_str()),
            (status, "invalid_request")
        );
    }
}

#[test]
fn a_change_replaces_the_claims_whole_and_passes_over_what_is_read_only() {
    let datatrails = Datatrails::new();
    let changed = datatrails.change(
        Method::Patch,
        &datatrails.path(),
        &json!({
            "identity": "applications/other", "client_id": "other", "tenant_id": "tenant/other",
            "credentials": [], "roles": ["OWNER"], "unknown": 1,
            "display_name": "Barrier 8", "custom_claims": { "b": "2" },
        }),
    );
    assert_eq!(
        changed.text("/identity"),
        format!("applications/{}", datatrails.id)
    );
    assert_eq!(changed.text("/display_name"), "Barrier 8");
    assert_eq!(changed.json["custom_claims"], json!({ "b": "2" }));
    assert_eq!(changed.json["roles"], json!([]));
    assert_eq!(changed.text("/credentials/0/secret"), "");
    let empty = datatrails.change(Method::Patch, &datatrails.path(), &json!({}));
    assert_eq!(empty.json, changed.json);
    let none = json!({ "custom_claims": {} });
    let none = datatrails.change(Method::Patch, &datatrails.path(), &none);
    assert_eq!(none.json["custom_claims"], json!({}));
}

#[test]
fn a_mask_says_what_a_change_is_about() {
    let datatrails = Datatrails::new();
    let with = |mask: &str, content: Value| {
        let target = format!("{}?mask={mask}", datatrails.path());
        datatrails.change(Method::Patch, &target, &content)
    };
    let both = || json!({ "display_name": "B", "custom_claims": { "x": "y" } });
    let name = with("display_name", both());
    assert_eq!(name.text("/display_name"), "B");
    assert_eq!(name.json["custom_claims"], json!({ "serial": "TL1" }));
    let claims = with("custom_claims", json!({ "display_name": "C" }));
    assert_eq!(claims.text("/display_name"), "B");
    assert_eq!(
        claims.json["custom_claims"],
        json!({}),
        "masked and not given: emptied"
    );
    let listed = with("display_name,custom_claims", both());
    assert_eq!(listed.json["custom_claims"], json!({ "x": "y" }));
    let refused = with("display_name,secret", both());
    let problem = "mask: names \"secret\", which is no field that can be changed";
    assert_refused(&refused, 400, 3, problem);
    let blank = with("display_name", json!({}));
    assert_refused(&blank, 400, 3, "display_name: must not be blank");
}

#[test]
fn pages_carry_their_filter_and_count_it() {
    let datatrails = Datatrails::new();
    for index in 0..5 {
        let content =
            json!({ "display_name": "lamp", "custom_claims": { "n": index.to_string() } });
        assert_eq!(
            datatrails
                .change(Method::Post, APPLICATIONS, &content)
                .status,
            200
        );
        datatrails.setup.wait(1);
    }
    let mut target = format!("{APPLICATIONS}?page_size=2&display_name=lamp");
    let mut seen = Vec::new();
    loop {
        let page = datatrails.get(&target);
        let items = page.json["applications"].as_array().expect("a list");
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["custom_claims"]["n"].clone()));
        match page.text("/next_page_token") {
            token if token.is_empty() => break,
            token => target = format!("{APPLICATIONS}?page_size=2&page_token={token}"),
        }
    }
    assert_eq!(json!(seen), json!(["0", "1", "2", "3", "4"]));
    assert_eq!(
        datatrails
            .count(&format!("{APPLICATIONS}?page_size=1"))
            .header("x-total-count"),
        "6"
    );
    let lamps = datatrails.count(&format!("{APPLICATIONS}?page_size=1&display_name=lamp"));
    assert_eq!(lamps.header("x-total-count"), "5");
    assert_eq!(datatrails.get(APPLICATIONS).header("x-total-count"), "");
    const NO_TOKEN: &str = "page_token: is not a token of this list";
    for (query, message) in [
        ("page_token=eyJza2lwIjoyfQ", NO_TOKEN),
        ("page_token=.", NO_TOKEN),
        ("page_size=-1", "page_size: must not be negative"),
        ("page_size=x", "page_size: is not a 32-bit integer"),
        ("page_size=2147483648", "page_size: is not a 32-bit integer"),
        ("page_size=1&page_size=1", "parameter page_size is repeated"),
        (
            "display_name=%zz",
            "parameter 1 is not percent-encoded UTF-8",
        ),
    ] {
        let reply = datatrails.get(&format!("{APPLICATIONS}?{query}"));
        assert_refused(&reply, 400, 3, message);
    }
    let first = datatrails.get(&format!("{APPLICATIONS}?page_size=1"));
    let other = format!("{SUBJECTS}?page_token={}", first.text("/next_page_token"));
    assert_refused(&datatrails.get(&other), 400, 3, NO_TOKEN);
    let odd = request(Method::Get, APPLICATIONS).with_header("x-request-total-count", "maybe");
    let odd = datatrails.administer(odd);
    assert_refused(&odd, 400, 3, "x-request-total-count: must be true or false");
}

#[test]
fn creations_that_break_a_rule_are_refused_at_their_place() {
    let datatrails = Datatrails::new();
    const REGISTERED: &str = "is a registered claim and cannot be set";
    let claim = |name: &str| json!({ "display_name": "x", "custom_claims": { name: "1" } });
    for (content, message) in [
        (json!({}), "display_name: is required".to_owned()),
        (
            json!({ "display_name": null }),
            "display_name: is required".into(),
        ),
        (
            json!({ "display_name": "" }),
            "display_name: must not be blank".into(),
        ),
        (
            json!({ "display_name": " " }),
            "display_name: must not be blank".into(),
        ),
        (
            json!({ "display_name": 7 }),
            "display_name: must be a string".into(),
        ),
        (
            json!({ "display_name": "\u{e9}".repeat(257) }),
            "display_name: has more than 256 characters".into(),
        ),
        (claim("exp"), format!("custom_claims.exp: {REGISTERED}")),
        (claim("sub"), format!("custom_claims.sub: {REGISTERED}")),
        (claim("name"), format!("custom_claims.name: {REGISTERED}")),
        (
            claim("jit_x"),
            "custom_claims.jit_x: must not start with jit_".into(),
        ),
        (
            claim("arc_x"),
            "custom_claims.arc_x: must not start with arc_".into(),
        ),
        (
            json!({ "display_name": "x", "custom_claims": { "n": 1 } }),
            "custom_claims.n: must be a string".into(),
        ),
        (
            json!({ "display_name": "x", "custom_claims": [] }),
            "custom_claims: must be an object".into(),
        ),
        (
            json!({ "display_name": "x", "roles": ["OWNER", "KING"] }),
            "roles[1]: must be OWNER or ROLE_UNSPECIFIED".into(),
        ),
        (
            json!({ "display_name": "x", "roles": "OWNER" }),
            "roles: must be a list".into(),
        ),
        (json!([]), "the content must be an object".into()),
    ] {
        let reply = datatrails.change(Method::Post, APPLICATIONS, &content);
        assert_refused(&reply, 400, 3, &message);
    }
    let longest = json!({ "display_name": "\u{e9}".repeat(256), "roles": ["ROLE_UNSPECIFIED"] });
    let longest = datatrails.change(Method::Post, APPLICATIONS, &longest);
    assert_eq!((longest.status, &longest.json["roles"]), (200, &json!([])));
    let plain = request(Method::Post, APPLICATIONS).with_content("text/plain", "{}");
    let message = "the content type must be application/json";
    assert_refused(&datatrails.administer(plain), 400, 3, message);
    let large = with_body(request(Method::Post, APPLICATIONS), Body::TooLarge);
    assert_refused(
        &datatrails.administer(large),
        413,
        3,
        "the content is too large",
    );
}

#[test]
fn owners_administer_and_others_see_empty_lists() {
    let datatrails = Datatrails::new();
    let stranger = datatrails.token();
    let as_stranger = |request: Request| datatrails.setup.send(request.bearing(&stranger));
    let content = json!({ "display_name": "x" });
    const ROLE: &str = "the administrator's role is required";
    for request in [
        json_request(Method::Post, APPLICATIONS, &content),
        request(Method::Get, APPLICATIONS),
        request(Method::Get, POLICIES),
        request(Method::Get, SUBJECTS),
    ] {
        assert_refused(&as_stranger(request), 403, 7, ROLE);
    }
    let assets = as_stranger(request(Method::Get, "/archivist/v2/assets?page_size=1"));
    assert_eq!(assets.json, json!({ "assets": [], "next_page_token": "" }));
    let owner = json!({ "display_name": "owner", "roles": ["OWNER"] });
    let owner = datatrails.change(Method::Post, APPLICATIONS, &owner);
    assert_eq!(owner.json["roles"], json!(["OWNER"]));
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        owner.text("/client_id"),
        owner.text("/credentials/0/secret")
    );
    let token = datatrails
        .setup
        .send(form_request(TOKEN, &form))
        .text("/access_token");
    let list = datatrails
        .setup
        .send(request(Method::Get, APPLICATIONS).bearing(&token));
    assert_eq!(list.status, 200);
}

#[test]
fn calls_without_a_good_token_are_refused() {
    let datatrails = Datatrails::new();
    let get = || request(Method::Get, "/archivist/v2/assets");
    let bare = datatrails.setup.send(get());
    assert_refused(&bare, 401, 16, "authentication is required");
    assert_eq!(
        bare.header("www-authenticate"),
        "Bearer realm=\"datatrails\""
    );
    let forged = datatrails.setup.send(get().bearing("a.b.c"));
    assert_refused(&forged, 401, 16, "the credentials are not accepted");
    assert_eq!(
        forged.header("www-authenticate"),
        "Bearer realm=\"datatrails\", error=\"invalid_token\""
    );
    let odd = datatrails.setup.send(get().by("Bearer a b"));
    assert_refused(&odd, 400, 3, "the Authorization field is malformed");
    let token = datatrails.token();
    datatrails.setup.wait(3600);
    assert_eq!(datatrails.setup.send(get().bearing(&token)).status, 401);
}

#[test]
fn a_used_up_quota_is_a_matter_of_payment() {
    let mut datatrails = Datatrails::new();
    let policy = datatrails
        .setup
        .deployment
        .systems
        .get_mut(&System::Datatrails);
    let policy = policy.expect("the system has a policy");
    policy.max_clients = Some(3);
    policy.max_access_policies = 0;
    let caps = datatrails.get("/archivist/v1/caps?service=applications");
    assert_eq!(
        caps.json,
        json!({ "caps": [{ "resource_type": "Applications", "resource_remaining": "2" }] })
    );
    let content = json!({ "display_name": "x" });
    for _ in 0..2 {
        assert_eq!(
            datatrails
                .change(Method::Post, APPLICATIONS, &content)
                .status,
            200
        );
    }
    let refused = datatrails.change(Method::Post, APPLICATIONS, &content);
    let tenant = datatrails.get(&datatrails.path()).text("/tenant_id");
    assert_eq!(refused.status, 402);
    assert_eq!(
        refused.json,
        json!({
            "code": 12,
            "message": "Applications quota reached: Payment Required",
            "details": [{
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{ "subject": tenant, "description": " QuotaReached Applications" }],
            }],
        })
    );
    let policy = json!({ "display_name": "x", "filters": [], "access_permissions": [] });
    let refused = datatrails.change(Method::Post, POLICIES, &policy);
    assert_eq!(refused.status, 402);
    let all = datatrails.get("/archivist/v1/caps");
    assert_eq!(
        all.json,
        json!({ "caps": [
            { "resource_type": "Applications", "resource_remaining": "0" },
            { "resource_type": "AccessPolicies", "resource_remaining": "0" },
        ] })
    );
    let unknown = datatrails.get("/archivist/v1/caps?service=x");
    assert_refused(&unknown, 400, 3, "service: is not a service with a quota");
}

fn policy(name: &str) -> Value {
    json!({
        "display_name": name,
        "description": "who may see valves",
        "filters": [{ "or": ["attributes.arc_display_type=Valve"] }, { "or": ["a!=b", "c=*"] }],
        "access_permissions": [{
            "subjects": ["subjects/6f1f1c1e-4f0e-5d0a-9a58-0c4b9a1f3b77"],
            "behaviours": ["RecordEvidence"],
            "user_attributes": [{ "or": ["jwt_serial=TL1", "subject=*"] }],
            "of_a_later_version": { "kept": true },
        }],
    })
}

#[test]
fn an_access_policy_lives_from_creation_to_deletion() {
    let datatrails = Datatrails::new();
    let created = datatrails.change(Method::Post, POLICIES, &policy("valves"));
    assert_eq!(created.status, 200, "{}", created.json);
    let tenant = datatrails.get(&datatrails.path()).text("/tenant_id");
    assert_eq!(created.text("/tenant"), tenant);
    let identity = created.text("/identity");
    let path = format!("/archivist/iam/v1/{identity}");
    assert_eq!(created.json["filters"], policy("valves")["filters"]);
    assert_eq!(
        created.json["access_permissions"],
        json!([{
            "subjects": ["subjects/6f1f1c1e-4f0e-5d0a-9a58-0c4b9a1f3b77"],
            "behaviours": ["RecordEvidence"],
            "include_attributes": [],
            "asset_attributes_read": [],
            "asset_attributes_write": [],
            "event_arc_display_type_read": [],
            "event_arc_display_type_write": [],
            "user_attributes": [{ "or": ["jwt_serial=TL1", "subject=*"] }],
            "of_a_later_version": { "kept": true },
        }])
    );
    assert_eq!(datatrails.get(&path).json, created.json);
    let change = json!({ "filters": [{ "or": ["x=y"] }] });
    let changed = datatrails.change(Method::Patch, &path, &change);
    assert_eq!(changed.json["filters"], change["filters"]);
    assert_eq!(changed.text("/description"), "who may see valves");
    let masked = format!("{path}?mask=description,filters");
    let masked = datatrails.change(Method::Patch, &masked, &json!({ "display_name": "n" }));
    assert_eq!(masked.text("/display_name"), "valves");
    assert_eq!(
        (
            masked.text("/description").as_str(),
            &masked.json["filters"]
        ),
        ("", &json!([]))
    );

    let assets = datatrails.count(&format!("{path}/assets"));
    assert_eq!(assets.json, json!({ "assets": [], "next_page_token": "" }));
    assert_eq!(assets.header("x-total-count"), "0");
    let matching = datatrails.get("/archivist/iam/v1/assets/a-1/access_policies");
    assert_eq!(
        matching.json,
        json!({ "access_policies": [], "next_page_token": "" })
    );

    assert_eq!(
        datatrails.administer(request(Method::Delete, &path)).json,
        json!({})
    );
    assert_refused(&datatrails.get(&path), 404, 5, "no such access policy");
    assert_refused(
        &datatrails.get(&format!("{path}/assets")),
        404,
        5,
        "no such access policy",
    );
    assert_eq!(
        datatrails.change(Method::Patch, &path, &json!({})).status,
        404
    );
    assert_eq!(
        datatrails.administer(request(Method::Delete, &path)).status,
        404
    );
}

#[test]
fn access_policies_are_ordered_filtered_and_counted() {
    let datatrails = Datatrails::new();
    for name in ["b", "c", "a", "b"] {
        assert_eq!(
            datatrails
                .change(Method::Post, POLICIES, &policy(name))
                .status,
            200
        );
        datatrails.setup.wait(1);
    }
    let names = |target: &str| -> Vec<String> {
        let reply = datatrails.get(target);
        let policies = reply.json["access_policies"].as_array().expect("a list");
        policies
            .iter()
            .map(|policy| policy["display_name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(POLICIES), ["b", "c", "a", "b"]);
    assert_eq!(
        names(&format!("{POLICIES}?order_by=DEFAULT")),
        ["b", "c", "a", "b"]
    );
    assert_eq!(
        names(&format!("{POLICIES}?order_by=DISPLAY_NAME")),
        ["a", "b", "b", "c"]
    );
    assert_eq!(names(&format!("{POLICIES}?display_name=b")), ["b", "b"]);
    assert_eq!(names(&format!("{POLICIES}?description=none")), [""; 0]);
    let page = datatrails.get(&format!("{POLICIES}?order_by=DISPLAY_NAME&page_size=3"));
    let next = format!(
        "{POLICIES}?page_size=3&page_token={}",
        page.text("/next_page_token")
    );
    assert_eq!(names(&next), ["c"]);
    let count = datatrails.count(&format!("{POLICIES}?page_size=1&display_name=b"));
    assert_eq!(count.header("x-total-count"), "2");
    let order = datatrails.get(&format!("{POLICIES}?order_by=display_name"));
    assert_refused(&order, 400, 3, "order_by: must be DEFAULT or DISPLAY_NAME");
}

#[test]
fn access_policies_that_break_a_rule_are_refused_at_their_place() {
    let datatrails = Datatrails::new();
    let with = |name: &str, value: Value| {
        let mut policy = policy("p");
        policy[name] = value;
        policy
    };
    const TERM: &str = "is not of the form key=value or key!=value";
    let permission =
        |member: &str, value: Value| with("access_permissions", json!([{ member: value }]));
    for (content, message) in [
        (
            with("display_name", json!(null)),
            "display_name: is required".to_owned(),
        ),
        (
            with("display_name", json!("")),
            "display_name: must not be blank".into(),
        ),
        (
            with("display_name", json!("\u{e9}".repeat(129))),
            "display_name: has more than 128 characters".into(),
        ),
        (
            with("description", json!("\u{e9}".repeat(4097))),
            "description: has more than 4096 characters".into(),
        ),
        (with("filters", json!(null)), "filters: is required".into()),
        (with("filters", json!({})), "filters: must be a list".into()),
        (
            with("filters", json!(["a=b"])),
            "filters[0]: must be an object".into(),
        ),
        (
            with("filters", json!([{ "or": "a=b" }])),
            "filters[0].or: must be a list".into(),
        ),
        (
            with("filters", json!([{ "or": ["a"] }])),
            format!("filters[0].or[0]: {TERM}"),
        ),
        (
            with("filters", json!([{ "or": ["=a"] }])),
            format!("filters[0].or[0]: {TERM}"),
        ),
        (
            with("filters", json!([{ "and": [] }])),
            "filters[0].and: is not a known member".into(),
        ),
        (
            with("access_permissions", json!(null)),
            "access_permissions: is required".into(),
        ),
        (
            permission("subjects", json!("x")),
            "access_permissions[0].subjects: must be a list".into(),
        ),
        (
            permission("behaviours", json!([1])),
            "access_permissions[0].behaviours[0]: must be a string".into(),
        ),
        (
            permission("user_attributes", json!([{ "or": ["x"] }])),
            format!("access_permissions[0].user_attributes[0].or[0]: {TERM}"),
        ),
    ] {
        let reply = datatrails.change(Method::Post, POLICIES, &content);
        assert_refused(&reply, 400, 3, &message);
    }
    let mut longest = with("display_name", json!("\u{e9}".repeat(128)));
    longest["description"] = json!("\u{e9}".repeat(4096));
    assert_eq!(
        datatrails.change(Method::Post, POLICIES, &longest).status,
        200
    );
}

#[test]
fn subjects_live_beside_the_tenancy_itself() {
    let datatrails = Datatrails::new();
    let oneself = format!("{SUBJECTS}/00000000-0000-0000-0000-000000000000");
    let reply = datatrails.get(&oneself);
    assert_eq!(
        reply.text("/identity"),
        "subjects/00000000-0000-0000-0000-000000000000"
    );
    assert_eq!(reply.text("/confirmation_status"), "CONFIRMED");
    const FIXED: &str = "identity: is the tenancy itself and cannot be changed";
    let change = datatrails.change(Method::Patch, &oneself, &json!({ "display_name": "x" }));
    assert_refused(&change, 400, 3, FIXED);
    assert_refused(
        &datatrails.administer(request(Method::Delete, &oneself)),
        400,
        3,
        FIXED,
    );

    let content = json!({
        "display_name": "Partner", "wallet_pub_key": ["04c1"], "tessera_pub_key": ["S="],
        "wallet_address": ["read only"], "confirmation_status": "PENDING",
    });
    let created = datatrails.change(Method::Post, SUBJECTS, &content);
    assert_eq!(created.status, 200, "{}", created.json);
    assert_eq!(created.json["wallet_pub_key"], json!(["04c1"]));
    assert_eq!(created.json["wallet_address"], json!([]));
    assert_eq!(created.text("/confirmation_status"), "CONFIRMED");
    let path = format!("/archivist/iam/v1/{}", created.text("/identity"));
    assert_eq!(datatrails.get(&path).json, created.json);
    let change = json!({ "display_name": "P", "tessera_pub_key": [] });
    let changed = datatrails.change(Method::Patch, &path, &change);
    assert_eq!(changed.json["wallet_pub_key"], json!(["04c1"]));
    assert_eq!(changed.json["tessera_pub_key"], json!([]));
    let list = datatrails.count(&format!("{SUBJECTS}?page_size=1&display_name=P"));
    assert_eq!(
        (
            list.header("x-total-count"),
            list.text("/subjects/0/display_name")
        ),
        ("1", "P".into())
    );
    let none = datatrails.count(&format!("{SUBJECTS}?page_size=1&display_name=Partner"));
    assert_eq!(
        (none.header("x-total-count"), &none.json["subjects"]),
        ("0", &json!([]))
    );
    assert_eq!(
        datatrails.administer(request(Method::Delete, &path)).json,
        json!({})
    );
    assert_refused(&datatrails.get(&path), 404, 5, "no such subject");
    let refused = datatrails.change(Method::Post, SUBJECTS, &json!({}));
    assert_refused(&refused, 400, 3, "display_name: is required");
}

#[test]
fn paths_and_methods_that_are_not_there_are_refused_in_the_dialects_shape() {
    let datatrails = Datatrails::new();
    let put = datatrails.administer(request(Method::Put, APPLICATIONS));
    assert_refused(&put, 405, 12, "Method Not Allowed");
    assert_eq!(put.header("allow"), "GET, POST");
    let token = datatrails.setup.send(request(Method::Get, TOKEN));
    assert_eq!((token.status, token.header("allow")), (405, "POST"));
    let path = datatrails.administer(request(Method::Get, "/archivist/iam/v1/x"));
    assert_refused(&path, 404, 5, "Not Found");
    let verb = format!("{}:rotate", datatrails.path());
    let verb = datatrails.administer(request(Method::Post, &verb));
    assert_eq!(
        (verb.status, verb.header("allow")),
        (405, "DELETE, GET, PATCH")
    );
    // An identifier that is too long for any key is one that nothing has.
    let long = format!("{APPLICATIONS}/{}", "x".repeat(5000));
    assert_refused(&datatrails.get(&long), 404, 5, "no such application");
    let long = format!("{POLICIES}/{}", "x".repeat(5000));
    assert_refused(&datatrails.get(&long), 404, 5, "no such access policy");
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let mut datatrails = Datatrails::new();
    let policy = datatrails
        .setup
        .deployment
        .systems
        .get_mut(&System::Datatrails);
    policy.expect("the system has a policy").rate_limit = Some(RateLimit {
        burst: NonZeroU32::new(2).expect("more than none"),
        per_minute: NonZeroU32::new(2).expect("more than none"),
    });
    for _ in 0..3 {
        assert_eq!(
            datatrails.ask("wrong").status,
            401,
            "a failed proof is not charged"
        );
    }
    let token = datatrails.token();
    let assets = || request(Method::Get, "/archivist/v2/assets").bearing(&token);
    assert_eq!(datatrails.setup.send(assets()).status, 200);
    let refused = datatrails.setup.send(assets());
    assert_refused(&refused, 429, 8, "too many requests, retry after 30 s");
    assert_eq!(refused.header("retry-after"), "30");
    assert_eq!(refused.header("archivist-rate-limit-reset"), "30.0");
    let refused = datatrails.ask(&datatrails.secret);
    assert_eq!(
        (refused.status, refused.text("/error").as_str()),
        (429, "too_many_requests")
    );
    assert_eq!(refused.header("archivist-rate-limit-reset"), "30.0");
    assert_eq!(
        datatrails.get(&datatrails.path()).status,
        200,
        "others have their own"
    );
    datatrails.setup.wait(30);
    assert_eq!(datatrails.setup.send(assets()).status, 200);
}
