//! Records for samples.

use super::text::{
    client_id, filters, json_object, json_value, some_text, standing, text, text_map, texts, time,
    uuid,
};
use proptest::collection::{btree_map, btree_set};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use touchmark_core::operation::{ContractProfile, ContractUser, EstateRecordView};
use touchmark_core::record::{
    AccessPermission, AccessPolicy, ApiToken, AuditEntry, ContractPrivilege, ContractRole, Cost,
    EstateRecord, Group, IdentityToken, Nid, Principal, SecondFactor, Share, Subject, System,
    UserId, Verdict,
};
use touchmark_core::time::Month;

pub(super) fn nid() -> impl Strategy<Value = Nid> {
    (client_id(), text(), text()).prop_map(|(client, kind, id)| Nid::of(&client, &kind, &id))
}

fn month() -> impl Strategy<Value = Month> {
    (2000..2999, 1..=12)
        .prop_map(|(year, month)| Month::read(&format!("{year}-{month:02}")).expect("a month"))
}

pub(super) fn estate_record() -> impl Strategy<Value = EstateRecordView> {
    let cost = (text(), text()).prop_map(|(currency, value)| Cost { currency, value });
    let identity = (nid(), client_id(), text(), text(), text());
    let content = (json_object(), text_map(), btree_map(text(), cost, 0..3));
    let life = (
        month(),
        option::of(month()),
        option::of(month()),
        btree_set(month(), 0..3),
        time(),
    );
    let view = (any::<bool>(), btree_map(client_id(), json_object(), 0..3));
    (identity, content, life, view).prop_map(
        |(
            (nid, integration, id, kind, name),
            (metadata, tags, costs),
            (active_from, valid_through, removed_from, removed_in, updated_at),
            (active, enrichments),
        )| EstateRecordView {
            record: EstateRecord {
                nid,
                integration,
                id,
                kind,
                name,
                metadata,
                tags,
                costs,
                active_from,
                valid_through,
                removed_from,
                removed_in,
                updated_at,
            },
            active,
            enrichments,
        },
    )
}

pub(super) fn permission() -> impl Strategy<Value = AccessPermission> {
    let further = btree_map("of_later_[a-z]{1,4}", json_value(), 0..2);
    let assets = (texts(), texts(), texts());
    let rest = (texts(), texts(), texts(), texts(), filters(), further);
    (assets, rest).prop_map(
        |(
            (asset_attributes_read, asset_attributes_write, include_attributes),
            (subjects, behaviours, reads, writes, user_attributes, further),
        )| AccessPermission {
            subjects,
            behaviours,
            include_attributes,
            asset_attributes_read,
            asset_attributes_write,
            event_arc_display_type_read: reads,
            event_arc_display_type_write: writes,
            user_attributes,
            further,
        },
    )
}

pub(super) fn access_policy() -> impl Strategy<Value = AccessPolicy> {
    let permissions = proptest::collection::vec(permission(), 0..3);
    let texts = (some_text(), text(), text());
    (texts, filters(), permissions, time(), time()).prop_map(
        |((id, display_name, description), filters, access_permissions, created_at, updated_at)| {
            AccessPolicy {
                id,
                display_name,
                description,
                filters,
                access_permissions,
                created_at,
                updated_at,
            }
        },
    )
}

pub(super) fn subject() -> impl Strategy<Value = Subject> {
    (
        some_text(),
        text(),
        texts(),
        texts(),
        texts(),
        time(),
        time(),
    )
        .prop_map(
            |(
                id,
                display_name,
                wallet_pub_key,
                wallet_address,
                tessera_pub_key,
                created_at,
                updated_at,
            )| Subject {
                id,
                display_name,
                wallet_pub_key,
                wallet_address,
                tessera_pub_key,
                created_at,
                updated_at,
            },
        )
}

pub(super) fn principal() -> impl Strategy<Value = Principal> {
    (text(), text(), text(), text()).prop_map(|(issuer, subject, display_name, email)| Principal {
        issuer,
        subject,
        display_name,
        email,
    })
}

pub(super) fn api_token() -> impl Strategy<Value = ApiToken> {
    let texts = (uuid(), uuid(), text(), text(), text());
    let times = (option::of(time()), time(), time(), option::of(time()));
    (texts, standing(), times).prop_map(
        |((id, user, name, description, filter), standing, times)| ApiToken {
            id,
            space: "root".into(),
            user: UserId::new(user),
            name,
            description,
            filter,
            expires_at: times.0,
            standing,
            created_at: times.1,
            updated_at: times.2,
            unlocked_at: times.3,
            latest_token: None,
        },
    )
}

pub(super) fn identity_token() -> impl Strategy<Value = IdentityToken> {
    (uuid(), uuid(), any::<u32>(), time(), time()).prop_map(
        |(id, user, contract, created_at, expires_at)| IdentityToken {
            id,
            user: UserId::new(user),
            contract,
            created_at,
            expires_at,
            made_after: None,
        },
    )
}

pub(super) fn contract_privileges() -> impl Strategy<Value = BTreeSet<ContractPrivilege>> {
    btree_set(select(ContractPrivilege::ALL.to_vec()), 0..5)
}

pub(super) fn share() -> impl Strategy<Value = Share> {
    (any::<bool>(), any::<bool>()).prop_map(|(edit, share)| Share { edit, share })
}

pub(super) fn group() -> impl Strategy<Value = Group> {
    (
        some_text(),
        any::<u32>(),
        text(),
        contract_privileges(),
        time(),
        time(),
    )
        .prop_map(
            |(id, contract, name, privileges, created_at, updated_at)| Group {
                id,
                contract,
                name,
                privileges,
                // The answer about a group has no room for them.
                shares: BTreeMap::new(),
                created_at,
                updated_at,
            },
        )
}

pub(super) fn contract_profile() -> impl Strategy<Value = ContractProfile> {
    let role = select(vec![ContractRole::Admin, ContractRole::User]);
    let factor = select(vec![SecondFactor::None, SecondFactor::Required]);
    (text(), text(), role, factor, standing()).prop_map(
        |(given_name, family_name, role, second_factor, standing)| ContractProfile {
            given_name,
            family_name,
            role,
            second_factor,
            standing,
        },
    )
}

pub(super) fn contract_user() -> impl Strategy<Value = ContractUser> {
    (uuid(), text(), contract_profile(), time(), time()).prop_map(
        |(id, email, profile, created_at, updated_at)| ContractUser {
            id: UserId::new(id),
            email,
            profile,
            created_at,
            updated_at,
        },
    )
}

pub(super) fn audit_entry() -> impl Strategy<Value = AuditEntry> {
    let system = select(System::ALL.to_vec());
    let verdict = prop_oneof![Just(Verdict::Done), Just(Verdict::Refused)];
    (time(), system, verdict, text(), text(), text(), text()).prop_map(
        |(at, system, verdict, actor, operation, target, reason)| AuditEntry {
            at,
            system,
            actor,
            operation,
            target,
            verdict,
            reason,
        },
    )
}
