//! Estate records on the wire: the vendor's API, which only takes, and the
//! administrator's view of what came of it, which is ours.
//!
//! Unknown members are passed over, as the vendor does. Every accepted request
//! is answered with one sentence that counts its items.

use super::member;
use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Response, Status, Template};
use crate::operation::{
    CostUpdate, CostValue, DeleteRecords, EnrichRecords, EnrichmentItem, EstateRecordView, Fault,
    ListRecords, Name, Operation, Outcome, RecordItem, RecordPeriod, RecordReference, Reference,
    RemovalPeriod, UpsertRecords,
};
use crate::record::Nid;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::{Map, Value, json};

pub(super) const RECORDS: &str = "/v1/estateRecords";
pub(super) const ENRICHMENTS: &str = "/v1/enrichments/estateRecords";
pub(super) const VIEWS: &str = "/admin/klarity/records";
pub(super) const VIEW: &str = "/admin/klarity/records/{nid}";

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    Ok(match route.operation {
        Name::UpsertRecords => {
            let members = document::read_object(request, site)?;
            Operation::UpsertRecords(read_upsert(members)?)
        }
        Name::DeleteRecords => {
            let members = document::read_object(request, site)?;
            Operation::DeleteRecords(read_removal(members)?)
        }
        Name::EnrichRecords => {
            let members = document::read_object(request, site)?;
            Operation::EnrichRecords(read_enrichments(members)?)
        }
        Name::ListRecords => {
            let query = document::read_query(request)?;
            Operation::ListRecords(ListRecords {
                integration: document::parameter(&query, "integration")?,
                kind: document::parameter(&query, "type")?,
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
            })
        }
        Name::GetRecord => Operation::GetRecord(Reference {
            id: captures.value("nid").into(),
        }),
        _ => return Err(Fault::Internal),
    })
}

fn read_upsert(mut members: Map<String, Value>) -> Result<UpsertRecords, Fault> {
    let root = Place::Root;
    let period = document::take(
        &mut members,
        &root,
        "insertInPeriod",
        |value, place| match value.as_str() {
            Some("current") => Ok(RecordPeriod::Current),
            Some("previous") => Ok(RecordPeriod::Previous),
            _ => Err(place.refuse("must be current or previous")),
        },
    );
    Ok(UpsertRecords {
        period: period?.unwrap_or_default(),
        records: document::require(&mut members, &root, "records", |value, place| {
            document::items(value, place, read_item)
        })?,
    })
}

fn read_item(value: Value, place: &Place<'_>) -> Result<RecordItem, Fault> {
    let mut members = document::object(value, place)?;
    Ok(RecordItem {
        id: document::require(&mut members, place, "id", document::text)?,
        kind: document::require(&mut members, place, "type", document::text)?,
        name: document::take(&mut members, place, "name", document::text)?,
        metadata: document::take(&mut members, place, "metadata", document::object)?,
        tags: document::take(&mut members, place, "tags", read_tags)?,
        costs: document::take(&mut members, place, "costs", read_costs)?,
        valid_through: document::take(&mut members, place, "validThrough", document::text)?,
    })
}

fn read_tags(value: Value, place: &Place<'_>) -> Result<BTreeMap<String, Option<String>>, Fault> {
    let members = document::object(value, place)?.into_iter();
    members
        .map(|(name, value)| match value {
            Value::Null => Ok((name, None)),
            Value::String(text) => Ok((name, Some(text))),
            _ => Err(place.member(&name).refuse("must be a string or null")),
        })
        .collect()
}

fn read_costs(value: Value, place: &Place<'_>) -> Result<CostUpdate, Fault> {
    let mut members = document::object(value, place)?;
    Ok(CostUpdate {
        currency: document::require(&mut members, place, "currency", document::text)?,
        values: document::require(&mut members, place, "values", |value, place| {
            document::items(value, place, read_cost)
        })?,
    })
}

fn read_cost(value: Value, place: &Place<'_>) -> Result<CostValue, Fault> {
    let mut members = document::object(value, place)?;
    Ok(CostValue {
        date: document::require(&mut members, place, "date", document::text)?,
        value: document::take(&mut members, place, "value", |value, place| match value {
            Value::String(text) => Ok(text),
            _ => Err(place.refuse("must be a decimal number in a string, or null")),
        })?,
    })
}

fn read_removal(mut members: Map<String, Value>) -> Result<DeleteRecords, Fault> {
    let root = Place::Root;
    Ok(DeleteRecords {
        period: document::require(&mut members, &root, "period", |value, place| {
            match value.as_str() {
                Some("current") => Ok(RemovalPeriod::Current),
                Some("previous") => Ok(RemovalPeriod::Previous),
                Some("all") => Ok(RemovalPeriod::All),
                _ => Err(place.refuse("must be current, previous or all")),
            }
        })?,
        records: document::require(&mut members, &root, "records", |value, place| {
            document::items(value, place, read_reference)
        })?,
    })
}

/// A record is named by `nid` alone or by `id`, `type` and `name` together.
fn read_reference(value: Value, place: &Place<'_>) -> Result<RecordReference, Fault> {
    let mut members = document::object(value, place)?;
    let nid = document::take(&mut members, place, "nid", read_nid)?;
    let id = document::take(&mut members, place, "id", document::text)?;
    let kind = document::take(&mut members, place, "type", document::text)?;
    let name = document::take(&mut members, place, "name", document::text)?;
    match (nid, id, kind, name) {
        (Some(nid), None, None, None) => Ok(RecordReference::Nid(nid)),
        (None, Some(id), Some(kind), Some(name)) => Ok(RecordReference::Named { id, kind, name }),
        _ => Err(place.refuse("must have either nid, or id, type and name")),
    }
}

fn read_nid(value: Value, place: &Place<'_>) -> Result<Nid, Fault> {
    let text = document::text(value, place)?;
    Nid::read(&text).ok_or_else(|| place.refuse("must be a uuid"))
}

fn read_enrichments(mut members: Map<String, Value>) -> Result<EnrichRecords, Fault> {
    let root = Place::Root;
    Ok(EnrichRecords {
        enrichments: document::require(&mut members, &root, "enrichments", |value, place| {
            document::items(value, place, read_enrichment)
        })?,
    })
}

fn read_enrichment(value: Value, place: &Place<'_>) -> Result<EnrichmentItem, Fault> {
    let mut members = document::object(value, place)?;
    let nid = document::require(&mut members, place, "record", |value, place| {
        let mut members = document::object(value, place)?;
        document::require(&mut members, place, "nid", read_nid)
    })?;
    let data = document::require(&mut members, place, "data", document::object)?;
    Ok(EnrichmentItem { nid, data })
}

/// The sentence that answers an accepted request, around the count.
const SENTENCE: (&str, &str) = ("Accepted ", " estate records");

pub(super) fn write_response(outcome: &Outcome) -> Response {
    let (status, content) = match outcome {
        Outcome::Accepted(count) => {
            let (before, after) = SENTENCE;
            let message = format!("{before}{count}{after}");
            (Status::ACCEPTED, json!({ "message": message }))
        }
        Outcome::Records(page) => (
            Status::OK,
            document::write_page("records", page, EstateRecordView::clone),
        ),
        other => (Status::OK, other.to_value()),
    };
    Response::json(status, content.to_string())
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    Ok(match operation {
        Operation::UpsertRecords(request) => {
            let period = match request.period {
                RecordPeriod::Current => "current",
                RecordPeriod::Previous => "previous",
            };
            let records: Vec<Value> = request.records.iter().map(write_item).collect();
            let content = json!({ "insertInPeriod": period, "records": records });
            document::write_object(Method::Post, RECORDS.into(), &content)
        }
        Operation::DeleteRecords(request) => {
            let period = match request.period {
                RemovalPeriod::Current => "current",
                RemovalPeriod::Previous => "previous",
                RemovalPeriod::All => "all",
            };
            let records = request.records.iter().map(|reference| match reference {
                RecordReference::Nid(nid) => json!({ "nid": nid }),
                RecordReference::Named { id, kind, name } => {
                    json!({ "id": id, "type": kind, "name": name })
                }
            });
            let content = json!({ "period": period, "records": records.collect::<Vec<_>>() });
            document::write_object(Method::Delete, RECORDS.into(), &content)
        }
        Operation::EnrichRecords(request) => {
            let items = request
                .enrichments
                .iter()
                .map(|item| json!({ "record": { "nid": item.nid }, "data": item.data }));
            let content = json!({ "enrichments": items.collect::<Vec<_>>() });
            document::write_object(Method::Post, ENRICHMENTS.into(), &content)
        }
        Operation::ListRecords(request) => {
            let mut query = document::page_query(request.page_size, &request.page_token);
            for (name, value) in [
                ("integration", &request.integration),
                ("type", &request.kind),
            ] {
                if !value.is_empty() {
                    query.push(name, value.as_str());
                }
            }
            document::write_query(VIEWS, &query)
        }
        Operation::GetRecord(request) => {
            let path = Template::new(VIEW).render(&[("nid", &request.id)]);
            Request::new(Method::Get, path)
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}

fn write_item(item: &RecordItem) -> Value {
    let mut members = Map::new();
    members.insert("id".into(), json!(item.id));
    members.insert("type".into(), json!(item.kind));
    if let Some(name) = &item.name {
        members.insert("name".into(), json!(name));
    }
    if let Some(metadata) = &item.metadata {
        members.insert("metadata".into(), json!(metadata));
    }
    if let Some(tags) = &item.tags {
        members.insert("tags".into(), json!(tags));
    }
    if let Some(costs) = &item.costs {
        let values = costs
            .values
            .iter()
            .map(|cost| json!({ "date": cost.date, "value": cost.value }));
        let values: Vec<Value> = values.collect();
        let costs = json!({ "currency": costs.currency, "values": values });
        members.insert("costs".into(), costs);
    }
    if let Some(month) = &item.valid_through {
        members.insert("validThrough".into(), json!(month));
    }
    Value::Object(members)
}

pub(super) fn read_response(
    operation: &Operation,
    response: &Response,
    content: Value,
) -> Result<Outcome, Unspoken> {
    Ok(match operation {
        Operation::ListRecords(_) => Outcome::Records(document::read_page(
            "records",
            content,
            |record: EstateRecordView| record,
        )?),
        Operation::GetRecord(_) => Outcome::Record(document::read_as(content)?),
        _ => {
            let (before, after) = SENTENCE;
            let count = member(&content, "message")
                .and_then(|message| message.strip_prefix(before)?.strip_suffix(after))
                .and_then(|count| count.parse().ok());
            match count {
                Some(count) if response.status == Status::ACCEPTED => Outcome::Accepted(count),
                _ => {
                    let problem = "no count of accepted estate records".to_string();
                    return Err(Unspoken::Response(problem));
                }
            }
        }
    })
}
