//! Alarms: create, list, read, replace, delete. What replaces an alarm leaves
//! its history; whether it warns is found out anew when samples come.

use super::reach::Reach;
use super::{
    Fence, MAX_OF_CONTRACT, MonitoringOrder, action, admit_name, alarm_key, alarms, author, sign,
};
use crate::operation::change::{Attempts, Change, Committed, Stored, load, visit};
use crate::operation::contract::member;
use crate::operation::{Context, Fault, Name, Outcome, Resource};
use crate::record::{
    Aggregation, Alarm, AlarmExpression, AlarmHistory, AlarmState, Authorship, Unit,
};
use crate::store::Store;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The shortest range, in seconds.
const MIN_RANGE: u32 = 120;
/// The longest range and the longest delay, in seconds: a day.
const MAX_SECONDS: u32 = 24 * 60 * 60;
/// The most actions of one alarm.
const MAX_ACTIONS: usize = 10;
/// The longest name of a source, in characters.
const MAX_SOURCE: usize = 256;
/// Nothing nests deeper than this.
const MAX_DEPTH: i64 = 10;

/// What an alarm is: its creation, and what replaces it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmProperties {
    /// A name for people.
    pub name: String,
    /// What it warns of.
    pub expression: AlarmExpression,
    /// For how many seconds that has to last.
    #[serde(default)]
    pub delay: u32,
    /// The actions that it calls for.
    #[serde(default)]
    pub actions: Vec<String>,
}

/// Replaces an alarm.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateAlarm {
    /// Which one.
    pub id: String,
    /// What it is from now on.
    pub properties: AlarmProperties,
}

/// How deep the children of what is read are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Depth(pub i64);

impl Depth {
    /// Whether children are shown at all.
    fn shows_children(self) -> Result<bool, Fault> {
        if (0..=MAX_DEPTH).contains(&self.0) {
            return Ok(self.0 > 0);
        }
        let problem = format!("is not a number from 0 to {MAX_DEPTH}");
        Err(Fault::field("depth", problem))
    }
}

/// Names an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmReference {
    /// Which one.
    pub id: String,
    /// How deep its children are shown.
    #[serde(default)]
    pub depth: Depth,
}

/// Lists alarms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListAlarms {
    /// In what order.
    pub order: MonitoringOrder,
    /// How deep their children are shown.
    pub depth: Depth,
}

/// An alarm as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlarmView {
    /// A UUID.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// What it warns of.
    pub expression: AlarmExpression,
    /// For how many seconds that has to last.
    pub delay: u32,
    /// The actions that it calls for.
    pub actions: Vec<String>,
    /// Who made it.
    pub authorship: Authorship,
    /// Whether it warns.
    pub state: AlarmState,
    /// What became of it, where that was asked.
    pub history: Option<AlarmHistory>,
}

impl AlarmView {
    fn of(alarm: Alarm, shows_children: bool) -> Self {
        Self {
            id: alarm.id,
            name: alarm.name,
            expression: alarm.expression,
            delay: alarm.delay,
            actions: alarm.actions,
            authorship: alarm.authorship,
            state: alarm.state,
            history: shows_children.then_some(alarm.history),
        }
    }
}

impl AlarmProperties {
    fn admit(&self) -> Result<(), Fault> {
        let refuse = |at: &str, problem: String| {
            let at = format!("properties.{at}");
            Err(Fault::field(at, problem))
        };
        admit_name(&self.name)?;
        let expression = &self.expression;
        if expression.source.trim().is_empty() {
            return refuse("expression.source", "must not be blank".into());
        }
        if expression.source.chars().count() > MAX_SOURCE {
            let problem = format!("has more than {MAX_SOURCE} characters");
            return refuse("expression.source", problem);
        }
        if !expression.threshold.is_finite() {
            return refuse("expression.comparisonThreshold", "must be finite".into());
        }
        if expression.range < MIN_RANGE {
            let problem = format!("must be at least {MIN_RANGE} seconds");
            return refuse("expression.range", problem);
        }
        if expression.range > MAX_SECONDS {
            return refuse("expression.range", "must be at most one day".into());
        }
        let is_level = expression.metric.is_level();
        match (expression.aggregation, expression.unit) {
            (Aggregation::Avg, Unit::Total) if !is_level => {
                let problem = "must not be TOTAL for the average of this metric";
                return refuse("expression.unit", problem.into());
            }
            (Aggregation::Avg, unit) if is_level && unit != Unit::Total => {
                let problem = "must be TOTAL for the average of this metric";
                return refuse("expression.unit", problem.into());
            }
            _ => {}
        }
        if self.delay > MAX_SECONDS {
            return refuse("delay", "must be at most one day".into());
        }
        if self.actions.len() > MAX_ACTIONS {
            let problem = format!("has more than {MAX_ACTIONS} items");
            return refuse("actions", problem);
        }
        let mut seen = BTreeSet::new();
        match self.actions.iter().position(|action| !seen.insert(action)) {
            Some(index) => refuse(&format!("actions[{index}].id"), "is given twice".into()),
            None => Ok(()),
        }
    }

    /// Refuses actions that are not there.
    async fn admit_actions<S: Store>(
        &self,
        contract: u32,
        context: &Context<'_, S>,
    ) -> Result<(), Fault> {
        for (index, id) in self.actions.iter().enumerate() {
            match action::find(contract, id, context).await {
                Err(Fault::Missing(_)) => {
                    let at = format!("properties.actions[{index}].id");
                    return Err(Fault::field(at, "is not an action of this contract"));
                }
                found => found?,
            };
        }
        Ok(())
    }
}

pub(in crate::operation) async fn create<S: Store>(
    request: AlarmProperties,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (user, contract, _) = member(context)?;
    request.admit()?;
    let source = &request.expression.source;
    Reach::of(contract, context).await?.admit(source)?;
    let alarm = Alarm {
        id: context.uuid(),
        contract,
        name: request.name.clone(),
        expression: request.expression.clone(),
        delay: request.delay,
        actions: request.actions.clone(),
        authorship: author(user, context),
        state: AlarmState::Ok,
        pending_since: None,
        history: AlarmHistory::default(),
    };
    let key = alarm_key(contract, &alarm.id);
    let stamp = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let fence = Fence::read(contract, context).await?;
        if load::<S, Alarm>(context, &key).await?.is_some() {
            return Ok(Outcome::Alarm(AlarmView::of(alarm, false)));
        }
        request.admit_actions(contract, context).await?;
        let all = alarms(contract);
        let count = context.store.count(context.tenant, &all).await?;
        if count >= MAX_OF_CONTRACT {
            return Err(Fault::Quota(Resource::Alarm));
        }
        let change = fence.pass(Change::new(context), &stamp)?;
        let change = change.create(key.clone(), &alarm)?;
        let change = change.audit(&alarm.id, Name::CreateAlarm, &alarm.id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Alarm(AlarmView::of(alarm, false)));
        }
        attempts.again()?;
    }
}

pub(in crate::operation) async fn read<S: Store>(
    request: &AlarmReference,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let shows_children = request.depth.shows_children()?;
    let found = find(contract, &request.id, context).await?.document;
    let reach = Reach::of(contract, context).await?;
    reach.admit(&found.expression.source)?;
    Ok(Outcome::Alarm(AlarmView::of(found, shows_children)))
}

pub(in crate::operation) async fn list<S: Store>(
    request: ListAlarms,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let shows_children = request.depth.shows_children()?;
    let reach = Reach::of(contract, context).await?;
    let mut found: Vec<AlarmView> = Vec::new();
    visit(
        context,
        || alarms(contract),
        |_, alarm: Alarm| {
            if reach.holds(&alarm.expression.source) {
                found.push(AlarmView::of(alarm, shows_children));
            }
            Ok(())
        },
    )
    .await?;
    // The keys are in the order of their making.
    if request.order == MonitoringOrder::Modified {
        found.sort_by_key(|alarm| alarm.authorship.modified.at);
    }
    Ok(Outcome::Alarms(found))
}

pub(in crate::operation) async fn update<S: Store>(
    request: UpdateAlarm,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (user, contract, _) = member(context)?;
    request.properties.admit()?;
    let UpdateAlarm { id, properties } = request;
    let reach = Reach::of(contract, context).await?;
    let (audit, etag, stamp) = (context.uuid(), context.uuid(), context.uuid());
    let mut attempts = Attempts::new();
    loop {
        let fence = Fence::read(contract, context).await?;
        let stored = find(contract, &id, context).await?;
        reach.admit(&stored.document.expression.source)?;
        reach.admit(&properties.expression.source)?;
        properties.admit_actions(contract, context).await?;
        let mut alarm = stored.document.clone();
        if alarm.expression != properties.expression || alarm.delay != properties.delay {
            alarm.pending_since = None;
        }
        alarm.name.clone_from(&properties.name);
        alarm.expression.clone_from(&properties.expression);
        alarm.delay = properties.delay;
        alarm.actions.clone_from(&properties.actions);
        alarm.authorship.etag.clone_from(&etag);
        alarm.authorship.modified = sign(user, context);
        let change = fence.pass(Change::new(context), &stamp)?;
        let change = change.replace(alarm_key(contract, &id), &stored, &alarm)?;
        let change = change.audit(&audit, Name::UpdateAlarm, &id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Alarm(AlarmView::of(alarm, false)));
        }
        attempts.again()?;
    }
}

pub(in crate::operation) async fn delete<S: Store>(
    id: &str,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let reach = Reach::of(contract, context).await?;
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut tried = false;
    loop {
        let stored = match find(contract, id, context).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if tried => return Ok(Outcome::Deleted),
            found => found?,
        };
        reach.admit(&stored.document.expression.source)?;
        let change = Change::new(context)
            .delete(alarm_key(contract, id), &stored)
            .audit(&audit, Name::DeleteAlarm, id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Deleted);
        }
        tried = true;
        attempts.again()?;
    }
}

async fn find<S: Store>(
    contract: u32,
    id: &str,
    context: &Context<'_, S>,
) -> Result<Stored<Alarm>, Fault> {
    let found = load(context, &alarm_key(contract, id)).await?;
    found.ok_or(Fault::Missing(Resource::Alarm))
}
