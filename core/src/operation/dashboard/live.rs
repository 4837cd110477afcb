//! Counts what is of use now, not what there is: tokens that still speak for
//! somebody, and alarms that warn. That takes reading them, so it ends at a
//! bound, and whatever lies behind is not counted.

use crate::operation::change::{load_many, read};
use crate::operation::{Context, Fault, api_token, client, identity, session, user};
use crate::record::{
    Alarm, AlarmState, ApiToken, Client, IdentityToken, Session, System, User, UserId,
};
use crate::store::{Key, MAX_PAGE, Range, Store};
use alloc::vec::Vec;
use serde::de::DeserializeOwned;

/// The most tokens of each kind that are looked at.
const MAX_TOKENS: usize = 5000;
/// The most alarms that are looked at, each with its history.
const MAX_ALARMS: usize = 1000;

/// How many there are, and whether all were looked at.
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) exact: bool,
}

impl Tally {
    fn of(judged: impl Iterator<Item = bool>, exact: bool) -> Self {
        let count = judged.filter(|is_live| *is_live).count();
        Self {
            count: u64::try_from(count).unwrap_or(u64::MAX),
            exact,
        }
    }
}

/// The tokens that speak for somebody, of each system that keeps any. Tokens
/// that nothing is kept of cannot be counted.
pub(super) async fn tokens<S: Store>(
    context: &Context<'_, S>,
) -> Result<[(System, Tally); 3], Fault> {
    Ok([
        (System::Cockpit, sessions(System::Cockpit, context).await?),
        (System::Horizon, entries(System::Horizon, context).await?),
        (System::Ionos, identities(System::Ionos, context).await?),
    ])
}

async fn sessions<S: Store>(system: System, context: &Context<'_, S>) -> Result<Tally, Fault> {
    let (sessions, exact) = first::<S, Session>("session", MAX_TOKENS, context).await?;
    let clients = sessions.iter().map(|one| client::key(system, &one.client));
    let clients: Vec<Option<Client>> = load_many(context, &clients.collect::<Vec<Key>>()).await?;
    let users = users(system, sessions.iter().map(|one| &one.user), context).await?;
    let owners = clients.iter().zip(&users);
    let judged = sessions.iter().zip(owners).map(|(one, (client, user))| {
        session::speaks(one, client.as_ref(), user.as_ref(), context.now)
    });
    Ok(Tally::of(judged, exact))
}

async fn entries<S: Store>(system: System, context: &Context<'_, S>) -> Result<Tally, Fault> {
    let (entries, exact) = first::<S, ApiToken>("api-token", MAX_TOKENS, context).await?;
    let users = users(system, entries.iter().map(|one| &one.user), context).await?;
    let judged = entries.iter().zip(&users);
    let judged = judged.map(|(one, user)| api_token::speaks(one, user.as_ref(), context.now));
    Ok(Tally::of(judged, exact))
}

async fn identities<S: Store>(system: System, context: &Context<'_, S>) -> Result<Tally, Fault> {
    let (tokens, exact) = first::<S, IdentityToken>("identity-token", MAX_TOKENS, context).await?;
    let users = users(system, tokens.iter().map(|one| &one.user), context).await?;
    let judged = tokens.iter().zip(&users);
    let judged = judged.map(|(one, user)| identity::speaks(one, user.as_ref(), context.now));
    Ok(Tally::of(judged, exact))
}

/// The alarms that warn.
pub(super) async fn alarms<S: Store>(context: &Context<'_, S>) -> Result<Tally, Fault> {
    let (alarms, exact) = first::<S, Alarm>("alarm", MAX_ALARMS, context).await?;
    let judged = alarms.iter().map(|alarm| alarm.state == AlarmState::Alarm);
    Ok(Tally::of(judged, exact))
}

async fn users<'a, S: Store>(
    system: System,
    ids: impl Iterator<Item = &'a UserId>,
    context: &Context<'_, S>,
) -> Result<Vec<Option<User>>, Fault> {
    let keys: Vec<Key> = ids.map(|id| user::key(system, id)).collect();
    load_many(context, &keys).await
}

/// The first documents of a kind, and whether these are all.
async fn first<S: Store, T: DeserializeOwned>(
    kind: &str,
    most: usize,
    context: &Context<'_, S>,
) -> Result<(Vec<T>, bool), Fault> {
    let mut found = Vec::new();
    let mut after: Option<Key> = None;
    while found.len() < most {
        let under = Range::under(kind, [""; 0]);
        let range = after.map_or_else(|| under.clone(), |key| under.clone().after(key));
        let entries = context.store.scan(context.tenant, &range).await?;
        after = entries.last().map(|(key, _)| key.clone());
        for (_, entry) in &entries {
            found.push(read(&entry.value)?);
        }
        if entries.len() < MAX_PAGE {
            return Ok((found, true));
        }
    }
    Ok((found, false))
}
