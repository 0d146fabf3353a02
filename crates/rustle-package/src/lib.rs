//! A package of modules on disk.
//!
//! - [`tree`]: the files of a package and their digest.
//! - [`limits`]: how much of a stranger's package is read before it is refused.
//! - [`signature`]: who says that the files are theirs.
//! - `archive` (feature `archive`): a package as `.crate`, `.tar.gz`, `.tar.zst` or `.zip`.
//! - `store` (feature `archive`): the user's content-addressed cache of what was fetched.
//! - [`atomic`]: files that are replaced whole or not at all.
//!
//! Everything here reads what strangers wrote: nothing panics on it, and no allocation is larger than what was there to
//! be read, or than a limit.

#[cfg(feature = "archive")]
pub mod archive;
pub mod atomic;
#[cfg(all(test, feature = "archive"))]
mod child;
#[cfg(all(test, feature = "archive"))]
mod crash;
pub mod digest;
pub mod fail;
pub mod limits;
pub mod signature;
mod staging;
#[cfg(feature = "archive")]
pub mod store;
pub mod tree;

pub use digest::Digest;
pub use limits::Limits;
pub use tree::{File, Tree};
