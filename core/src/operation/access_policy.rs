//! Access policies: create, list, read, update, delete. Lists inside a policy
//! are replaced whole. The rules are those of DataTrails' IAM API.

use super::change::{Attempts, Change, Committed, Stored, load};
use super::{Context, Fault, Name, Outcome, Page, Resource, Total, page};
use crate::record::{AccessPermission, AccessPolicy, Filter};
use crate::store::{Key, Range, Store};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The longest display name, in characters.
const MAX_NAME: usize = 128;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 4096;
/// The most filters, permissions, or terms of one filter.
const MAX_LIST: usize = 256;

/// Creates an access policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateAccessPolicy {
    /// A name for people, 1 to 128 characters.
    pub display_name: String,
    /// Free text, up to 4096 characters.
    #[serde(default)]
    pub description: String,
    /// Which assets it applies to.
    pub filters: Vec<Filter>,
    /// What it grants.
    pub access_permissions: Vec<AccessPermission>,
}

/// Changes the given fields of an access policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateAccessPolicy {
    /// Which one.
    pub id: String,
    /// What to change.
    pub changes: AccessPolicyChanges,
}

/// The fields of an access policy that may change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessPolicyChanges {
    /// A new name.
    pub display_name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// New filters in place of all the former ones.
    pub filters: Option<Vec<Filter>>,
    /// New permissions in place of all the former ones.
    pub access_permissions: Option<Vec<AccessPermission>>,
}

/// Lists access policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListAccessPolicies {
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
    /// The order.
    pub order: AccessPolicyOrder,
    /// Only policies of exactly this name; empty means all.
    pub display_name: String,
    /// Only policies of exactly this description; empty means all.
    pub description: String,
    /// Only policies that apply to this asset; empty means all.
    pub asset: String,
    /// Whether to count the items on all pages.
    pub total: Total,
}

/// The order of a list of access policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessPolicyOrder {
    /// By the time of making.
    #[default]
    Created,
    /// By name, then by the time of making.
    DisplayName,
}

fn key(id: &str) -> Key {
    Key::of("access-policy", [id])
}

/// Where all access policies are kept.
pub(super) fn under() -> Range {
    Range::under("access-policy", [""; 0])
}

pub(super) async fn create<S: Store>(
    request: CreateAccessPolicy,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_texts(Some(&request.display_name), Some(&request.description))?;
    admit_filters("filters", &request.filters, is_term)?;
    admit_permissions(&request.access_permissions)?;
    let policy = AccessPolicy {
        id: context.uuid(),
        display_name: request.display_name,
        description: request.description,
        filters: request.filters,
        access_permissions: request.access_permissions,
        created_at: context.now,
        updated_at: context.now,
    };
    let under = under();
    let fence = Key::of("fence", ["access-policy"]);
    let mut attempts = Attempts::new();
    loop {
        // Only this call knows the identifier: if the document is there, an
        // ambiguous commit was applied after all.
        if load::<S, AccessPolicy>(context, &key(&policy.id))
            .await?
            .is_some()
        {
            break;
        }
        let change = super::quota::admit(
            context,
            Change::new(context),
            Resource::AccessPolicy,
            &under,
            fence.clone(),
            context
                .deployment
                .policy(context.system)
                .max_access_policies,
        )
        .await?
        .create(key(&policy.id), &policy)?
        .audit(&policy.id, Name::CreateAccessPolicy, &policy.id)?;
        if change.commit().await? == Committed::Yes {
            break;
        }
        attempts.again()?;
    }
    Ok(Outcome::AccessPolicy(policy))
}

pub(super) async fn read<S: Store>(id: &str, context: &Context<'_, S>) -> Result<Outcome, Fault> {
    find(context, id)
        .await
        .map(|stored| Outcome::AccessPolicy(stored.document))
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    question: ListAccessPolicies,
    size: usize,
    skip_to: (String, String),
}

pub(super) async fn list<S: Store>(
    request: ListAccessPolicies,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let total_asked = request.total;
    let mut cursor = if request.page_token.is_empty() {
        let sizes = context.deployment.policy(context.system).page_size;
        let size = page::size(request.page_size, sizes)?;
        Cursor {
            question: request,
            size,
            skip_to: Default::default(),
        }
    } else {
        page::open(context, Name::ListAccessPolicies, &request.page_token)?
    };
    let question = &cursor.question;
    let position = |policy: &AccessPolicy| match question.order {
        AccessPolicyOrder::Created => (String::new(), policy.id.clone()),
        AccessPolicyOrder::DisplayName => (policy.display_name.clone(), policy.id.clone()),
    };
    let mut policies = all(context).await?;
    policies.retain(|policy| {
        // A deployment keeps no assets, so no policy applies to one.
        question.asset.is_empty()
            && (question.display_name.is_empty() || policy.display_name == question.display_name)
            && (question.description.is_empty() || policy.description == question.description)
    });
    policies.sort_by_cached_key(position);
    let total = (total_asked == Total::Counted).then_some(policies.len() as u64);
    let start = policies.partition_point(|policy| position(policy) <= cursor.skip_to);
    let more = policies.len() - start > cursor.size;
    let items: Vec<_> = policies.drain(start..).take(cursor.size).collect();
    let next = match items.last() {
        Some(last) if more => {
            cursor.skip_to = position(last);
            Some(page::seal(context, Name::ListAccessPolicies, &cursor)?)
        }
        _ => None,
    };
    Ok(Outcome::AccessPolicies(Page { items, next, total }))
}

/// Every policy of the tenant; the quota says how many there may be.
async fn all<S: Store>(context: &Context<'_, S>) -> Result<Vec<AccessPolicy>, Fault> {
    let mut policies: Vec<AccessPolicy> = Vec::new();
    loop {
        let mut range = under();
        if let Some(last) = policies.last() {
            range = range.after(key(&last.id));
        }
        let entries = context.store.scan(context.tenant, &range).await?;
        if entries.is_empty() {
            return Ok(policies);
        }
        for (_, entry) in entries {
            policies.push(super::change::read(&entry.value)?);
        }
    }
}

pub(super) async fn update<S: Store>(
    request: UpdateAccessPolicy,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let UpdateAccessPolicy { id, changes } = request;
    admit_texts(
        changes.display_name.as_deref(),
        changes.description.as_deref(),
    )?;
    if let Some(filters) = &changes.filters {
        admit_filters("filters", filters, is_term)?;
    }
    if let Some(permissions) = &changes.access_permissions {
        admit_permissions(permissions)?;
    }
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let stored = find(context, &id).await?;
        let mut policy = stored.document.clone();
        let changes = changes.clone();
        policy.display_name = changes.display_name.unwrap_or(policy.display_name);
        policy.description = changes.description.unwrap_or(policy.description);
        policy.filters = changes.filters.unwrap_or(policy.filters);
        policy.access_permissions = changes
            .access_permissions
            .unwrap_or(policy.access_permissions);
        policy.updated_at = context.now;
        let change = Change::new(context)
            .replace(key(&id), &stored, &policy)?
            .audit(&audit, Name::UpdateAccessPolicy, &id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::AccessPolicy(policy));
        }
        attempts.again()?;
    }
}

pub(super) async fn delete<S: Store>(id: &str, context: &Context<'_, S>) -> Result<Outcome, Fault> {
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut tried = false;
    loop {
        let stored = match find(context, id).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if tried => return Ok(Outcome::Deleted),
            found => found?,
        };
        let change = Change::new(context).delete(key(id), &stored).audit(
            &audit,
            Name::DeleteAccessPolicy,
            id,
        )?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Deleted);
        }
        tried = true;
        attempts.again()?;
    }
}

pub(super) async fn find<S: Store>(
    context: &Context<'_, S>,
    id: &str,
) -> Result<Stored<AccessPolicy>, Fault> {
    load(context, &key(id))
        .await?
        .ok_or(Fault::Missing(Resource::AccessPolicy))
}

fn admit_texts(name: Option<&str>, description: Option<&str>) -> Result<(), Fault> {
    if let Some(name) = name {
        if name.trim().is_empty() {
            return Err(Fault::field("display_name", "must not be blank"));
        }
        if name.chars().count() > MAX_NAME {
            let problem = format!("has more than {MAX_NAME} characters");
            return Err(Fault::field("display_name", problem));
        }
    }
    if description.is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        let problem = format!("has more than {MAX_DESCRIPTION} characters");
        return Err(Fault::field("description", problem));
    }
    Ok(())
}

fn admit_permissions(permissions: &[AccessPermission]) -> Result<(), Fault> {
    admit_length("access_permissions", permissions.len())?;
    for (index, permission) in permissions.iter().enumerate() {
        let at = |member: &str| format!("access_permissions[{index}].{member}");
        for (member, list) in [
            ("subjects", &permission.subjects),
            ("behaviours", &permission.behaviours),
            ("include_attributes", &permission.include_attributes),
            ("asset_attributes_read", &permission.asset_attributes_read),
            ("asset_attributes_write", &permission.asset_attributes_write),
            (
                "event_arc_display_type_read",
                &permission.event_arc_display_type_read,
            ),
            (
                "event_arc_display_type_write",
                &permission.event_arc_display_type_write,
            ),
        ] {
            admit_length(&at(member), list.len())?;
        }
        let attributes = &permission.user_attributes;
        admit_filters(&at("user_attributes"), attributes, is_user_term)?;
    }
    Ok(())
}

fn admit_filters(
    at: &str,
    filters: &[Filter],
    is_admitted: impl Fn(&str) -> bool,
) -> Result<(), Fault> {
    admit_length(at, filters.len())?;
    for (index, filter) in filters.iter().enumerate() {
        admit_length(&format!("{at}[{index}].or"), filter.or.len())?;
        if let Some(term) = filter.or.iter().position(|text| !is_admitted(text)) {
            let at = format!("{at}[{index}].or[{term}]");
            return Err(Fault::field(
                at,
                "is not of the form key=value or key!=value",
            ));
        }
    }
    Ok(())
}

/// Whether the text holds a value against an attribute.
fn is_term(text: &str) -> bool {
    let key = text
        .split_once('=')
        .map(|(key, _)| key.trim_end_matches('!'));
    key.is_some_and(|key| !key.is_empty())
}

/// Whether the text is a term about a user, who may be named by a group too.
fn is_user_term(text: &str) -> bool {
    is_term(text)
        || text
            .strip_prefix("group:")
            .is_some_and(|group| !group.is_empty())
}

fn admit_length(at: &str, length: usize) -> Result<(), Fault> {
    if length > MAX_LIST {
        return Err(Fault::field(at, format!("has more than {MAX_LIST} items")));
    }
    Ok(())
}
