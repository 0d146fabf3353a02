//! What a runner is made of.
//!
//! A module author needs [`prelude`] and, for tests, [`testing`]. A runner's `main.rs` is `rustle_runtime::main!();`.

// What the macros write names this crate, also in the crate itself.
extern crate self as rustle_runtime;

mod apply;
pub mod args;
pub mod clock;
pub mod command_line;
pub mod context;
pub mod embedded;
pub mod error;
pub mod executor;
pub mod fs;
pub mod hosts;
pub mod lock;
mod main_macro;
pub mod module;
pub mod prelude;
pub mod process;
pub mod registry;
pub mod report;
pub mod runner;
pub mod secrets;
pub mod settings;
pub mod signals;
pub mod terminal;
pub mod testing;
pub mod variables;
pub mod variables_file;
pub mod worker;

pub use rustle_macros::{Choice, Options, rustle_module};
pub use rustle_schema as schema;
pub use rustle_template as template;
pub use rustle_value as value;

/// The arguments of a task: JSON, in which any expression of a type that serde can write may stand.
///
/// ```
/// let path = std::path::Path::new("/tmp").join("x");
/// let args = rustle_runtime::args! { "path": path, "mode": "0644", "tags": ["a", "b"], "options": { "n": 1 } };
/// assert_eq!(args.len(), 4);
/// ```
#[macro_export]
macro_rules! args {
    ($($entries:tt)*) => {
        $crate::testing::arguments($crate::__private::serde_json::json!({ $($entries)* }))
    };
}

/// What the macros expand to; not for people.
#[doc(hidden)]
pub mod __private {
    pub use std::sync::LazyLock;

    pub use include_dir;
    pub use linkme;
    pub use serde_json;

    pub use rustle_bundle::FILE_NAME as BUNDLE_FILE;
    pub use rustle_schema::module_spec::ModuleSpec;
    pub use rustle_value::Value;

    pub use crate::apply::{apply, nested, prepare, spec, unchecked, word};
    pub use crate::args::spec_text::{
        Piece, bytes, concat, contains, count, distinct, is_options, length, text,
    };
    pub use crate::args::{Choice, FromArg, FromArgs, Given};
    pub use crate::registry::Registration;
}
