//! Interruption: signals, and the time limit of the run.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Why a run is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Ctrl-C: SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
    /// SIGHUP: the terminal went away.
    HungUp,
    /// `--timeout` has passed.
    Timeout,
}

impl Cause {
    const ALL: [Cause; 4] = [Cause::Interrupted, Cause::Terminated, Cause::HungUp, Cause::Timeout];

    /// The word that the report has for it.
    pub fn reason(self) -> &'static str {
        match self {
            Cause::Interrupted => "interrupted",
            Cause::Terminated => "terminated",
            Cause::HungUp => "hung up",
            Cause::Timeout => "timeout",
        }
    }

    /// The exit code that tells it, as a shell would.
    pub fn exit_code(self) -> i32 {
        match self {
            Cause::Interrupted => 130,
            Cause::Terminated => 143,
            Cause::HungUp => 129,
            Cause::Timeout => 124,
        }
    }
}

/// Whether the run shall end; who sleeps is woken.
#[derive(Debug, Default)]
pub struct Interrupt {
    /// 0, or the cause's place in [`Cause::ALL`] from 1.
    cause: AtomicU8,
    lock: Mutex<()>,
    wake: Condvar,
}

impl Interrupt {
    /// Why the run shall end, if it shall.
    pub fn cause(&self) -> Option<Cause> {
        let index = usize::from(self.cause.load(Ordering::Acquire));
        Cause::ALL.get(index.checked_sub(1)?).copied()
    }

    /// Asks the run to end. Only the first cause counts.
    pub fn raise(&self, cause: Cause) {
        let index = Cause::ALL.iter().position(|it| *it == cause).map_or(0, |at| at + 1);
        let index = u8::try_from(index).unwrap_or(u8::MAX);
        let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.cause.compare_exchange(0, index, Ordering::AcqRel, Ordering::Acquire);
        self.wake.notify_all();
    }

    /// Sleeps, or returns at once if the run shall end.
    pub fn sleep(&self, time: Duration) {
        let until = Instant::now() + time;
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while self.cause().is_none() {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
            else {
                return;
            };
            guard = self.wake.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interruption_ends_a_sleep_and_the_first_cause_counts() {
        let interrupt = Interrupt::default();
        interrupt.sleep(Duration::from_millis(1));
        assert_eq!(interrupt.cause(), None);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                interrupt.raise(Cause::Terminated);
                interrupt.raise(Cause::Interrupted);
            });
            interrupt.sleep(Duration::from_secs(60));
        });
        assert_eq!(interrupt.cause(), Some(Cause::Terminated));
        assert_eq!(interrupt.cause().map(Cause::exit_code), Some(143));
    }
}
