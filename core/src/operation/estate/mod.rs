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

use super::{Caller, Context, Fault, Forbidden, Unauthenticated};
use crate::record::{ClientId, Nid};
use crate::store::{Key, Store};
use alloc::string::ToString;

/// The most items of one request.
const MAX_ITEMS: usize = 1000;

fn record_key(nid: Nid) -> Key {
    Key::of("record", [nid.to_string()])
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
