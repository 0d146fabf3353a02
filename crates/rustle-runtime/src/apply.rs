//! What stands between a registration and a module.

use rustle_schema::arguments::FREE_FORM;
use rustle_schema::module_spec::ModuleSpec;
use rustle_schema::outcome::Outcome;
use rustle_value::{Map, Value};

use crate::args::{self, FromArgs};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::module::{Module, Run};

/// The key under which warnings travel from [`prepare`] to [`apply`].
const WARNINGS: &str = "_warnings";

/// Gives the arguments their own names and lets the module prepare them.
///
/// # Errors
/// If a task sets what only the module may set, or the module's own.
pub fn prepare<M: Module>(args: &mut Map, run: &dyn Run) -> Result<()> {
    let spec = M::spec();
    for key in M::INTERNAL {
        if args.contains_key(key) {
            return Err(Error::new(format!(
                "Unsupported parameters for ({}) module: {key}. It is set by the module itself.",
                spec.name
            )));
        }
    }
    args.retain(|_, value| *value != Value::Omit);
    if let Some(name) = &spec.free_form {
        rename(args, FREE_FORM, name);
    }
    for arg in &spec.args {
        for alias in &arg.aliases {
            rename(args, alias, &arg.name);
        }
    }
    M::prepare(args, run)
}

/// Renames an argument; that it stood there under both names deserves a warning.
fn rename(args: &mut Map, from: &str, to: &str) {
    let Some(value) = args.remove(from) else { return };
    if args.insert(to, value).is_some() {
        let warning = Value::from(format!("Both option {to} and its alias {from} are set."));
        let before = args.get(WARNINGS).and_then(Value::as_items).unwrap_or_default();
        let warnings = Value::list(before.iter().cloned().chain([warning]));
        args.insert(WARNINGS, warnings);
    }
}

/// Makes the module of its arguments and applies it.
///
/// # Errors
/// If the arguments are wrong, or the module's own.
pub fn apply<M: Module>(args: &Map, ctx: &Context) -> Result<Outcome> {
    let mut args = args.clone();
    let early = args.remove(WARNINGS);
    let early = early.as_ref().and_then(Value::as_items).unwrap_or_default().iter().map(Value::to_string);
    let (module, warnings) = args::parse::<M>(&args, ctx.environment())?;
    let mut outcome = module.apply(ctx)?;
    outcome.warnings.splice(0..0, early.chain(warnings));
    Ok(outcome)
}

/// The specification that `json` is.
///
/// # Panics
/// If it is none; the macros write it, and every module is read in a test.
pub fn spec(json: &str) -> ModuleSpec {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("not a module's specification: {error}: {json}"))
}

/// Nested arguments of a value that nobody has looked at.
///
/// # Errors
/// If it is no mapping, or something is wrong with what is in it.
pub fn unchecked<T: FromArgs>(value: &Value) -> Result<T, String> {
    let map = rustle_value::coerce::dict(value).map_err(|error| error.0)?;
    T::from_args(&map).map_err(|errors| errors.to_string())
}

/// Nested arguments of a checked value.
///
/// # Errors
/// If it is no mapping, or has something wrong in it.
pub fn nested<T: FromArgs>(value: &Value) -> Result<T, String> {
    let map = rustle_value::coerce::dict(value).map_err(|error| error.0)?;
    args::from_checked(&map).map_err(|errors| errors.to_string())
}

/// The word of a choice.
///
/// # Errors
/// If it is none of `words`.
pub fn word(value: &Value, words: &[&'static str]) -> Result<&'static str, String> {
    let text = rustle_value::coerce::str(value).map_err(|error| error.0)?;
    let found = words.iter().find(|word| **word == text);
    found.copied().ok_or_else(|| format!("it must be one of: {}, got: {text}", words.join(", ")))
}
