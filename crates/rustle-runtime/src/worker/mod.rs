//! Other processes of this executable that apply modules: as another user, and where a time limit holds.
//!
//! A worker is started when the first task needs it, and kept: one for each user. It reads [`Request`]s from standard
//! input and writes [`Response`]s to standard output, each as CBOR behind its length. When standard input ends it kills
//! what it has started and exits; so a runner that dies takes its workers with it, and a runner that wants one to stop
//! closes its pipe, which works whatever user the worker is.
//!
//! [`Request`]: rustle_schema::worker::Request
//! [`Response`]: rustle_schema::worker::Response

mod client;
mod frame;
mod identity;
mod pool;
mod serve;
mod start;

pub use pool::{Needed, Pool};
pub use serve::serve;

/// The argument by which an executable becomes a worker.
pub const ARGUMENT: &str = "__worker";
