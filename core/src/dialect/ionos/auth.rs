//! The AuthAPI: tokens of users. Making one is a GET, and its value is shown
//! by that answer only.
//!
//! <https://api.ionos.com/docs/authentication/v1/>

use crate::dialect::document;
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Pairs, Request, Template};
use crate::operation::{
    DeleteIdentityTokens, Fault, GenerateIdentityToken, GeneratedToken, Name, Nothing, Operation,
    Outcome, Reference, TokenCriteria,
};
use crate::record::{IdentityToken, Secret, UserId};
use crate::time::Timestamp;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const GENERATE: &str = "/auth/v1/tokens/generate";
pub(super) const ALL: &str = "/auth/v1/tokens";
pub(super) const ONE: &str = "/auth/v1/tokens/{id}";

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
) -> Result<Operation, Fault> {
    let reference = || Reference {
        id: captures.value("id").into(),
    };
    Ok(match route.operation {
        Name::GenerateIdentityToken => {
            let query = document::read_query(request)?;
            let ttl = document::parameter(&query, "ttl")?;
            let ttl = match ttl.as_str() {
                "" => None,
                text => Some(text.parse::<i32>().map_err(|_| not_a_number("ttl"))?),
            };
            Operation::GenerateIdentityToken(GenerateIdentityToken {
                ttl: ttl.map(i64::from),
            })
        }
        Name::ListIdentityTokens => Operation::ListIdentityTokens(Nothing {}),
        Name::GetIdentityToken => Operation::GetIdentityToken(reference()),
        Name::DeleteIdentityToken => Operation::DeleteIdentityToken(reference()),
        Name::DeleteIdentityTokens => {
            let query = document::read_query(request)?;
            let criteria = document::parameter(&query, "criteria")?;
            let criteria = CRITERIA.iter().find(|(_, known)| *known == criteria);
            let (criteria, _) = criteria
                .ok_or_else(|| Fault::field("criteria", "must be ALL, EXPIRED or CURRENT"))?;
            Operation::DeleteIdentityTokens(DeleteIdentityTokens {
                criteria: *criteria,
            })
        }
        _ => return Err(Fault::Internal),
    })
}

fn not_a_number(field: &str) -> Fault {
    Fault::field(field, "is not a 32-bit integer")
}

const CRITERIA: &[(TokenCriteria, &str)] = &[
    (TokenCriteria::All, "ALL"),
    (TokenCriteria::Expired, "EXPIRED"),
    (TokenCriteria::Current, "CURRENT"),
];

pub(super) fn write_response(outcome: &Outcome, site: &Site<'_>) -> Value {
    match outcome {
        Outcome::Generated(token) => json!({ "token": token.token.expose() }),
        Outcome::IdentityToken(token) => json!(Wire::of(token, site)),
        Outcome::IdentityTokens(tokens) => {
            let tokens = tokens.iter().map(|token| Wire::of(token, site));
            json!({ "tokens": tokens.collect::<Vec<_>>() })
        }
        _ => json!({ "success": true }),
    }
}

/// A token on the wire: everything but the token.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    href: String,
    created_date: Timestamp,
    expiration_date: Timestamp,
}

impl Wire {
    fn of(token: &IdentityToken, site: &Site<'_>) -> Self {
        let path = Template::new(ONE).render(&[("id", &token.id)]);
        Self {
            id: token.id.clone(),
            href: format!("{}{path}", site.base),
            created_date: token.created_at,
            expiration_date: token.expires_at,
        }
    }

    /// User and contract are those that the client asked for, and not told.
    fn token(self) -> IdentityToken {
        IdentityToken {
            id: self.id,
            user: UserId::new(""),
            contract: 0,
            created_at: self.created_date,
            expires_at: self.expiration_date,
            made_after: None,
        }
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let one = |method, id: &str| Request::new(method, Template::new(ONE).render(&[("id", id)]));
    Ok(match operation {
        Operation::GenerateIdentityToken(request) => {
            let mut query = Pairs::new();
            if let Some(ttl) = request.ttl {
                query.push("ttl", ttl.to_string());
            }
            document::write_query(GENERATE, &query)
        }
        Operation::ListIdentityTokens(Nothing {}) => Request::new(Method::Get, ALL),
        Operation::GetIdentityToken(request) => one(Method::Get, &request.id),
        Operation::DeleteIdentityToken(request) => one(Method::Delete, &request.id),
        Operation::DeleteIdentityTokens(request) => {
            let mut query = Pairs::new();
            let known = CRITERIA.iter().find(|(one, _)| *one == request.criteria);
            query.push("criteria", known.map_or("", |(_, name)| name));
            Request {
                query: query.write(),
                ..Request::new(Method::Delete, ALL)
            }
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    /// The answer to `generate`.
    #[derive(Deserialize)]
    struct Generated {
        token: Secret,
    }
    /// The answer to `list`.
    #[derive(Deserialize)]
    struct Listed {
        tokens: Vec<Wire>,
    }
    Ok(match operation {
        Operation::GenerateIdentityToken(_) => {
            let Generated { token } = document::read_as(content)?;
            Outcome::Generated(GeneratedToken { token })
        }
        Operation::ListIdentityTokens(_) => {
            let Listed { tokens } = document::read_as(content)?;
            Outcome::IdentityTokens(tokens.into_iter().map(Wire::token).collect())
        }
        Operation::GetIdentityToken(_) => {
            Outcome::IdentityToken(document::read_as::<Wire>(content)?.token())
        }
        _ => Outcome::Deleted,
    })
}
