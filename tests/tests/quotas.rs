//! Sixteen at once for the last place of every quota: exactly one gets it, the
//! others are told that the quota is used up, on memory and on SQLite. That
//! it is so on the hosts of WebAssembly is seen by `tests/hosts/quotas.test.mjs`.

use std::sync::Barrier;
use std::thread;

use pollster::block_on;
use serde_json::{Value, json};
use touchmark::host::SystemRandom;
use touchmark::sqlite::{Limits, open};
use touchmark_core::operation::{
    AtOnce, Caller, Context, Credential, Deployment, Fault, IdentityProof, Keys, Name, Operation,
    Outcome, Pepper, Random, authenticate, execute,
};
use touchmark_core::record::{Client, ClientId, Role, Secret, Standing, System, Tenant};
use touchmark_core::store::{Memory, Store};
use touchmark_core::time::Timestamp;
use touchmark_core::token::{Algorithm, SigningKey};

/// How many compete.
const RIVALS: usize = 16;
/// The most there may be, where that is a setting.
const MOST: usize = 4;
/// The contract of a user of IONOS.
const CONTRACT: u32 = 31_850_000;

/// A quota: what takes a place of it, and what lists the places.
struct Quota {
    name: &'static str,
    system: System,
    most: usize,
    taker: Who,
    take: fn(usize) -> (Name, Value),
    lister: Who,
    /// Nobody can list what is only counted.
    list: Option<fn() -> (Name, Value)>,
}

/// Who asks.
#[derive(Clone, Copy)]
enum Who {
    /// The deployment's administrator.
    Administrator,
    /// The owner of the contract.
    Owner,
}

impl Quota {
    /// A quota of the deployment's administrator.
    const fn of(
        system: System,
        name: &'static str,
        take: fn(usize) -> (Name, Value),
        list: Option<fn() -> (Name, Value)>,
    ) -> Self {
        Self {
            name,
            system,
            most: MOST,
            taker: Who::Administrator,
            take,
            lister: Who::Administrator,
            list,
        }
    }

    /// A quota of a contract and its owner.
    const fn of_contract(
        name: &'static str,
        most: usize,
        take: fn(usize) -> (Name, Value),
        list: Option<fn() -> (Name, Value)>,
    ) -> Self {
        Self {
            most,
            taker: Who::Owner,
            lister: Who::Owner,
            ..Self::of(System::Ionos, name, take, list)
        }
    }

    /// A quota of a contract that the administrator fills.
    const fn of_samples(
        name: &'static str,
        take: fn(usize) -> (Name, Value),
        list: Option<fn() -> (Name, Value)>,
    ) -> Self {
        Self {
            taker: Who::Administrator,
            ..Self::of_contract(name, MOST, take, list)
        }
    }
}

const QUOTAS: &[Quota] = &[
    Quota::of(
        System::Standard,
        "registrations of a standard deployment",
        |number| (Name::RegisterClient, named(number)),
        Some(|| (Name::ListClients, json!({}))),
    ),
    Quota::of(
        System::Klarity,
        "Klarity's integrations",
        |number| (Name::RegisterClient, named(number)),
        Some(|| (Name::ListClients, json!({}))),
    ),
    Quota::of(
        System::Datatrails,
        "DataTrails' applications",
        |number| (Name::RegisterClient, named(number)),
        Some(|| (Name::ListClients, json!({}))),
    ),
    Quota::of(
        System::Datatrails,
        "DataTrails' access policies",
        |number| {
            let mut policy = named(number);
            policy["filters"] = json!([]);
            policy["access_permissions"] = json!([]);
            (Name::CreateAccessPolicy, policy)
        },
        Some(|| (Name::ListAccessPolicies, json!({}))),
    ),
    Quota::of(
        System::Cockpit,
        "Cockpit's API accesses",
        |number| {
            let access = json!({
                "client_id": format!("access-{number}"),
                "client_secret": "secret",
                "terms": { "grants": [], "access_lifetime": 0, "refresh_lifetime": 0 },
            });
            (Name::RegisterApiAccess, access)
        },
        Some(|| (Name::ListApiAccesses, json!({}))),
    ),
    Quota::of_contract(
        "a user's tokens of IONOS",
        MOST,
        |_| (Name::GenerateIdentityToken, json!({})),
        Some(|| (Name::ListIdentityTokens, json!({}))),
    ),
    Quota::of_contract(
        "groups of a contract",
        MOST,
        |number| {
            (
                Name::CreateGroup,
                json!({ "name": format!("rival {number}") }),
            )
        },
        Some(|| (Name::ListGroups, json!({}))),
    ),
    Quota::of_contract(
        "actions of a contract",
        100,
        |number| {
            let name = format!("rival {number}");
            (
                Name::CreateAction,
                json!({ "name": name, "email_to": "ops@example.org" }),
            )
        },
        Some(|| (Name::ListActions, json!({}))),
    ),
    Quota::of_contract(
        "alarms of a contract",
        100,
        |number| {
            let expression = json!({
                "source": "vm", "metric": "INSTANCE_CPU_UTILIZATION_AVERAGE", "comparison": ">",
                "threshold": 80.0, "range": 120, "aggregation": "AVG", "unit": "TOTAL",
            });
            let name = format!("rival {number}");
            let alarm =
                json!({ "name": name, "delay": 0, "actions": [], "expression": expression });
            (Name::CreateAlarm, alarm)
        },
        Some(|| (Name::ListAlarms, json!({}))),
    ),
    Quota::of_samples(
        "series of a contract",
        |number| samples(&format!("rival_{number} 1\n")),
        Some(|| {
            let matches = json!({ "matches": [r#"{__name__=~"rival.*"}"#] });
            (Name::ListSeries, matches)
        }),
    ),
    Quota::of_samples(
        "metrics of a contract that are described",
        |number| samples(&format!("# TYPE rival_{number} gauge\n")),
        None,
    ),
];

fn named(number: usize) -> Value {
    json!({ "display_name": format!("rival {number}") })
}

fn samples(text: &str) -> (Name, Value) {
    (
        Name::IngestSamples,
        json!({ "contract": CONTRACT, "text": text }),
    )
}

fn deployment() -> Deployment {
    let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
    let signing = SigningKey::generate(Algorithm::EdDsa, &mut random).expect("a key");
    let pepper = Pepper::new(Secret::new("x".repeat(32))).expect("the pepper is long enough");
    let mut deployment = Deployment::new("https://tm.example", Keys::new(signing, []), pepper);
    for policy in deployment.systems.values_mut() {
        policy.max_clients = Some(MOST);
        policy.max_access_policies = MOST;
        policy.max_identity_tokens = MOST;
        policy.max_groups = MOST;
    }
    deployment.telemetry.max_series = MOST;
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

/// One store, and those who ask.
struct World<'s, S> {
    deployment: Deployment,
    tenant: Tenant,
    store: &'s S,
    system: System,
}

impl<S: Store + Sync> World<'_, S> {
    fn context(&self, caller: Caller) -> Context<'_, S> {
        Context {
            deployment: &self.deployment,
            store: self.store,
            random: &SystemRandom,
            passwords: &AtOnce,
            now: Timestamp::from_seconds(1_800_000_000),
            tenant: &self.tenant,
            system: self.system,
            caller,
            peer: None,
        }
    }

    fn run(&self, caller: Caller, (name, fields): (Name, Value)) -> Result<Outcome, Fault> {
        let operation = Operation::read(name, fields).expect("fields of the operation");
        block_on(execute(operation, &self.context(caller)))
    }

    /// Makes a user, and has it prove who it is.
    fn owner(&self) -> Caller {
        let profile = json!({ "contracts": [{ "contract": CONTRACT, "role": "owner" }] });
        let user = json!({ "login": "user@example.org", "password": "secret", "profile": profile });
        let administrator = Caller::Client(Box::new(administrator()));
        self.run(administrator, (Name::CreateUser, user))
            .expect("a user");
        let password = ("user@example.org".into(), Secret::new("secret"));
        let credential = Credential::Identity {
            proof: IdentityProof::Password(vec![password]),
            contract: None,
        };
        let context = self.context(Caller::Anonymous);
        block_on(authenticate(
            &credential,
            Name::GenerateIdentityToken,
            &context,
        ))
        .expect("the user")
    }
}

/// Lets all compete for the last place of one quota.
fn compete<S: Store + Sync>(store: &S, quota: &Quota) {
    let world = World {
        deployment: deployment(),
        tenant: Tenant::new("default").expect("a name"),
        store,
        system: quota.system,
    };
    let caller = |who| match who {
        Who::Administrator => Caller::Client(Box::new(administrator())),
        Who::Owner => world.owner(),
    };
    let lister = caller(quota.lister);
    let taker = match quota.taker {
        Who::Owner => lister.clone(),
        Who::Administrator => caller(Who::Administrator),
    };
    let run = |taken| world.run(taker.clone(), taken);
    for number in 0..quota.most - 1 {
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
    let late = run((quota.take)(200));
    assert!(matches!(late, Err(Fault::Quota(_))), "{}", quota.name);
    if let Some(list) = quota.list {
        let listed = world.run(lister, list()).expect("a list");
        assert_eq!(length(&listed.to_value()), quota.most, "{}", quota.name);
    }
}

/// How many there are in a list, or in an answer about samples.
fn length(listed: &Value) -> usize {
    let items = listed.get("items").unwrap_or(listed);
    items.as_array().expect("a list").len()
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
