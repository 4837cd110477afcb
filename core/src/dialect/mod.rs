//! Dialects: how a system words what the domain does.
//!
//! A dialect is a codec and nothing else. It cannot reach store, clock, keys
//! or network, so no rule can grow in it. It has both halves of every message
//! it speaks: a server reads requests and writes responses, a client writes
//! requests and reads responses, and reading what was written gives back what
//! went in.

mod cockpit;
mod datatrails;
mod document;
mod horizon;
mod ionos;
mod klarity;
mod oauth;
mod refusal;
mod standard;
mod user;

pub use cockpit::Cockpit;
pub use datatrails::Datatrails;
pub use horizon::Horizon;
pub use ionos::Ionos;
pub use klarity::Klarity;
pub use standard::Standard;

use crate::http::{Authorization, Captures, Method, Request, Response, Template};
use crate::operation::{Credential, Fault, Name, Operation, Outcome};
use crate::record::{ClientId, Secret, System};
use alloc::string::String;
use alloc::vec;
use core::fmt;

/// One place where a dialect answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path.
    pub template: Template,
    /// The operation that is asked for there.
    pub operation: Name,
}

impl Route {
    /// A route.
    #[must_use]
    pub const fn new(method: Method, template: &'static str, operation: Name) -> Self {
        Self {
            method,
            template: Template::new(template),
            operation,
        }
    }
}

/// What a dialect may know of the deployment: what its messages have to say
/// of it, and what limits reading them.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The origin, and the prefix under which the dialect is mounted, without
    /// a trailing slash. Links are made of it.
    pub base: &'a str,
    /// The tenant, for systems whose paths name it.
    pub tenant: &'a str,
    /// How deep JSON content may nest.
    pub json_depth: usize,
}

/// Why the client half of a dialect cannot word an operation or understand a
/// response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unspoken {
    /// The dialect has no words for the operation.
    Operation(Name),
    /// The dialect has no words for a field of the operation.
    Field(&'static str),
    /// The response refuses the operation; its status and content say why.
    Refused,
    /// The response is not one that the dialect writes.
    Response(String),
}

impl fmt::Display for Unspoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(name) => write!(f, "the dialect does not speak {}", name.as_str()),
            Self::Field(field) => write!(f, "the dialect has no words for {field}"),
            Self::Refused => f.write_str("the operation was refused"),
            Self::Response(problem) => write!(f, "the response is not understood: {problem}"),
        }
    }
}

impl core::error::Error for Unspoken {}

/// The half of a dialect that servers speak.
pub trait Dialect: Sync {
    /// The system whose words these are.
    fn system(&self) -> System;

    /// The base path that the vendor's own clients write in front of every
    /// other, where they have one. The dialect has the paths under it, and
    /// those under its system's name, to itself.
    fn base(&self) -> Option<&'static str> {
        None
    }

    /// Where the dialect answers. A longer template stands before a shorter
    /// one that matches the same path.
    fn routes(&self) -> &'static [Route];

    /// Whether this request, whose path and method fit a route of the dialect,
    /// is meant for it. Two dialects that share a path tell requests apart
    /// here.
    fn claims(&self, _route: &Route, _request: &Request) -> bool {
        true
    }

    /// Whether this request asks for the operation of this route. Several
    /// operations that share a method and a path are told apart here; exactly
    /// one of them takes any request.
    fn asks_for(&self, _route: &Route, _request: &Request) -> bool {
        true
    }

    /// What the request offers as proof of its caller.
    fn read_credential(
        &self,
        _route: &Route,
        _captures: &Captures,
        request: &Request,
    ) -> Credential {
        read_authorization(request)
    }

    /// Reads a request into an operation.
    ///
    /// # Errors
    /// A [`Fault`] that blames the request.
    fn read_request(
        &self,
        route: &Route,
        captures: &Captures,
        request: &Request,
        site: &Site<'_>,
    ) -> Result<Operation, Fault>;

    /// Writes what came of a request. The route is absent when none fits.
    fn write_response(
        &self,
        route: Option<&Route>,
        request: &Request,
        result: &Result<Outcome, Fault>,
        site: &Site<'_>,
    ) -> Response;
}

/// The half of a dialect that clients speak. It is a trait of its own so that
/// no server carries it along: what a table of functions names is linked.
pub trait ClientDialect: Dialect {
    /// Writes the request that asks for an operation, without credentials
    /// unless they are part of the operation.
    ///
    /// # Errors
    /// [`Unspoken`] when the dialect has no words for it.
    fn write_request(&self, operation: &Operation) -> Result<Request, Unspoken>;

    /// Reads what came of an operation.
    ///
    /// # Errors
    /// [`Unspoken`] when the response refuses it or is not understood.
    fn read_response(
        &self,
        operation: &Operation,
        response: &Response,
    ) -> Result<Outcome, Unspoken>;
}

/// What a server speaks of a system's dialect.
#[must_use]
pub fn of(system: System) -> Option<&'static dyn Dialect> {
    match system {
        System::Standard => Some(&Standard),
        System::Klarity => Some(&Klarity),
        System::Horizon => Some(&Horizon),
        System::Datatrails => Some(&Datatrails),
        System::Cockpit => Some(&Cockpit),
        System::Ionos => Some(&Ionos),
    }
}

/// What a client speaks of a system's dialect, which is all of it.
#[must_use]
pub fn client_of(system: System) -> Option<&'static dyn ClientDialect> {
    match system {
        System::Standard => Some(&Standard),
        System::Klarity => Some(&Klarity),
        System::Horizon => Some(&Horizon),
        System::Datatrails => Some(&Datatrails),
        System::Cockpit => Some(&Cockpit),
        System::Ionos => Some(&Ionos),
    }
}

/// Reads the `Authorization` field as proof of the caller.
pub fn read_authorization(request: &Request) -> Credential {
    match Authorization::read(request) {
        Ok(Authorization::None) => Credential::Absent,
        Ok(Authorization::Bearer(token)) => Credential::Bearer(Secret::new(token)),
        Ok(Authorization::Basic(pair)) => {
            let other = pair.form_decoded();
            let mut readings = vec![(ClientId::new(pair.id), Secret::new(pair.secret))];
            readings.extend(other.map(|pair| (ClientId::new(pair.id), Secret::new(pair.secret))));
            Credential::Client(readings)
        }
        Err(_) => Credential::Malformed,
    }
}
