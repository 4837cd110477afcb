//! What one request costs in process, from its plain values to those of its
//! response: a token by client credentials, and upserts of 1, 100 and 1000
//! new records, in memory and in an SQLite file.

use core::sync::atomic::{AtomicU64, Ordering};

use divan::{Bencher, counter::ItemsCount};
use pollster::block_on;
use serde_json::{Value, json};
use tempfile::TempDir;
use touchmark::host::{Host, Records, SystemRandom};
use touchmark::sqlite;
use touchmark_core::http::{Method, Request, Response, write_basic};
use touchmark_core::operation::{Deployment, FirstAdministrator, Keys, Pepper, Random as _};
use touchmark_core::record::{Secret, Tenant};
use touchmark_core::store::Memory;
use touchmark_core::token::{Algorithm, SigningKey};

fn main() {
    divan::main();
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Memory,
    Sqlite,
}

const PLACES: [Place; 2] = [Place::Memory, Place::Sqlite];

/// A deployment with an integration that has a token.
struct Setup {
    host: Host,
    client: Value,
    token: String,
    _folder: TempDir,
}

impl Setup {
    fn make(place: Place) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let records = match place {
            Place::Memory => Records::Memory(Memory::new()),
            Place::Sqlite => {
                let path = folder.path().join("touchmark.db");
                let store = block_on(sqlite::open(&path, sqlite::Limits::default()));
                Records::Sqlite(store.expect("a store"))
            }
        };
        let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
        let key = SigningKey::generate(Algorithm::EdDsa, &mut random).expect("a key");
        let pepper = Pepper::new(Secret::new("p".repeat(Pepper::MIN_LEN))).expect("a pepper");
        let origin = "https://touchmark.test";
        let deployment = Deployment::new(origin, Keys::new(key, []), pepper);
        let host = Host::new(deployment, records, Tenant::new("default").expect("a name"));

        let first = block_on(host.bootstrap(FirstAdministrator::default()));
        let first = first.expect("an answer").expect("a first administrator");
        let secret = first.secret.expect("a secret");
        let basic = write_basic(first.client_id.as_str(), secret.expose());
        let register = Request::new(Method::Post, "/admin/klarity/integrations")
            .with_header("authorization", basic)
            .with_content("application/json", r#"{"name":"bench"}"#);
        let made = document(&answer(&host, register));
        let client = json!({
            "client_id": made["id"],
            "client_secret": made["secret"],
            "audience": "https://integrations-api.klarity.nordcloudapp.com",
            "grant_type": "client_credentials",
        });
        let issued = document(&answer(&host, token_request(&client)));
        Self {
            token: issued["access_token"].as_str().expect("a token").to_owned(),
            host,
            client,
            _folder: folder,
        }
    }

    /// An upsert of so many records that no other request has.
    fn upsert(&self, count: u64, next: &AtomicU64) -> Request {
        let first = next.fetch_add(count, Ordering::Relaxed);
        let records: Vec<Value> = (first..first + count)
            .map(|number| {
                json!({
                    "id": format!("licence-{number}"),
                    "type": "acme/licence/pro",
                    "name": "Acme Pro",
                    "metadata": { "seats": 12, "owner": "someone@example.com" },
                    "tags": { "env": "dev" },
                })
            })
            .collect();
        Request::new(Method::Post, "/v1/estateRecords")
            .with_header("authorization", format!("Bearer {}", self.token))
            .with_content(
                "application/json",
                json!({ "records": records }).to_string(),
            )
    }
}

fn token_request(client: &Value) -> Request {
    Request::new(Method::Post, "/klarity/oauth/token")
        .with_content("application/json", client.to_string())
}

fn answer(host: &Host, request: Request) -> Response {
    let response = block_on(host.answer(request, None));
    let code = response.status.code();
    assert!(response.status.is_success(), "answered with {code}");
    response
}

fn document(response: &Response) -> Value {
    serde_json::from_slice(&response.body).expect("the content is JSON")
}

#[divan::bench(args = PLACES)]
fn token(bencher: Bencher<'_, '_>, place: Place) {
    let setup = Setup::make(place);
    bencher
        .with_inputs(|| token_request(&setup.client))
        .bench_values(|request| answer(&setup.host, request));
}

#[divan::bench(args = PLACES, consts = [1, 100, 1000])]
fn upsert<const RECORDS: u64>(bencher: Bencher<'_, '_>, place: Place) {
    let setup = Setup::make(place);
    let next = AtomicU64::new(0);
    bencher
        .counter(ItemsCount::new(RECORDS))
        .with_inputs(|| setup.upsert(RECORDS, &next))
        .bench_values(|request| answer(&setup.host, request));
}
