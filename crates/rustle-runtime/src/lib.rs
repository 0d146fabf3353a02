//! What a runner is made of.
//!
//! A module author needs [`prelude`] and, for tests, [`testing`]. A runner's `main.rs` is `rustle_runtime::main!();`.

pub mod args;
pub mod clock;
pub mod context;
pub mod error;
pub mod fs;
pub mod module;
pub mod prelude;
pub mod process;
pub mod registry;
pub mod terminal;

pub mod variables_file;

pub use rustle_schema as schema;
pub use rustle_template as template;
pub use rustle_value as value;

/// What the macros expand to; not for people.
#[doc(hidden)]
pub mod __private {
    pub use linkme;
}
