//! Passwords are hashed apart from the threads that serve: on so many threads
//! of their own at a time, while so many more wait. Who comes then is told to
//! come back, so that guessing passwords holds up nothing but passwords.

use core::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinError;
use touchmark_core::operation::{Busy, Hashing, PasswordHasher};
use touchmark_core::record::Secret;
use touchmark_core::token::{hash_password, verify_password};

/// How many wait for each that is hashed: about two seconds' worth.
const WAITING: usize = 64;

/// Hashes so many passwords at a time.
pub(super) struct Apart {
    /// Places for all that run or wait.
    admitted: Arc<Semaphore>,
    /// Places for all that run.
    running: Arc<Semaphore>,
}

impl Apart {
    /// Half of the cores hash, so that the others serve.
    pub(super) fn on_half_of_the_cores() -> Self {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let running = cores.get().div_ceil(2);
        Self::new(running, running * WAITING)
    }

    pub(super) fn new(running: usize, waiting: usize) -> Self {
        Self {
            admitted: Arc::new(Semaphore::new(running + waiting)),
            running: Arc::new(Semaphore::new(running)),
        }
    }

    /// Does some work on a thread of its own, when its turn comes.
    pub(super) fn perform<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Hashing<'static, T> {
        let place = Arc::clone(&self.admitted).try_acquire_owned();
        let turn = Arc::clone(&self.running).acquire_owned();
        Box::pin(async move {
            let place = place.map_err(|_| Busy)?;
            let turn = turn.await.map_err(|_| Busy)?;
            let thread = tokio::task::spawn_blocking(move || {
                // Work goes on when nobody waits for it any more, and keeps
                // its places for as long.
                let _places = (place, turn);
                work()
            });
            match thread.await.map_err(JoinError::try_into_panic) {
                Ok(done) => Ok(done),
                // What goes wrong there goes wrong here.
                Err(Ok(panic)) => resume_unwind(panic),
                // The process is about to end.
                Err(Err(_)) => Err(Busy),
            }
        })
    }
}

impl PasswordHasher for Apart {
    fn verify(&self, password: Secret, hash: Option<String>) -> Hashing<'_, bool> {
        self.perform(move || verify_password(password.expose(), hash.as_deref()))
    }

    fn hash(&self, password: Secret, salt: [u8; 16]) -> Hashing<'_, Option<String>> {
        self.perform(move || hash_password(password.expose(), &salt))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use futures_util::FutureExt as _;
    use touchmark_core::operation::{Busy, PasswordHasher as _};
    use touchmark_core::record::Secret;

    use super::Apart;

    #[tokio::test]
    async fn passwords_are_hashed_and_verified() {
        let apart = Apart::on_half_of_the_cores();
        let password = || Secret::new("correct horse");
        let hash = apart.hash(password(), [7; 16]).await.unwrap();
        assert_eq!(apart.verify(password(), hash.clone()).await, Ok(true));
        assert_eq!(apart.verify(Secret::new("wrong"), hash).await, Ok(false));
        assert_eq!(apart.verify(password(), None).await, Ok(false));
        assert_eq!(apart.hash(Secret::new(""), [7; 16]).await, Ok(None));
    }

    #[tokio::test]
    async fn one_runs_two_wait_and_more_are_sent_away() {
        let apart = Apart::new(1, 2);
        let (open, gate) = mpsc::channel::<()>();
        let mut first = apart.perform(move || gate.recv().is_err());
        let mut waiting = [apart.perform(|| true), apart.perform(|| true)];
        assert!(first.as_mut().now_or_never().is_none());
        for one in &mut waiting {
            assert!(one.as_mut().now_or_never().is_none());
        }
        assert_eq!(apart.perform(|| true).await, Err(Busy));
        drop(open);
        assert_eq!(first.await, Ok(true));
        for one in waiting {
            assert_eq!(one.await, Ok(true));
        }
        assert_eq!(apart.perform(|| true).await, Ok(true));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_place_until_it_ends() {
        let apart = Apart::new(1, 0);
        let (open, gate) = mpsc::channel::<()>();
        let (ended, end) = mpsc::channel::<()>();
        let mut left = apart.perform(move || {
            let opened = gate.recv();
            drop(ended);
            opened.is_ok()
        });
        assert!(left.as_mut().now_or_never().is_none());
        drop(left);
        assert_eq!(apart.perform(|| true).await, Err(Busy));
        open.send(()).unwrap();
        assert!(end.recv().is_err(), "the work ends by itself");
    }

    #[tokio::test]
    async fn a_panic_gives_its_place_back() {
        let apart = Arc::new(Apart::new(1, 0));
        let panicking = Arc::clone(&apart);
        let broken = tokio::spawn(async move {
            let work = || -> bool { panic!("as asked") };
            panicking.perform(work).await
        });
        assert!(broken.await.unwrap_err().is_panic());
        assert_eq!(apart.perform(|| true).await, Ok(true));
    }
}
