//! Arguments: from the values of a task to the fields of a module.

mod collections;
mod evaluated;
mod file_attributes;
mod given;
mod mode;
mod paths;
mod scalars;
pub(crate) mod spec_text;

use std::collections::BTreeMap;
use std::fmt;

use rustle_schema::module_spec::ModuleSpec;
use rustle_value::{Map, Value};

pub use evaluated::Evaluated;
pub use file_attributes::FileAttributes;
pub use given::Given;
pub use mode::Mode;
use spec_text::Piece;

/// A struct whose fields are arguments: a module, or arguments nested in one. `#[rustle_module]` and
/// `#[derive(Options)]` implement it; nobody else does.
///
/// ```
/// use rustle_runtime::args;
/// use rustle_runtime::prelude::*;
///
/// /// Where something is.
/// #[derive(Options)]
/// struct Place {
///     /// The floor.
///     floor: i8,
///     /// The room.
///     #[arg(default = "hall")]
///     room: String,
/// }
///
/// let place = Place::from_args(&args! { "floor": "-1" })?;
/// assert_eq!((place.floor, place.room.as_str()), (-1, "hall"));
/// assert_eq!(Place::spec().args[1].doc, "The room.");
/// # Ok::<(), Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no struct of arguments",
    label = "has neither `#[rustle_module]` nor `#[derive(Options)]`"
)]
pub trait FromArgs: Sized {
    /// The JSON of its arguments' specifications, between the brackets.
    #[doc(hidden)]
    const ARGS: &'static [Piece];
    /// The JSON of its rules, between the brackets.
    #[doc(hidden)]
    const RULES: &'static [Piece];
    /// Every name and alias of its arguments.
    #[doc(hidden)]
    const NAMES: &'static [&'static str];
    /// Those of them that are bare expressions.
    #[doc(hidden)]
    const EXPRESSIONS: &'static [&'static str];
    /// Those of them whose values must never be shown.
    #[doc(hidden)]
    const SECRETS: &'static [&'static str];
    /// The keys that only `prepare` sets.
    #[doc(hidden)]
    const INTERNAL: &'static [&'static str];

    /// Its specification. That of nested arguments has no name.
    fn spec() -> &'static ModuleSpec;

    /// Makes it of checked arguments; what is wrong with them is noted there.
    #[doc(hidden)]
    fn from_given(given: &mut Given) -> Option<Self>;

    /// Makes the struct of `args`, in which every template is rendered already.
    ///
    /// # Errors
    /// Everything that is wrong with them, not the first fault alone.
    fn from_args(args: &Map) -> Result<Self, ArgErrors> {
        parse(args, &BTreeMap::new()).map(|(it, _)| it)
    }
}

/// Makes a `T` of `args`, and the warnings that they deserve. Paths are expanded with `environment` over that of the
/// process.
///
/// # Errors
/// Everything that is wrong with the arguments.
pub(crate) fn parse<T: FromArgs>(
    args: &Map,
    environment: &BTreeMap<String, String>,
) -> Result<(T, Vec<String>), ArgErrors> {
    let mut given = Given::new(T::spec(), T::INTERNAL, args, environment);
    let made = T::from_given(&mut given);
    let (warnings, errors) = given.finish();
    match made {
        Some(made) if errors.messages.is_empty() => Ok((made, warnings)),
        _ => Err(errors),
    }
}

/// Makes a `T` of arguments that are checked already, because what they are nested in is.
pub(crate) fn from_checked<T: FromArgs>(values: &Map) -> Result<T, ArgErrors> {
    let mut given = Given::of_checked(T::spec(), values);
    let made = T::from_given(&mut given);
    made.ok_or_else(|| given.finish().1)
}

/// One argument, made of its value, with Ansible's coercions. A type of your own that implements it can be the type of a
/// field; implement [`FromArg::from_arg`] alone.
///
/// ```
/// use rustle_runtime::prelude::*;
///
/// /// A port, by number or by name.
/// #[derive(Debug, PartialEq)]
/// struct Port(u16);
///
/// impl FromArg for Port {
///     fn from_arg(value: &Value) -> Result<Port, String> {
///         match value.as_str() {
///             Some("http") => Ok(Port(80)),
///             _ => u16::from_arg(value).map(Port),
///         }
///     }
/// }
///
/// assert_eq!(Port::from_arg(&Value::str("http")), Ok(Port(80)));
/// assert_eq!(Port::from_arg(&Value::str("8080")), Ok(Port(8080)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of an argument",
    label = "nobody knows how to make it of a value",
    note = "derive `Choice` for one of several words, `Options` for arguments of its own, or implement `FromArg`"
)]
pub trait FromArg: Sized {
    /// The JSON of its [`ArgType`](rustle_schema::module_spec::ArgType); empty for a type of an author's own.
    #[doc(hidden)]
    const KIND: &'static [Piece] = &[];
    /// The words that it may be, if it is a choice.
    #[doc(hidden)]
    const CHOICES: &'static [&'static str] = &[];

    /// Makes it of `value`.
    ///
    /// # Errors
    /// If the value cannot be made one; the message is what follows `argument 'x' is of type … and we were unable to
    /// convert to …: `.
    fn from_arg(value: &Value) -> Result<Self, String>;

    /// Makes it of a value that is checked and coerced already, nested arguments included.
    #[doc(hidden)]
    fn from_checked(value: &Value) -> Result<Self, String> {
        Self::from_arg(value)
    }
}

/// A closed set of words. [`#[derive(Choice)]`](macro@crate::Choice) implements it for an enum.
pub trait Choice: Sized {
    /// The words, in the order of the variants, aliases after the word they stand for.
    const WORDS: &'static [&'static str];

    /// The word for this one.
    fn word(&self) -> &'static str;
}

/// Everything that is wrong with a task's arguments; as text, one message after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgErrors {
    /// The messages, in the order of ansible-core's checks and in its words.
    pub messages: Vec<String>,
}

impl fmt::Display for ArgErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.messages.join(". "))
    }
}

impl std::error::Error for ArgErrors {}
