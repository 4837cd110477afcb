//! The token endpoint: a form and Basic, nothing else.

use crate::dialect::{Unspoken, oauth};
use crate::http::{Authorization, Body, Pairs, Request, Response, Status};
use crate::operation::{Fault, Grant, GrantFault, IssueToken, IssuedToken, Presented};
use crate::record::Secret;
use alloc::string::{String, ToString};
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

/// Whether the request is a form whose grant is one that users stand behind,
/// which no other token endpoint offers.
pub(super) fn is_for_a_user(request: &Request) -> bool {
    let Body::Whole(bytes) = &request.body else {
        return false;
    };
    if request.media_type().as_deref() != Some(FORM) {
        return false;
    }
    let form = core::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Pairs::read(text).ok());
    form.is_some_and(|form| {
        form.all("grant_type")
            .any(|grant| grant == "password" || grant == "refresh_token")
    })
}

fn refuse(problem: &'static str) -> Fault {
    Fault::Grant(GrantFault::Request(problem.into()))
}

pub(super) fn read_request(request: &Request) -> Result<IssueToken, Fault> {
    // Spring authenticates the client before it looks at the content.
    match Authorization::read(request) {
        Ok(Authorization::Basic(_)) => {}
        _ => return Err(Fault::Grant(GrantFault::Client(Presented::Basic))),
    }
    if request.media_type().as_deref() != Some(FORM) {
        return Err(refuse(
            "the content type must be application/x-www-form-urlencoded",
        ));
    }
    let parameters = oauth::Parameters::read(request)?;
    let scope = parameters.value("scope").map(String::from);
    let Some(grant_type) = parameters.value("grant_type") else {
        return Err(refuse("Missing grant type"));
    };
    let grant = match grant_type {
        "password" => Grant::Password {
            username: parameters.require("username")?.into(),
            password: Secret::new(parameters.require("password")?),
            scope,
        },
        "refresh_token" => Grant::RefreshToken {
            refresh_token: Secret::new(parameters.require("refresh_token")?),
            scope,
        },
        other => return Err(Fault::Grant(GrantFault::UnsupportedGrant(other.into()))),
    };
    Ok(IssueToken {
        client: parameters.client(request)?,
        grant,
    })
}

/// The words of the client half, always over Basic.
pub(super) fn write_request(request: &IssueToken) -> Result<Request, Unspoken> {
    match (&request.grant, request.client.presented) {
        (Grant::Password { .. } | Grant::RefreshToken { .. }, Presented::Basic) => {
            oauth::write_form(super::TOKEN, request)
        }
        (Grant::Password { .. } | Grant::RefreshToken { .. }, Presented::Content) => {
            Err(Unspoken::Field("client.presented"))
        }
        _ => Err(Unspoken::Field("grant")),
    }
}

/// The token response. The type is written small, as Spring does.
pub(super) fn write_response(token: &IssuedToken) -> Response {
    let mut content = json!({
        "access_token": token.access_token.expose(),
        "token_type": "bearer",
        "expires_in": token.expires_in,
        "scope": token.scope.join(" "),
    });
    if let Some(refresh) = &token.refresh_token {
        content["refresh_token"] = refresh.expose().into();
    }
    Response::json(Status::OK, content.to_string()).no_store()
}
