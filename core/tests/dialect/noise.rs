//! Noise: whatever bytes come as path, query, header or content, every dialect
//! answers, and what it refuses it refuses in its own shape. No noise makes
//! the deployment blame itself.

use crate::laws::{dialects, runner};
use crate::sample::json_value;
use crate::setup::{As, Reply, Setup};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use touchmark_core::dialect::Dialect;
use touchmark_core::http::{Body, Method, Request};
use touchmark_core::operation::Name;
use touchmark_core::record::System;

/// Whether the members of an object are exactly these.
fn has_members(content: &Value, names: &[&str]) -> bool {
    content.as_object().is_some_and(|members| {
        members.len() == names.len() && names.iter().all(|name| members.contains_key(*name))
    })
}

/// Whether an operation is refused as Prometheus refuses.
fn is_query(operation: Name) -> bool {
    operation.as_str().starts_with("telemetry.") && operation != Name::IngestSamples
}

/// Whether a refusal has the shape of a system's dialect.
fn is_shaped(system: System, operation: Option<Name>, reply: &Reply) -> bool {
    let text = |name: &str| reply.json[name].is_string();
    let oauth = has_members(&reply.json, &["error", "error_description"])
        && text("error")
        && text("error_description")
        && reply.header("cache-control") == "no-store";
    let shaped = match (system, operation) {
        (_, Some(Name::IssueToken)) | (System::Standard, _) => oauth,
        (System::Klarity, _) => {
            has_members(&reply.json, &["error"]) && text("error")
                || has_members(&reply.json, &["errors"])
                    && reply.json["errors"][0]["message"].is_string()
        }
        (System::Datatrails, _) => {
            has_members(&reply.json, &["code", "message", "details"])
                && reply.json["code"].is_u64()
                && text("message")
                && reply.json["details"].is_array()
        }
        (System::Horizon, _) => {
            has_members(&reply.json, &["status", "error", "message", "path"])
                && reply.json["status"] == reply.status
        }
        (System::Ionos, operation) => {
            let envelope = has_members(&reply.json, &["httpStatus", "messages"])
                && reply.json["httpStatus"] == reply.status
                && reply.json["messages"][0]["errorCode"].is_string()
                && reply.json["messages"][0]["message"].is_string();
            let prometheus = has_members(&reply.json, &["status", "errorType", "error"])
                && reply.json["status"] == "error"
                && text("errorType")
                && text("error");
            envelope || (operation.is_none_or(is_query) && prometheus)
        }
        _ => reply.json.is_object(),
    };
    // Prometheus says so in plain text.
    let is_unknown_query = operation.is_none()
        && reply.status == 404
        && reply.response.body == b"404 page not found\n"
        && reply.header("content-type") == "text/plain; charset=utf-8";
    is_unknown_query || (shaped && reply.header("content-type") == "application/json")
}

fn assert_answered(
    system: System,
    operation: Option<Name>,
    reply: &Reply,
) -> Result<(), TestCaseError> {
    prop_assert_ne!(reply.status, 500, "{}", reply.json);
    prop_assert!(
        reply.status < 300 || is_shaped(system, operation, reply),
        "{:?}",
        reply.response
    );
    Ok(())
}

/// Words that dialects look for, so that noise gets past the first question.
const WORDS: &[&str] = &[
    "records",
    "id",
    "type",
    "name",
    "metadata",
    "tags",
    "costs",
    "currency",
    "values",
    "date",
    "value",
    "validThrough",
    "insertInPeriod",
    "period",
    "nid",
    "enrichments",
    "record",
    "data",
    "display_name",
    "custom_claims",
    "roles",
    "filters",
    "or",
    "access_permissions",
    "subjects",
    "user_attributes",
    "wallet_pub_key",
    "client_name",
    "scope",
    "description",
    "grant_type",
    "client_id",
    "client_secret",
    "audience",
    "token",
    "login",
    "user",
    "expire",
    "filter",
    "enabled",
    "page_size",
    "page_token",
    "mask",
    "order_by",
    "service",
    "current",
    "all",
    "EUR",
    "2026-01-01",
    "2029-05",
    "1.5",
    "OWNER",
    "client_credentials",
    "administrator",
    "email",
    "contracts",
    "contractNumber",
    "role",
    "ttl",
    "criteria",
    "query",
    "match[]",
    "step",
    "expression",
    "actions",
    "properties",
];

fn word() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        4 => select(WORDS).prop_map(String::from),
        1 => "(?s).{0,8}",
    ]
}

/// JSON that is made of the dialects' own words.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![json_value(), word().prop_map(Value::from)];
    let inner = leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(word(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    btree_map(word(), inner, 0..8).prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn body() -> impl Strategy<Value = (Option<String>, Body)> {
    let json = document().prop_map(|content| {
        let bytes = content.to_string().into_bytes();
        (Some(String::from("application/json")), Body::Whole(bytes))
    });
    let form = vec((word(), word()), 0..6).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let media_type = String::from("application/x-www-form-urlencoded");
        (Some(media_type), Body::Whole(pairs.join("&").into_bytes()))
    });
    let raw = (proptest::option::of("(?s).{0,20}"), vec(any::<u8>(), 0..64))
        .prop_map(|(media_type, bytes)| (media_type, Body::Whole(bytes)));
    let unread = prop_oneof![Just((None, Body::TooLarge)), Just((None, Body::Broken))];
    prop_oneof![8 => json, 2 => form, 2 => raw, 1 => unread]
}

fn query() -> impl Strategy<Value = String> {
    let pairs = vec((word(), word()), 0..4).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    });
    prop_oneof![3 => Just(String::new()), 2 => pairs, 1 => "(?s).{0,40}"]
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let known = select(vec![
        "authorization",
        "content-type",
        "content-length",
        "x-request-total-count",
        "accept",
    ]);
    vec(
        (
            prop_oneof![known.prop_map(String::from), "[a-z-]{1,10}"],
            "(?s).{0,30}",
        ),
        0..3,
    )
}

/// Sends noise to every route of every dialect.
fn send_to_all(authorized: &dyn Fn(&dyn Dialect, &Setup, Request) -> Request) {
    let setup = Setup::new();
    let noise = (body(), query(), "(?s).{1,12}", headers());
    for dialect in dialects() {
        for route in dialect.routes() {
            let result = runner().run(&noise, |((media_type, body), query, id, headers)| {
                let names = [
                    "uuid",
                    "id",
                    "client_id",
                    "nid",
                    "asset",
                    "space",
                    "contract",
                    "label",
                ];
                let mut values: Vec<(&str, &str)> = names.map(|name| (name, id.as_str())).to_vec();
                values.push(("tenant", "default"));
                let path = format!("/{}{}", dialect.system(), route.template.render(&values));
                let mut request = Request::new(route.method, path);
                request.query = query;
                request.body = body;
                for (name, value) in headers {
                    request.headers.append(&name, value);
                }
                if let Some(media_type) = media_type {
                    request.headers.insert("content-type", media_type);
                }
                let reply = setup.send(authorized(dialect, &setup, request));
                assert_answered(dialect.system(), Some(route.operation), &reply)
            });
            let place = route.template.as_str();
            result.unwrap_or_else(|error| panic!("{} {place}: {error}", dialect.system()));
        }
    }
}

#[test]
fn noise_from_strangers_is_refused_in_the_dialects_shape() {
    send_to_all(&|_, _, request| request);
}

#[test]
fn noise_from_an_administrator_is_refused_in_the_dialects_shape() {
    let administrator = core::cell::OnceCell::new();
    let owner = core::cell::OnceCell::new();
    send_to_all(&|dialect, setup, mut request| {
        request.headers.remove("authorization");
        // What a contract has, its own administrators see to.
        if dialect.system() == System::Ionos && !request.path.starts_with("/ionos/admin/") {
            return request.bearing(owner.get_or_init(|| setup.owner()));
        }
        request.by(administrator.get_or_init(|| setup.administrator()))
    });
}

#[test]
fn noise_from_an_integration_is_refused_in_the_dialects_shape() {
    let integration = core::cell::OnceCell::new();
    send_to_all(&|dialect, setup, mut request| {
        if dialect.system() != System::Klarity {
            return request;
        }
        request.headers.remove("authorization");
        request.bearing(integration.get_or_init(|| setup.integration()))
    });
}

#[test]
fn any_path_is_answered() {
    let setup = Setup::new();
    let method = select(vec![
        Method::Get,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
        Method::Other,
    ]);
    let path = prop_oneof![
        "(?s).{0,30}",
        "/(?s).{0,30}",
        "(/[a-z0-9%:{}._-]{0,8}){0,6}"
    ];
    let prefix = select(vec![
        "",
        "/standard",
        "/klarity",
        "/datatrails",
        "/archivist",
        "/horizon",
        "/v1",
        "/iam/v1",
        "/ionos",
        "/auth/v1",
        "/cloudapi/v6",
        "/cloudapi/monitoring",
        "/telemetry",
        "/admin",
        "/oauth",
        "/.well-known",
    ]);
    let result = runner().run(
        &(method, prefix, path, query()),
        |(method, prefix, path, query)| {
            let mut request = Request::new(method, format!("{prefix}{path}"));
            request.query = query;
            let reply = setup.send(request);
            prop_assert!((400..500).contains(&reply.status), "{:?}", reply.response);
            let shaped = dialects().any(|dialect| is_shaped(dialect.system(), None, &reply));
            prop_assert!(shaped, "{:?}", reply.response);
            Ok(())
        },
    );
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn any_response_is_read_or_not_understood() {
    use crate::sample::{operation, spoken};
    use touchmark_core::http::{Response, Status};
    let content = prop_oneof![
        vec(any::<u8>(), 0..64),
        document().prop_map(|content| content.to_string().into_bytes()),
    ];
    for dialect in dialects() {
        for route in dialect.routes() {
            let question = operation(route.operation)
                .prop_map(|operation| spoken(dialect.system(), operation));
            let result = runner().run(
                &(question, &content, 100..600_u16),
                |(question, content, status)| {
                    let status = Status::of(status).expect("a status");
                    let response = Response::json(status, content);
                    let read = dialect.read_response(&question, &response);
                    prop_assert!(status.is_success() || read.is_err());
                    Ok(())
                },
            );
            result.unwrap_or_else(|error| panic!("{} {error}", route.template.as_str()));
        }
    }
}
