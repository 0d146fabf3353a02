//! What a module needs: `use rustle_runtime::prelude::*;`.

pub use std::path::PathBuf;

pub use rustle_schema::outcome::{Diff, Effect, Outcome};
pub use rustle_template::FileKind;
pub use rustle_value::{Map, Value};

pub use crate::args::{FromArg, FromArgs};
pub use crate::context::Context;
pub use crate::error::{Error, Result, ResultExt};
pub use crate::module::{Module, Run};
pub use crate::{Choice, Options, rustle_module};
