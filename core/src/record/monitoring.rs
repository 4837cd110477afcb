//! Alarms over samples, and the actions that they call for.

use super::UserId;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Who wrote something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: UserId,
    /// What the user signed in with at that time.
    pub login: String,
}

/// When something was made and last changed, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorship {
    /// Differs with every change.
    pub etag: String,
    /// Its making.
    pub created: Signature,
    /// Its last change.
    pub modified: Signature,
}

/// What an alarm calls for: a message by mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// A UUID.
    pub id: String,
    /// The contract.
    pub contract: u32,
    /// A name for people.
    pub name: String,
    /// Whom the message is for.
    pub email_to: String,
    /// Who made it.
    pub authorship: Authorship,
}

/// What an alarm looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Metric {
    /// How busy the processors are, in percent.
    InstanceCpuUtilizationAverage,
    /// Bytes that came in.
    InstanceNetworkInBytes,
    /// Packets that came in.
    InstanceNetworkInPackets,
    /// Bytes that went out.
    InstanceNetworkOutBytes,
    /// Packets that went out.
    InstanceNetworkOutPackets,
    /// Bytes read from volumes.
    InstanceVolumesReadBytes,
    /// Reads from volumes.
    InstanceVolumesReadOps,
    /// Bytes written to volumes.
    InstanceVolumesWriteBytes,
    /// Writes to volumes.
    InstanceVolumesWriteOps,
}

impl Metric {
    /// Every metric, and the name of its samples.
    pub const ALL: [(Self, &'static str); 9] = [
        (
            Self::InstanceCpuUtilizationAverage,
            "instance_cpu_utilization_average",
        ),
        (Self::InstanceNetworkInBytes, "instance_network_in_bytes"),
        (
            Self::InstanceNetworkInPackets,
            "instance_network_in_packets",
        ),
        (Self::InstanceNetworkOutBytes, "instance_network_out_bytes"),
        (
            Self::InstanceNetworkOutPackets,
            "instance_network_out_packets",
        ),
        (
            Self::InstanceVolumesReadBytes,
            "instance_volumes_read_bytes",
        ),
        (Self::InstanceVolumesReadOps, "instance_volumes_read_ops"),
        (
            Self::InstanceVolumesWriteBytes,
            "instance_volumes_write_bytes",
        ),
        (Self::InstanceVolumesWriteOps, "instance_volumes_write_ops"),
    ];

    /// The name of its samples.
    #[must_use]
    pub fn samples(self) -> &'static str {
        let found = Self::ALL.iter().find(|(metric, _)| *metric == self);
        found.map_or("", |(_, name)| name)
    }

    /// Whether it rises and falls; the others only rise.
    #[must_use]
    pub const fn is_level(self) -> bool {
        matches!(self, Self::InstanceCpuUtilizationAverage)
    }
}

/// How a value is held against the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// It is greater.
    #[serde(rename = ">")]
    Greater,
    /// It is greater or equal.
    #[serde(rename = ">=")]
    GreaterOrEqual,
    /// It is less.
    #[serde(rename = "<")]
    Less,
    /// It is less or equal.
    #[serde(rename = "<=")]
    LessOrEqual,
}

impl Comparison {
    /// Whether a value is what the alarm warns of.
    #[must_use]
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Greater => value > threshold,
            Self::GreaterOrEqual => value >= threshold,
            Self::Less => value < threshold,
            Self::LessOrEqual => value <= threshold,
        }
    }
}

/// What is made of the samples of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Aggregation {
    /// Their average; of what only rises, how fast it does.
    Avg,
    /// How much they change.
    Delta,
}

/// The time that a value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unit {
    /// All of it.
    Total,
    /// A second.
    PerSecond,
    /// A minute.
    PerMinute,
    /// An hour.
    PerHour,
}

/// What an alarm warns of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmExpression {
    /// The virtual instance that is looked at: the label `uuid` of its series.
    pub source: String,
    /// The metric.
    pub metric: Metric,
    /// How the value is held against the threshold.
    pub comparison: Comparison,
    /// The threshold.
    pub threshold: f64,
    /// How many seconds are looked back.
    pub range: u32,
    /// What is made of the samples in them.
    pub aggregation: Aggregation,
    /// What time the value is for.
    pub unit: Unit,
}

/// Whether an alarm warns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// It does not.
    #[default]
    Ok,
    /// It does.
    Alarm,
}

/// An alarm that began or ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// A UUID.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What the alarm was.
    pub from: AlarmState,
    /// What it is since.
    pub to: AlarmState,
    /// The value that brought it about.
    pub value: f64,
}

/// An action that a transition called for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// A UUID.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The action.
    pub action: String,
    /// The transition.
    pub transition: String,
}

/// What became of an alarm, oldest first, no longer than a bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlarmHistory {
    /// When it began and ended.
    pub transitions: Vec<Transition>,
    /// What that called for.
    pub executions: Vec<Execution>,
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// A UUID.
    pub id: String,
    /// The contract.
    pub contract: u32,
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
    #[serde(default)]
    pub state: AlarmState,
    /// Since when it would, if the delay were over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_since: Option<Timestamp>,
    /// What became of it.
    #[serde(default)]
    pub history: AlarmHistory,
}
