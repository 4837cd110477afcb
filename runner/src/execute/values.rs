//! Filling the slots of a scenario with what their names stand for now.

use super::world::Machine;
use crate::scenario::word::{Delay, Slot, SlotValue};
use crate::scenario::{Diagnostic, Node, Scope, World as _};
use core::time::Duration;
use touchmark_core::time::Timestamp;

/// What the names stand for at one moment of a run.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) scope: &'a Scope,
}

impl Values<'_> {
    /// A node without references.
    pub(super) fn node(&self, node: &Node) -> Result<Node, Diagnostic> {
        self.scope.fill(node, &Machine)
    }

    /// The value of a slot.
    pub(super) fn slot<T: SlotValue>(&self, slot: &Slot<T>) -> Result<T, Diagnostic> {
        match slot.literal() {
            Some(value) => Ok(value),
            None => slot.value(&self.node(slot.node())?),
        }
    }

    /// The value of a slot that may be absent.
    pub(super) fn optional<T: SlotValue>(
        &self,
        slot: Option<&Slot<T>>,
    ) -> Result<Option<T>, Diagnostic> {
        slot.map(|slot| self.slot(slot)).transpose()
    }

    /// A length of time.
    pub(super) fn delay(&self, slot: &Slot<Delay>) -> Result<Duration, Diagnostic> {
        self.slot(slot).map(|Delay(length)| length)
    }
}

/// The time, as every judgement sees it.
pub(super) fn now() -> Timestamp {
    Machine.now()
}
