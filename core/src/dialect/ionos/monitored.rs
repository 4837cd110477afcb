//! Alarms and actions as documents: written by a server, read by a client.

use super::{duration, monitoring};
use crate::dialect::Unspoken;
use crate::dialect::document::read_as;
use crate::http::Template;
use crate::operation::AlarmView;
use crate::record::{
    Action, AlarmExpression, AlarmHistory, AlarmState, Authorship, Execution, Signature,
    Transition, UserId,
};
use crate::time::Timestamp;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use serde_json::{Value, json};

/// A list of documents as a document.
pub(super) fn collection(id: &str, path: &str, base: &str, items: &[Value]) -> Value {
    json!({
        "id": id,
        "type": "collection",
        "href": format!("{base}{path}"),
        "items": items,
    })
}

fn href(base: &str, template: &'static str, id: &str) -> String {
    format!("{base}{}", Template::new(template).render(&[("id", id)]))
}

pub(super) fn write_action(action: &Action, base: &str) -> Value {
    json!({
        "id": action.id,
        "type": "action",
        "href": href(base, monitoring::ACTION, &action.id),
        "metadata": metadata(&action.authorship),
        "properties": action_properties(&action.name, &action.email_to),
    })
}

pub(super) fn action_properties(name: &str, email_to: &str) -> Value {
    json!({ "name": name, "type": "EMAIL", "typeProperties": { "emailTo": email_to } })
}

pub(super) fn write_alarm(alarm: &AlarmView, base: &str) -> Value {
    let mut metadata = metadata(&alarm.authorship);
    metadata["state"] = json!(alarm.state);
    let mut document = json!({
        "id": alarm.id,
        "type": "alarm",
        "href": href(base, monitoring::ALARM, &alarm.id),
        "metadata": metadata,
        "properties":
            alarm_properties(&alarm.name, &alarm.expression, alarm.delay, &alarm.actions),
    });
    if let Some(history) = &alarm.history {
        document["entities"] = entities(&alarm.id, history, base);
    }
    document
}

pub(super) fn alarm_properties(
    name: &str,
    expression: &AlarmExpression,
    delay: u32,
    actions: &[String],
) -> Value {
    let actions: Vec<Value> = actions.iter().map(|id| json!({ "id": id })).collect();
    json!({
        "name": name,
        "expression": {
            "source": expression.source,
            "metric": expression.metric,
            "comparisonOperator": expression.comparison,
            "comparisonThreshold": expression.threshold,
            "range": duration::write(expression.range),
            "rangeAggregation": expression.aggregation,
            "unit": expression.unit,
        },
        "delay": duration::write(delay),
        "actions": actions,
    })
}

fn metadata(authorship: &Authorship) -> Value {
    let Authorship {
        etag,
        created,
        modified,
    } = authorship;
    json!({
        "etag": etag,
        "createdBy": created.login,
        "createdByUserId": created.user,
        "createdDate": created.at.to_rfc3339_millis(),
        "lastModifiedBy": modified.login,
        "lastModifiedByUserId": modified.user,
        "lastModifiedDate": modified.at.to_rfc3339_millis(),
    })
}

/// The children of an alarm.
fn entities(alarm: &str, history: &AlarmHistory, base: &str) -> Value {
    let list = |id: &str, items: &[Value]| {
        let path = Template::new(monitoring::ALARM).render(&[("id", alarm)]);
        collection(id, &format!("{path}/{id}"), base, items)
    };
    let transition = |transition: &Transition| {
        json!({
            "id": transition.id,
            "type": "transition",
            "properties": {
                "date": transition.at.to_rfc3339_millis(),
                "from": transition.from,
                "to": transition.to,
                "value": transition.value,
            },
        })
    };
    let execution = |execution: &Execution| {
        json!({
            "id": execution.id,
            "type": "execution",
            "properties": {
                "date": execution.at.to_rfc3339_millis(),
                "action": { "id": execution.action },
                "transition": { "id": execution.transition },
            },
        })
    };
    let transitions: Vec<Value> = history.transitions.iter().map(transition).collect();
    let executions: Vec<Value> = history.executions.iter().map(execution).collect();
    json!({
        "transitions": list("transitions", &transitions),
        "executions": list("executions", &executions),
    })
}

#[derive(Deserialize)]
struct Document<P> {
    id: String,
    metadata: Metadata,
    properties: P,
    #[serde(default)]
    entities: Option<Entities>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    etag: String,
    created_by: String,
    created_by_user_id: UserId,
    created_date: String,
    last_modified_by: String,
    last_modified_by_user_id: UserId,
    last_modified_date: String,
    #[serde(default)]
    state: AlarmState,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActionContent {
    name: String,
    type_properties: Mail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    email_to: String,
}

#[derive(Deserialize)]
struct AlarmContent {
    name: String,
    expression: Value,
    delay: String,
    actions: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Entities {
    transitions: Items<TransitionContent>,
    executions: Items<ExecutionContent>,
}

#[derive(Deserialize)]
struct Items<P> {
    items: Vec<Item<P>>,
}

#[derive(Deserialize)]
struct Item<P> {
    id: String,
    properties: P,
}

#[derive(Deserialize)]
struct TransitionContent {
    date: String,
    from: AlarmState,
    to: AlarmState,
    value: f64,
}

#[derive(Deserialize)]
struct ExecutionContent {
    date: String,
    action: Named,
    transition: Named,
}

pub(super) fn read_action(content: Value) -> Result<Action, Unspoken> {
    let document: Document<ActionContent> = read_as(content)?;
    Ok(Action {
        id: document.id,
        // To which contract it belongs, its document does not say.
        contract: 0,
        name: document.properties.name,
        email_to: document.properties.type_properties.email_to,
        authorship: document.metadata.read()?,
    })
}

pub(super) fn read_alarm(content: Value) -> Result<AlarmView, Unspoken> {
    let document: Document<AlarmContent> = read_as(content)?;
    let AlarmContent {
        name,
        expression,
        delay,
        actions,
    } = document.properties;
    Ok(AlarmView {
        id: document.id,
        name,
        expression: read_expression(expression)?,
        delay: read_duration(&delay)?,
        actions: actions.into_iter().map(|action| action.id).collect(),
        state: document.metadata.state,
        authorship: document.metadata.read()?,
        history: document.entities.map(Entities::read).transpose()?,
    })
}

fn read_expression(mut content: Value) -> Result<AlarmExpression, Unspoken> {
    let mut take = |name: &str| content.get_mut(name).map(Value::take).unwrap_or_default();
    let range: String = read_as(take("range"))?;
    Ok(AlarmExpression {
        source: read_as(take("source"))?,
        metric: read_as(take("metric"))?,
        comparison: read_as(take("comparisonOperator"))?,
        threshold: read_as(take("comparisonThreshold"))?,
        range: read_duration(&range)?,
        aggregation: read_as(take("rangeAggregation"))?,
        unit: read_as(take("unit"))?,
    })
}

impl Metadata {
    fn read(self) -> Result<Authorship, Unspoken> {
        Ok(Authorship {
            etag: self.etag,
            created: Signature {
                at: read_date(&self.created_date)?,
                user: self.created_by_user_id,
                login: self.created_by,
            },
            modified: Signature {
                at: read_date(&self.last_modified_date)?,
                user: self.last_modified_by_user_id,
                login: self.last_modified_by,
            },
        })
    }
}

impl Entities {
    fn read(self) -> Result<AlarmHistory, Unspoken> {
        let transition = |item: Item<TransitionContent>| {
            let TransitionContent {
                date,
                from,
                to,
                value,
            } = item.properties;
            Ok(Transition {
                id: item.id,
                at: read_date(&date)?,
                from,
                to,
                value,
            })
        };
        let execution = |item: Item<ExecutionContent>| {
            Ok(Execution {
                id: item.id,
                at: read_date(&item.properties.date)?,
                action: item.properties.action.id,
                transition: item.properties.transition.id,
            })
        };
        let transitions = self.transitions.items.into_iter().map(transition);
        let executions = self.executions.items.into_iter().map(execution);
        Ok(AlarmHistory {
            transitions: transitions.collect::<Result<_, Unspoken>>()?,
            executions: executions.collect::<Result<_, Unspoken>>()?,
        })
    }
}

fn read_date(text: &str) -> Result<Timestamp, Unspoken> {
    Timestamp::read_rfc3339(text)
        .ok_or_else(|| Unspoken::Response(format!("{text:?} is not a date")))
}

fn read_duration(text: &str) -> Result<u32, Unspoken> {
    duration::read(text).ok_or_else(|| Unspoken::Response(format!("{text:?} is not a duration")))
}
