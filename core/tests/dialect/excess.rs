//! Too much of everything, in every dialect alike: ten thousand query
//! parameters, content past the limit, requests past the rate. Each is refused
//! in the dialect's own shape, which a pointer to its text stands for here.

use crate::setup::{As, Setup, json_request, request};
use core::num::NonZeroU32;
use serde_json::json;
use touchmark_core::http::Method;
use touchmark_core::operation::RateLimit;
use touchmark_core::record::System;

/// A system, one of its lists, something that takes content, and where its
/// refusals have their text.
const SYSTEMS: &[(System, &str, &str, &str)] = &[
    (
        System::Standard,
        "/admin/clients",
        "/admin/clients",
        "/error_description",
    ),
    (
        System::Klarity,
        "/admin/klarity/integrations",
        "/admin/klarity/integrations",
        "/error",
    ),
    (
        System::Cockpit,
        "/admin/cockpit/operators",
        "/admin/cockpit/operators",
        "/error_description",
    ),
    (
        System::Datatrails,
        "/archivist/iam/v1/applications",
        "/archivist/iam/v1/applications",
        "/message",
    ),
    (System::Horizon, "/api/apitoken", "/api/user", "/message"),
];

#[test]
fn ten_thousand_query_parameters_are_refused() {
    let setup = Setup::new();
    let administrator = setup.administrator();
    for (system, list, _, text) in SYSTEMS {
        let target = format!("{list}?{}", "a=1&".repeat(10_000));
        let reply = setup.send(request(Method::Get, &target).by(&administrator));
        assert_eq!(reply.status, 400, "{system}: {}", reply.json);
        assert!(
            reply.text(text).contains("more than 1000 parameters"),
            "{system}"
        );
    }
}

#[test]
fn content_past_the_limit_is_refused() {
    let mut setup = Setup::new();
    setup.deployment.limits.content_bytes = 1000;
    let administrator = setup.administrator();
    for (system, _, taker, text) in SYSTEMS {
        let filled = |bytes: usize| {
            let empty = json!({ "x": "" }).to_string().len();
            let content = json!({ "x": "x".repeat(bytes - empty) });
            setup.send(json_request(Method::Post, taker, &content).by(&administrator))
        };
        assert_eq!(filled(1000).status, 400, "{system}");
        let reply = filled(1001);
        assert_eq!(reply.status, 413, "{system}: {}", reply.json);
        assert!(reply.text(text).contains("too large"), "{system}");
    }
}

#[test]
fn requests_past_the_rate_are_told_when_to_come_back() {
    let mut setup = Setup::new();
    for policy in setup.deployment.systems.values_mut() {
        policy.rate_limit = Some(RateLimit {
            burst: NonZeroU32::MIN,
            per_minute: NonZeroU32::MIN,
        });
    }
    let administrator = setup.administrator();
    for (system, list, _, text) in SYSTEMS {
        let ask = || setup.send(request(Method::Get, list).by(&administrator));
        assert_eq!(ask().status, 200, "{system}");
        let reply = ask();
        assert_eq!(reply.status, 429, "{system}: {}", reply.json);
        assert_eq!(reply.header("retry-after"), "60", "{system}");
        assert!(reply.text(text).contains("too many requests"), "{system}");
    }
}
