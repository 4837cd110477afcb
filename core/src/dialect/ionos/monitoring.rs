//! The MonitoringAPI: alarms, their history, and actions. The vendor publishes
//! the members `name`, `expression`, `source`, `metric` and
//! `comparisonThreshold` of an alarm; the names of the others are ours.
//!
//! <https://api.ionos.com/docs/monitoring/v1/>

use super::{duration, monitored};
use crate::dialect::document::{self, Place, read_query};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Pairs, Request, Template};
use crate::operation::{
    ActionProperties, AlarmProperties, AlarmReference, Depth, Fault, ListActions, ListAlarms,
    MonitoringOrder, Name, Operation, Outcome, Reference, UpdateAction, UpdateAlarm,
};
use crate::record::{Aggregation, AlarmExpression, Comparison, Metric, Unit};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

pub(super) const ALARMS: &str = "/cloudapi/monitoring/alarms";
pub(super) const ALARM: &str = "/cloudapi/monitoring/alarms/{id}";
pub(super) const ACTIONS: &str = "/cloudapi/monitoring/actions";
pub(super) const ACTION: &str = "/cloudapi/monitoring/actions/{id}";

/// The range of an alarm that names none, in seconds.
const DEFAULT_RANGE: u32 = 300;

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let id = String::from(captures.value("id"));
    Ok(match route.operation {
        Name::CreateAction => Operation::CreateAction(read_action(request, site)?),
        Name::UpdateAction => Operation::UpdateAction(UpdateAction {
            id,
            properties: read_action(request, site)?,
        }),
        Name::GetAction => Operation::GetAction(Reference { id }),
        Name::DeleteAction => Operation::DeleteAction(Reference { id }),
        Name::ListActions => {
            let query = read_query(request)?;
            // Actions have no children, but the parameter is read all the same.
            read_depth(&query)?;
            Operation::ListActions(ListActions {
                order: read_order(&query)?,
            })
        }
        Name::CreateAlarm => Operation::CreateAlarm(read_alarm(request, site)?),
        Name::UpdateAlarm => Operation::UpdateAlarm(UpdateAlarm {
            id,
            properties: read_alarm(request, site)?,
        }),
        Name::GetAlarm => Operation::GetAlarm(AlarmReference {
            id,
            depth: read_depth(&read_query(request)?)?,
        }),
        Name::DeleteAlarm => Operation::DeleteAlarm(Reference { id }),
        Name::ListAlarms => {
            let query = read_query(request)?;
            Operation::ListAlarms(ListAlarms {
                order: read_order(&query)?,
                depth: read_depth(&query)?,
            })
        }
        _ => return Err(Fault::Internal),
    })
}

fn read_depth(query: &Pairs) -> Result<Depth, Fault> {
    Ok(Depth(document::number(query, "depth")?.unwrap_or(0)))
}

const ORDERS: [(&str, MonitoringOrder); 2] = [
    ("createdDate", MonitoringOrder::Created),
    ("lastModifiedDate", MonitoringOrder::Modified),
];

fn read_order(query: &Pairs) -> Result<MonitoringOrder, Fault> {
    let text = document::parameter(query, "orderBy")?;
    if text.is_empty() {
        return Ok(MonitoringOrder::Created);
    }
    let order = ORDERS.iter().find(|(name, _)| *name == text);
    order
        .map(|(_, order)| *order)
        .ok_or_else(|| Fault::field("orderBy", "must be createdDate or lastModifiedDate"))
}

/// Takes the properties out of the content. What else an answer of ours has
/// may be sent back and does not count.
fn read_properties(request: &Request, site: &Site<'_>) -> Result<Map<String, Value>, Fault> {
    let root = Place::Root;
    let mut members = document::read_object(request, site)?;
    let properties = document::require(&mut members, &root, "properties", document::object)?;
    for known in ["id", "type", "href", "metadata", "entities"] {
        members.remove(known);
    }
    document::refuse_others(&members, &root)?;
    Ok(properties)
}

fn read_action(request: &Request, site: &Site<'_>) -> Result<ActionProperties, Fault> {
    let mut members = read_properties(request, site)?;
    let root = Place::Root;
    let place = root.member("properties");
    let name = document::require(&mut members, &place, "name", document::text)?;
    let kind = document::require(&mut members, &place, "type", document::text)?;
    if kind != "EMAIL" {
        return Err(place.member("type").refuse("must be EMAIL"));
    }
    let what = "typeProperties";
    let mut inner = document::require(&mut members, &place, what, document::object)?;
    document::refuse_others(&members, &place)?;
    let place = place.member(what);
    let email_to = document::require(&mut inner, &place, "emailTo", document::text)?;
    document::refuse_others(&inner, &place)?;
    Ok(ActionProperties { name, email_to })
}

fn read_alarm(request: &Request, site: &Site<'_>) -> Result<AlarmProperties, Fault> {
    let mut members = read_properties(request, site)?;
    let root = Place::Root;
    let place = root.member("properties");
    let name = document::require(&mut members, &place, "name", document::text)?;
    let expression = document::require(&mut members, &place, "expression", read_expression)?;
    let delay = document::take(&mut members, &place, "delay", seconds)?;
    let actions = document::take(&mut members, &place, "actions", |value, place| {
        document::items(value, place, read_reference)
    })?;
    document::refuse_others(&members, &place)?;
    Ok(AlarmProperties {
        name,
        expression,
        delay: delay.unwrap_or(0),
        actions: actions.unwrap_or_default(),
    })
}

fn read_reference(value: Value, place: &Place<'_>) -> Result<String, Fault> {
    let mut members = document::object(value, place)?;
    let id = document::require(&mut members, place, "id", document::text)?;
    // An answer's item may be sent back as it came.
    for known in ["type", "href"] {
        members.remove(known);
    }
    document::refuse_others(&members, place)?;
    Ok(id)
}

fn read_expression(value: Value, place: &Place<'_>) -> Result<AlarmExpression, Fault> {
    let mut members = document::object(value, place)?;
    let source = document::require(&mut members, place, "source", document::text)?;
    let metric: Metric = document::require(&mut members, place, "metric", word)?;
    let threshold = document::require(&mut members, place, "comparisonThreshold", number)?;
    let comparison = document::take(&mut members, place, "comparisonOperator", word)?;
    let range = document::take(&mut members, place, "range", seconds)?;
    let aggregation = document::take(&mut members, place, "rangeAggregation", word)?;
    let aggregation = aggregation.unwrap_or(Aggregation::Avg);
    let unit = document::take(&mut members, place, "unit", word)?;
    document::refuse_others(&members, place)?;
    let default = match aggregation {
        Aggregation::Avg if !metric.is_level() => Unit::PerSecond,
        _ => Unit::Total,
    };
    Ok(AlarmExpression {
        source,
        metric,
        comparison: comparison.unwrap_or(Comparison::Greater),
        threshold,
        range: range.unwrap_or(DEFAULT_RANGE),
        aggregation,
        unit: unit.unwrap_or(default),
    })
}

/// Takes a value as one of the words of a list.
fn word<T: DeserializeOwned>(value: Value, place: &Place<'_>) -> Result<T, Fault> {
    if !value.is_string() {
        return Err(place.refuse("must be a string"));
    }
    serde_json::from_value(value).map_err(|_| place.refuse("is not one of the known values"))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form of all that take values"
)]
fn number(value: Value, place: &Place<'_>) -> Result<f64, Fault> {
    value
        .as_f64()
        .ok_or_else(|| place.refuse("must be a number"))
}

fn seconds(value: Value, place: &Place<'_>) -> Result<u32, Fault> {
    let text = document::text(value, place)?;
    duration::read(&text).ok_or_else(|| place.refuse("is not a duration such as PT5M"))
}

pub(super) fn write_response(outcome: &Outcome, site: &Site<'_>) -> Value {
    match outcome {
        Outcome::Action(action) => monitored::write_action(action, site.base),
        Outcome::Actions(actions) => {
            let items = actions.iter();
            let items = items.map(|action| monitored::write_action(action, site.base));
            let items: Vec<Value> = items.collect();
            monitored::collection("actions", ACTIONS, site.base, &items)
        }
        Outcome::Alarm(alarm) => monitored::write_alarm(alarm, site.base),
        Outcome::Alarms(alarms) => {
            let items = alarms.iter();
            let items = items.map(|alarm| monitored::write_alarm(alarm, site.base));
            let items: Vec<Value> = items.collect();
            monitored::collection("alarms", ALARMS, site.base, &items)
        }
        _ => json!({}),
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let one = |template: &'static str, id: &str| Template::new(template).render(&[("id", id)]);
    let action = |action: &ActionProperties| json!({ "properties": monitored::action_properties(&action.name, &action.email_to) });
    let alarm = |alarm: &AlarmProperties| {
        let AlarmProperties {
            name,
            expression,
            delay,
            actions,
        } = alarm;
        let properties = monitored::alarm_properties(name, expression, *delay, actions);
        json!({ "properties": properties })
    };
    let object = document::write_object;
    Ok(match operation {
        Operation::CreateAction(new) => object(Method::Post, ACTIONS.into(), &action(new)),
        Operation::UpdateAction(asked) => {
            let content = action(&asked.properties);
            object(Method::Put, one(ACTION, &asked.id), &content)
        }
        Operation::GetAction(asked) => Request::new(Method::Get, one(ACTION, &asked.id)),
        Operation::DeleteAction(asked) => Request::new(Method::Delete, one(ACTION, &asked.id)),
        Operation::ListActions(asked) => {
            document::write_query(ACTIONS, &write_listing(asked.order, Depth(0)))
        }
        Operation::CreateAlarm(new) => object(Method::Post, ALARMS.into(), &alarm(new)),
        Operation::UpdateAlarm(asked) => {
            let content = alarm(&asked.properties);
            object(Method::Put, one(ALARM, &asked.id), &content)
        }
        Operation::GetAlarm(asked) => {
            let query = write_listing(MonitoringOrder::Created, asked.depth);
            document::write_query(one(ALARM, &asked.id), &query)
        }
        Operation::DeleteAlarm(asked) => Request::new(Method::Delete, one(ALARM, &asked.id)),
        Operation::ListAlarms(asked) => {
            document::write_query(ALARMS, &write_listing(asked.order, asked.depth))
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}

fn write_listing(order: MonitoringOrder, depth: Depth) -> Pairs {
    let mut query = Pairs::new();
    if let Some((name, _)) = ORDERS.iter().find(|(_, known)| *known == order)
        && order != MonitoringOrder::Created
    {
        query.push("orderBy", *name);
    }
    if depth.0 != 0 {
        query.push("depth", depth.0.to_string());
    }
    query
}

pub(super) fn read_response(
    operation: &Operation,
    mut content: Value,
) -> Result<Outcome, Unspoken> {
    match operation {
        Operation::DeleteAction(_) | Operation::DeleteAlarm(_) => Ok(Outcome::Deleted),
        Operation::ListActions(_) => {
            let items: Vec<Value> = document::read_as(content["items"].take())?;
            let actions: Result<_, _> = items.into_iter().map(monitored::read_action).collect();
            actions.map(Outcome::Actions)
        }
        Operation::ListAlarms(_) => {
            let items: Vec<Value> = document::read_as(content["items"].take())?;
            let alarms: Result<_, _> = items.into_iter().map(monitored::read_alarm).collect();
            alarms.map(Outcome::Alarms)
        }
        Operation::CreateAction(_) | Operation::UpdateAction(_) | Operation::GetAction(_) => {
            monitored::read_action(content).map(Outcome::Action)
        }
        Operation::CreateAlarm(_) | Operation::UpdateAlarm(_) | Operation::GetAlarm(_) => {
            monitored::read_alarm(content).map(Outcome::Alarm)
        }
        other => Err(Unspoken::Response(format!("{:?}", other.name()))),
    }
}
