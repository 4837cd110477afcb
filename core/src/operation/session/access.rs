//! API accesses: registrations whose identifier and secret are chosen by
//! whoever registers them, with the terms on which they get tokens.

use crate::operation::change::{Attempts, Change, Committed, Stored, load};
use crate::operation::{
    Conflict, Context, Fault, Name, Outcome, Page, Resource, Total, client, page,
};
use crate::record::{Client, ClientId, Credential, Secret, SessionTerms, Standing};
use crate::store::{Key, Range, Store};
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The longest identifier or secret, in bytes.
const MAX_TEXT: usize = 256;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 4096;
/// The longest life of a token, in seconds: ten years.
const MAX_LIFETIME: u32 = 10 * 365 * 24 * 60 * 60;

/// Registers an API access.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterApiAccess {
    /// The client identifier, 1 to 256 visible characters, unique.
    pub client_id: ClientId,
    /// The client secret, 1 to 256 bytes.
    pub client_secret: Secret,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// On what terms it gets tokens. A lifetime of 0 means the system's own.
    pub terms: SessionTerms,
}

/// Changes the given fields of an API access.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateApiAccess {
    /// Which one.
    pub client_id: ClientId,
    /// A new secret; the former one is dead at once.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// A new description.
    #[serde(default)]
    pub description: Option<String>,
    /// New terms, for tokens from now on.
    #[serde(default)]
    pub terms: Option<SessionTerms>,
    /// Whether it is in use. Disabling it ends its tokens for good.
    #[serde(default)]
    pub standing: Option<Standing>,
}

/// Lists API accesses in the order of their identifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListApiAccesses {
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
    /// Whether to count the items on all pages.
    pub total: Total,
}

/// An API access as it is shown: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiAccessView {
    /// The client identifier.
    pub client_id: ClientId,
    /// Free text.
    pub description: String,
    /// The scope that its tokens may have.
    pub scope: Vec<String>,
    /// On what terms it gets tokens.
    pub terms: SessionTerms,
    /// Whether it is in use.
    pub standing: Standing,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl ApiAccessView {
    fn of(client: Client) -> Option<Self> {
        Some(Self {
            terms: client.terms?,
            client_id: client.id,
            description: client.description,
            scope: client.scope,
            standing: client.standing,
            created_at: client.created_at,
            updated_at: client.updated_at,
        })
    }
}

pub(in crate::operation) async fn register<S: Store>(
    request: RegisterApiAccess,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let id = request.client_id.as_str();
    if id.is_empty() || id.len() > MAX_TEXT || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = format!("must have 1 to {MAX_TEXT} visible ASCII characters");
        return Err(Fault::field("client_id", problem));
    }
    admit_description(&request.description)?;
    let policy = context.deployment.policy(context.system);
    let access = Client {
        id: request.client_id.clone(),
        system: context.system,
        display_name: id.into(),
        description: request.description,
        custom_claims: BTreeMap::new(),
        roles: Vec::new(),
        scope: policy.session_scope.clone(),
        standing: Standing::Enabled,
        created_at: context.now,
        updated_at: context.now,
        credentials: vec![credential(&request.client_secret, context)?],
        terms: Some(admit_terms(request.terms, context)?),
        tokens_not_before: None,
    };
    let key = client::key(context.system, &access.id);
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        if let Some(stored) = load::<S, Client>(context, &key).await? {
            // The same registration is one that an ambiguous commit made.
            if stored.document == access {
                break;
            }
            return Err(Fault::Conflict(Conflict::Taken(Resource::ApiAccess)));
        }
        let mut change = Change::new(context);
        if let Some(most) = policy.max_clients {
            change = client::make_room(context, change, Resource::ApiAccess, most).await?;
        }
        let change = change.create(key.clone(), &access)?.audit(
            &audit,
            Name::RegisterApiAccess,
            access.id.as_str(),
        )?;
        if change.commit().await? == Committed::Yes {
            break;
        }
        attempts.again()?;
    }
    view(access)
}

pub(in crate::operation) async fn read<S: Store>(
    id: &ClientId,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    view(find(context, id).await?.1.document)
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    after: String,
    size: usize,
}

pub(in crate::operation) async fn list<S: Store>(
    request: ListApiAccesses,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let mut cursor = if request.page_token.is_empty() {
        let sizes = context.deployment.policy(context.system).page_size;
        Cursor {
            after: String::new(),
            size: page::size(request.page_size, sizes)?,
        }
    } else {
        page::open(context, Name::ListApiAccesses, &request.page_token)?
    };
    let under = || Range::under("client", [context.system.as_str()]);
    let mut range = under().limit(cursor.size + 1);
    if !cursor.after.is_empty() {
        range = range.after(client::key(
            context.system,
            &ClientId::new(cursor.after.as_str()),
        ));
    }
    let mut entries = context.store.scan(context.tenant, &range).await?;
    let more = entries.len() > cursor.size;
    entries.truncate(cursor.size);
    let mut items = Vec::new();
    for (_, entry) in &entries {
        let client: Client = crate::operation::change::read(&entry.value)?;
        cursor.after = client.id.as_str().into();
        items.extend(ApiAccessView::of(client));
    }
    let total = match request.total {
        Total::Omitted => None,
        Total::Counted => Some(context.store.count(context.tenant, &under()).await?),
    };
    let next = if more {
        Some(page::seal(context, Name::ListApiAccesses, &cursor)?)
    } else {
        None
    };
    Ok(Outcome::ApiAccesses(Page { items, next, total }))
}

pub(in crate::operation) async fn update<S: Store>(
    request: UpdateApiAccess,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    if let Some(description) = &request.description {
        admit_description(description)?;
    }
    let secret = request
        .client_secret
        .map(|secret| credential(&secret, context))
        .transpose()?;
    let terms = request
        .terms
        .map(|terms| admit_terms(terms, context))
        .transpose()?;
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let (key, stored) = find(context, &request.client_id).await?;
        let mut access = stored.document.clone();
        if let Some(secret) = &secret {
            access.credentials = vec![secret.clone()];
        }
        if let Some(description) = &request.description {
            access.description.clone_from(description);
        }
        if let Some(terms) = &terms {
            access.terms = Some(terms.clone());
        }
        if let Some(standing) = request.standing {
            if standing == Standing::Disabled {
                access.tokens_not_before = Some(context.now.past(access.tokens_not_before));
            }
            access.standing = standing;
        }
        access.updated_at = context.now;
        let change = Change::new(context).replace(key, &stored, &access)?.audit(
            &audit,
            Name::UpdateApiAccess,
            request.client_id.as_str(),
        )?;
        if change.commit().await? == Committed::Yes {
            return view(access);
        }
        attempts.again()?;
    }
}

pub(in crate::operation) async fn delete<S: Store>(
    id: &ClientId,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    // Its sessions are good for nothing without it, even for another one of
    // the same name.
    find(context, id).await?;
    client::delete(id, context).await
}

async fn find<S: Store>(
    context: &Context<'_, S>,
    id: &ClientId,
) -> Result<(Key, Stored<Client>), Fault> {
    let key = client::key(context.system, id);
    let stored = load::<S, Client>(context, &key).await?;
    let stored = stored.filter(|stored| stored.document.terms.is_some());
    Ok((key, stored.ok_or(Fault::Missing(Resource::ApiAccess))?))
}

fn view(access: Client) -> Result<Outcome, Fault> {
    ApiAccessView::of(access)
        .map(Outcome::ApiAccess)
        .ok_or(Fault::Internal)
}

fn credential<S: Store>(secret: &Secret, context: &Context<'_, S>) -> Result<Credential, Fault> {
    let text = secret.expose();
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(Fault::field(
            "client_secret",
            format!("must have 1 to {MAX_TEXT} bytes"),
        ));
    }
    Ok(Credential {
        hash: client::hash(context, text),
        not_before: context.now,
        expires_at: None,
    })
}

fn admit_description(text: &str) -> Result<(), Fault> {
    if text.chars().count() > MAX_DESCRIPTION {
        let problem = format!("has more than {MAX_DESCRIPTION} characters");
        return Err(Fault::field("description", problem));
    }
    Ok(())
}

fn admit_terms<S: Store>(
    mut terms: SessionTerms,
    context: &Context<'_, S>,
) -> Result<SessionTerms, Fault> {
    let (access, refresh) = context.deployment.policy(context.system).session_lifetimes;
    for (lifetime, default, at) in [
        (&mut terms.access_lifetime, access, "terms.access_lifetime"),
        (
            &mut terms.refresh_lifetime,
            refresh,
            "terms.refresh_lifetime",
        ),
    ] {
        if *lifetime > MAX_LIFETIME {
            return Err(Fault::field(
                at,
                format!("is more than {MAX_LIFETIME} seconds"),
            ));
        }
        if *lifetime == 0 {
            *lifetime = default;
        }
    }
    terms.grants.sort_unstable();
    terms.grants.dedup();
    Ok(terms)
}
