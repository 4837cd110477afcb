//! Plain data: what a deployment keeps. No behaviour beyond construction and
//! questions that a value can answer about itself; rules live in `operation`.

mod access_policy;
mod api_token;
mod audit;
mod client;
mod contract;
mod estate;
mod monitoring;
mod principal;
mod secret;
mod session;
mod subject;
mod system;
mod tenant;
mod user;

pub use access_policy::{AccessPermission, AccessPolicy, Filter};
pub use api_token::ApiToken;
pub use audit::{AuditEntry, Verdict};
pub use client::{Client, ClientId, Credential, Role, Standing};
pub use contract::{ContractPrivilege, Group, IdentityToken, Share};
pub use estate::{Cost, Enrichment, EstateRecord, Nid};
pub use monitoring::{
    Action, Aggregation, Alarm, AlarmExpression, AlarmHistory, AlarmState, Authorship, Comparison,
    Execution, Metric, Signature, Transition, Unit,
};
pub use principal::Principal;
pub use secret::Secret;
pub use session::{LastEnded, OpaqueToken, Session, SessionPointer, SessionTerms, UserGrant};
pub use subject::Subject;
pub use system::System;
pub use tenant::{InvalidTenant, Tenant};
pub use user::{ContractRole, Membership, Privilege, SecondFactor, User, UserId};
