//! Where samples lie in the store. Of each contract:
//!
//! * `series/<contract>/<metric>/<series>`: the labels of a series, and from
//!   when to when it has samples;
//! * `samples/<contract>/<day>/<series>`: its settled samples of one day of UTC.
//!   The day comes first, so that what has expired lies together;
//! * `samples/<contract>/<day>/<series>/recent`: those that came since;
//! * `metric/<contract>/<name>`: what is said about a metric;
//! * `fence/samples/<contract>`: what everything that adds samples rewrites.

use crate::operation::Fault;
use crate::store::{Key, Range};
use crate::telemetry::{Block, Labels, Millis, Sample};
use crate::token::sha256;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

/// The milliseconds of a day.
pub(super) const DAY: Millis = 24 * 60 * 60 * 1000;

/// A series, and from when to when it has samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Series {
    pub(super) labels: Labels,
    pub(super) first: Millis,
    pub(super) last: Millis,
}

/// The settled samples of one series and day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// The metric, without which the series would not be found again.
    pub(super) metric: String,
    pub(super) block: Block,
}

impl Piece {
    pub(super) fn encode(metric: &str, samples: &[Sample]) -> Self {
        Self {
            metric: metric.into(),
            block: Block::encode(samples),
        }
    }

    /// Reads the samples. What the domain wrote it can read, so a failure is the
    /// deployment's own.
    pub(super) fn decode(&self) -> Result<Vec<Sample>, Fault> {
        self.block.decode().map_err(|_| Fault::Internal)
    }
}

/// The samples of one series and day that came since they were settled. Where
/// both have one for the same time, this is the one that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recent {
    /// How many samples are settled.
    pub(super) settled: usize,
    #[serde(flatten)]
    pub(super) piece: Piece,
}

/// The name of a series: a digest of its labels.
pub(super) fn id(labels: &Labels) -> String {
    // The labels are quoted, so that no two sets have the same text.
    let digest = sha256(labels.to_string().as_bytes());
    Base64UrlUnpadded::encode_string(&digest[..16])
}

pub(super) fn series_key(contract: u32, metric: &str, id: &str) -> Key {
    Key::of("series", [&contract.to_string(), metric, id])
}

pub(super) fn all_series(contract: u32) -> Range {
    Range::under("series", [contract.to_string()])
}

pub(super) fn series_of(contract: u32, metric: &str) -> Range {
    Range::under("series", [&contract.to_string(), metric])
}

/// The key of the samples of a day, which is counted from the epoch.
pub(super) fn piece_key(contract: u32, day: Millis, id: &str) -> Key {
    Key::of("samples", [&contract.to_string(), &format!("{day:07}"), id])
}

/// The key of the samples of a day that came since they were settled.
pub(super) fn recent_key(contract: u32, day: Millis, id: &str) -> Key {
    let (contract, day) = (contract.to_string(), format!("{day:07}"));
    Key::of("samples", [&contract, &day, id, "recent"])
}

/// All samples, oldest day first.
pub(super) fn all_pieces(contract: u32) -> Range {
    Range::under("samples", [contract.to_string()])
}

/// The day in the key of samples.
pub(super) fn day_of(key: &Key) -> Option<Millis> {
    key.segments().nth(2)?.parse().ok()
}

/// The series in the key of samples.
pub(super) fn series_in(key: &Key) -> Option<Cow<'_, str>> {
    key.segments().nth(3)
}

pub(super) fn metric_key(contract: u32, name: &str) -> Key {
    Key::of("metric", [&contract.to_string(), name])
}

pub(super) fn all_metrics(contract: u32) -> Range {
    Range::under("metric", [contract.to_string()])
}

pub(super) fn fence(contract: u32) -> Key {
    Key::of("fence", ["samples", &contract.to_string()])
}
