//! What the macros expand to.
//!
//! An item with errors in it is still emitted, with implementations that do nothing, so that the compiler reports those
//! errors and no others.

mod choice;
mod fields;
mod module;
mod options;
mod pieces;

pub use choice::choice;
pub use module::module;
pub use options::options;
