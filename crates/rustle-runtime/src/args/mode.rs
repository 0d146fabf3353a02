//! [`Mode`]: a file mode as a playbook writes it.

use rustle_value::{Value, python};

use super::FromArg;
use super::spec_text::Piece;
use crate::error::{Error, Result};
use crate::fs::mode;

/// A file mode as a playbook writes it: octal (`"0644"`), symbolic (`u=rw,g+X`), or `preserve`. What a symbolic one
/// means depends on the file, so it is kept as it was written.
///
/// ```
/// use rustle_runtime::args::{FromArg, Mode};
/// use rustle_runtime::value::Value;
///
/// let mode = Mode::from_arg(&Value::str("u=rw,g=r,o="))?;
/// assert_eq!(mode.resolve(0o777, false)?, 0o640);
/// # Ok::<(), rustle_runtime::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mode(Value);

impl Mode {
    /// The mode as it was written: text, or a number that YAML read.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// Whether it is the word `preserve`: the mode of the source, which only modules that copy something know.
    pub fn is_preserve(&self) -> bool {
        self.0.as_str() == Some("preserve")
    }

    /// The permission bits that it gives to a file that has the bits `current`.
    ///
    /// # Errors
    /// If it is neither octal nor symbolic, or has other bits than those of a mode.
    pub fn resolve(&self, current: u32, is_dir: bool) -> Result<u32> {
        mode::resolve(&self.0, current, is_dir)
            .map_err(|invalid| Error::new(invalid.message).with("details", invalid.details))
    }
}

impl FromArg for Mode {
    const KIND: &'static [Piece] = &[Piece::Text("\"mode\"")];

    fn from_arg(value: &Value) -> Result<Mode, String> {
        match value {
            Value::Str(_) | Value::Int(_) | Value::BigInt(_) | Value::Bool(_) => Ok(Mode(value.clone())),
            other => Ok(Mode(Value::from(python::str(other)))),
        }
    }
}
