//! A small deployment on loopback for the tests of the runner: it does what a
//! scenario asks of it, good and bad, and remembers what it was asked.

use core::convert::Infallible;
use core::net::Ipv4Addr;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use touchmark_core::http::Pairs;
use touchmark_core::time::Timestamp;
use touchmark_core::token::{AccessToken, Algorithm, CustomClaims, KeySet, Kid, SigningKey};

/// A deployment that listens until the test ends.
pub(crate) struct Deployment {
    pub(crate) origin: String,
    state: Arc<State>,
}

struct State {
    origin: String,
    key: SigningKey,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// Method and path of every request, in order of arrival.
    log: Vec<String>,
    things: BTreeMap<String, Value>,
    tokens: BTreeSet<String>,
    looks: u64,
}

impl Deployment {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let mut seed = 7_u8;
        let key = SigningKey::generate(Algorithm::EdDsa, &mut |bytes: &mut [u8]| {
            bytes.fill_with(|| {
                seed = seed.wrapping_mul(31).wrapping_add(11);
                seed
            });
        });
        let key = key.unwrap().named(Kid::new("key-1").unwrap());
        let memory = Mutex::default();
        let state = Arc::new(State {
            origin: origin.clone(),
            key,
            memory,
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(listen(listener, shared));
        });
        Self { origin, state }
    }

    /// Method and path of every request so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.state.memory.lock().unwrap().log.clone()
    }

    /// Every token that it gave away.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.state
            .memory
            .lock()
            .unwrap()
            .tokens
            .iter()
            .cloned()
            .collect()
    }
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let state = Arc::clone(&state);
        let service =
            hyper::service::service_fn(move |request| answer(Arc::clone(&state), request));
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .auto_date_header(false)
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}

async fn answer(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = head.uri.path();
    let line = format!("{} {path}", head.method);
    state.memory.lock().unwrap().log.push(line.clone());
    let authorization = head
        .headers
        .get("authorization")
        .map(|value| value.to_str().unwrap());
    let segments: Vec<_> = path.split('/').skip(1).collect();
    Ok(match (head.method.as_str(), segments.as_slice()) {
        ("GET", ["hello"]) => json_response(
            200,
            &json!({ "greeting": "hello", "number": 5, "list": [1, 2, 3], "nested": { "deep": { "value": null } } }),
        ),
        ("GET", ["text"]) => Response::builder()
            .header("content-type", "text/html")
            .body(Full::from("<p>not JSON</p>"))
            .unwrap(),
        ("GET", ["bytes"]) => Response::new(Full::from(vec![0xff_u8; 300])),
        ("GET", ["status", code]) => {
            json_response(code.parse().unwrap(), &json!({ "error": "as_asked" }))
        }
        ("GET", ["slow"]) => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            json_response(200, &json!({}))
        }
        ("POST", ["things"]) => {
            let mut memory = state.memory.lock().unwrap();
            let id = format!("thing-{}", memory.things.len() + 1);
            let mut thing: Value = serde_json::from_slice(&body).unwrap_or_default();
            thing["id"] = id.as_str().into();
            memory.things.insert(id.clone(), thing.clone());
            let mut response = json_response(201, &thing);
            let headers = response.headers_mut();
            headers.insert("location", format!("/things/{id}").parse().unwrap());
            headers.insert("etag", "\"v1\"".parse().unwrap());
            headers.append("x-rate", "5".parse().unwrap());
            response
        }
        ("GET", ["things", id]) => match state.memory.lock().unwrap().things.get(*id) {
            Some(thing) => json_response(200, thing),
            None => json_response(404, &json!({ "error": "not_found" })),
        },
        ("DELETE", ["things", id]) => match state.memory.lock().unwrap().things.remove(*id) {
            Some(_) => Response::builder()
                .status(204)
                .body(Full::default())
                .unwrap(),
            None => json_response(404, &json!({ "error": "not_found" })),
        },
        ("DELETE", ["slow", ..]) | ("POST", ["slow", ..]) => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            json_response(200, &json!({}))
        }
        ("DELETE", ["busy", seconds]) => {
            let mut memory = state.memory.lock().unwrap();
            memory.looks += 1;
            if memory.looks > 1 {
                return Ok(json_response(200, &json!({})));
            }
            let mut response = json_response(429, &json!({ "error": "too_many_requests" }));
            let headers = response.headers_mut();
            headers.insert("retry-after", seconds.parse().unwrap());
            response
        }
        ("DELETE", ["stuck", ..]) => json_response(500, &json!({ "error": "stuck" })),
        ("GET", ["state", "reset"]) => {
            state.memory.lock().unwrap().looks = 0;
            json_response(200, &json!({}))
        }
        ("GET", ["state"]) => {
            let mut memory = state.memory.lock().unwrap();
            memory.looks += 1;
            let word = if memory.looks < 3 { "pending" } else { "ready" };
            json_response(200, &json!({ "state": word }))
        }
        ("GET", ["private"]) => {
            let memory = state.memory.lock().unwrap();
            let token = authorization.and_then(|value| value.strip_prefix("Bearer "));
            if token.is_some_and(|token| memory.tokens.contains(token)) {
                json_response(200, &json!({ "ok": true }))
            } else {
                let mut response = json_response(401, &json!({ "error": "invalid_token" }));
                let challenge = "Bearer error=\"invalid_token\"".parse().unwrap();
                response.headers_mut().insert("www-authenticate", challenge);
                response
            }
        }
        ("POST", ["oauth", "token"]) => token(&state, authorization, &body),
        ("GET", ["jwks"]) => {
            let keys: KeySet = [state.key.verifying_key().clone()].into_iter().collect();
            json_response(200, &keys.write_public())
        }
        (_, ["echo", ..]) => {
            let headers: BTreeMap<_, _> = head
                .headers
                .iter()
                .filter(|(name, _)| *name != "host")
                .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
                .collect();
            json_response(
                200,
                &json!({
                    "method": head.method.as_str(),
                    "target": head.uri.to_string(),
                    "headers": headers,
                    "body": String::from_utf8_lossy(&body),
                }),
            )
        }
        _ => json_response(404, &json!({ "error": "no_such_path" })),
    })
}

/// A token endpoint: the client `qa` with the secret `correct-horse` gets one,
/// by Basic, form or JSON.
fn token(state: &State, authorization: Option<&str>, body: &[u8]) -> Response<Full<Bytes>> {
    let text = String::from_utf8_lossy(body);
    let form = Pairs::read(&text).unwrap_or_default();
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let field = |name: &str| {
        let given = form.one(name).unwrap().map(str::to_owned);
        given.or_else(|| json[name].as_str().map(str::to_owned))
    };
    let basic = touchmark_core::http::write_basic("qa", "correct-horse");
    let proven = authorization == Some(basic.as_str())
        || field("client_secret").as_deref() == Some("correct-horse");
    if !proven {
        return json_response(401, &json!({ "error": "invalid_client" }));
    }
    let lifetime: i64 = field("audience")
        .and_then(|text| text.parse().ok())
        .unwrap_or(600);
    let now = Timestamp::from_seconds(
        i64::try_from(
            std::time::SystemTime::UNIX_EPOCH
                .elapsed()
                .unwrap()
                .as_secs(),
        )
        .unwrap(),
    );
    let scope = field("scope").unwrap_or_else(|| "things:read".to_owned());
    let mut memory = state.memory.lock().unwrap();
    let token = AccessToken {
        issuer: &state.origin,
        subject: "qa",
        audience: &["things".into()],
        client_id: "qa",
        issued: now.plus_seconds(lifetime.min(0) - 60),
        expires: now.plus_seconds(lifetime),
        id: &format!("token-{}", memory.tokens.len()),
        scope: Some(&scope),
        custom: &CustomClaims::default(),
    };
    let token = token.mint(&state.key).unwrap();
    memory.tokens.insert(token.clone());
    json_response(
        200,
        &json!({ "access_token": token, "token_type": "Bearer", "expires_in": lifetime }),
    )
}

fn json_response(status: u16, document: &Value) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Full::from(document.to_string()))
        .unwrap()
}
