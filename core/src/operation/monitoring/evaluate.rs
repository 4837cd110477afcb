//! Evaluates the alarms of a contract when samples come, in the commit that
//! takes them. An alarm begins when its value has been past the threshold for
//! as long as its delay, and ends as soon as it is not. Without a value nothing
//! changes.

use super::{MAX_OF_CONTRACT, alarms};
use crate::operation::change::{Change, Stored, stored};
use crate::operation::telemetry::{INSTANCE, Watched};
use crate::operation::{Context, Fault, RequestFault};
use crate::record::{Aggregation, Alarm, AlarmExpression, AlarmState, Execution, Transition, Unit};
use crate::store::{Key, Store};
use crate::telemetry::promql::write_selector;
use crate::telemetry::query::{Answer, Query};
use crate::telemetry::{METRIC_NAME, Matcher, Samples};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The most transitions, and the most executions, that are remembered.
const MAX_HISTORY: usize = 50;

/// Adds to a change what new samples do to the alarms of a contract.
pub(in crate::operation) async fn evaluate<'a, S: Store>(
    contract: u32,
    new: &Samples,
    mut change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<Change<'a, S>, Fault> {
    let limit = usize::try_from(MAX_OF_CONTRACT).unwrap_or(usize::MAX);
    let range = alarms(contract).limit(limit);
    let mut alarms: Vec<(Key, Stored<Alarm>)> = Vec::new();
    for (key, entry) in context.store.scan(context.tenant, &range).await? {
        alarms.push((key, stored(entry)?));
    }
    let expressions = alarms.iter().map(|(_, alarm)| &alarm.document.expression);
    let sources = expressions.map(|expression| (expression.metric, expression.source.clone()));
    let mut watched = Watched::find(contract, sources, context).await?;
    for (key, stored) in alarms {
        let value = match value(&stored.document.expression, new, &mut watched, context).await {
            // One alarm that asks for too much stops neither samples nor others.
            Err(Fault::Request(RequestFault::Query(_))) => None,
            value => value?,
        };
        if let Some(value) = value {
            change = update(key, &stored, value, change, context)?;
        }
    }
    Ok(change)
}

/// The value that an expression has now, new samples included.
async fn value<S: Store>(
    expression: &AlarmExpression,
    new: &Samples,
    watched: &mut Watched,
    context: &Context<'_, S>,
) -> Result<Option<f64>, Fault> {
    let limits = &context.deployment.telemetry.query;
    let query = Query::instant(&write_query(expression), context.now.millis())?;
    let (metric, source) = (expression.metric, &expression.source);
    let selections = query.selections(limits);
    let mut samples = watched.load(metric, source, &selections, context).await?;
    for (labels, new) in new.iter() {
        if labels.metric_name() == metric.samples() && labels.value(INSTANCE) == source {
            samples.add(labels.clone(), new);
        }
    }
    let value = match query.answer(&samples, limits)? {
        Answer::Vector(elements) => elements.first().map(|(_, sample)| sample.value),
        _ => None,
    };
    // What JSON has no number for cannot be remembered.
    Ok(value
        .filter(|value| !value.is_nan())
        .map(|value| value.clamp(f64::MIN, f64::MAX)))
}

/// The expression in PromQL. An instance may have several networks and volumes,
/// whose traffic is summed up.
fn write_query(expression: &AlarmExpression) -> String {
    let selector = write_selector(&[
        Matcher::equal(METRIC_NAME, expression.metric.samples()),
        Matcher::equal(INSTANCE, &expression.source),
    ]);
    let samples = format!("{selector}[{}s]", expression.range);
    let is_level = expression.metric.is_level();
    let made = match (expression.aggregation, is_level) {
        (Aggregation::Avg, true) => format!("avg(avg_over_time({samples}))"),
        (Aggregation::Avg, false) => format!("sum(rate({samples}))"),
        (Aggregation::Delta, true) => format!("avg(delta({samples}))"),
        (Aggregation::Delta, false) => format!("sum(increase({samples}))"),
    };
    let seconds = match expression.unit {
        Unit::Total => return made,
        Unit::PerSecond => 1,
        Unit::PerMinute => 60,
        Unit::PerHour => 60 * 60,
    };
    match expression.aggregation {
        Aggregation::Avg => format!("{made} * {seconds}"),
        Aggregation::Delta => format!("{made} / {} * {seconds}", expression.range),
    }
}

/// Adds to a change what a value does to an alarm, if anything.
fn update<'a, S: Store>(
    key: Key,
    stored: &Stored<Alarm>,
    value: f64,
    change: Change<'a, S>,
    context: &'a Context<'a, S>,
) -> Result<Change<'a, S>, Fault> {
    let mut alarm = stored.document.clone();
    let expression = &alarm.expression;
    let warns = expression.comparison.holds(value, expression.threshold);
    alarm.pending_since = warns.then(|| alarm.pending_since.unwrap_or(context.now));
    let is_over = alarm
        .pending_since
        .is_some_and(|since| since.plus_seconds(i64::from(alarm.delay)) <= context.now);
    let state = match (warns, is_over) {
        (true, true) => AlarmState::Alarm,
        (true, false) => alarm.state,
        (false, _) => AlarmState::Ok,
    };
    if state != alarm.state {
        let transition = Transition {
            id: context.uuid(),
            at: context.now,
            from: alarm.state,
            to: state,
            value,
        };
        for action in &alarm.actions {
            alarm.history.executions.push(Execution {
                id: context.uuid(),
                at: context.now,
                action: action.clone(),
                transition: transition.id.clone(),
            });
        }
        alarm.history.transitions.push(transition);
        keep_latest(&mut alarm.history.transitions);
        keep_latest(&mut alarm.history.executions);
        alarm.state = state;
    }
    if alarm == stored.document {
        return Ok(change);
    }
    change.replace(key, stored, &alarm)
}

fn keep_latest<T>(history: &mut Vec<T>) {
    history.drain(..history.len().saturating_sub(MAX_HISTORY));
}

#[cfg(test)]
mod tests {
    use super::write_query;
    use crate::record::{Aggregation, AlarmExpression, Comparison, Metric, Unit};
    use crate::telemetry::query::Query;

    #[test]
    fn expressions_are_queries() {
        let cpu = Metric::InstanceCpuUtilizationAverage;
        let network = Metric::InstanceNetworkInBytes;
        for (metric, aggregation, unit, text) in [
            (
                cpu,
                Aggregation::Avg,
                Unit::Total,
                "avg(avg_over_time({__name__=\"instance_cpu_utilization_average\",uuid=\"a\\\"b\"}[300s]))",
            ),
            (
                cpu,
                Aggregation::Delta,
                Unit::PerMinute,
                "avg(delta({__name__=\"instance_cpu_utilization_average\",uuid=\"a\\\"b\"}[300s])) / 300 * 60",
            ),
            (
                network,
                Aggregation::Avg,
                Unit::PerHour,
                "sum(rate({__name__=\"instance_network_in_bytes\",uuid=\"a\\\"b\"}[300s])) * 3600",
            ),
            (
                network,
                Aggregation::Delta,
                Unit::Total,
                "sum(increase({__name__=\"instance_network_in_bytes\",uuid=\"a\\\"b\"}[300s]))",
            ),
        ] {
            let query = write_query(&AlarmExpression {
                source: "a\"b".into(),
                metric,
                comparison: Comparison::Greater,
                threshold: 0.0,
                range: 300,
                aggregation,
                unit,
            });
            assert_eq!(query, text);
            assert!(Query::instant(&query, 0).is_ok());
        }
    }
}
