//! Runs the work while signals and the time limit are watched.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::executor::Ended;
use crate::signals::{Cause, Interrupt};

/// How long programs have to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// How long the work has to end after everything it waits for was killed.
const PATIENCE: Duration = Duration::from_secs(3);

/// The stack of the thread that does the work: templates and blocks may be nested deeply. Only what is used takes memory.
const STACK: usize = 64 << 20;

/// What the work writes when it has ended; signals write another byte.
const DONE: u8 = b'd';

/// Wakes the watcher when the work has ended, by a panic too.
struct Done(UnixStream);

impl Drop for Done {
    fn drop(&mut self) {
        // The watcher holds the other end as long as it waits.
        let _ = self.0.write_all(&[DONE]);
    }
}

/// How the work ended.
pub(super) enum Outcome {
    /// By itself, or in answer to an interruption.
    Ended(Ended),
    /// It did not answer the interruption.
    Abandoned(Cause),
    /// It could not be done, or broke down.
    Broken(String),
}

/// Does `work` in a thread of its own. On a signal, or when `timeout` has passed, the programs that it has started get
/// SIGTERM and then SIGKILL by way of `end_all`, and `interrupt` tells it to end.
pub(super) fn watch(
    work: impl FnOnce() -> Ended + Send + 'static,
    interrupt: &Arc<Interrupt>,
    timeout: Option<Duration>,
    end_all: fn(Signal),
) -> Outcome {
    let (mut wake, wakers) = match channel() {
        Ok(pair) => pair,
        Err(error) => return Outcome::Broken(format!("signals cannot be watched: {error}")),
    };
    let Wakers { signal, done } = wakers;
    let thread = std::thread::Builder::new().name("run".into()).stack_size(STACK).spawn(move || {
        let _done = Done(done);
        work()
    });
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => return Outcome::Broken(format!("no thread can be started: {error}")),
    };
    let end = timeout.map(|timeout| Instant::now() + timeout);
    let mut cause: Option<(Cause, Instant)> = None;
    let mut killed = false;
    let mut finished = false;
    loop {
        if finished {
            return match thread.join() {
                Ok(ended) => Outcome::Ended(ended),
                Err(_) => Outcome::Broken("the executor has broken down; this is a fault of Rustle".into()),
            };
        }
        let now = Instant::now();
        match cause {
            None => {
                let new = match signal.load(Ordering::Acquire) {
                    0 if end.is_some_and(|end| now >= end) => Some(Cause::Timeout),
                    number => named(number),
                };
                if let Some(new) = new {
                    cause = Some((new, now));
                    interrupt.raise(new);
                    end_all(Signal::TERM);
                }
            }
            Some((_, since)) if !killed && now >= since + GRACE => {
                killed = true;
                end_all(Signal::KILL);
            }
            Some((cause, since)) if killed && now >= since + GRACE + PATIENCE => {
                return Outcome::Abandoned(cause);
            }
            Some(_) => {}
        }
        let next = match (cause, end) {
            (Some((_, since)), _) => Some(since + if killed { GRACE + PATIENCE } else { GRACE }),
            (None, end) => end,
        };
        // Until something happens, or until the next step is due.
        let wait = next.map(|next| next.saturating_duration_since(now).max(Duration::from_millis(10)));
        let _ = wake.set_read_timeout(wait);
        let mut read = [0; 16];
        let length = wake.read(&mut read).unwrap_or(0);
        finished = read.get(..length).is_some_and(|read| read.contains(&DONE));
    }
}

/// From now on the signals that were watched end this process at once, as they would have done by themselves.
pub(super) fn no_longer() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
        let always = Arc::new(std::sync::atomic::AtomicBool::new(true));
        // If that cannot be, they are passed over, as before.
        let _ = signal_hook::flag::register_conditional_default(number, always);
    }
}

struct Wakers {
    signal: Arc<AtomicUsize>,
    done: UnixStream,
}

/// What wakes the watcher: a signal, and the end of the work.
fn channel() -> std::io::Result<(UnixStream, Wakers)> {
    let (wake, waker) = UnixStream::pair()?;
    let signal = Arc::new(AtomicUsize::new(0));
    for number in [SIGINT, SIGTERM, SIGHUP] {
        let value = usize::try_from(number).unwrap_or(0);
        // The flag is set before the watcher is woken: actions run in the order of their registration.
        signal_hook::flag::register_usize(number, Arc::clone(&signal), value)?;
        signal_hook::low_level::pipe::register(number, waker.try_clone()?)?;
    }
    Ok((wake, Wakers { signal, done: waker }))
}

fn named(number: usize) -> Option<Cause> {
    match i32::try_from(number).ok()? {
        SIGINT => Some(Cause::Interrupted),
        SIGTERM => Some(Cause::Terminated),
        SIGHUP => Some(Cause::HungUp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(exit_code: i32) -> Ended {
        Ended { exit_code, stopped: None }
    }

    #[test]
    fn work_that_ends_is_told() {
        let interrupt = Arc::new(Interrupt::default());
        let outcome = watch(|| ended(3), &interrupt, None, |_| {});
        assert!(matches!(outcome, Outcome::Ended(Ended { exit_code: 3, .. })));
    }

    #[test]
    fn the_time_limit_interrupts() {
        let interrupt = Arc::new(Interrupt::default());
        let seen = Arc::clone(&interrupt);
        let begun = Instant::now();
        let work = move || {
            seen.sleep(Duration::from_secs(60));
            ended(seen.cause().map_or(0, Cause::exit_code))
        };
        let outcome = watch(work, &interrupt, Some(Duration::from_millis(50)), |_| {});
        assert!(matches!(outcome, Outcome::Ended(Ended { exit_code: 124, .. })));
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_panic_of_the_executor_is_told() {
        let outcome =
            watch(|| panic!("expected in this test"), &Arc::new(Interrupt::default()), None, |_| {});
        assert!(matches!(outcome, Outcome::Broken(_)));
    }
}
