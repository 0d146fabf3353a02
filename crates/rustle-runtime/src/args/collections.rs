//! Arguments that are lists and mappings.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use rustle_value::coerce;
use rustle_value::{Map, Value};

use super::FromArg;
use super::spec_text::Piece;

/// What a type of an author's own is called where nobody knows its name.
const CUSTOM: &str = "{\"custom\":\"?\"}";

impl<T: FromArg> FromArg for Vec<T> {
    const KIND: &'static [Piece] =
        &[Piece::Text("{\"list\":"), Piece::Either(T::KIND, CUSTOM), Piece::Text("}")];

    fn from_arg(value: &Value) -> Result<Vec<T>, String> {
        coerce::list(value).map_err(|error| error.0)?.iter().map(T::from_arg).collect()
    }

    fn from_checked(value: &Value) -> Result<Vec<T>, String> {
        coerce::list(value).map_err(|error| error.0)?.iter().map(T::from_checked).collect()
    }
}

impl FromArg for Map {
    const KIND: &'static [Piece] = &[Piece::Text("{\"map\":\"raw\"}")];

    fn from_arg(value: &Value) -> Result<Map, String> {
        coerce::dict(value).map_err(|error| error.0)
    }
}

impl<T: FromArg> FromArg for BTreeMap<String, T> {
    const KIND: &'static [Piece] =
        &[Piece::Text("{\"map\":"), Piece::Either(T::KIND, CUSTOM), Piece::Text("}")];

    fn from_arg(value: &Value) -> Result<BTreeMap<String, T>, String> {
        entries(value, T::from_arg)?.collect()
    }

    fn from_checked(value: &Value) -> Result<BTreeMap<String, T>, String> {
        entries(value, T::from_checked)?.collect()
    }
}

impl<T: FromArg, S: std::hash::BuildHasher + Default> FromArg for HashMap<String, T, S>
where
    String: Eq + Hash,
{
    const KIND: &'static [Piece] = <BTreeMap<String, T> as FromArg>::KIND;

    fn from_arg(value: &Value) -> Result<HashMap<String, T, S>, String> {
        entries(value, T::from_arg)?.collect()
    }

    fn from_checked(value: &Value) -> Result<HashMap<String, T, S>, String> {
        entries(value, T::from_checked)?.collect()
    }
}

/// The entries of a dictionary, keys as text.
fn entries<T>(
    value: &Value,
    make: impl Fn(&Value) -> Result<T, String>,
) -> Result<impl Iterator<Item = Result<(String, T), String>>, String> {
    let map = coerce::dict(value).map_err(|error| error.0)?;
    Ok(map.into_iter().map(move |(key, value)| Ok((key.to_string(), make(&value)?))))
}
