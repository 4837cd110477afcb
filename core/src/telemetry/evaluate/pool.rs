//! The series that a query meets, by number. Labels are made and compared once
//! for each series and node, not at each of thousands of steps: two elements
//! have the same labels exactly if they have the same number.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Evaluated;
use crate::telemetry::budget::Budget;
use crate::telemetry::labels::Labels;

/// The number of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct SeriesId(usize);

/// What a node makes labels for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// To go on without the metric's name.
    Nameless,
    /// To find the group of an aggregation.
    Group,
    /// To find the partner in an operation.
    Signature,
    /// To be the labels of the result.
    Outcome,
}

/// All series that a query met so far.
#[derive(Debug, Default)]
pub(super) struct Pool {
    labels: Vec<Labels>,
    ids: BTreeMap<Labels, SeriesId>,
    /// What nodes made of series before.
    made: BTreeMap<(usize, Purpose, SeriesId), SeriesId>,
}

impl Pool {
    /// The number of the series with these labels.
    pub(super) fn id(&mut self, labels: Labels, budget: &mut Budget) -> Evaluated<SeriesId> {
        if let Some(id) = self.ids.get(&labels) {
            return Ok(*id);
        }
        budget.hold(1)?;
        let id = SeriesId(self.labels.len());
        self.labels.push(labels.clone());
        self.ids.insert(labels, id);
        Ok(id)
    }

    /// The labels of a series.
    pub(super) fn labels(&self, id: SeriesId) -> &Labels {
        &self.labels[id.0]
    }

    /// The series that a node makes of another one, which is always the same.
    pub(super) fn make(
        &mut self,
        (node, purpose): (usize, Purpose),
        id: SeriesId,
        budget: &mut Budget,
        make: impl FnOnce(&Labels, &mut Budget) -> Evaluated<Labels>,
    ) -> Evaluated<SeriesId> {
        let key = (node, purpose, id);
        if let Some(made) = self.made.get(&key) {
            return Ok(*made);
        }
        budget.label(1)?;
        budget.hold(1)?;
        let labels = make(self.labels(id), budget)?;
        let made = self.id(labels, budget)?;
        self.made.insert(key, made);
        Ok(made)
    }
}
