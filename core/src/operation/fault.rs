//! Why the domain refuses, grouped by who is to blame.
//!
//! A fault says what a caller may know. What only the people who run the
//! deployment may know goes to the audit record ([`Unproven`] and the store's
//! own detail), and the two never meet. Each dialect turns a fault into its
//! own error shape in one function.

use super::Resource;
use crate::record::ContractPrivilege;
use crate::store::{Refusal, StoreError};
use crate::telemetry::QueryError;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Why an operation was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is wrong.
    Request(RequestFault),
    /// A token request is refused in the words of RFC 6749 section 5.2.
    Grant(GrantFault),
    /// The caller did not prove who it is.
    Unauthenticated(Unauthenticated),
    /// The caller may not do this.
    Forbidden(Forbidden),
    /// There is no such thing, or none that this caller may see.
    Missing(Resource),
    /// It clashes with what is there.
    Conflict(Conflict),
    /// A quota is used up.
    Quota(Resource),
    /// Too many requests; try again after so many seconds, at least 1.
    TooMany {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The deployment cannot answer now; the request was not applied, or may
    /// be repeated without harm.
    Unavailable,
    /// The deployment broke one of its own rules.
    Internal,
}

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestFault {
    /// No route has this path.
    Path,
    /// The path has no route with this method; these it has, as written on
    /// the wire.
    Method(Vec<&'static str>),
    /// The content is larger than the deployment reads.
    TooLarge,
    /// The content broke off.
    Broken,
    /// The content is not of a media type that is read here.
    MediaType,
    /// The content or the query cannot be read.
    Syntax(String),
    /// A field has a value that it must not have.
    Field {
        /// Where, as in `records[3].costs.values[0].date`.
        at: String,
        /// What is wrong, as a sentence without its subject.
        problem: Cow<'static, str>,
    },
    /// A query of samples has no answer.
    Query(QueryFault),
}

/// Why a query of samples has no answer, in the words of Prometheus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryFault {
    /// Of which kind the refusal is.
    pub kind: QueryRefusal,
    /// What is wrong.
    pub message: String,
}

/// The kinds of refusal of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryRefusal {
    /// The query or a parameter cannot be understood.
    BadData,
    /// It was understood but has no result over these samples.
    Execution,
    /// It asks for more work than a query may cost.
    Timeout,
}

impl From<QueryError> for Fault {
    fn from(error: QueryError) -> Self {
        let kind = match &error {
            QueryError::BadData(_) => QueryRefusal::BadData,
            QueryError::Execution(_) => QueryRefusal::Execution,
            QueryError::Timeout => QueryRefusal::Timeout,
        };
        let message = error.to_string();
        Self::Request(RequestFault::Query(QueryFault { kind, message }))
    }
}

/// Why a token request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantFault {
    /// A parameter is missing, repeated or malformed.
    Request(Cow<'static, str>),
    /// The client did not authenticate; the same for every reason.
    Client(Presented),
    /// The client may not use this grant.
    UnauthorizedClient(String),
    /// The grant is not offered.
    UnsupportedGrant(String),
    /// The scope is malformed or exceeds what the client may ask for.
    Scope(String),
    /// The audience or resource is unknown.
    Audience(String),
    /// What the resource owner gave is not accepted.
    Ownership(Ownership),
}

/// What a resource owner's proof lacks (RFC 6749, `invalid_grant`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Login and password are not accepted. Why is not said.
    Credentials,
    /// The refresh token is unknown, another client's, or has expired.
    RefreshToken,
}

/// How client credentials came, because a refusal of the `Authorization` field
/// has to name its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// In the `Authorization` field.
    Basic,
    /// In the content.
    Content,
}

/// What the caller's credentials lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unauthenticated {
    /// There are none.
    Absent,
    /// They are malformed: two of them, an unknown scheme, broken text.
    Malformed,
    /// They are not accepted. Why is not said.
    Refused,
    /// They were accepted once and have expired.
    Expired,
}

/// What the caller lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// The administrator's role.
    Administrator,
    /// Being a client; users may not.
    Client,
    /// The right to connect to the API.
    Connection,
    /// A scope value.
    Scope(&'static str),
    /// Being a member of the contract.
    Contract,
    /// Being owner or administrator of the contract.
    ContractAdministrator,
    /// Changing what only the owner of the contract may.
    ContractOwner,
    /// Changing a user that belongs to other contracts too.
    SharedUser,
    /// A privilege within the contract.
    Privilege(ContractPrivilege),
    /// The right to change or share the data centre.
    DataCentre,
    /// Signing in with the second factor, which an API cannot ask for.
    SecondFactor,
}

/// What a request clashes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The identifier is taken.
    Taken(Resource),
    /// The thing is in use.
    InUse(Resource),
}

/// Why credentials were not accepted: for the audit record, never for callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// No registration has this identifier.
    UnknownClient,
    /// The secret is not one of the client's.
    WrongSecret,
    /// The secret was right once and has expired, or is not yet valid.
    ExpiredSecret,
    /// The registration is disabled.
    DisabledClient,
    /// The token does not verify.
    Token(crate::token::TokenError),
    /// The token verifies, but its client is gone.
    GoneClient,
    /// No user has this login.
    UnknownUser,
    /// The password is not the user's.
    WrongPassword,
    /// The token verifies, but its user is gone.
    GoneUser,
    /// The user is disabled.
    DisabledUser,
    /// The token verifies, but its entry is gone.
    GoneToken,
    /// The token's entry is disabled.
    DisabledToken,
    /// The token's entry has expired.
    ExpiredToken,
    /// A later token has taken the token's place.
    SupersededToken,
    /// The token is for another tenant or space.
    OtherSpace,
    /// The caller's address is outside the token's filter.
    Address,
}

impl Unproven {
    /// A stable name for the audit record.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownClient => "unknown-client",
            Self::WrongSecret => "wrong-secret",
            Self::ExpiredSecret => "expired-secret",
            Self::DisabledClient => "disabled-client",
            Self::Token(error) => error.code(),
            Self::GoneClient => "gone-client",
            Self::UnknownUser => "unknown-user",
            Self::WrongPassword => "wrong-password",
            Self::GoneUser => "gone-user",
            Self::DisabledUser => "disabled-user",
            Self::GoneToken => "gone-token",
            Self::DisabledToken => "disabled-token",
            Self::ExpiredToken => "expired-token",
            Self::SupersededToken => "superseded-token",
            Self::OtherSpace => "other-space",
            Self::Address => "address",
        }
    }
}

impl Fault {
    /// A field with a wrong value.
    #[must_use]
    pub fn field(at: impl Into<String>, problem: impl Into<Cow<'static, str>>) -> Self {
        Self::Request(RequestFault::Field {
            at: at.into(),
            problem: problem.into(),
        })
    }

    /// Content that cannot be read.
    #[must_use]
    pub fn syntax(problem: impl Into<String>) -> Self {
        Self::Request(RequestFault::Syntax(problem.into()))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            // What a request adds to may have grown until the sum is too
            // large, which only the store can tell.
            StoreError::Refused(Refusal::ValueTooLong | Refusal::BatchTooLong) => {
                Self::Request(RequestFault::TooLarge)
            }
            // Any other limit is one that the domain keeps to by itself.
            StoreError::Refused(_) => Self::Internal,
            _ => Self::Unavailable,
        }
    }
}

impl fmt::Display for RequestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => f.write_str("no such resource"),
            Self::Method(_) => f.write_str("method not allowed"),
            Self::TooLarge => f.write_str("the content is too large"),
            Self::Broken => f.write_str("the content ended early"),
            Self::MediaType => f.write_str("the content type is not supported"),
            Self::Syntax(problem) => f.write_str(problem),
            Self::Field { at, problem } => write!(f, "{at}: {problem}"),
            Self::Query(fault) => f.write_str(&fault.message),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(fault) => fault.fmt(f),
            Self::Grant(_) => f.write_str("the grant is refused"),
            Self::Unauthenticated(_) => f.write_str("authentication failed"),
            Self::Forbidden(Forbidden::Administrator) => {
                f.write_str("the administrator's role is required")
            }
            Self::Forbidden(Forbidden::Client) => f.write_str("only clients may do this"),
            Self::Forbidden(Forbidden::Connection) => {
                f.write_str("the right to connect to the API is required")
            }
            Self::Forbidden(Forbidden::Scope(scope)) => write!(f, "the scope {scope} is required"),
            Self::Forbidden(Forbidden::Contract) => {
                f.write_str("membership of the contract is required")
            }
            Self::Forbidden(Forbidden::ContractAdministrator) => {
                f.write_str("only owner and administrators of the contract may do this")
            }
            Self::Forbidden(Forbidden::ContractOwner) => {
                f.write_str("only the owner of the contract may do this")
            }
            Self::Forbidden(Forbidden::SharedUser) => {
                f.write_str("the user belongs to another contract too")
            }
            Self::Forbidden(Forbidden::Privilege(privilege)) => {
                write!(f, "the privilege {} is required", privilege.as_str())
            }
            Self::Forbidden(Forbidden::DataCentre) => {
                f.write_str("the right to edit or share the instance's data centre is required")
            }
            Self::Forbidden(Forbidden::SecondFactor) => {
                f.write_str("the account signs in with a second factor")
            }
            Self::Missing(resource) => write!(f, "no such {resource}"),
            Self::Conflict(Conflict::Taken(resource)) => {
                write!(f, "another {resource} has this identifier")
            }
            Self::Conflict(Conflict::InUse(resource)) => write!(f, "the {resource} is in use"),
            Self::Quota(resource) => write!(f, "the {resource} quota is used up"),
            Self::TooMany { retry_after } => {
                let seconds = (*retry_after).max(1);
                write!(f, "too many requests, retry after {seconds} s")
            }
            Self::Unavailable => f.write_str("temporarily unavailable"),
            Self::Internal => f.write_str("internal error"),
        }
    }
}

impl core::error::Error for Fault {}
