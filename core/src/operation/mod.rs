//! The domain: every operation that a deployment knows, and the one function
//! that performs them. Dialects translate to and from these values; hosts
//! never see them.
//!
//! The table below is the only list of operations. Adding one means a row
//! here, a request type beside its family and an arm in [`execute`].

mod access;
mod access_policy;
mod access_token;
mod api_token;
mod asset;
mod asset_kind;
mod authenticate;
mod bootstrap;
mod change;
mod claim;
mod client;
pub mod configuration;
mod context;
mod contract;
mod dashboard;
mod deployment;
mod discovery;
mod estate;
mod fault;
mod grant;
mod identity;
mod introspection;
mod me;
mod monitoring;
mod outcome;
mod page;
mod passwords;
mod preparation;
mod principal;
mod quota;
mod rate;
mod session;
mod subject;
mod telemetry;
#[cfg(test)]
mod tests;
mod trail;
mod user;

pub use access::{Access, admit};
pub use access_policy::{
    AccessPolicyChanges, AccessPolicyOrder, CreateAccessPolicy, ListAccessPolicies,
    UpdateAccessPolicy,
};
pub use api_token::{
    ApiTokenChanges, ApiTokenReference, CreateApiToken, ListApiTokens, SpaceReference,
    UnlockedToken, UpdateApiToken,
};
pub use asset::{Asset, ListAssets};
pub use asset_kind::{AssetKind, ListAssetKinds};
pub use authenticate::{Credential, IdentityProof, authenticate};
pub use bootstrap::{FirstAdministrator, bootstrap, is_bootstrapped};
pub use client::{ClientView, ListClients, RegisterClient, UpdateClient};
pub use configuration::Configuration;
pub use context::{Caller, Context, Random, SignedIn, tenant_uuid};
pub use contract::{
    ContractProfile, ContractUser, CreateContractUser, CreateGroup, GroupMember, ListContractUsers,
    ListGroups, ListMemberships, ReplaceContractUser, ReplaceGroup, ShareReference, ShareResource,
    ShareView, Window, read_contract_number,
};
pub use dashboard::{Dashboard, Part, Widget};
pub use deployment::{
    AudienceRule, ClaimSource, Deployment, Keys, LifetimeRule, Limits, Pepper, SecretForm,
    SystemPolicy, TokenProfile,
};
pub use discovery::Metadata;
pub use estate::{
    CostUpdate, CostValue, DeleteRecords, EnrichRecords, EnrichmentItem, EstateRecordView,
    ListRecords, RecordItem, RecordPeriod, RecordReference, RemovalPeriod, UpsertRecords,
};
pub use fault::{
    Conflict, Fault, Forbidden, GrantFault, Ownership, Presented, QueryFault, QueryRefusal,
    RequestFault, Unauthenticated, Unproven,
};
pub use grant::{ClientCredentials, Grant, IssueToken, IssuedToken};
pub use identity::{DeleteIdentityTokens, GenerateIdentityToken, GeneratedToken, TokenCriteria};
pub use introspection::{IntrospectToken, Introspection};
pub use me::Me;
pub use monitoring::{
    ActionProperties, AlarmProperties, AlarmReference, AlarmView, Depth, ListActions, ListAlarms,
    MonitoringOrder, UpdateAction, UpdateAlarm,
};
pub use outcome::{Outcome, Resource};
pub use page::{Page, Total};
pub use passwords::{AtOnce, Busy, Hashing, PasswordHasher};
pub use preparation::{Preparation, mark_preparation, preparation};
pub use principal::ReplacePrincipals;
pub use quota::{ListQuotas, Quota};
pub use rate::{RateLimit, charge};
pub use session::{ApiAccessView, ListApiAccesses, RegisterApiAccess, UpdateApiAccess};
pub use subject::{CreateSubject, ListSubjects, SubjectChanges, UpdateSubject};
pub use telemetry::{
    IngestSamples, ListLabelValues, ListMetrics, QueryTelemetry, QueryTelemetryRange, SelectSeries,
    Telemetry, TelemetryAnswer, Upstream, UpstreamAnswer, UpstreamFailure, UpstreamQuestion,
    UpstreamReply,
};
pub use trail::ListAudit;
pub use user::{
    CreateUser, ListUsers, UpdateUser, UserChanges, UserProfile, UserReference, UserView,
};

use self::contract::{group, share};
use crate::store::Store;
use alloc::string::String;
use serde::Deserialize;

/// A request that has no fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A request that names one client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientReference {
    /// The client identifier.
    pub client_id: crate::record::ClientId,
}

/// A request that names one thing by its identifier.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The identifier.
    pub id: String,
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $name:literal $variant:ident($request:ty) $access:ident;)+) => {
        /// One thing that a deployment is asked to do.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Operation {
            $($(#[doc = $doc])+ $variant($request),)+
        }

        /// The name of an operation, without what it is done with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Name {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Name {
            /// Every operation, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in scenarios and in the audit record.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Who may ask for it.
            #[must_use]
            pub const fn access(self) -> Access {
                match self { $(Self::$variant => Access::$access),+ }
            }
        }

        impl Operation {
            /// The name of this operation.
            #[must_use]
            pub const fn name(&self) -> Name {
                match self { $(Self::$variant(_) => Name::$variant),+ }
            }

            /// Builds an operation from its name and the fields of its request.
            ///
            /// # Errors
            /// Names the field that is unknown, missing or of a wrong type.
            pub fn read(name: Name, fields: serde_json::Value) -> Result<Self, serde_json::Error> {
                match name {
                    $(Name::$variant => serde_json::from_value(fields).map(Self::$variant)),+
                }
            }
        }
    };
}

operations! {
    /// Registers a client; the outcome shows its secret this once.
    "client.register" RegisterClient(RegisterClient) Administrator;
    /// Lists the registrations of a system.
    "client.list" ListClients(ListClients) Administrator;
    /// Reads one registration.
    "client.get" GetClient(ClientReference) Administrator;
    /// Changes the given fields of a registration.
    "client.update" UpdateClient(UpdateClient) Administrator;
    /// Replaces the secret; the former one is dead at once.
    "client.regenerate_secret" RegenerateSecret(ClientReference) Administrator;
    /// Deletes a registration; its tokens are refused from then on.
    "client.delete" DeleteClient(ClientReference) Administrator;
    /// Issues an access token.
    "token.issue" IssueToken(IssueToken) Public;
    /// Tells whether a token is active and what it says.
    "token.introspect" IntrospectToken(IntrospectToken) Authenticated;
    /// Creates or updates estate records.
    "record.upsert" UpsertRecords(UpsertRecords) Authenticated;
    /// Deletes estate records from billing periods.
    "record.delete" DeleteRecords(DeleteRecords) Authenticated;
    /// Replaces what the caller adds to estate records.
    "record.enrich" EnrichRecords(EnrichRecords) Authenticated;
    /// Lists estate records.
    "record.list" ListRecords(ListRecords) Administrator;
    /// Reads one estate record with its enrichments.
    "record.get" GetRecord(Reference) Administrator;
    /// Creates an access policy.
    "access_policy.create" CreateAccessPolicy(CreateAccessPolicy) Administrator;
    /// Lists access policies.
    "access_policy.list" ListAccessPolicies(ListAccessPolicies) Administrator;
    /// Reads one access policy.
    "access_policy.get" GetAccessPolicy(Reference) Administrator;
    /// Changes the given fields of an access policy.
    "access_policy.update" UpdateAccessPolicy(UpdateAccessPolicy) Administrator;
    /// Deletes an access policy.
    "access_policy.delete" DeleteAccessPolicy(Reference) Administrator;
    /// Creates a subject.
    "subject.create" CreateSubject(CreateSubject) Administrator;
    /// Lists subjects.
    "subject.list" ListSubjects(ListSubjects) Administrator;
    /// Reads one subject.
    "subject.get" GetSubject(Reference) Administrator;
    /// Changes the given fields of a subject.
    "subject.update" UpdateSubject(UpdateSubject) Administrator;
    /// Deletes a subject.
    "subject.delete" DeleteSubject(Reference) Administrator;
    /// Lists the principals that administer the tenancy.
    "principal.list" ListPrincipals(Nothing) Administrator;
    /// Replaces the principals that administer the tenancy.
    "principal.replace" ReplacePrincipals(ReplacePrincipals) Administrator;
    /// Lists the assets that the caller may see.
    "asset.list" ListAssets(ListAssets) Authenticated;
    /// Tells what is left of the quotas.
    "quota.list" ListQuotas(ListQuotas) Authenticated;
    /// Creates a user of a system.
    "user.create" CreateUser(CreateUser) Administrator;
    /// Lists the users of a system.
    "user.list" ListUsers(ListUsers) Administrator;
    /// Reads one user.
    "user.get" GetUser(UserReference) Administrator;
    /// Changes the given fields of a user.
    "user.update" UpdateUser(UpdateUser) Administrator;
    /// Deletes a user; what speaks for it is refused from then on.
    "user.delete" DeleteUser(UserReference) Administrator;
    /// Registers an API access.
    "api_access.register" RegisterApiAccess(RegisterApiAccess) Administrator;
    /// Lists API accesses.
    "api_access.list" ListApiAccesses(ListApiAccesses) Administrator;
    /// Reads one API access.
    "api_access.get" GetApiAccess(ClientReference) Administrator;
    /// Changes the given fields of an API access.
    "api_access.update" UpdateApiAccess(UpdateApiAccess) Administrator;
    /// Deletes an API access; its tokens are refused from then on.
    "api_access.delete" DeleteApiAccess(ClientReference) Administrator;
    /// Shows figures of the deployment.
    "dashboard.get" GetDashboard(Nothing) Authenticated;
    /// Tells who the caller is.
    "user.me" Me(SpaceReference) Authenticated;
    /// Lists the types of asset that a container may hold.
    "asset_kind.list" ListAssetKinds(ListAssetKinds) Authenticated;
    /// Creates an API token entry.
    "api_token.create" CreateApiToken(CreateApiToken) ApiTokenManager;
    /// Lists the API token entries of a space.
    "api_token.list" ListApiTokens(ListApiTokens) ApiTokenManager;
    /// Reads one API token entry, without any token.
    "api_token.get" GetApiToken(ApiTokenReference) ApiTokenManager;
    /// Changes the given fields of an API token entry.
    "api_token.update" UpdateApiToken(UpdateApiToken) ApiTokenManager;
    /// Deletes an API token entry; its tokens are refused from then on.
    "api_token.delete" DeleteApiToken(ApiTokenReference) ApiTokenManager;
    /// Mints a token for an API token entry and shows it.
    "api_token.unlock" UnlockApiToken(ApiTokenReference) Administrator;
    /// Replaces the tenant's signature key; every API token is refused from
    /// then on.
    "signature_key.rotate" RotateSignatureKey(Nothing) Administrator;
    /// Generates a token of the caller for a contract.
    "identity_token.generate" GenerateIdentityToken(GenerateIdentityToken) SingleFactorMember;
    /// Lists the caller's tokens for a contract.
    "identity_token.list" ListIdentityTokens(Nothing) ContractMember;
    /// Reads one of the caller's tokens, without the token itself.
    "identity_token.get" GetIdentityToken(Reference) ContractMember;
    /// Deletes one of the caller's tokens; it is refused from then on.
    "identity_token.delete" DeleteIdentityToken(Reference) SingleFactorMember;
    /// Deletes those of the caller's tokens for a contract that meet a criterion.
    "identity_token.delete_all" DeleteIdentityTokens(DeleteIdentityTokens) SingleFactorMember;
    /// Adds samples to a contract.
    "telemetry.ingest" IngestSamples(IngestSamples) Administrator;
    /// Tells that samples can be asked for.
    "telemetry.status" TelemetryStatus(Nothing) MonitoringMember;
    /// Asks for the value of an expression at one time.
    "telemetry.query" QueryTelemetry(QueryTelemetry) MonitoringMember;
    /// Asks for the values of an expression over some time.
    "telemetry.query_range" QueryTelemetryRange(QueryTelemetryRange) MonitoringMember;
    /// Asks which series there are.
    "telemetry.series" ListSeries(SelectSeries) MonitoringMember;
    /// Asks which labels series have.
    "telemetry.labels" ListLabels(SelectSeries) MonitoringMember;
    /// Asks which values a label has.
    "telemetry.label_values" ListLabelValues(ListLabelValues) MonitoringMember;
    /// Asks what metrics mean.
    "telemetry.metadata" ListMetrics(ListMetrics) MonitoringMember;
    /// Creates an action for alarms.
    "action.create" CreateAction(ActionProperties) MonitoringMember;
    /// Lists the actions of a contract.
    "action.list" ListActions(ListActions) MonitoringMember;
    /// Reads one action.
    "action.get" GetAction(Reference) MonitoringMember;
    /// Replaces an action.
    "action.update" UpdateAction(UpdateAction) MonitoringMember;
    /// Deletes an action that no alarm uses.
    "action.delete" DeleteAction(Reference) MonitoringMember;
    /// Creates an alarm, which is evaluated whenever samples come.
    "alarm.create" CreateAlarm(AlarmProperties) MonitoringMember;
    /// Lists the alarms of a contract.
    "alarm.list" ListAlarms(ListAlarms) MonitoringMember;
    /// Reads one alarm.
    "alarm.get" GetAlarm(AlarmReference) MonitoringMember;
    /// Replaces an alarm, which keeps its history.
    "alarm.update" UpdateAlarm(UpdateAlarm) MonitoringMember;
    /// Deletes an alarm with its history.
    "alarm.delete" DeleteAlarm(Reference) MonitoringMember;
    /// Creates a group of a contract.
    "group.create" CreateGroup(CreateGroup) ContractAdministrator;
    /// Lists the groups of a contract.
    "group.list" ListGroups(ListGroups) ContractAdministrator;
    /// Reads one group.
    "group.get" GetGroup(Reference) ContractAdministrator;
    /// Replaces a group's name and what it grants.
    "group.replace" ReplaceGroup(ReplaceGroup) ContractAdministrator;
    /// Deletes a group; it grants nothing from then on.
    "group.delete" DeleteGroup(Reference) ContractAdministrator;
    /// Lists the members of a group.
    "group.list_members" ListGroupMembers(ListMemberships) ContractAdministrator;
    /// Makes a user of the contract a member of a group.
    "group.add_member" AddGroupMember(GroupMember) ContractAdministrator;
    /// Ends a user's membership of a group.
    "group.remove_member" RemoveGroupMember(GroupMember) ContractAdministrator;
    /// Lists the data centres that a group may look at.
    "share.list" ListShares(ListMemberships) ContractAdministrator;
    /// Reads a group's rights to one.
    "share.get" GetShare(ShareReference) ContractAdministrator;
    /// Shares a data centre with a group.
    "share.create" CreateShare(ShareResource) ContractAdministrator;
    /// Replaces a group's rights to a data centre.
    "share.replace" ReplaceShare(ShareResource) ContractAdministrator;
    /// Takes a data centre from a group.
    "share.delete" DeleteShare(ShareReference) ContractAdministrator;
    /// Creates a user of a contract.
    "contract_user.create" CreateContractUser(CreateContractUser) ContractAdministrator;
    /// Lists the users of a contract.
    "contract_user.list" ListContractUsers(ListContractUsers) ContractAdministrator;
    /// Reads one user of a contract: the caller itself, or any to administrators.
    "contract_user.get" GetContractUser(UserReference) ContractMember;
    /// Replaces what is said of a user of a contract.
    "contract_user.replace" ReplaceContractUser(ReplaceContractUser) ContractAdministrator;
    /// Takes a user out of a contract.
    "contract_user.delete" DeleteContractUser(UserReference) ContractAdministrator;
    /// Lists a user's groups: the caller's own, or any to administrators.
    "contract_user.list_groups" ListUserGroups(ListMemberships) ContractMember;
    /// Lists the audit record, latest entry first.
    "audit.list" ListAudit(ListAudit) Administrator;
    /// Describes the authorization server.
    "server.metadata" Metadata(Nothing) Public;
    /// Publishes the keys that verify tokens.
    "server.jwks" Jwks(Nothing) Public;
}

impl Name {
    /// The operation of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operation| operation.as_str() == name)
    }
}

/// Performs an operation: whole, or not at all.
///
/// # Errors
/// A [`Fault`]; nothing was changed then, except after [`Fault::Unavailable`],
/// when repeating the same request is safe.
pub async fn execute<S: Store>(
    operation: Operation,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit(operation.name(), &context.caller)?;
    match operation {
        Operation::RegisterClient(request) => client::register(request, context).await,
        Operation::ListClients(request) => client::list(request, context).await,
        Operation::GetClient(request) => client::read(&request.client_id, context).await,
        Operation::UpdateClient(request) => client::update(request, context).await,
        Operation::RegenerateSecret(request) => {
            client::regenerate_secret(&request.client_id, context).await
        }
        Operation::DeleteClient(request) => client::delete(&request.client_id, context).await,
        Operation::IssueToken(request) => grant::issue(request, context).await,
        Operation::IntrospectToken(request) => introspection::introspect(&request, context).await,
        Operation::UpsertRecords(request) => estate::upsert(request, context).await,
        Operation::DeleteRecords(request) => estate::delete(request, context).await,
        Operation::EnrichRecords(request) => estate::enrich(request, context).await,
        Operation::ListRecords(request) => estate::list(request, context).await,
        Operation::GetRecord(request) => estate::read(&request.id, context).await,
        Operation::CreateAccessPolicy(request) => access_policy::create(request, context).await,
        Operation::ListAccessPolicies(request) => access_policy::list(request, context).await,
        Operation::GetAccessPolicy(request) => access_policy::read(&request.id, context).await,
        Operation::UpdateAccessPolicy(request) => access_policy::update(request, context).await,
        Operation::DeleteAccessPolicy(request) => access_policy::delete(&request.id, context).await,
        Operation::CreateSubject(request) => subject::create(request, context).await,
        Operation::ListSubjects(request) => subject::list(request, context).await,
        Operation::GetSubject(request) => subject::read(&request.id, context).await,
        Operation::UpdateSubject(request) => subject::update(request, context).await,
        Operation::DeleteSubject(request) => subject::delete(&request.id, context).await,
        Operation::ListPrincipals(Nothing {}) => principal::list(context).await,
        Operation::ReplacePrincipals(request) => principal::replace(request, context).await,
        Operation::ListAssets(request) => asset::list(&request, context).await,
        Operation::ListQuotas(request) => quota::list(&request, context).await,
        Operation::CreateUser(request) => user::create(request, context).await,
        Operation::ListUsers(request) => user::list(request, context).await,
        Operation::GetUser(request) => user::read(&request.id, context).await,
        Operation::UpdateUser(request) => user::update(request, context).await,
        Operation::DeleteUser(request) => user::delete(&request.id, context).await,
        Operation::RegisterApiAccess(request) => session::register(request, context).await,
        Operation::ListApiAccesses(request) => session::list(request, context).await,
        Operation::GetApiAccess(request) => session::read(&request.client_id, context).await,
        Operation::UpdateApiAccess(request) => session::update(request, context).await,
        Operation::DeleteApiAccess(request) => session::delete(&request.client_id, context).await,
        Operation::GetDashboard(Nothing {}) => dashboard::read(context).await,
        Operation::Me(request) => me::me(&request.space, context),
        Operation::ListAssetKinds(request) => asset_kind::list(&request, context),
        Operation::CreateApiToken(request) => api_token::create(request, context).await,
        Operation::ListApiTokens(request) => api_token::list(request, context).await,
        Operation::GetApiToken(request) => api_token::read(&request, context).await,
        Operation::UpdateApiToken(request) => api_token::update(request, context).await,
        Operation::DeleteApiToken(request) => api_token::delete(&request, context).await,
        Operation::UnlockApiToken(request) => api_token::unlock(&request, context).await,
        Operation::RotateSignatureKey(Nothing {}) => api_token::rotate(context).await,
        Operation::GenerateIdentityToken(request) => identity::generate(&request, context).await,
        Operation::ListIdentityTokens(Nothing {}) => identity::list(context).await,
        Operation::GetIdentityToken(request) => identity::read(&request.id, context).await,
        Operation::DeleteIdentityToken(request) => identity::delete(&request.id, context).await,
        Operation::DeleteIdentityTokens(request) => {
            identity::delete_all(request.criteria, context).await
        }
        Operation::IngestSamples(request) => telemetry::ingest(request, context).await,
        Operation::TelemetryStatus(Nothing {}) => telemetry::status(context),
        Operation::QueryTelemetry(request) => telemetry::query(request, context).await,
        Operation::QueryTelemetryRange(request) => telemetry::query_range(request, context).await,
        Operation::ListSeries(request) => telemetry::series(request, context).await,
        Operation::ListLabels(request) => telemetry::labels(request, context).await,
        Operation::ListLabelValues(request) => telemetry::label_values(request, context).await,
        Operation::ListMetrics(request) => telemetry::metrics(request, context).await,
        Operation::CreateAction(request) => monitoring::create_action(request, context).await,
        Operation::ListActions(request) => monitoring::list_actions(request, context).await,
        Operation::GetAction(request) => monitoring::read_action(&request.id, context).await,
        Operation::UpdateAction(request) => monitoring::update_action(request, context).await,
        Operation::DeleteAction(request) => monitoring::delete_action(&request.id, context).await,
        Operation::CreateAlarm(request) => monitoring::create_alarm(request, context).await,
        Operation::ListAlarms(request) => monitoring::list_alarms(request, context).await,
        Operation::GetAlarm(request) => monitoring::read_alarm(&request, context).await,
        Operation::UpdateAlarm(request) => monitoring::update_alarm(request, context).await,
        Operation::DeleteAlarm(request) => monitoring::delete_alarm(&request.id, context).await,
        Operation::CreateGroup(request) => group::create(request, context).await,
        Operation::ListGroups(request) => group::list(request, context).await,
        Operation::GetGroup(request) => group::read(&request, context).await,
        Operation::ReplaceGroup(request) => group::replace(request, context).await,
        Operation::DeleteGroup(request) => group::delete(&request, context).await,
        Operation::ListGroupMembers(request) => {
            contract::user::list_members(&request, context).await
        }
        Operation::AddGroupMember(request) => contract::user::join(&request, context).await,
        Operation::RemoveGroupMember(request) => contract::user::part(&request, context).await,
        Operation::ListShares(request) => share::list(&request, context).await,
        Operation::GetShare(request) => share::read(&request, context).await,
        Operation::CreateShare(request) => share::create(request, context).await,
        Operation::ReplaceShare(request) => share::replace(request, context).await,
        Operation::DeleteShare(request) => share::delete(&request, context).await,
        Operation::CreateContractUser(request) => contract::user::create(request, context).await,
        Operation::ListContractUsers(request) => contract::user::list(request, context).await,
        Operation::GetContractUser(request) => contract::user::read(&request, context).await,
        Operation::ReplaceContractUser(request) => contract::user::replace(request, context).await,
        Operation::DeleteContractUser(request) => contract::user::delete(&request, context).await,
        Operation::ListUserGroups(request) => contract::user::list_groups(&request, context).await,
        Operation::ListAudit(request) => trail::list(&request, context).await,
        Operation::Metadata(Nothing {}) => Ok(discovery::metadata(context)),
        Operation::Jwks(Nothing {}) => Ok(discovery::jwks(context)),
    }
}
