//! A deployment for tests: fixed keys, a counting source of randomness, and a
//! clock that stands still unless it is moved.

use crate::operation::{
    AtOnce, Caller, Context, Credential, Deployment, Fault, Keys, Name, Operation, Outcome, Pepper,
    Random, authenticate, execute,
};
use crate::record::{Client, ClientId, Role, Secret, Standing, System, Tenant};
use crate::store::contract::Faulty;
use crate::store::{Memory, Store};
use crate::time::Timestamp;
use crate::token::{Algorithm, SigningKey, sha256};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use serde_json::Value;

/// Bytes that differ with every call and are the same in every run.
#[derive(Default)]
pub(super) struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&sha256(&number.to_be_bytes())[..chunk.len()]);
        }
    }
}

pub(super) struct World {
    pub(super) deployment: Deployment,
    pub(super) store: Faulty<Memory>,
    pub(super) random: Counting,
    pub(super) now: Timestamp,
    pub(super) tenant: Tenant,
    pub(super) system: System,
}

impl World {
    pub(super) fn new(system: System) -> Self {
        let random = Counting::default();
        let signing = SigningKey::generate(Algorithm::EdDsa, &mut |bytes| random.fill(bytes))
            .expect("random bytes make a key");
        let pepper = Pepper::new(Secret::new("a pepper of at least thirty-two bytes"))
            .expect("the pepper is long enough");
        Self {
            deployment: Deployment::new("https://tm.example", Keys::new(signing, []), pepper),
            store: Faulty::new(Memory::new()),
            random,
            now: Timestamp::read_rfc3339("2026-11-21T10:00:00Z").expect("a date"),
            tenant: Tenant::new("default").expect("a name"),
            system,
        }
    }

    pub(super) fn context(&self, caller: Caller) -> Context<'_, Faulty<Memory>> {
        Context {
            deployment: &self.deployment,
            store: &self.store,
            random: &self.random,
            passwords: &AtOnce,
            now: self.now,
            tenant: &self.tenant,
            system: self.system,
            caller,
            peer: None,
        }
    }

    /// Performs an operation as this caller.
    pub(super) fn run(&self, caller: Caller, name: &str, fields: Value) -> Result<Outcome, Fault> {
        let name = Name::named(name).expect("an operation");
        let operation = Operation::read(name, fields).expect("fields of the operation");
        pollster::block_on(execute(operation, &self.context(caller)))
    }

    /// Performs an operation as the administrator and shows its outcome.
    pub(super) fn administer(&self, name: &str, fields: Value) -> Result<Value, Fault> {
        self.run(administrator(), name, fields)
            .map(|outcome| outcome.to_value())
    }

    /// Registers a client and gives its identifier and secret.
    pub(super) fn register(&self, fields: Value) -> (String, String) {
        let client = self
            .administer("client.register", fields)
            .expect("registered");
        let text = |name: &str| client[name].as_str().expect("a text").into();
        (text("client_id"), text("secret"))
    }

    /// Asks for a token as a client.
    pub(super) fn token(&self, id: &str, secret: &str) -> Result<Value, Fault> {
        let audience = self.deployment.policy(self.system).audiences[0].clone();
        let request = serde_json::json!({
            "client": { "id": id, "secret": secret },
            "grant": { "client_credentials": { "audience": audience } },
        });
        self.run(Caller::Anonymous, "token.issue", request)
            .map(|outcome| outcome.to_value())
    }

    /// Finds out whom a bearer token speaks for.
    pub(super) fn caller(&self, token: &str) -> Result<Caller, Fault> {
        let credential = Credential::Bearer(Secret::new(token));
        pollster::block_on(authenticate(
            &credential,
            Name::IntrospectToken,
            &self.context(Caller::Anonymous),
        ))
    }

    /// The reasons in the audit record, latest first.
    pub(super) fn reasons(&self) -> Vec<String> {
        let audit = self
            .administer("audit.list", serde_json::json!({}))
            .expect("a list");
        let items = audit["items"].as_array().expect("items").iter();
        items
            .filter_map(|entry| entry["reason"].as_str().map(String::from))
            .collect()
    }

    /// Everything in the store, as text.
    pub(super) fn dump(&self) -> Vec<String> {
        let range = crate::store::Range::everything();
        let entries = pollster::block_on(self.store.inner().scan(&self.tenant, &range));
        let entries = entries.expect("memory answers").into_iter();
        entries
            .map(|(key, entry)| alloc::format!("{key} {}", entry.value))
            .collect()
    }
}

pub(super) fn administrator() -> Caller {
    caller_of(client("administrator", &[Role::Administrator]))
}

pub(super) fn caller_of(client: Client) -> Caller {
    Caller::Client(Box::new(client))
}

pub(super) fn client(id: &str, roles: &[Role]) -> Client {
    let epoch = Timestamp::from_seconds(0);
    Client {
        id: ClientId::new(id),
        system: System::Standard,
        display_name: id.into(),
        description: String::new(),
        custom_claims: BTreeMap::new(),
        roles: roles.to_vec(),
        scope: Vec::new(),
        standing: Standing::Enabled,
        created_at: epoch,
        updated_at: epoch,
        credentials: Vec::new(),
        terms: None,
        tokens_not_before: None,
    }
}
