//! Any operation of a name, and what of it a dialect has words for.

use super::monitored::expression;
use super::record::{contract_privileges, contract_profile, nid, permission, principal, share};
use super::text::{
    client_id, filters, json_object, page_size, roles, scope, secret, some_text, standing, text,
    text_map, texts, time, uuid,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use touchmark_core::http::BasicPair;
use touchmark_core::operation::{
    AccessPolicyChanges, AccessPolicyOrder, ActionProperties, AlarmProperties, AlarmReference,
    ApiTokenChanges, ApiTokenReference, ClientCredentials, ClientReference, CostUpdate, CostValue,
    CreateAccessPolicy, CreateApiToken, CreateContractUser, CreateGroup, CreateSubject, CreateUser,
    DeleteIdentityTokens, DeleteRecords, Depth, EnrichRecords, EnrichmentItem,
    GenerateIdentityToken, Grant, GroupMember, IngestSamples, IntrospectToken, IssueToken,
    ListAccessPolicies, ListActions, ListAlarms, ListApiAccesses, ListApiTokens, ListAssetKinds,
    ListAssets, ListAudit, ListClients, ListContractUsers, ListGroups, ListLabelValues,
    ListMemberships, ListMetrics, ListQuotas, ListRecords, ListSubjects, ListUsers,
    MonitoringOrder, Name, Nothing, Operation, Presented, QueryTelemetry, QueryTelemetryRange,
    RecordItem, RecordPeriod, RecordReference, Reference, RegisterApiAccess, RegisterClient,
    RemovalPeriod, ReplaceContractUser, ReplaceGroup, ReplacePrincipals, Resource, SelectSeries,
    ShareReference, ShareResource, SpaceReference, SubjectChanges, TokenCriteria, Total,
    UpdateAccessPolicy, UpdateAction, UpdateAlarm, UpdateApiAccess, UpdateApiToken, UpdateClient,
    UpdateSubject, UpdateUser, UpsertRecords, UserChanges, UserProfile, UserReference, Window,
};
use touchmark_core::record::{
    ClientId, ContractRole, Membership, Privilege, Role, SecondFactor, Secret, SessionTerms,
    System, UserGrant, UserId,
};

/// Any operation of this name.
pub(crate) fn operation(name: Name) -> BoxedStrategy<Operation> {
    match name {
        Name::RegisterClient => register().prop_map(Operation::RegisterClient).boxed(),
        Name::ListClients => (page_size(), text(), text(), total())
            .prop_map(|(page_size, page_token, display_name, total)| {
                Operation::ListClients(ListClients {
                    page_size,
                    page_token,
                    display_name,
                    total,
                })
            })
            .boxed(),
        Name::GetClient => client().prop_map(Operation::GetClient).boxed(),
        Name::RegenerateSecret => client().prop_map(Operation::RegenerateSecret).boxed(),
        Name::DeleteClient => client().prop_map(Operation::DeleteClient).boxed(),
        Name::UpdateClient => {
            let changes = (
                option::of(text()),
                option::of(text()),
                option::of(text_map()),
            );
            (client_id(), changes)
                .prop_map(|(client_id, (display_name, description, custom_claims))| {
                    Operation::UpdateClient(UpdateClient {
                        client_id,
                        display_name,
                        description,
                        custom_claims,
                    })
                })
                .boxed()
        }
        Name::IssueToken => (credentials(), grant())
            .prop_map(|(client, grant)| Operation::IssueToken(IssueToken { client, grant }))
            .boxed(),
        Name::IntrospectToken => secret()
            .prop_map(|token| Operation::IntrospectToken(IntrospectToken { token }))
            .boxed(),
        Name::UpsertRecords => {
            let period = select(vec![RecordPeriod::Current, RecordPeriod::Previous]);
            (period, vec(item(), 0..4))
                .prop_map(|(period, records)| {
                    Operation::UpsertRecords(UpsertRecords { period, records })
                })
                .boxed()
        }
        Name::DeleteRecords => {
            let period = select(vec![
                RemovalPeriod::Current,
                RemovalPeriod::Previous,
                RemovalPeriod::All,
            ]);
            (period, vec(record_reference(), 0..4))
                .prop_map(|(period, records)| {
                    Operation::DeleteRecords(DeleteRecords { period, records })
                })
                .boxed()
        }
        Name::EnrichRecords => {
            let item = (nid(), json_object()).prop_map(|(nid, data)| EnrichmentItem { nid, data });
            vec(item, 0..4)
                .prop_map(|enrichments| Operation::EnrichRecords(EnrichRecords { enrichments }))
                .boxed()
        }
        Name::ListRecords => (text(), text(), page_size(), text())
            .prop_map(|(integration, kind, page_size, page_token)| {
                Operation::ListRecords(ListRecords {
                    integration,
                    kind,
                    page_size,
                    page_token,
                })
            })
            .boxed(),
        Name::GetRecord => reference().prop_map(Operation::GetRecord).boxed(),
        Name::CreateAccessPolicy => (text(), text(), filters(), vec(permission(), 0..3))
            .prop_map(|(display_name, description, filters, access_permissions)| {
                Operation::CreateAccessPolicy(CreateAccessPolicy {
                    display_name,
                    description,
                    filters,
                    access_permissions,
                })
            })
            .boxed(),
        Name::ListAccessPolicies => {
            let order = select(vec![
                AccessPolicyOrder::Created,
                AccessPolicyOrder::DisplayName,
            ]);
            (page_size(), order, total(), text(), text(), text(), text())
                .prop_map(
                    |(page_size, order, total, page_token, display_name, description, asset)| {
                        Operation::ListAccessPolicies(ListAccessPolicies {
                            page_size,
                            page_token,
                            order,
                            display_name,
                            description,
                            asset,
                            total,
                        })
                    },
                )
                .boxed()
        }
        Name::GetAccessPolicy => reference().prop_map(Operation::GetAccessPolicy).boxed(),
        Name::DeleteAccessPolicy => reference().prop_map(Operation::DeleteAccessPolicy).boxed(),
        Name::UpdateAccessPolicy => {
            let permissions = option::of(vec(permission(), 0..3));
            let texts = (option::of(text()), option::of(text()));
            (some_text(), texts, option::of(filters()), permissions)
                .prop_map(|(id, (display_name, description), filters, permissions)| {
                    let changes = AccessPolicyChanges {
                        display_name,
                        description,
                        filters,
                        access_permissions: permissions,
                    };
                    Operation::UpdateAccessPolicy(UpdateAccessPolicy { id, changes })
                })
                .boxed()
        }
        Name::CreateSubject => (text(), texts(), texts())
            .prop_map(|(display_name, wallet_pub_key, tessera_pub_key)| {
                Operation::CreateSubject(CreateSubject {
                    display_name,
                    wallet_pub_key,
                    tessera_pub_key,
                })
            })
            .boxed(),
        Name::ListSubjects => (page_size(), text(), text(), total())
            .prop_map(|(page_size, page_token, display_name, total)| {
                Operation::ListSubjects(ListSubjects {
                    page_size,
                    page_token,
                    display_name,
                    total,
                })
            })
            .boxed(),
        Name::GetSubject => reference().prop_map(Operation::GetSubject).boxed(),
        Name::DeleteSubject => reference().prop_map(Operation::DeleteSubject).boxed(),
        Name::UpdateSubject => {
            let changes = (option::of(text()), option::of(texts()), option::of(texts()));
            (some_text(), changes)
                .prop_map(|(id, (display_name, wallet_pub_key, tessera_pub_key))| {
                    let changes = SubjectChanges {
                        display_name,
                        wallet_pub_key,
                        tessera_pub_key,
                    };
                    Operation::UpdateSubject(UpdateSubject { id, changes })
                })
                .boxed()
        }
        Name::ListPrincipals => Just(Operation::ListPrincipals(Nothing {})).boxed(),
        Name::ReplacePrincipals => vec(principal(), 0..3)
            .prop_map(|root_principals| {
                Operation::ReplacePrincipals(ReplacePrincipals { root_principals })
            })
            .boxed(),
        Name::ListAssetKinds => (space(), some_text())
            .prop_map(|(space, parent)| Operation::ListAssetKinds(ListAssetKinds { space, parent }))
            .boxed(),
        Name::ListAssets => (text(), page_size(), text(), total())
            .prop_map(|(access_policy, page_size, page_token, total)| {
                Operation::ListAssets(ListAssets {
                    access_policy,
                    page_size,
                    page_token,
                    total,
                })
            })
            .boxed(),
        Name::ListQuotas => {
            let limited = vec![None, Some(Resource::Client), Some(Resource::AccessPolicy)];
            select(limited)
                .prop_map(|resource| Operation::ListQuotas(ListQuotas { resource }))
                .boxed()
        }
        Name::CreateUser => (text(), option::of(secret()), profile())
            .prop_map(|(login, password, profile)| {
                Operation::CreateUser(CreateUser {
                    login,
                    password,
                    profile,
                })
            })
            .boxed(),
        Name::ListUsers => (page_size(), text(), total())
            .prop_map(|(page_size, page_token, total)| {
                Operation::ListUsers(ListUsers {
                    page_size,
                    page_token,
                    total,
                })
            })
            .boxed(),
        Name::GetUser => user().prop_map(Operation::GetUser).boxed(),
        Name::DeleteUser => user().prop_map(Operation::DeleteUser).boxed(),
        Name::UpdateUser => (user(), user_changes())
            .prop_map(|(user, changes)| {
                Operation::UpdateUser(UpdateUser {
                    id: user.id,
                    changes,
                })
            })
            .boxed(),
        Name::Me => space()
            .prop_map(|space| Operation::Me(SpaceReference { space }))
            .boxed(),
        Name::CreateApiToken => create_api_token()
            .prop_map(Operation::CreateApiToken)
            .boxed(),
        Name::ListApiTokens => (space(), page_size(), text(), total())
            .prop_map(|(space, page_size, page_token, total)| {
                Operation::ListApiTokens(ListApiTokens {
                    space,
                    page_size,
                    page_token,
                    total,
                })
            })
            .boxed(),
        Name::GetApiToken => api_token().prop_map(Operation::GetApiToken).boxed(),
        Name::DeleteApiToken => api_token().prop_map(Operation::DeleteApiToken).boxed(),
        Name::UnlockApiToken => api_token().prop_map(Operation::UnlockApiToken).boxed(),
        Name::UpdateApiToken => (api_token(), api_token_changes())
            .prop_map(|(entry, changes)| {
                Operation::UpdateApiToken(UpdateApiToken {
                    space: entry.space,
                    id: entry.id,
                    changes,
                })
            })
            .boxed(),
        Name::RegisterApiAccess => (some_text(), secret(), text(), terms())
            .prop_map(|(client_id, client_secret, description, terms)| {
                Operation::RegisterApiAccess(RegisterApiAccess {
                    client_id: ClientId::new(client_id),
                    client_secret,
                    description,
                    terms,
                })
            })
            .boxed(),
        Name::ListApiAccesses => (page_size(), text(), total())
            .prop_map(|(page_size, page_token, total)| {
                Operation::ListApiAccesses(ListApiAccesses {
                    page_size,
                    page_token,
                    total,
                })
            })
            .boxed(),
        Name::GetApiAccess => client().prop_map(Operation::GetApiAccess).boxed(),
        Name::DeleteApiAccess => client().prop_map(Operation::DeleteApiAccess).boxed(),
        Name::UpdateApiAccess => {
            let changes = (
                option::of(secret()),
                option::of(text()),
                option::of(terms()),
                option::of(standing()),
            );
            (client(), changes)
                .prop_map(|(access, (client_secret, description, terms, standing))| {
                    Operation::UpdateApiAccess(UpdateApiAccess {
                        client_id: access.client_id,
                        client_secret,
                        description,
                        terms,
                        standing,
                    })
                })
                .boxed()
        }
        Name::GetDashboard => Just(Operation::GetDashboard(Nothing {})).boxed(),
        Name::RotateSignatureKey => Just(Operation::RotateSignatureKey(Nothing {})).boxed(),
        Name::GenerateIdentityToken => option::of(any::<i32>().prop_map(i64::from))
            .prop_map(|ttl| Operation::GenerateIdentityToken(GenerateIdentityToken { ttl }))
            .boxed(),
        Name::ListIdentityTokens => Just(Operation::ListIdentityTokens(Nothing {})).boxed(),
        Name::GetIdentityToken => reference().prop_map(Operation::GetIdentityToken).boxed(),
        Name::DeleteIdentityToken => reference().prop_map(Operation::DeleteIdentityToken).boxed(),
        Name::DeleteIdentityTokens => {
            let criteria = select(vec![
                TokenCriteria::All,
                TokenCriteria::Expired,
                TokenCriteria::Current,
            ]);
            criteria
                .prop_map(|criteria| {
                    Operation::DeleteIdentityTokens(DeleteIdentityTokens { criteria })
                })
                .boxed()
        }
        Name::IngestSamples => (1..=i32::MAX as u32, text())
            .prop_map(|(contract, text)| Operation::IngestSamples(IngestSamples { contract, text }))
            .boxed(),
        Name::TelemetryStatus => Just(Operation::TelemetryStatus(Nothing {})).boxed(),
        Name::QueryTelemetry => (text(), text(), text())
            .prop_map(|(query, time, timeout)| {
                Operation::QueryTelemetry(QueryTelemetry {
                    query,
                    time,
                    timeout,
                })
            })
            .boxed(),
        Name::QueryTelemetryRange => (text(), text(), text(), text(), text())
            .prop_map(|(query, start, end, step, timeout)| {
                Operation::QueryTelemetryRange(QueryTelemetryRange {
                    query,
                    start,
                    end,
                    step,
                    timeout,
                })
            })
            .boxed(),
        Name::ListSeries => selection().prop_map(Operation::ListSeries).boxed(),
        Name::ListLabels => selection().prop_map(Operation::ListLabels).boxed(),
        Name::ListLabelValues => (some_text(), selection())
            .prop_map(|(label, series)| {
                Operation::ListLabelValues(ListLabelValues { label, series })
            })
            .boxed(),
        Name::ListMetrics => (text(), text())
            .prop_map(|(metric, limit)| Operation::ListMetrics(ListMetrics { metric, limit }))
            .boxed(),
        Name::CreateAction => action().prop_map(Operation::CreateAction).boxed(),
        Name::UpdateAction => (some_text(), action())
            .prop_map(|(id, properties)| Operation::UpdateAction(UpdateAction { id, properties }))
            .boxed(),
        Name::GetAction => reference().prop_map(Operation::GetAction).boxed(),
        Name::DeleteAction => reference().prop_map(Operation::DeleteAction).boxed(),
        Name::ListActions => order()
            .prop_map(|order| Operation::ListActions(ListActions { order }))
            .boxed(),
        Name::CreateAlarm => alarm().prop_map(Operation::CreateAlarm).boxed(),
        Name::UpdateAlarm => (some_text(), alarm())
            .prop_map(|(id, properties)| Operation::UpdateAlarm(UpdateAlarm { id, properties }))
            .boxed(),
        Name::GetAlarm => (some_text(), depth())
            .prop_map(|(id, depth)| Operation::GetAlarm(AlarmReference { id, depth }))
            .boxed(),
        Name::DeleteAlarm => reference().prop_map(Operation::DeleteAlarm).boxed(),
        Name::ListAlarms => (order(), depth())
            .prop_map(|(order, depth)| Operation::ListAlarms(ListAlarms { order, depth }))
            .boxed(),
        Name::ListGroups => window()
            .prop_map(|window| Operation::ListGroups(ListGroups { window }))
            .boxed(),
        Name::GetGroup => reference().prop_map(Operation::GetGroup).boxed(),
        Name::DeleteGroup => reference().prop_map(Operation::DeleteGroup).boxed(),
        Name::CreateGroup => (text(), contract_privileges())
            .prop_map(|(name, privileges)| Operation::CreateGroup(CreateGroup { name, privileges }))
            .boxed(),
        Name::ReplaceGroup => (some_text(), text(), contract_privileges())
            .prop_map(|(id, name, privileges)| {
                Operation::ReplaceGroup(ReplaceGroup {
                    id,
                    name,
                    privileges,
                    kept: Default::default(),
                })
            })
            .boxed(),
        Name::ListGroupMembers => memberships().prop_map(Operation::ListGroupMembers).boxed(),
        Name::ListUserGroups => memberships().prop_map(Operation::ListUserGroups).boxed(),
        Name::AddGroupMember => group_member().prop_map(Operation::AddGroupMember).boxed(),
        Name::RemoveGroupMember => group_member()
            .prop_map(Operation::RemoveGroupMember)
            .boxed(),
        Name::ListShares => memberships().prop_map(Operation::ListShares).boxed(),
        Name::GetShare => share_reference().prop_map(Operation::GetShare).boxed(),
        Name::DeleteShare => share_reference().prop_map(Operation::DeleteShare).boxed(),
        Name::CreateShare => share_resource().prop_map(Operation::CreateShare).boxed(),
        Name::ReplaceShare => share_resource().prop_map(Operation::ReplaceShare).boxed(),
        Name::ListContractUsers => window()
            .prop_map(|window| Operation::ListContractUsers(ListContractUsers { window }))
            .boxed(),
        Name::GetContractUser => user().prop_map(Operation::GetContractUser).boxed(),
        Name::DeleteContractUser => user().prop_map(Operation::DeleteContractUser).boxed(),
        Name::CreateContractUser => (text(), secret(), contract_profile())
            .prop_map(|(email, password, profile)| {
                Operation::CreateContractUser(CreateContractUser {
                    email,
                    password,
                    profile,
                })
            })
            .boxed(),
        Name::ReplaceContractUser => (user(), text(), option::of(secret()), contract_profile())
            .prop_map(|(user, email, password, profile)| {
                Operation::ReplaceContractUser(ReplaceContractUser {
                    id: user.id,
                    email,
                    password,
                    profile,
                })
            })
            .boxed(),
        Name::ListAudit => (page_size(), text())
            .prop_map(|(page_size, page_token)| {
                Operation::ListAudit(ListAudit {
                    page_size,
                    page_token,
                })
            })
            .boxed(),
        Name::Metadata => Just(Operation::Metadata(Nothing {})).boxed(),
        Name::Jwks => Just(Operation::Jwks(Nothing {})).boxed(),
    }
}

/// The same operation, without what a system's dialect has no words for. A
/// client that asks for more is told so by `Unspoken::Field`.
pub(crate) fn spoken(system: System, mut operation: Operation) -> Operation {
    match (system, &mut operation) {
        (System::Standard | System::Datatrails, Operation::IssueToken(request))
            if !matches!(request.grant, Grant::ClientCredentials { .. }) =>
        {
            request.grant = own_name();
        }
        (System::Klarity, Operation::IssueToken(request))
            if matches!(
                request.grant,
                Grant::Password { .. } | Grant::RefreshToken { .. }
            ) =>
        {
            request.grant = own_name();
        }
        (System::Cockpit, Operation::IssueToken(request)) => {
            if let Grant::ClientCredentials { .. } | Grant::NotAllowed { .. } = request.grant {
                request.grant = Grant::RefreshToken {
                    refresh_token: Secret::new("refresh"),
                    scope: None,
                };
            }
            request.client = ClientCredentials {
                id: ClientId::new("access"),
                secret: Secret::new("7Du:IZ9"),
                presented: Presented::Basic,
                other_reading: None,
            };
        }
        (System::Cockpit, Operation::ListUsers(request)) => request.total = Total::Omitted,
        (System::Cockpit, Operation::ListApiAccesses(request)) => request.total = Total::Omitted,
        (System::Cockpit, Operation::CreateUser(request)) => {
            request.profile.roles.clear();
            request.profile.contracts.clear();
            request.profile.second_factor = SecondFactor::None;
        }
        (System::Cockpit, Operation::UpdateUser(request)) => {
            request.changes.roles = None;
            request.changes.contracts = None;
            request.changes.second_factor = None;
        }
        (System::Standard, Operation::ListClients(request)) => request.total = Total::Omitted,
        (System::Klarity, Operation::ListClients(request)) => request.total = Total::Omitted,
        (System::Klarity, Operation::RegisterClient(request)) => {
            request.custom_claims.clear();
            request.roles.clear();
            request.scope.clear();
        }
        (System::Klarity, Operation::UpdateClient(request)) => request.custom_claims = None,
        (System::Datatrails, Operation::RegisterClient(request)) => {
            request.description.clear();
            request.scope.clear();
            request.roles.retain(|role| *role == Role::Administrator);
        }
        (System::Datatrails, Operation::UpdateClient(request)) => request.description = None,
        (System::Horizon, Operation::ListUsers(request)) => request.total = Total::Omitted,
        (System::Horizon, Operation::ListApiTokens(request)) => request.total = Total::Omitted,
        (System::Horizon, Operation::CreateUser(request)) => {
            request.profile.privileges.clear();
            request.profile.contracts.clear();
            request.profile.second_factor = SecondFactor::None;
        }
        (System::Horizon, Operation::UpdateUser(request)) => {
            request.changes.privileges = None;
            request.changes.contracts = None;
            request.changes.second_factor = None;
        }
        (System::Ionos, Operation::ListUsers(request)) => request.total = Total::Omitted,
        (System::Ionos, Operation::CreateUser(request)) => {
            request.profile.roles.clear();
            request.profile.privileges.clear();
        }
        (System::Ionos, Operation::UpdateUser(request)) => {
            request.changes.roles = None;
            request.changes.privileges = None;
        }
        _ => {}
    }
    operation
}

fn selection() -> impl Strategy<Value = SelectSeries> {
    (texts(), text(), text()).prop_map(|(matches, start, end)| SelectSeries {
        matches,
        start,
        end,
    })
}

fn order() -> impl Strategy<Value = MonitoringOrder> {
    select(vec![MonitoringOrder::Created, MonitoringOrder::Modified])
}

fn depth() -> impl Strategy<Value = Depth> {
    any::<i32>().prop_map(|depth| Depth(i64::from(depth)))
}

fn action() -> impl Strategy<Value = ActionProperties> {
    (text(), text()).prop_map(|(name, email_to)| ActionProperties { name, email_to })
}

fn alarm() -> impl Strategy<Value = AlarmProperties> {
    (text(), expression(), any::<u32>(), texts()).prop_map(|(name, expression, delay, actions)| {
        AlarmProperties {
            name,
            expression,
            delay,
            actions,
        }
    })
}

/// The grant that every client may be given.
const fn own_name() -> Grant {
    Grant::ClientCredentials {
        audience: None,
        scope: None,
    }
}

/// Terms with each grant at most once and in their order, as they are read.
pub(super) fn terms() -> impl Strategy<Value = SessionTerms> {
    let grants = select(vec![
        vec![],
        vec![UserGrant::Password],
        vec![UserGrant::RefreshToken],
        vec![UserGrant::Password, UserGrant::RefreshToken],
    ]);
    (grants, any::<u32>(), any::<u32>()).prop_map(|(grants, access_lifetime, refresh_lifetime)| {
        SessionTerms {
            grants,
            access_lifetime,
            refresh_lifetime,
        }
    })
}

fn total() -> impl Strategy<Value = Total> {
    select(vec![Total::Omitted, Total::Counted])
}

fn window() -> impl Strategy<Value = Window> {
    (page_size(), page_size()).prop_map(|(offset, limit)| Window { offset, limit })
}

fn memberships() -> impl Strategy<Value = ListMemberships> {
    (some_text(), window()).prop_map(|(id, window)| ListMemberships { id, window })
}

fn group_member() -> impl Strategy<Value = GroupMember> {
    (some_text(), some_text()).prop_map(|(group, user)| GroupMember {
        group,
        user: UserId::new(user),
    })
}

fn share_reference() -> impl Strategy<Value = ShareReference> {
    (some_text(), some_text()).prop_map(|(group, resource)| ShareReference { group, resource })
}

fn share_resource() -> impl Strategy<Value = ShareResource> {
    (some_text(), some_text(), share()).prop_map(|(group, resource, share)| ShareResource {
        group,
        resource,
        share,
    })
}

fn client() -> impl Strategy<Value = ClientReference> {
    client_id().prop_map(|client_id| ClientReference { client_id })
}

fn reference() -> impl Strategy<Value = Reference> {
    some_text().prop_map(|id| Reference { id })
}

fn register() -> impl Strategy<Value = RegisterClient> {
    (text(), text(), text_map(), roles(), scope()).prop_map(
        |(display_name, description, custom_claims, roles, scope)| RegisterClient {
            display_name,
            description,
            custom_claims,
            roles,
            scope,
        },
    )
}

/// Credentials as they are read: in the `Authorization` field the identifier
/// has no colon, and both readings of the pair are kept.
fn credentials() -> impl Strategy<Value = ClientCredentials> {
    let content = (some_text(), secret()).prop_map(|(id, secret)| ClientCredentials {
        id: ClientId::new(id),
        secret,
        presented: Presented::Content,
        other_reading: None,
    });
    let basic = (some_text(), text()).prop_map(|(id, secret)| {
        let id = id.replace(':', "%3A");
        let pair = BasicPair { id, secret };
        let other = pair.form_decoded();
        ClientCredentials {
            id: ClientId::new(pair.id),
            secret: Secret::new(pair.secret),
            presented: Presented::Basic,
            other_reading: other.map(|pair| (ClientId::new(pair.id), Secret::new(pair.secret))),
        }
    });
    prop_oneof![content, basic]
}

fn grant() -> impl Strategy<Value = Grant> {
    let asked = (option::of(some_text()), option::of(some_text()))
        .prop_map(|(audience, scope)| Grant::ClientCredentials { audience, scope });
    let other = select(vec!["password", "refresh_token", "authorization_code"]);
    let other = other.prop_map(|grant_type| Grant::NotAllowed {
        grant_type: grant_type.into(),
    });
    let password =
        (some_text(), secret(), option::of(some_text())).prop_map(|(username, password, scope)| {
            Grant::Password {
                username,
                password,
                scope,
            }
        });
    let refresh = (secret(), option::of(some_text())).prop_map(|(refresh_token, scope)| {
        Grant::RefreshToken {
            refresh_token,
            scope,
        }
    });
    prop_oneof![3 => asked, 1 => other, 1 => password, 1 => refresh]
}

fn item() -> impl Strategy<Value = RecordItem> {
    let cost = (text(), option::of(text())).prop_map(|(date, value)| CostValue { date, value });
    let costs =
        (text(), vec(cost, 0..4)).prop_map(|(currency, values)| CostUpdate { currency, values });
    let names = (text(), text(), option::of(text()), option::of(text()));
    let tags = btree_map(text(), option::of(text()), 0..4);
    let content = (
        option::of(json_object()),
        option::of(tags),
        option::of(costs),
    );
    (names, content).prop_map(
        |((id, kind, name, valid_through), (metadata, tags, costs))| RecordItem {
            id,
            kind,
            name,
            metadata,
            tags,
            costs,
            valid_through,
        },
    )
}

fn record_reference() -> impl Strategy<Value = RecordReference> {
    let named = (text(), text(), text());
    prop_oneof![
        nid().prop_map(RecordReference::Nid),
        named.prop_map(|(id, kind, name)| RecordReference::Named { id, kind, name }),
    ]
}

fn user() -> impl Strategy<Value = UserReference> {
    uuid().prop_map(|id| UserReference {
        id: UserId::new(id),
    })
}

fn privileges() -> impl Strategy<Value = Vec<Privilege>> {
    vec(Just(Privilege::ConnectToApi), 0..2)
}

fn contracts() -> impl Strategy<Value = Vec<Membership>> {
    let role = select(vec![
        ContractRole::Owner,
        ContractRole::Admin,
        ContractRole::User,
    ]);
    vec(
        (any::<u32>(), role).prop_map(|(contract, role)| Membership { contract, role }),
        0..2,
    )
}

fn second_factor() -> impl Strategy<Value = SecondFactor> {
    select(vec![SecondFactor::None, SecondFactor::Required])
}

fn profile() -> impl Strategy<Value = UserProfile> {
    let names = (text(), text());
    (names, roles(), privileges(), contracts(), second_factor()).prop_map(
        |((given_name, family_name), roles, privileges, contracts, second_factor)| UserProfile {
            given_name,
            family_name,
            roles,
            privileges,
            contracts,
            second_factor,
        },
    )
}

fn user_changes() -> impl Strategy<Value = UserChanges> {
    let names = (option::of(text()), option::of(text()), option::of(secret()));
    let rest = (option::of(standing()), option::of(roles()));
    let others = (
        option::of(privileges()),
        option::of(contracts()),
        option::of(second_factor()),
    );
    (names, rest, others).prop_map(
        |(
            (given_name, family_name, password),
            (standing, roles),
            (privileges, contracts, second_factor),
        )| UserChanges {
            given_name,
            family_name,
            password,
            standing,
            roles,
            privileges,
            contracts,
            second_factor,
        },
    )
}

/// The space that requests are written for; an address names any other.
fn space() -> impl Strategy<Value = String> {
    Just(String::from("root"))
}

fn api_token() -> impl Strategy<Value = ApiTokenReference> {
    (space(), uuid()).prop_map(|(space, id)| ApiTokenReference { space, id })
}

fn create_api_token() -> impl Strategy<Value = CreateApiToken> {
    let texts = (text(), text(), text(), text());
    (space(), texts, option::of(time()), standing()).prop_map(
        |(space, (user, name, description, filter), expires_at, standing)| CreateApiToken {
            space,
            user: UserId::new(user),
            name,
            description,
            filter,
            expires_at,
            standing,
        },
    )
}

fn api_token_changes() -> impl Strategy<Value = ApiTokenChanges> {
    let texts = (
        option::of(text()),
        option::of(text()),
        option::of(text()),
        option::of(text()),
    );
    let end = option::of(option::of(time()));
    (texts, end, option::of(standing())).prop_map(
        |((user, name, description, filter), expires_at, standing)| ApiTokenChanges {
            user: user.map(UserId::new),
            name,
            description,
            filter,
            expires_at,
            standing,
        },
    )
}
