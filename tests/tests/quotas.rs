//! Sixteen at once for the last place of every quota: exactly one gets it, the
//! others are told that the quota is used up, on memory and on SQLite.

use std::sync::Barrier;
use std::thread;

use pollster::block_on;
use serde_json::{Value, json};
use touchmark::host::SystemRandom;
use touchmark::sqlite::{Limits, open};
use touchmark_core::operation::{
    Caller, Context, Deployment, Fault, Keys, Name, Operation, Outcome, Pepper, Random, execute,
};
use touchmark_core::record::{Client, ClientId, Role, Secret, Standing, System, Tenant};
use touchmark_core::store::{Memory, Store};
use touchmark_core::time::Timestamp;
use touchmark_core::token::{Algorithm, SigningKey};

/// How many compete.
const RIVALS: usize = 16;
/// The most there may be.
const MOST: usize = 4;

/// A quota: what takes a place of it, and what counts the places.
struct Quota {
    name: &'static str,
    system: System,
    take: fn(usize) -> (Name, Value),
    list: Name,
}

const QUOTAS: &[Quota] = &[
    Quota {
        name: "registrations of a standard deployment",
        system: System::Standard,
        take: |number| (Name::RegisterClient, named(number)),
        list: Name::ListClients,
    },
    Quota {
        name: "Klarity's integrations",
        system: System::Klarity,
        take: |number| (Name::RegisterClient, named(number)),
        list: Name::ListClients,
    },
    Quota {
        name: "DataTrails' applications",
        system: System::Datatrails,
        take: |number| (Name::RegisterClient, named(number)),
        list: Name::ListClients,
    },
    Quota {
        name: "DataTrails' access policies",
        system: System::Datatrails,
        take: |number| {
            let mut policy = named(number);
            policy["filters"] = json!([]);
            policy["access_permissions"] = json!([]);
            (Name::CreateAccessPolicy, policy)
        },
        list: Name::ListAccessPolicies,
    },
    Quota {
        name: "Cockpit's API accesses",
        system: System::Cockpit,
        take: |number| {
            let access = json!({
                "client_id": format!("access-{number}"),
                "client_secret": "secret",
                "terms": { "grants": [], "access_lifetime": 0, "refresh_lifetime": 0 },
            });
            (Name::RegisterApiAccess, access)
        },
        list: Name::ListApiAccesses,
    },
];

fn named(number: usize) -> Value {
    json!({ "display_name": format!("rival {number}") })
}

fn deployment() -> Deployment {
    let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
    let signing = SigningKey::generate(Algorithm::EdDsa, &mut random).expect("a key");
    let pepper = Pepper::new(Secret::new("x".repeat(32))).expect("the pepper is long enough");
    let mut deployment = Deployment::new("https://tm.example", Keys::new(signing, []), pepper);
    for policy in deployment.systems.values_mut() {
        policy.max_clients = Some(MOST);
        policy.max_access_policies = MOST;
    }
    deployment
}

fn administrator() -> Client {
    Client {
        id: ClientId::new("founder"),
        system: System::Standard,
        display_name: "founder".into(),
        description: String::new(),
        custom_claims: Default::default(),
        roles: vec![Role::Administrator],
        scope: Vec::new(),
        standing: Standing::Enabled,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
        credentials: Vec::new(),
        terms: None,
        tokens_not_before: None,
    }
}

/// Lets all compete for the last place of one quota.
fn compete<S: Store + Sync>(store: &S, quota: &Quota) {
    let deployment = deployment();
    let tenant = Tenant::new("default").expect("a name");
    let run = |(name, fields): (Name, Value)| -> Result<Outcome, Fault> {
        let context = Context {
            deployment: &deployment,
            store,
            random: &SystemRandom,
            now: Timestamp::from_seconds(1_800_000_000),
            tenant: &tenant,
            system: quota.system,
            caller: Caller::Client(Box::new(administrator())),
            peer: None,
        };
        let operation = Operation::read(name, fields).expect("fields of the operation");
        block_on(execute(operation, &context))
    };
    for number in 0..MOST - 1 {
        run((quota.take)(number)).expect("there is room");
    }
    let start = Barrier::new(RIVALS);
    let results: Vec<_> = thread::scope(|scope| {
        let rivals: Vec<_> = (0..RIVALS)
            .map(|rival| {
                let (start, run) = (&start, &run);
                scope.spawn(move || {
                    start.wait();
                    run((quota.take)(100 + rival))
                })
            })
            .collect();
        let ended = rivals
            .into_iter()
            .map(|rival| rival.join().expect("no panic"));
        ended.collect()
    });
    let won = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(won, 1, "{}: {results:?}", quota.name);
    for refused in results.iter().filter_map(|result| result.as_ref().err()) {
        assert!(
            matches!(refused, Fault::Quota(_)),
            "{}: {refused}",
            quota.name
        );
    }
    let listed = run((quota.list, json!({}))).expect("a list").to_value();
    let items = listed["items"].as_array().expect("items");
    assert_eq!(items.len(), MOST, "{}", quota.name);
}

#[test]
fn one_of_sixteen_gets_the_last_place_in_memory() {
    for quota in QUOTAS {
        compete(&Memory::new(), quota);
    }
}

#[test]
fn one_of_sixteen_gets_the_last_place_in_sqlite() {
    for quota in QUOTAS {
        let folder = tempfile::tempdir().expect("a folder");
        let store = block_on(open(&folder.path().join("store.db"), Limits::default()));
        compete(&store.expect("a store"), quota);
    }
}
