//! The settings file: its example, what each mistake is told, the order of
//! what counts.

use core::net::SocketAddr;
use core::time::Duration;
use std::path::Path;

use insta::assert_snapshot;
use touchmark_core::operation::{AudienceRule, LifetimeRule, Pepper};
use touchmark_core::record::{Secret, System};
use touchmark_core::token::Algorithm;

use super::written::{Origin, Place, Wait, Written};
use super::{Keys, Settings};
use crate::host::SystemRandom;
use crate::scenario::Source;

fn read(text: &str) -> Settings {
    let loaded = Settings::read(
        &Source::new("serve.yaml", text),
        Path::new("/etc/touchmark"),
    );
    let findings: Vec<_> = loaded.findings.iter().map(|f| f.to_plain_text()).collect();
    loaded
        .value
        .unwrap_or_else(|| panic!("{}", findings.join("\n")))
}

fn refused(text: &str) -> String {
    let loaded = Settings::read(&Source::new("serve.yaml", text), Path::new(""));
    assert!(loaded.value.is_none(), "{text} is taken");
    let findings: Vec<_> = loaded.findings.iter().map(|f| f.to_plain_text()).collect();
    findings.join("\n\n")
}

/// The example of the documentation, which names every key there is.
fn example() -> &'static str {
    let page = include_str!("../../../../docs/serve.md");
    let (_, rest) = page
        .split_once("```yaml\n")
        .expect("the page has an example");
    rest.split_once("\n```").expect("the example ends").0
}

#[test]
fn the_documented_example_is_read_and_names_every_key() {
    let settings = read(example());
    assert_eq!(
        settings.origin.unwrap().as_str(),
        "https://tokens.example.com"
    );
    assert_eq!(
        settings.store,
        Place::Sqlite("/var/lib/touchmark/touchmark.db".into())
    );
    let schema = serde_json::to_value(super::schema()).unwrap();
    let mut documented = Vec::new();
    keys_of(&schema, &mut documented);
    assert!(documented.len() > 25, "{documented:?}");
    for key in documented {
        assert!(example().contains(&format!("{key}:")), "{key} is not shown");
    }
}

/// The keys of all maps of a schema.
fn keys_of(schema: &serde_json::Value, keys: &mut Vec<String>) {
    match schema {
        serde_json::Value::Object(members) => {
            if let Some(serde_json::Value::Object(properties)) = members.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            members.values().for_each(|value| keys_of(value, keys));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|value| keys_of(value, keys)),
        _ => {}
    }
}

#[test]
fn an_empty_file_leaves_the_defaults() {
    let settings = read("{}");
    assert_eq!(settings.listen, SocketAddr::from(([127, 0, 0, 1], 8080)));
    assert_eq!(settings.store, Place::Memory);
    assert_eq!(settings.tenant.as_str(), "default");
    assert_eq!(settings.keys.algorithm, Algorithm::EdDsa);
    assert_eq!(settings.limits.request.content_bytes, 32 * 1024 * 1024);
}

#[test]
fn paths_are_relative_to_the_folder_of_the_file() {
    let settings = read("store: sqlite:data/t.db\nkeys: { pepper: pepper, signing: /k.jwk }");
    assert_eq!(
        settings.store,
        Place::Sqlite("/etc/touchmark/data/t.db".into())
    );
    assert_eq!(
        settings.keys.pepper.unwrap(),
        Path::new("/etc/touchmark/pepper")
    );
    assert_eq!(settings.keys.signing.unwrap(), Path::new("/k.jwk"));
}

#[test]
fn a_system_differs_only_in_what_is_written() {
    let text = "systems: { klarity: { token_lifetime: 90s, secret_lifetime: 7d, \
        audience_required: false, max_page_size: 10, max_clients: unlimited, \
        rate_limit: { burst: 5, per_minute: 60 } }, cockpit: { reuse_access_token: false, \
        rotate_refresh_token: true }, horizon: { unlock_revokes_previous: true, \
        spaces: [root, plant], asset_types: [Valve] }, \
        ionos: { max_tokens: 100, token_lifetime_chosen: false, max_groups: 7 } }";
    let settings = read(text);
    let signing = SystemRandom.signing_key(Algorithm::EdDsa);
    let pepper = Pepper::new(Secret::new("x".repeat(32))).unwrap();
    let origin = "https://touchmark.test";
    let deployment = settings.deployment(origin, Keys::new(signing, []), pepper);
    let policy = &deployment.systems[&System::Klarity];
    assert_eq!(policy.token_lifetime, 90);
    assert_eq!(policy.secret_lifetime, Some(7 * 86_400));
    assert_eq!(policy.audience_rule, AudienceRule::Defaulted);
    assert_eq!(policy.page_size, (10, 10));
    assert_eq!(policy.max_clients, None);
    assert_eq!(policy.issuer, "https://touchmark.test/klarity");
    let limit = policy.rate_limit.unwrap();
    assert_eq!((limit.burst.get(), limit.per_minute.get()), (5, 60));
    let cockpit = &deployment.systems[&System::Cockpit];
    assert!(!cockpit.reuse_access_token && cockpit.rotate_refresh_token);
    let horizon = &deployment.systems[&System::Horizon];
    assert!(horizon.unlock_revokes_previous);
    assert_eq!(horizon.spaces, ["root", "plant"]);
    assert_eq!(horizon.asset_types, ["Valve"]);
    let ionos = &deployment.systems[&System::Ionos];
    assert_eq!((ionos.max_identity_tokens, ionos.max_groups), (100, 7));
    assert_eq!(ionos.identity_token_lifetime, LifetimeRule::Fixed);
    let untouched = &deployment.systems[&System::Datatrails];
    assert_eq!(untouched.token_lifetime, 3600);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    assert_snapshot!(refused(
        "lisen: 127.0.0.1:1\n\
         origin: tokens.example.com/path\n\
         listen: 8080\n\
         store: postgres://x\n\
         tenant: a b\n\
         keys:\n  algorithm: RS256\n\
         proxies: [10.0.0.0/40]\n\
         limits:\n  content: 5 apples\n  connections: 0\n\
         timeouts: { head: 10 }\n\
         systems:\n  clarity: {}\n  ionos: { token_lifetime: 1500ms, audiences: [], \
         rate_limit: { burst: 0 } }\n"
    ));
}

#[test]
fn contradictions_are_shown_from_both_sides() {
    assert_snapshot!(refused(
        "limits: { content: 2MiB, buffered: 1MiB }\n\
         systems:\n  ionos: { page_size: 50, max_page_size: 20 }\n"
    ));
}

#[test]
fn the_schema_is_the_one_that_was_reviewed() {
    assert_snapshot!(crate::scenario::schema::to_text(&super::schema()));
}

#[test]
fn words_are_read_or_refused() {
    for (word, origin) in [
        (
            "https://tokens.example.com",
            Some("https://tokens.example.com"),
        ),
        ("http://127.0.0.1:8080/", Some("http://127.0.0.1:8080")),
        ("https://tokens.example.com/v1", None),
        ("https://tokens.example.com/?q", None),
        ("https://tokens.example.com/#", None),
        ("https://user@tokens.example.com", None),
        ("tokens.example.com", None),
        ("ftp://tokens.example.com", None),
    ] {
        assert_eq!(
            Origin::read(word).as_ref().map(Origin::as_str),
            origin,
            "{word}"
        );
    }
    for (word, taken) in [("1ms", true), ("1h", true), ("0ms", false), ("2h", false)] {
        assert_eq!(Wait::read(word).is_some(), taken, "{word}");
    }
    for word in ["", "sqlite", "sqlite:", "Memory", "memory:", "file:x"] {
        assert_eq!(Place::read(word), None, "{word}");
    }
}

#[test]
fn a_prometheus_elsewhere_is_read() {
    let settings = read(
        "telemetry:\n  retention: 7d\n  max_series: 5\n  upstream:\n    \
         url: http://127.0.0.1:9090/base\n    authorization: token\n    \
         contract_label: tenant\n    timeout: 5s\n",
    );
    let upstream = settings.upstream.unwrap();
    assert_eq!(upstream.url.path(), "/base");
    assert!(upstream.authorization.unwrap().ends_with("token"));
    assert_eq!(upstream.contract_label.as_deref(), Some("tenant"));
    assert_eq!(upstream.timeout, Duration::from_secs(5));
    assert!(read("telemetry: { retention: 1d }").upstream.is_none());
}

#[test]
fn mistakes_about_a_prometheus_elsewhere_are_shown_where_they_are() {
    assert_snapshot!(refused(
        "telemetry:\n  max_series: 0\n  upstream:\n    \
         url: http://user:password@127.0.0.1:9090\n    contract_label: a-b\n    password: x\n"
    ));
}
