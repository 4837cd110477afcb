//! Events in the order of the outline, whatever order things happened in.
//!
//! The events of the first run that has not ended pass through at once; those
//! of later runs wait for their turn.

use super::event::{Event, Listener};
use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Something that takes events one after the other.
pub trait Report: Send {
    /// Takes one event.
    ///
    /// # Errors
    /// When what it says cannot be written.
    fn take(&mut self, event: &Event) -> io::Result<()>;
}

/// Hands events to reports in stable order.
pub struct Ordered {
    queue: Mutex<Queue>,
}

struct Queue {
    reports: Vec<Box<dyn Report>>,
    current: usize,
    waiting: HashMap<usize, Vec<Event>>,
    failure: Option<io::Error>,
}

impl Ordered {
    /// Reports that all get the same events.
    #[must_use]
    pub fn new(reports: Vec<Box<dyn Report>>) -> Self {
        let queue = Queue {
            reports,
            current: 0,
            waiting: HashMap::new(),
            failure: None,
        };
        Self {
            queue: Mutex::new(queue),
        }
    }

    /// Why a report could not be written, if one could not.
    #[must_use]
    pub fn failure(&self) -> Option<io::Error> {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .failure
            .take()
    }
}

impl Listener for Ordered {
    fn notice(&self, event: Event) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match run_of(&event) {
            Some(run) if run != queue.current => queue.waiting.entry(run).or_default().push(event),
            _ => queue.pass(&event),
        }
    }
}

impl Queue {
    fn pass(&mut self, event: &Event) {
        let mut ended = self.hand_out(event);
        while ended {
            self.current += 1;
            ended = false;
            for event in self.waiting.remove(&self.current).unwrap_or_default() {
                ended = self.hand_out(&event);
            }
        }
    }

    /// Hands an event out and says whether it ends the current run.
    fn hand_out(&mut self, event: &Event) -> bool {
        for report in &mut self.reports {
            match report.take(event) {
                // A reader that has gone away needs no report.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    self.failure.get_or_insert(error);
                }
                _ => {}
            }
        }
        matches!(event, Event::RunEnded { .. })
    }
}

const fn run_of(event: &Event) -> Option<usize> {
    match event {
        Event::RunBegan { run }
        | Event::StepBegan { run, .. }
        | Event::StepEnded { run, .. }
        | Event::RunEnded { run, .. } => Some(*run),
        Event::Began(_) | Event::Ended(_) => None,
    }
}
