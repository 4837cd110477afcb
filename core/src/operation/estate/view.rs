//! The administrator's view of estate records. Integrations cannot read back
//! what they pushed, so tests and people look here.

use super::record_key;
use crate::operation::change::{self, load};
use crate::operation::{Context, Fault, Name, Outcome, Page, Resource, page};
use crate::record::{ClientId, Enrichment, EstateRecord, Nid};
use crate::store::{Key, Range, Store};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How many stored records one page looks at.
const MAX_SCANNED: usize = 5000;

/// Lists estate records in the order of their permanent identities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListRecords {
    /// Only those of this integration; empty means all.
    pub integration: String,
    /// Only those of this type; empty means all.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many items; absent or 0 means the system's default.
    pub page_size: Option<i64>,
    /// Where an earlier page ended; empty means the beginning.
    pub page_token: String,
}

/// An estate record with what integrations added to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstateRecordView {
    /// The record.
    #[serde(flatten)]
    pub record: EstateRecord,
    /// Whether it is active in the current billing period.
    pub active: bool,
    /// Enrichments by integration.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub enrichments: BTreeMap<ClientId, Map<String, Value>>,
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    integration: String,
    kind: String,
    after: String,
    size: usize,
}

pub(in crate::operation) async fn list<S: Store>(
    request: ListRecords,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let policy = context.deployment.policy(context.system);
    let mut cursor = if request.page_token.is_empty() {
        Cursor {
            integration: request.integration,
            kind: request.kind,
            after: String::new(),
            size: page::size(request.page_size, policy.page_size)?,
        }
    } else {
        page::open(context, Name::ListRecords, &request.page_token)?
    };
    let mut items = Vec::new();
    let mut scanned = 0;
    let mut more = true;
    while more && items.len() < cursor.size && scanned < MAX_SCANNED {
        let mut range = Range::under("record", [""; 0]);
        if !cursor.after.is_empty() {
            range = range.after(Key::of("record", [&cursor.after]));
        }
        let entries = context.store.scan(context.tenant, &range).await?;
        more = entries.len() == crate::store::MAX_PAGE;
        for (key, entry) in entries {
            if items.len() == cursor.size {
                more = true;
                break;
            }
            scanned += 1;
            cursor.after = key.last().into_owned();
            let record: EstateRecord = change::read(&entry.value)?;
            let meant = (cursor.integration.is_empty()
                || record.integration.as_str() == cursor.integration)
                && (cursor.kind.is_empty() || record.kind == cursor.kind);
            if meant {
                items.push(with_enrichments(record, context).await?);
            }
        }
    }
    let next = if more {
        Some(page::seal(context, Name::ListRecords, &cursor)?)
    } else {
        None
    };
    Ok(Outcome::Records(Page {
        items,
        next,
        total: None,
    }))
}

pub(in crate::operation) async fn read<S: Store>(
    id: &str,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let nid = Nid::read(id).ok_or(Fault::Missing(Resource::Record))?;
    let stored = load::<S, EstateRecord>(context, &record_key(nid)).await?;
    let record = stored.ok_or(Fault::Missing(Resource::Record))?.document;
    Ok(Outcome::Record(with_enrichments(record, context).await?))
}

async fn with_enrichments<S: Store>(
    record: EstateRecord,
    context: &Context<'_, S>,
) -> Result<EstateRecordView, Fault> {
    let range = Range::under("enrichment", [record.nid.to_string()]);
    let mut enrichments = BTreeMap::new();
    for (_, entry) in context.store.scan(context.tenant, &range).await? {
        let enrichment: Enrichment = change::read(&entry.value)?;
        enrichments.insert(enrichment.integration, enrichment.data);
    }
    Ok(EstateRecordView {
        active: record.is_active_in(context.now.month()),
        record,
        enrichments,
    })
}
