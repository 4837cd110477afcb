//! Deleting estate records from billing periods. An integration deletes only
//! what it made; what it does not know is passed over.

use super::{admit, integration, kind_key, record_key};
use crate::operation::change::{Attempts, Change, Committed, Stored, load_all};
use crate::operation::{Context, Fault, Name, Outcome};
use crate::record::{EstateRecord, Nid};
use crate::store::{Key, Store};
use crate::time::Month;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

/// Deletes estate records.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteRecords {
    /// From which billing periods.
    pub period: RemovalPeriod,
    /// 1 to 1000 items.
    pub records: Vec<RecordReference>,
}

/// Billing periods from which records may be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemovalPeriod {
    /// From this month on.
    Current,
    /// From the month before only.
    Previous,
    /// From all of them.
    All,
}

/// Names one record, by its permanent identity or by the integration's words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RecordReference {
    /// By its permanent identity.
    Nid(Nid),
    /// By identifier, type and name; all three must match.
    Named {
        /// The integration's own identifier.
        id: String,
        /// The type.
        #[serde(rename = "type")]
        kind: String,
        /// The name.
        name: String,
    },
}

pub(in crate::operation) async fn delete<S: Store>(
    request: DeleteRecords,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    admit::items("records", request.records.len())?;
    for (index, reference) in request.records.iter().enumerate() {
        if let RecordReference::Named { id, kind, name } = reference {
            let at = |member: &str| format!("records[{index}].{member}");
            admit::text(&|| at("id"), id)?;
            admit::kind(&|| at("type"), kind)?;
            admit::text(&|| at("name"), name)?;
        }
    }
    let integration = integration(context)?;
    let mut wanted: BTreeMap<Nid, Vec<&RecordReference>> = BTreeMap::new();
    for reference in &request.records {
        let nid = match reference {
            RecordReference::Nid(nid) => *nid,
            RecordReference::Named { id, kind, .. } => Nid::of(integration, kind, id),
        };
        wanted.entry(nid).or_default().push(reference);
    }
    let keys: Vec<Key> = wanted.keys().map(|nid| record_key(*nid)).collect();
    let audit = context.uuid();
    let current = context.now.month();
    let mut attempts = Attempts::new();
    loop {
        let stored: Vec<Option<Stored<EstateRecord>>> = load_all(context, &keys).await?;
        let mut change = Change::new(context);
        for ((key, references), stored) in keys.iter().zip(wanted.values()).zip(&stored) {
            let Some(stored) = stored else { continue };
            let record = &stored.document;
            let meant = record.integration == *integration
                && references.iter().any(|reference| match reference {
                    RecordReference::Nid(_) => true,
                    RecordReference::Named { name, .. } => *name == record.name,
                });
            if meant {
                change = match remaining(record, request.period, current) {
                    Some(mut record) => {
                        record.updated_at = context.now;
                        change.replace(key.clone(), stored, &record)?
                    }
                    None => change
                        .delete(key.clone(), stored)
                        .forget(kind_key(&record.kind, record.nid)),
                };
            }
        }
        let target = format!("{} records", request.records.len());
        if change
            .audit(&audit, Name::DeleteRecords, &target)?
            .commit()
            .await?
            == Committed::Yes
        {
            return Ok(Outcome::Accepted(request.records.len()));
        }
        attempts.again()?;
    }
}

/// What is left of a record; `None` when no period has it any more.
fn remaining(record: &EstateRecord, period: RemovalPeriod, current: Month) -> Option<EstateRecord> {
    let mut record = record.clone();
    match period {
        RemovalPeriod::All => return None,
        RemovalPeriod::Current => {
            record.removed_from = Some(
                record
                    .removed_from
                    .map_or(current, |first| first.min(current)),
            );
        }
        RemovalPeriod::Previous => {
            record.removed_in.insert(current.previous());
        }
    }
    // Deletion reaches one month back, so older months keep a record, and so
    // does this one unless it was deleted from it.
    let kept = record.is_active_in(current)
        || record.is_active_in(current.previous())
        || record.active_from < current.previous();
    kept.then_some(record)
}
