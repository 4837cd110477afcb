//! Every fault in every dialect: status, header fields and content, as one
//! table each. What a refusal says is part of what a deployment promises.

use crate::laws::{SITE, dialects};
use core::fmt::Write as _;
use touchmark_core::dialect::{Dialect, Route};
use touchmark_core::http::{Method, Request, write_basic};
use touchmark_core::operation::{
    Conflict, Fault, Forbidden, GrantFault, Name, Ownership, Presented, QueryFault, QueryRefusal,
    RequestFault, Resource, Unauthenticated,
};
use touchmark_core::record::{ContractPrivilege, System};

const RESOURCES: &[Resource] = &[
    Resource::Client,
    Resource::Record,
    Resource::AccessPolicy,
    Resource::Subject,
    Resource::User,
    Resource::ApiToken,
    Resource::Space,
    Resource::ApiAccess,
    Resource::IdentityToken,
    Resource::Group,
    Resource::Share,
    Resource::Series,
    Resource::Metric,
    Resource::Action,
    Resource::Alarm,
];

fn query(kind: QueryRefusal) -> Fault {
    Fault::Request(RequestFault::Query(QueryFault {
        kind,
        message: "1:1: parse error: unexpected \"\u{e9}\r\n\"".into(),
    }))
}

/// One fault of every kind. The matches have no arm for the rest, so a new
/// kind asks for its row here.
fn faults() -> Vec<Fault> {
    use Fault::{
        Conflict as Clash, Forbidden as Not, Grant, Internal, Missing, Quota, Request, TooMany,
        Unauthenticated as Unproven, Unavailable,
    };
    let mut faults = vec![
        Request(RequestFault::Path),
        Request(RequestFault::Method(vec!["GET", "POST"])),
        Request(RequestFault::TooLarge),
        Request(RequestFault::Broken),
        Request(RequestFault::MediaType),
        Fault::syntax("expected `,` at line 1 column 2"),
        Fault::field("records[3].tags.\u{e9}\"\\\r\n", "must be a string"),
        query(QueryRefusal::BadData),
        query(QueryRefusal::Execution),
        query(QueryRefusal::Timeout),
        Grant(GrantFault::Request("parameter client_id is missing".into())),
        Grant(GrantFault::Client(Presented::Basic)),
        Grant(GrantFault::Client(Presented::Content)),
        Grant(GrantFault::UnauthorizedClient("password".into())),
        Grant(GrantFault::UnsupportedGrant("mag\"ic\n".into())),
        Grant(GrantFault::Scope("the scope is malformed".into())),
        Grant(GrantFault::Audience(
            "https://else\u{e9}where\r\nx: y".into(),
        )),
        Grant(GrantFault::Ownership(Ownership::Credentials)),
        Grant(GrantFault::Ownership(Ownership::RefreshToken)),
        Unproven(Unauthenticated::Absent),
        Unproven(Unauthenticated::Malformed),
        Unproven(Unauthenticated::Refused),
        Unproven(Unauthenticated::Expired),
        Not(Forbidden::Administrator),
        Not(Forbidden::Client),
        Not(Forbidden::Connection),
        Not(Forbidden::Scope("records:write")),
        Not(Forbidden::Contract),
        Not(Forbidden::ContractAdministrator),
        Not(Forbidden::ContractOwner),
        Not(Forbidden::Privilege(
            ContractPrivilege::AccessAndManageMonitoring,
        )),
        Not(Forbidden::SharedUser),
        Not(Forbidden::SecondFactor),
        Not(Forbidden::DataCentre),
        TooMany { retry_after: 0 },
        TooMany { retry_after: 30 },
        Unavailable,
        Internal,
    ];
    for resource in RESOURCES {
        faults.push(Missing(*resource));
        faults.push(Clash(Conflict::Taken(*resource)));
        faults.push(Clash(Conflict::InUse(*resource)));
        faults.push(Quota(*resource));
    }
    for fault in &faults {
        match fault {
            Request(
                RequestFault::Path
                | RequestFault::Method(_)
                | RequestFault::TooLarge
                | RequestFault::Broken
                | RequestFault::MediaType
                | RequestFault::Syntax(_)
                | RequestFault::Field { .. }
                | RequestFault::Query(_),
            )
            | Grant(
                GrantFault::Request(_)
                | GrantFault::Client(Presented::Basic | Presented::Content)
                | GrantFault::UnauthorizedClient(_)
                | GrantFault::UnsupportedGrant(_)
                | GrantFault::Scope(_)
                | GrantFault::Audience(_)
                | GrantFault::Ownership(Ownership::Credentials | Ownership::RefreshToken),
            )
            | Unproven(
                Unauthenticated::Absent
                | Unauthenticated::Malformed
                | Unauthenticated::Refused
                | Unauthenticated::Expired,
            )
            | Not(
                Forbidden::Administrator
                | Forbidden::Client
                | Forbidden::Connection
                | Forbidden::Scope(_)
                | Forbidden::Contract
                | Forbidden::ContractAdministrator
                | Forbidden::ContractOwner
                | Forbidden::SharedUser
                | Forbidden::Privilege(_)
                | Forbidden::SecondFactor
                | Forbidden::DataCentre,
            )
            | TooMany { .. }
            | Unavailable
            | Internal => {}
            Missing(resource) | Quota(resource) => listed(*resource),
            Clash(Conflict::Taken(resource) | Conflict::InUse(resource)) => listed(*resource),
        }
    }
    faults
}

const fn listed(resource: Resource) {
    match resource {
        Resource::Client
        | Resource::Record
        | Resource::AccessPolicy
        | Resource::Subject
        | Resource::User
        | Resource::ApiToken
        | Resource::Space
        | Resource::ApiAccess
        | Resource::IdentityToken
        | Resource::Group
        | Resource::Share
        | Resource::Series
        | Resource::Metric
        | Resource::Action
        | Resource::Alarm => {}
    }
}

/// The refusals of a dialect at one of its routes, one paragraph each.
fn table(dialect: &dyn Dialect, is_it: impl Fn(&Route) -> bool, request: &Request) -> String {
    let route = dialect.routes().iter().find(|route| is_it(route));
    let mut table = String::new();
    for fault in faults() {
        let response = dialect.write_response(route, request, &Err(fault.clone()), &SITE);
        let text = String::from_utf8(response.body).expect("a refusal is text");
        writeln!(table, "{fault:?}\n  {}", response.status.code()).expect("a string grows");
        for (name, value) in response.headers.iter() {
            writeln!(table, "  {name}: {value}").expect("a string grows");
        }
        writeln!(table, "  {text}\n").expect("a string grows");
    }
    table
}

#[test]
fn every_fault_has_its_words_in_every_dialect() {
    let bearer = Request::new(Method::Get, "/some/path").with_header("authorization", "Bearer x");
    for dialect in dialects() {
        let table = table(
            dialect,
            |route| route.operation != Name::IssueToken,
            &bearer,
        );
        insta::assert_snapshot!(format!("{}", dialect.system()), table);
    }
}

#[test]
fn every_fault_has_its_words_at_every_token_endpoint() {
    let plain = Request::new(Method::Post, "/oauth/token");
    for dialect in dialects() {
        if dialect
            .routes()
            .iter()
            .any(|route| route.operation == Name::IssueToken)
        {
            let table = table(dialect, |route| route.operation == Name::IssueToken, &plain);
            insta::assert_snapshot!(format!("{}-token", dialect.system()), table);
        }
    }
}

#[test]
fn every_fault_has_its_words_in_the_telemetry_api() {
    let ionos = dialects().find(|dialect| dialect.system() == System::Ionos);
    let asked = Request::new(Method::Get, "/telemetry/api/v1/query");
    let is_it = |route: &Route| route.operation == Name::QueryTelemetry;
    let table = table(ionos.expect("a dialect"), is_it, &asked);
    insta::assert_snapshot!("ionos-telemetry", table);
}

#[test]
fn every_fault_has_its_words_in_graphql() {
    let klarity = dialects().find(|dialect| dialect.system() == System::Klarity);
    let content = r#"{"query":"{all: externalIntegrations {nextPageToken}}"}"#;
    let asked = Request::new(Method::Post, "/graphql").with_content("application/json", content);
    let is_it = |route: &Route| route.template.as_str() == "/graphql";
    let table = table(klarity.expect("a dialect"), is_it, &asked);
    insta::assert_snapshot!("klarity-graphql", table);
}

#[test]
fn who_came_by_basic_is_challenged_by_basic() {
    let basic = Request::new(Method::Get, "/some/path")
        .with_header("authorization", write_basic("id", "secret"));
    let refused = Err(Fault::Unauthenticated(Unauthenticated::Refused));
    for dialect in dialects() {
        // 12Port's calls know bearer tokens only.
        if dialect.system() == System::Horizon {
            continue;
        }
        let response = dialect.write_response(None, &basic, &refused, &SITE);
        let challenge = response
            .headers
            .first("www-authenticate")
            .unwrap_or_default();
        assert!(
            challenge.starts_with("Basic realm="),
            "{}: {challenge}",
            dialect.system()
        );
    }
}

/// Whatever a fault says, it cannot start a header line of its own.
#[test]
fn no_fault_writes_into_a_header() {
    let request = Request::new(Method::Get, "/some/path\r\nx: y");
    for dialect in dialects() {
        for fault in faults() {
            let response = dialect.write_response(None, &request, &Err(fault), &SITE);
            for (name, value) in response.headers.iter() {
                assert!(!value.contains(['\r', '\n']), "{} {name}", dialect.system());
            }
        }
    }
}
