//! What has been made and has to be taken back, last first.
//!
//! An entry holds everything that taking back needs, filled in when the step
//! was done: what the names stand for later does not matter.

use super::sender::Sender;
use crate::peer::Request;
use crate::scenario::Span;
use crate::secret::Masked;

/// One thing to take back.
pub(super) struct Entry {
    /// The step that made it.
    pub(super) step: Masked,
    /// Where the undo is written.
    pub(super) span: Span,
    /// The request that takes it back.
    pub(super) request: Request,
    /// Who it is sent as.
    pub(super) sender: Sender,
}

/// What has to be taken back.
#[derive(Default)]
pub(super) struct Ledger {
    made: Vec<Entry>,
    in_flight: Option<Entry>,
}

impl Ledger {
    /// A request is about to be sent that this entry takes back.
    pub(super) fn announce(&mut self, entry: Option<Entry>) {
        self.in_flight = entry;
    }

    /// The request was sent, but nobody knows whether it had an effect.
    pub(super) fn presume(&mut self) {
        self.made.extend(self.in_flight.take());
    }

    /// The request had no effect.
    pub(super) fn dismiss(&mut self) {
        self.in_flight = None;
    }

    /// The request had an effect.
    pub(super) fn record(&mut self, entry: Option<Entry>) {
        self.in_flight = None;
        self.made.extend(entry);
    }

    /// The next thing to take back.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        self.made.pop()
    }
}
