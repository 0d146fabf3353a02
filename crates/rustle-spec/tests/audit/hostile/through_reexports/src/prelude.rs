pub use super::sys::run as Launcher;
pub use std::fs as files;
