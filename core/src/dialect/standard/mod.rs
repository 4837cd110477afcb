//! The RFCs as a dialect: the token endpoint
//! ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749)) taking forms and JSON,
//! introspection ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)),
//! metadata ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)) and the key
//! set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)). Registrations and
//! the audit record are administered under `/admin` in the member names of
//! [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591).

mod administration;

use super::{
    ClientDialect, Dialect, Route, Site, Unspoken, document, oauth, read_authorization, refusal,
};
use crate::http::{Captures, Method, Request, Response, Status};
use crate::operation::{
    Credential, Fault, GrantFault, IntrospectToken, Introspection, Name, Nothing, Operation,
    Outcome, Presented, Unauthenticated,
};
use crate::record::{Secret, System};
use alloc::string::ToString;
use serde_json::Value;

/// The RFCs.
pub struct Standard;

const TOKEN: &str = "/oauth/token";
const INTROSPECT: &str = "/oauth/introspect";
const METADATA: &str = "/.well-known/oauth-authorization-server";
const JWKS: &str = "/.well-known/jwks.json";

const ROUTES: &[Route] = &[
    Route::new(Method::Post, TOKEN, Name::IssueToken),
    Route::new(Method::Post, INTROSPECT, Name::IntrospectToken),
    Route::new(Method::Get, METADATA, Name::Metadata),
    Route::new(Method::Get, JWKS, Name::Jwks),
    Route::new(Method::Post, administration::CLIENTS, Name::RegisterClient),
    Route::new(Method::Get, administration::CLIENTS, Name::ListClients),
    Route::new(Method::Get, administration::CLIENT, Name::GetClient),
    Route::new(Method::Patch, administration::CLIENT, Name::UpdateClient),
    Route::new(Method::Delete, administration::CLIENT, Name::DeleteClient),
    Route::new(Method::Post, administration::SECRET, Name::RegenerateSecret),
    Route::new(Method::Get, administration::AUDIT, Name::ListAudit),
];

/// The realm of challenges.
const REALM: &str = "touchmark";

impl Dialect for Standard {
    fn system(&self) -> System {
        System::Standard
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
        match read_authorization(request) {
            Credential::Absent if route.operation == Name::IntrospectToken => {
                oauth::read_content_credential(request)
            }
            credential => credential,
        }
    }

    fn read_request(
        &self,
        route: &Route,
        captures: &Captures,
        request: &Request,
        site: &Site<'_>,
    ) -> Result<Operation, Fault> {
        Ok(match route.operation {
            Name::IssueToken => Operation::IssueToken(
                oauth::Parameters::read(request)?.client_credentials(request)?,
            ),
            Name::IntrospectToken => {
                let parameters = oauth::Parameters::read(request)?;
                if read_authorization(request) != Credential::Absent {
                    parameters.refuse_secret()?;
                }
                let token = Secret::new(parameters.require("token")?);
                Operation::IntrospectToken(IntrospectToken { token })
            }
            Name::Metadata => Operation::Metadata(Nothing {}),
            Name::Jwks => Operation::Jwks(Nothing {}),
            _ => administration::read_request(route, captures, request, site)?,
        })
    }

    fn write_response(
        &self,
        route: Option<&Route>,
        request: &Request,
        result: &Result<Outcome, Fault>,
        _site: &Site<'_>,
    ) -> Response {
        match result {
            Ok(Outcome::Token(token)) => oauth::write_token(token),
            Ok(Outcome::Introspection(introspection)) => {
                Response::json(Status::OK, introspection.to_value().to_string()).no_store()
            }
            Ok(Outcome::Metadata(metadata)) => document::write_public(
                "application/json",
                serde_json::to_string(metadata).unwrap_or_default(),
            ),
            Ok(Outcome::Jwks(keys)) => document::write_jwks(keys),
            Ok(outcome) => administration::write_response(route, outcome),
            Err(Fault::Unauthenticated(Unauthenticated::Refused))
                if route.is_some_and(|route| route.operation == Name::IntrospectToken)
                    && read_authorization(request) == Credential::Absent =>
            {
                // The content held the credentials, so no scheme is named.
                let fault = Fault::Grant(GrantFault::Client(Presented::Content));
                refusal::write(&fault, request, REALM)
            }
            Err(fault) => {
                let fault = document::renamed(fault, "display_name", "client_name");
                refusal::write(&fault, request, REALM)
            }
        }
    }
}

impl ClientDialect for Standard {
    fn write_request(&self, operation: &Operation) -> Result<Request, Unspoken> {
        Ok(match operation {
            Operation::IssueToken(request) => oauth::write_form(TOKEN, request)?,
            Operation::IntrospectToken(request) => {
                let mut pairs = crate::http::Pairs::new();
                pairs.push("token", request.token.expose());
                Request::new(Method::Post, INTROSPECT)
                    .with_content("application/x-www-form-urlencoded", pairs.write())
            }
            Operation::Metadata(Nothing {}) => Request::new(Method::Get, METADATA),
            Operation::Jwks(Nothing {}) => Request::new(Method::Get, JWKS),
            other => administration::write_request(other)?,
        })
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
            Operation::IntrospectToken(_) => read_introspection(content),
            Operation::Metadata(_) => document::read_as(content).map(Outcome::Metadata),
            Operation::Jwks(_) => Ok(Outcome::Jwks(content.to_string())),
            other => administration::read_response(other, content),
        }
    }
}

fn read_introspection(document: Value) -> Result<Outcome, Unspoken> {
    let Value::Object(mut members) = document else {
        return Err(Unspoken::Response("the document is not an object".into()));
    };
    Ok(Outcome::Introspection(match members.remove("active") {
        Some(Value::Bool(true)) => Introspection::Active(members),
        _ => Introspection::Inactive,
    }))
}
