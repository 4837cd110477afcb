//! IONOS Monitoring as a Service as a dialect: the AuthAPI below `/auth/v1`,
//! the user management of the CloudAPI below `/cloudapi/v6/um`, and the
//! administration of users, whose paths are ours. Each API has its own
//! file; they share how callers prove who they are and how refusals look.
//!
//! <https://api.ionos.com/docs/authentication/v1/>

mod auth;
mod cloud;
mod duration;
mod monitored;
mod monitoring;
mod refusal;
mod telemetry;
mod users;

use super::{ClientDialect, Dialect, Route, Site, Unspoken, oauth, read_authorization};
use crate::http::{Captures, Method, Request, Response, Status};
use crate::operation::{Credential, Fault, IdentityProof, Name, Operation, Outcome};
use crate::record::System;
use alloc::string::{String, ToString};

/// IONOS Monitoring as a Service.
pub struct Ionos;

/// Where a caller names the contract that a request is about.
const CONTRACT: &str = "X-Contract-Number";

const ROUTES: &[Route] = &joined::<{ OWN.len() + cloud::ROUTES.len() }>(&[OWN, cloud::ROUTES]);

const OWN: &[Route] = &[
    Route::new(Method::Get, auth::GENERATE, Name::GenerateIdentityToken),
    Route::new(Method::Get, auth::ALL, Name::ListIdentityTokens),
    Route::new(Method::Delete, auth::ALL, Name::DeleteIdentityTokens),
    Route::new(Method::Get, auth::ONE, Name::GetIdentityToken),
    Route::new(Method::Delete, auth::ONE, Name::DeleteIdentityToken),
    Route::new(Method::Post, users::ALL, Name::CreateUser),
    Route::new(Method::Get, users::ALL, Name::ListUsers),
    Route::new(Method::Get, users::ONE, Name::GetUser),
    Route::new(Method::Patch, users::ONE, Name::UpdateUser),
    Route::new(Method::Delete, users::ONE, Name::DeleteUser),
    Route::new(Method::Post, monitoring::ALARMS, Name::CreateAlarm),
    Route::new(Method::Get, monitoring::ALARMS, Name::ListAlarms),
    Route::new(Method::Get, monitoring::ALARM, Name::GetAlarm),
    Route::new(Method::Put, monitoring::ALARM, Name::UpdateAlarm),
    Route::new(Method::Delete, monitoring::ALARM, Name::DeleteAlarm),
    Route::new(Method::Post, monitoring::ACTIONS, Name::CreateAction),
    Route::new(Method::Get, monitoring::ACTIONS, Name::ListActions),
    Route::new(Method::Get, monitoring::ACTION, Name::GetAction),
    Route::new(Method::Put, monitoring::ACTION, Name::UpdateAction),
    Route::new(Method::Delete, monitoring::ACTION, Name::DeleteAction),
    Route::new(Method::Get, telemetry::BASE, Name::TelemetryStatus),
    Route::new(Method::Get, telemetry::BASE_ALONE, Name::TelemetryStatus),
    Route::new(Method::Get, telemetry::QUERY, Name::QueryTelemetry),
    Route::new(Method::Get, telemetry::RANGE, Name::QueryTelemetryRange),
    Route::new(Method::Get, telemetry::SERIES, Name::ListSeries),
    Route::new(Method::Get, telemetry::LABELS, Name::ListLabels),
    Route::new(Method::Get, telemetry::LABEL, Name::ListLabels),
    Route::new(Method::Get, telemetry::VALUES, Name::ListLabelValues),
    Route::new(Method::Get, telemetry::METADATA, Name::ListMetrics),
    Route::new(Method::Post, telemetry::SAMPLES, Name::IngestSamples),
];

/// The routes of the parts, one after the other.
const fn joined<const N: usize>(parts: &[&[Route]]) -> [Route; N] {
    let mut routes = [parts[0][0]; N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            routes[at] = parts[part][index];
            at += 1;
            index += 1;
        }
        part += 1;
    }
    assert!(at == N, "there is room for every route and no more");
    routes
}

/// The parts of the dialect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    /// Tokens of users.
    Auth,
    /// Users and groups of a contract.
    Cloud,
    /// Users, as their deployment's administrator sees them.
    Users,
    /// Alarms and actions.
    Monitoring,
    /// Samples.
    Telemetry,
}

impl Api {
    /// The part that words an operation.
    const fn of(name: Name) -> Option<Self> {
        match name {
            Name::GenerateIdentityToken
            | Name::ListIdentityTokens
            | Name::GetIdentityToken
            | Name::DeleteIdentityToken
            | Name::DeleteIdentityTokens => Some(Self::Auth),
            Name::CreateUser
            | Name::ListUsers
            | Name::GetUser
            | Name::UpdateUser
            | Name::DeleteUser => Some(Self::Users),
            Name::CreateAlarm
            | Name::ListAlarms
            | Name::GetAlarm
            | Name::UpdateAlarm
            | Name::DeleteAlarm
            | Name::CreateAction
            | Name::ListActions
            | Name::GetAction
            | Name::UpdateAction
            | Name::DeleteAction => Some(Self::Monitoring),
            Name::TelemetryStatus
            | Name::QueryTelemetry
            | Name::QueryTelemetryRange
            | Name::ListSeries
            | Name::ListLabels
            | Name::ListLabelValues
            | Name::ListMetrics
            | Name::IngestSamples => Some(Self::Telemetry),
            name if cloud::speaks(name) => Some(Self::Cloud),
            _ => None,
        }
    }
}

impl Dialect for Ionos {
    fn system(&self) -> System {
        System::Ionos
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn read_credential(
        &self,
        route: &Route,
        _captures: &Captures,
        request: &Request,
    ) -> Credential {
        let proof = match read_authorization(request) {
            Credential::Bearer(token) => IdentityProof::Token(token),
            Credential::Client(_) if telemetry::takes_no_password(Some(route), request) => {
                return Credential::Malformed;
            }
            Credential::Client(readings) => IdentityProof::Password(
                readings
                    .into_iter()
                    .map(|(id, secret)| (id.as_str().into(), secret))
                    .collect(),
            ),
            other => return other,
        };
        Credential::Identity {
            proof,
            contract: request.headers.first(CONTRACT).map(String::from),
        }
    }

    fn read_request(
        &self,
        route: &Route,
        captures: &Captures,
        request: &Request,
        site: &Site<'_>,
    ) -> Result<Operation, Fault> {
        match Api::of(route.operation) {
            Some(Api::Auth) => auth::read_request(route, captures, request),
            Some(Api::Cloud) => cloud::read_request(route, captures, request, site),
            Some(Api::Users) => users::read_request(route, captures, request, site),
            Some(Api::Monitoring) => monitoring::read_request(route, captures, request, site),
            Some(Api::Telemetry) => telemetry::read_request(route, captures, request),
            None => Err(Fault::Internal),
        }
    }

    fn write_response(
        &self,
        route: Option<&Route>,
        request: &Request,
        result: &Result<Outcome, Fault>,
        site: &Site<'_>,
    ) -> Response {
        if let Some(response) = telemetry::write_response(route, request, result) {
            return response;
        }
        let outcome = match result {
            Ok(outcome) => outcome,
            Err(fault) => return refusal::write(fault, route, request),
        };
        let api = route.and_then(|route| Some((route, Api::of(route.operation)?)));
        let content = match api {
            Some((_, Api::Auth)) => auth::write_response(outcome, site).to_string(),
            Some((route, Api::Cloud)) => cloud::write_response(outcome, route, request, site),
            Some((_, Api::Users)) => users::write_response(outcome).to_string(),
            Some((_, Api::Monitoring)) => monitoring::write_response(outcome, site).to_string(),
            Some((_, Api::Telemetry)) | None => String::new(),
        };
        let status = match route.map(|route| route.operation) {
            Some(
                Name::CreateUser
                | Name::AddGroupMember
                | Name::CreateShare
                | Name::CreateAlarm
                | Name::CreateAction,
            ) => Status::CREATED,
            _ => Status::OK,
        };
        Response::json(status, content).no_store()
    }
}

impl ClientDialect for Ionos {
    fn write_request(&self, operation: &Operation) -> Result<Request, Unspoken> {
        match Api::of(operation.name()) {
            Some(Api::Auth) => auth::write_request(operation),
            Some(Api::Cloud) => cloud::write_request(operation),
            Some(Api::Users) => users::write_request(operation),
            Some(Api::Monitoring) => monitoring::write_request(operation),
            Some(Api::Telemetry) => telemetry::write_request(operation),
            None => Err(Unspoken::Operation(operation.name())),
        }
    }

    fn read_response(
        &self,
        operation: &Operation,
        response: &Response,
    ) -> Result<Outcome, Unspoken> {
        let content = oauth::read_success(response)?;
        match Api::of(operation.name()) {
            Some(Api::Auth) => auth::read_response(operation, content),
            Some(Api::Cloud) => cloud::read_response(operation, content),
            Some(Api::Users) => users::read_response(operation, content),
            Some(Api::Monitoring) => monitoring::read_response(operation, content),
            Some(Api::Telemetry) => telemetry::read_response(operation, content),
            None => Err(Unspoken::Operation(operation.name())),
        }
    }
}
