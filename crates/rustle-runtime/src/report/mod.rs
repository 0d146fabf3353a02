//! Reporters: what tells the operator, other programs and posterity of a run.

mod diff;
mod file;
mod json;
pub mod linked;
mod progress;
mod style;
mod terminal;
mod timings;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustle_schema::event::Event;
use rustle_schema::report::Recap;

use crate::secrets::{self, Redaction};

pub use file::ReportFile;
pub use json::JsonLines;
pub use progress::Progress;
pub use style::Style;
pub use terminal::{Look, Terminal, WIDTH};
pub use timings::Timings;

/// Something that is told of a run.
pub trait Reporter: Send {
    /// Tells it an event.
    fn event(&mut self, event: &Event);

    /// Steps aside, so that somebody can be asked.
    fn pause(&mut self) {}

    /// Does, after the end of the run, what takes time. An exit code takes the place of 0.
    fn close(&mut self) -> Option<u8> {
        None
    }
}

/// All reporters of a run, and the numbers of its recap. What they are told is without secrets.
#[derive(Default)]
pub struct Reporters {
    inner: Mutex<Inner>,
    redaction: Redaction,
}

#[derive(Default)]
struct Inner {
    reporters: Vec<Box<dyn Reporter>>,
    recap: BTreeMap<String, Recap>,
    ended: bool,
}

impl Reporters {
    /// Those of `reporters`, behind the [redaction](secrets::redaction) of this process.
    pub fn new(reporters: Vec<Box<dyn Reporter>>) -> Reporters {
        let redaction = secrets::redaction().clone();
        Reporters { inner: Mutex::new(Inner { reporters, ..Inner::default() }), redaction }
    }

    /// One more, which is told what comes from now on.
    pub fn add(&self, reporter: Box<dyn Reporter>) {
        self.lock().reporters.push(reporter);
    }

    /// Tells an event to every reporter, without the secrets in it. After [`Event::End`] nothing is told any more, and the
    /// answer is `false`.
    pub fn send(&self, mut event: Event) -> bool {
        self.redaction.event(&mut event);
        let mut inner = self.lock();
        if inner.ended {
            return false;
        }
        inner.ended = matches!(event, Event::End { .. });
        inner.reporters.iter_mut().for_each(|reporter| reporter.event(&event));
        true
    }

    /// Lets every reporter do what takes time, after [`Event::End`]. The exit code that one of them wants in place of 0.
    pub fn close(&self) -> Option<u8> {
        // Nobody who still sends has to wait for them.
        let mut reporters = std::mem::take(&mut self.lock().reporters);
        reporters.iter_mut().filter_map(|reporter| reporter.close()).max()
    }

    /// Changes the numbers of a host.
    pub fn count(&self, host: &str, change: impl FnOnce(&mut Recap)) {
        let mut inner = self.lock();
        match inner.recap.get_mut(host) {
            Some(recap) => change(recap),
            None => {
                let mut recap = Recap::default();
                change(&mut recap);
                inner.recap.insert(host.to_owned(), recap);
            }
        }
    }

    /// The numbers of a host so far.
    pub fn recap(&self, host: &str) -> Recap {
        self.lock().recap.get(host).copied().unwrap_or_default()
    }

    /// The numbers of all hosts so far.
    pub fn recaps(&self) -> BTreeMap<String, Recap> {
        self.lock().recap.clone()
    }

    /// Asks the operator and returns the answer; nothing where there is nobody.
    pub fn ask(&self, question: &str) -> String {
        let mut inner = self.lock();
        inner.reporters.iter_mut().for_each(|reporter| reporter.pause());
        let mut out = std::io::stderr();
        let _ = write!(out, "{}", self.redaction.text(question)).and_then(|()| out.flush());
        let mut answer = String::new();
        let _ = std::io::stdin().lock().read_line(&mut answer);
        answer
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    struct Counter(Arc<Mutex<u32>>);

    impl Reporter for Counter {
        fn event(&mut self, _event: &Event) {
            *self.0.lock().unwrap() += 1;
        }
    }

    #[test]
    fn nothing_is_told_after_the_end() {
        let count = Arc::new(Mutex::new(0));
        let reporters = Reporters::new(vec![Box::new(Counter(Arc::clone(&count)))]);
        reporters.send(Event::PlayStart { play: "p".into() });
        reporters.send(Event::End { exit_code: 0, stopped: None });
        reporters.send(Event::PlayStart { play: "late".into() });
        assert_eq!(*count.lock().unwrap(), 2);
        reporters.count("h", |recap| recap.ok += 2);
        assert_eq!(reporters.recap("h").ok, 2);
    }
}
