//! Static executables: which target and which flags give one, and whether what came out really is one.

mod cargo_config;
mod choice;
mod elf;

pub use choice::choose;
pub use elf::{Linkage, linkage};
