//! Stopping a run from outside: by a signal, by the clock, by a failure.

use tokio::sync::watch;

/// How far a run has been stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Halt {
    /// Not at all.
    #[default]
    Go,
    /// No step begins any more; what was made is taken back.
    Stop,
    /// Not even that: everything ends now.
    Abandon,
}

/// Stops a run. Pulling it twice abandons the cleanup as well.
#[derive(Debug)]
pub struct Brake(watch::Sender<Halt>);

impl Default for Brake {
    fn default() -> Self {
        Self(watch::Sender::new(Halt::Go))
    }
}

impl Brake {
    /// Stops the run, or abandons the cleanup of one that is stopped.
    pub fn pull(&self) {
        self.0.send_modify(|halt| {
            *halt = match halt {
                Halt::Go => Halt::Stop,
                Halt::Stop | Halt::Abandon => Halt::Abandon,
            };
        });
    }

    /// Stops the run unless it is stopped; never abandons the cleanup.
    pub fn stop(&self) {
        self.0.send_if_modified(|halt| {
            let goes = *halt == Halt::Go;
            *halt = (*halt).max(Halt::Stop);
            goes
        });
    }

    /// How far the run has been stopped.
    #[must_use]
    pub fn halt(&self) -> Halt {
        *self.0.borrow()
    }

    /// Waits until the run is stopped at least so far.
    pub async fn stopped(&self, halt: Halt) {
        let mut watched = self.0.subscribe();
        // The sender lives as long as `self`, so this ends only on the halt.
        let _ = watched.wait_for(|reached| *reached >= halt).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{Brake, Halt};

    #[test]
    fn pulling_twice_abandons_and_stopping_never_does() {
        let brake = Brake::default();
        brake.stop();
        brake.stop();
        assert_eq!(brake.halt(), Halt::Stop);
        brake.pull();
        assert_eq!(brake.halt(), Halt::Abandon);
        brake.stop();
        assert_eq!(brake.halt(), Halt::Abandon);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_however_late_it_asks() {
        let brake = Brake::default();
        brake.pull();
        brake.stopped(Halt::Stop).await;
        tokio::join!(brake.stopped(Halt::Abandon), async { brake.pull() });
    }
}
