//! Any outcome of an operation, and what of it a dialect's responses carry.

use super::monitored::{action, alarm, answer, description, labels};
use super::record::{
    access_policy, api_token, audit_entry, contract_user, estate_record, group, identity_token,
    principal, share, subject,
};
use super::request::terms;
use super::text::{
    client_id, json_object, roles, scope, secret, some_text, standing, text, text_map, texts, time,
    uuid,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use touchmark_core::operation::{
    ApiAccessView, AssetKind, ClientView, Dashboard, GeneratedToken, Introspection, IssuedToken,
    Me, Metadata, Name, Outcome, Page, Part, Quota, Resource, ShareView, TelemetryAnswer,
    UnlockedToken, UserView, Widget,
};
use touchmark_core::record::{
    ClientId, ContractRole, Group, IdentityToken, Membership, Privilege, Role, SecondFactor,
    System, UserId,
};
use touchmark_core::time::Timestamp;

/// Any outcome of the operation of this name.
pub(crate) fn outcome(name: Name) -> BoxedStrategy<Outcome> {
    match name {
        Name::RegisterClient | Name::RegenerateSecret => (client(), secret())
            .prop_map(|(client, secret)| {
                Outcome::Client(ClientView {
                    secret: Some(secret),
                    ..client
                })
            })
            .boxed(),
        Name::GetClient | Name::UpdateClient => client().prop_map(Outcome::Client).boxed(),
        Name::ListClients => page(client()).prop_map(Outcome::Clients).boxed(),
        Name::DeleteClient
        | Name::DeleteAccessPolicy
        | Name::DeleteSubject
        | Name::DeleteUser
        | Name::DeleteApiAccess
        | Name::DeleteApiToken
        | Name::DeleteAction
        | Name::DeleteAlarm
        | Name::DeleteIdentityToken
        | Name::DeleteIdentityTokens
        | Name::DeleteGroup
        | Name::DeleteShare
        | Name::RemoveGroupMember
        | Name::DeleteContractUser => Just(Outcome::Deleted).boxed(),
        Name::IssueToken => (secret(), any::<u32>(), scope(), option::of(secret()))
            .prop_map(|(access_token, expires_in, scope, refresh_token)| {
                Outcome::Token(IssuedToken {
                    access_token,
                    expires_in,
                    scope,
                    refresh_token,
                })
            })
            .boxed(),
        Name::IntrospectToken => option::of(json_object())
            .prop_map(|members| {
                Outcome::Introspection(match members {
                    None => Introspection::Inactive,
                    Some(mut members) => {
                        members.remove("active");
                        Introspection::Active(members)
                    }
                })
            })
            .boxed(),
        Name::UpsertRecords | Name::DeleteRecords | Name::EnrichRecords => {
            any::<usize>().prop_map(Outcome::Accepted).boxed()
        }
        Name::ListRecords => page(estate_record()).prop_map(Outcome::Records).boxed(),
        Name::GetRecord => estate_record().prop_map(Outcome::Record).boxed(),
        Name::CreateAccessPolicy | Name::GetAccessPolicy | Name::UpdateAccessPolicy => {
            access_policy().prop_map(Outcome::AccessPolicy).boxed()
        }
        Name::ListAccessPolicies => page(access_policy())
            .prop_map(Outcome::AccessPolicies)
            .boxed(),
        Name::CreateSubject | Name::GetSubject | Name::UpdateSubject => {
            subject().prop_map(Outcome::Subject).boxed()
        }
        Name::ListSubjects => page(subject()).prop_map(Outcome::Subjects).boxed(),
        Name::ListPrincipals | Name::ReplacePrincipals => {
            vec(principal(), 0..3).prop_map(Outcome::Principals).boxed()
        }
        Name::ListAssetKinds => {
            let kind = (uuid(), text()).prop_map(|(id, name)| AssetKind { id, name });
            vec(kind, 0..3).prop_map(Outcome::AssetKinds).boxed()
        }
        Name::ListAssets => (option::of(some_text()), option::of(any::<u64>()))
            .prop_map(|(next, total)| {
                Outcome::Assets(Page {
                    items: Vec::new(),
                    next,
                    total,
                })
            })
            .boxed(),
        Name::ListQuotas => {
            let resource = select(vec![Resource::Client, Resource::AccessPolicy]);
            let quota = (resource, any::<u64>()).prop_map(|(resource, remaining)| Quota {
                resource,
                remaining,
            });
            vec(quota, 0..3).prop_map(Outcome::Quotas).boxed()
        }
        Name::CreateUser | Name::GetUser | Name::UpdateUser => {
            user().prop_map(Outcome::User).boxed()
        }
        Name::ListUsers => page(user()).prop_map(Outcome::Users).boxed(),
        Name::Me => (text(), text(), text(), roles(), text(), text(), text())
            .prop_map(|(id, login, name, roles, tenant, space, space_id)| {
                Outcome::Me(Me {
                    id,
                    login,
                    name,
                    roles,
                    tenant,
                    space,
                    space_id,
                })
            })
            .boxed(),
        Name::CreateApiToken | Name::GetApiToken | Name::UpdateApiToken => {
            api_token().prop_map(Outcome::ApiToken).boxed()
        }
        Name::ListApiTokens => page(api_token()).prop_map(Outcome::ApiTokens).boxed(),
        Name::UnlockApiToken => (secret(), option::of(time()))
            .prop_map(|(token, expires_at)| Outcome::Unlocked(UnlockedToken { token, expires_at }))
            .boxed(),
        Name::RegisterApiAccess | Name::GetApiAccess | Name::UpdateApiAccess => {
            api_access().prop_map(Outcome::ApiAccess).boxed()
        }
        Name::ListApiAccesses => page(api_access()).prop_map(Outcome::ApiAccesses).boxed(),
        Name::GetDashboard => {
            let part = (text(), any::<u64>()).prop_map(|(name, value)| Part { name, value });
            let widget = (text(), text(), any::<u64>(), any::<bool>(), vec(part, 0..3)).prop_map(
                |(id, label, value, exact, parts)| Widget {
                    id,
                    label,
                    value,
                    exact,
                    parts,
                },
            );
            (text(), time(), vec(widget, 0..3), option::of(time()))
                .prop_map(|(operator, generated_at, widgets, last_activity)| {
                    Outcome::Dashboard(Dashboard {
                        operator,
                        generated_at,
                        widgets,
                        last_activity,
                    })
                })
                .boxed()
        }
        Name::RotateSignatureKey => Just(Outcome::Done).boxed(),
        Name::GenerateIdentityToken => secret()
            .prop_map(|token| Outcome::Generated(GeneratedToken { token }))
            .boxed(),
        Name::GetIdentityToken => identity_token().prop_map(Outcome::IdentityToken).boxed(),
        Name::ListIdentityTokens => vec(identity_token(), 0..3)
            .prop_map(Outcome::IdentityTokens)
            .boxed(),
        Name::IngestSamples => any::<usize>().prop_map(Outcome::Accepted).boxed(),
        Name::TelemetryStatus => Just(Outcome::Done).boxed(),
        Name::QueryTelemetry | Name::QueryTelemetryRange => answer()
            .prop_map(|answer| Outcome::Telemetry(TelemetryAnswer::Values(answer)))
            .boxed(),
        Name::ListSeries => btree_set(labels(), 0..4)
            .prop_map(|series| Outcome::Telemetry(TelemetryAnswer::Series(series)))
            .boxed(),
        Name::ListLabels | Name::ListLabelValues => btree_set(text(), 0..4)
            .prop_map(|labels| Outcome::Telemetry(TelemetryAnswer::Labels(labels)))
            .boxed(),
        Name::ListMetrics => btree_map(text(), description(), 0..4)
            .prop_map(|metrics| Outcome::Telemetry(TelemetryAnswer::Metrics(metrics)))
            .boxed(),
        Name::CreateAction | Name::UpdateAction | Name::GetAction => {
            action().prop_map(Outcome::Action).boxed()
        }
        Name::ListActions => vec(action(), 0..3).prop_map(Outcome::Actions).boxed(),
        Name::CreateAlarm | Name::UpdateAlarm | Name::GetAlarm => {
            alarm().prop_map(Outcome::Alarm).boxed()
        }
        Name::ListAlarms => vec(alarm(), 0..3).prop_map(Outcome::Alarms).boxed(),
        Name::CreateGroup | Name::GetGroup | Name::ReplaceGroup => {
            group().prop_map(Outcome::Group).boxed()
        }
        Name::ListGroups | Name::ListUserGroups => page(group()).prop_map(Outcome::Groups).boxed(),
        Name::GetShare | Name::CreateShare | Name::ReplaceShare => {
            share_view().prop_map(Outcome::Share).boxed()
        }
        Name::ListShares => page(share_view()).prop_map(Outcome::Shares).boxed(),
        Name::ListContractUsers | Name::ListGroupMembers => page(contract_user())
            .prop_map(Outcome::ContractUsers)
            .boxed(),
        Name::CreateContractUser
        | Name::GetContractUser
        | Name::ReplaceContractUser
        | Name::AddGroupMember => contract_user().prop_map(Outcome::ContractUser).boxed(),
        Name::ListAudit => page(audit_entry()).prop_map(Outcome::Audit).boxed(),
        Name::Metadata => (
            (text(), text(), text(), text()),
            (texts(), texts(), texts(), texts()),
        )
            .prop_map(
                |((issuer, token, jwks, introspection), (grants, types, methods, more))| {
                    Outcome::Metadata(Metadata {
                        issuer,
                        token_endpoint: token,
                        jwks_uri: jwks,
                        introspection_endpoint: introspection,
                        grant_types_supported: grants,
                        response_types_supported: types,
                        token_endpoint_auth_methods_supported: methods,
                        introspection_endpoint_auth_methods_supported: more,
                    })
                },
            )
            .boxed(),
        Name::Jwks => vec(json_object(), 0..3)
            .prop_map(|keys| Outcome::Jwks(json!({ "keys": keys }).to_string()))
            .boxed(),
    }
}

/// The same outcome, without what a system's responses do not carry.
pub(crate) fn carried(system: System, mut outcome: Outcome) -> Outcome {
    match (system, &mut outcome) {
        (_, Outcome::Client(client)) => carry_client(system, client),
        (_, Outcome::Clients(page)) => {
            page.items
                .iter_mut()
                .for_each(|client| carry_client(system, client));
            // Only DataTrails counts its registrations.
            page.total = page.total.filter(|_| system == System::Datatrails);
        }
        (System::Datatrails, Outcome::AccessPolicy(policy)) => {
            (policy.created_at, policy.updated_at) = NEVER;
        }
        (System::Datatrails, Outcome::AccessPolicies(page)) => {
            for policy in &mut page.items {
                (policy.created_at, policy.updated_at) = NEVER;
            }
        }
        (System::Datatrails, Outcome::Subject(subject)) => {
            (subject.created_at, subject.updated_at) = NEVER;
        }
        (System::Datatrails, Outcome::Subjects(page)) => {
            for subject in &mut page.items {
                (subject.created_at, subject.updated_at) = NEVER;
            }
        }
        (_, Outcome::Records(page)) => page.total = None,
        (_, Outcome::Audit(page)) => page.total = None,
        (System::Standard | System::Klarity | System::Datatrails, Outcome::Token(token)) => {
            token.refresh_token = None;
        }
        (System::Cockpit, Outcome::User(user)) => carry_operator(user),
        (System::Cockpit, Outcome::Users(page)) => {
            page.items.iter_mut().for_each(carry_operator);
            page.total = None;
        }
        (System::Cockpit, Outcome::ApiAccesses(page)) => page.total = None,
        (System::Horizon, Outcome::User(user)) => carry_user(user),
        (System::Horizon, Outcome::Users(page)) => {
            page.items.iter_mut().for_each(carry_user);
            page.total = None;
        }
        (System::Horizon, Outcome::ApiTokens(page)) => page.total = None,
        (System::Ionos, Outcome::Action(action)) => action.contract = 0,
        (System::Ionos, Outcome::Actions(actions)) => {
            actions.iter_mut().for_each(|action| action.contract = 0);
        }
        (System::Ionos, Outcome::User(user)) => carry_customer(user),
        (System::Ionos, Outcome::Users(page)) => {
            page.items.iter_mut().for_each(carry_customer);
            page.total = None;
        }
        (System::Ionos, Outcome::Group(group)) => carry_group(group),
        (System::Ionos, Outcome::Groups(page)) => {
            page.items.iter_mut().for_each(carry_group);
            (page.next, page.total) = (None, None);
        }
        // The group is in the path alone.
        (System::Ionos, Outcome::Share(share)) => share.group.clear(),
        (System::Ionos, Outcome::Shares(page)) => {
            page.items.iter_mut().for_each(|share| share.group.clear());
            (page.next, page.total) = (None, None);
        }
        (System::Ionos, Outcome::ContractUsers(page)) => (page.next, page.total) = (None, None),
        (System::Ionos, Outcome::IdentityToken(token)) => carry_token(token),
        (System::Ionos, Outcome::IdentityTokens(tokens)) => {
            tokens.iter_mut().for_each(carry_token);
        }
        _ => {}
    }
    outcome
}

const NEVER: (Timestamp, Timestamp) = (Timestamp::from_millis(0), Timestamp::from_millis(0));

fn seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_seconds(time.seconds())
}

fn carry_client(system: System, client: &mut ClientView) {
    match system {
        System::Standard => {
            client.secret_not_before = seconds(client.secret_not_before);
            client.secret_expires_at = client.secret_expires_at.map(seconds);
            client.created_at = seconds(client.created_at);
            client.updated_at = seconds(client.updated_at);
        }
        System::Klarity => {
            client.custom_claims.clear();
            client.roles.clear();
            client.scope.clear();
            client.tenant.clear();
        }
        System::Datatrails => {
            client.description.clear();
            client.scope.clear();
            client.roles.retain(|role| *role == Role::Administrator);
            client.secret_not_before = seconds(client.secret_not_before);
            client.secret_expires_at = client.secret_expires_at.map(seconds);
            client.created_at = client.secret_not_before;
            client.updated_at = client.secret_not_before;
        }
        _ => {}
    }
}

fn carry_user(user: &mut UserView) {
    user.privileges.clear();
    user.contracts.clear();
    user.second_factor = SecondFactor::None;
}

fn carry_customer(user: &mut UserView) {
    user.roles.clear();
    user.privileges.clear();
}

fn share_view() -> impl Strategy<Value = ShareView> {
    (some_text(), some_text(), share()).prop_map(|(group, resource, share)| ShareView {
        group,
        resource,
        share,
    })
}

/// Nor does the answer about a group say whose it is.
fn carry_group(group: &mut Group) {
    group.contract = 0;
    (group.created_at, group.updated_at) = NEVER;
}

/// Whose token it is, its answer does not say.
fn carry_token(token: &mut IdentityToken) {
    token.user = UserId::new("");
    token.contract = 0;
}

fn carry_operator(user: &mut UserView) {
    user.roles.clear();
    user.contracts.clear();
    user.second_factor = SecondFactor::None;
}

fn api_access() -> impl Strategy<Value = ApiAccessView> {
    let words = (some_text(), text(), scope(), terms());
    (words, standing(), time(), time()).prop_map(
        |((client_id, description, scope, terms), standing, created_at, updated_at)| {
            ApiAccessView {
                client_id: ClientId::new(client_id),
                description,
                scope,
                terms,
                standing,
                created_at,
                updated_at,
            }
        },
    )
}

fn page<T: Clone + core::fmt::Debug>(
    item: impl Strategy<Value = T>,
) -> impl Strategy<Value = Page<T>> {
    (
        vec(item, 0..3),
        option::of(some_text()),
        option::of(any::<u64>()),
    )
        .prop_map(|(items, next, total)| Page { items, next, total })
}

fn client() -> impl Strategy<Value = ClientView> {
    let names = (client_id(), text(), text(), uuid());
    let lists = (text_map(), roles(), scope());
    let times = (time(), option::of(time()), time(), time());
    (names, lists, times).prop_map(
        |(
            (client_id, display_name, description, tenant),
            (custom_claims, roles, scope),
            (secret_not_before, secret_expires_at, created_at, updated_at),
        )| ClientView {
            client_id,
            display_name,
            description,
            custom_claims,
            roles,
            scope,
            secret: None,
            secret_not_before,
            secret_expires_at,
            created_at,
            updated_at,
            tenant,
        },
    )
}

fn user() -> impl Strategy<Value = UserView> {
    let names = (uuid(), text(), text(), text());
    let membership = Membership {
        contract: 7,
        role: ContractRole::User,
    };
    let others = (
        vec(Just(Privilege::ConnectToApi), 0..2),
        vec(Just(membership), 0..2),
        select(vec![SecondFactor::None, SecondFactor::Required]),
    );
    (names, standing(), roles(), others, time(), time()).prop_map(
        |(
            (id, login, given_name, family_name),
            standing,
            roles,
            (privileges, contracts, second_factor),
            created_at,
            updated_at,
        )| UserView {
            id: UserId::new(id),
            login,
            given_name,
            family_name,
            standing,
            roles,
            privileges,
            contracts,
            second_factor,
            created_at,
            updated_at,
        },
    )
}
