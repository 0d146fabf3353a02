//! The container that a runner carries: plan, files and settings in one indexed, verified sequence of bytes.
//!
//! A [`Writer`] makes one, [`Bundle`] reads it, [`append()`] puts one behind a finished executable and [`appended`] finds
//! it there. `docs/BUNDLE.md` describes the bytes.
//!
//! What is embedded is packed first: the build writes one file into a folder, and `include_dir!` over that folder embeds
//! it. The reader assumes no alignment, so it reads the embedded bytes where they lie.
//!
//! Nothing here panics on bad input: every length is checked before it is used, and no allocation is larger than
//! [`MAX_FRAME`] or than what was there to be read.

mod append;
#[cfg(feature = "cargo-lock")]
pub mod cargo_lock;
mod codec;
mod content;
mod error;
mod executable;
#[cfg(feature = "folder")]
pub mod folder;
mod frames;
mod head;
#[cfg(test)]
mod hostile;
mod index;
mod linked;
mod packed;
mod partial;
mod path;
mod place;
mod reader;
mod same;
mod search;
mod share;
mod shelf;
pub mod signature;
mod sink;
mod source;
mod steps;
mod writer;

pub use append::{Appended, append, append_bundle, appended, open_appended};
pub use codec::{Compression, DEFAULT_LEVEL};
pub use content::Reader;
pub use error::BundleError;
pub use index::{Entry, FORMAT, Kind, MAGIC, MAX_FRAME};
pub use linked::{LINKED_MAGIC, find_linked, pack_linked};
pub use packed::Packed;
pub use path::check as check_path;
pub use reader::Bundle;
pub use search::{Found, find_embedded};
pub use share::Share;
pub use shelf::Shelf;
pub use sink::{Disk, Memory, Sink};
pub use source::{FilePart, Source};
pub use steps::StepList;
pub use writer::Writer;

/// Bundles shorter than this are verified as a whole when they are opened, but for the tasks of a long plan; of longer ones
/// the index and the first frame are, and every further frame before it is used.
pub const VERIFIED_WHOLE: u64 = 16 << 20;

/// The tasks of a plan are verified when the bundle is opened if they are not longer than this, packed: some 20,000 tasks.
/// Those of a longer plan are verified chunk by chunk, so that the first task does not wait for the last.
pub const VERIFIED_PLAN: u64 = 256 << 10;

/// The name of the file that the build writes into the folder that `include_dir!` embeds.
pub const FILE_NAME: &str = "plan.bundle";
