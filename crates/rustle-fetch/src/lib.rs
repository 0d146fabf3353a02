//! Brings modules from elsewhere, within limits.
//!
//! Three rooms: [`http`] is the one client that everything goes through, with its rules about time, size, redirects and
//! secrets; [`git`] reads commits without a work tree; [`registry`] speaks Cargo's sparse protocol. All of it blocks.
//!
//! What is fetched is bytes. Nothing here unpacks an archive, runs a program that came with the bytes (the user's own
//! `ssh` is the only program that is ever started), or decides whether the bytes may be trusted beyond the checksum that
//! the caller named.

mod error;
pub mod http;
mod progress;
mod sha256;

#[cfg(feature = "git")]
pub mod git;
#[cfg(feature = "registry")]
pub mod registry;
#[cfg(feature = "testserver")]
pub mod testserver;

pub use error::{FetchError, Waiting};
pub use progress::{NoProgress, Progress};
pub use sha256::sha256_hex;
