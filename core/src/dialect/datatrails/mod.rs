//! DataTrails App Registrations as a dialect: applications, their tokens,
//! access policies, subjects, and what little the vendor's own client asks
//! for beside them.
//!
//! Every path is mounted under `/archivist` as well, because the vendor's
//! clients put it in front. Unknown and read-only members are passed over, as
//! [the vendor's gateway](https://github.com/datatrails/go-datatrails-common)
//! does.

mod access_policies;
mod applications;
mod listing;
mod mask;
mod principals;
mod refusal;
mod subjects;
mod tenancy;

use super::{ClientDialect, Dialect, Route, Site, Unspoken, document, oauth};
use crate::http::{Captures, Method, Request, Response};
use crate::operation::{Fault, Name, Nothing, Operation, Outcome};
use crate::record::System;
use alloc::string::ToString;

/// DataTrails App Registrations.
pub struct Datatrails;

const TOKEN: &str = "/iam/v1/appidp/token";
const JWKS: &str = "/.well-known/jwks.json";

const ROUTES: &[Route] = &[
    Route::new(Method::Post, TOKEN, Name::IssueToken),
    Route::new(Method::Get, JWKS, Name::Jwks),
    Route::new(Method::Post, applications::SECRET, Name::RegenerateSecret),
    Route::new(Method::Post, applications::ALL, Name::RegisterClient),
    Route::new(Method::Get, applications::ALL, Name::ListClients),
    Route::new(Method::Get, applications::ONE, Name::GetClient),
    Route::new(Method::Patch, applications::ONE, Name::UpdateClient),
    Route::new(Method::Delete, applications::ONE, Name::DeleteClient),
    Route::new(Method::Post, access_policies::ALL, Name::CreateAccessPolicy),
    Route::new(Method::Get, access_policies::ALL, Name::ListAccessPolicies),
    Route::new(
        Method::Get,
        access_policies::OF_ASSET,
        Name::ListAccessPolicies,
    ),
    Route::new(Method::Get, access_policies::ONE, Name::GetAccessPolicy),
    Route::new(
        Method::Patch,
        access_policies::ONE,
        Name::UpdateAccessPolicy,
    ),
    Route::new(
        Method::Delete,
        access_policies::ONE,
        Name::DeleteAccessPolicy,
    ),
    Route::new(Method::Post, subjects::ALL, Name::CreateSubject),
    Route::new(Method::Get, subjects::ALL, Name::ListSubjects),
    Route::new(Method::Get, subjects::ONE, Name::GetSubject),
    Route::new(Method::Patch, subjects::ONE, Name::UpdateSubject),
    Route::new(Method::Delete, subjects::ONE, Name::DeleteSubject),
    Route::new(Method::Get, principals::ALL, Name::ListPrincipals),
    Route::new(Method::Patch, principals::ALL, Name::ReplacePrincipals),
    Route::new(Method::Get, tenancy::ASSETS, Name::ListAssets),
    Route::new(Method::Get, tenancy::ASSETS_OF_POLICY, Name::ListAssets),
    Route::new(Method::Get, tenancy::CAPS, Name::ListQuotas),
];

impl Dialect for Datatrails {
    fn system(&self) -> System {
        System::Datatrails
    }

    fn base(&self) -> Option<&'static str> {
        Some("archivist")
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn claims(&self, route: &Route, _request: &Request) -> bool {
        // The same key set is the standard dialect's to publish.
        route.operation != Name::Jwks
    }

    fn read_request(
        &self,
        route: &Route,
        captures: &Captures,
        request: &Request,
        site: &Site<'_>,
    ) -> Result<Operation, Fault> {
        match route.operation {
            Name::IssueToken => oauth::Parameters::read(request)?
                .client_credentials(request)
                .map(Operation::IssueToken),
            Name::Jwks => Ok(Operation::Jwks(Nothing {})),
            Name::CreateAccessPolicy
            | Name::ListAccessPolicies
            | Name::GetAccessPolicy
            | Name::UpdateAccessPolicy
            | Name::DeleteAccessPolicy => {
                access_policies::read_request(route, captures, request, site)
            }
            Name::CreateSubject
            | Name::ListSubjects
            | Name::GetSubject
            | Name::UpdateSubject
            | Name::DeleteSubject => subjects::read_request(route, captures, request, site),
            Name::ListPrincipals | Name::ReplacePrincipals => {
                principals::read_request(route, request, site)
            }
            Name::ListAssets | Name::ListQuotas => tenancy::read_request(route, captures, request),
            _ => applications::read_request(route, captures, request, site),
        }
    }

    fn write_response(
        &self,
        route: Option<&Route>,
        request: &Request,
        result: &Result<Outcome, Fault>,
        site: &Site<'_>,
    ) -> Response {
        match result {
            Ok(Outcome::Token(token)) => oauth::write_token(token),
            Ok(Outcome::Jwks(keys)) => document::write_jwks(keys),
            Ok(outcome @ (Outcome::AccessPolicy(_) | Outcome::AccessPolicies(_))) => {
                access_policies::write_response(outcome, site)
            }
            Ok(outcome @ (Outcome::Subject(_) | Outcome::Subjects(_))) => {
                subjects::write_response(outcome, site)
            }
            Ok(Outcome::Principals(list)) => principals::write_response(list),
            Ok(outcome @ (Outcome::Assets(_) | Outcome::Quotas(_))) => {
                tenancy::write_response(outcome)
            }
            Ok(outcome) => applications::write_response(outcome),
            Err(fault) => match route {
                Some(route) if route.operation == Name::IssueToken => {
                    refusal::of_token(fault, request)
                }
                _ => refusal::of_api(fault, request, site),
            },
        }
    }
}

impl ClientDialect for Datatrails {
    fn write_request(&self, operation: &Operation) -> Result<Request, Unspoken> {
        match operation {
            Operation::IssueToken(request) => oauth::write_form(TOKEN, request),
            Operation::Jwks(Nothing {}) => Ok(Request::new(Method::Get, JWKS)),
            Operation::CreateAccessPolicy(_)
            | Operation::ListAccessPolicies(_)
            | Operation::GetAccessPolicy(_)
            | Operation::UpdateAccessPolicy(_)
            | Operation::DeleteAccessPolicy(_) => access_policies::write_request(operation),
            Operation::CreateSubject(_)
            | Operation::ListSubjects(_)
            | Operation::GetSubject(_)
            | Operation::UpdateSubject(_)
            | Operation::DeleteSubject(_) => subjects::write_request(operation),
            Operation::ListPrincipals(_) | Operation::ReplacePrincipals(_) => {
                principals::write_request(operation)
            }
            Operation::ListAssets(_) | Operation::ListQuotas(_) => {
                tenancy::write_request(operation)
            }
            other => applications::write_request(other),
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
            Operation::Jwks(_) => Ok(Outcome::Jwks(content.to_string())),
            Operation::CreateAccessPolicy(_)
            | Operation::ListAccessPolicies(_)
            | Operation::GetAccessPolicy(_)
            | Operation::UpdateAccessPolicy(_) => {
                access_policies::read_response(operation, response, content)
            }
            Operation::CreateSubject(_)
            | Operation::ListSubjects(_)
            | Operation::GetSubject(_)
            | Operation::UpdateSubject(_) => subjects::read_response(operation, response, content),
            Operation::DeleteAccessPolicy(_)
            | Operation::DeleteSubject(_)
            | Operation::DeleteClient(_) => Ok(Outcome::Deleted),
            Operation::ListPrincipals(_) | Operation::ReplacePrincipals(_) => {
                principals::read_response(content)
            }
            Operation::ListAssets(_) | Operation::ListQuotas(_) => {
                tenancy::read_response(operation, response, content)
            }
            other => applications::read_response(other, response, content),
        }
    }
}
