//! Estate records: upsert, delete from billing periods, enrich, and the
//! administrator's view of what came of it. The rules are those of Klarity's
//! External Integrations API.

mod admit;
mod enrich;
mod remove;
mod upsert;
mod view;

pub(super) use enrich::enrich;
pub use enrich::{EnrichRecords, EnrichmentItem};
pub(super) use remove::delete;
pub use remove::{DeleteRecords, RecordReference, RemovalPeriod};
pub(super) use upsert::upsert;
pub use upsert::{CostUpdate, CostValue, RecordItem, RecordPeriod, UpsertRecords};
pub use view::{EstateRecordView, ListRecords};
pub(super) use view::{list, read};

use super::change::read as read_document;
use super::{Caller, Context, Fault, Forbidden, Unauthenticated};
use crate::record::{ClientId, Nid};
use crate::store::{Key, Range, Store};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};

/// The most items of one request.
const MAX_ITEMS: usize = 1000;

fn record_key(nid: Nid) -> Key {
    Key::of("record", [nid.to_string()])
}

/// Where a record is counted by its type. Types come in their order, whose
/// beginning stands in front; a digest tells apart what is too long for a key.
fn kind_key(kind: &str, nid: Nid) -> Key {
    let digest = crate::token::sha256(kind.as_bytes());
    let mut name: String = kind.chars().take(64).collect();
    name.push(' ');
    name.push_str(&Base64UrlUnpadded::encode_string(&digest[..12]));
    Key::of("record-type", [name, nid.to_string()])
}

/// How many records of each type there are, of the first types in their order.
pub(super) async fn by_kind<S: Store>(
    most: usize,
    context: &Context<'_, S>,
) -> Result<Vec<(String, u64)>, Fault> {
    let mut found = Vec::new();
    let mut range = Range::under("record-type", [""; 0]);
    while found.len() < most {
        let first = context.store.scan(context.tenant, &range.limit(1)).await?;
        let Some((key, entry)) = first.into_iter().next() else {
            break;
        };
        let name = key.segments().nth(1).ok_or(Fault::Internal)?;
        let same = Range::under("record-type", [&name]);
        let count = context.store.count(context.tenant, &same).await?;
        found.push((read_document(&entry.value)?, count));
        // No identity of a record comes after a tilde.
        let last = Key::of("record-type", [&*name, "~"]);
        range = Range::under("record-type", [""; 0]).after(last);
    }
    Ok(found)
}

fn enrichment_key(nid: Nid, integration: &ClientId) -> Key {
    Key::of(
        "enrichment",
        [nid.to_string().as_str(), integration.as_str()],
    )
}

/// The integration that asks.
fn integration<'a, S: Store>(context: &'a Context<'_, S>) -> Result<&'a ClientId, Fault> {
    match &context.caller {
        Caller::Client(client) => Ok(&client.id),
        Caller::Anonymous => Err(Fault::Unauthenticated(Unauthenticated::Absent)),
        Caller::User(_) => Err(Fault::Forbidden(Forbidden::Client)),
    }
}
