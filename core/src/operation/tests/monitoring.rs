//! Alarms: begun and ended by samples, in the commit that takes them.

use super::setup::World;
use super::telemetry::{ingest, member, monitor, owner};
use crate::operation::{Conflict, Fault, Forbidden, RequestFault, Resource};
use crate::record::{ContractPrivilege, ContractRole, System};
use crate::store::contract::Mishap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::{Value, json};

const CONTRACT: u32 = 31_850_000;

fn run(world: &World, name: &str, fields: Value) -> Result<Value, Fault> {
    world
        .run(owner(), name, fields)
        .map(|outcome| outcome.to_value())
}

fn action(world: &World) -> String {
    let fields = json!({ "name": "mail", "email_to": "ops@example.org" });
    let action = run(world, "action.create", fields).expect("created");
    action["id"].as_str().expect("a text").into()
}

fn properties(delay: u32, actions: &[&str]) -> Value {
    json!({
        "name": "cpu",
        "delay": delay,
        "actions": actions,
        "expression": {
            "source": "vm", "metric": "INSTANCE_CPU_UTILIZATION_AVERAGE", "comparison": ">",
            "threshold": 80.0, "range": 120, "aggregation": "AVG", "unit": "TOTAL",
        },
    })
}

fn alarm(world: &World, delay: u32, actions: &[&str]) -> String {
    let alarm = run(world, "alarm.create", properties(delay, actions)).expect("created");
    alarm["id"].as_str().expect("a text").into()
}

fn read(world: &World, id: &str) -> Value {
    run(world, "alarm.get", json!({ "id": id, "depth": 1 })).expect("an alarm")
}

fn cpu(world: &World, value: &str) {
    let line = format!("instance_cpu_utilization_average{{uuid=\"vm\"}} {value}\n");
    ingest(world, CONTRACT, &line).expect("taken");
}

/// What an alarm went to, one after the other, and how many actions it called
/// for.
fn history(world: &World, id: &str) -> (Vec<String>, usize) {
    let alarm = read(world, id);
    let transitions = alarm["history"]["transitions"].as_array().expect("a list");
    let to = transitions.iter().filter_map(|one| one["to"].as_str());
    let executions = alarm["history"]["executions"].as_array().expect("a list");
    (to.map(String::from).collect(), executions.len())
}

#[test]
fn samples_begin_and_end_an_alarm() {
    let mut world = World::new(System::Ionos);
    let id = alarm(&world, 0, &[&action(&world), &action(&world)]);
    cpu(&world, "80");
    assert_eq!(history(&world, &id), (Vec::new(), 0));
    world.now = world.now.plus_seconds(200);
    cpu(&world, "80.1");
    assert_eq!(history(&world, &id).0, ["ALARM"]);
    // As long as it lasts, nothing more happens.
    cpu(&world, "99");
    assert_eq!(history(&world, &id), (["ALARM".into()].into(), 2));
    world.now = world.now.plus_seconds(200);
    cpu(&world, "NaN");
    assert_eq!(history(&world, &id).0, ["ALARM"]);
    world.now = world.now.plus_seconds(200);
    cpu(&world, "1");
    let (to, executions) = history(&world, &id);
    assert_eq!(
        (to.as_slice(), executions),
        (&["ALARM".into(), "OK".into()][..], 4)
    );
}

#[test]
fn an_alarm_waits_for_its_delay() {
    let mut world = World::new(System::Ionos);
    let id = alarm(&world, 60, &[]);
    cpu(&world, "90");
    world.now = world.now.plus_seconds(59);
    cpu(&world, "90");
    assert_eq!(history(&world, &id).0, [""; 0]);
    world.now = world.now.plus_seconds(1);
    cpu(&world, "90");
    assert_eq!(history(&world, &id).0, ["ALARM"]);
    // What is over in between begins from the start.
    let other = alarm(&world, 60, &[]);
    cpu(&world, "90");
    world.now = world.now.plus_seconds(200);
    cpu(&world, "10");
    world.now = world.now.plus_seconds(200);
    cpu(&world, "90");
    assert_eq!(history(&world, &other).0, [""; 0]);
}

#[test]
fn what_is_no_number_in_json_is_remembered_all_the_same() {
    let mut world = World::new(System::Ionos);
    let id = alarm(&world, 0, &[]);
    cpu(&world, "+Inf");
    assert_eq!(history(&world, &id).0, ["ALARM"]);
    world.now = world.now.plus_seconds(200);
    cpu(&world, "-Inf");
    assert_eq!(history(&world, &id).0, ["ALARM", "OK"]);
    let value = &read(&world, &id)["history"]["transitions"][1]["value"];
    assert_eq!(value.as_f64(), Some(f64::MIN));
}

#[test]
fn traffic_is_summed_up_and_made_to_its_unit() {
    let world = World::new(System::Ionos);
    let mut fields = properties(0, &[]);
    fields["expression"]["metric"] = json!("INSTANCE_NETWORK_IN_BYTES");
    fields["expression"]["unit"] = json!("PER_MINUTE");
    fields["expression"]["threshold"] = json!(599.0);
    let alarm = run(&world, "alarm.create", fields).expect("created");
    let id = alarm["id"].as_str().expect("a text");
    let (before, now) = (world.now.plus_seconds(-120).millis(), world.now.millis());
    let lines: String = ["eth0", "eth1"]
        .map(|card| {
            let series = format!("instance_network_in_bytes{{uuid=\"vm\",card=\"{card}\"}}");
            format!("{series} 0 {before}\n{series} 600 {now}\n")
        })
        .concat();
    ingest(&world, CONTRACT, &lines).expect("taken");
    let transition = &read(&world, id)["history"]["transitions"][0];
    assert_eq!(transition["value"], json!(600.0));
}

#[test]
fn an_alarm_sees_its_contract_and_source_only() {
    let world = World::new(System::Ionos);
    let id = alarm(&world, 0, &[]);
    ingest(
        &world,
        2,
        "instance_cpu_utilization_average{uuid=\"vm\"} 99\n",
    )
    .expect("taken");
    let other = "instance_cpu_utilization_average{uuid=\"other\"} 99\n";
    ingest(&world, CONTRACT, other).expect("taken");
    assert_eq!(history(&world, &id).0, [""; 0]);
}

#[test]
fn the_history_of_an_alarm_is_bounded() {
    let mut world = World::new(System::Ionos);
    let id = alarm(&world, 0, &[&action(&world), &action(&world)]);
    for round in 0..60 {
        world.now = world.now.plus_seconds(200);
        cpu(&world, if round % 2 == 0 { "90" } else { "10" });
    }
    let (to, executions) = history(&world, &id);
    assert_eq!((to.len(), executions), (50, 50));
    assert_eq!(to.last().map(String::as_str), Some("OK"));
}

#[test]
fn a_transition_is_recorded_once_whatever_happens_to_its_commit() {
    for (mishap, taken) in [
        (Mishap::AmbiguousLost, true),
        (Mishap::AmbiguousApplied, true),
        (Mishap::Unavailable, false),
    ] {
        let world = World::new(System::Ionos);
        let id = alarm(&world, 0, &[&action(&world)]);
        world.store.fail_commits(0..1, mishap);
        let line = "instance_cpu_utilization_average{uuid=\"vm\"} 99\n";
        assert_eq!(ingest(&world, CONTRACT, line).is_ok(), taken);
        assert_eq!(history(&world, &id).1, usize::from(taken));
    }
}

#[test]
fn an_action_in_use_stays_until_the_last_alarm_goes() {
    let world = World::new(System::Ionos);
    let action = action(&world);
    let alarms = [alarm(&world, 0, &[&action]), alarm(&world, 0, &[&action])];
    let delete = || run(&world, "action.delete", json!({ "id": action }));
    for alarm in &alarms {
        let in_use = Fault::Conflict(Conflict::InUse(Resource::Action));
        assert_eq!(delete(), Err(in_use));
        run(&world, "alarm.delete", json!({ "id": alarm })).expect("deleted");
    }
    assert_eq!(delete(), Ok(json!({})));
    assert_eq!(delete(), Err(Fault::Missing(Resource::Action)));
    let refused = run(&world, "alarm.create", properties(0, &[&action]));
    assert!(matches!(
        refused,
        Err(Fault::Request(RequestFault::Field { .. }))
    ));
}

#[test]
fn a_contract_has_at_most_a_hundred_of_each() {
    let world = World::new(System::Ionos);
    for _ in 0..100 {
        action(&world);
        alarm(&world, 0, &[]);
    }
    let fields = json!({ "name": "mail", "email_to": "ops@example.org" });
    let refused = run(&world, "action.create", fields.clone());
    assert_eq!(refused, Err(Fault::Quota(Resource::Action)));
    let refused = run(&world, "alarm.create", properties(0, &[]));
    assert_eq!(refused, Err(Fault::Quota(Resource::Alarm)));
    let other = member(2, ContractRole::Owner);
    assert!(world.run(other, "action.create", fields).is_ok());
}

#[test]
fn who_may_not_use_the_monitoring_is_refused() {
    let world = World::new(System::Ionos);
    let id = alarm(&world, 0, &[]);
    let privilege = ContractPrivilege::AccessAndManageMonitoring;
    let lacks = Err(Fault::Forbidden(Forbidden::Privilege(privilege)));
    for (name, fields) in [
        ("alarm.create", properties(0, &[])),
        ("alarm.list", json!({})),
        ("alarm.get", json!({ "id": id })),
        (
            "alarm.update",
            json!({ "id": id, "properties": properties(0, &[]) }),
        ),
        ("alarm.delete", json!({ "id": id })),
        (
            "action.create",
            json!({ "name": "x", "email_to": "a@b.org" }),
        ),
        ("action.list", json!({})),
        ("action.get", json!({ "id": id })),
        ("action.delete", json!({ "id": id })),
    ] {
        let caller = member(CONTRACT, ContractRole::User);
        assert_eq!(world.run(caller, name, fields), lacks, "{name}");
    }
}

#[test]
fn members_have_the_alarms_over_instances_that_they_may_edit_or_share() {
    let world = World::new(System::Ionos);
    let run = |caller, name: &str, fields: Value| {
        let outcome = world.run(caller, name, fields);
        outcome.map(|outcome| outcome.to_value())
    };
    let over = |source: &str| {
        let mut properties = properties(0, &[]);
        properties["expression"]["source"] = source.into();
        properties
    };
    let forbidden = Err(Fault::Forbidden(Forbidden::DataCentre));
    let editor = || monitor(&[("one", true, false)]);
    // Nobody knows yet where it is.
    assert_eq!(run(editor(), "alarm.create", over("a")), forbidden);
    let samples = "instance_network_in_bytes{uuid=\"a\",dc=\"one\"} 1\n\
        instance_cpu_utilization_average{uuid=\"b\",dc=\"two\"} 1\n\
        instance_cpu_utilization_average{uuid=\"c\",dc=\"one\"} 1\n\
        instance_cpu_utilization_average{uuid=\"c\",dc=\"two\"} 1\n\
        instance_cpu_utilization_average{uuid=\"d\"} 1\n";
    ingest(&world, CONTRACT, samples).expect("taken");
    for other in [
        monitor(&[]),
        monitor(&[("one", false, false)]),
        monitor(&[("two", true, true)]),
    ] {
        assert_eq!(run(other, "alarm.create", over("a")), forbidden);
    }
    for source in ["b", "c", "d", "e"] {
        assert_eq!(run(editor(), "alarm.create", over(source)), forbidden);
    }
    let sharer = monitor(&[("one", false, true)]);
    let own = run(sharer, "alarm.create", over("a")).expect("created");
    let foreign = run(owner(), "alarm.create", over("b")).expect("created");
    let count = |caller| {
        let listed = run(caller, "alarm.list", json!({})).expect("a list");
        listed["items"].as_array().map(Vec::len)
    };
    assert_eq!(count(owner()), Some(2));
    assert_eq!(count(editor()), Some(1));
    assert_eq!(count(monitor(&[("one", false, false)])), Some(0));
    let id = |alarm: &Value| json!({ "id": alarm["id"] });
    let update =
        |alarm: &Value, source: &str| json!({ "id": alarm["id"], "properties": over(source) });
    assert_eq!(run(editor(), "alarm.get", id(&foreign)), forbidden);
    assert_eq!(
        run(editor(), "alarm.update", update(&foreign, "a")),
        forbidden
    );
    assert_eq!(run(editor(), "alarm.update", update(&own, "b")), forbidden);
    assert_eq!(run(editor(), "alarm.delete", id(&foreign)), forbidden);
    assert_eq!(count(owner()), Some(2));
    assert!(run(editor(), "alarm.update", update(&own, "a")).is_ok());
    assert!(run(editor(), "alarm.get", id(&own)).is_ok());
    assert!(run(editor(), "alarm.delete", id(&own)).is_ok());
    assert_eq!(count(owner()), Some(1));
}

/// An alarm over the processors of an instance.
fn alarm_over(world: &World, source: &str, range: u32) -> String {
    let mut properties = properties(0, &[]);
    properties["expression"]["source"] = source.into();
    properties["expression"]["range"] = range.into();
    let alarm = run(world, "alarm.create", properties).expect("created");
    alarm["id"].as_str().expect("a text").into()
}

/// A sample of the processors of an instance for each of so many seconds, which
/// end so many seconds ago.
fn load_of(world: &World, instance: &str, ago: i64, seconds: i64) -> String {
    let lines = (0..seconds).map(|second| {
        let at = world.now.plus_seconds(-ago - second).millis();
        format!("instance_cpu_utilization_average{{uuid=\"{instance}\"}} 90 {at}\n")
    });
    lines.collect()
}

#[test]
fn alarms_share_the_series_that_they_look_at() {
    let reads = |alarms: u64| {
        let world = World::new(System::Ionos);
        // More than one scan answers.
        let lines: String = (0..999)
            .map(|number| format!("instance_cpu_utilization_average{{uuid=\"vm {number}\"}} 1\n"))
            .collect();
        for other in ["a", "b"] {
            let lines = lines.replace("vm", other);
            ingest(&world, CONTRACT, &lines).expect("taken");
        }
        for number in 0..alarms {
            alarm_over(&world, &format!("a {number}"), 120);
        }
        let before = world.store.operations();
        cpu(&world, "1");
        world.store.operations() - before
    };
    // Of every alarm more, only the samples of its own instance are read.
    assert_eq!(reads(41) - reads(1), 40);
}

#[test]
fn an_alarm_that_asks_for_too_much_stops_no_others() {
    let mut world = World::new(System::Ionos);
    for (instance, samples) in [("small", 150), ("large", 400)] {
        ingest(&world, CONTRACT, &load_of(&world, instance, 1, samples)).expect("taken");
    }
    let [first, large, last] =
        ["small", "large", "small"].map(|source| alarm_over(&world, source, 600));
    // Enough for each small one, not for both at once.
    world.deployment.telemetry.query.samples = 200;
    cpu(&world, "1");
    assert_eq!(history(&world, &first).0, ["ALARM"]);
    assert_eq!(history(&world, &large).0, [""; 0]);
    assert_eq!(history(&world, &last).0, ["ALARM"]);
}

#[test]
fn all_alarms_share_the_work_of_one_query() {
    let mut world = World::new(System::Ionos);
    for instance in ["a", "b", "c"] {
        // Only the last is for the alarms, but all lie in the same day.
        let past = [
            load_of(&world, instance, 3600, 199),
            load_of(&world, instance, 9, 1),
        ];
        ingest(&world, CONTRACT, &past.concat()).expect("taken");
    }
    let alarms = ["a", "b", "c"].map(|source| alarm_over(&world, source, 120));
    let lines = ["a", "b", "c"].map(|source| load_of(&world, source, 0, 1));
    world.deployment.telemetry.query.work = 500;
    ingest(&world, CONTRACT, &lines.concat()).expect("taken");
    let begun = alarms.map(|id| history(&world, &id).0.len());
    assert_eq!(begun.iter().sum::<usize>(), 2);
}
