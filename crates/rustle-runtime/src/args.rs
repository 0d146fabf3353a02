//! Arguments: from the values of a task to the fields of a module.

use std::fmt;

use rustle_value::{Map, Value};

/// A module's struct, made of its task's arguments. `#[rustle_module]` and `#[derive(Options)]` implement it.
pub trait FromArgs: Sized {
    /// Makes the struct of `args`, in which every template is rendered already.
    ///
    /// # Errors
    /// Everything that is wrong with them, not the first fault alone.
    fn from_args(args: &Map) -> Result<Self, ArgErrors>;
}

/// One argument, made of its value, with Ansible's coercions.
pub trait FromArg: Sized {
    /// Makes it of `value`.
    ///
    /// # Errors
    /// If the value cannot be made one; the message is what follows `argument 'x' is of type … and we were unable to
    /// convert to …: `.
    fn from_arg(value: &Value) -> Result<Self, String>;
}

/// Everything that is wrong with a task's arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgErrors {
    /// The messages, in the order of the arguments, as ansible-core words them.
    pub messages: Vec<String>,
}

impl fmt::Display for ArgErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.messages.join(". "))
    }
}
