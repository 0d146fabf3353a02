//! `--job DIR` and `--follow DIR`: a run that goes on by itself, and looking at it from anywhere.
//!
//! The folder is the only link between the two: [`start()`] makes it and begins the run in a session of its own, [`follow()`]
//! reads what is written there until the run has ended. The run holds a lock on its status file as long as it lives; the
//! system lets go of it however it ends, so nobody ever waits for a run that was killed.

mod folder;
mod follow;
mod run;
mod start;

pub use follow::follow;
pub use run::{ended, enter};
pub use start::start;
