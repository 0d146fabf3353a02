//! Arguments that are one value.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rustle_value::Value;
use rustle_value::coerce;

use super::spec_text::Piece;
use super::{FromArg, paths};

impl FromArg for String {
    const KIND: &'static [Piece] = &[Piece::Text("\"str\"")];

    fn from_arg(value: &Value) -> Result<String, String> {
        coerce::str(value).map_err(|error| error.0)
    }
}

impl FromArg for bool {
    const KIND: &'static [Piece] = &[Piece::Text("\"bool\"")];

    fn from_arg(value: &Value) -> Result<bool, String> {
        coerce::boolean(value).map_err(|error| error.0)
    }
}

impl FromArg for f64 {
    const KIND: &'static [Piece] = &[Piece::Text("\"float\"")];

    fn from_arg(value: &Value) -> Result<f64, String> {
        coerce::float(value).map_err(|error| error.0)
    }
}

impl FromArg for f32 {
    const KIND: &'static [Piece] = &[Piece::Text("\"float\"")];

    fn from_arg(value: &Value) -> Result<f32, String> {
        f64::from_arg(value).map(|it| it as f32)
    }
}

macro_rules! ints {
    ($($int:ident)*) => {
        $(impl FromArg for $int {
            const KIND: &'static [Piece] = &[Piece::Text("\"int\"")];

            fn from_arg(value: &Value) -> Result<$int, String> {
                let int = coerce::int(value).map_err(|error| error.0)?;
                int.try_into().map_err(|_| format!("{int} is not between {} and {}", $int::MIN, $int::MAX))
            }
        })*
    };
}

ints! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize }

impl FromArg for PathBuf {
    const KIND: &'static [Piece] = &[Piece::Text("\"path\"")];

    fn from_arg(value: &Value) -> Result<PathBuf, String> {
        paths::expand(value, &BTreeMap::new()).map(PathBuf::from)
    }

    fn from_checked(value: &Value) -> Result<PathBuf, String> {
        coerce::str(value).map(PathBuf::from).map_err(|error| error.0)
    }
}

impl FromArg for Value {
    const KIND: &'static [Piece] = &[Piece::Text("\"raw\"")];

    fn from_arg(value: &Value) -> Result<Value, String> {
        Ok(value.clone())
    }
}
