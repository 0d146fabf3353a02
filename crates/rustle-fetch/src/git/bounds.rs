//! What one fetch may take, and why it failed, known to all who take part in it.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::http::Deadline;
use crate::{FetchError, Waiting};

/// The bounds of a fetch.
pub(super) struct Bounds {
    /// The repository, for messages.
    pub(super) shown: String,
    pub(super) deadline: Deadline,
    pub(super) time: Duration,
    /// Between two pieces of what comes.
    pub(super) idle: Duration,
    /// Bytes.
    pub(super) transfer: u64,
    /// What went wrong below libgit2, which passes on no more than a text.
    failure: Mutex<Option<FetchError>>,
}

impl Bounds {
    pub(super) fn new(
        shown: String,
        deadline: Deadline,
        time: Duration,
        idle: Duration,
        transfer: u64,
    ) -> Self {
        Self { shown, deadline, time, idle, transfer, failure: Mutex::new(None) }
    }

    /// Remembers why, and gives libgit2 something to carry up.
    pub(super) fn failed(&self, error: FetchError) -> io::Error {
        // A NUL would end the message, or worse.
        let text = error.to_string().replace('\0', " ");
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        io::Error::other(text)
    }

    /// The same, where libgit2 takes its own kind of error.
    pub(super) fn git_error(&self, error: FetchError) -> git2::Error {
        git2::Error::new(git2::ErrorCode::GenericError, git2::ErrorClass::Net, self.failed(error).to_string())
    }

    /// Why it failed, where that is known better than libgit2 knows it.
    pub(super) fn failure(&self) -> Option<FetchError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The error for a fetch that takes too long.
    pub(super) fn too_long(&self) -> FetchError {
        FetchError::Time { url: self.shown.clone(), waiting_for: Waiting::Everything, limit: self.time }
    }

    /// The error for a fetch that brings too much.
    pub(super) fn too_much(&self) -> FetchError {
        FetchError::Size { url: self.shown.clone(), limit: self.transfer, announced: None }
    }

    /// An error while there is still time; otherwise that there is none.
    pub(super) fn in_time(&self) -> Result<(), FetchError> {
        if self.deadline.left().is_zero() { Err(self.too_long()) } else { Ok(()) }
    }
}
