//! Client registrations: register, list, read, update, replace the secret,
//! delete. The secret is shown by the operation that makes it and never again.

use super::change::{Attempts, Change, Committed, Stored, load};
use super::page::{Page, Total};
use super::{Context, Fault, Name, Outcome, Resource, SecretForm, claim, page};
use crate::record::{Client, ClientId, Credential, Role, Secret, Standing, System};
use crate::store::{Key, Range, Store};
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest display name, in characters.
const MAX_NAME: usize = 256;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 4096;
/// How many stored registrations one page looks at. A filter that matches few
/// of them gives short pages rather than long waits.
const MAX_SCANNED: usize = 2000;

/// Registers a client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterClient {
    /// A name for people, 1 to 256 characters.
    pub display_name: String,
    /// Free text for people, up to 4096 characters.
    #[serde(default)]
    pub description: String,
    /// Claims added to its tokens.
    #[serde(default)]
    pub custom_claims: BTreeMap<String, String>,
    /// What it may do beyond its own data.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// The scope values that it may ask for.
    #[serde(default)]
    pub scope: Vec<String>,
}

/// Lists the registrations of a system, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListClients {
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
    /// Only registrations of exactly this name; empty means all.
    pub display_name: String,
    /// Whether to count the items on all pages.
    pub total: Total,
}

/// Changes the given fields of a registration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateClient {
    /// Which one.
    pub client_id: ClientId,
    /// A new name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// A new description.
    #[serde(default)]
    pub description: Option<String>,
    /// New claims in place of all the former ones.
    #[serde(default)]
    pub custom_claims: Option<BTreeMap<String, String>>,
}

/// A registration as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientView {
    /// The identifier.
    pub client_id: ClientId,
    /// A name for people.
    pub display_name: String,
    /// Free text for people.
    pub description: String,
    /// Claims added to its tokens.
    pub custom_claims: BTreeMap<String, String>,
    /// What it may do beyond its own data.
    pub roles: Vec<Role>,
    /// The scope values that it may ask for.
    pub scope: Vec<String>,
    /// The secret, only from the operation that made it.
    pub secret: Option<Secret>,
    /// From when on the secret is accepted.
    pub secret_not_before: Timestamp,
    /// Until when the secret is accepted; `None` means until it is replaced.
    pub secret_expires_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The tenant as a UUID.
    pub tenant: String,
}

impl ClientView {
    pub(super) fn of<S: Store>(
        context: &Context<'_, S>,
        client: Client,
        secret: Option<Secret>,
    ) -> Self {
        let credential = client.credentials.last();
        Self {
            secret_not_before: credential.map_or(client.created_at, |c| c.not_before),
            secret_expires_at: credential.and_then(|c| c.expires_at),
            client_id: client.id,
            display_name: client.display_name,
            description: client.description,
            custom_claims: client.custom_claims,
            roles: client.roles,
            scope: client.scope,
            secret,
            created_at: client.created_at,
            updated_at: client.updated_at,
            tenant: context.tenant_uuid(),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        json!({
            "client_id": self.client_id,
            "display_name": self.display_name,
            "description": self.description,
            "custom_claims": self.custom_claims,
            "roles": self.roles,
            "scope": self.scope,
            "secret": self.secret.as_ref().map_or("", Secret::expose),
            "secret_not_before": self.secret_not_before,
            "secret_expires_at": self.secret_expires_at,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        })
    }
}

/// Where the registration of a system is kept.
pub(super) fn key(system: System, id: &ClientId) -> Key {
    Key::of("client", [system.as_str(), id.as_str()])
}

/// Where all registrations of a system are kept.
pub(super) fn under(system: System) -> Range {
    Range::under("client", [system.as_str()])
}

pub(super) async fn register<S: Store>(
    request: RegisterClient,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let policy = context.deployment.policy(context.system);
    admit_texts(Some(&request.display_name), Some(&request.description))?;
    claim::admit(&request.custom_claims, &policy)?;
    admit_scope(&request.scope)?;
    let id = context.uuid();
    let (secret, credential) = new_secret(context);
    let client = Client {
        id: ClientId::new(id.clone()),
        system: context.system,
        display_name: request.display_name,
        description: request.description,
        custom_claims: request.custom_claims,
        roles: request.roles,
        scope: request.scope,
        standing: Standing::Enabled,
        created_at: context.now,
        updated_at: context.now,
        credentials: vec![credential],
        terms: None,
        tokens_not_before: None,
    };
    let key = key(context.system, &client.id);
    let mut attempts = Attempts::new();
    loop {
        // Only this call knows the identifier: if the document is there, an
        // ambiguous commit was applied after all.
        if load::<S, Client>(context, &key).await?.is_some() {
            break;
        }
        let mut change = Change::new(context);
        if let Some(most) = policy.max_clients {
            change = make_room(context, change, Resource::Client, most).await?;
        }
        let change = change.create(key.clone(), &client)?.audit(
            &id,
            Name::RegisterClient,
            client.id.as_str(),
        )?;
        if change.commit().await? == Committed::Yes {
            break;
        }
        attempts.again()?;
    }
    Ok(Outcome::Client(ClientView::of(
        context,
        client,
        Some(secret),
    )))
}

/// Makes room for one more registration of the system, or refuses.
pub(super) async fn make_room<'a, S: Store>(
    context: &'a Context<'a, S>,
    change: Change<'a, S>,
    resource: Resource,
    most: usize,
) -> Result<Change<'a, S>, Fault> {
    let under = under(context.system);
    let fence = Key::of("fence", ["client", context.system.as_str()]);
    super::quota::admit(context, change, resource, &under, fence, most).await
}

pub(super) async fn read<S: Store>(
    id: &ClientId,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, stored) = find(context, id).await?;
    Ok(Outcome::Client(ClientView::of(
        context,
        stored.document,
        None,
    )))
}

/// The question that a page token carries.
#[derive(Serialize, Deserialize)]
struct Cursor {
    after: String,
    size: usize,
    display_name: String,
}

pub(super) async fn list<S: Store>(
    request: ListClients,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let policy = context.deployment.policy(context.system);
    let system = context.system;
    let mut cursor = if request.page_token.is_empty() {
        let size = page::size(request.page_size, policy.page_size)?;
        Cursor {
            after: String::new(),
            size,
            display_name: request.display_name,
        }
    } else {
        page::open(context, Name::ListClients, &request.page_token)?
    };
    let under = || under(system);
    let matches = |client: &Client| {
        cursor.display_name.is_empty() || client.display_name == cursor.display_name
    };
    let mut items = Vec::new();
    let mut last = (!cursor.after.is_empty()).then(|| ClientId::new(cursor.after.clone()));
    let mut scanned = 0;
    let mut more = true;
    while more && items.len() < cursor.size && scanned < MAX_SCANNED {
        let limit = (cursor.size - items.len()).clamp(50, 1000);
        let mut range = under().limit(limit);
        if let Some(last) = &last {
            range = range.after(key(system, last));
        }
        let entries = context.store.scan(context.tenant, &range).await?;
        more = entries.len() == limit;
        for (_, entry) in entries {
            if items.len() == cursor.size {
                more = true;
                break;
            }
            scanned += 1;
            let client: Client = super::change::read(&entry.value)?;
            last = Some(client.id.clone());
            if matches(&client) {
                items.push(ClientView::of(context, client, None));
            }
        }
    }
    let total = match request.total {
        Total::Omitted => None,
        Total::Counted if cursor.display_name.is_empty() => {
            Some(context.store.count(context.tenant, &under()).await?)
        }
        Total::Counted => Some(page::count(context, under, matches).await?),
    };
    let next = match last {
        Some(last) if more => {
            cursor.after = last.as_str().into();
            Some(page::seal(context, Name::ListClients, &cursor)?)
        }
        _ => None,
    };
    Ok(Outcome::Clients(Page { items, next, total }))
}

pub(super) async fn update<S: Store>(
    request: UpdateClient,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit_texts(
        request.display_name.as_deref(),
        request.description.as_deref(),
    )?;
    if let Some(claims) = &request.custom_claims {
        claim::admit(claims, &context.deployment.policy(context.system))?;
    }
    change(context, &request.client_id, Name::UpdateClient, |client| {
        if let Some(name) = &request.display_name {
            client.display_name.clone_from(name);
        }
        if let Some(description) = &request.description {
            client.description.clone_from(description);
        }
        if let Some(claims) = &request.custom_claims {
            client.custom_claims.clone_from(claims);
        }
    })
    .await
    .map(|client| Outcome::Client(ClientView::of(context, client, None)))
}

pub(super) async fn regenerate_secret<S: Store>(
    id: &ClientId,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (secret, credential) = new_secret(context);
    change(context, id, Name::RegenerateSecret, |client| {
        client.credentials = vec![credential.clone()];
    })
    .await
    .map(|client| Outcome::Client(ClientView::of(context, client, Some(secret))))
}

pub(super) async fn delete<S: Store>(
    id: &ClientId,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut tried = false;
    loop {
        let (key, stored) = match find(context, id).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if tried => return Ok(Outcome::Deleted),
            found => found?,
        };
        let change = Change::new(context).delete(key, &stored).audit(
            &audit,
            Name::DeleteClient,
            id.as_str(),
        )?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Deleted);
        }
        tried = true;
        attempts.again()?;
    }
}

/// Changes one registration, whatever competes for it.
async fn change<S: Store>(
    context: &Context<'_, S>,
    id: &ClientId,
    name: Name,
    edit: impl Fn(&mut Client),
) -> Result<Client, Fault> {
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let (key, stored) = find(context, id).await?;
        let mut client = stored.document.clone();
        edit(&mut client);
        client.updated_at = context.now;
        let change = Change::new(context).replace(key, &stored, &client)?.audit(
            &audit,
            name,
            id.as_str(),
        )?;
        if change.commit().await? == Committed::Yes {
            return Ok(client);
        }
        attempts.again()?;
    }
}

async fn find<S: Store>(
    context: &Context<'_, S>,
    id: &ClientId,
) -> Result<(Key, Stored<Client>), Fault> {
    let key = key(context.system, id);
    let stored = load(context, &key)
        .await?
        .ok_or(Fault::Missing(Resource::Client))?;
    Ok((key, stored))
}

/// A new secret, and the credential that is kept of it.
pub(super) fn new_secret<S: Store>(context: &Context<'_, S>) -> (Secret, Credential) {
    let policy = context.deployment.policy(context.system);
    let random = context.bytes::<32>();
    let text = match policy.secret_form {
        SecretForm::Hexadecimal => hexadecimal(&random),
        SecretForm::Scannable => {
            let body = Base64UrlUnpadded::encode_string(&random);
            let checksum = crate::token::sha256(body.as_bytes());
            format!("tms_{body}{}", hexadecimal(&checksum[..4]))
        }
    };
    let credential = Credential {
        hash: hash(context, &text),
        not_before: context.now,
        expires_at: policy
            .secret_lifetime
            .map(|life| context.now.plus_seconds(i64::from(life))),
    };
    (Secret::new(text), credential)
}

/// The hash under which a client's secret is kept.
pub(super) fn hash<S: Store>(context: &Context<'_, S>, secret: &str) -> String {
    Base64UrlUnpadded::encode_string(&context.deployment.pepper.hash("client secret", secret))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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

fn admit_scope(scope: &[String]) -> Result<(), Fault> {
    match scope
        .iter()
        .position(|value| !super::grant::is_scope_token(value))
    {
        Some(index) => Err(Fault::field(
            format!("scope[{index}]"),
            "is not a scope token",
        )),
        None => Ok(()),
    }
}
