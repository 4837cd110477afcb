//! Enrichments: what an integration adds to a record, replaced whole each
//! time. Cost records cannot be enriched.

use super::{admit, enrichment_key, integration, record_key};
use crate::operation::change::{Attempts, Change, Committed, Stored, load_all};
use crate::operation::{Context, Fault, Name, Outcome};
use crate::record::{Enrichment, EstateRecord, Nid};
use crate::store::{Key, Store};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Enriches estate records.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrichRecords {
    /// 1 to 1000 items; of several for one record the last counts.
    pub enrichments: Vec<EnrichmentItem>,
}

/// What is added to one record.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrichmentItem {
    /// The record.
    pub nid: Nid,
    /// The data, at least one member.
    pub data: Map<String, Value>,
}

pub(in crate::operation) async fn enrich<S: Store>(
    request: EnrichRecords,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let count = request.enrichments.len();
    admit::items("enrichments", count)?;
    for (index, item) in request.enrichments.iter().enumerate() {
        let at = || format!("enrichments[{index}].data");
        if item.data.is_empty() {
            return Err(Fault::field(at(), "must not be empty"));
        }
        admit::document(&at, &item.data)?;
    }
    let integration = integration(context)?;
    let records: Vec<Key> = request
        .enrichments
        .iter()
        .map(|item| record_key(item.nid))
        .collect();
    let stored: Vec<Option<Stored<EstateRecord>>> = load_all(context, &records).await?;
    let costly = stored.iter().position(|record| {
        record
            .as_ref()
            .is_some_and(|record| !record.document.costs.is_empty())
    });
    if let Some(index) = costly {
        let at = format!("enrichments[{index}].record");
        return Err(Fault::field(at, "has costs and cannot be enriched"));
    }
    let latest: BTreeMap<Nid, &Map<String, Value>> = request
        .enrichments
        .iter()
        .map(|item| (item.nid, &item.data))
        .collect();
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let mut change = Change::new(context);
        for (nid, data) in &latest {
            let enrichment = Enrichment {
                nid: *nid,
                integration: integration.clone(),
                data: (*data).clone(),
                updated_at: context.now,
            };
            change = change.set(enrichment_key(*nid, integration), &enrichment)?;
        }
        let target = format!("{count} records");
        if change
            .audit(&audit, Name::EnrichRecords, &target)?
            .commit()
            .await?
            == Committed::Yes
        {
            return Ok(Outcome::Accepted(count));
        }
        attempts.again()?;
    }
}
