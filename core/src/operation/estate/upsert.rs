//! Creating and updating estate records. Only the members present are
//! changed: metadata by merge patch ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)),
//! tags one by one, costs day by day.

use super::{admit, integration, kind_key, record_key};
use crate::operation::change::{Attempts, Change, Committed, Stored, load_all};
use crate::operation::{Context, Fault, Name, Outcome};
use crate::record::{Cost, EstateRecord, Nid};
use crate::store::{Key, Store};
use crate::time::{Month, is_calendar_date};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The most tags of one item.
const MAX_TAGS: usize = 1000;

/// Creates or updates estate records.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpsertRecords {
    /// The billing period that they enter.
    #[serde(default)]
    pub period: RecordPeriod,
    /// 1 to 1000 items, applied in order.
    pub records: Vec<RecordItem>,
}

/// A billing period that records may enter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordPeriod {
    /// This month.
    #[default]
    Current,
    /// The month before.
    Previous,
}

/// One record to create or update.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordItem {
    /// The integration's own identifier, 1 to 255 characters.
    pub id: String,
    /// The type, 1 to 255 characters.
    #[serde(rename = "type")]
    pub kind: String,
    /// A name; the identifier unless given.
    pub name: Option<String>,
    /// A merge patch of the metadata.
    pub metadata: Option<Map<String, Value>>,
    /// Tags to set, or with `None` to remove.
    pub tags: Option<BTreeMap<String, Option<String>>>,
    /// Costs to set or to clear.
    pub costs: Option<CostUpdate>,
    /// The last month in which the record is active, as `YYYY-MM`.
    pub valid_through: Option<String>,
}

/// Costs to set or to clear.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostUpdate {
    /// The ISO 4217 code.
    pub currency: String,
    /// 1 to 1000 days.
    pub values: Vec<CostValue>,
}

/// What a record cost on one day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostValue {
    /// The day, as `YYYY-MM-DD`.
    pub date: String,
    /// The amount; `None` clears the day.
    #[serde(default)]
    pub value: Option<String>,
}

pub(in crate::operation) async fn upsert<S: Store>(
    request: UpsertRecords,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let current = context.now.month();
    let period = match request.period {
        RecordPeriod::Current => current,
        RecordPeriod::Previous => current.previous(),
    };
    admit::items("records", request.records.len())?;
    for (index, item) in request.records.iter().enumerate() {
        admit_item(&|| format!("records[{index}]"), item, period)?;
    }
    let integration = integration(context)?;
    let nids: Vec<Nid> = request
        .records
        .iter()
        .map(|item| Nid::of(integration, &item.kind, &item.id))
        .collect();
    let distinct: Vec<Nid> = nids
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let keys: Vec<Key> = distinct.iter().map(|nid| record_key(*nid)).collect();
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let stored: Vec<Option<Stored<EstateRecord>>> = load_all(context, &keys).await?;
        let mut records: BTreeMap<Nid, EstateRecord> = BTreeMap::new();
        for (nid, item) in nids.iter().zip(&request.records) {
            let record = records.entry(*nid).or_insert_with(|| {
                let place = distinct.binary_search(nid).ok();
                let former = place.and_then(|place| stored[place].as_ref());
                former.map_or_else(
                    || EstateRecord {
                        nid: *nid,
                        integration: integration.clone(),
                        id: item.id.clone(),
                        kind: item.kind.clone(),
                        name: item.id.clone(),
                        metadata: Map::new(),
                        tags: BTreeMap::new(),
                        costs: BTreeMap::new(),
                        active_from: period,
                        valid_through: None,
                        removed_from: None,
                        removed_in: BTreeSet::new(),
                        updated_at: context.now,
                    },
                    |former| former.document.clone(),
                )
            });
            apply(record, item, period);
            record.updated_at = context.now;
        }
        let mut change = Change::new(context);
        for ((key, nid), former) in keys.iter().zip(&distinct).zip(&stored) {
            let record = records.get(nid).ok_or(Fault::Internal)?;
            change = match former {
                Some(former) => change.replace(key.clone(), former, record)?,
                None => change
                    .create(key.clone(), record)?
                    .set(kind_key(&record.kind, *nid), &record.kind)?,
            };
        }
        let target = format!("{} records", request.records.len());
        if change
            .audit(&audit, Name::UpsertRecords, &target)?
            .commit()
            .await?
            == Committed::Yes
        {
            return Ok(Outcome::Accepted(request.records.len()));
        }
        attempts.again()?;
    }
}

fn admit_item(at: &dyn Fn() -> String, item: &RecordItem, period: Month) -> Result<(), Fault> {
    admit::text(&|| format!("{}.id", at()), &item.id)?;
    admit::kind(&|| format!("{}.type", at()), &item.kind)?;
    if let Some(name) = &item.name {
        admit::short(&|| format!("{}.name", at()), name)?;
    }
    if let Some(metadata) = &item.metadata {
        if metadata.contains_key("tags") {
            return Err(Fault::field(
                format!("{}.metadata.tags", at()),
                "is not allowed, tags have a member of their own",
            ));
        }
        admit::document(&|| format!("{}.metadata", at()), metadata)?;
    }
    if let Some(tags) = &item.tags {
        admit_tags(&|| format!("{}.tags", at()), tags)?;
    }
    if let Some(costs) = &item.costs {
        admit_costs(&|| format!("{}.costs", at()), costs)?;
    }
    if let Some(text) = &item.valid_through {
        let at = || format!("{}.validThrough", at());
        let month = Month::read(text)
            .filter(|_| text.starts_with('2'))
            .ok_or_else(|| Fault::field(at(), "is not a month written 2YYY-MM"))?;
        if month < period {
            return Err(Fault::field(at(), format!("is before the period {period}")));
        }
    }
    Ok(())
}

fn admit_tags(
    at: &dyn Fn() -> String,
    tags: &BTreeMap<String, Option<String>>,
) -> Result<(), Fault> {
    if tags.len() > MAX_TAGS {
        return Err(Fault::field(
            at(),
            format!("has more than {MAX_TAGS} members"),
        ));
    }
    let mut weight = 2;
    for (name, value) in tags {
        let value = value.as_deref().unwrap_or("");
        admit::short(&|| format!("{}.{name}", at()), value)?;
        weight += name.len() + value.len() + 6;
    }
    if weight > 1024 * 1024 {
        return Err(Fault::field(at(), "has more than 1 MB"));
    }
    Ok(())
}

fn admit_costs(at: &dyn Fn() -> String, costs: &CostUpdate) -> Result<(), Fault> {
    admit::currency(&|| format!("{}.currency", at()), &costs.currency)?;
    admit::items(&format!("{}.values", at()), costs.values.len())?;
    for (index, cost) in costs.values.iter().enumerate() {
        if !is_calendar_date(&cost.date) {
            let at = format!("{}.values[{index}].date", at());
            return Err(Fault::field(
                at,
                "is not a calendar date written YYYY-MM-DD",
            ));
        }
        if let Some(value) = &cost.value {
            admit::amount(&|| format!("{}.values[{index}].value", at()), value)?;
        }
    }
    Ok(())
}

fn apply(record: &mut EstateRecord, item: &RecordItem, period: Month) {
    if let Some(name) = &item.name {
        record.name.clone_from(name);
    }
    if let Some(patch) = &item.metadata {
        merge(&mut record.metadata, patch);
    }
    for (name, value) in item.tags.iter().flatten() {
        match value {
            Some(value) => record.tags.insert(name.clone(), value.clone()),
            None => record.tags.remove(name),
        };
    }
    if let Some(costs) = &item.costs {
        for cost in &costs.values {
            match &cost.value {
                Some(value) => record.costs.insert(
                    cost.date.clone(),
                    Cost {
                        currency: costs.currency.clone(),
                        value: value.to_string(),
                    },
                ),
                None => record.costs.remove(&cost.date),
            };
        }
    }
    if let Some(month) = item.valid_through.as_deref().and_then(Month::read) {
        record.valid_through = Some(month);
    }
    // Entering a period again undoes its deletion from that period.
    record.removed_in.remove(&period);
    if record.removed_from.is_some_and(|first| first <= period) {
        record.removed_from = None;
    }
    record.active_from = record.active_from.min(period);
}

/// Applies a merge patch: `null` removes, objects merge, the rest replaces.
fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(name);
            }
            Value::Object(patch) => {
                let member = target.entry(name.clone()).or_insert(Value::Null);
                if !member.is_object() {
                    *member = Value::Object(Map::new());
                }
                if let Value::Object(member) = member {
                    merge(member, patch);
                }
            }
            value => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::merge;
    use serde_json::{Value, json};

    /// The cases of RFC 7396 appendix A whose target and patch are objects.
    #[test]
    fn the_examples_of_rfc_7396_hold() {
        for (target, patch, expected) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (
                json!({"a":"b","b":"c"}),
                json!({"a":null}),
                json!({"b":"c"}),
            ),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (
                json!({}),
                json!({"a":{"bb":{"ccc":null}}}),
                json!({"a":{"bb":{}}}),
            ),
        ] {
            let (Value::Object(mut actual), Value::Object(patch)) = (target, patch) else {
                panic!("the cases are objects")
            };
            merge(&mut actual, &patch);
            assert_eq!(Value::Object(actual), expected);
        }
    }
}
