//! What the end of a run and the thread that sends tell each other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// How sending has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Finished {
    /// Whether everything of the run is acknowledged.
    pub(crate) delivered: bool,
    /// Whether earlier runs are still in the spool.
    pub(crate) older: bool,
    /// Why the last request failed, if it did.
    pub(crate) failure: Option<String>,
}

/// What both look at.
#[derive(Debug, Default)]
pub(crate) struct Control {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    /// Nobody waits after that.
    deadline: Option<Instant>,
    stopped: bool,
    /// Why the last request failed.
    failure: Option<String>,
    finished: Option<Finished>,
}

impl Control {
    /// Waits until everything is sent, until nothing more can be, or until `deadline`; then sending shall stop.
    pub(crate) fn wait(&self, deadline: Instant) -> Finished {
        let mut inner = self.lock();
        inner.deadline = Some(deadline);
        loop {
            if let Some(finished) = &inner.finished {
                return finished.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                inner.stopped = true;
                return Finished { delivered: false, older: true, failure: inner.failure.clone() };
            }
            inner = self.changed.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether sending shall stop.
    pub(crate) fn stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Whether nobody would wait until `at`.
    pub(crate) fn too_late(&self, at: Instant) -> bool {
        self.lock().deadline.is_some_and(|deadline| deadline <= at)
    }

    /// A request has failed, or gone well again.
    pub(crate) fn failed(&self, failure: Option<String>) {
        self.lock().failure = failure;
    }

    /// Sending has ended.
    pub(crate) fn finish(&self, delivered: bool, older: bool) {
        let mut inner = self.lock();
        let failure = inner.failure.clone();
        inner.finished.get_or_insert(Finished { delivered, older, failure });
        drop(inner);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn nobody_waits_longer_than_the_deadline() {
        let control = Control::default();
        control.failed(Some("it is away".into()));
        let finished = control.wait(Instant::now() + Duration::from_millis(20));
        assert_eq!(finished.failure.as_deref(), Some("it is away"));
        assert!(!finished.delivered && control.stopped());
        let control = Control::default();
        std::thread::scope(|scope| {
            scope.spawn(|| control.finish(true, false));
            assert!(control.wait(Instant::now() + Duration::from_secs(60)).delivered);
        });
    }
}
