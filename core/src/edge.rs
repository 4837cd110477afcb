//! The whole server on one screen: find the route, find out who asks, read
//! the request, perform the operation, write the response.
//!
//! Every host calls [`answer`]: the native server, the JavaScript edges, Spin
//! and the runner's own process.

use crate::dialect::{self, Dialect, Route, Site};
use crate::http::{Body, Captures, Request, Response};
use crate::operation::{
    self, Access, Caller, Context, Deployment, Fault, Outcome, PasswordHasher, Random, RequestFault,
};
use crate::record::{System, Tenant};
use crate::store::Store;
use crate::time::Timestamp;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// What a host brings along for one request.
pub struct World<'a, S> {
    /// How the deployment is set up.
    pub deployment: &'a Deployment,
    /// Where its records are.
    pub store: &'a S,
    /// Where random bytes come from.
    pub random: &'a dyn Random,
    /// Where passwords are hashed.
    pub passwords: &'a dyn PasswordHasher,
    /// The time.
    pub now: Timestamp,
    /// The tenant that the host found the request to be for.
    pub tenant: &'a Tenant,
    /// The network address of the caller: of the connection, or what a
    /// configured proxy says. Never taken from an arbitrary header.
    pub peer: Option<IpAddr>,
}

/// Where in a deployment a request goes.
struct Place {
    dialect: &'static dyn Dialect,
    /// The origin and the prefix that the dialect was found under.
    base: String,
    found: Result<(&'static Route, Captures), RequestFault>,
}

/// Whether a dialect has its paths to itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// It is mounted under its own name.
    Alone,
    /// It shares the root with the others.
    Root,
}

/// Answers one request.
pub async fn answer<S: Store>(request: Request, world: &World<'_, S>) -> Response {
    let place = find(&request, &world.deployment.origin);
    let site = Site {
        base: &place.base,
        tenant: world.tenant.as_str(),
        json_depth: world.deployment.limits.json_depth,
    };
    let route = place.found.as_ref().ok().map(|(route, _)| *route);
    let result = match &place.found {
        Err(fault) => Err(Fault::Request(fault.clone())),
        Ok((route, captures)) => {
            perform(&request, place.dialect, route, captures, &site, world).await
        }
    };
    place
        .dialect
        .write_response(route, &request, &result, &site)
}

async fn perform<S: Store>(
    request: &Request,
    dialect: &dyn Dialect,
    route: &Route,
    captures: &Captures,
    site: &Site<'_>,
    world: &World<'_, S>,
) -> Result<Outcome, Fault> {
    let mut context = Context {
        deployment: world.deployment,
        store: world.store,
        random: world.random,
        passwords: world.passwords,
        now: world.now,
        tenant: world.tenant,
        system: dialect.system(),
        caller: Caller::Anonymous,
        peer: world.peer,
    };
    // What anybody may ask for needs no caller: a token request is refused by
    // its grant, and a stale token in the field does not hide the key set.
    if route.operation.access() != Access::Public {
        let credential = dialect.read_credential(route, captures, request);
        context.caller = operation::authenticate(&credential, route.operation, &context).await?;
    }
    operation::admit(route.operation, &context.caller)?;
    operation::charge(&context)?;
    match &request.body {
        Body::TooLarge => return Err(Fault::Request(RequestFault::TooLarge)),
        Body::Broken => return Err(Fault::Request(RequestFault::Broken)),
        Body::Whole(bytes) if bytes.len() > world.deployment.limits.content_bytes => {
            return Err(Fault::Request(RequestFault::TooLarge));
        }
        Body::Whole(_) => {}
    }
    let operation = dialect.read_request(route, captures, request, site)?;
    operation::execute(operation, &context).await
}

/// Finds the dialect and the route of a request. Every dialect answers at the
/// root; alone, under its own name or base path as a prefix.
fn find(request: &Request, origin: &str) -> Place {
    let mounted = System::ALL
        .into_iter()
        .filter_map(dialect::of)
        .find_map(|dialect| {
            let named = below(&request.path, dialect.system().as_str());
            let path = named.unwrap_or(&request.path);
            let based = dialect.base().and_then(|base| below(path, base));
            let path = based.or(named)?;
            let prefix = &request.path[..request.path.len() - path.len()];
            Some((dialect, path, format!("{origin}{prefix}")))
        });
    let mut beneath = None;
    if let Some((dialect, path, base)) = mounted {
        let found = route(dialect, path, request, Sharing::Alone);
        // A path under the prefix that the dialect has not may still be one of
        // the root.
        if !matches!(found, Err(RequestFault::Path)) {
            return Place {
                dialect,
                base,
                found,
            };
        }
        beneath = Some(dialect);
    }
    let mut allowed: Option<(&'static dyn Dialect, Vec<&'static str>)> = None;
    // The standard dialect takes what no vendor's claims, so it is asked last.
    for dialect in System::ALL.into_iter().rev().filter_map(dialect::of) {
        match route(dialect, &request.path, request, Sharing::Root) {
            Ok(found) => {
                return Place {
                    dialect,
                    base: origin.into(),
                    found: Ok(found),
                };
            }
            Err(RequestFault::Method(methods)) => {
                // Of several dialects that share the path the last one answers.
                let former = allowed.map_or_else(Vec::new, |(_, former)| former);
                allowed = Some((dialect, [former, methods].concat()));
            }
            Err(_) => {}
        }
    }
    let (dialect, fault) = match allowed {
        Some((dialect, mut methods)) => {
            methods.sort_unstable();
            methods.dedup();
            (dialect, RequestFault::Method(methods))
        }
        None => {
            let dialect = beneath.unwrap_or_else(|| nearest(&request.path));
            (dialect, RequestFault::Path)
        }
    };
    Place {
        dialect,
        base: origin.into(),
        found: Err(fault),
    }
}

/// What is left of a path below its first segment, if that is this one.
fn below<'a>(path: &'a str, segment: &str) -> Option<&'a str> {
    let rest = path.strip_prefix('/')?.strip_prefix(segment)?;
    rest.starts_with('/').then_some(rest)
}

/// The route of a dialect that a path fits, or why there is none.
fn route(
    dialect: &'static dyn Dialect,
    path: &str,
    request: &Request,
    sharing: Sharing,
) -> Result<(&'static Route, Captures), RequestFault> {
    let mut allowed = Vec::new();
    for route in dialect.routes() {
        if let Some(captures) = route.template.matches(path) {
            if route.method != request.method {
                allowed.push(route.method.as_str());
            } else if dialect.asks_for(route, request)
                && (sharing == Sharing::Alone || dialect.claims(route, request))
            {
                return Ok((route, captures));
            }
        }
    }
    Err(if allowed.is_empty() {
        RequestFault::Path
    } else {
        allowed.sort_unstable();
        allowed.dedup();
        RequestFault::Method(allowed)
    })
}

/// The dialect whose error shape an unknown path is answered in: the one that
/// shares the longest beginning of a path with it.
fn nearest(path: &str) -> &'static dyn Dialect {
    let shared = |dialect: &&'static dyn Dialect| {
        let common = |route: &Route| {
            let segments = route.template.as_str().split('/').zip(path.split('/'));
            segments
                .take_while(|(expected, actual)| expected == actual)
                .count()
        };
        dialect.routes().iter().map(common).max().unwrap_or(0)
    };
    // The last of several equals would win, so the order is turned round.
    let dialects: Vec<_> = System::ALL
        .into_iter()
        .filter_map(dialect::of)
        .rev()
        .collect();
    dialects
        .into_iter()
        .max_by_key(shared)
        .unwrap_or(&dialect::Standard)
}
