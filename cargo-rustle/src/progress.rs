//! Progress of what takes longer than half a second, on a terminal.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustle_build::packages::bring::Progress;

/// What is done faster than this is not worth a bar.
const QUIET: Duration = Duration::from_millis(500);

/// One bar for everything that is underway.
pub struct Bar {
    started: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bar: Option<ProgressBar>,
    what: Vec<String>,
    bytes: u64,
}

impl Bar {
    /// A bar, which shows itself only on a terminal and only after half a second.
    pub fn new() -> Bar {
        Bar { started: Instant::now(), state: Mutex::default() }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        if self.started.elapsed() < QUIET || !std::io::stderr().is_terminal() {
            return;
        }
        let State { bar, what, bytes } = &mut *state;
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {bytes} {msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        bar.set_position(*bytes);
        bar.set_message(what.join(", "));
        bar.tick();
    }
}

impl Progress for Bar {
    fn begin(&self, what: &str, _total: Option<u64>) {
        self.change(|state| state.what.push(what.to_owned()));
    }

    fn advance(&self, bytes: u64) {
        self.change(|state| state.bytes += bytes);
    }

    fn done(&self) {
        self.change(|state| {
            if !state.what.is_empty() {
                state.what.remove(0);
            }
        });
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
    }
}
