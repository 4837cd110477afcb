//! Alarms, actions and answers about metrics for samples.

use super::text::{some_text, text, texts, time, uuid};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use touchmark_core::operation::AlarmView;
use touchmark_core::record::{
    Action, Aggregation, AlarmExpression, AlarmHistory, AlarmState, Authorship, Comparison,
    Execution, Metric, Signature, Transition, Unit, UserId,
};
use touchmark_core::telemetry::catalogue::{Description, MetricKind};
use touchmark_core::telemetry::query::Answer;
use touchmark_core::telemetry::{Labels, Sample};

/// A number that is the same however it is written.
fn number() -> impl Strategy<Value = f64> + Clone {
    any::<i32>().prop_map(|number| f64::from(number) / 4.0)
}

pub(super) fn expression() -> impl Strategy<Value = AlarmExpression> {
    let metric = select(Metric::ALL.map(|(metric, _)| metric).to_vec());
    let comparison = select(vec![
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
    ]);
    let aggregation = select(vec![Aggregation::Avg, Aggregation::Delta]);
    let unit = select(vec![
        Unit::Total,
        Unit::PerSecond,
        Unit::PerMinute,
        Unit::PerHour,
    ]);
    let words = (metric, comparison, aggregation, unit);
    (text(), words, number(), any::<u32>()).prop_map(
        |(source, (metric, comparison, aggregation, unit), threshold, range)| AlarmExpression {
            source,
            metric,
            comparison,
            threshold,
            range,
            aggregation,
            unit,
        },
    )
}

fn authorship() -> impl Strategy<Value = Authorship> {
    let signature = || {
        (time(), uuid(), text()).prop_map(|(at, user, login)| Signature {
            at,
            user: UserId::new(user),
            login,
        })
    };
    (text(), signature(), signature()).prop_map(|(etag, created, modified)| Authorship {
        etag,
        created,
        modified,
    })
}

pub(super) fn action() -> impl Strategy<Value = Action> {
    (some_text(), any::<u32>(), text(), text(), authorship()).prop_map(
        |(id, contract, name, email_to, authorship)| Action {
            id,
            contract,
            name,
            email_to,
            authorship,
        },
    )
}

fn state() -> impl Strategy<Value = AlarmState> {
    select(vec![AlarmState::Ok, AlarmState::Alarm])
}

fn history() -> impl Strategy<Value = AlarmHistory> {
    let transition =
        (text(), time(), state(), state(), number()).prop_map(|(id, at, from, to, value)| {
            Transition {
                id,
                at,
                from,
                to,
                value,
            }
        });
    let execution =
        (text(), time(), text(), text()).prop_map(|(id, at, action, transition)| Execution {
            id,
            at,
            action,
            transition,
        });
    (vec(transition, 0..3), vec(execution, 0..3)).prop_map(|(transitions, executions)| {
        AlarmHistory {
            transitions,
            executions,
        }
    })
}

pub(super) fn alarm() -> impl Strategy<Value = AlarmView> {
    let what = (some_text(), text(), expression(), any::<u32>(), texts());
    (what, authorship(), state(), option::of(history())).prop_map(
        |((id, name, expression, delay, actions), authorship, state, history)| AlarmView {
            id,
            name,
            expression,
            delay,
            actions,
            authorship,
            state,
            history,
        },
    )
}

pub(super) fn labels() -> impl Strategy<Value = Labels> {
    btree_map(text(), text(), 0..4).prop_map(Labels::of)
}

fn sample() -> impl Strategy<Value = Sample> {
    let value = prop_oneof![number(), Just(f64::INFINITY), Just(f64::NEG_INFINITY)];
    (time(), value).prop_map(|(at, value)| Sample {
        at: at.millis(),
        value,
    })
}

pub(super) fn answer() -> impl Strategy<Value = Answer> {
    let series = (labels(), vec(sample(), 0..3));
    prop_oneof![
        sample().prop_map(Answer::Scalar),
        (time(), text()).prop_map(|(at, text)| Answer::Text(at.millis(), text)),
        vec((labels(), sample()), 0..3).prop_map(Answer::Vector),
        vec(series, 0..3).prop_map(Answer::Matrix),
    ]
}

pub(super) fn description() -> impl Strategy<Value = Description> {
    let kind = select(vec![
        MetricKind::Counter,
        MetricKind::Gauge,
        MetricKind::Histogram,
        MetricKind::Summary,
        MetricKind::Untyped,
    ]);
    (kind, text(), text()).prop_map(|(kind, help, unit)| Description { kind, help, unit })
}
