//! 12Port Horizon's "API Tokens" as a dialect: entries that a token is minted
//! for when they are unlocked, and the caller's own view.
//!
//! The vendor publishes `/api/user/me`, `/api/user/context` and
//! `/api/asset/listTypes`; the paths of the administration are ours. Everything is served at `/api/…` for the space
//! `root`, and at `/ztna/<tenant>/<space>/api/…`.

mod entries;
mod refusal;
mod users;

use super::{ClientDialect, Dialect, Route, Site, Unspoken, document, oauth, read_authorization};
use crate::http::{Captures, Method, Request, Response, Status, Template};
use crate::operation::{
    Credential, Fault, ListAssetKinds, Me, Name, Nothing, Operation, Outcome, Resource,
    SpaceReference,
};
use crate::record::{Role, System};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::{Value, json};

/// 12Port Horizon's API Tokens.
pub struct Horizon;

/// The wire's names for fields that the domain calls otherwise.
const WORDS: &[(&str, &str)] = &[("given_name", "firstName"), ("family_name", "lastName")];

/// The space that the short paths mean.
const ROOT: &str = "root";

/// The same route at its short path and below a tenant and a space.
macro_rules! routes {
    ($($method:ident $path:literal $operation:ident;)+) => {
        &[$(
            Route::new(Method::$method, concat!("/api/", $path), Name::$operation),
            Route::new(
                Method::$method,
                concat!("/ztna/{tenant}/{space}/api/", $path),
                Name::$operation,
            ),
        )+]
    };
}

const ROUTES: &[Route] = routes! {
    Get "user/me" Me;
    Get "user/context" Me;
    Post "user" CreateUser;
    Get "user" ListUsers;
    Get "user/{id}" GetUser;
    Put "user/{id}" UpdateUser;
    Delete "user/{id}" DeleteUser;
    Post "apitoken" CreateApiToken;
    Get "apitoken" ListApiTokens;
    Get "apitoken/{id}" GetApiToken;
    Put "apitoken/{id}" UpdateApiToken;
    Delete "apitoken/{id}" DeleteApiToken;
    Post "apitoken/{id}/unlock" UnlockApiToken;
    Post "signaturekey/rotate" RotateSignatureKey;
    Get "asset/listTypes/{parentId}" ListAssetKinds;
};

impl Dialect for Horizon {
    fn system(&self) -> System {
        System::Horizon
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn read_credential(
        &self,
        _route: &Route,
        captures: &Captures,
        request: &Request,
    ) -> Credential {
        match read_authorization(request) {
            Credential::Bearer(token) => Credential::ApiToken {
                token,
                space: space(captures).into(),
            },
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
        let tenant = captures.value("tenant");
        if !tenant.is_empty() && tenant != site.tenant {
            return Err(Fault::Missing(Resource::Space));
        }
        let space = String::from(space(captures));
        match route.operation {
            Name::Me => Ok(Operation::Me(SpaceReference { space })),
            Name::RotateSignatureKey => Ok(Operation::RotateSignatureKey(Nothing {})),
            Name::ListAssetKinds => Ok(Operation::ListAssetKinds(ListAssetKinds {
                space,
                parent: captures.value("parentId").into(),
            })),
            Name::CreateUser
            | Name::ListUsers
            | Name::GetUser
            | Name::UpdateUser
            | Name::DeleteUser => users::read_request(route, captures, request, site),
            _ => entries::read_request(route, captures, space, request, site),
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
            Outcome::Me(me) if is_context(route) => write_context(me),
            Outcome::Me(me) => write_me(me),
            Outcome::AssetKinds(types) => json!(types),
            Outcome::User(user) => json!(users::Wire::of(user)),
            Outcome::Users(page) => document::write_page("users", page, users::Wire::of),
            Outcome::ApiToken(entry) => json!(entries::Wire::of(entry)),
            Outcome::ApiTokens(page) => document::write_page("tokens", page, entries::Wire::of),
            Outcome::Unlocked(token) => json!({
                "token": token.token.expose(),
                "expire": token.expires_at,
            }),
            _ => json!({}),
        };
        let created = matches!(
            route.map(|route| route.operation),
            Some(Name::CreateApiToken | Name::CreateUser)
        );
        let status = if created { Status::CREATED } else { Status::OK };
        Response::json(status, content.to_string()).no_store()
    }
}

impl ClientDialect for Horizon {
    fn write_request(&self, operation: &Operation) -> Result<Request, Unspoken> {
        match operation {
            Operation::Me(request) => {
                admit_space(&request.space)?;
                Ok(Request::new(Method::Get, "/api/user/me"))
            }
            Operation::RotateSignatureKey(Nothing {}) => {
                Ok(Request::new(Method::Post, "/api/signaturekey/rotate"))
            }
            Operation::ListAssetKinds(request) => {
                admit_space(&request.space)?;
                let template = Template::new("/api/asset/listTypes/{parentId}");
                let path = template.render(&[("parentId", &request.parent)]);
                Ok(Request::new(Method::Get, path))
            }
            Operation::CreateUser(_)
            | Operation::ListUsers(_)
            | Operation::GetUser(_)
            | Operation::UpdateUser(_)
            | Operation::DeleteUser(_) => users::write_request(operation),
            other => entries::write_request(other),
        }
    }

    fn read_response(
        &self,
        operation: &Operation,
        response: &Response,
    ) -> Result<Outcome, Unspoken> {
        let content = oauth::read_success(response)?;
        match operation {
            Operation::Me(_) => read_me(&content),
            Operation::RotateSignatureKey(_) => Ok(Outcome::Done),
            Operation::ListAssetKinds(_) => document::read_as(content).map(Outcome::AssetKinds),
            Operation::CreateUser(_)
            | Operation::ListUsers(_)
            | Operation::GetUser(_)
            | Operation::UpdateUser(_)
            | Operation::DeleteUser(_) => users::read_response(operation, content),
            other => entries::read_response(other, content),
        }
    }
}

fn space(captures: &Captures) -> &str {
    match captures.value("space") {
        "" => ROOT,
        space => space,
    }
}

/// A client is given the address of its space, so its requests are those of
/// the root.
fn admit_space(space: &str) -> Result<(), Unspoken> {
    if space == ROOT {
        Ok(())
    } else {
        Err(Unspoken::Field("space"))
    }
}

fn is_context(route: Option<&Route>) -> bool {
    route.is_some_and(|route| route.template.as_str().ends_with("/context"))
}

fn write_me(me: &Me) -> Value {
    json!({
        "id": me.id,
        "login": me.login,
        "name": me.name,
        "roles": me.roles.iter().map(|role| write_role(*role)).collect::<Vec<_>>(),
        "tenant": me.tenant,
        "space": me.space,
        "spaceRid": me.space_id,
    })
}

fn write_context(me: &Me) -> Value {
    json!({ "user": write_me(me), "space": { "name": me.space, "rid": me.space_id } })
}

fn read_me(content: &Value) -> Result<Outcome, Unspoken> {
    let text = |name: &str| {
        let text = content.get(name).and_then(Value::as_str);
        text.map(String::from)
            .ok_or_else(|| Unspoken::Response(format!("{name} is missing")))
    };
    let roles = content
        .get("roles")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let roles = roles
        .filter_map(Value::as_str)
        .filter_map(read_role)
        .collect();
    Ok(Outcome::Me(Me {
        id: text("id")?,
        login: text("login")?,
        name: text("name")?,
        roles,
        tenant: text("tenant")?,
        space: text("space")?,
        space_id: text("spaceRid")?,
    }))
}

const ROLES: &[(Role, &str)] = &[
    (Role::Administrator, "Administrator"),
    (Role::ApiTokenManager, "API Token Manager"),
];

fn write_role(role: Role) -> &'static str {
    ROLES
        .iter()
        .find(|(known, _)| *known == role)
        .map_or("", |(_, name)| name)
}

fn read_role(name: &str) -> Option<Role> {
    ROLES
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(role, _)| *role)
}
