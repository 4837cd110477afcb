//! Kill -9 in the middle of a stream of record upserts, twenty times over: no
//! acknowledged request is lost and none is half applied, as the
//! administrator's view of the next server shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, Integration};
use crate::process::Server;

const ROUNDS: usize = 20;
const SENDERS: usize = 4;
/// Records of one request.
const RECORDS: usize = 25;
/// No round sends more requests than this, whatever happens.
const REQUESTS: usize = 2000;

#[test]
fn acknowledged_requests_survive_kill_9_and_none_is_half_applied() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::on(folder.path());
    let (id, secret) = first.administrator();
    let administrator = Client::basic(&first, &id, &secret);
    let integration = Integration::register(&administrator);
    first.kill();

    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        // Another moment in each round.
        let killed_after = round * 2;
        acknowledged.extend(send_until_killed(
            folder.path(),
            &integration,
            round,
            killed_after,
        ));

        let server = Server::on(folder.path());
        let administrator = Client::basic(&server, &id, &secret);
        let stored = stored(&administrator, integration.id());
        for request in &acknowledged {
            assert!(
                stored.contains_key(request),
                "round {round}: {request} is lost"
            );
        }
        for (request, records) in &stored {
            assert_eq!(
                *records, RECORDS,
                "round {round}: {request} is half applied"
            );
        }
        server.kill();
    }
    assert!(acknowledged.len() > 100, "{} requests", acknowledged.len());
}

/// Starts a server, sends upserts from several senders, kills it when so many
/// were acknowledged, and answers all that were.
fn send_until_killed(
    folder: &Path,
    integration: &Integration,
    round: usize,
    killed_after: usize,
) -> Vec<String> {
    let server = Server::on(folder);
    let token = integration.token(&server);
    let done = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let client = Client::bearer(&server, &token);
                let done = &done;
                threads.spawn(move || send(&client, &format!("{round}-{sender}"), done))
            })
            .collect();
        let acknowledged_enough = (0..10_000).any(|_| {
            std::thread::sleep(Duration::from_micros(500));
            done.load(Ordering::Relaxed) >= killed_after
        });
        assert!(
            acknowledged_enough,
            "round {round}: the server hardly answers"
        );
        server.signal("KILL");
        let acknowledged: Vec<_> = senders
            .into_iter()
            .flat_map(|sender| sender.join().unwrap())
            .collect();
        acknowledged
    })
}

/// Sends requests one after the other until the server is gone, and answers
/// the names of those that it acknowledged.
fn send(client: &Client, sender: &str, done: &AtomicUsize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0..REQUESTS {
        let name = format!("{sender}-{number}");
        let records: Vec<Value> = (0..RECORDS)
            .map(|record| json!({ "id": format!("{name}/{record}"), "type": "acme/licence" }))
            .collect();
        let content = json!({ "records": records }).to_string();
        let content = ("application/json", content);
        match client.try_ask("POST", "/v1/estateRecords", Some(content)) {
            Ok(answer) => {
                assert_eq!(answer.status, 202, "{answer:?}");
                done.fetch_add(1, Ordering::Relaxed);
                acknowledged.push(name);
            }
            Err(_) => break,
        }
    }
    acknowledged
}

/// How many records of each request are stored.
fn stored(administrator: &Client, integration: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let first = format!("/admin/klarity/records?integration={integration}&page_size=500");
    let mut target = first.clone();
    loop {
        let page = administrator.get(&target);
        assert_eq!(page.status, 200, "{page:?}");
        for record in page.json["records"].as_array().unwrap() {
            let id = record["id"].as_str().unwrap();
            let (request, _) = id.split_once('/').unwrap();
            *found.entry(request.to_owned()).or_default() += 1;
        }
        match page.json["next_page_token"].as_str() {
            Some(next) if !next.is_empty() => target = format!("{first}&page_token={next}"),
            _ => return found,
        }
    }
}
