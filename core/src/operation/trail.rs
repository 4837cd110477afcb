//! The audit record: reading it, and telling it of refused proofs.
//!
//! A refused proof is the one entry that no change carries. It must not let a
//! stranger fill the store, so there is one entry for each reason, system and
//! minute (and client, where there is one), rewritten by each repetition.

use super::{Context, Fault, Name, Outcome, Page, Unproven, page};
use crate::record::{AuditEntry, ClientId, Verdict};
use crate::store::{Batch, Direction, Key, Range, Store};
use crate::time::Timestamp;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Lists the audit record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListAudit {
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    after: String,
    size: usize,
}

pub(super) async fn list<S: Store>(
    request: &ListAudit,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let policy = context.deployment.policy(context.system);
    let mut cursor = if request.page_token.is_empty() {
        Cursor {
            after: String::new(),
            size: page::size(request.page_size, policy.page_size)?,
        }
    } else {
        page::open(context, Name::ListAudit, &request.page_token)?
    };
    let mut range = Range::under("audit", [""; 0])
        .direction(Direction::Descending)
        .limit(cursor.size);
    if !cursor.after.is_empty() {
        range = range.after(Key::of("audit", [&cursor.after]));
    }
    let entries = context.store.scan(context.tenant, &range).await?;
    let next = match entries.last() {
        Some((key, _)) if entries.len() == cursor.size => {
            cursor.after = key.last().into_owned();
            Some(page::seal(context, Name::ListAudit, &cursor)?)
        }
        _ => None,
    };
    let items = entries
        .into_iter()
        .map(|(_, entry)| super::change::read::<AuditEntry>(&entry.value))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Outcome::Audit(Page {
        items,
        next,
        total: None,
    }))
}

/// Tells the audit record that a proof was refused. What the store says to
/// that changes nothing for the caller, who is refused in any case.
pub(super) async fn refused<S: Store>(
    context: &Context<'_, S>,
    client: Option<&ClientId>,
    operation: &str,
    unproven: &Unproven,
) {
    let target = match (client, unproven) {
        // The identifier of an unknown client is whatever a stranger typed.
        (None, _) | (Some(_), Unproven::UnknownClient) => "",
        (Some(id), _) => id.as_str(),
    };
    let entry = AuditEntry {
        at: context.now,
        system: context.system,
        actor: context.caller.actor().into(),
        operation: operation.into(),
        target: target.into(),
        verdict: Verdict::Refused,
        reason: unproven.code().to_string(),
    };
    let Ok(text) = serde_json::to_string(&entry) else {
        return;
    };
    let minute = Timestamp::from_millis(context.now.millis() / 60_000 * 60_000);
    let name = format!("{} {} {}", context.system, unproven.code(), target);
    let key = Key::of("audit", [audit_id(minute, &name)]);
    let _ = context
        .store
        .commit(context.tenant, &Batch::new(context.stamp()).put(key, text))
        .await;
}

/// An identifier that sorts by time like the version 7 UUIDs of the entries
/// that changes write, and is the same for the same minute and name.
fn audit_id(minute: Timestamp, name: &str) -> String {
    let digest = crate::token::sha256(name.as_bytes());
    let mut rest = [0; 10];
    rest.copy_from_slice(&digest[..10]);
    let millis = u64::try_from(minute.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &rest)
        .into_uuid()
        .hyphenated()
        .to_string()
}
