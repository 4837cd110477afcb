//! The Cockpit ITSM public API as a dialect: opaque tokens by password and
//! refresh token over Basic, in the words of Spring Security OAuth 2, and the
//! dashboard. Where Spring differs from the RFC in a status, the RFC's is
//! answered, so that clients written to the RFC understand it.
//!
//! The vendor manages API accesses and operators in its user interface; the
//! paths and members of both are ours.

mod accesses;
mod operators;
mod refusal;
mod token;

use super::{ClientDialect, Dialect, Route, Site, Unspoken, document, oauth, read_authorization};
use crate::http::{Captures, Method, Request, Response, Status};
use crate::operation::{Credential, Dashboard, Fault, Name, Nothing, Operation, Outcome};
use crate::record::System;
use serde_json::json;

/// The Cockpit ITSM public API.
pub struct Cockpit;

const TOKEN: &str = "/oauth/token";
const DASHBOARD: &str = "/api/dashboard";

/// The wire's names for fields that the domain calls otherwise.
const WORDS: &[(&str, &str)] = &[
    ("client_id", "clientId"),
    ("client_secret", "clientSecret"),
    ("terms.access_lifetime", "accessTokenValidity"),
    ("terms.refresh_lifetime", "refreshTokenValidity"),
    ("given_name", "firstName"),
    ("family_name", "lastName"),
];

const ROUTES: &[Route] = &[
    Route::new(Method::Post, TOKEN, Name::IssueToken),
    Route::new(Method::Get, DASHBOARD, Name::GetDashboard),
    Route::new(Method::Post, accesses::ALL, Name::RegisterApiAccess),
    Route::new(Method::Get, accesses::ALL, Name::ListApiAccesses),
    Route::new(Method::Get, accesses::ONE, Name::GetApiAccess),
    Route::new(Method::Patch, accesses::ONE, Name::UpdateApiAccess),
    Route::new(Method::Delete, accesses::ONE, Name::DeleteApiAccess),
    Route::new(Method::Post, operators::ALL, Name::CreateUser),
    Route::new(Method::Get, operators::ALL, Name::ListUsers),
    Route::new(Method::Get, operators::ONE, Name::GetUser),
    Route::new(Method::Patch, operators::ONE, Name::UpdateUser),
    Route::new(Method::Delete, operators::ONE, Name::DeleteUser),
];

impl Dialect for Cockpit {
    fn system(&self) -> System {
        System::Cockpit
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn claims(&self, route: &Route, request: &Request) -> bool {
        route.operation != Name::IssueToken || token::is_for_a_user(request)
    }

    fn read_credential(
        &self,
        _route: &Route,
        _captures: &Captures,
        request: &Request,
    ) -> Credential {
        match read_authorization(request) {
            Credential::Bearer(token) => Credential::Session(token),
            other => other,
        }
    }

    fn read_request(
        &self,
        route: &Route,
        captures: &Captures,
        request: &Request,
        site: &Site<'_>,
    ) -> Result<Operation, Fault> {
        match route.operation {
            Name::IssueToken => token::read_request(request).map(Operation::IssueToken),
            Name::GetDashboard => Ok(Operation::GetDashboard(Nothing {})),
            Name::CreateUser
            | Name::ListUsers
            | Name::GetUser
            | Name::UpdateUser
            | Name::DeleteUser => operators::read_request(route, captures, request, site),
            _ => accesses::read_request(route, captures, request, site),
        }
    }

    fn write_response(
        &self,
        route: Option<&Route>,
        request: &Request,
        result: &Result<Outcome, Fault>,
        _site: &Site<'_>,
    ) -> Response {
        let outcome = match result {
            Ok(outcome) => outcome,
            Err(fault) => return refusal::write(&document::reworded(fault, WORDS), request),
        };
        let content = match outcome {
            Outcome::Token(issued) => return token::write_response(issued),
            Outcome::Dashboard(dashboard) => json!(dashboard_wire(dashboard)),
            Outcome::ApiAccess(access) => json!(accesses::Wire::of(access)),
            Outcome::ApiAccesses(page) => {
                document::write_page("apiAccesses", page, accesses::Wire::of)
            }
            Outcome::User(user) => json!(operators::Wire::of(user)),
            Outcome::Users(page) => document::write_page("operators", page, operators::Wire::of),
            _ => json!({}),
        };
        let created = matches!(
            route.map(|route| route.operation),
            Some(Name::RegisterApiAccess | Name::CreateUser)
        );
        let status = if created { Status::CREATED } else { Status::OK };
        Response::json(status, alloc::string::ToString::to_string(&content)).no_store()
    }
}

impl ClientDialect for Cockpit {
    fn write_request(&self, operation: &Operation) -> Result<Request, Unspoken> {
        match operation {
            Operation::IssueToken(request) => token::write_request(request),
            Operation::GetDashboard(Nothing {}) => Ok(Request::new(Method::Get, DASHBOARD)),
            Operation::CreateUser(_)
            | Operation::ListUsers(_)
            | Operation::GetUser(_)
            | Operation::UpdateUser(_)
            | Operation::DeleteUser(_) => operators::write_request(operation),
            other => accesses::write_request(other),
        }
    }

    fn read_response(
        &self,
        operation: &Operation,
        response: &Response,
    ) -> Result<Outcome, Unspoken> {
        if matches!(operation, Operation::IssueToken(_)) {
            return oauth::read_token(response);
        }
        let content = oauth::read_success(response)?;
        match operation {
            Operation::GetDashboard(_) => {
                let dashboard: DashboardWire = document::read_as(content)?;
                Ok(Outcome::Dashboard(dashboard.into()))
            }
            Operation::CreateUser(_)
            | Operation::ListUsers(_)
            | Operation::GetUser(_)
            | Operation::UpdateUser(_)
            | Operation::DeleteUser(_) => operators::read_response(operation, content),
            other => accesses::read_response(other, content),
        }
    }
}

/// The dashboard on the wire.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct DashboardWire {
    operator: alloc::string::String,
    generated_at: crate::time::Timestamp,
    widgets: alloc::vec::Vec<crate::operation::Widget>,
    last_activity: Option<crate::time::Timestamp>,
}

fn dashboard_wire(dashboard: &Dashboard) -> DashboardWire {
    DashboardWire {
        operator: dashboard.operator.clone(),
        generated_at: dashboard.generated_at,
        widgets: dashboard.widgets.clone(),
        last_activity: dashboard.last_activity,
    }
}

impl From<DashboardWire> for Dashboard {
    fn from(wire: DashboardWire) -> Self {
        Self {
            operator: wire.operator,
            generated_at: wire.generated_at,
            widgets: wire.widgets,
            last_activity: wire.last_activity,
        }
    }
}
