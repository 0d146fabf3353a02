//! How far a fetch has come.

/// Told how far a fetch has come, so that a terminal can draw a bar.
///
/// Calls come from the threads that fetch, hence `&self` and `Sync`. `begin` and `done` come in pairs; several downloads
/// that run side by side are one pair, whose bytes are added up.
pub trait Progress: Sync {
    /// Something begins: a few words for people, and its size in bytes where the server said it.
    fn begin(&self, what: &str, total: Option<u64>);
    /// So many more bytes have come.
    fn advance(&self, bytes: u64);
    /// What began is over, well or not.
    fn done(&self);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn begin(&self, _what: &str, _total: Option<u64>) {}
    fn advance(&self, _bytes: u64) {}
    fn done(&self) {}
}

/// Says `done` on every way out.
pub(crate) struct Underway<'a>(&'a dyn Progress);

impl<'a> Underway<'a> {
    pub(crate) fn begin(progress: &'a dyn Progress, what: &str, total: Option<u64>) -> Self {
        progress.begin(what, total);
        Self(progress)
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.0.done();
    }
}
