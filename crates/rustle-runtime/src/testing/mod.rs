//! What module authors test their modules with: no runner, no playbook, one call for each question.
//!
//! ```
//! use rustle_runtime::prelude::*;
//! use rustle_runtime::testing::{self, Scratch, args};
//!
//! /// Greets somebody in a file.
//! #[rustle_module(name = "acme.greet", permissions = ["fs:read", "fs:write"])]
//! pub struct Greet {
//!     /// Where the greeting goes.
//!     path: PathBuf,
//!     /// Who is greeted.
//!     #[arg(default = "world", alias = "who")]
//!     name: String,
//! }
//!
//! impl Module for Greet {
//!     fn apply(&self, ctx: &Context) -> Result<Outcome> {
//!         let text = format!("Hello, {}!\n", self.name);
//!         let changed = std::fs::read_to_string(&self.path).ok().as_deref() != Some(text.as_str());
//!         if changed && !ctx.check_mode() {
//!             std::fs::write(&self.path, text)?;
//!         }
//!         Ok(Outcome::of(changed))
//!     }
//! }
//!
//! let scratch = Scratch::new();
//! let args = args! { "path": scratch.path("greeting"), "who": "you" };
//! // In check mode it says what it would do, and touches nothing; then it does that.
//! testing::predicts::<Greet>(args.clone());
//! assert_eq!(scratch.read("greeting"), "Hello, you!\n");
//! // There is nothing left to do.
//! assert!(!testing::apply::<Greet>(args).changed);
//! // What is wrong with arguments is said as Ansible says it.
//! assert_eq!(testing::fails::<Greet>(args! {}), "missing required arguments: path");
//! ```

mod case;
mod fake_run;
mod scratch;
mod tree;

use rustle_schema::outcome::{Diff, Outcome};
use rustle_value::Map;

pub use case::Case;
pub use fake_run::FakeRun;
pub use scratch::Scratch;
pub use tree::Tree;

pub use crate::args;
use crate::module::Module;

/// What [`args!`] expands to.
///
/// # Panics
/// If `json` is no mapping, or has something in it that is no value.
#[doc(hidden)]
pub fn arguments(json: serde_json::Value) -> Map {
    serde_json::from_value(json).unwrap_or_else(|error| panic!("these cannot be arguments: {error}"))
}

/// Applies the module to `args`, as a runner does: a failure is an outcome.
pub fn apply<M: Module>(args: Map) -> Outcome {
    Case::<M>::new(args).apply()
}

/// Applies the module in check mode.
pub fn check<M: Module>(args: Map) -> Outcome {
    Case::<M>::new(args).check()
}

/// The differences that the module shows, in check and diff mode.
pub fn diff<M: Module>(args: Map) -> Vec<Diff> {
    Case::<M>::new(args).diff()
}

/// The message with which the module fails.
///
/// # Panics
/// If it does not.
#[track_caller]
pub fn fails<M: Module>(args: Map) -> String {
    Case::<M>::new(args).assert_fails()
}

/// Applies the module, then again; the first outcome.
///
/// # Panics
/// If it changes nothing at first, or something the second time.
#[track_caller]
pub fn idempotent<M: Module>(args: Map) -> Outcome {
    Case::<M>::new(args).assert_idempotent()
}

/// Applies the module in check mode, then in earnest; the second outcome.
///
/// # Panics
/// If check mode touches something, or says other than what then happens.
#[track_caller]
pub fn predicts<M: Module>(args: Map) -> Outcome {
    Case::<M>::new(args).assert_check_predicts()
}
