//! [`Mode`]: a file mode as a playbook writes it.

use rustle_value::Value;
use rustle_value::coerce;

use super::FromArg;
use super::spec_text::Piece;

/// A file mode as a playbook writes it: octal (`"0644"`), symbolic (`u=rw,g+X`), or `preserve`.
///
/// ```
/// use rustle_runtime::args::{FromArg, Mode};
/// use rustle_runtime::value::Value;
///
/// let mode = Mode::from_arg(&Value::str("u=rw,g=r,o="))?;
/// assert_eq!(mode.apply(0o777, false, 0o022), 0o640);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// These bits, or these changes of them.
    Bits(coerce::Mode),
    /// That of the source. Only modules that copy something know it; for all others it is an error.
    Preserve,
}

impl Mode {
    /// The mode of a file that has `current` now; `is_dir` and `umask` matter to symbolic modes. `preserve` changes
    /// nothing.
    pub fn apply(&self, current: u32, is_dir: bool, umask: u32) -> u32 {
        match self {
            Mode::Bits(mode) => mode.apply(current, is_dir, umask),
            Mode::Preserve => current,
        }
    }
}

impl FromArg for Mode {
    const KIND: &'static [Piece] = &[Piece::Text("\"mode\"")];

    fn from_arg(value: &Value) -> Result<Mode, String> {
        if value.as_str() == Some("preserve") {
            return Ok(Mode::Preserve);
        }
        coerce::mode(value).map(Mode::Bits).map_err(|error| error.0)
    }
}
