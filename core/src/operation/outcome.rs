//! What operations bring about.

use super::{
    AlarmView, ApiAccessView, Asset, AssetKind, ClientView, ContractUser, Dashboard,
    EstateRecordView, GeneratedToken, Introspection, IssuedToken, Me, Metadata, Page, Quota,
    ShareView, TelemetryAnswer, UnlockedToken, UserView,
};
use crate::record::{
    AccessPolicy, Action, ApiToken, AuditEntry, Group, IdentityToken, Principal, Subject,
};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What an operation brought about.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A registration, with its secret where the operation shows it.
    Client(ClientView),
    /// A page of registrations.
    Clients(Page<ClientView>),
    /// An access token.
    Token(IssuedToken),
    /// What a token says.
    Introspection(Introspection),
    /// So many items were accepted.
    Accepted(usize),
    /// An estate record.
    Record(EstateRecordView),
    /// A page of estate records.
    Records(Page<EstateRecordView>),
    /// An access policy.
    AccessPolicy(AccessPolicy),
    /// A page of access policies.
    AccessPolicies(Page<AccessPolicy>),
    /// A subject.
    Subject(Subject),
    /// A page of subjects.
    Subjects(Page<Subject>),
    /// The principals that administer the tenancy.
    Principals(Vec<Principal>),
    /// A user.
    User(UserView),
    /// A page of users.
    Users(Page<UserView>),
    /// Who the caller is.
    Me(Me),
    /// Types of asset.
    AssetKinds(Vec<AssetKind>),
    /// An API token entry.
    ApiToken(ApiToken),
    /// A page of API token entries.
    ApiTokens(Page<ApiToken>),
    /// A token that an entry was unlocked for.
    Unlocked(UnlockedToken),
    /// An API access.
    ApiAccess(ApiAccessView),
    /// A page of API accesses.
    ApiAccesses(Page<ApiAccessView>),
    /// Figures of the deployment.
    Dashboard(Dashboard),
    /// A token that a user has generated.
    Generated(GeneratedToken),
    /// A token of a user, without the token itself.
    IdentityToken(IdentityToken),
    /// The tokens of a user for a contract.
    IdentityTokens(Vec<IdentityToken>),
    /// An action of alarms.
    Action(Action),
    /// The actions of a contract.
    Actions(Vec<Action>),
    /// An alarm.
    Alarm(AlarmView),
    /// The alarms of a contract.
    Alarms(Vec<AlarmView>),
    /// What was asked about samples.
    Telemetry(TelemetryAnswer),
    /// A group of a contract.
    Group(Group),
    /// Groups of a contract.
    Groups(Page<Group>),
    /// A group's rights to a data centre.
    Share(ShareView),
    /// What a group may look at.
    Shares(Page<ShareView>),
    /// A user of a contract.
    ContractUser(ContractUser),
    /// Users of a contract.
    ContractUsers(Page<ContractUser>),
    /// It is done, and there is nothing to tell of it.
    Done,
    /// A page of assets.
    Assets(Page<Asset>),
    /// What is left of quotas.
    Quotas(Vec<Quota>),
    /// The thing is gone.
    Deleted,
    /// A page of the audit record.
    Audit(Page<AuditEntry>),
    /// What the authorization server offers.
    Metadata(Metadata),
    /// A JWK set (RFC 7517) as JSON text.
    Jwks(String),
}

impl Outcome {
    /// The outcome as a JSON value, for scenarios. A secret that the outcome
    /// shows is in it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        fn plain<T: Serialize>(value: &T) -> Value {
            serde_json::to_value(value).unwrap_or(Value::Null)
        }
        fn page<T>(page: &Page<T>, item: impl Fn(&T) -> Value) -> Value {
            json!({
                "items": page.items.iter().map(item).collect::<Vec<_>>(),
                "next_page_token": page.next.as_deref().unwrap_or(""),
                "total": page.total,
            })
        }
        match self {
            Self::Client(client) => client.to_value(),
            Self::Clients(clients) => page(clients, ClientView::to_value),
            Self::Token(token) => token.to_value(),
            Self::Introspection(introspection) => introspection.to_value(),
            Self::Accepted(count) => json!({ "accepted": count }),
            Self::Record(record) => plain(record),
            Self::Records(records) => page(records, plain),
            Self::AccessPolicy(policy) => plain(policy),
            Self::AccessPolicies(policies) => page(policies, plain),
            Self::Subject(subject) => plain(subject),
            Self::Subjects(subjects) => page(subjects, plain),
            Self::Principals(principals) => json!({ "root_principals": principals }),
            Self::User(user) => plain(user),
            Self::Users(users) => page(users, plain),
            Self::Me(me) => plain(me),
            Self::AssetKinds(types) => json!({ "items": types }),
            Self::ApiToken(entry) => plain(entry),
            Self::ApiTokens(entries) => page(entries, plain),
            Self::Unlocked(token) => token.to_value(),
            Self::ApiAccess(access) => plain(access),
            Self::ApiAccesses(accesses) => page(accesses, plain),
            Self::Dashboard(dashboard) => plain(dashboard),
            Self::Generated(token) => token.to_value(),
            Self::IdentityToken(token) => plain(token),
            Self::IdentityTokens(tokens) => json!({ "items": tokens }),
            Self::Action(action) => plain(action),
            Self::Actions(actions) => json!({ "items": actions }),
            Self::Alarm(alarm) => plain(alarm),
            Self::Alarms(alarms) => json!({ "items": alarms }),
            Self::Telemetry(answer) => answer.to_value(),
            Self::Group(group) => plain(group),
            Self::Groups(groups) => page(groups, plain),
            Self::Share(share) => plain(share),
            Self::Shares(shares) => page(shares, plain),
            Self::ContractUser(user) => plain(user),
            Self::ContractUsers(users) => page(users, plain),
            Self::Done | Self::Deleted => json!({}),
            Self::Assets(assets) => page(assets, |asset| match *asset {}),
            Self::Quotas(quotas) => json!({ "quotas": quotas }),
            Self::Audit(entries) => page(entries, plain),
            Self::Metadata(metadata) => plain(metadata),
            Self::Jwks(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        }
    }
}

/// The kinds of thing that can be missing, taken or counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// A client registration.
    Client,
    /// An estate record.
    Record,
    /// An access policy.
    AccessPolicy,
    /// A subject.
    Subject,
    /// A user.
    User,
    /// An API token entry.
    ApiToken,
    /// A space.
    Space,
    /// An API access.
    ApiAccess,
    /// A token of a user.
    IdentityToken,
    /// A group of a contract.
    Group,
    /// What a group may look at.
    Share,
    /// A series of samples.
    Series,
    /// A metric that something is said about.
    Metric,
    /// An action of alarms.
    Action,
    /// An alarm.
    Alarm,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Record => "record",
            Self::AccessPolicy => "access policy",
            Self::Subject => "subject",
            Self::User => "user",
            Self::ApiToken => "API token",
            Self::Space => "space",
            Self::ApiAccess => "API access",
            Self::IdentityToken => "token",
            Self::Group => "group",
            Self::Share => "share",
            Self::Series => "series",
            Self::Metric => "metric",
            Self::Action => "action",
            Self::Alarm => "alarm",
        })
    }
}
