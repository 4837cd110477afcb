//! The dashboard counts what there is, and of tokens what still speaks for
//! somebody.

use super::setup::{World, caller_of, client};
use super::telemetry::{ingest, owner};
use crate::operation::{Caller, Credential, IdentityProof, Name, authenticate};
use crate::record::{Secret, System};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use pollster::block_on;
use serde_json::{Value, json};

fn figures(world: &mut World) -> Value {
    world.system = System::Cockpit;
    world.administer("dashboard.get", json!({})).unwrap()
}

/// The value of a figure.
fn figure(world: &mut World, id: &str) -> Value {
    let figures = figures(world);
    let widgets = figures["widgets"].as_array().unwrap().iter();
    let mut widgets = widgets.filter(|widget| widget["id"] == id);
    let widget = widgets.next().expect("a figure of this name").clone();
    assert_eq!(widget["exact"], true, "{id}");
    widget
}

fn value(world: &mut World, id: &str) -> u64 {
    figure(world, id)["value"].as_u64().unwrap()
}

fn id(created: &Value) -> String {
    created["id"].as_str().unwrap().into()
}

#[test]
fn an_empty_deployment_has_nothing() {
    let mut world = World::new(System::Cockpit);
    let figures = figures(&mut world);
    let widgets = figures["widgets"].as_array().unwrap();
    assert_eq!(widgets.len(), 8);
    for widget in widgets {
        assert_eq!(widget["value"], 0, "{widget}");
        assert_eq!(widget.get("parts"), None, "{widget}");
    }
    assert_eq!(figures["last_activity"], Value::Null);
}

#[test]
fn registrations_and_users_are_told_apart_by_system() {
    let mut world = World::new(System::Klarity);
    world.register(json!({ "display_name": "a" }));
    world.register(json!({ "display_name": "b" }));
    world.system = System::Datatrails;
    world.register(json!({ "display_name": "c" }));
    world.system = System::Horizon;
    world
        .administer("user.create", json!({ "login": "svc" }))
        .unwrap();
    let parts = json!([{ "name": "klarity", "value": 2 }, { "name": "datatrails", "value": 1 }]);
    let registrations = figure(&mut world, "registrations");
    assert_eq!(registrations["value"], 3);
    let mut told = registrations["parts"].as_array().unwrap().clone();
    told.sort_by_key(|part| core::cmp::Reverse(part["value"].as_u64()));
    assert_eq!(Value::Array(told), parts);
    assert_eq!(figure(&mut world, "users")["parts"][0]["name"], "horizon");
    let now = world.now.to_rfc3339_millis();
    assert_eq!(figures(&mut world)["last_activity"], now);
}

#[test]
fn records_are_counted_by_their_type() {
    let mut world = World::new(System::Klarity);
    let acme = || caller_of(client("acme", &[]));
    let long = "\u{e9}".repeat(255);
    let records = |kinds: &[(&str, &str)]| {
        let items: Vec<Value> = kinds
            .iter()
            .map(|(id, kind)| json!({ "id": id, "type": kind, "name": "n" }))
            .collect();
        json!({ "records": items })
    };
    let all = [
        ("1", "b/x"),
        ("2", "b/x"),
        ("1", "b/y"),
        ("1", "a"),
        ("1", long.as_str()),
    ];
    world.run(acme(), "record.upsert", records(&all)).unwrap();
    world
        .run(acme(), "record.upsert", records(&all[..2]))
        .unwrap();
    let told = figure(&mut world, "records");
    assert_eq!(told["value"], 5);
    let count = |name: &str, value: u64| json!({ "name": name, "value": value });
    let parts = json!([
        count("a", 1),
        count("b/x", 2),
        count("b/y", 1),
        count(&long, 1)
    ]);
    assert_eq!(told["parts"], parts);
    world.system = System::Klarity;
    let named = |id: &str, kind: &str| json!({ "named": { "id": id, "type": kind, "name": "n" } });
    let gone = json!({ "period": "all", "records": [named("1", "b/x"), named("1", "a")] });
    world.run(acme(), "record.delete", gone).unwrap();
    let parts = json!([count("b/x", 1), count("b/y", 1), count(&long, 1)]);
    assert_eq!(figure(&mut world, "records")["parts"], parts);
}

/// Tells of a token of each system that keeps any: a session of 100 seconds, a
/// token of IONOS of 60, and an entry of Horizon of 200.
fn tokens(world: &mut World) -> [String; 3] {
    world.system = System::Cockpit;
    let access = json!({
        "client_id": "access", "client_secret": "s",
        "terms": { "grants": ["password"], "access_lifetime": 100, "refresh_lifetime": 0 },
    });
    world.administer("api_access.register", access).unwrap();
    let operator = json!({
        "login": "op", "password": "right", "profile": { "privileges": ["connect-to-api"] },
    });
    let operator = id(&world.administer("user.create", operator).unwrap());
    let grant = json!({
        "client": { "id": "access", "secret": "s" },
        "grant": { "password": { "username": "op", "password": "right" } },
    });
    world.run(Caller::Anonymous, "token.issue", grant).unwrap();
    world.system = System::Ionos;
    let member = json!({
        "login": "user@example.org", "password": "secret",
        "profile": { "contracts": [{ "contract": 7, "role": "user" }] },
    });
    let member = id(&world.administer("user.create", member).unwrap());
    let password = Vec::from([("user@example.org".into(), Secret::new("secret"))]);
    let credential = Credential::Identity {
        proof: IdentityProof::Password(password),
        contract: None,
    };
    let context = world.context(Caller::Anonymous);
    let generate = Name::GenerateIdentityToken;
    let caller = block_on(authenticate(&credential, generate, &context)).unwrap();
    world
        .run(caller, "identity_token.generate", json!({ "ttl": 60 }))
        .unwrap();
    world.system = System::Horizon;
    let user = world
        .administer("user.create", json!({ "login": "svc" }))
        .unwrap();
    let expires_at = world.now.plus_seconds(200);
    let entry = json!({ "space": "root", "user": id(&user), "expires_at": expires_at });
    let entry = id(&world.administer("api_token.create", entry).unwrap());
    assert_eq!(value(world, "tokens"), 2, "an entry alone is no token");
    world.system = System::Horizon;
    let unlocked = json!({ "space": "root", "id": entry });
    world.administer("api_token.unlock", unlocked).unwrap();
    [operator, member, id(&user)]
}

#[test]
fn a_token_is_live_until_its_end() {
    let mut world = World::new(System::Cockpit);
    tokens(&mut world);
    let one = |name: &str| json!({ "name": name, "value": 1 });
    let parts = json!([one("cockpit"), one("horizon"), one("ionos")]);
    assert_eq!(figure(&mut world, "tokens")["parts"], parts);
    for (seconds, left) in [(59, 3), (1, 2), (39, 2), (1, 1), (99, 1), (1, 0)] {
        world.now = world.now.plus_seconds(seconds);
        assert_eq!(value(&mut world, "tokens"), left, "after {seconds} more");
    }
}

#[test]
fn a_token_is_live_as_long_as_it_speaks_for_somebody() {
    let systems = [System::Cockpit, System::Ionos, System::Horizon];
    for (place, system) in systems.into_iter().enumerate() {
        let mut world = World::new(System::Cockpit);
        let users = tokens(&mut world);
        world.system = system;
        let changes = json!({ "id": users[place], "changes": { "standing": "disabled" } });
        world.administer("user.update", changes).unwrap();
        assert_eq!(value(&mut world, "tokens"), 2, "{system:?}");
        world.system = system;
        world
            .administer("user.delete", json!({ "id": users[place] }))
            .unwrap();
        assert_eq!(value(&mut world, "tokens"), 2, "{system:?}");
    }
    let mut world = World::new(System::Cockpit);
    tokens(&mut world);
    world.system = System::Cockpit;
    let access = json!({ "client_id": "access" });
    world.administer("api_access.delete", access).unwrap();
    assert_eq!(value(&mut world, "tokens"), 2);
}

#[test]
fn alarms_that_warn_are_counted_apart() {
    let mut world = World::new(System::Ionos);
    for threshold in [10.0, 90.0] {
        let alarm = json!({
            "name": "cpu",
            "expression": {
                "source": "vm", "metric": "INSTANCE_CPU_UTILIZATION_AVERAGE", "comparison": ">",
                "threshold": threshold, "range": 120, "aggregation": "AVG", "unit": "TOTAL",
            },
        });
        world.run(owner(), "alarm.create", alarm).unwrap();
    }
    let sample = "instance_cpu_utilization_average{uuid=\"vm\"} 50\n";
    ingest(&world, 31_850_000, sample).unwrap();
    assert_eq!(value(&mut world, "alarms"), 2);
    assert_eq!(value(&mut world, "warnings"), 1);
}

#[test]
fn what_is_not_looked_at_is_not_counted_and_that_is_told() {
    use crate::store::{Batch, Key, Store, Version};
    let mut world = World::new(System::Ionos);
    let nobody = json!({
        "id": "t", "user": "gone", "contract": 7, "created_at": world.now,
        "expires_at": world.now.plus_seconds(60), "made_after": null,
    });
    for thousand in 0..5_u32 {
        let keys = (0..1000).map(|number| {
            let id = alloc::format!("{thousand}-{number:03}");
            Key::of("identity-token", ["gone", "7", id.as_str()])
        });
        let batch = Batch::new(Version::from_random(u64::from(thousand) << 20));
        let batch = keys.fold(batch, |batch, key| {
            batch.put(key, nobody.clone().to_string())
        });
        block_on(world.store.inner().commit(&world.tenant, &batch)).unwrap();
        let figures = figures(&mut world);
        assert_eq!(figures["widgets"][2]["exact"], thousand < 4, "{thousand}");
    }
}
