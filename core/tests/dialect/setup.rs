//! A deployment for the tests of this crate: fixed keys, randomness that
//! counts, a clock that stands still unless it is moved, and requests written
//! in few words.

use core::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use serde_json::{Value, json};
use touchmark_core::edge::{self, World};
use touchmark_core::http::{Body, Method, Request, Response, write_basic};
use touchmark_core::operation::{
    AtOnce, Caller, Context, Deployment, Keys, Operation, Outcome, Pepper, Random, RegisterClient,
    execute,
};
use touchmark_core::record::{Client, ClientId, Role, Secret, Standing, System, Tenant};
use touchmark_core::store::Memory;
use touchmark_core::time::Timestamp;
use touchmark_core::token::{Algorithm, SigningKey};

/// Where the deployment says it is.
pub(crate) const ORIGIN: &str = "https://tm.example";

/// The audience of Klarity's tokens.
pub(crate) const KLARITY: &str = "https://integrations-api.klarity.nordcloudapp.com";

/// Bytes that differ with every call and are the same in every run.
#[derive(Default)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
        }
    }
}

/// A deployment with its store and its clock.
pub(crate) struct Setup {
    pub(crate) deployment: Deployment,
    pub(crate) store: Memory,
    random: Counting,
    now: AtomicI64,
    tenant: Tenant,
}

/// What a response says.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) response: Response,
    /// The content as JSON; `null` where it is none.
    pub(crate) json: Value,
}

impl Reply {
    /// The value of a header field; empty where it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.response.headers.first(name).unwrap_or_default()
    }

    /// The text at a JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> String {
        let value = self.json.pointer(pointer).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("{pointer} is a text in {}", self.json))
            .into()
    }
}

impl Setup {
    pub(crate) fn new() -> Self {
        let random = Counting::default();
        let signing = SigningKey::generate(Algorithm::EdDsa, &mut |bytes| random.fill(bytes));
        let pepper = Pepper::new(Secret::new("a pepper of at least thirty-two bytes"));
        let keys = Keys::new(signing.expect("random bytes make a key"), []);
        let now = Timestamp::read_rfc3339("2026-11-21T10:00:00Z").expect("a date");
        Self {
            deployment: Deployment::new(ORIGIN, keys, pepper.expect("the pepper is long enough")),
            store: Memory::new(),
            random,
            now: AtomicI64::new(now.millis()),
            tenant: Tenant::new("default").expect("a name"),
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::Relaxed))
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// Answers a request.
    pub(crate) fn send(&self, request: Request) -> Reply {
        let world = World {
            deployment: &self.deployment,
            store: &self.store,
            random: &self.random,
            passwords: &AtOnce,
            now: self.now(),
            tenant: &self.tenant,
            peer: None,
        };
        let response = pollster::block_on(edge::answer(request, &world));
        Reply {
            status: response.status.code(),
            json: serde_json::from_slice(&response.body).unwrap_or_default(),
            response,
        }
    }

    /// The `Authorization` field of an administrator of the tenant.
    pub(crate) fn administrator(&self) -> String {
        let founder = Client {
            id: ClientId::new("founder"),
            system: System::Standard,
            display_name: "founder".into(),
            description: String::new(),
            custom_claims: Default::default(),
            roles: vec![Role::Administrator],
            scope: Vec::new(),
            standing: Standing::Enabled,
            created_at: self.now(),
            updated_at: self.now(),
            credentials: Vec::new(),
            terms: None,
            tokens_not_before: None,
        };
        let context = Context {
            deployment: &self.deployment,
            store: &self.store,
            random: &self.random,
            passwords: &AtOnce,
            now: self.now(),
            tenant: &self.tenant,
            system: System::Standard,
            caller: Caller::Client(Box::new(founder)),
            peer: None,
        };
        let registration = Operation::RegisterClient(RegisterClient {
            display_name: "administrator".into(),
            description: String::new(),
            custom_claims: Default::default(),
            roles: vec![Role::Administrator],
            scope: Vec::new(),
        });
        match pollster::block_on(execute(registration, &context)) {
            Ok(Outcome::Client(client)) => {
                let secret = client.secret.expect("a new client has a secret");
                write_basic(client.client_id.as_str(), secret.expose())
            }
            other => panic!("a client is registered: {other:?}"),
        }
    }
}

impl Setup {
    /// The token of a new integration of Klarity.
    pub(crate) fn integration(&self) -> String {
        let path = "/admin/klarity/integrations";
        let registration = json_request(Method::Post, path, &json!({ "name": "noise" }));
        let registered = self.send(registration.by(&self.administrator()));
        let asked = json!({
            "client_id": registered.text("/id"),
            "client_secret": registered.text("/secret"),
            "audience": KLARITY,
            "grant_type": "client_credentials",
        });
        let reply = self.send(json_request(Method::Post, "/klarity/oauth/token", &asked));
        reply.text("/access_token")
    }
}

impl Setup {
    /// The token of the owner of a new contract of IONOS.
    pub(crate) fn owner(&self) -> String {
        let owner = json!({
            "email": "owner@example.org",
            "password": "secret",
            "contracts": [{ "contractNumber": 31_850_000, "role": "owner" }],
        });
        let creation = json_request(Method::Post, "/admin/ionos/users", &owner);
        assert_eq!(self.send(creation.by(&self.administrator())).status, 201);
        let asked = request(Method::Get, "/auth/v1/tokens/generate");
        let reply = self.send(asked.by(&write_basic("owner@example.org", "secret")));
        reply.text("/token")
    }
}

/// A request with a JSON document as its content.
pub(crate) fn json_request(method: Method, target: &str, content: &Value) -> Request {
    Request::to_target(method, target).with_content("application/json", content.to_string())
}

/// A request with a form as its content.
pub(crate) fn form_request(target: &str, form: &str) -> Request {
    Request::to_target(Method::Post, target).with_content("application/x-www-form-urlencoded", form)
}

/// A request without content.
pub(crate) fn request(method: Method, target: &str) -> Request {
    Request::to_target(method, target)
}

/// Requests that say who asks.
pub(crate) trait As {
    /// With this `Authorization` field.
    fn by(self, authorization: &str) -> Self;
    /// With this bearer token.
    fn bearing(self, token: &str) -> Self;
}

impl As for Request {
    fn by(self, authorization: &str) -> Self {
        self.with_header("authorization", authorization)
    }

    fn bearing(self, token: &str) -> Self {
        self.with_header("authorization", format!("Bearer {token}"))
    }
}

/// A body that the host did not read to its end.
pub(crate) fn with_body(mut request: Request, body: Body) -> Request {
    request.body = body;
    request
}

/// What a JWT says, without trust.
pub(crate) fn claims(token: &str) -> (Value, Value) {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let mut parts = token.split('.').map(|part| {
        let bytes = Base64UrlUnpadded::decode_vec(part).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or(json!(null))
    });
    let header = parts.next().unwrap_or_default();
    (header, parts.next().unwrap_or_default())
}
