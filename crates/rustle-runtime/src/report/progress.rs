//! The live line on a terminal: how far the run is, what runs, and for how long.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The live line.
#[derive(Debug, Default)]
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A line on standard error that counts to `tasks`.
    pub fn new(tasks: u64) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(tasks), ProgressDrawTarget::stderr());
        // The text is constant, so it cannot fail; without a style the line is merely plainer.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Progress { bar: Some(bar) }
    }

    /// No line at all.
    pub fn none() -> Progress {
        Progress::default()
    }

    /// A task begins. A run may have more tasks than were counted: includes and loops are not known before.
    pub fn task(&self, title: &str) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            if bar.length().is_some_and(|length| bar.position() > length) {
                bar.set_length(bar.position());
            }
            bar.set_message(title.to_owned());
        }
    }

    /// Does `work` while the line is not there.
    pub fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    /// Takes the line away for good.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
